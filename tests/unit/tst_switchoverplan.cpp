// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <functional>

#include "operations/places.h"
#include "operations/planjson.h"
#include "operations/plantext.h"
#include "operations/proofs.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/gather.h"
#include "operations/switchover/switchoverplan.h"
#include "switchoverfacts.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::operations::switchover;
using namespace howdah::testsupport;
using namespace howdah::unit;

Q_DECLARE_METATYPE(std::function<void(howdah::operations::switchover::Facts &, howdah::cluster::Snapshot &)>)
using Change = std::function<void(Facts &, cluster::Snapshot &)>;

namespace {

/// A megabyte more each second.
std::vector<qint64> growing()
{
    std::vector<qint64> trend;
    for (qint64 i = 1; i <= 36; ++i) {
        trend.push_back(i << 20);
    }
    return trend;
}

} // namespace

/// What is checked before a switchover, and what the plan is made of.
class TestSwitchoverPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void healthyPairPasses();
    void interruptedOneIsNamedFirst();
    void checks_data();
    void checks();
    void pausedReplayStillStreams();
    void nodeThatIsAway();
    void planOfThree();
    void planThroughRepmgr();
    void nativePlanUnderRepmgr();
    void planWithAddressAndPooler();
    void poolerWithSeveralDatabases();
    void poolerConnectsAnew();
    void syncRuleChangesSides();
    void planByHand();
    void everyProofHasItsAction();
    void candidatesByTheStateAlone();
    void estimatesStandInThePlan();
    void settingsGoBackToWhatTheyWere();
    void siblingThatNeverAnswered();
    void siblingThatCannotFollow();
    void nothingIsSetThatIsSo();
};

void TestSwitchoverPlan::healthyPairPasses()
{
    const Plan plan = planSwitchover(factsOf(prepared(healthyPair())), pg2);
    QVERIFY2(worst(plan.checks) == CheckResult::Passed, qPrintable(all(plan.checks)));
    QVERIFY(mayRun(plan, false));
    for (const Check &one : plan.checks) {
        QVERIFY2(!one.evidence.isEmpty() && one.remedy.isEmpty(), qPrintable(one.id));
    }
}

/// Without a primary since a console died half-way, to promote is the wrong advice.
void TestSwitchoverPlan::interruptedOneIsNamedFirst()
{
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    takeDown(snapshot, pg1);
    Facts facts = factsOf(snapshot);
    facts.unfinished = Unfinished{QStringLiteral("7"),
                                  QStringLiteral("Switch over orders"),
                                  true,
                                  QStringLiteral("at \"Stop pg1\""),
                                  QStringLiteral("howdah journal orders resume 7"),
                                  true};
    Plan plan = planSwitchover(facts, pg2);
    const auto remedyOf = [&plan](const char *id) {
        const auto at = std::find_if(plan.checks.begin(), plan.checks.end(),
                                     [id](const Check &check) { return check.id == QLatin1String(id); });
        return at == plan.checks.end() ? QString() : at->remedy;
    };
    QVERIFY2(remedyOf("one_primary").contains(QStringLiteral("was interrupted at \"Stop pg1\"")) &&
                 remedyOf("one_primary").contains(QStringLiteral("howdah journal orders resume 7")) &&
                 !remedyOf("one_primary").contains(QStringLiteral("promote")),
             qPrintable(remedyOf("one_primary")));
    QVERIFY(remedyOf("unfinished").contains(QStringLiteral("howdah journal orders resume 7")));
    // One that nobody waits for is no reason to do so.
    facts.unfinished->holdsWrites = false;
    plan = planSwitchover(facts, pg2);
    QVERIFY2(remedyOf("one_primary").contains(QStringLiteral("promote")), qPrintable(remedyOf("one_primary")));
}

