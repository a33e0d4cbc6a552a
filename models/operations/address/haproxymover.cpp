// SPDX-License-Identifier: GPL-3.0-or-later
// Provider "haproxy": applications connect to gateways, each of which leads them to one of the servers of a backend. In
// some backends the administrative state of the servers decides to whom (those that are not to be led to are in maint
// or drain), in others a check that only the primary passes. Each gateway is a step of its own: one that fails keeps
// none of the others with the old primary.
#include <QCoreApplication>

#include "operations/address/gatewayscripts.h"
#include "operations/address/haproxyroute.h"

namespace howdah::operations::address {

namespace {

constexpr int kDeadlineMs = 10'000;
constexpr int kExpectedMs = 40;
constexpr int kSeenMs = 250;
constexpr int kLane = 3;
constexpr int kHoldS = 30; ///< longer than a stop and a promotion take nearly always

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

/// What is sent to the socket of one gateway, and what must be so afterwards.
class Line {
public:
    explicit Line(const Move &move)
        : m_backend(move.address.backend)
    {
    }

    void set(const GatewayServer &server, const QString &what)
    {
        m_commands.append(QStringLiteral("set server %1/%2 %3").arg(m_backend, server.name, what));
    }
    void set(const GatewayServer &server, const char *what) { set(server, QLatin1String(what)); }
    /// What holding it has taken from it. Some algorithms take only these two percentages.
    void giveWeight(const GatewayServer &server)
    {
        set(server, server.weight == server.initialWeight ? QStringLiteral("weight 100%")
                                                          : QStringLiteral("weight %1").arg(server.weight));
    }
    /// Whoever has a session there connects anew, and is led on.
    void shut(const GatewayServer &server)
    {
        m_commands.append(QStringLiteral("shutdown sessions server %1/%2").arg(m_backend, server.name));
    }
    void wants(const GatewayServer &server, bool sessions)
    {
        m_wants.append((sessions ? QLatin1Char('+') : QLatin1Char('-')) + server.name);
    }

