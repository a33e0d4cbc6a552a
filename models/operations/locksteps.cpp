// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/locksteps.h"

#include <QCoreApplication>

#include "operations/clusterlock.h"

namespace howdah::operations {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Operations", text);
}

Step stepOn(const QString &node, const char *id, const QString &title)
{
    Step step;
    step.id = QLatin1String(id);
    step.title = title;
    step.nodes = {node};
    step.deadlineMs = 5000;
    step.expectedMs = 5;
    return step;
}

Action asked(const QString &node, const QString &sql)
{
    Action action;
    action.node = node;
    action.sql = sql;
    action.expectsTrue = true;
    return action;
}

} // namespace

void lockAround(Plan &plan, const QString &node, std::vector<Step> steps)
{
    const Action release = asked(node, QStringLiteral("SELECT pg_advisory_unlock(%1) IS NOT NULL").arg(kClusterLock));
    if (!node.isEmpty()) {
        Step lock = stepOn(node, "lock", tr("Take the cluster lock on %1").arg(node));
        lock.actions = {asked(node, tryLockSql())};
        lock.actions.front().text = tr("take the cluster lock, so that no other console acts meanwhile");
        lock.actions.front().otherwise = tr("another console holds the cluster lock");
        lock.undo = {release};
        lock.renewed = true;
        plan.steps.push_back(std::move(lock));
    }
    for (Step &step : steps) {
        plan.steps.push_back(std::move(step));
    }
    if (!node.isEmpty()) {
        Step unlock = stepOn(node, "unlock", tr("Release the cluster lock"));
        unlock.phase = Phase::After;
        unlock.actions = {release};
        unlock.remedy = tr("It goes with this console.");
        plan.steps.push_back(std::move(unlock));
    }
}

} // namespace howdah::operations
