// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::addresses {

/// An IP address in the one form by which it is compared: IPv6 compressed, in small letters and without a scope, an
/// IPv4 address in IPv6's clothes without them. Empty for what is no address; a network is none.
QString normalIp(const QString &text);
/// The same, or "2001:db8::/64".
QString normalIpOrNetwork(const QString &text);
/// Whether an address is what ipOrNetwork says, or in it. False for what is neither.
bool covers(const QString &ipOrNetwork, const QString &ip);
/// Of one machine only, and of every machine: loopback, link-local, "any". They tell nothing apart.
bool isOfEveryMachine(const QString &ip);

} // namespace howdah::addresses
