// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/journalmodels.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/units.h"
#include "tables/cells.h"
#include "tables/operationmodels.h"

namespace howdah::tables {

using cluster::Verdict;
using operations::JournalState;
using operations::Operation;
using operations::Outcome;
using operations::StepRecord;

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("howdah::tables::Journal", text);
}

QDateTime momentOf(qint64 wallMs)
{
    return wallMs > 0 ? QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC) : QDateTime();
}

std::optional<double> secondsBetween(qint64 fromMs, qint64 toMs)
{
    return fromMs > 0 && toMs >= fromMs ? std::optional(static_cast<double>(toMs - fromMs) / 1000) : std::nullopt;
}

/// "switchover" as a heading writes it.
QString kindOf(const Operation &operation)
{
    const QString &kind = operation.plan.operation;
    return kind.isEmpty() ? unknown() : kind.at(0).toUpper() + kind.mid(1);
}

QString wayOf(const Operation &operation)
{
    return operation.plan.from.isEmpty() || operation.plan.to.isEmpty()
               ? operation.plan.from + operation.plan.to
               : QStringLiteral("%1 → %2").arg(operation.plan.from, operation.plan.to);
}

/// Local time to the millisecond: steps are short.
Cell instantCell(qint64 wallMs)
{
    if (wallMs <= 0) {
        return {};
    }
    const QDateTime local = momentOf(wallMs).toLocalTime();
    return Cell{.text = QLocale::c().toString(local, QStringLiteral("HH:mm:ss.zzz")),
                .sort = wallMs,
                .toolTip = QLocale::c().toString(local, QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz t"))};
}

Cell tookCell(const std::optional<double> &seconds)
{
    return seconds ? secondsCell(seconds) : Cell();
}

Row heading(const QString &key, const QString &text, const QString &more, std::size_t columns)
{
    Row row;
    row.key = key;
    row.cells.resize(columns);
    row.cells[1].text = text;
    row.cells[1].secondary = more;
    row.cells[1].strong = true;
    return row;
}

bool waits(const JournalState &journal, const Operation &one)
{
    return one.outcome == Outcome::Interrupted && operations::finishing(journal, one).may(operations::Finish::Resume);
}

} // namespace

JournalModel::JournalModel(QObject *parent)
    : KeyedTableModel(
          {{.key = QStringLiteral("started"), .title = tr("When"), .width = 16, .fixed = true},
           {.key = QStringLiteral("operation"), .title = tr("Operation"), .width = 14},
           {.key = QStringLiteral("way"), .title = tr("From → to"), .width = 16, .stretch = true},
           {.key = QStringLiteral("outcome"), .title = tr("Outcome"), .width = 14},
           {.key = QStringLiteral("took"),
            .title = tr("Took"),
            .toolTip = tr("From the first step to the last, with what lay between where it was interrupted"),
            .width = 10,
            .number = true,
            .fixed = true},
           {.key = QStringLiteral("id"),
            .title = tr("Id"),
            .toolTip = tr("As \"howdah journal CLUSTER show ID\" takes it"),
            .width = 28,
            .fixed = true,
            .givesWay = 1}},
          parent)
{
}

void JournalModel::setJournal(const JournalState &journal, qint64 nowWallMs)
{
    std::vector<Row> rows;
    for (const auto &operation : journal.operations) {
        Row row;
        row.key = operation->id;
        const bool ended = operation->endedMs > 0;
        Cell kind = textCell(kindOf(*operation));
        kind.toolTip = operation->plan.title;
        kind.strong = waits(journal, *operation);
        row.cells = {timeCell(momentOf(operation->startedMs), nowWallMs),
                     kind,
                     textCell(wayOf(*operation)),
                     stateCell(verdictOf(operation->outcome), operations::toString(operation->outcome)),
                     ended ? secondsCell(secondsBetween(operation->startedMs, operation->endedMs))
                           : nonValue(operation->outcome == Outcome::Running ? tr("not ended") : notApplicable()),
                     textCell(operation->id)};
        rows.push_back(std::move(row));
    }
    std::stable_partition(rows.begin(), rows.end(), [&journal](const Row &row) {
        const auto one = operations::operationOf(journal, row.key);
        return one && waits(journal, *one);
    });
    merge(std::move(rows));
}

JournalStepsModel::JournalStepsModel(QObject *parent)
    : KeyedTableModel(
          {{.key = QStringLiteral("number"), .title = QStringLiteral("#"), .width = 3, .number = true, .fixed = true},
           {.key = QStringLiteral("step"), .title = tr("Step"), .width = 32, .stretch = true},
           {.key = QStringLiteral("node"), .title = tr("Node"), .width = 9},
           {.key = QStringLiteral("state"), .title = tr("State"), .width = 11},
           {.key = QStringLiteral("started"), .title = tr("Started"), .width = 13, .fixed = true},
           {.key = QStringLiteral("took"), .title = tr("Took"), .width = 8, .number = true, .fixed = true},
           {.key = QStringLiteral("remark"), .title = tr("Remark"), .width = 9, .stretch = true}},
          parent)
{
}

void JournalStepsModel::setOperation(const Operation &operation)
{
    std::vector<Row> rows;
    QString phase;
    for (std::size_t i = 0; i < operation.plan.steps.size() && i < operation.steps.size(); ++i) {
        const operations::Step &step = operation.plan.steps[i];
        const StepRecord &record = operation.steps[i];
        if (headingOf(step.phase) != phase) {
            phase = headingOf(step.phase);
            rows.push_back(heading(QStringLiteral("phase/") + phase, phase, {}, columns().size()));
        }
        if (step.pointOfNoReturn) {
            rows.push_back(heading(QStringLiteral("point-of-no-return"), tr("Point of no return"),
                                   tr("undone until here"), columns().size()));
            rows.back().cells[1].tone = Verdict::Warning;
        }
        Row row;
        row.key = step.id;
        Cell remark = record.remark.isEmpty() ? Cell() : textCell(record.remark);
        Cell state = stepStateCell(record);
        if (state.text.isEmpty()) {
            state = nonValue(operations::toString(record.state));
        }
        row.cells = {numberCell(static_cast<qint64>(i) + 1),
                     textCell(step.title),
                     textCell(step.nodes.join(QStringLiteral(", "))),
                     state,
                     instantCell(record.startedMs),
                     tookCell(secondsBetween(record.startedMs, record.endedMs)),
                     remark};
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

QString journalSummary(const JournalState &journal)
{
    if (!journal.read || journal.operations.empty()) {
        return {};
    }
    const auto count = static_cast<int>(journal.operations.size());
    const auto left = std::count_if(journal.operations.begin(), journal.operations.end(),
                                    [&journal](const auto &one) { return waits(journal, *one); });
    const bool running = std::any_of(journal.operations.begin(), journal.operations.end(),
                                     [](const auto &one) { return one->outcome == Outcome::Running; });
    const QString all = count == 1 ? words("1 operation") : words("%1 operations").arg(count);
    return all + (left > 0 ? words(", %1 interrupted").arg(left) : running ? words(", one is running") : QString());
}

QString journalEmptySentence(const JournalState &journal)
{
    return journal.read ? words("Nothing has been done to this cluster from here. Each switchover will stand here with "
                                "its steps, from the moment it begins.")
                        : words("Reading the journal …");
}

QString journalUnreadable(const JournalState &journal)
{
    return journal.unreadable.join(QLatin1Char('\n'));
}

std::vector<JournalFact> journalFacts(const Operation &operation)
{
    const auto moment = [](qint64 wallMs) {
        return QLocale::c().toString(momentOf(wallMs).toLocalTime(), QStringLiteral("d MMM yyyy HH:mm:ss t"));
    };
    const auto took = secondsBetween(operation.startedMs, operation.endedMs);
    const bool ended = operation.endedMs > 0;
    return {{words("From → to"), wayOf(operation)},
            {words("Started"), moment(operation.startedMs)},
            {words("Ended"), ended ? moment(operation.endedMs) : words("not ended"), false, !ended},
            {words("Took"), took ? core::formatSeconds(*took) : notApplicable(), took.has_value(), !took},
            {words("Id"), operation.id, true},
            {words("File"), operation.path}};
}

std::vector<std::pair<QString, QString>> journalStory(const Operation &operation,
                                                      const operations::Finishing &finishing)
{
    using operations::Finish;
    std::vector<std::pair<QString, QString>> story;
    const bool open = operation.outcome == Outcome::Running || operations::isUnfinished(operation);
    if (operations::isWhole(operation) && (open || operation.outcome == Outcome::Undone)) {
        story.emplace_back(words("Stands"), operations::standingText(operation));
    }
    for (const QString &one : operation.remains) {
        story.emplace_back(operations::isAsBefore(operation.outcome) ? words("Why") : words("Remains"), one);
    }
    if (operations::isUnfinished(operation)) {
        if (finishing.whyNotResume == finishing.whyNotUndo && !finishing.may(Finish::Resume)) {
            story.emplace_back(words("By hand"), words("It can't be finished from here: %1. Look at what it has left "
                                                       "yourself.")
                                                     .arg(finishing.whyNotResume));
        } else if (!finishing.may(Finish::Undo)) {
            story.emplace_back(
                words("Forward"),
                words("Resume goes on where it stopped. It can't be undone: %1.").arg(finishing.whyNotUndo));
        } else {
            story.emplace_back(words("Next"), words("Resume goes on where it stopped; undo takes back what was done."));
        }
    }
    if (!operations::isWhole(operation)) {
        story.emplace_back(words("Steps"), words("Only the newest %1 operations are read whole: its steps are in its "
                                                 "file, and in what is exported.")
                                               .arg(operations::kWholeOperations));
    }
    if (story.empty()) {
        story.emplace_back(words("Remains"), words("Nothing: it came to its end."));
    }
    return story;
}

} // namespace howdah::tables
