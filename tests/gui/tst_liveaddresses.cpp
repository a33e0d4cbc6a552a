// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>

#include "livewindow.h"
#include "operations/journal.h"
#include "pages/page.h"
#include "shell/movedialog.h"
#include "support/localcluster.h"
#include "tables/roles.h"
#include "topology/items.h"
#include "topology/topologyview.h"
#include "widgets/datatable.h"

using namespace howdah;
using namespace howdah::testsupport;

/// Addresses of real servers in the real window: seen, said to be wrong, and moved by mouse.
class TestLiveAddresses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void eachIsSeen();
    void oneThatIsWrongIsAFinding();
    void movedByMouse();

private:
    /// A cell of the page's table; empty when it is not there.
    QString cell(const char *table, int row, const char *column) const;

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<LiveWindow> m_live;
    QTemporaryDir m_directory;
};

void TestLiveAddresses::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    auto servers = LocalCluster::start({.nodes = 2});
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
    cluster::ClusterConfig config = m_servers->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("live");
    config.manager = cluster::ManagerKind::None;
    for (const char *follows : {"primary", "standby"}) {
        cluster::AddressConfig address;
        address.name =
            QLatin1String(follows) == QLatin1String("primary") ? QStringLiteral("write") : QStringLiteral("read");
        address.ip = QStringLiteral("127.0.0.1"); // at the first node's port: both lead to that one
        address.provider = QStringLiteral("command");
        address.follows = QLatin1String(follows);
        address.assign = {QStringLiteral("touch"), m_directory.filePath(QStringLiteral("moved to {node}"))};
        config.addresses.push_back(address);
    }
    m_live = std::make_unique<LiveWindow>(config);
    QVERIFY(m_live->window());
    QTRY_VERIFY_WITH_TIMEOUT(!m_live->verdict().isEmpty(), 15'000);
}

QString TestLiveAddresses::cell(const char *table, int row, const char *column) const
{
    const auto *of = m_live->part<widgets::DataTable>(table);
    const QAbstractItemModel *model = of ? of->model() : nullptr;
    for (int i = 0; model && row < model->rowCount() && i < model->columnCount(); ++i) {
        if (model->headerData(i, Qt::Horizontal, tables::ColumnKeyRole).toString() == QLatin1String(column)) {
            return model->index(row, i).data().toString();
        }
    }
    return {};
}

void TestLiveAddresses::eachIsSeen()
{
    m_live->window()->showPage(QStringLiteral("addresses"));
    QTRY_COMPARE_WITH_TIMEOUT(cell("addresses-table", 0, "answers"), QStringLiteral("pg1, primary"), 15'000);
    QCOMPARE(cell("addresses-table", 0, "writes"), QStringLiteral("yes"));
    QCOMPARE(cell("addresses-table", 1, "address"), QStringLiteral("read"));
    m_live->window()->showPage(QStringLiteral("overview"));
    auto *topology = m_live->window()->findChild<topology::TopologyView *>();
    QVERIFY(topology);
    QTRY_VERIFY(topology->card(QStringLiteral("pg1")) &&
                topology->card(QStringLiteral("pg1"))->face().tabs.size() == 2);
}

/// Readers would burden the primary while a standby is there.
void TestLiveAddresses::oneThatIsWrongIsAFinding()
{
    QTRY_COMPARE_WITH_TIMEOUT(m_live->verdict(), QStringLiteral("warning"), 20'000);
    QVERIFY(cell("addresses-table", 1, "writes").isEmpty() ||
            cell("addresses-table", 1, "writes") == QLatin1String("yes, unwanted"));
}

void TestLiveAddresses::movedByMouse()
{
    m_live->click("tool-move-address");
    auto *dialog = m_live->part<shell::MoveDialog>("move-dialog");
    QVERIFY(dialog);
    QCOMPARE(m_live->part<QComboBox>("move-address")->currentText(), QStringLiteral("write"));
    QCOMPARE(m_live->part<QComboBox>("move-node")->currentText(), QStringLiteral("pg1"));
    auto *run = m_live->part<QPushButton>("move-run");
    QTRY_VERIFY2_WITH_TIMEOUT(run->isEnabled(), qPrintable(dialog->sentence()), 20'000);
    QTest::mouseClick(run, Qt::LeftButton);
    QTRY_VERIFY2_WITH_TIMEOUT(dialog->outcome().has_value(), qPrintable(dialog->sentence()), 20'000);
    QVERIFY2(*dialog->outcome() == operations::Outcome::Done, qPrintable(dialog->sentence()));
    QVERIFY(QFile::exists(m_directory.filePath(QStringLiteral("moved to pg1"))));
    dialog->close();
    // The journal has it, and the page what the journal has.
    m_live->window()->showPage(QStringLiteral("addresses"));
    QTRY_COMPARE_WITH_TIMEOUT(cell("moves-of-addresses-table", 0, "address"), QStringLiteral("write"), 15'000);
    const operations::Journal journal = operations::readJournal(operations::journalDirectory());
    QCOMPARE(journal.operations.size(), std::size_t(1));
    QCOMPARE(journal.operations.front().plan.operation, QStringLiteral("address"));
}

int main(int argc, char **argv)
{
    return runLiveTest<TestLiveAddresses>(argc, argv);
}
#include "tst_liveaddresses.moc"
