// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/switchover/pieces.h"

namespace howdah::operations::switchover {

/// Just before the stop: each PgBouncer lets its transactions end and makes its clients wait. Undone by RESUME.
/// until: id of the step from which on an operation that is taken up again does not pause anew.
std::vector<Step> pauseSteps(const Facts &facts, const Pieces &p, const QString &until);

/// As soon as the candidate takes writes: each address that follows the primary is moved and proved to lead there, then
/// every PgBouncer resumes, whatever came before.
std::vector<Step> routingSteps(const Facts &facts, const Pieces &p);

} // namespace howdah::operations::switchover
