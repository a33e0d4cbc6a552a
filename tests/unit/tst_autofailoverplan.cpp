// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <functional>

#include "fakehands.h"
#include "operations/places.h"
#include "operations/planjson.h"
#include "operations/runbook.h"
#include "operations/runner.h"
#include "operations/switchover/autofailoverplan.h"
#include "operations/switchover/gatherautofailover.h"
#include "operations/switchover/switchoverplan.h"
#include "switchoverfacts.h"

using namespace howdah;
using namespace howdah::unit;
using managers::AutoFailoverNode;

using AutoFailoverChange = std::function<void(Facts &, cluster::Snapshot &, AutoFailoverFacts &)>;
Q_DECLARE_METATYPE(AutoFailoverChange)

/// What is checked and planned where pg_auto_failover owns the cluster, and how its monitor is asked.
class TestAutoFailoverPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void healthyOnePasses();
    void checks_data();
    void checks();
    void nothingIsDoneBehindItsBack();
    void waitsForWhoFollows();
    void withoutTheMonitorThereAreNoSteps();
    void nativelyIsRefused();
    void ownersNobodyNamed_data();
    void ownersNobodyNamed();
    void namesAreQuoted();
    void planSurvivesTheJournal();
    void whatTheMonitorMayAnswer_data();
    void whatTheMonitorMayAnswer();
    void runbookKnowsWhetherItHappened_data();
    void runbookKnowsWhetherItHappened();
    void readsRows();
    void otherGroupsAreLeftOut();
    void gathersWhyNot_data();
    void gathersWhyNot();
};

namespace {

const QString kPrimary = QStringLiteral("primary");
const QString kSecondary = QStringLiteral("secondary");

AutoFailoverNode memberOf(int id, const QString &name, const QString &state)
{
    AutoFailoverNode node;
    node.formation = QStringLiteral("default");
    node.id = id;
    node.name = name;
    node.host = QStringLiteral("10.0.0.1%1").arg(id);
    node.reported = node.goal = state;
    node.health = 1;
    node.running = true;
    node.priority = 50;
    node.inQuorum = true;
    node.timeline = 7;
    return node;
}

AutoFailoverFacts calm()
{
    AutoFailoverFacts facts;
    facts.version = QStringLiteral("2.0");
    facts.role = QStringLiteral("dba");
    facts.mayPromote = true;
    facts.members = {memberOf(1, pg1, kPrimary), memberOf(2, pg2, kSecondary)};
    facts.nodes = {pg1, pg2};
    return facts;
}

void addThird(AutoFailoverFacts &facts)
{
    facts.members.push_back(memberOf(3, pg3, kSecondary));
    facts.nodes.append(pg3);
}

Facts autoFailovers(const cluster::Snapshot &snapshot, const AutoFailoverFacts &own)
{
    Facts facts = lookingOn(snapshot);
    facts.autoFailover = own;
    return facts;
}

cluster::Snapshot managed(cluster::Snapshot snapshot)
{
    snapshot = prepared(std::move(snapshot));
    snapshot.manager = cluster::ManagerKind::PgAutoFailover;
    return snapshot;
}

Plan planFor(const cluster::Snapshot &snapshot, const AutoFailoverFacts &own)
{
    return planSwitchover(autoFailovers(snapshot, own), pg2);
}

AutoFailoverNode &second(AutoFailoverFacts &facts)
{
    return facts.members[1];
}

void set(AutoFailoverNode &node, const char *reported, const char *goal)
{
    node.reported = QLatin1String(reported);
    node.goal = QLatin1String(goal);
}

} // namespace

