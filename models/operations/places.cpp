// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/places.h"

#include "hosts/sshprefix.h"
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

/// Where an argv prefix leads: ssh's host, or the last word that is no option, as in docker exec.
QString hostOf(const QStringList &prefix)
{
    QString host;
    for (const hosts::SshClient &client : hosts::sshClients(prefix)) {
        host = client.destination < 0 ? host : prefix[client.destination];
    }
    for (auto word = prefix.rbegin(); host.isEmpty() && word != prefix.rend(); ++word) {
        const bool names = !word->startsWith(QLatin1Char('-')) && *word != QLatin1String("sudo");
        host = names ? *word : QString();
    }
    host = host.mid(host.lastIndexOf(QLatin1Char('@')) + 1);
    host.removeIf([](QChar c) { return c.isSpace() || c == QLatin1Char(','); }); // ids are listed
    return host.isEmpty() ? QStringLiteral("here") : host;
}

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

std::vector<QStringList> gatewaysOf(const cluster::AddressConfig &address)
{
    return address.gateways.empty() ? std::vector<QStringList>{QStringList()} : address.gateways;
}

QStringList gatewayNames(const cluster::AddressConfig &address)
{
    QStringList names;
    for (const QStringList &prefix : gatewaysOf(address)) {
        const QString host = hostOf(prefix);
        QString name = host;
        for (int number = 2; names.contains(name); ++number) {
            name = QStringLiteral("%1-%2").arg(host).arg(number);
        }
        names.append(name);
    }
    return names;
}

QString gatewayPlace(const cluster::AddressConfig &address, std::size_t gateway)
{
    return gatewaysOf(address)[gateway].isEmpty()
               ? consolePlace()
               : QStringLiteral("gateway %1 of %2")
                     .arg(gatewayNames(address)[static_cast<qsizetype>(gateway)], address.name);
}

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
        for (std::size_t i = 0; i < address.gateways.size(); ++i) {
            if (!address.gateways[i].isEmpty() && gatewayPlace(address, i) == name) {
                made.command = address.gateways[i];
                made.hasCommand = true;
                return Place{made};
            }
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