void TestSwitchoverPlan::checks_data()
{
    QTest::addColumn<QString>("check");
    QTest::addColumn<QString>("result");
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, const char *check, const char *result, const Change &change) {
        QTest::newRow(name) << QString::fromLatin1(check) << QString::fromLatin1(result) << change;
    };
    row("interrupted before", "unfinished", "failed", [](Facts &f, auto &) {
        f.unfinished = Unfinished{QStringLiteral("20261127-100000-switchover"), QStringLiteral("Switch over"), true};
    });
    row("journal can't be read", "unfinished", "unknown",
        [](Facts &f, auto &) { f.unreadable = {QStringLiteral("/var/j.jsonl: Permission denied")}; });
    row("half-way before, and more can't be read", "unfinished", "unknown", [](Facts &f, auto &) {
        f.unfinished = Unfinished{QStringLiteral("20261127-100000-switchover"), QStringLiteral("Switch over"), false};
        f.unreadable = {QStringLiteral("/var/j.jsonl: Permission denied")};
    });
    row("half-way before", "unfinished", "warning", [](Facts &f, auto &) {
        f.unfinished = Unfinished{QStringLiteral("20261127-100000-switchover"), QStringLiteral("Switch over"), false};
    });
    row("candidate down", "candidate_known", "unknown", [](Facts &, auto &s) { makeStale(s, pg2, 60'000); });
    row("candidate never seen", "candidate_known", "unknown", [](Facts &, auto &s) { neverSeen(s, pg2); });
    row("candidate writes", "one_primary", "failed", [](Facts &, auto &s) { makeWritable(s, pg2); });
    row("primary down", "one_primary", "unknown", [](Facts &, auto &s) { takeDown(s, pg1); });
    row("not streaming", "candidate_streams", "failed", [](Facts &, auto &s) { stopStreaming(s, pg2); });
    row("diverged", "candidate_streams", "failed", [](Facts &, auto &s) { diverge(s, pg2); });
    row("replay paused", "candidate_replays", "failed", [](Facts &, auto &s) { pauseReplay(s, pg2); });
    row("receives less than is written", "candidate_flushed", "warning",
        [](Facts &f, auto &) { f.toFlush = growing(); });
    row("falls behind", "candidate_replays", "warning", [](Facts &f, auto &) { f.toReplay = growing(); });
    row("delayed", "candidate_replays", "failed", [](Facts &, auto &s) {
        setSetting(edit(s, pg2), QStringLiteral("recovery_min_apply_delay"), QStringLiteral("60000"));
    });
    row("no permission", "walsenders_known", "unknown", [](Facts &, auto &s) {
        hidePermissions(s, pg1);
        hidePermissions(s, pg2);
    });
    row("fewer connections", "candidate_settings", "failed",
        [](Facts &, auto &s) { setSetting(edit(s, pg2), QStringLiteral("max_connections"), QStringLiteral("19")); });
    row("other wal_level", "candidate_settings", "failed",
        [](Facts &, auto &s) { setSetting(edit(s, pg1), QStringLiteral("wal_level"), QStringLiteral("logical")); });
    row("no slot left", "candidate_room", "failed", [](Facts &, auto &s) {
        setSetting(edit(s, pg2), QStringLiteral("max_replication_slots"), QStringLiteral("0"));
    });
    row("door closed", "candidate_lets_in", "failed", [](Facts &f, auto &) {
        f.nodes[pg2].sql.hba = {
            hba(QStringLiteral("all"), QStringLiteral("192.168.0.0"), QStringLiteral("255.255.0.0"))};
    });
    row("doors unread", "candidate_lets_in", "warning", [](Facts &f, auto &) { f.nodes[pg2].sql.hbaReadable = false; });
    row("doors differ", "candidate_lets_in", "warning", [](Facts &f, auto &) {
        f.nodes[pg2].sql.hba.push_back(hba(QStringLiteral("app"), QStringLiteral("all"), {}));
    });
    row("no pg_promote", "candidate_rights", "failed", [](Facts &f, auto &) { f.nodes[pg2].sql.mayPromote = false; });
    row("no session", "candidate_rights", "unknown",
        [](Facts &f, auto &) { f.nodes[pg2].sql = SqlAccess{.error = QStringLiteral("wrong password")}; });
    row("silent walreceiver", "walsenders_known", "failed", [](Facts &, auto &s) {
        cluster::Sender *sender = senderOf(edit(s, pg1), pg2);
        sender->replyTime = sender->replyTime.addSecs(-30);
    });
    row("logical walsender", "walsenders_known", "warning", [](Facts &, auto &s) {
        cluster::Sender other = edit(s, pg1).senders.front();
        other.pid += 1000;
        other.applicationName = QStringLiteral("reporting_sub");
        other.slotName = QStringLiteral("reporting");
        other.slotType = QStringLiteral("logical");
        other.clientAddr = QStringLiteral("10.9.9.9");
        edit(s, pg1).senders.push_back(other);
    });
    row("archive fails", "archive", "failed", [](Facts &, auto &s) {
        setSetting(edit(s, pg1), QStringLiteral("archive_mode"), QStringLiteral("on"));
        cluster::Archiver archiver;
        archiver.readyCount = 3;
        archiver.lastFailedTime = edit(s, pg1).serverTime;
        edit(s, pg1).archiver = archiver;
    });
    row("archive unread", "archive", "unknown", [](Facts &, auto &s) {
        setSetting(edit(s, pg1), QStringLiteral("archive_mode"), QStringLiteral("on"));
        edit(s, pg1).archiver.reset();
    });
    row("base backup", "no_base_backup", "failed", [](Facts &, auto &s) { edit(s, pg2).baseBackups.emplace_back(); });
    row("long transaction", "no_long_transaction", "warning", [](Facts &, auto &s) {
        cluster::Activity activity;
        activity.states = cluster::SessionStates{.longestTransaction = 120};
        edit(s, pg1).activity = activity;
    });
    row("restarted by systemd", "not_restarted", "warning", [](Facts &f, auto &) {
        f.nodes[pg1].host.supervisor = QStringLiteral("systemd unit postgresql.service, Restart=always");
        f.nodes[pg1].host.restartsByItself = true;
    });
    row("pg_auto_failover owns it", "autofailover_monitor", "unknown",
        [](Facts &, auto &s) { s.manager = cluster::ManagerKind::PgAutoFailover; });
    row("repmgrd runs", "not_managed", "failed",
        [](Facts &f, auto &) { f.nodes[pg2].host.daemons = {QStringLiteral("repmgrd")}; });
    row("repmgr, its metadata not read", "repmgr_registered", "unknown",
        [](Facts &, auto &s) { s.manager = cluster::ManagerKind::Repmgr; });
    row("repmgr", "not_managed", "passed", [](Facts &f, auto &s) { underRepmgr(f, s); });
    row("repmgr sees it as it is", "repmgr_registered", "passed", [](Facts &f, auto &s) { underRepmgr(f, s); });
    row("repmgr takes another for the primary", "repmgr_registered", "failed", [](Facts &f, auto &s) {
        underRepmgr(f, s);
        f.repmgr->members[pg1].type = QStringLiteral("standby");
    });
    row("repmgr does not know the candidate", "repmgr_registered", "failed", [](Facts &f, auto &s) {
        underRepmgr(f, s);
        f.repmgr->members.remove(pg2);
    });
    row("repmgrd's state not readable", "repmgrd", "unknown", [](Facts &f, auto &s) {
        underRepmgr(f, s);
        f.repmgr->members[pg2].daemonRuns.reset();
    });
    row("repmgr knows one more, and no repmgrd runs", "repmgrd", "warning", [](Facts &f, auto &s) {
        underRepmgr(f, s);
        f.repmgr->strangers = {QStringLiteral("pg4")};
        for (RepmgrMember &member : f.repmgr->members) {
            member.daemonRuns = false;
        }
    });
    row("repmgr knows one more", "repmgrd", "unknown", [](Facts &f, auto &s) {
        underRepmgr(f, s);
        f.repmgr->strangers = {QStringLiteral("pg4")};
    });
    row("no repmgr on the candidate", "repmgr_program", "failed", [](Facts &f, auto &s) {
        underRepmgr(f, s);
        f.repmgr->members[pg2].program.clear();
    });
    row("supervised, through repmgr", "not_restarted", "failed", [](Facts &f, auto &s) {
        underRepmgr(f, s);
        f.nodes[pg1].host.restartsByItself = true;
    });
    row("address moves", "addresses", "passed", [](Facts &f, auto &s) { withAddress(f, s); });
    row("address not in reach", "addresses", "warning", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.addresses[QStringLiteral("write")].error = QStringLiteral("no route");
    });
    row("address of another cluster", "addresses", "failed", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.addresses[QStringLiteral("write")].systemIdentifier = QStringLiteral("7");
    });
    row("address leads to a standby", "addresses", "warning", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.addresses[QStringLiteral("write")].writable = false;
    });
    row("pooler", "poolers", "passed", [](Facts &f, auto &s) { withAddress(f, s); });
    row("pooler's console closed", "poolers", "failed", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.poolers[QStringLiteral("pgb1")].error = QStringLiteral("not allowed");
    });
    row("pooler without the database", "poolers", "failed", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.poolers[QStringLiteral("pgb1")].databases.clear();
    });
    row("pooler paused by somebody", "poolers", "failed", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.poolers[QStringLiteral("pgb1")].paused = {QStringLiteral("orders")};
    });
    row("pooler that leads to a node itself", "poolers", "warning", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.poolers[QStringLiteral("pgb1")].servers[QStringLiteral("orders")] = QStringLiteral("10.0.0.11:5432");
    });
    row("pooler that is led elsewhere", "poolers", "passed", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.poolers[QStringLiteral("pgb1")].servers[QStringLiteral("orders")] = QStringLiteral("10.0.0.11:5432");
        f.config.poolers[0].assign = {QStringLiteral("lead")};
    });
    row("pooler that leads to a node's gateway", "poolers", "passed", [](Facts &f, auto &s) {
        withAddress(f, s);
        f.poolers[QStringLiteral("pgb1")].servers[QStringLiteral("orders")] = QStringLiteral("10.0.0.11:5000");
    });
    row("manager not known", "not_managed", "unknown",
        [](Facts &, auto &s) { s.manager = cluster::ManagerKind::Auto; });
    row("sync rule is handed over", "sync_satisfiable", "warning", [](Facts &, auto &s) {
        setSetting(edit(s, pg1), QStringLiteral("synchronous_standby_names"), QStringLiteral("FIRST 1 (pg2)"));
    });
    row("sync rule that nobody will satisfy", "sync_satisfiable", "failed", [](Facts &, auto &s) {
        setSetting(edit(s, pg1), QStringLiteral("synchronous_standby_names"), QStringLiteral("FIRST 1 (pg9)"));
    });
    row("sync rule not readable", "sync_satisfiable", "unknown", [](Facts &, auto &s) {
        setSetting(edit(s, pg1), QStringLiteral("synchronous_standby_names"), QStringLiteral("FIRST ("));
    });
    row("sync rule", "sync_satisfiable", "failed", [](Facts &, auto &s) {
        setSetting(edit(s, pg2), QStringLiteral("synchronous_standby_names"), QStringLiteral("FIRST 2 (*)"));
    });
    row("slot stays behind", "slots", "warning", [](Facts &, auto &s) {
        cluster::Slot slot;
        slot.slotName = QStringLiteral("analytics_cdc");
        slot.slotType = QStringLiteral("logical");
        edit(s, pg1).replicationSlots.push_back(slot);
    });
    row("no host command", "host_command", "warning",
        [](Facts &f, auto &) { f.nodes[pg1].host = HostAccess{.error = QStringLiteral("no command")}; });
    row("other owner", "data_directory", "failed",
        [](Facts &f, auto &) { f.nodes[pg1].host.user = QStringLiteral("ubuntu"); });
    row("nobody starts it", "start_stop", "failed", [](Facts &f, auto &) { f.nodes[pg1].host.start.clear(); });
    row("no checksums", "rewindable", "warning", [](Facts &, auto &s) {
        setSetting(edit(s, pg1), QStringLiteral("data_checksums"), QStringLiteral("off"));
        setSetting(edit(s, pg1), QStringLiteral("wal_log_hints"), QStringLiteral("off"));
    });
    row("address that is not moved", "addresses", "warning", [](Facts &f, auto &) {
        f.config.addresses.push_back({.name = QStringLiteral("write"), .provider = QStringLiteral("carp")});
    });
    row("address of a provider that was not asked", "address_credentials", "unknown", [](Facts &f, auto &) {
        f.config.addresses.push_back({.name = QStringLiteral("write"), .provider = QStringLiteral("digitalocean")});
    });
}

