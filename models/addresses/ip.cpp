// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/ip.h"

#include <QHostAddress>

namespace howdah::addresses {

namespace {

QHostAddress plain(const QString &text)
{
    // "127.1" and "1" are addresses to Qt, and to nobody who writes a cluster file.
    const bool isForm = text.contains(QLatin1Char(':')) || text.count(QLatin1Char('.')) == 3;
    QHostAddress address = isForm ? QHostAddress(text) : QHostAddress();
    if (address.isNull()) {
        return address;
    }
    address.setScopeId({});
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4);
    return isV4 ? QHostAddress(v4) : address;
}

QPair<QHostAddress, int> network(const QString &text)
{
    return text.count(QLatin1Char('/')) == 1 ? QHostAddress::parseSubnet(text)
                                             : QPair<QHostAddress, int>(QHostAddress(), -1);
}

} // namespace

QString normalIp(const QString &text)
{
    const QHostAddress address = plain(text);
    return address.isNull() ? QString() : address.toString();
}

QString normalIpOrNetwork(const QString &text)
{
    const auto [base, bits] = network(text);
    return bits < 0 ? normalIp(text) : QStringLiteral("%1/%2").arg(base.toString()).arg(bits);
}

bool covers(const QString &ipOrNetwork, const QString &ip)
{
    const QHostAddress address = plain(ip);
    const auto subnet = network(ipOrNetwork);
    if (address.isNull() || subnet.second == 0) {
        return false;
    }
    return subnet.second > 0 ? address.isInSubnet(subnet) : address == plain(ipOrNetwork);
}

bool isOfEveryMachine(const QString &ip)
{
    const QHostAddress address = plain(ip);
    return address.isNull() || address.isLoopback() || address.isLinkLocal() || address == QHostAddress::AnyIPv4 ||
           address == QHostAddress::AnyIPv6;
}

} // namespace howdah::addresses
