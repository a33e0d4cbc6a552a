// SPDX-License-Identifier: GPL-3.0-or-later
#include "lag.h"

#include <cmath>

#include "core/units.h"
#include "loss.h"
#include "positions.h"
#include "syncnames.h"
#include "timelines.h"

namespace howdah::cluster {

namespace {
// The trail knows no better than a tick or two; a walsender's lag that differs by more is stale or from before.
constexpr double kTrailToleranceSeconds = 2.0;
// A primary that wrote nothing for this long is quiet.
constexpr qint64 kQuietMs = 2000;

std::optional<double> difference(std::optional<double> larger, std::optional<double> smaller)
{
    return larger && smaller ? std::optional(std::max(0.0, *larger - *smaller)) : std::nullopt;
}

class Meter {
public:
    Meter(const Snapshot &snapshot, const Topology &topology)
        : m_snapshot(snapshot)
        , m_topology(topology)
        , m_edgeTo(snapshot.nodes.size(), nullptr)
        , m_primary(topology.primary < 0 ? nullptr : snapshot.nodes[at(topology.primary)].sample.get())
    {
        for (const Edge &edge : topology.edges) {
            m_edgeTo[at(edge.to)] = &edge;
        }
        const QString commit = m_primary ? m_primary->setting(QLatin1String("synchronous_commit")) : QString();
        m_commitsWait = commit == QLatin1String("on") || commit == QLatin1String("remote_apply");
    }
    StandbyLag measure(int index) const;

private:
    const Sender *senderOf(const Edge *edge) const;
    LagState stateOf(int index, const StandbyLag &lag) const;
    bool comparable(const NodeSample &sample, const Edge *edge) const;
    bool surelyComparable(const NodeSample &sample, const Edge *edge) const;
    void measureLossOf(const NodeSample &sample, const Edge *edge, StandbyLag &lag) const;
    bool isIdle(const Edge *edge, const StandbyLag &lag) const;
    std::optional<double> flushSeconds(int index) const;
    std::optional<double> secondsBehind(std::optional<double> byHops, std::optional<Lsn> reached) const;
    Stages stagesOf(const NodeSample &sample, const Edge *edge) const;
    bool holdsEveryCommit(const Edge *edge) const;
    void measureTimes(int index, std::optional<Lsn> replayed, StandbyLag &lag) const;

