// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/error.h"
#include "operations/journal.h"

namespace howdah::operations {

/// What an operation came to, for people: outcome, what remains, each step with its times in UTC, checks, output.
/// Markdown; it holds no more than the journal does, which has no secret.
QString toReport(const Operation &operation);

/// Writes the operation of a journal's file to target in one piece: the report where its name ends in .md, else the
/// file's own lines of JSON, without one that was cut off. An error names the file. Waits for the disk.
core::Result<void> exportOperation(const QString &journalPath, const QString &target);

} // namespace howdah::operations
