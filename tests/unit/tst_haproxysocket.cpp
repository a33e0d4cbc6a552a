// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "fakehands.h"
#include "haproxybench.h"
#include "operations/address/look.h"

using namespace haproxybench;
using namespace howdah::testsupport;

namespace {

QString minimal(const QString &address)
{
    return QStringLiteral("[[node]]\nconninfo = \"host=a\"\n[[address]]\nname = \"w\"\nip = \"10.0.0.50\"\n") + address;
}

} // namespace

/// What the cluster file says of gateways, and what the socket of HAProxy there says.
class TestHaproxySocket : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void clusterFileIsReadAndWritten();
    void clusterFileIsRefused_data();
    void clusterFileIsRefused();
    void gatewaysHaveNamesAndPlaces();
    void socketIsRead();
    void garbageIsNoServer_data();
    void garbageIsNoServer();
    void serversAreKnownByAddressAndPort();
    void silentChecksSayNothing();
    void gatewaysAreAsked();
};

void TestHaproxySocket::clusterFileIsReadAndWritten()
{
    const auto least = cluster::parseClusterFile(
        minimal(QStringLiteral("provider = \"haproxy\"\nbackend = \"pg_write\"\n")), QStringLiteral("o.toml"));
    QVERIFY2(least, least ? "" : qPrintable(least.error().message));
    QCOMPARE(least->addresses.front().socket, QStringLiteral("/run/haproxy/admin.sock"));
    QVERIFY(least->addresses.front().gateways.empty());
    QVERIFY(!cluster::writeClusterFile(*least).contains(QLatin1String("socket")));
    const auto whole = cluster::parseClusterFile(
        minimal(QStringLiteral("provider = \"haproxy\"\nbackend = \"pg_write\"\nsocket = \"/run/h.sock\"\ngateways = "
                               "[[\"ssh\", \"root@gw1\"], []]\n")),
        QStringLiteral("o.toml"));
    QVERIFY2(whole, whole ? "" : qPrintable(whole.error().message));
    const std::vector<QStringList> two{{QStringLiteral("ssh"), QStringLiteral("root@gw1")}, {}};
    QCOMPARE(whole->addresses.front().gateways, two);
    const auto again = cluster::parseClusterFile(cluster::writeClusterFile(*whole), QStringLiteral("o.toml"));
    QVERIFY(again && again->addresses == whole->addresses);
}

void TestHaproxySocket::clusterFileIsRefused_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const char *text, const char *place, const char *says) {
        QTest::newRow(name) << minimal(QLatin1String(text)) << QString::fromLatin1(place) << QString::fromLatin1(says);
    };
    const char *const kHaproxy = "provider = \"haproxy\"\nbackend = \"b\"\n";
    row("no backend", "provider = \"haproxy\"\n", "line 3", "has no \"backend\"");
    row("backend is empty", "provider = \"haproxy\"\nbackend = \"\"\n", "line 7, column 11", "is empty");
    row("backend is a number", "provider = \"haproxy\"\nbackend = 5\n", "line 7, column 11", "not a number");
    row("backend holds another command", "provider = \"haproxy\"\nbackend = \"b;set\"\n", "line 7, column 11",
        "is no name of a backend");
    row("backend of another", "provider = \"aws\"\nbackend = \"b\"\n", "line 7, column 11",
        "goes with provider \"haproxy\" only");
    row("gateways of another", "provider = \"host\"\ngateways = [[]]\n", "line 7, column 12",
        "goes with provider \"haproxy\" only");
    row("mistyped", "provider = \"haproxy\"\nbackned = \"b\"\n", "line 7, column 1", "unknown key \"backned\"");
    const auto more = [&row, kHaproxy](const char *name, const char *line, const char *place, const char *says) {
        row(name, (QByteArray(kHaproxy) + line).constData(), place, says);
    };
    more("socket is relative", "socket = \"admin.sock\"\n", "line 8, column 10", "is no absolute path");
    more("socket is odd", "socket = \"/run/a,b\"\n", "line 8, column 10", "is no absolute path");
    more("socket is a list", "socket = []\n", "line 8, column 10", "not a list");
    more("gateways is text", "gateways = \"gw1\"\n", "line 8, column 12", "a list of lists of words, not text");
    more("gateways is flat", "gateways = [\"ssh\", \"gw1\"]\n", "line 8, column 13", "only lists of words, not text");
    more("gateways is empty", "gateways = []\n", "line 8, column 12", "names none");
    more("gateways holds a number", "gateways = [[\"ssh\", 5]]\n", "line 8, column 21", "only text in quotes");
    more("gateways begins empty", "gateways = [[\"\"]]\n", "line 8, column 13", "begins with an empty word");
    more("gateways has one twice", "gateways = [[\"ssh\", \"a\"], [\"ssh\", \"a\"]]\n", "line 8, column 27", "twice");
    more("address named twice", "[[address]]\nname = \"w\"\nip = \"::1\"\nprovider = \"aws\"\n", "line 9, column 8",
         "named twice");
}

