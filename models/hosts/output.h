// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <vector>

namespace howdah::hosts {

/// A command's output in bounded memory: its beginning and its end; what came between is counted and left out. Not
/// thread-safe.
class KeptOutput {
public:
    /// Keeps up to maxBytes, half of them from the end.
    explicit KeptOutput(qint64 maxBytes);

    void add(QByteArrayView bytes);
    /// All of it, or beginning and end with a line between that says how many bytes are missing.
    QByteArray text() const;
    bool truncated() const { return m_taken > m_max; }

private:
    qint64 m_max;
    qint64 m_taken = 0;
    QByteArray m_head;
    QByteArray m_tail; ///< up to twice of what is kept, to be cut seldom
};

/// One line of output, ready to be shown.
struct OutputLine {
    QString text;
    bool isError = false; ///< from standard error
};

/// Cuts two streams into lines for people: sanitized, redacted, long ones cut, and no more of them in a second than can
/// be shown. A carriage return ends a line too, as programs show progress with it; empty lines are left out. Not
/// thread-safe.
class OutputLines {
public:
    explicit OutputLines(int linesPerSecond);

    /// nowMs is any monotonic time in milliseconds. What is left out for being too much is told by a line of its own as
    /// soon as there is room for one.
    std::vector<OutputLine> add(QByteArrayView bytes, bool isError, qint64 nowMs);
    /// What no line's end has followed, and how many lines were left out last.
    std::vector<OutputLine> finish();

private:
    void take(std::vector<OutputLine> &lines, QByteArrayView line, bool isError);
    void tellLeftOut(std::vector<OutputLine> &lines);

    int m_perSecond;
    int m_room;
    qint64 m_second = -1;
    qint64 m_leftOut = 0;
    QByteArray m_partial[2];
};

} // namespace howdah::hosts
