// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/unfinished.h"

#include <QCoreApplication>

#include "operations/finishing.h"

namespace howdah::operations {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Operations", text);
}

} // namespace

QString nameFor(const Operation &operation, const ClusterKey &cluster, const QString &asNamed)
{
    return operation.plan.cluster != cluster.name ? operation.plan.cluster : asNamed.isEmpty() ? cluster.name : asNamed;
}

std::optional<Unfinished> unfinishedOf(const Journal &journal, const ClusterKey &cluster, const QString &asNamed)
{
    if (const Operation *running = newestRunning(journal, cluster)) {
        return Unfinished{running->id, running->plan.title,     false, stoppedAt(*running),
                          {},          mayHoldWrites(*running), true};
    }
    const Operation *one = newestUnfinished(journal, cluster);
    return one ? std::optional(
                     Unfinished{one->id, one->plan.title, one->outcome == Outcome::Interrupted, stoppedAt(*one),
                                finishCommands(nameFor(*one, cluster, asNamed), one->id, finishing(journal, *one)),
                                mayHoldWrites(*one)})
               : std::nullopt;
}

QString unfinishedText(const Unfinished &one)
{
    const QString name = QStringLiteral("\"%1\" (%2)").arg(one.title, one.id);
    return (one.running       ? tr("%1 is running, and is %2")
            : one.interrupted ? tr("%1 was interrupted %2")
                              : tr("%1 ended half-way %2"))
        .arg(name, one.stoppedAt);
}

QString unreadableRemedy()
{
    return tr("An operation that was interrupted may stand there. Look at the file, and move it away once it is known "
              "that nothing is left to be finished.");
}

Check checkUnfinished(const std::optional<Unfinished> &unfinished, const QStringList &unreadable)
{
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return Check{QStringLiteral("unfinished"),
                     tr("The cluster"),
                     tr("Nothing is left half-way"),
                     result,
                     evidence,
                     remedy,
                     {}};
    };
    const bool refuses = unfinished && (unfinished->running || unfinished->interrupted);
    if (!refuses && !unreadable.isEmpty()) {
        return answer(CheckResult::Unknown,
                      tr("not all of this console's journal can be read: %1").arg(unreadable.join(QLatin1String("; "))),
                      unreadableRemedy());
    }
    if (!unfinished) {
        return answer(CheckResult::Passed, tr("this console's journal has no open operation"));
    }
    const QString what = unfinishedText(*unfinished);
    if (unfinished->running) {
        return answer(CheckResult::Failed, what, tr("Another console is at it: wait until that has ended."));
    }
    return unfinished->interrupted
               ? answer(CheckResult::Failed, what,
                        tr("Finish it first, from the window's Journal or by %1.").arg(unfinished->commands))
               : answer(CheckResult::Warning, what,
                        tr("See the journal for what remains; it can be finished by %1.").arg(unfinished->commands));
}

} // namespace howdah::operations