void TestSwitchoverPlan::checks()
{
    QFETCH(QString, check);
    QFETCH(QString, result);
    QFETCH(Change, change);
    const Plan plan = planAfter(change);
    QVERIFY2(found(plan.checks, check) == result, qPrintable(all(plan.checks)));
    QCOMPARE(mayRun(plan, false), result == QLatin1String("passed"));
    QCOMPARE(mayRun(plan, true), result == QLatin1String("warning") || result == QLatin1String("passed"));
    for (const Check &one : plan.checks) {
        QVERIFY2(one.result == CheckResult::Passed || !one.remedy.isEmpty(), qPrintable(one.id));
    }
}

/// What is wrong is said once, where it belongs.
void TestSwitchoverPlan::pausedReplayStillStreams()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    pauseReplay(snapshot, pg2);
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    QCOMPARE(found(plan.checks, QStringLiteral("candidate_streams")), QStringLiteral("passed"));
    QCOMPARE(found(plan.checks, QStringLiteral("candidate_replays")), QStringLiteral("failed"));
}

/// One that is stopped is still one of the cluster, and so is its slot.
void TestSwitchoverPlan::nodeThatIsAway()
{
    cluster::Snapshot snapshot = prepared(threeNodes());
    takeDown(snapshot, pg3);
    cluster::Slot slot;
    slot.slotName = pg3;
    slot.slotType = QStringLiteral("physical");
    edit(snapshot, pg1).replicationSlots.push_back(slot);
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY2(mayRun(plan, true), qPrintable(all(plan.checks)));
    QStringList said;
    for (const Check &one : plan.checks) {
        if (one.result == CheckResult::Warning) {
            said << one.id + QStringLiteral(": ") + one.evidence;
        }
    }
    QVERIFY2(said.contains(QStringLiteral("siblings: does not answer: pg3")), qPrintable(said.join(QLatin1Char('\n'))));
    QVERIFY2(said.contains(QStringLiteral("slots:pg3: physical, of pg3, which does not answer")),
             qPrintable(said.join(QLatin1Char('\n'))));
    // What its repmgrd does no grant would tell.
    Facts facts = factsOf(snapshot);
    underRepmgr(facts, snapshot);
    facts.repmgr->members.insert(pg3, {.id = 3, .type = QStringLiteral("standby"), .error = QStringLiteral("gone")});
    facts.state = factsOf(snapshot).state;
    const Plan managed = planSwitchover(facts, pg2);
    const auto daemons = std::find_if(managed.checks.begin(), managed.checks.end(),
                                      [](const Check &one) { return one.id == QLatin1String("repmgrd"); });
    QVERIFY(daemons != managed.checks.end());
    QVERIFY(daemons->result == CheckResult::Unknown);
    QVERIFY2(daemons->remedy.contains(QStringLiteral("repmgr standby unregister")), qPrintable(daemons->remedy));
}

