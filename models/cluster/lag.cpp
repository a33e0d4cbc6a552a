// SPDX-License-Identifier: GPL-3.0-or-later
#include "lag.h"

namespace howdah::cluster {

std::optional<double> secondsSince(const std::deque<TrailPoint> &trail, Lsn lsn, qint64 nowMonotonicMs)
{
    // From the newest back: a standby is seldom far behind, and a trail that fell (a failover) does no harm.
    for (std::size_t i = trail.size(); i-- > 0;) {
        const TrailPoint &before = trail[i];
        if (before.lsn > lsn) {
            continue;
        }
        if (i + 1 == trail.size()) {
            return 0.0; // the primary has not gone past it yet
        }
        const TrailPoint &after = trail[i + 1];
        const double part =
            static_cast<double>(lsn.value - before.lsn.value) / static_cast<double>(after.lsn.value - before.lsn.value);
        const double passed = static_cast<double>(before.monotonicMs) +
                              part * static_cast<double>(after.monotonicMs - before.monotonicMs);
        return std::max(0.0, (static_cast<double>(nowMonotonicMs) - passed) / 1000);
    }
    return std::nullopt;
}

std::vector<StandbyLag> measureLag(const Snapshot &snapshot, const Topology &topology)
{
    std::vector<StandbyLag> lags(snapshot.nodes.size());
    for (std::size_t i = 0; i < lags.size(); ++i) {
        const NodeStatus &node = snapshot.nodes[i];
        if (node.kind == NodeKind::Witness || topology.places[i].role == NodeRole::Primary) {
            continue;
        }
        lags[i].state = LagState::Unknown;
        if (topology.primary < 0 || !isFresh(snapshot, node)) {
            continue;
        }
        const NodeStatus &primary = snapshot.nodes[static_cast<std::size_t>(topology.primary)];
        if (primary.sample->currentLsn && node.sample->replayLsn) {
            lags[i].state = LagState::Known;
            lags[i].bytes = std::max<qint64>(0, bytesBetween(*node.sample->replayLsn, *primary.sample->currentLsn));
        }
    }
    return lags;
}

} // namespace howdah::cluster
