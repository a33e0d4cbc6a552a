// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>
#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include "charts/lagplot.h"
#include "charts/scales.h"
#include "lagfeed.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::charts;

namespace {

constexpr QSize kPane(848, 275);
constexpr int kSeconds = 1000;
const QString kPg2 = QStringLiteral("pg2");
const QString kPg3 = QStringLiteral("pg3");

void wheel(QWidget &widget, QPoint at, int steps)
{
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, 120 * steps}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(&widget, &event);
}

void moveTo(QWidget &widget, QPoint at, Qt::MouseButtons buttons = Qt::NoButton)
{
    QMouseEvent event(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, buttons, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

const PlotLine *lineOf(const LagPlot &plot, const QString &name)
{
    for (const PlotLine &line : plot.drawn().lines) {
        if (line.name == name) {
            return &line;
        }
    }
    return nullptr;
}

/// pg3 is not known for a minute, five minutes ago.
Shape withGap()
{
    return [](cluster::StandbyLag &lag, const QString &node, int second) {
        lag = node == kPg2 || node == kPg3 ? lagOf(1 << 20, 2) : cluster::StandbyLag();
        if (node == kPg3 && second >= kSeconds - 300 && second < kSeconds - 240) {
            lag.state = cluster::LagState::Broken;
        }
    };
}

} // namespace

class TestLagPlot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { theme::Theme::instance().setMode(theme::Mode::Light); }
    void byteScale_data();
    void byteScale();
    void secondScale_data();
    void secondScale();
    void timeSteps();
    void labelsNeverOverlap();
    void gapsAreGaps();
    void noInkInAGap();
    void idleIsNoNumber();
    void stagesAddUp();
    void stackKeepsGapsAndPeaks();
    void hoverReadsTheSample();
    void hoverByStage();
    void wheelZooms();
    void dragPans();
    void keyboard();
    void keyboardReads();
    void keyboardReadsEverySample();
    void readingStaysOnItsSample();
    void followsNow();
    void startsWithWhatIsKnown();
    void replotsOnceATickAndOnlyWhenSeen();
    void warnLineKnowsItsNode();
    void emptySaysWhy();
    void accessible();
    void paints_data();
    void paints();

private:
    std::unique_ptr<LagPlot> shown(const history::LagHistory &history);
};

void TestLagPlot::initTestCase()
{
    theme::Theme::instance().install(*qApp);
}

std::unique_ptr<LagPlot> TestLagPlot::shown(const history::LagHistory &history)
{
    auto plot = std::make_unique<LagPlot>();
    plot->resize(kPane);
    plot->setHistory(&history);
    plot->show();
    if (!QTest::qWaitForWindowExposed(plot.get())) {
        qWarning("the plot is not exposed");
    }
    const LagPlot *ready = plot.get();
    if (!QTest::qWaitFor([ready] { return ready->replots() > 0; })) {
        qWarning("the plot is not drawn");
    }
    return plot;
}

void TestLagPlot::byteScale_data()
{
    QTest::addColumn<double>("highest");
    QTest::addColumn<QString>("labels");
    QTest::newRow("nothing") << 0.0 << "0 1 2 3 4 5 kB";
    QTest::newRow("kB") << 24.0 * 1024 << "0 10 20 30 kB";
    QTest::newRow("150 MB") << 150.0 * 1048576 << "0 40 80 120 160 MB";
    QTest::newRow("GB") << 3.2 * 1073741824 << "0 1 2 3 4 GB";
}

void TestLagPlot::byteScale()
{
    QFETCH(double, highest);
    const Scale scale = bytesScale(highest);
    QStringList labels;
    for (const double tick : scale.ticks()) {
        labels << scale.label(tick);
    }
    QTEST(labels.join(QLatin1Char(' ')), "labels");
    QVERIFY(scale.top >= highest);
}

