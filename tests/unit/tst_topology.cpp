// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "cluster/slotmath.h"
#include "cluster/topology.h"
#include "support/snapshots.h"

using namespace howdah::cluster;
using namespace howdah::testsupport;

namespace {
const QString pg1 = QStringLiteral("pg1");
const QString pg2 = QStringLiteral("pg2");
const QString pg3 = QStringLiteral("pg3");

using Change = std::function<void(Snapshot &)>;

// "pg1>pg2 streaming sync pg2_slot", one line an edge: what a person would draw.
QStringList drawn(const Snapshot &snapshot, const Topology &topology)
{
    QStringList lines;
    for (const Edge &edge : topology.edges) {
        lines += QStringLiteral("%1>%2 %3 %4 %5")
                     .arg(snapshot.nodes.at(static_cast<std::size_t>(edge.from)).name,
                          snapshot.nodes.at(static_cast<std::size_t>(edge.to)).name, edgeKey(edge.state),
                          edge.syncState, edge.slotName)
                     .simplified();
    }
    lines.sort();
    return lines;
}

QString roles(const Topology &topology)
{
    QStringList words;
    for (const Place &place : topology.places) {
        words += roleKey(place.role) + (place.roleIsStale ? QStringLiteral("?") : QString());
    }
    return words.join(QLatin1Char(' '));
}

QStringList hanging(const Topology &topology)
{
    QStringList lines;
    for (const Consumer &consumer : topology.consumers) {
        lines += QStringLiteral("%1: %2").arg(consumer.name, consumer.detail);
    }
    lines.sort();
    return lines;
}

// Everybody on one address, as on a developer's machine: ports tell them apart.
Snapshot loopback(const QString &host = QStringLiteral("127.0.0.1"))
{
    Snapshot snapshot = threeNodes();
    int port = 5433;
    for (const QString &name : {pg1, pg2, pg3}) {
        status(snapshot, name).host = host;
        status(snapshot, name).address = QStringLiteral("%1:%2").arg(host).arg(port++);
        for (Sender &sender : edit(snapshot, name).senders) {
            sender.clientAddr = host;
        }
    }
    edit(snapshot, pg2).receiver->senderHost = edit(snapshot, pg3).receiver->senderHost = host;
    edit(snapshot, pg2).receiver->senderPort = 5433;
    edit(snapshot, pg3).receiver->senderPort = 5434;
    return snapshot;
}

void withoutSlots(Snapshot &snapshot)
{
    for (const QString &name : {pg1, pg2, pg3}) {
        NodeSample &sample = edit(snapshot, name);
        sample.replicationSlots.clear();
        setSetting(sample, QStringLiteral("primary_slot_name"), {});
        if (sample.receiver) {
            sample.receiver->slotName.clear();
        }
        for (Sender &sender : sample.senders) {
            sender.slotName.clear();
            sender.slotType.clear();
        }
    }
}

void anonymous(Snapshot &snapshot)
{
    for (const QString &name : {pg1, pg2, pg3}) {
        for (Sender &sender : edit(snapshot, name).senders) {
            sender.applicationName = QStringLiteral("walreceiver");
        }
    }
}

const QStringList kCascade{QStringLiteral("pg1>pg2 streaming sync pg2_slot"),
                           QStringLiteral("pg2>pg3 streaming async pg3_slot")};
const QStringList kCascadeNoSlots{QStringLiteral("pg1>pg2 streaming sync"), QStringLiteral("pg2>pg3 streaming async")};
} // namespace

class TestTopology : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matches_data();
    void matches();
    void movedWhileOutOfReach();
    void edges_data();
    void edges();
    void places_data();
    void places();
    void consumers_data();
    void consumers();
    void hopNumbers();
    void brokenSince();
    void unknownHostIsText();
    void circleIsCut();
    void manyOnOneAddress();
    void words();
};

