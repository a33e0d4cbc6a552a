// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "cluster/health.h"

namespace howdah::tables {

/// A line of a tile.
struct TileLine {
    QString what;
    QString value;
    bool nonValue = false;

    bool operator==(const TileLine &) const = default;
};

/// A small list of facts with a verdict, as it stands at the overview's side.
struct Tile {
    cluster::Verdict verdict = cluster::Verdict::Unknown;
    QString word; ///< beside the verdict's glyph; empty: no verdict to give
    std::vector<TileLine> lines;
    bool stale = false; ///< lines are what was seen last, not what is

    bool operator==(const Tile &) const = default;
};

/// The primary's archiver: what it archived last, what waits, what failed. Its verdict is that of the rules' findings;
/// without them it is only good when all of it is seen. Pure.
Tile archiveTile(const cluster::ClusterState &state);

/// The primary's connections, long and prepared transactions, base backups, and the standbys' conflicts. Pure.
Tile activityTile(const cluster::ClusterState &state);

} // namespace howdah::tables
