// SPDX-License-Identifier: GPL-3.0-or-later
#include "units.h"

#include <array>
#include <cmath>

namespace howdah::core {

namespace {
QString oneDecimalBelowTen(double value)
{
    const double rounded = std::round(value * 10) / 10;
    const bool whole = rounded >= 10 || rounded == std::floor(rounded);
    return QString::number(rounded, 'f', whole ? 0 : 1);
}
} // namespace

QString formatBytes(qint64 bytes)
{
    static constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB"};
    const double magnitude = std::abs(static_cast<double>(bytes));
    double value = magnitude;
    std::size_t unit = 0;
    // 1024 of a unit is written in the next one, also when only rounding makes it 1024.
    while (unit + 1 < units.size() && std::round(value * (value < 10 ? 10 : 1)) / (value < 10 ? 10 : 1) >= 1024) {
        value /= 1024;
        ++unit;
    }
    const QString sign = bytes < 0 ? QStringLiteral("-") : QString();
    return sign + oneDecimalBelowTen(value) + QLatin1Char(' ') + QLatin1String(units.at(unit));
}

QString formatSeconds(double seconds)
{
    const QString sign = seconds < 0 ? QStringLiteral("-") : QString();
    const double value = std::abs(seconds);
    if (value < 0.9995) {
        const double ms = value * 1000;
        return sign + (ms > 0 && ms < 0.95 ? QString::number(ms, 'f', 1) : QString::number(std::round(ms), 'f', 0)) +
               QStringLiteral(" ms");
    }
    if (value < 120) {
        return sign + oneDecimalBelowTen(value) + QStringLiteral(" s");
    }
    const auto minutes = static_cast<qint64>(value / 60);
    if (minutes < 120) {
        return sign + QStringLiteral("%1 min").arg(minutes);
    }
    const qint64 hours = minutes / 60;
    if (hours < 48) {
        const qint64 rest = minutes % 60;
        return sign + (rest ? QStringLiteral("%1 h %2 min").arg(hours).arg(rest) : QStringLiteral("%1 h").arg(hours));
    }
    return sign + QStringLiteral("%1 days").arg(hours / 24);
}

QString formatAge(qint64 milliseconds)
{
    const double seconds = static_cast<double>(milliseconds) / 1000;
    if (milliseconds < 9950) {
        return QString::number(seconds, 'f', 1) + QStringLiteral(" s");
    }
    return formatSeconds(seconds);
}

} // namespace howdah::core
