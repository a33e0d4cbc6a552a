// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <optional>
#include <vector>

#include "operations/journal.h"
#include "operations/plan.h"

namespace howdah::operations::switchover {

/// How long the steps of earlier switchovers of a cluster took.
struct Estimates {
    int switchovers = 0;        ///< how many there were
    QHash<QString, int> stepMs; ///< median, by the step's id

    bool operator==(const Estimates &) const = default;
};

/// From what the journal has of that cluster: the newest ten that were done. Pure.
Estimates estimatesFrom(const std::vector<Operation> &operations, const QString &cluster);

/// What a candidate has still to replay, and how fast it has been seen to replay.
struct ReplayLeft {
    std::optional<qint64> bytes;
    std::optional<double> bytesPerSecond; ///< the most that was seen; empty: nothing to replay was seen
};

/// Puts into the plan's steps what is to be expected: the medians where there are some, else what is usual, which the
/// plan has already; and the time to replay on top of the proof. Pure.
void applyEstimates(Plan &plan, const Estimates &estimates, const ReplayLeft &replay);

/// How long writes wait when all goes as expected, with what that rests on.
struct WaitEstimate {
    int ms = 0;
    int from = 0; ///< of so many earlier switchovers; 0: what is usual
};

/// Empty when a check refuses, or when there is more to replay than anybody can tell how long it takes. Pure.
std::optional<WaitEstimate> writesWait(const Plan &plan);
/// WAL that is replayed in no time worth speaking of.
inline constexpr qint64 kReplayedAtOnce = 1LL << 20;

/// The estimate in a sentence: "Writes wait about 110 ms (median of 3 switchovers here).", or that it can't be told.
/// Empty where no writes wait, or a check refuses. Pure.
QString waitSentence(const Plan &plan);

/// "about 110 ms", and on what it rests: "median of 3 switchovers", "typical".
QString waitText(const WaitEstimate &estimate);
QString waitBasis(const WaitEstimate &estimate);

} // namespace howdah::operations::switchover
