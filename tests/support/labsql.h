// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStringList>

#include "core/error.h"

namespace howdah::testsupport {

/// Rows as text; NULL is a null QString.
using TextRows = QList<QStringList>;

/// Connects, runs one query and waits: a test's own view of a server, apart from the code that is tested.
core::Result<TextRows> sql(const QString &conninfo, const QString &query);

} // namespace howdah::testsupport
