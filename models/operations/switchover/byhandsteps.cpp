// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/byhandsteps.h"

#include <QCoreApplication>

#include "core/identifier.h"
#include "operations/proofs.h"
#include "operations/switchover/steps.h"

namespace howdah::operations::switchover {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// Asked of node until what the person was to do shows there.
Action person(const Pieces &p, const QString &node, const QString &text, const QString &sql)
{
    Action action = p.sql(node, sql, text);
    action.kind = Action::Kind::Person;
    action.pollMs = 200;
    action.deadlineMs = kPersonMs;
    return action;
}

const char *const kNoReceiver = "NOT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')";

} // namespace

Step stopByHandStep(const Pieces &p)
{
    Step step =
        p.step("stop", Phase::Outage, tr("Have %1 stopped, fast").arg(p.primary), {p.primary}, kPersonMs, 30'000);
    step.actions = {person(p, p.candidate,
                           tr("On the host of %1: put an empty file standby.signal into %2, which a server that runs "
                              "does not look at, and then stop it with a fast shutdown (pg_ctl -D %2 -m fast stop). "
                              "%3 is promoted as soon as it has stopped.")
                               .arg(p.primary, p.dataDirectory, p.candidate),
                           QStringLiteral("SELECT %1").arg(QLatin1String(kNoReceiver)))};
    step.undo = p.othersStandBy();
    step.undo.insert(step.undo.begin(), p.stillStandby());
    step.undo.push_back(
        person(p, p.primary,
               tr("On the host of %1: take the file standby.signal out of %2, if it is there, and start "
                  "the server: it is the primary still.")
                   .arg(p.primary, p.dataDirectory),
               QStringLiteral("SELECT NOT pg_is_in_recovery()")));
    step.remedy = stopRemedy(p, true);
    return step;
}

Step proveByHandStep(const Pieces &p)
{
    Step step = p.step("prove", Phase::Outage, tr("Prove that %1 holds everything").arg(p.candidate), {p.candidate},
                       60'000, 300);
    // A receiver may have lost its sender for other reasons, and an idle primary's last record may be the shutdown
    // checkpoint it was started from: what has stopped refuses connections.
    Action down = p.holds(p.primary, QStringLiteral("SELECT false"), tr("%1 takes no connections").arg(p.primary), 200);
    down.alreadySo = QStringLiteral(
        "nothing listens there\\.$|The socket .* does not exist\\.$|Connection refused|No such file or directory");
    step.actions = {
        down,
        p.holds(p.candidate,
                QStringLiteral("SELECT %1 AND pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()")
                    .arg(QLatin1String(kNoReceiver)),
                tr("%1 has replayed all that it received").arg(p.candidate), 20),
        p.sql(p.candidate, QStringLiteral("CHECKPOINT"), tr("the restartpoint")),
        p.holds(p.candidate,
                QStringLiteral("SELECT c.checkpoint_lsn = c.redo_lsn AND pg_last_wal_replay_lsn() - c.checkpoint_lsn "
                               "BETWEEN 1 AND 168 AND c.timeline_id = %1 AND s.system_identifier::text = %2 AND "
                               "pg_is_in_recovery() AND %3, 'the last record is the shutdown checkpoint at ' || "
                               "c.checkpoint_lsn AS evidence, c.redo_lsn, pg_last_wal_replay_lsn() AS "
                               "replayed FROM pg_control_checkpoint() c, pg_control_system() s")
                    .arg(p.timeline)
                    .arg(core::sqlLiteral(p.systemIdentifier), QLatin1String(kNoReceiver)),
                tr("the last that %1 has is the shutdown of %2").arg(p.candidate, p.primary)),
        down}; // and still is: the checkpoint may have taken its time
    step.actions[1].absentMs = 1000;
    for (const std::size_t i : {std::size_t(3), std::size_t(4)}) {
        step.actions[i].shows = {kShowsNothingLost};
    }
    return step;
}

Step rejoinByHandStep(const Pieces &p)
{
    Step step = p.step("rejoin", Phase::After, tr("Have %1 started as a standby of %2").arg(p.primary, p.candidate),
                       {p.primary}, kPersonMs, 30'000);
    step.actions = {somethingToSend(p),
                    person(p, p.primary,
                           tr("On the host of %1: see that the file standby.signal is in %2, then start the server. "
                              "Without that file it would come up as a second primary.")
                               .arg(p.primary, p.dataDirectory),
                           rejoinedSql())};
    step.actions.back().neverWhen = kTakesWrites;
    step.actions.back().shows = {kShowsFollows + p.primary};
    step.needs = {QStringLiteral("promote")};
    step.lane = 1;
    step.remedy = tr("See the log of %1, then start it with standby.signal in its data directory; primary_conninfo and "
                     "its slot are in place.")
                      .arg(p.primary);
    return step;
}

} // namespace howdah::operations::switchover
