// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::core {

/// A name as SQL takes it, for statements that people copy: in double quotes where SQL asks for them, a key word
/// included. Statements that run have theirs quoted by libpq. Thread-safe.
QString sqlIdentifier(const QString &name);

/// A text as an SQL literal, in quotes: right whatever standard_conforming_strings says, as libpq's PQescapeLiteral
/// makes it. text must be valid Unicode without a NUL, as a QString from sanitized server text is. Thread-safe.
QString sqlLiteral(const QString &text);

} // namespace howdah::core
