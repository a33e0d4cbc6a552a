// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "cluster/clusterconfig.h"
#include "cluster/health.h"
#include "managers/autofailover.h"
#include "operations/address/facts.h"
#include "operations/patroni/patronifacts.h"
#include "operations/switchover/estimate.h"
#include "operations/unfinished.h"

namespace howdah::operations::switchover {

/// A line of pg_hba_file_rules. https://www.postgresql.org/docs/current/view-pg-hba-file-rules.html
struct HbaRule {
    QString type; ///< local, host, hostssl, hostnossl, …
    QStringList databases;
    QStringList users;
    QString address; ///< "all", "samenet", an address or a host name; empty for local
    QString netmask;
    QString method;
    QString error; ///< the line is not valid

    bool operator==(const HbaRule &) const = default;
};

/// What the session that acts may do on a node.
struct SqlAccess {
    QString error; ///< why there is none; empty when there is
    QString role;
    bool superuser = false;
    bool mayPromote = false;     ///< pg_promote()
    bool mayAlterSystem = false; ///< of the settings that a switchover changes
    bool mayReload = false;
    bool mayCheckpoint = false;
    bool mayMakeSlots = false; ///< REPLICATION
    bool hbaReadable = false;
    bool fileSettingsReadable = false; ///< pg_file_settings
    bool filesReadable = false;        ///< pg_read_file(), by which a host is known to be the server's
    std::vector<HbaRule> hba;
    /// Names of the settings that stand in postgresql.auto.conf, so that taking them back means to write what was
    /// there.
    QStringList inAutoConf;
    /// Of the settings that a switchover changes those that run with another value than is written there; nothing when
    /// that can't be read.
    std::optional<QStringList> notTakenOver;
    /// Settings, any, that a start would take over with another value than the server runs with, and that value.
    std::vector<std::pair<QString, QString>> startChanges;
    QStringList fileErrors;     ///< in its files, for which it would not start: "postgresql.conf:812: syntax error"
    QStringList waitForRestart; ///< settings, any, that have been changed and need a restart
    QStringList backups;        ///< sessions that are at a backup by the low-level API, and what they call themselves
    bool seesSessions = true;   ///< pg_stat_activity tells what others do
    QString lockHolder;         ///< another session that has the cluster lock; empty: none

    bool isOpen() const { return error.isEmpty(); }
};

/// How the server of a node is stopped and started on its host.
struct HostAccess {
    QString error;     ///< why nothing can be run there; empty when it can
    QString foreign;   ///< why it is not this server's host at all; empty when it is
    QString evidence;  ///< how stopping and starting was found out
    QString user;      ///< that commands run as
    QString dataOwner; ///< of the data directory
    QString dataDirectory;
    QStringList asOwner; ///< what must stand before programs of the server's, behind the node's command
    QStringList stop;    ///< that the cluster file says; empty: pg_ctl
    QStringList start;   ///< returns when the server takes connections
    bool startAsRoot = false;
    QString pgCtl;
    QString pgControlData;
    QString psql;
    bool isSurelyTheServers = false; ///< that it is this server's host is proved, rather than that nothing says no
    QString supervisor;              ///< "systemd unit postgresql@15-main.service"; empty: none
    bool restartsByItself = false;
    QStringList daemons; ///< repmgrd, patroni, … that run there

    bool isPossible() const { return error.isEmpty() && foreign.isEmpty(); }
};

/// Whether a node's host gets into another node's server as a follower of that one would.
struct Connection {
    enum class Came {
        Untried, ///< evidence says why
        In,
        ToPassword, ///< it is let in if its password is right, which stands where the console does not look
        Nowhere,    ///< refused, out of reach, or another cluster's server
        Unclear,
    };
    Came came = Came::Untried;
    QString evidence; ///< in the words of whom it met

    bool operator==(const Connection &) const = default;
};

/// What was asked of one node beside its sample.
struct NodeFacts {
    SqlAccess sql;
    HostAccess host;
    QHash<QString, Connection> connections; ///< from its host, by the node that it would follow
};

/// What repmgr has registered of a node, and what of repmgr is on it.
struct RepmgrMember {
    int id = 0; ///< 0: not registered
    QString name;
    QString type; ///< primary, standby, witness
    bool active = false;
    QString configFile;
    QString slotName;
    QString user; ///< of its conninfo, without what is secret in that
    QString database;
    std::optional<bool> daemonRuns; ///< repmgrd, as the server's shared memory has it; empty: can't be read
    bool daemonPaused = false;
    QString program; ///< repmgr on its host, full path
    QString version; ///< "repmgr 5.3.3"
    QString error;   ///< why something of this is not known

