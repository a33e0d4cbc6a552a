// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "toolfiles/tool.h"

namespace howdah::toolfiles {

/// What was read of a tool's own files, and what is to be said of them.
struct Taken {
    Context context;
    QStringList warnings; ///< others may read a file as well
};

/// Reads both files, which changes nothing about them, and takes one context from them; wanted as in contextOf(). Only
/// what is a file, and at most 1 MiB of it. Only once somebody has said yes. An error never says what stands in them.
core::Result<Taken> takeFrom(const Tool &tool, const Paths &paths, const QString &wanted);

/// One file's text; missing: true when there is none, which is no error.
core::Result<QByteArray> readToolFile(const QString &path, bool &missing, QStringList &warnings);

} // namespace howdah::toolfiles
