// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/operationmodels.h"

#include <algorithm>

#include "core/units.h"
#include "tables/cells.h"

namespace howdah::tables {

using cluster::Verdict;
using operations::CheckResult;
using operations::Outcome;

namespace {

Cell plain(const QString &text, const QString &toolTip = {})
{
    Cell cell = textCell(text, QString());
    cell.toolTip = toolTip.isEmpty() ? text : toolTip;
    return cell;
}

} // namespace

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

OperationsModel::OperationsModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("started"), .title = tr("Started"), .width = 14, .fixed = true},
                       {.key = QStringLiteral("operation"), .title = tr("Operation"), .width = 36, .stretch = true},
                       {.key = QStringLiteral("outcome"), .title = tr("Outcome"), .width = 14},
                       {.key = QStringLiteral("took"), .title = tr("Took"), .width = 9, .number = true, .fixed = true}},
                      parent)
{
}

void OperationsModel::setOperations(const std::vector<operations::Operation> &operations, qint64 nowWallMs)
{
    std::vector<Row> rows;
    for (const operations::Operation &operation : operations) {
        Row row;
        row.key = operation.id;
        const bool ended = operation.endedMs > operation.startedMs;
        row.cells = {
            timeCell(QDateTime::fromMSecsSinceEpoch(operation.startedMs, Qt::UTC), nowWallMs),
            plain(operation.plan.title, operation.remains.join(QLatin1Char('\n'))),
            stateCell(verdictOf(operation.outcome), operations::toString(operation.outcome)),
            secondsCell(ended ? std::optional(static_cast<double>(operation.endedMs - operation.startedMs) / 1000)
                              : std::nullopt)};
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

} // namespace howdah::tables
