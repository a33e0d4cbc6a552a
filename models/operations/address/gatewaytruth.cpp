// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/gatewaytruth.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "operations/address/gateway.h"

namespace howdah::operations::address {

using cluster::Verdict;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

void tell(Truth &truth, Verdict verdict, const char *id, const QString &says, const QString &remedy)
{
    if (verdict <= truth.verdict && !truth.id.isEmpty()) {
        return;
    }
    truth.verdict = verdict;
    truth.id = QLatin1String(id);
    truth.says = says;
    truth.remedy = remedy;
}

QString nobodyOr(const QStringList &names)
{
    return names.isEmpty() ? tr("nobody") : names.join(tr(" and "));
}

QString primaryOf(const cluster::ClusterState &state)
{
    const int primary = state.assessment->topology.primary;
    return primary < 0 ? QString() : state.snapshot->nodes[cluster::at(primary)].name;
}

/// What one gateway does that is wrong whoever answers.
void judgeOne(Truth &truth, const GatewayTruth &gateway, const cluster::AddressConfig &address)
{
    const bool writes = address.follows == QLatin1String("primary");
    if (gateway.leadsTo.size() > 1 && writes) {
        tell(truth, Verdict::Critical, "address_several_servers",
             tr("on gateway %1 several servers take sessions: %2").arg(gateway.name, gateway.servers),
             tr("Which of them an application reaches is chance, and only one takes writes. Keep all but that one "
                "out."));
    } else if (gateway.leadsTo.isEmpty()) {
        tell(truth, Verdict::Critical, "address_no_server",
             tr("on gateway %1 no server takes sessions: %2").arg(gateway.name, gateway.servers),
             tr("Move the address to the node that is to have it, or see why its check fails."));
    } else if (!gateway.areNodes) {
        tell(truth, Verdict::Warning, "address_gateway_unmatched",
             tr("gateway %1 leads to a server that is none of the cluster file's nodes: %2")
                 .arg(gateway.name, gateway.servers),
             tr("A server is known by its address and port: mend the backend, or the node in the cluster file."));
    }
    if (!gateway.may) {
        tell(truth, Verdict::Warning, "address_gateway_level",
             tr("the socket of gateway %1 does not let us change servers").arg(gateway.name),
             tr("The address could not be moved: add \"level admin\" to that stats socket."));
    }
}

/// The gateways' word where nobody can be asked on the address itself.
void judgeUnreached(Truth &truth, const cluster::AddressConfig &address, const cluster::ClusterState &state)
{
    const QString primary = primaryOf(state);
    const QStringList &to = truth.holders;
    if (address.follows == QLatin1String("primary") && !primary.isEmpty() && to.size() == 1 && to.front() != primary) {
        tell(truth, Verdict::Critical, "address_leads_to_standby",
             tr("its gateways lead to %1, and %2 is the primary").arg(to.front(), primary),
             tr("Move it to %1, the primary.").arg(primary));
    }
}

} // namespace

void readGateways(Truth &truth, const Facts &facts, const cluster::ClusterState &state)
{
    const std::vector<Peer> peers = peersOf(state, facts);
    truth.holderKnown = !facts.gateways.empty();
    for (const GatewayFacts &gateway : facts.gateways) {
        GatewayTruth &one = truth.gateways.emplace_back();
        one.name = gateway.name;
        one.error = gateway.error;
        one.may = gateway.may;
        one.servers = serversText(gateway);
        for (const GatewayServer &server : gateway.servers) {
            if (!takesSessions(server)) {
                continue;
            }
            const QString node = nodeOf(server, gateway, peers);
            one.leadsTo.append(node.isEmpty() ? server.name : node);
            one.areNodes = one.areNodes && !node.isEmpty();
            if (!node.isEmpty()) {
                truth.holders.append(node);
            }
        }
        one.leadsTo.sort(); // each configuration has its own order
        truth.holderKnown = truth.holderKnown && one.error.isEmpty() && one.areNodes;
    }
    truth.holders.removeDuplicates();
}

void judgeGateways(Truth &truth, const cluster::AddressConfig &address, const Facts &facts,
                   const cluster::ClusterState &state)
{
    const GatewayTruth *first = nullptr;
    for (const GatewayTruth &gateway : truth.gateways) {
        if (!gateway.error.isEmpty()) {
            continue;
        }
        judgeOne(truth, gateway, address);
        if (first && first->leadsTo != gateway.leadsTo) {
            tell(truth, address.follows == QLatin1String("primary") ? Verdict::Critical : Verdict::Warning,
                 "address_gateways_differ", tr("its gateways lead to different servers: %1").arg(gatewaysText(truth)),
                 tr("Move the address to the node that is to have it: that leads all of them there."));
        }
        first = &gateway;
    }
    if (!facts.error.isEmpty()) {
        judgeUnreached(truth, address, state);
    } else if (!truth.answers.isEmpty() && truth.holderKnown && !truth.holders.contains(truth.answers)) {
        tell(truth, Verdict::Critical, "address_gateway_astray",
             tr("%1 answers, and %2").arg(truth.answers, gatewaysText(truth)),
             tr("%1 does not lead to these gateways, or not to their backend %2: mend the address in the cluster file.")
                 .arg(address.ip, address.backend));
    }
    for (const GatewayTruth &gateway : truth.gateways) {
        if (!gateway.error.isEmpty() && truth.verdict == Verdict::Ok) {
            tell(truth, Verdict::Unknown, "address_gateway_not_asked",
                 tr("gateway %1 can't be asked: %2").arg(gateway.name, gateway.error),
                 tr("To whom it leads is not known, and a switchover is refused. See its host, and HAProxy there."));
        }
    }
}

QString gatewaysText(const Truth &truth)
{
    QStringList all;
    for (const GatewayTruth &gateway : truth.gateways) {
        all.append(!gateway.error.isEmpty()
                       ? tr("gateway %1 can't be asked").arg(gateway.name)
                       : tr("gateway %1 leads to %2").arg(gateway.name, nobodyOr(gateway.leadsTo)));
    }
    return all.join(QStringLiteral(", "));
}

} // namespace howdah::operations::address
