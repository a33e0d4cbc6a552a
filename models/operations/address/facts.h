// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QStringList>
#include <optional>
#include <vector>

#include "addresses/place.h"

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

/// What is known of an address that applications use. Nothing in it is secret.
struct Facts {
    QString error; ///< why nothing answers PostgreSQL there, as seen from this machine
    bool writable = false;
    QString systemIdentifier;
    qint64 startedMs = 0;        ///< when that server was started, in ms since 1970: tells nodes apart; 0: not known
    bool readOnly = false;       ///< a transaction there is, unless it asks not to be
    QString serverVersion;       ///< "17.5 (Debian 17.5-1)"
    QString tls;                 ///< "TLSv1.3", as this machine is let in; empty: nothing is encrypted
    std::optional<int> answerMs; ///< from nothing to the answer, over a new connection where there was none

    // Of provider "host":
    std::vector<Claim> claims;
    QHash<QString, QString> unasked; ///< by node: why its host can't be asked what it has
    QHash<QString, Fitness> fitness; ///< by node

    CloudFacts cloud; ///< of those at a provider that is asked over HTTP
};

} // namespace howdah::operations::address
