// SPDX-License-Identifier: GPL-3.0-or-later
// The four answers about one address, each with what it is from.
#include <algorithm>

#include "core/units.h"
#include "operations/address/link.h"
#include "operations/address/owners.h"
#include "tables/addressesmodel.h"
#include "tables/cells.h"

namespace howdah::tables {

using cluster::Verdict;
using operations::address::Claim;
using operations::address::Sight;
using operations::address::Sights;

namespace {

QString tr(const char *text)
{
    return AddressesModel::tr(text);
}

QString ageText(qint64 askedMs, qint64 nowMs)
{
    return askedMs == 0 ? tr("not yet") : tr("%1 ago").arg(core::formatAge(std::max<qint64>(0, nowMs - askedMs)));
}

/// Of provider "haproxy": where each gateway leads, by the state of its servers.
AddressAnswer gatewaysAnswer(const Sight &sight, qint64 nowMs)
{
    const auto &truth = sight.truth;
    AddressAnswer one{.question = tr("Who holds it"), .answer = unknown()};
    const bool differ = std::any_of(truth.gateways.begin(), truth.gateways.end(), [&truth](const auto &gateway) {
        return gateway.leadsTo != truth.gateways.front().leadsTo;
    });
    if (truth.holderKnown && truth.holders.isEmpty()) {
        one.verdict = Verdict::Critical;
        one.answer = tr("nobody");
    } else if (truth.holderKnown) {
        const bool wrong = differ || (truth.holders.size() > 1 && sight.address.follows == QLatin1String("primary"));
        one.verdict = wrong ? Verdict::Critical : Verdict::Ok;
        one.answer = wrong ? truth.holders.join(QStringLiteral(", "))
                     : truth.gateways.size() == 1
                         ? tr("%1, says its gateway").arg(truth.holders.join(QStringLiteral(", ")))
                         : tr("%1, say its gateways").arg(truth.holders.join(QStringLiteral(", ")));
    }
    for (const auto &gateway : truth.gateways) {
        one.facts.emplace_back(gateway.name, gateway.error.isEmpty() ? gateway.servers : gateway.error);
    }
    one.facts.emplace_back(tr("asked"), ageText(sight.hostsAskedMs, nowMs));
    return one;
}

AddressAnswer holderAnswer(const Sight &sight, qint64 nowMs)
{
    if (sight.address.provider == QLatin1String("haproxy")) {
        return gatewaysAnswer(sight, nowMs);
    }
    const auto &truth = sight.truth;
    AddressAnswer one{.question = tr("Who holds it"), .answer = unknown()};
    if (sight.address.provider == QLatin1String("command")) {
        one.answer = tr("nobody to ask: a program moves it");
        one.nonValue = true;
        return one;
    }
    const auto &cloud = sight.facts.cloud;
    const bool byProvider = !sight.address.isOnHosts();
    if (byProvider && !cloud.error.message.isEmpty()) {
        one.facts.emplace_back(tr("why"), cloud.error.message);
    }
    if (byProvider && cloud.isKnown() && !cloud.address.targetName.isEmpty()) {
        one.facts.emplace_back(tr("machine"), cloud.address.targetName);
    }
    if (truth.holders.size() == 1) {
        one.verdict = Verdict::Ok;
        one.answer = byProvider ? tr("%1, says %2").arg(truth.holders.front(), sight.address.provider)
                                : tr("%1, says its host").arg(truth.holders.front());
    } else if (truth.holders.size() > 1) {
        one.verdict = Verdict::Critical;
        one.answer = truth.holders.join(QStringLiteral(", "));
    } else if (truth.holderKnown) {
        one.verdict = Verdict::Critical;
        one.answer = tr("nobody");
    }
    for (const Claim &claim : sight.facts.claims) {
        one.facts.emplace_back(claim.interface, claim.cidr);
    }
    for (const auto &link : sight.facts.links) {
        one.facts.emplace_back(link.node, linkText(link));
    }
    QString last;
    for (const auto &owner : sight.facts.owners) {
        if (!owner.has && owner.owner != sight.address.provider) {
            continue;
        }
        if (last != owner.owner) {
            one.facts.emplace_back(tr("owner"), owner.owner);
            last = owner.owner;
        }
        one.facts.emplace_back(owner.node, owner.has                 ? shortText(owner)
                                           : owner.problem.isEmpty() ? tr("does not have it")
                                                                     : owner.problem);
    }
    QStringList unasked = sight.facts.unasked.keys();
    unasked.sort();
    if (!unasked.isEmpty()) {
        one.facts.emplace_back(tr("not asked"), unasked.join(QStringLiteral(", ")));
    }
    one.facts.emplace_back(tr("asked"), ageText(sight.hostsAskedMs, nowMs));
    return one;
}

/// By the hardware addresses that answered for it, to whichever host asked its network.
AddressAnswer claimAnswer(const Sight &sight, qint64 nowMs)
{
    AddressAnswer one{.question = tr("Who claims it"), .answer = unknown()};
    if (!sight.address.isOnHosts()) {
        one.answer = tr("not on the hosts' own network");
        one.nonValue = true;
        return one;
    }
    QStringList macs, problems;
    bool asked = false;
    for (auto host = sight.facts.fitness.begin(); host != sight.facts.fitness.end(); ++host) {
        if (!host->error.isEmpty()) {
            problems.append(host.key());
            continue;
        }
        asked = true;
        macs += host->answering;
    }
    macs.removeDuplicates();
    macs.sort();
    problems.sort();
    if (asked) {
        one.verdict = macs.size() == 1 ? Verdict::Ok : macs.isEmpty() ? Verdict::Unknown : Verdict::Critical;
        one.answer = macs.size() == 1 ? tr("one host alone")
                     : macs.isEmpty() ? tr("no host answers for it")
                                      : tr("%1 hosts at once").arg(macs.size());
        one.facts.emplace_back(tr("ARP"), macs.size() == 1 ? tr("1 answer") : tr("%1 answers").arg(macs.size()));
    }
    if (!macs.isEmpty()) {
        one.facts.emplace_back(tr("MAC"), macs.join(QStringLiteral(", ")));
    }
    if (!problems.isEmpty()) {
        one.facts.emplace_back(tr("can't ask"), problems.join(QStringLiteral(", ")));
    }
    one.facts.emplace_back(tr("asked"), ageText(sight.hostsAskedMs, nowMs));
    return one;
}

AddressAnswer serverAnswer(const Sight &sight, qint64 nowMs)
{
    AddressAnswer one{.question = tr("Who answers"), .answer = unknown()};
    if (sight.askedMs > 0 && !sight.facts.error.isEmpty()) {
        one.answer = tr("nobody");
        one.facts.emplace_back(tr("why"), sight.facts.error);
    } else if (sight.askedMs > 0) {
        const bool foreign = sight.truth.id == QLatin1String("address_other_cluster");
        one.verdict = foreign ? Verdict::Critical : Verdict::Ok;
        one.answer = foreign                         ? tr("another cluster")
                     : sight.truth.answers.isEmpty() ? tr("a server that is none of the nodes")
                                                     : sight.truth.answers;
        one.facts.emplace_back(tr("server"), QStringLiteral("PostgreSQL ") +
                                                 sight.facts.serverVersion.section(QLatin1Char(' '), 0, 0));
        one.facts.emplace_back(tr("identifier"), sight.facts.systemIdentifier);
        one.facts.emplace_back(tr("TLS"), sight.facts.tls.isEmpty() ? tr("not encrypted") : sight.facts.tls);
        if (const operations::address::Certificate &shown = sight.facts.certificate; shown.isKnown()) {
            one.facts.emplace_back(tr("for"), tr("%1, until %2")
                                                  .arg(shown.names.join(QStringLiteral(", ")),
                                                       shown.expires.date().toString(Qt::ISODate)));
        } else if (!shown.error.isEmpty()) {
            one.facts.emplace_back(tr("certificate"), shown.error);
        }
    }
    one.facts.emplace_back(tr("asked"), ageText(sight.askedMs, nowMs));
    return one;
}

AddressAnswer writesAnswer(const Sight &sight)
{
    const bool wanted = sight.address.follows == QLatin1String("primary");
    AddressAnswer one{.question = wanted ? tr("Where writes land") : tr("Whether it takes writes"),
                      .answer = unknown()};
    if (sight.askedMs == 0 || !sight.facts.error.isEmpty()) {
        return one;
    }
    const bool takes = sight.facts.writable && !sight.facts.readOnly;
    const QString who = sight.truth.answers.isEmpty() ? tr("who answers") : sight.truth.answers;
    one.verdict = takes == wanted ? (sight.truth.verdict == Verdict::Ok ? Verdict::Ok : sight.truth.verdict)
                  : takes         ? Verdict::Warning
                                  : Verdict::Critical;
    one.answer = !takes   ? (wanted ? tr("nowhere: %1 takes none").arg(who) : tr("no, as it must be"))
                 : wanted ? (one.verdict == Verdict::Ok ? tr("%1, as it must be").arg(who) : who)
                          : tr("yes, on %1").arg(who);
    one.facts = {{tr("recovery"), sight.facts.writable ? tr("no") : tr("yes")},
                 {tr("read only"), sight.facts.readOnly ? tr("on") : tr("off")}};
    if (sight.facts.answerMs) {
        one.facts.emplace_back(tr("connect"), QStringLiteral("%1 ms").arg(*sight.facts.answerMs));
    }
    return one;
}

} // namespace

AddressStory addressStory(const Sights &sights, const QString &name, qint64 nowMs)
{
    const auto sight =
        std::find_if(sights.begin(), sights.end(), [&name](const Sight &one) { return one.address.name == name; });
    if (sight == sights.end()) {
        return {};
    }
    AddressStory story;
    story.title = tr("The truth about %1").arg(name);
    story.subtitle = sight->address.ip;
    story.answers = {holderAnswer(*sight, nowMs), claimAnswer(*sight, nowMs), serverAnswer(*sight, nowMs),
                     writesAnswer(*sight)};
    if (!sight->truth.id.isEmpty()) {
        story.says = sight->truth.says;
        story.remedy = sight->truth.remedy;
    }
    return story;
}

} // namespace howdah::tables
