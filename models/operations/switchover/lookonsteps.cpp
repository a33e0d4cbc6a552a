// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/lookonsteps.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "operations/locksteps.h"
#include "operations/proofs.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/routingsteps.h"
#include "operations/switchover/steps.h"

namespace howdah::operations::switchover {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

Step followStep(const Pieces &p, const QString &node, const QString &remedy)
{
    const bool old = node == p.primary;
    Step step = p.step(old ? QByteArray("rejoin") : "follow_" + node.toUtf8(), Phase::After,
                       tr("See %1 follow %2").arg(node, p.candidate), {node}, old ? 180'000 : 60'000, old ? 3000 : 300);
    step.actions = {
        p.holds(node, followsSql(p), tr("%1 streams from %2 on the new timeline").arg(node, p.candidate), 50)};
    step.actions.back().shows = {kShowsFollows + node};
    step.needs = {kSwitchover};
    step.lane = 1;
    step.remedy = remedy.arg(node, p.candidate);
    return step;
}

} // namespace

Plan planThrough(const QString &manager, const Facts &facts, const Cast &cast, const QString &target)
{
    const auto &nodes = facts.state.snapshot->nodes;
    Plan plan;
    plan.operation = QStringLiteral("switchover");
    plan.cluster = facts.state.snapshot->cluster;
    plan.to = target;
    plan.from = cast.primary >= 0 ? nodes[cluster::at(cast.primary)].name : QString();
    plan.title = tr("Switch over %1 from %2 to %3 through %4")
                     .arg(plan.cluster, plan.from.isEmpty() ? tr("nobody") : plan.from, target, manager);
    plan.checks = check(facts, cast, target, Way::Manager);
    return plan;
}

std::vector<Step> stepsAround(const Facts &facts, const Cast &cast, const Pieces &p, const Step &switchStep,
                              const QString &followRemedy)
{
    std::vector<Step> steps{lockStep(p, p.primary), lockStep(p, p.candidate), checkpointStep(p)};
    // A stop or a restart by the manager ends their sessions.
    steps[0].renewedUntil = kSwitchover;
    std::erase_if(steps[2].actions,
                  [&](const Action &action) { return !facts.nodes.value(action.node).sql.mayCheckpoint; });
    const auto add = [&steps](std::vector<Step> more) {
        steps.insert(steps.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    };
    add(holdSteps(facts, cast, StoppedBy::Others));
    add(pauseSteps(facts, p, kSwitchover));
    steps.push_back(switchStep);
    std::vector<Step> routing = routingSteps(facts, cast, p, StoppedBy::Others);
    for (Step &step : routing) {
        step.needs.replaceInStrings(QStringLiteral("promote"), kSwitchover);
    }
    add(std::move(routing));
    steps.push_back(followStep(p, p.primary, followRemedy));
    for (const QString &sibling : p.siblings) {
        if (!p.delayed.contains(sibling)) {
            steps.push_back(followStep(p, sibling, followRemedy));
        }
    }
    add(settleSteps(facts, cast));
    Step proof = proofStep(p);
    proof.needs = {kSwitchover};
    steps.push_back(proof);
    steps.push_back(unlockStep(p.candidate));
    return steps;
}

} // namespace howdah::operations::switchover
