// SPDX-License-Identifier: GPL-3.0-or-later
#include "healthrows.h"

using namespace howdah::testhealth;

class TestHealthReplication : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void family_data();
    void family() { compareRow(withWitness()); }
    void unsettledIsNotDiverged();
    void streaming_data();
    void streaming() { compareRow(withWitness()); }
    void behindASilentUpstream();
    void lagLimits_data();
    void lagLimits() { compareRow(withWitness()); }
};

void TestHealthReplication::family_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("expected");
    addRow("foreign standby",
           [](Snapshot &s) {
               stopStreaming(s, pg3);
               makeForeign(s, pg3);
           },
           {"critical system_identifier:pg3"});
    addRow("foreign and stale",
           [](Snapshot &s) {
               makeForeign(s, pg3);
               makeStale(s, pg3);
           },
           {"unknown stale:pg3"});
    addRow("identifier not read", [](Snapshot &s) { edit(s, pg3).systemIdentifier.reset(); }, {});
    addRow("diverged", [](Snapshot &s) { diverge(s, pg3); }, {"critical diverged:pg3"});
    addRow("older timeline, not past the fork", [](Snapshot &s) { diverge(s, pg3, 0); }, {"warning not_streaming:pg3"});
    addRow("older in the control file, but streams",
           [](Snapshot &s) {
               edit(s, pg3).timeline = 6;
               edit(s, pg3).receiver->receivedTli = 6;
           },
           {});
    addRow("history unreadable, just now",
           [](Snapshot &s) {
               diverge(s, pg3);
               edit(s, pg1).timelineHistory.clear();
           },
           {"warning not_streaming:pg3"});
    addRow("history unreadable, for a while",
           [](Snapshot &s) {
               diverge(s, pg3);
               edit(s, pg1).timelineHistory.clear();
               held(s, QStringLiteral("timeline_differs:pg3"), 11'000);
           },
           {"warning diverged:pg3", "warning not_streaming:pg3"});
    addRow("on a branch that the primary never was on",
           [](Snapshot &s) {
               diverge(s, pg3);
               edit(s, pg1).timeline = 8;
               edit(s, pg1).timelineHistory.back().parent = 7;
               edit(s, pg2).timeline = edit(s, pg2).receiver->receivedTli.emplace(8);
           },
           {"critical diverged:pg3"});
    addRow("standby on a newer timeline",
           [](Snapshot &s) {
               stopStreaming(s, pg3);
               edit(s, pg3).timelineHistory.push_back({7, *s.nodes[0].sample->currentLsn, {}});
               edit(s, pg3).timeline = 8;
               held(s, QStringLiteral("timeline_differs:pg3"), 11'000);
           },
           {"critical diverged:pg3", "warning not_streaming:pg3"});
    addRow("primary past the fork of a newer one",
           [](Snapshot &s) {
               stopStreaming(s, pg3);
               edit(s, pg3).timelineHistory.push_back({7, *s.nodes[2].sample->replayLsn, {}});
               edit(s, pg3).timeline = 8;
           },
           {"critical diverged:pg3"});
}

/// A standby that has not followed a promotion yet is not told to be thrown away.
void TestHealthReplication::unsettledIsNotDiverged()
{
    Snapshot snapshot = withWitness();
    diverge(snapshot, pg3);
    const auto told = [&](const Snapshot &of) {
        const Assessment assessment = assess(of);
        const auto at = std::find_if(assessment.findings.begin(), assessment.findings.end(),
                                     [](const Finding &one) { return one.id == QLatin1String("diverged:pg3"); });
        return at == assessment.findings.end() ? QString() : at->title + QLatin1Char('|') + at->remedy;
    };
    QVERIFY2(told(snapshot).contains(QStringLiteral("has diverged")), qPrintable(told(snapshot)));
    QVERIFY(told(snapshot).contains(QStringLiteral("pg_rewind")));
    edit(snapshot, pg1).timelineHistory.clear();
    held(snapshot, QStringLiteral("timeline_differs:pg3"), 11'000);
    QVERIFY2(told(snapshot).contains(QStringLiteral("may not be on the timeline")), qPrintable(told(snapshot)));
    QVERIFY(!told(snapshot).contains(QStringLiteral("rebuild")));
}

void TestHealthReplication::streaming_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("expected");
    addRow("does not stream", [](Snapshot &s) { stopStreaming(s, pg3); }, {"warning not_streaming:pg3"});
    addRow("does not stream for a minute",
           [](Snapshot &s) {
               stopStreaming(s, pg3);
               held(s, QStringLiteral("not_streaming:pg3"), 60'000);
           },
           {"critical not_streaming:pg3"});
    addRow("sync standby does not stream", [](Snapshot &s) { stopStreaming(s, pg2); },
           {"critical sync_unsatisfied:pg1", "warning not_streaming:pg2"});
    addRow("its upstream is down",
           [](Snapshot &s) {
               edit(s, pg3).receiver.reset();
               takeDown(s, pg2);
           },
           {"critical node_down:pg2", "critical sync_unsatisfied:pg1"});
    addRow("its upstream is silent, which alone is no warning",
           [](Snapshot &s) {
               edit(s, pg3).receiver.reset();
               makeStale(s, pg2);
           },
           {"unknown stale:pg2", "warning upstream_silent:pg3"});
    addRow("follows nobody",
           [](Snapshot &s) {
               stopStreaming(s, pg3);
               setSetting(edit(s, pg3), QStringLiteral("primary_conninfo"), {});
           },
           {"warning not_streaming:pg3"});
    addRow("sender absent, just now", [](Snapshot &s) { edit(s, pg2).senders.clear(); }, {});
    addRow("sender absent",
           [](Snapshot &s) {
               edit(s, pg2).senders.clear();
               held(s, QStringLiteral("contradictory:pg3"), 5000);
           },
           {"warning contradictory:pg3"});
    addRow("receiver absent",
           [](Snapshot &s) {
               edit(s, pg3).receiver.reset();
               held(s, QStringLiteral("contradictory:pg3"), 5000);
           },
           {"warning contradictory:pg3"});
    addRow("receiver absent for a minute, whatever a sender of its name says",
           [](Snapshot &s) {
               edit(s, pg3).receiver.reset();
               held(s, QStringLiteral("contradictory:pg3"), 60'000);
               held(s, QStringLiteral("not_streaming:pg3"), 60'000);
           },
           {"critical not_streaming:pg3"});
    addRow("receiver frozen, not for long",
           [](Snapshot &s) { senderOf(edit(s, pg2), pg3)->replyTime = edit(s, pg3).serverTime.addSecs(-16); },
           {"unknown receiver_silent:pg3"});
    addRow("receiver that replies seldom by its setting",
           [](Snapshot &s) {
               setSetting(edit(s, pg3), QStringLiteral("wal_receiver_status_interval"), QStringLiteral("30"));
               senderOf(edit(s, pg2), pg3)->replyTime = edit(s, pg3).serverTime.addSecs(-16);
           },
           {});
    addRow("its slot does not exist",
           [](Snapshot &s) {
               stopStreaming(s, pg3);
               edit(s, pg2).replicationSlots.clear();
           },
           {"warning not_streaming:pg3"});
    addRow("circle",
           [](Snapshot &s) {
               stopStreaming(s, pg2);
               setSetting(edit(s, pg2), QStringLiteral("primary_conninfo"), QStringLiteral("host=10.0.0.13"));
           },
           {"critical sync_unsatisfied:pg1", "warning circle:pg2", "warning not_streaming:pg2"});
    addRow("receiver frozen",
           [](Snapshot &s) { edit(s, pg3).receiver->lastMsgReceiptTime = edit(s, pg3).serverTime.addSecs(-61); },
           {"warning receiver_silent:pg3"});
    addRow("receiver quiet within its timeout",
           [](Snapshot &s) { edit(s, pg3).receiver->lastMsgReceiptTime = edit(s, pg3).serverTime.addSecs(-59); }, {});
    addRow("receiver with a long timeout",
           [](Snapshot &s) {
               setSetting(edit(s, pg3), QStringLiteral("wal_receiver_timeout"), QStringLiteral("600000"));
               edit(s, pg3).receiver->lastMsgReceiptTime = edit(s, pg3).serverTime.addSecs(-90);
           },
           {});
    addRow("paused", [](Snapshot &s) { pauseReplay(s, pg3); }, {"warning replay_paused:pg3"});
    addRow("pause requested", [](Snapshot &s) { edit(s, pg3).replayPauseState = QStringLiteral("pause requested"); },
           {"warning replay_paused:pg3"});
}

// The receiver of pg3 still looks well when pg2 is frozen; nothing comes through it.
void TestHealthReplication::behindASilentUpstream()
{
    const auto judge = [](qint64 silentMs, bool upstreamSilent) {
        Snapshot snapshot = threeNodes();
        if (upstreamSilent) {
            makeStale(snapshot, pg2);
        }
        edit(snapshot, pg3).receiver->lastMsgReceiptTime = edit(snapshot, pg3).serverTime.addMSecs(-silentMs);
        const Assessment assessment = assess(snapshot);
        const auto index = static_cast<std::size_t>(indexOf(snapshot, pg3));
        return verdictKey(assessment.nodeVerdicts[index]) + QStringLiteral(": ") + assessment.nodeStates[index];
    };
    QCOMPARE(judge(10'000, true), QStringLiteral("unknown: silent for 10 s"));
    QCOMPARE(judge(500, true), QStringLiteral("ok: streaming"));     // WAL still comes
    QCOMPARE(judge(10'000, false), QStringLiteral("ok: streaming")); // both ends are seen: there is nothing to send
}

void TestHealthReplication::lagLimits_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("expected");
    const auto lag = [](const QString &node, qint64 bytes, qint64 heldMs, qint64 heldCriticalMs = -1) {
        return Change([=](Snapshot &s) {
            fallBehind(s, node, bytes);
            held(s, QStringLiteral("lag:") + node, heldMs);
            if (heldCriticalMs >= 0) {
                held(s, QStringLiteral("lag_critical:") + node, heldCriticalMs);
            }
        });
    };
    constexpr qint64 mb = 1LL << 20;
    addRow("async, at the limit", lag(pg3, 100 * mb, 60'000), {});
    addRow("async, over it", lag(pg3, 101 * mb, 60'000), {"warning lag_high:pg3"});
    addRow("async, not for long", lag(pg3, 101 * mb, 59'999), {});
    addRow("async, critical", lag(pg3, 1025 * mb, 90'000, 60'000), {"critical lag_high:pg3"});
    addRow("async, critical not for long", lag(pg3, 1025 * mb, 90'000, 59'999), {"warning lag_high:pg3"});
    addRow("async, by time",
           [](Snapshot &s) {
               // A slow primary: 90 MB were written in 70 s.
               auto trail = std::make_shared<std::deque<TrailPoint>>(*s.trail);
               for (TrailPoint &point : *trail) {
                   point.monotonicMs = s.takenMonotonicMs - 400 - (s.takenMonotonicMs - 400 - point.monotonicMs) * 2;
               }
               s.trail = trail;
               fallBehind(s, pg3, 90 * mb);
               held(s, QStringLiteral("lag:pg3"), 60'000);
           },
           {"warning lag_high:pg3"});
    addRow("async limit is not for sync", lag(pg3, 2 * mb, 60'000), {});
    addRow("sync, over it", lag(pg2, 2 * mb, 60'000), {"warning lag_high:pg2"});
    addRow("sync, critical", lag(pg2, 17 * mb, 60'000, 60'000), {"critical lag_high:pg2"});
    addRow("sync, below", lag(pg2, mb, 60'000), {});
    addRow("stays until clearly below",
           [](Snapshot &s) {
               fallBehind(s, pg3, 90 * mb);
               held(s, QStringLiteral("lag:pg3"), 90'000);
               held(s, QStringLiteral("lag_high:pg3"), 30'000);
           },
           {"warning lag_high:pg3"});
    addRow("goes when clearly below",
           [](Snapshot &s) {
               fallBehind(s, pg3, 79 * mb);
               held(s, QStringLiteral("lag:pg3"), 90'000);
               held(s, QStringLiteral("lag_high:pg3"), 30'000);
           },
           {});
    const auto delayed = [=](int delayMs, qint64 bytes) {
        return Change([=](Snapshot &s) {
            setSetting(edit(s, pg3), QStringLiteral("recovery_min_apply_delay"), QString::number(delayMs));
            lag(pg3, bytes, 60'000, 60'000)(s);
        });
    };
    // 2 MB/s are written: 400 MB are 200 s.
    addRow("delayed by less than the delay", delayed(200'000, 400 * mb), {});
    addRow("delayed by more than the delay", delayed(1000, 400 * mb), {"warning lag_high:pg3"});
    addRow("delayed by much more than the delay", delayed(1000, 1300 * mb), {"critical lag_high:pg3"});
    addRow("delayed, and does not even receive",
           [=](Snapshot &s) {
               delayed(3'600'000, 400 * mb)(s);
               edit(s, pg3).receiveLsn = edit(s, pg3).replayLsn;
               edit(s, pg3).receiver->flushedLsn = edit(s, pg3).receiver->writtenLsn = edit(s, pg3).replayLsn;
               Sender *sender = senderOf(edit(s, pg2), pg3);
               sender->sentLsn = sender->writeLsn = sender->flushLsn = sender->replayLsn;
           },
           {"warning lag_high:pg3"});
    addRow("delayed, for longer than the console has watched",
           [=](Snapshot &s) {
               delayed(1000, 400 * mb)(s);
               s.trail.reset();
               edit(s, pg3).lastXactReplayTimestamp = edit(s, pg3).serverTime.addSecs(-7200);
           },
           {"warning lag_high:pg3"});
    addRow("delayed as it should be, not watched for long",
           [=](Snapshot &s) {
               delayed(7'200'000, 400 * mb)(s);
               s.trail.reset();
               edit(s, pg3).lastXactReplayTimestamp = edit(s, pg3).serverTime.addSecs(-7201);
           },
           {});
    addRow("behind since before the console watched",
           [](Snapshot &s) {
               // An hour's trail that begins past it, and no walsender that tells a time.
               fallBehind(s, pg3, 3 * mb);
               auto trail = std::make_shared<std::deque<TrailPoint>>();
               trail->push_back({s.takenMonotonicMs - 700'000, Lsn{s.nodes[0].sample->currentLsn->value - mb}});
               trail->push_back({s.takenMonotonicMs - 400, *s.nodes[0].sample->currentLsn});
               s.trail = trail;
               held(s, QStringLiteral("lag:pg3"), 90'000);
               held(s, QStringLiteral("lag_critical:pg3"), 60'000);
           },
           {"critical lag_high:pg3"});
    addRow("paused has its own",
           [](Snapshot &s) {
               pauseReplay(s, pg3, 2LL << 30);
               held(s, QStringLiteral("lag:pg3"), 90'000);
           },
           {"warning replay_paused:pg3"});
}

QTEST_APPLESS_MAIN(TestHealthReplication)
#include "tst_healthreplication.moc"
