// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/target.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"

namespace howdah::operations::address {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

} // namespace

Target targetOf(const cluster::AddressConfig &address, const cluster::ClusterState &state, const QString &node)
{
    const cluster::Snapshot &snapshot = *state.snapshot;
    const cluster::Topology &topology = state.assessment->topology;
    const bool follows = address.follows == QLatin1String("primary");
    const auto found = std::find_if(snapshot.nodes.begin(), snapshot.nodes.end(),
                                    [&node](const cluster::NodeStatus &one) { return one.name == node; });
    if (found == snapshot.nodes.end()) {
        return {CheckResult::Failed, tr("the cluster file has no node %1").arg(node), tr("Name one of its nodes.")};
    }
    const int index = static_cast<int>(found - snapshot.nodes.begin());
    if (!cluster::isFresh(snapshot, *found)) {
        return {CheckResult::Unknown, tr("it has not answered just now"),
                tr("An address is not moved to a server that can't be seen. See what keeps it.")};
    }
    if (topology.places[cluster::at(index)].role == cluster::NodeRole::Witness) {
        return {CheckResult::Failed, tr("it is a witness"), tr("Name a node with the data.")};
    }
    if (topology.writable.size() > 1) {
        return {CheckResult::Failed, tr("%1 nodes take writes").arg(topology.writable.size()),
                tr("Fence all but one of them first: see the findings.")};
    }
    if (follows && topology.primary != index) {
        return found->sample->inRecovery ? Target{CheckResult::Failed, tr("it is a standby, and takes no writes"),
                                                  tr("Switch over to it, and the address moves along.")}
                                         : Target{CheckResult::Unknown, tr("whether it is the primary is not known"),
                                                  tr("See the findings.")};
    }
    if (!follows && topology.primary == index) {
        return {CheckResult::Warning, tr("it is the primary"),
                tr("Readers will take their part of its time; a standby would spare it.")};
    }
    return {CheckResult::Passed, follows ? tr("it alone takes writes") : tr("it is a standby that answers"), {}};
}

} // namespace howdah::operations::address
