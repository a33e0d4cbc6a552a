// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>

namespace howdah::cluster {

/// synchronous_standby_names taken apart.
/// https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-SYNCHRONOUS-STANDBY-NAMES
struct SyncNames {
    bool any = false;  ///< ANY (quorum), else FIRST (priority)
    int count = 0;     ///< standbys that each commit waits for; 0: none, replication is asynchronous
    QStringList names; ///< "*" is everybody

    bool operator==(const SyncNames &) const = default;
};

/// Empty when the text is none that a server would accept; an empty text is count 0.
std::optional<SyncNames> parseSyncNames(const QString &text);

/// The text that a server reads as these.
QString writeSyncNames(const SyncNames &names);

/// The rule that holds when two servers change places: each stands where the other stood.
SyncNames swapped(SyncNames names, const QString &one, const QString &other);

} // namespace howdah::cluster
