// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/discoveryfacts.h"

namespace howdah::monitor {

/// A host as a server told it, seen from this console: its loopback and its sockets are the machine by which we reached
/// the teller. Empty when it told nothing.
QString hostSeenFrom(const QString &told, const QString &tellersHost);

/// One server, by all the places where it answered.
struct FoundServer {
    ProbeAnswer answer;
    std::vector<const AskedPlace *> places; ///< best first

    bool answersAt(const QString &host, int port) const;
    bool answersOn(const QString &host) const;
};

/// Joins the places that answered into servers, in the order in which they were first asked. pg_auto_failover's monitor
/// is none of the cluster's.
std::vector<FoundServer> joinPlaces(const std::vector<AskedPlace> &places);

/// A standby that a server sends to, and no server found is it.
struct UnmatchedSender {
    const FoundServer *upstream = nullptr;
    SeenSender sender;
    QString host; ///< where it is, seen from here
};
std::vector<UnmatchedSender> unmatchedSenders(const std::vector<FoundServer> &servers);

/// The hosts of those, each once.
QStringList hostsOfUnmatchedSenders(const DiscoveryFacts &facts);

/// True when standby may be the one that upstream has this row for, and how surely; 0: it is not.
int senderMatch(const SeenSender &sender, const FoundServer &upstream, const FoundServer &standby);

/// A member as a manager lists it.
struct Declared {
    QString name;
    cluster::NodeKind kind = cluster::NodeKind::Data;
    DiscoverySource source = DiscoverySource::Repmgr;
    QString host;
    int port = 5432;
    QString note;
    const FoundServer *server = nullptr; ///< which one of those that answered it is
};

/// Every member that repmgr.nodes, Patroni or pg_auto_failover's monitor lists, with the server that it is. servers
/// must outlive the result.
std::vector<Declared> declaredMembers(const DiscoveryFacts &facts, const std::vector<FoundServer> &servers);

} // namespace howdah::monitor
