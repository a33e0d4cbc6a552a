// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/clusterlock.h"
#include "operations/plan.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// The switchover of the writes to target: checks with their evidence, then the steps; through Patroni where it owns
/// the cluster. A pure function; the steps are left out when there is no primary or no candidate to speak of, which the
/// checks say. Not for a cluster that another manager owns: a check refuses that.
Plan planSwitchover(const Facts &facts, const QString &target);

} // namespace howdah::operations::switchover
