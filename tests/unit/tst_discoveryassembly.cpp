// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "monitor/completion.h"
#include "monitor/discoveryassembly.h"

using namespace howdah;
using namespace howdah::monitor;

/// From facts to the proposal, with no server: what is one node, what is left out, and what is only known by hearsay.
class TestDiscoveryAssembly : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oneServerByManyAddresses();
    void managersAddressIsPreferred();
    void unmatchedStandbyIsListed();
    void standbysOfOneHostAreToldApart();
    void guessedDoorsAreSilent();
    void foreignIsNotProposed();
    void witnessSeedIsNotTheSystem();
    void memberBehindAnotherAddress();
    void repmgrNodeBehindAnotherAddress();
    void monitorIsNoNode();
    void monitorsOtherGroupsAreNotOurs();
    void monitorOfOthersIsNotOurs();
    void monitorNobodyTells();
    void upstreamNobodyReaches();
    void severalSeedsAreSeveralNodes();
    void foundHostsGetNoPassword();
    void environmentIsNotTheirs();
    void namesAreUnique();
    void whoIsAloneHasItsOwnName();
    void memberWithoutAUsableHost();
    void hostSeenFromHere();
    void aSearchCutShortIsNoted();
};

namespace {

constexpr quint64 kSystem = 7710523695005684095ULL;

ProbeAnswer server(qint64 started, bool standby, quint64 system = kSystem)
{
    ProbeAnswer answer;
    answer.serverVersion = 150000;
    answer.systemIdentifier = system;
    answer.startedMicroseconds = started * 1000000;
    answer.port = 5432;
    answer.inRecovery = standby;
    return answer;
}

AskedPlace place(const char *host, std::vector<DiscoverySource> sources, const std::optional<ProbeAnswer> &answer = {},
                 int port = 5432)
{
    AskedPlace result{.host = QString::fromLatin1(host), .port = port, .sources = std::move(sources)};
    result.answered = answer.has_value();
    result.answer = answer.value_or(ProbeAnswer{});
    if (!answer) {
        result.error =
            core::Error{.kind = core::Error::Kind::Connection, .message = QStringLiteral("No route to host.")};
    }
    return result;
}

DiscoveryFacts facts(std::vector<AskedPlace> places,
                     const char *seed = "host=10.0.0.11 user=dba dbname=postgres sslmode=require")
{
    DiscoveryFacts result;
    result.seed = postgres::Conninfo::parse(QString::fromLatin1(seed)).value();
    result.places = std::move(places);
    return result;
}

SeenSender row(const char *name, const char *address, const char *slot = "")
{
    return {.applicationName = QString::fromLatin1(name),
            .clientAddress = QString::fromLatin1(address),
            .slotName = QString::fromLatin1(slot)};
}

managers::RepmgrNode repmgrNode(int id, const char *name, const char *type, const char *host)
{
    managers::RepmgrNode node;
    node.id = id;
    node.active = true;
    node.name = QString::fromLatin1(name);
    node.type = QString::fromLatin1(type);
    node.conninfo = QStringLiteral("host=%1 user=repmgr dbname=repmgr").arg(QLatin1String(host));
    return node;
}

managers::AutoFailoverNode autoFailoverNode(const char *name, const char *state, const char *host)
{
    managers::AutoFailoverNode node;
    node.name = QString::fromLatin1(name);
    node.reported = node.goal = QString::fromLatin1(state);
    node.host = QString::fromLatin1(host);
    return node;
}

ProbeAnswer monitorServer()
{
    ProbeAnswer answer = server(9, false, 42);
    answer.isMonitor = true;
    answer.facts.autoFailoverLibrary = true;
    return answer;
}

QStringList summary(const DiscoveryResult &result)
{
    QStringList lines;
    for (const DiscoveredNode &node : result.nodes) {
        lines << QStringLiteral("%1 %2 %3%4%5")
                     .arg(node.name, node.address,
                          node.reached ? QStringLiteral("reached") : QStringLiteral("unreached"),
                          node.kind == cluster::NodeKind::Witness ? QStringLiteral(" witness") : QString(),
                          node.foreign ? QStringLiteral(" foreign") : QString());
    }
    return lines;
}

QStringList expected(std::initializer_list<const char *> lines)
{
    QStringList result;
    for (const char *line : lines) {
        result << QString::fromLatin1(line);
    }
    return result;
}

using enum DiscoverySource;

} // namespace

