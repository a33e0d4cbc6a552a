// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "cluster/snapshot.h"

namespace howdah::cluster {

/// True when the trail shows that the primary stood at lsn for the 2 s before monotonicMs: it writes nothing. A trail
/// that does not reach back so far proves nothing.
bool stoodStill(const std::deque<TrailPoint> &trail, Lsn lsn, qint64 monotonicMs);

/// The fastest, in bytes a second, that the primary has written between two looks within the window before the newest
/// one; empty for a trail with fewer than two points.
std::optional<double> peakWalRate(const std::deque<TrailPoint> &trail, qint64 windowMs);

/// Bytes a second that the primary has written over the window before the newest look, or over as much of it as the
/// trail has; empty when that is less than leastMs, or nothing that grows.
std::optional<double> averageWalRate(const std::deque<TrailPoint> &trail, qint64 windowMs, qint64 leastMs);

} // namespace howdah::cluster
