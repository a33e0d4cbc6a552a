// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "cluster/syncnames.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// For whom commits wait once the candidate is the primary.
struct SyncRule {
    cluster::SyncNames names;
    int followers = 0; ///< that will follow and that it names
    /// The old primary's rule, with the two changed about: until those whom it names follow, commits wait for nobody.
    bool handedOver = false;

    bool isSatisfiable() const { return followers >= names.count; }
};

/// Empty when a rule can't be read. Through a manager the candidate's own rule stays.
std::optional<SyncRule> syncRuleAfter(const Facts &facts, const Cast &cast, Way way);

} // namespace howdah::operations::switchover
