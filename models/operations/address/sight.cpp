// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/sight.h"

#include <QCoreApplication>

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
    if (sight.truth.holderKnown) {
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
        facts.cloud = before.facts.cloud;
    }
    now.facts = std::move(facts);
    now.truth = truthOf(now.address, now.facts, state);
    const bool same = !now.truth.id.isEmpty() && now.truth.id == before.truth.id;
    now.sinceMs = now.truth.id.isEmpty() ? 0 : same ? before.sinceMs : now.askedMs;
    // What rests on the hosts is seen anew only when they were asked anew.
    const bool ofHosts =
        now.truth.id == QLatin1String("address_two_holders") || now.truth.id == QLatin1String("address_no_holder");
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
