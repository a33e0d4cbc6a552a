// SPDX-License-Identifier: GPL-3.0-or-later
#include "history/laghistory.h"

#include <algorithm>

namespace howdah::history {
namespace {

constexpr qint64 kDayMs = 24 * 3'600'000LL;

bool speaks(cluster::LagState state)
{
    using enum cluster::LagState;
    return state == Known || state == Idle || state == Paused || state == Delayed;
}

std::optional<double> number(std::optional<qint64> value)
{
    return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

Moment momentOf(const cluster::StandbyLag &lag, qint64 at)
{
    Moment moment;
    moment.monotonicMs = at;
    moment.state = lag.state;
    if (!speaks(lag.state)) {
        return moment;
    }
    const bool idle = lag.state == cluster::LagState::Idle;
    // Idle means that both ends agree on nothing to send: that is 0 behind, and no gap in a plot.
    moment.bytes = idle ? lag.bytes.value_or(0) : number(lag.bytes);
    moment.seconds = idle ? lag.seconds.value_or(0) : lag.seconds;
    const cluster::Stages &stages = lag.stages;
    moment.stageBytes = {number(stages.pending), number(stages.write), number(stages.flush), number(stages.replay)};
    moment.stageSeconds = {stages.pendingSeconds, stages.writeSeconds, stages.flushSeconds, stages.replaySeconds};
    if (idle) {
        for (std::size_t i = 0; i < 4; ++i) {
            moment.stageBytes[i] = moment.stageBytes[i].value_or(0);
            moment.stageSeconds[i] = moment.stageSeconds[i].value_or(0);
        }
    }
    return moment;
}

} // namespace

void LagHistory::add(const cluster::ClusterState &state)
{
    if (!state.snapshot || !state.assessment || state.snapshot->takenMonotonicMs <= m_newestMs) {
        return;
    }
    m_newestMs = state.snapshot->takenMonotonicMs;
    // The same patience as isFresh(), so that a plot and a card call the same thing a gap.
    m_gapMs = cluster::freshForMs(*state.snapshot);
    noteWallClock(*state.snapshot);
    addLag(state);
    addWalRate(state);
    forgetOld();
}

void LagHistory::noteWallClock(const cluster::Snapshot &snapshot)
{
    const qint64 offset = snapshot.takenWallMs - snapshot.takenMonotonicMs;
    if (m_offsets.empty() || std::abs(m_offsets.back().offsetMs - offset) > 500) {
        m_offsets.push_back({snapshot.takenMonotonicMs, offset});
    }
}

void LagHistory::addLag(const cluster::ClusterState &state)
{
    const auto &nodes = state.snapshot->nodes;
    const auto &lag = state.assessment->lag;
    for (std::size_t i = 0; i < std::min(nodes.size(), lag.size()); ++i) {
        const QString &name = nodes[i].name;
        // A primary has no lag to keep; a gap only matters where there was a line.
        if (!m_lag.contains(name) && !speaks(lag[i].state)) {
            continue;
        }
        m_lag[name].add(momentOf(lag[i], m_newestMs));
    }
    order(*state.snapshot);
}

/// The cluster file's order, then those that are no longer in it.
void LagHistory::order(const cluster::Snapshot &snapshot)
{
    QStringList names;
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        if (m_lag.contains(node.name)) {
            names.append(node.name);
        }
    }
    for (const QString &name : std::as_const(m_order)) {
        if (!names.contains(name)) {
            names.append(name);
        }
    }
    m_order = names;
}

void LagHistory::addWalRate(const cluster::ClusterState &state)
{
    const int primary = state.assessment->topology.primary;
    if (primary < 0 || primary >= static_cast<int>(state.snapshot->nodes.size())) {
        return;
    }
    const cluster::NodeStatus &node = state.snapshot->nodes[static_cast<std::size_t>(primary)];
    if (!cluster::isFresh(*state.snapshot, node) || !node.sample->currentLsn) {
        return;
    }
    Position &position = m_positions[node.name];
    const qint64 elapsed = node.sample->takenMonotonicMs - position.takenMs;
    const qint64 bytes = cluster::bytesBetween(position.lsn, *node.sample->currentLsn);
    if (elapsed > 0) {
        // The first sample, one after a gap, and a position that went back (a restored server) say nothing of a rate.
        const bool measurable = position.takenMs > 0 && elapsed <= m_gapMs && bytes >= 0;
        position.rate = measurable ? static_cast<double>(bytes) * 1000.0 / static_cast<double>(elapsed) : -1;
        position.takenMs = node.sample->takenMonotonicMs;
        position.lsn = *node.sample->currentLsn;
    }
    if (position.rate < 0) {
        return;
    }
    Moment moment;
    moment.monotonicMs = m_newestMs;
    moment.state = cluster::LagState::Known;
    moment.bytes = position.rate;
    m_wal[node.name].add(moment);
    m_walNode = node.name;
}

void LagHistory::forgetOld()
{
    const auto old = [this](const Track &track) { return track.newestMs() < m_newestMs - kDayMs; };
    for (auto *tracks : {&m_lag, &m_wal}) {
        for (auto it = tracks->begin(); it != tracks->end();) {
            it = old(*it) ? tracks->erase(it) : std::next(it);
        }
    }
    m_order.removeIf([this](const QString &name) { return !m_lag.contains(name); });
    while (m_offsets.size() > 1 && m_offsets[1].fromMs < m_newestMs - kDayMs) {
        m_offsets.erase(m_offsets.begin());
    }
}

std::vector<SeriesPoint> LagHistory::series(const QString &node, Metric metric, qint64 from, qint64 to,
                                            int columns) const
{
    const auto &tracks = metric == Metric::WalRate ? m_wal : m_lag;
    const auto track = tracks.constFind(node);
    if (track == tracks.constEnd()) {
        return {};
    }
    return decimate(track->points(metric, from, to, m_gapMs), from, to, columns);
}

std::optional<Moment> LagHistory::at(const QString &node, qint64 monotonicMs) const
{
    const auto track = m_lag.constFind(node);
    return track == m_lag.constEnd() ? std::nullopt : track->nearest(monotonicMs, m_gapMs);
}

std::optional<double> LagHistory::walRateAt(const QString &node, qint64 monotonicMs) const
{
    const auto track = m_wal.constFind(node);
    if (track == m_wal.constEnd()) {
        return std::nullopt;
    }
    const std::optional<Moment> moment = track->nearest(monotonicMs, m_gapMs);
    return moment ? moment->bytes : std::nullopt;
}

qint64 LagHistory::oldestMs() const
{
    qint64 oldest = m_newestMs;
    for (const auto *tracks : {&m_lag, &m_wal}) {
        for (const Track &track : *tracks) {
            oldest = std::min(oldest, track.oldestMs());
        }
    }
    return oldest;
}

qint64 LagHistory::wallMs(qint64 monotonicMs) const
{
    if (m_offsets.empty()) {
        return 0;
    }
    auto it = std::upper_bound(m_offsets.begin(), m_offsets.end(), monotonicMs,
                               [](qint64 at, const Offset &offset) { return at < offset.fromMs; });
    if (it != m_offsets.begin()) {
        --it;
    }
    return monotonicMs + it->offsetMs;
}

} // namespace howdah::history
