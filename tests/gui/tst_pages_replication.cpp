// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QLineEdit>
#include <QScrollBar>

#include "charts/lagplot.h"
#include "pagefixture.h"
#include "tables/bothends.h"
#include "tables/roles.h"
#include "widgets/datatable.h"

using namespace howdah;
using namespace howdah::testsupport;

class TestReplicationPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { preparePages(m_directory); }
    void init() { m_page = shownPage(QStringLiteral("replication")); }
    void cleanup() { m_page.reset(); }
    void offersEveryColumn();
    void startsWithTheFurthestBehind();
    void startsWithTheBroken();
    void comparesBothEnds();
    void keepsSelectionWhenTheSenderGoes();
    void copiesAllThatIsSaid();
    void plotIsLeftAloneWhileNothingMoves();
    void filtersTheOpenTab();
    void showsReceivers();
    void survivesEveryState();
    void isNamed();
    void looks();

private:
    widgets::DataTable &table(const char *name) const
    {
        return *m_page->findChild<widgets::DataTable *>(QLatin1String(name));
    }

    QTemporaryDir m_directory;
    std::unique_ptr<pages::Page> m_page;
};

void TestReplicationPage::offersEveryColumn()
{
    const QAbstractItemModel &model = *table("senders-table").model();
    QStringList columns;
    for (int i = 0; i < model.columnCount(); ++i) {
        columns.append(model.headerData(i, Qt::Horizontal, tables::SqlNameRole).toString());
    }
    // https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW
    for (const char *name : {"pid",          "usesysid",        "usename",     "application_name",
                             "client_addr",  "client_hostname", "client_port", "backend_start",
                             "backend_xmin", "state",           "sent_lsn",    "write_lsn",
                             "flush_lsn",    "replay_lsn",      "write_lag",   "flush_lag",
                             "replay_lag",   "sync_priority",   "sync_state",  "reply_time"}) {
        QVERIFY2(columns.contains(QStringLiteral("pg_stat_replication.") + QLatin1String(name)), name);
    }
}

void TestReplicationPage::startsWithTheFurthestBehind()
{
    m_page->setState(stateOf(busyCluster()));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Both ends of pg2 → pg3")));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("If pg3 took over now")));
}

// How far behind it is nobody knows, and that is worse than any number of a healthy one.
void TestReplicationPage::startsWithTheBroken()
{
    cluster::Snapshot snapshot = busyCluster();
    takeDown(snapshot, QStringLiteral("pg3"));
    m_page->setState(stateOf(snapshot));
    QVERIFY2(shownText(*m_page).contains(QStringLiteral("If pg3 took over now")), qPrintable(shownText(*m_page)));
    m_page->showSubject(QStringLiteral("pg2"));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("unknown: pg3 is not seen")));
    takeScreenshots(*m_page, QStringLiteral("replication-down"));
}

void TestReplicationPage::comparesBothEnds()
{
    cluster::Snapshot snapshot = busyCluster();
    m_page->setState(stateOf(snapshot));
    m_page->showSubject(QStringLiteral("pg2"));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("pg1 says")));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("pg2 says")));
    QCOMPARE(tables::bothEnds(stateOf(snapshot), QStringLiteral("pg2")).word, QStringLiteral("they agree"));
}

void TestReplicationPage::keepsSelectionWhenTheSenderGoes()
{
    cluster::Snapshot snapshot = busyCluster();
    m_page->setState(stateOf(snapshot));
    m_page->showSubject(QStringLiteral("pg3"));
    const QString key = table("senders-table").selectedKey();
    QVERIFY(!key.isEmpty());
    stopStreaming(snapshot, QStringLiteral("pg3"));
    advance(snapshot, 1000);
    m_page->setState(stateOf(snapshot));
    QCOMPARE(table("senders-table").selectedKey(), key);
}

void TestReplicationPage::copiesAllThatIsSaid()
{
    m_page->setState(stateOf(busyCluster()));
    auto &senders = table("senders-table");
    const auto copied = [this] {
        m_page->findChild<QAbstractButton *>(QStringLiteral("replication-page-head-copy-as-text"))->click();
        return QApplication::clipboard()->text();
    };
    const QString said = QStringLiteral("no sender ");
    QVERIFY2(copied().contains(said), qPrintable(copied()));
    // The sentence runs over several columns: it does not go with the first of them.
    int sent = -1;
    for (int i = 0; i < senders.model()->columnCount(); ++i) {
        const QVariant name = senders.model()->headerData(i, Qt::Horizontal, tables::ColumnKeyRole);
        sent = name.toString() == QLatin1String("sent_lsn") ? i : sent;
    }
    senders.setColumnHidden(sent, true);
    QCOMPARE(copied().count(said), 1);
    senders.setColumnHidden(sent, false);
    QCOMPARE(copied().count(said), 1);
}

