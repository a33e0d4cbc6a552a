// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"
#include "operations/switchover/owners.h"

namespace howdah::operations::switchover {

/// The switchover as Patroni does it when asked: it alone stops, promotes and starts servers, the console checks
/// before, waits, and proves afterwards. Pure.
Plan planPatroniSwitchover(const Facts &facts, const QString &target);

} // namespace howdah::operations::switchover