void TestDiscoveryAssembly::oneServerByManyAddresses()
{
    ProbeAnswer primary = server(1, false);
    const DiscoveryResult result =
        assemble(facts({place("10.0.0.100", {Seed}, primary), place("10.0.0.11", {Receiver}, primary),
                        place("db.example", {PrimaryConninfo}, primary)}));
    QCOMPARE(summary(result), expected({"10.0.0.100 10.0.0.100:5432 reached"}));
    QCOMPARE(result.nodes.at(0).otherAddresses, expected({"10.0.0.11:5432", "db.example:5432"}));
    // The given address may be one that floats: the user is told.
    QVERIFY(result.nodes.at(0).note.contains(QStringLiteral("10.0.0.11:5432")));
    QCOMPARE(result.nodes.at(0).sources, (std::vector<DiscoverySource>{Seed, Receiver, PrimaryConninfo}));
}

void TestDiscoveryAssembly::managersAddressIsPreferred()
{
    ProbeAnswer primary = server(1, false);
    primary.facts.repmgrNodes = true;
    primary.repmgrNodes = {repmgrNode(1, "alpha", "primary", "10.0.0.11")};
    const DiscoveryResult result =
        assemble(facts({place("10.0.0.100", {Seed}, primary), place("10.0.0.11", {Repmgr}, primary)}));
    QCOMPARE(summary(result), expected({"alpha 10.0.0.11:5432 reached"}));
    QVERIFY(result.manager == cluster::ManagerKind::Repmgr);
}

void TestDiscoveryAssembly::unmatchedStandbyIsListed()
{
    ProbeAnswer primary = server(1, false);
    primary.senders = {row("beta", "10.0.0.12", "beta"), row("walreceiver", "10.0.0.13")};
    SeenSender backup = row("pg_basebackup", "10.0.0.14");
    backup.isStandby = false;
    primary.senders.push_back(backup);
    const DiscoveryResult result = assemble(
        facts({place("10.0.0.11", {Seed}, primary), place("10.0.0.12", {Sender}), place("10.0.0.13", {Sender})}));
    QCOMPARE(summary(result), expected({"10.0.0.11 10.0.0.11:5432 reached", "10.0.0.13 10.0.0.13:5432 unreached",
                                        "beta 10.0.0.12:5432 unreached"}));
    // Proposed all the same, for the user to correct; with the reason.
    QCOMPARE(result.config.nodes.size(), size_t(3));
    QCOMPARE(result.nodes.at(2).error.message, QStringLiteral("No route to host."));
    QVERIFY(!result.nodes.at(2).note.isEmpty());
}

void TestDiscoveryAssembly::standbysOfOneHostAreToldApart()
{
    ProbeAnswer primary = server(1, false);
    primary.senders = {row("beta", "127.0.0.1", "beta"), row("gamma", "127.0.0.1", "gamma")};
    ProbeAnswer beta = server(2, true);
    beta.port = 5433;
    beta.senderHost = QStringLiteral("127.0.0.1");
    beta.senderPort = 5432;
    beta.receiverSlot = QStringLiteral("beta");
    beta.applicationName = QStringLiteral("beta");
    const DiscoveryResult result = assemble(
        facts({place("127.0.0.1", {Seed}, primary), place("127.0.0.1", {LocalSocket}, beta, 5433)}, "host=127.0.0.1"));
    QCOMPARE(summary(result), expected({"127.0.0.1 127.0.0.1:5432 reached", "beta 127.0.0.1:5433 reached",
                                        "gamma 127.0.0.1:5432 unreached"}));
    // The place that was tried for gamma is the primary's own: that it answered does not make it gamma, and a file
    // that names the primary twice would tell of two.
    QVERIFY(result.nodes.at(2).isPlaceless());
    QCOMPARE(result.config.nodes.size(), size_t(2));
    QVERIFY(result.nodes.at(2).error.message.contains(QStringLiteral("none of the ports")));
}

