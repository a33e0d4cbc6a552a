// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/patroniplan.h"

#include <QCoreApplication>
#include <QJsonObject>

#include "cluster/positions.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/lookonsteps.h"
#include "operations/switchover/steps.h"

namespace howdah::operations::switchover {

using cluster::at;
using patroni::Member;

namespace {

constexpr int kPollMs = 20;
constexpr int kPollApiMs = 100;

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// Names of one switchover through Patroni.
struct Cue {
    Pieces p;
    const patroni::PatroniFacts &facts;
    const Member &leader;
    const Member &candidate;

    Action isPrimary(const Member &member, int pollMs, int deadlineMs) const
    {
        Action action = patroni::request(member.node, QStringLiteral("GET"), member.api, QStringLiteral("/primary"), {},
                                         tr("%1 holds the leader lock").arg(member.member.name));
        action.pollMs = pollMs;
        action.deadlineMs = deadlineMs;
        return action;
    }
};

/// Patroni's own answer may be late, lost ("503 status unknown" after its patience) or of another winner, so that what
/// decides is what is seen: the candidate takes writes and holds the lock, or the old primary does as if nothing had
/// been asked. (do_POST_failover and poll_failover_result in Patroni's api.py)
Step switchStep(const Cue &cue)
{
    const Pieces &p = cue.p;
    const int patienceMs = cue.facts.patienceMs();
    Step step =
        p.step("switchover", Phase::Outage, tr("Let Patroni switch over from %1 to %2").arg(p.primary, p.candidate),
               {p.primary, p.candidate}, patienceMs + 10'000, 2000);
    step.waitsMs = 1400; // measured with Patroni 3.0 and etcd
    step.pointOfNoReturn = true;
    Action ask = patroni::request(
        p.candidate, QStringLiteral("POST"), cue.candidate.api, QStringLiteral("/switchover"),
        {{QStringLiteral("leader"), cue.leader.member.name}, {QStringLiteral("candidate"), cue.candidate.member.name}},
        tr("the switchover that Patroni was asked for"));
    ask.http.accepted = {200};
    // 200 as well when somebody else won: "Switched over to "pg3" instead of "pg2"".
    ask.expected = {QStringLiteral("^Successfully ")};
    step.actions = {ask};

    Action writes = p.holds(p.candidate, QStringLiteral("SELECT NOT pg_is_in_recovery()"),
                            tr("%1 takes writes").arg(p.candidate), kPollMs);
    writes.deadlineMs = patienceMs;
    step.verify = {writes, cue.isPrimary(cue.candidate, kPollApiMs, patienceMs)};

    // Whoever was asked must answer again: a process that sleeps would do it when it wakes.
    Action awake = patroni::request(p.candidate, QStringLiteral("GET"), cue.candidate.api, QStringLiteral("/patroni"),
                                    {}, tr("Patroni on %1 answers").arg(p.candidate));
    awake.deadlineMs = 5000;
    Action still = p.holds(p.primary, QStringLiteral("SELECT ") + writesAsBeforeSql(p),
                           tr("%1 takes writes as before").arg(p.primary), kPollApiMs);
    still.deadlineMs = 5000;
    Action standby = p.holds(p.candidate, QStringLiteral("SELECT pg_is_in_recovery()"),
                             tr("%1 is a standby as before").arg(p.candidate));
    standby.deadlineMs = 5000;
    step.notDone = {awake, still, cue.isPrimary(cue.leader, 0, 5000), standby};
    step.remedy = tr("Find out who leads now (howdah patroni %1 status) before anything else; Patroni may still be at "
                     "it. Leave stopping and starting servers to it")
                      .arg(cue.facts.cluster.scope.isEmpty() ? tr("CLUSTER") : cue.facts.cluster.scope);
    return step;
}

} // namespace

Plan planPatroniSwitchover(const Facts &facts, const QString &target)
{
    const Cast cast = castFor(facts.state, target);
    const auto &nodes = facts.state.snapshot->nodes;
    Plan plan = planThrough(QStringLiteral("Patroni"), facts, cast, target);
    const Member *leader = facts.patroni ? facts.patroni->ofNode(plan.from) : nullptr;
    const Member *candidate = facts.patroni ? facts.patroni->ofNode(target) : nullptr;
    const bool possible = cast.primary >= 0 && cast.candidate >= 0 && nodes[at(cast.primary)].sample &&
                          nodes[at(cast.candidate)].sample && leader && candidate && !leader->api.isEmpty() &&
                          !candidate->api.isEmpty();
    if (!possible) {
        return plan;
    }
    const Cue cue{piecesToLookOn(facts, cast), *facts.patroni, *leader, *candidate};
    const Pieces &p = cue.p;
    plan.guards = guardsOf(p);
    plan.guards.push_back(cue.isPrimary(*leader, 0, 0));
    plan.steps = stepsAround(facts, cast, p, switchStep(cue),
                             tr("See Patroni's log on %1: it starts the server, rewinds it where that is needed, and "
                                "points it to %2."));
    return plan;
}

} // namespace howdah::operations::switchover
