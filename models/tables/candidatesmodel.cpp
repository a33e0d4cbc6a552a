// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "cluster/candidate.h"
#include "core/units.h"
#include "operations/switchover/checks.h"
#include "tables/cells.h"
#include "tables/operationmodels.h"

namespace howdah::tables {

using cluster::Verdict;
using operations::Check;
using operations::CheckResult;
namespace switchover = operations::switchover;

namespace {

/// "streaming, sync, TL 7"
QString nowText(const cluster::ClusterState &state, std::size_t i)
{
    QStringList words{state.assessment->nodeStates[i]};
    for (const cluster::Edge &edge : state.assessment->topology.edges) {
        if (edge.to == static_cast<int>(i) && !edge.syncState.isEmpty()) {
            words.append(edge.syncState);
        }
    }
    const cluster::NodeStatus &node = state.snapshot->nodes[i];
    if (node.sample && node.sample->timeline) {
        words.append(CandidatesModel::tr("TL %1").arg(*node.sample->timeline));
    }
    return words.join(QStringLiteral(", "));
}

/// Of whom everything has been checked.
Cell verdictOfPlan(const operations::Plan &plan)
{
    const CheckResult found = operations::worst(plan.checks);
    const auto warnings = std::count_if(plan.checks.begin(), plan.checks.end(),
                                        [](const Check &check) { return check.result == CheckResult::Warning; });
    QString words;
    switch (found) {
    case CheckResult::Passed:
        return plan.checks.empty() ? stateCell(Verdict::Unknown, CandidatesModel::tr("being checked"))
                                   : stateCell(Verdict::Ok, CandidatesModel::tr("ready"));
    case CheckResult::Warning:
        // It goes once the warnings are accepted, which stand below.
        return stateCell(Verdict::Ok, warnings == 1 ? CandidatesModel::tr("ready, 1 warning")
                                                    : CandidatesModel::tr("ready, %1 warnings").arg(warnings));
    case CheckResult::Failed:
        words = CandidatesModel::tr("refused");
        break;
    case CheckResult::Unknown:
        words = CandidatesModel::tr("not all could be checked");
        break;
    }
    return stateCell(verdictOf(found), words);
}

/// Of the others what the state tells, which is enough to refuse one, and never enough to be ready: that is for a plan.
Cell verdictOfOther(const cluster::ClusterState &state, const QString &node, const operations::Plan *plan)
{
    const std::vector<Check> checks = switchover::checkByState(state, node);
    for (const CheckResult result : {CheckResult::Failed, CheckResult::Unknown}) {
        const auto at =
            std::find_if(checks.begin(), checks.end(), [result](const Check &check) { return check.result == result; });
        if (at != checks.end()) {
            Cell cell = stateCell(verdictOf(result), at->evidence);
            cell.toolTip = at->title + QLatin1String(": ") + at->evidence + QLatin1Char('\n') + at->remedy;
            return cell;
        }
    }
    return plan && !plan->checks.empty() ? verdictOfPlan(*plan) : nonValue(CandidatesModel::tr("not checked yet"));
}

Cell waitsCell(const operations::Plan *plan, bool chosen)
{
    const auto estimate = plan ? switchover::writesWait(*plan) : std::nullopt;
    if (!estimate) {
        return nonValue(CandidatesModel::tr("not estimated"));
    }
    Cell cell = secondsCell(estimate->ms / 1000.0);
    cell.strong = chosen;
    cell.toolTip = switchover::waitBasis(*estimate);
    return cell;
}

} // namespace

CandidatesModel::CandidatesModel(QObject *parent)
    : KeyedTableModel(
          {{.key = QStringLiteral("node"), .title = tr("Hand the writes to"), .width = 24, .stretch = true},
           {.key = QStringLiteral("now"), .title = tr("Now"), .width = 24},
           {.key = QStringLiteral("lost"), .title = tr("Would be lost"), .width = 12},
           {.key = QStringLiteral("replay"), .title = tr("To replay"), .width = 9, .number = true, .fixed = true},
           {.key = QStringLiteral("trend"), .title = tr("Trend, 60 s"), .width = 11},
           {.key = QStringLiteral("waits"),
            .title = tr("Writes wait about"),
            .width = 14,
            .number = true,
            .fixed = true},
           {.key = QStringLiteral("verdict"), .title = tr("Verdict"), .width = 24, .stretch = true}},
          parent)
{
}

void CandidatesModel::setState(const cluster::ClusterState &state, const operations::Plan &plan,
                               const QHash<QString, Spark> &trends, const std::vector<operations::Plan> &others)
{
    std::vector<Row> rows;
    for (std::size_t i = 0; state.snapshot && i < state.snapshot->nodes.size(); ++i) {
        const cluster::NodeStatus &node = state.snapshot->nodes[i];
        const cluster::Place &place = state.assessment->topology.places[i];
        if (!cluster::isCandidate(state, i)) {
            continue;
        }
        const cluster::StandbyLag &lag = state.assessment->lag[i];
        const bool chosen = node.name == plan.to;
        const auto other = std::find_if(others.begin(), others.end(),
                                        [&](const operations::Plan &one) { return one.to == node.name; });
        const operations::Plan *own = chosen ? &plan : other == others.end() ? nullptr : &*other;
        Row row;
        row.key = node.name;
        row.stale = !isFresh(*state.snapshot, node);
        Cell name = nameCell(node.name);
        name.radio = chosen;
        name.secondary = toString(place.role);
        name.icon =
            place.role == cluster::NodeRole::CascadingStandby ? QStringLiteral("cascading") : QStringLiteral("standby");
        name.nodeRole = place.role;
        Cell lost = textCell(cluster::lossText(lag), unknown());
        lost.strong = chosen;
        Cell trend;
        trend.spark = trends.value(node.name);
        trend.toolTip = tr("How far it was behind over the last minute");
        row.cells = {name,
                     textCell(nowText(state, i), QString()),
                     lost,
                     bytesCell(lag.toReplay, unknown()),
                     trend,
                     waitsCell(own, chosen),
                     chosen ? verdictOfPlan(plan) : verdictOfOther(state, node.name, own)};
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

} // namespace howdah::tables
