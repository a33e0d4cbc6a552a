// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "cluster/lag.h"
#include "support/snapshots.h"

using namespace howdah::cluster;
using namespace howdah::testsupport;

namespace {
const QString pg1 = QStringLiteral("pg1");
const QString pg2 = QStringLiteral("pg2");
const QString pg3 = QStringLiteral("pg3");

using Change = std::function<void(Snapshot &)>;

StandbyLag lagOf(const Snapshot &snapshot, const QString &node)
{
    return measureLag(snapshot, buildTopology(snapshot)).at(static_cast<std::size_t>(indexOf(snapshot, node)));
}
} // namespace

class TestLag : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void trail_data();
    void trail();
    void states_data();
    void states();
    void numbersOfTheCascade();
    void idleHasNoTime();
    void caughtUpWithABusyPrimaryIsNotIdle();
    void samplesNeverGiveNegativeLag();
    void anOlderPrimaryIsNotCaughtUpWith();
    void lagsOfLongAgoAreNoLags();
    void newerEndCounts();
    void staleSenderLagGivesWayToTheTrail();
    void withoutSenderLagsTheTrailCounts();
    void contradiction_data();
    void contradiction();
    void commits_data();
    void commits();
    void stagesFromTheReceiverAlone();
    void keysAreDistinct();
};

void TestLag::trail_data()
{
    QTest::addColumn<std::vector<TrailPoint>>("points");
    QTest::addColumn<quint64>("lsn");
    QTest::addColumn<double>("expected"); // -1: not known
    const std::vector<TrailPoint> steady{{1000, Lsn{100}}, {2000, Lsn{200}}, {3000, Lsn{300}}};
    QTest::newRow("empty") << std::vector<TrailPoint>{} << quint64(5) << -1.0;
    QTest::newRow("before its start") << steady << quint64(99) << -1.0;
    QTest::newRow("at its start") << steady << quint64(100) << 2.0;
    QTest::newRow("between") << steady << quint64(250) << 0.5;
    QTest::newRow("at the end") << steady << quint64(300) << 0.0;
    QTest::newRow("past the end") << steady << quint64(301) << 0.0;
    // A primary that stood still passed the position when it moved on.
    QTest::newRow("stood still") << std::vector<TrailPoint>{{0, Lsn{7}}, {1000, Lsn{7}}, {2000, Lsn{7}}, {3000, Lsn{9}}}
                                 << quint64(7) << 1.0;
    QTest::newRow("gap") << std::vector<TrailPoint>{{0, Lsn{0}}, {2000, Lsn{100}}, {3000, Lsn{100}}} << quint64(50)
                         << 2.0;
    QTest::newRow("fell back after a failover")
        << std::vector<TrailPoint>{{0, Lsn{100}}, {1000, Lsn{500}}, {2000, Lsn{300}}, {3000, Lsn{400}}} << quint64(350)
        << 0.5;
    QTest::newRow("one point") << std::vector<TrailPoint>{{1000, Lsn{100}}} << quint64(99) << -1.0;
}

void TestLag::trail()
{
    QFETCH(std::vector<TrailPoint>, points);
    QFETCH(quint64, lsn);
    QFETCH(double, expected);
    const std::optional<double> seconds = secondsSince({points.begin(), points.end()}, Lsn{lsn}, 3000);
    QCOMPARE(seconds.value_or(-1), expected);
    // A point that is younger than now gives no time in the future.
    QVERIFY(secondsSince({points.begin(), points.end()}, Lsn{lsn}, 0).value_or(0) >= 0);
}