void TestLagPlot::secondScale_data()
{
    QTest::addColumn<double>("highest");
    QTest::addColumn<QString>("labels");
    QTest::newRow("nothing") << 0.0 << "0 4 8 12 ms";
    QTest::newRow("160 ms") << 0.16 << "0 40 80 120 160 200 ms";
    QTest::newRow("75 s") << 75.0 << "0 20 40 60 80 s";
    QTest::newRow("10 min") << 600.0 << "0 4 8 12 min";
    QTest::newRow("50 min") << 3000.0 << "0 15 30 45 60 min";
    QTest::newRow("9 h") << 9 * 3600.0 << "0 4 8 12 h";
}

void TestLagPlot::secondScale()
{
    QFETCH(double, highest);
    const Scale scale = secondsScale(highest);
    QStringList labels;
    for (const double tick : scale.ticks()) {
        labels << scale.label(tick);
    }
    QTEST(labels.join(QLatin1Char(' ')), "labels");
    QVERIFY(scale.top >= highest);
}

void TestLagPlot::timeSteps()
{
    QCOMPARE(timeStep(15 * 60'000, 704).stepMs, qint64(120'000));
    QCOMPARE(timeStep(15 * 60'000, 500).stepMs, qint64(180'000));
    QCOMPARE(timeStep(24 * 3'600'000LL, 704).stepMs, qint64(14'400'000));
    QCOMPARE(timeStep(10'000, 704).stepMs, qint64(2000));
    for (qint64 span = 10'000; span <= 86'400'000; span = span * 3 / 2) {
        const TimeStep step = timeStep(span, 700);
        QVERIFY(step.stepMs * 700 / span >= 90);
        QCOMPARE(step.stepMs % step.parts, qint64(0));
    }
}

void TestLagPlot::labelsNeverOverlap()
{
    const auto places = spreadLabels({50, 51, 10, 200, 199, 52}, 15, 0, 200);
    std::vector<double> sorted = places;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
        QVERIFY(sorted[i + 1] - sorted[i] >= 15);
    }
    QVERIFY(sorted.front() >= 0 && sorted.back() <= 200);
    QCOMPARE(places[2], 10.0);
    // Room for three: the first three wishes are granted.
    const auto few = spreadLabels({5, 6, 7, 8, 9}, 15, 0, 30);
    QCOMPARE(std::count_if(few.begin(), few.end(), [](double y) { return !std::isnan(y); }), 3);
    QVERIFY(std::isnan(few[3]) && std::isnan(few[4]));
    QVERIFY(spreadLabels({}, 15, 0, 30).empty());
}

void TestLagPlot::gapsAreGaps()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, withGap());
    const auto plot = shown(history);
    const PlotLine *line = lineOf(*plot, kPg3);
    QVERIFY(line);
    int known = 0;
    int gaps = 0;
    for (const auto &point : line->points) {
        const qint64 back = (kNowMonotonicMs - point.monotonicMs) / 1000;
        const bool broken = back < 300 && back >= 240;
        QCOMPARE(std::isnan(point.value), broken);
        ++(broken ? gaps : known);
    }
    QVERIFY(gaps > 0 && known > 0);
    QCOMPARE(lineOf(*plot, kPg2)->lastWord, QString());
}

void TestLagPlot::noInkInAGap()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, [](cluster::StandbyLag &lag, const QString &node, int second) {
        lag = {};
        if (node == kPg3 && (second < kSeconds - 300 || second >= kSeconds - 240)) {
            lag = lagOf(1 << 20, 2);
        }
    });
    const auto plot = shown(history);
    const QImage image = plot->grab().toImage();
    const QColor ink = theme::Theme::instance().series(0);
    const QRect area = plot->plotRect();
    const auto inked = [&](int back) {
        const double share = 1 - back * 1000.0 / double(plot->viewToMs() - plot->viewFromMs());
        const int x = int((area.left() + share * area.width()) * image.devicePixelRatio());
        for (int y = 0; y < image.height(); ++y) {
            // A thin line need not cover any pixel whole.
            const QColor pixel = image.pixelColor(x, y);
            if (pixel.saturation() > 80 && std::abs(pixel.hue() - ink.hue()) < 8) {
                return true;
            }
        }
        return false;
    };
    QVERIFY(inked(400));
    QVERIFY(inked(100));
    QVERIFY(!inked(270));
}

