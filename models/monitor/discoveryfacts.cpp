// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/discoveryfacts.h"

#include <QHostAddress>

namespace howdah::monitor {

QString toString(DiscoverySource source)
{
    switch (source) {
    case DiscoverySource::Repmgr:
        return QStringLiteral("repmgr.nodes");
    case DiscoverySource::Patroni:
        return QStringLiteral("Patroni");
    case DiscoverySource::AutoFailover:
        return QStringLiteral("pg_auto_failover's monitor");
    case DiscoverySource::Seed:
        return QStringLiteral("the given connection");
    case DiscoverySource::Receiver:
        return QStringLiteral("a standby's receiver");
    case DiscoverySource::PrimaryConninfo:
        return QStringLiteral("a standby's primary_conninfo");
    case DiscoverySource::Sender:
        return QStringLiteral("pg_stat_replication");
    case DiscoverySource::LocalSocket:
        return QStringLiteral("a socket on this machine");
    }
    Q_UNREACHABLE();
}

QString ProbeAnswer::identity() const
{
    // To the microsecond no two servers of one system start together on the same port; the directory is for the rest.
    return QStringLiteral("%1/%2/%3/%4")
        .arg(systemIdentifier.value_or(0))
        .arg(startedMicroseconds)
        .arg(port)
        .arg(dataDirectory);
}

bool AskedPlace::hasSource(DiscoverySource source) const
{
    return std::find(sources.cbegin(), sources.cend(), source) != sources.cend();
}

void addInOrder(std::vector<DiscoverySource> &sources, DiscoverySource source)
{
    const auto place = std::lower_bound(sources.cbegin(), sources.cend(), source);
    if (place == sources.cend() || *place != source) {
        sources.insert(place, source);
    }
}

QString AskedPlace::address() const
{
    if (host.startsWith(QLatin1Char('/'))) {
        return QStringLiteral("%1/.s.PGSQL.%2").arg(host).arg(port);
    }
    return (host.contains(QLatin1Char(':')) ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(host).arg(port);
}

std::vector<cluster::HostPort> placesTold(const QString &conninfo)
{
    std::vector<cluster::HostPort> places = cluster::hostsOf(conninfo);
    for (cluster::HostPort &place : places) {
        place.port = place.port == 0 ? 5432 : place.port;
    }
    return places;
}

namespace {
// The place that the seed names so: by its name, or by the address that the name is pinned to.
std::optional<postgres::Conninfo::Place> placeGiven(const postgres::Conninfo &seed, const QString &host, int port)
{
    for (const postgres::Conninfo::Place &place : seed.places()) {
        const bool named = place.host.compare(host, Qt::CaseInsensitive) == 0 || place.hostaddr == host;
        if (named && !host.isEmpty() && place.port.toInt() == port) {
            return place;
        }
    }
    return std::nullopt;
}
} // namespace

postgres::Conninfo conninfoFor(const postgres::Conninfo &seed, const QString &host, int port)
{
    const std::optional<postgres::Conninfo::Place> given = placeGiven(seed, host, port);
    const QString name = given && !given->host.isEmpty() ? given->host : host;
    postgres::Conninfo conninfo =
        seed.with(QStringLiteral("host"), name).with(QStringLiteral("port"), QString::number(port));
    const QString attributes = QStringLiteral("target_session_attrs");
    if (const QString chosen = seed.value(attributes); !chosen.isEmpty() && chosen != QLatin1String("any")) {
        // In so many words, as a service file's would come back.
        conninfo = conninfo.with(attributes, QStringLiteral("any"));
    }
    if (given && !given->hostaddr.isEmpty()) {
        conninfo = conninfo.with(QStringLiteral("hostaddr"), given->hostaddr);
    } else if (!seed.value(QStringLiteral("hostaddr")).isEmpty()) {
        // Written again where it can be, as a service file's would come back.
        conninfo = conninfo.with(QStringLiteral("hostaddr"), QHostAddress(name).isNull() ? QString() : name);
    }
    return given ? conninfo : conninfo.withPasswordWithheld();
}

const SeenMonitor *monitorOf(const DiscoveryFacts &facts)
{
    const auto hasOneOfOurs = [&](const SeenMonitor &monitor) {
        return monitor.named || std::any_of(facts.places.cbegin(), facts.places.cend(), [&](const AskedPlace &place) {
                   return place.answered && !place.answer.isMonitor &&
                          std::any_of(monitor.nodes.cbegin(), monitor.nodes.cend(), [&](const auto &node) {
                              return node.host == place.host && node.port == place.port;
                          });
               });
    };
    const auto at = std::find_if(facts.monitors.cbegin(), facts.monitors.cend(), hasOneOfOurs);
    return at == facts.monitors.cend() ? nullptr : &*at;
}

bool isGiven(const postgres::Conninfo &seed, const QString &host, int port)
{
    return placeGiven(seed, host, port).has_value();
}

} // namespace howdah::monitor
