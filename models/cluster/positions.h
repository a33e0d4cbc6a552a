// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "cluster/lsn.h"

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

} // namespace howdah::cluster
