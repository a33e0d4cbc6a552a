// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDateTime>
#include <algorithm>

#include "core/units.h"
#include "operations/outage.h"
#include "tables/cells.h"
#include "tables/operationmodels.h"

namespace howdah::tables {

using cluster::Verdict;
using core::formatSeconds;
using operations::Phase;
using operations::Step;
using operations::StepRecord;
using operations::StepState;

namespace {

/// A step that is done sooner needs no words on what it waits for.
constexpr qint64 kWaitsAfterMs = 400;

Cell plain(const QString &text, const QString &toolTip = {})
{
    Cell cell = textCell(text, QString());
    cell.toolTip = toolTip.isEmpty() ? text : toolTip;
    return cell;
}

bool isRunning(const StepRecord &record)
{
    return record.state == StepState::Started || record.state == StepState::Undoing;
}

double seconds(qint64 ms)
{
    return static_cast<double>(ms) / 1000;
}

/// How long a step took, takes so far, or is expected to take.
Cell tookCell(const Step &step, const StepRecord &record, qint64 nowMs)
{
    if (isRunning(record) && nowMs >= record.startedMs) {
        Cell cell = secondsCell(seconds(nowMs - record.startedMs));
        cell.strong = true;
        return cell;
    }
    if (record.endedMs > 0 && record.startedMs > 0) {
        return secondsCell(seconds(record.endedMs - record.startedMs));
    }
    if (record.state == StepState::Waiting && step.expectedMs > 0) {
        Cell cell = secondsCell(step.expectedMs / 1000.0);
        cell.nonValue = true; // an estimate
        return cell;
    }
    return {};
}

/// The glyph before a title says the same as the state in words.
void markTitle(Cell &title, const StepRecord &record)
{
    if (isRunning(record)) {
        title.icon = QStringLiteral("running");
        title.nodeRole = cluster::NodeRole::Standby; // the colour of what goes on
        title.strong = true;
    } else if (record.state == StepState::Waiting) {
        title.icon = QStringLiteral("idle");
    } else {
        title.verdict = stepStateCell(record).verdict;
    }
}

QString localTimeOf(qint64 wallMs)
{
    return QDateTime::fromMSecsSinceEpoch(wallMs).toString(QStringLiteral("HH:mm:ss.zzz"));
}

} // namespace

StepsModel::StepsModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("number"), .title = tr("#"), .width = 3, .number = true},
                       {.key = QStringLiteral("step"), .title = tr("Step"), .width = 34, .stretch = true},
                       {.key = QStringLiteral("node"), .title = tr("Node"), .width = 8},
                       {.key = QStringLiteral("at"), .title = tr("At, s"), .width = 8, .number = true, .fixed = true},
                       {.key = QStringLiteral("took"), .title = tr("Took"), .width = 8, .number = true, .fixed = true},
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

void StepsModel::setProgress(const operations::Progress &progress, qint64 nowWallMs)
{
    m_progress = progress;
    m_nowMs = nowWallMs;
    setRecords(progress.steps());
}

int StepsModel::stepOf(const QString &key) const
{
    const auto at =
        std::find_if(m_plan.steps.begin(), m_plan.steps.end(), [&](const Step &step) { return step.id == key; });
    return at == m_plan.steps.end() ? -1 : static_cast<int>(at - m_plan.steps.begin());
}

qint64 StepsModel::firstStartMs() const
{
    qint64 first = 0;
    for (const StepRecord &record : m_records) {
        if (record.startedMs > 0 && (first == 0 || record.startedMs < first)) {
            first = record.startedMs;
        }
    }
    return first;
}

bool StepsModel::isOver(Phase phase) const
{
    for (std::size_t i = 0; i < m_plan.steps.size(); ++i) {
        if (m_plan.steps[i].phase == phase && (isRunning(m_records[i]) || m_records[i].state == StepState::Waiting)) {
            return false;
        }
    }
    return true;
}

/// "about 2.2 s" before, "took 2.04 s" afterwards, "4.3 s so far" meanwhile.
QString StepsModel::spanOf(Phase phase) const
{
    qint64 from = 0, to = 0;
    bool begun = false;
    for (std::size_t i = 0; i < m_plan.steps.size(); ++i) {
        const StepRecord &record = m_records[i];
        if (m_plan.steps[i].phase != phase) {
            continue;
        }
        if (record.startedMs > 0) {
            begun = true;
            from = from == 0 ? record.startedMs : std::min(from, record.startedMs);
            to = std::max(to, isRunning(record) ? m_nowMs : record.endedMs);
        }
    }
    if (!begun) {
        const auto expected = operations::expectedMsOf(m_plan.steps, phase);
        return expected ? tr("about %1").arg(formatSeconds(*expected / 1000.0)) : tr("not estimated");
    }
    const QString took = formatSeconds(seconds(std::max<qint64>(0, to - from)));
    return !isOver(phase)           ? tr("%1 so far").arg(took)
           : phase == Phase::Outage ? tr("%1 by the steps").arg(took)
                                    : tr("took %1").arg(took);
}

