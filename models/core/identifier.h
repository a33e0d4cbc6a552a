// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::core {

/// A name as SQL takes it, for statements that people copy: in double quotes where SQL asks for them, a key word
/// included. Statements that run have theirs quoted by libpq. Thread-safe.
QString sqlIdentifier(const QString &name);

} // namespace howdah::core
