// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>

#include "charts/lagplot.h"
#include "pagefixture.h"
#include "tables/events.h"
#include "topology/topologyview.h"
#include "widgets/datatable.h"

using namespace howdah;
using namespace howdah::testsupport;

class TestOverviewPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { preparePages(m_directory); }
    void init()
    {
        m_page = shownPage(QStringLiteral("overview"));
        m_events = std::make_unique<tables::EventsModel>();
        m_page->setEvents(m_events.get());
    }
    void cleanup()
    {
        m_page.reset();
        m_events.reset();
    }
    void showsEveryNodeOnce();
    void cutsNoValueInASmallWindow();
    void selectsInBothViews();
    void tellsWhatChanged();
    void eventsTakeTheRoomThereIs();
    void eventsAreWhole();
    void plotSaysWhenItIsNotLive();
    void leadsToOtherPages();
    void survivesEveryState();
    void isNamed();
    void looks();

private:
    /// As the cluster's view does it.
    void give(const cluster::ClusterState &state)
    {
        m_events->setState(state);
        m_page->setState(state);
    }
    widgets::DataTable &table(const char *name) const
    {
        return *m_page->findChild<widgets::DataTable *>(QLatin1String(name));
    }

    QTemporaryDir m_directory;
    std::unique_ptr<tables::EventsModel> m_events;
    std::unique_ptr<pages::Page> m_page;
};

void TestOverviewPage::showsEveryNodeOnce()
{
    m_page->setState(stateOf(busyCluster()));
    const QAbstractItemModel &nodes = *table("nodes-table").model();
    QCOMPARE(nodes.rowCount(), 4);
    QCOMPARE(nodes.index(0, 0).data().toString(), QStringLiteral("pg1"));
    QCOMPARE(nodes.index(3, 0).data().toString(), QStringLiteral("wit1"));
    QVERIFY(!table("nodes-table").horizontalScrollBar()->isVisible());
}

void TestOverviewPage::cutsNoValueInASmallWindow()
{
    cluster::Snapshot snapshot = threeNodes();
    for (const char *name : {"pg1", "pg2", "pg3"}) {
        neverSeen(snapshot, QLatin1String(name));
    }
    m_page->setState(stateOf(snapshot)); // columns are first sized by what is not known
    snapshot = threeNodes();
    status(snapshot, QStringLiteral("pg3")).name = QStringLiteral("reporting-03");
    edit(snapshot, QStringLiteral("pg1")).currentLsn = cluster::Lsn{0x5C9A3F21C8};
    m_page->setState(stateOf(snapshot));
    const widgets::DataTable &nodes = table("nodes-table");
    const QAbstractItemModel &model = *nodes.model();
    const auto isCut = [&] {
        QStringList cut;
        for (int column = 0; column < model.columnCount(); ++column) {
            for (int row = 0; row < model.rowCount() && !nodes.isColumnHidden(column); ++row) {
                QStyleOptionViewItem option;
                option.widget = &nodes;
                if (nodes.itemDelegate()->sizeHint(option, model.index(row, column)).width() >
                    nodes.columnWidth(column)) {
                    cut.append(model.index(row, column).data().toString());
                }
            }
        }
        return cut.join(QStringLiteral(" | "));
    };
    QTRY_COMPARE(isCut(), QString());
    QVERIFY(!nodes.horizontalScrollBar()->isVisible());
}

void TestOverviewPage::selectsInBothViews()
{
    m_page->setState(stateOf(busyCluster()));
    auto *view = m_page->findChild<topology::TopologyView *>();
    QVERIFY(view);
    m_page->showSubject(QStringLiteral("pg2"));
    QCOMPARE(view->selectedNode(), QStringLiteral("pg2"));
    view->setFocus();
    QTest::keyClick(view, Qt::Key_Right);
    QCOMPARE(view->selectedNode(), QStringLiteral("pg3"));
    QCOMPARE(table("nodes-table").selectedKey(), QStringLiteral("pg3"));
}

void TestOverviewPage::tellsWhatChanged()
{
    cluster::Snapshot snapshot = threeNodes();
    give(stateOf(snapshot));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Nothing has changed")));
    QCOMPARE(table("events-table").model()->rowCount(), 0);
    advance(snapshot, 1000);
    takeDown(snapshot, QStringLiteral("pg3"));
    // Also while nobody looks.
    m_page->hide();
    give(stateOf(snapshot));
    m_page->show();
    QVERIFY(table("events-table").model()->rowCount() > 0);
    QVERIFY(!shownText(*m_page).contains(QStringLiteral("Nothing has changed")));
    // A page that is shown no events does not say that there were none.
    m_page->setEvents(nullptr);
    give(stateOf(snapshot));
    QVERIFY(!shownText(*m_page).contains(QStringLiteral("Nothing has changed")));
}

