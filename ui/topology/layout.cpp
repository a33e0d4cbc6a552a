// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology/layout.h"

#include <algorithm>
#include <cmath>

namespace howdah::topology {
namespace {

using cluster::NodeRole;

/// One run of layOut(): what has been placed so far.
class Placer {
public:
    Placer(const cluster::Topology &topology, bool withTabs, const Measure &measure)
        : m_topology(topology)
        , m(measure)
        , m_tabRoom(withTabs ? measure.tabHeight + 2 : 0)
        , m_count(static_cast<int>(topology.places.size()))
        , m_children(topology.places.size())
        , m_consumersOf(topology.places.size())
        , m_placed(topology.places.size(), false)
    {
        m_out.measure = measure;
        m_out.nodes.resize(topology.places.size());
    }

    Layout run()
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
        if (!m_out.nodes.empty()) {
            m_out.size = QSizeF(all.right() + m.margin, all.bottom() + m.margin);
        }
        return m_out;
    }

private:
    const cluster::Place &place(int node) const { return m_topology.places[static_cast<std::size_t>(node)]; }
    PlacedNode &out(int node) { return m_out.nodes[static_cast<std::size_t>(node)]; }
    std::vector<int> &children(int node) { return m_children[static_cast<std::size_t>(node)]; }
    bool placed(int node) const { return m_placed[static_cast<std::size_t>(node)]; }
    qreal columnX(int column) const { return m.margin + column * (m.cardWidth + m.columnGap); }

    void collect();
    void placeRoots();
    void placeBeside();
    qreal placeTree(int node, int column, qreal top);
    qreal placeConsumers(int node, qreal childrenBottom);
    void placeUnder(int node, int column, qreal gap);
    void put(int node, int column, qreal top);
    void routeEdges();
    void routeTree(int from, const std::vector<int> &edges);
    PlacedEdge routeAround(int edge, int rank) const;

    const cluster::Topology &m_topology;
    const Measure &m;
    const qreal m_tabRoom;
    const int m_count;
    std::vector<std::vector<int>> m_children;
    std::vector<std::vector<int>> m_consumersOf;
    std::vector<bool> m_placed;
    int m_lastColumn = 0;
    Layout m_out;
};

void Placer::collect()
{
    for (int node = 0; node < m_count; ++node) {
        const int upstream = place(node).upstream;
        if (upstream >= 0 && upstream < m_count && upstream != node && place(node).role != NodeRole::Witness) {
            children(upstream).push_back(node);
        }
    }
    for (int i = 0; i < static_cast<int>(m_topology.consumers.size()); ++i) {
        const int node = m_topology.consumers[static_cast<std::size_t>(i)].node;
        if (node >= 0 && node < m_count) {
            m_consumersOf[static_cast<std::size_t>(node)].push_back(i);
        }
    }
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
    for (const int child : children(node)) {
        if (placed(child)) { // a circle of upstreams, which a sample can show while nodes are being moved
            continue;
        }
        childrenBottom = placeTree(child, column + 1, below);
        below = childrenBottom + m.rowGap;
    }
    return std::max(placeConsumers(node, childrenBottom), childrenBottom);
}

/// Gives the bottom of the node with its consumers.
qreal Placer::placeConsumers(int node, qreal childrenBottom)
{
    const QRectF card = out(node).rect;
    const std::vector<int> &consumers = m_consumersOf[static_cast<std::size_t>(node)];
    if (consumers.empty()) {
        return card.bottom();
    }
    // Beside the rows stand the cards of the next columns, or the lines to further children.
    const bool wide = childrenBottom <= card.bottom();
    const bool lines = children(node).size() > 1;
    const qreal width = wide ? m.consumerWide : lines ? m.cardWidth : m.cardWidth + m.columnGap - 8;
    const qreal row = wide ? m.consumerRow : m.consumerTallRow;
    const int count = static_cast<int>(consumers.size());
    const qreal room = m.cardWidth - 2 * m.consumerPort;
    const qreal step = std::min({m.consumerPortStep, (m.consumerArrow - 12 - m.consumerPort) / std::max(1, count - 1),
                                 room / std::max(1, count - 1)});
    qreal y = card.bottom() + m.consumerFirst;
    for (int i = 0; i < count; ++i, y += row) {
        PlacedConsumer line;
        line.consumer = consumers[static_cast<std::size_t>(i)];
        line.wide = wide;
        // The first row has the rightmost port, so that no line crosses another.
        const qreal x = card.left() + m.consumerPort + step * (count - 1 - i);
        line.line << QPointF(x, card.bottom()) << QPointF(x, y) << QPointF(card.left() + m.consumerArrow, y);
        line.text = QRectF(card.left() + m.consumerText, y - m.consumerRow / 2, width - m.consumerText, row);
        m_out.consumers.push_back(line);
    }
    return m_out.consumers.back().text.bottom();
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

/// Under everything that stands in the column.
void Placer::placeUnder(int node, int column, qreal gap)
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
            avoid(out(other).rect);
        }
    }
    for (const PlacedConsumer &consumer : m_out.consumers) {
        avoid(consumer.text);
    }
    put(node, column, (bottom > 0 ? bottom + gap : m.margin) + m_tabRoom * (bottom > 0 ? 0 : 1));
}

