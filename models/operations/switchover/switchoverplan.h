// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// The switchover of the writes to target: checks with their evidence, then the steps. A pure function; the steps are
/// left out when there is no primary or no candidate to speak of, which the checks say. Way::Native is not for a
/// cluster that a manager is in charge of: a check refuses that.
Plan planSwitchover(const Facts &facts, const QString &target, Way way = Way::Manager);

/// Key of the advisory lock that keeps two consoles from acting on one cluster at once: on the primary, and on the
/// candidate, whose lock outlives the promotion.
inline constexpr qint64 kClusterLock = 0x686F7764'61680001; // "howdah", 1

} // namespace howdah::operations::switchover
