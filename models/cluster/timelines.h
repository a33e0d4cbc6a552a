// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/nodesample.h"

namespace howdah::cluster {

/// How a node's timeline stands to another node's.
enum class TimelineRelation {
    Same,
    Older,    ///< on an ancestor, not past the point where the other left it: it can still follow
    Newer,    ///< the other is on an ancestor and can still follow
    Diverged, ///< one of them is past the point where the other's timeline began
    Unknown,  ///< a timeline, a position or the history can't be read
};

struct TimelineComparison {
    TimelineRelation relation = TimelineRelation::Unknown;
    std::optional<Lsn> fork;        ///< where their histories part, when it is known
    std::optional<qint64> pastFork; ///< bytes that the one on the older timeline has past the fork
    bool nodeIsOlder = true;        ///< the node, not the other one, is on the older timeline
    int nodeTimeline = 0;           ///< 0 when not known
    int otherTimeline = 0;
};

/// Compares by the timeline history of the newer of the two; both must be of one system. An LSN means the same WAL on
/// both only up to the fork.
TimelineComparison compareTimelines(const NodeSample &node, const NodeSample &other);

/// The timeline a node is on: the one it receives where it tells, for a control file is updated later.
std::optional<int> timelineOf(const NodeSample &sample);

} // namespace howdah::cluster