void TestLag::states_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("numbers");
    const auto row = [](const char *name, const QString &node, const char *key, bool numbers, Change change) {
        QTest::newRow(name) << std::move(change) << node << QString::fromLatin1(key) << numbers;
    };
    row("primary", pg1, "not_applicable", false, [](Snapshot &) {});
    row("witness", QStringLiteral("wit1"), "not_applicable", false, [](Snapshot &) {});
    row("sync standby", pg2, "known", true, [](Snapshot &) {});
    row("cascade", pg3, "known", true, [](Snapshot &) {});
    row("idle", pg3, "idle", true, [](Snapshot &s) { makeIdle(s); });
    row("paused", pg2, "paused", true, [](Snapshot &s) { pauseReplay(s, pg2); });
    row("paused and idle is not 0", pg2, "paused", false, [](Snapshot &s) {
        makeIdle(s);
        pauseReplay(s, pg2, 0);
    });
    row("delayed", pg2, "delayed", true, [](Snapshot &s) {
        setSetting(edit(s, pg2), QStringLiteral("recovery_min_apply_delay"), QStringLiteral("3600000"));
    });
    row("delayed but idle", pg2, "idle", true, [](Snapshot &s) {
        makeIdle(s);
        setSetting(edit(s, pg2), QStringLiteral("recovery_min_apply_delay"), QStringLiteral("3600000"));
    });
    row("broken", pg2, "broken", true, [](Snapshot &s) { stopStreaming(s, pg2); });
    row("broken and idle is not 0", pg2, "broken", false, [](Snapshot &s) {
        makeIdle(s);
        stopStreaming(s, pg2);
    });
    row("broken beats paused", pg2, "broken", true, [](Snapshot &s) {
        pauseReplay(s, pg2);
        stopStreaming(s, pg2);
    });
    row("follows nobody", pg2, "broken", true, [](Snapshot &s) {
        stopStreaming(s, pg2);
        setSetting(edit(s, pg2), QStringLiteral("primary_conninfo"), {});
    });
    row("reads the archive", pg2, "known", true, [](Snapshot &s) {
        stopStreaming(s, pg2);
        setSetting(edit(s, pg2), QStringLiteral("primary_conninfo"), {});
        setSetting(edit(s, pg2), QStringLiteral("restore_command"), QStringLiteral("cp /archive/%f %p"));
    });
    // What is ahead of the primary on a timeline that nobody can place is not level with it.
    const auto ahead = [](Snapshot &s) {
        stopStreaming(s, pg2);
        setSetting(edit(s, pg2), QStringLiteral("primary_conninfo"), {});
        setSetting(edit(s, pg2), QStringLiteral("restore_command"), QStringLiteral("cp /archive/%f %p"));
        NodeSample &sample = edit(s, pg2);
        sample.timeline = 8;
        sample.timelineHistory.push_back({7, *edit(s, pg1).currentLsn, {}});
        sample.replayLsn = sample.receiveLsn = Lsn{edit(s, pg1).currentLsn->value + 4096};
    };
    row("ahead on a newer timeline", pg2, "unknown", false, ahead);
    row("ahead on an unknown timeline", pg2, "unknown", false, [=](Snapshot &s) {
        ahead(s);
        edit(s, pg2).timelineHistory.clear();
    });
    row("primary_conninfo hidden is not the archive", pg2, "broken", true, [](Snapshot &s) {
        stopStreaming(s, pg2);
        setSetting(edit(s, pg2), QStringLiteral("restore_command"), QStringLiteral("cp /archive/%f %p"));
        auto shown = std::make_shared<std::vector<Setting>>(*edit(s, pg2).settings);
        std::erase_if(*shown, [](const Setting &one) { return one.name == QLatin1String("primary_conninfo"); });
        edit(s, pg2).settings = shown;
    });
    row("both ends hidden", pg2, "no_permission", true, [](Snapshot &s) {
        hidePermissions(s, pg1);
        hidePermissions(s, pg2);
    });
    row("both ends hidden, idle", pg2, "no_permission", false, [](Snapshot &s) {
        makeIdle(s);
        hidePermissions(s, pg1);
        hidePermissions(s, pg2);
    });
    row("only the receiver hidden", pg2, "known", true, [](Snapshot &s) { hidePermissions(s, pg2); });
    row("only the sender hidden", pg2, "known", true, [](Snapshot &s) { hidePermissions(s, pg1); });
    row("standby stale", pg2, "unknown", false, [](Snapshot &s) { makeStale(s, pg2); });
    row("standby down", pg2, "unknown", false, [](Snapshot &s) { takeDown(s, pg2); });
    row("primary stale", pg2, "unknown", false, [](Snapshot &s) { makeStale(s, pg1); });
    row("two primaries", pg3, "unknown", false, [](Snapshot &s) { makeWritable(s, pg2); });
    row("never seen", pg2, "unknown", false, [](Snapshot &s) { neverSeen(s, pg2); });
    row("sampling paused", pg2, "unknown", false, [](Snapshot &s) { s.paused = true; });
    row("diverged", pg3, "broken", false, [](Snapshot &s) { diverge(s, pg3); });
    row("another cluster's", pg3, "broken", false, [](Snapshot &s) {
        stopStreaming(s, pg3);
        makeForeign(s, pg3);
    });
    row("replay position unknown", pg2, "unknown", false, [](Snapshot &s) {
        edit(s, pg2).replayLsn.reset();
        edit(s, pg1).senders.front().replayLsn.reset();
    });
}

