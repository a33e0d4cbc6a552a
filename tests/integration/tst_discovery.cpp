// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "discovered.h"
#include "support/lab.h"
#include "support/localcluster.h"

using namespace howdah;
using namespace howdah::testdiscovery;
using monitor::DiscoveredNode;
using monitor::Discovery;
using testsupport::Lab;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// From each single node of every kind of cluster to the whole of it.
class TestDiscovery : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void plain_data();
    void plain();
    void repmgr();
    void repmgrWithoutRights();
    void patroni();
    void localPair();
    void foreignUpstreamIsLeftOut();
    void deadSeedSaysWhy();
    void badConninfoSaysWhy();
    void cancelIsSilent();
};

#define NEED_LAB()                                                                                                     \
    if (!Lab::possible()) {                                                                                            \
        QSKIP("needs root: network namespaces");                                                                       \
    }

#define START(lab, ...)                                                                                                \
    const auto lab##Result = Lab::start(__VA_ARGS__);                                                                  \
    QVERIFY2(lab##Result, lab##Result ? "" : qPrintable(lab##Result.error().message));                                 \
    Lab &lab = **lab##Result

namespace {

// A line a node: name, kind, address, reached, role; what a person compares.
QStringList lines(const Found &found)
{
    if (!found) {
        return {QStringLiteral("ERROR ") + found.error().message};
    }
    QStringList result;
    for (const DiscoveredNode &node : found->nodes) {
        result << QStringLiteral("%1 %2 %3 %4%5")
                      .arg(node.name, toString(node.kind), node.address,
                           !node.reached     ? QStringLiteral("unreached")
                           : node.inRecovery ? QStringLiteral("standby")
                                             : QStringLiteral("primary"),
                           node.foreign ? QStringLiteral(" foreign") : QString());
    }
    return result;
}

QString line(const LabServer &server, const QString &rest, const QString &kind = QStringLiteral("data"))
{
    return QStringLiteral("%1 %2 %3:%4 %5").arg(server.name, kind, server.host).arg(server.port).arg(rest);
}

QString primary()
{
    return QStringLiteral("primary");
}

QString standby()
{
    return QStringLiteral("standby");
}

} // namespace

void TestDiscovery::plain_data()
{
    QTest::addColumn<bool>("cascading");
    QTest::newRow("cascading") << true;
    QTest::newRow("two standbys") << false;
}

void TestDiscovery::plain()
{
    NEED_LAB();
    QFETCH(bool, cascading);
    START(lab, Lab::Variant::Plain, Lab::Options{.cascading = cascading, .ssh = false});
    const QStringList all{line(lab.node(0), primary()), line(lab.node(1), standby()), line(lab.node(2), standby())};
    for (int seed = 0; seed < 3; ++seed) {
        QTRY_COMPARE(lines(discover(lab.node(seed).conninfo())), all);
        const Found found = discover(lab.node(seed).conninfo());
        QVERIFY(found->manager == cluster::ManagerKind::None);
        QCOMPARE(found->config.nodes.size(), size_t(3));
        QCOMPARE(found->config.nodes.at(2).conninfo,
                 lab.node(2).conninfo().replace(QStringLiteral(" user=dba dbname=postgres"),
                                                QStringLiteral(" dbname=postgres user=dba")));
        QCOMPARE(found->notes, QStringList());
    }

    // A host that nothing reaches is still a member, with what is known of it and why it is not here.
    QVERIFY(lab.cutCable(1));
    const Found found = discover(lab.node(0).conninfo());
    QVERIFY(lines(found).contains(line(lab.node(1), QStringLiteral("unreached"))));
    const auto &cut = *std::find_if(found->nodes.cbegin(), found->nodes.cend(),
                                    [](const DiscoveredNode &node) { return !node.reached; });
    QVERIFY(!cut.error.message.isEmpty());
    QVERIFY(found->config.nodes.size() >= 2);
}

void TestDiscovery::repmgr()
{
    NEED_LAB();
    START(lab, Lab::Variant::Repmgr, Lab::Options{.ssh = false});
    const QStringList all{line(lab.node(0), primary()), line(lab.node(1), standby()),
                          line(lab.node(2), primary(), QStringLiteral("witness"))};
    for (int seed = 0; seed < 3; ++seed) {
        for (const QString &user : {QStringLiteral("dba"), QStringLiteral("postgres")}) {
            const Found found = discover(lab.node(seed).conninfo(user));
            QCOMPARE(lines(found), all);
            QVERIFY(found->manager == cluster::ManagerKind::Repmgr);
            QVERIFY(found->config.nodes.at(2).kind == cluster::NodeKind::Witness);
            // repmgr's own user and database are not the console's.
            QVERIFY(found->config.nodes.at(2).conninfo.contains(QStringLiteral("user=") + user));
        }
    }
    // From the witness too, with the others gone.
    QVERIFY(lab.node(0).stop().ok());
    const Found found = discover(lab.node(2).conninfo());
    const QStringList without{line(lab.node(0), QStringLiteral("unreached")), all.at(1), all.at(2)};
    QCOMPARE(lines(found), without);
}

void TestDiscovery::repmgrWithoutRights()
{
    NEED_LAB();
    START(lab, Lab::Variant::Repmgr, Lab::Options{.ssh = false});
    const Found found = discover(lab.node(1).conninfo(QStringLiteral("plain")));
    QVERIFY2(found, found ? "" : qPrintable(found.error().message));
    // What may not be read is said, with the remedy; never taken for nothing there.
    QVERIFY2(found->notes.join(QLatin1Char('\n')).contains(QStringLiteral("GRANT USAGE ON SCHEMA repmgr TO plain")),
             qPrintable(found->notes.join(QLatin1Char('\n'))));
    QVERIFY(found->manager == cluster::ManagerKind::Repmgr);
}

void TestDiscovery::patroni()
{
    NEED_LAB();
    START(lab, Lab::Variant::Patroni, Lab::Options{.ssh = false});
    const QStringList all{line(lab.node(0), primary()), line(lab.node(1), standby()), line(lab.node(2), standby())};
    for (int seed = 0; seed < 3; ++seed) {
        const Found found = discover(lab.node(seed).conninfo());
        QCOMPARE(lines(found), all);
        QVERIFY(found->manager == cluster::ManagerKind::Patroni);
        QCOMPARE(found->config.name, QStringLiteral("orders"));
        QVERIFY(found->config.patroniUrl.endsWith(QStringLiteral(":8008")));
        QVERIFY(found->nodes.at(1).sources.front() == monitor::DiscoverySource::Patroni);
    }
    // Patroni knows a member whose host is gone from the network.
    QVERIFY(lab.cutCable(2));
    const Found found = discover(lab.node(0).conninfo());
    QVERIFY(lines(found).contains(line(lab.node(2), QStringLiteral("unreached"))));
}

void TestDiscovery::localPair()
{
    const auto started = LocalCluster::start({.nodes = 2});
    QVERIFY2(started, started ? "" : qPrintable(started.error().message));
    const LocalCluster &pair = **started;
    const QStringList all{line(pair.node(0), primary()), line(pair.node(1), standby())};
    QTRY_COMPARE_WITH_TIMEOUT(
        pair.node(0).value(QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")),
        QStringLiteral("1"), 30'000);
    // The primary sees no more of its standby than 127.0.0.1: its port comes from this machine's sockets.
    QTRY_COMPARE_WITH_TIMEOUT(lines(discover(pair.node(0).conninfo())), all, 30'000);
    QCOMPARE(lines(discover(pair.node(1).conninfo())), all);

    // What has a role of pg_auto_failover's monitor is none for that.
    QVERIFY(pair.node(0).sql(QStringLiteral("CREATE ROLE autoctl_node")));
    QTRY_COMPARE_WITH_TIMEOUT(lines(discover(pair.node(0).conninfo())), all, 30'000);

    // One server by two addresses is one node.
    const Found twice =
        discover(QStringLiteral("host=localhost,127.0.0.1 port=%1,%1 user=dba dbname=postgres").arg(pair.node(0).port));
    QVERIFY(twice);
    QCOMPARE(twice->nodes.size(), size_t(2));
    QCOMPARE(twice->nodes.at(0).otherAddresses.size(), 1);
}

void TestDiscovery::foreignUpstreamIsLeftOut()
{
    const auto started = LocalCluster::start({.nodes = 2});
    QVERIFY(started);
    const auto other = LocalCluster::start({.system = 2});
    QVERIFY(other);
    const LabServer &stranger = (*other)->node(0);
    // After a mix-up pg2 is told to follow a server of another system.
    const LabServer &standbyServer = (*started)->node(1);
    QVERIFY(
        standbyServer.sql(QStringLiteral("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=%1 user=replicator'")
                              .arg(stranger.port)));
    QVERIFY(standbyServer.sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_VERIFY(standbyServer.value(QStringLiteral("SHOW primary_conninfo")).contains(QString::number(stranger.port)));
    const Found found = discover(standbyServer.conninfo());
    QVERIFY(lines(found).contains(
        line(stranger, QStringLiteral("primary foreign")).replace(QStringLiteral("pg1"), found->nodes.back().name)));
    for (const cluster::NodeConfig &node : found->config.nodes) {
        QVERIFY(!node.conninfo.contains(QStringLiteral("port=%1").arg(stranger.port)));
    }
}

void TestDiscovery::deadSeedSaysWhy()
{
    const Found found = discover(QStringLiteral("host=127.0.0.1 port=1 user=dba dbname=postgres password=geheim"));
    QVERIFY(!found);
    QVERIFY(found.error().kind == core::Error::Kind::Connection);
    QVERIFY(found.error().message.contains(QStringLiteral("127.0.0.1:1")));
    QVERIFY(!found.error().message.contains(QStringLiteral("geheim")));
}

void TestDiscovery::badConninfoSaysWhy()
{
    const Found found = discover(QStringLiteral("host=127.0.0.1 prot=5432"));
    QVERIFY(!found);
    QVERIFY(found.error().kind == core::Error::Kind::Invalid);
    QVERIFY(found.error().message.contains(QStringLiteral("prot")));
}

void TestDiscovery::cancelIsSilent()
{
    const auto started = LocalCluster::start();
    QVERIFY(started);
    Discovery cancelled;
    Discovery other;
    QSignalSpy silent(&cancelled, &Discovery::finished);
    QSignalSpy heard(&other, &Discovery::finished);
    cancelled.start((*started)->node(0).conninfo());
    cancelled.cancel();
    other.start((*started)->node(0).conninfo());
    QTRY_COMPARE(heard.count(), 1);
    QCOMPARE(silent.count(), 0);
}

QTEST_GUILESS_MAIN(TestDiscovery)
#include "tst_discovery.moc"