void TestAutoFailoverPlan::healthyOnePasses()
{
    const Plan plan = planFor(managed(healthyPair()), calm());
    QVERIFY2(worst(plan.checks) == CheckResult::Passed, qPrintable(all(plan.checks)));
    for (const Check &one : plan.checks) {
        QVERIFY2(!one.evidence.isEmpty() && one.remedy.isEmpty(), qPrintable(one.id));
    }
    QStringList ids;
    for (const Step &step : plan.steps) {
        ids.append(step.id);
    }
    QCOMPARE(ids.join(QLatin1Char(' ')),
             QStringLiteral("lock lock_candidate checkpoint switchover rejoin autofailover_settled proof unlock"));
    const Step *step = stepOf(plan, QStringLiteral("switchover"));
    QVERIFY(step->pointOfNoReturn && step->undo.empty() && !step->notDone.empty());
    QCOMPARE(step->actions.back().node, monitorPlace());
    QCOMPARE(step->actions.back().sql, QStringLiteral("SELECT pgautofailover.perform_promotion('default', 'pg2')"));
    QVERIFY(step->actions.back().pollMs == 0); // asked once
    QVERIFY(step->deadlineMs > 60'000);        // its own command gives up after so long, and the monitor goes on
    QCOMPARE(step->verify.front().wakesOn, QStringLiteral("state"));
    QVERIFY(plan.guards.back().node == monitorPlace());
}

void TestAutoFailoverPlan::checks_data()
{
    QTest::addColumn<QString>("check");
    QTest::addColumn<QString>("result");
    QTest::addColumn<AutoFailoverChange>("change");
    const auto row = [](const char *name, const char *check, const char *result, const AutoFailoverChange &change) {
        QTest::newRow(name) << QString::fromLatin1(check) << QString::fromLatin1(result) << change;
    };
    row("monitor silent", "autofailover_monitor", "unknown", [](Facts &, auto &, auto &a) {
        a.error = QStringLiteral("Connection refused");
        a.remedy = QStringLiteral("See that it runs.");
    });
    row("no right to ask", "autofailover_rights", "failed", [](Facts &, auto &, auto &a) { a.mayPromote = false; });
    row("no primary", "autofailover_primary", "failed",
        [](Facts &, auto &, auto &a) { set(a.members[0], "wait_primary", "wait_primary"); });
    row("primary on its way", "autofailover_primary", "failed",
        [](Facts &, auto &, auto &a) { set(a.members[0], "wait_primary", "primary"); });
    row("another is its primary", "autofailover_primary", "failed", [](Facts &, auto &, auto &a) {
        set(a.members[0], "secondary", "secondary");
        set(second(a), "primary", "primary");
    });
    row("primary unhealthy", "autofailover_primary", "failed",
        [](Facts &, auto &, auto &a) { a.members[0].health = 0; });
    row("primary unknown to it", "autofailover_primary", "failed", [](Facts &, auto &, auto &a) {
        a.members.erase(a.members.begin());
        a.nodes.removeFirst();
    });
    row("not registered", "autofailover_member", "failed", [](Facts &, auto &, auto &a) {
        a.members.pop_back();
        a.nodes.removeLast();
    });
    row("in maintenance", "autofailover_member", "failed",
        [](Facts &, auto &, auto &a) { set(second(a), "maintenance", "maintenance"); });
    row("on its way into maintenance", "autofailover_member", "failed",
        [](Facts &, auto &, auto &a) { set(second(a), "secondary", "maintenance"); });
    row("catching up", "autofailover_member", "failed",
        [](Facts &, auto &, auto &a) { set(second(a), "catchingup", "catchingup"); });
    row("asked for a promotion already", "autofailover_member", "failed",
        [](Facts &, auto &, auto &a) { set(second(a), "secondary", "prepare_promotion"); });
    row("unhealthy", "autofailover_member", "failed", [](Facts &, auto &, auto &a) { second(a).health = 0; });
    row("its server is down", "autofailover_member", "failed",
        [](Facts &, auto &, auto &a) { second(a).running = false; });
    row("pg_autoctl silent", "autofailover_member", "failed",
        [](Facts &, auto &, auto &a) { second(a).reportAge = 21; });
    row("never looked at", "autofailover_member", "unknown", [](Facts &, auto &, auto &a) { second(a).health = -1; });
    row("priority 0 of two", "autofailover_priority", "failed",
        [](Facts &, auto &, auto &a) { second(a).priority = 0; });
    row("priority 0 of three", "autofailover_priority", "warning", [](Facts &, auto &, auto &a) {
        second(a).priority = 0;
        addThird(a);
    });
    row("commits would wait", "autofailover_quorum", "failed", [](Facts &, auto &, auto &a) {
        for (AutoFailoverNode &member : a.members) {
            member.numberSyncStandbys = 1;
        }
        a.members[0].inQuorum = false;
    });
    row("commits would not wait", "autofailover_quorum", "passed", [](Facts &, auto &, auto &a) {
        for (AutoFailoverNode &member : a.members) {
            member.numberSyncStandbys = 1;
        }
    });
    row("another in maintenance", "siblings", "warning", [](Facts &, auto &, auto &a) {
        addThird(a);
        set(a.members[2], "maintenance", "maintenance");
    });
    row("another is unhealthy", "siblings", "failed", [](Facts &, auto &, auto &a) {
        addThird(a);
        a.members[2].health = 0;
    });
    row("another is on its way", "siblings", "failed", [](Facts &, auto &, auto &a) {
        addThird(a);
        set(a.members[2], "catchingup", "secondary");
    });
    row("a standby of nobody's", "siblings", "warning", [](Facts &, auto &s, auto &) { s = managed(threeNodes()); });
    // What a native switchover is checked for as well.
    row("candidate down", "candidate_known", "unknown", [](Facts &, auto &s, auto &) { makeStale(s, pg2, 60'000); });
    row("primary down", "one_primary", "unknown", [](Facts &, auto &s, auto &) { takeDown(s, pg1); });
    row("not streaming", "candidate_streams", "failed", [](Facts &, auto &s, auto &) { stopStreaming(s, pg2); });
    row("diverged", "candidate_streams", "failed", [](Facts &, auto &s, auto &) { diverge(s, pg2); });
    row("replay paused", "candidate_replays", "failed", [](Facts &, auto &s, auto &) { pauseReplay(s, pg2); });
    row("base backup", "no_base_backup", "failed",
        [](Facts &, auto &s, auto &) { edit(s, pg2).baseBackups.emplace_back(); });
    row("no session", "candidate_rights", "unknown",
        [](Facts &f, auto &, auto &) { f.nodes[pg2].sql = SqlAccess{.error = QStringLiteral("wrong password")}; });
    row("slot stays behind", "slots", "warning", [](Facts &, auto &s, auto &) {
        cluster::Slot slot;
        slot.slotName = QStringLiteral("analytics_cdc");
        slot.slotType = QStringLiteral("logical");
        edit(s, pg1).replicationSlots.push_back(slot);
    });
    row("slot of its own", "slots", "passed", [](Facts &, auto &s, auto &) {
        cluster::Slot slot;
        slot.slotName = QStringLiteral("pgautofailover_standby_1");
        slot.slotType = QStringLiteral("physical");
        edit(s, pg1).replicationSlots.push_back(slot);
    });
}

void TestAutoFailoverPlan::checks()
{
    QFETCH(QString, check);
    QFETCH(QString, result);
    QFETCH(AutoFailoverChange, change);
    cluster::Snapshot snapshot = managed(healthyPair());
    AutoFailoverFacts own = calm();
    Facts facts = autoFailovers(snapshot, own);
    change(facts, snapshot, own);
    Facts changed = autoFailovers(snapshot, own);
    if (snapshot.nodes.size() == 2) {
        changed.nodes = facts.nodes;
    }
    const Plan plan = planSwitchover(changed, pg2);
    QVERIFY2(found(plan.checks, check) == result, qPrintable(all(plan.checks)));
    QCOMPARE(mayRun(plan, false), result == QLatin1String("passed"));
    QCOMPARE(mayRun(plan, true), result == QLatin1String("warning") || result == QLatin1String("passed"));
    for (const Check &one : plan.checks) {
        QVERIFY2(one.result == CheckResult::Passed || !one.remedy.isEmpty(), qPrintable(one.id));
    }
}

void TestAutoFailoverPlan::nothingIsDoneBehindItsBack()
{
    AutoFailoverFacts own = calm();
    addThird(own);
    const Plan plan = planFor(managed(threeNodes()), own);
    QVERIFY(plan.secrets.empty());
    for (const Step &step : plan.steps) {
        for (const std::vector<Action> *actions : {&step.actions, &step.verify, &step.undo, &step.notDone}) {
            for (const Action &action : *actions) {
                QVERIFY2(action.kind == Action::Kind::Sql, qPrintable(step.id));
                for (const char *never : {"ALTER SYSTEM", "pg_promote", "pg_reload_conf", "pg_drop_", "pg_create_"}) {
                    QVERIFY2(!action.sql.contains(QLatin1String(never)), qPrintable(action.sql));
                }
            }
        }
        QVERIFY2(!step.needs.contains(QStringLiteral("promote")), qPrintable(step.id));
    }
}

/// In maintenance a node follows nobody.
void TestAutoFailoverPlan::waitsForWhoFollows()
{
    const cluster::Snapshot snapshot = managed(manyNodes(3));
    AutoFailoverFacts own;
    for (int i = 1; i <= 3; ++i) {
        own.nodes.append(snapshot.nodes[static_cast<std::size_t>(i - 1)].name);
        own.members.push_back(memberOf(i, own.nodes.last(), i == 1 ? kPrimary : kSecondary));
    }
    const auto follow = [&] {
        const Plan plan = planSwitchover(autoFailovers(snapshot, own), own.nodes[1]);
        return stepOf(plan, QStringLiteral("switchover")) && stepOf(plan, QStringLiteral("follow_") + own.nodes[2]);
    };
    QVERIFY(follow());
    set(own.members[2], "maintenance", "maintenance");
    QVERIFY(!follow());
}

void TestAutoFailoverPlan::withoutTheMonitorThereAreNoSteps()
{
    Facts facts = autoFailovers(managed(healthyPair()), calm());
    facts.autoFailover.reset();
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY(plan.steps.empty());
    QCOMPARE(found(plan.checks, QStringLiteral("autofailover_monitor")), QStringLiteral("unknown"));
    QVERIFY(!mayRun(plan, true));
}

void TestAutoFailoverPlan::nativelyIsRefused()
{
    const Facts facts = autoFailovers(managed(healthyPair()), calm());
    const Plan plan = planSwitchover(facts, pg2, Way::Native);
    QCOMPARE(found(plan.checks, QStringLiteral("not_managed")), QStringLiteral("failed"));
    QVERIFY(!mayRun(plan, true));
}

void TestAutoFailoverPlan::ownersNobodyNamed_data()
{
    QTest::addColumn<cluster::ManagerKind>("manager");
    QTest::addColumn<bool>("known");
    QTest::addColumn<bool>("its");
    using cluster::ManagerKind;
    QTest::newRow("said") << ManagerKind::PgAutoFailover << false << true;
    QTest::newRow("not said, and its monitor has them") << ManagerKind::Auto << true << true;
    QTest::newRow("not said, and nobody has them") << ManagerKind::Auto << false << false;
    QTest::newRow("said to be nobody's") << ManagerKind::None << true << false;
}

void TestAutoFailoverPlan::ownersNobodyNamed()
{
    QFETCH(cluster::ManagerKind, manager);
    QFETCH(bool, known);
    cluster::Snapshot snapshot = managed(healthyPair());
    snapshot.manager = manager;
    Facts facts = autoFailovers(snapshot, calm());
    if (!known) {
        facts.autoFailover.reset();
    }
    QTEST(isAutoFailovers(facts), "its");
}

/// What the monitor calls a node and a formation is anybody's text.
void TestAutoFailoverPlan::namesAreQuoted()
{
    AutoFailoverFacts own = calm();
    for (AutoFailoverNode &member : own.members) {
        member.formation = QStringLiteral("it's %3");
    }
    second(own).name = QStringLiteral("b'; DROP TABLE x; --");
    const Plan plan = planFor(managed(healthyPair()), own);
    const Step *step = stepOf(plan, QStringLiteral("switchover"));
    QCOMPARE(step->actions.back().sql,
             QStringLiteral("SELECT pgautofailover.perform_promotion('it''s %3', 'b''; DROP TABLE x; --')"));
    QVERIFY(step->verify.front().sql.contains(QStringLiteral("formationid = 'it''s %3' AND groupid = 0")));
    QVERIFY(!step->verify.front().sql.contains(QStringLiteral("%4")));
}

void TestAutoFailoverPlan::planSurvivesTheJournal()
{
    const Plan plan = planFor(managed(healthyPair()), calm());
    const auto back = planFromJson(toJson(plan));
    QVERIFY2(back, back ? "" : qPrintable(back.error().message));
    QVERIFY(back->steps == plan.steps);
    QVERIFY(back->guards == plan.guards);
}

void TestAutoFailoverPlan::whatTheMonitorMayAnswer_data()
{
    QTest::addColumn<QString>("answer"); // true, false, refused, lost
    QTest::addColumn<QString>("states"); // what is seen afterwards
    QTest::addColumn<bool>("asking");    // a session of somebody's is still at it
    QTest::addColumn<QString>("outcome");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const char *answer, const char *states, bool asking, const char *outcome,
                        const char *says) {
        QTest::newRow(name) << QString::fromLatin1(answer) << QString::fromLatin1(states) << asking
                            << QString::fromLatin1(outcome) << QString::fromLatin1(says);
    };
    row("done", "true", "won", false, "done", "");
    row("refused", "refused", "as before", false, "undone", "has reported state");
    row("already so", "false", "won", false, "done", "");
    row("another won", "true", "another", false, "incomplete", "pg3 is primary");
    row("stuck", "true", "stuck", false, "incomplete", "may still be at it");
    row("lost, and done", "lost", "won", false, "done", "");
    row("lost, and not done", "lost", "as before", false, "undone", "lost");
    row("lost, and perhaps to come", "lost", "as before", true, "incomplete", "may still be at it");
    // Somebody else's: this console has asked for nothing, and says so.
    row("under way already", "under way", "won", false, "undone", "its secondary");
    row("monitor gone, candidate writes", "true", "monitor gone", false, "done", "");
}

void TestAutoFailoverPlan::whatTheMonitorMayAnswer()
{
    QFETCH(QString, answer);
    QFETCH(QString, states);
    QFETCH(bool, asking);
    Plan plan = planFor(managed(healthyPair()), calm());
    std::erase_if(plan.steps, [](const Step &step) { return step.phase == Phase::After; });
    for (Step &step : plan.steps) {
        step.deadlineMs = std::min(step.deadlineMs, 600);
        for (std::vector<Action> *actions : {&step.actions, &step.verify, &step.notDone}) {
            for (Action &action : *actions) {
                action.deadlineMs = action.deadlineMs > 0 ? 200 : 0;
            }
        }
    }
    const Step &step = *stepOf(plan, QStringLiteral("switchover"));
    const bool won = states == QLatin1String("won") || states == QLatin1String("monitor gone");
    const bool before = states == QLatin1String("as before");
    FakeHands hands;
    const auto flag = [](bool value) { return value ? QStringLiteral("t") : QStringLiteral("f"); };
    hands.answers[step.actions[1].sql] = FakeHands::one(QStringLiteral("19"), QStringLiteral("event"));
    const QString ask = step.actions.back().sql;
    if (answer == QLatin1String("refused")) {
        hands.answers[ask] = tl::unexpected(FakeHands::failure(QStringLiteral("node pg2 has reported state"), false));
    } else if (answer == QLatin1String("lost")) {
        hands.answers[ask] = tl::unexpected(FakeHands::failure(QStringLiteral("lost")));
    } else {
        hands.answers[ask] = FakeHands::one(flag(answer == QLatin1String("true")));
    }
    if (answer == QLatin1String("under way")) {
        hands.answers[step.actions[0].sql] = FakeHands::one(QStringLiteral("f"));
    }
    const QString watch =
        QString(step.verify.front().sql).replace(QStringLiteral(":{autofailover_event}"), QStringLiteral("'19'"));
    const bool another = before || states == QLatin1String("another");
    const Table seen{
        {QStringLiteral("taken_over"), QStringLiteral("another"), QStringLiteral("evidence"), QStringLiteral("line")},
        {{flag(won), flag(another), QStringLiteral("pg3 is primary"), QStringLiteral("pg1: draining")},
         {flag(won), flag(another), QStringLiteral("pg3 is primary"), QStringLiteral("pg1 is demoted")}}};
    hands.answers[watch] = states == QLatin1String("monitor gone")
                               ? Handed<Table>(tl::unexpected(FakeHands::failure(QStringLiteral("gone"), false)))
                               : Handed<Table>(seen);
    hands.answers[step.verify.back().sql] = FakeHands::one(flag(won));
    hands.answers[step.notDone[0].sql] = FakeHands::one(flag(!asking));
    plan.guards.clear();
    // What is asked before as well is so then.
    hands.heard = [&](const QString &sql) {
        if (sql == ask) {
            hands.answers[step.notDone[1].sql] = FakeHands::one(flag(before));
            hands.answers[step.notDone[2].sql] = FakeHands::one(flag(before));
        }
    };
    QTemporaryDir directory;
    auto journal = JournalWriter::create(directory.path(), plan, core::systemClock().wallMs());
    Runner runner(plan, hands, std::move(*journal), core::systemClock());
    QString outcome, remains;
    QStringList lines;
    connect(&runner, &Runner::outputArrived, &runner,
            [&](const QString &node, const QString &line) { lines.append(node + QStringLiteral(": ") + line); });
    connect(&runner, &Runner::ended, &runner, [&](Outcome how, const QStringList &left) {
        outcome = operations::toString(how);
        remains = left.join(QLatin1Char('|'));
    });
    runner.start();
    QTRY_VERIFY_WITH_TIMEOUT(!outcome.isEmpty(), 20'000);
    QTEST(outcome, "outcome");
    QFETCH(QString, says);
    QVERIFY2(remains.contains(says), qPrintable(remains));
    if (answer == QLatin1String("true") && states == QLatin1String("won")) {
        QCOMPARE(lines.filter(QStringLiteral("pg1 is demoted")).size(), 1);
        QCOMPARE(lines.filter(QStringLiteral("pg1: draining")).size(), 1);
    }
    QCOMPARE(hands.told.contains(monitorPlace() + QStringLiteral(": ") + ask), answer != QLatin1String("under way"));
    // The lock goes back whatever happened before the switch.
    QCOMPARE(hands.told.filter(QStringLiteral("pg1: SELECT pg_advisory_unlock")).isEmpty(),
             outcome != QLatin1String("undone"));
}

namespace {

/// In psql's place: answers by what it is asked, as the environment says.
const char *const kPsql = R"sh(#!/bin/sh
sql=$(cat)
asked=$PLACE/asked
case $sql in
'SELECT pgautofailover.perform_promotion('*)
  : >"$asked"
  [ "$ASKED" = t ] || { echo "$ASKED" >&2; exit 3; }
  answer=t ;;
*taken_over*) answer=$TAKEN ;;
*'FROM pgautofailover.event'*) printf 'event\037set_config\n19\0375s\n'; exit ;;
*'perform\_promotion'*) answer=$QUIET ;;
*'count(*) = 2'*) if [ -e "$asked" ]; then answer=$AFTER; else answer=$BEFORE; fi ;;
*'SELECT NOT pg_is_in_recovery()'*) answer=$TAKEN ;;
*pg_walfile_name*) answer=$AFTER ;;
*) answer=t ;;
esac
printf 'c\n%s\n' "$answer"
)sh";

} // namespace

