// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/steps.h"

#include <QCoreApplication>

#include "core/identifier.h"
#include "operations/locksteps.h"
#include "operations/proofs.h"
#include "operations/switchover/switchoverplan.h"

namespace howdah::operations::switchover {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// A walreceiver calls itself streaming as soon as it is connected, before its upstream has agreed to send; so
/// something must have come since (RequestXLogStreaming() in walreceiverfuncs.c sets both positions alike on a new
/// timeline).
constexpr auto kStreams = "status = 'streaming' AND pg_last_wal_receive_lsn() > receive_start_lsn";
constexpr auto kReceiverText =
    "(SELECT status || ', timeline ' || received_tli || ', from ' || sender_host || ':' || sender_port || ', "
    "received up to ' || pg_last_wal_receive_lsn() FROM pg_stat_wal_receiver)";

/// Of a server that writes: the timeline of the WAL that it writes.
constexpr auto kOwnTimeline = "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int";

/// Which row of pg_stat_replication is the candidate's. Names may be anybody's; a slot is only its own.
QString candidatesSender(const Pieces &p)
{
    return p.candidateSlot.isEmpty()
               ? QStringLiteral("application_name = ") + core::sqlLiteral(p.candidateApplication)
               : QStringLiteral("pid = (SELECT active_pid FROM pg_replication_slots WHERE slot_name = %1)")
                     .arg(core::sqlLiteral(p.candidateSlot));
}

} // namespace

Step lockStep(const Pieces &p, const QString &node)
{
    Step step = operations::lockStep(node);
    if (node == p.primary) {
        step.renewedUntil = QStringLiteral("stop");
    } else {
        step.id = QStringLiteral("lock_candidate");
    }
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
    Action written = p.sql(p.primary, QStringLiteral("SELECT pg_current_wal_lsn() AS lsn"));
    written.captures = {{QStringLiteral("written_lsn"), QStringLiteral("lsn")}};
    step.verify = {written,
                   p.holds(p.candidate,
                           QStringLiteral("SELECT pg_wal_lsn_diff(:{written_lsn}::pg_lsn, pg_last_wal_replay_lsn()) < "
                                          "16777216, pg_last_wal_replay_lsn() AS replay_lsn"),
                           tr("%1 has replayed all but 16 MB").arg(p.candidate), 50),
                   // A link that has gone silent is seen by neither end for a minute; found out only after the stop, it
                   // would be ten seconds in which nobody can write.
                   p.holds(p.candidate,
                           QStringLiteral("SELECT pg_last_wal_receive_lsn() >= :{written_lsn}::pg_lsn, 'received up to "
                                          "' || pg_last_wal_receive_lsn() || ', written was up to ' || "
                                          ":{written_lsn} AS evidence"),
                           tr("%1 has received what %2 had written").arg(p.candidate, p.primary), 20)};
    step.verify.back().deadlineMs = 5000;
    // All that may take minutes; a node that has gone need not be waited for so long.
    for (std::vector<Action> *actions : {&step.actions, &step.verify}) {
        for (Action &action : *actions) {
            action.absentMs = 8000;
        }
    }
    return step;
}

QString stopRemedy(const Pieces &p, bool byHand)
{
    const QString who = (p.others + QStringList{p.candidate}).join(tr(" or "));
    const QString only = tr("only when it is sure that nobody has promoted one of them: remove standby.signal from %1, "
                            "and start %2.")
                             .arg(p.dataDirectory, p.primary);
    return tr("%1 is down. Where %2 takes writes by now, it is the primary: leave standby.signal in %3, and start %1 "
              "as its standby. ")
               .arg(p.primary, who, p.dataDirectory) +
           (byHand ? tr("Else %1 is the primary still, but %2").arg(p.primary, only)
                   : tr("Else undo brings %1 back as soon as they answer; by hand, %2").arg(p.primary, only));
}

QString followsSql(const Pieces &p)
{
    return QStringLiteral("SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE %1 AND sender_port = %2 AND "
                          "received_tli > %3), %4 AS evidence")
        .arg(QLatin1String(kStreams), p.candidatePort)
        .arg(p.timeline)
        .arg(QLatin1String(kReceiverText));
}

QString writesAsBeforeSql(const Pieces &p)
{
    return QStringLiteral("CASE WHEN NOT pg_is_in_recovery() THEN %1 = %2 ELSE false END")
        .arg(QLatin1String(kOwnTimeline))
        .arg(p.timeline);
}

QString rejoinedSql()
{
    return QStringLiteral(
               "SELECT pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE %1), CASE WHEN "
               "pg_is_in_recovery() THEN %2 ELSE 'it takes writes as a second primary, since it was started "
               "without standby.signal: stop it at once' END AS evidence, NOT pg_is_in_recovery() AS %3")
        .arg(QLatin1String(kStreams), QLatin1String(kReceiverText), kTakesWrites);
}