void TestLagPlot::idleIsNoNumber()
{
    history::LagHistory history;
    feed(history, healthyPair(), 100, [](cluster::StandbyLag &lag, const QString &node, int) {
        if (node == kPg2) {
            lag.state = cluster::LagState::Idle;
        }
    });
    const auto plot = shown(history);
    QCOMPARE(lineOf(*plot, kPg2)->lastWord, QStringLiteral("idle"));
    const auto reading = readingAt(&history, {Unit::Time, Grouping::ByNode, {}, false, 0, 1, 10}, kNowMonotonicMs);
    QVERIFY(reading);
    QCOMPARE(reading->rows[0].word, QStringLiteral("idle"));
    QVERIFY(reading->rows[0].bytes.isEmpty() && reading->rows[0].seconds.isEmpty());
}

void TestLagPlot::stagesAddUp()
{
    history::LagHistory history;
    feed(history, threeNodes(), 100, mockupShape(kSeconds));
    const auto plot = shown(history);
    plot->setGrouping(Grouping::ByStage);
    plot->setNode(kPg3);
    plot->setUnit(Unit::Bytes);
    QTRY_VERIFY(!plot->drawn().stack.at.empty());
    const PlotStack &stack = plot->drawn().stack;
    for (std::size_t p = 0; p < stack.at.size(); ++p) {
        const auto moment = history.at(kPg3, stack.at[p]);
        QVERIFY(moment);
        QVERIFY(std::abs(stack.tops[3][p] / *moment->bytes - 1) < 0.002);
        QVERIFY(std::abs(stack.tops[0][p] / *moment->stageBytes[3] - 1) < 0.002);
        for (std::size_t i = 0; i + 1 < 4; ++i) {
            QVERIFY(stack.tops[i][p] <= stack.tops[i + 1][p]);
        }
    }
}

void TestLagPlot::stackKeepsGapsAndPeaks()
{
    history::LagHistory history;
    feed(history, threeNodes(), 3000, [](cluster::StandbyLag &lag, const QString &node, int second) {
        if (node != kPg3) {
            return;
        }
        lag = lagOf(second == 1234 ? 900'000'000 : 1'000'000, 1);
        if (second >= 2000 && second < 2100) {
            lag.state = cluster::LagState::Unknown;
        }
    });
    const PlotQuery query{Unit::Bytes, Grouping::ByStage, kPg3, false, kNowMonotonicMs - 3'000'000, kNowMonotonicMs,
                          300};
    const PlotData data = plotData(&history, query);
    QVERIFY(data.stack.at.size() <= 4 * 300 + 2);
    QVERIFY(std::abs(data.highest / 900e6 - 1) < 0.002);
    int gaps = 0;
    for (std::size_t p = 0; p < data.stack.at.size(); ++p) {
        const qint64 second = (data.stack.at[p] - kNowMonotonicMs) / 1000 + 2999;
        QCOMPARE(std::isnan(data.stack.tops[0][p]), second >= 2000 && second < 2100);
        gaps += std::isnan(data.stack.tops[3][p]) ? 1 : 0;
    }
    QVERIFY(gaps >= 1);
}