    const Snapshot &m_snapshot;
    const Topology &m_topology;
    std::vector<const Edge *> m_edgeTo;
    const NodeSample *m_primary;
    bool m_commitsWait = false;
};

// The walsender at the other end, when it may be believed now.
const Sender *Meter::senderOf(const Edge *edge) const
{
    const bool usable = edge && edge->sender && edge->sender->visible() && edge->state != EdgeState::Broken &&
                        isFresh(m_snapshot, m_snapshot.nodes[at(edge->from)]);
    return usable ? &*edge->sender : nullptr;
}

// False when an LSN of this node means other WAL than the same LSN of the primary.
bool Meter::comparable(const NodeSample &sample, const Edge *edge) const
{
    const bool foreign = sample.systemIdentifier && m_primary->systemIdentifier &&
                         *sample.systemIdentifier != *m_primary->systemIdentifier;
    // A walsender serves an old timeline to its end, and so one that has diverged as well; but that never catches up.
    const Sender *sender = senderOf(edge);
    const bool caughtUp = sender && sender->state == QLatin1String("streaming");
    return !foreign && (caughtUp || compareTimelines(sample, *m_primary).relation != TimelineRelation::Diverged);
}

// Also false when nothing proves that they mean the same.
bool Meter::surelyComparable(const NodeSample &sample, const Edge *edge) const
{
    if (senderOf(edge)) {
        return comparable(sample, edge);
    }
    const TimelineRelation relation = compareTimelines(sample, *m_primary).relation;
    return sample.systemIdentifier && sample.systemIdentifier == m_primary->systemIdentifier &&
           (relation == TimelineRelation::Same || relation == TimelineRelation::Older);
}

bool Meter::isIdle(const Edge *edge, const StandbyLag &lag) const
{
    // While something may be lost, or nobody knows, the primary may have written it meanwhile.
    if (lag.bytes != 0 || lag.wouldLose != 0) {
        return false;
    }
    if (const Sender *sender = senderOf(edge)) {
        const std::optional<Lsn> end = m_snapshot.nodes[at(edge->from)].sample->position();
        if (behind(sender->replayLsn, end).value_or(1) > 0) {
            return false;
        }
    }
    if (m_snapshot.trail) {
        for (auto point = m_snapshot.trail->crbegin(); point != m_snapshot.trail->crend(); ++point) {
            if (point->monotonicMs < m_primary->takenMonotonicMs - kQuietMs) {
                break;
            }
            if (point->lsn < *m_primary->currentLsn) {
                return false; // caught up with a primary that writes
            }
        }
    }
    return true;
}

LagState Meter::stateOf(int index, const StandbyLag &lag) const
{
    const NodeSample &sample = *m_snapshot.nodes[at(index)].sample;
    const Edge *edge = m_edgeTo[at(index)];
    const bool receiverHidden = sample.receiver && !sample.receiver->visible();
    if (edge ? edge->state == EdgeState::Broken : !sample.receiver && !sample.readsArchiveOnly()) {
        return LagState::Broken;
    }
    if (sample.replayPauseState == QLatin1String("paused")) {
        return LagState::Paused;
    }
    if (receiverHidden && !senderOf(edge)) {
        return LagState::NoPermission;
    }
    if (!lag.bytes) {
        return LagState::Unknown;
    }
    if (isIdle(edge, lag)) {
        return LagState::Idle;
    }
    return sample.applyDelaySeconds() > 0 ? LagState::Delayed : LagState::Known;
}

// Seconds from the primary's flush to this node's, over all hops; empty when one of them does not tell.
std::optional<double> Meter::flushSeconds(int index) const
{
    double sum = 0;
    for (int node = index; node != m_topology.primary; node = m_topology.places[at(node)].upstream) {
        if (node < 0) {
            return std::nullopt;
        }
        const Edge *edge = m_edgeTo[at(node)];
        const Sender *sender = senderOf(edge);
        if (!sender) {
            return std::nullopt;
        }
        if (edge->transportBytes != 0) {
            if (!sender->flushLag || !lagsAreCurrent(*sender, m_snapshot.nodes[at(node)].sample.get())) {
                return std::nullopt;
            }
            sum += *sender->flushLag;
        }
    }
    return sum;
}

std::optional<double> Meter::secondsBehind(std::optional<double> byHops, std::optional<Lsn> reached) const
{
    std::optional<double> byTrail;
    if (m_snapshot.trail && !m_snapshot.trail->empty() && reached) {
        byTrail = secondsSince(*m_snapshot.trail, *reached, m_primary->takenMonotonicMs);
    }
    if (byHops && byTrail && std::abs(*byHops - *byTrail) > kTrailToleranceSeconds + *byTrail / 10) {
        return byTrail;
    }
    return byHops ? byHops : byTrail;
}

Stages Meter::stagesOf(const NodeSample &sample, const Edge *edge) const
{
    Stages stages;
    if (const Sender *sender = senderOf(edge)) {
        stages.pending = behind(sender->sentLsn, m_snapshot.nodes[at(edge->from)].sample->position());
        stages.write = behind(sender->writeLsn, sender->sentLsn);
        stages.flush = behind(sender->flushLsn, sender->writeLsn);
        stages.replay = behind(furthest(sender->replayLsn, sample.replayLsn), sender->flushLsn);
        if (edge->bytes.value_or(0) > 0 && lagsAreCurrent(*sender, &sample)) {
            stages.writeSeconds = sender->writeLag;
            stages.flushSeconds = difference(sender->flushLag, sender->writeLag);
            stages.replaySeconds = difference(sender->replayLag, sender->flushLag);
        }
        if (edge->from == m_topology.primary && stages.pending.value_or(0) > 0) {
            stages.pendingSeconds = secondsBehind({}, sender->sentLsn);
        }
    } else if (sample.receiver && sample.receiver->visible()) {
        stages.flush = behind(sample.receiver->flushedLsn, sample.receiver->writtenLsn);
        stages.replay = behind(sample.replayLsn, sample.receiver->flushedLsn);
    }
    return stages;
}

bool Meter::holdsEveryCommit(const Edge *edge) const
{
    if (!m_commitsWait || !senderOf(edge) || edge->from != m_topology.primary) {
        return false;
    }
    if (edge->syncState == QLatin1String("sync")) {
        return true;
    }
    const auto names = parseSyncNames(m_primary->setting(QLatin1String("synchronous_standby_names")));
    const auto quorum = std::count_if(m_primary->senders.cbegin(), m_primary->senders.cend(),
                                      [](const Sender &sender) { return sender.syncState == QLatin1String("quorum"); });
    // Only when a commit waits for all of the quorum does each of them hold it.
    return edge->syncState == QLatin1String("quorum") && names && names->count >= quorum;
}

void Meter::measureTimes(int index, std::optional<Lsn> replayed, StandbyLag &lag) const
{
    const Edge *edge = m_edgeTo[at(index)];
    const Sender *sender = senderOf(edge);
    if (lag.bytes && lag.state != LagState::Idle) {
        std::optional<double> byHops;
        const std::optional<double> above = sender ? flushSeconds(edge->from) : std::nullopt;
        const bool current = sender && lagsAreCurrent(*sender, m_snapshot.nodes[at(index)].sample.get());
        if (above && current && sender->replayLag && edge->bytes != 0) {
            byHops = *above + *sender->replayLag;
        }
        lag.seconds = lag.bytes == 0 ? std::optional(0.0) : secondsBehind(byHops, replayed);
    }
    if (lag.wouldLose.value_or(0) > 0 && !lag.wouldLoseAtMost) {
        const Lsn flushed{m_primary->currentLsn->value - static_cast<quint64>(*lag.wouldLose)};
        lag.wouldLoseSeconds = secondsBehind(flushSeconds(index), flushed);
    }
}

void Meter::measureLossOf(const NodeSample &sample, const Edge *edge, StandbyLag &lag) const
{
    if (!surelyComparable(sample, edge)) {
        return;
    }
    const Sender *sender = edge && edge->from == m_topology.primary ? senderOf(edge) : nullptr;
    const Loss loss = measureLoss(m_snapshot, *m_primary, sample, sender, sample.position());
    lag.wouldLose = loss.bytes;
    lag.wouldLoseAtMost = loss.atMost;
}

StandbyLag Meter::measure(int index) const
{
    const NodeStatus &node = m_snapshot.nodes[at(index)];
    StandbyLag lag;
    if (node.kind == NodeKind::Witness || (node.sample && !node.sample->inRecovery)) {
        return lag;
    }
    lag.state = LagState::Unknown;
    if (!isFresh(m_snapshot, node)) {
        return lag;
    }
    const NodeSample &sample = *node.sample;
    const Edge *edge = m_edgeTo[at(index)];
    lag.toReplay = behind(sample.replayLsn, sample.position());
    lag.stages = stagesOf(sample, edge);
    lag.contradictory = edge && edge->state == EdgeState::Broken &&
                        isFresh(m_snapshot, m_snapshot.nodes[at(edge->from)]) &&
                        edge->sender.has_value() != sample.receiver.has_value();
    if (!m_primary || !m_primary->currentLsn) {
        return lag;
    }
    std::optional<Lsn> replayed;
    if (surelyComparable(sample, edge)) {
        const Sender *sender = senderOf(edge);
        replayed = furthest(reachedThen(sample.replayLsn, sample, m_primary->currentLsn, *m_primary),
                            sender ? sender->replayLsn : std::nullopt);
    }
    lag.bytes = behind(replayed, m_primary->currentLsn);
    measureLossOf(sample, edge, lag);
    lag.state = stateOf(index, lag);
    lag.holdsEveryCommit = holdsEveryCommit(edge);
    measureTimes(index, replayed, lag);
    if (lag.state != LagState::Known && lag.state != LagState::Idle && lag.bytes == 0) {
        lag.bytes.reset(); // what does not flow is not 0 behind
        lag.seconds.reset();
    }
    return lag;
}
} // namespace

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

QString lossText(const StandbyLag &lag)
{
    if (!lag.wouldLose) {
        return {};
    }
    if (*lag.wouldLose == 0) {
        return QStringLiteral("none");
    }
    const QString bytes = core::formatBytes(*lag.wouldLose);
    return lag.wouldLoseAtMost ? QStringLiteral("under ") + bytes : bytes;
}

std::vector<StandbyLag> measureLag(const Snapshot &snapshot, const Topology &topology)
{
    const Meter meter(snapshot, topology);
    std::vector<StandbyLag> lags;
    lags.reserve(snapshot.nodes.size());
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        lags.push_back(meter.measure(static_cast<int>(i)));
    }
    return lags;
}

} // namespace howdah::cluster
