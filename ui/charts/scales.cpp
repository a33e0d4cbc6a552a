// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/scales.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace howdah::charts {
double niceStep(double raw)
{
    const double power = std::pow(10, std::floor(std::log10(raw)));
    for (const double mantissa : {1.0, 2.0, 4.0, 5.0}) {
        if (mantissa * power >= raw * 0.999) {
            return mantissa * power;
        }
    }
    return 10 * power;
}

namespace {

Scale scaleOf(double highest, double unit, const QString &name, double lines)
{
    Scale scale;
    scale.unit = unit;
    scale.unitName = name;
    // A minute is no power of ten of anything.
    const double raw = highest / unit / lines;
    scale.step = (name == QLatin1String("min") && raw > 5 ? std::ceil(raw / 15) * 15 : niceStep(raw)) * unit;
    scale.top = std::ceil(highest * 1.02 / scale.step) * scale.step;
    return scale;
}

QString plain(double value)
{
    const double rounded = std::round(value * 100) / 100;
    return QString::number(rounded, 'f',
                           rounded == std::floor(rounded)             ? 0
                           : rounded * 10 == std::floor(rounded * 10) ? 1
                                                                      : 2);
}

Scale binaryScale(double highest, double lines, const char *const (&names)[6])
{
    double unit = 1;
    std::size_t name = 0;
    while (highest >= 1024 * unit && name + 1 < std::size(names)) {
        unit *= 1024;
        ++name;
    }
    return scaleOf(highest, unit, QLatin1String(names[name]), lines);
}

} // namespace

QString Scale::label(double value) const
{
    const QString number = plain(value / unit);
    return value > top - step / 2 ? number + QLatin1Char(' ') + unitName : number;
}

std::vector<double> Scale::ticks() const
{
    std::vector<double> out;
    for (int i = 0; i * step <= top * 1.001; ++i) {
        out.push_back(i * step);
    }
    return out;
}

Scale bytesScale(double highest)
{
    return binaryScale(std::max(highest, 4096.0), 4, {"B", "kB", "MB", "GB", "TB", "PB"});
}

Scale rateScale(double highest)
{
    return binaryScale(std::max(highest, 1024.0), 2, {"B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s"});
}

Scale secondsScale(double highest)
{
    highest = std::max(highest, 0.01);
    // The same limits at which core::formatSeconds changes its unit.
    if (highest < 0.9995) {
        return scaleOf(highest, 0.001, QStringLiteral("ms"), 4);
    }
    if (highest < 120) {
        return scaleOf(highest, 1, QStringLiteral("s"), 4);
    }
    if (highest < 7200) {
        return scaleOf(highest, 60, QStringLiteral("min"), 4);
    }
    return scaleOf(highest, 3600, QStringLiteral("h"), 4);
}

Scale millisecondsScale(double highest)
{
    return scaleOf(std::max(highest, 1.0), 1, QStringLiteral("ms"), 4);
}

TimeStep timeStep(qint64 spanMs, int pixels, int pixelsPerLabel)
{
    static constexpr TimeStep kSteps[] = {
        {1000, 1},       {2000, 2},       {5000, 5},       {10'000, 2},     {15'000, 3},
        {30'000, 3},     {60'000, 4},     {120'000, 2},    {180'000, 3},    {300'000, 5},
        {600'000, 2},    {900'000, 3},    {1'800'000, 3},  {3'600'000, 4},  {7'200'000, 2},
        {10'800'000, 3}, {14'400'000, 4}, {21'600'000, 3}, {43'200'000, 2},
    };
    const double wanted = static_cast<double>(spanMs) * pixelsPerLabel / std::max(1, pixels);
    for (const TimeStep &step : kSteps) {
        if (static_cast<double>(step.stepMs) >= wanted) {
            return step;
        }
    }
    return {86'400'000, 4};
}

std::vector<double> spreadLabels(const std::vector<double> &wanted, double spacing, double lowest, double highest)
{
    std::vector<double> out(wanted.size(), std::numeric_limits<double>::quiet_NaN());
    const auto room = static_cast<std::size_t>(std::max(0.0, std::floor((highest - lowest) / spacing)) + 1);
    std::vector<std::size_t> order(std::min(room, wanted.size()));
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
    double next = lowest;
    for (const std::size_t i : order) {
        out[i] = std::max(wanted[i], next);
        next = out[i] + spacing;
    }
    // What was pushed out below comes back up.
    double limit = highest;
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
        out[*it] = std::min(out[*it], limit);
        limit = out[*it] - spacing;
    }
    return out;
}

} // namespace howdah::charts
