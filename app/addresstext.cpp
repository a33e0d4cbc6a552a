// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresstext.h"

#include <QJsonObject>

#include "app/texttable.h"
#include "core/sentences.h"
#include "operations/address/link.h"
#include "operations/address/owners.h"

namespace howdah::app {

using namespace operations::address;

namespace {

QString holderText(const Truth &truth)
{
    return !truth.holders.isEmpty() ? truth.holders.join(QLatin1Char(','))
           : truth.holderKnown      ? QStringLiteral("none")
                                    : QStringLiteral("?");
}

/// Why nobody can tell who has it; empty where somebody can.
QString whyHolderUnknown(const Sight &sight)
{
    if (sight.truth.holderKnown) {
        return {};
    }
    const core::Error &error = sight.facts.cloud.error;
    if (!error.message.isEmpty()) {
        return core::sentences({error.message, error.hint});
    }
    QStringList hosts;
    for (const GatewayTruth &gateway : sight.truth.gateways) {
        if (!gateway.error.isEmpty()) {
            hosts.append(QStringLiteral("gateway %1 can't be asked: %2").arg(gateway.name, gateway.error));
        }
    }
    for (const LinkFacts &link : sight.facts.links) {
        if (!link.error.isEmpty()) {
            hosts.append(QStringLiteral("LinK on %1 can't be asked: %2").arg(link.node, link.error));
        }
    }
    for (auto it = sight.facts.unasked.begin(); it != sight.facts.unasked.end(); ++it) {
        hosts.append(QStringLiteral("%1's host can't be asked: %2").arg(it.key(), it.value()));
    }
    hosts.sort();
    return hosts.join(QStringLiteral("; "));
}

QString answerText(const Truth &truth)
{
    const QString who = truth.answers.isEmpty() ? QStringLiteral("?") : truth.answers;
    return !truth.writable ? QStringLiteral("nobody")
                           : who + (*truth.writable ? QStringLiteral(", writable") : QStringLiteral(", standby"));
}

/// null of what has no gateways.
QJsonValue gatewaysJson(const Truth &truth)
{
    QJsonArray all;
    for (const GatewayTruth &gateway : truth.gateways) {
        const bool known = gateway.error.isEmpty();
        all.append(QJsonObject{{QStringLiteral("name"), gateway.name},
                               {QStringLiteral("leads_to"),
                                known ? QJsonValue(QJsonArray::fromStringList(gateway.leadsTo)) : QJsonValue()},
                               {QStringLiteral("servers"), known ? QJsonValue(gateway.servers) : QJsonValue()},
                               {QStringLiteral("error"), known ? QJsonValue() : QJsonValue(gateway.error)}});
    }
    return truth.gateways.empty() ? QJsonValue() : QJsonValue(all);
}

/// Of the hosts on which somebody moves it by himself; null without any.
QJsonValue ownersJson(const Sight &sight)
{
    QJsonArray all;
    for (const OwnerFacts &owner : sight.facts.owners) {
        if (owner.has) {
            all.append(QJsonObject{{QStringLiteral("node"), owner.node},
                                   {QStringLiteral("owner"), owner.owner},
                                   {QStringLiteral("file"), owner.file},
                                   {QStringLiteral("part"), partText(owner)},
                                   {QStringLiteral("follows_primary"), owner.follows}});
        }
    }
    return all.isEmpty() ? QJsonValue() : QJsonValue(all);
}

/// A line for each host on which somebody moves it.
QString ownersNote(const Sight &sight)
{
    QString note;
    for (const LinkFacts &link : sight.facts.links) {
        note += QStringLiteral("%1: LinK on %2: %3\n").arg(sight.address.name, link.node, linkText(link));
    }
    for (const OwnerFacts &owner : sight.facts.owners) {
        if (owner.has) {
            note +=
                QStringLiteral("%1: %2 on %3: %4\n").arg(sight.address.name, owner.owner, owner.node, partText(owner));
        }
    }
    return note;
}

/// A line for each gateway.
QString gatewaysNote(const Sight &sight)
{
    QString note;
    for (const GatewayTruth &gateway : sight.truth.gateways) {
        if (gateway.error.isEmpty()) {
            note += QStringLiteral("%1: gateway %2 leads to %3: %4\n")
                        .arg(sight.address.name, gateway.name,
                             gateway.leadsTo.isEmpty() ? QStringLiteral("nobody")
                                                       : gateway.leadsTo.join(QStringLiteral(", ")),
                             gateway.servers);
        }
    }
    return note;
}

/// null of one that was not seen.
QJsonValue certificateJson(const Certificate &certificate)
{
    return certificate.isKnown()
               ? QJsonValue(QJsonObject{{QStringLiteral("names"), QJsonArray::fromStringList(certificate.names)},
                                        {QStringLiteral("expires"), certificate.expires.toString(Qt::ISODate)}})
               : QJsonValue();
}

QJsonObject addressJson(const Sight &sight)
{
    const cluster::AddressConfig &address = sight.address;
    const Truth &truth = sight.truth;
    const auto orNull = [](const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); };
    return {{QStringLiteral("name"), address.name},
            {QStringLiteral("ip"), address.ip},
            {QStringLiteral("provider"), address.provider},
            {QStringLiteral("follows"), address.follows},
            {QStringLiteral("holders"),
             truth.holderKnown ? QJsonValue(QJsonArray::fromStringList(truth.holders)) : QJsonValue()},
            {QStringLiteral("why_holders_unknown"), orNull(whyHolderUnknown(sight))},
            {QStringLiteral("gateways"), gatewaysJson(truth)},
            {QStringLiteral("owners"), ownersJson(sight)},
            {QStringLiteral("answers"), orNull(truth.answers)},
            {QStringLiteral("writable"), truth.writable ? QJsonValue(*truth.writable) : QJsonValue()},
            {QStringLiteral("server_version"), orNull(sight.facts.serverVersion)},
            {QStringLiteral("tls"), orNull(sight.facts.tls)},
            {QStringLiteral("host"), orNull(address.host)},
            {QStringLiteral("certificate"), certificateJson(sight.facts.certificate)},
            {QStringLiteral("answer_ms"), sight.facts.answerMs ? QJsonValue(*sight.facts.answerMs) : QJsonValue()},
            {QStringLiteral("verdict"), cluster::verdictKey(truth.verdict)},
            {QStringLiteral("finding"), orNull(truth.id)},
            {QStringLiteral("message"), truth.says},
            {QStringLiteral("remedy"), orNull(truth.remedy)}};
}

} // namespace

