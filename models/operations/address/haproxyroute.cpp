// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/haproxyroute.h"

#include <QCoreApplication>
#include <algorithm>

namespace howdah::operations::address {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

/// Whether it is a check that keeps the others out where all is as it should be.
bool othersByCheck(const GatewayFacts &gateway, const GatewayServer &taker)
{
    const auto &all = gateway.servers;
    const auto other = [&taker](const GatewayServer &one) { return one.name != taker.name && !takesSessions(one); };
    return std::none_of(all.begin(), all.end(),
                        [&](const GatewayServer &one) { return other(one) && isKeptByState(one); }) &&
           std::any_of(all.begin(), all.end(), [&](const GatewayServer &one) { return other(one) && isChecked(one); });
}

QString namesOf(const std::vector<const GatewayServer *> &servers)
{
    QStringList names;
    for (const GatewayServer *server : servers) {
        names.append(server->isBackup ? tr("%1 (backup)").arg(server->name) : server->name);
    }
    return names.join(QStringLiteral(", "));
}

Check told(const Move &move, const GatewayFacts &gateway, const char *id, const QString &title, CheckResult result,
           const QString &evidence, const QString &remedy = {})
{
    Check check = madeCheck(move, {QLatin1String(id), title}, result, evidence, remedy);
    check.id += QLatin1Char(':') + gateway.name;
    check.node = gateway.place;
    return check;
}

Check checkCommands(const Move &move, const GatewayFacts &gateway)
{
    const QString title = tr("Gateway %1 takes our commands").arg(gateway.name);
    const auto failed = [&](const QString &evidence, const QString &remedy) {
        return told(move, gateway, "address_gateway", title, CheckResult::Failed, evidence, remedy);
    };
    if (!gateway.error.isEmpty()) {
        return failed(gateway.error,
                      tr("Who comes through it would stay with the old server. See that its host can be reached "
                         "(gateways in the cluster file), that HAProxy runs there and that its socket is %1 with "
                         "backend %2; or take out of the cluster file a gateway that nobody uses.")
                          .arg(move.address.socket, move.address.backend));
    }
    if (!gateway.may) {
        return failed(tr("its socket %1 lets us in with level %2, by which no server can be changed")
                          .arg(move.address.socket, gateway.level.isEmpty() ? tr("unknown") : gateway.level),
                      tr("Add \"level admin\" to that stats socket in HAProxy's configuration."));
    }
    return told(move, gateway, "address_gateway", title, CheckResult::Passed,
                tr("HAProxy %1, level admin, through %2").arg(gateway.version, gateway.by));
}

Check checkServers(const Move &move, const GatewayFacts &gateway, const Route &route)
{
    const QString title = tr("Gateway %1 has a server for each node").arg(gateway.name);
    QStringList missing, known;
    for (const Peer &peer : move.peers) {
        const bool is = peer.node == move.to ? route.to != nullptr : route.from != nullptr;
        if ((peer.node == move.to || peer.node == move.from) && !is) {
            missing.append(tr("%1 (%2, port %3)").arg(peer.node, peer.ips.join(tr(" or "))).arg(peer.port));
        }
    }
    if (missing.isEmpty() && !route.to) {
        missing.append(move.to);
    }
    for (const GatewayServer &server : gateway.servers) {
        const QString node = nodeOf(server, gateway, move.peers);
        known.append(node.isEmpty() ? tr("%1 at %2, port %3").arg(server.name, server.ip).arg(server.port)
                                    : tr("%1 is %2").arg(server.name, node));
    }
    const QString evidence = known.join(QStringLiteral(", "));
    return missing.isEmpty()
               ? told(move, gateway, "address_servers", title, CheckResult::Passed, evidence)
               : told(
                     move, gateway, "address_servers", title, CheckResult::Failed,
                     tr("its backend %1 has no server at %2; it has %3")
                         .arg(move.address.backend, missing.join(tr(" and at ")), evidence),
                     tr("A server is known by its address and port, as other nodes reach it, never by its name. Add it "
                        "to the backend, or mend backend in the cluster file."));
}

/// Who takes sessions now.
Check checkTakers(const Move &move, const GatewayFacts &gateway, const Route &route)
{
    const QString title = tr("One server takes sessions on gateway %1").arg(gateway.name);
    const auto made = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return told(move, gateway, "address_route", title, result, evidence, remedy);
    };
    if (route.takers.size() > 1) {
        return made(CheckResult::Failed, tr("several do: %1").arg(serversText(gateway)),
                    tr("Which of them an application reaches is chance, or comes when another fails. Keep all but one "
                       "out: by \"disabled\" (state maint), or by a check that only the primary passes."));
    }
    if (route.takers.empty()) {
        return made(CheckResult::Warning, tr("none does: %1").arg(serversText(gateway)),
                    tr("It is led to %1 all the same.").arg(move.to));
    }
    const QString node = nodeOf(*route.takers.front(), gateway, move.peers);
    if (node.isEmpty()) {
        return made(
            CheckResult::Warning,
            tr("it leads to %1, which is none of the nodes: %2").arg(namesOf(route.takers), serversText(gateway)),
            tr("It is led to %1 all the same: see that nobody else needs it.").arg(move.to));
    }
    if (node != move.from && !move.alone) {
        return made(CheckResult::Warning, tr("it leads to %1 now, not to %2").arg(node, move.from),
                    tr("It is led to %1 all the same.").arg(move.to));
    }
    return made(CheckResult::Passed, node == move.to ? tr("it leads to %1 already").arg(node)
                                                     : tr("it leads to %1: %2").arg(node, serversText(gateway)));
}

