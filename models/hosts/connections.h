// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace howdah::hosts {

/// The ssh connections that are kept open between commands (ControlMaster of ssh_config(5)): the first command to a
/// host logs in, the next ones go through its connection. Their sockets lie in a directory of this program's alone,
/// made when it is first needed. Nothing here waits. Lives in one thread, the engine's.
class Connections {
public:
    Connections() = default;
    /// Closes them all.
    ~Connections();
    Q_DISABLE_COPY_MOVE(Connections)

    /// What to give as SshOptions::controlPath for commands behind this prefix. Empty: each command logs in by itself,
    /// since the prefix is none of ssh's, or since no directory can be had; problem() says why then. A connection is
    /// shared only by commands with the very same prefix, so that no other key or known_hosts lends it.
    QString controlPath(const QStringList &prefix);
    /// Closes the connection kept for this prefix, if any: the next command logs in anew. For one that has stopped
    /// answering; commands that run through it end.
    void drop(const QStringList &prefix);
    /// Closes all of them and takes the directory away. The closing itself is left to a process that outlives us by a
    /// moment; what it does not reach ends by ControlPersist.
    void closeAll();

    QString directory() const { return m_directory; } ///< empty until a path was asked for
    QString problem() const { return m_problem; }     ///< of the last controlPath(); empty: none

private:
    bool haveDirectory();
    bool makeDirectory(const QString &base);

    QString m_directory;
    QString m_problem;
    int m_dropped = 0;
};

/// Whether a connection is kept at a path of controlPath(), of whose %C only ssh knows what it stands for.
bool isKept(const QString &controlPath);

} // namespace howdah::hosts
