// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "fakehands.h"
#include "operations/address/look.h"
#include "operations/address/moveplan.h"
#include "operations/address/mover.h"
#include "operations/places.h"
#include "support/sights.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::operations::address;
using namespace howdah::testsupport;
using cluster::Verdict;

namespace {

const QString pg1 = QStringLiteral("pg1"), pg2 = QStringLiteral("pg2"), pg3 = QStringLiteral("pg3");

/// A server as HAProxy 2.6 tells it.
struct Row {
    const char *name;
    const char *ip;
    int state = 2;
    int admin = 0;
    const char *status = "no check";
    const char *check = "";
    const char *says = "";
    int checkState = 0;
    int checkResult = 0;
    int port = 5432;
    int weight = 1;
    int backup = 0;
    int agentState = 0;
    int sessions = 0;
};

const char *const kStateHeader =
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
    "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state "
    "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr "
    "srv_agent_addr srv_agent_port";
/// Its columns up to the last that is read.
const char *const kStatHeader =
    "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,"
    "bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,"
    "check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,"
    "req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,";

QString said(const std::vector<Row> &rows, const QString &level = QStringLiteral("admin"),
             const QString &config = QStringLiteral("howdah-config read\nhowdah-config keeps\n"))
{
    QString text = QStringLiteral("howdah-by perl\n%1%2\n\nName: HAProxy\nVersion: 2.6.12-1+deb12u4\nPid: 7\n\n1\n%3\n")
                       .arg(config, level, QLatin1String(kStateHeader));
    int id = 0;
    for (const Row &row : rows) {
        text += QStringLiteral("2 pg_write %1 %2 %3 %4 %5 %6 1 9 1 %7 3 %8 %9 0 0 - %10 - 0 0 - - 0\n")
                    .arg(++id)
                    .arg(QLatin1String(row.name), QLatin1String(row.ip))
                    .arg(row.state)
                    .arg(row.admin)
                    .arg(row.weight)
                    .arg(row.checkResult)
                    .arg(row.checkState)
                    .arg(row.agentState)
                    .arg(row.port);
    }
    text += QStringLiteral("\n%1\n").arg(QLatin1String(kStatHeader));
    for (const Row &row : rows) {
        QStringList cells = QString(56, QLatin1Char(',')).split(QLatin1Char(','));
        cells[0] = QStringLiteral("pg_write");
        cells[1] = QLatin1String(row.name);
        cells[4] = QString::number(row.sessions);
        cells[17] = QLatin1String(row.status);
        cells[20] = QString::number(row.backup);
        cells[36] = QLatin1String(row.check);
        cells[56] = QLatin1String(row.says);
        text += cells.join(QLatin1Char(',')) + QStringLiteral(",\n");
    }
    return text + QLatin1Char('\n');
}

constexpr int kChecked = 6; ///< configured and enabled

/// The state decides: pg1 takes sessions. The names of the servers say the contrary.
std::vector<Row> byState()
{
    return {{"pg2", "10.0.0.11"}, {"pg1", "10.0.0.12", 0, 5, "MAINT"}, {"c", "10.0.0.13", 0, 1, "MAINT"}};
}

/// A check that only the primary passes decides.
std::vector<Row> byCheck()
{
    return {{"a", "10.0.0.11", 2, 0, "UP", "L7OK", "", kChecked, 3},
            {"b", "10.0.0.12", 0, 0, "DOWN", "* L7STS", "\"HTTP status check, \"\"503\"\"\"", kChecked, 2},
            {"c", "10.0.0.13", 0, 0, "DOWN", "L7STS", "", kChecked, 2}};
}

GatewayFacts gateway(const char *name, const QString &output)
{
    GatewayFacts facts = gatewayFrom(QStringLiteral("pg_write"), output);
    facts.name = QLatin1String(name);
    facts.place = QStringLiteral("gateway %1 of write").arg(facts.name);
    return facts;
}

cluster::AddressConfig writeAddress()
{
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = QStringLiteral("10.0.0.50");
    address.provider = QStringLiteral("haproxy");
    address.backend = QStringLiteral("pg_write");
    address.gateways = {{QStringLiteral("ssh"), QStringLiteral("root@gw1")},
                        {QStringLiteral("ssh"), QStringLiteral("root@gw2")}};
    return address;
}

/// From pg1 to pg2, in a switchover.
Move moveOf(const std::vector<Row> &rows)
{
    Move move;
    move.address = writeAddress();
    move.from = pg1;
    move.to = pg2;
    move.peers = {{pg1, {QStringLiteral("10.0.0.11")}, 5432},
                  {pg2, {QStringLiteral("10.0.0.12")}, 5432},
                  {pg3, {QStringLiteral("10.0.0.13")}, 5432}};
    move.systemIdentifier = QStringLiteral("7");
    move.facts.writable = true;
    move.facts.systemIdentifier = QStringLiteral("7");
    move.facts.gateways = {gateway("gw1", said(rows)), gateway("gw2", said(rows))};
    return move;
}

/// "id result", one a check.
QStringList resultsOf(const Move &move)
{
    QStringList all;
    for (const Check &check : checksOf(move)) {
        all.append(check.id + QLatin1Char(' ') + toString(check.result));
    }
    return all;
}

/// What is sent to the socket, and what must be so afterwards.
QString sentBy(const Action &action)
{
    return action.argv.sliced(7).join(QStringLiteral(" | "));
}

GatewayServer &server(Move &move, int gateway, int index)
{
    return move.facts.gateways[static_cast<std::size_t>(gateway)].servers[static_cast<std::size_t>(index)];
}

using Change = void (*)(Move &);
using FactsChange = void (*)(Facts &);

QString minimal(const QString &address)
{
    return QStringLiteral("[[node]]\nconninfo = \"host=a\"\n[[address]]\nname = \"w\"\nip = \"10.0.0.50\"\n") + address;
}

} // namespace

