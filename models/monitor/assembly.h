// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "cluster/snapshot.h"

namespace howdah::monitor {

/// Whether it is this console that is cut off: every node is unreachable, on more than one host, and none of them on
/// this machine. Silence of a single host proves nothing.
bool consoleIsolated(const std::vector<cluster::NodeStatus> &nodes);

/// The trail with the primary's position of now: at most one point a second for ten minutes, then one in ten seconds up
/// to an hour. While the log stands still, its last point moves along.
std::deque<cluster::TrailPoint> extended(std::deque<cluster::TrailPoint> trail, cluster::TrailPoint now);

/// A timeline history that was carried over speaks for the sample only while that is on the same timeline of the same
/// system: drops it otherwise. A history of the timeline before would make every failover look like a divergence.
void dropForeignHistory(const cluster::NodeSample &before, cluster::NodeSample &sample);

} // namespace howdah::monitor
