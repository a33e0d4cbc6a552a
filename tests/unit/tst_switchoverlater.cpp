// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>

#include "operations/planjson.h"
#include "operations/switchover/switchoverplan.h"
#include "switchoverfacts.h"

using namespace howdah::unit;
namespace cluster = howdah::cluster;

/// What a plan of a switchover has for whoever takes it up later.
class TestSwitchoverLater : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whoWasSilentMayHaveBeenPromoted();
    void whatWasPreparedMustStandThereStill();
    void whatIsTakenBackIsTakenOver();
    void whoeverGoesOnAsksFirst();
    void spoiltSlotIsNotUsedAgain();
    void settingsThatAreNotAsWritten();
    void anotherConsoleIsSeen();
    void filesThatCantBeRead();
    void slotThatIsStillInUse();
    void slotOfWhoComesLaterStays();
};

/// A standby that is away now is waited for by nobody; and yet it must not be a primary that is told nothing of.
void TestSwitchoverLater::whoWasSilentMayHaveBeenPromoted()
{
    cluster::Snapshot snapshot = prepared(threeNodes());
    makeStale(snapshot, pg3, 60'000);
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY2(mayRun(plan, true), qPrintable(all(plan.checks)));
    const auto asked = [](const std::vector<Action> &actions) {
        return std::any_of(actions.begin(), actions.end(), [](const Action &action) {
            return action.node == pg3 && action.orSilent && action.wasSilent &&
                   action.sql == QLatin1String("SELECT pg_is_in_recovery()");
        });
    };
    QVERIFY(asked(stepOf(plan, QStringLiteral("promote"))->askedAnew));
    QVERIFY(asked(stepOf(plan, QStringLiteral("stop"))->undo));
    const auto &standBy = stepOf(planSwitchover(factsOf(prepared(threeNodes())), pg2), QStringLiteral("stop"))->undo;
    QVERIFY(!asked(standBy)); // who answers must answer later as well
}

/// Somebody may have let a standby follow another one while no console was at it.
void TestSwitchoverLater::whatWasPreparedMustStandThereStill()
{
    const Plan plan = planSwitchover(factsOf(prepared(threeNodes())), pg2);
    QStringList asked;
    for (const Action &action : stepOf(plan, QStringLiteral("stop"))->askedAnew) {
        QVERIFY(action.expectsTrue && action.sql.contains(QStringLiteral("pg_file_settings")));
        asked.append(action.node + QLatin1Char(' ') + action.otherwise.section(QLatin1Char('('), 1).chopped(1));
    }
    for (const Step &step : plan.steps) {
        for (const Action &action : step.undo) {
            if (!action.onlyIf.isEmpty()) {
                const QString setting = action.sql.section(QLatin1Char(' '), 2, 3);
                QVERIFY2(asked.removeOne(action.node + QLatin1Char(' ') + setting), qPrintable(setting));
            }
        }
    }
    QCOMPARE(asked, QStringList());
    QVERIFY(!stepOf(plan, QStringLiteral("stop"))->askedAnew.empty());
}

/// Somebody may have reloaded while it was prepared: what is written back must run again, too.
void TestSwitchoverLater::whatIsTakenBackIsTakenOver()
{
    const Plan plan = planSwitchover(factsOf(prepared(threeNodes())), pg2);
    for (const Step &step : plan.steps) {
        QStringList written, reloaded;
        for (const Action &action : step.undo) {
            if (action.sql.startsWith(QLatin1String("ALTER SYSTEM"))) {
                written.append(action.node);
                reloaded.removeAll(action.node); // before that would be too soon
            } else if (action.sql.contains(QLatin1String("pg_reload_conf()"))) {
                reloaded.append(action.node);
            }
        }
        for (const QString &node : std::as_const(written)) {
            QVERIFY2(reloaded.contains(node), qPrintable(step.id));
        }
    }
    const auto &undo = stepOf(plan, QStringLiteral("prepare_pg1"))->undo;
    // What others have written meanwhile is not taken over, unless what is ours runs.
    QVERIFY2(undo.back().sql.startsWith(QStringLiteral("SELECT CASE WHEN (SELECT setting FROM pg_settings")),
             qPrintable(undo.back().sql));
    // No secret has to be known for that.
    for (const Step &step : plan.steps) {
        for (const Action &action : step.undo) {
            QVERIFY2(!action.onlyIf.contains(QStringLiteral(":{")), qPrintable(action.onlyIf));
        }
    }
    QCOMPARE(plan.undoGuards.size(), std::size_t(1));
    QVERIFY(plan.undoGuards.front().node == pg2 && plan.undoGuards.front().wasSilent);
}

/// Past the promotion nobody else may be the primary, as far as they answer.
void TestSwitchoverLater::whoeverGoesOnAsksFirst()
{
    Facts facts = factsOf(prepared(healthyPair()));
    const Plan plan = planSwitchover(facts, pg2);
    QCOMPARE(plan.resumeGuards.size(), std::size_t(1));
    QVERIFY(plan.resumeGuards.front().node == pg1 && plan.resumeGuards.front().wasSilent);
    // The servers are known again, whatever the file says that it is taken up by.
    const auto identifier = QString::number(*facts.state.snapshot->nodes.front().sample->systemIdentifier);
    QCOMPARE(plan.systemIdentifier, identifier);
    QCOMPARE(plan.takeUpGuards.size(), std::size_t(2));
    QVERIFY(plan.takeUpGuards.back().wasSilent && plan.takeUpGuards.back().sql.contains(identifier));
    const auto back = planFromJson(toJson(plan));
    QVERIFY(back && *back == plan);
    // Where it is not done by the console a person is told no less.
    facts.nodes[pg1].host = HostAccess{.error = QStringLiteral("no command")};
    const Plan byHand = planSwitchover(facts, pg2);
    QVERIFY2(stepOf(byHand, QStringLiteral("stop"))->remedy.contains(QStringLiteral("Where pg2 takes writes by now")),
             qPrintable(stepOf(byHand, QStringLiteral("stop"))->remedy));
}

/// A slot of that name whose WAL is gone takes nobody back.
void TestSwitchoverLater::spoiltSlotIsNotUsedAgain()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    cluster::Slot slot;
    slot.slotName = pg1;
    slot.slotType = QStringLiteral("physical");
    for (const bool spoilt : {false, true}) {
        slot.invalidationReason = spoilt ? QStringLiteral("idle_timeout") : QString();
        edit(snapshot, pg2).replicationSlots = {slot};
        const Plan plan = planSwitchover(factsOf(snapshot), pg2);
        const Step *made = stepOf(plan, QStringLiteral("slots"));
        QCOMPARE(made != nullptr, spoilt);
        QVERIFY(!made || made->title.contains(QStringLiteral("pg1_2")));
    }
}

