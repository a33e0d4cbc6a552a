// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "support/snapshots.h"
#include "tables/bothends.h"
#include "tables/tiles.h"

using namespace howdah;
using namespace howdah::tables;
using namespace howdah::testsupport;
using cluster::Snapshot;

namespace {
const QString pg1 = QStringLiteral("pg1");
const QString pg2 = QStringLiteral("pg2");
const QString pg3 = QStringLiteral("pg3");

using Change = std::function<void(Snapshot &)>;

cluster::ClusterState stateOf(const Snapshot &snapshot)
{
    cluster::ClusterState state;
    state.snapshot = std::make_shared<const Snapshot>(snapshot);
    state.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    return state;
}

// "42 of 200, 6 active", "<no permission>", "no line"
QString lineOf(const Tile &tile, const char *what)
{
    for (const TileLine &line : tile.lines) {
        if (line.what == QLatin1String(what)) {
            return line.nonValue ? QLatin1Char('<') + line.value + QLatin1Char('>') : line.value;
        }
    }
    return QStringLiteral("no line");
}

// Archiving fails: the last success and the newest failure are so many seconds ago.
void failArchiving(Snapshot &snapshot, qint64 lastGood, qint64 lastBad, qint64 ready)
{
    cluster::NodeSample &sample = edit(snapshot, pg1);
    sample.archiver->lastArchivedTime = sample.serverTime.addSecs(-lastGood);
    sample.archiver->lastFailedTime = sample.serverTime.addSecs(-lastBad);
    sample.archiver->readyCount = ready;
}

// The host's clock is wrong by so many seconds.
void turnClock(Snapshot &snapshot, const QString &node, qint64 seconds)
{
    cluster::NodeSample &sample = edit(snapshot, node);
    sample.serverTime = sample.serverTime.addSecs(seconds);
    sample.receiver->lastMsgReceiptTime = sample.receiver->lastMsgReceiptTime.addSecs(seconds);
    cluster::Sender &sender = *senderOf(edit(snapshot, pg1), node);
    sender.replyTime = sender.replyTime.addSecs(seconds);
}
} // namespace

/// What stands beside the tables: small lists of facts, each as sure as its source.
class TestTiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void archive_data();
    void archive();
    void activity();
    void oldFactsSaySo();
    void activityWithoutRights();
    void takeover();
    void nobodyLeadsThoseNotSeen_data();
    void nobodyLeadsThoseNotSeen();
    void endsAgreeWhateverTheClocksSay();
};

void TestTiles::archive_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("verdict");
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("waiting");
    const auto row = [](const char *name, const char *verdict, const char *word, const char *waiting,
                        const Change &change) {
        QTest::newRow(name) << change << QString::fromLatin1(verdict) << QString::fromLatin1(word)
                            << QString::fromLatin1(waiting);
    };
    row("works", "ok", "OK", "1 file", [](Snapshot &) {});
    row("fails once after a quiet hour", "warning", "failing", "1 file",
        [](Snapshot &s) { failArchiving(s, 3600, 1, 1); });
    row("goes on failing", "critical", "failing", "1 file", [](Snapshot &s) {
        failArchiving(s, 3600, 1, 1);
        s.watch.insert(QStringLiteral("archive_failing:pg1"), s.takenMonotonicMs - 301'000);
    });
    row("behind", "warning", "behind", "12 files", [](Snapshot &s) { edit(s, pg1).archiver->readyCount = 12; });
    row("far behind", "critical", "behind", "50 files", [](Snapshot &s) { edit(s, pg1).archiver->readyCount = 50; });
    row("queue not readable", "unknown", "queue not seen", "<no permission>", [](Snapshot &s) {
        edit(s, pg1).archiver->readyCount.reset();
        edit(s, pg1).unreadable.insert(QStringLiteral("archive_status"), QStringLiteral("permission denied"));
    });
    row("queue not read yet", "unknown", "queue not seen", "<unknown>",
        [](Snapshot &s) { edit(s, pg1).archiver->readyCount.reset(); });
    row("no rights at all", "unknown", "queue not seen", "<no permission>",
        [](Snapshot &s) { hidePermissions(s, pg1); });
    row("queue not readable, and it fails", "warning", "failing", "<no permission>", [](Snapshot &s) {
        failArchiving(s, 20, 10, 1);
        hidePermissions(s, pg1);
    });
    row("archiver no longer readable", "unknown", "not seen now", "1 file", [](Snapshot &s) {
        edit(s, pg1).unreadable.insert(QStringLiteral("archiver"), QStringLiteral("canceling statement"));
    });
    row("primary down", "unknown", "not seen now", "1 file", [](Snapshot &s) { takeDown(s, pg1); });
}

