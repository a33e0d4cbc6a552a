// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

#include "core/error.h"

namespace howdah::testsupport {

/// What a command left behind.
struct Output {
    int exitCode = -1; ///< -1: it did not start, crashed, or ran out of time
    QByteArray out;
    QByteArray err;

    bool ok() const { return exitCode == 0; }
};

/// Runs a command and waits for it.
Output run(const QStringList &argv, int timeoutMs = 60000);

/// The same as an error, for a command that has to succeed: what it was and what it said.
core::Result<QByteArray> runOrFail(const QStringList &argv, int timeoutMs = 60000);

/// True when this process is root's.
bool isRoot();

/// argv as the user who may run a server: as root it drops to postgres, else it is argv itself.
QStringList asPostgres(const QStringList &argv);

/// "PID START": names a process for good, as a number alone is used again. Empty when there is none.
QString processIdentity(qint64 pid);

} // namespace howdah::testsupport