void TestDiscoveryAssembly::guessedDoorsAreSilent()
{
    const DiscoveryResult result = assemble(facts(
        {place("127.0.0.1", {Seed}, server(1, false)), place("127.0.0.1", {LocalSocket}, server(2, false, 42), 5433),
         // A restored copy of the same system, and another cluster's standby of that.
         place("127.0.0.1", {LocalSocket}, server(4, false), 5435),
         place("127.0.0.1", {LocalSocket}, server(5, true), 5436), place("10.0.0.12", {Sender}, server(3, false, 43)),
         place("127.0.0.1", {LocalSocket}, {}, 5434)},
        "host=127.0.0.1"));
    QCOMPARE(result.nodes.size(), size_t(1));
}

void TestDiscoveryAssembly::foreignIsNotProposed()
{
    ProbeAnswer standby = server(2, true);
    standby.upstreams = {{QStringLiteral("10.0.0.50"), 5432}};
    const DiscoveryResult result = assemble(facts(
        {place("10.0.0.12", {Seed}, standby), place("10.0.0.50", {PrimaryConninfo}, server(5, false, kSystem + 1))}));
    QCOMPARE(summary(result),
             expected({"10.0.0.12 10.0.0.12:5432 reached", "10.0.0.50 10.0.0.50:5432 reached foreign"}));
    QCOMPARE(result.config.nodes.size(), size_t(1));
    QVERIFY(result.nodes.at(1).note.contains(QString::number(kSystem + 1)));
}

void TestDiscoveryAssembly::witnessSeedIsNotTheSystem()
{
    ProbeAnswer witness = server(9, false, 42);
    witness.repmgrNodes = {repmgrNode(1, "alpha", "primary", "10.0.0.11"),
                           repmgrNode(2, "beta", "standby", "10.0.0.12"),
                           repmgrNode(3, "omega", "witness", "10.0.0.13")};
    witness.facts.repmgrNodes = true;
    const DiscoveryResult result =
        assemble(facts({place("10.0.0.13", {Repmgr, Seed}, witness), place("10.0.0.11", {Repmgr}, server(1, false)),
                        place("10.0.0.12", {Repmgr})}));
    QCOMPARE(summary(result), expected({"alpha 10.0.0.11:5432 reached", "beta 10.0.0.12:5432 unreached",
                                        "omega 10.0.0.13:5432 reached witness"}));
    QCOMPARE(result.config.nodes.size(), size_t(3));
    QVERIFY(result.config.nodes.at(2).kind == cluster::NodeKind::Witness);
}

void TestDiscoveryAssembly::memberBehindAnotherAddress()
{
    // Patroni speaks of addresses that this console can't reach; we came through a tunnel.
    ProbeAnswer primary = server(1795246801, false);
    DiscoveryFacts known = facts({place("localhost", {Seed}, primary), place("172.16.0.11", {Patroni})});
    managers::PatroniCluster cluster;
    managers::PatroniMember member;
    member.name = QStringLiteral("alpha");
    member.role = QStringLiteral("leader");
    member.host = QStringLiteral("172.16.0.11");
    cluster.members = {member};
    managers::PatroniNode node;
    node.name = member.name;
    node.scope = QStringLiteral("orders");
    node.systemIdentifier = kSystem;
    node.postmasterStartTime = QDateTime::fromSecsSinceEpoch(1795246801, Qt::UTC);
    known.patroni = {{QStringLiteral("http://localhost:8008"), cluster, node}};
    const DiscoveryResult result = assemble(known);
    QCOMPARE(summary(result), expected({"alpha localhost:5432 reached"}));
    QCOMPARE(result.config.name, QStringLiteral("orders"));
    QCOMPARE(result.config.patroniUrl, QStringLiteral("http://localhost:8008"));
    QVERIFY(result.manager == cluster::ManagerKind::Patroni);

    // The same host also runs another cluster's Patroni: that is not ours.
    known.patroni.at(0).node->systemIdentifier = 42;
    known.patroni.at(0).cluster->members.clear();
    QVERIFY(assemble(known).manager == cluster::ManagerKind::None);
}

void TestDiscoveryAssembly::repmgrNodeBehindAnotherAddress()
{
    ProbeAnswer primary = server(1, false);
    primary.repmgrNodes = {repmgrNode(1, "alpha", "primary", "172.16.0.11")};
    primary.repmgrLocalId = 1;
    const DiscoveryResult result =
        assemble(facts({place("localhost", {Seed}, primary), place("172.16.0.11", {Repmgr})}));
    QCOMPARE(summary(result), expected({"alpha localhost:5432 reached"}));
    QVERIFY(result.nodes.at(0).note.contains(QStringLiteral("172.16.0.11:5432")));
}

