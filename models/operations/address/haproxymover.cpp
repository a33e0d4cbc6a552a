// SPDX-License-Identifier: GPL-3.0-or-later
// Provider "haproxy": applications connect to gateways, each of which leads them to one of the servers of a backend. In
// some backends the administrative state of the servers decides to whom (those that are not to be led to are in maint
// or drain), in others a check that only the primary passes. Each gateway is a step of its own: one that fails keeps
// none of the others with the old primary.
#include <QCoreApplication>
#include <algorithm>

#include "operations/address/gatewayscripts.h"
#include "operations/address/mover.h"

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

/// How one gateway gets from what it does to what it is to do.
struct Route {
    const GatewayServer *to = nullptr;          ///< of the node that is to have it; nullptr: its backend has none
    const GatewayServer *from = nullptr;        ///< of the one that it leaves, likewise
    std::vector<const GatewayServer *> takers;  ///< who takes sessions now
    std::vector<const GatewayServer *> leaving; ///< who is to take none any more
    bool byCheck = false;                       ///< a check decides; else the administrative state
};

/// Whether it is a check that keeps the others out where all is as it should be.
bool othersByCheck(const GatewayFacts &gateway, const GatewayServer &taker)
{
    const auto &all = gateway.servers;
    const auto other = [&taker](const GatewayServer &one) { return one.name != taker.name && !takesSessions(one); };
    return std::none_of(all.begin(), all.end(),
                        [&](const GatewayServer &one) { return other(one) && isKeptByState(one); }) &&
           std::any_of(all.begin(), all.end(), [&](const GatewayServer &one) { return other(one) && isChecked(one); });
}

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
        } else if (m_gateway.keepsState.value_or(false) || isConfigured()) {
            say(CheckResult::Passed, isConfigured()
                                         ? tr("the state of its servers decides, and its configuration says the same")
                                         : tr("the state of its servers decides, and outlives a reload"));
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

std::vector<Check> checks(const Move &move)
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
    if (!takesSessions(*route.to)) {
        line.set(*route.to, route.byCheck ? "health up" : "state ready");
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
        Mover made{QStringLiteral("haproxy"), checks, nothing, nullptr, settled, proof};
        made.apart = gatewaySteps;
        made.hold = holdSteps;
        made.expectedMs = 10;
        return made;
    }();
    return mover;
}

} // namespace howdah::operations::address
