// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "cluster/snapshot.h"

namespace howdah::cluster {

/// Bytes that the primary has and a standby has not flushed.
struct Loss {
    std::optional<qint64> bytes; ///< empty: not known
    bool atMost = false;         ///< an upper bound, not a measure; 0 is never one
};

/// Pure. sender is the primary's walsender for the standby when that may be believed: it and the primary's position
/// are of one moment, while the standby is asked at another. own is what the standby says that it holds, empty when
/// that can't be compared. 0 is only given when it is proved: at one moment that is hardly past, or of a primary that
/// writes nothing.
Loss measureLoss(const Snapshot &snapshot, const NodeSample &primary, const NodeSample &standby, const Sender *sender,
                 std::optional<Lsn> own);

} // namespace howdah::cluster
