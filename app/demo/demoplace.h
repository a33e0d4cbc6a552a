// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "core/error.h"

namespace howdah::demo {

/// Where the demo cluster of the calling user is, and who runs it. PostgreSQL refuses to run as root, so for root it
/// belongs to another user: postgres where there is one, else nobody.
struct DemoPlace {
    QString directory; ///< absolute; need not exist yet
    QString user;      ///< the other user that runs the servers; empty: the caller
    QString home;      ///< that user's home directory; empty: the caller's
    QStringList drop;  ///< argv prefix that becomes that user; empty: none is needed

    QString clusterFile() const; ///< demo.toml in directory
    bool operator==(const DemoPlace &) const = default;
};

/// The calling user's place: HOWDAH_DEMO_DIR if set; else howdah/demo in XDG_DATA_HOME (~/.local/share); for root
/// .local/share/howdah/demo of the other user's home, or /var/lib/howdah/demo when that user has none to write to.
DemoPlace demoPlace();

/// Path of the demo's cluster file for the calling user, whether it exists or not.
QString demoClusterFile();

/// For root: makes the place's directory and gives it to the other user, where that user could not make it. An error
/// names the directory. Does nothing for a caller that is not root.
core::Result<void> prepareDirectory(const DemoPlace &place);

} // namespace howdah::demo
