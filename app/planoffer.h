// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "app/invocation.h"
#include "operations/plan.h"

namespace howdah::app {

/// Prints a plan as a command line shows it: text, of one that is refused and was to be run only the checks that did
/// not pass; or with --json its checks and itself, an object a line.
void showPlan(const operations::Plan &plan, const Invocation &invocation);

/// Which checks refuse a plan, and why, in one line.
QString refusalText(const operations::Plan &plan);

/// Whether a plan may be run by what its checks say and by --dry-run, --yes and --accept; when not, says why, and the
/// result is the exit code.
std::optional<int> reasonNotToRun(const operations::Plan &plan, const Invocation &invocation);

} // namespace howdah::app
