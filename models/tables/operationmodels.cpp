// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/operationmodels.h"

#include <algorithm>

#include "core/units.h"
#include "tables/cells.h"

namespace howdah::tables {

using cluster::Verdict;
using operations::CheckResult;
using operations::Outcome;
using operations::StepRecord;
using operations::StepState;

namespace {

Row heading(const QString &key, const QString &text, std::size_t columns)
{
    Row row;
    row.key = key;
    row.cells.resize(columns);
    row.cells.front().text = text;
    row.cells.front().strong = true;
    return row;
}

Cell plain(const QString &text, const QString &toolTip = {})
{
    Cell cell = textCell(text, QString());
    cell.toolTip = toolTip.isEmpty() ? text : toolTip;
    return cell;
}

/// How long a step took, or is expected to take.
Cell tookCell(const operations::Step &step, const StepRecord &record)
{
    if (record.endedMs > 0 && record.startedMs > 0) {
        return secondsCell(static_cast<double>(record.endedMs - record.startedMs) / 1000);
    }
    if (record.state == StepState::Waiting && step.expectedMs > 0) {
        Cell cell = secondsCell(step.expectedMs / 1000.0);
        cell.nonValue = true; // an estimate
        return cell;
    }
    return {};
}

} // namespace

Cell stepStateCell(const StepRecord &record)
{
    switch (record.state) {
    case StepState::Waiting:
        return {};
    case StepState::Started:
    case StepState::Undoing:
        return stateCell(Verdict::Unknown, operations::toString(record.state));
    case StepState::Done:
        return stateCell(Verdict::Ok, operations::toString(record.state));
    case StepState::Skipped:
    case StepState::Undone:
        return stateCell(Verdict::Warning, operations::toString(record.state));
    case StepState::Failed:
    case StepState::UndoFailed:
        break;
    }
    return stateCell(Verdict::Critical, operations::toString(record.state));
}

Verdict verdictOf(CheckResult result)
{
    switch (result) {
    case CheckResult::Passed:
        return Verdict::Ok;
    case CheckResult::Warning:
        return Verdict::Warning;
    case CheckResult::Failed:
        return Verdict::Critical;
    case CheckResult::Unknown:
        break;
    }
    return Verdict::Unknown;
}

Verdict verdictOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Done:
        return Verdict::Ok;
    case Outcome::Refused:
    case Outcome::Undone:
        return Verdict::Warning;
    case Outcome::Running:
        return Verdict::Unknown;
    default:
        return Verdict::Critical;
    }
}

ChecksModel::ChecksModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("check"), .title = tr("Check"), .width = 28, .stretch = true},
                       {.key = QStringLiteral("evidence"), .title = tr("Evidence"), .width = 30, .stretch = true}},
                      parent)
{
}

