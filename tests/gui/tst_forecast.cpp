// SPDX-License-Identifier: GPL-3.0-or-later
#include <QWheelEvent>

#include "slotsfeed.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::charts;

class TestForecast : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { theme::Theme::instance().install(*qApp); }
    void init() { theme::Theme::instance().setMode(theme::Mode::Light); }
    void spans_data();
    void spans();
    void foretells();
    void foretellsNothingOfTheUsed();
    void foretellsOnlyFromNow();
    void endOutOfSight();
    void hoverReadsBothSides();
    void wheelOverTheTimeAhead();
    void newForecastIsNoReplot();
    void paints_data();
    void paints();
};

void TestForecast::spans_data()
{
    QTest::addColumn<double>("fullIn"); // seconds; 0: nothing is foretold
    QTest::addColumn<int>("known");     // minutes
    QTest::addColumn<int>("range");
    QTest::addColumn<bool>("inSight");
    QTest::addColumn<int>("past");
    QTest::newRow("nothing foretold") << 0.0 << 15 << 60 << false << 15;
    QTest::newRow("in an hour, of an hour") << 3600.0 << 60 << 60 << true << 60;
    QTest::newRow("more of the past than is known") << 3600.0 << 2 << 1440 << true << 33;
    QTest::newRow("of a quarter of an hour") << 1100.0 << 2 << 15 << true << 10;
    QTest::newRow("too far away") << 3 * 3600.0 << 60 << 60 << false << 60;
    QTest::newRow("in a minute, of a day") << 60.0 << 1440 << 1440 << true << 1440;
}