void TestAutoFailoverPlan::runbookKnowsWhetherItHappened_data()
{
    QTest::addColumn<QString>("environment");
    QTest::addColumn<bool>("done");
    QTest::addColumn<bool>("asked");
    QTest::addColumn<QString>("says");
    QTest::newRow("switched") << QStringLiteral("BEFORE=t ASKED=t TAKEN=t") << true << true << QStringLiteral("done");
    QTest::newRow("lost answer") << QStringLiteral("BEFORE=t ASKED=lost TAKEN=t") << true << true
                                 << QStringLiteral("done");
    // Each time it is asked, the candidate gets more votes: not while another one is under way.
    QTest::newRow("under way") << QStringLiteral("BEFORE=f") << false << false << QStringLiteral("nothing was begun");
    QTest::newRow("refused") << QStringLiteral("BEFORE=t ASKED=refused TAKEN=f QUIET=t AFTER=t") << false << true
                             << QStringLiteral("it did not happen, and will not any more");
    QTest::newRow("still asking") << QStringLiteral("BEFORE=t ASKED=lost TAKEN=f QUIET=f AFTER=t") << false << true
                                  << QStringLiteral("only forward is safe. pg_auto_failover may still be at it");
    QTest::newRow("neither") << QStringLiteral("BEFORE=t ASKED=t TAKEN=f QUIET=t AFTER=f") << false << true
                             << QStringLiteral("only forward is safe. pg_auto_failover may still be at it");
}

