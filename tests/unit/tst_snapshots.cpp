// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "support/snapshots.h"

using namespace howdah;
using namespace howdah::testsupport;

/// The hand-made Snapshots must be what they say, or every test built on them proves nothing.
class TestSnapshots : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fresh_data();
    void fresh();
    void slowIntervalExcusesWhoAnswers_data();
    void slowIntervalExcusesWhoAnswers();
    void editLeavesOthersAlone();
    void changesShowAtBothEnds();
    void advanceKeepsDownNodesOld();
};

void TestSnapshots::fresh_data()
{
    QTest::addColumn<cluster::Snapshot>("snapshot");
    QTest::addColumn<int>("nodes");
    QTest::newRow("pair") << healthyPair() << 2;
    QTest::newRow("three") << threeNodes() << 3;
    QTest::newRow("witness") << withWitness() << 4;
    QTest::newRow("busy") << busyCluster() << 4;
    QTest::newRow("none") << noNodes() << 0;
    QTest::newRow("many") << manyNodes(200) << 200;
}

void TestSnapshots::fresh()
{
    QFETCH(cluster::Snapshot, snapshot);
    QFETCH(int, nodes);
    QCOMPARE(static_cast<int>(snapshot.nodes.size()), nodes);
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        QVERIFY2(cluster::isFresh(snapshot, node), qPrintable(node.name));
        QVERIFY(node.sample->settings && node.sample->roles && node.sample->publications && node.sample->subscriptions);
    }
    QVERIFY(snapshot.trail);
    for (std::size_t i = 1; i < snapshot.trail->size(); ++i) {
        QVERIFY((*snapshot.trail)[i - 1].lsn <= (*snapshot.trail)[i].lsn);
        QVERIFY((*snapshot.trail)[i - 1].monotonicMs < (*snapshot.trail)[i].monotonicMs);
    }
}

void TestSnapshots::slowIntervalExcusesWhoAnswers_data()
{
    QTest::addColumn<cluster::LinkState>("link");
    QTest::addColumn<qint64>("ageMs");
    QTest::addColumn<bool>("fresh");
    QTest::newRow("answers") << cluster::LinkState::Up << qint64(120'999) << true;
    QTest::newRow("answered long ago") << cluster::LinkState::Up << qint64(121'000) << false;
    QTest::newRow("silent for a moment") << cluster::LinkState::Unresponsive << qint64(2999) << true;
    QTest::newRow("silent") << cluster::LinkState::Unresponsive << qint64(3000) << false;
    QTest::newRow("down") << cluster::LinkState::Down << qint64(59'000) << false;
}

void TestSnapshots::slowIntervalExcusesWhoAnswers()
{
    QFETCH(cluster::LinkState, link);
    QFETCH(qint64, ageMs);
    QFETCH(bool, fresh);
    cluster::Snapshot snapshot = threeNodes();
    snapshot.intervalMs = 60'000;
    makeStale(snapshot, QStringLiteral("pg1"), ageMs);
    status(snapshot, QStringLiteral("pg1")).link = link;
    QCOMPARE(cluster::isFresh(snapshot, snapshot.nodes[0]), fresh);
}

void TestSnapshots::editLeavesOthersAlone()
{
    const cluster::Snapshot before = threeNodes();
    cluster::Snapshot after = before;
    edit(after, QStringLiteral("pg1")).currentLsn = cluster::Lsn{1};
    QVERIFY(before.nodes[0].sample->currentLsn != after.nodes[0].sample->currentLsn);
    QCOMPARE(before.nodes[1].sample, after.nodes[1].sample);
}

void TestSnapshots::changesShowAtBothEnds()
{
    cluster::Snapshot snapshot = threeNodes();
    stopStreaming(snapshot, QStringLiteral("pg2"));
    QVERIFY(!snapshot.nodes[1].sample->receiver);
    QVERIFY(snapshot.nodes[0].sample->senders.empty());
    QVERIFY(!snapshot.nodes[0].sample->replicationSlots.front().active);
    QCOMPARE(snapshot.nodes[1].sample->senders.size(), std::size_t(1)); // pg3 still hangs on pg2
}

void TestSnapshots::advanceKeepsDownNodesOld()
{
    cluster::Snapshot snapshot = healthyPair();
    takeDown(snapshot, QStringLiteral("pg2"));
    advance(snapshot, 60'000);
    QVERIFY(cluster::isFresh(snapshot, snapshot.nodes[0]));
    QVERIFY(!cluster::isFresh(snapshot, snapshot.nodes[1]));
    QVERIFY(snapshot.sampleAgeMs(snapshot.nodes[1]) >= 60'000);
    QVERIFY(snapshot.nodes[1].missedPolls >= 60);
}

QTEST_APPLESS_MAIN(TestSnapshots)
#include "tst_snapshots.moc"