// The same cascade must be found on every kind of evidence alone.
void TestTopology::matches_data()
{
    QTest::addColumn<Snapshot>("snapshot");
    QTest::addColumn<QStringList>("expected");
    QTest::newRow("all evidence") << threeNodes() << kCascade;
    Snapshot s = threeNodes();
    withoutSlots(s);
    QTest::newRow("no slots") << s << kCascadeNoSlots;
    anonymous(s);
    QTest::newRow("address only") << s << kCascadeNoSlots;
    s = threeNodes();
    anonymous(s);
    edit(s, pg2).receiver->senderHost = edit(s, pg3).receiver->senderHost = QStringLiteral("172.16.0.1");
    QTest::newRow("slot only, behind NAT") << s << kCascade;
    s = threeNodes();
    withoutSlots(s);
    edit(s, pg2).receiver->senderHost = edit(s, pg3).receiver->senderHost = QStringLiteral("172.16.0.1");
    for (const QString &name : {pg1, pg2}) {
        edit(s, name).senders.front().clientAddr = QStringLiteral("172.16.0.1");
    }
    QTest::newRow("application_name only") << s << kCascadeNoSlots;
    QTest::newRow("loopback, slots") << loopback() << kCascade;
    s = loopback();
    withoutSlots(s);
    anonymous(s);
    QTest::newRow("loopback, ports only") << s << kCascadeNoSlots;
    s = loopback();
    edit(s, pg2).receiver->senderHost = QStringLiteral("/var/run/postgresql");
    edit(s, pg3).receiver->senderHost = QStringLiteral("localhost");
    QTest::newRow("loopback, sockets and names") << s << kCascade;
    s = loopback(QStringLiteral("10.0.0.9"));
    edit(s, pg2).receiver->senderHost = edit(s, pg3).receiver->senderHost = QStringLiteral("127.0.0.1");
    QTest::newRow("one host seen from outside") << s << kCascade;
    s = threeNodes();
    status(s, pg1).host = QStringLiteral("db1.example.org");
    edit(s, pg2).receiver->senderHost = QStringLiteral("DB1.example.org");
    QTest::newRow("host name") << s << kCascade;
    s = threeNodes();
    withoutSlots(s);
    anonymous(s);
    for (const QString &name : {pg1, pg2, pg3}) {
        NodeStatus &node = status(s, name);
        node.hostaddr = node.host; // what the standbys name, and the walsenders show
        node.host = name + QStringLiteral(".example");
        node.address = node.host + QStringLiteral(":5432");
    }
    QTest::newRow("names in the file, numbers in the servers") << s << kCascadeNoSlots;
    s = threeNodes();
    edit(s, pg2).receiver->senderHost = pg1;
    QTest::newRow("node's name as host") << s << kCascade;
    s = threeNodes();
    // Slots of one name on two nodes, as after a switchover: where the receiver connects decides.
    edit(s, pg2).receiver->slotName = edit(s, pg3).receiver->slotName = QStringLiteral("s");
    edit(s, pg1).senders.front().slotName = edit(s, pg2).senders.front().slotName = QStringLiteral("s");
    slotOf(edit(s, pg1), QStringLiteral("pg2_slot"))->slotName = QStringLiteral("s");
    slotOf(edit(s, pg2), QStringLiteral("pg3_slot"))->slotName = QStringLiteral("s");
    anonymous(s);
    QTest::newRow("same slot name on both")
        << s << QStringList{QStringLiteral("pg1>pg2 streaming sync s"), QStringLiteral("pg2>pg3 streaming async s")};
}

// A standby was pointed at another upstream while this console does not reach it: what it said last is over.
void TestTopology::movedWhileOutOfReach()
{
    Snapshot s = threeNodes();
    Sender moved = *senderOf(edit(s, pg2), pg3);
    takeDown(s, pg3, LinkState::Unreachable);
    moved.slotName = QStringLiteral("moved_slot");
    edit(s, pg1).senders.push_back(moved);
    const Topology topology = buildTopology(s);
    const QStringList expected{QStringLiteral("pg1>pg2 streaming sync pg2_slot"),
                               QStringLiteral("pg1>pg3 sender_only async moved_slot")};
    QCOMPARE(drawn(s, topology), expected);
}

void TestTopology::matches()
{
    QFETCH(Snapshot, snapshot);
    QFETCH(QStringList, expected);
    const Topology topology = buildTopology(snapshot);
    QCOMPARE(drawn(snapshot, topology), expected);
    QCOMPARE(roles(topology), QStringLiteral("primary standby cascading"));
    QCOMPARE(topology.primary, 0);
    QCOMPARE(topology.places[2].depth, 2);
}

