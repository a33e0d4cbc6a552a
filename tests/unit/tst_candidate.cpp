// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "cluster/candidate.h"
#include "support/snapshots.h"

using namespace howdah;
using namespace howdah::cluster;
using namespace howdah::testsupport;

/// To which nodes the window offers to switch over.
class TestCandidate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void onlyDirectStandbys_data();
    void onlyDirectStandbys();
    void onlyWithAPrimary();
};

namespace {

ClusterState stateOf(const Snapshot &snapshot)
{
    return {std::make_shared<const Snapshot>(snapshot), std::make_shared<const Assessment>(assess(snapshot))};
}

} // namespace

void TestCandidate::onlyDirectStandbys_data()
{
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("why");
    QTest::newRow("standby") << QStringLiteral("pg2") << QString();
    QTest::newRow("primary") << QStringLiteral("pg1") << QStringLiteral("it is the primary");
    QTest::newRow("cascading") << QStringLiteral("pg3") << QStringLiteral("it follows pg2, not the primary");
    QTest::newRow("witness") << QStringLiteral("wit1") << QStringLiteral("a witness holds no data");
    QTest::newRow("nobody") << QStringLiteral("pg9") << QStringLiteral("it is no node of the cluster");
}

void TestCandidate::onlyDirectStandbys()
{
    QFETCH(QString, node);
    const ClusterState state = stateOf(withWitness());
    QCOMPARE(primaryName(state), QStringLiteral("pg1"));
    QTEST(whyNotProposed(state, node), "why");
}

void TestCandidate::onlyWithAPrimary()
{
    const QString pg2 = QStringLiteral("pg2");
    QVERIFY(!whyNotProposed({}, pg2).isEmpty());
    QCOMPARE(primaryName({}), QString());
    Snapshot unseen = threeNodes();
    neverSeen(unseen, QStringLiteral("pg1"));
    QCOMPARE(whyNotProposed(stateOf(unseen), pg2), QStringLiteral("the primary is not known"));
    QCOMPARE(primaryName(stateOf(unseen)), QString());
    Snapshot two = threeNodes();
    edit(two, pg2).inRecovery = false;
    QCOMPARE(whyNotProposed(stateOf(two), QStringLiteral("pg3")), QStringLiteral("more than one node takes writes"));
    Snapshot silent = threeNodes();
    neverSeen(silent, pg2);
    QVERIFY(!whyNotProposed(stateOf(silent), pg2).isEmpty());
}

QTEST_GUILESS_MAIN(TestCandidate)
#include "tst_candidate.moc"
