// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>
#include <optional>

#include "core/error.h"

namespace howdah::hosts {

/// What the server says of itself, by SQL; asked before it is stopped.
struct ServerSettings {
    QString dataDirectory; ///< data_directory
    QString configFile;    ///< config_file; empty: not known
    int port = 0;          ///< 0: not known
    qint64 startedS = 0;   ///< pg_postmaster_start_time(), seconds since 1970; 0: not known
    QString pidFile;       ///< its postmaster.pid; empty: it may not be read by SQL
    qint64 sessionPid = 0; ///< pg_backend_pid() of a session that stays open meanwhile; 0: not known
    QString sessionPeer;   ///< how its process's title ends before the state: "(41234)", our port; "[local]"
};

/// What hostFactsCommand() found on a host. Empty and 0 mean that it could not be told.
struct HostFacts {
    ServerSettings settings;         ///< as they were passed in
    bool throughRootCommand = false; ///< asked behind root_command instead of command; set by whoever asked

    QString user; ///< as whom commands run there
    int uid = -1;
    bool hasRunuser = false;

    QString owner; ///< of the data directory
    QString mode;  ///< octal, "700"
    bool readable = false;
    bool writable = false;
    std::optional<bool> standbySignal; ///< empty: the directory may not be read

    /// The lines of postmaster.pid but for its last, the state, with a | between: control characters do not get
    /// through. Empty: there is none, or it can't be read.
    QString pidFile;
    qint64 pid = 0;              ///< in postmaster.pid
    bool alive = false;          ///< and it is the server's of this directory
    QString executable;          ///< of the running server; empty where only its user may know
    QStringList arguments;       ///< the running server's command line, with its name first
    qint64 sessionParentPid = 0; ///< whose child the process with settings.sessionPid is there
    QString sessionTitle;        ///< what it calls itself: "postgres: dba postgres 10.0.0.5(41234) idle"
    QString lastOptions;         ///< postmaster.opts: the last start's
    QString logFile;             ///< where its standard error goes; "pipe:[…]" and the like are no files
    qint64 parentPid = 0;
    QString parentName;
    bool writesWhereInitWrites = false; ///< standard output is that of process 1
    QStringList programs;               ///< full paths of pg_ctl, pg_controldata … beside the server's own executable

    QString initName;  ///< of process 1
    QString container; ///< "docker", "podman", "kubernetes", or what systemd-detect-virt says
    bool systemd = false;
    QString unit; ///< whose cgroup the server is in, or whose unit file names the data directory
    QString unitLoadState;
    qint64 unitMainPid = 0;
    QString unitRestart;        ///< Restart=
    QString unitFile;           ///< FragmentPath
    QString unitStopTimeout;    ///< TimeoutStopUSec: systemd kills what has not stopped by then
    bool sudoSystemctl = false; ///< sudo -n would let this user start that unit
    bool sudoOwner = false;     ///< sudo -n would let this user run pg_ctl as the owner

    QString debianVersion; ///< /etc/postgresql/VERSION/CLUSTER/postgresql.conf names this data directory
    QString debianCluster;
    bool hasPgCtlCluster = false;

    QStringList daemons; ///< "patroni 1234", "repmgrd 99", "pg_autoctl 7": what may act on the server by itself

    /// Why the host that was asked is not that of the server that said settings of itself: another one may well have
    /// the same directory, as on every node of a cluster. Empty: it is, by postmaster.pid, or where SQL may not read
    /// that, by port and time of its start.
    QString whyAnotherServer() const;
    /// Whether it certainly is that server's: by postmaster.pid, or because the session that said the settings is one
    /// of its processes. Port and time alone, two servers that came up together may share.
    bool isSurelyTheServers() const;

    /// The full path of a program beside the server's; empty when it is not there.
    QString program(const QString &name) const;
};

/// The command that finds them, to be run behind a node's prefix: a read-only POSIX shell script and, as its positional
/// parameters, what the server said of itself. It starts nothing, takes well under a second, and asks sudo only whether
/// it would. Its facts are /proc's, proc(5), systemctl's and those of Debian's postgresql-common.
QStringList hostFactsCommand(const ServerSettings &settings);

/// Reads its output; settings are those it was made with. Anything before it, as a login shell may print, is skipped.
/// Error (Server) for output that is not of that script, or not whole. Thread-safe.
core::Result<HostFacts> parseHostFacts(const QByteArray &output, const ServerSettings &settings);

} // namespace howdah::hosts
