// SPDX-License-Identifier: GPL-3.0-or-later
// Will Patroni do it?
#include <QCoreApplication>

#include "cluster/positions.h"
#include "core/units.h"
#include "operations/switchover/checks.h"

namespace howdah::operations::switchover {

using cluster::at;
using core::formatBytes;
using patroni::Member;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

QString group()
{
    return tr("Patroni can switch over");
}

Check checkAnswers(const Facts &facts)
{
    const QString title = tr("Its REST API answers");
    const QString remedy = tr("Say where it is: url in [patroni] of the cluster file.");
    if (!facts.patroni || !facts.patroni->isKnown()) {
        return made("patroni_answers", group(), title, {}, CheckResult::Unknown,
                    facts.patroni ? facts.patroni->error : tr("not asked yet"), remedy);
    }
    QString version;
    QStringList silent;
    for (const Member &member : facts.patroni->members) {
        version = member.self ? member.self->version : version;
        if (!member.self) {
            silent.append(tr("%1: %2").arg(member.member.name, member.error));
        }
    }
    const QString evidence = tr("%1, version %2").arg(facts.patroni->base, version.isEmpty() ? tr("unknown") : version);
    return silent.isEmpty() ? made("patroni_answers", group(), title, {}, CheckResult::Passed, evidence)
                            : made("patroni_answers", group(), title, {}, CheckResult::Warning,
                                   evidence + tr("; silent: ") + silent.join(QStringLiteral(", ")),
                                   tr("Look at Patroni on those hosts."));
}

Check checkLeader(const Facts &facts, const Cast &cast)
{
    const QString title = tr("Its leader is the primary");
    const Member *leader = facts.patroni->leader();
    const QString primary = cast.primary >= 0 ? facts.state.snapshot->nodes[at(cast.primary)].name : QString();
    const QString remedy = tr("Wait until Patroni and the servers agree; see Patroni's log.");
    if (!leader) {
        return made("patroni_leader", group(), title, {}, CheckResult::Failed, tr("nobody holds the leader lock"),
                    remedy);
    }
    const QString name = leader->member.name;
    if (leader->member.role == QLatin1String("standby_leader")) {
        return made("patroni_leader", group(), title, leader->node, CheckResult::Failed,
                    tr("%1 leads a standby cluster").arg(name),
                    tr("Nothing in it takes writes: switch over the cluster that it follows."));
    }
    if (leader->node.isEmpty() || leader->node != primary) {
        return made(
            "patroni_leader", group(), title, leader->node, CheckResult::Failed,
            tr("%1 holds the leader lock, %2 takes writes").arg(name, primary.isEmpty() ? tr("nobody") : primary),
            remedy);
    }
    if (!leader->self || leader->api.isEmpty()) {
        return made("patroni_leader", group(), title, leader->node, CheckResult::Unknown,
                    tr("Patroni on %1 does not answer: %2").arg(name, leader->error),
                    tr("Whether it holds the lock afterwards could not be seen."));
    }
    return made("patroni_leader", group(), title, leader->node, CheckResult::Passed,
                tr("%1, its loop runs %2").arg(name, facts.patroni->loopText()));
}

Check checkMember(const Facts &facts, const QString &target)
{
    const QString title = tr("%1 is a healthy member").arg(target);
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("patroni_member", group(), title, target, result, evidence, remedy);
    };
    const Member *member = facts.patroni->ofNode(target);
    if (!member) {
        return answer(CheckResult::Failed, tr("Patroni has no member of that name or place"),
                      tr("See howdah patroni CLUSTER status."));
    }
    if (!member->member.isRunning()) {
        return answer(CheckResult::Failed, tr("its state is %1").arg(member->member.state),
                      tr("See Patroni's log on its host."));
    }
    if (!member->self) {
        return answer(CheckResult::Unknown, member->error,
                      tr("Patroni promotes nobody whose API it can't ask, nor could it be followed from here."));
    }
    if (member->self->state != QLatin1String("running") || member->self->clusterUnlocked) {
        return answer(CheckResult::Failed,
                      member->self->clusterUnlocked ? tr("it sees no leader")
                                                    : tr("its state is %1").arg(member->self->state),
                      tr("See Patroni's log on its host."));
    }
    if (member->member.noFailover) {
        return answer(CheckResult::Failed, tr("tagged %1").arg(member->member.tags.join(QStringLiteral(", "))),
                      tr("Take the tag out of its configuration, or choose another standby."));
    }
    return answer(CheckResult::Passed, tr("%1, %2").arg(member->member.role, member->member.state));
}

Check checkPending(const Facts &facts, const QString &target)
{
    const Member *member = facts.patroni->ofNode(target);
    const bool pending = member && member->member.pendingRestart;
    return made("patroni_restart", group(), tr("%1 awaits no restart").arg(target), target,
                pending ? CheckResult::Warning : CheckResult::Passed,
                pending ? tr("a restart is pending") : tr("no restart is pending"),
                tr("It takes over with its old settings: howdah patroni CLUSTER restart %1 first.").arg(target));
}