Q_DECLARE_METATYPE(Change)
Q_DECLARE_METATYPE(FactsChange)

/// Addresses behind HAProxy: what its sockets say, what that comes to, and what is sent to them.
class TestHaproxyMover : public QObject {
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
    void isChecked_data();
    void isChecked();
    void everyCheckHasItsId();
    void stateIsSetOldOneFirst();
    void checkIsPutForward();
    void whatIsThereIsLeftAlone();
    void drainComesBack();
    void nobodyNewIsLetThroughForAMoment();
    void eachGatewayIsItsOwnStep();
    void gatewaysAreAsked();
    void truthOfGateways_data();
    void truthOfGateways();
    void movedByItself();

private:
    /// A pair that is well, and what answers on the address: pg1.
    cluster::ClusterState state() const;
};

void TestHaproxyMover::clusterFileIsReadAndWritten()
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

void TestHaproxyMover::clusterFileIsRefused_data()
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

void TestHaproxyMover::clusterFileIsRefused()
{
    QFETCH(QString, text);
    QFETCH(QString, place);
    QFETCH(QString, says);
    const auto config = cluster::parseClusterFile(text, QStringLiteral("o.toml"));
    QVERIFY(!config);
    QVERIFY2(config.error().message.contains(place) && config.error().message.contains(says),
             qPrintable(config.error().message));
}

void TestHaproxyMover::gatewaysHaveNamesAndPlaces()
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

void TestHaproxyMover::socketIsRead()
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
    QCOMPARE(b.checkResult, 2);
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

void TestHaproxyMover::garbageIsNoServer_data()
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

void TestHaproxyMover::garbageIsNoServer()
{
    QFETCH(QString, output);
    QFETCH(QString, error);
    const GatewayFacts facts = gateway("gw1", output);
    QVERIFY(facts.servers.empty());
    QVERIFY2(facts.error.contains(error), qPrintable(facts.error));
}