void TestForecast::spans()
{
    QFETCH(double, fullIn);
    QFETCH(int, known);
    QFETCH(int, range);
    QFETCH(bool, inSight);
    Outlook outlook;
    if (fullIn > 0) {
        outlook = {64 * kGb, fullIn, cluster::Verdict::Warning};
    }
    const Spans spans = spansFor(outlook, known * 60'000LL, range * 60'000LL);
    QTEST(static_cast<int>(spans.pastMs / 60'000), "past");
    QCOMPARE(spans.aheadMs > 0, fullIn > 0);
    QCOMPARE(fullIn > 0 && static_cast<double>(spans.aheadMs) > fullIn * 1000, inSight);
    // Both sides have room for their words.
    QVERIFY(spans.aheadMs == 0 || spans.aheadMs * 7 >= spans.pastMs);
    QVERIFY(spans.pastMs * 2 >= spans.aheadMs - 60'000 || spans.pastMs == range * 60'000LL);
}

void TestForecast::foretells()
{
    const cluster::Snapshot snapshot = busyCluster();
    history::LagHistory history;
    feedSlots(history, snapshot, kSeconds);
    const Outlook outlook = outlookOf(snapshot);
    QVERIFY(outlook.foretells());
    const auto plot = shown(history, outlook);
    QVERIFY(plot->drawn().forecast);
    const Forecast &forecast = *plot->drawn().forecast;
    QCOMPARE(forecast.fromMs, kNowMonotonicMs);
    QCOMPARE(forecast.toMs, kNowMonotonicMs + qRound64(*outlook.fullInSeconds * 1000));
    QCOMPARE(forecast.to, 64 * kGb);
    // The rate is that of the rules.
    QVERIFY(std::abs(forecast.bytesPerSecond() / kWalRate - 1) < 0.001);
    QVERIFY(plot->viewToMs() + plot->aheadMs() > forecast.toMs);
    QCOMPARE(plot->viewToMs(), kNowMonotonicMs);
    QCOMPARE(plot->drawn().highest, 64 * kGb);
}

void TestForecast::foretellsNothingOfTheUsed()
{
    const cluster::Snapshot snapshot = busyCluster();
    history::LagHistory history;
    feedSlots(history, snapshot, kSeconds);
    const auto plot = shown(history, {64 * kGb, {}, cluster::Verdict::Ok});
    QVERIFY(!plot->drawn().forecast);
    QCOMPARE(plot->aheadMs(), 0);
    // One that has reached its limit already.
    plot->setSlot(kCdc, {3 * kGb, 0, cluster::Verdict::Critical});
    const int before = plot->replots();
    QTRY_VERIFY(plot->replots() > before);
    QVERIFY(!plot->drawn().forecast);
    // A gap has no way on.
    cluster::Snapshot later = snapshot;
    makeStale(later, QStringLiteral("pg1"), 60'000);
    later.takenMonotonicMs += 5000;
    history.add({std::make_shared<const cluster::Snapshot>(later),
                 std::make_shared<const cluster::Assessment>(cluster::assess(later))});
    plot->setSlot(kCdc, outlookOf(snapshot));
    QTRY_COMPARE(plot->viewToMs(), later.takenMonotonicMs);
    QVERIFY(!plot->drawn().forecast);
    QCOMPARE(plot->aheadMs(), 0);
}

void TestForecast::foretellsOnlyFromNow()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds);
    const auto plot = shown(history, outlookOf(busyCluster()));
    QTest::keyClick(plot.get(), Qt::Key_Left);
    QTRY_VERIFY(!plot->drawn().forecast);
    QCOMPARE(plot->aheadMs(), 0);
    QTest::keyClick(plot.get(), Qt::Key_Home);
    QTRY_VERIFY(plot->drawn().forecast);
    QTest::keyClick(plot.get(), Qt::Key_Plus);
    QVERIFY(plot->isFollowing());
    QTRY_VERIFY(plot->viewToMs() - plot->viewFromMs() < 3 * 3'600'000);
    QVERIFY(plot->drawn().forecast);
}

void TestForecast::endOutOfSight()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds);
    const auto plot = shown(history, outlookOf(busyCluster()));
    plot->setRange(LagPlot::Range::QuarterHour);
    QTRY_VERIFY(plot->aheadMs() <= 450'000); // replotted
    QVERIFY(plot->aheadMs() > 0);
    QVERIFY(plot->drawn().forecast);
    QVERIFY(plot->drawn().forecast->toMs > plot->viewToMs() + plot->aheadMs());
    // The scale is that of what is seen of it.
    QVERIFY(plot->drawn().highest < 6 * kGb);
}

