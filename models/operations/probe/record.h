// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QString>
#include <deque>
#include <optional>
#include <vector>

namespace howdah::operations::probe {

/// One try to commit. Times are milliseconds of the wall clock, with their fractions.
struct Try {
    double atMs = 0;   ///< begun
    double tookMs = 0; ///< until it was acknowledged, or failed
    bool acknowledged = false;

    bool operator==(const Try &) const = default;
};

/// A time without a commit, from one acknowledgement to the next.
struct Gap {
    double fromMs = 0;
    double toMs = 0;   ///< so far, while it is open
    bool open = false; ///< nothing has been acknowledged since

    double lengthMs() const { return toMs - fromMs; }
    bool operator==(const Gap &) const = default;
};

/// What a probe has seen of an outage. A value.
struct Measured {
    QString through;            ///< the way that it takes, for people: "address write", "pg1, pg2, pg3"
    int everyMs = 2;            ///< between an acknowledgement and the next try
    bool counts = true;         ///< it writes rows, which can be counted; false: messages into the WAL
    QString whyNotCounted;      ///< why there is nothing to count
    qint64 acknowledged = 0;    ///< commits
    qint64 refused = 0;         ///< tries
    std::optional<Gap> gap;     ///< the longest since the outage began; before that, since the start
    double worstBeforeMs = 0;   ///< the longest before the outage began
    std::vector<Try> around;    ///< tries before, in and after the gap; the newest ones before there is an outage
    std::optional<qint64> lost; ///< acknowledged, and not there when they were counted; empty: not counted
    qint64 counted = 0;         ///< how many acknowledged commits were counted then
    int timelineBefore = 0;     ///< of the server that took the first commit; 0: not known
    int timelineCounted = 0;    ///< of the server on which they were counted
    QString leftBehind;         ///< what of its own could not be taken away, and why

    /// True when every acknowledged commit was found on a server that took over: none is lost, and that is proved.
    bool isNothingLost() const { return lost && *lost == 0 && timelineBefore > 0 && timelineCounted > timelineBefore; }
    bool operator==(const Measured &) const = default;
};

/// Keeps what is needed of any number of tries: counts, the longest gap, and the tries around it. Pure.
class Record {
public:
    void acknowledged(double atMs, double tookMs);
    void refused(double atMs, double tookMs);
    /// From now on gaps count as the outage's. One that is open goes on as one of it.
    void beginOutage();
    bool isOutageBegun() const { return m_outage; }
    /// Counts, gap and tries as of nowMs into measured.
    void fill(Measured &measured, double nowMs) const;
    qint64 acknowledgedCount() const { return m_acknowledged; }
    /// Of the gap that is open now.
    double openForMs(double nowMs) const { return m_lastAck > 0 ? nowMs - m_lastAck : 0; }

private:
    void keep(const Try &one);
    void noteGap(double fromMs, double toMs);
    std::vector<Try> slice(double fromMs, double toMs) const;
    std::vector<Try> tries(const std::optional<Gap> &gap) const;

    std::deque<Try> m_recent;
    std::vector<Try> m_saved; ///< around the gap, once what comes after it is there
    std::optional<Gap> m_gap;
    double m_lastAck = 0;
    double m_worstBefore = 0;
    qint64 m_acknowledged = 0;
    qint64 m_refused = 0;
    int m_stride = 1; ///< of the refusals in this gap every so-many-th is kept
    int m_skipped = 0;
    bool m_outage = false;
    bool m_isSaved = false;
};

/// How much of the time before and after a gap is worth looking at.
double marginBefore(double gapMs);
double marginAfter(double gapMs);

} // namespace howdah::operations::probe

Q_DECLARE_METATYPE(howdah::operations::probe::Measured)
