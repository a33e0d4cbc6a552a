// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/moveplan.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "operations/address/mover.h"
#include "operations/address/target.h"
#include "operations/address/truth.h"
#include "operations/locksteps.h"
#include "operations/peeraddress.h"
#include "operations/samecluster.h"

namespace howdah::operations::address {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

int indexOf(const cluster::Snapshot &snapshot, const QString &node)
{
    const auto at = std::find_if(snapshot.nodes.begin(), snapshot.nodes.end(),
                                 [&node](const cluster::NodeStatus &one) { return one.name == node; });
    return at == snapshot.nodes.end() ? -1 : static_cast<int>(at - snapshot.nodes.begin());
}

/// Whether whoever is to have it is what the address follows.
Check checkTarget(const Move &move, const MoveFacts &facts)
{
    const bool follows = move.address.follows == QLatin1String("primary");
    const Target target = targetOf(move.address, facts.state, move.to);
    return madeCheck(move,
                     {QStringLiteral("address_target"),
                      follows ? tr("%1 is the primary").arg(move.to) : tr("%1 can serve readers").arg(move.to),
                      move.to},
                     target.result, target.evidence, target.remedy);
}

/// What is so when the plan is made must be so when it is carried out.
Action stillSo(const Move &move, bool writes)
{
    Action action;
    action.node = move.to;
    action.sql = QStringLiteral("SELECT pg_is_in_recovery() = %1")
                     .arg(writes ? QStringLiteral("false") : QStringLiteral("true"));
    action.text = writes ? tr("%1 is the primary").arg(move.to) : tr("%1 is a standby").arg(move.to);
    action.expectsTrue = true;
    return action;
}

/// What whoever takes the move up later, or back, asks first.
void guardLater(Plan &plan, const Move &move, const cluster::Snapshot &snapshot)
{
    Action mayBeGone = stillSo(move, move.writes);
    mayBeGone.orSilent = mayBeGone.wasSilent = true;
    mayBeGone.otherwise =
        tr("somebody has been at the cluster since: %1 is not what it was when this was planned").arg(move.to);
    plan.resumeGuards = plan.guards;
    plan.undoGuards = {mayBeGone};
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        if (move.writes && node.name != move.to && node.kind == cluster::NodeKind::Data) {
            plan.resumeGuards.push_back(noSecondPrimary(node.name, move.to));
            plan.undoGuards.push_back(plan.resumeGuards.back());
        }
    }
}

} // namespace

QString moveTitle(const QString &cluster, const QString &address, const QString &node)
{
    return tr("Move address %1 of %2 to %3").arg(address, cluster, node);
}

Plan planMove(const MoveFacts &facts, const QString &name, const QString &node)
{
    const auto &addresses = facts.config.addresses;
    const auto address = std::find_if(addresses.begin(), addresses.end(),
                                      [&name](const cluster::AddressConfig &one) { return one.name == name; });
    Plan plan;
    plan.operation = QStringLiteral("address");
    plan.cluster = facts.config.name;
    plan.title = moveTitle(facts.config.name, name, node);
    plan.to = node;
    plan.checks = {checkUnfinished(facts.unfinished, facts.unreadable)};
    if (address == addresses.end()) {
        Move nameless;
        nameless.address.name = name;
        plan.checks.push_back(madeCheck(nameless, {QStringLiteral("addresses"), tr("There is such an address")},
                                        CheckResult::Failed, tr("the cluster file has no address %1").arg(name),
                                        tr("Add it to the cluster file.")));
        return plan;
    }
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    const int target = indexOf(snapshot, node);
    const auto *sample = target < 0 ? nullptr : snapshot.nodes[cluster::at(target)].sample.get();
    const Truth truth = truthOf(*address, facts.address, facts.state);
    Move move;
    move.address = *address;
    move.facts = facts.address;
    move.from = truth.holders.size() == 1 ? truth.holders.front() : truth.answers;
    move.to = node;
    const auto hostOf = [&facts, &snapshot](const QString &one) {
        const int index = indexOf(snapshot, one);
        return index < 0 ? QString() : addressForPeers(facts.config, facts.state, index).first;
    };
    move.fromHost = hostOf(move.from);
    move.toHost = hostOf(node);
    move.peers = peersOf(facts.state, facts.address);
    move.group = tr("The address");
    move.alone = true;
    move.writes = sample && !sample->inRecovery;
    if (sample) {
        move.systemIdentifier = QString::number(sample->systemIdentifier.value_or(0));
        move.toStartedMs = sample->postmasterStartTime.isValid() ? sample->postmasterStartTime.toMSecsSinceEpoch() : 0;
    }
    plan.from = move.from;
    plan.checks.push_back(checkTarget(move, facts));
    std::vector<Check> checks = checksOf(move);
    plan.checks.insert(plan.checks.end(), checks.begin(), checks.end());
    if (!mayRun(plan, true)) {
        return plan;
    }
    plan.guards = {stillSo(move, move.writes)};
    guardLater(plan, move, snapshot);
    knowAgain(plan, snapshot);
    std::vector<Step> steps = moveSteps(move);
    if (Step settle = settleStep(move); !settle.actions.empty()) {
        steps.push_back(std::move(settle));
    }
    const int primary = facts.state.assessment->topology.primary;
    lockAround(plan, primary < 0 ? QString() : snapshot.nodes[cluster::at(primary)].name, std::move(steps));
    return plan;
}

} // namespace howdah::operations::address
