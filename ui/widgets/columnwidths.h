// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace howdah::widgets {

/// How much room a column can do with, in pixels; least <= content <= wanted.
struct ColumnRoom {
    int wanted = 0;         ///< airy
    int content = 0;        ///< title and first rows without a cut
    int least = 0;          ///< words cut, numbers whole
    bool stretches = false; ///< takes a double share of what is left over
    bool fixed = false;     ///< takes none: the user has sized it
};

/// Shares width among columns: what they want and what is left over evenly; else down to their contents; else
/// down to the least. Below that the sum is wider than width, and the table scrolls. Pure.
std::vector<int> shareWidth(const std::vector<ColumnRoom> &columns, int width);

} // namespace howdah::widgets
