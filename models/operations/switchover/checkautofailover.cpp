// SPDX-License-Identifier: GPL-3.0-or-later
// Will pg_auto_failover do it? https://pg-auto-failover.readthedocs.io/en/main/operations.html
#include <QCoreApplication>

#include "cluster/positions.h"
#include "core/identifier.h"
#include "core/units.h"
#include "operations/switchover/checks.h"

namespace howdah::operations::switchover {

using cluster::at;
using managers::AutoFailoverNode;

namespace {

/// So long without a report, and the monitor takes a node for unhealthy
/// (pgautofailover.node_considered_unhealthy_timeout).
constexpr double kSilentS = 20;

const QString kPrimary = QStringLiteral("primary");
const QString kSecondary = QStringLiteral("secondary");
const QString kMaintenance = QStringLiteral("maintenance");

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

struct Asked {
    const Facts &facts;
    const Cast &cast;
    const QString &target;
    const AutoFailoverFacts &own;

    Check answer(const char *id, const QString &title, const QString &node, CheckResult result, const QString &evidence,
                 const QString &remedy = {}) const
    {
        return made(id, tr("pg_auto_failover can switch over"), title, node, result, evidence, remedy);
    }
    const AutoFailoverNode *candidate() const { return own.ofNode(target); }
    QString primary() const
    {
        return cast.primary < 0 ? QString() : facts.state.snapshot->nodes[at(cast.primary)].name;
    }
};

/// Why the monitor would not count on it: empty when it does.
QString complaint(const AutoFailoverNode &node)
{
    if (node.health == 0) {
        return tr("the monitor can't reach its server");
    }
    if (!node.running) {
        return tr("its server does not run");
    }
    return node.reportAge > kSilentS ? tr("pg_autoctl has not reported for %1").arg(core::formatSeconds(node.reportAge))
                                     : QString();
}

Check checkMonitor(const Asked &a)
{
    const QString title = tr("Its monitor answers");
    if (!a.own.isKnown()) {
        return a.answer("autofailover_monitor", title, {}, CheckResult::Unknown,
                        a.own.error.isEmpty() ? tr("not asked yet") : a.own.error,
                        a.own.remedy.isEmpty() ? tr("Wait a moment.") : a.own.remedy);
    }
    return a.answer("autofailover_monitor", title, {}, CheckResult::Passed,
                    tr("version %1, formation %2, group %3, %4 nodes")
                        .arg(a.own.version, a.own.members.front().formation)
                        .arg(a.own.members.front().group)
                        .arg(a.own.members.size()));
}

Check checkMayAsk(const Asked &a)
{
    const QString title = tr("It may be asked to promote");
    return a.own.mayPromote
               ? a.answer("autofailover_rights", title, {}, CheckResult::Passed, tr("as %1").arg(a.own.role))
               : a.answer("autofailover_rights", title, {}, CheckResult::Failed,
                          tr("%1 may not call pgautofailover.perform_promotion").arg(a.own.role),
                          tr("On the monitor: GRANT autoctl_node TO %1.").arg(core::sqlIdentifier(a.own.role)));
}

Check checkPrimary(const Asked &a)
{
    const QString title = tr("Its primary is the primary");
    const QString remedy = tr("Wait until it has come to rest: pg_autoctl show state.");
    const AutoFailoverNode *own = a.own.ofNode(a.primary());
    for (const AutoFailoverNode &member : a.own.members) {
        if (member.goal == kPrimary && a.own.nodeOf(member) != a.primary()) {
            return a.answer("autofailover_primary", title, a.own.nodeOf(member), CheckResult::Failed,
                            tr("%1 is its primary, %2 takes writes")
                                .arg(a.own.nodeOf(member), a.primary().isEmpty() ? tr("nobody") : a.primary()),
                            remedy);
        }
    }
    if (!own) {
        return a.answer("autofailover_primary", title, a.primary(), CheckResult::Failed,
                        tr("it does not know who takes writes"), remedy);
    }
    if (!own->is(kPrimary)) {
        return a.answer("autofailover_primary", title, a.primary(), CheckResult::Failed, own->stateText(), remedy);
    }
    const QString wrong = complaint(*own);
    return wrong.isEmpty() ? a.answer("autofailover_primary", title, a.primary(), CheckResult::Passed,
                                      tr("%1, primary").arg(own->name))
                           : a.answer("autofailover_primary", title, a.primary(), CheckResult::Failed, wrong,
                                      tr("See the log of pg_autoctl on %1.").arg(a.primary()));
}

Check checkMember(const Asked &a)
{
    const QString title = tr("%1 is a secondary that it trusts").arg(a.target);
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return a.answer("autofailover_member", title, a.target, result, evidence, remedy);
    };
    const AutoFailoverNode *member = a.candidate();
    if (!member) {
        return answer(CheckResult::Failed, tr("it has no node of that name or place"),
                      tr("See pg_autoctl show state."));
    }
    if (member->goal == kMaintenance || member->reported == kMaintenance) {
        return answer(CheckResult::Failed, tr("in maintenance"),
                      tr("Take it out on its host: pg_autoctl disable maintenance."));
    }
    if (!member->is(kSecondary)) {
        return answer(CheckResult::Failed, member->stateText(),
                      tr("Only a secondary is promoted: wait until it is one, see pg_autoctl show state."));
    }
    const QString wrong = complaint(*member);
    if (!wrong.isEmpty()) {
        return answer(CheckResult::Failed, wrong, tr("See the log of pg_autoctl on %1.").arg(a.target));
    }
    if (member->health < 0) {
        return answer(CheckResult::Unknown, tr("the monitor has not looked at it yet"), tr("Wait a moment."));
    }
    return answer(CheckResult::Passed, tr("%1, secondary, healthy").arg(member->name));
}

/// A group of two obeys the priority, in larger ones the asked for one gets 100 on top for the election.
Check checkPriority(const Asked &a)
{
    const AutoFailoverNode *member = a.candidate();
    const int priority = member ? member->priority : 0;
    const QString title = tr("%1 may be promoted").arg(a.target);
    if (priority > 0) {
        return a.answer("autofailover_priority", title, a.target, CheckResult::Passed,
                        tr("candidate priority %1").arg(priority));
    }
    const QString remedy = tr("pg_autoctl set node candidate-priority on %1 first.").arg(a.target);
    return a.own.members.size() <= 2
               ? a.answer("autofailover_priority", title, a.target, CheckResult::Failed, tr("candidate priority 0"),
                          remedy)
               : a.answer("autofailover_priority", title, a.target, CheckResult::Warning,
                          tr("candidate priority 0: it would be promoted because it is asked for"), remedy);
}

/// In a group of more than two nobody is elected before everybody has said how much he has: one that can't holds the
/// election up, while nobody writes.
Check checkOthers(const Asked &a)
{
    const QString title = tr("The others can follow");
    QStringList names, bad, away;
    for (const AutoFailoverNode &member : a.own.members) {
        const QString name = a.own.nodeOf(member);
        if (name == a.target || name == a.primary()) {
            continue;
        }
        names.append(tr("%1, %2").arg(name, member.stateText()));
        if (member.is(kMaintenance)) {
            away.append(tr("%1 is in maintenance").arg(name));
        } else if (!member.is(kSecondary)) {
            bad.append(tr("%1 is %2").arg(name, member.stateText()));
        } else if (const QString wrong = complaint(member); !wrong.isEmpty()) {
            bad.append(tr("%1: %2").arg(name, wrong));
        }
    }
    std::vector<int> standbys = a.cast.siblings;
    standbys.insert(standbys.end(), a.cast.others.begin(), a.cast.others.end());
    for (const int standby : standbys) {
        const QString &name = a.facts.state.snapshot->nodes[at(standby)].name;
        if (!a.own.ofNode(name)) {
            away.append(tr("%1 is no node of pg_auto_failover's").arg(name));
        }
    }
    if (!bad.isEmpty()) {
        return a.answer("siblings", title, {}, CheckResult::Failed, bad.join(QStringLiteral(", ")),
                        tr("Everybody is asked before anybody is promoted, and writes wait for those who don't answer: "
                           "bring it back, or put it into maintenance first."));
    }
    return away.isEmpty() ? a.answer("siblings", title, {}, CheckResult::Passed,
                                     names.isEmpty() ? tr("there are no others") : names.join(QStringLiteral("; ")))
                          : a.answer("siblings", title, {}, CheckResult::Warning, away.join(QStringLiteral(", ")),
                                     tr("It does not follow until somebody sees to it."));
}

/// number_sync_standbys of the quorum must follow before commits go on.
Check checkQuorum(const Asked &a)
{
    const QString title = tr("Commits will not wait");
    const int wanted = a.own.members.front().numberSyncStandbys;
    int there = 0;
    for (const AutoFailoverNode &member : a.own.members) {
        const QString name = a.own.nodeOf(member);
        const bool follows = name == a.primary() || (name != a.target && member.is(kSecondary));
        there += follows && member.inQuorum && complaint(member).isEmpty() ? 1 : 0;
    }
    const QString evidence =
        tr("number_sync_standbys %1, %2 in the replication quorum would follow").arg(wanted).arg(there);
    return there < wanted
               ? a.answer("autofailover_quorum", title, a.target, CheckResult::Failed, evidence,
                          tr("Every commit would wait: pg_autoctl set formation number-sync-standbys, or bring a node "
                             "back first."))
               : a.answer("autofailover_quorum", title, a.target, CheckResult::Passed, evidence);
}

} // namespace

std::vector<Check> checkAutoFailover(const Facts &facts, const Cast &cast, const QString &target)
{
    const AutoFailoverFacts none;
    const Asked a{facts, cast, target, facts.autoFailover ? *facts.autoFailover : none};
    std::vector<Check> checks{checkMonitor(a)};
    if (checks.front().result == CheckResult::Unknown) {
        return checks;
    }
    for (Check &one : std::vector<Check>{checkMayAsk(a), checkPrimary(a), checkMember(a), checkPriority(a),
                                         checkQuorum(a), checkOthers(a)}) {
        checks.push_back(std::move(one));
    }
    return checks;
}

} // namespace howdah::operations::switchover
