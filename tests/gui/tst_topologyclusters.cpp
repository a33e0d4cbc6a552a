// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QScrollBar>
#include <QTest>

#include "clusters.h"
#include "pages/overviewpage.h"
#include "topology/topologyview.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::topology;

namespace {

/// The room of the page in a window of 1280 by 800, and in one of 2560 by 1440.
constexpr QSize kSmall(1064, 652), kLarge(2344, 1292);

} // namespace

/// How clusters of many shapes are drawn on their page.
class TestTopologyClusters : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { theme::Theme::instance().install(*qApp); }
    void nothingIsCut_data();
    void nothingIsCut();
    void smallClustersFit_data();
    void smallClustersFit();
    void hoverTellsOfTheRowBelowIt();
    void cutTextIsToldInFull();
    void oneBarDoesNotCallForTheOther();
    void fiftyNodesScroll();
};

void TestTopologyClusters::nothingIsCut_data()
{
    QTest::addColumn<int>("shape");
    QTest::addColumn<QSize>("size");
    const auto all = shapes();
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
        QTest::addRow("%s, small", all[static_cast<std::size_t>(i)].name) << i << kSmall;
        QTest::addRow("%s, large", all[static_cast<std::size_t>(i)].name) << i << kLarge;
    }
}

void TestTopologyClusters::nothingIsCut()
{
    QFETCH(int, shape);
    QFETCH(QSize, size);
    const Shaped shaped = shapes()[static_cast<std::size_t>(shape)];
    const cluster::ClusterState state = stateOf(shaped);
    history::LagHistory history;
    feed(history, *state.snapshot, 60, [](cluster::StandbyLag &, const QString &, int) {});
    pages::OverviewPage page;
    page.resize(size);
    page.show();
    page.setHistory(&history);
    page.setState(state);
    const auto &view = *page.findChild<TopologyView *>();
    if (qEnvironmentVariableIsSet("HOWDAH_PICTURES")) {
        for (const auto mode : {theme::Mode::Dark, theme::Mode::Light}) {
            theme::Theme::instance().setMode(mode);
            QCoreApplication::processEvents();
            shot(page, QStringLiteral("cluster-%1-%2").arg(QLatin1String(shaped.name)).arg(size.width()), size);
        }
    }
    QTRY_VERIFY(view.width() > size.width() / 2 && view.height() > 150);
    for (const ConsumerItem *item : view.consumerItems()) {
        QVERIFY2(item->isWhole(), qPrintable(item->face().description));
    }
    const qreal least = view.placement().size.width() * TopologyView::kSmallestScale;
    QCOMPARE(view.horizontalScrollBar()->isVisible(), least > view.viewport()->width() + 1);
    page.setHistory(nullptr);
}

void TestTopologyClusters::smallClustersFit_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QSize>("size");
    for (const char *name : {"alone", "alone-slots", "demo", "two"}) {
        QTest::addRow("%s, small", name) << QString::fromLatin1(name) << kSmall;
    }
    for (const char *name : {"three", "five", "cascades", "chain", "many-slots", "split"}) {
        QTest::addRow("%s, large", name) << QString::fromLatin1(name) << kLarge;
    }
}

void TestTopologyClusters::smallClustersFit()
{
    QFETCH(QString, name);
    QFETCH(QSize, size);
    const auto all = shapes();
    const auto shape =
        std::ranges::find_if(all, [&name](const Shaped &shaped) { return name == QLatin1String(shaped.name); });
    QVERIFY(shape != all.end());
    pages::OverviewPage page;
    page.resize(size);
    page.show();
    page.setState(stateOf(*shape));
    const auto &view = *page.findChild<TopologyView *>();
    QTRY_VERIFY(view.mapFromScene(view.sceneRect()).boundingRect().height() <= view.viewport()->height() + 1);
    QTRY_VERIFY(!view.verticalScrollBar()->isVisible() && !view.horizontalScrollBar()->isVisible());
}

/// A line that runs past other rows does not take their tooltips.
void TestTopologyClusters::hoverTellsOfTheRowBelowIt()
{
    TopologyView view;
    view.resize(687, 400);
    view.setState(stateOf(Shaped{"", {-1, 0, 0, 1}, {{0, 4}, {1, 1}}}));
    const auto tipAt = [&view](QPointF at) {
        for (const QGraphicsItem *item : view.scene()->items(at)) {
            if (!item->toolTip().isEmpty()) {
                return item->toolTip();
            }
        }
        return QString();
    };
    QCOMPARE(view.consumerItems().size(), std::size_t(5));
    for (const ConsumerItem *item : view.consumerItems()) {
        QCOMPARE(tipAt(item->place().text.center()), item->toolTip());
        QCOMPARE(tipAt(item->place().line.back()), item->toolTip());
    }
    for (std::size_t i = 0; i < view.edgeItems().size(); ++i) {
        QCOMPARE(tipAt(view.placement().edges[i].words.center()), view.edgeItems()[i]->toolTip());
    }
}

void TestTopologyClusters::cutTextIsToldInFull()
{
    const QString name = QStringLiteral("<i>a_slot_whose_name_is_as_long_as_the_server_lets_it_be_63_bytes</i>");
    cluster::ClusterState state = stateOf(Shaped{"", {-1, 0, 0}, {{0, 1}}});
    auto assessment = std::make_shared<cluster::Assessment>(*state.assessment);
    assessment->topology.consumers[0].name = name;
    state.assessment = assessment;
    TopologyView view;
    view.resize(600, 400);
    view.setState(state);
    const ConsumerItem &item = *view.consumerItems().front();
    QVERIFY(!item.isWhole());
    QVERIFY(item.toolTip().contains(name.toHtmlEscaped()));
    QVERIFY(!item.toolTip().contains(QLatin1String("<i>")));
    QVERIFY(view.accessibleDescription().contains(name));
    view.show();
    // Where there is room it is shown.
    view.resize(1200, 400);
    QTRY_VERIFY(item.isWhole());
}

/// What is a little too wide does not scroll down as well, for the bar of it.
void TestTopologyClusters::oneBarDoesNotCallForTheOther()
{
    pages::OverviewPage page;
    page.resize(kSmall);
    page.show();
    page.setState(stateOf(Shaped{"", {-1, 0, 1, 2}, {{0, 4}}}));
    const auto &view = *page.findChild<TopologyView *>();
    QTRY_VERIFY(view.horizontalScrollBar()->isVisible());
    QTRY_VERIFY(!view.verticalScrollBar()->isVisible());
}

void TestTopologyClusters::fiftyNodesScroll()
{
    const auto all = shapes();
    const cluster::ClusterState fifty = stateOf(all.back());
    TopologyView view;
    view.resize(687, 255);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    view.setState(stateOf(all.front()));
    QElapsedTimer timer;
    timer.start();
    view.setState(fifty);
    const qint64 laidOut = timer.restart();
    const QImage image = view.grab().toImage();
    qInfo("50 nodes: %lld ms to lay out, %lld ms to paint", laidOut, timer.elapsed());
    QVERIFY(!image.isNull());
    QVERIFY(view.verticalScrollBar()->maximum() > 0);
    QVERIFY(view.horizontalScrollBar()->maximum() == 0);
    view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
    QVERIFY(view.mapToScene(view.viewport()->rect())
                .boundingRect()
                .intersects(view.card(QStringLiteral("pg50"))->sceneBoundingRect()));
}

QTEST_MAIN(TestTopologyClusters)
#include "tst_topologyclusters.moc"
