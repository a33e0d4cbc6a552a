// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"

namespace howdah::operations {

/// Takes the cluster lock on node: two consoles can't hold it at once, and it goes with the session, so one that dies
/// leaves nothing behind.
Step lockStep(const QString &node);
/// Gives it back.
Step unlockStep(const QString &node);

/// What whoever takes up an operation that goes on with primary asks every other node first: it must not take writes
/// as well. Silence says nothing against it, since a former primary may be down.
Action noSecondPrimary(const QString &node, const QString &primary);

/// Has steps done while this console holds the cluster lock on node; without a node they stand alone.
void lockAround(Plan &plan, const QString &node, std::vector<Step> steps);

} // namespace howdah::operations
