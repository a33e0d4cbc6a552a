// SPDX-License-Identifier: GPL-3.0-or-later
#include "servertext.h"

#include <algorithm>

namespace howdah::core {

namespace {
// Unicode's bidirectional controls: they make a name read as another one (CVE-2021-42574 and its kin).
bool isBidiControl(char16_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

// Length of the ANSI escape sequence that starts at position, 0 when none does.
qsizetype ansiLength(const QString &text, qsizetype position)
{
    if (text.at(position) != QChar(0x1B)) {
        return 0;
    }
    qsizetype end = position + 1;
    if (end < text.size() && text.at(end) == QLatin1Char('[')) {
        ++end;
        while (end < text.size() && (text.at(end).unicode() < 0x40 || text.at(end).unicode() > 0x7E)) {
            ++end;
        }
        return qMin(end + 1, text.size()) - position;
    }
    return end - position;
}
} // namespace

QString sanitized(const QString &text, qsizetype maxLength)
{
    const auto harmless = [](QChar c) { return c.isPrint() && !isBidiControl(c.unicode()); };
    if (text.size() <= maxLength && std::all_of(text.cbegin(), text.cend(), harmless)) {
        return text; // the usual case costs no copy
    }
    QString result;
    result.reserve(qMin(text.size(), maxLength + 1));
    for (qsizetype i = 0; i < text.size() && result.size() < maxLength; ++i) {
        const QChar c = text.at(i);
        if (const qsizetype skip = ansiLength(text, i); skip > 0) {
            i += skip - 1;
        } else if (c == QLatin1Char('\n') || c == QLatin1Char('\t') || c.isSurrogate() ||
                   (!isBidiControl(c.unicode()) && c.category() != QChar::Other_Control)) {
            result += c;
        }
    }
    if (text.size() > maxLength) {
        result += QChar(0x2026);
    }
    return result;
}

QString sanitized(QByteArrayView bytes, qsizetype maxLength)
{
    // A character takes at most four bytes, so no more than that is decoded of a huge value.
    const QByteArrayView part = bytes.first(qMin(bytes.size(), maxLength * 4 + 4));
    return sanitized(QString::fromUtf8(part), maxLength);
}

namespace {
constexpr qsizetype kLongestName = 1000;
}

QString sanitizedName(const QString &text)
{
    QString name = sanitized(text, kLongestName);
    name.removeIf([](QChar c) { return c == QLatin1Char('\n') || c == QLatin1Char('\t'); });
    return name;
}

QString sanitizedName(QByteArrayView bytes)
{
    return sanitizedName(QString::fromUtf8(bytes.first(qMin(bytes.size(), kLongestName * 4 + 4))));
}

} // namespace howdah::core
