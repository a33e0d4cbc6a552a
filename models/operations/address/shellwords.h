// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/shelltext.h"

namespace howdah::operations::address {

/// Reads words of a shell's text, with their quotes and what the shell puts in. Half of readShell().
class WordReader {
public:
    virtual ~WordReader() = default;
    Q_DISABLE_COPY_MOVE(WordReader)

    qsizetype at() const { return m_at; }
    int line() const { return m_line; }

protected:
    /// text and found must outlive it.
    WordReader(const QString &text, qsizetype at, int line, ShellText &found)
        : m_text(text)
        , m_at(at)
        , m_line(line)
        , m_found(found)
    {
    }

    /// Reads what stands in parentheses, so many characters from here, as a script; gives it as it is written.
    virtual QString substitution(qsizetype parenthesis) = 0;
    virtual void inBackticks(const QString &text) = 0;

    bool looksAt(const char *text) const { return QStringView(m_text).sliced(m_at).startsWith(QLatin1String(text)); }
    void trouble(const QString &what, int line);
    void skipTo(qsizetype to);
    qsizetype arithmeticEnd(qsizetype from) const;
    ShellWord rawWord();

    const QString &m_text;
    qsizetype m_at;
    int m_line;
    ShellText &m_found;

private:
    QString backticks();
    QString expansion();
    void quoted(ShellWord &word);
};

} // namespace howdah::operations::address
