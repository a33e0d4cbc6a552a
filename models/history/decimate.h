// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>
#include <vector>

namespace howdah::history {

/// A point of a series. A value that is NaN is a gap: nothing is known there, and a line must not cross it.
struct SeriesPoint {
    qint64 monotonicMs = 0;
    double value = 0;
};

/// At most four points for each of `columns` equal parts of [from, to): the first, smallest, largest and last of a
/// part, in the order of time, so that no peak is lost however far one looks back. A gap at the edge of a part stays; a
/// gap within a part that holds more than four points is finer than a pixel and is dropped. Points outside the span
/// stay as they are (at most a neighbour each side is meant to be given, so that lines run to the edge). Pure.
std::vector<SeriesPoint> decimate(const std::vector<SeriesPoint> &points, qint64 from, qint64 to, int columns);

/// One point for each part of [from, to): its largest value, or a gap when it has none. For a line too small to show a
/// range. Points outside are left out. Pure.
std::vector<SeriesPoint> largestOfEach(const std::vector<SeriesPoint> &points, qint64 from, qint64 to, int columns);

} // namespace howdah::history
