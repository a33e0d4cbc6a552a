// SPDX-License-Identifier: GPL-3.0-or-later
#include "healthrows.h"

using namespace howdah::testhealth;

/// What `howdah check` says, which has no memory and can't wait: the truth of one moment.
class TestOneLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void healthy_data();
    void healthy();
    void verdicts_data();
    void verdicts() { compareOneLook(withWitness()); }
    void conclusive_data();
    void conclusive();
};

namespace {
// As an older server has it: since when a slot is idle is not told.
void forgetSince(Snapshot &snapshot, const QString &node)
{
    for (Slot &slot : edit(snapshot, node).replicationSlots) {
        slot.inactiveSince = {};
    }
}

// Its host does not answer, and never has; the standbys noticed long ago.
void deadHost(Snapshot &snapshot, const QString &node, LinkState link = LinkState::Unreachable)
{
    takeDown(snapshot, node, link);
    neverSeen(snapshot, node, link);
    status(snapshot, node).missedPolls = 1;
}
} // namespace

void TestOneLook::healthy_data()
{
    QTest::addColumn<Snapshot>("snapshot");
    const auto row = [](const char *name, Snapshot snapshot) {
        snapshot.trail.reset();
        for (NodeStatus &node : snapshot.nodes) {
            node.linkSinceMs = snapshot.takenMonotonicMs;
        }
        QTest::newRow(name) << snapshot;
    };
    row("pair", healthyPair());
    row("three", threeNodes());
    row("witness", withWitness());
    row("many", manyNodes(20));
    Snapshot idle = withWitness();
    makeIdle(idle);
    row("idle", idle);
}

void TestOneLook::healthy()
{
    QFETCH(Snapshot, snapshot);
    const Assessment assessment = assess(snapshot, Thresholds::forOneLook());
    QCOMPARE(told(assessment), QStringList());
    QCOMPARE(verdictKey(assessment.verdict), QStringLiteral("ok"));
}

void TestOneLook::verdicts_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("expected");
    addRow("a little behind", [](Snapshot &s) { fallBehind(s, pg3, 99LL << 20); }, {});
    addRow("behind", [](Snapshot &s) { fallBehind(s, pg3, 101LL << 20); }, {"warning lag_high:pg3"});
    addRow("far behind", [](Snapshot &s) { fallBehind(s, pg3, 50LL << 30); }, {"critical lag_high:pg3"});
    addRow("does not stream", [](Snapshot &s) { stopStreaming(s, pg3); }, {"critical not_streaming:pg3"});
    addRow("ends disagree", [](Snapshot &s) { edit(s, pg2).senders.clear(); }, {"warning contradictory:pg3"});
    addRow("on a newer timeline",
           [](Snapshot &s) {
               stopStreaming(s, pg3);
               edit(s, pg3).timelineHistory.push_back({7, *s.nodes[0].sample->currentLsn, {}});
               edit(s, pg3).timeline = 8;
           },
           {"critical diverged:pg3", "critical not_streaming:pg3"});
    addRow("idle slot of an older server",
           [](Snapshot &s) {
               takeDown(s, pg3, LinkState::Refused);
               neverSeen(s, pg3, LinkState::Refused);
               forgetSince(s, pg2);
           },
           {"critical node_refused:pg3", "warning slot_inactive:pg2/pg3_slot"});
    addRow("idle slot, just now, by the server's clock",
           [](Snapshot &s) {
               takeDown(s, pg3, LinkState::Refused);
               neverSeen(s, pg3, LinkState::Refused);
           },
           {"critical node_refused:pg3"});
    addRow("refused here, but fed",
           [](Snapshot &s) {
               const auto before = s.nodes[1].sample;
               takeDown(s, pg3, LinkState::Refused);
               neverSeen(s, pg3, LinkState::Refused);
               status(s, pg2).sample = before;
           },
           {"warning node_refused:pg3"});
    addRow("no route to a standby, told at once", [](Snapshot &s) { deadHost(s, pg3); },
           {"unknown node_unreachable:pg3"});
    addRow("the primary's host is dead",
           [](Snapshot &s) {
               deadHost(s, pg1);
               edit(s, pg2).receiver.reset();
           },
           {"critical no_writable", "unknown node_unreachable:pg1", "warning upstream_silent:pg2"});
    addRow("the primary's host is dead, receivers linger",
           [](Snapshot &s) {
               deadHost(s, pg1);
               edit(s, pg2).receiver->lastMsgReceiptTime = edit(s, pg2).serverTime.addSecs(-20);
           },
           {"critical no_writable", "unknown node_unreachable:pg1"});
    addRow("the primary does not answer here, a standby hears it", [](Snapshot &s) { deadHost(s, pg1); },
           {"warning node_unreachable:pg1"});
    addRow("the address of the primary is wrong, a standby hears it elsewhere",
           [](Snapshot &s) {
               deadHost(s, pg1);
               status(s, pg1).host = QStringLiteral("10.0.0.77");
               status(s, pg1).address = QStringLiteral("10.0.0.77:5432");
           },
           {"unknown node_unreachable:pg1"});
    addRow("the primary's host is dead, and so is a standby's",
           [](Snapshot &s) {
               deadHost(s, pg1);
               deadHost(s, pg2);
               edit(s, pg3).receiver.reset();
           },
           {"unknown node_unreachable:pg1", "unknown node_unreachable:pg2", "warning upstream_silent:pg3"});
}

void TestOneLook::conclusive_data()
{
    QTest::addColumn<LinkState>("link");
    QTest::addColumn<int>("missedPolls");
    QTest::addColumn<bool>("conclusive");
    QTest::newRow("up") << LinkState::Up << 0 << true;
    QTest::newRow("connecting") << LinkState::Connecting << 5 << false;
    QTest::newRow("refused") << LinkState::Refused << 1 << true;
    QTest::newRow("no route, once") << LinkState::Unreachable << 1 << false;
    QTest::newRow("no route, thrice") << LinkState::Unreachable << 3 << true;
    QTest::newRow("silent, twice") << LinkState::Unresponsive << 2 << false;
    QTest::newRow("silent, thrice") << LinkState::Unresponsive << 3 << true;
    QTest::newRow("isolated, once") << LinkState::ConsoleIsolated << 1 << false;
}

void TestOneLook::conclusive()
{
    QFETCH(LinkState, link);
    QFETCH(int, missedPolls);
    Snapshot snapshot = threeNodes();
    QVERIFY(isConclusive(snapshot));
    status(snapshot, pg3).link = link;
    status(snapshot, pg3).missedPolls = missedPolls;
    QTEST(isConclusive(snapshot), "conclusive");
}

QTEST_APPLESS_MAIN(TestOneLook)
#include "tst_onelook.moc"