void TestHaproxySocket::clusterFileIsRefused()
{
    QFETCH(QString, text);
    QFETCH(QString, place);
    QFETCH(QString, says);
    const auto config = cluster::parseClusterFile(text, QStringLiteral("o.toml"));
    QVERIFY(!config);
    QVERIFY2(config.error().message.contains(place) && config.error().message.contains(says),
             qPrintable(config.error().message));
}

void TestHaproxySocket::gatewaysHaveNamesAndPlaces()
{
    cluster::ClusterConfig config;
    cluster::AddressConfig address = writeAddress();
    QCOMPARE(gatewayNames(address), QStringList({QStringLiteral("gw1"), QStringLiteral("gw2")}));
    QCOMPARE(gatewayPlace(address, 1), QStringLiteral("gateway gw2 of write"));
    const QString ssh = QStringLiteral("ssh"), p = QStringLiteral("-p");
    address.gateways = {{ssh, p, QStringLiteral("2222"), QStringLiteral("root@gw1")},
                        {ssh, QStringLiteral("root@gw1"), QStringLiteral("sudo"), QStringLiteral("-n")},
                        {QStringLiteral("docker"), QStringLiteral("exec"), QStringLiteral("proxy")},
                        {}};
    QCOMPARE(gatewayNames(address), QStringList({QStringLiteral("gw1"), QStringLiteral("gw1-2"),
                                                 QStringLiteral("proxy"), QStringLiteral("here")}));
    config.addresses = {address};
    for (std::size_t i = 0; i < address.gateways.size(); ++i) {
        const auto place = placeOf(config, gatewayPlace(address, i));
        QVERIFY(place && place->node.hasCommand);
        QCOMPARE(place->node.command, address.gateways[i]);
    }
    QCOMPARE(gatewayPlace(address, 3), consolePlace());
    address.gateways.clear(); // left out: this machine
    QCOMPARE(gatewaysOf(address).size(), std::size_t(1));
    QCOMPARE(gatewayPlace(address, 0), consolePlace());
}

