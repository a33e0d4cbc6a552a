// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QTest>

#include "livewindow.h"
#include "support/localcluster.h"

using namespace howdah;
using testsupport::LiveWindow;
using testsupport::LocalCluster;

/// The real window on real servers, while these are stopped, killed, frozen and brought back: it must tell the truth.
class TestLiveWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void standbyStopped();
    void primaryKilled();
    void standbyFrozen();
    void everythingFrozen();
    void pausedIsNotGreen();
    void refreshByKey();
    void closedByKey();

private:
    QString verdict() const { return m_live->verdict(); }
    QString cell(const QString &node, const QString &column) const;

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<LiveWindow> m_live;
    shell::MainWindow *m_window = nullptr;
};

void TestLiveWindow::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    LocalCluster::Options options;
    options.nodes = 2;
    options.settings = {QStringLiteral("wal_retrieve_retry_interval=200ms")};
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);

    cluster::ClusterConfig config = m_servers->config();
    config.name = QStringLiteral("live");
    m_live = std::make_unique<LiveWindow>(config);
    m_window = m_live->window();
    QVERIFY(m_window);
}

void TestLiveWindow::init()
{
    for (int i = 0; i < m_servers->nodeCount(); ++i) {
        m_servers->node(i).thaw();
        if (m_servers->node(i).value(QStringLiteral("SELECT 1")) != QLatin1String("1")) {
            QVERIFY(m_servers->node(i).start().ok());
        }
    }
    QTRY_COMPARE_WITH_TIMEOUT(verdict(), QStringLiteral("ok"), 30'000);
}

// What stands in the overview's table of nodes.
QString TestLiveWindow::cell(const QString &node, const QString &column) const
{
    const auto *table = m_window->findChild<QAbstractItemView *>(QStringLiteral("nodes-table"));
    if (!table) {
        return QStringLiteral("no table");
    }
    const QAbstractItemModel *model = table->model();
    for (int row = 0; row < model->rowCount(); ++row) {
        if (model->index(row, 0).data().toString() != node) {
            continue;
        }
        for (int i = 0; i < model->columnCount(); ++i) {
            if (model->headerData(i, Qt::Horizontal).toString() == column) {
                return model->index(row, i).data().toString();
            }
        }
    }
    return QStringLiteral("no such cell");
}

void TestLiveWindow::standbyStopped()
{
    QCOMPARE(cell(QStringLiteral("pg1"), QStringLiteral("State")), QStringLiteral("accepting writes"));
    QCOMPARE(cell(QStringLiteral("pg2"), QStringLiteral("State")), QStringLiteral("streaming"));
    QVERIFY(m_servers->node(1).stop().ok());
    QTRY_COMPARE_WITH_TIMEOUT(verdict(), QStringLiteral("critical"), 5000);
    QTRY_COMPARE(cell(QStringLiteral("pg2"), QStringLiteral("State")), QStringLiteral("down"));
    QTRY_COMPARE(cell(QStringLiteral("pg2"), QStringLiteral("Lag")), QStringLiteral("unknown"));
}

void TestLiveWindow::primaryKilled()
{
    QVERIFY(m_servers->node(0).kill());
    QTRY_COMPARE_WITH_TIMEOUT(verdict(), QStringLiteral("critical"), 5000);
    QTRY_COMPARE(cell(QStringLiteral("pg1"), QStringLiteral("State")), QStringLiteral("down"));
}

void TestLiveWindow::standbyFrozen()
{
    QVERIFY(m_servers->node(1).freeze());
    QTRY_VERIFY_WITH_TIMEOUT(verdict() != QLatin1String("ok"), 4000);
    QTRY_COMPARE_WITH_TIMEOUT(verdict(), QStringLiteral("critical"), 10'000);
    QCOMPARE(cell(QStringLiteral("pg1"), QStringLiteral("State")), QStringLiteral("accepting writes"));
}

void TestLiveWindow::everythingFrozen()
{
    QVERIFY(m_servers->node(0).freeze() && m_servers->node(1).freeze());
    QTRY_VERIFY_WITH_TIMEOUT(verdict() != QLatin1String("ok"), 4000);
}

void TestLiveWindow::pausedIsNotGreen()
{
    QTest::keyClick(m_window, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE_WITH_TIMEOUT(verdict(), QStringLiteral("unknown"), 5000);
    QTest::keyClick(m_window, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE_WITH_TIMEOUT(verdict(), QStringLiteral("ok"), 10'000);
}

// A refused login is asked again seldom; F5 asks at once.
void TestLiveWindow::refreshByKey()
{
    const auto &standby = m_servers->node(1);
    QVERIFY(m_servers->node(0).sql(QStringLiteral("ALTER ROLE dba NOLOGIN")));
    QVERIFY(
        standby.sql(QStringLiteral("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dba'")));
    QTRY_VERIFY_WITH_TIMEOUT(verdict() != QLatin1String("ok"), 10'000);
    QVERIFY(m_servers->node(0).sql(QStringLiteral("ALTER ROLE dba LOGIN")));
    QTRY_COMPARE(standby.value(QStringLiteral("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'dba'")),
                 QStringLiteral("t"));
    QTest::keyClick(m_window, Qt::Key_F5);
    QTRY_COMPARE_WITH_TIMEOUT(verdict(), QStringLiteral("ok"), 4000);
}

void TestLiveWindow::closedByKey()
{
    QCOMPARE(m_window->clusters(), QStringList{QStringLiteral("live")});
    QTest::keyClick(m_window, Qt::Key_W, Qt::ControlModifier);
    QTRY_COMPARE(m_window->clusters(), QStringList());
    QTRY_COMPARE(m_servers->node(0).value(
                     QStringLiteral("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'howdah'")),
                 QStringLiteral("0"));
    // init() of the next test would wait for a cluster that is closed, so this one is the last.
}

int main(int argc, char **argv)
{
    return testsupport::runLiveTest<TestLiveWindow>(argc, argv);
}
#include "tst_livewindow.moc"