QString addressesText(const Sights &sights, bool remarks)
{
    std::vector<QStringList> rows{{QStringLiteral("ADDRESS"), QStringLiteral("IP"), QStringLiteral("PROVIDER"),
                                   QStringLiteral("FOLLOWS"), QStringLiteral("HOLDER"), QStringLiteral("ANSWERS"),
                                   QStringLiteral("VERDICT")}};
    QString notes;
    for (const Sight &sight : sights) {
        const cluster::AddressConfig &address = sight.address;
        const Truth &truth = sight.truth;
        rows.push_back({address.name, address.ip, address.provider, address.follows, holderText(truth),
                        answerText(truth), cluster::verdictKey(truth.verdict)});
        notes += remarks ? gatewaysNote(sight) + ownersNote(sight) : QString();
        if (remarks && !truth.id.isEmpty()) {
            notes += QStringLiteral("%1: %2. %3\n").arg(address.name, truth.says, truth.remedy);
        }
        if (const QString why = whyHolderUnknown(sight); remarks && !why.isEmpty()) {
            notes += QStringLiteral("%1: who has it is not known. %2\n").arg(address.name, why);
        }
    }
    return textTable(rows) + (notes.isEmpty() ? notes : QLatin1Char('\n') + notes);
}

QJsonArray addressesJson(const Sights &sights)
{
    QJsonArray all;
    for (const Sight &sight : sights) {
        all.append(addressJson(sight));
    }
    return all;
}

} // namespace howdah::app
