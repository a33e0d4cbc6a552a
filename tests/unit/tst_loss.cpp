// SPDX-License-Identifier: GPL-3.0-or-later
#include "cluster/walrate.h"
#include "healthrows.h"

using namespace howdah::testhealth;

namespace {
using Trail = std::deque<TrailPoint>;

void makeAsync(Snapshot &snapshot)
{
    setSetting(edit(snapshot, pg1), QStringLiteral("synchronous_standby_names"), {});
    edit(snapshot, pg1).senders.front().syncState = QStringLiteral("async");
}

void setAge(Snapshot &snapshot, const QString &node, qint64 ageMs)
{
    edit(snapshot, node).takenMonotonicMs = snapshot.takenMonotonicMs - ageMs;
}

// pg2 is asynchronous and has all that pg1's sample tells of; pg1 goes on writing.
Snapshot level(qint64 primaryAgeMs, qint64 standbyAgeMs)
{
    Snapshot snapshot = healthyPair();
    makeAsync(snapshot);
    NodeSample &primary = edit(snapshot, pg1);
    NodeSample &standby = edit(snapshot, pg2);
    standby.receiveLsn = primary.currentLsn;
    primary.senders.front().flushLsn = primary.currentLsn;
    setAge(snapshot, pg1, primaryAgeMs);
    setAge(snapshot, pg2, standbyAgeMs);
    auto trail = std::make_shared<Trail>(*snapshot.trail);
    for (TrailPoint &point : *trail) {
        point.monotonicMs -= primaryAgeMs - 400; // it ends with pg1's sample
    }
    snapshot.trail = trail;
    return snapshot;
}

void ahead(Snapshot &snapshot, qint64 bytes)
{
    NodeSample &standby = edit(snapshot, pg2);
    standby.receiveLsn = Lsn{snapshot.nodes[0].sample->currentLsn->value + static_cast<quint64>(bytes)};
}

StandbyLag lagOf(const Snapshot &snapshot, const QString &node = pg2)
{
    return assess(snapshot).lag.at(static_cast<std::size_t>(indexOf(snapshot, node)));
}
} // namespace

/// What would be lost: "none" is a promise, so it is only said of what is proved.
class TestLoss : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void said_data();
    void said();
    void boundIsMarked();
    void otherWalIsNotCompared();
    void olderPrimaryDoesNotShrinkIt();
    void standsStill_data();
    void standsStill();
    void peakRate();
    void averageRate();
};