void TestHaproxyMover::serversAreKnownByAddressAndPort()
{
    const Move move = moveOf(byState());
    GatewayFacts facts = move.facts.gateways.front();
    const auto node = [&](const char *ip, int port = 5432) {
        return nodeOf(gateway("gw1", said({{"pg1", ip, 2, 0, "", "", "", 0, 0, port}})).servers.front(), facts,
                      {{pg1, {QStringLiteral("10.0.0.11"), QStringLiteral("127.0.0.1")}, 5432},
                       {pg2, {QStringLiteral("fd00::2"), QStringLiteral("10.0.0.12")}, 5432},
                       {pg3, {QStringLiteral("10.0.0.12")}, 5433}});
    };
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
    const cluster::ClusterState pair = state();
    Facts known;
    known.nodeIps.insert(pg1, {QStringLiteral("192.0.2.1")});
    const std::vector<Peer> peers = peersOf(pair, known);
    QCOMPARE(peers.size(), std::size_t(2));
    QVERIFY(peers[0].ips.contains(QStringLiteral("192.0.2.1")));
    QVERIFY2(peers[1].ips.contains(QStringLiteral("10.0.0.12")), qPrintable(peers[1].ips.join(QLatin1Char(' '))));
    QCOMPARE(peers[1].port, 5432);
}

void TestHaproxyMover::isChecked_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const char *expected, Change change) {
        QTest::newRow(name) << change << QString::fromLatin1(expected);
    };
    row("not asked", "address_gateway:write unknown", [](Move &m) { m.facts.gateways.clear(); });
    row("out of reach", "address_gateway:write:gw2 failed", [](Move &m) {
        m.facts.gateways[1] = gateway("gw2", {});
        m.facts.gateways[1].error = QStringLiteral("no route to host");
    });
    row("no admin", "address_gateway:write:gw2 failed",
        [](Move &m) { m.facts.gateways[1] = gateway("gw2", said(byState(), QStringLiteral("operator"))); });
    row("no backend", "address_gateway:write:gw2 failed",
        [](Move &m) { m.facts.gateways[1] = gateway("gw2", QStringLiteral("admin\n\nCan't find backend.\n")); });
    row("the new one is no server", "address_servers:write:gw2 failed",
        [](Move &m) { server(m, 1, 1).ip = QStringLiteral("10.0.0.99"); });
    row("the new one is at another port", "address_servers:write:gw1 failed",
        [](Move &m) { server(m, 0, 1).port = 6432; });
    row("the old one is no server", "address_servers:write:gw2 failed",
        [](Move &m) { server(m, 1, 0).ip = QStringLiteral("10.0.0.99"); });
    row("several take sessions", "address_route:write:gw1 failed", [](Move &m) {
        server(m, 0, 1).state = 2;
        server(m, 0, 1).admin = 0;
    });
    row("one more is a backup", "address_route:write:gw1 failed", [](Move &m) {
        server(m, 0, 2).state = 2;
        server(m, 0, 2).admin = 0;
        server(m, 0, 2).isBackup = true;
    });
    row("none takes sessions", "address_route:write:gw1 warning", [](Move &m) { server(m, 0, 0).state = 0; });
    row("it leads to a standby", "address_route:write:gw1 warning",
        [](Move &m) { std::swap(server(m, 0, 0).ip, server(m, 0, 2).ip); });
    row("it leads to a stranger", "address_route:write:gw1 warning", [](Move &m) {
        m.from.clear();
        server(m, 0, 0).ip = QStringLiteral("10.0.0.99");
    });
    row("it tracks another", "address_way:write:gw1 failed", [](Move &m) { server(m, 0, 1).admin |= 0x02; });
    row("its name leads nowhere", "address_way:write:gw1 failed", [](Move &m) { server(m, 0, 1).admin = 0x20; });
    row("it has no weight", "address_way:write:gw2 failed", [](Move &m) { server(m, 1, 1).weight = 0; });
    row("an agent says so too", "address_way:write:gw1 warning", [](Move &m) { server(m, 0, 1).agentState = 0x16; });
    row("only a failing check keeps another out", "address_way:write:gw1 warning",
        [](Move &m) { server(m, 0, 2).admin = 0; });
    row("it forgets", "address_way:write:gw1 warning", [](Move &m) { m.facts.gateways[0].keepsState = false; });
    row("whether it forgets is not known", "address_way:write:gw1 warning",
        [](Move &m) { m.facts.gateways[0].keepsState.reset(); });
    row("it forgets, and leads there by itself", "address_way:write:gw1 passed", [](Move &m) {
        m.facts.gateways[0].keepsState = false;
        server(m, 0, 1).admin = 0x01;
        server(m, 0, 0).admin = 0x04;
        server(m, 0, 2).admin = 0x05;
    });
    const auto checked = [](const char *name, const char *expected, Change change) {
        QTest::addRow("by check: %s", name) << change << QString::fromLatin1(expected);
    };
    checked("as it should be", "address_way:write:gw1 passed", [](Move &m) { m = moveOf(byCheck()); });
    checked("it can't connect", "address_way:write:gw1 failed", [](Move &m) {
        m = moveOf(byCheck());
        server(m, 0, 1).checkStatus = QStringLiteral("L4CON");
    });
    checked("it is the primary, and found down", "address_way:write:gw1 failed", [](Move &m) {
        m = moveOf(byCheck());
        m.alone = true;
    });
    checked("the old one has none", "address_way:write:gw2 failed", [](Move &m) {
        m = moveOf(byCheck());
        server(m, 1, 0).checkState = 0;
    });
    checked("an agent's", "address_way:write:gw2 failed", [](Move &m) {
        m = moveOf(byCheck());
        server(m, 1, 1).agentState = 0x16;
    });
    row("another cluster", "addresses:write failed", [](Move &m) { m.facts.systemIdentifier = QStringLiteral("8"); });
}

