// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/switchover/pieces.h"

namespace howdah::operations::switchover {

// Where nothing can be run on the old primary's host, a person stops and starts it. What they did is proved by SQL.

/// How long a person is waited for.
inline constexpr int kPersonMs = 30 * 60'000;

Step stopByHandStep(const Pieces &p);

/// The candidate's last record is the old primary's shutdown checkpoint. Such a checkpoint is one whose redo begins
/// with itself, and a restartpoint on the candidate brings it into the candidate's own pg_control.
/// (CreateCheckPoint and CreateRestartPoint in xlog.c)
Step proveByHandStep(const Pieces &p);

Step rejoinByHandStep(const Pieces &p);

} // namespace howdah::operations::switchover
