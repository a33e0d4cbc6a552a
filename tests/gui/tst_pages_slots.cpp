// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>

#include "charts/lagplot.h"
#include "pagefixture.h"
#include "tables/roles.h"
#include "widgets/datatable.h"

using namespace howdah;
using namespace howdah::testsupport;

class TestSlotsPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { preparePages(m_directory); }
    void init()
    {
        QSettings().clear();
        m_page = shownPage(QStringLiteral("slots"));
    }
    void cleanup()
    {
        m_page.reset();
        m_past = {};
    }
    void showsEverySlot();
    void tellsTheStoryOfTheSelected();
    void oldStorySaysSo();
    void keepsSelectionOverTicks();
    void filtersAndCopies();
    void choosesColumns();
    void sortsByTheKeyboard();
    void saysWhenThereIsNothing();
    void showsSubjectWhileHidden();
    void plotFollowsTheSelection();
    void plotChangesItsRange();
    void plotIsUsedByKeyboard();
    void plotStandsBesideTheDetail();
    void detailIsScrolledByKeyboard();
    void isNamed();
    void looks();

private:
    widgets::DataTable &table() const
    {
        return *m_page->findChild<widgets::DataTable *>(QStringLiteral("slots-table"));
    }

    /// The column furthest to the right.
    int lastShown() const
    {
        const QHeaderView *header = table().horizontalHeader();
        int last = -1;
        for (int visual = 0; visual < header->count(); ++visual) {
            const int column = header->logicalIndex(visual);
            last = table().hiddenColumns().contains(column) ? last : column;
        }
        return last;
    }
    charts::LagPlot &plot() const { return *m_page->findChild<charts::LagPlot *>(QStringLiteral("slotsPlot")); }
    /// The busy cluster with a past, analytics_cdc selected and drawn.
    void showPast();

    QTemporaryDir m_directory;
    history::LagHistory m_past;
    std::unique_ptr<pages::Page> m_page;
};

void TestSlotsPage::showsEverySlot()
{
    const cluster::ClusterState state = stateOf(busyCluster());
    m_page->setState(state);
    int count = 0;
    for (const cluster::NodeStatus &node : state.snapshot->nodes) {
        count += node.sample ? static_cast<int>(node.sample->replicationSlots.size()) : 0;
    }
    QVERIFY(count > 0);
    QCOMPARE(table().model()->rowCount(), count);
    QVERIFY(shownText(*m_page).contains(QStringLiteral("1 without a consumer")));
}

void TestSlotsPage::tellsTheStoryOfTheSelected()
{
    m_page->setState(stateOf(busyCluster()));
    m_page->showSubject(QStringLiteral("analytics_cdc"));
    QCOMPARE(table().selectedKey(), QStringLiteral("pg1/analytics_cdc"));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("analytics_cdc on pg1")));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Reconnect")));
    m_page->showSubject(QStringLiteral("pg2_slot"));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("pg2 takes WAL from it.")));
    QVERIFY(!shownText(*m_page).contains(QStringLiteral("Reconnect")));
}

void TestSlotsPage::oldStorySaysSo()
{
    const auto ink = [this] {
        const auto *value = m_page->findChild<QLabel *>(QStringLiteral("slot-details-value-0"));
        return value ? value->palette().color(QPalette::WindowText) : QColor();
    };
    cluster::Snapshot snapshot = busyCluster();
    m_page->setState(stateOf(snapshot));
    m_page->showSubject(QStringLiteral("analytics_cdc"));
    QCOMPARE(ink(), theme::color(theme::Token::Text1));
    takeDown(snapshot, QStringLiteral("pg1"));
    m_page->setState(stateOf(snapshot));
    QCOMPARE(ink(), theme::color(theme::Token::Unknown));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("When last seen: ")));
    takeScreenshots(*m_page, QStringLiteral("slots-down"));
}

void TestSlotsPage::keepsSelectionOverTicks()
{
    cluster::Snapshot snapshot = busyCluster();
    m_page->setState(stateOf(snapshot));
    m_page->showSubject(QStringLiteral("pg3_slot"));
    for (int tick = 0; tick < 3; ++tick) {
        advance(snapshot, 1000);
        m_page->setState(stateOf(snapshot));
        QCOMPARE(table().selectedKey(), QStringLiteral("pg2/pg3_slot"));
    }
    takeDown(snapshot, QStringLiteral("pg1"));
    m_page->setState(stateOf(snapshot));
    QCOMPARE(table().selectedKey(), QStringLiteral("pg2/pg3_slot"));
}

