// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// Whether Patroni owns the cluster: the cluster file or discovery says so, or nobody has said who does and it answers
/// for these servers.
bool isPatronis(const Facts &facts);

/// Whether pg_auto_failover does: said, or nobody has said who does and the monitor that the cluster file names has
/// these nodes.
bool isAutoFailovers(const Facts &facts);

/// Whether one of the two is asked to do it, and the console stops and starts nothing itself.
bool isLeftToManager(const Facts &facts, Way way);

} // namespace howdah::operations::switchover
