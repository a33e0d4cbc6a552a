// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/switchoverplan.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "core/identifier.h"
#include "core/sentences.h"
#include "operations/locksteps.h"
#include "operations/proofs.h"
#include "operations/samecluster.h"
#include "operations/switchover/autofailoverplan.h"
#include "operations/switchover/byhandsteps.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/patroniplan.h"
#include "operations/switchover/pieces.h"
#include "operations/switchover/repmgrsteps.h"
#include "operations/switchover/routingsteps.h"
#include "operations/switchover/steps.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

Step slotsStep(const Pieces &p)
{
    Step step = p.step("slots", Phase::Prepare,
                       p.newSlots.size() == 1 ? tr("Create slot %1").arg(p.newSlots.first())
                                              : tr("Create slots %1").arg(p.newSlots.join(QStringLiteral(", "))),
                       {p.candidate}, 10'000, 20);
    for (const QString &slot : p.newSlots) {
        const QString name = core::sqlLiteral(slot);
        step.actions.push_back(
            p.sql(p.candidate, QStringLiteral("SELECT pg_create_physical_replication_slot(%1, true) WHERE NOT EXISTS "
                                              "(SELECT FROM pg_replication_slots WHERE slot_name = %1)")
                                   .arg(name)));
        step.verify.push_back(
            p.holds(p.candidate,
                    QStringLiteral("SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = %1)").arg(name),
                    tr("slot %1 exists").arg(slot)));
        step.undo.push_back(
            p.sql(p.candidate, QStringLiteral("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                                              "WHERE slot_name = %1 AND NOT active")
                                   .arg(name)));
    }
    return step;
}

/// On the primary these settings lie idle until it starts as a standby.
Step prepareOldPrimary(const Pieces &p)
{
    Step step = p.step("prepare_" + p.primary.toUtf8(), Phase::Prepare,
                       tr("Prepare %1 to return as a standby").arg(p.primary), {p.primary}, 10'000, 40);
    const QString conninfo = QStringLiteral("primary_conninfo"), slot = QStringLiteral("primary_slot_name");
    const QString isSlot = QStringLiteral("= ") + core::sqlLiteral(p.oldPrimarySlot);
    p.changeSetting(step, p.primary, conninfo, QStringLiteral(":{conninfo_of_old_primary}"), p.leadsToCandidate());
    p.changeSetting(step, p.primary, slot, core::sqlLiteral(p.oldPrimarySlot), isSlot);
    step.undo.push_back(p.reloadWhereOurs(p.primary, {{conninfo, p.leadsToCandidate()}, {slot, isSlot}}));
    return step;
}

Step prepareSiblings(const Pieces &p)
{
    Step step = p.step("prepare_siblings", Phase::Prepare, tr("Prepare the others to follow %1").arg(p.candidate),
                       p.siblings, 10'000, 20);
    for (qsizetype i = 0; i < p.siblings.size(); ++i) {
        const QString conninfo = QStringLiteral("primary_conninfo");
        p.changeSetting(step, p.siblings[i], conninfo, QStringLiteral(":{conninfo_of_sibling_%1}").arg(i),
                        p.leadsToCandidate());
        step.undo.push_back(p.reloadWhereOurs(p.siblings[i], {{conninfo, p.leadsToCandidate()}}));
    }
    return step;
}

constexpr int kFetchRetryMs = 100;

/// Whether it is no more than that already.
bool fetchesWithoutPauses(const Pieces &p)
{
    return p.fetchRetryMs > 0 && p.fetchRetryMs <= kFetchRetryMs;
}

/// Between losing its sender and being promoted a standby may sleep this long before it looks up (5 s by default).
Step fetchStep(const Pieces &p)
{
    Step step = p.step("fetch", Phase::Prepare, tr("Fetch WAL without pauses"), {p.candidate}, 10'000, 30);
    p.changeSetting(step, p.candidate, QStringLiteral("wal_retrieve_retry_interval"),
                    QStringLiteral("'%1ms'").arg(kFetchRetryMs), QStringLiteral("= '%1ms'").arg(kFetchRetryMs));
    step.actions.push_back(p.reload(p.candidate));
    step.undo.push_back(p.reload(p.candidate));
    step.verify.push_back(
        p.holds(p.candidate,
                QStringLiteral("SELECT setting = '%1' FROM pg_settings WHERE name = 'wal_retrieve_retry_interval'")
                    .arg(kFetchRetryMs),
                tr("the setting has been taken over"), 20));
    return step;
}

/// Those whom a rule of the candidate's names can't follow it before it is promoted, and nobody could write till then.
Step syncPrepareStep(const Pieces &p)
{
    Step step = p.step("sync_prepare", Phase::Prepare,
                       tr("Let commits on %1 wait for nobody at first").arg(p.candidate), {p.candidate}, 10'000, 20);
    p.changeSetting(step, p.candidate, QStringLiteral("synchronous_standby_names"), QStringLiteral("''"),
                    QStringLiteral("= ''"));
    step.actions.push_back(p.reload(p.candidate));
    step.undo.push_back(p.reload(p.candidate));
    step.verify.push_back(p.holds(
        p.candidate, QStringLiteral("SELECT setting = '' FROM pg_settings WHERE name = 'synchronous_standby_names'"),
        tr("the setting has been taken over"), 20));
    return step;
}

/// The old primary's rule, with both in each other's place.
Step syncStep(const Pieces &p)
{
    Step step = p.step("sync", Phase::After, tr("Let commits wait for standbys again"), {p.candidate}, 30'000, 50);
    QStringList names;
    for (const QString &name : p.sync.names.names) {
        names.append(core::sqlLiteral(name.toLower()));
    }
    // A rule that is not satisfied would stop every commit.
    step.actions = {
        p.holds(p.candidate,
                QStringLiteral("SELECT count(*) >= %1, count(*) AS standbys FROM pg_stat_replication WHERE state = "
                               "'streaming' AND ('*' = ANY (ARRAY[%2]) OR lower(application_name) = ANY (ARRAY[%2]))")
                    .arg(p.sync.names.count)
                    .arg(names.join(QStringLiteral(", "))),
                tr("enough of %1 stream").arg(cluster::writeSyncNames(p.sync.names)), 50),
        p.sql(p.candidate, QStringLiteral("ALTER SYSTEM SET synchronous_standby_names = %1")
                               .arg(core::sqlLiteral(cluster::writeSyncNames(p.sync.names)))),
        p.reload(p.candidate)};
    step.verify = {p.holds(p.candidate,
                           QStringLiteral("SELECT count(*) >= %1, count(*) AS standbys FROM pg_stat_replication WHERE "
                                          "sync_state IN ('sync', 'quorum')")
                               .arg(p.sync.names.count),
                           tr("commits wait for %1").arg(cluster::writeSyncNames(p.sync.names)), 50)};
    step.needs = {QStringLiteral("promote"), QStringLiteral("rejoin")};
    step.remedy = tr("Commits on %1 wait for nobody: set synchronous_standby_names to %2 once its standbys follow.")
                      .arg(p.candidate, cluster::writeSyncNames(p.sync.names));
    return step;
}

/// pg_ctl itself looks every 100 ms and waits for the postmaster to go; what matters is earlier: the state in
/// pg_control, written when the shutdown checkpoint is on the disk and nothing can be written any more. standby.signal
/// is put in place while the server ends, so that whoever starts it starts a standby.
Step stopStep(const Pieces &p)
{
    Step step = p.step("stop", Phase::Outage, tr("Stop %1, fast").arg(p.primary), {p.primary}, p.stopDeadlineMs, 60);
    Action stop = p.command(p.primary, p.stopScript(), tr("%1 has shut down").arg(p.primary));
    stop.expected = {QStringLiteral("^Database cluster state: +shut down$")};
    stop.captures = {
        {QStringLiteral("shutdown_lsn"), QStringLiteral("^Latest checkpoint location: +([0-9A-F]+/[0-9A-F]+)$")},
        {QStringLiteral("system_identifier"), QStringLiteral("^Database system identifier: +([0-9]+)$")}};
    step.actions = {stop};
    step.undo = p.backToService();
    step.remedy = stopRemedy(p, false);
    return step;
}

Step proveStep(const Pieces &p)
{
    Step step = p.step("prove", Phase::Outage, tr("Prove that %1 holds everything").arg(p.candidate),
                       {p.primary, p.candidate}, 10'000, 20);
    step.actions = {
        p.holds(
            p.candidate,
            QStringLiteral("SELECT pg_is_in_recovery() AND past AND (SELECT system_identifier FROM "
                           "pg_control_system())::text = :{system_identifier}, 'replayed to ' || replayed || CASE WHEN "
                           "past THEN ', past' ELSE ', not past' END || ' the shutdown at ' || :{shutdown_lsn} || CASE "
                           "WHEN paused THEN ', and replay is paused' ELSE '' END AS evidence, paused AND NOT past AS "
                           "held FROM (SELECT replayed, replayed > :{shutdown_lsn}::pg_lsn AS past, CASE WHEN "
                           "pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS paused FROM "
                           "pg_last_wal_replay_lsn() AS replayed) AS replay"),
            tr("%1 has replayed the shutdown checkpoint of %2").arg(p.candidate, p.primary), 5),
        p.command(p.primary, p.controlDataCommand(), tr("%1 has not started again").arg(p.primary))};
    // Every second of silence is one in which nobody can write: then rather the old primary again.
    step.actions[0].absentMs = 1000;
    step.actions[0].neverWhen = QStringLiteral("held");
    step.actions[1].deadlineMs = 3000;
    step.actions[0].shows = {kShowsNothingLost};
    step.actions[1].shows = {kShowsNothingLost};
    // What pg_control says must be what it said: then nothing was written since.
    step.actions[1].expected = {QStringLiteral("^Database cluster state: +shut down$"),
                                QStringLiteral("^Latest checkpoint location: +:{shutdown_lsn}$")};
    return step;
}

Step promoteStep(const Pieces &p)
{
    Step step = p.step("promote", Phase::Outage, tr("Promote %1").arg(p.candidate), {p.candidate}, 30'000, 60);
    step.pointOfNoReturn = true;
    // While no console was at it, somebody may have followed the advice to drop a slot that nobody uses.
    step.provenAnew = {QStringLiteral("slots"), QStringLiteral("prove")};
    step.askedAnew = p.othersStandBy();
    step.askedAnew.push_back(p.stillStandby());
    step.actions = {p.sql(p.candidate, QStringLiteral("SELECT pg_promote(false)"))};
    step.actions[0].expectsTrue = true;
    step.verify = {p.holds(p.candidate, QStringLiteral("SELECT NOT pg_is_in_recovery()"),
                           tr("%1 takes writes").arg(p.candidate), 5)};
    step.notDone = p.notPromoted();
    step.remedy =
        tr("Before anything else find out whether %1 was promoted (SELECT pg_is_in_recovery()), or still will be: that "
           "it "
           "is in recovery does not tell, as long as it answers slowly or there is a file promote in its data "
           "directory. "
           "%2 is shut down with standby.signal in place, and must not be started as a primary while either may be so.")
            .arg(p.candidate, p.primary);
    return step;
}

Step rejoinStep(const Pieces &p)
{
    Step step = p.step("rejoin", Phase::After, tr("Start %1 as a standby of %2").arg(p.primary, p.candidate),
                       {p.primary}, 120'000, 1500);
    step.actions = {p.command(p.primary, p.clearScript(true), tr("%1 has ended").arg(p.primary)),
                    p.startAction(tr("%1 has started").arg(p.primary)), somethingToSend(p),
                    p.holds(p.primary, rejoinedSql(), tr("%1 streams from %2").arg(p.primary, p.candidate), 50)};
    step.actions.back().neverWhen = kTakesWrites;
    step.actions.back().shows = {kShowsFollows + p.primary};
    step.needs = {QStringLiteral("promote")};
    step.lane = 1;
    step.remedy = tr("See the log of %1, then start it: standby.signal, primary_conninfo and its slot are in place.")
                      .arg(p.primary);
    return step;
}

Step followStep(const Pieces &p, const QString &sibling)
{
    Step step = p.step("follow_" + sibling.toUtf8(), Phase::After, tr("Let %1 follow %2").arg(sibling, p.candidate),
                       {sibling}, 60'000, 300);
    step.actions = {p.reload(sibling)};
    if (!p.delayed.contains(sibling)) { // who replays with a delay follows when that is over; a check has said so
        step.actions.push_back(p.holds(sibling, followsSql(p),
                                       tr("%1 streams from %2 on the new timeline").arg(sibling, p.candidate), 50));
        step.actions.back().shows = {kShowsFollows + sibling};
    }
    step.needs = {QStringLiteral("promote")};
    step.lane = 1;
    step.remedy =
        tr("The primary_conninfo of %1 is set: once it answers, send it SELECT pg_reload_conf(), and see its log.")
            .arg(sibling);
    return step;
}

/// Drops a slot that nobody uses any more, and holds once it is not there.
Action dropSlot(const Pieces &p, const QString &slot)
{
    // Both counts are of one snapshot or the second of a later one: what was dropped may be in it still, or not.
    Action drop =
        p.holds(p.primary,
                QStringLiteral(
                    "WITH dropped AS (SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE "
                    "slot_name = %1 AND NOT active) SELECT (SELECT count(*) FROM dropped) >= count(*), 'slot ' || %1 "
                    "|| ' is in use by process ' || min(active_pid) AS evidence FROM pg_replication_slots WHERE "
                    "slot_name = %1")
                    .arg(core::sqlLiteral(slot)),
                tr("drop slot %1").arg(slot), 100);
    drop.otherwise = tr("slot %1 could not be dropped").arg(slot);
    drop.deadlineMs = 5000;
    return drop;
}

Step tidyStep(const Pieces &p)
{
    Step step =
        p.step("tidy", Phase::After, tr("Drop leftovers, restore settings"), {p.primary, p.candidate}, 60'000, 60);
    if (!fetchesWithoutPauses(p)) {
        p.restoreSetting(step.actions, p.candidate, QStringLiteral("wal_retrieve_retry_interval"));
        step.actions.push_back(p.reload(p.candidate));
    }
    for (const QString &slot : p.leftoverSlots) {
        step.actions.push_back(dropSlot(p, slot));
    }
    step.needs = {QStringLiteral("rejoin")};
    if (!fetchesWithoutPauses(p)) {
        step.remedy =
            tr("On %1 wal_retrieve_retry_interval may still be what the switchover has set.").arg(p.candidate);
    }
    if (!p.leftoverSlots.isEmpty()) {
        step.remedy = core::sentences(
            {step.remedy, tr("On %1 slots that hold WAL for nobody may be left: %2. Once nobody uses them, drop them "
                             "with pg_drop_replication_slot().")
                              .arg(p.primary, p.leftoverSlots.join(QStringLiteral(", ")))});
    }
    return step;
}

} // namespace

namespace {

std::vector<Step> nativeSteps(const Facts &facts, const Cast &cast, const Pieces &p)
{
    std::vector<Step> steps{lockStep(p, p.primary), lockStep(p, p.candidate)};
    const auto add = [&steps](Step step) { steps.push_back(std::move(step)); };
    if (!p.newSlots.isEmpty()) {
        add(slotsStep(p));
    }
    add(prepareOldPrimary(p));
    if (!p.siblings.isEmpty()) {
        add(prepareSiblings(p));
    }
    if (!fetchesWithoutPauses(p)) {
        add(fetchStep(p));
    }
    if (p.sync.handedOver && p.ownSyncRule) {
        add(syncPrepareStep(p));
    }
    add(checkpointStep(p));
    const bool byHand = !p.host.isPossible();
    if (!byHand) { // clients can't be kept waiting as long as a person takes
        for (Step &step : holdSteps(facts, cast, StoppedBy::Console)) {
            add(std::move(step));
        }
        for (Step &step : pauseSteps(facts, p, QStringLiteral("promote"))) {
            add(std::move(step));
        }
    }
    // While no console was at it, somebody may have changed what was prepared. Silence is told of otherwise.
    Step stop = byHand ? stopByHandStep(p) : stopStep(p);
    for (const Step &prepared : steps) {
        for (const Action &undo : prepared.undo) {
            if (!undo.onlyIf.isEmpty()) {
                Action still =
                    p.holds(undo.node, undo.onlyIf, tr("what %1 was prepared with stands there still").arg(undo.node));
                still.otherwise =
                    tr("somebody has changed what was prepared (%1)").arg(undo.sql.section(QLatin1Char(' '), 2, 3));
                still.orSilent = still.wasSilent = true;
                stop.askedAnew.push_back(still);
            }
        }
    }
    add(std::move(stop));
    add(byHand ? proveByHandStep(p) : proveStep(p));
    add(promoteStep(p));
    for (Step &step : routingSteps(facts, cast, p, byHand ? StoppedBy::Others : StoppedBy::Console)) {
        add(std::move(step));
    }
    add(byHand ? rejoinByHandStep(p) : rejoinStep(p));
    for (const QString &sibling : p.siblings) {
        add(followStep(p, sibling));
    }
    if (p.sync.handedOver) {
        add(syncStep(p));
    }
    if (!fetchesWithoutPauses(p) || !p.leftoverSlots.isEmpty()) {
        add(tidyStep(p));
    }
    for (Step &step : settleSteps(facts, cast)) {
        add(std::move(step));
    }
    if (facts.repmgr && !facts.repmgr->members.isEmpty()) {
        add(metadataStep(facts, cast, p));
    }
    add(proofStep(p));
    add(unlockStep(p.candidate));
    return steps;
}

} // namespace

namespace {

Plan planBy(const Facts &facts, const QString &target, Way way)
{
    if (way == Way::Manager && isPatronis(facts)) {
        return planPatroniSwitchover(facts, target);
    }
    if (way == Way::Manager && isAutoFailovers(facts)) {
        return planAutoFailoverSwitchover(facts, target);
    }
    Plan plan;
    plan.operation = QStringLiteral("switchover");
    plan.cluster = facts.state.snapshot->cluster;
    plan.to = target;
    plan.natively = way == Way::Native;
    const Cast cast = castFor(facts.state, target);
    const auto &nodes = facts.state.snapshot->nodes;
    const bool throughRepmgr = way == Way::Manager && facts.repmgr;
    plan.from = cast.primary >= 0 ? nodes[at(cast.primary)].name : QString();
    plan.title =
        (throughRepmgr ? tr("Switch over %1 from %2 to %3, through repmgr") : tr("Switch over %1 from %2 to %3"))
            .arg(plan.cluster, plan.from.isEmpty() ? tr("nobody") : plan.from, target);
    plan.checks = check(facts, cast, target, throughRepmgr ? Way::Manager : Way::Native);
    const bool possible =
        cast.primary >= 0 && cast.candidate >= 0 && nodes[at(cast.primary)].sample && nodes[at(cast.candidate)].sample;
    if (!possible) {
        return plan;
    }
    const Pieces p = piecesOf(facts, cast);
    plan.guards = guardsOf(p);
    plan.undoGuards = {p.isStandbyStill()};
    if (throughRepmgr) {
        plan.steps = stepsThroughRepmgr(facts, cast, p);
    } else {
        plan.secrets = p.secrets;
        plan.steps = nativeSteps(facts, cast, p);
    }
    applyEstimates(plan, facts.estimates, {facts.state.assessment->lag[at(cast.candidate)].toReplay, facts.replayRate});
    return plan;
}

} // namespace

Plan planSwitchover(const Facts &facts, const QString &target, Way way)
{
    Plan plan = planBy(facts, target, way);
    knowAgain(plan, *facts.state.snapshot);
    for (const cluster::NodeStatus &node : facts.state.snapshot->nodes) {
        if (node.name != target && node.kind == cluster::NodeKind::Data) {
            plan.resumeGuards.push_back(noSecondPrimary(node.name, target));
        }
    }
    return plan;
}

} // namespace howdah::operations::switchover