/// What would be in the way of leading it there, or of its staying so.
class WayCheck {
public:
    WayCheck(const Move &move, const GatewayFacts &gateway, const Route &route)
        : m_move(move)
        , m_gateway(gateway)
        , m_route(route)
        , m_to(*route.to)
    {
    }

    Check check()
    {
        const bool there = takesSessions(m_to) && m_route.leaving.empty();
        if (!there && !isRefused()) {
            m_route.byCheck ? judgeCheck() : judgeState();
        }
        if (there) {
            m_evidence = tr("there is nothing to change");
        }
        return told(m_move, m_gateway, "address_way", tr("Gateway %1 can lead to %2").arg(m_gateway.name, m_move.to),
                    m_result, m_evidence, m_remedy);
    }

private:
    void say(CheckResult result, const QString &evidence, const QString &remedy = {})
    {
        m_result = result;
        m_evidence = evidence;
        m_remedy = remedy;
    }

    /// What is so whoever decides.
    bool isRefused()
    {
        if (isKeptByOthers(m_to)) {
            say(CheckResult::Failed,
                tr("%1 is kept out by the server that it tracks, or by a name that can't be resolved: %2")
                    .arg(m_to.name, m_to.status),
                tr("Setting it ready does not end that. Mend it in HAProxy's configuration."));
            return true;
        }
        if (m_to.weight <= 0) {
            say(CheckResult::Failed, tr("%1 has weight 0, by which it takes no sessions").arg(m_to.name),
                tr("Give it a weight (set server %1/%2 weight 100%).").arg(m_move.address.backend, m_to.name));
            return true;
        }
        return false;
    }

    void judgeCheck()
    {
        const auto unchecked = std::find_if(m_route.leaving.begin(), m_route.leaving.end(),
                                            [](const GatewayServer *one) { return !isChecked(*one); });
        if (unchecked != m_route.leaving.end()) {
            say(CheckResult::Failed, tr("a check keeps %1 out, and %2 has none").arg(m_to.name, (*unchecked)->name),
                tr("Give each server of the backend the same check, or keep all but one in maint."));
        } else if (m_to.agentState != 0) {
            say(CheckResult::Failed, tr("an agent check decides over %1").arg(m_to.name),
                tr("The console does not overrule it. Move the address by what the agent follows."));
        } else if (takesSessions(m_to)) {
            say(CheckResult::Passed, tr("its check has found %1 up").arg(m_to.name));
        } else if (isUnreached(m_to)) {
            say(CheckResult::Failed, tr("it does not reach %1: %2").arg(m_to.name, serversText(m_gateway)),
                tr("A check that can't connect says nothing of who is the primary. See the network between both, and "
                   "the port of the check."));
        } else if (m_move.alone) {
            say(CheckResult::Failed, tr("its check finds %1 down: %2").arg(m_to.name, serversText(m_gateway)),
                tr("The console does not overrule a check. See why it fails on %1.").arg(m_move.to));
        } else {
            say(CheckResult::Passed,
                tr("a check keeps the standbys out (%1): its result is put forward, and must then come by itself")
                    .arg(serversText(m_gateway)));
        }
    }

