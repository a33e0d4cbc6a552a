// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/switchover/pieces.h"

/// Steps that are the same whoever stops and promotes the servers.
namespace howdah::operations::switchover {

/// until: id of the step that ends the session which holds it; empty for one that outlives them all.
Step lockStep(const Pieces &p, const QString &node, const QString &until);
/// Checkpoints where the role may, then waits until the candidate has replayed nearly all.
Step checkpointStep(const Pieces &p, bool onPrimary, bool onCandidate);
/// SQL that holds on a standby that streams from the candidate on a newer timeline than the one before.
QString followsSql(const Pieces &p);
/// needed: id of the step that makes the candidate the primary.
Step proofStep(const Pieces &p, const QString &needed);
Step unlockStep(const Pieces &p);
std::vector<Action> guardsOf(const Pieces &p);

} // namespace howdah::operations::switchover
