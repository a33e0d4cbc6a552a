// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "operations/hands.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// Asks pg_auto_failover's monitor, which the cluster file names, about the nodes. done is called once, within some
/// seconds. Engine thread.
void askAutoFailover(const cluster::ClusterConfig &config, const cluster::ClusterState &state, Hands &hands,
                     std::function<void(AutoFailoverFacts)> done);

/// The rows of managers::autoFailoverSql(), of the one group that the cluster's nodes are in: found by address, else by
/// name. Pure.
AutoFailoverFacts autoFailoverFrom(const cluster::ClusterState &state, const Table &table);

} // namespace howdah::operations::switchover