Row StepsModel::headingRow(Phase phase) const
{
    Row row;
    row.key = QStringLiteral("phase/") + headingOf(phase);
    row.form = RowForm::Heading;
    row.band = phase == Phase::Outage;
    row.cells.resize(columns().size());
    row.cells.front().text = phase == Phase::Outage && isOver(phase) ? tr("Writes waited") : headingOf(phase);
    row.cells.front().secondary = spanOf(phase);
    row.cells.front().strong = true;
    return row;
}

Row StepsModel::returnRow(std::size_t step) const
{
    const StepRecord &record = m_records[step];
    Row row;
    row.key = QStringLiteral("point-of-no-return");
    row.form = RowForm::Divider;
    row.band = m_plan.steps[step].phase == Phase::Outage;
    row.cells.resize(columns().size());
    row.cells.front().text = tr("Point of no return");
    row.cells.front().secondary = record.startedMs == 0 ? tr("until here everything is undone by itself")
                                  : record.state == StepState::Undone
                                      ? tr("not passed")
                                      : tr("passed at %1").arg(localTimeOf(record.startedMs));
    row.cells.front().tone = Verdict::Warning;
    return row;
}

Row StepsModel::stepRow(std::size_t i) const
{
    const Step &step = m_plan.steps[i];
    const StepRecord &record = m_records[i];
    Row row;
    row.key = step.id;
    row.band = step.phase == Phase::Outage;
    Cell title = plain(step.title, record.remark.isEmpty() ? step.title : record.remark);
    title.strong = step.pointOfNoReturn;
    Cell at;
    if (hasBegun()) {
        markTitle(title, record);
        if (record.startedMs > 0) {
            at = plain(QString::number(seconds(record.startedMs - firstStartMs()), 'f', 3));
            at.sort = record.startedMs;
        }
    }
    row.cells = {numberCell(static_cast<qint64>(i) + 1),
                 title,
                 plain(step.nodes.join(QStringLiteral(", "))),
                 at,
                 tookCell(step, record, m_nowMs),
                 stepStateCell(record)};
    return row;
}

void StepsModel::addWaiting(std::vector<Row> &rows, std::size_t i) const
{
    const Step &step = m_plan.steps[i];
    const StepRecord &record = m_records[i];
    const qint64 since = m_nowMs - record.startedMs;
    if (!isRunning(record) || m_nowMs == 0 || since < kWaitsAfterMs) {
        return;
    }
    const auto asked = m_progress.asked(static_cast<int>(i));
    const auto &list = asked && asked->list == operations::ActionNote::List::Verify ? step.verify : step.actions;
    const bool known = asked && asked->index < static_cast<int>(list.size());
    const operations::Action action = known ? list[static_cast<std::size_t>(asked->index)] : operations::Action();
    const QString deadline = formatSeconds(step.deadlineMs / 1000.0);
    QString words = action.text.isEmpty() ? tr("The deadline is %1.").arg(deadline)
                                          : tr("Waits until %1; the deadline is %2.").arg(action.text, deadline);
    // What a command says while it runs is what it waits for.
    const QString said = action.kind == operations::Action::Kind::Command
                             ? m_progress.saidSince(action.node, record.startedMs)
                             : QString();
    words += said.isEmpty() ? QString() : QLatin1Char(' ') + said;
    Row note;
    note.key = QStringLiteral("note/") + step.id;
    note.form = RowForm::Note;
    note.band = step.phase == Phase::Outage;
    note.cells.resize(columns().size());
    note.cells.front().text = words;
    note.cells.front().toolTip = words;
    rows.push_back(note);
    Row bar = note;
    bar.key = QStringLiteral("progress/") + step.id;
    bar.form = RowForm::Progress;
    bar.cells.front().text.clear();
    bar.cells.front().bar = Bar{.fraction = static_cast<double>(since) / std::max(1, step.deadlineMs)};
    rows.push_back(std::move(bar));
}

void StepsModel::update()
{
    std::vector<Row> rows;
    std::optional<Phase> phase;
    for (std::size_t i = 0; i < m_plan.steps.size(); ++i) {
        const Step &step = m_plan.steps[i];
        if (phase != step.phase) {
            phase = step.phase;
            rows.push_back(headingRow(step.phase));
        }
        if (step.pointOfNoReturn) {
            rows.push_back(returnRow(i));
        }
        rows.push_back(stepRow(i));
        addWaiting(rows, i);
    }
    merge(std::move(rows));
}

} // namespace howdah::tables
