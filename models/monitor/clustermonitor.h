// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "cluster/health.h"
#include "core/clock.h"
#include "monitor/nodepoller.h"

namespace howdah::monitor {

/// Samples every node of a cluster and makes Snapshots of them. Lives in the engine thread; what it emits is a value.
class ClusterMonitor : public QObject {
    Q_OBJECT
public:
    ClusterMonitor(const cluster::ClusterConfig &config, const core::Clock &clock, QObject *parent = nullptr);
    ~ClusterMonitor() override;

    void start();
    /// Resumed, what it says stays "paused" until the nodes that answered before have been heard again: that they were
    /// not asked for a while is no silence of theirs.
    void setPaused(bool paused);
    void refresh();

    /// Every node has answered or has said why not: the first Snapshot that is worth acting on.
    bool isSettled() const;
    const std::vector<std::unique_ptr<NodePoller>> &pollers() const { return m_pollers; }

Q_SIGNALS:
    void stateChanged(const howdah::cluster::ClusterState &state);

private:
    void tick();
    void nodeChanged();
    void publish();
    bool isResuming() const;
    void awaitStaleness(const cluster::Snapshot &snapshot);
    void extendTrail(const cluster::Snapshot &snapshot);

    const core::Clock &m_clock;
    cluster::ClusterConfig m_config;
    std::vector<std::unique_ptr<NodePoller>> m_pollers;
    QTimer m_ticks;
    QTimer m_stale;  ///< fires in the moment in which a sample grows too old
    QTimer m_gather; ///< a slow node must not hold back what the others said
    bool m_paused = false;
    std::optional<qint64> m_resumedAt; ///< monotonic; until it shows in what is published
    bool m_published = false;          ///< since the last tick
    std::shared_ptr<const std::deque<cluster::TrailPoint>> m_trail;
    cluster::Watch m_watch;
};

} // namespace howdah::monitor
