// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "cluster/health.h"

namespace howdah::app {

/// A state as `status` prints it: a verdict line, a table of nodes, slots that hold WAL, and findings with what to do.
/// Plain ASCII columns, at most as wide as its values need.
/// more: what else is known of it, above the findings.
QString stateText(const cluster::ClusterState &state, const QString &more = {});

/// What `check` prints: one line with performance data, then a line a finding; and its exit code 0, 1, 2 or 3.
/// https://www.monitoring-plugins.org/doc/guidelines.html
QString checkText(const cluster::ClusterState &state);
/// The one line of it when there is no state: why not.
QString checkText(const core::Error &error);
/// The verdict for a monitoring system: unknown where no data node could be read, unless it is critical.
cluster::Verdict checkVerdict(const cluster::ClusterState &state);
int checkExitCode(cluster::Verdict verdict);

/// "What happened." and, on a line of its own, what to do.
QString errorText(const core::Error &error);

} // namespace howdah::app