void TestHaproxyMover::isChecked()
{
    QFETCH(Change, change);
    QFETCH(QString, expected);
    Move move = moveOf(byState());
    change(move);
    QVERIFY2(resultsOf(move).contains(expected), qPrintable(resultsOf(move).join(QLatin1Char('\n'))));
    for (const Check &check : checksOf(move)) { // whoever is refused is told what to do
        QCOMPARE(check.remedy.isEmpty(), check.result == CheckResult::Passed);
        QVERIFY(!check.evidence.isEmpty());
    }
}

void TestHaproxyMover::everyCheckHasItsId()
{
    QStringList expected{QStringLiteral("addresses:write passed")};
    for (const char *name : {"gw1", "gw2"}) {
        for (const char *id : {"address_gateway", "address_servers", "address_route", "address_way"}) {
            expected.append(QStringLiteral("%1:write:%2 passed").arg(QLatin1String(id), QLatin1String(name)));
        }
    }
    QCOMPARE(resultsOf(moveOf(byState())), expected);
    QCOMPARE(resultsOf(moveOf(byCheck())), expected);
}

void TestHaproxyMover::stateIsSetOldOneFirst()
{
    const std::vector<Step> steps = moveSteps(moveOf(byState()));
    QCOMPARE(steps.size(), std::size_t(3));
    const Action &lead = steps.front().actions.front();
    QCOMPARE(lead.node, QStringLiteral("gateway gw1 of write"));
    QVERIFY(!lead.asRoot);
    QCOMPARE(lead.argv.sliced(3, 4),
             QStringList({QStringLiteral("howdah-lead"), QStringLiteral("/run/haproxy/admin.sock"),
                          QStringLiteral("perl"), QStringLiteral("pg_write")}));
    QCOMPARE(sentBy(lead), QStringLiteral("set server pg_write/pg2 state maint; set server pg_write/pg2 weight 100%; "
                                          "shutdown sessions server pg_write/pg2; set server pg_write/pg1 state ready "
                                          "| +pg1 | -pg2"));
    QCOMPARE(sentBy(steps.front().undo.front()),
             QStringLiteral("set server pg_write/pg1 state maint; shutdown sessions server pg_write/pg1; set server "
                            "pg_write/pg2 state ready | -pg1 | +pg2"));
    const Step settle = settleStep(moveOf(byState()));
    QCOMPARE(settle.actions.size(), std::size_t(4));
    QVERIFY(settle.actions[2] == steps[1].actions.front()); // whoever was restarted since is led there again
    QCOMPARE(settle.actions[3].node, QStringLiteral("gateway gw2 of write"));
    QCOMPARE(sentBy(settle.actions[3]), QStringLiteral("+pg1 | -pg2 | -c"));
    QVERIFY(settle.actions[3].pollMs > 0);
    // The old one fails a check just now: it must not come back.
    Move move = moveOf(byState());
    server(move, 0, 0).state = 0;
    QCOMPARE(
        sentBy(moveSteps(move).front().actions.front()),
        QStringLiteral("set server pg_write/pg2 state maint; set server pg_write/pg2 weight 100%; shutdown sessions "
                       "server pg_write/pg2; set server pg_write/pg1 state ready | +pg1 | -pg2"));
}