void TestHaproxySocket::socketIsRead()
{
    const GatewayFacts facts = gateway("gw1", said(byCheck()));
    QVERIFY(facts.error.isEmpty() && facts.may && facts.keepsState.value_or(false));
    QCOMPARE(facts.by, QStringLiteral("perl"));
    QCOMPARE(facts.version, QStringLiteral("2.6.12"));
    QCOMPARE(facts.servers.size(), std::size_t(3));
    const GatewayServer &b = facts.servers[1];
    QCOMPARE(b.name, QStringLiteral("b"));
    QCOMPARE(b.ip, QStringLiteral("10.0.0.12"));
    QCOMPARE(b.port, 5432);
    QCOMPARE(b.checkState, kChecked);
    QCOMPARE(b.checkStatus, QStringLiteral("L7STS")); // of one that is under way the last
    QVERIFY(takesSessions(facts.servers[0]) && !takesSessions(b) && !isKeptByState(b));
    QCOMPARE(serversText(facts), QStringLiteral("a UP, b DOWN (L7STS, …), c DOWN (L7STS)"));
    const GatewayFacts user = gateway("gw1", said(byState(), QStringLiteral("user"), {}));
    QVERIFY(user.error.isEmpty() && !user.may && !user.keepsState);
    QVERIFY(!gateway("gw1", said(byState(), QStringLiteral("admin"), QStringLiteral("howdah-config read\n")))
                 .keepsState.value_or(true));
    // Warming up counts; a weight of nothing, stopping and every way of being kept out do not.
    const auto takes = [](int state, int admin, int weight = 1) {
        return takesSessions(
            gateway("gw1", said({{"a", "10.0.0.11", state, admin, "", "", "", 0, 0, 5432, weight}})).servers.front());
    };
    QVERIFY(takes(1, 0) && takes(2, 0x04) && takes(2, 0x40));
    QVERIFY(!takes(0, 0) && !takes(3, 0) && !takes(2, 0, 0));
    for (const int admin : {0x01, 0x02, 0x08, 0x10, 0x20}) {
        QVERIFY(!takes(2, admin));
    }
}

void TestHaproxySocket::garbageIsNoServer_data()
{
    QTest::addColumn<QString>("output");
    QTest::addColumn<QString>("error");
    QTest::newRow("nothing") << QString() << QStringLiteral("no socket of HAProxy's workers");
    QTest::newRow("a problem") << QStringLiteral("howdah-problem there is no socket /x\n")
                               << QStringLiteral("there is no socket /x");
    QTest::newRow("no backend") << QStringLiteral("howdah-by nc\nadmin\n\nVersion: 2.6\n\nCan't find backend.\n\n")
                                << QStringLiteral("no backend pg_write");
    QTest::newRow("a master's") << QStringLiteral("Unknown command: 'show servers state'.\n")
                                << QStringLiteral("Unknown command");
    QTest::newRow("another backend") << said(byState()).replace(QLatin1String("pg_write"), QLatin1String("pg_read"))
                                     << QStringLiteral("no backend pg_write");
    QTest::newRow("names that are commands")
        << said({{"a;shutdown", "10.0.0.11"}}) << QStringLiteral("no backend pg_write");
    QTest::newRow("cut off") << said(byState()).left(said(byState()).indexOf(QLatin1String("2 pg_write")) + 20)
                             << QStringLiteral("no backend pg_write");
}

void TestHaproxySocket::garbageIsNoServer()
{
    QFETCH(QString, output);
    QFETCH(QString, error);
    const GatewayFacts facts = gateway("gw1", output);
    QVERIFY(facts.servers.empty());
    QVERIFY2(facts.error.contains(error), qPrintable(facts.error));
}

