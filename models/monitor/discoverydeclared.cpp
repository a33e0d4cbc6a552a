// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHash>

#include "monitor/discoveryassembly.h"

namespace howdah::monitor {

namespace {

const FoundServer *serverAt(const std::vector<FoundServer> &servers, const QString &host, int port)
{
    const auto found = std::find_if(servers.cbegin(), servers.cend(),
                                    [&](const FoundServer &server) { return server.answersAt(host, port); });
    return found == servers.cend() ? nullptr : &*found;
}

void declareRepmgr(const std::vector<FoundServer> &servers, std::vector<Declared> &members)
{
    QHash<int, Declared> byId;
    QHash<int, const FoundServer *> local;
    for (const FoundServer &server : servers) {
        if (server.answer.repmgrLocalId) {
            local.insert(*server.answer.repmgrLocalId, &server);
        }
        for (const managers::RepmgrNode &node : server.answer.repmgrNodes) {
            // A standby that lags or a witness cut off may still have rows that the primary changed: it has the last
            // word.
            if (byId.contains(node.id) && server.answer.inRecovery) {
                continue;
            }
            Declared one;
            one.name = node.name;
            one.kind = node.isWitness() ? cluster::NodeKind::Witness : cluster::NodeKind::Data;
            one.source = DiscoverySource::Repmgr;
            if (const std::vector<cluster::HostPort> places = placesTold(node.conninfo); !places.empty()) {
                const QString &host = places.front().host;
                one.host = postgres::Conninfo::isHost(host) ? host : QString();
                one.port = places.front().port;
            }
            if (!node.active) {
                one.note = QStringLiteral("repmgr has it as inactive.");
            }
            byId.insert(node.id, one);
        }
    }
    QList<int> ids = byId.keys();
    std::sort(ids.begin(), ids.end());
    for (const int id : std::as_const(ids)) {
        Declared one = byId.value(id);
        one.server = serverAt(servers, one.host, one.port);
        if (!one.server && local.contains(id)) {
            one.server = local.value(id);
            one.note += QStringLiteral("repmgr.nodes has it at %1:%2, where nothing answers this console.")
                            .arg(one.host)
                            .arg(one.port);
        }
        members.push_back(one);
    }
}

void declarePatroni(const DiscoveryFacts &facts, const std::vector<FoundServer> &servers,
                    std::vector<Declared> &members)
{
    for (const SeenPatroni &seen : facts.patroni) {
        for (const managers::PatroniMember &member :
             seen.cluster ? seen.cluster->members : std::vector<managers::PatroniMember>()) {
            const bool known = std::any_of(members.cbegin(), members.cend(), [&](const Declared &declared) {
                return declared.source == DiscoverySource::Patroni && declared.name == member.name;
            });
            if (known) {
                continue;
            }
            Declared one;
            one.name = member.name;
            one.source = DiscoverySource::Patroni;
            one.host = member.host;
            one.port = member.port;
            one.server = serverAt(servers, one.host, one.port);
            members.push_back(one);
        }
    }
    // A member that answered elsewhere: its own Patroni tells which server it is.
    for (const SeenPatroni &seen : facts.patroni) {
        if (!seen.node || !seen.node->postmasterStartTime.isValid()) {
            continue;
        }
        for (const FoundServer &server : servers) {
            const qint64 apart =
                server.answer.startedMicroseconds / 1000 - seen.node->postmasterStartTime.toMSecsSinceEpoch();
            if (server.answer.systemIdentifier != seen.node->systemIdentifier || qAbs(apart) > 1) {
                continue;
            }
            for (Declared &declared : members) {
                if (!declared.server && declared.source == DiscoverySource::Patroni &&
                    declared.name == seen.node->name) {
                    declared.server = &server;
                }
            }
        }
    }
}

/// The system that is looked for: that of the server that was named, else of the first that answered.
QString systemOf(const std::vector<FoundServer> &servers)
{
    const auto named = std::find_if(servers.begin(), servers.end(), [](const FoundServer &server) {
        return std::any_of(server.places.begin(), server.places.end(),
                           [](const auto *place) { return place->hasSource(DiscoverySource::Seed); });
    });
    const auto one = named == servers.end() ? servers.begin() : named;
    return one == servers.end() || !one->answer.systemIdentifier ? QString()
                                                                 : QString::number(*one->answer.systemIdentifier);
}

void declareAutoFailover(const DiscoveryFacts &facts, const std::vector<FoundServer> &servers,
                         std::vector<Declared> &members)
{
    const SeenMonitor *monitor = monitorOf(facts);
    const QString system = systemOf(servers);
    for (const managers::AutoFailoverNode &node :
         monitor ? monitor->nodes : std::vector<managers::AutoFailoverNode>()) {
        // A monitor may have many formations and groups: each is a cluster of its own.
        if (!node.systemIdentifier.isEmpty() && !system.isEmpty() && node.systemIdentifier != system) {
            continue;
        }
        Declared one;
        one.name = node.name;
        one.source = DiscoverySource::AutoFailover;
        one.host = node.host;
        one.port = node.port;
        one.server = serverAt(servers, one.host, one.port);
        if (!node.is(QStringLiteral("primary")) && !node.is(QStringLiteral("secondary"))) {
            one.note = QStringLiteral("pg_auto_failover has it as %1.").arg(node.stateText());
        }
        members.push_back(one);
    }
}

} // namespace

std::vector<Declared> declaredMembers(const DiscoveryFacts &facts, const std::vector<FoundServer> &servers)
{
    std::vector<Declared> members;
    declareRepmgr(servers, members);
    declarePatroni(facts, servers, members);
    declareAutoFailover(facts, servers, members);
    return members;
}

} // namespace howdah::monitor