/// Nothing is set for good: the next checks have the word.
void TestHaproxyMover::checkIsPutForward()
{
    const std::vector<Step> steps = moveSteps(moveOf(byCheck()));
    QCOMPARE(sentBy(steps.front().actions.front()),
             QStringLiteral("set server pg_write/a health down; set server pg_write/a weight 100%; shutdown sessions "
                            "server pg_write/a; set server pg_write/b health up | +b | -a"));
    QCOMPARE(sentBy(steps.front().undo.front()),
             QStringLiteral("set server pg_write/b health down; shutdown sessions server pg_write/b; set server "
                            "pg_write/a health up | -b | +a"));
    for (const Step &step : steps) {
        for (const Action &action : step.actions) {
            QVERIFY(!action.argv.join(QLatin1Char(' ')).contains(QLatin1String(" state maint")));
        }
    }
}

void TestHaproxyMover::whatIsThereIsLeftAlone()
{
    Move move = moveOf(byState());
    for (const int gateway : {0, 1}) {
        std::swap(server(move, gateway, 0).ip, server(move, gateway, 1).ip);
    }
    const std::vector<Step> steps = moveSteps(move); // pg2's server is the one that takes sessions
    QCOMPARE(sentBy(steps.front().actions.front()), QStringLiteral(" | +pg2"));
    QCOMPARE(sentBy(steps.front().undo.front()), QString());
    QVERIFY(resultsOf(move).contains(QLatin1String("address_way:write:gw1 passed")));
}

void TestHaproxyMover::drainComesBack()
{
    Move move = moveOf(byState());
    server(move, 0, 1).admin = 0x08;
    server(move, 0, 1).state = 2;
    const std::vector<Step> steps = moveSteps(move);
    QVERIFY(sentBy(steps.front().actions.front()).contains(QLatin1String("pg_write/pg1 state ready")));
    QVERIFY(sentBy(steps.front().undo.front()).startsWith(QLatin1String("set server pg_write/pg1 state drain; ")));
}

/// While the old primary is down HAProxy must not try it: clients would wait for its next try.
void TestHaproxyMover::nobodyNewIsLetThroughForAMoment()
{
    Move move = moveOf(byState());
    server(move, 1, 0).weight = 30; // somebody has set that
    const std::vector<Step> steps = haproxyMover().hold(move);
    QCOMPARE(steps.size(), std::size_t(2));
    const Action &hold = steps.front().actions.front();
    QCOMPARE(hold.node, QStringLiteral("gateway gw1 of write"));
    QVERIFY(!hold.asRoot && hold.argv[4].toInt() > 0);
    QCOMPARE(hold.argv.sliced(5),
             QStringList({QStringLiteral("set server pg_write/pg2 weight 100%"),
                          QStringLiteral("/run/haproxy/admin.sock"), QStringLiteral("perl"), QStringLiteral("pg_write"),
                          QStringLiteral("set server pg_write/pg2 weight 0%"), QStringLiteral("-pg2")}));
    QCOMPARE(sentBy(steps.front().undo.front()), QStringLiteral("set server pg_write/pg2 weight 100%"));
    QCOMPARE(sentBy(steps.back().undo.front()), QStringLiteral("set server pg_write/pg2 weight 30"));
    for (const Step &step : steps) {
        QVERIFY(step.phase == Phase::Outage && !step.remedy.isEmpty());
    }
    // Who takes no session of theirs holds none back.
    server(move, 0, 0).state = 0;
    move.facts.gateways[1].servers[0].ip = QStringLiteral("10.0.0.99");
    QVERIFY(haproxyMover().hold(move).empty());
}

