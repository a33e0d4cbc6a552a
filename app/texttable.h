// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <vector>

namespace howdah::app {

/// Columns as wide as they need to be, two blanks between; the first row is the head.
QString textTable(const std::vector<QStringList> &rows);

} // namespace howdah::app
