// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace howdah::charts {

/// A vertical axis from 0 to top with a line at every multiple of step.
struct Scale {
    double top = 1;
    double step = 1;
    double unit = 1; ///< what one of unitName is: 1024 for "kB", 0.001 for "ms"
    QString unitName;

    /// "40", and with its unit for the topmost: "160 MB".
    QString label(double value) const;
    /// A measured value in the axis's unit, with one decimal.
    QString number(double value) const { return QString::number(value / unit, 'f', 1); }
    std::vector<double> ticks() const;
};

// Pure: three to five lines, the topmost above highest.
Scale bytesScale(double highest);   ///< bytes in binary units, as pg_size_pretty has them
Scale secondsScale(double highest); ///< seconds as ms, s, min or h
Scale rateScale(double highest);    ///< bytes per second, two lines only
Scale millisecondsScale(double highest);

/// A horizontal axis of times of day: milliseconds between labels, and how many parts the ticks without a label make.
struct TimeStep {
    qint64 stepMs = 60'000;
    int parts = 1;
};
TimeStep timeStep(qint64 spanMs, int pixels, int pixelsPerLabel = 90);

/// The smallest of 1, 2, 4 or 5 times a power of ten that is not below raw.
double niceStep(double raw);

/// Places labels of height `spacing` as near as can be to where they want to stand, top down, within [lowest, highest]
/// (pixels, downwards) and without overlap. Where there isn't room for all, the last of `wanted` have none: NaN.
std::vector<double> spreadLabels(const std::vector<double> &wanted, double spacing, double lowest, double highest);

} // namespace howdah::charts
