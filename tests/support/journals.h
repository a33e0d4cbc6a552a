// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/journalfollower.h"
#include "support/plans.h"
#include "support/snapshots.h"

namespace howdah::testsupport {

/// An operation of orders as the journal has it, begun so long ago; ended when it took some time.
inline operations::Operation journaled(const QString &id, operations::Outcome outcome, qint64 agoMs, qint64 tookMs = 0)
{
    operations::Operation made;
    made.id = id;
    made.path = QStringLiteral("/journal/%1.jsonl").arg(id);
    made.plan = smallPlan();
    made.steps.resize(made.plan.steps.size());
    made.outcome = outcome;
    made.startedMs = kNowWallMs - agoMs;
    made.endedMs = tookMs > 0 ? made.startedMs + tookMs : 0;
    return made;
}

/// With its first steps done, a tenth of a second each, and the next one begun where nobody saw its end.
inline operations::Operation journaledUpTo(operations::Operation operation, std::size_t done, bool nextBegun = false)
{
    qint64 at = operation.startedMs;
    for (std::size_t i = 0; i < operation.steps.size() && i < done; ++i, at += 100) {
        operation.steps[i] = {operations::StepState::Done, at, at + 100, {}};
    }
    if (nextBegun && done < operation.steps.size()) {
        operation.steps[done] = {operations::StepState::Started, at, 0, {}};
    }
    return operation;
}

/// A journal that was read, with those operations, which come newest first.
inline operations::JournalState journalOf(const std::vector<operations::Operation> &operations)
{
    operations::JournalState state;
    state.read = true;
    state.directory = QStringLiteral("/journal");
    for (const operations::Operation &one : operations) {
        state.operations.push_back(std::make_shared<const operations::Operation>(one));
    }
    return state;
}

} // namespace howdah::testsupport
