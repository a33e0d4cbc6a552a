// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "cluster/health.h"
#include "operations/journal.h"
#include "operations/journalfollower.h"

namespace howdah::app {

/// What the rules make of a cluster, and what this console's journal has on it: an operation on its nodes that runs,
/// whose console is gone, or which ended half-way, comes before all that is as bad. Critical when its console is gone
/// and writes wait for it, or what else is critical does; no other finding's remedy says to promote, or to drop a slot,
/// beside it. A file of the journal that can't be read is unknown. asNamed: the cluster as the command line takes it.
/// Pure.
cluster::Assessment withUnfinished(const cluster::ClusterState &state, const operations::Journal &journal,
                                   const cluster::ClusterConfig &config, const QString &asNamed);

/// The same for a window, where what runs has a place of its own; left: what leftOverIn() gave. Pure.
cluster::ClusterState withLeftOver(const cluster::ClusterState &state, const operations::Journal &left,
                                   const cluster::ClusterConfig &config);

/// Of a journal all that concerns clusters on which something was left half-way. Pure.
operations::Journal leftOverIn(const operations::JournalState &journal);

} // namespace howdah::app
