// SPDX-License-Identifier: GPL-3.0-or-later
#include "managers/autofailover.h"

#include "cluster/conninfotext.h"
#include "core/servertext.h"
#include "postgres/conninfo.h"

namespace howdah::managers {

QString AutoFailoverNode::stateText() const
{
    return isStable() ? reported : QStringLiteral("%1, to become %2").arg(reported, goal);
}

QByteArray autoFailoverSql()
{
    return "SELECT n.formationid AS formation, n.groupid AS group_id, n.nodeid AS id, n.nodename AS name, "
           "n.nodehost AS host, n.nodeport AS port, n.reportedstate AS reported, n.goalstate AS goal, n.health, "
           "n.reportedpgisrunning AS running, extract(epoch FROM now() - n.reporttime)::int8 AS report_age, "
           "n.candidatepriority AS priority, n.replicationquorum AS in_quorum, n.reportedtli AS timeline, "
           "f.number_sync_standbys, n.sysidentifier AS system_identifier, current_user::text AS role, "
           "(SELECT extversion FROM pg_extension WHERE extname = 'pgautofailover') AS version, "
           "has_function_privilege(to_regprocedure('pgautofailover.perform_promotion(text,text)'), 'EXECUTE') "
           "AS may_promote "
           "FROM pgautofailover.node n JOIN pgautofailover.formation f USING (formationid) "
           "ORDER BY n.formationid, n.groupid, n.nodeid";
}

QString autoFailoverDatabase(const QString &conninfo)
{
    const auto parsed = postgres::Conninfo::parse(conninfo);
    const QString written = parsed ? parsed->toString() : QString();
    const QString said = cluster::conninfoValue(written, QStringLiteral("dbname"));
    if (!said.isEmpty()) {
        return said;
    }
    // Else libpq would take the user's name for it, which nobody means here.
    return cluster::conninfoValue(written, QStringLiteral("service")).isEmpty()
               ? QStringLiteral("pg_auto_failover")
               : parsed->value(QStringLiteral("dbname"));
}

AutoFailoverNode autoFailoverNode(const QStringList &columns, const QStringList &cells)
{
    const auto cell = [&](const char *name) { return cells.value(columns.indexOf(QLatin1String(name))); };
    const auto flag = [&](const char *name) { return cell(name) == QLatin1String("t"); };
    AutoFailoverNode node;
    node.formation = core::sanitizedName(cell("formation"));
    node.group = cell("group_id").toInt();
    node.id = cell("id").toLongLong();
    node.name = core::sanitizedName(cell("name"));
    // A server is no more to be trusted with our next connection than anybody else.
    node.host = postgres::Conninfo::isHost(cell("host")) ? cell("host") : QString();
    node.port = cell("port").toInt();
    node.reported = core::sanitizedName(cell("reported"));
    node.goal = core::sanitizedName(cell("goal"));
    node.health = cell("health").isEmpty() ? -1 : cell("health").toInt();
    node.running = flag("running");
    node.reportAge = cell("report_age").toDouble();
    node.priority = cell("priority").toInt();
    node.inQuorum = flag("in_quorum");
    node.timeline = cell("timeline").toInt();
    node.systemIdentifier = cell("system_identifier");
    node.numberSyncStandbys = cell("number_sync_standbys").toInt();
    return node;
}

} // namespace howdah::managers
