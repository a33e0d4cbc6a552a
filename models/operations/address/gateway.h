// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/health.h"
#include "operations/address/facts.h"

namespace howdah::operations::address {

/// Where a node is for others than this console.
struct Peer {
    QString node;
    QStringList ips;
    int port = 0; ///< that its server listens on; 0: not known
};

/// What a gateway has said, by kGatewayLookScript; of what it does not understand nothing is taken. Pure.
GatewayFacts gatewayFrom(const QString &backend, const QString &output);

/// Where the data nodes are: as this machine resolves their hosts, as it is connected to them, and as their upstreams
/// see them. Pure.
std::vector<Peer> peersOf(const cluster::ClusterState &state, const Facts &facts);

/// Which node a server is, by address and port and never by its name; empty: none of them. Addresses of loopback tell
/// only on this machine. Pure.
QString nodeOf(const GatewayServer &server, const GatewayFacts &gateway, const std::vector<Peer> &peers);

/// Whether HAProxy leads new sessions to it.
bool takesSessions(const GatewayServer &server);
/// Whether it is kept out by what somebody has set, maint or drain, and taken in again by "ready".
bool isKeptByState(const GatewayServer &server);
/// Whether it is kept out by what "ready" does not end: the server that it tracks, or a name that can't be resolved.
bool isKeptByOthers(const GatewayServer &server);
/// Whether it has a check that is not paused.
bool isChecked(const GatewayServer &server);
/// Whether that check has no answer, so that what it says is nothing about a server's role.
bool isUnreached(const GatewayServer &server);

/// "pg1 UP, pg2 MAINT, pg3 DOWN (L7STS, Service Unavailable)".
QString serversText(const GatewayFacts &gateway);

} // namespace howdah::operations::address
