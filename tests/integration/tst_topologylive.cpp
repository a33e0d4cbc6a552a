// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTest>

#include "core/clock.h"
#include "monitor/clustermonitor.h"
#include "support/localcluster.h"

using namespace howdah;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// What the rules conclude from real servers: who is sync, and what becomes of two that both take writes.
class TestTopologyLive : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void asynchronous();
    void syncState_data();
    void syncState();
    void commitsWait();
    void promotedBesideItsPrimary();

private:
    const cluster::Assessment &assessment() const { return *m_state.assessment; }
    const cluster::Finding *finding(const QString &id) const;
    void set(const QString &setting, const QString &value);
    QString syncOf(std::size_t node) const;

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<monitor::ClusterMonitor> m_monitor;
    cluster::ClusterState m_state;
};

void TestTopologyLive::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    LocalCluster::Options options;
    options.nodes = 3;
    options.settings = {QStringLiteral("wal_retrieve_retry_interval=100ms")};
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
    // The history of a timeline is for superusers and pg_read_server_files.
    m_monitor =
        std::make_unique<monitor::ClusterMonitor>(m_servers->config(QStringLiteral("postgres")), core::systemClock());
    connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this,
            [this](const cluster::ClusterState &state) { m_state = state; });
    m_monitor->start();
    QTRY_VERIFY_WITH_TIMEOUT(m_state.assessment && m_monitor->isSettled() && assessment().topology.edges.size() == 2,
                             15'000);
}

const cluster::Finding *TestTopologyLive::finding(const QString &id) const
{
    for (const cluster::Finding &candidate : assessment().findings) {
        if (candidate.id == id) {
            return &candidate;
        }
    }
    return nullptr;
}

void TestTopologyLive::set(const QString &setting, const QString &value)
{
    const LabServer &primary = m_servers->node(0);
    QVERIFY(primary.sql(QStringLiteral("ALTER SYSTEM SET %1 = '%2'").arg(setting, value)));
    QVERIFY(primary.sql(QStringLiteral("SELECT pg_reload_conf()")));
}

QString TestTopologyLive::syncOf(std::size_t node) const
{
    for (const cluster::Edge &edge : assessment().topology.edges) {
        if (edge.to == static_cast<int>(node)) {
            return edge.syncState;
        }
    }
    return QStringLiteral("no edge");
}

