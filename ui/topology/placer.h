// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>

#include "topology/layout.h"

namespace howdah::topology {

/// What the gap behind a column is short of.
struct Shortage {
    qreal words = 0;  ///< of the edges that cross it
    qreal tall = 0;   ///< for consumers of the column's nodes, their details in one line
    qreal folded = 0; ///< in two
    qreal narrow = 0; ///< and with the bytes below the name
};

/// What is given to a layout from outside.
struct Frame {
    qreal width = std::numeric_limits<qreal>::infinity();
    std::vector<qreal> forWords; ///< what is added to the gap behind each column, for the words on its edges
    std::vector<qreal> forText;  ///< and for consumers' texts that reach into it

    /// Shares out what is left over, the first columns first. False when nobody needs any.
    bool widen(const std::vector<Shortage> &shortages, qreal spare);
};

/// One run of layOut(): what has been placed so far. Cards are placed in placer.cpp, consumers in consumerrows.cpp,
/// edges in routes.cpp.
class Placer {
public:
    Placer(const cluster::Topology &topology, bool withTabs, const Measure &measure, const Words &words,
           const Frame &frame);

    Layout run();
    /// After run(): the width of the scene if nothing but cards stood in it.
    qreal cardsWidth() const;
    int columns() const { return m_lastColumn + 1; }
    const std::vector<Shortage> &shortages() const { return m_shortages; }
    /// What consumers need right of the last column.
    qreal reserve() const { return m_reserve; }

private:
    /// How the consumers of one node are written.
    struct Block {
        bool wide = false, bytesBelow = false, trunk = false;
        qreal arrow = 0, text = 0; ///< from the card's left edge
        qreal right = 0;           ///< of the text, in the scene
        qreal name = 0;            ///< width of the column of names
    };
    /// The widest of each kind among the consumers of one node.
    struct Needs {
        qreal name = 0, bytes = 0, mark = 0, detail = 0, folded = 0; ///< the last two with their marks
    };

    const cluster::Place &place(int node) const { return m_topology.places[static_cast<std::size_t>(node)]; }
    PlacedNode &out(int node) { return m_out.nodes[static_cast<std::size_t>(node)]; }
    const std::vector<int> &children(int node) const { return m_children[static_cast<std::size_t>(node)]; }
    const std::vector<int> &consumersOf(int node) const { return m_consumersOf[static_cast<std::size_t>(node)]; }
    bool placed(int node) const { return m_placed[static_cast<std::size_t>(node)]; }
    const ConsumerWords &wordsOf(int consumer) const;
    EdgeWords wordsOfEdge(int edge) const;
    Shortage &shortage(int column);

    qreal columnX(int column) const;
    qreal gap(int column) const;
    qreal turn(int column) const;
    qreal turnStep(int lines) const;
    qreal wordsRoom(int column, qreal turned) const;
    qreal rightEnd() const;

    void collect();
    void placeRoots();
    void placeBeside();
    void placeLost(const std::vector<int> &lost, bool anyTree);
    void placeWitnesses(const std::vector<int> &witnesses);
    qreal placeTree(int node, int column, qreal top);
    qreal bottomOf(int column) const;
    void put(int node, int column, qreal top);

    qreal placeConsumers(int node, qreal rightEnd);
    Needs needsOf(int node) const;
    Block chooseBlock(int node, qreal rightEnd);
    Block chooseStacked(int node, qreal rightEnd, bool trunk);
    qreal freeRight(int node, qreal height, qreal rightEnd) const;
    PlacedConsumer placeConsumer(int node, int rank, qreal y, const Block &block) const;
    qreal portStep(int count) const;

    void routeEdges();
    void routeTree(int from, const std::vector<int> &edges);
    void routeAround(int edge, int rank, qreal lane);
    qreal bottom() const;

    const cluster::Topology &m_topology;
    const Measure &m;
    const Words &m_words;
    const Frame &m_frame;
    const qreal m_tabRoom;
    const int m_count;
    std::vector<std::vector<int>> m_children;
    std::vector<std::vector<int>> m_consumersOf;
    std::vector<bool> m_placed;
    std::vector<QRectF> m_fans; ///< where lines run to several children, and their words stand
    std::vector<Shortage> m_shortages;
    bool m_anyAround = false; ///< some edge does not follow the columns
    int m_lastColumn = 0;
    qreal m_reserve = 0;
    Layout m_out;
};

} // namespace howdah::topology
