// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace howdah::operations {

/// Key of the advisory lock that keeps two consoles from acting on one cluster at once: on the primary, and on a
/// switchover's candidate, whose lock outlives the promotion.
inline constexpr qint64 kClusterLock = 0x686F7764'61680001; // "howdah", 1

} // namespace howdah::operations
