// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/hands.h"
#include "operations/plan.h"

namespace howdah::operations {

/// The conninfo that a secret stands for: the one that its node answered with, its keywords replaced. Errors say what
/// is wrong without showing any of it.
core::Result<QString> secretValue(const Secret &secret, const Table &answer);

} // namespace howdah::operations