void TestLagPlot::hoverReadsTheSample()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, [](cluster::StandbyLag &lag, const QString &node, int second) {
        if (node == kPg2) {
            lag = lagOf(312 << 10, 0.16);
        }
        if (node == kPg3 && second < kSeconds - 100) {
            lag = lagOf((second + 1) << 20, second);
        } else if (node == kPg3) {
            lag.state = cluster::LagState::NoPermission;
        }
    });
    const auto plot = shown(history);
    const QRect area = plot->plotRect();
    moveTo(*plot, {area.left() + area.width() / 2, area.center().y()});
    QVERIFY(plot->reading());
    const Reading &reading = *plot->reading();
    const qint64 middle = (plot->viewFromMs() + plot->viewToMs()) / 2;
    QVERIFY(std::abs(reading.monotonicMs - middle) <= 1500);
    const qint64 second = kSeconds - 1 - (kNowMonotonicMs - reading.monotonicMs) / 1000;
    QCOMPARE(reading.rows.size(), std::size_t(2));
    QCOMPARE(reading.rows[0].name, kPg2);
    QCOMPARE(reading.rows[0].bytes, QStringLiteral("312 kB"));
    QCOMPARE(reading.rows[0].seconds, QStringLiteral("160 ms"));
    QCOMPARE(reading.rows[1].bytes, QStringLiteral("%1 MB").arg(second + 1));
    QCOMPARE(reading.time, localTime(reading.monotonicMs + kNowWallMs - kNowMonotonicMs, true));

    moveTo(*plot, {area.right() - 10, area.center().y()});
    QVERIFY(plot->reading());
    QVERIFY(plot->reading()->rows[1].bytes.isEmpty());
    QCOMPARE(plot->reading()->rows[1].word, QStringLiteral("no permission"));
    QVERIFY(!plot->reading()->rows[1].value);

    moveTo(*plot, {area.right() + 30, area.center().y()});
    QVERIFY(!plot->reading());
}

void TestLagPlot::hoverByStage()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, [](cluster::StandbyLag &lag, const QString &node, int) {
        if (node != kPg3) {
            return;
        }
        lag = lagOf(144 << 20, 70);
        lag.stages = {32 << 10, 51 << 10, 44 << 10, 143 << 20, 0.016, 0.026, 0.022, {}};
    });
    const PlotQuery query{Unit::Bytes, Grouping::ByStage, kPg3, false, kNowMonotonicMs - 100'000, kNowMonotonicMs, 300};
    const auto reading = readingAt(&history, query, kNowMonotonicMs - 50'000);
    QVERIFY(reading);
    QCOMPARE(reading->totalBytes, QStringLiteral("144 MB"));
    QCOMPARE(reading->totalSeconds, QStringLiteral("70 s"));
    QCOMPARE(reading->rows.size(), std::size_t(4));
    QCOMPARE(reading->rows[0].name, QStringLiteral("pending"));
    QCOMPARE(reading->rows[0].bytes, QStringLiteral("32 kB"));
    QCOMPARE(reading->rows[1].seconds, QStringLiteral("26 ms"));
    QCOMPARE(reading->rows[3].bytes, QStringLiteral("143 MB"));
    QCOMPARE(reading->rows[3].seconds, QString());
    QVERIFY(reading->text().contains(QLatin1String("flush 44 kB 22 ms")));
    QVERIFY(!readingAt(&history, query, kNowMonotonicMs - 5'000'000));
    QVERIFY(!readingAt(nullptr, query, kNowMonotonicMs));
}

void TestLagPlot::wheelZooms()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, mockupShape(kSeconds));
    const auto plot = shown(history);
    QSignalSpy changed(plot.get(), &LagPlot::viewChanged);
    const QRect area = plot->plotRect();
    const QPoint at(area.left() + area.width() / 4, area.center().y());
    const qint64 span = plot->viewToMs() - plot->viewFromMs();
    const qint64 under = plot->viewFromMs() + span / 4;
    wheel(*plot, at, 2);
    const qint64 zoomed = plot->viewToMs() - plot->viewFromMs();
    QCOMPARE(zoomed, qint64(span * 0.64));
    QVERIFY(std::abs(plot->viewFromMs() + zoomed / 4 - under) < 2000); // what the pointer was on stays there
    QVERIFY(!plot->isFollowing());
    QCOMPARE(changed.size(), 1);
    wheel(*plot, at, -30);
    QCOMPARE(plot->viewToMs() - plot->viewFromMs(), qint64(86'400'000));
    wheel(*plot, at, 80);
    QCOMPARE(plot->viewToMs() - plot->viewFromMs(), qint64(10'000));
    QTest::mouseDClick(plot.get(), Qt::LeftButton, {}, at);
    QCOMPARE(plot->viewToMs() - plot->viewFromMs(), span);
    QVERIFY(plot->isFollowing());
}

void TestLagPlot::dragPans()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, mockupShape(kSeconds));
    const auto plot = shown(history);
    const QRect area = plot->plotRect();
    const qint64 from = plot->viewFromMs();
    const qint64 span = plot->viewToMs() - from;
    QTest::mousePress(plot.get(), Qt::LeftButton, {}, area.center());
    moveTo(*plot, area.center() + QPoint(area.width() / 2, 0), Qt::LeftButton);
    QVERIFY(!plot->reading());
    QTest::mouseRelease(plot.get(), Qt::LeftButton, {}, area.center() + QPoint(area.width() / 2, 0));
    QVERIFY(std::abs(from - plot->viewFromMs() - span / 2) < 2000);
    QCOMPARE(plot->viewToMs() - plot->viewFromMs(), span);
    QVERIFY(!plot->isFollowing());
    // Nothing lies after now: dragging further than that follows again.
    QTest::mousePress(plot.get(), Qt::LeftButton, {}, area.center());
    moveTo(*plot, area.center() - QPoint(area.width(), 0), Qt::LeftButton);
    QTest::mouseRelease(plot.get(), Qt::LeftButton, {}, area.center());
    QCOMPARE(plot->viewToMs(), history.newestMs());
    QVERIFY(plot->isFollowing());
}

