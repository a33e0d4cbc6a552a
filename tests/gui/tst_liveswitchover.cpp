// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/outageplot.h"
#include "operations/journal.h"
#include "support/localcluster.h"
#include "switchoverbymouse.h"

using namespace howdah;
using namespace howdah::testsupport;

/// A switchover by mouse in the real window, on real servers, there and back.
class TestLiveSwitchover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void fromTheToolBar();
    void backFromTheNodesMenu();

private:
    QString inRecovery(int node) const
    {
        return m_servers->node(node).value(QStringLiteral("SELECT pg_is_in_recovery()"));
    }

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<LiveWindow> m_live;
};

void TestLiveSwitchover::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    LocalCluster::Options options;
    options.nodes = 3;
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
    cluster::ClusterConfig config = m_servers->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("live");
    config.manager = cluster::ManagerKind::None;
    m_live = std::make_unique<LiveWindow>(config);
    QVERIFY(m_live->window());
    QTRY_VERIFY_WITH_TIMEOUT(!m_live->verdict().isEmpty(), 15'000);
}

void TestLiveSwitchover::fromTheToolBar()
{
    askForSwitchover(*m_live, Way::ToolBar, QStringLiteral("pg2"), QStringLiteral("pg1"));
    switchOver(*m_live, QStringLiteral("pg2"), true);
    if (QTest::currentTestFailed()) {
        return;
    }
    QVERIFY(m_live->part<widgets::DataTable>("proof-table")->model()->rowCount() >= 6);
    const auto *plot = m_live->part<charts::OutagePlot>("outage-plot");
    QTRY_VERIFY(plot->drawn().hasGap && !plot->drawn().isOpen);
    QVERIFY(plot->drawn().bars.size() == 3 && !plot->drawn().acknowledged.empty());
    pictureOf(m_live->part<QWidget>("switchover-dialog"), QStringLiteral("switchover-live"));
    closeSwitchover(*m_live);
    QCOMPARE(inRecovery(0), QStringLiteral("t"));
    QCOMPARE(inRecovery(1), QStringLiteral("f"));
    QCOMPARE(inRecovery(2), QStringLiteral("t"));
    const operations::Journal journal = operations::readJournal(operations::journalDirectory());
    QCOMPARE(journal.operations.size(), std::size_t(1));
    QCOMPARE(operations::toString(journal.operations.front().outcome), QStringLiteral("done"));
}

void TestLiveSwitchover::backFromTheNodesMenu()
{
    QTRY_COMPARE_WITH_TIMEOUT(m_live->verdict(), QStringLiteral("ok"), 30'000);
    askForSwitchover(*m_live, Way::NodeMenu, QStringLiteral("pg1"), QStringLiteral("pg2"));
    // What the last one took is what this one is expected to take, with whomever.
    const auto *candidates = m_live->part<widgets::DataTable>("candidates-table")->model();
    const auto basis = [candidates](int row) {
        for (int column = 0; column < candidates->columnCount(); ++column) {
            if (candidates->headerData(column, Qt::Horizontal, tables::ColumnKeyRole) == QStringLiteral("waits")) {
                return candidates->index(row, column).data(Qt::ToolTipRole).toString();
            }
        }
        return QString();
    };
    for (int row = 0; row < 2; ++row) {
        QTRY_VERIFY_WITH_TIMEOUT(basis(row).contains(QStringLiteral("as in the last switchover here")), 30'000);
    }
    switchOver(*m_live, QStringLiteral("pg1"), false);
    closeSwitchover(*m_live);
    QCOMPARE(inRecovery(0), QStringLiteral("f"));
    QCOMPARE(inRecovery(1), QStringLiteral("t"));
}

int main(int argc, char **argv)
{
    return runLiveTest<TestLiveSwitchover>(argc, argv);
}
#include "tst_liveswitchover.moc"
