// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHash>
#include <QHostAddress>

#include "monitor/discoveryassembly.h"

namespace howdah::monitor {

QString hostSeenFrom(const QString &told, const QString &tellersHost)
{
    if (told.isEmpty()) {
        return {};
    }
    const bool itself = told.startsWith(QLatin1Char('/')) || told.startsWith(QLatin1Char('@')) ||
                        told == QLatin1String("localhost") || QHostAddress(told).isLoopback();
    return itself ? tellersHost : told;
}

bool FoundServer::answersAt(const QString &host, int port) const
{
    return std::any_of(places.cbegin(), places.cend(), [&](const AskedPlace *place) {
        return place->port == port && place->host.compare(host, Qt::CaseInsensitive) == 0;
    });
}

bool FoundServer::answersOn(const QString &host) const
{
    return std::any_of(places.cbegin(), places.cend(),
                       [&](const AskedPlace *place) { return place->host.compare(host, Qt::CaseInsensitive) == 0; });
}

std::vector<FoundServer> joinPlaces(const std::vector<AskedPlace> &places)
{
    std::vector<FoundServer> servers;
    QHash<QString, size_t> byIdentity;
    for (const AskedPlace &place : places) {
        if (!place.answered || place.answer.isMonitor) {
            continue;
        }
        const QString identity = place.answer.identity();
        if (!byIdentity.contains(identity)) {
            byIdentity.insert(identity, servers.size());
            servers.push_back({place.answer, {}});
        }
        servers.at(byIdentity.value(identity)).places.push_back(&place);
    }
    for (FoundServer &server : servers) {
        std::stable_sort(server.places.begin(), server.places.end(),
                         [](const AskedPlace *left, const AskedPlace *right) {
                             return left->sources.front() < right->sources.front();
                         });
    }
    return servers;
}

int senderMatch(const SeenSender &sender, const FoundServer &upstream, const FoundServer &standby)
{
    if (&upstream == &standby || !sender.isStandby || !standby.answer.inRecovery ||
        standby.answer.systemIdentifier != upstream.answer.systemIdentifier) {
        return 0;
    }
    const bool portFits = std::any_of(upstream.places.cbegin(), upstream.places.cend(), [&](const AskedPlace *place) {
        return place->port == standby.answer.senderPort;
    });
    if (standby.answer.senderPort > 0 && standby.answer.senderPort != upstream.answer.port && !portFits) {
        return 0;
    }
    const QString &name = sender.applicationName;
    const bool slot = !sender.slotName.isEmpty() && sender.slotName == standby.answer.receiverSlot;
    // Without a name of its own a receiver calls itself by cluster_name.
    const bool named = !name.isEmpty() && name != QLatin1String("walreceiver") &&
                       (name == standby.answer.applicationName ||
                        (standby.answer.applicationName.isEmpty() && name == standby.answer.clusterName));
    const bool here = standby.answersOn(hostSeenFrom(sender.clientAddress, upstream.places.front()->host));
    return (slot ? 4 : 0) + (named ? 2 : 0) + (here ? 1 : 0);
}

std::vector<UnmatchedSender> unmatchedSenders(const std::vector<FoundServer> &servers)
{
    struct Pair {
        int score;
        size_t row;
        size_t standby;
    };
    std::vector<UnmatchedSender> rows;
    std::vector<Pair> pairs;
    for (const FoundServer &upstream : servers) {
        for (const SeenSender &sender : upstream.answer.senders) {
            if (!sender.isStandby) {
                continue;
            }
            for (size_t standby = 0; standby < servers.size(); ++standby) {
                if (const int score = senderMatch(sender, upstream, servers.at(standby))) {
                    pairs.push_back({score, rows.size(), standby});
                }
            }
            const QString told = sender.clientAddress.isEmpty() ? QStringLiteral("localhost") : sender.clientAddress;
            rows.push_back({&upstream, sender, hostSeenFrom(told, upstream.places.front()->host)});
        }
    }
    // The surest first; a row has one standby, and a standby one row.
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair &left, const Pair &right) { return left.score > right.score; });
    std::vector<bool> rowTaken(rows.size(), false);
    std::vector<bool> standbyTaken(servers.size(), false);
    for (const Pair &pair : pairs) {
        if (!rowTaken.at(pair.row) && !standbyTaken.at(pair.standby)) {
            rowTaken.at(pair.row) = true;
            standbyTaken.at(pair.standby) = true;
        }
    }
    std::vector<UnmatchedSender> left;
    for (size_t row = 0; row < rows.size(); ++row) {
        if (!rowTaken.at(row)) {
            left.push_back(rows.at(row));
        }
    }
    return left;
}

QStringList hostsOfUnmatchedSenders(const DiscoveryFacts &facts)
{
    QStringList hosts;
    const std::vector<FoundServer> servers = joinPlaces(facts.places);
    for (const UnmatchedSender &sender : unmatchedSenders(servers)) {
        if (!hosts.contains(sender.host)) {
            hosts << sender.host;
        }
    }
    return hosts;
}

} // namespace howdah::monitor
