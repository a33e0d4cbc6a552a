// SPDX-License-Identifier: GPL-3.0-or-later
#include "timelines.h"

namespace howdah::cluster {

namespace {
// How far a node has gone for good: WAL that is received but not replayed can still be thrown away.
std::optional<Lsn> committedTo(const NodeSample &sample)
{
    return sample.inRecovery ? sample.replayLsn : sample.currentLsn;
}

// Where history leaves timeline; empty when it never was on it.
std::optional<Lsn> leftAt(const std::vector<TimelineSwitch> &history, int timeline)
{
    for (const TimelineSwitch &entry : history) {
        if (entry.parent == timeline) {
            return entry.switchpoint;
        }
    }
    return std::nullopt;
}

// Where two histories part that are not ancestor and descendant: on their last common timeline, at the earlier switch.
std::optional<Lsn> partedAt(const NodeSample &a, const NodeSample &b)
{
    for (auto entry = a.timelineHistory.crbegin(); entry != a.timelineHistory.crend(); ++entry) {
        if (const std::optional<Lsn> other = leftAt(b.timelineHistory, entry->parent)) {
            return std::min(entry->switchpoint, *other);
        }
    }
    return std::nullopt;
}
} // namespace

std::optional<int> timelineOf(const NodeSample &sample)
{
    const bool receives = sample.inRecovery && sample.receiver && sample.receiver->receivedTli;
    if (receives && sample.timeline) {
        return std::max(*sample.timeline, *sample.receiver->receivedTli);
    }
    return receives ? sample.receiver->receivedTli : sample.timeline;
}

TimelineComparison compareTimelines(const NodeSample &node, const NodeSample &other)
{
    TimelineComparison result;
    result.nodeTimeline = timelineOf(node).value_or(0);
    result.otherTimeline = timelineOf(other).value_or(0);
    if (result.nodeTimeline == 0 || result.otherTimeline == 0) {
        return result;
    }
    if (result.nodeTimeline == result.otherTimeline) {
        result.relation = TimelineRelation::Same;
        return result;
    }
    result.nodeIsOlder = result.nodeTimeline < result.otherTimeline;
    const NodeSample &older = result.nodeIsOlder ? node : other;
    const NodeSample &newer = result.nodeIsOlder ? other : node;
    const int newest = std::max(result.nodeTimeline, result.otherTimeline);
    const bool usable = !newer.timelineHistory.empty() && newer.timelineHistory.back().parent < newest;
    if (!usable) {
        return result; // the history file can't be read, or what was read is another timeline's
    }
    result.fork = leftAt(newer.timelineHistory, std::min(result.nodeTimeline, result.otherTimeline));
    const bool ancestor = result.fork.has_value();
    if (!ancestor) {
        result.fork = partedAt(newer, older);
        result.relation = TimelineRelation::Diverged;
    }
    const std::optional<Lsn> position = committedTo(older);
    if (!result.fork || !position) {
        return result;
    }
    const qint64 past = bytesBetween(*result.fork, *position);
    result.pastFork = std::max<qint64>(0, past);
    if (ancestor) {
        const TimelineRelation follows = result.nodeIsOlder ? TimelineRelation::Older : TimelineRelation::Newer;
        result.relation = past > 0 ? TimelineRelation::Diverged : follows;
    }
    return result;
}

} // namespace howdah::cluster
