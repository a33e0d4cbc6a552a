// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "managers/managerkind.h"
#include "managers/patroniclient.h"

using namespace howdah;
using namespace howdah::managers;

/// What managers say, in the shapes of their documentation, and who of several is in charge.
class TestManagers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void clusterOfPatroni3();
    void clusterOfPatroni4();
    void nodeOfPatroni();
    void nodeWithoutServer();
    void namesAndHostsAreClean();
    void notPatroni_data();
    void notPatroni();
    void owner_data();
    void owner();
    void clientReads();
    void clientSaysWhyNot_data();
    void clientSaysWhyNot();
    void clientHasOneDeadline();
};

namespace {

// As a lab's Patroni 3.0.2 answered.
const char kCluster3[] = R"({"members": [
 {"name": "pg1", "role": "leader", "state": "running", "api_url": "http://10.1.2.11:8008/patroni", "host": "10.1.2.11",
  "port": 5432, "timeline": 2},
 {"name": "pg2", "role": "replica", "state": "running", "api_url": "http://10.1.2.12:8008/patroni",
  "host": "10.1.2.12", "port": 5433, "timeline": 1, "lag": 224},
 {"name": "pg3", "role": "sync_standby", "state": "stopped", "host": "10.1.2.13", "port": 5432, "lag": "unknown",
  "pending_restart": true}], "pause": true,
 "scheduled_switchover": {"at": "2026-12-24T10:00:00+01:00", "from": "pg1", "to": "pg2"}})";

// https://patroni.readthedocs.io/en/latest/rest_api.html: GET /cluster of Patroni 4, with what newer ones add.
const char kCluster4[] = R"({"members": [
 {"name": "a", "role": "leader", "state": "running", "api_url": "https://10.1.2.11:8008/patroni", "host": "10.1.2.11",
  "port": 5432, "timeline": 5, "tags": {"clonefrom": true}},
 {"name": "b", "role": "quorum_standby", "state": "streaming", "host": "fd00::12", "port": 5432, "timeline": 5,
  "lag": 9007199254740993, "lsn": "0/4000060", "receive_lsn": "0/4000060", "receive_lag": 0,
  "pending_restart_reason": {"max_connections": {"old_value": "100", "new_value": "200"}}, "pending_restart": true},
 {"name": "c", "role": "replica", "state": "creating replica", "api_url": "https://10.1.2.13:8008/patroni"}],
 "scope": "orders"})";

PatroniCluster parsed(const char *json)
{
    return parsePatroniCluster(QByteArray(json)).value_or(PatroniCluster{});
}

// Answers one request with these bytes; with none it stays silent.
class Host : public QTcpServer {
public:
    explicit Host(const QByteArray &answer)
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this, answer] {
            QTcpSocket *socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [this, socket, answer] {
                request += socket->readAll();
                if (request.contains("\r\n\r\n") && !answer.isEmpty()) {
                    socket->write(answer);
                    socket->disconnectFromHost();
                }
            });
        });
    }
    QString url() const { return QStringLiteral("http://127.0.0.1:%1").arg(serverPort()); }
    QByteArray request;
};

QByteArray http(const QByteArray &status, const QByteArray &body)
{
    return "HTTP/1.0 " + status + "\r\nContent-Type: application/json\r\n\r\n" + body;
}

} // namespace

void TestManagers::clusterOfPatroni3()
{
    const PatroniCluster cluster = parsed(kCluster3);
    QCOMPARE(cluster.members.size(), size_t(3));
    QVERIFY(cluster.paused);
    QCOMPARE(cluster.switchoverTo, QStringLiteral("pg2"));
    QCOMPARE(cluster.switchoverAt, QStringLiteral("2026-12-24T10:00:00+01:00"));
    const PatroniMember &leader = cluster.members.at(0);
    QVERIFY(leader.isLeader() && !leader.lag && !leader.lagUnknown && !leader.pendingRestart);
    QCOMPARE(leader.timeline, std::optional<int>(2));
    const PatroniMember &replica = cluster.members.at(1);
    QCOMPARE(replica.lag, std::optional<qint64>(224));
    QCOMPARE(replica.port, 5433);
    QVERIFY(!replica.isLeader());
    // "unknown" is neither 0 nor nothing said.
    const PatroniMember &stopped = cluster.members.at(2);
    QVERIFY(!stopped.lag && stopped.lagUnknown && stopped.pendingRestart && !stopped.timeline);
}

