// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/health.h"
#include "operations/journal.h"

namespace howdah::app {

/// What the rules make of a cluster, and what this console's journal has on it: an operation that was begun, whose
/// console is gone or which ended half-way, comes before all that is as bad, and no other finding's remedy says to
/// promote beside it. Critical while what makes writes wait was begun and is not over. cluster: its name, as in the
/// journal; asNamed: as the command line takes it. Pure.
cluster::Assessment withUnfinished(const cluster::Assessment &assessment, const operations::Journal &journal,
                                   const QString &cluster, const QString &asNamed);

} // namespace howdah::app
