// SPDX-License-Identifier: GPL-3.0-or-later
#include "clustermonitor.h"

#include <algorithm>

#include "monitor/assembly.h"

namespace howdah::monitor {

namespace {
constexpr int kGatherMs = 150;
}

ClusterMonitor::ClusterMonitor(const cluster::ClusterConfig &config, const core::Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_config(config)
    , m_trail(std::make_shared<const std::deque<cluster::TrailPoint>>())
{
    for (const cluster::NodeConfig &node : config.nodes) {
        auto poller = std::make_unique<NodePoller>(node, clock);
        connect(poller.get(), &NodePoller::changed, this, &ClusterMonitor::nodeChanged);
        m_pollers.push_back(std::move(poller));
    }
    m_ticks.setTimerType(Qt::PreciseTimer);
    m_ticks.setInterval(config.intervalMs);
    connect(&m_ticks, &QTimer::timeout, this, &ClusterMonitor::tick);
    m_stale.setSingleShot(true);
    m_stale.setTimerType(Qt::PreciseTimer);
    connect(&m_stale, &QTimer::timeout, this, &ClusterMonitor::publish);
    m_gather.setSingleShot(true);
    m_gather.setInterval(kGatherMs);
    connect(&m_gather, &QTimer::timeout, this, &ClusterMonitor::publish);
}

ClusterMonitor::~ClusterMonitor() = default;

void ClusterMonitor::start()
{
    m_ticks.start();
    tick();
}

void ClusterMonitor::setPaused(bool paused)
{
    const bool resumed = m_paused && !paused;
    m_paused = paused;
    if (paused) {
        m_resumedAt.reset();
    } else if (resumed) {
        m_resumedAt = m_clock.monotonicMs();
    }
    if (!paused) {
        tick();
    }
    publish();
}

bool ClusterMonitor::isResuming() const
{
    // A node that hangs has its deadline; past that it is told as it is.
    if (!m_resumedAt || m_clock.monotonicMs() - *m_resumedAt > cluster::kStaleAfterMs) {
        return false;
    }
    return std::any_of(m_pollers.cbegin(), m_pollers.cend(), [this](const auto &poller) {
        const cluster::NodeStatus &status = poller->status();
        return poller->isWaiting() && status.link == cluster::LinkState::Up && status.sample &&
               status.sample->takenMonotonicMs < *m_resumedAt;
    });
}

void ClusterMonitor::refresh()
{
    for (const auto &poller : m_pollers) {
        poller->refresh();
    }
    m_gather.start();
}

bool ClusterMonitor::isSettled() const
{
    return std::all_of(m_pollers.cbegin(), m_pollers.cend(),
                       [](const auto &poller) { return poller->status().link != cluster::LinkState::Connecting; });
}

void ClusterMonitor::tick()
{
    // Also when nobody answers, ages grow: what is shown must say so.
    if (!m_published) {
        publish();
    }
    m_published = false;
    if (m_paused) {
        return;
    }
    for (const auto &poller : m_pollers) {
        poller->tick();
    }
}

void ClusterMonitor::nodeChanged()
{
    const bool more =
        std::any_of(m_pollers.cbegin(), m_pollers.cend(), [](const auto &poller) { return poller->isWaiting(); });
    if (!more) {
        publish();
    } else if (!m_gather.isActive()) {
        m_gather.start();
    }
}

void ClusterMonitor::extendTrail(const cluster::Snapshot &snapshot)
{
    // With two writable nodes, the newer timeline is the one to measure against.
    const cluster::NodeSample *primary = nullptr;
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        const bool candidate = node.kind == cluster::NodeKind::Data && isFresh(snapshot, node) &&
                               !node.sample->inRecovery && node.sample->currentLsn;
        if (candidate && (!primary || node.sample->timeline.value_or(0) > primary->timeline.value_or(0))) {
            primary = node.sample.get();
        }
    }
    if (primary && (m_trail->empty() || m_trail->back().monotonicMs < primary->takenMonotonicMs)) {
        m_trail = std::make_shared<const std::deque<cluster::TrailPoint>>(
            extended(*m_trail, {primary->takenMonotonicMs, *primary->currentLsn}));
    }
}

// What is stale must be seen to be stale then, not at the tick after.
void ClusterMonitor::awaitStaleness(const cluster::Snapshot &snapshot)
{
    qint64 next = -1;
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        if (isFresh(snapshot, node)) {
            const qint64 left = freshForMs(snapshot, node) - snapshot.sampleAgeMs(node);
            next = next < 0 ? left : qMin(next, left);
        }
    }
    if (next >= 0) {
        m_stale.start(static_cast<int>(next) + 1);
    } else {
        m_stale.stop();
    }
}

void ClusterMonitor::publish()
{
    m_gather.stop();
    m_published = true;
    auto snapshot = std::make_shared<cluster::Snapshot>();
    snapshot->cluster = m_config.name;
    snapshot->environment = m_config.environment;
    snapshot->manager = m_config.manager;
    snapshot->intervalMs = m_config.intervalMs;
    const bool resuming = isResuming();
    if (!resuming) {
        m_resumedAt.reset();
    }
    snapshot->paused = m_paused || resuming;
    snapshot->configWarnings = m_config.warnings;
    snapshot->takenMonotonicMs = m_clock.monotonicMs();
    snapshot->takenWallMs = m_clock.wallMs();
    snapshot->nodes.reserve(m_pollers.size());
    for (const auto &poller : m_pollers) {
        snapshot->nodes.push_back(poller->status());
    }
    if (consoleIsolated(snapshot->nodes)) {
        for (cluster::NodeStatus &node : snapshot->nodes) {
            node.link = cluster::LinkState::ConsoleIsolated;
        }
    }
    awaitStaleness(*snapshot);
    extendTrail(*snapshot);
    snapshot->trail = m_trail;
    m_watch = cluster::observe(m_watch, *snapshot);
    snapshot->watch = m_watch;
    auto assessment = std::make_shared<const cluster::Assessment>(cluster::assess(*snapshot));
    Q_EMIT stateChanged({std::move(snapshot), std::move(assessment)});
}

} // namespace howdah::monitor