void TestManagers::clusterOfPatroni4()
{
    const PatroniCluster cluster = parsed(kCluster4);
    QCOMPARE(cluster.scope, QStringLiteral("orders"));
    QVERIFY(!cluster.paused && cluster.switchoverAt.isEmpty());
    // More than a double holds.
    QCOMPARE(cluster.members.at(1).lag, std::optional<qint64>(9007199254740993));
    QCOMPARE(cluster.members.at(1).role, QStringLiteral("quorum_standby"));
    QVERIFY(cluster.members.at(1).pendingRestart);
    QVERIFY(cluster.members.at(2).host.isEmpty());
}

void TestManagers::nodeOfPatroni()
{
    const auto node = parsePatroniNode(R"({"state": "running",
        "postmaster_start_time": "2026-11-21 07:40:01.914436+00:00", "role": "master", "server_version": 150020,
        "xlog": {"location": 24649232}, "timeline": 2, "dcs_last_seen": 1795246804, "pending_restart": true,
        "database_system_identifier": "7710523695005684095", "patroni": {"version": "3.0.2", "scope": "orders"}})");
    QVERIFY(node);
    QCOMPARE(node->systemIdentifier, std::optional<quint64>(7710523695005684095ULL));
    QCOMPARE(node->postmasterStartTime, QDateTime(QDate(2026, 11, 21), QTime(7, 40, 1, 914), Qt::UTC));
    QCOMPARE(node->serverVersion, 150020);
    QCOMPARE(node->scope, QStringLiteral("orders"));
    QVERIFY(node->name.isEmpty() && node->pendingRestart && !node->paused && !node->clusterUnlocked);
    const auto other = parsePatroniNode(R"({"state": "running", "role": "primary", "pause": true,
        "postmaster_start_time": "2026-11-21 09:40:01+02:00", "cluster_unlocked": true,
        "patroni": {"version": "4.0.4", "scope": "orders", "name": "pg1"}})");
    QVERIFY(other);
    QCOMPARE(other->postmasterStartTime, QDateTime(QDate(2026, 11, 21), QTime(7, 40, 1), Qt::UTC));
    QCOMPARE(other->name, QStringLiteral("pg1"));
    QVERIFY(other->paused && other->clusterUnlocked && !other->systemIdentifier);
}

void TestManagers::nodeWithoutServer()
{
    const auto node = parsePatroniNode(R"({"state": "stopped", "role": "replica", "dcs_last_seen": 1795246804,
        "patroni": {"version": "3.0.2", "scope": "orders"}})");
    QVERIFY(node);
    QCOMPARE(node->state, QStringLiteral("stopped"));
    QVERIFY(!node->systemIdentifier && !node->timeline && !node->postmasterStartTime.isValid());
}

void TestManagers::notPatroni_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("html") << QByteArray("<html><body>It works!</body></html>");
    QTest::newRow("cut") << QByteArray(kCluster3).left(200);
    QTest::newRow("array") << QByteArray("[]");
    QTest::newRow("another API") << QByteArray(R"({"members": 3, "status": "green"})");
    QTest::newRow("binary") << QByteArray("\x00\xff{\"members\": []}", 16);
}

void TestManagers::notPatroni()
{
    QFETCH(QByteArray, answer);
    QVERIFY(!parsePatroniCluster(answer));
    QVERIFY(!parsePatroniNode(answer));
    QVERIFY(!parsePatroniCluster(answer).error().message.isEmpty());
}

void TestManagers::owner_data()
{
    QTest::addColumn<ManagerFacts>("facts");
    QTest::addColumn<QString>("owner");
    QTest::newRow("nothing seen") << ManagerFacts{} << "none";
    QTest::newRow("REST API") << ManagerFacts{.patroniAnswers = true} << "patroni";
    QTest::newRow("Patroni's session") << ManagerFacts{.patroniSession = true} << "patroni";
    QTest::newRow("its way to start only") << ManagerFacts{.patroniStarted = true} << "patroni";
    QTest::newRow("repmgr.nodes") << ManagerFacts{.repmgrNodes = true} << "repmgr";
    QTest::newRow("repmgr's library only") << ManagerFacts{.repmgrLibrary = true} << "repmgr";
    QTest::newRow("pg_autoctl's role") << ManagerFacts{.autoFailoverRoles = true} << "pg_auto_failover";
    QTest::newRow("its monitor") << ManagerFacts{.autoFailoverLibrary = true} << "pg_auto_failover";
    // A cluster that moved from repmgr to Patroni kept the tables.
    QTest::newRow("Patroni over repmgr's tables")
        << ManagerFacts{.patroniSession = true, .repmgrNodes = true, .repmgrLibrary = true} << "patroni";
    QTest::newRow("repmgr over a way to start")
        << ManagerFacts{.patroniStarted = true, .repmgrNodes = true} << "repmgr";
}

