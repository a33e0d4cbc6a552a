// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "addresses/provider.h"

namespace howdah::addresses {

/// All providers that are asked over HTTP. They live as long as the program.
const std::vector<const Provider *> &providers();
/// The one with that key of the cluster file; nullptr: none of these.
const Provider *providerOf(const QString &key);

} // namespace howdah::addresses