void TestSwitchoverPlan::planOfThree()
{
    // pg3 follows pg2 and stays where it is.
    const Plan cascade = planSwitchover(factsOf(prepared(threeNodes())), pg2);
    QVERIFY(!stepOf(cascade, QStringLiteral("follow_pg3")));
    QStringList ids;
    for (const Step &step : cascade.steps) {
        ids.append(step.id);
        QVERIFY(step.deadlineMs > 0);
    }
    QCOMPARE(ids.join(QLatin1Char(' ')),
             QStringLiteral(
                 "lock lock_candidate slots prepare_pg1 fetch checkpoint stop prove promote rejoin tidy proof unlock"));
    const int promote = pointOfNoReturn(cascade);
    QCOMPARE(cascade.steps[static_cast<std::size_t>(promote)].id, QStringLiteral("promote"));
    for (int i = 0; i < promote; ++i) {
        const Step &step = cascade.steps[static_cast<std::size_t>(i)];
        // What only looks has nothing to take back.
        QVERIFY2(!step.undo.empty() || step.id == QLatin1String("checkpoint") || step.id == QLatin1String("prove"),
                 qPrintable(step.id));
    }
}

namespace {

QString idsOf(const Plan &plan)
{
    QStringList ids;
    for (const Step &step : plan.steps) {
        ids.append(step.id);
    }
    return ids.join(QLatin1Char(' '));
}

} // namespace

