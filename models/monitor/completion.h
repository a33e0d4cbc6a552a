// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/discoveryfacts.h"

namespace howdah::monitor {

/// True when only one node is named and the rest is to be found out before sampling.
bool needsDiscovery(const cluster::ClusterConfig &config);

/// The cluster with what was discovered in place of its one node, which keeps what a person wrote of it unless that
/// names several places; no two bear one name. A node that was not reached stays out when nothing but a guess speaks
/// for it: an unasked-for alarm would be a false one. That nodes may be missing is among its warnings.
cluster::ClusterConfig completed(const cluster::ClusterConfig &config, const DiscoveryResult &found);

/// One line on how a node was found and, when it was not reached, why not.
QString describe(const DiscoveredNode &node);

} // namespace howdah::monitor
