// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/probe/settings.h"

#include <algorithm>

namespace howdah::operations::probe {

using core::Error;
using postgres::Conninfo;

namespace {

/// Where it leads, by the names that the cluster file has for it.
QString wayOf(const cluster::ClusterConfig &config, const Conninfo &conninfo)
{
    QStringList words;
    for (const Conninfo::Place &place : conninfo.places()) {
        const QString host = place.host.isEmpty() ? place.hostaddr : place.host;
        const auto address = std::find_if(config.addresses.begin(), config.addresses.end(),
                                          [&](const cluster::AddressConfig &one) { return one.ip == host; });
        const bool bracket = host.contains(QLatin1Char(':'));
        words.append(address != config.addresses.end() ? QStringLiteral("address %1").arg(address->name)
                     : place.isSocket()                ? QStringLiteral("%1/.s.PGSQL.%2").arg(host, place.port)
                     : bracket                         ? QStringLiteral("[%1]:%2").arg(host, place.port)
                                                       : QStringLiteral("%1:%2").arg(host, place.port));
    }
    return words.join(QStringLiteral(", "));
}

core::Result<Settings> throughNodes(const cluster::ClusterConfig &config, const QString &primary)
{
    std::vector<const cluster::NodeConfig *> nodes;
    for (const cluster::NodeConfig &node : config.nodes) {
        if (node.kind == cluster::NodeKind::Data) {
            nodes.push_back(&node);
        }
    }
    std::stable_partition(nodes.begin(), nodes.end(),
                          [&](const cluster::NodeConfig *node) { return node->name == primary; });
    std::optional<Conninfo> base;
    QStringList hosts, addresses, ports, names;
    bool withheld = false;
    for (const cluster::NodeConfig *node : nodes) {
        const auto conninfo = Conninfo::parse(node->conninfo);
        if (!conninfo) {
            Error error = conninfo.error();
            error.node = node->name;
            return tl::unexpected(error);
        }
        base = base ? base : *conninfo;
        withheld = withheld || conninfo->withholdsPassword();
        const Conninfo::Place place = conninfo->places().front();
        hosts.append(place.host);
        addresses.append(place.hostaddr);
        ports.append(place.port);
        names.append(node->name);
    }
    if (!base) {
        return core::failure(Error::Kind::NotFound, QStringLiteral("the cluster file names no data node"));
    }
    Conninfo all = base->with(QStringLiteral("host"), hosts.join(QLatin1Char(',')))
                       .with(QStringLiteral("port"), ports.join(QLatin1Char(',')))
                       .with(QStringLiteral("target_session_attrs"), QStringLiteral("read-write"));
    const bool anyAddress = !addresses.join(QString()).isEmpty();
    all = all.with(QStringLiteral("hostaddr"), anyAddress ? addresses.join(QLatin1Char(',')) : QString());
    return Settings{withheld ? all.withPasswordWithheld() : all, names.join(QStringLiteral(", ")), 2};
}

} // namespace

core::Result<Settings> settingsFor(const cluster::ClusterConfig &config, const QString &primary)
{
    if (!config.probe) {
        return throughNodes(config, primary);
    }
    const auto conninfo = Conninfo::parse(config.probe->conninfo);
    if (!conninfo) {
        Error error = conninfo.error();
        error.message = QStringLiteral("The conninfo of [probe] can't be used. %1").arg(error.message);
        return tl::unexpected(error);
    }
    return Settings{*conninfo, wayOf(config, *conninfo), config.probe->intervalMs};
}

} // namespace howdah::operations::probe
