// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace howdah::app {

/// `address lint`: says what is wrong with scripts that repmgr runs, and with its configuration. Reads the files,
/// changes nothing. An exit code: kDone without a finding, kRefused with some or where a file can't be read.
int lintFiles(const QStringList &paths, bool json);

} // namespace howdah::app