void TestManagers::owner()
{
    QFETCH(ManagerFacts, facts);
    QFETCH(QString, owner);
    QCOMPARE(toString(managerOf(facts)), owner);
    // What one server shows the cluster has, in whatever order they are asked.
    ManagerFacts sum;
    sum |= facts;
    sum |= ManagerFacts{};
    QVERIFY(sum == facts);
}

void TestManagers::clientReads()
{
    Host host(http("200 OK", kCluster3));
    // A node without a server answers 503, and says so in the body all the same.
    Host down(
        http("503 Service Unavailable", R"({"state": "stopped", "patroni": {"version": "3.0.2", "scope": "o"}})"));
    PatroniClient client;
    std::optional<core::Result<PatroniCluster>> cluster;
    std::optional<core::Result<PatroniNode>> node;
    client.cluster(host.url() + QStringLiteral("/base/"), 5000, [&](const auto &answer) { cluster = answer; });
    client.node(down.url(), 5000, [&](const auto &answer) { node = answer; });
    QTRY_VERIFY(cluster && node);
    QVERIFY2(cluster->has_value(), cluster->has_value() ? "" : qPrintable(cluster->error().message));
    QVERIFY(**cluster == parsed(kCluster3));
    QVERIFY(host.request.startsWith("GET /base/cluster HTTP/1.1\r\n"));
    QVERIFY(down.request.startsWith("GET /patroni HTTP/1.1\r\n"));
    QVERIFY(node->has_value());
    QCOMPARE((*node)->state, QStringLiteral("stopped"));
}

void TestManagers::clientSaysWhyNot_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("words");
    QTest::newRow("wants a password") << http("401 Unauthorized", "{}") << "401";
    QTest::newRow("moved") << http("302 Found\r\nLocation: http://127.0.0.1:1/", "") << "302";
    QTest::newRow("another server") << http("200 OK", "<html>") << "JSON";
    QTest::newRow("not HTTP") << QByteArray("R\0\0\0\10PostgreSQL\r\n\r\n", 22) << "127.0.0.1";
    QTest::newRow("endless") << http("200 OK", QByteArray(3 << 20, ' ')) << "too much";
}

void TestManagers::clientSaysWhyNot()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, words);
    Host host(answer);
    PatroniClient client;
    std::optional<core::Result<PatroniCluster>> cluster;
    client.cluster(host.url(), 5000, [&](const auto &result) { cluster = result; });
    QTRY_VERIFY(cluster);
    QVERIFY(!*cluster);
    QVERIFY2(cluster->error().message.contains(words), qPrintable(cluster->error().message));
}

void TestManagers::clientHasOneDeadline()
{
    Host silent{QByteArray()};
    PatroniClient client;
    std::optional<core::Result<PatroniCluster>> slow;
    std::optional<core::Result<PatroniCluster>> refused;
    std::optional<core::Result<PatroniCluster>> unwritten;
    client.cluster(silent.url(), 100, [&](const auto &result) { slow = result; });
    client.cluster(QStringLiteral("http://127.0.0.1:1"), 5000, [&](const auto &result) { refused = result; });
    client.cluster(QStringLiteral("10.0.0.11:8008"), 5000, [&](const auto &result) { unwritten = result; });
    QVERIFY(!slow && !refused && !unwritten); // never from within the call
    QTRY_VERIFY(slow && refused && unwritten);
    QVERIFY(slow->error().kind == core::Error::Kind::Timeout);
    QVERIFY(refused->error().kind == core::Error::Kind::Connection);
    QVERIFY(unwritten->error().kind == core::Error::Kind::Invalid);
}

void TestManagers::namesAndHostsAreClean()
{
    const PatroniCluster cluster = parsed(R"({"members": [
        {"name": "pg\n1\u001b[31m", "host": "10.0.0.1\n", "port": 5432},
        {"name": "pg2", "host": "10.0.0.2,10.0.0.3", "port": 5432},
        {"name": "pg3", "host": "evil.example/x?y=", "port": 5432},
        {"name": "pg4", "host": "db-4.example", "port": 5432}]})");
    QCOMPARE(cluster.members.size(), std::size_t(4));
    QCOMPARE(cluster.members.at(0).name, QStringLiteral("pg1"));
    for (const std::size_t refused : {0, 1, 2}) {
        QCOMPARE(cluster.members.at(refused).host, QString());
    }
    QCOMPARE(cluster.members.at(3).host, QStringLiteral("db-4.example"));
}

QTEST_GUILESS_MAIN(TestManagers)
#include "tst_managers.moc"
