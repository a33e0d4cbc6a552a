// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/forecast.h"

#include <algorithm>
#include <cmath>

namespace howdah::charts {

namespace {
constexpr double kFurthest = 1.5;   ///< ranges
constexpr double kBeyondEnd = 1.12; ///< so that the end has room for its words on both sides
} // namespace

double Forecast::bytesPerSecond() const
{
    return toMs > fromMs ? (to - from) * 1000 / static_cast<double>(toMs - fromMs) : 0;
}

double Forecast::at(qint64 monotonicMs) const
{
    return from + bytesPerSecond() * static_cast<double>(monotonicMs - fromMs) / 1000;
}

std::optional<Forecast> forecastFrom(const Outlook &outlook, qint64 nowMs, double held)
{
    if (!outlook.foretells() || held >= *outlook.limit) {
        return std::nullopt;
    }
    const qint64 end = nowMs + std::max<qint64>(1, std::llround(*outlook.fullInSeconds * 1000));
    return Forecast{nowMs, end, held, *outlook.limit};
}

Spans spansFor(const Outlook &outlook, qint64 pastMs, qint64 rangeMs)
{
    if (!outlook.foretells()) {
        return {pastMs, 0};
    }
    const double wanted = *outlook.fullInSeconds * 1000 * kBeyondEnd;
    if (wanted > kFurthest * static_cast<double>(rangeMs)) {
        return {pastMs, pastMs / 2};
    }
    const auto end = static_cast<qint64>(wanted);
    const qint64 past = std::max(pastMs, std::min(rangeMs, end / 2));
    return {past, std::max(end, past / 6)};
}

} // namespace howdah::charts
