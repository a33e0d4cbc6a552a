// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/places.h"

#include "managers/autofailover.h"
#include "postgres/conninfo.h"

namespace howdah::operations {

QString addressPlace(const QString &address)
{
    return QStringLiteral("address ") + address;
}

QString poolerPlace(const QString &pooler)
{
    return QStringLiteral("pooler ") + pooler;
}

QString monitorPlace()
{
    return QStringLiteral("pg_auto_failover's monitor");
}

QString consolePlace()
{
    return QStringLiteral("this machine");
}

namespace {

/// The conninfo of a data node, led to the address; empty when libpq does not take it.
QString conninfoThrough(const cluster::ClusterConfig &config, const QString &ip)
{
    for (const cluster::NodeConfig &node : config.nodes) {
        const auto conninfo = postgres::Conninfo::parse(node.conninfo);
        if (node.kind == cluster::NodeKind::Data && conninfo) {
            return conninfo->with(QStringLiteral("host"), ip).with(QStringLiteral("hostaddr"), QString()).toString();
        }
    }
    return {};
}

} // namespace

std::optional<Place> placeOf(const cluster::ClusterConfig &config, const QString &name)
{
    for (const cluster::NodeConfig &node : config.nodes) {
        if (node.name == name) {
            return Place{node};
        }
    }
    cluster::NodeConfig made;
    made.name = name;
    for (const cluster::AddressConfig &address : config.addresses) {
        if (addressPlace(address.name) == name) {
            made.conninfo = conninfoThrough(config, address.ip);
            return Place{made};
        }
    }
    for (const cluster::PoolerConfig &pooler : config.poolers) {
        if (poolerPlace(pooler.name) == name) {
            made.conninfo = pooler.conninfo;
            return Place{made, true, QStringLiteral("pgbouncer")};
        }
    }
    if (name == monitorPlace() && !config.autoFailoverMonitor.isEmpty()) {
        made.conninfo = config.autoFailoverMonitor;
        return Place{made, false, managers::autoFailoverDatabase(made.conninfo)};
    }
    if (name == consolePlace()) {
        made.hasCommand = true;
        return Place{made};
    }
    return std::nullopt;
}

} // namespace howdah::operations
