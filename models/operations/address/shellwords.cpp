// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/shellwords.h"

#include <QRegularExpression>

namespace howdah::operations::address {

void WordReader::trouble(const QString &what, int line)
{
    if (m_found.problem.isEmpty()) {
        m_found.problem = what;
        m_found.problemLine = line;
    }
}

void WordReader::skipTo(qsizetype to)
{
    m_line += static_cast<int>(QStringView(m_text).sliced(m_at, to - m_at).count(u'\n'));
    m_at = to;
}

/// Where "((" ends that is a calculation; -1: it is none. It may also be a subshell in another, which has more in it.
qsizetype WordReader::arithmeticEnd(qsizetype from) const
{
    if (!QStringView(m_text).sliced(from).startsWith(QLatin1String("(("))) {
        return -1;
    }
    int open = 0;
    for (qsizetype at = from; at < m_text.size(); ++at) {
        const QChar c = m_text[at];
        open += c == u'(' ? 1 : c == u')' ? -1 : 0;
        if (c == u'\n' || c == u';') {
            return -1;
        }
        if (open == 0) {
            return m_text[at - 1] == u')' ? at + 1 : -1;
        }
    }
    return -1;
}

QString WordReader::backticks()
{
    const qsizetype from = m_at++;
    QString inside;
    while (m_at < m_text.size() && m_text[m_at] != u'`') {
        if (m_text[m_at] == u'\\' && m_at + 1 < m_text.size() && QStringLiteral("`\\$").contains(m_text[m_at + 1])) {
            ++m_at;
        }
        inside += m_text[m_at++];
    }
    if (m_at >= m_text.size()) {
        trouble(QStringLiteral("a \"`\" that does not end"), m_line);
        return {};
    }
    ++m_at;
    inside += u')';
    inBackticks(inside);
    m_line += static_cast<int>(inside.count(u'\n'));
    return m_text.sliced(from, m_at - from);
}

/// At a "$": what the shell puts in, as it is written.
QString WordReader::expansion()
{
    const qsizetype from = m_at;
    if (const qsizetype over = arithmeticEnd(m_at + 1); over > 0) {
        skipTo(over);
    } else if (looksAt("$(")) {
        return substitution(2);
    } else if (looksAt("${")) {
        int open = 0;
        do {
            const QChar c = m_text[m_at++];
            open += c == u'{' ? 1 : c == u'}' ? -1 : 0;
            m_line += c == u'\n' ? 1 : 0;
        } while (open > 0 && m_at < m_text.size());
    } else {
        static const QRegularExpression name(QStringLiteral("\\G\\$([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])?"));
        m_at = name.match(m_text, m_at).capturedEnd();
    }
    return m_text.sliced(from, m_at - from);
}

void WordReader::quoted(ShellWord &word)
{
    const int from = m_line;
    ++m_at;
    while (m_at < m_text.size() && m_text[m_at] != u'"' && m_found.problem.isEmpty()) {
        const QChar c = m_text[m_at];
        if (c == u'$' || c == u'`') {
            const QString came = c == u'$' ? expansion() : backticks();
            word.expands = word.expands || came.size() > 1;
            word.text += came;
            continue;
        }
        if (looksAt("\\\n")) {
            m_at += 2;
            ++m_line;
            continue;
        }
        if (c == u'\\' && m_at + 1 < m_text.size() && QStringLiteral("$`\"\\").contains(m_text[m_at + 1])) {
            ++m_at;
        }
        m_line += m_text[m_at] == u'\n' ? 1 : 0;
        word.text += m_text[m_at++];
    }
    m_at >= m_text.size() ? trouble(QStringLiteral("a quote that does not end"), from) : void(++m_at);
}

ShellWord WordReader::rawWord()
{
    ShellWord word;
    word.line = m_line;
    while (m_at < m_text.size() && m_found.problem.isEmpty()) {
        const QChar c = m_text[m_at];
        if (QStringLiteral(" \t\r\n;&|()<>").contains(c)) {
            break;
        }
        if (c == u'\'') {
            const qsizetype over = m_text.indexOf(u'\'', m_at + 1);
            if (over < 0) {
                trouble(QStringLiteral("a quote that does not end"), m_line);
                break;
            }
            word.text += m_text.sliced(m_at + 1, over - m_at - 1);
            word.isQuoted = true;
            skipTo(over + 1);
        } else if (c == u'"') {
            word.isQuoted = true;
            quoted(word);
        } else if (c == u'$' || c == u'`') {
            const QString came = c == u'$' ? expansion() : backticks();
            word.expands = word.expands || came.size() > 1;
            word.text += came;
        } else if (looksAt("\\\n")) {
            m_at += 2;
            ++m_line;
        } else {
            m_at += c == u'\\' && m_at + 1 < m_text.size() ? 1 : 0;
            word.isQuoted = word.isQuoted || c == u'\\';
            word.text += m_text[m_at++];
        }
    }
    return word;
}

} // namespace howdah::operations::address
