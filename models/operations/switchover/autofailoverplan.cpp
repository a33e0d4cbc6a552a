// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/autofailoverplan.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "core/identifier.h"
#include "operations/places.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/lookonsteps.h"
#include "operations/switchover/steps.h"

namespace howdah::operations::switchover {

using cluster::at;
using managers::AutoFailoverNode;

namespace {

/// Its own command gives up after 60 s while the monitor goes on; a server that has much to shut down takes longer.
constexpr int kPatienceMs = 120'000;
constexpr int kPollMonitorMs = 500; ///< where notifications don't come; they do
constexpr int kPollMs = 20;

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// Names of one switchover through pg_auto_failover.
struct Cue {
    Pieces p;
    const AutoFailoverNode &primary;
    const AutoFailoverNode &candidate;

    /// The rows of the group, as n.
    QString group(const char *table) const
    {
        return QStringLiteral("pgautofailover.%1 WHERE formationid = %2 AND groupid = %3")
            .arg(QLatin1String(table), core::sqlLiteral(candidate.formation), QString::number(candidate.group));
    }
    QString states() const
    {
        return QStringLiteral("(SELECT string_agg(nodename || ' is ' || reportedstate || CASE WHEN reportedstate = "
                              "goalstate THEN '' ELSE ', to become ' || goalstate END, '; ' ORDER BY nodeid) FROM %1) "
                              "AS evidence")
            .arg(group("node"));
    }
    /// Holds when these nodes are, and are meant to be, what they are said to be.
    Action agree(const QString &old, const QString &next, const QString &about, int pollMs = 0) const
    {
        return p.holds(monitorPlace(),
                       QStringLiteral("SELECT count(*) = 2, %1 FROM %2 AND reportedstate = goalstate AND (nodeid, "
                                      "reportedstate::text) IN ((%3, %4), (%5, %6))")
                           .arg(states(), group("node"), QString::number(primary.id), core::sqlLiteral(old),
                                QString::number(candidate.id), core::sqlLiteral(next)),
                       about, pollMs);
    }
};

/// What the monitor assigns and what the nodes report, one line a change, since the promotion was asked for. The states
/// from wait_primary on are those in which a node takes writes. (fsm.c in pg_auto_failover)
QString watchSql(const Cue &cue)
{
    return QStringLiteral(
               "SELECT EXISTS (SELECT FROM %1 AND nodeid = %3 AND reportedstate IN ('wait_primary', 'join_primary', "
               "'apply_settings', 'primary')) AS taken_over, EXISTS (SELECT FROM %1 AND nodeid <> %3 AND reportedstate "
               "= goalstate AND reportedstate IN ('wait_primary', 'primary')) AS another, %4, e.line "
               "FROM (VALUES (1)) one LEFT JOIN (SELECT eventid, line FROM (SELECT eventid, line, lag(line) OVER "
               "(PARTITION BY nodeid ORDER BY eventid) AS before FROM (SELECT eventid, nodeid, nodename || CASE WHEN "
               "reportedstate = goalstate THEN ' is ' || reportedstate ELSE ': ' || reportedstate || ' → ' || "
               "goalstate END AS line FROM %2 AND eventid > :{autofailover_event} AND coalesce(description, '') NOT "
               "LIKE "
               "'Updating %') told) changed WHERE line IS DISTINCT FROM before) e ON true ORDER BY e.eventid")
        .arg(cue.group("node"), cue.group("event"), QString::number(cue.candidate.id), cue.states());
}

/// Nothing was done, and nothing will be: nobody is at asking any more, and all is as it was.
std::vector<Action> notDone(const Cue &cue)
{
    const Pieces &p = cue.p;
    std::vector<Action> actions{
        p.holds(monitorPlace(),
                QStringLiteral("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                               "state <> 'idle' AND query LIKE '%perform\\_promotion%')"),
                tr("nobody asks the monitor for a promotion any more"), 200),
        cue.agree(QStringLiteral("primary"), QStringLiteral("secondary"),
                  tr("for the monitor %1 is the primary as before").arg(p.primary)),
        p.holds(p.primary, QStringLiteral("SELECT ") + writesAsBeforeSql(p),
                tr("%1 takes writes as before").arg(p.primary)),
        p.holds(p.candidate, QStringLiteral("SELECT pg_is_in_recovery()"),
                tr("%1 is a standby as before").arg(p.candidate))};
    for (Action &action : actions) {
        action.deadlineMs = 5000;
    }
    return actions;
}

/// The monitor answers before anything has happened; what follows is one state after the other, of which it tells. What
/// decides is what is seen.
Step switchStep(const Cue &cue)
{
    const Pieces &p = cue.p;
    Step step = p.step("switchover", Phase::Outage,
                       tr("Let pg_auto_failover switch over from %1 to %2").arg(p.primary, p.candidate),
                       {p.primary, p.candidate}, kPatienceMs + 60'000, 4000);
    step.pointOfNoReturn = true;
    // The monitor's rows are locked by every report of every node, for moments.
    Action begin = p.sql(monitorPlace(),
                         QStringLiteral("SELECT coalesce(max(eventid), 0) AS event, set_config('lock_timeout', '5s', "
                                        "false) FROM pgautofailover.event"),
                         tr("the monitor's last event"));
    begin.captures = {{QStringLiteral("autofailover_event"), QStringLiteral("event")}};
    Action ask = p.sql(monitorPlace(),
                       QStringLiteral("SELECT pgautofailover.perform_promotion(%1, %2)")
                           .arg(core::sqlLiteral(cue.candidate.formation), core::sqlLiteral(cue.candidate.name)),
                       tr("the monitor takes the promotion on"));
    ask.expectsTrue = true;
    ask.deadlineMs = 15'000;
    // Taken up again, it must not be asked for twice: each time the candidate gets 100 more for the election.
    step.actions = {cue.agree(QStringLiteral("primary"), QStringLiteral("secondary"),
                              tr("for the monitor %1 is the primary and %2 its secondary").arg(p.primary, p.candidate)),
                    begin, ask};

    Action watch = p.holds(monitorPlace(), watchSql(cue), tr("for the monitor %1 has taken over").arg(p.candidate),
                           kPollMonitorMs);
    watch.wakesOn = QStringLiteral("state");
    watch.says = QStringLiteral("line");
    watch.neverWhen = QStringLiteral("another");
    watch.deadlineMs = kPatienceMs;
    watch.absentMs = 15'000;
    watch.orSilent = true; // the candidate itself is asked next
    Action writes = p.holds(p.candidate, QStringLiteral("SELECT NOT pg_is_in_recovery()"),
                            tr("%1 takes writes").arg(p.candidate), kPollMs);
    writes.deadlineMs = 60'000;
    step.verify = {watch, writes};
    step.notDone = notDone(cue);
    step.remedy = tr("pg_auto_failover may still be at it. Find out who is the primary now (pg_autoctl show state) "
                     "before anything else, and leave stopping, starting and promoting servers to it");
    return step;
}

/// Until then the monitor takes on nothing else.
Step settleStep(const Cue &cue)
{
    const Pieces &p = cue.p;
    Step step = p.step("autofailover_settled", Phase::After, tr("See pg_auto_failover come to rest"),
                       {p.candidate, p.primary}, 120'000, 2000);
    step.actions = {cue.agree(QStringLiteral("secondary"), QStringLiteral("primary"),
                              tr("for the monitor %1 is the primary and %2 its secondary").arg(p.candidate, p.primary),
                              kPollMonitorMs)};
    step.actions.back().wakesOn = QStringLiteral("state");
    step.needs = {kSwitchover};
    step.lane = 1;
    step.remedy = tr("See pg_autoctl show state, and the log of pg_autoctl on the node that is in neither state.");
    return step;
}

} // namespace

Plan planAutoFailoverSwitchover(const Facts &facts, const QString &target)
{
    const Cast cast = castFor(facts.state, target);
    const auto &nodes = facts.state.snapshot->nodes;
    Plan plan = planThrough(QStringLiteral("pg_auto_failover"), facts, cast, target);
    const bool known = facts.autoFailover && facts.autoFailover->isKnown();
    const AutoFailoverNode *primary = known ? facts.autoFailover->ofNode(plan.from) : nullptr;
    const AutoFailoverNode *candidate = known ? facts.autoFailover->ofNode(target) : nullptr;
    if (cast.primary < 0 || cast.candidate < 0 || !nodes[at(cast.primary)].sample ||
        !nodes[at(cast.candidate)].sample || !primary || !candidate) {
        return plan;
    }
    Pieces p = piecesToLookOn(facts, cast);
    const auto isAway = [&](const QString &node) { // it follows nobody before somebody takes it out again
        const AutoFailoverNode *member = facts.autoFailover->ofNode(node);
        return member && member->is(QStringLiteral("maintenance"));
    };
    p.siblings.removeIf(isAway);
    p.cascading.removeIf(isAway);
    const Cue cue{p, *primary, *candidate};
    plan.guards = guardsOf(cue.p);
    plan.guards.push_back(
        cue.agree(QStringLiteral("primary"), QStringLiteral("secondary"),
                  tr("for the monitor %1 is the primary and %2 its secondary").arg(plan.from, target)));
    plan.steps = stepsAround(facts, cast, cue.p, switchStep(cue),
                             tr("See the log of pg_autoctl on %1: it starts the server, rewinds it where that is "
                                "needed, and points it to %2."));
    const auto proof = std::find_if(plan.steps.begin(), plan.steps.end(),
                                    [](const Step &step) { return step.id == QLatin1String("proof"); });
    plan.steps.insert(proof, settleStep(cue));
    applyEstimates(plan, facts.estimates, {facts.state.assessment->lag[at(cast.candidate)].toReplay, facts.replayRate});
    return plan;
}

} // namespace howdah::operations::switchover
