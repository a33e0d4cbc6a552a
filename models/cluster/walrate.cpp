// SPDX-License-Identifier: GPL-3.0-or-later
#include "walrate.h"

#include <algorithm>

namespace howdah::cluster {

namespace {
constexpr qint64 kQuietMs = 2000;
}

bool stoodStill(const std::deque<TrailPoint> &trail, Lsn lsn, qint64 monotonicMs)
{
    for (auto point = trail.crbegin(); point != trail.crend() && point->lsn == lsn; ++point) {
        if (point->monotonicMs <= monotonicMs - kQuietMs) {
            return true;
        }
    }
    return false;
}

std::optional<double> peakWalRate(const std::deque<TrailPoint> &trail, qint64 windowMs)
{
    std::optional<double> peak;
    for (std::size_t i = trail.size(); i-- > 1;) {
        const TrailPoint &before = trail[i - 1];
        const qint64 elapsed = trail[i].monotonicMs - before.monotonicMs;
        if (peak && trail.back().monotonicMs - before.monotonicMs > windowMs) {
            break;
        }
        if (elapsed > 0) {
            const auto written = static_cast<double>(std::max<qint64>(0, bytesBetween(before.lsn, trail[i].lsn)));
            peak = std::max(peak.value_or(0), written * 1000 / static_cast<double>(elapsed));
        }
    }
    return peak;
}

std::optional<double> averageWalRate(const std::deque<TrailPoint> &trail, qint64 windowMs, qint64 leastMs)
{
    for (auto point = trail.crbegin(); point != trail.crend(); ++point) {
        const qint64 elapsed = trail.back().monotonicMs - point->monotonicMs;
        if (elapsed >= windowMs || (point + 1 == trail.crend() && elapsed >= leastMs && elapsed > 0)) {
            const qint64 written = bytesBetween(point->lsn, trail.back().lsn);
            return written < 0 ? std::nullopt
                               : std::optional(static_cast<double>(written) * 1000 / static_cast<double>(elapsed));
        }
    }
    return std::nullopt;
}

} // namespace howdah::cluster
