// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>

#include "core/error.h"

namespace howdah::shell {

class MainWindow;

/// Paints the window as it is now at that size into a PNG file, whether it is shown or not. Returns the path.
core::Result<QString> renderWindow(MainWindow &window, QSize size, const QString &path);

} // namespace howdah::shell