void TestSlotsPage::filtersAndCopies()
{
    m_page->setState(stateOf(busyCluster()));
    auto *filter = m_page->findChild<QLineEdit *>();
    QVERIFY(filter);
    QTest::keyClicks(filter, QStringLiteral("CDC"));
    QCOMPARE(table().model()->rowCount(), 1);
    auto *copy = m_page->findChild<QAbstractButton *>(QStringLiteral("slots-page-head-copy-as-text"));
    QVERIFY(copy);
    // What is filtered out is not copied, and nobody is told that it would be.
    QVERIFY2(copy->toolTip().contains(QLatin1String("filter")), qPrintable(copy->toolTip()));
    QTest::mouseClick(copy, Qt::LeftButton);
    QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("analytics_cdc\tpg1\tlogical")));
    QTest::keyClicks(filter, QStringLiteral("-nowhere"));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("No row has “CDC-nowhere”")));
    filter->clear();
    QVERIFY(table().model()->rowCount() > 1);
    // A row is always selected: the button means all of them, with the columns for which there is no room.
    m_page->resize(600, kSmallPage.height());
    m_page->setState(stateOf(busyCluster()));
    QVERIFY(!table().selectedKey().isEmpty());
    QTest::mouseClick(copy, Qt::LeftButton);
    const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), table().model()->rowCount() + 1);
    QVERIFY2(lines.first().contains(QLatin1String("Failover")), qPrintable(lines.first()));
    QTest::keyClick(&table(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text().count(QLatin1Char('\n')), 2);
}

void TestSlotsPage::choosesColumns()
{
    m_page->setState(stateOf(busyCluster()));
    auto *columns = m_page->findChild<QAbstractButton *>(QStringLiteral("slots-page-head-columns"));
    QVERIFY(columns);
    QTest::mouseClick(columns, Qt::LeftButton);
    auto *menu = m_page->findChild<QMenu *>(QStringLiteral("slots-table-columns"));
    QVERIFY(menu);
    QAction *restart = nullptr;
    for (QAction *action : menu->actions()) {
        restart = action->text().contains(QStringLiteral("pg_replication_slots.restart_lsn")) ? action : restart;
    }
    QVERIFY(restart);
    QVERIFY(!restart->isChecked());
    restart->trigger();
    menu->close();
    const auto isShown = [](const widgets::DataTable &table) {
        for (int i = 0; i < table.model()->columnCount(); ++i) {
            if (table.model()->headerData(i, Qt::Horizontal).toString() == QLatin1String("restart_lsn")) {
                return !table.isColumnHidden(i);
            }
        }
        return false;
    };
    QVERIFY(isShown(table()));
    // It is remembered.
    const std::unique_ptr<pages::Page> next = makePage(QStringLiteral("slots"));
    QVERIFY(isShown(*next->findChild<widgets::DataTable *>(QStringLiteral("slots-table"))));
}

