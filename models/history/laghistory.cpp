// SPDX-License-Identifier: GPL-3.0-or-later
#include "history/laghistory.h"

#include <QSet>
#include <algorithm>

#include "cluster/slotmath.h"

namespace howdah::history {
namespace {

constexpr qint64 kDayMs = 24 * 3'600'000LL;
/// Of slots that are gone. Their names are the server's to make up, and a tool may make one a run.
constexpr std::size_t kMostGone = 200;

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

/// Why nothing is known of the slots of a node that is still there.
cluster::LagState whyMissing(const cluster::Snapshot &snapshot, const cluster::NodeStatus &node)
{
    const bool denied =
        cluster::isFresh(snapshot, node) &&
        node.sample->unreadable.value(QStringLiteral("slots")).contains(QLatin1String("permission denied"));
    return denied ? cluster::LagState::NoPermission : cluster::LagState::Unknown;
}

/// True when the node's own list of slots is known as of now.
bool listsSlots(const cluster::Snapshot &snapshot, const cluster::NodeStatus &node)
{
    return cluster::isFresh(snapshot, node) && !node.sample->unreadable.contains(QStringLiteral("slots"));
}

Moment momentOf(const cluster::SlotFacts &facts, const cluster::Slot &slot, bool fresh, qint64 at)
{
    Moment moment;
    moment.monotonicMs = at;
    if (!fresh) {
        return moment; // what it held when it was last seen is not what it holds
    }
    moment.bytes = number(facts.retainedBytes);
    moment.state = moment.bytes      ? cluster::LagState::Known
                   : slot.restartLsn ? cluster::LagState::Unknown
                                     : cluster::LagState::NotApplicable;
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
    addHeld(state);
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
    bytesTrack(m_wal, node.name).add(moment);
    m_walNode = node.name;
}

void LagHistory::addHeld(const cluster::ClusterState &state)
{
    std::vector<HeldSlot> listed;
    for (const cluster::SlotFacts &facts : state.assessment->slotFacts) {
        const auto &nodes = state.snapshot->nodes;
        if (facts.node < 0 || facts.node >= static_cast<int>(nodes.size())) {
            continue;
        }
        const cluster::NodeStatus &node = nodes[static_cast<std::size_t>(facts.node)];
        if (!node.sample || facts.slot < 0 || facts.slot >= static_cast<int>(node.sample->replicationSlots.size())) {
            continue;
        }
        const cluster::Slot &slot = node.sample->replicationSlots[static_cast<std::size_t>(facts.slot)];
        const QString key = cluster::slotPath(node.name, slot.slotName);
        const Moment moment = momentOf(facts, slot, cluster::isFresh(*state.snapshot, node), m_newestMs);
        // A gap only matters where there was a line.
        if (!m_held.contains(key) && !moment.bytes) {
            continue;
        }
        bytesTrack(m_held, key).add(moment);
        listed.push_back({key, node.name, slot.slotName});
    }
    addMissing(*state.snapshot, listed);
    m_slots = std::move(listed);
}

/// Those that no node lists now: not known as long as their node does not say, else gone.
void LagHistory::addMissing(const cluster::Snapshot &snapshot, std::vector<HeldSlot> &listed)
{
    QSet<QString> seen;
    for (const HeldSlot &slot : listed) {
        seen.insert(slot.key);
    }
    std::vector<HeldSlot> gone;
    std::vector<HeldSlot> went;
    for (HeldSlot slot : m_slots) {
        if (seen.contains(slot.key)) {
            continue;
        }
        if (slot.gone) {
            gone.push_back(std::move(slot));
            continue;
        }
        const auto node = std::find_if(snapshot.nodes.begin(), snapshot.nodes.end(),
                                       [&slot](const cluster::NodeStatus &one) { return one.name == slot.node; });
        slot.gone = node == snapshot.nodes.end() || listsSlots(snapshot, *node);
        if (slot.gone) {
            went.push_back(std::move(slot));
            continue;
        }
        Moment moment;
        moment.monotonicMs = m_newestMs;
        moment.state = whyMissing(snapshot, *node);
        bytesTrack(m_held, slot.key).add(moment);
        listed.push_back(std::move(slot));
    }
    gone.insert(gone.end(), went.begin(), went.end());
    // In the order in which they went: the first are those gone longest.
    const std::size_t tooMany = gone.size() - std::min(gone.size(), kMostGone);
    for (std::size_t i = 0; i < tooMany; ++i) {
        m_held.remove(gone[i].key);
    }
    listed.insert(listed.end(), gone.begin() + static_cast<std::ptrdiff_t>(tooMany), gone.end());
}

Track &LagHistory::bytesTrack(Tracks &tracks, const QString &subject)
{
    auto track = tracks.find(subject);
    if (track == tracks.end()) {
        track = tracks.insert(subject, Track(Track::Keeps::BytesOnly));
    }
    return *track;
}

const LagHistory::Tracks &LagHistory::tracksOf(Metric metric) const
{
    return metric == Metric::WalRate ? m_wal : metric == Metric::Held ? m_held : m_lag;
}

void LagHistory::forgetOld()
{
    const auto old = [this](const Track &track) { return track.newestMs() < m_newestMs - kDayMs; };
    for (Tracks *tracks : {&m_lag, &m_wal, &m_held}) {
        for (auto it = tracks->begin(); it != tracks->end();) {
            it = old(*it) ? tracks->erase(it) : std::next(it);
        }
    }
    std::erase_if(m_slots, [this](const HeldSlot &slot) { return !m_held.contains(slot.key); });
    m_order.removeIf([this](const QString &name) { return !m_lag.contains(name); });
    while (m_offsets.size() > 1 && m_offsets[1].fromMs < m_newestMs - kDayMs) {
        m_offsets.erase(m_offsets.begin());
    }
}

std::vector<SeriesPoint> LagHistory::series(const QString &subject, Metric metric, qint64 from, qint64 to,
                                            int columns) const
{
    const Tracks &tracks = tracksOf(metric);
    const auto track = tracks.constFind(subject);
    if (track == tracks.constEnd()) {
        return {};
    }
    return decimate(track->points(metric, from, to, m_gapMs), from, to, columns);
}

std::optional<double> LagHistory::largest(const QString &subject, Metric metric, qint64 from, qint64 to) const
{
    const Tracks &tracks = tracksOf(metric);
    const auto track = tracks.constFind(subject);
    return track == tracks.constEnd() ? std::nullopt : track->largest(metric, from, to);
}

std::optional<Moment> LagHistory::at(const QString &subject, qint64 monotonicMs, Metric metric) const
{
    const Tracks &tracks = tracksOf(metric);
    const auto track = tracks.constFind(subject);
    return track == tracks.constEnd() ? std::nullopt : track->nearest(monotonicMs, m_gapMs);
}

std::optional<double> LagHistory::walRateAt(const QString &node, qint64 monotonicMs) const
{
    const std::optional<Moment> moment = at(node, monotonicMs, Metric::WalRate);
    return moment ? moment->bytes : std::nullopt;
}

qint64 LagHistory::oldestMs() const
{
    qint64 oldest = m_newestMs;
    for (const Tracks *tracks : {&m_lag, &m_wal, &m_held}) {
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
