// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/gatherautofailover.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
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

/// What the cluster file calls each member, by address, else by name; nobody is two of them.
QStringList namesOf(const std::vector<managers::AutoFailoverNode> &members, const cluster::Snapshot &snapshot)
{
    QStringList names(static_cast<qsizetype>(members.size()));
    const auto fill = [&](auto is) {
        for (std::size_t i = 0; i < members.size(); ++i) {
            QString &name = names[static_cast<qsizetype>(i)];
            const auto at =
                std::find_if(snapshot.nodes.begin(), snapshot.nodes.end(), [&](const cluster::NodeStatus &node) {
                    return is(node, members[i]) && !names.contains(node.name);
                });
            name = name.isEmpty() && at != snapshot.nodes.end() ? at->name : name;
        }
    };
    fill([](const cluster::NodeStatus &node, const managers::AutoFailoverNode &member) {
        return isAt(node, member.host, QString::number(member.port));
    });
    fill([](const cluster::NodeStatus &node, const managers::AutoFailoverNode &member) {
        return node.name == member.name;
    });
    return names;
}

/// Of the primary; empty while nobody knows who that is.
QString systemOf(const cluster::ClusterState &state)
{
    const int primary = state.assessment->topology.primary;
    const auto &sample = primary < 0 ? nullptr : state.snapshot->nodes[cluster::at(primary)].sample;
    return sample && sample->systemIdentifier ? QString::number(*sample->systemIdentifier) : QString();
}

} // namespace

AutoFailoverFacts autoFailoverFrom(const cluster::ClusterState &state, const Table &table)
{
    AutoFailoverFacts facts;
    facts.version = cell(table, 0, "version");
    facts.role = cell(table, 0, "role");
    facts.mayPromote = cell(table, 0, "may_promote") == QLatin1String("t");
    std::vector<managers::AutoFailoverNode> all;
    for (const auto &row : table.rows) {
        QStringList cells;
        for (const auto &value : row) {
            cells.append(value.value_or(QString()));
        }
        all.push_back(managers::autoFailoverNode(table.columns, cells));
    }
    // Names and addresses are used again in other formations, and for other clusters; the system identifier is not.
    const QString system = systemOf(state);
    const auto isOurs = [&](const managers::AutoFailoverNode &one) {
        return !system.isEmpty() && one.systemIdentifier == system;
    };
    const auto first = std::find_if(all.begin(), all.end(), isOurs);
    const bool two = std::any_of(first, all.end(), [&](const managers::AutoFailoverNode &one) {
        return isOurs(one) && (one.formation != first->formation || one.group != first->group);
    });
    if (first == all.end() || two) {
        facts.error = system.isEmpty() ? tr("who the primary is is not known, and so not which of its groups this is")
                      : two            ? tr("two of its groups have this cluster's system identifier")
                      : all.empty()    ? tr("its monitor has no node at all")
                                       : tr("its monitor has no node with this cluster's system identifier");
        facts.remedy = tr("Name the monitor of this cluster: monitor in [pg_auto_failover] of the cluster file.");
        return facts;
    }
    std::copy_if(all.begin(), all.end(), std::back_inserter(facts.members), [&](const managers::AutoFailoverNode &one) {
        return one.formation == first->formation && one.group == first->group;
    });
    facts.nodes = namesOf(facts.members, *state.snapshot);
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