/// The exported script has the same proofs as the program.
void TestAutoFailoverPlan::runbookKnowsWhetherItHappened()
{
    QFETCH(QString, environment);
    QFETCH(bool, done);
    QFETCH(bool, asked);
    QFETCH(QString, says);
    const Facts facts = autoFailovers(managed(healthyPair()), calm());
    Plan plan = planSwitchover(facts, pg2);
    Step step = *stepOf(plan, QStringLiteral("switchover"));
    for (std::vector<Action> *actions : {&step.actions, &step.verify, &step.notDone}) {
        for (Action &action : *actions) {
            action.deadlineMs = 1000;
        }
    }
    Step before = step;
    before.id = QStringLiteral("slots");
    before.pointOfNoReturn = false;
    before.actions = before.undo = {step.verify.back()};
    before.actions[0].sql = before.undo[0].sql = QStringLiteral("SELECT true");
    before.verify.clear();
    plan.steps = {before, step};
    plan.guards.clear();
    QTemporaryDir directory;
    const QString script = directory.filePath(QStringLiteral("runbook.sh"));
    QVERIFY(saveRunbook(plan, facts.config, script));
    QFile psql(directory.filePath(QStringLiteral("psql")));
    QVERIFY(psql.open(QIODevice::WriteOnly));
    psql.write(kPsql);
    psql.close();
    QVERIFY(psql.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    QProcess process;
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    all.insert(QStringLiteral("PATH"), directory.path() + QLatin1Char(':') + qEnvironmentVariable("PATH"));
    all.insert(QStringLiteral("PLACE"), directory.path());
    for (const QString &one : environment.split(QLatin1Char(' '))) {
        all.insert(one.section(QLatin1Char('='), 0, 0), one.section(QLatin1Char('='), 1));
    }
    process.setProcessEnvironment(all);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("sh"), {script});
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 60'000);
    const QString said = QString::fromUtf8(process.readAll());
    QVERIFY2((process.exitCode() == 0) == done, qPrintable(said));
    QVERIFY2(said.contains(says), qPrintable(said));
    QCOMPARE(QFile::exists(directory.filePath(QStringLiteral("asked"))), asked);
    // The way back is offered only where it is open.
    const bool open = says.startsWith(QLatin1String("it did not")) || says.startsWith(QLatin1String("nothing"));
    QVERIFY2(said.contains(QStringLiteral("runbook.sh undo slots\n")) == open, qPrintable(said));
}

