// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/patroni/patroniplans.h"

#include <QCoreApplication>

#include "core/identifier.h"
#include "operations/patroni/planparts.h"
#include "operations/proofs.h"

namespace howdah::operations::patroni {

namespace {

constexpr int kPollMs = 200;
constexpr int kRestartMs = 600'000;
constexpr int kCopyMs = 6 * 3'600'000; ///< a large cluster is copied for hours

QString tr(const char *text)
{
    return QCoreApplication::translate("Patroni", text);
}

QString get()
{
    return QStringLiteral("GET");
}

/// A member has seen what stands in the store a loop after it, or when a loop that is at something has come to its end.
int seenMs(const PatroniFacts &facts)
{
    return 3 * facts.loopWaitS() * 1000 + 30'000;
}

Action askPause(const PatroniFacts &facts, bool paused)
{
    return request(askedNode(facts), QStringLiteral("PATCH"), facts.base, QStringLiteral("/config"),
                   {{QStringLiteral("pause"), paused}}, paused ? tr("it is told to pause") : tr("it is told to go on"));
}

Step pauseStep(const PatroniFacts &facts, bool paused)
{
    QStringList nodes;
    std::vector<Action> seen;
    for (const Member &member : facts.members) {
        if (member.api.isEmpty() || !member.self) {
            continue; // it is told as well, and can't be asked
        }
        nodes.append(member.node.isEmpty() ? member.member.name : member.node);
        Action look = request(nodes.last(), get(), member.api, QStringLiteral("/patroni"), {},
                              paused ? tr("%1 has paused").arg(nodes.last()) : tr("%1 goes on").arg(nodes.last()));
        look.pollMs = kPollMs;
        // 503 of a server that is down says the same.
        look.http.accepted = {200, 503};
        // Not (paused ? a : b) = {…}: GCC 12 builds that list for one of the two only.
        QStringList &patterns = paused ? look.expected : look.unexpected;
        patterns = QStringList{QStringLiteral("\"pause\": ?true")};
        look.shows = {kShowsThat + look.text};
        seen.push_back(look);
    }
    Step step = stepOf(paused ? "pause" : "resume", paused ? tr("Pause Patroni") : tr("Let Patroni go on"), nodes,
                       seenMs(facts), facts.loopWaitS() * 1000);
    step.actions = {askPause(facts, paused)};
    step.verify = seen;
    step.undo = {askPause(facts, !paused)};
    return step;
}

/// SQL that holds once the server has started anew.
QString startedAfter(const QDateTime &before, const char *comparison)
{
    return QStringLiteral("date_trunc('milliseconds', pg_postmaster_start_time()) %1 %2::timestamptz")
        .arg(QLatin1String(comparison),
             core::sqlLiteral(before.isValid() ? before.toString(Qt::ISODateWithMs) : QStringLiteral("-infinity")));
}

Action awake(const Member &member)
{
    Action action = request(member.node, get(), member.api, QStringLiteral("/patroni"), {},
                            tr("Patroni on %1 answers").arg(member.node));
    action.deadlineMs = 5000;
    return action;
}

Check checkSettled(const Member &member)
{
    const QString state = member.self->state;
    const bool busy = state == QLatin1String("creating replica") || state == QLatin1String("restarting") ||
                      state == QLatin1String("starting") || state == QLatin1String("stopping");
    return checkThat(!busy, "patroni_settled", tr("%1 is not at something else").arg(member.node), member.node,
                     tr("its state is %1").arg(state), tr("Wait until that has come to its end."));
}

} // namespace

Plan planPause(const PatroniFacts &facts, const QString &cluster)
{
    Plan plan = planOf("patroni-pause", facts, cluster, tr("Pause Patroni on %1").arg(cluster));
    if (facts.isKnown()) {
        plan.checks.push_back(checkThat(!facts.cluster.paused, "patroni_pause", tr("It is not paused yet"), {},
                                        facts.cluster.paused ? tr("it is paused") : tr("not paused"),
                                        tr("There is nothing to be done.")));
        plan.checks.push_back(checkOf("patroni_failover", tr("Failover stays on"), {}, CheckResult::Warning,
                                      tr("while it is paused nobody takes over from a primary that fails"),
                                      tr("Resume it as soon as your work is done.")));
        plan.steps = {pauseStep(facts, true)};
    }
    return plan;
}

Plan planResume(const PatroniFacts &facts, const QString &cluster)
{
    Plan plan = planOf("patroni-resume", facts, cluster, tr("Let Patroni go on with %1").arg(cluster));
    if (facts.isKnown()) {
        plan.checks.push_back(checkThat(facts.cluster.paused, "patroni_pause", tr("It is paused"), {},
                                        facts.cluster.paused ? tr("it is paused") : tr("not paused"),
                                        tr("There is nothing to be done.")));
        plan.steps = {pauseStep(facts, false)};
    }
    return plan;
}

Plan planRestart(const PatroniFacts &facts, const QString &cluster, const QString &name)
{
    Plan plan = planOf("patroni-restart", facts, cluster, tr("Restart %1 of %2 through Patroni").arg(name, cluster));
    if (!facts.isKnown()) {
        return plan;
    }
    const Member *member = facts.called(name);
    plan.checks.push_back(checkMember(member, name));
    if (plan.checks.back().result != CheckResult::Passed) {
        return plan;
    }
    const bool leads = member->member.isLeader();
    plan.checks.push_back(checkSettled(*member));
    plan.checks.push_back(checkOf("patroni_clients", tr("Nobody is cut off"), member->node, CheckResult::Warning,
                                  leads ? tr("%1 leads: writes wait, and every session ends").arg(member->node)
                                        : tr("every session on %1 ends").arg(member->node),
                                  leads ? tr("Switch over first, if that must not be.")
                                        : tr("Take its readers away first, if that must not be.")));
    const QDateTime before = member->self->postmasterStartTime;
    Step step = stepOf("restart", tr("Let Patroni restart %1").arg(member->node), {member->node}, kRestartMs, 3000);
    step.phase = leads ? Phase::Outage : Phase::Prepare;
    step.pointOfNoReturn = true;
    Action ask = request(member->node, QStringLiteral("POST"), member->api, QStringLiteral("/restart"), {},
                         tr("the restart that Patroni was asked for"));
    ask.http.accepted = {200};
    step.actions = {ask};
    step.verify = {sqlOf(member->node, QStringLiteral("SELECT %1").arg(startedAfter(before, ">")),
                         tr("%1 has started anew").arg(member->node), kPollMs)};
    step.verify[0].deadlineMs = 60'000;
    step.verify[0].shows = {kShowsThat + step.verify[0].text};
    if (before.isValid()) {
        step.notDone = {awake(*member), sqlOf(member->node, QStringLiteral("SELECT %1").arg(startedAfter(before, "=")),
                                              tr("%1 runs as before").arg(member->node))};
    }
    step.remedy = tr("See Patroni's log on %1.").arg(member->node);
    Step proof = stepOf("proof", tr("See %1 take its part again").arg(member->node), {member->node}, 120'000, 1000);
    proof.phase = Phase::After;
    Action running = awake(*member);
    running.deadlineMs = 0;
    running.pollMs = kPollMs;
    running.expected = {QStringLiteral("\"state\": ?\"running\"")};
    running.text = tr("Patroni says that %1 runs").arg(member->node);
    running.shows = {kShowsThat + running.text};
    proof.actions = {running};
    if (!leads) {
        proof.actions.push_back(sqlOf(member->node,
                                      QStringLiteral("SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = "
                                                     "'streaming')"),
                                      tr("%1 streams").arg(member->node), kPollMs));
        proof.actions.back().shows = {kShowsThat + proof.actions.back().text};
    }
    proof.needs = {QStringLiteral("restart")};
    proof.remedy = tr("See Patroni's log on %1.").arg(member->node);
    // The leader's own restart would end the session that holds the lock.
    if (leads) {
        plan.steps = {step, proof};
    } else {
        lockAround(plan, facts, {step, proof});
    }
    return plan;
}

Plan planReinitialize(const PatroniFacts &facts, const QString &cluster, const QString &name)
{
    Plan plan =
        planOf("patroni-reinitialize", facts, cluster, tr("Build %1 of %2 anew through Patroni").arg(name, cluster));
    if (!facts.isKnown()) {
        return plan;
    }
    const Member *member = facts.called(name);
    plan.checks.push_back(checkMember(member, name));
    if (plan.checks.back().result != CheckResult::Passed) {
        return plan;
    }
    const Member *leader = facts.leader();
    plan.checks.push_back(checkThat(!member->member.isLeader(), "patroni_replica", tr("%1 does not lead").arg(name),
                                    name, member->member.role, tr("Switch over first, or name another member.")));
    plan.checks.push_back(checkThat(leader && leader->member.isRunning(), "patroni_source",
                                    tr("There is a leader to copy"), leader ? leader->node : QString(),
                                    leader ? tr("%1, %2").arg(leader->member.name, leader->member.state)
                                           : tr("nobody holds the leader lock"),
                                    tr("Without one its data would be gone for nothing.")));
    plan.checks.push_back(checkSettled(*member));
    plan.checks.push_back(
        checkOf("patroni_data", tr("Its data may go"), member->node, CheckResult::Warning,
                tr("the data directory of %1 is deleted, and copied anew").arg(member->node),
                tr("Until that has ended, for hours with a large cluster, it is missing as a standby.")));
    const QDateTime before = member->self->postmasterStartTime;
    Step step =
        stepOf("reinitialize", tr("Let Patroni copy %1 anew").arg(member->node), {member->node}, kCopyMs, 60'000);
    step.pointOfNoReturn = true;
    Action ask = request(member->node, QStringLiteral("POST"), member->api, QStringLiteral("/reinitialize"),
                         {{QStringLiteral("force"), false}}, tr("the copy that Patroni was asked for"));
    ask.deadlineMs = 60'000;
    ask.http.accepted = {200};
    ask.http.refused = {503}; // with the reason, and it has not begun (do_POST_reinitialize in Patroni's api.py)
    step.actions = {ask};
    step.verify = {
        sqlOf(member->node,
              QStringLiteral("SELECT %1 AND pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver "
                             "WHERE status = 'streaming')")
                  .arg(startedAfter(before, ">")),
              tr("%1 is copied and streams").arg(member->node), 500)};
    step.verify[0].shows = {kShowsThat + step.verify[0].text};
    step.remedy = tr("See Patroni's log on %1, and howdah patroni CLUSTER status.").arg(member->node);
    lockAround(plan, facts, {step});
    return plan;
}

Plan planScheduledSwitchover(const PatroniFacts &facts, const QString &cluster, const QString &name,
                             const QDateTime &at, const QDateTime &now)
{
    const QString time = at.toString(Qt::ISODate);
    Plan plan = planOf("patroni-switchover-at", facts, cluster,
                       tr("Schedule a switchover of %1 to %2 at %3").arg(cluster, name, time));
    if (!facts.isKnown()) {
        return plan;
    }
    const Member *member = facts.called(name);
    const Member *leader = facts.leader();
    plan.checks.push_back(checkThat(leader, "patroni_leader", tr("Somebody leads"), {},
                                    leader ? leader->member.name : tr("nobody holds the leader lock"),
                                    tr("Wait until somebody does.")));
    plan.checks.push_back(checkMember(member, name));
    if (!leader || plan.checks.back().result != CheckResult::Passed) {
        return plan;
    }
    plan.checks.push_back(checkThat(!member->member.isLeader() && !member->member.noFailover, "patroni_candidate",
                                    tr("%1 may take over").arg(name), member->node,
                                    member->member.isLeader() ? tr("it leads already")
                                    : member->member.noFailover
                                        ? tr("tagged %1").arg(member->member.tags.join(QStringLiteral(", ")))
                                        : member->member.role,
                                    tr("Name another member.")));
    plan.checks.push_back(
        checkThat(at > now.addSecs(facts.loopWaitS()), "patroni_time", tr("The time is still to come"), {},
                  tr("in %1 min").arg(now.secsTo(at) / 60),
                  tr("Name one that lies further ahead than Patroni's loop, which runs %1.").arg(facts.loopText())));
    plan.checks.push_back(checkThat(!facts.cluster.paused, "patroni_pause", tr("It is not paused"), {},
                                    facts.cluster.paused ? tr("paused: it does nothing at a time") : tr("not paused"),
                                    tr("howdah patroni CLUSTER resume first.")));
    plan.checks.push_back(checkThat(facts.cluster.switchoverAt.isEmpty(), "patroni_schedule",
                                    tr("None is scheduled yet"), {},
                                    facts.cluster.switchoverAt.isEmpty() ? tr("none") : facts.cluster.switchoverAt,
                                    tr("howdah patroni CLUSTER cancel-switchover first.")));
    plan.from = leader->node;
    plan.to = member->node;
    Step step = stepOf("schedule", tr("Schedule it with Patroni"), {askedNode(facts)}, 15'000, 200);
    Action ask = request(askedNode(facts), QStringLiteral("POST"), facts.base, QStringLiteral("/switchover"),
                         {{QStringLiteral("leader"), leader->member.name},
                          {QStringLiteral("candidate"), member->member.name},
                          {QStringLiteral("scheduled_at"), time}},
                         tr("the schedule"));
    ask.http.accepted = {202};
    Action look = request(askedNode(facts), get(), facts.base, QStringLiteral("/cluster"), {}, tr("it is scheduled"));
    look.pollMs = kPollMs;
    look.expected = {
        QStringLiteral("\"scheduled_switchover\": ?\\{.*\"to\": ?\"%1\"").arg(literally(member->member.name))};
    look.shows = {kShowsThat + tr("Patroni has the schedule, and its candidate")};
    Action cancel = request(askedNode(facts), QStringLiteral("DELETE"), facts.base, QStringLiteral("/switchover"), {},
                            tr("cancelled"));
    cancel.http.accepted = {200, 404};
    step.actions = {ask};
    step.verify = {look};
    step.undo = {cancel};
    plan.steps = {step};
    return plan;
}

Plan planCancelSwitchover(const PatroniFacts &facts, const QString &cluster)
{
    Plan plan = planOf("patroni-cancel-switchover", facts, cluster,
                       tr("Cancel the switchover that is scheduled for %1").arg(cluster));
    if (!facts.isKnown()) {
        return plan;
    }
    const managers::PatroniCluster &own = facts.cluster;
    plan.checks.push_back(checkThat(
        !own.switchoverAt.isEmpty(), "patroni_schedule", tr("One is scheduled"), {},
        own.switchoverAt.isEmpty()
            ? tr("none")
            : tr("to %1 at %2").arg(own.switchoverTo.isEmpty() ? tr("anybody") : own.switchoverTo, own.switchoverAt),
        tr("There is nothing to be done.")));
    Step step = stepOf("cancel", tr("Cancel it"), {askedNode(facts)}, 15'000, 200);
    step.pointOfNoReturn = true;
    Action ask = request(askedNode(facts), QStringLiteral("DELETE"), facts.base, QStringLiteral("/switchover"), {},
                         tr("the end of the schedule"));
    ask.http.accepted = {200};
    Action look = request(askedNode(facts), get(), facts.base, QStringLiteral("/cluster"), {}, tr("none is scheduled"));
    look.pollMs = kPollMs;
    look.unexpected = {QStringLiteral("\"scheduled_switchover\"")};
    Action still = look;
    look.shows = {kShowsThat + tr("Patroni has none scheduled any more")};
    still.text = tr("it is scheduled as before");
    still.pollMs = 0;
    std::swap(still.expected, still.unexpected);
    step.actions = {ask};
    step.verify = {look};
    step.notDone = {still};
    step.remedy = tr("See howdah patroni CLUSTER status.");
    plan.steps = {step};
    return plan;
}

core::Result<QDateTime> timeFrom(const QString &text)
{
    const QDateTime at = QDateTime::fromString(text, Qt::ISODate);
    if (!at.isValid() || at.timeSpec() == Qt::LocalTime) {
        return core::failure(core::Error::Kind::Invalid,
                             QStringLiteral("\"%1\" is not a time that Patroni takes.").arg(text),
                             QStringLiteral("Write it with its offset, as 2026-12-24T03:00:00+01:00 or …Z."));
    }
    return at;
}

} // namespace howdah::operations::patroni