void TestTopologyLive::asynchronous()
{
    QCOMPARE(assessment().topology.primary, 0);
    QTRY_COMPARE(syncOf(1), QStringLiteral("async"));
    QTRY_COMPARE(syncOf(2), QStringLiteral("async"));
    QVERIFY(assessment().sync.known && !assessment().sync.configured);
    // Nobody writes: what both ends say at one moment is proof.
    QTRY_COMPARE_WITH_TIMEOUT(assessment().lossNow, QStringLiteral("none, pg2 has everything"), 10'000);
}

void TestTopologyLive::syncState_data()
{
    QTest::addColumn<QString>("names");
    QTest::addColumn<QString>("pg2");
    QTest::addColumn<QString>("pg3");
    QTest::addColumn<bool>("any");
    QTest::addColumn<int>("required");
    QTest::addColumn<QString>("loss");
    QTest::newRow("quorum") << "ANY 1 (pg2, pg3)"
                            << "quorum"
                            << "quorum" << true << 1 << "none, 1 of pg2 and pg3 hold every commit";
    QTest::newRow("quorum of both") << "ANY 2 (pg2, pg3)"
                                    << "quorum"
                                    << "quorum" << true << 2 << "none, pg2 and pg3 are sync";
    QTest::newRow("first") << "FIRST 1 (pg2, pg3)"
                           << "sync"
                           << "potential" << false << 1 << "none, pg2 is sync";
    QTest::newRow("the other first") << "FIRST 1 (pg3, pg2)"
                                     << "potential"
                                     << "sync" << false << 1 << "none, pg3 is sync";
    QTest::newRow("both") << "FIRST 2 (*)"
                          << "sync"
                          << "sync" << false << 2 << "none, pg2 and pg3 are sync";
}

void TestTopologyLive::syncState()
{
    QFETCH(QString, names);
    QFETCH(QString, pg2);
    QFETCH(QString, pg3);
    QFETCH(bool, any);
    QFETCH(int, required);
    QFETCH(QString, loss);
    set(QStringLiteral("synchronous_standby_names"), names);
    QTRY_COMPARE_WITH_TIMEOUT(syncOf(1), pg2, 10'000);
    QTRY_COMPARE_WITH_TIMEOUT(syncOf(2), pg3, 10'000);
    QTRY_COMPARE(assessment().sync.required, required);
    QCOMPARE(assessment().sync.any, any);
    QTRY_VERIFY(assessment().sync.known && assessment().sync.satisfied);
    QTRY_COMPARE(assessment().lossNow, loss);
}

void TestTopologyLive::commitsWait()
{
    set(QStringLiteral("synchronous_standby_names"), QStringLiteral("FIRST 1 (nobody)"));
    const QString id = QStringLiteral("sync_unsatisfied:pg1");
    QTRY_VERIFY_WITH_TIMEOUT(finding(id), 10'000);
    QVERIFY(!assessment().sync.satisfied);
    QVERIFY(assessment().sync.holding.isEmpty());
    QCOMPARE(cluster::verdictKey(finding(id)->severity), QStringLiteral("critical"));
    set(QStringLiteral("synchronous_standby_names"), {});
    QTRY_VERIFY_WITH_TIMEOUT(!finding(id), 10'000);
}

// pg2 is promoted while pg1 goes on writing; pg3 stays with pg1.
void TestTopologyLive::promotedBesideItsPrimary()
{
    QVERIFY(m_servers->node(1).promote().ok());
    QVERIFY(m_servers->node(0).sql(QStringLiteral("CREATE TABLE kept AS SELECT generate_series(1, 20000)")));
    QVERIFY(m_servers->node(1).sql(QStringLiteral("CREATE TABLE lost AS SELECT generate_series(1, 1000)")));
    const QString id = QStringLiteral("several_writable");
    QTRY_VERIFY_WITH_TIMEOUT(finding(id) && finding(id)->evidence.contains(QLatin1String("They parted at")), 15'000);
    QCOMPARE(finding(id)->title, QStringLiteral("pg1 and pg2 accept writes at the same time"));
    // The server's own history says where.
    const QString fork = m_servers->node(1).value(
        QStringLiteral("SELECT split_part(pg_read_file('pg_wal/00000002.history'), E'\\t', 2)"));
    QVERIFY2(finding(id)->evidence.contains(QStringLiteral("They parted at %1; pg1 has written").arg(fork)),
             qPrintable(finding(id)->evidence));
    QVERIFY(finding(id)->evidence.contains(QLatin1String("pg2 writes on timeline 2")));
    QCOMPARE(assessment().topology.primary, -1);
    QCOMPARE(assessment().lossNow, QStringLiteral("unknown"));

    // The old primary comes back as a standby of the new one without a rewind: it has diverged.
    QVERIFY(m_servers->node(0).stop().ok());
    QFile conf(m_servers->node(0).dataDir + QStringLiteral("/node.conf"));
    QVERIFY(conf.open(QIODevice::Append));
    conf.write(QStringLiteral("primary_conninfo = 'host=127.0.0.1 port=%1 user=replicator application_name=pg1'\n")
                   .arg(m_servers->node(1).port)
                   .toUtf8());
    conf.close();
    QFile signal(m_servers->node(0).dataDir + QStringLiteral("/standby.signal"));
    QVERIFY(signal.open(QIODevice::WriteOnly));
    signal.close();
    QVERIFY(m_servers->node(0).start().ok());
    const QString diverged = QStringLiteral("diverged:pg1");
    QTRY_VERIFY_WITH_TIMEOUT(finding(diverged), 20'000);
    QCOMPARE(finding(diverged)->title, QStringLiteral("pg1 has diverged from the primary"));
    QVERIFY2(finding(diverged)->evidence.contains(QStringLiteral("They parted at %1, and pg1 has gone").arg(fork)),
             qPrintable(finding(diverged)->evidence));
    QCOMPARE(assessment().topology.primary, 1);
    QVERIFY(!assessment().lag.at(0).wouldLose);
}

QTEST_GUILESS_MAIN(TestTopologyLive)
#include "tst_topologylive.moc"