void TestAutoFailoverPlan::readsRows()
{
    const QStringList columns{QStringLiteral("formation"), QStringLiteral("group_id"), QStringLiteral("id"),
                              QStringLiteral("name"),      QStringLiteral("host"),     QStringLiteral("port"),
                              QStringLiteral("reported"),  QStringLiteral("goal"),     QStringLiteral("health"),
                              QStringLiteral("running"),   QStringLiteral("priority"), QStringLiteral("in_quorum")};
    const auto row = [&](const QStringList &cells) { return managers::autoFailoverNode(columns, cells); };
    const AutoFailoverNode node = row({QStringLiteral("default"), QStringLiteral("0"), QStringLiteral("3"),
                                       QStringLiteral("pg2"), QStringLiteral("10.0.0.12"), QStringLiteral("5433"),
                                       QStringLiteral("secondary"), QStringLiteral("report_lsn"), QStringLiteral("1"),
                                       QStringLiteral("t"), QStringLiteral("50"), QStringLiteral("f")});
    QCOMPARE(node.id, 3);
    QCOMPARE(node.port, 5433);
    QCOMPARE(node.health, 1);
    QVERIFY(node.running && !node.inQuorum && !node.isStable() && !node.is(kSecondary));
    QCOMPARE(node.stateText(), QStringLiteral("secondary, to become report_lsn"));
    // A host that would be taken for more than one must not be connected to; what is not there is not known.
    const AutoFailoverNode odd =
        row({QString(), QString(), QString(), QStringLiteral("a\nb"), QStringLiteral("10.0.0.1 user=postgres")});
    QVERIFY(odd.host.isEmpty());
    QCOMPARE(odd.health, -1);
    QVERIFY(!odd.name.contains(QLatin1Char('\n')));
    using managers::autoFailoverDatabase;
    QCOMPARE(autoFailoverDatabase(QStringLiteral("host=m user=autoctl_node")), QStringLiteral("pg_auto_failover"));
    QCOMPARE(autoFailoverDatabase(QStringLiteral("host=m dbname=other")), QStringLiteral("other"));
    QCOMPARE(autoFailoverDatabase(QStringLiteral("postgres://autoctl_node@m:5432/third?sslmode=prefer")),
             QStringLiteral("third"));
}