Action somethingToSend(const Pieces &p)
{
    // Whom commits there wait for may be the one that is to come.
    return p.sql(p.candidate,
                 QStringLiteral("SELECT set_config('synchronous_commit', 'local', true), "
                                "pg_logical_emit_message(true, 'howdah', 'rejoin')"),
                 tr("something to send to %1").arg(p.primary));
}

Step proofStep(const Pieces &p)
{
    QStringList all{p.primary};
    for (const QString &node : p.siblings + p.cascading) {
        all.append(p.delayed.contains(node) ? QStringList() : QStringList{node});
    }
    Step step = p.step("proof", Phase::After, tr("Prove the result on every node"), all, 30'000, 300);
    // A transaction of its own, with no table that publications, triggers or backups could meet: what it has written is
    // visible on a standby exactly when its commit is.
    Action canary = p.sql(p.candidate, QStringLiteral("SELECT txid_current() AS xid, pg_logical_emit_message(true, "
                                                      "'howdah', 'switchover')::text AS lsn"));
    canary.captures = {{QStringLiteral("canary_xid"), QStringLiteral("xid")},
                       {QStringLiteral("canary_lsn"), QStringLiteral("lsn")}};
    canary.shows = {kShowsWritten};
    step.actions = {p.holds(p.candidate, QStringLiteral("SELECT NOT pg_is_in_recovery()"),
                            tr("%1 is the primary").arg(p.candidate)),
                    canary};
    step.actions.front().shows = {kShowsOneWritable};
    for (const QString &node : all) {
        step.actions.push_back(p.holds(
            node,
            QStringLiteral("SELECT CASE WHEN pg_is_in_recovery() AND pg_last_wal_replay_lsn() > :{canary_lsn}::pg_lsn "
                           "AND (SELECT received_tli FROM pg_stat_wal_receiver) > %1 THEN "
                           "txid_status(:{canary_xid}::bigint) = 'committed' ELSE false END")
                .arg(p.timeline),
            tr("%1 is a standby and sees what %2 wrote as committed").arg(node, p.candidate), 20));
        step.actions.back().shows = {kShowsOneWritable, kShowsSeen};
    }
    for (const QString &node : p.others + p.away) { // whoever is not waited for: it must not be a primary all the same
        if (!all.contains(node)) {
            step.actions.push_back(
                p.holds(node, QStringLiteral("SELECT pg_is_in_recovery()"), tr("%1 takes no writes").arg(node)));
            step.actions.back().deadlineMs = 2000;
            step.actions.back().orSilent = step.actions.back().wasSilent = p.away.contains(node);
            step.actions.back().shows = p.away.contains(node) ? QStringList() : QStringList{kShowsOneWritable};
        }
    }
    for (const QString &slot : p.allSlots) {
        if (p.delayedSlots.contains(slot)) {
            continue;
        }
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

std::vector<Action> guardsOf(const Pieces &p)
{
    // Its own receiver says that it streams also while it is turned away again and again.
    const bool seen = !p.candidateSlot.isEmpty() || !p.candidateApplication.isEmpty();
    const QString sends =
        seen ? QStringLiteral("EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming' AND %1)")
                   .arg(candidatesSender(p))
             : QStringLiteral("true");
    return {
        p.holds(
            p.primary,
            QStringLiteral("SELECT %1 AND (SELECT system_identifier FROM pg_control_system())::text = %2 AND %3, CASE "
                           "WHEN pg_is_in_recovery() THEN 'it is a standby now' ELSE 'it is on timeline ' || %4 || "
                           "', planned was %5' END || CASE WHEN %3 THEN '' ELSE ', and it sends nothing to ' || %6 "
                           "END AS evidence")
                .arg(writesAsBeforeSql(p), core::sqlLiteral(p.systemIdentifier), sends, QLatin1String(kOwnTimeline),
                     QString::number(p.timeline), core::sqlLiteral(p.candidate)),
            tr("%1 is the primary, and sends to %2").arg(p.primary, p.candidate)),
        // Paused since it was looked at, it would be waited for while nobody can write. (Its function fails on a
        // primary.)
        p.holds(p.candidate,
                QStringLiteral("SELECT CASE WHEN pg_is_in_recovery() THEN NOT pg_is_wal_replay_paused() AND (SELECT "
                               "system_identifier FROM pg_control_system())::text = %1 AND EXISTS (SELECT FROM "
                               "pg_stat_wal_receiver WHERE status = 'streaming') ELSE false END, CASE WHEN NOT "
                               "pg_is_in_recovery() THEN 'it is no standby' WHEN pg_is_wal_replay_paused() THEN "
                               "'replay is paused' ELSE 'its receiver: ' || coalesce((SELECT status FROM "
                               "pg_stat_wal_receiver), 'none') END AS evidence")
                    .arg(core::sqlLiteral(p.systemIdentifier)),
                tr("%1 streams, and replays").arg(p.candidate))};
}

} // namespace howdah::operations::switchover
