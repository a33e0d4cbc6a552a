// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QStringList>

#include "cluster/health.h"
#include "history/track.h"

namespace howdah::history {

/// The lag of every node and the WAL rate of the primary over the last 24 hours, in memory: what the plots and the
/// sparklines read. Fed with every tick, by the monotonic clock; the wall clock only names the times. What was not
/// known is a gap, never 0 and never a line across: no sample, a stale one, broken, no permission. A node that is idle
/// is 0 behind; a paused one goes on having bytes. About 200 KB a node after a full day. One thread.
class LagHistory {
public:
    /// Takes one tick. A state without a snapshot, or one that is not younger than the last, changes nothing.
    void add(const cluster::ClusterState &state);

    /// Nodes that have ever had a lag, in the order of the cluster file.
    QStringList nodes() const { return m_order; }
    /// The node whose WAL rate was measured last; empty when none ever was.
    QString walNode() const { return m_walNode; }

    /// Decimated to `columns` (see decimate()) over [from, to), monotonic milliseconds. Empty for a node not known.
    std::vector<SeriesPoint> series(const QString &node, Metric metric, qint64 from, qint64 to, int columns) const;

    /// What was known of node at a time, for a pointer held over the plot; empty in a gap of ticks.
    std::optional<Moment> at(const QString &node, qint64 monotonicMs) const;
    /// Bytes per second that node wrote then.
    std::optional<double> walRateAt(const QString &node, qint64 monotonicMs) const;

    bool isEmpty() const { return m_newestMs < 0; }
    qint64 oldestMs() const; ///< of anything kept; -1 when empty
    qint64 newestMs() const { return m_newestMs; }

    /// Milliseconds since the epoch of a monotonic time, by what the wall clock said around it.
    qint64 wallMs(qint64 monotonicMs) const;

private:
    struct Offset {
        qint64 fromMs = 0; ///< monotonic
        qint64 offsetMs = 0;
    };
    struct Position {
        qint64 takenMs = 0;
        cluster::Lsn lsn;
        double rate = -1; ///< the last that could be measured; negative: none
    };

    void addLag(const cluster::ClusterState &state);
    void addWalRate(const cluster::ClusterState &state);
    void noteWallClock(const cluster::Snapshot &snapshot);
    void order(const cluster::Snapshot &snapshot);
    void forgetOld();

    QHash<QString, Track> m_lag;
    QHash<QString, Track> m_wal;
    QHash<QString, Position> m_positions;
    QStringList m_order;
    QString m_walNode;
    std::vector<Offset> m_offsets;
    qint64 m_newestMs = -1;
    qint64 m_gapMs = 3000;
};

} // namespace howdah::history