void Placer::placeBeside()
{
    const bool anyTree = std::find(m_placed.begin(), m_placed.end(), true) != m_placed.end();
    std::vector<int> lost;
    std::vector<int> witnesses;
    for (int node = 0; node < m_count; ++node) {
        if (!placed(node)) {
            (place(node).role == NodeRole::Witness ? witnesses : lost).push_back(node);
        }
    }
    // A few stand below one another where standbys stand; many side by side.
    const int columns = anyTree && lost.size() <= 3 ? 1 : 3;
    int rank = 0;
    for (const int node : lost) {
        placeUnder(node, (anyTree ? 1 : 0) + rank++ % columns, m.rowGap + m_tabRoom);
        placeConsumers(node, std::numeric_limits<qreal>::max());
    }
    qreal gap = m.besideGap;
    const int column = std::max(1, m_lastColumn);
    for (const int node : witnesses) {
        placeUnder(node, column, gap);
        gap = 16;
    }
}

void Placer::routeEdges()
{
    std::vector<std::vector<int>> straight(m_out.nodes.size());
    std::vector<int> around;
    for (int i = 0; i < static_cast<int>(m_topology.edges.size()); ++i) {
        const cluster::Edge &edge = m_topology.edges[static_cast<std::size_t>(i)];
        if (edge.from < 0 || edge.to < 0 || edge.from >= m_count || edge.to >= m_count || edge.from == edge.to) {
            continue;
        }
        const bool next = out(edge.to).column == out(edge.from).column + 1 && place(edge.to).upstream == edge.from;
        if (next) {
            straight[static_cast<std::size_t>(edge.from)].push_back(i);
        } else {
            around.push_back(i);
        }
    }
    for (int node = 0; node < m_count; ++node) {
        routeTree(node, straight[static_cast<std::size_t>(node)]);
    }
    int rank = 0;
    for (const int edge : around) {
        m_out.edges.push_back(routeAround(edge, rank++));
    }
}

void Placer::routeTree(int from, const std::vector<int> &edges)
{
    std::vector<int> order = edges;
    const auto top = [this](int edge) { return out(m_topology.edges[static_cast<std::size_t>(edge)].to).rect.top(); };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return top(a) < top(b); });
    const int count = static_cast<int>(order.size());
    const QRectF card = out(from).rect;
    // More than the edge has room for leave from one port.
    const qreal room = card.height() - m.flowY - 14;
    const bool bus = count > 1 && room / (count - 1) < 8;
    const qreal step = bus || count < 2 ? 0 : std::min(m.portStep, room / (count - 1));
    const qreal turn = m.turn();
    const qreal turnStep = bus || count < 3 ? 0 : std::min<qreal>(7, (turn - 10) / (count - 2));
    for (int i = 0; i < count; ++i) {
        const QRectF to = out(m_topology.edges[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])].to).rect;
        const QPointF port(card.right(), card.top() + m.flowY + step * i);
        const QPointF tip(to.left(), to.top() + m.flowY);
        PlacedEdge placedEdge;
        placedEdge.edge = order[static_cast<std::size_t>(i)];
        placedEdge.line << port;
        qreal from_x = card.right() + (count > 1 ? turn : 0);
        if (std::abs(port.y() - tip.y()) > 0.01) {
            // Those further down turn earlier: no two lines cross.
            from_x = card.right() + turn - turnStep * std::max(0, i - 1);
            placedEdge.line << QPointF(from_x, port.y()) << QPointF(from_x, tip.y());
        }
        placedEdge.line << tip;
        placedEdge.label = QPointF((card.right() + (count > 1 ? turn : 0) + to.left()) / 2, tip.y());
        placedEdge.room = m.wordsRoom(count > 1 ? turn : 0);
        m_out.edges.push_back(placedEdge);
    }
}