void TestLagPlot::keyboard()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, mockupShape(kSeconds));
    const auto plot = shown(history);
    plot->setFocus(Qt::TabFocusReason);
    const qint64 span = plot->viewToMs() - plot->viewFromMs();
    QTest::keyClick(plot.get(), Qt::Key_Left);
    QCOMPARE(history.newestMs() - plot->viewToMs(), span / 10);
    QTest::keyClick(plot.get(), Qt::Key_Right);
    QVERIFY(plot->isFollowing());
    QTest::keyClick(plot.get(), Qt::Key_Plus);
    QCOMPARE(plot->viewToMs() - plot->viewFromMs(), span / 2);
    QVERIFY(plot->isFollowing());
    QTest::keyClick(plot.get(), Qt::Key_Minus);
    QCOMPARE(plot->viewToMs() - plot->viewFromMs(), span);
    QTest::keyClick(plot.get(), Qt::Key_PageUp);
    QTest::keyClick(plot.get(), Qt::Key_Plus);
    QTest::keyClick(plot.get(), Qt::Key_Home);
    QCOMPARE(plot->viewToMs() - plot->viewFromMs(), span);
    QVERIFY(plot->isFollowing());
}

void TestLagPlot::keyboardReads()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, mockupShape(kSeconds));
    const auto plot = shown(history);
    plot->setFocus(Qt::TabFocusReason);
    const QImage without = plot->grab().toImage();
    const QString all = plot->accessibleDescription();
    const qint64 from = plot->viewFromMs();
    const auto key = [&plot](Qt::Key pressed, Qt::KeyboardModifiers modifiers = Qt::ControlModifier) {
        QKeyEvent event(QEvent::KeyPress, pressed, modifiers);
        QApplication::sendEvent(plot.get(), &event);
        return event.isAccepted();
    };
    QVERIFY(!key(Qt::Key_Escape, Qt::NoModifier)); // nothing to hide: the window may have a use for it
    QVERIFY(key(Qt::Key_Left));
    QVERIFY(plot->reading());
    QCOMPARE(plot->reading()->monotonicMs, history.newestMs());
    QTRY_VERIFY(plot->grab().toImage() != without);
    QCOMPARE(plot->accessibleDescription(), plot->reading()->text());
    QVERIFY(key(Qt::Key_Left));
    const qint64 before = plot->reading()->monotonicMs;
    QVERIFY(before < history.newestMs());
    QCOMPARE(plot->accessibleDescription(), plot->reading()->text());
    QVERIFY(key(Qt::Key_Left));
    QVERIFY(plot->reading()->monotonicMs < before);
    QVERIFY(key(Qt::Key_Right));
    QCOMPARE(plot->reading()->monotonicMs, before);
    QCOMPARE(plot->viewFromMs(), from); // it looks, and does not pan
    for (int i = 0; i < 200; ++i) {
        key(Qt::Key_Right);
    }
    QCOMPARE(plot->reading()->monotonicMs, history.newestMs());
    QVERIFY(key(Qt::Key_Escape, Qt::NoModifier));
    QVERIFY(!plot->reading());
    QCOMPARE(plot->accessibleDescription(), all);
    // From the other end.
    QVERIFY(key(Qt::Key_Right));
    QVERIFY(plot->reading()->monotonicMs - from < 2000);
    // The mouse takes it over, and who goes elsewhere leaves nothing behind.
    moveTo(*plot, plot->plotRect().center());
    QVERIFY(plot->reading()->monotonicMs - from > 100'000);
    QCOMPARE(plot->accessibleDescription(), all);
    moveTo(*plot, QPoint(0, 0));
    QVERIFY(!plot->reading());
    QVERIFY(key(Qt::Key_Left));
    plot->clearFocus();
    QVERIFY(!plot->reading());
    QCOMPARE(plot->accessibleDescription(), all);
}

