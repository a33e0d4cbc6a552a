// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/link.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

namespace howdah::operations::address {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

/// Its key in the election is the address as on the interface, "10.0.0.100_32" (plugin arp); version 2 said "ip".
bool hasIp(const QJsonObject &endpoint, const QString &ip)
{
    const QHostAddress wanted(ip);
    for (const char *key : {"election_key", "ip"}) {
        const QString text = endpoint.value(QLatin1String(key)).toString();
        const QHostAddress one(text.section(QLatin1Char('_'), 0, 0).section(QLatin1Char('/'), 0, 0));
        if (!one.isNull() && one == wanted) {
            return true;
        }
    }
    return false;
}

} // namespace

QString linkUrl(const cluster::AddressConfig &address, const QString &node)
{
    for (const auto &[name, url] : address.urls) {
        if (name == node) {
            return url;
        }
    }
    return {};
}

void readLink(LinkFacts &facts, const QString &ip, int status, const QString &body)
{
    if (status == 401) {
        facts.error = tr("it wants to know who asks: set HOWDAH_LINK_USER and HOWDAH_LINK_PASSWORD in the environment");
        return;
    }
    const QJsonValue endpoints = QJsonDocument::fromJson(body.toUtf8()).object().value(QLatin1String("endpoints"));
    if (status != 200 || !endpoints.isArray()) {
        facts.error = tr("what answers is no LinK 3: HTTP %1").arg(status);
        return;
    }
    // Part of a URL later.
    static const QRegularExpression plainId(QStringLiteral("^[A-Za-z0-9-]{1,80}$"));
    static const QRegularExpression plainWord(QStringLiteral("^[A-Z_]{1,30}$"));
    const QJsonArray all = endpoints.toArray();
    for (const auto &one : all) {
        const QJsonObject endpoint = one.toObject();
        const QString id = endpoint.value(QLatin1String("id")).toString();
        const QString word = endpoint.value(QLatin1String("status")).toString();
        if (hasIp(endpoint, ip) && plainId.match(id).hasMatch()) {
            facts.id = id;
            facts.status = plainWord.match(word).hasMatch() ? word : QString();
            facts.checks = static_cast<int>(endpoint.value(QLatin1String("checks")).toArray().size());
        }
    }
}

bool isActivated(const LinkFacts &link)
{
    return link.status == QLatin1String("ACTIVATED");
}

QString linkText(const LinkFacts &link)
{
    if (!link.error.isEmpty()) {
        return link.error;
    }
    if (link.id.isEmpty()) {
        return tr("does not have it");
    }
    const QString checks = link.checks == 0   ? tr("no health check")
                           : link.checks == 1 ? tr("1 health check")
                                              : tr("%1 health checks").arg(link.checks);
    return (link.status.isEmpty() ? tr("in no state that is known") : link.status) + QStringLiteral(", ") + checks;
}

} // namespace howdah::operations::address
