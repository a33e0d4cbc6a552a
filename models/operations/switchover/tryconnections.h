// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "operations/hands.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// From the host of every node, as its server's user: a replication connection to each standby that it might have to
/// follow, as its walreceiver would make it, but with no password of the cluster's (that of .pgpass is used, by psql
/// itself). pg_hba may let in on paper whom a firewall, a route or a name that leads elsewhere keeps out. Nodes whose
/// host takes no commands are left out. done is called once: by the name of the host's node, then of the other.
void tryConnections(const Facts &facts, Hands &hands,
                    std::function<void(QHash<QString, QHash<QString, Connection>>)> done);

/// The conninfo with which node would follow `upstream`, for one try without a password of ours; empty when there is
/// none to go by.
QString followerConninfo(const Facts &facts, int node, int upstream);

/// What psql's exit code and words mean. mayHavePassword: the follower's own conninfo has one, which was not tried.
Connection connectionFrom(int exitCode, const QString &said, const QString &systemIdentifier, bool mayHavePassword);

} // namespace howdah::operations::switchover