void TestHaproxySocket::serversAreKnownByAddressAndPort()
{
    const Move move = moveOf(byState());
    GatewayFacts facts = move.facts.gateways.front();
    const auto node = [&](const char *ip, int port = 5432) {
        return nodeOf(gateway("gw1", said({{"pg1", ip, 2, 0, "", "", "", 0, 0, port}})).servers.front(), facts,
                      {{pg1, {QStringLiteral("10.0.0.11"), QStringLiteral("127.0.0.1")}, 5432},
                       {pg2, {QStringLiteral("fd00::2"), QStringLiteral("10.0.0.12")}, 5432},
                       {pg3, {QStringLiteral("10.0.0.12")}, 5433},
                       {pg2, {QStringLiteral("172.17.0.1")}, 5432},
                       {pg3, {QStringLiteral("172.17.0.1")}, 5432}});
    };
    QCOMPARE(node("172.17.0.1"), QString()); // behind one address all look alike
    QCOMPARE(node("10.0.0.11"), pg1);
    QCOMPARE(node("10.0.0.12"), pg2); // whatever HAProxy calls it
    QCOMPARE(node("10.0.0.12", 5433), pg3);
    QCOMPARE(node("fd00:0::2"), pg2);
    QCOMPARE(node("10.0.0.11", 6432), QString());
    QCOMPARE(node("-"), QString());
    QCOMPARE(node("127.0.0.1"), QString()); // the gateway's own
    facts.place = consolePlace();
    QCOMPARE(node("127.0.0.1"), pg1);
    // Where the nodes are, by what is known of them: as they are connected to, as upstreams see them, by name.
    const cluster::ClusterState pair = healthyState();
    Facts known;
    known.nodeIps.insert(pg1, {QStringLiteral("192.0.2.1")});
    const std::vector<Peer> peers = peersOf(pair, known);
    QCOMPARE(peers.size(), std::size_t(2));
    QVERIFY(peers[0].ips.contains(QStringLiteral("192.0.2.1")));
    QVERIFY2(peers[1].ips.contains(QStringLiteral("10.0.0.12")), qPrintable(peers[1].ips.join(QLatin1Char(' '))));
    QCOMPARE(peers[1].port, 5432);
}

/// A check that has no answer says nothing of a server's role.
void TestHaproxySocket::silentChecksSayNothing()
{
    GatewayServer server;
    for (const char *silent :
         {"", "UNK", "INI", "SOCKERR", "L4TOUT", "L4CON", "L6TOUT", "L6RSP", "L7TOUT", "PROCTOUT"}) {
        server.checkStatus = QLatin1String(silent);
        QVERIFY2(isUnreached(server), silent);
    }
    for (const char *says : {"L7STS", "L7RSP", "L7OK", "L6OK", "PROCERR", "PROCOK"}) {
        server.checkStatus = QLatin1String(says);
        QVERIFY2(!isUnreached(server), says);
    }
}

void TestHaproxySocket::gatewaysAreAsked()
{
    unit::FakeHands hands;
    cluster::NodeConfig named, numbered, witness;
    named.name = pg1;
    named.conninfo = QStringLiteral("host=localhost");
    numbered.name = pg2;
    numbered.conninfo = QStringLiteral("host=10.0.0.12");
    witness.name = pg3;
    witness.conninfo = QStringLiteral("host=10.0.0.13");
    witness.kind = cluster::NodeKind::Witness;
    for (const Look::Depth depth : {Look::Depth::Whole, Look::Depth::Server}) {
        Look look(writeAddress(), hands);
        std::optional<Facts> found;
        hands.told.clear();
        look.start(
            {named, numbered, witness}, [&found](Facts facts) { found = std::move(facts); }, depth);
        QVERIFY(!found);
        QTRY_VERIFY(found);
        const QStringList commands = hands.told.filter(QLatin1String("$ sh -c"));
        if (depth == Look::Depth::Server) {
            QVERIFY(commands.isEmpty() && found->gateways.empty());
            continue;
        }
        QCOMPARE(commands.size(), 2);
        QVERIFY(commands[0].startsWith(QLatin1String("gateway gw1 of write$")));
        QVERIFY(commands[1].endsWith(QLatin1String("howdah-gateway /run/haproxy/admin.sock pg_write")));
        QCOMPARE(found->gateways.size(), std::size_t(2));
        QCOMPARE(found->gateways[1].name, QStringLiteral("gw2"));
        QVERIFY(!found->gateways[1].error.isEmpty()); // nothing was said
        QVERIFY(found->nodeIps.value(pg1).contains(QStringLiteral("127.0.0.1")));
        QCOMPARE(found->nodeIps.value(pg2), QStringList{QStringLiteral("10.0.0.12")});
        QVERIFY(!found->nodeIps.contains(pg3));
    }
}

QTEST_GUILESS_MAIN(TestHaproxySocket)
#include "tst_haproxysocket.moc"