void TestTopology::edges_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("first"); // the edge to pg2
    QTest::newRow("streaming") << Change([](Snapshot &) {}) << "streaming";
    QTest::newRow("catchup") << Change([](Snapshot &s) {
        edit(s, pg1).senders.front().state = QStringLiteral("catchup");
    }) << "catchup";
    QTest::newRow("startup") << Change([](Snapshot &s) {
        edit(s, pg1).senders.front().state = QStringLiteral("startup");
    }) << "catchup";
    QTest::newRow("stopping") << Change([](Snapshot &s) {
        edit(s, pg1).senders.front().state = QStringLiteral("stopping");
    }) << "streaming";
    QTest::newRow("paused") << Change([](Snapshot &s) { pauseReplay(s, pg2); }) << "paused";
    QTest::newRow("both gone") << Change([](Snapshot &s) { stopStreaming(s, pg2); }) << "broken";
    QTest::newRow("receiver gone") << Change([](Snapshot &s) { edit(s, pg2).receiver.reset(); }) << "broken";
    QTest::newRow("sender gone") << Change([](Snapshot &s) { edit(s, pg1).senders.clear(); }) << "broken";
    QTest::newRow("senders not readable") << Change([](Snapshot &s) {
        edit(s, pg1).senders.clear();
        edit(s, pg1).unreadable.insert(QStringLiteral("senders"), QStringLiteral("timeout"));
    }) << "receiver_only";
    QTest::newRow("standby stale, still fed") << Change([](Snapshot &s) { makeStale(s, pg2); }) << "sender_only";
    QTest::newRow("standby down") << Change([](Snapshot &s) { takeDown(s, pg2); }) << "broken";
    QTest::newRow("primary stale") << Change([](Snapshot &s) { makeStale(s, pg1); }) << "receiver_only";
    QTest::newRow("primary down, receiver gone") << Change([](Snapshot &s) {
        takeDown(s, pg1);
        edit(s, pg2).receiver.reset();
    }) << "broken";
    QTest::newRow("both stale") << Change([](Snapshot &s) {
        makeStale(s, pg1);
        makeStale(s, pg2);
    }) << "unknown";
    QTest::newRow("paused sampling") << Change([](Snapshot &s) { s.paused = true; }) << "unknown";
    QTest::newRow("sender hidden") << Change([](Snapshot &s) { hidePermissions(s, pg1); }) << "receiver_only";
    QTest::newRow("receiver hidden") << Change([](Snapshot &s) { hidePermissions(s, pg2); }) << "sender_only";
    QTest::newRow("both hidden") << Change([](Snapshot &s) {
        hidePermissions(s, pg1);
        hidePermissions(s, pg2);
    }) << "unknown";
}

void TestTopology::edges()
{
    QFETCH(Change, change);
    QFETCH(QString, first);
    Snapshot snapshot = threeNodes();
    change(snapshot);
    const Topology topology = buildTopology(snapshot);
    const auto edge = std::find_if(topology.edges.cbegin(), topology.edges.cend(),
                                   [](const Edge &candidate) { return candidate.to == 1; });
    QVERIFY(edge != topology.edges.cend());
    QCOMPARE(edge->from, 0);
    QCOMPARE(edgeKey(edge->state), first);
}

void TestTopology::places_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("expectedRoles");
    QTest::addColumn<int>("primary");
    QTest::addColumn<int>("writable");
    QTest::newRow("healthy") << Change([](Snapshot &) {}) << "primary standby cascading witness" << 0 << 1;
    QTest::newRow("primary down") << Change([](Snapshot &s) { takeDown(s, pg1); })
                                  << "primary? standby cascading witness" << -1 << 0;
    QTest::newRow("cascade's upstream down")
        << Change([](Snapshot &s) { takeDown(s, pg2); }) << "primary standby? cascading witness" << 0 << 1;
    QTest::newRow("never seen") << Change([](Snapshot &s) { neverSeen(s, pg2); }) << "primary unknown standby witness"
                                << 0 << 1;
    QTest::newRow("two writable") << Change([](Snapshot &s) { makeWritable(s, pg2); })
                                  << "primary primary standby witness" << -1 << 2;
    QTest::newRow("witness down") << Change([](Snapshot &s) { takeDown(s, QStringLiteral("wit1")); })
                                  << "primary standby cascading witness?" << 0 << 1;
    QTest::newRow("sampling paused") << Change([](Snapshot &s) { s.paused = true; })
                                     << "primary? standby? cascading? witness?" << -1 << 0;
}

