// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/switchoverplan.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "core/identifier.h"
#include "operations/proofs.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/pieces.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// Two consoles can't hold it at once; it goes with the session, so one that dies leaves nothing behind. The
/// candidate's outlives its promotion, the old primary's ends with its server.
Step lockStep(const Pieces &p, const QString &node)
{
    const bool old = node == p.primary;
    Step step = p.step(old ? "lock" : "lock_candidate", Phase::Prepare, tr("Take the cluster lock on %1").arg(node),
                       {node}, 5000, 5);
    Action lock = p.sql(node, QStringLiteral("SELECT pg_try_advisory_lock(%1)").arg(kClusterLock),
                        tr("another console holds the cluster lock"));
    lock.expectsTrue = true;
    step.actions = {lock};
    step.undo = {p.sql(node, QStringLiteral("SELECT pg_advisory_unlock(%1)").arg(kClusterLock))};
    step.renewed = true;
    step.renewedUntil = old ? QStringLiteral("stop") : QString();
    return step;
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
                       tr("Prepare %1 to come back as a standby").arg(p.primary), {p.primary}, 10'000, 40);
    p.changeSetting(step, p.primary, QStringLiteral("primary_conninfo"), QStringLiteral(":{conninfo_of_old_primary}"));
    p.changeSetting(step, p.primary, QStringLiteral("primary_slot_name"), core::sqlLiteral(p.oldPrimarySlot));
    return step;
}

