// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "operations/address/facts.h"

namespace howdah::operations::address {

/// Who moves addresses by himself on that node's host, by kOwnersScript; of what it does not understand nothing is
/// taken. Pure.
std::vector<OwnerFacts> ownersFrom(const QString &node, const QString &ip, const QString &output);

/// Whose configuration has the address though the cluster file says that it is moved by hand; nullptr: nobody's.
const OwnerFacts *strangerAmong(const Facts &facts, const QString &provider);
/// What the owner that the cluster file names says on that node's host; nullptr: he does not run there.
const OwnerFacts *ownerOn(const Facts &facts, const QString &provider, const QString &node);

/// "vrrp_instance VI_1, state BACKUP, priority 100": for people.
QString partText(const OwnerFacts &owner);

/// The same in as few words as a table has room for.
QString shortText(const OwnerFacts &owner);

/// What to do where the address is not where it should be: the owner moves it, nobody else. node: where it should be;
/// empty: not known.
QString ownersRemedy(const cluster::AddressConfig &address, const QString &node);

} // namespace howdah::operations::address
