// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"

namespace howdah::operations {

/// Takes the cluster lock on node: two consoles can't hold it at once, and it goes with the session, so one that dies
/// leaves nothing behind.
Step lockStep(const QString &node);
/// Gives it back.
Step unlockStep(const QString &node);

/// Has steps done while this console holds the cluster lock on node; without a node they stand alone.
void lockAround(Plan &plan, const QString &node, std::vector<Step> steps);

} // namespace howdah::operations
