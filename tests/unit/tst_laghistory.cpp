// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "history/laghistory.h"

using namespace howdah;
using cluster::LagState;
using history::Metric;
using history::SeriesPoint;

namespace {

constexpr qint64 kWall = 1'800'000'000'000;

/// pg1 writes, pg2 lags.
struct Feed {
    history::LagHistory history;
    qint64 now = 1000;
    qint64 wallOffset = kWall;
    cluster::StandbyLag lag;
    quint64 lsn = 1 << 20;
    bool primaryAnswers = true;
    QStringList standbys{QStringLiteral("pg2")};

    Feed()
    {
        lag.state = LagState::Known;
        lag.bytes = 1000;
        lag.seconds = 0.5;
    }

    void tick(qint64 after = 1000)
    {
        now += after;
        auto sample = std::make_shared<cluster::NodeSample>();
        sample->takenMonotonicMs = now;
        sample->currentLsn = cluster::Lsn{lsn};
        auto snapshot = std::make_shared<cluster::Snapshot>();
        snapshot->takenMonotonicMs = now;
        snapshot->takenWallMs = now + wallOffset;
        cluster::NodeStatus primary;
        primary.name = QStringLiteral("pg1");
        if (primaryAnswers) {
            primary.sample = sample;
        }
        snapshot->nodes.push_back(primary);
        auto assessment = std::make_shared<cluster::Assessment>();
        assessment->topology.primary = 0;
        assessment->lag.emplace_back();
        for (const QString &name : standbys) {
            cluster::NodeStatus standby;
            standby.name = name;
            snapshot->nodes.push_back(standby);
            assessment->lag.push_back(lag);
        }
        history.add({snapshot, assessment});
    }

    std::vector<SeriesPoint> all(Metric metric = Metric::Bytes, int columns = 100'000) const
    {
        return history.series(QStringLiteral("pg2"), metric, 0, now + 1, columns);
    }
};

int gaps(const std::vector<SeriesPoint> &points)
{
    return static_cast<int>(
        std::count_if(points.begin(), points.end(), [](const SeriesPoint &point) { return std::isnan(point.value); }));
}

double largest(const std::vector<SeriesPoint> &points)
{
    double value = 0;
    for (const SeriesPoint &point : points) {
        value = std::fmax(value, point.value);
    }
    return value;
}

} // namespace

class TestLagHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsWhatCame();
    void whatIsNotKnownIsAGap_data();
    void whatIsNotKnownIsAGap();
    void pausedGoesOnHavingBytes();
    void idleIsNothingBehind();
    void missingTicksAreAGap();
    void theSameTickCountsOnce();
    void peaksSurviveTheDay();
    void gapsSurviveTheDay();
    void stagesOfTheWorstMomentSurvive();
    void forgetsAfterADay();
    void walRate();
    void walRateHasNoSpikeAcrossAGap();
    void wallClockMayJump();
    void memoryIsBounded();
    void packsWithinItsPromise();
    void decimatesToFourAColumn();
    void decimationKeepsExtremes();
    void decimationKeepsGaps();
    void largestOfEachColumn();
};

void TestLagHistory::keepsWhatCame()
{
    Feed feed;
    feed.lag.stages.replay = 700;
    feed.lag.stages.flushSeconds = 0.043;
    for (int i = 0; i < 10; ++i) {
        feed.lag.bytes = 1000 * i;
        feed.tick();
    }
    const auto points = feed.all();
    QCOMPARE(points.size(), std::size_t(10));
    QCOMPARE(gaps(points), 0);
    QCOMPARE(points[3].monotonicMs, qint64(5000));
    QCOMPARE(points[3].value, 3000.0);
    QCOMPARE(feed.all(Metric::Seconds).back().value, 0.5);
    QVERIFY(std::abs(feed.all(Metric::ReplayBytes).back().value - 700) < 0.5);

    const auto moment = feed.history.at(QStringLiteral("pg2"), 5300);
    QVERIFY(moment);
    QCOMPARE(moment->monotonicMs, qint64(5000));
    QCOMPARE(*moment->bytes, 3000.0);
    QVERIFY(std::abs(*moment->stageSeconds[2] - 0.043) < 0.0001);
    QVERIFY(!moment->stageSeconds[0]);
    QVERIFY(!feed.history.at(QStringLiteral("pg9"), 5300));
    QCOMPARE(feed.history.nodes(), QStringList{QStringLiteral("pg2")});
}

