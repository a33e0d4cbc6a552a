// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "operations/address/moveplan.h"
#include "operations/address/truth.h"
#include "switchoverfacts.h"

using namespace howdah::unit;
using address::MoveFacts;
using howdah::cluster::Verdict;

namespace {

/// An address on an interface, in a pair whose servers were started one second after the other.
MoveFacts moveFacts(const QString &holder, const QString &answers, const QString &follows = QStringLiteral("primary"))
{
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    howdah::cluster::NodeSample &second = edit(snapshot, pg2);
    second.postmasterStartTime = second.postmasterStartTime.addSecs(1);
    const Facts facts = factsOf(snapshot);
    MoveFacts move;
    move.config = facts.config;
    move.config.name = QStringLiteral("orders");
    move.state = facts.state;
    howdah::cluster::AddressConfig address;
    address.name = QStringLiteral("vip");
    address.ip = QStringLiteral("10.0.0.100");
    address.provider = QStringLiteral("host");
    address.interface = QStringLiteral("eth0");
    address.follows = follows;
    move.config.addresses = {address};
    move.address.claims = {{holder, QStringLiteral("eth0"), QStringLiteral("10.0.0.100/32")}};
    const auto &sample = *snapshot.nodes[static_cast<std::size_t>(indexOf(snapshot, answers))].sample;
    move.address.systemIdentifier = QString::number(sample.systemIdentifier.value_or(0));
    move.address.startedMs = sample.postmasterStartTime.toMSecsSinceEpoch();
    move.address.writable = !sample.inRecovery;
    move.address.fitness[pg1] = move.address.fitness[pg2] = {{}, {}, {QStringLiteral("02:00:00:00:00:01")}};
    return move;
}

address::Truth truth(const MoveFacts &facts)
{
    return address::truthOf(facts.config.addresses.front(), facts.address, facts.state);
}

Plan planned(const MoveFacts &facts, const QString &node)
{
    return address::planMove(facts, QStringLiteral("vip"), node);
}

QString result(const Plan &plan, const QString &check)
{
    for (const Check &one : plan.checks) {
        if (one.id == check) {
            return toString(one.result);
        }
    }
    return QStringLiteral("not made");
}

} // namespace

/// What an address comes to, and how it is moved by itself.
class TestAddressPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void serverIsKnownByItsStart();
    void truths_data();
    void truths();
    void movesAndComesBack();
    void takenUpOnlyWhileItIsTheSame();
    void noStandbyTakesTheWriteAddress();
    void whatIsNotKnownRefuses();
    void readersGoToAStandby();
};

void TestAddressPlan::serverIsKnownByItsStart()
{
    MoveFacts facts = moveFacts(pg1, pg2);
    QCOMPARE(address::answeringNode(facts.address, *facts.state.snapshot), pg2);
    facts.address.startedMs += 1; // rounded twice
    QCOMPARE(address::answeringNode(facts.address, *facts.state.snapshot), pg2);
    facts.address.startedMs += 20;
    QCOMPARE(address::answeringNode(facts.address, *facts.state.snapshot), QString());
    facts = moveFacts(pg1, pg2);
    facts.address.systemIdentifier = QStringLiteral("1");
    QCOMPARE(address::answeringNode(facts.address, *facts.state.snapshot), QString());
}

void TestAddressPlan::truths_data()
{
    QTest::addColumn<QString>("holder");
    QTest::addColumn<QString>("answers");
    QTest::addColumn<QString>("follows");
    QTest::addColumn<QString>("expected"); // verdict and id
    const QString primary = QStringLiteral("primary"), standby = QStringLiteral("standby");
    QTest::newRow("as it should be") << pg1 << pg1 << primary << QStringLiteral("ok ");
    QTest::newRow("a standby") << pg2 << pg2 << primary << QStringLiteral("critical address_leads_to_standby");
    QTest::newRow("two, one unseen") << pg2 << pg1 << primary << QStringLiteral("critical address_two_holders");
    QTest::newRow("readers at a standby") << pg2 << pg2 << standby << QStringLiteral("ok ");
    QTest::newRow("readers at the primary")
        << pg1 << pg1 << standby << QStringLiteral("warning address_leads_to_primary");
}

void TestAddressPlan::truths()
{
    QFETCH(QString, holder);
    QFETCH(QString, answers);
    QFETCH(QString, follows);
    QFETCH(QString, expected);
    MoveFacts facts = moveFacts(holder, answers, follows);
    address::Truth one = truth(facts);
    QCOMPARE(howdah::cluster::verdictKey(one.verdict) + QLatin1Char(' ') + one.id, expected);
    QVERIFY(!one.says.isEmpty());
    QCOMPARE(one.remedy.isEmpty(), one.verdict == Verdict::Ok);
    // What can't be known is never green.
    facts.address.error = QStringLiteral("timeout");
    one = truth(facts);
    QVERIFY(one.verdict != Verdict::Ok && !one.writable);
    facts.address.claims.clear();
    one = truth(facts);
    QCOMPARE(one.id, QStringLiteral("address_no_holder"));
    facts.address.unasked[pg2] = QStringLiteral("no route");
    one = truth(facts);
    QCOMPARE(one.id, QStringLiteral("address_not_reached"));
    QVERIFY(!one.holderKnown);
    facts = moveFacts(holder, answers, follows);
    facts.address.systemIdentifier = QStringLiteral("1");
    QCOMPARE(truth(facts).id, QStringLiteral("address_other_cluster"));
    facts = moveFacts(holder, answers, follows);
    facts.address.claims.push_back({pg3, QStringLiteral("eth0"), QStringLiteral("10.0.0.100/32")});
    QCOMPARE(truth(facts).id, QStringLiteral("address_two_holders"));
}