/// An edge that does not follow the columns (two senders claim a node, or the flow is being turned round): through the
/// lane above the receiver.
PlacedEdge Placer::routeAround(int edge, int rank) const
{
    const cluster::Edge &flow = m_topology.edges[static_cast<std::size_t>(edge)];
    const QRectF from = m_out.nodes[static_cast<std::size_t>(flow.from)].rect;
    const QRectF to = m_out.nodes[static_cast<std::size_t>(flow.to)].rect;
    const qreal shift = 3.0 * (rank % 4);
    const QPointF port(from.right(), from.bottom() - 12 - shift);
    const QPointF tip(to.left(), to.top() + m.flowY + 14 + shift);
    const qreal lane = to.top() - 8 - shift;
    PlacedEdge placedEdge;
    placedEdge.edge = edge;
    placedEdge.line << port << QPointF(port.x() + 12 + shift, port.y()) << QPointF(port.x() + 12 + shift, lane)
                    << QPointF(tip.x() - 12 - shift, lane) << QPointF(tip.x() - 12 - shift, tip.y()) << tip;
    placedEdge.label = QPointF((port.x() + tip.x()) / 2, lane);
    placedEdge.room = m.wordsRoom(0);
    return placedEdge;
}

} // namespace

Measure Measure::scaled(qreal factor) const
{
    Measure out = *this;
    for (qreal *value : {&out.cardWidth, &out.cardHeight, &out.witnessHeight, &out.columnGap, &out.rowGap,
                         &out.besideGap, &out.tabHeight, &out.consumerFirst, &out.consumerRow, &out.consumerTallRow,
                         &out.consumerArrow, &out.consumerText, &out.consumerWide, &out.leastGap}) {
        *value = std::round(*value * factor);
    }
    out.flowY = std::round(flowY * factor) + 0.5;
    out.consumerFirst += 0.5;
    return out;
}

Measure Measure::withGap(qreal gap) const
{
    Measure out = *this;
    out.columnGap = gap;
    return out;
}

qreal Measure::turn() const
{
    // The words keep their room for as long as the line has some to give.
    const qreal factor = cardWidth / 200;
    return std::max(16 * factor, columnGap - 64 * factor);
}

qreal Measure::wordsRoom(qreal turned) const
{
    return std::min(76 * cardWidth / 200, columnGap - turned + 4);
}

bool Layout::operator==(const Layout &other) const
{
    const auto sameNode = [](const PlacedNode &a, const PlacedNode &b) {
        return a.column == b.column && a.rect == b.rect;
    };
    const auto sameEdge = [](const PlacedEdge &a, const PlacedEdge &b) { return a.edge == b.edge && a.line == b.line; };
    const auto sameConsumer = [](const PlacedConsumer &a, const PlacedConsumer &b) {
        return a.consumer == b.consumer && a.line == b.line && a.text == b.text;
    };
    return size == other.size && std::ranges::equal(nodes, other.nodes, sameNode) &&
           std::ranges::equal(edges, other.edges, sameEdge) &&
           std::ranges::equal(consumers, other.consumers, sameConsumer);
}

Layout layOut(const cluster::Topology &topology, bool withTabs, const Measure &measure)
{
    return Placer(topology, withTabs, measure).run();
}

Layout layOutWithin(qreal width, const cluster::Topology &topology, bool withTabs, const Measure &measure)
{
    Layout out = layOut(topology, withTabs, measure);
    int gaps = 0;
    for (const PlacedNode &node : out.nodes) {
        gaps = std::max(gaps, node.column);
    }
    const qreal excess = out.size.width() - width;
    if (excess <= 0 || gaps == 0) {
        return out;
    }
    // Below the least gap all is drawn smaller, by whoever draws it.
    const qreal gap = std::max(measure.leastGap, std::floor(measure.columnGap - excess / gaps));
    Measure tight = measure.withGap(std::min(gap, measure.columnGap));
    if (gap <= measure.leastGap) {
        tight.margin = std::min(measure.margin, measure.leastMargin);
    }
    return layOut(topology, withTabs, tight);
}

int neighbour(const Layout &layout, int current, Direction direction)
{
    if (current < 0 || current >= static_cast<int>(layout.nodes.size())) {
        return layout.nodes.empty() ? -1 : 0;
    }
    const QPointF here = layout.nodes[static_cast<std::size_t>(current)].rect.center();
    int best = -1;
    qreal bestCost = 0;
    for (int node = 0; node < static_cast<int>(layout.nodes.size()); ++node) {
        const QPointF way = layout.nodes[static_cast<std::size_t>(node)].rect.center() - here;
        const bool across = direction == Direction::Left || direction == Direction::Right;
        const qreal sign = direction == Direction::Left || direction == Direction::Up ? -1 : 1;
        const qreal ahead = sign * (across ? way.x() : way.y());
        const qreal aside = std::abs(across ? way.y() : way.x());
        if (node == current || ahead < 1) {
            continue;
        }
        // Twice the price for leaving the row or column.
        const qreal cost = ahead + 2 * aside;
        if (best < 0 || cost < bestCost) {
            best = node;
            bestCost = cost;
        }
    }
    return best;
}

} // namespace howdah::topology