void TestReplicationPage::plotIsLeftAloneWhileNothingMoves()
{
    cluster::Snapshot snapshot = busyCluster();
    history::LagHistory past = pastOf(snapshot);
    m_page->setHistory(&past);
    m_page->setState(stateOf(snapshot));
    auto *plot = m_page->findChild<charts::LagPlot *>();
    QTRY_VERIFY(plot->replots() > 0);
    const int first = plot->replots();
    for (int i = 0; i < 20; ++i) {
        QTest::keyClick(plot, Qt::Key_Minus); // out to a day, where a second is nothing
    }
    QTRY_VERIFY(plot->replots() > first);
    QVERIFY(plot->drawn().anything);
    const auto tick = [&](qint64 milliseconds) {
        advance(snapshot, milliseconds);
        const cluster::ClusterState state = stateOf(snapshot);
        past.add(state);
        m_page->setState(state);
        QCoreApplication::processEvents();
    };
    const int before = plot->replots();
    for (int i = 0; i < 3; ++i) {
        tick(1000);
        QCOMPARE(plot->replots(), before);
    }
    tick(9000);
    QTRY_COMPARE(plot->replots(), before + 1);
    m_page->setHistory(nullptr);
}

void TestReplicationPage::filtersTheOpenTab()
{
    m_page->setState(stateOf(busyCluster()));
    auto *filter = m_page->findChild<QLineEdit *>();
    QTest::keyClicks(filter, QStringLiteral("pg3"));
    QCOMPARE(table("senders-table").model()->rowCount(), 1);
    m_page->findChild<QTabBar *>()->setCurrentIndex(1);
    QCOMPARE(table("receivers-table").model()->rowCount(), 1);
    filter->clear();
    QCOMPARE(table("receivers-table").model()->rowCount(), 2);
}

void TestReplicationPage::showsReceivers()
{
    m_page->setState(stateOf(busyCluster()));
    auto *tabs = m_page->findChild<QTabBar *>();
    QVERIFY(tabs);
    QTest::keyClick(tabs, Qt::Key_Right);
    QCOMPARE(tabs->currentIndex(), 1);
    QVERIFY(table("receivers-table").isVisible());
    QVERIFY(table("receivers-table").selectKey(QStringLiteral("pg2")));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Both ends of pg1 → pg2")));
}

void TestReplicationPage::survivesEveryState()
{
    m_page->setState({});
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Waiting for the first sample.")));
    m_page->setState(stateOf(noNodes()));
    // The page's head stays on top whatever is missing below it.
    QCOMPARE(m_page->findChild<QWidget *>(QStringLiteral("replication-page-head"))->y(), 0);
    QVERIFY(m_page->findChild<QWidget *>(QStringLiteral("replication-stack"))->height() > m_page->height() / 2);
    cluster::Snapshot locked = threeNodes();
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        neverSeen(locked, QLatin1String(node), cluster::LinkState::WrongPassword);
    }
    m_page->setState(stateOf(locked));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("nothing is known about senders")));
    m_page->setState(stateOf(threeNodes()));
    QCOMPARE(m_page->size(), kSmallPage); // a page never makes its window grow
    m_page->setState(stateOf(locked));
    QCOMPARE(m_page->size(), kSmallPage);
    cluster::Snapshot snapshot = busyCluster();
    hidePermissions(snapshot, QStringLiteral("pg1"));
    m_page->setState(stateOf(snapshot));
    const QAbstractItemModel &model = *table("senders-table").model();
    bool said = false;
    for (int row = 0; row < model.rowCount(); ++row) {
        said = said || model.index(row, 2).data().toString() == QLatin1String("no permission");
    }
    QVERIFY(said);
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        takeDown(snapshot, QLatin1String(node));
        m_page->setState(stateOf(snapshot));
    }
}

void TestReplicationPage::isNamed()
{
    m_page->setState(stateOf(busyCluster()));
    QCOMPARE(namelessWidgets(*m_page).join(QLatin1Char('\n')), QString());
}

void TestReplicationPage::looks()
{
    cluster::Snapshot snapshot = busyCluster();
    history::LagHistory past = pastOf(snapshot);
    m_page->setHistory(&past);
    m_page->setState(stateOf(snapshot));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("of 100 samples")));
    takeScreenshots(*m_page, QStringLiteral("replication"));
    m_page->findChild<QTabBar *>()->setCurrentIndex(1);
    takeScreenshots(*m_page, QStringLiteral("receivers"));
    m_page->setHistory(nullptr);
}

QTEST_MAIN(TestReplicationPage)
#include "tst_pages_replication.moc"