void TestTopology::places()
{
    QFETCH(Change, change);
    QFETCH(QString, expectedRoles);
    QFETCH(int, primary);
    QFETCH(int, writable);
    Snapshot snapshot = withWitness();
    change(snapshot);
    const Topology topology = buildTopology(snapshot);
    QCOMPARE(roles(topology), expectedRoles);
    QCOMPARE(topology.primary, primary);
    QCOMPARE(static_cast<int>(topology.writable.size()), writable);
    QVERIFY(!topology.places.back().writable); // a witness takes writes, of its own system only
}

void TestTopology::consumers_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("expected");
    const QString backup = QStringLiteral("backup1: pg_receivewal, streaming");
    const QString logical = QStringLiteral("reporting_sub: logical, streaming");
    const QString idle = QStringLiteral("analytics_cdc: logical, no consumer for 27 min");
    QTest::newRow("busy") << Change([](Snapshot &) {}) << QStringList{idle, backup, logical};
    QTest::newRow("a standby's own idle slot is no consumer")
        << Change([](Snapshot &s) { takeDown(s, pg2); }) << QStringList{idle, backup, logical};
    QTest::newRow("base backup under way") << Change([](Snapshot &s) {
        NodeSample &sample = edit(s, pg1);
        sample.senders.push_back(
            Sender{.pid = 77, .applicationName = QStringLiteral("pg_basebackup"), .state = QStringLiteral("backup")});
        sample.baseBackups.push_back(BaseBackup{.pid = 77, .backupTotal = 1000, .backupStreamed = 450});
    }) << QStringList{idle, backup, QStringLiteral("pg_basebackup: pg_basebackup, 45 %"), logical};
    QTest::newRow("a standby that is no node") << Change([](Snapshot &s) {
        edit(s, pg1).senders.push_back(Sender{.pid = 78,
                                              .applicationName = QStringLiteral("walreceiver"),
                                              .clientAddr = QStringLiteral("10.9.9.9"),
                                              .state = QStringLiteral("streaming"),
                                              .flushLsn = Lsn{1},
                                              .replayLsn = Lsn{1}});
    }) << QStringList{QStringLiteral("walreceiver: physical, streaming"), idle, backup, logical};
    QTest::newRow("unnamed archiver") << Change([](Snapshot &s) {
        edit(s, pg1).senders.push_back(Sender{.pid = 79,
                                              .applicationName = QStringLiteral("keeper"),
                                              .state = QStringLiteral("streaming"),
                                              .flushLsn = Lsn{1}});
    }) << QStringList{idle, backup, QStringLiteral("keeper: keeper, streaming"), logical};
    QTest::newRow("slot in use, sender unseen")
        << Change([](Snapshot &s) { slotOf(edit(s, pg1), QStringLiteral("analytics_cdc"))->active = true; })
        << QStringList{QStringLiteral("analytics_cdc: logical, in use"), backup, logical};
    QTest::newRow("synced slot waits") << Change([](Snapshot &s) {
        slotOf(edit(s, pg1), QStringLiteral("analytics_cdc"))->synced = true;
    }) << QStringList{backup, logical};
    QTest::newRow("since unknown") << Change([](Snapshot &s) {
        slotOf(edit(s, pg1), QStringLiteral("analytics_cdc"))->inactiveSince = {};
    }) << QStringList{QStringLiteral("analytics_cdc: logical, no consumer"), backup, logical};
    QTest::newRow("since from memory") << Change([](Snapshot &s) {
        Slot &slot = *slotOf(edit(s, pg1), QStringLiteral("analytics_cdc"));
        slot.inactiveSince = {};
        s.watch.insert(idleKey(s.nodes.front(), slot), s.takenMonotonicMs - 90'000);
    }) << QStringList{QStringLiteral("analytics_cdc: logical, no consumer for at least 90 s"), backup, logical};
}

void TestTopology::consumers()
{
    QFETCH(Change, change);
    QFETCH(QStringList, expected);
    Snapshot snapshot = busyCluster();
    change(snapshot);
    expected.sort();
    const Topology topology = buildTopology(snapshot);
    QCOMPARE(hanging(topology), expected);
    for (const Consumer &consumer : topology.consumers) {
        QCOMPARE(consumer.node, 0);
        QCOMPARE(consumer.retainedBytes.has_value(), !consumer.slotName.isEmpty());
        QCOMPARE(consumer.active, consumer.kind != ConsumerKind::IdleSlot);
    }
}

