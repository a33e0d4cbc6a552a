// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>
#include <optional>

#include "cluster/health.h"

namespace howdah::charts {

/// What ends a slot, and when, as the rules see it (cluster::SlotFacts).
struct Outlook {
    std::optional<double> limit;                     ///< bytes past which it is lost
    std::optional<double> fullInSeconds;             ///< from now until then; empty: nothing can be foretold
    cluster::Verdict verdict = cluster::Verdict::Ok; ///< warning and critical have their colours

    /// True when there is a line to draw: it will reach its limit, and has not yet.
    bool foretells() const { return limit && fullInSeconds.value_or(0) > 0; }
};

/// The line that a slot takes when it goes on growing as now.
struct Forecast {
    qint64 fromMs = 0, toMs = 0; ///< monotonic: now, and when the limit is reached
    double from = 0, to = 0;     ///< bytes

    double bytesPerSecond() const;
    double at(qint64 monotonicMs) const; ///< bytes
};

/// Pure. From what the slot holds now; empty when nothing is foretold.
std::optional<Forecast> forecastFrom(const Outlook &outlook, qint64 nowMs, double held);

/// How much of the past and of what is to come stands side by side.
struct Spans {
    qint64 pastMs = 0;
    qint64 aheadMs = 0;
};

/// Pure: both for a forecast. The end comes into view when it is at most one and a half times as far away as the range
/// is long; else the line runs out of it. More of the past than is known may be shown then, up to the range, so that
/// now does not stand at the edge.
Spans spansFor(const Outlook &outlook, qint64 pastMs, qint64 rangeMs);

} // namespace howdah::charts
