// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "cluster/health.h"
#include "operations/address/facts.h"

namespace howdah::operations::address {

/// Where a gateway leads.
struct GatewayTruth {
    QString name;
    QString error;        ///< why it is not known; empty: it is
    bool may = false;     ///< its socket lets us change that
    QStringList leadsTo;  ///< whose servers take sessions: nodes, or what HAProxy calls a server that is none
    bool areNodes = true; ///< all of them
    QString servers;      ///< of its backend, for people
};

/// What an address comes to: where it is said to be, who answers there, and whether that is as the cluster file wants
/// it. Plain text throughout.
struct Truth {
    QStringList holders; ///< nodes whose hosts have it, or its gateways lead to; empty: none, or nobody can tell
    bool holderKnown = false;
    QString answers;              ///< the node that answers PostgreSQL there; empty: none of the cluster's, or nobody
    std::optional<bool> writable; ///< of whoever answers; empty: nobody does
    cluster::Verdict verdict = cluster::Verdict::Unknown;
    QString id;                         ///< stable: "address_two_holders"; empty when all is as it should be
    QString says;                       ///< in one sentence
    QString remedy;                     ///< what to do about it
    std::vector<GatewayTruth> gateways; ///< of provider "haproxy"
};

/// The node whose server it is that answered: told by the cluster's identifier and the time at which it was started.
/// Empty: none of those that are known. Pure.
QString answeringNode(const Facts &facts, const cluster::Snapshot &snapshot);

/// Pure.
Truth truthOf(const cluster::AddressConfig &address, const Facts &facts, const cluster::ClusterState &state);

} // namespace howdah::operations::address
