// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "addresses/provider.h"

namespace howdah::addresses {

/// A cluster's node among the machines of a provider.
struct Match {
    Target target;
    Place place;
};

/// Whose machine a node is, by IP alone: names are anybody's choice. nodeIps: all that are known of its host, that of
/// its connection first; floatingIps: those that move, which prove nothing, since the holder may be listed with them.
/// None, or more than one that it could be: an error. Where the target has several interfaces, the one with the first
/// IP that fits.
core::Result<Match> matchNode(const QString &node, const QStringList &nodeIps, const std::vector<Target> &targets,
                              const QStringList &floatingIps);

/// The address with that IP. Not listed, or listed twice: an error.
core::Result<Address> addressWithIp(const ProviderInfo &provider, const QString &ip,
                                    const std::vector<Address> &addresses);

/// Whether the address leads there, as far as is known.
bool leadsTo(const Address &address, const Place &place);

/// The proof of a move: the address, read anew, leads to the place. Whatever the operation said, nothing else is one.
/// address: that was moved, as it was before.
core::Result<void> judged(const ProviderInfo &provider, const Address &address, const Address &readBack,
                          const Place &place);

/// One thing that has to be right before an address is moved. why is for all but Yes.
struct Fitness {
    enum class Verdict { Yes, No, Unknown };
    Verdict verdict = Verdict::Yes;
    core::Error why;
};

Fitness sameRegion(const ProviderInfo &provider, const Address &address, const Target &target);
/// The target is up, and nothing keeps it from being given an address.
Fitness takesAddresses(const ProviderInfo &provider, const Target &target);
/// The provider would move the address, and says where it leads.
Fitness isMovable(const ProviderInfo &provider, const Address &address);
/// None of these events is running.
Fitness isQuiet(const ProviderInfo &provider, const std::vector<Operation> &events);

} // namespace howdah::addresses
