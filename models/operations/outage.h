// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "operations/journal.h"
#include "operations/plan.h"

namespace howdah::operations {

/// A step of the time in which writes wait, as it went.
struct OutagePhase {
    QString id;           ///< the step's
    QString name;         ///< in a word: "Stop", "Prove", "Promote", "Address"
    qint64 startedMs = 0; ///< wall clock
    qint64 endedMs = 0;   ///< 0 while it runs

    bool operator==(const OutagePhase &) const = default;
};

/// How long the steps of a phase are expected to take, those of one lane at once, in ms; of the outage, as long as
/// writes wait for them. Empty without one, or where one can't be told. Pure.
std::optional<int> expectedMsOf(const std::vector<Step> &steps, Phase phase);

/// The steps of the outage that have begun, in their order. records as the plan's steps. Pure.
std::vector<OutagePhase> outagePhases(const Plan &plan, const std::vector<StepRecord> &records);

/// How long writes waited by the steps alone, from the begin of the first of the outage to the end of the last, in ms:
/// less than what applications see, who must also notice and connect. Empty unless all of them were done. Pure.
std::optional<qint64> outageBySteps(const Plan &plan, const std::vector<StepRecord> &records);

/// The same of one that several consoles were at: from the first begin of the outage, whatever came in between. Pure.
std::optional<qint64> outageAtMost(const Plan &plan, const std::vector<StepRecord> &records);

/// The same of an operation that was undone: until the first step of the outage was taken back, which is the last one
/// that is. Writes waited no longer, and maybe not at all, since what was begun need not have had an effect. Empty when
/// nothing of it was begun or taken back by us, when it is not known, and where a manager acted. Pure.
std::optional<qint64> outageUndone(const Plan &plan, const std::vector<StepRecord> &records);

} // namespace howdah::operations
