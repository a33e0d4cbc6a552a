// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/switchover/pieces.h"

namespace howdah::operations::switchover {

// Steps of a cluster that repmgr manages. https://www.repmgr.org/docs/current/repmgr-standby-switchover.html

/// The steps of a switchover that `repmgr standby switchover` carries out on the candidate's host: repmgrd paused
/// before it and set going after it whatever comes of it, and what it leaves undone finished. Pure.
std::vector<Step> stepsThroughRepmgr(const Facts &facts, const Cast &cast, const Pieces &p);

/// After a native switchover: repmgr's metadata put right by repmgr itself, on each node.
Step metadataStep(const Facts &facts, const Cast &cast, const Pieces &p);

} // namespace howdah::operations::switchover
