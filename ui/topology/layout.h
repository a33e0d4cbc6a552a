// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QRectF>
#include <vector>

#include "cluster/topology.h"

namespace howdah::topology {

/// Sizes in device-independent pixels, as drawn at the font of the mockups; scaled() for another.
struct Measure {
    qreal cardWidth = 200, cardHeight = 124, witnessHeight = 56;
    qreal columnGap = 100, rowGap = 24, besideGap = 40;
    qreal margin = 24;
    qreal tabHeight = 22; ///< of a floating address on a card's top edge
    qreal flowY = 52.5;   ///< below a card's top: where WAL comes in and the first port stands
    qreal portStep = 12;  ///< between ports on the right edge
    qreal consumerFirst = 28.5, consumerRow = 26, consumerTallRow = 38;
    qreal consumerPort = 24, consumerPortStep = 18; ///< from the card's left edge, the last consumer's first
    qreal consumerArrow = 88, consumerText = 98;    ///< from the card's left edge
    qreal consumerWide = 448;
    qreal leastMargin = 16;
    qreal leastGap = 64; ///< between columns, where room is short: the words on an edge still fit

    Measure scaled(qreal factor) const;
    /// With columns this far apart.
    Measure withGap(qreal gap) const;
    /// From a card to where the lines to its several followers turn.
    qreal turn() const;
    /// For the words on an edge between two columns, when the line turns that far behind its card.
    qreal wordsRoom(qreal turned) const;
};

struct PlacedNode {
    int column = 0;
    QRectF rect;
};

/// The line of Topology::edges[edge], from its port on the upstream's right edge to the receiver's left edge.
struct PlacedEdge {
    int edge = -1;
    QPolygonF line;
    QPointF label;  ///< on the line; sync_state stands above it, bytes and time below
    qreal room = 0; ///< how wide those words may be
};

/// The line of Topology::consumers[consumer], from its port on the node's bottom edge to its arrow or cross.
struct PlacedConsumer {
    int consumer = -1;
    QPolygonF line;
    QRectF text;       ///< room for name, detail and bytes
    bool wide = false; ///< one line; else two
};

struct Layout {
    std::vector<PlacedNode> nodes; ///< same order and size as Topology::places
    std::vector<PlacedEdge> edges;
    std::vector<PlacedConsumer> consumers;
    QSizeF size;
    Measure measure;

    bool operator==(const Layout &other) const;
};

/// Pure: primary left, each hop one column further right, siblings below one another in the order of the cluster file,
/// consumers as lines below their node; then nodes without a known place, then witnesses, beside the rest. Nothing
/// overlaps, and the same input gives the same output. withTabs leaves room for address tabs above the cards.
Layout layOut(const cluster::Topology &topology, bool withTabs = false, const Measure &measure = {});

/// Pure. As layOut(), with the columns closer together, down to Measure::leastGap, when it would be wider than width.
Layout layOutWithin(qreal width, const cluster::Topology &topology, bool withTabs = false, const Measure &measure = {});

/// The node to go to from `current` by an arrow key: the nearest whose centre lies that way; -1 when there is none.
enum class Direction { Left, Right, Up, Down };
int neighbour(const Layout &layout, int current, Direction direction);

} // namespace howdah::topology