void ChecksModel::setChecks(const std::vector<operations::Check> &checks)
{
    m_checks = checks;
    std::vector<Row> rows;
    QString group;
    QHash<QString, int> seen;
    for (const operations::Check &check : checks) {
        if (check.group != group) {
            group = check.group;
            rows.push_back(heading(QStringLiteral("group/") + group, group, columns().size()));
        }
        const int nth = ++seen[check.id];
        Row row;
        row.key = nth == 1 ? check.id : QStringLiteral("%1/%2").arg(check.id).arg(nth);
        Cell title = stateCell(verdictOf(check.result), check.title);
        title.toolTip = check.remedy.isEmpty() ? check.title : check.title + QLatin1Char('\n') + check.remedy;
        row.cells = {title,
                     plain(check.evidence, check.remedy.isEmpty() ? check.evidence
                                                                  : check.evidence + QLatin1Char('\n') + check.remedy)};
        if (check.result != CheckResult::Passed) {
            row.cells[1].tone = verdictOf(check.result);
        }
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

int ChecksModel::count(CheckResult result) const
{
    return static_cast<int>(std::count_if(m_checks.begin(), m_checks.end(),
                                          [result](const operations::Check &check) { return check.result == result; }));
}

StepsModel::StepsModel(QObject *parent)
    : KeyedTableModel(
          {{.key = QStringLiteral("number"), .title = QStringLiteral("#"), .width = 3, .number = true, .fixed = true},
           {.key = QStringLiteral("step"), .title = tr("Step"), .width = 30, .stretch = true},
           {.key = QStringLiteral("node"), .title = tr("Node"), .width = 10},
           {.key = QStringLiteral("took"), .title = tr("Time"), .width = 8, .number = true, .fixed = true},
           {.key = QStringLiteral("state"), .title = tr("State"), .width = 9}},
          parent)
{
}

void StepsModel::setPlan(const operations::Plan &plan)
{
    m_plan = plan;
    m_records.resize(plan.steps.size());
    update();
}

void StepsModel::setRecords(const std::vector<StepRecord> &records)
{
    m_records = records;
    m_records.resize(m_plan.steps.size());
    update();
}

int StepsModel::stepOf(const QString &key) const
{
    const auto at = std::find_if(m_plan.steps.begin(), m_plan.steps.end(),
                                 [&](const operations::Step &step) { return step.id == key; });
    return at == m_plan.steps.end() ? -1 : static_cast<int>(at - m_plan.steps.begin());
}

void StepsModel::update()
{
    std::vector<Row> rows;
    QString phase;
    for (std::size_t i = 0; i < m_plan.steps.size(); ++i) {
        const operations::Step &step = m_plan.steps[i];
        const StepRecord &record = m_records[i];
        if (headingOf(step.phase) != phase) {
            phase = headingOf(step.phase);
            Row row = heading(QStringLiteral("phase/") + phase, QString(), columns().size());
            row.cells[1].text = phase;
            row.cells[1].strong = true;
            rows.push_back(std::move(row));
        }
        if (step.pointOfNoReturn) {
            Row row = heading(QStringLiteral("point-of-no-return"), QString(), columns().size());
            row.cells[1].text = tr("Point of no return");
            row.cells[1].secondary = tr("undone until here");
            row.cells[1].tone = Verdict::Warning;
            rows.push_back(std::move(row));
        }
        Row row;
        row.key = step.id;
        row.cells = {numberCell(static_cast<qint64>(i) + 1),
                     plain(step.title, record.remark.isEmpty() ? step.title : record.remark),
                     plain(step.nodes.join(QStringLiteral(", "))), tookCell(step, record), stepStateCell(record)};
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

CandidatesModel::CandidatesModel(QObject *parent)
    : KeyedTableModel(
          {{.key = QStringLiteral("node"), .title = tr("Hand the writes to"), .width = 22, .stretch = true},
           {.key = QStringLiteral("now"), .title = tr("Now"), .width = 24},
           {.key = QStringLiteral("lost"), .title = tr("Would be lost"), .width = 12},
           {.key = QStringLiteral("replay"), .title = tr("To replay"), .width = 10, .number = true, .fixed = true},
           {.key = QStringLiteral("verdict"), .title = tr("Verdict"), .width = 24}},
          parent)
{
}

void CandidatesModel::setState(const cluster::ClusterState &state, const operations::Plan &plan)
{
    std::vector<Row> rows;
    for (std::size_t i = 0; state.snapshot && i < state.snapshot->nodes.size(); ++i) {
        const cluster::NodeStatus &node = state.snapshot->nodes[i];
        const cluster::Place &place = state.assessment->topology.places[i];
        if (node.kind == cluster::NodeKind::Witness || static_cast<int>(i) == state.assessment->topology.primary ||
            place.sameAs >= 0) {
            continue;
        }
        const cluster::StandbyLag &lag = state.assessment->lag[i];
        Row row;
        row.key = node.name;
        row.stale = !isFresh(*state.snapshot, node);
        Cell name = nameCell(node.name);
        name.secondary = toString(place.role);
        name.icon =
            place.role == cluster::NodeRole::CascadingStandby ? QStringLiteral("cascading") : QStringLiteral("standby");
        name.nodeRole = place.role;
        Cell verdict;
        if (node.name == plan.to) {
            const CheckResult found = operations::worst(plan.checks);
            verdict = stateCell(verdictOf(found), found == CheckResult::Passed    ? tr("ready")
                                                  : found == CheckResult::Warning ? tr("ready, with warnings")
                                                  : found == CheckResult::Failed  ? tr("refused")
                                                                                  : tr("not all could be checked"));
        } else {
            const bool direct = place.upstream >= 0 && place.upstream == state.assessment->topology.primary;
            verdict = direct ? nonValue(tr("not checked yet"))
                             : stateCell(Verdict::Critical, tr("does not follow the primary"));
        }
        row.cells = {name, plain(state.assessment->nodeStates[i]), plain(cluster::lossText(lag)),
                     bytesCell(lag.toReplay, unknown()), verdict};
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

} // namespace howdah::tables