void TestSwitchoverPlan::planThroughRepmgr()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    Facts facts = factsOf(snapshot);
    underRepmgr(facts, snapshot);
    facts.state = factsOf(snapshot).state;
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY2(mayRun(plan, false), qPrintable(all(plan.checks)));
    QCOMPARE(idsOf(plan),
             QStringLiteral("lock lock_candidate checkpoint repmgr_check repmgrd_pause_pg2 repmgrd_pause_pg1 "
                            "switchover rejoin repmgrd_resume_pg2 repmgrd_resume_pg1 repmgr_shows proof "
                            "unlock"));
    const Step *switchover = stepOf(plan, QStringLiteral("switchover"));
    QVERIFY(switchover->pointOfNoReturn && !switchover->notDone.empty() && !switchover->undo.empty());
    // Its followers come by the slots that it has registered.
    const Step *proof = stepOf(plan, QStringLiteral("proof"));
    QVERIFY(sqlOf(proof->actions).contains(QStringLiteral("repmgr_slot_1")));
    // Whatever comes of it, the daemons go on.
    QVERIFY(stepOf(plan, QStringLiteral("repmgrd_resume_pg2"))->needs.isEmpty());
    // A node under repmgr is not touched by SQL of ours.
    for (const Step &step : plan.steps) {
        QVERIFY2(!sqlOf(step.actions).contains(QStringLiteral("ALTER SYSTEM")), qPrintable(step.id));
    }
    const auto back = planFromJson(toJson(plan));
    QVERIFY2(back, back ? "" : qPrintable(back.error().message));
    QCOMPARE(toJson(*back), toJson(plan));

    // Daemons that are paused already stay so.
    for (RepmgrMember &member : facts.repmgr->members) {
        member.daemonPaused = true;
    }
    QVERIFY(!stepOf(planSwitchover(facts, pg2), QStringLiteral("repmgrd_pause_pg2")));
}

void TestSwitchoverPlan::nativePlanUnderRepmgr()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    Facts facts = factsOf(snapshot);
    underRepmgr(facts, snapshot);
    facts.state = factsOf(snapshot).state;
    QVERIFY(!mayRun(planSwitchover(facts, pg2, Way::Native), true)); // its daemons watch
    for (RepmgrMember &member : facts.repmgr->members) {
        member.daemonRuns = false;
    }
    const Plan plan = planSwitchover(facts, pg2, Way::Native);
    QVERIFY2(mayRun(plan, false), qPrintable(all(plan.checks)));
    QVERIFY(stepOf(plan, QStringLiteral("metadata")));
    // The slot that repmgr has registered for the old primary.
    QVERIFY(sqlOf(stepOf(plan, QStringLiteral("slots"))->actions).contains(QStringLiteral("repmgr_slot_1")));
}

