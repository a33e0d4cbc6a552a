// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <optional>
#include <vector>

#include "history/decimate.h"

namespace howdah::history {

/// Who answered PostgreSQL on an address, at one look.
struct Answer {
    enum class By {
        Node,     ///< of the cluster
        Stranger, ///< a server that is none of its nodes
        Nobody,
    };
    By by = By::Nobody;
    QString node;          ///< of By::Node
    std::optional<int> ms; ///< from nothing to the answer

    bool isLike(const Answer &other) const { return by == other.by && node == other.node; }
};

/// From the first look to the last one that saw the same: in between two of these nobody looked.
struct AnswerSpan {
    qint64 fromMs = 0; ///< monotonic
    qint64 toMs = 0;
    Answer answer; ///< without its time

    bool operator==(const AnswerSpan &other) const
    {
        return fromMs == other.fromMs && toMs == other.toMs && answer.isLike(other.answer);
    }
};

/// Who answered on each address of a cluster over the last 24 hours, and how soon, in memory. Looks that lie further
/// apart than kGapMs have nothing known between them. One thread.
class AnswerHistory {
public:
    static constexpr qint64 kGapMs = 30'000;
    static constexpr qint64 kKeptMs = 24 * 3'600'000LL;

    /// A look that is not younger than the last at that address changes nothing.
    void add(const QString &address, qint64 monotonicMs, const Answer &answer);

    /// Those that reach into [from, to), oldest first; as they are, not cut off.
    std::vector<AnswerSpan> spans(const QString &address, qint64 from, qint64 to) const;
    /// How soon it answered, decimated to columns; a gap where nobody did.
    std::vector<SeriesPoint> times(const QString &address, qint64 from, qint64 to, int columns) const;
    /// Of the oldest look at any address; -1: there was none.
    qint64 oldestMs() const;

private:
    struct Past {
        std::vector<AnswerSpan> spans;
        std::vector<SeriesPoint> times;
    };
    QHash<QString, Past> m_pasts;
};

} // namespace howdah::history
