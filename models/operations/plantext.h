// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "operations/journal.h"
#include "operations/plan.h"

namespace howdah::operations {

/// A plan as the dry run prints it: checks with their evidence, then the steps with what each will run.
QString planText(const Plan &plan);
/// Of one that is refused: its title, and the checks that did not pass.
QString refusedText(const Plan &plan);
/// One line: "✓" is not for every terminal, so the result stands in words.
QString checkLine(const Check &check);
/// "stop: done in 42 ms", or with the reason why it failed.
QString stepLine(const Step &step, const StepRecord &record);
/// One operation of the journal, with its steps when whole.
QString operationText(const Operation &operation, bool whole);
/// All that the journal has of one: its steps with when and where they ran and what they found, its checks, what the
/// nodes said, what was read for later steps, what remains. Times are UTC.
QString operationDetails(const Operation &operation);

} // namespace howdah::operations
