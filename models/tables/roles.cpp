// SPDX-License-Identifier: GPL-3.0-or-later
#include "roles.h"

namespace howdah::tables {

QString plainToolTip(const QString &text)
{
    if (text.isEmpty()) {
        return {};
    }
    // QToolTip guesses whether a text is HTML, so escaping alone would show "&lt;" where the guess is no.
    QString escaped = text.toHtmlEscaped();
    escaped.replace(QLatin1Char('\n'), QLatin1String("<br>"));
    return QStringLiteral("<qt>%1</qt>").arg(escaped);
}

} // namespace howdah::tables
