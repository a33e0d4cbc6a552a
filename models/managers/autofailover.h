// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace howdah::managers {

/// A row of pgautofailover.node, on the monitor of pg_auto_failover, as versions 1.5 to 2 have it.
/// https://pg-auto-failover.readthedocs.io/en/main/failover-state-machine.html
struct AutoFailoverNode {
    QString formation;
    int group = 0; ///< servers that replicate from one another; a formation of Citus has several
    qint64 id = 0;
    QString name;
    QString host;
    int port = 5432;
    QString reported;      ///< the state that its pg_autoctl reports: primary, secondary, maintenance, …; verbatim
    QString goal;          ///< the state that the monitor assigned to it
    int health = -1;       ///< by the monitor's own connections: 1 good, 0 bad, -1 not known yet
    bool running = false;  ///< its server does, as pg_autoctl reports
    double reportAge = 0;  ///< seconds since pg_autoctl last reported
    int priority = 0;      ///< candidate priority; 0: never promoted by itself
    bool inQuorum = false; ///< replication quorum: commits wait for it
    int timeline = 0;      ///< as reported
    int numberSyncStandbys = 0; ///< of its formation
    QString systemIdentifier;   ///< of its server; empty before it has one

    /// Whether it is in that state and meant to be.
    bool is(const QString &state) const { return reported == state && goal == state; }
    bool isStable() const { return reported == goal; }
    /// "secondary", or "secondary, to become report_lsn".
    QString stateText() const;
    bool operator==(const AutoFailoverNode &) const = default;
};

/// Every node of every formation, and what the session may do there. For a session in the monitor's database; 42P01 and
/// 3F000: it is none. Columns are named as the members above, in snake_case, and role, version, may_promote.
QByteArray autoFailoverSql();

/// The database of the monitor that a conninfo leads to: what it says itself, or what pg_autoctl calls it.
QString autoFailoverDatabase(const QString &conninfo);

/// A row by its cells, as text; empty ones are as if they were not there. What is no number is 0.
AutoFailoverNode autoFailoverNode(const QStringList &columns, const QStringList &cells);

} // namespace howdah::managers
