// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "cluster/nodesample.h"

namespace howdah::cluster {

/// An index into Snapshot::nodes, or into what has their order, as containers take it. It must not be -1.
inline std::size_t at(int index)
{
    return static_cast<std::size_t>(index);
}

/// The further of two reports: positions only grow, so the larger one is the newer. Empty when both are.
inline std::optional<Lsn> furthest(std::optional<Lsn> a, std::optional<Lsn> b)
{
    return a && b ? std::max(a, b) : (a ? a : b);
}

/// Bytes from reached to end; empty when one is not known. The two are not read at one instant: what is a little ahead
/// is level.
inline std::optional<qint64> behind(std::optional<Lsn> reached, std::optional<Lsn> end)
{
    return reached && end ? std::optional(std::max<qint64>(0, bytesBetween(*reached, *end))) : std::nullopt;
}

/// Nodes are asked together, and their answers differ by the network and the load.
inline constexpr qint64 kOneMomentMs = 250;

/// What a standby has reached, for a comparison with the end of an upstream: empty when it is past that end and was
/// asked clearly later, since nobody knows then how far the upstream has gone meanwhile.
inline std::optional<Lsn> reachedThen(std::optional<Lsn> reached, const NodeSample &standby, std::optional<Lsn> end,
                                      const NodeSample &upstream)
{
    const bool later = standby.takenMonotonicMs - upstream.takenMonotonicMs > kOneMomentMs;
    return reached && end && *reached > *end && later ? std::nullopt : reached;
}

/// How long ago a standby last replied to its walsender, by the standby's own clock; empty when one of the two does not
/// tell. It replies at least every wal_receiver_status_interval.
inline std::optional<qint64> replyAgeMs(const Sender &sender, const NodeSample &standby)
{
    if (!sender.replyTime.isValid() || !standby.serverTime.isValid()) {
        return std::nullopt;
    }
    return std::max<qint64>(0, sender.replyTime.msecsTo(standby.serverTime));
}

/// False when the lags of a walsender are those of long ago: the standby has not replied since, and WAL waits.
inline bool lagsAreCurrent(const Sender &sender, const NodeSample *standby)
{
    constexpr qint64 kCurrentMs = 3000; // while WAL flows, a reply comes with each flush
    return !standby || replyAgeMs(sender, *standby).value_or(0) <= kCurrentMs;
}

} // namespace howdah::cluster