/// Each is paused by a step of its own, so that what somebody else had paused is not resumed.
void TestSwitchoverPlan::poolerWithSeveralDatabases()
{
    const cluster::Snapshot snapshot = prepared(healthyPair());
    Facts facts = factsOf(snapshot);
    withAddress(facts, snapshot);
    const QString orders = QStringLiteral("orders"), reports = QStringLiteral("Reports"),
                  archive = QStringLiteral("archive");
    facts.config.poolers[0].databases = {orders, reports};
    PoolerFacts &seen = facts.poolers[QStringLiteral("pgb1")];
    seen.databases = {orders, reports, archive};
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY2(idsOf(plan).contains(QStringLiteral("pause_pgb1_orders pause_pgb1_Reports stop")),
             qPrintable(idsOf(plan)));
    const Step *step = stepOf(plan, QStringLiteral("pause_pgb1_Reports"));
    QCOMPARE(sqlOf(step->actions), QStringLiteral("pooler pgb1: SHOW DATABASES\npooler pgb1: PAUSE \"Reports\""));
    QCOMPARE(sqlOf(step->undo), QStringLiteral("pooler pgb1: RESUME \"Reports\""));
    QCOMPARE(sqlOf(stepOf(plan, QStringLiteral("resume_pgb1"))->actions),
             QStringLiteral("pooler pgb1: RESUME orders\npooler pgb1: RESUME \"Reports\""));
    const auto checked = [&](const QStringList &paused, bool all) {
        facts.config.poolers[0].databases = all ? QStringList() : QStringList{orders, reports};
        seen.paused = paused;
        const Plan now = planSwitchover(facts, pg2);
        for (const Check &one : now.checks) {
            if (one.id == QLatin1String("poolers:pgb1")) {
                return operations::toString(one.result) + QStringLiteral(": ") + one.evidence;
            }
        }
        return QString();
    };
    QCOMPARE(checked({reports}, false), QStringLiteral("failed: paused by somebody else already: Reports"));
    QCOMPARE(checked({archive}, false),
             QStringLiteral("warning: orders, Reports; left alone, since somebody else has paused it: archive"));
    QCOMPARE(checked({archive}, true),
             QStringLiteral("warning: all its databases; left alone, since somebody else has paused it: archive"));
    QCOMPARE(checked({kAllPaused}, true), QStringLiteral("failed: paused by somebody else already: all of it"));
}

void TestSwitchoverPlan::planWithAddressAndPooler()
{
    const cluster::Snapshot snapshot = prepared(healthyPair());
    Facts facts = factsOf(snapshot);
    withAddress(facts, snapshot);
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY2(mayRun(plan, false), qPrintable(all(plan.checks)));
    QVERIFY2(idsOf(plan).contains(
                 QStringLiteral("checkpoint pause_pgb1 stop prove promote address_write resume_pgb1 rejoin")),
             qPrintable(idsOf(plan)));
    const Step *address = stepOf(plan, QStringLiteral("address_write"));
    const QStringList words = address->actions[0].argv.mid(5); // behind what asks it again
    QCOMPARE(words.first(), QStringLiteral("move"));
    QVERIFY(words[1].startsWith(QStringLiteral("--to=pg2 at ")));
    QCOMPARE(words[2], QStringLiteral("203.0.113.7"));
    QCOMPARE(address->verify.size(), std::size_t(1));
    QCOMPARE(sqlOf(stepOf(plan, QStringLiteral("pause_pgb1"))->actions),
             QStringLiteral("pooler pgb1: SHOW DATABASES\npooler pgb1: PAUSE orders"));
    // Whoever waits goes on, also when the address has not moved.
    QVERIFY(stepOf(plan, QStringLiteral("resume_pgb1"))->needs.isEmpty());
    // What can't be seen from here can't be proved from here.
    facts.addresses[QStringLiteral("write")].error = QStringLiteral("no route");
    QVERIFY(stepOf(planSwitchover(facts, pg2), QStringLiteral("address_write"))->verify.empty());
}

/// Between the move and RESUME, and whatever becomes of it clients go on.
void TestSwitchoverPlan::poolerConnectsAnew()
{
    const cluster::Snapshot snapshot = prepared(healthyPair());
    Facts facts = factsOf(snapshot);
    withAddress(facts, snapshot);
    PoolerFacts &seen = facts.poolers[QStringLiteral("pgb1")];
    seen.version = 10'090; // has no RECONNECT
    QVERIFY(!idsOf(planSwitchover(facts, pg2)).contains(QStringLiteral("reconnect")));
    seen.version = 10'100;
    facts.config.poolers[0].assign = {QStringLiteral("lead"), QStringLiteral("{node}={host}")};
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY2(idsOf(plan).contains(QStringLiteral("promote address_write lead_pgb1 reconnect_pgb1 resume_pgb1 rejoin")),
             qPrintable(idsOf(plan)));
    QCOMPARE(sqlOf(stepOf(plan, QStringLiteral("reconnect_pgb1"))->actions),
             QStringLiteral("pooler pgb1: RECONNECT orders"));
    const Step *lead = stepOf(plan, QStringLiteral("lead_pgb1"));
    QCOMPARE(lead->actions[0].node, operations::consolePlace());
    QCOMPARE(lead->actions[0].argv, QStringList({QStringLiteral("lead"), QStringLiteral("pg2=10.0.0.12")}));
    QCOMPARE(lead->actions[1].sql, QStringLiteral("RELOAD"));
    QVERIFY(stepOf(plan, QStringLiteral("resume_pgb1"))->needs.isEmpty());
}