void TestLagHistory::whatIsNotKnownIsAGap_data()
{
    QTest::addColumn<LagState>("state");
    QTest::newRow("unknown") << LagState::Unknown;
    QTest::newRow("broken") << LagState::Broken;
    QTest::newRow("no permission") << LagState::NoPermission;
    QTest::newRow("now a primary") << LagState::NotApplicable;
}

void TestLagHistory::whatIsNotKnownIsAGap()
{
    QFETCH(LagState, state);
    Feed feed;
    feed.tick();
    feed.lag.state = state; // the numbers stay: they are old and must not be drawn
    feed.tick();
    feed.lag.state = LagState::Known;
    feed.tick();
    const auto points = feed.all();
    QCOMPARE(points.size(), std::size_t(3));
    QVERIFY(std::isnan(points[1].value));
    QVERIFY(!feed.history.at(QStringLiteral("pg2"), points[1].monotonicMs)->bytes);
    QVERIFY(feed.history.at(QStringLiteral("pg2"), points[1].monotonicMs)->state == state);
}

void TestLagHistory::pausedGoesOnHavingBytes()
{
    Feed feed;
    feed.tick();
    feed.lag.state = LagState::Paused;
    feed.lag.bytes = 5000;
    feed.lag.seconds.reset();
    feed.tick();
    QCOMPARE(feed.all().back().value, 5000.0);
    QVERIFY(std::isnan(feed.all(Metric::Seconds).back().value));
}

void TestLagHistory::idleIsNothingBehind()
{
    Feed feed;
    feed.lag.state = LagState::Idle;
    feed.lag.bytes.reset();
    feed.lag.seconds.reset();
    feed.tick();
    QCOMPARE(feed.all().back().value, 0.0);
    QCOMPARE(feed.all(Metric::Seconds).back().value, 0.0);
    QVERIFY(feed.history.at(QStringLiteral("pg2"), feed.now)->state == LagState::Idle);
}

