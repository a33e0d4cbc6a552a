// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "cluster/health.h"
#include "operations/plan.h"

namespace howdah::operations::address {

/// Whether a node is one that an address may lead to, by what the cluster file wants of it: the one rule for the check
/// of a move and for whatever offers one. Plain text.
struct Target {
    CheckResult result = CheckResult::Passed;
    QString evidence; ///< the end of a sentence about the node: "it is a standby, and takes no writes"
    QString remedy;

    /// Not refused; a warning asks.
    bool may() const { return result == CheckResult::Passed || result == CheckResult::Warning; }
};

/// Pure.
Target targetOf(const cluster::AddressConfig &address, const cluster::ClusterState &state, const QString &node);

} // namespace howdah::operations::address
