// SPDX-License-Identifier: GPL-3.0-or-later
#include "history/answerhistory.h"

#include <algorithm>
#include <limits>

namespace howdah::history {

void AnswerHistory::add(const QString &address, qint64 monotonicMs, const Answer &answer)
{
    Past &past = m_pasts[address];
    const qint64 lastMs = past.spans.empty() ? -1 : past.spans.back().toMs;
    if (monotonicMs <= lastMs) {
        return;
    }
    const bool goesOn = lastMs >= 0 && monotonicMs - lastMs <= kGapMs;
    if (goesOn && past.spans.back().answer.isLike(answer)) {
        past.spans.back().toMs = monotonicMs;
    } else {
        past.spans.push_back({monotonicMs, monotonicMs, {answer.by, answer.node, std::nullopt}});
    }
    if (!goesOn && lastMs >= 0) {
        past.times.push_back({lastMs + 1, std::numeric_limits<double>::quiet_NaN()});
    }
    past.times.push_back(
        {monotonicMs, answer.ms ? static_cast<double>(*answer.ms) : std::numeric_limits<double>::quiet_NaN()});
    const qint64 oldest = monotonicMs - kKeptMs;
    std::erase_if(past.spans, [oldest](const AnswerSpan &span) { return span.toMs < oldest; });
    // Not at each look: what is erased in front moves all that is behind.
    if (past.times.front().monotonicMs < oldest - kKeptMs / 24) {
        std::erase_if(past.times, [oldest](const SeriesPoint &point) { return point.monotonicMs < oldest; });
    }
}

std::vector<AnswerSpan> AnswerHistory::spans(const QString &address, qint64 from, qint64 to) const
{
    std::vector<AnswerSpan> within;
    const auto past = m_pasts.constFind(address);
    if (past != m_pasts.constEnd()) {
        std::copy_if(past->spans.begin(), past->spans.end(), std::back_inserter(within),
                     [from, to](const AnswerSpan &span) { return span.toMs >= from && span.fromMs < to; });
    }
    return within;
}

std::vector<SeriesPoint> AnswerHistory::times(const QString &address, qint64 from, qint64 to, int columns) const
{
    const auto past = m_pasts.constFind(address);
    if (past == m_pasts.constEnd()) {
        return {};
    }
    const auto before = [](const SeriesPoint &point, qint64 at) { return point.monotonicMs < at; };
    const auto first = std::lower_bound(past->times.begin(), past->times.end(), from, before);
    const auto last = std::lower_bound(first, past->times.end(), to, before);
    return decimate({first, last}, from, to, columns);
}

qint64 AnswerHistory::oldestMs() const
{
    qint64 oldest = -1;
    for (const Past &past : m_pasts) {
        const qint64 of = past.spans.front().fromMs;
        oldest = oldest < 0 ? of : std::min(oldest, of);
    }
    return oldest;
}

} // namespace howdah::history
