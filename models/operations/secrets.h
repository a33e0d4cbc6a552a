// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/hands.h"
#include "operations/plan.h"

namespace howdah::operations {

/// The conninfo that a secret stands for: the one that its node answered with, its keywords replaced. Errors say what
/// is wrong without showing any of it.
core::Result<QString> secretValue(const Secret &secret, const Table &answer);

/// Has a server keep the session's statements to itself, and end that: what stands in a statement that fails goes into
/// its log by default (log_min_error_statement), and what others see of a session is its statement. Only a superuser
/// may set that. (https://www.postgresql.org/docs/current/runtime-config-logging.html)
QString hushSql();
QString speakSql();

/// Whether both are the same connection settings, as far as that can be told without the passwords in them.
bool isSameButForPasswords(const QString &one, const QString &other);

/// Where the journal keeps what a secret was as the operation began, with its passwords masked.
QString shownName(const Secret &secret);
/// Whether something is masked in it.
bool hidesSomething(const QString &redacted);

} // namespace howdah::operations
