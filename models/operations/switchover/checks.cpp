// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/checks.h"

#include <QCoreApplication>

#include "cluster/positions.h"
#include "operations/switchover/owners.h"

namespace howdah::operations::switchover {

using cluster::at;

Check made(const char *id, const QString &group, const QString &title, const QString &node, CheckResult result,
           const QString &evidence, const QString &remedy)
{
    Check check;
    check.id = QLatin1String(id);
    check.group = group;
    check.title = title;
    check.result = result;
    check.evidence = evidence;
    check.remedy = result == CheckResult::Passed ? QString() : remedy;
    check.node = node;
    return check;
}

namespace {

/// Nodes that say nothing now, and why; hidden: only those of which it is not known that no server runs there.
QStringList unreadNodes(const Facts &facts, bool hidden)
{
    QStringList nodes;
    for (const cluster::NodeStatus &node : facts.state.snapshot->nodes) {
        const bool down = node.link == cluster::LinkState::Down || node.link == cluster::LinkState::Refused;
        if (node.kind == cluster::NodeKind::Data && !isFresh(*facts.state.snapshot, node) && !(down && hidden)) {
            nodes.append(QStringLiteral("%1: %2").arg(node.name, cluster::toString(node.link)));
        }
    }
    return nodes;
}

QString seenOf(const Facts &facts, std::size_t writable)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Switchover", text); };
    const QStringList unread = unreadNodes(facts, false);
    const QString seen =
        writable == 0 ? tr("no node is seen to take writes") : tr("%1 nodes take writes").arg(writable);
    return unread.isEmpty() ? seen : seen + QStringLiteral("; ") + unread.join(QStringLiteral(", "));
}

/// What to do about a cluster in which nobody, or more than one, is known to take writes.
QString primaryRemedy(const Facts &facts, std::size_t writable)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Switchover", text); };
    if (writable > 1) {
        return tr("Fence all but one of them first: see the findings.");
    }
    if (facts.unfinished && facts.unfinished->holdsWrites) { // whoever acts beside it makes it worse
        return facts.unfinished->running ? tr("%1: wait until that has ended.").arg(unfinishedText(*facts.unfinished))
                                         : tr("%1: finish that first, by %2.")
                                               .arg(unfinishedText(*facts.unfinished), facts.unfinished->commands);
    }
    if (!unreadNodes(facts, true).isEmpty()) {
        return tr("One of those that can't be read may be the primary: see to it that this console gets in.");
    }
    return tr("A switchover needs the old primary. If it is gone for good, promote a standby instead.");
}

/// Whether another console acts on the cluster: who holds the lock is asked again when it is taken. Where nobody could
/// be asked, other checks say so.
std::vector<Check> checkLock(const Facts &facts)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Switchover", text); };
    QStringList asked;
    for (const cluster::NodeStatus &node : facts.state.snapshot->nodes) {
        const SqlAccess sql = facts.nodes.value(node.name).sql;
        if (!sql.lockHolder.isEmpty()) {
            return {made(
                "cluster_lock", tr("The cluster"), tr("No other console acts"), node.name, CheckResult::Failed,
                tr("the cluster lock is held by %1").arg(sql.lockHolder),
                tr("Wait until its operation has ended. Of a console that is gone the server lets it go within some "
                   "seconds."))};
        }
        if (sql.isOpen() && !sql.role.isEmpty()) {
            asked.append(node.name);
        }
    }
    return asked.isEmpty()
               ? std::vector<Check>()
               : std::vector{made("cluster_lock", tr("The cluster"), tr("No other console acts"), {},
                                  CheckResult::Passed,
                                  tr("nobody holds the cluster lock on %1").arg(asked.join(QStringLiteral(", "))))};
}

} // namespace

std::vector<Check> check(const Facts &facts, const Cast &cast, const QString &target, Way way, const Limits &limits)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Switchover", text); };
    const auto &nodes = facts.state.snapshot->nodes;
    std::vector<Check> checks;
    const bool known =
        cast.primary >= 0 && nodes[at(cast.primary)].sample && isFresh(*facts.state.snapshot, nodes[at(cast.primary)]);
    const std::size_t writable = facts.state.assessment->topology.writable.size();
    checks.push_back(known ? made("one_primary", tr("The cluster"), tr("Has one primary"), nodes[at(cast.primary)].name,
                                  CheckResult::Passed, nodes[at(cast.primary)].name)
                           : made("one_primary", tr("The cluster"), tr("Has one primary"), {},
                                  writable > 1 ? CheckResult::Failed : CheckResult::Unknown, seenOf(facts, writable),
                                  primaryRemedy(facts, writable)));
    checks.push_back(checkUnfinished(facts.unfinished, facts.unreadable));
    for (Check &one : checkLock(facts)) {
        checks.push_back(std::move(one));
    }
    const bool left = isLeftToManager(facts, way);
    if (left) {
        const std::vector<Check> own =
            isPatronis(facts) ? checkPatroni(facts, cast, target) : checkAutoFailover(facts, cast, target);
        checks.insert(checks.end(), own.begin(), own.end());
    }
    for (Check &one : checkCandidate(facts, cast, target, way, limits)) {
        checks.push_back(std::move(one));
    }
    // The rest speaks of both; without them there is nothing to say, and what is missing refuses already.
    if (known && cast.candidate >= 0 && nodes[at(cast.candidate)].sample) {
        for (auto &group :
             {checkStop(facts, cast, way, limits), left ? std::vector<Check>() : checkManager(facts, cast, way),
              checkAfterwards(facts, cast, way), checkRouting(facts, cast),
              left ? std::vector<Check>() : checkWayBack(facts, cast, way),
              left ? std::vector<Check>() : checkSettings(facts, cast, way)}) {
            checks.insert(checks.end(), group.begin(), group.end());
        }
    }
    return checks;
}

} // namespace howdah::operations::switchover
