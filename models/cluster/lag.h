// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "cluster/topology.h"

namespace howdah::cluster {

/// Why a lag is what it is. Only Known and Idle carry numbers that may be called lag; none of the others is 0.
enum class LagState {
    NotApplicable, ///< a primary or a witness
    Known,
    Idle,         ///< both ends agree that there is nothing to send, or to lose: no time can be given, none is needed
    Paused,       ///< replay is paused; bytes grow
    Delayed,      ///< recovery_min_apply_delay holds replay back on purpose
    Broken,       ///< no WAL flows to it
    NoPermission, ///< the role may not see it
    Unknown,      ///< an end is not fresh
};

/// Bytes and seconds behind, by where the WAL waits. pending: at the upstream, unsent; write: on the way or unwritten;
/// flush: written, not flushed; replay: flushed, not replayed.
struct Stages {
    std::optional<qint64> pending, write, flush, replay;                             ///< bytes in that stage alone
    std::optional<double> pendingSeconds, writeSeconds, flushSeconds, replaySeconds; ///< likewise
};

/// One standby against the primary's own position, both ends read.
struct StandbyLag {
    LagState state = LagState::NotApplicable;
    std::optional<qint64> bytes;     ///< primary's position minus replay position
    std::optional<double> seconds;   ///< how long ago the primary was where this standby has replayed to
    Stages stages;                   ///< of the last hop, towards its upstream; pending is against the upstream
    std::optional<qint64> wouldLose; ///< if promoted now: bytes the primary has and this standby did not flush
    bool wouldLoseAtMost = false;    ///< wouldLose is an upper bound: what the primary wrote of late was not seen
    std::optional<double> wouldLoseSeconds;
    std::optional<qint64> toReplay; ///< bytes it has and must still replay before it can take writes
    /// Every commit that the primary has acknowledged is flushed here, by synchronous replication: nothing acknowledged
    /// would be lost, whatever wouldLose says.
    bool holdsEveryCommit = false;
    bool contradictory = false; ///< the two ends do not agree (standby says caught up, sender absent)
};

/// Lag of every node, same order and size as Snapshot::nodes.
std::vector<StandbyLag> measureLag(const Snapshot &snapshot, const Topology &topology);

/// How long ago, in seconds, the primary's log passed lsn; empty when the trail does not reach back that far.
std::optional<double> secondsSince(const std::deque<TrailPoint> &trail, Lsn lsn, qint64 nowMonotonicMs);

/// "none", "88 kB", "under 1.8 MB": what would be lost if the standby were promoted now; empty when it is not known.
QString lossText(const StandbyLag &lag);

QString toString(LagState state); ///< "idle", "paused", "delayed", "broken", "no permission", "unknown", "n/a"
QString lagKey(LagState state);   ///< for JSON: "known", "idle", "no_permission", …

} // namespace howdah::cluster
