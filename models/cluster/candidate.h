// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/health.h"

namespace howdah::cluster {

/// Why a node can't be proposed as the next primary, as the end of a sentence about it ("it is the primary"); empty
/// when it can. Only what the state shows: whether it can take over, the checks of a plan say. The one rule for all
/// that offers a switchover to a node. Pure.
QString whyNotProposed(const ClusterState &state, const QString &node);

/// Whether a node is one of those among whom the next primary is looked for: another than the primary, with data of its
/// own. While nobody is known to be the primary, who is seen to be a standby. Pure.
bool isCandidate(const ClusterState &state, std::size_t node);

/// The node to which a candidate is brought: the primary. Empty when it is not known.
QString primaryName(const ClusterState &state);

} // namespace howdah::cluster
