// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "cluster/clusterconfig.h"
#include "core/error.h"
#include "operations/plan.h"

namespace howdah::operations {

/// A plan for people who have nothing else: when it was written and for which servers, checks, then each step with what
/// is sent where, what must come of it, what is to be kept of it, and the way back. Markdown. It holds no password, and
/// says where a person finds one. Of a plan that is refused it only says why. wallMs: now; 0 leaves the date out.
QString toMarkdown(const Plan &plan, const cluster::ClusterConfig &config = {}, qint64 wallMs = 0);

/// A plan as a POSIX shell script that does the same by psql and the nodes' own commands, for the day on which this
/// program is not at hand. It stops at the first step that fails and says how to take back what was done; where it died
/// past the point of no return, it can be told to go on. It holds no password: psql finds it as libpq always does;
/// those that undo has to put back it keeps in a file beside itself, which only its owner can read. What ends with a
/// session, a lock, it can't keep, and says so.
QString toShell(const Plan &plan, const cluster::ClusterConfig &config);

/// Writes it to path in one piece: the script where its name ends in .sh, else the Markdown.
core::Result<void> saveRunbook(const Plan &plan, const cluster::ClusterConfig &config, const QString &path);

} // namespace howdah::operations