    bool mayAct() const { return daemonRuns.value_or(true) && !daemonPaused; }
};

/// repmgr's metadata.
struct RepmgrFacts {
    QString error;                        ///< why it can't be read; empty when it can
    QString database;                     ///< that has the extension
    QHash<QString, RepmgrMember> members; ///< by the names of the cluster file
    QStringList strangers;                ///< registered and active, and not in the cluster file
};

/// What pg_auto_failover's monitor says of the nodes. Nothing in it is secret.
struct AutoFailoverFacts {
    QString error;   ///< why it says nothing; empty when it does
    QString remedy;  ///< what to do about that
    QString version; ///< of its extension
    QString role;    ///< of the console's session there
    bool mayPromote = false;
    std::vector<managers::AutoFailoverNode> members; ///< of the group that the cluster's nodes are in
    QStringList nodes;                               ///< what the cluster file calls each; empty: it has no such node

    bool isKnown() const { return error.isEmpty() && !members.empty(); }
    const managers::AutoFailoverNode *ofNode(const QString &node) const; ///< nullptr when it is none
    QString nodeOf(const managers::AutoFailoverNode &member) const;      ///< its name there, or else its own
};

/// A PgBouncer.
struct PoolerFacts {
    QString error; ///< why its console can't be used
    QStringList databases;
    QStringList paused;              ///< those of them that are; kAllPaused: it as a whole
    QHash<QString, QString> servers; ///< by database: where it leads, "10.0.0.11:5432"
    int version = 0;                 ///< 10180: 1.18; 0: not known
};
inline const QString kAllPaused = QStringLiteral("all of it");

/// All that a plan is made of. Nothing in it is secret.
struct Facts {
    cluster::ClusterConfig config;
    cluster::ClusterState state;              ///< Snapshot and what the rules make of it
    QHash<QString, NodeFacts> nodes;          ///< by name
    std::optional<RepmgrFacts> repmgr;        ///< where repmgr manages the cluster
    QHash<QString, address::Facts> addresses; ///< by name, of those that follow the primary
    QHash<QString, PoolerFacts> poolers;      ///< by name
    /// To flush and to replay on the candidate over the last minute, bytes, oldest first: their trends.
    std::vector<qint64> toFlush;
    std::vector<qint64> toReplay;
    /// The most that the candidate was seen to replay a second, bytes; empty: it was not seen to replay.
    std::optional<double> replayRate;
    Estimates estimates;                  ///< from the journal
    std::optional<Unfinished> unfinished; ///< likewise
    QStringList unreadable;               ///< files of the journal, and why: any may hold an unfinished operation
    /// What Patroni says; empty where it was not asked, or does not answer for a cluster that may not be its own.
    std::optional<patroni::PatroniFacts> patroni;
    /// What pg_auto_failover's monitor says, likewise.
    std::optional<AutoFailoverFacts> autoFailover;
};

/// Who carries a switchover out.
enum class Way {
    Manager, ///< whoever manages the cluster; the console itself where nobody does
    Native,  ///< the console, whose outage is shorter; where the manager does not mind
};

/// Roles in a switchover, as indices into the snapshot's nodes.
struct Cast {
    int primary = -1;
    int candidate = -1;
    std::vector<int> siblings; ///< standbys that follow the primary and will follow the candidate
    std::vector<int> others;   ///< cascading ones, which stay where they are
};

/// Who plays what when the writes go to target; nothing is checked here. primary is -1 without exactly one.
Cast castFor(const cluster::ClusterState &state, const QString &target);

/// The name under which a node's walreceiver reports to its upstream: of a standby as it is, of the primary as it will
/// be.
QString applicationNameOf(const Facts &facts, const Cast &cast, int node);

/// The slot on the new primary for the old one: its name as a slot's, not one that is in use for somebody else.
QString slotNameFor(const Facts &facts, const Cast &cast);

/// Whether rules let user replicate from address: the first rule that matches decides, as in the server. Empty when a
/// rule before it can't be judged from here (a host name, a group, samenet).
std::optional<bool> letsReplicate(const std::vector<HbaRule> &rules, const QString &user, const QString &address);

} // namespace howdah::operations::switchover