void TestTopology::hopNumbers()
{
    const Topology topology = buildTopology(threeNodes());
    QCOMPARE(topology.edges[0].bytes, 319'736);
    QCOMPARE(topology.edges[0].transportBytes, 24 << 10);
    QCOMPARE(topology.edges[0].transportSeconds, 0.012);
    QCOMPARE(topology.edges[1].transportBytes, 64 << 10);
    QCOMPARE(topology.edges[1].transportSeconds, 0.031);
    QCOMPARE(topology.edges[1].seconds, 1.388);

    Snapshot idle = threeNodes();
    makeIdle(idle);
    edit(idle, pg1).senders.front().replayLag = 0.9; // left over from the last write
    const Topology quiet = buildTopology(idle);
    QCOMPARE(quiet.edges[0].bytes, 0);
    QVERIFY(!quiet.edges[0].seconds);
}

void TestTopology::brokenSince()
{
    Snapshot snapshot = threeNodes();
    stopStreaming(snapshot, pg2);
    QCOMPARE(buildTopology(snapshot).edges[0].sinceMs, snapshot.takenMonotonicMs);
    snapshot.watch.insert(QStringLiteral("not_streaming:pg2"), 4711);
    QCOMPARE(buildTopology(snapshot).edges[0].sinceMs, 4711);
}

void TestTopology::unknownHostIsText()
{
    Snapshot snapshot = threeNodes();
    anonymous(snapshot);
    edit(snapshot, pg1).senders.clear();
    edit(snapshot, pg2).receiver->senderHost = QStringLiteral("fd00::9");
    const Topology topology = buildTopology(snapshot);
    QCOMPARE(topology.places[1].upstream, -1);
    QCOMPARE(topology.places[1].upstreamText, QStringLiteral("[fd00::9]:5432"));
    QCOMPARE(roleKey(topology.places[1].role), QStringLiteral("standby"));
    QCOMPARE(topology.edges.size(), std::size_t(1));
}

void TestTopology::circleIsCut()
{
    Snapshot snapshot = threeNodes();
    stopStreaming(snapshot, pg2);
    setSetting(edit(snapshot, pg2), QStringLiteral("primary_conninfo"), QStringLiteral("host=10.0.0.13"));
    const Topology topology = buildTopology(snapshot);
    QCOMPARE(topology.places[1].upstream, -1);
    QCOMPARE(topology.places[1].upstreamText, pg3);
    QCOMPARE(topology.places[2].upstream, 1);
    QCOMPARE(topology.places[2].depth, 1);
    QCOMPARE(topology.edges.size(), std::size_t(2)); // what they say is still drawn
}

void TestTopology::manyOnOneAddress()
{
    const Snapshot snapshot = manyNodes(200);
    const Topology topology = buildTopology(snapshot);
    QCOMPARE(topology.primary, 0);
    QCOMPARE(topology.edges.size(), std::size_t(199));
    for (const Edge &edge : topology.edges) {
        QCOMPARE(edgeKey(edge.state), QStringLiteral("streaming"));
        QCOMPARE(edge.slotName, snapshot.nodes[static_cast<std::size_t>(edge.to)].name + QStringLiteral("_slot"));
    }
}

void TestTopology::words()
{
    QCOMPARE(toString(NodeRole::CascadingStandby), QStringLiteral("Cascading standby"));
    QCOMPARE(roleKey(NodeRole::CascadingStandby), QStringLiteral("cascading"));
    QCOMPARE(linkKey(LinkState::WrongPassword), QStringLiteral("wrong_password"));
    QCOMPARE(toString(LinkState::Unreachable), QStringLiteral("unreachable from here"));
    QCOMPARE(linkKey(LinkState::Unreachable), QStringLiteral("unreachable"));
    QStringList keys;
    for (int i = 0; i <= static_cast<int>(LinkState::Failed); ++i) {
        keys += linkKey(static_cast<LinkState>(i));
        QVERIFY(!keys.last().isEmpty() && !keys.last().contains(QLatin1Char(' ')));
    }
    QCOMPARE(keys.removeDuplicates(), 0);
}

QTEST_APPLESS_MAIN(TestTopology)
#include "tst_topology.moc"
