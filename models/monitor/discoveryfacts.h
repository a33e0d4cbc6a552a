// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "cluster/clusterconfig.h"
#include "cluster/conninfotext.h"
#include "managers/autofailover.h"
#include "managers/managerkind.h"
#include "managers/patroni.h"
#include "managers/repmgr.h"
#include "postgres/conninfo.h"

namespace howdah::monitor {

/// What told of a place, strongest first: of several places where a node answered, the strongest becomes its conninfo.
enum class DiscoverySource {
    Repmgr,          ///< repmgr.nodes
    Patroni,         ///< Patroni's GET /cluster
    AutoFailover,    ///< pgautofailover.node, on pg_auto_failover's monitor
    Seed,            ///< the conninfo discovery started from
    Receiver,        ///< sender_host and sender_port of a standby's receiver
    PrimaryConninfo, ///< a standby's primary_conninfo
    Sender,          ///< client_addr of a row of pg_stat_replication; its port is a guess
    LocalSocket,     ///< a server's socket on this machine, tried for a standby whose port nobody tells
};

/// Puts a source into its place, strongest first, when it is not there yet.
void addInOrder(std::vector<DiscoverySource> &sources, DiscoverySource source);

/// For people: "repmgr.nodes", "Patroni", "the given connection", …
QString toString(DiscoverySource source);

/// A row of pg_stat_replication, as far as it tells of a standby.
struct SeenSender {
    QString applicationName;
    QString clientAddress; ///< empty: a Unix socket, or not allowed to see it
    QString slotName;
    bool isStandby = true; ///< false: a base backup, pg_receivewal or logical
    bool operator==(const SeenSender &) const = default;
};

/// What a server said of itself and of others.
struct ProbeAnswer {
    int serverVersion = 0;
    std::optional<quint64> systemIdentifier;
    qint64 startedMicroseconds = 0; ///< postmaster start, since the epoch
    int port = 0;                   ///< its own idea of it, also through a tunnel or pooler
    QString dataDirectory;          ///< empty: not allowed to see it
    QString clusterName;
    QString applicationName; ///< of its primary_conninfo
    bool inRecovery = false;
    std::vector<SeenSender> senders;
    QString senderHost; ///< of its receiver; empty without one
    int senderPort = 0;
    QString receiverSlot;
    std::vector<cluster::HostPort> upstreams; ///< of its primary_conninfo
    managers::ManagerFacts facts;
    std::vector<managers::RepmgrNode> repmgrNodes;
    std::optional<int> repmgrLocalId;
    bool isMonitor = false;                                    ///< of pg_auto_failover: no node of the cluster
    std::vector<managers::AutoFailoverNode> autoFailoverNodes; ///< that it watches
    QStringList monitorHosts; ///< where pg_auto_failover's monitor comes from, as its node lets it in
    QStringList notes;        ///< what it did not let us see, for people

    /// The same for every way to one running server, and for no other.
    QString identity() const;
};

/// One place that was asked, or is still.
struct AskedPlace {
    QString host;
    int port = 5432;
    std::vector<DiscoverySource> sources; ///< strongest first, each once
    bool answered = false;
    ProbeAnswer answer;
    core::Error error;          ///< why not, when not answered
    bool wantsPassword = false; ///< that is why

    bool hasSource(DiscoverySource source) const;
    void addSource(DiscoverySource source) { addInOrder(sources, source); }
    QString address() const; ///< "10.0.0.11:5432"
};

/// What GET /patroni and GET /cluster on one host said.
struct SeenPatroni {
    QString url;
    std::optional<managers::PatroniCluster> cluster;
    std::optional<managers::PatroniNode> node;
};

/// A server that is pg_auto_failover's monitor.
struct SeenMonitor {
    QString conninfo;   ///< that led there
    bool named = false; ///< by the seed or the cluster file; else a node lets it in, and it must have that node
    std::vector<managers::AutoFailoverNode> nodes;
};

/// All that was found out; assemble() makes the result of it.
struct DiscoveryFacts {
    postgres::Conninfo seed;
    std::vector<AskedPlace> places; ///< the seed's own first
    std::vector<SeenPatroni> patroni;
    std::vector<SeenMonitor> monitors;
    QStringList notes;
    QString cutShort; ///< how far the search went, when there was more than it asks; empty: it asked all
};

/// A node as found, for the user to confirm or correct.
struct DiscoveredNode {
    QString name;
    cluster::NodeKind kind = cluster::NodeKind::Data;
    /// The seed's with this node's host and port; holds the seed's password only when the seed names that place. Empty:
    /// nobody tells where it is.
    QString conninfo;
    bool given = false;                   ///< the seed names that place
    QString address;                      ///< "10.0.0.12:5432"
    QStringList otherAddresses;           ///< where it answered, too
    std::vector<DiscoverySource> sources; ///< strongest first
    bool reached = false;
    core::Error error;          ///< why not, when not reached
    bool wantsPassword = false; ///< that is why
    std::optional<quint64> systemIdentifier;
    int serverVersion = 0;
    bool inRecovery = false;
    bool foreign = false; ///< it answered, and is of another system: reported, never part of the proposal
    QString note;         ///< for people, e.g. that its port is a guess

    /// Nobody tells where it is: no node to connect to, but one to ask the user about.
    bool isPlaceless() const { return !reached && conninfo.isEmpty(); }

    bool operator==(const DiscoveredNode &) const = default;
};

struct DiscoveryResult {
    cluster::ClusterConfig config; ///< the proposal: every node that is not foreign and has a place, reached or not
    std::vector<DiscoveredNode> nodes;
    cluster::ManagerKind manager = cluster::ManagerKind::None;
    QStringList notes; ///< what could not be read and would have told more
    QString cutShort;  ///< that nodes may be missing since there was too much to ask, also among notes; empty: not so

    bool operator==(const DiscoveryResult &) const = default;
};

/// Where a server says that others are. Only what stands in it: what this console's services and environment would add
/// says nothing of them.
std::vector<cluster::HostPort> placesTold(const QString &conninfo);

/// The seed's connection, to another place: user, database, TLS and all else stay. Its password goes only to places
/// that the seed itself names: what servers and managers name may be anybody's. A name that the seed pins to an address
/// stays pinned.
postgres::Conninfo conninfoFor(const postgres::Conninfo &seed, const QString &host, int port);
/// Whether the seed names that place, by name or by hostaddr.
bool isGiven(const postgres::Conninfo &seed, const QString &host, int port);

/// The monitor of this cluster among those that were seen; nullptr when none is.
const SeenMonitor *monitorOf(const DiscoveryFacts &facts);

/// Pure: facts in, proposal out. Places of one server are joined by what the server is, not by the address's text.
DiscoveryResult assemble(const DiscoveryFacts &facts);

} // namespace howdah::monitor