Step prepareSiblings(const Pieces &p)
{
    Step step = p.step("prepare_siblings", Phase::Prepare, tr("Prepare the others to follow %1").arg(p.candidate),
                       p.siblings, 10'000, 20);
    for (qsizetype i = 0; i < p.siblings.size(); ++i) {
        p.changeSetting(step, p.siblings[i], QStringLiteral("primary_conninfo"),
                        QStringLiteral(":{conninfo_of_sibling_%1}").arg(i));
    }
    return step;
}

/// Between losing its sender and being promoted a standby may sleep this long before it looks up (5 s by default).
Step fetchStep(const Pieces &p)
{
    Step step = p.step("fetch", Phase::Prepare, tr("Fetch WAL without pauses"), {p.candidate}, 10'000, 30);
    p.changeSetting(step, p.candidate, QStringLiteral("wal_retrieve_retry_interval"), QStringLiteral("'100ms'"));
    step.actions.push_back(p.sql(p.candidate, QStringLiteral("SELECT pg_reload_conf()")));
    step.undo.push_back(p.sql(p.candidate, QStringLiteral("SELECT pg_reload_conf()")));
    step.verify.push_back(
        p.holds(p.candidate,
                QStringLiteral("SELECT setting = '100' FROM pg_settings WHERE name = 'wal_retrieve_retry_interval'"),
                tr("the setting has been taken over"), 20));
    return step;
}

Step checkpointStep(const Pieces &p)
{
    Step step = p.step("checkpoint", Phase::Prepare, tr("Checkpoint until little is left"), {p.primary, p.candidate},
                       300'000, 500);
    step.actions = {
        p.sql(p.primary, QStringLiteral("CHECKPOINT"), tr("the checkpoint")),
        p.sql(p.candidate, QStringLiteral("CHECKPOINT"), tr("the restartpoint")),
        p.sql(p.primary, QStringLiteral("CHECKPOINT"), tr("the second checkpoint, of what came meanwhile"))};
    step.verify.push_back(p.holds(
        p.primary,
        QStringLiteral("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) < 16777216, replay_lsn "
                       "FROM pg_stat_replication WHERE pid = (SELECT active_pid FROM pg_replication_slots WHERE "
                       "slot_name = %1) OR application_name = %2")
            .arg(core::sqlLiteral(p.candidateSlot), core::sqlLiteral(p.candidateApplication)),
        tr("%1 has replayed all but 16 MB").arg(p.candidate), 50));
    return step;
}

/// pg_ctl itself looks every 100 ms and waits for the postmaster to go; what matters is earlier: the state in
/// pg_control, written when the shutdown checkpoint is on the disk and nothing can be written any more. standby.signal
/// is put in place in the same breath, so that whoever starts this server starts a standby.
Step stopStep(const Pieces &p)
{
    Step step = p.step("stop", Phase::Outage, tr("Stop %1, fast").arg(p.primary), {p.primary}, p.stopDeadlineMs, 60);
    Action stop = p.command(p.primary, p.stopScript(), tr("%1 has shut down").arg(p.primary));
    stop.expected = {QStringLiteral("^Database cluster state: +shut down$")};
    stop.captures = {
        {QStringLiteral("shutdown_lsn"), QStringLiteral("^Latest checkpoint location: +([0-9A-F]+/[0-9A-F]+)$")},
        {QStringLiteral("system_identifier"), QStringLiteral("^Database system identifier: +([0-9]+)$")}};
    step.actions = {stop};
    step.undo = {p.command(p.primary, p.clearScript(false), tr("%1 may start as the primary").arg(p.primary)),
                 p.startAction(tr("%1 runs as the primary again").arg(p.primary)),
                 p.holds(p.primary, QStringLiteral("SELECT NOT pg_is_in_recovery()"),
                         tr("%1 takes writes again").arg(p.primary), 20)};
    step.remedy = tr("Start %1 by hand.").arg(p.primary);
    return step;
}

Step proveStep(const Pieces &p)
{
    Step step = p.step("prove", Phase::Outage, tr("Prove that %1 holds everything").arg(p.candidate),
                       {p.primary, p.candidate}, 10'000, 20);
    step.actions = {
        p.holds(p.candidate,
                QStringLiteral("SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() > :{shutdown_lsn}::pg_lsn AND "
                               "(SELECT system_identifier FROM pg_control_system())::text = :{system_identifier}, "
                               "'replayed to ' || pg_last_wal_replay_lsn() || ', past the shutdown at ' || "
                               ":{shutdown_lsn} AS evidence"),
                tr("%1 has replayed the shutdown checkpoint of %2").arg(p.candidate, p.primary), 5),
        p.command(p.primary, p.controlDataCommand(), tr("%1 has not started again").arg(p.primary))};
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
    step.actions = {p.sql(p.candidate, QStringLiteral("SELECT pg_promote(false)"))};
    step.actions[0].expectsTrue = true;
    step.verify = {p.holds(p.candidate, QStringLiteral("SELECT NOT pg_is_in_recovery()"),
                           tr("%1 takes writes").arg(p.candidate), 5)};
    step.remedy =
        tr("Find out whether %1 was promoted (SELECT pg_is_in_recovery()) before anything else. %2 is shut down "
           "with standby.signal in place and must not be started as a primary unless %1 is still in recovery.")
            .arg(p.candidate, p.primary);
    return step;
}

Step rejoinStep(const Pieces &p)
{
    Step step = p.step("rejoin", Phase::After, tr("Start %1 as a standby of %2").arg(p.primary, p.candidate),
                       {p.primary}, 120'000, 1500);
    step.actions = {p.command(p.primary, p.clearScript(true), tr("%1 has ended").arg(p.primary)),
                    p.startAction(tr("%1 has started").arg(p.primary)),
                    p.holds(p.primary,
                            QStringLiteral("SELECT pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver "
                                           "WHERE status = 'streaming'), (SELECT status || ', timeline ' || "
                                           "received_tli FROM pg_stat_wal_receiver) AS evidence"),
                            tr("%1 streams from %2").arg(p.primary, p.candidate), 50)};
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
    step.actions = {
        p.sql(sibling, QStringLiteral("SELECT pg_reload_conf()")),
        p.holds(sibling,
                QStringLiteral("SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' "
                               "AND sender_port = %1 AND received_tli > %2), (SELECT status || ', timeline ' || "
                               "received_tli || ', from ' || sender_host FROM pg_stat_wal_receiver) AS "
                               "evidence")
                    .arg(p.candidatePort)
                    .arg(p.timeline),
                tr("%1 streams from %2 on the new timeline").arg(sibling, p.candidate), 50)};
    step.actions.back().shows = {kShowsFollows + sibling};
    step.needs = {QStringLiteral("promote")};
    step.lane = 1;
    step.remedy = tr("See the log of %1; its primary_conninfo is set already.").arg(sibling);
    return step;
}

Step tidyStep(const Pieces &p)
{
    Step step =
        p.step("tidy", Phase::After, tr("Drop leftovers, restore settings"), {p.primary, p.candidate}, 15'000, 60);
    p.restoreSetting(step.actions, p.candidate, QStringLiteral("wal_retrieve_retry_interval"));
    step.actions.push_back(p.sql(p.candidate, QStringLiteral("SELECT pg_reload_conf()")));
    for (const QString &slot : p.leftoverSlots) {
        step.actions.push_back(
            p.sql(p.primary, QStringLiteral("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                                            "WHERE slot_name = %1 AND NOT active")
                                 .arg(core::sqlLiteral(slot))));
    }
    step.needs = {QStringLiteral("rejoin")};
    step.remedy = tr("On %1 slots that hold WAL for nobody may be left: %2.")
                      .arg(p.primary, p.leftoverSlots.join(QStringLiteral(", ")));
    return step;
}

/// A message in the WAL of the new primary, as transactional as a row, that every other node must come to.
Step proofStep(const Pieces &p)
{
    QStringList all = p.siblings;
    all.prepend(p.primary);
    Step step = p.step("proof", Phase::After, tr("Prove the result on every node"), all, 30'000, 300);
    Action canary =
        p.sql(p.candidate, QStringLiteral("SELECT pg_logical_emit_message(true, 'howdah', 'switchover')::text "
                                          "AS lsn"));
    canary.captures = {{QStringLiteral("canary_lsn"), QStringLiteral("lsn")}};
    canary.shows = {kShowsWritten};
    step.actions = {p.holds(p.candidate, QStringLiteral("SELECT NOT pg_is_in_recovery()"),
                            tr("%1 is the primary").arg(p.candidate)),
                    canary};
    step.actions.front().shows = {kShowsOneWritable};
    for (const QString &node : all) {
        step.actions.push_back(p.holds(
            node,
            QStringLiteral("SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() > :{canary_lsn}::pg_lsn AND "
                           "(SELECT received_tli FROM pg_stat_wal_receiver) > %1")
                .arg(p.timeline),
            tr("%1 is a standby and has what %2 wrote").arg(node, p.candidate), 20));
        step.actions.back().shows = {kShowsOneWritable, kShowsSeen};
    }
    for (const QString &slot : p.allSlots) {
        step.actions.push_back(p.holds(
            p.candidate,
            QStringLiteral("SELECT active FROM pg_replication_slots WHERE slot_name = %1").arg(core::sqlLiteral(slot)),
            tr("slot %1 is in use").arg(slot), 50));
        step.actions.back().shows = {kShowsSlot};
    }
    step.needs = {QStringLiteral("promote")};
    step.remedy = tr("Look at howdah status.");
    return step;
}

Step unlockStep(const Pieces &p)
{
    Step step = p.step("unlock", Phase::After, tr("Release the cluster lock"), {p.candidate}, 5000, 5);
    step.actions = {p.sql(p.candidate, QStringLiteral("SELECT pg_advisory_unlock(%1)").arg(kClusterLock))};
    step.remedy = tr("It goes with this console.");
    return step;
}

/// Read before each step up to the stop: the world is still the one that was checked.
std::vector<Action> guardsOf(const Pieces &p)
{
    return {
        p.holds(p.primary,
                QStringLiteral("SELECT NOT pg_is_in_recovery() AND (SELECT timeline_id FROM pg_control_checkpoint()) = "
                               "%1 AND (SELECT system_identifier FROM pg_control_system())::text = %2")
                    .arg(p.timeline)
                    .arg(core::sqlLiteral(p.systemIdentifier)),
                tr("%1 is the primary").arg(p.primary)),
        p.holds(p.candidate,
                QStringLiteral("SELECT pg_is_in_recovery() AND (SELECT system_identifier FROM pg_control_system())"
                               "::text = %1 AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')")
                    .arg(core::sqlLiteral(p.systemIdentifier)),
                tr("%1 streams").arg(p.candidate))};
}

} // namespace

Plan planSwitchover(const Facts &facts, const QString &target)
{
    Plan plan;
    plan.operation = QStringLiteral("switchover");
    plan.cluster = facts.state.snapshot->cluster;
    plan.to = target;
    const Cast cast = castFor(facts.state, target);
    const auto &nodes = facts.state.snapshot->nodes;
    plan.from = cast.primary >= 0 ? nodes[at(cast.primary)].name : QString();
    plan.title =
        tr("Switch over %1 from %2 to %3").arg(plan.cluster, plan.from.isEmpty() ? tr("nobody") : plan.from, target);
    plan.checks = check(facts, cast, target);
    const bool possible =
        cast.primary >= 0 && cast.candidate >= 0 && nodes[at(cast.primary)].sample && nodes[at(cast.candidate)].sample;
    if (!possible) {
        return plan;
    }
    const Pieces p = piecesOf(facts, cast);
    plan.secrets = p.secrets;
    plan.guards = guardsOf(p);
    plan.steps = {lockStep(p, p.primary), lockStep(p, p.candidate)};
    if (!p.newSlots.isEmpty()) {
        plan.steps.push_back(slotsStep(p));
    }
    plan.steps.push_back(prepareOldPrimary(p));
    if (!p.siblings.isEmpty()) {
        plan.steps.push_back(prepareSiblings(p));
    }
    for (Step &step :
         std::vector<Step>{fetchStep(p), checkpointStep(p), stopStep(p), proveStep(p), promoteStep(p), rejoinStep(p)}) {
        plan.steps.push_back(std::move(step));
    }
    for (const QString &sibling : p.siblings) {
        plan.steps.push_back(followStep(p, sibling));
    }
    for (Step &step : std::vector<Step>{tidyStep(p), proofStep(p), unlockStep(p)}) {
        plan.steps.push_back(std::move(step));
    }
    applyEstimates(plan, facts.estimates, {facts.state.assessment->lag[at(cast.candidate)].toReplay, facts.replayRate});
    return plan;
}

} // namespace howdah::operations::switchover
