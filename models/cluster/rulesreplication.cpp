// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the nodes belong together, stream, and keep up.
#include "core/units.h"
#include "positions.h"
#include "rules.h"
#include "timelines.h"

namespace howdah::cluster {

namespace {
constexpr qint64 kDefaultReceiverTimeoutMs = 60'000;
constexpr qint64 kReplySlackMs = 5000;

// The identifier that the cluster has: the primary's, else that of most data nodes.
std::optional<quint64> familyIdentifier(const Rules &rules)
{
    if (rules.primary && rules.primary->systemIdentifier) {
        return rules.primary->systemIdentifier;
    }
    QHash<quint64, int> votes;
    std::optional<quint64> best;
    for (int i = 0; i < rules.count(); ++i) {
        if (!rules.isFreshData(i) || !rules.sample(i).systemIdentifier) {
            continue;
        }
        const quint64 identifier = *rules.sample(i).systemIdentifier;
        ++votes[identifier];
        if (!best || votes.value(identifier) > votes.value(*best)) {
            best = identifier;
        }
    }
    return best;
}

void judgeIdentifier(Rules &rules, int index, quint64 family)
{
    const std::optional<quint64> own = rules.sample(index).systemIdentifier;
    if (!own || *own == family) {
        return;
    }
    rules.outOfFamily[at(index)] = true;
    rules.add(
        {.id = QStringLiteral("system_identifier:%1").arg(rules.name(index)),
         .severity = Verdict::Critical,
         .node = rules.name(index),
         .title = QStringLiteral("%1 belongs to another cluster").arg(rules.name(index)),
         .evidence =
             QStringLiteral("Its system identifier is %1; that of this cluster is %2. No WAL of one fits the other.")
                 .arg(*own)
                 .arg(family),
         .remedy = QStringLiteral("Check its address in the cluster file. If it should belong here, clone it anew "
                                  "from the primary."),
         .page = QStringLiteral("overview")});
}

/// Whether it gets WAL. A walsender serves an old timeline to its end, again and again, so that one that gets some may
/// have diverged all the same.
bool isFed(const Rules &rules, int index)
{
    const Edge *edge = rules.edgeTo[at(index)];
    const bool begins = edge && edge->sender && edge->sender->state == QLatin1String("startup");
    return edge && !begins &&
           (edge->state == EdgeState::Streaming || edge->state == EdgeState::Catchup ||
            edge->state == EdgeState::Paused || edge->state == EdgeState::SenderOnly);
}

QString divergedEvidence(const Rules &rules, int index, const TimelineComparison &compared)
{
    const QString &own = rules.name(index);
    const QString &other = rules.name(rules.topology.primary);
    QString text = QStringLiteral("%1 is on %2, the primary %3 on %4.")
                       .arg(own, timelineText(compared.nodeTimeline), other, timelineText(compared.otherTimeline));
    if (!compared.fork) {
        text += QStringLiteral(" Where they parted is not known: the timeline history can't be read.");
        // (UpdateMinRecoveryPoint() in xlog.c: as of what it last had to flush.)
        return rules.sample(index).receiver ? text
                                            : text + QStringLiteral(" Without a receiver %1 tells the timeline of its "
                                                                    "last restartpoint, and may be further.")
                                                         .arg(own);
    }
    text += QStringLiteral(" They parted at %1").arg(compared.fork->toString());
    if (compared.pastFork.value_or(0) > 0) {
        text += QStringLiteral(", and %1 has gone %2 past it")
                    .arg(compared.nodeIsOlder ? own : other, core::formatBytes(*compared.pastFork));
    }
    return text + QLatin1Char('.');
}

void judgeTimeline(Rules &rules, int index)
{
    const TimelineComparison compared = compareTimelines(rules.sample(index), *rules.primary);
    bool wrong = compared.relation == TimelineRelation::Diverged;
    const bool unsettled = compared.relation == TimelineRelation::Newer ||
                           (compared.relation == TimelineRelation::Unknown && compared.nodeTimeline > 0 &&
                            compared.nodeTimeline != compared.otherTimeline);
    const QString key = QStringLiteral("timeline_differs:%1").arg(rules.name(index));
    if (unsettled) {
        wrong = rules.hold(key) >= rules.thresholds.timelineSettleMs;
    }
    if (!wrong) {
        return;
    }
    const bool surely = compared.relation == TimelineRelation::Diverged;
    const bool newer = compared.relation == TimelineRelation::Newer;
    rules.outOfFamily[at(index)] = surely;
    rules.add({.id = QStringLiteral("diverged:%1").arg(rules.name(index)),
               .severity = surely || newer ? Verdict::Critical : Verdict::Warning,
               .node = rules.name(index),
               .title = surely  ? QStringLiteral("%1 has diverged from the primary").arg(rules.name(index))
                        : newer ? QStringLiteral("%1 is on a newer timeline than the primary").arg(rules.name(index))
                                : QStringLiteral("%1 may not be on the timeline of the primary").arg(rules.name(index)),
               .evidence = divergedEvidence(rules, index, compared),
               .remedy = newer ? QStringLiteral("Find out who promoted what: %1 may be an old primary that must not "
                                                "take writes.")
                                     .arg(rules.name(rules.topology.primary))
                         : surely
                             ? QStringLiteral("It can't follow as it is. Save what only it has, then rewind it with "
                                              "pg_rewind or rebuild it.")
                             : QStringLiteral("After a switchover it follows by itself within seconds, once its "
                                              "primary_conninfo leads to %1. If it does not, it may have "
                                              "diverged: its log says whether it can follow.")
                                   .arg(rules.name(rules.topology.primary)),
               .page = QStringLiteral("replication")},
              unsettled ? key : QString());
}

void judgeCircle(Rules &rules, int index)
{
    const Place &place = rules.topology.places[at(index)];
    if (place.upstream < 0 && rules.edgeTo[at(index)]) {
        rules.add({.id = QStringLiteral("circle:%1").arg(rules.name(index)),
                   .severity = Verdict::Warning,
                   .node = rules.name(index),
                   .title = QStringLiteral("%1 and %2 follow each other").arg(rules.name(index), place.upstreamText),
                   .evidence = QStringLiteral("Standbys that follow in a circle get no new WAL."),
                   .remedy = QStringLiteral("Point primary_conninfo of one of them at the primary."),
                   .page = QStringLiteral("replication")});
    }
}

bool streamsNot(const Rules &rules, int index)
{
    const NodeSample &sample = rules.sample(index);
    if (const Edge *edge = rules.edgeTo[at(index)]) {
        return edge->state == EdgeState::Broken;
    }
    return !sample.receiver && !sample.readsArchiveOnly() && !sample.unreadable.contains(QStringLiteral("receiver"));
}

void judgeContradiction(Rules &rules, int index)
{
    const Edge &edge = *rules.edgeTo[at(index)];
    const QString key = QStringLiteral("contradictory:%1").arg(rules.name(index));
    rules.raise(index, Verdict::Unknown);
    if (rules.hold(key) < rules.thresholds.contradictionMs) {
        return;
    }
    const QString &standby = rules.name(index);
    const QString &upstream = rules.name(edge.from);
    rules.add(
        {.id = key,
         .severity = Verdict::Warning,
         .node = standby,
         .title = QStringLiteral("%1 and %2 do not agree").arg(upstream, standby),
         .evidence = edge.sender ? QStringLiteral("%1 sends WAL to %2, but %2 has no receiver.").arg(upstream, standby)
                                 : QStringLiteral("%2 says that it streams from %1, but %1 has no sender for it.")
                                       .arg(upstream, standby),
         .remedy = QStringLiteral("The connection between them is most likely dead on one side: check the network, "
                                  "and restart the receiver if it does not recover."),
         .page = QStringLiteral("replication"),
         .subject = standby});
}

QString followsText(const Rules &rules, int index)
{
    const Edge *edge = rules.edgeTo[at(index)];
    const Place &place = rules.topology.places[at(index)];
    if (edge) {
        return QStringLiteral("It follows %1").arg(rules.name(edge->from));
    }
    return place.upstreamText.isEmpty()
               ? QStringLiteral("It does not say whom it follows")
               : QStringLiteral("It follows %1, which is no node of this cluster").arg(place.upstreamText);
}

QString missingWalRemedy(const Rules &rules, int index)
{
    const Edge *edge = rules.edgeTo[at(index)];
    if (edge && rules.fresh[at(edge->from)]) {
        const NodeSample &upstream = rules.sample(edge->from);
        const bool missing = !edge->slotName.isEmpty() && !upstream.unreadable.contains(QStringLiteral("slots")) &&
                             std::none_of(upstream.replicationSlots.cbegin(), upstream.replicationSlots.cend(),
                                          [&](const Slot &slot) { return slot.slotName == edge->slotName; });
        if (missing) {
            const QString literal = QString(edge->slotName).replace(QLatin1Char('\''), QLatin1String("''"));
            return QStringLiteral("Its slot %1 does not exist on %2. Create it there: SELECT "
                                  "pg_create_physical_replication_slot('%3'), and see that the WAL it needs is left.")
                .arg(edge->slotName, rules.name(edge->from), literal);
        }
        for (const Slot &slot : upstream.replicationSlots) {
            if (!edge->slotName.isEmpty() && slot.slotName == edge->slotName &&
                slot.walStatus == QLatin1String("lost")) {
                return QStringLiteral("Its slot %1 is lost, and the WAL it needs with it: rebuild it from the primary.")
                    .arg(slot.slotName);
            }
        }
    }
    return QStringLiteral("Its log says why: look for the connection, its password, its slot and removed WAL.");
}

// Its upstream's own finding is the cause, and says enough when it is as bad.
void judgeOrphan(Rules &rules, int index, const QString &upstream)
{
    rules.raise(index, Verdict::Warning);
    const bool told = std::any_of(rules.findings.cbegin(), rules.findings.cend(), [&](const Finding &finding) {
        return finding.node == upstream && finding.severity >= Verdict::Warning;
    });
    if (told) {
        return;
    }
    rules.add(
        {.id = QStringLiteral("upstream_silent:%1").arg(rules.name(index)),
         .severity = Verdict::Warning,
         .node = rules.name(index),
         .title = QStringLiteral("%1 has no upstream that answers").arg(rules.name(index)),
         .evidence = QStringLiteral("It follows %1, of which nothing is known now, and has no receiver.").arg(upstream),
         .remedy = QStringLiteral("See to %1 first. The log of %2 says why its receiver ended.")
                       .arg(upstream, rules.name(index)),
         .page = QStringLiteral("replication"),
         .subject = rules.name(index)});
}

void judgeStandby(Rules &rules, int index)
{
    const QString key = QStringLiteral("not_streaming:%1").arg(rules.name(index));
    const qint64 held = rules.hold(key);
    const StandbyLag &lag = rules.lag[at(index)];
    // A sender that bears its name may be of somebody else, and a receiver may be frozen: it has long had no WAL.
    const std::optional<Receiver> &receiver = rules.sample(index).receiver;
    const bool dead =
        !receiver || (receiver->lastMsgReceiptTime.isValid() &&
                      receiver->lastMsgReceiptTime.msecsTo(rules.sample(index).serverTime) > kDefaultReceiverTimeoutMs);
    const bool starves = dead && held >= rules.thresholds.receiverDownCriticalMs;
    if (lag.contradictory && !starves) {
        judgeContradiction(rules, index);
        return;
    }
    const Edge *edge = rules.edgeTo[at(index)];
    if (edge && !rules.fresh[at(edge->from)]) {
        judgeOrphan(rules, index, rules.name(edge->from));
        return;
    }
    const bool before = beganUnseen(rules.snapshot, rules.name(index), rules.now() - held);
    QString evidence = followsText(rules, index) +
                       (held < 1000 ? QStringLiteral(" and has no receiver")
                                    : QStringLiteral(" and has had no receiver for %1%2")
                                          .arg(before ? QStringLiteral("at least ") : QString(), span(held)));
    if (lag.bytes) {
        evidence += QStringLiteral("; it is %1 behind").arg(core::formatBytes(*lag.bytes));
    }
    rules.add({.id = key,
               .severity = held >= rules.thresholds.receiverDownCriticalMs ? Verdict::Critical : Verdict::Warning,
               .node = rules.name(index),
               .title = QStringLiteral("%1 does not stream").arg(rules.name(index)),
               .evidence = evidence + QLatin1Char('.'),
               .remedy = missingWalRemedy(rules, index),
               .page = QStringLiteral("replication"),
               .subject = rules.name(index)},
              key);
}

// Where both ends look well, only that the receiver does not reply tells that it is frozen.
std::optional<qint64> unrepliedForMs(const Rules &rules, int index, const Edge &edge)
{
    const NodeSample &standby = rules.sample(index);
    const qint64 interval = standby.settingNumber(QLatin1String("wal_receiver_status_interval")).value_or(10);
    if (!edge.sender || interval <= 0) {
        return std::nullopt;
    }
    const std::optional<qint64> age = replyAgeMs(*edge.sender, standby);
    return age && *age > interval * 1000 + kReplySlackMs ? age : std::nullopt;
}

// A receiver that is frozen stays in the view; only the age of its last message tells.
void judgeSilentReceiver(Rules &rules, int index)
{
    const NodeSample &sample = rules.sample(index);
    if (!sample.receiver || !sample.receiver->lastMsgReceiptTime.isValid() || !sample.serverTime.isValid()) {
        return;
    }
    const qint64 timeout = sample.settingNumber(QLatin1String("wal_receiver_timeout")).value_or(0);
    const qint64 age = sample.receiver->lastMsgReceiptTime.msecsTo(sample.serverTime);
    const bool timedOut = age > (timeout > 0 ? timeout : kDefaultReceiverTimeoutMs);
    const Edge *edge = rules.edgeTo[at(index)];
    const std::optional<qint64> mute =
        edge && rules.fresh[at(edge->from)] ? unrepliedForMs(rules, index, *edge) : std::nullopt;
    if (!timedOut && !mute) {
        return;
    }
    rules.add(
        {.id = QStringLiteral("receiver_silent:%1").arg(rules.name(index)),
         .severity = timedOut ? Verdict::Warning : Verdict::Unknown,
         .node = rules.name(index),
         .title = timedOut ? QStringLiteral("The receiver of %1 hears nothing").arg(rules.name(index))
                           : QStringLiteral("The receiver of %1 does not reply").arg(rules.name(index)),
         .evidence = timedOut
                         ? QStringLiteral("Its last message from the upstream is %1 old; wal_receiver_timeout "
                                          "should have ended it.")
                               .arg(span(age))
                         : QStringLiteral("%1 last heard from it %2 ago; it should reply every %3 s at the least "
                                          "(wal_receiver_status_interval).")
                               .arg(rules.name(edge->from), span(*mute))
                               .arg(sample.settingNumber(QLatin1String("wal_receiver_status_interval")).value_or(10)),
         .remedy = QStringLiteral("Its process may be stopped or its host frozen: look there."),
         .page = QStringLiteral("replication"),
         .subject = rules.name(index)});
}

void judgePause(Rules &rules, int index)
{
    const NodeSample &sample = rules.sample(index);
    if (sample.replayPauseState != QLatin1String("paused") &&
        sample.replayPauseState != QLatin1String("pause requested")) {
        return;
    }
    const std::optional<qint64> bytes = rules.lag[at(index)].toReplay;
    rules.add(
        {.id = QStringLiteral("replay_paused:%1").arg(rules.name(index)),
         .severity = Verdict::Warning,
         .node = rules.name(index),
         .title = QStringLiteral("Replay is paused on %1").arg(rules.name(index)),
         .evidence = bytes ? (sample.receiver ? QStringLiteral("It goes on receiving; %1 wait to be replayed.")
                                              : QStringLiteral("%1 wait to be replayed."))
                                 .arg(core::formatBytes(*bytes))
                           : QStringLiteral("How much waits to be replayed is not known."),
         .remedy = QStringLiteral("Resume it with SELECT pg_wal_replay_resume(), or keep it paused knowingly: its "
                                  "WAL stays on disk, and it can't be promoted well."),
         .page = QStringLiteral("replication"),
         .subject = rules.name(index)});
}
} // namespace

std::optional<qint64> unheardForMs(const Rules &rules, int index)
{
    const Edge *edge = rules.edgeTo[at(index)];
    const std::optional<Receiver> &receiver = rules.sample(index).receiver;
    const QDateTime now = rules.sample(index).serverTime;
    if (edge && rules.fresh[at(edge->from)]) {
        return unrepliedForMs(rules, index, *edge);
    }
    if (!edge || !receiver || !receiver->lastMsgReceiptTime.isValid() || !now.isValid()) {
        return std::nullopt;
    }
    const qint64 age = receiver->lastMsgReceiptTime.msecsTo(now);
    return age > freshForMs(rules.snapshot) ? std::optional(age) : std::nullopt;
}

void judgeFamily(Rules &rules)
{
    const std::optional<quint64> family = familyIdentifier(rules);
    for (int i = 0; i < rules.count(); ++i) {
        if (!rules.isFreshData(i)) {
            continue;
        }
        if (family) {
            judgeIdentifier(rules, i, *family);
        }
        const bool judged = rules.primary && i != rules.topology.primary && !rules.outOfFamily[at(i)];
        const Edge *edge = rules.edgeTo[at(i)];
        // One that has caught up is on the timeline of its upstream, whatever it says of itself: it says so later.
        const bool caughtUp = edge && edge->sender && edge->sender->state == QLatin1String("streaming");
        if (judged && (!isFed(rules, i) || (!caughtUp && compareTimelines(rules.sample(i), *rules.primary).relation ==
                                                             TimelineRelation::Diverged))) {
            judgeTimeline(rules, i);
        }
    }
}

void judgeStreaming(Rules &rules)
{
    for (int i = 0; i < rules.count(); ++i) {
        if (!rules.isFreshStandby(i)) {
            // A node that is down does not stream either: its line says since when.
            if (rules.edgeTo[at(i)] && rules.edgeTo[at(i)]->state == EdgeState::Broken) {
                rules.hold(QStringLiteral("not_streaming:%1").arg(rules.name(i)));
            }
            continue;
        }
        judgePause(rules, i);
        if (rules.outOfFamily[at(i)]) {
            rules.hold(QStringLiteral("not_streaming:%1").arg(rules.name(i)));
            continue;
        }
        judgeCircle(rules, i);
        if (streamsNot(rules, i)) {
            judgeStandby(rules, i);
        } else {
            judgeSilentReceiver(rules, i);
            if (unheardForMs(rules, i)) {
                rules.raise(i, Verdict::Unknown); // where the upstream does not answer, its own finding says why
            }
        }
    }
}

} // namespace howdah::cluster
