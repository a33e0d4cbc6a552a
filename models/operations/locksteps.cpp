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

Action release(const QString &node)
{
    Action action;
    action.node = node;
    action.sql = QStringLiteral("SELECT pg_advisory_unlock(%1)").arg(kClusterLock);
    return action;
}

} // namespace

Step lockStep(const QString &node)
{
    Step step = stepOn(node, "lock", tr("Take the cluster lock on %1").arg(node));
    Action take;
    take.node = node;
    take.sql = tryLockSql();
    take.expectsTrue = true;
    take.text = tr("take the cluster lock, so that no other console acts meanwhile");
    take.otherwise = tr("another console holds the cluster lock");
    step.actions = {take};
    step.undo = {release(node)};
    step.renewed = true;
    return step;
}

Step unlockStep(const QString &node)
{
    Step step = stepOn(node, "unlock", tr("Release the cluster lock"));
    step.phase = Phase::After;
    step.actions = {release(node)};
    step.remedy = tr("It goes with this console.");
    return step;
}

void lockAround(Plan &plan, const QString &node, std::vector<Step> steps)
{
    if (!node.isEmpty()) {
        plan.steps.push_back(lockStep(node));
    }
    for (Step &step : steps) {
        plan.steps.push_back(std::move(step));
    }
    if (!node.isEmpty()) {
        plan.steps.push_back(unlockStep(node));
    }
}

} // namespace howdah::operations