void TestSwitchoverPlan::syncRuleChangesSides()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    setSetting(edit(snapshot, pg1), QStringLiteral("synchronous_standby_names"),
               QStringLiteral("ANY 1 (pg2, \"other \"\"one\")"));
    const Plan first = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY(!stepOf(first, QStringLiteral("sync_prepare"))); // it has no rule of its own
    QVERIFY2(sqlOf(stepOf(first, QStringLiteral("sync"))->actions)
                 .contains(QStringLiteral("'ANY 1 (\"pg1\", \"other \"\"one\")'")),
             qPrintable(sqlOf(stepOf(first, QStringLiteral("sync"))->actions)));
    setSetting(edit(snapshot, pg2), QStringLiteral("synchronous_standby_names"), QStringLiteral("pg1"));
    const Plan second = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY(stepOf(second, QStringLiteral("sync_prepare")));
    QVERIFY(idsOf(second).endsWith(QStringLiteral("rejoin sync tidy proof unlock")));
}

void TestSwitchoverPlan::planByHand()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    setSetting(edit(snapshot, pg1), QStringLiteral("data_directory"), QStringLiteral("/srv/pg's"));
    Facts facts = factsOf(snapshot);
    facts.nodes[pg1].host = HostAccess{.error = QStringLiteral("no command")};
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY2(mayRun(plan, true) && !mayRun(plan, false), qPrintable(all(plan.checks)));
    // What machines took is no measure of a person; and one that comes back as a second primary is not waited for.
    QVERIFY(!writesWait(plan));
    QCOMPARE(waitSentence(plan), QStringLiteral("Writes wait as long as a person takes to stop pg1."));
    QCOMPARE(stepOf(plan, QStringLiteral("rejoin"))->actions.back().neverWhen, QStringLiteral("takes_writes"));
    for (const Step &step : plan.steps) {
        for (const auto &list : {step.actions, step.verify, step.undo}) {
            for (const Action &action : list) {
                QVERIFY2(action.kind != Action::Kind::Command || action.node != pg1, qPrintable(step.id));
                QVERIFY2(action.kind != Action::Kind::Person ||
                             (action.pollMs > 0 && action.deadlineMs > 0 && action.text.contains(u"/srv/pg's")),
                         qPrintable(action.text));
            }
        }
    }
    QVERIFY(stepOf(plan, QStringLiteral("stop"))->actions[0].kind == Action::Kind::Person);
    // repmgr's tools need the host.
    underRepmgr(facts, snapshot);
    facts.state = factsOf(snapshot).state;
    QVERIFY(!mayRun(planSwitchover(facts, pg2), true));
}

void TestSwitchoverPlan::everyProofHasItsAction()
{
    const Plan plan = planSwitchover(factsOf(prepared(threeNodes())), pg2);
    QStringList ids;
    for (const Proof &proof : proofsOf(plan, Progress(plan), {})) {
        ids.append(proof.id);
    }
    QCOMPARE(ids.join(QLatin1Char(' ')), QStringLiteral("one_writable nothing_lost follows/pg1 seen slot journal"));
    // Each node is asked whether it is in recovery, and each of a row of them must say so.
    int asked = 0;
    for (const Step &step : plan.steps) {
        for (const Action &action : step.actions) {
            asked += action.shows.contains(kShowsOneWritable) ? 1 : 0;
            QVERIFY2(action.shows.isEmpty() || !action.text.isEmpty() || action.shows.contains(kShowsWritten),
                     qPrintable(step.id));
        }
    }
    QVERIFY(asked >= 2);
}

void TestSwitchoverPlan::candidatesByTheStateAlone()
{
    cluster::Snapshot snapshot = prepared(threeNodes());
    const Facts facts = factsOf(snapshot);
    const std::vector<Check> good = checkByState(facts.state, pg2);
    QVERIFY(good.size() > 3);
    QVERIFY2(worst(good) == CheckResult::Passed, qPrintable(good.back().evidence));
    // The same words as of a plan.
    const Plan plan = planSwitchover(facts, pg2);
    for (const Check &check : good) {
        QVERIFY(std::find(plan.checks.begin(), plan.checks.end(), check) != plan.checks.end());
    }
    QVERIFY(worst(checkByState(facts.state, pg3)) == CheckResult::Failed); // it follows pg2
    neverSeen(snapshot, pg1);
    QVERIFY(checkByState(factsOf(snapshot).state, pg2).size() == 1); // there is no primary to compare with
}