void TestLagHistory::missingTicksAreAGap()
{
    Feed feed;
    feed.tick();
    feed.tick();
    feed.tick(20'000);
    const auto points = feed.all();
    QCOMPARE(points.size(), std::size_t(4));
    QVERIFY(std::isnan(points[2].value));
    QVERIFY(!feed.history.at(QStringLiteral("pg2"), feed.now - 10'000));
}

void TestLagHistory::theSameTickCountsOnce()
{
    Feed feed;
    feed.tick();
    feed.tick(0);
    QCOMPARE(feed.all().size(), std::size_t(1));
    feed.history.add({});
    QCOMPARE(feed.all().size(), std::size_t(1));
}

void TestLagHistory::peaksSurviveTheDay()
{
    Feed feed;
    for (int i = 0; i < 20 * 3600; ++i) {
        feed.lag.bytes = i == 1234 ? 150 << 20 : 1000;
        feed.lag.seconds = i == 2345 ? 75 : 0.1;
        feed.tick();
    }
    QVERIFY(std::abs(largest(feed.all(Metric::Bytes, 700)) / (150 << 20) - 1) < 0.001);
    QVERIFY(std::abs(largest(feed.all(Metric::Seconds, 700)) / 75 - 1) < 0.001);
    QVERIFY(feed.all(Metric::Bytes, 700).size() <= 4 * 700 + 2);
    QCOMPARE(gaps(feed.all()), 0);
    const auto worst = feed.history.at(QStringLiteral("pg2"), 1000 + 1235 * 1000);
    QVERIFY(worst && std::abs(*worst->bytes / (150 << 20) - 1) < 0.001);
}

void TestLagHistory::gapsSurviveTheDay()
{
    Feed feed;
    for (int i = 0; i < 3 * 3600; ++i) {
        feed.lag.state = i >= 1000 && i < 1060 ? LagState::Broken : LagState::Known;
        feed.tick(i == 2000 ? 120'000 : 1000);
    }
    const auto points = feed.all();
    QVERIFY(gaps(points) >= 2);
    for (const SeriesPoint &point : points) {
        const bool broken = point.monotonicMs > 1'020'000 && point.monotonicMs < 1'045'000;
        QVERIFY2(!broken || std::isnan(point.value), qPrintable(QString::number(point.monotonicMs)));
    }
}

void TestLagHistory::stagesOfTheWorstMomentSurvive()
{
    Feed feed;
    for (int i = 0; i < 2 * 3600; ++i) {
        feed.lag.bytes = i == 500 ? 1'000'000 : 1000;
        feed.lag.stages.pending = i == 500 ? 900'000 : 10;
        feed.tick();
    }
    QVERIFY(std::abs(largest(feed.all(Metric::PendingBytes)) / 900'000 - 1) < 0.001);
}

void TestLagHistory::forgetsAfterADay()
{
    Feed feed;
    for (int i = 0; i < 30 * 360; ++i) {
        feed.tick(10'000);
    }
    QVERIFY(feed.history.oldestMs() >= feed.now - 24 * 3'600'000LL - 20'000);
    feed.standbys.clear();
    for (int i = 0; i < 25 * 360; ++i) {
        feed.tick(10'000);
    }
    QVERIFY(feed.history.nodes().isEmpty());
}

void TestLagHistory::walRate()
{
    Feed feed;
    feed.tick();
    QVERIFY(feed.history.walNode().isEmpty());
    feed.lsn += 2 << 20;
    feed.tick();
    QCOMPARE(feed.history.walNode(), QStringLiteral("pg1"));
    QCOMPARE(*feed.history.walRateAt(QStringLiteral("pg1"), feed.now), double(2 << 20));
    feed.lsn += 1 << 20;
    feed.tick(500);
    const auto rates = feed.history.series(QStringLiteral("pg1"), Metric::WalRate, 0, feed.now + 1, 100);
    QCOMPARE(rates.size(), std::size_t(2));
    QCOMPARE(rates.back().value, double(2 << 20));
}

void TestLagHistory::walRateHasNoSpikeAcrossAGap()
{
    Feed feed;
    feed.tick();
    feed.lsn += 1000;
    feed.tick();
    feed.primaryAnswers = false;
    for (int i = 0; i < 10; ++i) {
        feed.tick();
    }
    feed.primaryAnswers = true;
    feed.lsn += 1LL << 30;
    feed.tick();
    feed.lsn -= 1 << 10; // restored from a backup
    feed.tick();
    feed.lsn += 1000;
    feed.tick();
    const auto rates = feed.history.series(QStringLiteral("pg1"), Metric::WalRate, 0, feed.now + 1, 100);
    QCOMPARE(largest(rates), 1000.0);
    QCOMPARE(gaps(rates), 1);
}

void TestLagHistory::wallClockMayJump()
{
    Feed feed;
    feed.tick();
    const qint64 first = feed.now;
    feed.wallOffset += 3'600'000;
    feed.tick();
    QCOMPARE(feed.history.wallMs(first), first + kWall);
    QCOMPARE(feed.history.wallMs(feed.now), feed.now + kWall + 3'600'000);
    QCOMPARE(feed.all().size(), std::size_t(2));
}

void TestLagHistory::memoryIsBounded()
{
    // Two days of a moment a second: what is kept must be what the header promises, whatever comes.
    history::Track track;
    history::Moment moment;
    moment.bytes = 1;
    for (qint64 i = 1; i <= 2 * 86'400; ++i) {
        moment.monotonicMs = i * 1000;
        track.add(moment);
    }
    const auto points = track.points(Metric::Bytes, 0, 3 * 86'400'000LL, 3000);
    QVERIFY(points.size() <= history::Track::kFine + history::Track::kBuckets);
    QVERIFY(points.size() >= history::Track::kFine + history::Track::kBuckets - 361);
    // 200 nodes, each of them with a slot of its own.
    using enum history::Track::Keeps;
    QVERIFY((history::Track::bytesPerDay(Lag) + history::Track::bytesPerDay(BytesOnly)) * 200 < 60'000'000);
}

void TestLagHistory::packsWithinItsPromise()
{
    using namespace history::packed;
    QCOMPARE(unpack(pack(0.0, 1), 1), 0.0);
    QVERIFY(std::isnan(unpack(pack(std::nullopt, 1), 1)));
    for (double value = 1; value < 1e14; value *= 1.7) {
        QVERIFY2(std::abs(unpack(pack(value, 1), 1) / value - 1) < 0.0006, qPrintable(QString::number(value)));
    }
    for (double value = 0.0001; value < 1e7; value *= 1.7) {
        QVERIFY2(std::abs(unpack(pack(value, 1e-7), 1e-7) / value - 1) < 0.0006, qPrintable(QString::number(value)));
    }
    QVERIFY(unpack(pack(1e30, 1), 1) > 1e14);
}

void TestLagHistory::decimatesToFourAColumn()
{
    std::vector<SeriesPoint> points;
    for (int i = 0; i < 10'000; ++i) {
        points.push_back({i, std::sin(i * 0.7)});
    }
    const auto out = history::decimate(points, 0, 10'000, 100);
    QVERIFY(out.size() <= 400);
    QVERIFY(out.size() >= 200);
    QVERIFY(std::is_sorted(out.begin(), out.end(),
                           [](const auto &a, const auto &b) { return a.monotonicMs < b.monotonicMs; }));
    QHash<qint64, int> perColumn;
    for (const SeriesPoint &point : out) {
        QVERIFY(++perColumn[point.monotonicMs / 100] <= 4);
    }
    QCOMPARE(history::decimate(points, 0, 10'000, 100'000).size(), points.size());
    QVERIFY(history::decimate({}, 0, 10, 10).empty());
}

void TestLagHistory::decimationKeepsExtremes()
{
    std::vector<SeriesPoint> points;
    for (int i = 0; i < 10'000; ++i) {
        points.push_back({i, i == 4321 ? 99.0 : i == 4322 ? -99.0 : 1.0});
    }
    const auto out = history::decimate(points, 0, 10'000, 10);
    const auto has = [&out](double value) {
        return std::any_of(out.begin(), out.end(), [value](const auto &point) { return point.value == value; });
    };
    QVERIFY(has(99));
    QVERIFY(has(-99));
}

void TestLagHistory::decimationKeepsGaps()
{
    std::vector<SeriesPoint> points;
    for (int i = 0; i < 1000; ++i) {
        points.push_back({i, i >= 250 && i < 650 ? std::nan("") : 5.0});
    }
    const auto out = history::decimate(points, 0, 1000, 10);
    for (const SeriesPoint &point : out) {
        QCOMPARE(std::isnan(point.value), point.monotonicMs >= 250 && point.monotonicMs < 650);
    }
    // Between the last value before the gap and the first after it there is at least one gap point.
    QVERIFY(gaps(out) >= 1);
    QVERIFY(out.size() <= 40);
}

void TestLagHistory::largestOfEachColumn()
{
    std::vector<SeriesPoint> points;
    for (int i = -5; i < 105; ++i) {
        points.push_back({i, i >= 50 && i < 60 ? std::nan("") : i == 33 ? 500.0 : double(i)});
    }
    const auto out = history::largestOfEach(points, 0, 100, 10);
    QCOMPARE(out.size(), std::size_t(10));
    QCOMPARE(out[0].value, 9.0);
    QCOMPARE(out[3].value, 500.0);
    QCOMPARE(out[3].monotonicMs, qint64(33));
    QVERIFY(std::isnan(out[5].value));
    QVERIFY(history::largestOfEach(points, 10, 10, 10).empty());
}

QTEST_GUILESS_MAIN(TestLagHistory)
#include "tst_laghistory.moc"
