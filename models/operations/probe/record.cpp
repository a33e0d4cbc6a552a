// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/probe/record.h"

#include <algorithm>

namespace howdah::operations::probe {

namespace {
constexpr std::size_t kMostTries = 3000;
constexpr double kQuietViewMs = 240; ///< of the newest tries, while there is no outage
} // namespace

double marginBefore(double gapMs)
{
    return std::clamp(gapMs * 0.35, 40.0, 400.0);
}

double marginAfter(double gapMs)
{
    return std::clamp(gapMs * 0.45, 60.0, 500.0);
}

void Record::keep(const Try &one)
{
    if (one.acknowledged) {
        m_stride = 1;
        m_skipped = 0;
    } else if (m_skipped++ % m_stride != 0) {
        return;
    }
    m_recent.push_back(one);
    if (m_recent.size() <= kMostTries) {
        return;
    }
    const auto isInGap = [from = m_lastAck](const Try &each) { return !each.acknowledged && each.atMs >= from; };
    if (std::count_if(m_recent.begin(), m_recent.end(), isInGap) < static_cast<std::ptrdiff_t>(kMostTries / 2)) {
        m_recent.pop_front();
        return;
    }
    // In a long gap every other refusal goes, and of those to come as many, so that they stand evenly from its begin.
    bool odd = false;
    std::erase_if(m_recent, [&](const Try &each) {
        odd = isInGap(each) && !odd;
        return isInGap(each) && !odd;
    });
    m_stride *= 2;
}

void Record::noteGap(double fromMs, double toMs)
{
    if (!m_gap || toMs - fromMs > m_gap->lengthMs()) {
        m_gap = Gap{fromMs, toMs, false};
        m_isSaved = false;
    }
}

void Record::acknowledged(double atMs, double tookMs)
{
    const double now = atMs + tookMs;
    if (m_lastAck > 0) {
        noteGap(m_lastAck, now);
    }
    m_lastAck = now;
    ++m_acknowledged;
    keep({atMs, tookMs, true});
    // Once what comes after the gap is there, all around it is put by: it may be long until somebody asks.
    if (m_outage && m_gap && !m_isSaved && atMs > m_gap->toMs + marginAfter(m_gap->lengthMs())) {
        m_saved = tries(m_gap);
        m_isSaved = true;
    }
}

void Record::refused(double atMs, double tookMs)
{
    ++m_refused;
    keep({atMs, tookMs, false});
}

void Record::beginOutage()
{
    m_outage = true;
    m_worstBefore = m_gap ? m_gap->lengthMs() : 0;
    m_gap.reset();
    m_isSaved = false;
}

std::vector<Try> Record::slice(double fromMs, double toMs) const
{
    std::vector<Try> out;
    for (const Try &one : m_recent) {
        if (one.atMs >= fromMs && one.atMs <= toMs) {
            out.push_back(one);
        }
    }
    return out;
}

std::vector<Try> Record::tries(const std::optional<Gap> &gap) const
{
    if (m_recent.empty()) {
        return {};
    }
    return gap ? slice(gap->fromMs - marginBefore(gap->lengthMs()), gap->toMs + marginAfter(gap->lengthMs()))
               : slice(m_recent.back().atMs - kQuietViewMs, m_recent.back().atMs);
}

void Record::fill(Measured &measured, double nowMs) const
{
    measured.acknowledged = m_acknowledged;
    measured.refused = m_refused;
    measured.worstBeforeMs = m_worstBefore;
    measured.gap = m_gap;
    bool saved = m_isSaved;
    if (m_lastAck > 0 && (!m_gap || nowMs - m_lastAck > m_gap->lengthMs())) {
        measured.gap = Gap{m_lastAck, nowMs, true};
        saved = false;
    }
    measured.around = !m_outage ? tries({}) : saved ? m_saved : tries(measured.gap);
}

} // namespace howdah::operations::probe
