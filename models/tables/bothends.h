// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "cluster/health.h"

namespace howdah::history {
class LagHistory;
}

namespace howdah::tables {

/// One fact as the two ends of a connection tell it.
struct EndFact {
    QString what;     ///< "Flushed"
    QString upstream; ///< empty: that end does not say
    QString standby;
    bool fixed = false;
    cluster::Verdict verdict =
        cluster::Verdict::Unknown; ///< Ok: they agree; Warning: they don't; Unknown: can't be told

    bool operator==(const EndFact &) const = default;
};

/// A standby's connection as pg_stat_replication of its upstream and pg_stat_wal_receiver of its own tell it.
struct BothEnds {
    QString from;
    QString to;
    std::vector<EndFact> facts; ///< empty when the standby has no upstream among the nodes
    cluster::Verdict verdict = cluster::Verdict::Unknown;
    QString word; ///< "they agree", "they differ", "one end is not seen"

    bool operator==(const BothEnds &) const = default;
};

/// Pure. The ends are not read at one instant, so positions agree when they are less than a WAL segment apart, and what
/// the primary may have written between the two looks. What a node said that does not answer now carries its age.
BothEnds bothEnds(const cluster::ClusterState &state, const QString &standby);

/// Where the WAL of a standby has waited: of the moments of the last `samples` seconds that history knows, how often
/// each stage was the largest. Moments with less than a page behind count for no stage.
struct SlowStage {
    int samples = 0;              ///< moments looked at that were known
    int counts[4] = {0, 0, 0, 0}; ///< pending, write, flush, replay
};
SlowStage slowStage(const history::LagHistory &history, const QString &standby, qint64 nowMonotonicMs,
                    int samples = 100);

/// A sentence or two on it: "Replay, in 97 of 100 samples. …". Empty history says so.
QString slowStageText(const SlowStage &stage, const QString &upstream, const QString &standby);

/// If this standby took over now.
struct Takeover {
    QString loss;     ///< "88 kB, 43 ms", "none", "unknown"
    QString toReplay; ///< "2.9 MB"
    QString furthest; ///< "yes", "no: pg2 has received more", "unknown: pg3 is not seen", "unknown"
    bool lossKnown = false;
    bool toReplayKnown = false;
    bool furthestKnown = false;

    bool operator==(const Takeover &) const = default;
};
Takeover ifItTookOver(const cluster::ClusterState &state, const QString &standby);

} // namespace howdah::tables