Check checkSyncMode(const Facts &facts, const QString &target)
{
    const QString title = tr("Its synchronous mode allows it");
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("patroni_sync", group(), title, target, result, evidence, remedy);
    };
    if (!facts.patroni->config) {
        return answer(CheckResult::Unknown, tr("GET /config can't be read"), tr("See Patroni's log."));
    }
    if (!facts.patroni->config->synchronousMode) {
        return answer(CheckResult::Passed, tr("synchronous_mode is off"));
    }
    const Member *member = facts.patroni->ofNode(target);
    const QString role = member ? member->member.role : QString();
    const bool sync = role == QLatin1String("sync_standby") || role == QLatin1String("quorum_standby");
    return sync ? answer(CheckResult::Passed, tr("synchronous_mode is on, %1 is %2").arg(target, role))
                : answer(CheckResult::Failed,
                         tr("synchronous_mode is on, %1 is %2").arg(target, role.isEmpty() ? tr("no member") : role),
                         tr("Choose the synchronous standby."));
}

/// "Manual switchover is only allowed if the node to switch over to is specified" while it is paused, and it always is
/// here. https://patroni.readthedocs.io/en/latest/pause.html
Check checkPause(const Facts &facts)
{
    return facts.patroni->cluster.paused
               ? made("patroni_pause", group(), tr("It is not paused"), {}, CheckResult::Warning,
                      tr("paused: a switchover to a named member works, a failover does not"),
                      tr("If the new primary fails Patroni lets it lie: howdah patroni CLUSTER resume first."))
               : made("patroni_pause", group(), tr("It is not paused"), {}, CheckResult::Passed, tr("not paused"));
}

Check checkSchedule(const Facts &facts)
{
    const managers::PatroniCluster &cluster = facts.patroni->cluster;
    return cluster.switchoverAt.isEmpty()
               ? made("patroni_schedule", group(), tr("No switchover is scheduled"), {}, CheckResult::Passed,
                      tr("none"))
               : made("patroni_schedule", group(), tr("No switchover is scheduled"), {}, CheckResult::Failed,
                      tr("to %1 at %2")
                          .arg(cluster.switchoverTo.isEmpty() ? tr("anybody") : cluster.switchoverTo,
                               cluster.switchoverAt),
                      tr("This one would take its place: howdah patroni CLUSTER cancel-switchover first."));
}

Check checkLag(const Facts &facts, const QString &target)
{
    const QString title = tr("Its own lag limit is kept");
    const Member *member = facts.patroni->ofNode(target);
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("patroni_lag", group(), title, target, result, evidence, remedy);
    };
    if (!member || !member->member.lag || !facts.patroni->config) {
        return answer(CheckResult::Unknown, tr("Patroni does not know it"),
                      tr("Wait until it has seen %1.").arg(target));
    }
    const qint64 limit = facts.patroni->config->maximumLagOnFailover;
    const QString evidence =
        tr("%1, maximum_lag_on_failover %2").arg(formatBytes(*member->member.lag), formatBytes(limit));
    return *member->member.lag > limit
               ? answer(CheckResult::Failed, evidence, tr("Patroni would refuse it: wait until it has caught up."))
               : answer(CheckResult::Passed, evidence);
}

Check checkOthers(const Facts &facts, const Cast &cast, const QString &target)
{
    const QString title = tr("The others can follow");
    QStringList names, bad;
    for (const Member &member : facts.patroni->members) {
        if (member.node == target || member.member.isLeader()) {
            continue;
        }
        names.append(member.member.name);
        if (!member.member.isRunning()) {
            bad.append(tr("%1 is %2").arg(member.member.name, member.member.state));
        }
    }
    std::vector<int> standbys = cast.siblings;
    standbys.insert(standbys.end(), cast.others.begin(), cast.others.end());
    for (const int standby : standbys) {
        const QString &name = facts.state.snapshot->nodes[at(standby)].name;
        if (!facts.patroni->ofNode(name)) {
            bad.append(tr("%1 is no member of Patroni's").arg(name));
        }
    }
    return bad.isEmpty() ? made("siblings", group(), title, {}, CheckResult::Passed,
                                names.isEmpty() ? tr("there are no others") : names.join(QStringLiteral(", ")))
                         : made("siblings", group(), title, {}, CheckResult::Warning, bad.join(QStringLiteral(", ")),
                                tr("Patroni does not let them follow, or not soon: look at them first."));
}

} // namespace

std::vector<Check> checkPatroni(const Facts &facts, const Cast &cast, const QString &target)
{
    std::vector<Check> checks{checkAnswers(facts)};
    if (checks.front().result == CheckResult::Unknown) {
        return checks;
    }
    for (Check &one :
         std::vector<Check>{checkLeader(facts, cast), checkMember(facts, target), checkPending(facts, target),
                            checkSyncMode(facts, target), checkPause(facts), checkSchedule(facts),
                            checkLag(facts, target), checkOthers(facts, cast, target)}) {
        checks.push_back(std::move(one));
    }
    return checks;
}

} // namespace howdah::operations::switchover
