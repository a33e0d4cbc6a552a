// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTest>
#include <cmath>

#include "charts/outageplot.h"
#include "theme/theme.h"

using namespace howdah;
using namespace howdah::charts;
using operations::OutagePhase;
using operations::probe::Gap;
using operations::probe::Measured;

/// What is drawn of an outage, and said of it.
class TestOutagePlot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void gapStandsAtZero();
    void noGapBeforeTheOutage();
    void openGapGoesOn();
    void decimatedWithoutLosingPeaks();
    void saysTheSame();
};

namespace {

constexpr qint64 kAt = 1'800'000'000'000;

Measured measured(int dots = 20)
{
    Measured all;
    const auto zero = static_cast<double>(kAt);
    all.gap = Gap{zero, zero + 118.2, false};
    for (int i = 0; i < dots; ++i) {
        all.around.push_back({zero - 40 + 39.0 * i / dots - 1.5, 1.5, true});
    }
    for (int i = 0; i < 232; ++i) {
        all.around.push_back({zero + 1 + i * 0.5, 0.4, false});
    }
    for (int i = 0; i < dots; ++i) {
        all.around.push_back({zero + 118.2 - 6 + 50.0 * i / dots, 6, true});
    }
    return all;
}

std::vector<OutagePhase> phases()
{
    return {{QStringLiteral("stop"), QStringLiteral("Stop"), kAt, kAt + 46},
            {QStringLiteral("prove"), QStringLiteral("Prove"), kAt + 46, kAt + 53},
            {QStringLiteral("promote"), QStringLiteral("Promote"), kAt + 53, kAt + 104}};
}

} // namespace

void TestOutagePlot::initTestCase()
{
    theme::Theme::instance().install(*qApp);
}

void TestOutagePlot::gapStandsAtZero()
{
    const OutageDrawing drawing = outageDrawing(measured(), phases(), 480, kAt + 200);
    QVERIFY(drawing.hasGap && !drawing.isOpen);
    QVERIFY(drawing.fromMs < -30 && drawing.toMs > 150);
    for (const OutagePoint &point : drawing.acknowledged) {
        QVERIFY(point.ms <= 0.5 || point.ms >= 118); // none within
    }
    QVERIFY(!drawing.refused.empty());
    for (const double at : drawing.refused) {
        QVERIFY(at > 0 && at < 118.2);
    }
    QVERIFY(drawing.refused.size() < 40); // crosses that can be told apart
    QCOMPARE(drawing.bars.size(), std::size_t(3));
    QCOMPARE(drawing.bars[1].toMs - drawing.bars[1].fromMs, 7.0);
    QVERIFY(drawing.scale.top >= 6);
}

void TestOutagePlot::noGapBeforeTheOutage()
{
    const OutageDrawing drawing = outageDrawing(measured(), {}, 480, kAt + 200);
    QVERIFY(!drawing.hasGap); // only a slow commit until a step of the outage has begun
    QVERIFY(drawing.bars.empty());
    QVERIFY(!outageDrawing({}, {}, 480, kAt).hasGap);
}

void TestOutagePlot::openGapGoesOn()
{
    Measured open = measured();
    open.gap->open = true;
    auto running = phases();
    running[2].endedMs = 0;
    const OutageDrawing drawing = outageDrawing(open, running, 480, kAt + 80);
    QVERIFY(drawing.isOpen && drawing.bars[2].running);
    QCOMPARE(drawing.bars[2].toMs, 80.0);
    QVERIFY(drawing.text().startsWith(QStringLiteral("No commit for 118 ms so far.")));
}

void TestOutagePlot::decimatedWithoutLosingPeaks()
{
    Measured many = measured(20'000);
    many.around[7].tookMs = 31; // one slow commit
    const OutageDrawing drawing = outageDrawing(many, phases(), 480, kAt + 200);
    QVERIFY(drawing.acknowledged.size() <= 4 * 480);
    QVERIFY(std::any_of(drawing.acknowledged.begin(), drawing.acknowledged.end(),
                        [](const OutagePoint &point) { return point.took == 31; }));
}

void TestOutagePlot::saysTheSame()
{
    OutagePlot plot;
    plot.resize(520, 300);
    plot.setOutage(measured(), phases(), kAt + 200);
    plot.QWidget::show();
    QTRY_VERIFY(plot.drawn().hasGap);
    QCOMPARE(plot.accessibleDescription(),
             QStringLiteral("118 ms without a commit. Stop 46 ms, Prove 7 ms, Promote 51 ms."));
    QCOMPARE(plot.focusPolicy(), Qt::StrongFocus);
    const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES");
    for (const theme::Mode mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::Theme::instance().setMode(mode);
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
        const QImage image = plot.grab().toImage();
        QVERIFY(image.pixelColor(2, 2) == theme::color(theme::Token::Surface));
        if (!folder.isEmpty()) {
            QVERIFY(image.save(QStringLiteral("%1/outage-%2.png").arg(folder, theme::modeKey(mode))));
        }
    }
}

QTEST_MAIN(TestOutagePlot)
#include "tst_outageplot.moc"
