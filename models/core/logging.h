// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

// One category a room, named as its namespace: howdah.postgres, howdah.monitor …
Q_DECLARE_LOGGING_CATEGORY(lcPostgres)
Q_DECLARE_LOGGING_CATEGORY(lcHosts)
Q_DECLARE_LOGGING_CATEGORY(lcMonitor)

namespace howdah::core {

/// Puts a filter in front of Qt's message output that redacts every line. Call once, before the first message.
void installRedactingLog();

} // namespace howdah::core
