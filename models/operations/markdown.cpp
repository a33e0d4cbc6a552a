// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/markdown.h"

#include <algorithm>

namespace howdah::operations {

QString markdownText(const QString &text)
{
    QString out;
    for (const QChar letter : text) {
        if (QStringLiteral("\\`*_{}[]<>#|").contains(letter)) {
            out += QLatin1Char('\\');
        }
        out += letter == QLatin1Char('\n') ? QLatin1Char(' ') : letter;
    }
    return out;
}

QString markdownBlock(const QString &text, const QString &language)
{
    qsizetype longest = 0, run = 0;
    for (const QChar letter : text) {
        run = letter == QLatin1Char('`') ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const QString fence(std::max<qsizetype>(4, longest + 1), QLatin1Char('`'));
    return fence + language + QLatin1Char('\n') + text + QLatin1Char('\n') + fence + QLatin1Char('\n');
}

} // namespace howdah::operations
