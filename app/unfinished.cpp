// SPDX-License-Identifier: GPL-3.0-or-later
#include "unfinished.h"

#include <algorithm>

#include "app/moreknown.h"
#include "operations/finishing.h"
#include "operations/samecluster.h"
#include "operations/unfinished.h"

namespace howdah::app {

using namespace operations;
using cluster::Finding;
using cluster::Verdict;

namespace {

/// Two clusters may be called the same. Of one that was only just found not all nodes may be known.
bool isOn(const Operation &operation, const cluster::ClusterConfig &config)
{
    const Plan &plan = operation.plan;
    return (plan.from.isEmpty() && plan.to.isEmpty()) ||
           std::any_of(config.nodes.begin(), config.nodes.end(), [&plan](const cluster::NodeConfig &node) {
               return node.name == plan.from || node.name == plan.to;
           });
}

Finding unreadableFinding(const QStringList &unreadable)
{
    return {.id = QStringLiteral("journal_unreadable"),
            .severity = Verdict::Unknown,
            .node = {},
            .title = QStringLiteral("Not all of this console's journal can be read"),
            .evidence = unreadable.join(QStringLiteral("; ")),
            .remedy = unreadableRemedy(),
            .page = QStringLiteral("journal")};
}

/// The end of a sentence about what comes first.
QString howToEnd(const Journal &journal, const Operation &one, const QString &asNamed)
{
    return one.outcome == Outcome::Running
               ? QStringLiteral("wait until it has ended; %1 tells how far it is").arg(showCommand(asNamed, one.id))
               : finishCommands(asNamed, one.id, finishing(journal, one));
}

void addOperation(cluster::Assessment &result, const Operation &one, const QString &howToEnd)
{
    const bool running = one.outcome == Outcome::Running;
    const bool told = std::any_of(result.findings.begin(), result.findings.end(), [](const Finding &other) {
        return other.id == QLatin1String("operation_under_way");
    }); // and with it what not to do about slots
    const bool interrupted = one.outcome == Outcome::Interrupted;
    // What is seen goes before what the journal has: somebody may have seen to it by hand.
    const bool waits = mayHoldWrites(one) && (result.writableNodes.value_or(0) != 1 || holdsPause(one));
    for (Finding &other : result.findings) {
        if (waits && other.id == QLatin1String("no_writable")) {
            other.remedy =
                QStringLiteral("Promote nothing by hand: an operation %1. That first: %2.")
                    .arg(running ? QStringLiteral("is running") : QStringLiteral("was not finished"), howToEnd);
        } else if (!told && other.id.startsWith(QLatin1String("slot"))) {
            other.remedy += QStringLiteral(" Drop none before operation %1 has ended: it may need them.").arg(one.id);
        }
    }
    // Past the promotion the rest of it is what mends what else is critical.
    const bool half = isPastReturn(one.plan, one.steps) && result.verdict == Verdict::Critical;
    insertFinding(result, {.id = QStringLiteral("unfinished:") + one.id,
                           .severity = interrupted && (waits || half) ? Verdict::Critical : Verdict::Warning,
                           .node = {},
                           .title = QStringLiteral("Operation %1 (%2) %3 %4")
                                        .arg(one.id, one.plan.title,
                                             running       ? QStringLiteral("is running, and is")
                                             : interrupted ? QStringLiteral("was interrupted")
                                                           : QStringLiteral("ended half-way"),
                                             stoppedAt(one)),
                           .evidence = standingText(one),
                           .remedy = running ? QStringLiteral("Change nothing beside it: %1.").arg(howToEnd)
                                             : QStringLiteral("Finish it: %1.").arg(howToEnd),
                           .page = QStringLiteral("journal")});
}

} // namespace

cluster::Assessment withUnfinished(const cluster::ClusterState &state, const Journal &journal,
                                   const cluster::ClusterConfig &config, const QString &asNamed)
{
    cluster::Assessment result = *state.assessment;
    if (!journal.unreadable.isEmpty()) {
        insertFinding(result, unreadableFinding(journal.unreadable));
    }
    const ClusterKey key = keyOf(*state.snapshot);
    const Operation *one = newestRunning(journal, key);
    one = one ? one : newestUnfinished(journal, key);
    const bool known = one && !one->plan.systemIdentifier.isEmpty() && !key.systemIdentifier.isEmpty();
    if (one && (known || isOn(*one, config))) {
        addOperation(result, *one, howToEnd(journal, *one, nameFor(*one, key, asNamed)));
    }
    return result;
}

cluster::ClusterState withLeftOver(const cluster::ClusterState &state, const Journal &left,
                                   const cluster::ClusterConfig &config)
{
    const ClusterKey key = keyOf(*state.snapshot);
    const bool any = newestUnfinished(left, key) || !left.unreadable.isEmpty();
    if (newestRunning(left, key) || !any) {
        return state;
    }
    return {state.snapshot, std::make_shared<const cluster::Assessment>(withUnfinished(state, left, config, key.name))};
}

Journal leftOverIn(const JournalState &journal)
{
    std::vector<ClusterKey> clusters;
    for (const auto &one : journal.operations) {
        if (isUnfinished(*one)) {
            clusters.emplace_back(one->plan.cluster, one->plan.systemIdentifier);
        }
    }
    Journal left;
    left.unreadable = journal.unreadable;
    for (const auto &one : journal.operations) {
        if (std::any_of(clusters.begin(), clusters.end(),
                        [&one](const ClusterKey &cluster) { return isOf(one->plan, cluster); })) {
            left.operations.push_back(*one);
        }
    }
    return left;
}

} // namespace howdah::app
