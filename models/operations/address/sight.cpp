// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/sight.h"

#include <QCoreApplication>

#include "operations/address/gatewaytruth.h"

namespace howdah::operations::address {

using cluster::Verdict;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

QString evidenceOf(const Sight &sight)
{
    QStringList parts;
    if (!sight.truth.gateways.empty()) {
        parts.append(gatewaysText(sight.truth));
    } else if (sight.truth.holderKnown) {
        parts.append(sight.truth.holders.isEmpty()
                         ? tr("no host has %1").arg(sight.address.ip)
                         : tr("%1 has %2").arg(sight.truth.holders.join(QStringLiteral(", ")), sight.address.ip));
    }
    if (!sight.facts.error.isEmpty()) {
        parts.append(sight.facts.error);
    } else if (sight.askedMs > 0) {
        parts.append(sight.facts.writable ? tr("who answers there takes writes")
                                          : tr("who answers there is in recovery"));
    }
    return parts.join(QStringLiteral("; "));
}

/// Whether what is wrong was told by the hosts or the gateways, not by who answers.
bool restsOnHosts(const QString &id)
{
    static const QStringList ids{QStringLiteral("address_two_holders"),     QStringLiteral("address_no_holder"),
                                 QStringLiteral("address_several_servers"), QStringLiteral("address_no_server"),
                                 QStringLiteral("address_owned"),           QStringLiteral("address_no_owner")};
    return ids.contains(id) || id.startsWith(QLatin1String("address_gateway")) ||
           id.startsWith(QLatin1String("address_certificate")) || id.startsWith(QLatin1String("address_tls"));
}

} // namespace

Sight seenAnew(const Sight &before, Facts facts, bool hosts, const cluster::ClusterState &state)
{
    Sight now;
    now.address = before.address;
    now.askedMs = state.snapshot->takenMonotonicMs;
    now.hostsAskedMs = hosts ? now.askedMs : before.hostsAskedMs;
    if (!hosts) {
        facts.claims = before.facts.claims;
        facts.unasked = before.facts.unasked;
        facts.fitness = before.facts.fitness;
        facts.owners = before.facts.owners;
        facts.ownersUnasked = before.facts.ownersUnasked;
        facts.cloud = before.facts.cloud;
        facts.links = before.facts.links;
        facts.gateways = before.facts.gateways;
        facts.nodeIps = before.facts.nodeIps;
        facts.certificate = facts.tls.isEmpty() ? Certificate() : before.facts.certificate;
    }
    now.facts = std::move(facts);
    now.truth = truthOf(now.address, now.facts, state);
    const bool same = !now.truth.id.isEmpty() && now.truth.id == before.truth.id;
    now.sinceMs = now.truth.id.isEmpty() ? 0 : same ? before.sinceMs : now.askedMs;
    // What rests on the hosts is seen anew only when they were asked anew.
    const bool ofHosts = restsOnHosts(now.truth.id);
    now.seen = !same ? (ofHosts && !hosts ? 0 : 1) : before.seen + (ofHosts && !hosts ? 0 : 1);
    return now;
}

std::vector<cluster::Finding> findingsOf(const Sights &sights, bool once)
{
    std::vector<cluster::Finding> findings;
    for (const Sight &sight : sights) {
        const Truth &truth = sight.truth;
        const bool held = once || sight.seen > 1 || truth.verdict == Verdict::Unknown;
        if (truth.id.isEmpty() || sight.askedMs == 0 || !held) {
            continue;
        }
        cluster::Finding &finding = findings.emplace_back();
        finding.id = truth.id + QLatin1Char(':') + sight.address.name;
        finding.severity = truth.verdict;
        finding.node = truth.answers;
        finding.title = tr("Address %1: %2").arg(sight.address.name, truth.says);
        finding.evidence = evidenceOf(sight);
        finding.remedy = truth.remedy;
        finding.page = QStringLiteral("addresses");
        finding.subject = sight.address.name;
        finding.sinceMs = sight.sinceMs;
    }
    return findings;
}

} // namespace howdah::operations::address
