// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"

namespace howdah::operations {

/// Has steps done while this console holds the cluster lock on node; without a node they stand alone.
void lockAround(Plan &plan, const QString &node, std::vector<Step> steps);

} // namespace howdah::operations