void TestSwitchoverPlan::estimatesStandInThePlan()
{
    Facts facts = factsOf(prepared(threeNodes()));
    const auto typical = writesWait(planSwitchover(facts, pg2));
    QVERIFY(typical);
    QCOMPARE(typical->from, 0);
    facts.estimates.switchovers = 2;
    facts.estimates.stepMs = {
        {QStringLiteral("stop"), 41}, {QStringLiteral("prove"), 7}, {QStringLiteral("promote"), 52}};
    const auto measured = writesWait(planSwitchover(facts, pg2));
    QVERIFY(measured);
    QCOMPARE(measured->ms, 100);
    QCOMPARE(measured->from, 2);
}

void TestSwitchoverPlan::settingsGoBackToWhatTheyWere()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    setSetting(edit(snapshot, pg2), QStringLiteral("wal_retrieve_retry_interval"), QStringLiteral("1234"));
    Facts facts = factsOf(snapshot);
    facts.nodes[pg2].sql.inAutoConf = {QStringLiteral("wal_retrieve_retry_interval")};
    const Plan written = planSwitchover(facts, pg2);
    QVERIFY(sqlOf(stepOf(written, QStringLiteral("fetch"))->undo)
                .contains(QStringLiteral("wal_retrieve_retry_interval = '1234'")));
    QVERIFY(sqlOf(stepOf(written, QStringLiteral("tidy"))->actions)
                .contains(QStringLiteral("wal_retrieve_retry_interval = '1234'")));
    QVERIFY(
        sqlOf(stepOf(written, QStringLiteral("prepare_pg1"))->undo).contains(QStringLiteral("RESET primary_conninfo")));
}

/// The primary serves a standby whose host hangs, or that this machine can't reach: nothing is known of it here.
void TestSwitchoverPlan::siblingThatNeverAnswered()
{
    cluster::Snapshot snapshot = withSibling();
    snapshot.nodes[2].sample.reset();
    snapshot.nodes[2].link = cluster::LinkState::Unresponsive;
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY(!mayRun(plan, false));
    QVERIFY(stepOf(planSwitchover(factsOf(withSibling()), pg2), QStringLiteral("follow_pg3")));
    const auto siblings = std::find_if(plan.checks.begin(), plan.checks.end(),
                                       [](const Check &one) { return one.id == QLatin1String("siblings"); });
    QVERIFY(siblings != plan.checks.end());
    QVERIFY2(siblings->result != CheckResult::Passed, qPrintable(siblings->evidence));
    QVERIFY2(siblings->evidence.contains(QStringLiteral("does not answer")), qPrintable(siblings->evidence));
}

void TestSwitchoverPlan::siblingThatCannotFollow()
{
    const auto result = [](const cluster::Snapshot &snapshot) {
        const Plan plan = planSwitchover(factsOf(snapshot), pg2);
        const auto at = std::find_if(plan.checks.begin(), plan.checks.end(),
                                     [](const Check &one) { return one.id == QLatin1String("siblings"); });
        return at == plan.checks.end() ? CheckResult::Unknown : at->result;
    };
    QVERIFY(result(withSibling()) == CheckResult::Passed);
    cluster::Snapshot paused = withSibling();
    pauseReplay(paused, pg3);
    QVERIFY(result(paused) == CheckResult::Failed);
    cluster::Snapshot turnedAway = withSibling();
    edit(turnedAway, pg3).receiver.reset();
    QVERIFY(result(turnedAway) == CheckResult::Warning);
    cluster::Snapshot delayed = withSibling();
    setSetting(edit(delayed, pg3), QStringLiteral("recovery_min_apply_delay"), QStringLiteral("3600000"));
    QVERIFY(result(delayed) == CheckResult::Warning);
    // Nobody waits an hour for it.
    const Plan plan = planSwitchover(factsOf(delayed), pg2);
    QCOMPARE(stepOf(plan, QStringLiteral("follow_pg3"))->actions.size(), std::size_t(1));
    QVERIFY(!stepOf(plan, QStringLiteral("proof"))->nodes.contains(pg3));
}

/// What is as it has to be already is neither set nor put back.
void TestSwitchoverPlan::nothingIsSetThatIsSo()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    const auto has = [](const Plan &plan, const char *id) {
        return std::any_of(plan.steps.begin(), plan.steps.end(),
                           [id](const Step &step) { return step.id == QLatin1String(id); });
    };
    QVERIFY(has(planSwitchover(factsOf(snapshot), pg2), "fetch"));
    setSetting(edit(snapshot, pg2), QStringLiteral("wal_retrieve_retry_interval"), QStringLiteral("100"));
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY(!has(plan, "fetch"));
    QVERIFY(!planText(plan).contains(QStringLiteral("wal_retrieve_retry_interval")));
}

QTEST_GUILESS_MAIN(TestSwitchoverPlan)
#include "tst_switchoverplan.moc"
