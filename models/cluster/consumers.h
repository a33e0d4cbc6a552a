// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/topology.h"
#include "cluster/topologymatch.h"

namespace howdah::cluster {

/// Who takes WAL from the nodes and is no node, and the slots that hold WAL for nobody. matches and edges say which
/// walsenders and slots belong to nodes.
std::vector<Consumer> findConsumers(const Snapshot &snapshot, const std::vector<SenderMatch> &matches,
                                    const Topology &topology);

} // namespace howdah::cluster
