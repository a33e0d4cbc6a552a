// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QStringList>
#include <optional>
#include <vector>

#include "addresses/place.h"
#include "operations/address/certificate.h"

namespace howdah::operations::address {

/// A host that has the address on one of its interfaces.
struct Claim {
    QString node;
    QString interface;
    QString cidr; ///< "10.0.0.5/32", as the host has it

    bool operator==(const Claim &) const = default;
};

/// What a host would need to take an address of provider "host", as root there has found.
struct Fitness {
    QString error;        ///< why nobody could look
    QStringList problems; ///< why it could not take it; empty: it can
    /// Hardware addresses that answered for the IP when this host asked its network; never its own.
    QStringList answering;
};

/// A program on a host that moves addresses by itself, and what its configuration says of this one.
struct OwnerFacts {
    QString node;
    QString owner;     ///< "keepalived" or "vip-manager"
    QString file;      ///< its configuration; empty: it has none
    QString problem;   ///< why it is not known whether it has this address; empty: it is
    QString complaint; ///< what it says itself is wrong with its configuration
    bool has = false;  ///< it moves this address
    QString part;      ///< "vrrp_instance VI_1"; of vip-manager the key that it watches
    QStringList wants; ///< "state BACKUP", "priority 100"; of vip-manager the value with which the host is to have it
    bool asksPatroni = false; ///< vip-manager asks the host's own Patroni
    bool follows = false;     ///< something in it can make the address go with the primary

    bool operator==(const OwnerFacts &) const = default;
};

/// A node's machine at a provider of floating addresses, and whether the address could lead there.
struct Machine {
    QString error; ///< why it is not known which one it is; empty: it is
    addresses::Place place;
    addresses::Fitness region;
    addresses::Fitness takes;
    addresses::Fitness quiet;
    addresses::Fitness allowed; ///< Unknown where only moving it tells
};

/// What a provider says of an address.
struct CloudFacts {
    QString provider; ///< whose requests move it, maybe an older form of the one in the cluster file; empty: none asked
    core::Error error; ///< why it can't be said where it leads; no message: it can
    bool lacksCredentials = false;
    addresses::Account account;
    addresses::Address address;
    QString holder;                   ///< the node whose machine it leads to; empty: none of them, or nobody can tell
    QHash<QString, Machine> machines; ///< by node

    bool isKnown() const { return !provider.isEmpty() && error.message.isEmpty(); }
};

/// One server of a HAProxy backend, as "show servers state" and "show stat" tell it (HAProxy's management guide, 9.1
/// and 9.3).
struct GatewayServer {
    QString name;
    QString ip; ///< as HAProxy has resolved it
    int port = 0;
    int state = 0; ///< srv_op_state: 0 stopped, 1 starting, 2 running, 3 stopping
    int admin = 0; ///< srv_admin_state, a mask
    int weight = 0;
    int initialWeight = 0;
    int checkState = 0; ///< a mask
    int agentState = 0; ///< a mask
    bool isBackup = false;
    QString status;      ///< for people: "UP", "DOWN 1/2", "MAINT"
    QString checkStatus; ///< "L7STS"; empty without a check
    QString checkSays;   ///< what came with it, "Service Unavailable"

    bool operator==(const GatewayServer &) const = default;
};

/// A host that runs HAProxy in front of the nodes.
struct GatewayFacts {
    QString name;     ///< as gatewayNames() has it
    QString place;    ///< where its commands run
    QString error;    ///< why it is not known what it does; empty: it is
    bool may = false; ///< its socket lets us change servers
    QString level;    ///< of the socket: "admin", "operator" or "user"
    QString version;
    QString by; ///< the program there that speaks to the socket
    /// Whether a state that is set outlives a reload (load-server-state-from-file); empty: its configuration can't be
    /// read.
    std::optional<bool> keepsState;
    std::vector<GatewayServer> servers; ///< of the address's backend
};

/// What the LinK of a node's host says of its endpoint with the address.
struct LinkFacts {
    QString node;
    QString url;    ///< its base
    QString error;  ///< why it says nothing; empty: it does
    QString id;     ///< of the endpoint, on that host alone; empty: it has none with the address
    QString status; ///< ACTIVATED, STANDBY, FAILING, BOOTING
    int checks = 0; ///< health checks that must pass there

    bool operator==(const LinkFacts &) const = default;
};

/// What is known of an address that applications use. Nothing in it is secret.
struct Facts {
    QString error; ///< why nothing answers PostgreSQL there, as seen from this machine
    bool writable = false;
    QString systemIdentifier;
    qint64 startedMs = 0;        ///< when that server was started, in ms since 1970: tells nodes apart; 0: not known
    bool readOnly = false;       ///< a transaction there is, unless it asks not to be
    QString serverVersion;       ///< "17.5 (Debian 17.5-1)"
    QString tls;                 ///< "TLSv1.3", as this machine is let in; empty: nothing is encrypted
    Certificate certificate;     ///< that the server shows there; asked for where the answer was encrypted
    QDateTime askedAt;           ///< UTC
    std::optional<int> answerMs; ///< from nothing to the answer, over a new connection where there was none

    // Of those that stand on the hosts' interfaces:
    std::vector<Claim> claims;
    QHash<QString, QString> unasked;       ///< by node: why its host can't be asked what it has
    QHash<QString, Fitness> fitness;       ///< by node
    std::vector<OwnerFacts> owners;        ///< in the order of the nodes' names
    QHash<QString, QString> ownersUnasked; ///< by node: why it is not known who moves addresses there

    CloudFacts cloud; ///< of those at a provider that is asked over HTTP

    std::vector<LinkFacts> links; ///< of provider "link", in the order of the cluster file

    // Of provider "haproxy":
    std::vector<GatewayFacts> gateways;  ///< in the order of the cluster file; none: they were not asked
    QHash<QString, QStringList> nodeIps; ///< by node: what the hosts of its conninfo are, as this machine resolves them
};

} // namespace howdah::operations::address