/// Undo puts back what runs, and the old primary starts with what is written.
void TestSwitchoverLater::settingsThatAreNotAsWritten()
{
    Facts facts = factsOf(prepared(healthyPair()));
    Plan plan = planSwitchover(facts, pg2);
    QCOMPARE(found(plan.checks, QStringLiteral("settings_taken_over")), QStringLiteral("passed"));
    QCOMPARE(found(plan.checks, QStringLiteral("pending_restart")), QStringLiteral("passed"));
    facts.nodes[pg2].sql.notTakenOver = {QStringLiteral("primary_slot_name")};
    facts.nodes[pg1].sql.waitForRestart = {QStringLiteral("max_connections")};
    plan = planSwitchover(facts, pg2);
    QVERIFY(!mayRun(plan, true));
    QVERIFY2(all(plan.checks)
                 .contains(QStringLiteral("settings_taken_over failed: pg2 runs with another "
                                          "primary_slot_name than postgresql.auto.conf has")),
             qPrintable(all(plan.checks)));
    QVERIFY2(all(plan.checks).contains(QStringLiteral("pending_restart warning: a restart changes max_connections")),
             qPrintable(all(plan.checks)));
}

void TestSwitchoverLater::anotherConsoleIsSeen()
{
    Facts facts = factsOf(prepared(healthyPair()));
    QCOMPARE(found(planSwitchover(facts, pg2).checks, QStringLiteral("cluster_lock")), QStringLiteral("passed"));
    facts.nodes[pg1].sql.lockHolder = QStringLiteral("process 7, howdah operation of dba");
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY(!mayRun(plan, true));
    QVERIFY2(all(plan.checks).contains(QStringLiteral("cluster_lock failed: the cluster lock is held by process 7")),
             qPrintable(all(plan.checks)));
}

/// Who may not read pg_file_settings can't ask whether somebody has changed what undo puts back: undo goes on.
void TestSwitchoverLater::filesThatCantBeRead()
{
    Facts facts = factsOf(prepared(threeNodes()));
    for (NodeFacts &node : facts.nodes) {
        node.sql.notTakenOver.reset();
    }
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY2(mayRun(plan, true) && !mayRun(plan, false), qPrintable(all(plan.checks)));
    QCOMPARE(found(plan.checks, QStringLiteral("settings_taken_over")), QStringLiteral("warning"));
    for (const Step &step : plan.steps) {
        for (const Action &action : step.undo) {
            QVERIFY(action.onlyIf.isEmpty());
        }
    }
}

/// Dropped is what nobody uses; and it is asked until that is so, or said that it is left.
void TestSwitchoverLater::slotThatIsStillInUse()
{
    const Plan plan = planSwitchover(factsOf(prepared(healthyPair())), pg2);
    const Step *tidy = stepOf(plan, QStringLiteral("tidy"));
    const auto drop = std::find_if(tidy->actions.begin(), tidy->actions.end(), [](const Action &action) {
        return action.sql.contains(QStringLiteral("pg_drop_replication_slot"));
    });
    QVERIFY(drop != tidy->actions.end());
    QVERIFY(drop->pollMs > 0 && drop->expectsTrue && drop->deadlineMs > 0);
    QVERIFY(drop->sql.contains(QStringLiteral("NOT active")));
    QVERIFY(tidy->remedy.contains(QStringLiteral("pg_drop_replication_slot()")));
}

void TestSwitchoverLater::slotOfWhoComesLaterStays()
{
    cluster::Snapshot snapshot = withSibling();
    const auto dropped = [&snapshot] {
        const Plan plan = planSwitchover(factsOf(snapshot), pg2);
        const Step *tidy = stepOf(plan, QStringLiteral("tidy"));
        return sqlOf(tidy->actions) + tidy->remedy;
    };
    QVERIFY2(dropped().contains(QStringLiteral("pg2_slot, pg3_slot")), qPrintable(dropped()));
    setSetting(edit(snapshot, pg3), QStringLiteral("recovery_min_apply_delay"), QStringLiteral("60000"));
    QVERIFY2(dropped().contains(QStringLiteral("pg2_slot")), qPrintable(dropped()));
    QVERIFY2(!dropped().contains(QStringLiteral("pg3_slot")), qPrintable(dropped()));
}

QTEST_GUILESS_MAIN(TestSwitchoverLater)
#include "tst_switchoverlater.moc"
