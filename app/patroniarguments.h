// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/invocation.h"

namespace howdah::app {

/// What stands behind `patroni`: CLUSTER, an action, and what that needs. Errors say what is missing or too much.
core::Result<Invocation> withPatroniArguments(Invocation invocation, const QStringList &positional);

} // namespace howdah::app