    /// By the configuration alone it would lead there as well.
    bool isConfigured() const
    {
        constexpr int kByConfiguration = 0x04; // CMAINT of srv_admin_state
        return (m_to.admin & kByConfiguration) == 0 &&
               std::all_of(m_gateway.servers.begin(), m_gateway.servers.end(), [this](const GatewayServer &one) {
                   return one.name == m_to.name || (one.admin & kByConfiguration) != 0;
               });
    }

    void judgeState()
    {
        QStringList returning;
        for (const GatewayServer &one : m_gateway.servers) {
            const bool leaves = std::any_of(m_route.leaving.begin(), m_route.leaving.end(),
                                            [&one](const GatewayServer *other) { return other->name == one.name; });
            if (one.name != m_to.name && !leaves && !isKeptByState(one) && !isKeptByOthers(one) && one.weight > 0) {
                returning.append(one.name);
            }
        }
        if (!returning.isEmpty()) {
            say(CheckResult::Warning,
                tr("only a failing check keeps out %1: %2")
                    .arg(returning.join(QStringLiteral(", ")), serversText(m_gateway)),
                tr("Once that passes it takes sessions beside %1. Set it maint.").arg(m_to.name));
        } else if (m_to.agentState != 0) {
            say(CheckResult::Warning, tr("an agent check may set the state of %1 as well").arg(m_to.name),
                tr("See that the agent wants the same."));
        } else if (isConfigured()) {
            say(CheckResult::Passed, tr("the state of its servers decides, and its configuration says the same"));
        } else if (m_gateway.keepsState.value_or(false)) {
            // It only reads a file, which the unit of no distribution writes.
            say(CheckResult::Warning,
                tr("what is set outlives a reload only where the states are saved just before it"),
                tr("See that whoever reloads HAProxy writes \"show servers state\" into its state file first. Else it "
                   "leads to where its configuration says: put \"disabled\" there to all but %1.")
                    .arg(m_to.name));
        } else {
            say(CheckResult::Warning,
                m_gateway.keepsState
                    ? tr("what is set lasts until HAProxy is reloaded or restarted: its configuration keeps no states")
                    : tr("whether what is set outlives a reload of HAProxy is not known: its configuration can't be "
                         "read"),
                tr("Then it leads to where its configuration says. Put \"disabled\" there to all but %1, or let it "
                   "keep states (load-server-state-from-file).")
                    .arg(m_to.name));
        }
    }

    const Move &m_move;
    const GatewayFacts &m_gateway;
    const Route &m_route;
    const GatewayServer &m_to;
    CheckResult m_result = CheckResult::Passed;
    QString m_evidence;
    QString m_remedy;
};

} // namespace

Route routeOf(const Move &move, const GatewayFacts &gateway)
{
    Route route;
    for (const GatewayServer &server : gateway.servers) {
        const QString node = nodeOf(server, gateway, move.peers);
        route.to = !node.isEmpty() && node == move.to ? &server : route.to;
        route.from = !node.isEmpty() && node == move.from && move.from != move.to ? &server : route.from;
        if (takesSessions(server)) {
            route.takers.push_back(&server);
        }
    }
    if (!route.to) {
        return route;
    }
    route.byCheck = takesSessions(*route.to) ? othersByCheck(gateway, *route.to) : !isKeptByState(*route.to);
    for (const GatewayServer &server : gateway.servers) {
        // Where the state decides, who only fails a check would come back.
        const bool mayComeBack = !route.byCheck && &server == route.from && !isKeptByState(server);
        if (&server != route.to && (takesSessions(server) || mayComeBack)) {
            route.leaving.push_back(&server);
        }
    }
    return route;
}

std::vector<Check> haproxyChecks(const Move &move)
{
    if (move.facts.gateways.empty()) {
        const About about{QStringLiteral("address_gateway"),
                          tr("The gateways of %1 take our commands").arg(move.address.name)};
        return {madeCheck(move, about, CheckResult::Unknown, tr("they were not asked"), tr("Ask again."))};
    }
    std::vector<Check> all;
    for (const GatewayFacts &gateway : move.facts.gateways) {
        all.push_back(checkCommands(move, gateway));
        if (!gateway.error.isEmpty()) {
            continue;
        }
        const Route route = routeOf(move, gateway);
        all.push_back(checkServers(move, gateway, route));
        all.push_back(checkTakers(move, gateway, route));
        if (route.to) {
            all.push_back(WayCheck(move, gateway, route).check());
        }
    }
    return all;
}

} // namespace howdah::operations::address