void TestLag::states()
{
    QFETCH(Change, change);
    QFETCH(QString, node);
    QFETCH(QString, key);
    QFETCH(bool, numbers);
    Snapshot snapshot = withWitness();
    change(snapshot);
    const StandbyLag lag = lagOf(snapshot, node);
    QCOMPARE(lagKey(lag.state), key);
    QCOMPARE(lag.bytes.has_value(), numbers);
    if (lag.state != LagState::Known && lag.state != LagState::Idle) {
        QVERIFY(lag.bytes != 0); // only what is known may be 0
        QVERIFY(lag.seconds.value_or(1) > 0);
    }
}

void TestLag::numbersOfTheCascade()
{
    const StandbyLag first = lagOf(threeNodes(), pg2);
    QCOMPARE(first.bytes, 319'736);
    QCOMPARE(first.seconds, 0.160);
    QCOMPARE(first.wouldLose, 24 << 10);
    QCOMPARE(first.wouldLoseSeconds, 0.012);
    QCOMPARE(first.toReplay, 319'736 - (24 << 10));
    QCOMPARE(first.stages.pending, 0);
    QCOMPARE(first.stages.write, 12 << 10);
    QCOMPARE(first.stages.flush, 12 << 10);
    QCOMPARE(first.stages.replay, 319'736 - (24 << 10));
    QCOMPARE(first.stages.replaySeconds.value_or(0), 0.148);
    QVERIFY(first.holdsEveryCommit);

    const StandbyLag second = lagOf(threeNodes(), pg3);
    QCOMPARE(second.bytes, qint64(0x9A3F21C8 - 0x9A10BB60));
    QCOMPARE(second.seconds.value_or(0), 1.4); // pg2 has it after 12 ms and pg3 1388 ms later
    QCOMPARE(second.wouldLose, 88 << 10);
    QCOMPARE(second.wouldLoseSeconds.value_or(0), 0.043);
    QCOMPARE(second.stages.pending, 12 << 10); // against pg2, which has flushed that far
    QVERIFY(!second.holdsEveryCommit);
}

void TestLag::idleHasNoTime()
{
    Snapshot snapshot = threeNodes();
    makeIdle(snapshot);
    edit(snapshot, pg1).senders.front().replayLag = 3600; // the server keeps the last one for a while
    const StandbyLag lag = lagOf(snapshot, pg2);
    QVERIFY(lag.state == LagState::Idle);
    QCOMPARE(lag.bytes, 0);
    QVERIFY(!lag.seconds);
    QVERIFY(!lag.stages.replaySeconds);
    QCOMPARE(lag.wouldLose, 0);
    QVERIFY(!lag.wouldLoseSeconds);
}

void TestLag::caughtUpWithABusyPrimaryIsNotIdle()
{
    Snapshot snapshot = threeNodes();
    const auto busy = snapshot.trail;
    makeIdle(snapshot);
    snapshot.trail = busy;
    const StandbyLag lag = lagOf(snapshot, pg2);
    QVERIFY(lag.state == LagState::Known);
    QCOMPARE(lag.bytes, 0);
    QCOMPARE(lag.seconds, 0.0);
}

void TestLag::samplesNeverGiveNegativeLag()
{
    Snapshot snapshot = threeNodes();
    // The standby was asked later, and the primary had written on.
    edit(snapshot, pg2).replayLsn = edit(snapshot, pg2).receiveLsn = Lsn{0x5C9A400000};
    const StandbyLag lag = lagOf(snapshot, pg2);
    QCOMPARE(lag.bytes, 0);
    QVERIFY(lag.wouldLoseAtMost && *lag.wouldLose > 0); // what was written meanwhile is not known to be held
    QVERIFY(lag.seconds.value_or(0) >= 0);
}

// The primary was asked a second before: that pg2 is past where it stood then does not mean that it has everything.
void TestLag::anOlderPrimaryIsNotCaughtUpWith()
{
    Snapshot snapshot = healthyPair();
    NodeSample &primary = edit(snapshot, pg1);
    primary.takenMonotonicMs -= 1000;
    edit(snapshot, pg2).replayLsn = edit(snapshot, pg2).receiveLsn = Lsn{primary.currentLsn->value + 5000};
    senderOf(primary, pg2)->replayLsn = Lsn{primary.currentLsn->value - 700};
    QCOMPARE(lagOf(snapshot, pg2).bytes, std::optional<qint64>(700)); // of the primary's own moment
    QCOMPARE(buildTopology(snapshot).edges.front().bytes, std::optional<qint64>(700));
    senderOf(primary, pg2)->replayLsn.reset();
    QVERIFY(!lagOf(snapshot, pg2).bytes);
}

// A frozen receiver: its walsender still tells the lags of its last reply, and they are no lags of now.
void TestLag::lagsOfLongAgoAreNoLags()
{
    Snapshot snapshot = threeNodes();
    Sender *sender = senderOf(edit(snapshot, pg2), pg3);
    QVERIFY(buildTopology(snapshot).edges.back().seconds);
    QVERIFY(lagOf(snapshot, pg3).stages.replaySeconds);
    sender->replyTime = edit(snapshot, pg3).serverTime.addSecs(-20);
    QVERIFY(!buildTopology(snapshot).edges.back().seconds);
    QVERIFY(!lagOf(snapshot, pg3).stages.replaySeconds);
    snapshot.trail.reset();
    QVERIFY(!lagOf(snapshot, pg3).seconds);
}

void TestLag::newerEndCounts()
{
    // A standby reports its replay every 10 s when nothing is flushed: its own word is newer.
    Snapshot snapshot = threeNodes();
    edit(snapshot, pg1).senders.front().replayLsn = Lsn{0x5C00000000};
    QCOMPARE(lagOf(snapshot, pg2).bytes, 319'736);
    // And a standby that was asked before the primary is corrected by the walsender.
    snapshot = threeNodes();
    edit(snapshot, pg2).replayLsn = Lsn{0x5C00000000};
    QCOMPARE(lagOf(snapshot, pg2).bytes, 319'736);
}

void TestLag::staleSenderLagGivesWayToTheTrail()
{
    Snapshot snapshot = healthyPair();
    const qint64 behind = 60 * kWalRate;
    edit(snapshot, pg2).replayLsn = Lsn{0x5C9A3F21C8 - static_cast<quint64>(behind)};
    edit(snapshot, pg1).senders.front().replayLsn = edit(snapshot, pg2).replayLsn;
    edit(snapshot, pg1).senders.front().replayLag = 0.2; // from before replay stopped
    QCOMPARE(lagOf(snapshot, pg2).seconds, 60.0);
    edit(snapshot, pg1).senders.front().replayLag = 61.5; // near enough, and finer
    QCOMPARE(lagOf(snapshot, pg2).seconds, 61.5);
    edit(snapshot, pg1).senders.front().replayLag = 3600;
    QCOMPARE(lagOf(snapshot, pg2).seconds, 60.0);
}

void TestLag::withoutSenderLagsTheTrailCounts()
{
    Snapshot snapshot = threeNodes();
    edit(snapshot, pg1).senders.front().flushLag.reset();
    const StandbyLag lag = lagOf(snapshot, pg3);
    QVERIFY(lag.seconds);
    QVERIFY(std::abs(*lag.seconds - 3'041'896.0 / static_cast<double>(kWalRate)) < 0.01);
    snapshot.trail.reset();
    QVERIFY(!lagOf(snapshot, pg3).seconds); // not known, and not 0
}

void TestLag::contradiction_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<bool>("contradictory");
    QTest::newRow("agree") << Change([](Snapshot &) {}) << false;
    QTest::newRow("agree that it is broken") << Change([](Snapshot &s) { stopStreaming(s, pg2); }) << false;
    QTest::newRow("sender absent") << Change([](Snapshot &s) { edit(s, pg1).senders.clear(); }) << true;
    QTest::newRow("receiver absent") << Change([](Snapshot &s) { edit(s, pg2).receiver.reset(); }) << true;
    QTest::newRow("sender absent, primary stale") << Change([](Snapshot &s) {
        edit(s, pg1).senders.clear();
        makeStale(s, pg1);
    }) << false;
    QTest::newRow("senders hidden") << Change([](Snapshot &s) { hidePermissions(s, pg1); }) << false;
}

void TestLag::contradiction()
{
    QFETCH(Change, change);
    QFETCH(bool, contradictory);
    Snapshot snapshot = healthyPair();
    change(snapshot);
    QCOMPARE(lagOf(snapshot, pg2).contradictory, contradictory);
}

void TestLag::commits_data()
{
    QTest::addColumn<QString>("syncState");
    QTest::addColumn<QString>("names");
    QTest::addColumn<QString>("commit");
    QTest::addColumn<bool>("holds");
    QTest::newRow("sync") << "sync"
                          << "FIRST 1 (pg2)"
                          << "on" << true;
    QTest::newRow("sync, remote_apply") << "sync"
                                        << "pg2"
                                        << "remote_apply" << true;
    QTest::newRow("sync, remote_write") << "sync"
                                        << "pg2"
                                        << "remote_write" << false;
    QTest::newRow("sync, local") << "sync"
                                 << "pg2"
                                 << "local" << false;
    QTest::newRow("potential") << "potential"
                               << "FIRST 1 (pg2)"
                               << "on" << false;
    QTest::newRow("async") << "async"
                           << ""
                           << "on" << false;
    QTest::newRow("quorum of all") << "quorum"
                                   << "ANY 1 (pg2)"
                                   << "on" << true;
    QTest::newRow("quorum of some") << "quorum"
                                    << "ANY 1 (pg2, x)"
                                    << "on" << false;
}

void TestLag::commits()
{
    QFETCH(QString, syncState);
    QFETCH(QString, names);
    QFETCH(QString, commit);
    QFETCH(bool, holds);
    Snapshot snapshot = healthyPair();
    NodeSample &primary = edit(snapshot, pg1);
    primary.senders.front().syncState = syncState;
    setSetting(primary, QStringLiteral("synchronous_standby_names"), names);
    setSetting(primary, QStringLiteral("synchronous_commit"), commit);
    if (names.contains(QLatin1Char('x'))) {
        primary.senders.push_back(primary.senders.front());
        primary.senders.back().applicationName = QStringLiteral("x");
        primary.senders.back().slotName = QStringLiteral("x_slot");
        primary.senders.back().pid = 99;
    }
    QCOMPARE(lagOf(snapshot, pg2).holdsEveryCommit, holds);
}

void TestLag::stagesFromTheReceiverAlone()
{
    Snapshot snapshot = healthyPair();
    makeStale(snapshot, pg1);
    const StandbyLag lag = lagOf(snapshot, pg2);
    QVERIFY(!lag.stages.pending);
    QVERIFY(!lag.stages.write);
    QCOMPARE(lag.stages.flush, 12 << 10);
    QCOMPARE(lag.toReplay, 319'736 - (24 << 10));
}

void TestLag::keysAreDistinct()
{
    QStringList keys;
    for (int i = 0; i <= static_cast<int>(LagState::Unknown); ++i) {
        keys += lagKey(static_cast<LagState>(i));
        QVERIFY(!toString(static_cast<LagState>(i)).isEmpty());
    }
    QCOMPARE(keys.removeDuplicates(), 0);
}

QTEST_APPLESS_MAIN(TestLag)
#include "tst_lag.moc"