void TestAutoFailoverPlan::otherGroupsAreLeftOut()
{
    const Facts facts = factsOf(managed(healthyPair()));
    const QString system = QString::number(*facts.state.snapshot->nodes.front().sample->systemIdentifier);
    const auto row = [&](const char *formation, const char *group, const char *id, const char *name, const char *host,
                         const QString &of) {
        return std::vector<std::optional<QString>>{
            QLatin1String(formation), QLatin1String(group),   QLatin1String(id),     QLatin1String(name),
            QLatin1String(host),      QStringLiteral("5432"), QStringLiteral("2.0"), of};
    };
    const QString other = QStringLiteral("7000000000000000001");
    Table table{
        {QStringLiteral("formation"), QStringLiteral("group_id"), QStringLiteral("id"), QStringLiteral("name"),
         QStringLiteral("host"), QStringLiteral("port"), QStringLiteral("version"),
         QStringLiteral("system_identifier")},
        {row("billing", "0", "1", "pg1", "10.0.0.11", other), row("billing", "0", "9", "pg2", "10.0.9.2", other),
         row("citus", "1", "2", "db-a", "10.0.0.11", system), row("citus", "1", "3", "db-b", "10.0.0.12", system),
         row("citus", "1", "4", "db-c", "10.0.0.99", QString())}};
    const AutoFailoverFacts own = autoFailoverFrom(facts.state, table);
    QVERIFY2(own.isKnown(), qPrintable(own.error));
    QCOMPARE(own.nodes, (QStringList{pg1, pg2, QString()}));
    QCOMPARE(own.ofNode(pg2)->name, QStringLiteral("db-b"));
    QVERIFY(!own.ofNode(QString()));
    QCOMPARE(own.nodeOf(own.members.back()), QStringLiteral("db-c"));
    QCOMPARE(own.members.front().formation, QStringLiteral("citus")); // not another's of the same names
    // Who is copied with everything is nobody's in particular.
    table.rows.push_back(row("copy", "0", "7", "pg1", "10.0.8.1", system));
    QVERIFY(!autoFailoverFrom(facts.state, table).error.isEmpty());
    table.rows.resize(2);
    QVERIFY(!autoFailoverFrom(facts.state, table).error.isEmpty());
    table.rows.clear();
    QVERIFY(!autoFailoverFrom(facts.state, table).remedy.isEmpty());
}

