// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "cluster/snapshot.h"
#include "core/error.h"

namespace howdah::postgres {

/// Why there is no session: what the console shows for the node, and the words.
struct Failure {
    cluster::LinkState link = cluster::LinkState::Failed;
    core::Error error;
};

/// Where an attempt to connect stood when it ended.
enum class ConnectPhase {
    Resolving, ///< the name
    Reaching,  ///< the network: no connection to the host yet
    Talking,   ///< the host accepted; the server's turn
};

/// Reads libpq's verbose error text of a failed connection: SQLSTATE where the server spoke, errno where the network
/// did. needsPassword is PQconnectionNeedsPassword. Pure; expects LC_MESSAGES=C (see initialize()).
Failure classifyConnectError(const QString &libpqText, ConnectPhase phase, bool needsPassword, const QString &address);

/// Our own deadline passed.
Failure connectTimeout(ConnectPhase phase, int milliseconds, const QString &address);

/// The name server knows that there is no such host: the conninfo is wrong.
Failure noSuchHost(const QString &host);

/// The name server did not answer, or failed: nothing is known of the host, and this console may be cut off.
Failure nameServerFailed(const QString &host);

/// A session that was open ended: lastNotice is what the server said last ("57P01" …), may be empty.
Failure classifyLostSession(const QString &libpqText, const QString &lastSqlstate, const QString &lastNotice,
                            const QString &address);

/// Makes libpq speak English, so that what only its words tell can be told apart. Call once, after the application
/// object, before any thread.
void initialize();

} // namespace howdah::postgres