void TestForecast::hoverReadsBothSides()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds);
    const auto plot = shown(history, outlookOf(busyCluster()));
    plot->setRange(LagPlot::Range::QuarterHour);
    QTRY_VERIFY(plot->aheadMs() <= 450'000); // replotted
    const QRect area = plot->plotRect();
    moveTo(*plot, {area.left() + area.width() / 3, area.center().y()});
    QVERIFY(plot->reading());
    const qint64 at = plot->reading()->monotonicMs;
    QVERIFY(std::abs(at - (plot->viewFromMs() + 450'000)) < 5000);
    QCOMPARE(plot->reading()->rows.front().name, QStringLiteral("analytics_cdc"));
    const double held = 3'435'973'836 - static_cast<double>(kNowMonotonicMs - at) / 1000 * kWalRate;
    QVERIFY(std::abs(*plot->reading()->rows.front().value / held - 1) < 1e-6);
    QVERIFY(!plot->reading()->rows.front().bytes.isEmpty());
    QCOMPARE(plot->reading()->rows.size(), std::size_t(5)); // also those that are left out
    moveTo(*plot, {area.right() - 20, area.center().y()});
    QVERIFY(plot->reading());
    QVERIFY(plot->reading()->monotonicMs > kNowMonotonicMs);
    QCOMPARE(plot->reading()->rows.size(), std::size_t(1));
    QCOMPARE(plot->reading()->rows.front().word, QStringLiteral("foretold"));
    QVERIFY(*plot->reading()->rows.front().value > 3'435'973'836);
    // The history goes on each second, a long range is drawn anew more seldom: what is drawn can be read meanwhile.
    cluster::Snapshot later = busyCluster();
    advance(later, 1000);
    feedSlots(history, later, 1);
    QCOMPARE(history.newestMs(), kNowMonotonicMs + 1000);
    moveTo(*plot, {area.right() - 24, area.center().y()});
    QVERIFY(plot->reading());
    QCOMPARE(plot->reading()->rows.front().word, QStringLiteral("foretold"));
}

void TestForecast::wheelOverTheTimeAhead()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds);
    const auto plot = shown(history, outlookOf(busyCluster()));
    const QPoint at(plot->plotRect().right() - 30, plot->plotRect().center().y());
    QWheelEvent event(at, plot->mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(plot.get(), &event);
    QVERIFY(plot->isFollowing()); // now stays in view
    QCOMPARE(plot->viewToMs(), kNowMonotonicMs);
}

void TestForecast::newForecastIsNoReplot()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds);
    Outlook outlook = outlookOf(busyCluster());
    const auto plot = shown(history, outlook);
    QCoreApplication::processEvents();
    const int before = plot->replots();
    *outlook.fullInSeconds -= 1;
    plot->setSlot(kCdc, outlook);
    QCoreApplication::processEvents();
    QCOMPARE(plot->replots(), before);
    outlook.verdict = cluster::Verdict::Critical;
    plot->setSlot(kCdc, outlook);
    QTRY_COMPARE(plot->replots(), before + 1);
}

void TestForecast::paints_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestForecast::paints()
{
    QFETCH(bool, dark);
    theme::Theme::instance().setMode(dark ? theme::Mode::Dark : theme::Mode::Light);
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds, [](cluster::SlotFacts &facts, const QString &slot, int second) {
        const double wave = 1 + 0.3 * std::sin(second * 0.02);
        if (slot == QLatin1String("backup1_wal")) {
            facts.retainedBytes = std::llround(0.7 * kGb * wave);
        } else if (slot == QLatin1String("reporting_sub")) {
            facts.retainedBytes = std::llround(1.6 * kGb / wave);
            if (second > 300 && second < 420) {
                facts.retainedBytes.reset();
            }
        }
    });
    const auto plot = shown(history, {64 * kGb, {}, cluster::Verdict::Warning});
    const auto settled = [&plot](auto &&change) {
        const int before = plot->replots();
        change();
        return QTest::qWaitFor([&plot, before] { return plot->replots() > before; });
    };
    const QImage lines = shot(*plot, QStringLiteral("slotsplot"), kPane);
    QCOMPARE(lines.pixelColor(1, 1), theme::color(theme::Token::Surface));
    moveTo(*plot, plot->plotRect().center());
    QVERIFY(shot(*plot, QStringLiteral("slotsplot-hover"), kPane) != lines);
    QVERIFY(settled([&] {
        moveTo(*plot, {1, 1});
        plot->setSlot(kCdc, outlookOf(busyCluster()));
    }));
    const QImage foretold = shot(*plot, QStringLiteral("slotsplot-forecast"), kPane);
    QVERIFY(foretold != lines);
    QVERIFY(settled([&] { plot->setRange(LagPlot::Range::QuarterHour); }));
    QVERIFY(shot(*plot, QStringLiteral("slotsplot-far"), kPane) != foretold);
    QVERIFY(settled([&] { plot->setSlot(kCdc, {5 * kGb, 900, cluster::Verdict::Critical}); }));
    shot(*plot, QStringLiteral("slotsplot-near"), kPane);
    moveTo(*plot, {plot->plotRect().right() - 100, plot->plotRect().center().y()});
    QVERIFY(plot->reading());
    shot(*plot, QStringLiteral("slotsplot-near-hover"), kPane);
}

QTEST_MAIN(TestForecast)
#include "tst_forecast.moc"
