// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/samecluster.h"

#include <QCoreApplication>

#include "core/identifier.h"

namespace howdah::operations {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Operations", text);
}

constexpr int kAskMs = 2000;

} // namespace

ClusterKey keyOf(const cluster::Snapshot &snapshot)
{
    QString known;
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        if (node.kind != cluster::NodeKind::Data || !node.sample || !node.sample->systemIdentifier) {
            continue;
        }
        const QString own = QString::number(*node.sample->systemIdentifier);
        if (!known.isEmpty() && own != known) {
            return {snapshot.cluster};
        }
        known = own;
    }
    return {snapshot.cluster, known};
}

bool isOf(const Plan &plan, const ClusterKey &cluster)
{
    return plan.systemIdentifier.isEmpty() || cluster.systemIdentifier.isEmpty()
               ? plan.cluster == cluster.name
               : plan.systemIdentifier == cluster.systemIdentifier;
}

void knowAgain(Plan &plan, const cluster::Snapshot &snapshot)
{
    plan.systemIdentifier = keyOf(snapshot).systemIdentifier;
    if (plan.systemIdentifier.isEmpty()) {
        return;
    }
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        if (node.kind != cluster::NodeKind::Data) {
            continue;
        }
        Action ask;
        ask.node = node.name;
        ask.sql = QStringLiteral("SELECT system_identifier::text = %1, system_identifier FROM pg_control_system()")
                      .arg(core::sqlLiteral(plan.systemIdentifier));
        ask.expectsTrue = true;
        ask.text = tr("%1 is a server of that cluster").arg(node.name);
        ask.otherwise =
            tr("the operation is of another cluster (system identifier %1) than this node. Take it up by the "
               "cluster file that it was begun with")
                .arg(plan.systemIdentifier);
        ask.orSilent = ask.wasSilent = true; // who is away will not be acted upon
        ask.deadlineMs = kAskMs;
        plan.takeUpGuards.push_back(ask);
    }
}

} // namespace howdah::operations