    Action action(const Move &move, const GatewayFacts &gateway, const QString &text) const
    {
        Action action = commandOn(
            gateway.place, saying(kGatewayLeadScript), QStringLiteral("howdah-lead"),
            QStringList{move.address.socket, gateway.by, m_backend, m_commands.join(QStringLiteral("; "))} + m_wants,
            text);
        action.asRoot = false; // what stands before commands there is all that is needed
        return action;
    }
    /// The same, ended by another line after kHoldS.
    Action held(const Move &move, const GatewayFacts &gateway, const Line &end, const QString &text) const
    {
        Action held = action(move, gateway, text);
        held.argv[2] = holding();
        held.argv[3] = QStringLiteral("howdah-hold");
        held.argv.insert(4, QString::number(kHoldS));
        held.argv.insert(5, end.m_commands.join(QStringLiteral("; ")));
        return held;
    }

private:
    QString m_backend;
    QStringList m_commands;
    QStringList m_wants;
};

/// The old ones out first: never do two take new sessions.
Action leadAction(const Move &move, const GatewayFacts &gateway, const Route &route)
{
    Line line(move);
    for (const GatewayServer *old : route.leaving) {
        line.set(*old, route.byCheck ? "health down" : "state maint");
        if (!move.alone) {
            line.giveWeight(*old);
        }
        line.shut(*old);
    }
    if (!route.byCheck) { // whoever took sessions when it was planned may have been set maint since
        line.set(*route.to, "state ready");
    } else if (!takesSessions(*route.to)) {
        line.set(*route.to, "health up");
    }
    line.wants(*route.to, true);
    for (const GatewayServer *old : route.leaving) {
        line.wants(*old, false);
    }
    return line.action(move, gateway, tr("gateway %1 leads to %2").arg(gateway.name, move.to));
}

/// As it was before.
Action backAction(const Move &move, const GatewayFacts &gateway, const Route &route)
{
    Line line(move);
    if (!takesSessions(*route.to)) {
        constexpr int kMaint = 0x01; // FMAINT; with it drain is void
        const bool maint = (route.to->admin & kMaint) != 0;
        line.set(*route.to, route.byCheck ? "health down" : maint ? "state maint" : "state drain");
        line.shut(*route.to);
        line.wants(*route.to, false);
    }
    for (const GatewayServer *old : route.leaving) {
        if (route.byCheck || !isKeptByState(*old)) {
            line.set(*old, route.byCheck ? "health up" : "state ready");
        }
        if (takesSessions(*old)) {
            line.wants(*old, true);
        }
    }
    return line.action(move, gateway, tr("gateway %1 leads to where it led before").arg(gateway.name));
}

std::vector<Step> gatewaySteps(const Move &move)
{
    std::vector<Step> steps;
    for (std::size_t i = 0; i < move.facts.gateways.size(); ++i) {
        const GatewayFacts &gateway = move.facts.gateways[i];
        const Route route = routeOf(move, gateway);
        if (!gateway.error.isEmpty() || !route.to) {
            continue; // a check refuses
        }
        Step step;
        step.id = QStringLiteral("gateway_%1_%2").arg(i + 1).arg(move.address.name);
        step.phase = Phase::Outage;
        step.title = tr("Lead gateway %1 to %2").arg(gateway.name, move.to);
        step.nodes = QStringList{gateway.place};
        step.deadlineMs = kDeadlineMs;
        step.expectedMs = kExpectedMs;
        step.lane = kLane;
        step.actions = {leadAction(move, gateway, route)};
        step.undo = {backAction(move, gateway, route)};
        step.remedy = tr("Who comes through gateway %1 does not find the new primary. Through its socket %2 take every "
                         "server of backend %3 out but %4, end their sessions, and let that one in: %5.")
                          .arg(gateway.name, move.address.socket, move.address.backend, route.to->name,
                               step.actions.front().argv.value(7));
        steps.push_back(std::move(step));
    }
    return steps;
}

/// HAProxy tries a server that refuses again only after a second, with the client waiting (retries, timeout connect):
/// from before the old primary is stopped until it is led on, it must not try. Without weight a server keeps the
/// sessions that it has, and weight is all that has to be given back, whatever has become of it meanwhile.
std::vector<Step> holdSteps(const Move &move)
{
    std::vector<Step> steps;
    for (std::size_t i = 0; i < move.facts.gateways.size(); ++i) {
        const GatewayFacts &gateway = move.facts.gateways[i];
        const Route route = routeOf(move, gateway);
        if (!route.to || !route.from || !takesSessions(*route.from)) {
            continue;
        }
        Line hold(move), end(move);
        hold.set(*route.from, "weight 0%");
        hold.wants(*route.from, false);
        end.giveWeight(*route.from);
        Step step;
        step.id = QStringLiteral("hold_%1_%2").arg(i + 1).arg(move.address.name);
        step.phase = Phase::Outage;
        step.title = tr("Let nobody new through gateway %1 to %2").arg(gateway.name, move.from);
        step.nodes = QStringList{gateway.place};
        step.deadlineMs = kDeadlineMs;
        step.expectedMs = kExpectedMs;
        step.actions = {hold.held(move, gateway, end,
                                  tr("gateway %1 begins no session on %2; in %3 s it does so again by itself")
                                      .arg(gateway.name, move.from)
                                      .arg(kHoldS))};
        step.undo = {
            end.action(move, gateway, tr("gateway %1 begins sessions on %2 again").arg(gateway.name, move.from))};
        step.remedy = tr("Through gateway %1 nobody new reaches %2: send \"%3\" to its socket %4.")
                          .arg(gateway.name, move.from, step.undo.front().argv.value(7), move.address.socket);
        steps.push_back(std::move(step));
    }
    return steps;
}

/// Each gateway is asked what it does: the new one alone takes sessions, and no other has any. again: it is led there
/// once more before, since a HAProxy that was restarted meanwhile has forgotten it.
std::vector<Action> seen(const Move &move, bool again)
{
    std::vector<Action> all;
    for (const GatewayFacts &gateway : move.facts.gateways) {
        const Route route = routeOf(move, gateway);
        if (!route.to) {
            continue;
        }
        QStringList wants{QLatin1Char('+') + route.to->name};
        for (const GatewayServer &server : gateway.servers) {
            if (server.name != route.to->name) {
                wants.append(QLatin1Char('-') + server.name);
            }
        }
        Action see = commandOn(gateway.place, saying(kGatewaySeeScript), QStringLiteral("howdah-see"),
                               QStringList{move.address.socket, gateway.by, move.address.backend} + wants,
                               tr("gateway %1 leads to %2 alone").arg(gateway.name, move.to));
        see.asRoot = false;
        see.pollMs = kSeenMs;
        if (again) {
            all.push_back(leadAction(move, gateway, route));
        }
        all.push_back(see);
    }
    return all;
}

std::vector<Action> settled(const Move &move)
{
    return seen(move, true);
}

std::vector<Action> proof(const Move &move)
{
    return seen(move, false);
}

std::vector<Action> nothing(const Move &)
{
    return {};
}

} // namespace

const Mover &haproxyMover()
{
    static const Mover mover = [] {
        Mover made{QStringLiteral("haproxy"), haproxyChecks, nothing, nullptr, settled, proof};
        made.apart = gatewaySteps;
        made.hold = holdSteps;
        made.expectedMs = 10;
        return made;
    }();
    return mover;
}

} // namespace howdah::operations::address
