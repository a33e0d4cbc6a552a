// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <vector>

#include "cluster/health.h"
#include "history/decimate.h"

namespace howdah::history {
class LagHistory;
}

namespace howdah::topology {

/// Where the tab of an address can be let go.
struct DropTarget {
    QString node;
    bool switchover = false; ///< the node would take the writes, and the address with them; else it alone is moved

    bool operator==(const DropTarget &) const = default;
};

/// A floating address that a node holds: a tab on the top edge of its card.
struct AddressTab {
    QString name;                         ///< "write"
    QString ip;                           ///< "10.0.0.50"
    QString node;                         ///< its holder
    bool known = true;                    ///< the holder was confirmed just now; else dashed and grey
    std::vector<DropTarget> targets = {}; ///< none: it is not dragged

    bool operator==(const AddressTab &) const = default;
};

/// A small line of a number's last minutes, oldest first; NaN is a gap.
struct Spark {
    std::vector<history::SeriesPoint> points;
    qint64 fromMs = 0, toMs = 0;

    bool operator==(const Spark &other) const;
};

/// What a node's card says. Plain text throughout.
struct CardFace {
    QString name, role, timeline, address;
    cluster::NodeRole roleKind = cluster::NodeRole::Unknown;
    cluster::Verdict verdict = cluster::Verdict::Unknown;
    QString verdictWord, detail;
    bool stale = false; ///< grey and dashed: this is what it was
    QString numbers;    ///< "312 kB  160 ms", "WAL 2 MB/s"
    QString nonNumber;  ///< "idle", "paused": in italics after the numbers
    Spark spark;
    std::vector<AddressTab> tabs;
    QString description; ///< all of it in one sentence, for a screen reader and the tooltip

    bool operator==(const CardFace &) const = default;
};

/// What an edge says and how its line is drawn.
struct EdgeFace {
    cluster::EdgeState state = cluster::EdgeState::Broken;
    bool strong = false; ///< sync or quorum: thick, solid head
    bool hasSlot = false, slotUsed = false;
    QString above;                                   ///< sync_state verbatim
    QStringList below;                               ///< this hop's bytes and time, or since when, or who sees it
    cluster::Verdict verdict = cluster::Verdict::Ok; ///< of a broken one
    QString description;

    bool operator==(const EdgeFace &) const = default;
};

/// What the line of a consumer says.
struct ConsumerFace {
    QString name, detail, bytes, node, slotName;
    bool idle = false, hasSlot = false;
    cluster::Verdict verdict = cluster::Verdict::Ok;
    QString description;

    bool operator==(const ConsumerFace &) const = default;
};

// Pure. history may be null; then there is no sparkline and no WAL rate.
CardFace cardFace(const cluster::ClusterState &state, int node, const history::LagHistory *history,
                  const std::vector<AddressTab> &tabs);
EdgeFace edgeFace(const cluster::ClusterState &state, int edge);
ConsumerFace consumerFace(const cluster::ClusterState &state, int consumer);

} // namespace howdah::topology