void TestLoss::said_data()
{
    QTest::addColumn<Snapshot>("snapshot");
    QTest::addColumn<QString>("loss");
    QTest::addColumn<QString>("whole"); // Assessment::lossNow
    const auto row = [](
                         const char *name, const char *loss, const char *whole, Snapshot snapshot,
                         const Change &change = [](Snapshot &) {}) {
        change(snapshot);
        QTest::newRow(name) << snapshot << QString::fromLatin1(loss) << QString::fromLatin1(whole);
    };
    row("both ends at one moment", "none", "none, pg2 has everything", level(5, 5));
    row("that moment is gone", "under 1.8 MB", "under 1.8 MB", level(900, 900));
    row("primary asked long before, standby is at its position", "under 4 MB", "under 4 MB", level(2000, 5));
    row("primary asked long before, standby is ahead", "under 4 MB", "under 4 MB", level(2000, 5),
        [](Snapshot &s) { ahead(s, 65536); });
    // Its walsender at the primary says nothing, and the standby's word is not of that moment.
    row("only the standby's word, asked after the primary", "under 422 kB", "under 422 kB", level(205, 5),
        [](Snapshot &s) {
            ahead(s, 65536);
            hidePermissions(s, pg1);
        });
    row("only the standby's word, asked with the primary", "none", "none, pg2 has everything", level(5, 5),
        [](Snapshot &s) { hidePermissions(s, pg1); });
    row("idle", "none", "none, pg2 has everything", level(900, 700), [](Snapshot &s) { makeIdle(s); });
    row("idle, the primary asked long before", "under 8 kB", "under 8 kB", level(2000, 5), [](Snapshot &s) {
        makeIdle(s);
        hidePermissions(s, pg1);
    });
    row("idle by its trail, but the standby is ahead", "under 72 kB", "under 72 kB", level(400, 5), [](Snapshot &s) {
        makeIdle(s);
        ahead(s, 65536);
        hidePermissions(s, pg1);
    });
    row("nothing is known of the rate", "unknown", "unknown", level(900, 900), [](Snapshot &s) { s.trail.reset(); });
    row("idle, and nothing is known of the rate", "unknown", "unknown", level(900, 900), [](Snapshot &s) {
        makeIdle(s);
        s.trail.reset();
    });
    row("behind", "24 kB", "at least 24 kB", healthyPair(), makeAsync);
    row("behind, with a standby asked later", "24 kB", "at least 24 kB", healthyPair(), [](Snapshot &s) {
        makeAsync(s);
        setAge(s, pg1, 1900);
        setAge(s, pg2, 5);
        edit(s, pg2).receiveLsn = edit(s, pg1).currentLsn;
    });
    row("sync", "24 kB", "none, pg2 is sync", healthyPair());
    row("sync, commits wait for the replay too", "24 kB", "none, pg2 is sync", healthyPair(), [](Snapshot &s) {
        setSetting(edit(s, pg1), QStringLiteral("synchronous_commit"), QStringLiteral("remote_apply"));
    });
    row("sync, commits wait for the write only", "24 kB", "at least 24 kB", healthyPair(), [](Snapshot &s) {
        setSetting(edit(s, pg1), QStringLiteral("synchronous_commit"), QStringLiteral("remote_write"));
    });
    row("quorum of one standby, commits wait for the replay", "24 kB", "none, pg2 is sync", healthyPair(),
        [](Snapshot &s) {
            setSetting(edit(s, pg1), QStringLiteral("synchronous_standby_names"), QStringLiteral("ANY 1 (pg2)"));
            setSetting(edit(s, pg1), QStringLiteral("synchronous_commit"), QStringLiteral("remote_apply"));
            edit(s, pg1).senders.front().syncState = QStringLiteral("quorum");
        });
    row("primary silent", "unknown", "unknown", level(5, 5), [](Snapshot &s) { makeStale(s, pg1); });
}

void TestLoss::said()
{
    QFETCH(Snapshot, snapshot);
    QFETCH(QString, loss);
    QFETCH(QString, whole);
    const StandbyLag lag = lagOf(snapshot);
    QVERIFY(lag.state != LagState::Idle || lag.wouldLose == 0);
    const QString text = lossText(lag);
    QCOMPARE(text.isEmpty() ? QStringLiteral("unknown") : text, loss);
    QCOMPARE(assess(snapshot).lossNow, whole);
}

void TestLoss::boundIsMarked()
{
    QVERIFY(lagOf(level(900, 900)).wouldLoseAtMost);
    QVERIFY(!lagOf(level(900, 900)).wouldLoseSeconds);
    QVERIFY(!lagOf(level(5, 5)).wouldLoseAtMost);
    QVERIFY(!lagOf(healthyPair()).wouldLoseAtMost);
}

// The history can't be read and nobody feeds it: its position may be of other WAL.
void TestLoss::otherWalIsNotCompared()
{
    Snapshot snapshot = threeNodes();
    makeIdle(snapshot);
    diverge(snapshot, pg3);
    edit(snapshot, pg1).timelineHistory.clear();
    edit(snapshot, pg3).replayLsn = edit(snapshot, pg3).receiveLsn = edit(snapshot, pg1).currentLsn;
    QVERIFY(!lagOf(snapshot, pg3).wouldLose);
    // Nor when it does not tell its system.
    snapshot = threeNodes();
    makeIdle(snapshot);
    stopStreaming(snapshot, pg3);
    QCOMPARE(lossText(lagOf(snapshot, pg3)), QStringLiteral("none"));
    edit(snapshot, pg3).systemIdentifier.reset();
    QVERIFY(!lagOf(snapshot, pg3).wouldLose);
}