void TestLagPlot::keyboardReadsEverySample()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, mockupShape(kSeconds));
    const auto plot = shown(history);
    plot->setFocus(Qt::TabFocusReason);
    const int before = plot->replots();
    for (int i = 0; i < 20; ++i) {
        QTest::keyClick(plot.get(), Qt::Key_Plus); // down to ten seconds
    }
    QTRY_VERIFY(plot->replots() > before);
    QTest::keyClick(plot.get(), Qt::Key_Left, Qt::ControlModifier);
    for (int back = 0; back < 9; ++back) {
        QVERIFY(plot->reading());
        QCOMPARE(plot->reading()->monotonicMs, history.newestMs() - 1000 * back);
        QTest::keyClick(plot.get(), Qt::Key_Left, Qt::ControlModifier);
    }
}

void TestLagPlot::readingStaysOnItsSample()
{
    history::LagHistory history;
    cluster::Snapshot snapshot = threeNodes();
    feed(history, snapshot, kSeconds, mockupShape(kSeconds));
    const auto plot = shown(history);
    plot->setFocus(Qt::TabFocusReason);
    for (int i = 0; i < 10; ++i) {
        QTest::keyClick(plot.get(), Qt::Key_Left, Qt::ControlModifier);
    }
    QVERIFY(plot->reading());
    const Reading read = *plot->reading();
    const int before = plot->replots();
    advance(snapshot, 5000);
    history.add(stateOf(snapshot));
    plot->refresh();
    QTRY_VERIFY(plot->replots() > before);
    QVERIFY(plot->reading());
    QCOMPARE(plot->reading()->text(), read.text());
    QCOMPARE(plot->accessibleDescription(), read.text());
    // Out of view, out of mind.
    QTest::keyClick(plot.get(), Qt::Key_PageUp);
    QTest::keyClick(plot.get(), Qt::Key_PageUp);
    QTRY_VERIFY(!plot->reading());
    QVERIFY(plot->accessibleDescription().startsWith(QLatin1String("from ")));
}

void TestLagPlot::followsNow()
{
    history::LagHistory history;
    cluster::Snapshot snapshot = threeNodes();
    feed(history, snapshot, 100, withGap());
    const auto plot = shown(history);
    QCOMPARE(plot->viewToMs(), kNowMonotonicMs);
    advance(snapshot, 5000);
    history.add(stateOf(snapshot));
    plot->refresh();
    QTRY_COMPARE(plot->viewToMs(), kNowMonotonicMs + 5000);
    QTest::keyClick(plot.get(), Qt::Key_Left);
    const qint64 from = plot->viewFromMs();
    const int before = plot->replots();
    advance(snapshot, 5000);
    history.add(stateOf(snapshot));
    plot->refresh();
    QTRY_VERIFY(plot->replots() > before);
    QCOMPARE(plot->viewFromMs(), from); // who looks at the past is left there
}

