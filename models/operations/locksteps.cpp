// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/locksteps.h"

#include <QCoreApplication>

#include "cluster/clusterlock.h"

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
    action.sql = QStringLiteral("SELECT pg_advisory_unlock(%1)").arg(cluster::kClusterLock);
    return action;
}

} // namespace

Step lockStep(const QString &node)
{
    Step step = stepOn(node, "lock", tr("Take the cluster lock on %1").arg(node));
    Action take;
    take.node = node;
    take.sql = cluster::tryLockSql();
    take.expectsTrue = true;
    take.text = tr("take the cluster lock, so that no other console acts meanwhile");
    take.otherwise = tr("another console holds the cluster lock");
    Action keep; // the checkpoint that follows may take minutes
    keep.node = node;
    keep.sql = QStringLiteral("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = "
                              "'idle_session_timeout'");
    keep.text = tr("let the session that holds it be idle");
    step.actions = {take, keep};
    step.undo = {release(node)};
    step.renewed = true;
    Action ours;
    ours.node = node;
    ours.sql = cluster::lockIsOursSql();
    ours.expectsTrue = true;
    ours.text = tr("the cluster lock is held still");
    ours.otherwise = tr("the session that held the cluster lock has ended, so that another console may act by now");
    step.stillHeld = {ours};
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

Action noSecondPrimary(const QString &node, const QString &primary)
{
    Action ask;
    ask.node = node;
    ask.sql = QStringLiteral("SELECT pg_is_in_recovery()");
    ask.expectsTrue = true;
    ask.text = tr("%1 takes no writes").arg(node);
    ask.otherwise = tr("%1 takes writes as well as %2. Nothing was changed. Find out which of them is to, and stop the "
                       "other one")
                        .arg(node, primary);
    ask.orSilent = ask.wasSilent = true;
    ask.deadlineMs = 2000;
    return ask;
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
