// SPDX-License-Identifier: GPL-3.0-or-later
#include "assembly.h"

#include <QHostAddress>
#include <QSet>

namespace howdah::monitor {

using cluster::LinkState;

bool consoleIsolated(const std::vector<cluster::NodeStatus> &nodes)
{
    QSet<QString> hosts;
    for (const cluster::NodeStatus &node : nodes) {
        const QHostAddress address(node.host);
        const bool here =
            node.host.startsWith(QLatin1Char('/')) || node.host == QLatin1String("localhost") || address.isLoopback();
        if (here || (node.link != LinkState::Unreachable && node.link != LinkState::ConsoleIsolated)) {
            return false;
        }
        hosts.insert(node.host);
    }
    return hosts.size() > 1;
}

void dropForeignHistory(const cluster::NodeSample &before, cluster::NodeSample &sample)
{
    if (before.timeline != sample.timeline || before.systemIdentifier != sample.systemIdentifier) {
        sample.timelineHistory.clear();
    }
}

std::deque<cluster::TrailPoint> extended(std::deque<cluster::TrailPoint> trail, cluster::TrailPoint now)
{
    constexpr qint64 kFineMs = 600'000;
    constexpr qint64 kCoarseStepMs = 10'000;
    constexpr qint64 kKeepMs = 3'600'000;
    if (!trail.empty() && now.lsn < trail.back().lsn) {
        trail.clear(); // another log: a promotion, or another server
    }
    const std::size_t size = trail.size();
    if (size > 1 && trail.back().lsn == now.lsn && trail[size - 2].lsn == now.lsn) {
        trail.back().monotonicMs = now.monotonicMs;
    } else {
        trail.push_back(now);
    }
    while (!trail.empty() && now.monotonicMs - trail.front().monotonicMs > kKeepMs) {
        trail.pop_front();
    }
    // Thin out the one point that has just become old.
    for (std::size_t i = 1; i + 1 < trail.size() && now.monotonicMs - trail[i].monotonicMs > kFineMs; ++i) {
        if (trail[i + 1].monotonicMs - trail[i - 1].monotonicMs < kCoarseStepMs) {
            trail.erase(trail.begin() + static_cast<std::ptrdiff_t>(i));
            break;
        }
    }
    return trail;
}

} // namespace howdah::monitor
