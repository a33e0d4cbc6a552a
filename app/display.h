// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <memory>

namespace howdah::app {

/// The application object with its connection to the display. Where there is none, Qt would abort the process; this
/// says what is missing, as an object with json, and exits with kRefused.
std::unique_ptr<QApplication> openDisplay(int &argc, char **argv, bool json);

} // namespace howdah::app