void TestSlotsPage::sortsByTheKeyboard()
{
    m_page->setState(stateOf(busyCluster()));
    auto *columns = m_page->findChild<QAbstractButton *>(QStringLiteral("slots-page-head-columns"));
    QVERIFY(columns);
    const auto slots = [this] {
        QStringList keys;
        for (int row = 0; row < table().model()->rowCount(); ++row) {
            keys.append(table().model()->index(row, 0).data().toString());
        }
        return keys;
    };
    const QStringList own = slots();
    QStringList sorted = own;
    sorted.sort();
    // Opens "Sort by" and goes through it; returns the entry that is chosen, as it was before.
    const auto choose = [&](const QList<Qt::Key> &keys) {
        columns->setFocus();
        QTest::keyClick(columns, Qt::Key_Space);
        auto *menu = m_page->findChild<QMenu *>(QStringLiteral("slots-table-columns"));
        QTest::keyClick(menu, Qt::Key_Down);
        QTest::keyClick(menu, Qt::Key_Right);
        auto *sort = menu->findChild<QMenu *>(QStringLiteral("slots-table-sort"));
        if (!sort || !QTest::qWaitFor([sort] { return sort->isVisible(); })) {
            return QString();
        }
        for (const Qt::Key key : keys) {
            QTest::keyClick(sort, key);
        }
        const QAction *chosen = sort->activeAction();
        const QString name = chosen->objectName() + (chosen->isChecked() ? QStringLiteral(" is on") : QString());
        QTest::keyClick(sort, Qt::Key_Return);
        const QPointer<QMenu> gone(menu);
        return QTest::qWaitFor([gone] { return !gone; }) ? name : QString();
    };
    QCOMPARE(choose({Qt::Key_Down}), QStringLiteral("slots-table-sort-slot_name"));
    QCOMPARE(slots(), sorted);
    QVERIFY(sorted != own);
    QCOMPARE(choose({Qt::Key_Down}), QStringLiteral("slots-table-sort-slot_name is on"));
    QCOMPARE(slots(), sorted);
    QCOMPARE(choose({Qt::Key_Up}), QStringLiteral("slots-table-sort-descending"));
    QCOMPARE(slots(), QStringList(sorted.rbegin(), sorted.rend()));
    // It is remembered.
    const std::unique_ptr<pages::Page> next = makePage(QStringLiteral("slots"));
    const auto *header = next->findChild<widgets::DataTable *>(QStringLiteral("slots-table"))->horizontalHeader();
    QCOMPARE(header->sortIndicatorSection(), 0);
    QCOMPARE(choose({}), QStringLiteral("slots-table-sort-own"));
    QCOMPARE(slots(), own);
    QCOMPARE(choose({}), QStringLiteral("slots-table-sort-own is on"));
    // The table's own order has no direction.
    QCOMPARE(choose({Qt::Key_Up}),
             QString(QStringLiteral("slots-table-sort-%1"))
                 .arg(table().model()->headerData(lastShown(), Qt::Horizontal, tables::ColumnKeyRole).toString()));
}

void TestSlotsPage::saysWhenThereIsNothing()
{
    m_page->setState({});
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Waiting for the first sample.")));
    m_page->setState(stateOf(noNodes()));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("This cluster has no nodes yet.")));
    cluster::Snapshot snapshot = healthyPair();
    for (const char *node : {"pg1", "pg2"}) {
        edit(snapshot, QLatin1String(node)).replicationSlots.clear();
    }
    m_page->setState(stateOf(snapshot));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("No node of this cluster has a replication slot.")));
    neverSeen(snapshot, QStringLiteral("pg2"));
    m_page->setState(stateOf(snapshot));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("pg2 is not known")));
    QVERIFY(!shownText(*m_page).contains(QStringLiteral("no slots")));
}

void TestSlotsPage::showsSubjectWhileHidden()
{
    m_page->hide();
    m_page->setState(stateOf(busyCluster()));
    QCOMPARE(table().model()->rowCount(), 0);
    m_page->showSubject(QStringLiteral("analytics_cdc"));
    QCOMPARE(table().selectedKey(), QStringLiteral("pg1/analytics_cdc"));
}

void TestSlotsPage::showPast()
{
    const cluster::Snapshot snapshot = busyCluster();
    m_past = pastOf(snapshot);
    m_page->setHistory(&m_past);
    m_page->setState(stateOf(snapshot));
    m_page->showSubject(QStringLiteral("analytics_cdc"));
    QTRY_VERIFY(!plot().drawn().lines.empty());
}

void TestSlotsPage::plotFollowsTheSelection()
{
    showPast();
    QTRY_COMPARE(plot().drawn().lines.front().name, QStringLiteral("analytics_cdc"));
    QVERIFY(plot().drawn().lines.front().main);
    QVERIFY(plot().drawn().forecast);
    QVERIFY(shownText(*m_page).contains(QStringLiteral("WAL held, and when it runs out")));
    // What is foretold is what the table and the finding say.
    const cluster::ClusterState state = stateOf(busyCluster());
    for (const cluster::SlotFacts &facts : state.assessment->slotFacts) {
        if (facts.fullInSeconds) {
            QCOMPARE(plot().drawn().forecast->toMs, kNowMonotonicMs + qRound64(*facts.fullInSeconds * 1000));
        }
    }
    table().setFocus();
    QTest::keyClick(&table(), Qt::Key_Up);
    QCOMPARE(table().selectedKey(), QStringLiteral("pg1/reporting_sub"));
    QTRY_COMPARE(plot().drawn().lines.front().name, QStringLiteral("reporting_sub"));
    QVERIFY(!plot().drawn().forecast); // somebody uses it
    QVERIFY(shownText(*m_page).contains(QStringLiteral("WAL held over time")));
    m_page->showSubject(QStringLiteral("spare"));
    QTRY_VERIFY(!plot().drawn().lines.front().main); // it has never held anything
}

