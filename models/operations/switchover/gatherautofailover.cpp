// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/gatherautofailover.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/identifier.h"
#include "core/redact.h"
#include "operations/places.h"
#include "operations/switchover/gather.h"
#include "postgres/conninfo.h"

namespace howdah::operations::switchover {

namespace {

constexpr int kSqlMs = 4000;

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

QString nodeFor(const managers::AutoFailoverNode &member, const cluster::Snapshot &snapshot)
{
    const auto find = [&](auto is) {
        const auto at = std::find_if(snapshot.nodes.begin(), snapshot.nodes.end(), is);
        return at == snapshot.nodes.end() ? QString() : at->name;
    };
    const QString byAddress =
        find([&](const cluster::NodeStatus &node) { return isAt(node, member.host, QString::number(member.port)); });
    return byAddress.isEmpty() ? find([&](const cluster::NodeStatus &node) { return node.name == member.name; })
                               : byAddress;
}

} // namespace

AutoFailoverFacts autoFailoverFrom(const cluster::ClusterState &state, const Table &table)
{
    AutoFailoverFacts facts;
    facts.version = cell(table, 0, "version");
    facts.role = cell(table, 0, "role");
    facts.mayPromote = cell(table, 0, "may_promote") == QLatin1String("t");
    std::vector<managers::AutoFailoverNode> all;
    QStringList nodes;
    std::size_t first = table.rows.size();
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        QStringList cells;
        for (const auto &value : table.rows[row]) {
            cells.append(value.value_or(QString()));
        }
        all.push_back(managers::autoFailoverNode(table.columns, cells));
        nodes.append(nodeFor(all.back(), *state.snapshot));
        first = nodes.last().isEmpty() ? first : std::min(first, row);
    }
    if (first == table.rows.size()) {
        facts.error = all.empty() ? tr("its monitor has no node at all") : tr("its monitor has none of these nodes");
        facts.remedy = tr("Name the monitor of this cluster: monitor in [pg_auto_failover] of the cluster file.");
        return facts;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].formation == all[first].formation && all[i].group == all[first].group) {
            facts.members.push_back(all[i]);
            facts.nodes.append(nodes[static_cast<qsizetype>(i)]);
        }
    }
    return facts;
}

void askAutoFailover(const cluster::ClusterConfig &config, const cluster::ClusterState &state, Hands &hands,
                     std::function<void(AutoFailoverFacts)> done)
{
    const auto conninfo = postgres::Conninfo::parse(config.autoFailoverMonitor);
    if (config.autoFailoverMonitor.isEmpty() || !conninfo) {
        AutoFailoverFacts facts;
        facts.error = conninfo ? tr("the cluster file does not name its monitor")
                               : tr("the conninfo of its monitor: %1").arg(conninfo.error().message);
        facts.remedy = tr("Add [pg_auto_failover] with monitor = \"host=… dbname=pg_auto_failover user=autoctl_node\"; "
                          "pg_autoctl show uri tells it.");
        done(facts);
        return;
    }
    const QString user = conninfo->value(QStringLiteral("user"));
    hands.sql(monitorPlace(), QString::fromUtf8(managers::autoFailoverSql()), kSqlMs,
              [state, user, done = std::move(done)](const Handed<Table> &table) {
                  if (table) {
                      done(autoFailoverFrom(state, *table));
                      return;
                  }
                  AutoFailoverFacts facts;
                  facts.error = core::redacted(table.error().error.message);
                  facts.remedy = table.error().error.kind == core::Error::Kind::Denied
                                     ? tr("In its database: GRANT autoctl_node TO %1.").arg(core::sqlIdentifier(user))
                                     : tr("See that it runs and lets the console in: monitor in [pg_auto_failover] of "
                                          "the cluster file.");
                  done(facts);
              });
}

} // namespace howdah::operations::switchover