void TestDiscoveryAssembly::monitorIsNoNode()
{
    DiscoveryFacts known =
        facts({place("10.0.0.10", {Seed}, monitorServer()), place("10.0.0.11", {AutoFailover}, server(1, false)),
               place("10.0.0.12", {AutoFailover}, server(2, true)), place("10.0.0.13", {AutoFailover})},
              "host=10.0.0.10 user=dba dbname=postgres password=canary");
    const std::vector<managers::AutoFailoverNode> nodes{autoFailoverNode("a", "primary", "10.0.0.11"),
                                                        autoFailoverNode("b", "secondary", "10.0.0.12"),
                                                        autoFailoverNode("c", "maintenance", "10.0.0.13")};
    known.monitors = {{QStringLiteral("host=10.0.0.10 user=dba dbname=pg_auto_failover"), true, nodes}};
    const DiscoveryResult result = assemble(known);
    QCOMPARE(summary(result),
             expected({"a 10.0.0.11:5432 reached", "b 10.0.0.12:5432 reached", "c 10.0.0.13:5432 unreached"}));
    QVERIFY(result.nodes.back().note.contains(QStringLiteral("maintenance")));
    QVERIFY(result.manager == cluster::ManagerKind::PgAutoFailover);
    QCOMPARE(result.config.autoFailoverMonitor, QStringLiteral("host=10.0.0.10 user=dba dbname=pg_auto_failover"));
    QCOMPARE(result.config.nodes.size(), std::size_t(3));
    for (const cluster::NodeConfig &node : result.config.nodes) {
        QVERIFY2(!node.conninfo.contains(QStringLiteral("canary")), qPrintable(node.conninfo));
    }
}

/// A monitor has many formations; the nodes of the others are other clusters', whether they answer or not.
void TestDiscoveryAssembly::monitorsOtherGroupsAreNotOurs()
{
    DiscoveryFacts known = facts({place("10.0.0.11", {Seed}, server(1, false)), place("10.0.0.21", {AutoFailover})});
    const QString ours = QString::number(*known.places.front().answer.systemIdentifier);
    std::vector<managers::AutoFailoverNode> nodes{autoFailoverNode("a", "primary", "10.0.0.11"),
                                                  autoFailoverNode("a", "primary", "10.0.0.21")};
    nodes[0].systemIdentifier = ours;
    nodes[1].systemIdentifier = QStringLiteral("7000000000000000001");
    known.monitors = {{QStringLiteral("host=10.0.0.10"), true, nodes}};
    QCOMPARE(assemble(known).config.nodes.size(), std::size_t(1));
    nodes[1].systemIdentifier = ours;
    known.monitors = {{QStringLiteral("host=10.0.0.10"), true, nodes}};
    QCOMPARE(assemble(known).config.nodes.size(), std::size_t(2));
}

/// One that only a node told of must have that node, or it is another cluster's.
void TestDiscoveryAssembly::monitorOfOthersIsNotOurs()
{
    ProbeAnswer node = server(1, false);
    node.facts.autoFailoverRoles = true;
    DiscoveryFacts known = facts({place("10.0.0.11", {Seed}, node)});
    known.monitors = {{QStringLiteral("host=10.0.0.10"), false, {autoFailoverNode("x", "primary", "10.9.9.9")}}};
    QVERIFY(assemble(known).config.autoFailoverMonitor.isEmpty());
    QCOMPARE(summary(assemble(known)), expected({"10.0.0.11 10.0.0.11:5432 reached"}));
    known.monitors.front().nodes.push_back(autoFailoverNode("a", "primary", "10.0.0.11"));
    QCOMPARE(assemble(known).config.autoFailoverMonitor, QStringLiteral("host=10.0.0.10"));
}

void TestDiscoveryAssembly::monitorNobodyTells()
{
    ProbeAnswer node = server(1, false);
    node.facts.autoFailoverRoles = true;
    const DiscoveryResult result = assemble(facts({place("10.0.0.11", {Seed}, node)}));
    QVERIFY(result.manager == cluster::ManagerKind::PgAutoFailover);
    QVERIFY2(result.notes.join(QLatin1Char('|')).contains(QStringLiteral("monitor in [pg_auto_failover]")),
             qPrintable(result.notes.join(QLatin1Char('|'))));
}

