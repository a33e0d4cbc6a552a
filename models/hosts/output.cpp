// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/output.h"

#include <algorithm>

#include "core/redact.h"
#include "core/servertext.h"

namespace howdah::hosts {

namespace {
constexpr qsizetype kLongestLine = 1000;                 // characters
constexpr qsizetype kMostOfALine = kLongestLine * 4 + 4; // bytes that can take
} // namespace

KeptOutput::KeptOutput(qint64 maxBytes)
    : m_max(qMax<qint64>(2, maxBytes))
{
}

void KeptOutput::add(QByteArrayView bytes)
{
    m_taken += bytes.size();
    const qsizetype head = qMin<qsizetype>(m_max - m_max / 2 - m_head.size(), bytes.size());
    m_head.append(bytes.first(head));
    bytes = bytes.sliced(head);
    const qsizetype kept = m_max / 2;
    if (bytes.size() > kept) {
        bytes = bytes.last(kept);
    }
    m_tail.append(bytes);
    if (m_tail.size() > 2 * kept) {
        m_tail = m_tail.last(kept);
    }
}

QByteArray KeptOutput::text() const
{
    if (!truncated()) {
        return m_head + m_tail;
    }
    const qint64 kept = m_max / 2;
    return m_head + "\n[" + QByteArray::number(m_taken - m_head.size() - kept) + " bytes left out]\n" +
           m_tail.last(kept);
}

OutputLines::OutputLines(int linesPerSecond)
    : m_perSecond(qMax(2, linesPerSecond))
    , m_room(m_perSecond)
{
}

std::vector<OutputLine> OutputLines::add(QByteArrayView bytes, bool isError, qint64 nowMs)
{
    std::vector<OutputLine> lines;
    if (nowMs / 1000 != m_second) {
        m_second = nowMs / 1000;
        m_room = m_perSecond;
        tellLeftOut(lines);
    }
    QByteArray &partial = m_partial[isError ? 1 : 0];
    const auto isEnd = [](char c) { return c == '\n' || c == '\r'; };
    while (!bytes.isEmpty()) {
        const auto end = std::find_if(bytes.begin(), bytes.end(), isEnd);
        const QByteArrayView piece = bytes.first(end - bytes.begin());
        partial.append(piece.first(qMin(piece.size(), kMostOfALine - qMin(partial.size(), kMostOfALine))));
        if (end == bytes.end()) {
            break;
        }
        take(lines, partial, isError);
        partial.clear();
        bytes = bytes.sliced(piece.size() + 1);
    }
    return lines;
}

std::vector<OutputLine> OutputLines::finish()
{
    std::vector<OutputLine> lines;
    m_room = 3; // the last words count
    tellLeftOut(lines);
    for (const bool isError : {false, true}) {
        take(lines, m_partial[isError ? 1 : 0], isError);
        m_partial[isError ? 1 : 0].clear();
    }
    return lines;
}

void OutputLines::take(std::vector<OutputLine> &lines, QByteArrayView line, bool isError)
{
    if (line.isEmpty()) {
        return;
    }
    if (m_room == 0) {
        ++m_leftOut;
        return;
    }
    --m_room;
    lines.push_back({core::redacted(core::sanitized(line, kLongestLine)), isError});
}

void OutputLines::tellLeftOut(std::vector<OutputLine> &lines)
{
    if (m_leftOut > 0) {
        --m_room;
        lines.push_back({QStringLiteral("[%1 lines left out]").arg(m_leftOut), false});
        m_leftOut = 0;
    }
}

} // namespace howdah::hosts
