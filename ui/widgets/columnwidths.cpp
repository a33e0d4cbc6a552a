// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/columnwidths.h"

#include <algorithm>
#include <numeric>

namespace howdah::widgets {

namespace {

/// Takes `excess` off widths, from each in proportion to what it has above its floor.
void shrink(std::vector<int> &widths, const std::vector<int> &floors, int excess)
{
    int slack = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        slack += std::max(0, widths[i] - floors[i]);
    }
    for (std::size_t i = 0; i < widths.size() && slack > 0 && excess > 0; ++i) {
        const int own = std::max(0, widths[i] - floors[i]);
        // What is left of both is shared anew each time, so that nothing is lost to rounding.
        const int cut = std::min(own, (own * excess + slack - 1) / slack);
        widths[i] -= cut;
        excess -= cut;
        slack -= own;
    }
}

std::vector<int> all(const std::vector<ColumnRoom> &columns, int ColumnRoom::*which)
{
    std::vector<int> values;
    for (const ColumnRoom &column : columns) {
        values.push_back(column.*which);
    }
    return values;
}

} // namespace

std::vector<int> shareWidth(const std::vector<ColumnRoom> &columns, int width)
{
    std::vector<int> widths = all(columns, &ColumnRoom::wanted);
    const auto sum = [&] { return std::accumulate(widths.begin(), widths.end(), 0); };
    if (sum() > width) {
        shrink(widths, all(columns, &ColumnRoom::content), sum() - width);
    }
    if (sum() > width) {
        shrink(widths, all(columns, &ColumnRoom::least), sum() - width);
    }
    // Evenly, so that in a wide window no column stands alone; one that stretches counts double.
    const auto weight = [&](std::size_t i) {
        return columns[i].fixed ? 0 : widths[i] * (columns[i].stretches ? 2 : 1);
    };
    int weights = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        weights += weight(i);
    }
    int spare = width - sum();
    for (std::size_t i = 0; i < columns.size() && spare > 0 && weights > 0; ++i) {
        const int own = weight(i);
        const int share = static_cast<int>(static_cast<long long>(spare) * own / weights);
        widths[i] += share;
        spare -= share;
        weights -= own;
    }
    return widths;
}

} // namespace howdah::widgets
