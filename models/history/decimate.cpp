// SPDX-License-Identifier: GPL-3.0-or-later
#include "history/decimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace howdah::history {
namespace {

using Part = std::span<const SeriesPoint>;

/// The column of a point; the span's outside is a column before the first and one after the last.
qint64 columnOf(qint64 at, qint64 from, qint64 to, int columns)
{
    if (at < from) {
        return -1;
    }
    if (at >= to) {
        return columns;
    }
    return (at - from) * columns / (to - from);
}

void appendPart(Part part, std::vector<SeriesPoint> &out)
{
    if (part.size() <= 4) {
        out.insert(out.end(), part.begin(), part.end());
        return;
    }
    const SeriesPoint *smallest = nullptr;
    const SeriesPoint *largest = nullptr;
    for (const SeriesPoint &point : part) {
        if (std::isnan(point.value)) {
            continue;
        }
        if (!smallest || point.value < smallest->value) {
            smallest = &point;
        }
        if (!largest || point.value > largest->value) {
            largest = &point;
        }
    }
    if (!smallest) {
        out.push_back(part.front());
        return;
    }
    // The outer two are kept as they are, gap or not, so what enters and leaves the column is right.
    const std::array<const SeriesPoint *, 4> kept{&part.front(), std::min(smallest, largest),
                                                  std::max(smallest, largest), &part.back()};
    const SeriesPoint *before = nullptr;
    for (const SeriesPoint *point : kept) {
        if (point != before) {
            out.push_back(*point);
        }
        before = point;
    }
}

} // namespace

std::vector<SeriesPoint> decimate(const std::vector<SeriesPoint> &points, qint64 from, qint64 to, int columns)
{
    if (columns <= 0 || to <= from) {
        return points;
    }
    std::vector<SeriesPoint> out;
    out.reserve(std::min(points.size(), static_cast<std::size_t>(columns) * 4 + 2));
    for (std::size_t begin = 0; begin < points.size();) {
        const qint64 column = columnOf(points[begin].monotonicMs, from, to, columns);
        std::size_t end = begin + 1;
        while (end < points.size() && columnOf(points[end].monotonicMs, from, to, columns) == column) {
            ++end;
        }
        const Part part(points.data() + begin, end - begin);
        if (column < 0 || column >= columns) {
            out.insert(out.end(), part.begin(), part.end());
        } else {
            appendPart(part, out);
        }
        begin = end;
    }
    return out;
}

std::vector<SeriesPoint> largestOfEach(const std::vector<SeriesPoint> &points, qint64 from, qint64 to, int columns)
{
    std::vector<SeriesPoint> out;
    qint64 last = -1;
    for (const SeriesPoint &point : points) {
        const qint64 column = to > from ? columnOf(point.monotonicMs, from, to, columns) : -1;
        if (column < 0 || column >= columns) {
            continue;
        }
        if (column != last) {
            out.push_back(point);
        } else if (std::isnan(out.back().value) || point.value > out.back().value) {
            out.back() = point;
        }
        last = column;
    }
    return out;
}

} // namespace howdah::history
