// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/operationmodels.h"

#include "tables/cells.h"

namespace howdah::tables {

using cluster::Verdict;
using operations::CheckResult;
using operations::Outcome;
using operations::StepRecord;
using operations::StepState;

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

} // namespace howdah::tables
