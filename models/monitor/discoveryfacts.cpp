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

postgres::Conninfo conninfoFor(const postgres::Conninfo &seed, const QString &host, int port)
{
    postgres::Conninfo conninfo =
        seed.with(QStringLiteral("host"), host).with(QStringLiteral("port"), QString::number(port));
    const QString attributes = QStringLiteral("target_session_attrs");
    if (const QString chosen = seed.value(attributes); !chosen.isEmpty() && chosen != QLatin1String("any")) {
        // In so many words, as a service file's would come back.
        conninfo = conninfo.with(attributes, QStringLiteral("any"));
    }
    if (!seed.value(QStringLiteral("hostaddr")).isEmpty()) {
        // Written again where it can be, as a service file's would come back.
        conninfo = conninfo.with(QStringLiteral("hostaddr"), QHostAddress(host).isNull() ? QString() : host);
    }
    return isGiven(seed, host, port) ? conninfo : conninfo.withPasswordWithheld();
}

bool isGiven(const postgres::Conninfo &seed, const QString &host, int port)
{
    const std::vector<postgres::Conninfo::Place> places = seed.places();
    return std::any_of(places.cbegin(), places.cend(), [&](const postgres::Conninfo::Place &place) {
        return place.port.toInt() == port &&
               (place.host.isEmpty() ? place.hostaddr : place.host).compare(host, Qt::CaseInsensitive) == 0;
    });
}

} // namespace howdah::monitor
