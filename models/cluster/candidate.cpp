// SPDX-License-Identifier: GPL-3.0-or-later
#include "cluster/candidate.h"

#include <algorithm>

namespace howdah::cluster {

QString whyNotProposed(const ClusterState &state, const QString &node)
{
    if (!state.snapshot || !state.assessment) {
        return QStringLiteral("nothing is known of the cluster yet");
    }
    const std::vector<NodeStatus> &nodes = state.snapshot->nodes;
    const Topology &topology = state.assessment->topology;
    const auto at =
        std::find_if(nodes.begin(), nodes.end(), [&node](const NodeStatus &one) { return one.name == node; });
    const auto index = static_cast<std::size_t>(at - nodes.begin());
    if (at == nodes.end() || index >= topology.places.size()) {
        return QStringLiteral("it is no node of the cluster");
    }
    const Place &place = topology.places[index];
    if (topology.primary < 0) {
        return topology.writable.size() > 1 ? QStringLiteral("more than one node takes writes")
                                            : QStringLiteral("the primary is not known");
    }
    if (static_cast<int>(index) == topology.primary) {
        return QStringLiteral("it is the primary");
    }
    if (at->kind == NodeKind::Witness || place.role == NodeRole::Witness) {
        return QStringLiteral("a witness holds no data");
    }
    if (place.sameAs >= 0) {
        return QStringLiteral("it is %1 under a second name").arg(nodes[static_cast<std::size_t>(place.sameAs)].name);
    }
    if (place.role != NodeRole::Standby && place.role != NodeRole::CascadingStandby) {
        return QStringLiteral("it is not seen to be a standby");
    }
    if (place.upstream != topology.primary) {
        return place.upstream < 0 ? QStringLiteral("it is not seen to follow the primary")
                                  : QStringLiteral("it follows %1, not the primary")
                                        .arg(nodes[static_cast<std::size_t>(place.upstream)].name);
    }
    return {};
}

bool isCandidate(const ClusterState &state, std::size_t node)
{
    const Topology &topology = state.assessment->topology;
    const Place &place = topology.places[node];
    const bool standby = place.role == NodeRole::Standby || place.role == NodeRole::CascadingStandby;
    return state.snapshot->nodes[node].kind != NodeKind::Witness && place.sameAs < 0 &&
           static_cast<int>(node) != topology.primary && (topology.primary >= 0 || standby);
}

QString primaryName(const ClusterState &state)
{
    const int primary = state.snapshot && state.assessment ? state.assessment->topology.primary : -1;
    return primary < 0 ? QString() : state.snapshot->nodes[static_cast<std::size_t>(primary)].name;
}

} // namespace howdah::cluster
