// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "support/labprocess.h"
#include "support/labsql.h"

namespace howdah::testsupport {

/// A PostgreSQL server of a Lab or a LocalCluster, to be read from and to be ill-treated. Every call waits.
class LabServer {
public:
    QString name; ///< pg1, pg2, …; also its cluster_name, and its application_name as a standby
    QString host; ///< address
    int port = 5432;
    QString dataDir;
    QString socketDir;
    QString logFile;
    QString bin;        ///< directory of its programs
    QStringList prefix; ///< what a command needs in front to run on its host as the server's user

    /// What freeze() stops. A frozen process is there and says nothing; the kernel still answers for its sockets.
    enum class Part {
        Postmaster, ///< open sessions go on, new ones are accepted by the kernel and never answered
        Server,     ///< all of it
    };

    /// Roles: dba (pg_monitor), plain (nothing), replicator (REPLICATION), postgres (superuser). No password.
    QString conninfo(const QString &user = QStringLiteral("dba"),
                     const QString &database = QStringLiteral("postgres")) const;
    /// As postgres.
    core::Result<TextRows> sql(const QString &query) const;
    /// The first column of the first row as postgres, or "ERROR: …": for QTRY_COMPARE.
    QString value(const QString &query) const;

    Output start() const;
    Output stop(const QString &mode = QStringLiteral("fast")) const;
    Output promote() const;
    /// SIGKILL to the postmaster; its children notice and go.
    bool kill() const;
    bool freeze(Part part = Part::Server) const;
    bool thaw() const;
    /// Of the postmaster; 0 when there is none.
    qint64 pid() const;
    /// The postmaster's children.
    QList<qint64> children() const;
    /// pg_ctl with these arguments after -D.
    Output control(const QStringList &arguments) const;
};

/// Frees what killed servers leave behind in the system: the System V segment named in their postmaster.pid.
void forgetSharedMemory(const QString &dataDir);

} // namespace howdah::testsupport
