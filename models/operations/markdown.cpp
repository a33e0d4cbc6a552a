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

namespace {

/// How many backticks stand one behind the other at most.
qsizetype longestRun(const QString &text)
{
    qsizetype longest = 0, run = 0;
    for (const QChar letter : text) {
        run = letter == QLatin1Char('`') ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

} // namespace

QString markdownCode(const QString &text)
{
    const QString fence(longestRun(text) + 1, QLatin1Char('`'));
    // A blank on both sides is taken away again. (https://spec.commonmark.org/0.30/#code-spans)
    const bool padded = text.isEmpty() || text.startsWith(QLatin1Char('`')) || text.endsWith(QLatin1Char('`')) ||
                        (text.startsWith(QLatin1Char(' ')) && text.endsWith(QLatin1Char(' ')));
    const QString blank = padded ? QStringLiteral(" ") : QString();
    return fence + blank + QString(text).replace(QLatin1Char('\n'), QLatin1Char(' ')) + blank + fence;
}

QString markdownBlock(const QString &text, const QString &language)
{
    const QString fence(std::max<qsizetype>(4, longestRun(text) + 1), QLatin1Char('`'));
    return fence + language + QLatin1Char('\n') + text + QLatin1Char('\n') + fence + QLatin1Char('\n');
}

} // namespace howdah::operations
