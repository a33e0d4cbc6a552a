// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "history/laghistory.h"

using namespace howdah;
using cluster::LagState;
using history::Metric;
using history::SeriesPoint;

namespace {

const QString kCdc = QStringLiteral("pg1/cdc");

cluster::Slot slotOf(const QString &name)
{
    return {.slotName = name, .slotType = QStringLiteral("logical"), .restartLsn = cluster::Lsn{1}};
}

/// pg1 has slots; each holds what `held` says.
struct Feed {
    history::LagHistory history;
    qint64 now = 1000;
    bool answers = true;
    bool member = true;
    QString unreadable;
    std::vector<cluster::Slot> names{slotOf(QStringLiteral("cdc"))};
    std::optional<qint64> held = 1000;
    std::shared_ptr<cluster::NodeSample> last;

    void tick(qint64 after = 1000)
    {
        now += after;
        auto snapshot = std::make_shared<cluster::Snapshot>();
        snapshot->takenMonotonicMs = now;
        auto assessment = std::make_shared<cluster::Assessment>();
        if (answers) {
            last = std::make_shared<cluster::NodeSample>();
            last->takenMonotonicMs = now;
            last->replicationSlots = names;
            if (!unreadable.isEmpty()) {
                last->replicationSlots.clear();
                last->unreadable.insert(QStringLiteral("slots"), unreadable);
            }
        }
        if (member) {
            cluster::NodeStatus node;
            node.name = QStringLiteral("pg1");
            node.sample = last;
            snapshot->nodes.push_back(node);
            for (std::size_t i = 0; i < last->replicationSlots.size(); ++i) {
                // What the rules make of a slot stays what it was while its node is silent.
                assessment->slotFacts.push_back({.node = 0, .slot = static_cast<int>(i), .retainedBytes = held});
            }
        }
        history.add({snapshot, assessment});
    }

    std::vector<SeriesPoint> line(const QString &key = kCdc, int columns = 100'000) const
    {
        return history.series(key, Metric::Held, 0, now + 1, columns);
    }
    std::optional<history::Moment> moment(qint64 at) const { return history.at(kCdc, at, Metric::Held); }
};

int gaps(const std::vector<SeriesPoint> &points)
{
    return static_cast<int>(
        std::count_if(points.begin(), points.end(), [](const SeriesPoint &point) { return std::isnan(point.value); }));
}

} // namespace

class TestHeldHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsWhatCame();
    void whatIsNotKnownIsAGap_data();
    void whatIsNotKnownIsAGap();
    void whatNeverHeldHasNoPast();
    void goneEndsItsLine();
    void comesBackAfterAGap();
    void leftTheCluster();
    void silentIsNotGone();
    void peaksSurviveTheDay();
    void forgetsAfterADay();
    void namesOfTheServerAreBounded();
    void memoryIsBounded();
};

void TestHeldHistory::keepsWhatCame()
{
    Feed feed;
    for (int i = 0; i < 10; ++i) {
        feed.held = 1000 * i;
        feed.tick();
    }
    QCOMPARE(feed.line().size(), std::size_t(10));
    QCOMPARE(gaps(feed.line()), 0);
    QCOMPARE(feed.line()[3].value, 3000.0);
    QCOMPARE(*feed.moment(5300)->bytes, 3000.0);
    QVERIFY(feed.moment(5300)->state == LagState::Known);
    const std::vector<history::HeldSlot> expected{{kCdc, QStringLiteral("pg1"), QStringLiteral("cdc"), false}};
    QVERIFY(feed.history.heldSlots() == expected);
    QVERIFY(feed.history.nodes().isEmpty());
    QVERIFY(!feed.history.at(kCdc, feed.now)); // it has no lag
    QVERIFY(feed.history.series(kCdc, Metric::Bytes, 0, feed.now + 1, 100).empty());
}

void TestHeldHistory::whatIsNotKnownIsAGap_data()
{
    QTest::addColumn<QString>("why");
    QTest::addColumn<LagState>("state");
    QTest::newRow("silent") << "silent" << LagState::Unknown;
    QTest::newRow("no permission") << "permission denied for view pg_replication_slots" << LagState::NoPermission;
    QTest::newRow("failed") << "canceling statement due to statement timeout" << LagState::Unknown;
    QTest::newRow("position unknown") << "position" << LagState::Unknown;
    QTest::newRow("holds nothing") << "nothing" << LagState::NotApplicable;
}

void TestHeldHistory::whatIsNotKnownIsAGap()
{
    QFETCH(QString, why);
    QFETCH(LagState, state);
    Feed feed;
    feed.tick();
    if (why == QLatin1String("silent")) {
        feed.answers = false; // the numbers stay: they are old and must not be drawn
        feed.tick(5000);
    } else if (why == QLatin1String("position")) {
        feed.held.reset();
        feed.tick();
    } else if (why == QLatin1String("nothing")) {
        feed.held.reset();
        feed.names.front().restartLsn.reset();
        feed.tick();
    } else {
        feed.unreadable = why;
        feed.tick();
    }
    QVERIFY(std::isnan(feed.line().back().value));
    QVERIFY(feed.moment(feed.now));
    QVERIFY(!feed.moment(feed.now)->bytes);
    QVERIFY(feed.moment(feed.now)->state == state);
    QVERIFY(!feed.history.heldSlots().front().gone);
    feed.answers = true;
    feed.unreadable.clear();
    feed.held = 2000;
    feed.tick();
    QCOMPARE(feed.line().back().value, 2000.0);
    QVERIFY(gaps(feed.line()) >= 1);
}

void TestHeldHistory::whatNeverHeldHasNoPast()
{
    Feed feed;
    feed.held.reset();
    feed.tick();
    QVERIFY(feed.history.heldSlots().empty());
    QVERIFY(feed.line().empty());
}

