// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/snapshot.h"

namespace howdah::monitor {

/// Milliseconds to wait before the next attempt to connect, after `attempt` failures in a row (1 for the first).
/// random01 in [0, 1) spreads consoles and nodes. A server that may be back any moment is asked about once a second; a
/// refused login is asked seldom, so that no account is locked and no log is flooded.
int backoffMs(cluster::LinkState link, int attempt, double random01);

} // namespace howdah::monitor
