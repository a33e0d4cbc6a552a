// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <utility>

#include "cluster/clusterconfig.h"
#include "cluster/health.h"

namespace howdah::operations {

/// Host and port at which the other nodes reach node, an index into the snapshot's: the host that the cluster file
/// names, or where that is this machine's own, the address that its upstream sees it at; the port that the server
/// itself listens on. Pure.
std::pair<QString, QString> addressForPeers(const cluster::ClusterConfig &config, const cluster::ClusterState &state,
                                            int node);

} // namespace howdah::operations
