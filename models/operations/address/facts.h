// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QStringList>
#include <optional>
#include <vector>

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
};

} // namespace howdah::operations::address
