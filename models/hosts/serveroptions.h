// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace howdah::hosts {

/// The options that a server was started with, from its command line, without its name and -D. dataDirectory is set to
/// what -D named, if it did.
QStringList serverOptions(const QStringList &commandLine, QString *dataDirectory = nullptr);

/// The words of postmaster.opts: a path, then each argument between double quotes, with nothing escaped.
QStringList parsePostmasterOpts(const QString &text);

} // namespace howdah::hosts