void TestHaproxyMover::eachGatewayIsItsOwnStep()
{
    Move move = moveOf(byState());
    std::vector<Step> steps = moveSteps(move);
    QStringList ids;
    for (const Step &step : steps) {
        ids.append(step.id);
        QVERIFY(step.phase == Phase::Outage && !step.remedy.isEmpty());
    }
    QCOMPARE(ids.join(QLatin1Char(' ')), QStringLiteral("gateway_1_write gateway_2_write address_write"));
    QVERIFY(steps[0].lane > 0 && steps[0].lane == steps[1].lane && steps[2].lane == 0); // both at once, then the proof
    QVERIFY(steps[2].actions.empty() && steps[2].undo.empty());
    QCOMPARE(steps[2].verify.front().node, addressPlace(QStringLiteral("write")));
    // Where the address can't be reached from here the gateways' word must do.
    move.facts.error = QStringLiteral("timeout");
    steps = moveSteps(move);
    QCOMPARE(steps[2].verify.size(), std::size_t(2));
    QVERIFY(steps[2].verify.front().argv.contains(QLatin1String("howdah-see")));
    // Who has no server is led nowhere; a check refuses.
    server(move, 0, 1).port = 1;
    move.facts.gateways[1].error = QStringLiteral("gone");
    QCOMPARE(moveSteps(move).size(), std::size_t(1));
}

void TestHaproxyMover::gatewaysAreAsked()
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
    hands.results.insert(hands.told.value(0), CommandResult{});
}

cluster::ClusterState TestHaproxyMover::state() const
{
    cluster::Snapshot snapshot = startedApart(healthyPair());
    for (const QString &node : {pg1, pg2}) {
        setSetting(edit(snapshot, node), QStringLiteral("port"), QStringLiteral("5432"));
        status(snapshot, node).hostaddr = node == pg1 ? QStringLiteral("10.0.0.11") : QStringLiteral("10.0.0.12");
    }
    auto assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    return {std::make_shared<const cluster::Snapshot>(snapshot), assessment};
}

void TestHaproxyMover::truthOfGateways_data()
{
    QTest::addColumn<FactsChange>("change");
    QTest::addColumn<QString>("follows");
    QTest::addColumn<QString>("expected"); // verdict, id, holders
    const auto row = [](const char *name, const char *expected, FactsChange change, const char *follows = "primary") {
        QTest::newRow(name) << change << QString::fromLatin1(follows) << QString::fromLatin1(expected);
    };
    row("as it should be", "ok  pg1", [](Facts &) {});
    row("several", "critical address_several_servers pg1,pg2", [](Facts &f) {
        f.gateways[1] = gateway("gw2", said({{"a", "10.0.0.11"}, {"b", "10.0.0.12"}}));
    });
    row(
        "readers may have several", "ok  pg2,pg1",
        [](Facts &f) {
            f.writable = false;
            f.gateways[1] = f.gateways[0] = gateway("gw1", said({{"b", "10.0.0.12"}, {"a", "10.0.0.11"}}));
        },
        "standby");
    row("they differ", "critical address_gateways_differ pg1,pg2", [](Facts &f) {
        f.gateways[1] = gateway("gw2", said({{"a", "10.0.0.11", 0, 1}, {"b", "10.0.0.12"}}));
    });
    row("nowhere", "critical address_no_server pg1", [](Facts &f) {
        f.gateways[1] = gateway("gw2", said({{"a", "10.0.0.11", 0, 0, "DOWN"}, {"b", "10.0.0.12", 0, 1}}));
    });
    row("none is asked", "unknown address_gateway_not_asked pg1",
        [](Facts &f) { f.gateways[1] = gateway("gw2", QStringLiteral("howdah-problem there is no socket\n")); });
    row("a level too low", "warning address_gateway_level pg1",
        [](Facts &f) { f.gateways[0] = gateway("gw1", said(byState(), QStringLiteral("user"))); });
    row("a stranger", "warning address_gateway_unmatched ", [](Facts &f) {
        f.gateways[1] = f.gateways[0] = gateway("gw1", said({{"a", "10.0.0.99"}}));
    });
    row("who answers is another", "critical address_gateway_astray pg2", [](Facts &f) {
        f.gateways[1] = f.gateways[0] = gateway("gw1", said({{"b", "10.0.0.12"}}));
    });
    row("a standby, seen by nobody", "critical address_leads_to_standby pg2", [](Facts &f) {
        f.error = QStringLiteral("timeout");
        f.gateways[1] = f.gateways[0] = gateway("gw1", said({{"b", "10.0.0.12"}}));
    });
    row("seen by nobody", "unknown address_not_reached pg1", [](Facts &f) { f.error = QStringLiteral("timeout"); });
    row("the gateways were not looked at", "ok  ", [](Facts &f) { f.gateways.clear(); });
}