/// Somebody has promoted pg1 by hand, and the address stayed behind.
void TestAddressPlan::movesAndComesBack()
{
    const Plan plan = planned(moveFacts(pg2, pg2), pg1);
    QVERIFY(mayRun(plan, false));
    QStringList ids;
    for (const Step &step : plan.steps) {
        ids.append(step.id);
    }
    QCOMPARE(ids.join(QLatin1Char(' ')), QStringLiteral("lock address_vip settle_vip unlock"));
    QCOMPARE(plan.from, pg2);
    QCOMPARE(pointOfNoReturn(plan), -1);
    const Step &move = plan.steps[1];
    QCOMPARE(move.actions.front().node, pg2);
    QCOMPARE(move.actions.back().node, pg1);
    QCOMPARE(move.undo.front().node, pg1);
    QCOMPARE(move.undo.back().node, pg2);
    QVERIFY2(move.verify.front().sql.contains(QStringLiteral("pg_postmaster_start_time")),
             qPrintable(move.verify.front().sql));
    QCOMPARE(plan.guards.front().node, pg1);
}

/// Whoever takes a move up, or back, must not lead applications to who was the primary once.
void TestAddressPlan::takenUpOnlyWhileItIsTheSame()
{
    const Plan plan = planned(moveFacts(pg2, pg2), pg1);
    const auto asks = [](const std::vector<Action> &guards, const QString &node, const QString &sql, bool orSilent) {
        return std::any_of(guards.begin(), guards.end(), [&](const Action &one) {
            return one.node == node && one.sql == sql && one.expectsTrue && one.orSilent == orSilent &&
                   one.wasSilent == orSilent;
        });
    };
    const QString writes = QStringLiteral("SELECT pg_is_in_recovery() = false");
    const QString standsBy = QStringLiteral("SELECT pg_is_in_recovery()");
    QVERIFY(asks(plan.resumeGuards, pg1, writes, false) && asks(plan.resumeGuards, pg2, standsBy, true));
    QVERIFY(asks(plan.undoGuards, pg1, writes, true) && asks(plan.undoGuards, pg2, standsBy, true));
    QVERIFY(plan.resumeGuards.size() == 2 && plan.undoGuards.size() == 2);
}

void TestAddressPlan::noStandbyTakesTheWriteAddress()
{
    const Plan plan = planned(moveFacts(pg1, pg1), pg2);
    QVERIFY(!mayRun(plan, true));
    QCOMPARE(result(plan, QStringLiteral("address_target:vip:pg2")), QStringLiteral("failed"));
    QVERIFY(plan.steps.empty());
}

void TestAddressPlan::whatIsNotKnownRefuses()
{
    MoveFacts facts = moveFacts(pg2, pg2);
    howdah::cluster::Snapshot snapshot = *facts.state.snapshot;
    makeStale(snapshot, pg1, 60'000);
    facts.state = factsOf(snapshot).state;
    QCOMPARE(result(planned(facts, pg1), QStringLiteral("address_target:vip:pg1")), QStringLiteral("unknown"));
    QVERIFY(!mayRun(planned(moveFacts(pg2, pg2), QStringLiteral("pg9")), true));
    QVERIFY(!mayRun(address::planMove(moveFacts(pg2, pg2), QStringLiteral("read"), pg1), true));
    facts = moveFacts(pg2, pg2);
    facts.config.addresses.front().provider = QStringLiteral("aws");
    QVERIFY(!mayRun(planned(facts, pg1), true));
    facts = moveFacts(pg2, pg2);
    facts.unfinished = Unfinished{QStringLiteral("7"), QStringLiteral("Switch over orders"), true};
    QVERIFY(!mayRun(planned(facts, pg1), true));
}

void TestAddressPlan::readersGoToAStandby()
{
    const Plan plan = planned(moveFacts(pg1, pg1, QStringLiteral("standby")), pg2);
    QVERIFY(mayRun(plan, false));
    QVERIFY(plan.steps[1].verify.front().sql.startsWith(QStringLiteral("SELECT pg_is_in_recovery() = true")));
    const Plan back = planned(moveFacts(pg2, pg2, QStringLiteral("standby")), pg1);
    QVERIFY(mayRun(back, true) && !mayRun(back, false));
}

QTEST_GUILESS_MAIN(TestAddressPlan)
#include "tst_addressplan.moc"
