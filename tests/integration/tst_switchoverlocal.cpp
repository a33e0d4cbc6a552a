// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "consolerun.h"
#include "support/localcluster.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// Two servers on this machine, known by the machine's name, and commands that run as whoever runs the console: by root
/// in CI, who is not the servers' owner.
class TestSwitchoverLocal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void thereAndBack();
    void wishesAreTaken_data();
    void wishesAreTaken();

private:
    int primary() const;
    void awaitWhole() const;
    ConsoleRun switchover(int to, const integration::OnStep &onStep = {}, qint64 *pid = nullptr) const;

    QTemporaryDir m_directory;
    std::unique_ptr<LocalCluster> m_servers;
};

void TestSwitchoverLocal::initTestCase()
{
    auto servers = LocalCluster::start({.nodes = 2});
    QVERIFY2(servers, servers ? "" : qPrintable(servers.error().message));
    m_servers = std::move(*servers);
    cluster::ClusterConfig config = m_servers->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = cluster::ManagerKind::None;
    for (cluster::NodeConfig &node : config.nodes) {
        node.conninfo.replace(QStringLiteral("host=127.0.0.1"), QStringLiteral("host=localhost"));
        QVERIFY2(node.conninfo.contains(QStringLiteral("localhost")), qPrintable(node.conninfo));
        node.command.clear(); // here, as ourselves
        node.start.clear();
        node.stop.clear();
    }
    QVERIFY(cluster::saveClusterFile(config, m_directory.filePath(QStringLiteral("orders.toml"))));
}

int TestSwitchoverLocal::primary() const
{
    const auto writes = [this](int node) {
        return m_servers->node(node).value(QStringLiteral("SELECT pg_is_in_recovery()")) == QLatin1String("f");
    };
    return writes(0) == writes(1) ? -1 : writes(0) ? 0 : 1;
}

void TestSwitchoverLocal::awaitWhole() const
{
    QTRY_VERIFY_WITH_TIMEOUT(primary() >= 0, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(m_servers->node(primary()).value(
                                  QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")),
                              QStringLiteral("1"), 20'000);
}

ConsoleRun TestSwitchoverLocal::switchover(int to, const integration::OnStep &onStep, qint64 *pid) const
{
    return integration::runConsole({QStringLiteral("switchover"), m_directory.filePath(QStringLiteral("orders.toml")),
                                    QStringLiteral("--json"), QStringLiteral("--yes"), QStringLiteral("--to"),
                                    m_servers->node(to).name},
                                   m_directory.path(), onStep, pid);
}

void TestSwitchoverLocal::thereAndBack()
{
    for (const int to : {1, 0}) {
        awaitWhole();
        const ConsoleRun ended = switchover(to);
        QVERIFY2(ended.exitCode == 0, ended.text.right(1800).constData());
        QCOMPARE(primary(), to);
    }
}

void TestSwitchoverLocal::wishesAreTaken_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<QString>("at");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("Ctrl-C before the stop") << SIGINT << QStringLiteral("checkpoint started") << 2;
    QTest::newRow("killed before the stop") << SIGTERM << QStringLiteral("checkpoint started") << 2;
    QTest::newRow("its terminal is closed") << SIGHUP << QStringLiteral("checkpoint started") << 2;
    QTest::newRow("Ctrl-C past the promotion") << SIGINT << QStringLiteral("rejoin started") << 0;
}

void TestSwitchoverLocal::wishesAreTaken()
{
    QFETCH(int, signal);
    QFETCH(QString, at);
    QFETCH(int, exitCode);
    awaitWhole();
    const int from = primary();
    qint64 console = 0;
    const ConsoleRun ended = switchover(from == 0 ? 1 : 0, integration::OnStep([&](const QString &now) {
                                            if (now == at) {
                                                kill(static_cast<pid_t>(console), signal);
                                            }
                                            return false;
                                        }),
                                        &console);
    QVERIFY2(ended.exitCode == exitCode, ended.text.right(1800).constData());
    awaitWhole();
    QCOMPARE(primary() == from, exitCode == 2);
}

QTEST_GUILESS_MAIN(TestSwitchoverLocal)
#include "tst_switchoverlocal.moc"
