// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QStringList>

#include "cluster/health.h"
#include "history/track.h"

namespace howdah::history {

/// A slot of which there is a past.
struct HeldSlot {
    QString key; ///< "pg1/analytics_cdc", see cluster::slotPath()
    QString node;
    QString name;
    bool gone = false; ///< its node is read and no longer has it, or is no longer of the cluster

    bool operator==(const HeldSlot &) const = default;
};

/// The lag of every node, the WAL rate of the primary and the WAL that slots hold over the last 24 hours, in memory:
/// what the plots and the sparklines read. Fed with every tick, by the monotonic clock; the wall clock only names the
/// times. What was not known is a gap, never 0 and never a line across: no sample, a stale one, broken, no permission.
/// A node that is idle is 0 behind; a paused one goes on having bytes. A slot that holds nothing has a gap, and the
/// line of one that is gone ends where it was last seen. About 200 KB a node and 80 KB a slot after a full day. One
/// thread.
class LagHistory {
public:
    /// Takes one tick. A state without a snapshot, or one that is not younger than the last, changes nothing.
    void add(const cluster::ClusterState &state);

    /// Nodes that have ever had a lag, in the order of the cluster file.
    QStringList nodes() const { return m_order; }
    /// The node whose WAL rate was measured last; empty when none ever was.
    QString walNode() const { return m_walNode; }

    /// Slots that have ever held WAL: by node in the order of the cluster file, then those that are gone.
    const std::vector<HeldSlot> &heldSlots() const { return m_slots; }

    /// Decimated to `columns` (see decimate()) over [from, to), monotonic milliseconds. subject is a node, for
    /// Metric::Held a slot's key. Empty for one not known.
    std::vector<SeriesPoint> series(const QString &subject, Metric metric, qint64 from, qint64 to, int columns) const;

    /// The largest of a total over [from, to): cheap, to choose by it what is worth a series. Empty: none was known.
    std::optional<double> largest(const QString &subject, Metric metric, qint64 from, qint64 to) const;

    /// What was known of a node, for Metric::Held of a slot, at a time, for a pointer held over the plot; empty in a
    /// gap of ticks. Of a slot, NotApplicable says that it held nothing.
    std::optional<Moment> at(const QString &subject, qint64 monotonicMs, Metric metric = Metric::Bytes) const;
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

    using Tracks = QHash<QString, Track>;

    const Tracks &tracksOf(Metric metric) const;
    static Track &bytesTrack(Tracks &tracks, const QString &subject);
    void addLag(const cluster::ClusterState &state);
    void addWalRate(const cluster::ClusterState &state);
    void addHeld(const cluster::ClusterState &state);
    void addMissing(const cluster::Snapshot &snapshot, std::vector<HeldSlot> &listed);
    void noteWallClock(const cluster::Snapshot &snapshot);
    void order(const cluster::Snapshot &snapshot);
    void forgetOld();

    Tracks m_lag;
    Tracks m_wal;
    Tracks m_held;
    std::vector<HeldSlot> m_slots;
    QHash<QString, Position> m_positions;
    QStringList m_order;
    QString m_walNode;
    std::vector<Offset> m_offsets;
    qint64 m_newestMs = -1;
    qint64 m_gapMs = 3000;
};

} // namespace howdah::history
