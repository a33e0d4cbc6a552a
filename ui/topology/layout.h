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
    qreal consumerFirst = 28.5, consumerRow = 26, consumerTallRow = 38, consumerLine = 14;
    qreal consumerPort = 24, consumerPortStep = 18; ///< from the card's left edge, the last consumer's first
    qreal consumerArrow = 88, consumerText = 98;    ///< from the card's left edge
    qreal consumerWide = 448;                       ///< a consumer's line is that wide where there is room
    qreal leastMargin = 16;
    qreal leastGap = 68; ///< between columns, where room is short: the words on an edge still fit

    Measure scaled(qreal factor) const;
    /// With columns this far apart.
    Measure withGap(qreal gap) const;
    /// How much larger than drawn in the mockups.
    qreal factor() const { return cardWidth / 200; }
};

/// How wide a consumer's words are: what a layout makes room for.
struct ConsumerWords {
    qreal name = 90, detail = 150, bytes = 56;
    qreal folded = 90;   ///< the detail on two lines
    bool marked = false; ///< a glyph stands with the detail
};

/// How wide an edge's words are, and how many lines stand below it.
struct EdgeWords {
    qreal width = 52;
    int below = 2;
};

struct Words {
    std::vector<ConsumerWords> consumers; ///< as Topology::consumers; those that are missing are of common width
    std::vector<EdgeWords> edges;         ///< as Topology::edges
};

struct PlacedNode {
    int column = 0;
    QRectF rect;
};

/// The line of Topology::edges[edge], from its port on the upstream's right edge to the receiver's left edge.
struct PlacedEdge {
    int edge = -1;
    QPolygonF line;
    QPointF label;      ///< on the line; sync_state stands above it, bytes and time below
    qreal room = 0;     ///< how wide those words may be; 0: there is no place for them
    QRectF words;       ///< where they stand
    bool brief = false; ///< all words in one line above
    QPolygonF trunk;    ///< what it adds to the line that several share up to its last bend; empty: it shares none
};

/// The line of Topology::consumers[consumer], from its port on the node's bottom edge to its arrow or cross.
struct PlacedConsumer {
    int consumer = -1;
    QPolygonF line;
    QPolygonF trunk;         ///< from the port before, where more hang on a card than its edge has room for; else empty
    QRectF text;             ///< room for name, detail and bytes
    qreal nameWidth = 0;     ///< of the column of names
    bool wide = false;       ///< all in one line; else the detail stands below name and bytes
    int detailLines = 1;     ///< 2: it is folded
    bool bytesBelow = false; ///< the bytes have a line of their own, below the name

    bool operator==(const PlacedConsumer &) const = default;
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
Layout layOut(const cluster::Topology &topology, bool withTabs = false, const Measure &measure = {},
              const Words &words = {});

/// Pure. As layOut(), into that width: with the columns closer together, down to Measure::leastGap, when it would be
/// wider, and further apart where words on the lines between them need what is left over.
Layout layOutWithin(qreal width, const cluster::Topology &topology, bool withTabs = false, const Measure &measure = {},
                    const Words &words = {});

/// The node to go to from `current` by an arrow key: the nearest whose centre lies that way; -1 when there is none.
enum class Direction { Left, Right, Up, Down };
int neighbour(const Layout &layout, int current, Direction direction);

} // namespace howdah::topology