void TestHaproxyMover::truthOfGateways()
{
    QFETCH(FactsChange, change);
    QFETCH(QString, follows);
    QFETCH(QString, expected);
    const cluster::ClusterState pair = state();
    Facts facts = leadingTo(*pair.snapshot, pg1);
    facts.gateways = {gateway("gw1", said(byState())), gateway("gw2", said(byState()))};
    cluster::AddressConfig address = writeAddress();
    address.follows = follows;
    change(facts);
    if (follows == QLatin1String("standby")) {
        facts = [&] {
            Facts read = leadingTo(*pair.snapshot, pg2);
            read.gateways = facts.gateways;
            return read;
        }();
    }
    const Truth truth = truthOf(address, facts, pair);
    QCOMPARE(QStringLiteral("%1 %2 %3")
                 .arg(cluster::verdictKey(truth.verdict), truth.id, truth.holders.join(QLatin1Char(','))),
             expected);
    QVERIFY(!truth.says.isEmpty());
    QCOMPARE(truth.remedy.isEmpty(), truth.id.isEmpty());
    // What the gateways said stays while they are not asked anew, and is said once it was seen twice, or is not known.
    Sight sight{.address = address};
    sight = seenAnew(sight, facts, true, pair);
    Facts only = facts;
    only.gateways.clear();
    only.nodeIps.clear();
    sight = seenAnew(sight, only, false, pair);
    QCOMPARE(sight.truth.id, truth.id);
    const bool rests = truth.id.startsWith(QLatin1String("address_gateway")) ||
                       truth.id == QLatin1String("address_several_servers") ||
                       truth.id == QLatin1String("address_no_server");
    const bool once = truth.id.isEmpty() || (rests && truth.verdict != Verdict::Unknown);
    QCOMPARE(findingsOf({sight}).empty(), once);
    sight = seenAnew(sight, facts, true, pair);
    QCOMPARE(findingsOf({sight}).empty(), truth.id.isEmpty());
    if (!truth.id.isEmpty() && !facts.gateways.empty()) {
        const QString evidence = findingsOf({sight}).front().evidence;
        QVERIFY2(evidence.contains(QLatin1String("gateway gw")), qPrintable(evidence));
    }
}

/// Somebody has promoted pg1 by hand, and the gateways lead to pg2 still.
void TestHaproxyMover::movedByItself()
{
    MoveFacts facts;
    facts.config.name = QStringLiteral("orders");
    facts.config.addresses = {writeAddress()};
    facts.state = state();
    facts.address = leadingTo(*facts.state.snapshot, pg2);
    const std::vector<Row> wrong{{"a", "10.0.0.11", 0, 1, "MAINT"}, {"b", "10.0.0.12"}};
    facts.address.gateways = {gateway("gw1", said(wrong)), gateway("gw2", said(wrong))};
    const Plan plan = planMove(facts, QStringLiteral("write"), pg1);
    QStringList wrongs;
    for (const Check &check : plan.checks) {
        if (check.result != CheckResult::Passed) {
            wrongs.append(check.id + QLatin1Char(' ') + check.evidence);
        }
    }
    QVERIFY2(wrongs.isEmpty(), qPrintable(wrongs.join(QLatin1Char('\n'))));
    QStringList ids;
    for (const Step &step : plan.steps) {
        ids.append(step.id);
    }
    QCOMPARE(ids.join(QLatin1Char(' ')),
             QStringLiteral("lock gateway_1_write gateway_2_write address_write settle_write unlock"));
    QCOMPARE(plan.from, pg2);
    QCOMPARE(sentBy(plan.steps[1].actions.front()),
             QStringLiteral("set server pg_write/b state maint; shutdown sessions server pg_write/b; set server "
                            "pg_write/a state ready | +a | -b"));
    QCOMPARE(sentBy(plan.steps[2].undo.front()),
             QStringLiteral("set server pg_write/a state maint; shutdown sessions server pg_write/a; set server "
                            "pg_write/b state ready | -a | +b"));
}

QTEST_GUILESS_MAIN(TestHaproxyMover)
#include "tst_haproxymover.moc"