void TestTiles::archive()
{
    QFETCH(Change, change);
    QFETCH(QString, verdict);
    QFETCH(QString, word);
    QFETCH(QString, waiting);
    Snapshot snapshot = busyCluster();
    change(snapshot);
    const Tile tile = archiveTile(stateOf(snapshot));
    QCOMPARE(cluster::verdictKey(tile.verdict), verdict);
    QCOMPARE(tile.word, word);
    QCOMPARE(lineOf(tile, "Waiting"), waiting);
}

void TestTiles::activity()
{
    QVERIFY(activityTile({}).lines.front().nonValue);
    const Tile tile = activityTile(stateOf(busyCluster()));
    QCOMPARE(lineOf(tile, "Connections"), QStringLiteral("42 of 200, 6 active"));
    QCOMPARE(lineOf(tile, "Idle in transaction"), QStringLiteral("1"));
    QCOMPARE(lineOf(tile, "Longest transaction"), QStringLiteral("400 ms"));
}

// Without pg_read_all_stats others' sessions are seen, but have no state: none is not what may be said of it.
void TestTiles::oldFactsSaySo()
{
    Snapshot snapshot = threeNodes();
    QVERIFY(!archiveTile(stateOf(snapshot)).stale);
    QVERIFY(!activityTile(stateOf(snapshot)).stale);
    snapshot.paused = true;
    QVERIFY(archiveTile(stateOf(snapshot)).stale);
    QVERIFY(activityTile(stateOf(snapshot)).stale);
}

void TestTiles::activityWithoutRights()
{
    Snapshot snapshot = busyCluster();
    hidePermissions(snapshot, pg1);
    const Tile tile = activityTile(stateOf(snapshot));
    QCOMPARE(lineOf(tile, "Connections"), QStringLiteral("42 of 200"));
    QCOMPARE(lineOf(tile, "Idle in transaction"), QStringLiteral("<no permission>"));
    QCOMPARE(lineOf(tile, "Longest transaction"), QStringLiteral("<no permission>"));
    QCOMPARE(lineOf(tile, "Prepared"), QStringLiteral("<none>")); // everybody may see those
}

void TestTiles::takeover()
{
    Snapshot snapshot = threeNodes();
    const Takeover taken = ifItTookOver(stateOf(snapshot), pg3);
    QVERIFY(taken.loss.startsWith(QStringLiteral("88 kB")));
    QCOMPARE(taken.furthest, QStringLiteral("no: pg2 has received more"));
    QCOMPARE(ifItTookOver(stateOf(snapshot), pg2).furthest, QStringLiteral("yes"));
    QVERIFY(!ifItTookOver(stateOf(snapshot), pg1).lossKnown);
    QCOMPARE(bothEnds(stateOf(snapshot), pg2).word, QStringLiteral("they agree"));
    cluster::NodeSample &standby = edit(snapshot, pg2);
    standby.receiver->lastMsgReceiptTime = standby.receiver->lastMsgReceiptTime.addSecs(-60);
    QCOMPARE(bothEnds(stateOf(snapshot), pg2).word, QStringLiteral("they differ"));
    // Both ends are right, each for its own moment: 400 ms lie between them, and the primary writes 200 MB/s.
    Snapshot busy = threeNodes();
    auto trail = std::make_shared<std::deque<cluster::TrailPoint>>(*busy.trail);
    trail->push_back({trail->back().monotonicMs + 1000, cluster::Lsn{trail->back().lsn.value + (200ULL << 20)}});
    edit(busy, pg2).takenMonotonicMs = edit(busy, pg1).takenMonotonicMs - 400;
    edit(busy, pg2).receiver->flushedLsn = cluster::Lsn{edit(busy, pg2).receiver->flushedLsn->value - (60ULL << 20)};
    QCOMPARE(bothEnds(stateOf(busy), pg2).word, QStringLiteral("they differ"));
    busy.trail = trail;
    QCOMPARE(bothEnds(stateOf(busy), pg2).word, QStringLiteral("they agree"));
    makeStale(snapshot, pg2);
    const BothEnds stale = bothEnds(stateOf(snapshot), pg2);
    QCOMPARE(stale.word, QStringLiteral("one end is not seen"));
    QCOMPARE(stale.facts.at(0).standby, QStringLiteral("streaming 5.0 s ago"));
    QCOMPARE(stale.facts.at(0).upstream, QStringLiteral("streaming"));
    QCOMPARE(stale.facts.at(4).standby, QStringLiteral("65 s ago"));
    for (const EndFact &fact : stale.facts) {
        QVERIFY(fact.verdict == cluster::Verdict::Unknown);
    }
}