void TestHeldHistory::goneEndsItsLine()
{
    Feed feed;
    feed.names.push_back(slotOf(QStringLiteral("other")));
    feed.tick();
    feed.tick();
    feed.names.erase(feed.names.begin());
    const qint64 lastSeen = feed.now;
    for (int i = 0; i < 10; ++i) {
        feed.tick();
    }
    QCOMPARE(feed.line().back().monotonicMs, lastSeen);
    QCOMPARE(gaps(feed.line()), 0);
    QVERIFY(!feed.moment(feed.now));
    // Those that are there come first.
    QCOMPARE(feed.history.heldSlots().size(), std::size_t(2));
    QCOMPARE(feed.history.heldSlots()[0].name, QStringLiteral("other"));
    QVERIFY(!feed.history.heldSlots()[0].gone);
    QVERIFY(feed.history.heldSlots()[1].gone);
}

void TestHeldHistory::comesBackAfterAGap()
{
    Feed feed;
    feed.tick();
    const auto names = feed.names;
    feed.names.clear();
    for (int i = 0; i < 10; ++i) {
        feed.tick();
    }
    feed.names = names;
    feed.tick();
    QCOMPARE(feed.line().size(), std::size_t(3));
    QCOMPARE(gaps(feed.line()), 1);
    QVERIFY(!feed.history.heldSlots().front().gone);
}

void TestHeldHistory::leftTheCluster()
{
    Feed feed;
    feed.tick();
    feed.member = false;
    feed.tick();
    QVERIFY(feed.history.heldSlots().front().gone);
    QCOMPARE(feed.line().size(), std::size_t(1));
}

void TestHeldHistory::silentIsNotGone()
{
    Feed feed;
    feed.tick();
    feed.answers = false;
    feed.last = std::make_shared<cluster::NodeSample>(); // old, and of before the slot
    feed.tick(10'000);
    QCOMPARE(feed.history.heldSlots().size(), std::size_t(1));
    QVERIFY(!feed.history.heldSlots().front().gone);
    QVERIFY(std::isnan(feed.line().back().value));
}

void TestHeldHistory::peaksSurviveTheDay()
{
    Feed feed;
    for (int i = 0; i < 20 * 3600; ++i) {
        feed.held = i == 1234 ? qint64(5) << 30 : 1000;
        feed.tick();
    }
    double largest = 0;
    const auto points = feed.line(kCdc, 700);
    for (const SeriesPoint &point : points) {
        largest = std::fmax(largest, point.value);
    }
    QVERIFY(std::abs(largest / double(qint64(5) << 30) - 1) < 0.001);
    QVERIFY(points.size() <= 4 * 700 + 2);
    QCOMPARE(gaps(points), 0);
    // What it was is known without its points, within the hour and before.
    const auto most = [&feed](qint64 from, qint64 to) { return feed.history.largest(kCdc, Metric::Held, from, to); };
    QCOMPARE(*most(0, feed.now + 1), largest);
    QCOMPARE(*most(feed.now - 60'000, feed.now + 1), 1000.0);
    QVERIFY(std::abs(*most(7'200'000, 10'800'000) - 1000) < 1);
    QVERIFY(!most(feed.now + 1, feed.now + 2));
    QVERIFY(!feed.history.largest(kCdc, Metric::Bytes, 0, feed.now + 1));
}

void TestHeldHistory::forgetsAfterADay()
{
    Feed feed;
    feed.tick();
    feed.names.clear();
    for (int i = 0; i < 24 * 360; ++i) {
        feed.tick(10'000);
        if (i == 23 * 360) {
            QCOMPARE(feed.history.heldSlots().size(), std::size_t(1));
        }
    }
    feed.tick(10'000);
    QVERIFY(feed.history.heldSlots().empty());
    QVERIFY(feed.line().empty());
}

void TestHeldHistory::namesOfTheServerAreBounded()
{
    Feed feed;
    for (int i = 0; i < 1000; ++i) {
        feed.names.front().slotName = QStringLiteral("pg_%1_sync").arg(i);
        feed.tick();
    }
    const auto &slots = feed.history.heldSlots();
    QCOMPARE(slots.size(), std::size_t(201));
    QCOMPARE(slots.front().name, QStringLiteral("pg_999_sync"));
    // Those that went last are kept.
    QCOMPARE(slots.back().name, QStringLiteral("pg_998_sync"));
    QVERIFY(feed.line(QStringLiteral("pg1/pg_0_sync")).empty());
    QVERIFY(!feed.line(QStringLiteral("pg1/pg_998_sync")).empty());
}

void TestHeldHistory::memoryIsBounded()
{
    history::Track track(history::Track::Keeps::BytesOnly);
    history::Moment moment;
    moment.bytes = 7;
    moment.seconds = 1;
    for (qint64 i = 1; i <= 2 * 86'400; ++i) {
        moment.monotonicMs = i * 1000;
        track.add(moment);
    }
    const auto points = track.points(Metric::Held, 0, 3 * 86'400'000LL, 3000);
    QVERIFY(points.size() <= history::Track::kFine + history::Track::kBuckets);
    QCOMPARE(gaps(points), 0);
    // What it does not keep is not known, and is no 0.
    const auto seconds = track.points(Metric::Seconds, 0, 3 * 86'400'000LL, 3000);
    QCOMPARE(gaps(seconds), static_cast<int>(seconds.size()));
    QVERIFY(history::Track::bytesPerDay(history::Track::Keeps::BytesOnly) < 80'000);
}

QTEST_GUILESS_MAIN(TestHeldHistory)
#include "tst_heldhistory.moc"
