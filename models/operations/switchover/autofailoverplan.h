// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"
#include "operations/switchover/owners.h"

namespace howdah::operations::switchover {

/// The switchover as pg_auto_failover does it when its monitor is asked: pg_autoctl alone stops, promotes and starts
/// servers, the console checks before, tells what the monitor decides, and proves afterwards. Pure.
Plan planAutoFailoverSwitchover(const Facts &facts, const QString &target);

} // namespace howdah::operations::switchover
