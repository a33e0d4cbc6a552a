// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "cluster/lsn.h"
#include "core/error.h"

namespace howdah::hosts {

/// What pg_controldata says of a data directory, as far as the console needs it.
/// https://www.postgresql.org/docs/current/app-pgcontroldata.html
struct ControlData {
    enum class State {
        StartingUp,
        ShutDown,           ///< cleanly, as a primary
        ShutDownInRecovery, ///< cleanly, as a standby
        ShuttingDown,
        InCrashRecovery,
        InArchiveRecovery, ///< a standby that runs, or did when it was killed
        InProduction,      ///< a primary that runs, or did when it was killed
    };

    State state = State::InProduction;
    QString stateText; ///< as the server's programs write it
    quint64 systemIdentifier = 0;
    int controlVersion = 0;      ///< pg_control version number: 1201 for 12, 1300 for 13 to 16, 1700, 1800
    cluster::Lsn checkpoint;     ///< begin of the latest checkpoint's record
    cluster::Lsn redo;           ///< where recovery from it begins
    quint32 timeline = 0;        ///< of that checkpoint
    cluster::Lsn minRecoveryEnd; ///< a standby must have replayed up to here to be consistent; 0/0 on a primary
    bool walLogHints = false;
    int checksumVersion = 0; ///< 0: no checksums of pages

    /// Whether the server was stopped with everything written, in whichever role.
    bool isShutDown() const { return state == State::ShutDown || state == State::ShutDownInRecovery; }
    /// Whether pg_rewind can use it as far as pages are concerned.
    bool canBeRewound() const { return walLogHints || checksumVersion != 0; }
};

/// Reads the output of pg_controldata run with LC_ALL=C, of servers 12 to 18. Errors (Server) for what is missing or
/// not understood, and for the warning that the file's checksum is wrong: then nothing in it counts. Thread-safe.
core::Result<ControlData> parseControlData(const QByteArray &output);

} // namespace howdah::hosts
