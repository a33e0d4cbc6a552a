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

/// "Switch over orders from pg1 to pg2" (ID) was interrupted at "Stop pg1, fast"
QString unfinishedText(const Unfinished &one)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Switchover", text); };
    const QString name = QStringLiteral("\"%1\" (%2)").arg(one.title, one.id);
    return (one.running       ? tr("%1 is running, and is %2")
            : one.interrupted ? tr("%1 was interrupted %2")
                              : tr("%1 ended half-way %2"))
        .arg(name, one.stoppedAt);
}

/// What an interrupted operation has prepared would be taken for what was there before, and stay.
Check checkUnfinished(const Facts &facts)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Switchover", text); };
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("unfinished", tr("The cluster"), tr("Nothing waits to be finished"), {}, result, evidence, remedy);
    };
    const bool refuses = facts.unfinished && (facts.unfinished->running || facts.unfinished->interrupted);
    if (!refuses && !facts.unreadable.isEmpty()) {
        return answer(
            CheckResult::Unknown,
            tr("not all of this console's journal can be read: %1").arg(facts.unreadable.join(QLatin1String("; "))),
            tr("An operation that was interrupted may stand there. Look at the file, and move it away once it "
               "is known that nothing is left to be finished."));
    }
    if (!facts.unfinished) {
        return answer(CheckResult::Passed, tr("this console's journal has no open operation"));
    }
    const QString what = unfinishedText(*facts.unfinished);
    if (facts.unfinished->running) {
        return answer(CheckResult::Failed, what, tr("Another console is at it: wait until that has ended."));
    }
    return facts.unfinished->interrupted
               ? answer(CheckResult::Failed, what,
                        tr("Finish it first, from the window's Journal or by %1.").arg(facts.unfinished->commands))
               : answer(CheckResult::Warning, what, tr("See the journal for what remains; resume goes on with it."));
}

/// What to do about a cluster in which nobody, or more than one, is known to take writes.
QString primaryRemedy(const Facts &facts, bool several)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Switchover", text); };
    if (several) {
        return tr("Fence all but one of them first: see the findings.");
    }
    if (facts.unfinished && facts.unfinished->holdsWrites) { // whoever acts beside it makes it worse
        return facts.unfinished->running ? tr("%1: wait until that has ended.").arg(unfinishedText(*facts.unfinished))
                                         : tr("%1: finish that first, by %2.")
                                               .arg(unfinishedText(*facts.unfinished), facts.unfinished->commands);
    }
    return tr("A switchover needs the old primary. If it is gone for good, promote a standby instead.");
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
                                  writable > 1 ? CheckResult::Failed : CheckResult::Unknown,
                                  tr("%1 nodes take writes").arg(writable), primaryRemedy(facts, writable > 1)));
    checks.push_back(checkUnfinished(facts));
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
              left ? std::vector<Check>() : checkWayBack(facts, cast, way)}) {
            checks.insert(checks.end(), group.begin(), group.end());
        }
    }
    return checks;
}

} // namespace howdah::operations::switchover
