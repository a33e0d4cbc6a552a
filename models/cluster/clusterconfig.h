// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "core/error.h"

namespace howdah::cluster {

enum class ManagerKind { Auto, None, Repmgr, Patroni, PgAutoFailover };
enum class NodeKind { Data, Witness };

/// One [[node]] of a cluster file.
struct NodeConfig {
    QString name;
    QString conninfo; ///< as written; may hold a password: show it through core::redacted only
    NodeKind kind = NodeKind::Data;
    QStringList command;     ///< argv prefix for commands on its host; empty list: this machine
    bool hasCommand = false; ///< command was written (an empty one too)
    QStringList rootCommand;
    QStringList start;
    QStringList stop;

    bool operator==(const NodeConfig &) const = default;
};

/// One [[address]]. Kept whole so that writing a file back loses nothing.
struct AddressConfig {
    QString name;
    QString ip;
    QString host; ///< the name that applications connect by, which the server's certificate has to be for; may be empty
    QString provider;
    QString follows = QStringLiteral("primary");
    QString interface;
    int prefix = 0; ///< bits; 0 when not given
    /// provider "command": what moves it, run on this machine; {ip}, {node}, {host} and {old_node} in its words stand
    /// for the address, the node that is to hold it, that node's host, and the node that it leaves.
    QStringList assign;
    // Provider "haproxy":
    QString backend;                                            ///< of HAProxy, in front of the nodes
    QString socket = QStringLiteral("/run/haproxy/admin.sock"); ///< HAProxy's runtime API, a path on each gateway
    /// An argv prefix for commands on each host that runs it, as of a node; an empty one is this machine. None: only
    /// this machine.
    std::vector<QStringList> gateways;
    /// Provider "link": by node, the base URL of the LinK on its host.
    std::vector<std::pair<QString, QString>> urls;

    /// Somebody on the hosts moves it by himself, who is never forestalled.
    bool hasOwner() const;
    /// It stands on an interface of the host that has it.
    bool isOnHosts() const { return provider == QLatin1String("host") || hasOwner(); }
    /// Nobody far away has to be asked, who counts requests.
    bool isNear() const;

    bool operator==(const AddressConfig &) const = default;
};

/// One [[pooler]]: a PgBouncer that is paused while writes are handed over.
struct PoolerConfig {
    QString name;
    QString conninfo;      ///< of its admin console; may hold a password
    QStringList databases; ///< as it calls them; empty: all
    int pauseMs = 2000;    ///< how long running transactions are waited for
    /// What writes the new primary into its configuration, which it is then told to read again; run on this machine,
    /// with {node} and {host} in its words. Empty: it leads to an address that moves.
    QStringList assign;

    bool operator==(const PoolerConfig &) const = default;
};

/// One [[backup]].
struct BackupConfig {
    QString name;
    QString tool;

    bool operator==(const BackupConfig &) const = default;
};

/// [probe]: how applications reach the node that takes writes, so that an outage can be measured as they see it.
struct ProbeConfig {
    QString conninfo; ///< as written; may hold a password: show it through core::redacted only
    int intervalMs = 2;

    bool operator==(const ProbeConfig &) const = default;
};

/// A cluster file as a value.
struct ClusterConfig {
    QString name;
    QString environment; ///< "production", …: shown beside the name; empty when not given
    ManagerKind manager = ManagerKind::Auto;
    int intervalMs = 1000;
    std::vector<NodeConfig> nodes;
    QString patroniUrl;
    /// [pg_auto_failover]: conninfo of its monitor, as written; may hold a password: show it through core::redacted
    /// only
    QString autoFailoverMonitor;
    std::optional<ProbeConfig> probe;
    std::vector<AddressConfig> addresses;
    std::vector<PoolerConfig> poolers;
    std::vector<BackupConfig> backups;
    QString path;         ///< where it was read from; empty for one made from a conninfo
    QStringList warnings; ///< things that work but should be mended, e.g. a password in the file; redacted

    bool operator==(const ClusterConfig &) const = default;
};

QString toString(ManagerKind kind); ///< as the cluster file writes it
QString toString(NodeKind kind);

/// Reads a cluster file's text. path names it in errors, which carry line and column. Unknown keys, a node named twice,
/// and values of the wrong type or range are errors; a password in a conninfo is a warning.
core::Result<ClusterConfig> parseClusterFile(const QString &text, const QString &path);

/// Reads the file at path; errors also for one that is missing, unreadable, too large or not UTF-8.
core::Result<ClusterConfig> readClusterFile(const QString &path);

/// The file's text for a value. Never writes a password: conninfos are written without it. Comments of a file that was
/// read are not kept.
QString writeClusterFile(const ClusterConfig &config);

/// Writes it to path in one piece: what stood there before stays whole when writing fails.
core::Result<void> saveClusterFile(const ClusterConfig &config, const QString &path);

} // namespace howdah::cluster