// A cascade's own word alone tells; asked 1.9 s after the primary it looks nearer than it is.
void TestLoss::olderPrimaryDoesNotShrinkIt()
{
    Snapshot snapshot = threeNodes();
    setAge(snapshot, pg1, 1905);
    setAge(snapshot, pg3, 5);
    const StandbyLag lag = lagOf(snapshot, pg3);
    QVERIFY(lag.wouldLoseAtMost);
    QCOMPARE(*lag.wouldLose, (88 << 10) + 1901 * kWalRate / 1000 + 1); // asked up to 0.8 ms before the answer
}

void TestLoss::standsStill_data()
{
    QTest::addColumn<std::vector<TrailPoint>>("points");
    QTest::addColumn<bool>("still");
    QTest::newRow("empty") << std::vector<TrailPoint>{} << false;
    QTest::newRow("one look") << std::vector<TrailPoint>{{10'000, Lsn{9}}} << false;
    QTest::newRow("for 2 s") << std::vector<TrailPoint>{{8000, Lsn{9}}, {9000, Lsn{9}}, {10'000, Lsn{9}}} << true;
    QTest::newRow("not for 2 s") << std::vector<TrailPoint>{{7999, Lsn{8}}, {8001, Lsn{9}}, {10'000, Lsn{9}}} << false;
    QTest::newRow("for an hour, in two points")
        << std::vector<TrailPoint>{{-3'600'000, Lsn{9}}, {10'000, Lsn{9}}} << true;
    QTest::newRow("moved just now") << std::vector<TrailPoint>{{1000, Lsn{8}}, {9000, Lsn{8}}, {10'000, Lsn{9}}}
                                    << false;
    QTest::newRow("stands elsewhere") << std::vector<TrailPoint>{{1000, Lsn{8}}, {10'000, Lsn{8}}} << false;
}

void TestLoss::standsStill()
{
    QFETCH(std::vector<TrailPoint>, points);
    QFETCH(bool, still);
    QCOMPARE(stoodStill({points.begin(), points.end()}, Lsn{9}, 10'000), still);
}

void TestLoss::peakRate()
{
    QVERIFY(!peakWalRate({}, 60'000));
    QVERIFY(!peakWalRate({{1000, Lsn{5}}}, 60'000));
    QCOMPARE(peakWalRate({{0, Lsn{0}}, {1000, Lsn{100}}, {2000, Lsn{100}}, {3000, Lsn{150}}}, 60'000), 100.0);
    // What is older than the window no longer counts; the newest step always does.
    QCOMPARE(peakWalRate({{0, Lsn{0}}, {1000, Lsn{9000}}, {70'000, Lsn{9000}}, {71'000, Lsn{9050}}}, 60'000), 50.0);
    QCOMPARE(peakWalRate({{0, Lsn{0}}, {120'000, Lsn{1200}}}, 60'000), 10.0);
}

void TestLoss::averageRate()
{
    const Trail steps{{0, Lsn{0}}, {60'000, Lsn{600}}, {120'000, Lsn{600}}, {180'000, Lsn{1800}}};
    QVERIFY(!averageWalRate({}, 60'000, 1000));
    QVERIFY(!averageWalRate({{1000, Lsn{5}}}, 60'000, 1000));
    QCOMPARE(averageWalRate(steps, 120'000, 60'000), 10.0);                       // of the last two minutes
    QCOMPARE(averageWalRate(steps, 600'000, 60'000), 10.0);                       // of all there is
    QVERIFY(!averageWalRate(steps, 600'000, 200'000));                            // too little of it
    QCOMPARE(averageWalRate({{0, Lsn{7}}, {90'000, Lsn{7}}}, 60'000, 1000), 0.0); // idle is known
}

QTEST_APPLESS_MAIN(TestLoss)
#include "tst_loss.moc"
