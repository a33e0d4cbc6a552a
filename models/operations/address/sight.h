// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "operations/address/truth.h"

namespace howdah::operations::address {

/// One address as it was seen last, and what that comes to.
struct Sight {
    cluster::AddressConfig address;
    Facts facts;
    Truth truth;             ///< with the state of the cluster at that time
    qint64 askedMs = 0;      ///< monotonic, as of snapshots; 0: not yet
    qint64 hostsAskedMs = 0; ///< likewise, of the hosts
    qint64 sinceMs = 0;      ///< since when truth has been wrong in that way; 0: it is not
    int seen = 0;            ///< how often in a row
};

/// The addresses of one cluster, in the order of its file.
using Sights = std::vector<Sight>;

/// What was seen of an address before, and what is seen of it now. hosts: they were asked as well; else what they said
/// stays. Pure.
Sight seenAnew(const Sight &before, Facts facts, bool hosts, const cluster::ClusterState &state);

/// What is wrong with the addresses, for those who watch. A switchover or a move takes a moment, and server and address
/// are not asked at the same instant: only what was seen twice in a row is said, but that what is not known is not
/// green at once. once: there is no second look. Pure.
std::vector<cluster::Finding> findingsOf(const Sights &sights, bool once = false);

} // namespace howdah::operations::address

Q_DECLARE_METATYPE(std::shared_ptr<const howdah::operations::address::Sights>)
