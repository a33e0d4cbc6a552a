// SPDX-License-Identifier: GPL-3.0-or-later
#include "bothends.h"

#include <cmath>
#include <numeric>

#include "cluster/walrate.h"
#include "core/units.h"
#include "history/laghistory.h"
#include "tables/cells.h"
#include "tables/stateview.h"

namespace howdah::tables {

using cluster::Lsn;
using cluster::Verdict;

namespace {

constexpr qint64 kSegment = 16LL << 20;
constexpr qint64 kRateWindowMs = 60'000;
/// wal_receiver_status_interval is 10 s by default; a keepalive comes after half of wal_sender_timeout, 30 s.
constexpr qint64 kSilentMs = 30'000;
/// Less than a page behind is nobody's slowness.
constexpr double kPage = 8192;

QString lsnText(const std::optional<Lsn> &lsn)
{
    return lsn ? lsn->toString() : QString();
}

// The most that the two ends may be apart for having been asked at different moments.
qint64 tolerance(const cluster::Snapshot &snapshot, const cluster::NodeSample *up, const cluster::NodeSample *down)
{
    if (!up || !down || !snapshot.trail) {
        return kSegment;
    }
    const double rate = cluster::peakWalRate(*snapshot.trail, kRateWindowMs).value_or(0);
    const auto between = static_cast<double>(std::abs(up->takenMonotonicMs - down->takenMonotonicMs));
    return kSegment + static_cast<qint64>(rate * (between + up->roundTripMs + down->roundTripMs) / 1000);
}

EndFact lsnFact(const QString &what, const std::optional<Lsn> &upstream, const std::optional<Lsn> &standby,
                qint64 allowed)
{
    EndFact fact{.what = what, .upstream = lsnText(upstream), .standby = lsnText(standby), .fixed = true};
    if (upstream && standby) {
        const qint64 apart = std::abs(cluster::bytesBetween(*upstream, *standby));
        fact.verdict = apart < allowed ? Verdict::Ok : Verdict::Warning;
    }
    return fact;
}

EndFact textFact(const QString &what, const QString &upstream, const QString &standby)
{
    EndFact fact{.what = what, .upstream = upstream, .standby = standby};
    if (!upstream.isEmpty() && !standby.isEmpty()) {
        fact.verdict = upstream == standby ? Verdict::Ok : Verdict::Warning;
    }
    return fact;
}

EndFact stateFact(const QString &sender, const QString &receiver)
{
    EndFact fact{.what = QStringLiteral("State"), .upstream = sender, .standby = receiver};
    if (!sender.isEmpty() && !receiver.isEmpty()) {
        // Catching up is streaming, seen from the receiver.
        const bool sends = sender == QLatin1String("streaming") || sender == QLatin1String("catchup");
        fact.verdict = sends == (receiver == QLatin1String("streaming")) ? Verdict::Ok : Verdict::Warning;
    }
    return fact;
}

std::optional<qint64> ageMs(const QDateTime &then, const QDateTime &now)
{
    if (!then.isValid() || !now.isValid()) {
        return {};
    }
    return std::max<qint64>(0, then.msecsTo(now));
}

// reply_time is by the standby's own clock, so it is compared with that one, carried on to when the sender was asked.
std::optional<qint64> replyAgeMs(const cluster::Sender &sender, const cluster::NodeSample *up,
                                 const cluster::NodeSample *down)
{
    if (!up || !down || !down->serverTime.isValid()) {
        return {};
    }
    return ageMs(sender.replyTime, down->serverTime.addMSecs(up->takenMonotonicMs - down->takenMonotonicMs));
}

EndFact messageFact(const std::optional<qint64> &upstream, const std::optional<qint64> &standby)
{
    const auto text = [](const std::optional<qint64> &age) {
        return age ? QStringLiteral("%1 ago").arg(core::formatAge(*age)) : QString();
    };
    EndFact fact{
        .what = QStringLiteral("Last message"), .upstream = text(upstream), .standby = text(standby), .fixed = true};
    if (upstream && standby) {
        fact.verdict = *upstream < kSilentMs && *standby < kSilentMs ? Verdict::Ok : Verdict::Warning;
    }
    return fact;
}

// The age of what a node said that has not answered since.
std::optional<qint64> sinceThen(std::optional<qint64> age, const StateView &view, int node)
{
    const qint64 silent = view.snapshot().sampleAgeMs(view.snapshot().nodes[static_cast<std::size_t>(node)]);
    return age && !view.fresh(node) && silent > 0 ? std::optional(*age + silent) : age;
}

QString datedText(const QString &text, const StateView &view, int node)
{
    const qint64 silent = view.snapshot().sampleAgeMs(view.snapshot().nodes[static_cast<std::size_t>(node)]);
    return text.isEmpty() || view.fresh(node) || silent < 0
               ? text
               : QStringLiteral("%1 %2 ago").arg(text, core::formatAge(silent));
}

QString number(const std::optional<int> &value)
{
    return value ? QString::number(*value) : QString();
}

void judge(BothEnds &ends, bool seen, bool contradictory)
{
    const bool differs = std::any_of(ends.facts.begin(), ends.facts.end(),
                                     [](const EndFact &fact) { return fact.verdict == Verdict::Warning; });
    if (!seen) {
        ends.verdict = Verdict::Unknown;
        ends.word = QStringLiteral("one end is not seen");
    } else if (differs || contradictory) {
        ends.verdict = Verdict::Warning;
        ends.word = QStringLiteral("they differ");
    } else {
        ends.verdict = Verdict::Ok;
        ends.word = QStringLiteral("they agree");
    }
}

/// A node that would be promoted in the standby's place, as far as anybody knows.
bool mayBeRival(const StateView &view, int node, int other)
{
    const cluster::Place place = view.place(other);
    const bool same = other == node || place.sameAs == node || view.place(node).sameAs == other;
    const bool witness =
        view.node(other).kind == cluster::NodeKind::Witness || place.role == cluster::NodeRole::Witness;
    const cluster::NodeSample *sample = view.sample(other);
    return !same && !witness && (!sample || sample->inRecovery);
}

/// Whether the standby has received more than any other. What is not seen now may have received more since.
void findFurthest(Takeover &takeover, const StateView &view, int node)
{
    Lsn best = *view.sample(node)->position();
    QStringList unseen;
    takeover.furthest = QStringLiteral("yes");
    for (int other = 0; other < view.nodeCount(); ++other) {
        if (!mayBeRival(view, node, other)) {
            continue;
        }
        const cluster::NodeSample *sample = view.sample(other);
        const std::optional<Lsn> position = sample ? sample->position() : std::nullopt;
        if (position && *position > best) {
            best = *position;
            const QString has = view.fresh(other) ? QStringLiteral("has") : QStringLiteral("had");
            takeover.furthest = QStringLiteral("no: %1 %2 received more").arg(view.name(other), has);
        }
        if (!position || !view.fresh(other)) {
            unseen.append(view.name(other));
        }
    }
    takeover.furthestKnown = unseen.isEmpty() || best > *view.sample(node)->position();
    if (!takeover.furthestKnown) {
        takeover.furthest = unseen.size() == 1 ? QStringLiteral("unknown: %1 is not seen").arg(unseen.front())
                                               : QStringLiteral("unknown: %1 nodes are not seen").arg(unseen.size());
    }
}

} // namespace

BothEnds bothEnds(const cluster::ClusterState &state, const QString &standby)
{
    BothEnds ends{.to = standby};
    if (!StateView::isComplete(state)) {
        return ends;
    }
    const StateView view(state);
    const int to = view.indexOf(standby);
    const cluster::Edge *edge = to < 0 ? nullptr : view.edgeTo(to);
    if (!edge || edge->from < 0) {
        return ends;
    }
    ends.from = view.name(edge->from);
    const cluster::NodeSample *up = view.sample(edge->from);
    const cluster::NodeSample *down = view.sample(to);
    const cluster::Sender sender = edge->sender.value_or(cluster::Sender{});
    const cluster::Receiver receiver = down && down->receiver ? *down->receiver : cluster::Receiver{};
    const qint64 allowed = tolerance(view.snapshot(), up, down);
    ends.facts = {
        stateFact(sender.state, receiver.status),
        lsnFact(QStringLiteral("Sent, received"), sender.sentLsn, receiver.writtenLsn, allowed),
        lsnFact(QStringLiteral("Flushed"), sender.flushLsn, receiver.flushedLsn, allowed),
        lsnFact(QStringLiteral("Replayed"), sender.replayLsn, down ? down->replayLsn : std::nullopt, allowed),
        messageFact(sinceThen(replyAgeMs(sender, up, down), view, edge->from),
                    sinceThen(down ? ageMs(receiver.lastMsgReceiptTime, down->serverTime) : std::nullopt, view, to)),
        textFact(QStringLiteral("Timeline"), number(up ? up->timeline : std::nullopt), number(receiver.receivedTli)),
        textFact(QStringLiteral("Slot"), sender.slotName, receiver.slotName),
    };
    const bool seen = view.fresh(edge->from) && view.fresh(to) && sender.visible() && receiver.visible();
    judge(ends, seen, view.lag(to).contradictory);
    if (!seen) {
        for (EndFact &fact : ends.facts) {
            fact.verdict = Verdict::Unknown; // what was said at different times cannot be compared
        }
        EndFact &stateNow = ends.facts.front();
        stateNow.upstream = datedText(stateNow.upstream, view, edge->from);
        stateNow.standby = datedText(stateNow.standby, view, to);
    }
    return ends;
}

SlowStage slowStage(const history::LagHistory &history, const QString &standby, qint64 nowMonotonicMs, int samples)
{
    SlowStage result;
    for (int i = 0; i < samples; ++i) {
        const auto moment = history.at(standby, nowMonotonicMs - i * 1000LL);
        if (!moment || !moment->bytes) {
            continue;
        }
        ++result.samples;
        int largest = -1;
        double most = kPage;
        for (int stage = 0; stage < 4; ++stage) {
            const double bytes = moment->stageBytes[static_cast<std::size_t>(stage)].value_or(0);
            if (bytes > most) {
                most = bytes;
                largest = stage;
            }
        }
        if (largest >= 0) {
            ++result.counts[largest];
        }
    }
    return result;
}

QString slowStageText(const SlowStage &stage, const QString &upstream, const QString &standby)
{
    if (stage.samples == 0) {
        return QStringLiteral("Not known yet: no sample of this standby.");
    }
    const int *most = std::max_element(std::begin(stage.counts), std::end(stage.counts));
    if (*most == 0) {
        return QStringLiteral("None: nothing waited in %1 samples.").arg(stage.samples);
    }
    static const char *const names[] = {"Pending", "Write", "Flush", "Replay"};
    constexpr int kSeldom = 10; // less than one sample in so many is how replication works, and no fault
    if (*most * kSeldom < stage.samples) {
        return QStringLiteral("None that lasts: WAL waited in %1 of %2 samples.")
            .arg(std::accumulate(std::begin(stage.counts), std::end(stage.counts), 0))
            .arg(stage.samples);
    }
    const auto index = static_cast<std::size_t>(most - std::begin(stage.counts));
    const QString reasons[] = {
        QStringLiteral("WAL waits on %1 to be sent: its network or its sender is slow.").arg(upstream),
        QStringLiteral("WAL is on its way to %1: the network is slow, or the receiver is busy.").arg(standby),
        QStringLiteral("WAL waits for the disk of %1.").arg(standby),
        QStringLiteral("WAL is on the disk of %1 and waits to be replayed: for queries it conflicts with, a pause, or "
                       "the speed of one process.")
            .arg(standby),
    };
    return QStringLiteral("%1, in %2 of %3 samples. %4")
        .arg(QLatin1String(names[index]))
        .arg(*most)
        .arg(stage.samples)
        .arg(reasons[index]);
}

Takeover ifItTookOver(const cluster::ClusterState &state, const QString &standby)
{
    Takeover takeover{.loss = unknown(), .toReplay = unknown(), .furthest = unknown()};
    if (!StateView::isComplete(state)) {
        return takeover;
    }
    const StateView view(state);
    const int node = view.indexOf(standby);
    if (node < 0 || !view.sample(node) || !view.sample(node)->inRecovery) {
        return takeover;
    }
    const cluster::StandbyLag lag = view.lag(node);
    if (lag.wouldLose) {
        takeover.lossKnown = true;
        takeover.loss = cluster::lossText(lag);
        if (lag.wouldLoseSeconds && *lag.wouldLose > 0) {
            takeover.loss += QStringLiteral(", %1").arg(core::formatSeconds(*lag.wouldLoseSeconds));
        }
    }
    if (lag.toReplay) {
        takeover.toReplayKnown = true;
        takeover.toReplay = core::formatBytes(*lag.toReplay);
    }
    if (view.sample(node)->position() && view.fresh(node)) {
        findFurthest(takeover, view, node);
    }
    return takeover;
}

} // namespace howdah::tables