void TestDiscoveryAssembly::upstreamNobodyReaches()
{
    ProbeAnswer standby = server(2, true);
    standby.applicationName = QStringLiteral("beta");
    standby.senderHost = QStringLiteral("10.0.0.11");
    standby.senderPort = 5432;
    const DiscoveryResult result =
        assemble(facts({place("10.0.0.12", {Seed}, standby), place("10.0.0.11", {Receiver})}));
    QCOMPARE(summary(result), expected({"10.0.0.11 10.0.0.11:5432 unreached", "beta 10.0.0.12:5432 reached"}));
    QVERIFY(result.nodes.at(0).note.contains(QStringLiteral("beta follows it")));
    QCOMPARE(result.nodes.at(0).error.message, QStringLiteral("No route to host."));
}

// What was written of one node is kept; what leads to several is of none of them.
void TestDiscoveryAssembly::severalSeedsAreSeveralNodes()
{
    const auto completedFrom = [](const char *seed) {
        cluster::ClusterConfig config;
        config.path = QStringLiteral("orders.toml");
        config.nodes.push_back({});
        config.nodes.front().name = QStringLiteral("written");
        config.nodes.front().conninfo = QString::fromLatin1(seed);
        const DiscoveryResult result = assemble(facts(
            {place("10.0.0.11", {Seed}, server(1, false)), place("10.0.0.12", {Seed}, server(2, true), 6432)}, seed));
        QStringList lines;
        for (const cluster::NodeConfig &node : completed(config, result).nodes) {
            lines << node.name + QStringLiteral(": ") + node.conninfo;
        }
        return lines;
    };
    QCOMPARE(completedFrom("host=10.0.0.11,10.0.0.12 port=5432,6432 user=dba target_session_attrs=read-write"),
             expected({"10.0.0.11: host=10.0.0.11 port=5432 user=dba target_session_attrs=any",
                       "10.0.0.12: host=10.0.0.12 port=6432 user=dba target_session_attrs=any"}));
}

// Who names a host is a server, or whoever answers at port 8008: that is no reason to send it a password.
void TestDiscoveryAssembly::foundHostsGetNoPassword()
{
    const char *seed = "host=10.0.0.11 user=dba passfile=/p password=geheim";
    AskedPlace refused = place("10.0.0.13", {Sender});
    refused.wantsPassword = true;
    refused.error.hint = QStringLiteral("Write it into .pgpass.");
    ProbeAnswer primary = server(1, false);
    primary.senders = {row("beta", "10.0.0.12"), row("gamma", "10.0.0.13")};
    ProbeAnswer standby = server(2, true);
    standby.applicationName = QStringLiteral("beta");
    const DiscoveryResult result =
        assemble(facts({place("10.0.0.11", {Seed}, primary), place("10.0.0.12", {Sender}, standby), refused}, seed));
    QCOMPARE(summary(result), expected({"10.0.0.11 10.0.0.11:5432 reached", "beta 10.0.0.12:5432 reached",
                                        "gamma 10.0.0.13:5432 unreached"}));
    QVERIFY(describe(result.nodes.at(2)).contains(QLatin1String(".pgpass")));
    // The proposal is for a person to confirm; what nobody confirmed is told to libpq in so many words.
    QCOMPARE(result.config.nodes.at(1).conninfo, QStringLiteral("host=10.0.0.12 port=5432 user=dba passfile=/p"));
    cluster::ClusterConfig config;
    config.nodes.push_back({});
    config.nodes.front().conninfo = QString::fromLatin1(seed);
    const cluster::ClusterConfig whole = completed(config, result);
    QCOMPARE(whole.nodes.size(), std::size_t(3));
    QCOMPARE(whole.nodes.at(0).conninfo, QString::fromLatin1(seed));
    QCOMPARE(whole.nodes.at(1).conninfo, QStringLiteral("host=10.0.0.12 port=5432 user=dba passfile=/p password=''"));
    const auto parsed = postgres::Conninfo::parse(whole.nodes.at(1).conninfo);
    QVERIFY(parsed && parsed->withholdsPassword() && !parsed->hasPassword());
}