void TestLagPlot::startsWithWhatIsKnown()
{
    history::LagHistory history;
    cluster::Snapshot snapshot = threeNodes();
    feed(history, snapshot, 20, mockupShape(20));
    const auto plot = shown(history);
    QSignalSpy changed(plot.get(), &LagPlot::knownSinceChanged);
    plot->setRange(LagPlot::Range::QuarterHour);
    // A minute at least, so that two points do not fill the plot.
    QTRY_COMPARE(plot->viewToMs() - plot->viewFromMs(), qint64(60'000));
    QVERIFY(plot->knownSinceMs() == history.oldestMs());
    for (int minute = 0; minute < 5; ++minute) {
        advance(snapshot, 60'000);
        history.add(stateOf(snapshot));
    }
    plot->refresh();
    QTRY_COMPARE(plot->viewFromMs(), history.oldestMs());
    QCOMPARE(plot->viewToMs(), history.newestMs());
    for (int minute = 0; minute < 15; ++minute) {
        advance(snapshot, 60'000);
        history.add(stateOf(snapshot));
    }
    plot->refresh();
    QTRY_COMPARE(plot->viewToMs() - plot->viewFromMs(), qint64(15 * 60'000));
    QVERIFY(!plot->knownSinceMs());
    QVERIFY(!changed.isEmpty());
    // Whoever zooms gets what was asked for.
    plot->setRange(LagPlot::Range::Hour);
    QVERIFY(plot->knownSinceMs());
    QTest::keyClick(plot.get(), Qt::Key_Minus);
    QVERIFY(!plot->knownSinceMs());
    const qint64 span = plot->viewToMs() - plot->viewFromMs();
    advance(snapshot, 60'000);
    history.add(stateOf(snapshot));
    plot->refresh();
    QTRY_COMPARE(plot->viewToMs(), history.newestMs());
    QCOMPARE(plot->viewToMs() - plot->viewFromMs(), span);
}

void TestLagPlot::replotsOnceATickAndOnlyWhenSeen()
{
    history::LagHistory history;
    feed(history, threeNodes(), 100, mockupShape(100));
    const auto plot = shown(history);
    QTRY_VERIFY(plot->replots() > 0);
    QCoreApplication::processEvents();
    const int before = plot->replots();
    plot->refresh();
    plot->setUnit(Unit::Bytes);
    plot->refresh();
    QTRY_VERIFY(plot->replots() > before);
    QCOMPARE(plot->replots(), before + 1);
    for (int i = 0; i < 20; ++i) {
        QTest::keyClick(plot.get(), Qt::Key_Minus); // out to a day
    }
    QTRY_COMPARE(plot->replots(), before + 2);
    cluster::Snapshot next = threeNodes();
    advance(next, 1000);
    history.add(stateOf(next));
    plot->refresh(); // a second is nothing in a day
    QCoreApplication::processEvents();
    QCOMPARE(plot->replots(), before + 2);
    advance(next, 9000);
    history.add(stateOf(next));
    plot->refresh();
    QTRY_COMPARE(plot->replots(), before + 3);
    QVERIFY(plot->buffers() > 0);
    plot->hide();
    plot->refresh();
    QCoreApplication::processEvents();
    QCOMPARE(plot->replots(), before + 3);
    QCOMPARE(plot->buffers(), 0); // what nobody sees takes no memory for its picture
    plot->show();
    QTRY_COMPARE(plot->replots(), before + 4);
    QVERIFY(plot->buffers() > 0);
}

void TestLagPlot::warnLineKnowsItsNode()
{
    LagPlot plot;
    QCOMPARE(*plot.warnAt(), 60.0);
    plot.setUnit(Unit::Bytes);
    QCOMPARE(*plot.warnAt(), 100.0 * 1048576);
    plot.setSyncNodes({kPg2});
    plot.setGrouping(Grouping::ByStage);
    plot.setNode(kPg2);
    QCOMPARE(*plot.warnAt(), 1048576.0);
    plot.setNode(kPg3);
    QCOMPARE(*plot.warnAt(), 100.0 * 1048576);
}

void TestLagPlot::emptySaysWhy()
{
    const history::LagHistory nothing;
    const auto plot = shown(nothing);
    QVERIFY(!plot->drawn().anything);
    moveTo(*plot, plot->plotRect().center());
    QVERIFY(!plot->reading());
    const QImage blank = shot(*plot, QStringLiteral("lagplot-empty"), kPane);
    history::LagHistory history;
    feed(history, threeNodes(), 100, mockupShape(100));
    plot->setHistory(&history);
    plot->setGrouping(Grouping::ByStage);
    const int before = plot->replots();
    QTRY_VERIFY(plot->replots() > before);
    QVERIFY(!plot->drawn().anything);
    QVERIFY(shot(*plot, QStringLiteral("lagplot-nonode"), kPane) != blank);
}

void TestLagPlot::accessible()
{
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, mockupShape(kSeconds));
    const auto plot = shown(history);
    QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(plot.get());
    QVERIFY(interface);
    QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("Replay lag over time"));
    const QString text = interface->text(QAccessible::Description);
    for (const char *part : {"from ", "pg2 ", "pg3 ", "highest 7"}) {
        QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
    }
}

void TestLagPlot::paints_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestLagPlot::paints()
{
    QFETCH(bool, dark);
    theme::Theme::instance().setMode(dark ? theme::Mode::Dark : theme::Mode::Light);
    history::LagHistory history;
    feed(history, threeNodes(), kSeconds, mockupShape(kSeconds));
    const auto plot = shown(history);
    const auto settled = [&plot](auto &&change) {
        const int before = plot->replots();
        change();
        return QTest::qWaitFor([&plot, before] { return plot->replots() > before; });
    };
    const QImage lines = shot(*plot, QStringLiteral("lagplot"), kPane);
    QCOMPARE(lines.pixelColor(1, 1), theme::color(theme::Token::Surface));

    const QRect area = plot->plotRect();
    moveTo(*plot, {area.left() + area.width() * 4 / 9, area.center().y()});
    QVERIFY(shot(*plot, QStringLiteral("lagplot-hover"), kPane) != lines);
    moveTo(*plot, {area.right() + 40, area.center().y()});

    QVERIFY(settled([&] {
        plot->setGrouping(Grouping::ByStage);
        plot->setNode(kPg3);
        plot->setUnit(Unit::Bytes);
        plot->setWalShown(true);
        plot->resize(848, 502);
    }));
    shot(*plot, QStringLiteral("lagplot-stage"), QSize(848, 502));
    moveTo(*plot, {area.left() + area.width() * 4 / 9, area.center().y()});
    QVERIFY(plot->reading());
    QVERIFY(shot(*plot, QStringLiteral("lagplot-stage-hover"), QSize(848, 502)) != lines);

    history::LagHistory broken;
    feed(broken, threeNodes(), kSeconds, [](cluster::StandbyLag &lag, const QString &node, int second) {
        mockupShape(kSeconds)(lag, node, second);
        if (node == kPg3 && (second > kSeconds - 40 || (second > 700 && second < 800))) {
            lag.state = cluster::LagState::Broken;
        }
    });
    QVERIFY(settled([&] {
        plot->setHistory(&broken);
        plot->setGrouping(Grouping::ByNode);
        plot->setUnit(Unit::Time);
        plot->setWalShown(false);
        plot->resize(kPane);
    }));
    shot(*plot, QStringLiteral("lagplot-gap"), kPane);
}

QTEST_MAIN(TestLagPlot)
#include "tst_lagplot.moc"
