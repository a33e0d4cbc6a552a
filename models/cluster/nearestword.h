// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace howdah::cluster {

/// The known word that was probably meant by a misspelt one; empty when none is near.
QString nearestWord(const QString &word, const QStringList &known);

} // namespace howdah::cluster