void TestSlotsPage::plotChangesItsRange()
{
    showPast();
    const auto press = [this](const char *name) {
        auto *button =
            m_page->findChild<QAbstractButton *>(QLatin1String("range-of-the-slots-plot-") + QLatin1String(name));
        QVERIFY2(button, name);
        QTest::mouseClick(button, Qt::LeftButton);
    };
    press("5-min");
    QTRY_COMPARE(plot().aheadMs(), qint64(150'000)); // replotted
    QCOMPARE(plot().viewToMs() - plot().viewFromMs(), qint64(300'000));
    QVERIFY(plot().drawn().forecast->toMs > plot().viewToMs() + plot().aheadMs());
    press("24-h");
    QTRY_VERIFY(plot().drawn().forecast->toMs < plot().viewToMs() + plot().aheadMs());
    QVERIFY(!m_page->findChild<QWidget *>(QStringLiteral("unit-of-the-lag-plot"))); // WAL has no seconds
}

void TestSlotsPage::plotIsUsedByKeyboard()
{
    showPast();
    QTRY_VERIFY(plot().drawn().forecast);
    plot().setFocus(Qt::TabFocusReason);
    QTest::keyClick(&plot(), Qt::Key_Left);
    QVERIFY(!plot().isFollowing());
    QVERIFY(shownText(*m_page).contains(QStringLiteral("not live: double-click or Home to return")));
    QTRY_VERIFY(!plot().drawn().forecast);
    QTest::keyClick(&plot(), Qt::Key_Home);
    QVERIFY(plot().isFollowing());
    QTRY_VERIFY(plot().drawn().forecast);
}

void TestSlotsPage::plotStandsBesideTheDetail()
{
    showPast();
    const auto *below = m_page->findChild<QWidget *>(QStringLiteral("slots-below"));
    const auto *detail = m_page->findChild<QWidget *>(QStringLiteral("slot-detail-scroll"));
    QVERIFY(below && detail && below->isVisible());
    const QPoint left = plot().mapTo(m_page.get(), QPoint());
    QVERIFY(left.y() >= table().mapTo(m_page.get(), QPoint()).y() + table().height());
    QVERIFY(detail->mapTo(m_page.get(), QPoint()).x() > left.x() + plot().width() - 1);
    QCOMPARE(m_page->height(), kSmallPage.height());
    // Nothing is selected when nothing is there: the table's sentence has the page.
    m_page->setState(stateOf(noNodes()));
    QVERIFY(!below->isVisible());
}

void TestSlotsPage::detailIsScrolledByKeyboard()
{
    showPast();
    auto *detail = m_page->findChild<QScrollArea *>(QStringLiteral("slot-detail-scroll"));
    QVERIFY(detail);
    QTRY_VERIFY(detail->verticalScrollBar()->maximum() > 0);
    QVERIFY(detail->focusPolicy() & Qt::TabFocus);
    detail->setFocus(Qt::TabFocusReason);
    QVERIFY(m_page->findChild<QWidget *>(QStringLiteral("side-column-ring"))->isVisible());
    QTest::keyClick(detail, Qt::Key_End);
    QTRY_COMPARE(detail->verticalScrollBar()->value(), detail->verticalScrollBar()->maximum());
    detail->clearFocus();
    // Where all of it is seen, Tab does not stop there.
    m_page->resize(kLargePage);
    QTRY_COMPARE(detail->verticalScrollBar()->maximum(), 0);
    QCOMPARE(detail->focusPolicy(), Qt::NoFocus);
}

void TestSlotsPage::isNamed()
{
    showPast();
    QCOMPARE(namelessWidgets(*m_page).join(QLatin1Char('\n')), QString());
}

void TestSlotsPage::looks()
{
    showPast();
    takeScreenshots(*m_page, QStringLiteral("slots"));
    QVERIFY(!table().horizontalScrollBar()->isVisible());
}

QTEST_MAIN(TestSlotsPage)
#include "tst_pages_slots.moc"
