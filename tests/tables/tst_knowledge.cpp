// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "support/snapshots.h"
#include "tables/knowledge.h"
#include "tables/slotadvice.h"
#include "tables/tiles.h"

using namespace howdah;
using namespace howdah::testsupport;
using tables::Concern;
using tables::ListWords;

namespace {

cluster::ClusterState stateOf(const cluster::Snapshot &snapshot)
{
    return {std::make_shared<const cluster::Snapshot>(snapshot),
            std::make_shared<const cluster::Assessment>(cluster::assess(snapshot))};
}

const ListWords kSlots{Concern::EveryNode, QStringLiteral("slots"), QStringLiteral("slots"),
                       QStringLiteral("There is no slot.")};
const ListWords kRoles{Concern::CatalogNode, QStringLiteral("roles"), QStringLiteral("roles"),
                       QStringLiteral("There is no role.")};

} // namespace

/// An empty list is a claim only when everybody it speaks for answers now.
class TestKnowledge : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void claimsOnlyWhatAllNodesShow();
    void catalogSpeaksForOneNode();
    void summaryNamesWhoIsMissing();
    void tilesSayWhatIsOld();
    void idleSlotIsNeitherGoodNorBad();
};

void TestKnowledge::claimsOnlyWhatAllNodesShow()
{
    QCOMPARE(tables::emptySentence({}, kSlots), QStringLiteral("Waiting for the first sample."));
    QVERIFY(!tables::isKnown({}, kSlots));
    QCOMPARE(tables::emptySentence(stateOf(noNodes()), kSlots), QStringLiteral("This cluster has no nodes yet."));
    cluster::Snapshot snapshot = threeNodes();
    QVERIFY(tables::isKnown(stateOf(snapshot), kSlots));
    QCOMPARE(tables::emptySentence(stateOf(snapshot), kSlots), kSlots.none);

    takeDown(snapshot, QStringLiteral("pg2"));
    QVERIFY(!tables::isKnown(stateOf(snapshot), kSlots));
    QCOMPARE(tables::emptySentence(stateOf(snapshot), kSlots),
             QStringLiteral("No slots on the nodes that show them; pg2 is not known."));
    edit(snapshot, QStringLiteral("pg3")).unreadable.insert(QStringLiteral("slots"), QStringLiteral("denied"));
    QCOMPARE(tables::emptySentence(stateOf(snapshot), kSlots),
             QStringLiteral("No slots on the nodes that show them; pg2 and pg3 are not known."));

    snapshot = threeNodes();
    snapshot.paused = true;
    QVERIFY(!tables::isKnown(stateOf(snapshot), kSlots));
    QVERIFY(tables::emptySentence(stateOf(snapshot), kSlots).startsWith(QLatin1String("Sampling is paused")));

    snapshot = threeNodes();
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        neverSeen(snapshot, QLatin1String(node), cluster::LinkState::WrongPassword);
    }
    QCOMPARE(tables::emptySentence(stateOf(snapshot), kSlots),
             QStringLiteral("No node has answered yet: nothing is known about slots."));
}

void TestKnowledge::catalogSpeaksForOneNode()
{
    cluster::Snapshot snapshot = threeNodes();
    takeDown(snapshot, QStringLiteral("pg3"));
    QCOMPARE(tables::emptySentence(stateOf(snapshot), kRoles), kRoles.none); // pg1 has them all
    edit(snapshot, QStringLiteral("pg1")).unreadable.insert(QStringLiteral("roles"), QStringLiteral("denied"));
    QCOMPARE(tables::emptySentence(stateOf(snapshot), kRoles),
             QStringLiteral("pg1 does not show roles to this role: nothing is known about them."));
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        neverSeen(snapshot, QLatin1String(node));
    }
    QCOMPARE(tables::emptySentence(stateOf(snapshot), kRoles),
             QStringLiteral("No node has answered yet: nothing is known about roles."));
}

void TestKnowledge::summaryNamesWhoIsMissing()
{
    cluster::Snapshot snapshot = threeNodes();
    QCOMPARE(tables::slotsSummary(stateOf(snapshot)), QStringLiteral("2 slots on 2 nodes, each with a consumer"));
    makeStale(snapshot, QStringLiteral("pg2"));
    QVERIFY(tables::slotsSummary(stateOf(snapshot)).endsWith(QLatin1String(", pg2 not known now")));
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        neverSeen(snapshot, QLatin1String(node));
    }
    QCOMPARE(tables::slotsSummary(stateOf(snapshot)), QString());
    QCOMPARE(tables::slotsSummary(stateOf(noNodes())), QString());
}

void TestKnowledge::tilesSayWhatIsOld()
{
    cluster::Snapshot snapshot = threeNodes();
    QCOMPARE(tables::activityTile(stateOf(snapshot)).word, QString());
    snapshot.paused = true;
    const tables::Tile paused = tables::activityTile(stateOf(snapshot));
    QCOMPARE(paused.word, QStringLiteral("not seen now"));
    QVERIFY(paused.verdict == cluster::Verdict::Unknown);
}

void TestKnowledge::idleSlotIsNeitherGoodNorBad()
{
    cluster::Snapshot snapshot = threeNodes();
    stopStreaming(snapshot, QStringLiteral("pg2"));
    cluster::Slot *slot = slotOf(edit(snapshot, QStringLiteral("pg1")), QStringLiteral("pg2_slot"));
    QVERIFY(slot);
    slot->active = false;
    slot->activePid.reset();
    auto assessment = std::make_shared<cluster::Assessment>(cluster::assess(snapshot));
    for (cluster::SlotFacts &facts : assessment->slotFacts) {
        facts.verdict = cluster::Verdict::Ok;
    }
    const cluster::ClusterState state{std::make_shared<const cluster::Snapshot>(snapshot), assessment};
    const tables::SlotStory idle = tables::slotStory(state, QStringLiteral("pg1/pg2_slot"));
    QCOMPARE(idle.word, QStringLiteral("no consumer"));
    QVERIFY(!idle.verdict);
    const tables::SlotStory used = tables::slotStory(state, QStringLiteral("pg2/pg3_slot"));
    QCOMPARE(used.word, QStringLiteral("in use"));
    QVERIFY(used.verdict == cluster::Verdict::Ok);
}

QTEST_GUILESS_MAIN(TestKnowledge)
#include "tst_knowledge.moc"
