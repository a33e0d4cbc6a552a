// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "core/error.h"

namespace howdah::hosts {

/// What an ssh client in a prefix is told beside what the user tells it. All of it is in ssh_config(5).
struct SshOptions {
    QString controlPath;      ///< of a connection to be kept; empty: none is kept
    int connectTimeoutS = 10; ///< ConnectTimeout: for the network and the key exchange
    int aliveIntervalS = 5;   ///< ServerAliveInterval: a silent host is given up after this, count times
    int aliveCount = 3;       ///< ServerAliveCountMax
    int persistS = 60;        ///< ControlPersist: how long an idle connection is kept
    bool readsInput = false;  ///< the command reads standard input; otherwise ssh is given -n
};

/// Whether a prefix (command or root_command of a cluster file) is safe to put in front of commands. Refuses: an empty
/// word or one with a NUL; ssh without a destination, or with one that is read as an option or a shell's text; host key
/// checks that are switched off or lowered; options with which ssh would not just run a command (-f, -N, -t, …). An
/// empty prefix means this machine and is fine. The error's kind is Invalid; its hint says what to write instead.
/// Whoever uses a prefix calls this first; Command does. Thread-safe.
core::Result<void> checkPrefix(const QStringList &prefix);

/// The argv to start on this machine so that argv runs behind the prefix, word for word as it stands. Without ssh in
/// the prefix that is both in a row: docker exec, kubectl exec --, nsenter, sudo -u and the like pass words on as they
/// are. ssh joins its arguments with blanks for the remote user's shell (ssh.c, session.c): behind it every word is
/// quoted for a POSIX shell, and once more behind each further ssh. Every ssh gets BatchMode, strict host key checks
/// and no forwarding; what the user's own prefix sets otherwise wins, except for the first two. Thread-safe; never
/// fails: checkPrefix() tells whether the prefix is any good.
QStringList commandLine(const QStringList &prefix, const QStringList &argv, const SshOptions &options = {});

/// Whether commands behind this prefix reach their host over ssh that is started on this machine by this user: only
/// then can its connection be kept. Thread-safe.
bool keepsConnections(const QStringList &prefix);

/// Whether an ssh client is in the prefix at all. Thread-safe.
bool usesSsh(const QStringList &prefix);

/// argv as a person would paste it into a POSIX shell: words that need quotes in single quotes. Thread-safe.
QString shellQuoted(const QStringList &argv);

/// The same for the screen, logs and the journal: secrets masked, control and bidirectional characters taken out, cut
/// where it is very long. Thread-safe.
QString shown(const QStringList &argv);

} // namespace howdah::hosts
