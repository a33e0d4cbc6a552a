// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology/placer.h"

#include <algorithm>
#include <cmath>

namespace howdah::topology {

using cluster::NodeRole;

bool Frame::widen(const std::vector<Shortage> &shortages, qreal spare)
{
    forWords.assign(shortages.size(), 0);
    forText.assign(shortages.size(), 0);
    bool any = false;
    const auto give = [&](qreal &to, qreal amount) {
        to = std::max(0.0, std::floor(amount));
        spare -= to;
        any = any || to > 0;
    };
    for (std::size_t column = 0; column < shortages.size(); ++column) {
        give(forWords[column], std::min(std::ceil(shortages[column].words), spare));
    }
    for (std::size_t column = 0; column < shortages.size(); ++column) {
        // One line, if that can be had; else two, or as much of them as can be.
        const Shortage &lacks = shortages[column];
        const qreal most = lacks.tall <= spare ? lacks.tall : lacks.folded <= spare ? lacks.folded : lacks.narrow;
        give(forText[column], std::min(std::ceil(most), spare));
    }
    return any;
}

Placer::Placer(const cluster::Topology &topology, bool withTabs, const Measure &measure, const Words &words,
               const Frame &frame)
    : m_topology(topology)
    , m(measure)
    , m_words(words)
    , m_frame(frame)
    , m_tabRoom(withTabs ? measure.tabHeight + 2 : 0)
    , m_count(static_cast<int>(topology.places.size()))
    , m_children(topology.places.size())
    , m_consumersOf(topology.places.size())
    , m_placed(topology.places.size(), false)
{
    m_out.measure = measure;
    m_out.nodes.resize(topology.places.size());
}

Layout Placer::run()
{
    collect();
    placeRoots();
    placeBeside();
    routeEdges();
    QRectF all;
    for (const PlacedNode &node : m_out.nodes) {
        all |= node.rect;
    }
    for (const PlacedConsumer &consumer : m_out.consumers) {
        all |= consumer.text;
    }
    for (const PlacedEdge &edge : m_out.edges) {
        all |= edge.line.boundingRect() | edge.words;
    }
    if (!m_out.nodes.empty()) {
        m_out.size = QSizeF(all.right() + m.margin, all.bottom() + m.margin);
    }
    return m_out;
}

qreal Placer::cardsWidth() const
{
    return columnX(m_lastColumn) + m.cardWidth + m.margin;
}

qreal Placer::rightEnd() const
{
    return std::max(m_frame.width, cardsWidth()) - m.margin;
}

qreal Placer::columnX(int column) const
{
    qreal x = m.margin;
    for (int before = 0; before < column; ++before) {
        x += m.cardWidth + gap(before);
    }
    return x;
}

qreal Placer::gap(int column) const
{
    const auto at = static_cast<std::size_t>(column);
    return m.columnGap + (at < m_frame.forWords.size() ? m_frame.forWords[at] + m_frame.forText[at] : 0);
}

Shortage &Placer::shortage(int column)
{
    if (static_cast<int>(m_shortages.size()) <= column) {
        m_shortages.resize(static_cast<std::size_t>(column) + 1);
    }
    return m_shortages[static_cast<std::size_t>(column)];
}

void Placer::collect()
{
    const auto isNode = [this](int node) { return node >= 0 && node < m_count; };
    for (int node = 0; node < m_count; ++node) {
        const int upstream = place(node).upstream;
        if (isNode(upstream) && upstream != node && place(node).role != NodeRole::Witness) {
            m_children[static_cast<std::size_t>(upstream)].push_back(node);
        }
    }
    for (int i = 0; i < static_cast<int>(m_topology.consumers.size()); ++i) {
        const int node = m_topology.consumers[static_cast<std::size_t>(i)].node;
        if (isNode(node)) {
            m_consumersOf[static_cast<std::size_t>(node)].push_back(i);
        }
    }
    m_anyAround = std::ranges::any_of(m_topology.edges, [&](const cluster::Edge &edge) {
        return isNode(edge.to) && place(edge.to).upstream != edge.from;
    });
}

void Placer::put(int node, int column, qreal top)
{
    const qreal height = place(node).role == NodeRole::Witness ? m.witnessHeight : m.cardHeight;
    out(node) = {column, QRectF(columnX(column), top, m.cardWidth, height)};
    m_placed[static_cast<std::size_t>(node)] = true;
    m_lastColumn = std::max(m_lastColumn, column);
}

/// Node, what hangs on it and all that follow it; gives where the next tree may begin.
qreal Placer::placeTree(int node, int column, qreal top)
{
    put(node, column, top + m_tabRoom);
    qreal below = top;
    qreal childrenBottom = 0;
    int last = -1;
    int lines = 0;
    for (const int child : children(node)) {
        if (placed(child)) { // a circle of upstreams, which a sample can show while nodes are being moved
            continue;
        }
        childrenBottom = placeTree(child, column + 1, below);
        below = childrenBottom + m.rowGap;
        last = child;
        ++lines;
    }
    if (lines > 1) {
        const QRectF card = out(node).rect;
        const qreal left = card.right() + turn(column) - turnStep(lines) * (lines - 2);
        const qreal bottom = out(last).rect.bottom() - 16 * m.factor();
        m_fans.emplace_back(QPointF(left, card.top()), QPointF(out(last).rect.left(), bottom));
    }
    return std::max(placeConsumers(node, rightEnd()), childrenBottom);
}

void Placer::placeRoots()
{
    qreal top = m.margin;
    const auto grow = [&](int node, int column) { top = placeTree(node, column, top) + m.rowGap; };
    bool anyPrimary = false;
    for (int node = 0; node < m_count; ++node) {
        if (place(node).role == NodeRole::Primary && !placed(node)) {
            grow(node, 0);
            anyPrimary = true;
        }
    }
    // A standby whose upstream is no node of ours heads a tree of its own.
    for (int node = 0; node < m_count; ++node) {
        const bool heads = place(node).upstream < 0 && !children(node).empty();
        if (heads && !placed(node) && place(node).role != NodeRole::Witness) {
            grow(node, anyPrimary ? 1 : 0);
        }
    }
}

/// Of everything that stands in the column; 0 when that is empty.
qreal Placer::bottomOf(int column) const
{
    const qreal left = columnX(column);
    const qreal right = left + m.cardWidth;
    qreal bottom = 0;
    const auto avoid = [&](const QRectF &rect) {
        if (rect.right() > left && rect.left() < right) {
            bottom = std::max(bottom, rect.bottom());
        }
    };
    for (int other = 0; other < m_count; ++other) {
        if (placed(other)) {
            avoid(m_out.nodes[static_cast<std::size_t>(other)].rect);
        }
    }
    for (const PlacedConsumer &consumer : m_out.consumers) {
        avoid(consumer.text);
    }
    return bottom;
}

void Placer::placeBeside()
{
    const bool anyTree = std::ranges::find(m_placed, true) != m_placed.end();
    std::vector<int> lost;
    std::vector<int> witnesses;
    for (int node = 0; node < m_count; ++node) {
        if (!placed(node)) {
            (place(node).role == NodeRole::Witness ? witnesses : lost).push_back(node);
        }
    }
    placeLost(lost, anyTree);
    placeWitnesses(witnesses);
}

/// Nodes of which it is not known whom they follow.
void Placer::placeLost(const std::vector<int> &lost, bool anyTree)
{
    // A few stand below one another where standbys stand; many side by side.
    const int first = anyTree ? 1 : 0;
    const bool few = anyTree && lost.size() <= 3;
    const qreal room =
        std::isfinite(m_frame.width) ? (m_frame.width - columnX(first)) / (m.cardWidth + m.columnGap) : 3;
    const int side = few ? 1 : std::max(2, static_cast<int>(room));
    qreal top = 0;
    for (std::size_t begin = 0; begin < lost.size(); begin += static_cast<std::size_t>(side)) {
        const std::size_t end = std::min(lost.size(), begin + static_cast<std::size_t>(side));
        // In rows: what hangs on one moves all that follow.
        for (std::size_t i = begin; i < end; ++i) {
            top = std::max(top, bottomOf(first + static_cast<int>(i - begin)));
        }
        const qreal row = top > 0 ? top + m.rowGap : m.margin;
        for (std::size_t i = begin; i < end; ++i) {
            const int column = first + static_cast<int>(i - begin);
            put(lost[i], column, row + m_tabRoom);
            const qreal right = side == 1 ? rightEnd() : columnX(column) + m.cardWidth + m.columnGap - 12;
            placeConsumers(lost[i], right);
        }
    }
}

/// Below the last column; where that would make all higher, wherever they end highest.
void Placer::placeWitnesses(const std::vector<int> &witnesses)
{
    qreal gap = m.besideGap;
    int column = std::max(1, m_lastColumn);
    const auto topIn = [&](int at) {
        const QRectF head(columnX(at), m.margin + m_tabRoom, m.cardWidth, m.witnessHeight);
        const bool stands = std::ranges::any_of(
            m_out.nodes, [at](const PlacedNode &node) { return node.column == at && !node.rect.isEmpty(); });
        const bool covered = std::ranges::any_of(
            m_out.consumers, [&head](const PlacedConsumer &consumer) { return consumer.text.intersects(head); });
        return stands || covered ? bottomOf(at) + gap : head.top();
    };
    const auto endsAt = [&](int at) { return topIn(at) + m.witnessHeight; };
    if (!witnesses.empty() && endsAt(column) > bottom() + m.witnessHeight) {
        const bool oneMore =
            columnX(column + 1) + m.cardWidth + m.margin <= m_frame.width && std::isfinite(m_frame.width);
        for (int at = oneMore ? column + 1 : column; at >= 0; --at) {
            column = endsAt(at) < endsAt(column) ? at : column;
        }
    }
    for (const int node : witnesses) {
        put(node, column, topIn(column));
        gap = 16;
    }
}

} // namespace howdah::topology