// Without a host a connection would go to the server of this machine.
void TestDiscoveryAssembly::memberWithoutAUsableHost()
{
    ProbeAnswer primary = server(1, false);
    primary.repmgrNodes = {repmgrNode(1, "pg1", "primary", "10.0.0.11"), repmgrNode(2, "pg2", "standby", "'a\nb'")};
    const DiscoveryFacts all = facts({place("10.0.0.11", {DiscoverySource::Repmgr, DiscoverySource::Seed}, primary)});
    const DiscoveryResult result = assemble(all);
    QCOMPARE(result.nodes.size(), std::size_t(2));
    QCOMPARE(result.nodes.at(1).name, QStringLiteral("pg2"));
    QCOMPARE(result.nodes.at(1).conninfo, QString());
    QVERIFY(!result.nodes.at(1).error.message.isEmpty());
    cluster::ClusterConfig config;
    config.nodes.push_back({});
    QCOMPARE(completed(config, result).nodes.size(), std::size_t(1));
}

// What this console's environment says of ports is nothing that repmgr said.
void TestDiscoveryAssembly::environmentIsNotTheirs()
{
    ProbeAnswer primary = server(1, false);
    primary.repmgrNodes = {repmgrNode(1, "alpha", "primary", "10.0.0.11"),
                           repmgrNode(2, "beta", "standby", "10.0.0.12")};
    const DiscoveryFacts known = facts({place("10.0.0.11", {Repmgr, Seed}, primary), place("10.0.0.12", {Repmgr})});
    qputenv("PGPORT", "5433");
    const DiscoveryResult result = assemble(known);
    qunsetenv("PGPORT");
    QCOMPARE(summary(result), expected({"alpha 10.0.0.11:5432 reached", "beta 10.0.0.12:5432 unreached"}));
    QCOMPARE(result.nodes.at(1).error.message, QStringLiteral("No route to host."));
}

void TestDiscoveryAssembly::namesAreUnique()
{
    ProbeAnswer one = server(1, false);
    ProbeAnswer two = server(2, true);
    for (ProbeAnswer *answer : {&one, &two}) {
        answer->clusterName = QStringLiteral("15/main"); // Debian's, the same everywhere
        answer->applicationName = QStringLiteral("orders");
    }
    const DiscoveryResult result =
        assemble(facts({place("10.0.0.11", {Seed}, one), place("10.0.0.12", {Receiver}, two)}));
    QCOMPARE(summary(result), expected({"orders 10.0.0.11:5432 reached", "orders-2 10.0.0.12:5432 reached"}));
}

// Debian's "15/main" is nobody's choice, and the same everywhere: the host says more.
void TestDiscoveryAssembly::whoIsAloneHasItsOwnName()
{
    ProbeAnswer alone = server(1, false);
    alone.clusterName = QStringLiteral("orders");
    QCOMPARE(summary(assemble(facts({place("10.0.0.11", {Seed}, alone)}))),
             expected({"orders 10.0.0.11:5432 reached"}));
    alone.clusterName = QStringLiteral("15/main");
    QCOMPARE(summary(assemble(facts({place("10.0.0.11", {Seed}, alone)}))),
             expected({"10.0.0.11 10.0.0.11:5432 reached"}));
}

void TestDiscoveryAssembly::hostSeenFromHere()
{
    const QString teller = QStringLiteral("10.0.0.12");
    QCOMPARE(hostSeenFrom(QStringLiteral("127.0.0.1"), teller), teller);
    QCOMPARE(hostSeenFrom(QStringLiteral("::1"), teller), teller);
    QCOMPARE(hostSeenFrom(QStringLiteral("localhost"), teller), teller);
    QCOMPARE(hostSeenFrom(QStringLiteral("/var/run/postgresql"), teller), teller);
    QCOMPARE(hostSeenFrom(QStringLiteral("10.0.0.11"), teller), QStringLiteral("10.0.0.11"));
    QCOMPARE(hostSeenFrom(QString(), teller), QString());
}

void TestDiscoveryAssembly::aSearchCutShortIsNoted()
{
    DiscoveryFacts all = facts({place("10.0.0.11", {DiscoverySource::Seed}, server(1, false))});
    QVERIFY(assemble(all).cutShort.isEmpty());
    all.cutShort = QStringLiteral("Only the first 200 places were asked: nodes may be missing.");
    const DiscoveryResult result = assemble(all);
    QCOMPARE(result.cutShort, all.cutShort);
    QVERIFY(result.notes.contains(all.cutShort));
}

QTEST_GUILESS_MAIN(TestDiscoveryAssembly)
#include "tst_discoveryassembly.moc"