void TestOverviewPage::eventsTakeTheRoomThereIs()
{
    cluster::Snapshot snapshot = threeNodes();
    give(stateOf(snapshot));
    advance(snapshot, 1000);
    takeDown(snapshot, QStringLiteral("pg3"));
    give(stateOf(snapshot));
    const widgets::DataTable &events = table("events-table");
    QVERIFY(events.model()->rowCount() > 0);
    QStyleOptionViewItem option;
    option.widget = &events;
    const auto needed = [&](int column) {
        int most = 0;
        for (int row = 0; row < events.model()->rowCount(); ++row) {
            most = std::max(most, events.itemDelegate()->sizeHint(option, events.model()->index(row, column)).width());
        }
        return most;
    };
    QTRY_COMPARE(events.columnWidth(0), needed(0));
    QCOMPARE(events.columnWidth(1), needed(1));
    QCOMPARE(events.columnWidth(2), events.viewport()->width() - needed(0) - needed(1));
    QVERIFY(events.model()
                ->index(0, 2)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(events.model()->index(0, 2).data().toString()));
}

// A text that is longer than a line takes another, and no other row does.
void TestOverviewPage::eventsAreWhole()
{
    cluster::Snapshot snapshot = threeNodes();
    edit(snapshot, QStringLiteral("pg1"))
        .replicationSlots.push_back({.slotName = QStringLiteral("a_subscriber_in_the_reporting_department"),
                                     .slotType = QStringLiteral("physical"),
                                     .restartLsn = edit(snapshot, QStringLiteral("pg1")).currentLsn});
    give(stateOf(snapshot));
    advance(snapshot, 1000);
    edit(snapshot, QStringLiteral("pg1")).replicationSlots.pop_back();
    give(stateOf(snapshot));
    advance(snapshot, 1000);
    snapshot.paused = true;
    give(stateOf(snapshot));
    const widgets::DataTable &events = table("events-table");
    QCOMPARE(events.model()->rowCount(), 2);
    const int line = events.verticalHeader()->defaultSectionSize();
    QTRY_VERIFY(events.rowHeight(1) > line);
    QCOMPARE(events.rowHeight(0), line);
    QCOMPARE(events.height(), events.rowHeight(0) + events.rowHeight(1));
    QVERIFY(events.rowHeight(1) < 3 * line);
}

void TestOverviewPage::plotSaysWhenItIsNotLive()
{
    cluster::Snapshot snapshot = threeNodes();
    history::LagHistory past = pastOf(snapshot);
    m_page->setHistory(&past);
    m_page->setState(stateOf(snapshot));
    auto *plot = m_page->findChild<charts::LagPlot *>();
    QTRY_VERIFY(plot->replots() > 0);
    const QString notLive = QStringLiteral("not live");
    QVERIFY(!shownText(*m_page).contains(notLive));
    QTest::keyClick(plot, Qt::Key_Left);
    QVERIFY(shownText(*m_page).contains(notLive));
    QTest::keyClick(plot, Qt::Key_Home);
    QVERIFY(!shownText(*m_page).contains(notLive));
    QTest::keyClick(plot, Qt::Key_Plus);
    QVERIFY(shownText(*m_page).contains(QStringLiteral("zoomed")));
    // The range that is chosen already leads back too.
    auto *range = m_page->findChild<QAbstractButton *>(QStringLiteral("range-of-the-lag-plot-15-min"));
    QVERIFY(range && range->isChecked());
    QTest::mouseClick(range, Qt::LeftButton);
    QVERIFY(plot->isWhole() && plot->isFollowing());
    QVERIFY(!shownText(*m_page).contains(QStringLiteral("zoomed")));
    m_page->setHistory(nullptr);
}

void TestOverviewPage::leadsToOtherPages()
{
    m_page->setState(stateOf(busyCluster()));
    QSignalSpy requested(m_page.get(), &pages::Page::pageRequested);
    m_page->showSubject(QStringLiteral("pg3"));
    table("nodes-table").setFocus();
    QTest::keyClick(&table("nodes-table"), Qt::Key_Return);
    QCOMPARE(requested.size(), 1);
    QCOMPARE(requested.takeFirst(), QVariantList({QStringLiteral("replication"), QStringLiteral("pg3")}));
}

void TestOverviewPage::survivesEveryState()
{
    m_page->setState({});
    m_page->setState(stateOf(noNodes()));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("This cluster has no nodes yet.")));
    cluster::Snapshot snapshot = busyCluster();
    m_page->setState(stateOf(snapshot));
    for (const char *node : {"pg1", "pg2", "pg3", "wit1"}) {
        neverSeen(snapshot, QLatin1String(node));
        m_page->setState(stateOf(snapshot));
    }
    QCOMPARE(table("nodes-table").model()->rowCount(), 4);
    m_page->setState(stateOf(manyNodes(40)));
    QCOMPARE(table("nodes-table").model()->rowCount(), 40);
}

void TestOverviewPage::isNamed()
{
    m_page->setState(stateOf(busyCluster()));
    QCOMPARE(namelessWidgets(*m_page).join(QLatin1Char('\n')), QString());
}

void TestOverviewPage::looks()
{
    cluster::Snapshot snapshot = busyCluster();
    history::LagHistory past = pastOf(snapshot);
    m_page->setHistory(&past);
    give(stateOf(snapshot));
    takeScreenshots(*m_page, QStringLiteral("overview"));
    m_page->setHistory(nullptr);
    takeDown(snapshot, QStringLiteral("pg2"));
    give(stateOf(snapshot));
    takeScreenshots(*m_page, QStringLiteral("overview-down"));
}

QTEST_MAIN(TestOverviewPage)
#include "tst_pages_overview.moc"