void TestAutoFailoverPlan::gathersWhyNot_data()
{
    QTest::addColumn<QString>("conninfo");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("remedy");
    QTest::newRow("no monitor named") << QString() << 0 << QStringLiteral("[pg_auto_failover]");
    QTest::newRow("no conninfo") << QStringLiteral("host=") + QLatin1Char('\'') << 0 << QStringLiteral("monitor = ");
    QTest::newRow("no right") << QStringLiteral("host=m user=dba") << static_cast<int>(core::Error::Kind::Denied)
                              << QStringLiteral("GRANT autoctl_node TO dba");
    QTest::newRow("silent") << QStringLiteral("host=m") << static_cast<int>(core::Error::Kind::Timeout)
                            << QStringLiteral("See that it runs");
}

void TestAutoFailoverPlan::gathersWhyNot()
{
    QFETCH(QString, conninfo);
    QFETCH(int, kind);
    QFETCH(QString, remedy);
    const Facts facts = factsOf(managed(healthyPair()));
    cluster::ClusterConfig config = facts.config;
    config.autoFailoverMonitor = conninfo;
    FakeHands hands;
    hands.answers[QString::fromUtf8(managers::autoFailoverSql())] = tl::unexpected(
        HandsFailure{{.kind = static_cast<core::Error::Kind>(kind), .message = QStringLiteral("no")}, false});
    std::optional<AutoFailoverFacts> got;
    askAutoFailover(config, facts.state, hands, [&](const AutoFailoverFacts &answer) { got = answer; });
    QTRY_VERIFY(got);
    QVERIFY(!got->isKnown() && !got->error.isEmpty());
    QVERIFY2(got->remedy.contains(remedy), qPrintable(got->remedy));
}

QTEST_GUILESS_MAIN(TestAutoFailoverPlan)
#include "tst_autofailoverplan.moc"
