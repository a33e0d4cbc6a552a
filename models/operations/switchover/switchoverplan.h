// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterlock.h"
#include "operations/plan.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// The switchover of the writes to target: checks with their evidence, then the steps; through Patroni,
/// pg_auto_failover or repmgr where they are in charge. A pure function; the steps are left out when there is no
/// primary or no candidate to speak of, which the checks say. Way::Native is not for a cluster that a manager is in
/// charge of: a check refuses that.
Plan planSwitchover(const Facts &facts, const QString &target, Way way = Way::Manager);

} // namespace howdah::operations::switchover
