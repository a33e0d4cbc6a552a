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

} // namespace howdah::cluster
