// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/probe/probe.h"
#include "operations/runner.h"

namespace howdah::operations::probe {

/// Lets the probe know what the runner does: when the outage begins, and when it is over, so that what was acknowledged
/// can be counted. Both in the engine thread.
void follow(Probe &probe, Runner &runner);

} // namespace howdah::operations::probe
