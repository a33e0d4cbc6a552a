// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace howdah::core {

/// Sentences one behind the other: one that has no mark at its end gets a full stop, and empty ones are left out. What
/// is joined comes from many hands: servers, commands, our own errors. Thread-safe.
QString sentences(const QStringList &parts);

} // namespace howdah::core
