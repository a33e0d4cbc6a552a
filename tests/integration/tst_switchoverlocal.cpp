// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <unistd.h>

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
    void commandOfAnotherHost();
    void rightsAreAskedBeforeFiles();
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

/// On each host the data directory is called the same; a command that was copied from another node leads to another
/// server, and what is done to that makes it a second primary.
void TestSwitchoverLocal::commandOfAnotherHost()
{
    if (geteuid() != 0) {
        QSKIP("needs root: a mount namespace");
    }
    awaitWhole();
    const int from = primary(), to = 1 - from;
    cluster::ClusterConfig config = *cluster::readClusterFile(m_directory.filePath(QStringLiteral("orders.toml")));
    config.nodes[static_cast<std::size_t>(from)].command = {
        QStringLiteral("unshare"),
        QStringLiteral("-m"),
        QStringLiteral("sh"),
        QStringLiteral("-c"),
        QStringLiteral("mount --bind \"$0\" \"$1\" && shift && exec \"$@\""),
        m_servers->node(to).dataDir,
        m_servers->node(from).dataDir};
    const QString file = m_directory.filePath(QStringLiteral("copied.toml"));
    QVERIFY(cluster::saveClusterFile(config, file));
    const ConsoleRun ended =
        integration::runConsole({QStringLiteral("switchover"), file, QStringLiteral("--json"), QStringLiteral("--yes"),
                                 QStringLiteral("--to"), m_servers->node(to).name},
                                m_directory.path(), integration::OnStep());
    QVERIFY2(ended.exitCode == 1, ended.text.right(1800).constData());
    QVERIFY2(ended.check(QStringLiteral("host_command")) == QLatin1String("failed"),
             ended.text.right(1800).constData());
    QVERIFY2(ended.text.contains("another server runs in"), ended.text.right(1800).constData());
    QCOMPARE(primary(), from);
    QCOMPARE(m_servers->node(to).value(QStringLiteral("SELECT pg_is_in_recovery()")), QStringLiteral("t"));
    awaitWhole();
}

/// A role with no more than the grants that a switchover takes: what it may not read is not tried, since each refusal
/// stands as an ERROR in the servers' logs; and its host is proved to be the right one all the same.
void TestSwitchoverLocal::rightsAreAskedBeforeFiles()
{
    awaitWhole();
    const LabServer &writer = m_servers->node(primary());
    const LabServer &candidate = m_servers->node(1 - primary());
    if (writer.value(QStringLiteral("SHOW server_version_num")).toInt() < 150000) {
        QSKIP("needs PostgreSQL 15: before that only superusers may do what a switchover does");
    }
    writer.sql(QStringLiteral("CREATE ROLE operator LOGIN REPLICATION IN ROLE pg_monitor, pg_checkpoint; "
                              "GRANT EXECUTE ON FUNCTION pg_promote, pg_reload_conf TO operator; "
                              "GRANT ALTER SYSTEM ON PARAMETER primary_conninfo, primary_slot_name, "
                              "wal_retrieve_retry_interval, synchronous_standby_names TO operator"));
    QTRY_COMPARE_WITH_TIMEOUT(
        candidate.value(QStringLiteral("SELECT count(*) FROM pg_roles WHERE rolname = 'operator'")),
        QStringLiteral("1"), 10'000);
    const auto refusals = [&] {
        QByteArrayList lines;
        for (const LabServer *server : {&writer, &candidate}) {
            QFile log(server->logFile);
            const QByteArray text =
                log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray("STATEMENT postmaster.pid?");
            for (const QByteArray &line : text.split('\n')) {
                const bool asked = line.contains("STATEMENT") &&
                                   (line.contains("postmaster.pid") || line.contains("pg_file_settings") ||
                                    line.contains("pg_hba_file_rules"));
                lines += asked ? QByteArrayList{line} : QByteArrayList();
            }
        }
        return lines;
    };
    cluster::ClusterConfig config = *cluster::readClusterFile(m_directory.filePath(QStringLiteral("orders.toml")));
    for (cluster::NodeConfig &node : config.nodes) {
        node.conninfo.replace(QStringLiteral("user=postgres"), QStringLiteral("user=operator"));
        QVERIFY2(node.conninfo.contains(QStringLiteral("operator")), qPrintable(node.conninfo));
    }
    const QString file = m_directory.filePath(QStringLiteral("operator.toml"));
    QVERIFY(cluster::saveClusterFile(config, file));
    const QByteArrayList before = refusals();
    const ConsoleRun ended =
        integration::runConsole({QStringLiteral("switchover"), file, QStringLiteral("--json"),
                                 QStringLiteral("--dry-run"), QStringLiteral("--to"), candidate.name},
                                m_directory.path(), integration::OnStep());
    QVERIFY2(refusals() == before, refusals().join('\n').constData());
    QVERIFY2(ended.check(QStringLiteral("host_command")) == QLatin1String("passed"),
             ended.text.right(3000).constData());
    QVERIFY2(ended.check(QStringLiteral("followers_connect")) == QLatin1String("passed"),
             ended.text.right(3000).constData());
    QVERIFY2(ended.check(QStringLiteral("primary_rights")) == QLatin1String("passed"),
             ended.text.right(3000).constData());
    QCOMPARE(
        candidate.value(QStringLiteral("SELECT has_function_privilege('operator', 'pg_read_file(text)', 'EXECUTE')")),
        QStringLiteral("f"));
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