void TestTiles::nobodyLeadsThoseNotSeen_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("furthest");
    const auto row = [](const char *name, const char *furthest, const Change &change) {
        QTest::newRow(name) << change << QString::fromLatin1(furthest);
    };
    row("all are seen", "yes", [](Snapshot &) {});
    row("the primary is gone", "yes", [](Snapshot &s) { takeDown(s, pg1); });
    row("another standby is down", "unknown: pg3 is not seen", [](Snapshot &s) { takeDown(s, pg3); });
    row("another standby is stale", "unknown: pg3 is not seen", [](Snapshot &s) { makeStale(s, pg3); });
    row("one was never seen", "unknown: pg3 is not seen", [](Snapshot &s) { neverSeen(s, pg3); });
    row("nor was the primary", "unknown: 2 nodes are not seen", [](Snapshot &s) {
        neverSeen(s, pg3);
        neverSeen(s, pg1);
    });
    row("one was ahead when last seen", "no: pg3 had received more", [](Snapshot &s) {
        edit(s, pg3).receiveLsn = edit(s, pg1).currentLsn;
        makeStale(s, pg3);
    });
    row("a witness is nobody", "yes", [](Snapshot &s) {
        s = withWitness();
        neverSeen(s, QStringLiteral("wit1"));
    });
    row("its own second name", "yes", [](Snapshot &s) { nameTwice(s, pg2, QStringLiteral("twin")); });
}

// A DBA promotes by this.
void TestTiles::nobodyLeadsThoseNotSeen()
{
    QFETCH(Change, change);
    QFETCH(QString, furthest);
    Snapshot snapshot = threeNodes();
    change(snapshot);
    const Takeover takeover = ifItTookOver(stateOf(snapshot), pg2);
    QCOMPARE(takeover.furthest, furthest);
    QCOMPARE(takeover.furthestKnown, !furthest.startsWith(QLatin1String("unknown")));
}

// reply_time is by the standby's clock, whichever server shows it.
void TestTiles::endsAgreeWhateverTheClocksSay()
{
    for (const qint64 seconds : {0, 3600, -3600}) {
        Snapshot snapshot = threeNodes();
        turnClock(snapshot, pg2, seconds);
        BothEnds ends = bothEnds(stateOf(snapshot), pg2);
        QCOMPARE(ends.word, QStringLiteral("they agree"));
        QCOMPARE(ends.facts.at(4).what, QStringLiteral("Last message"));
        QCOMPARE(ends.facts.at(4).upstream, QStringLiteral("0.0 s ago"));
        // Silent for a minute, by that same clock.
        senderOf(edit(snapshot, pg1), pg2)->replyTime = edit(snapshot, pg2).serverTime.addSecs(-60);
        ends = bothEnds(stateOf(snapshot), pg2);
        QCOMPARE(ends.word, QStringLiteral("they differ"));
        QCOMPARE(ends.facts.at(4).upstream, QStringLiteral("60 s ago"));
        // Without the standby's clock nothing can be said of its reply.
        neverSeen(snapshot, pg2);
        for (const EndFact &fact : bothEnds(stateOf(snapshot), pg2).facts) {
            QVERIFY(fact.what != QLatin1String("Last message") || fact.upstream.isEmpty());
        }
    }
}

QTEST_GUILESS_MAIN(TestTiles)
#include "tst_tiles.moc"
