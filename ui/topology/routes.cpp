// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "topology/placer.h"

namespace howdah::topology {
namespace {

constexpr qreal kMostWords = 160; // no gap is widened for longer ones
constexpr qreal kLaneHeight = 22;
constexpr qreal kLeastPortStep = 10; // ports that are closer look like one bar

/// More lines than a card's edge has room for leave from one port.
bool isBus(int lines, qreal room)
{
    return lines > 1 && room / (lines - 1) < kLeastPortStep;
}

/// Where words on an edge stand, by how they are painted.
QRectF wordsRect(QPointF label, qreal room, int below, qreal f)
{
    const qreal bottom = below == 0 ? 6 * f : (22 + 15 * (below - 1)) * f;
    return {QPointF(label.x() - room / 2, label.y() - 22 * f), QPointF(label.x() + room / 2, label.y() + bottom)};
}

} // namespace

EdgeWords Placer::wordsOfEdge(int edge) const
{
    const auto at = static_cast<std::size_t>(edge);
    return at < m_words.edges.size() ? m_words.edges[at] : EdgeWords();
}

/// From a card of the column to where the lines to its several followers turn.
qreal Placer::turn(int column) const
{
    // The words keep their room for as long as the line has some to give.
    const auto at = static_cast<std::size_t>(column);
    const qreal words = 64 * m.factor() + (at < m_frame.forWords.size() ? m_frame.forWords[at] : 0);
    return std::max(12 * m.factor(), gap(column) - words);
}

/// Between the turns of lines that leave one card.
qreal Placer::turnStep(int lines) const
{
    // What a gap is widened by is for texts: the lines do not spread into it.
    const qreal turned = std::max(12 * m.factor(), m.columnGap - 64 * m.factor());
    const qreal room = m.cardHeight - m.flowY - 14;
    return isBus(lines, room) || lines < 3 ? 0 : std::min<qreal>(7, (turned - 6) / (lines - 2));
}

/// For the words on an edge, when the line turns that far behind its card.
qreal Placer::wordsRoom(int column, qreal turned) const
{
    const qreal f = m.factor();
    return std::min(std::max(76 * f, gap(column) - 24 * f), gap(column) - turned - 4);
}

qreal Placer::bottom() const
{
    qreal bottom = 0;
    for (const PlacedNode &node : m_out.nodes) {
        bottom = std::max(bottom, node.rect.bottom());
    }
    for (const PlacedConsumer &consumer : m_out.consumers) {
        bottom = std::max(bottom, consumer.text.bottom());
    }
    return bottom;
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
    qreal lane = bottom();
    for (const int edge : around) {
        lane += kLaneHeight * m.factor();
        routeAround(edge, rank++, lane);
    }
}

void Placer::routeTree(int from, const std::vector<int> &edges)
{
    std::vector<int> order = edges;
    const auto top = [this](int edge) { return out(m_topology.edges[static_cast<std::size_t>(edge)].to).rect.top(); };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return top(a) < top(b); });
    const int count = static_cast<int>(order.size());
    const QRectF card = out(from).rect;
    const int column = out(from).column;
    const qreal room = card.height() - m.flowY - 14;
    const qreal step = isBus(count, room) || count < 2 ? 0 : std::min(m.portStep, room / (count - 1));
    const qreal turned = count > 1 || m_anyAround ? turn(column) : 0;
    QPointF trunkEnd;
    for (int i = 0; i < count; ++i) {
        PlacedEdge placedEdge;
        placedEdge.edge = order[static_cast<std::size_t>(i)];
        const QRectF to = out(m_topology.edges[static_cast<std::size_t>(placedEdge.edge)].to).rect;
        const QPointF port(card.right(), card.top() + m.flowY + step * i);
        const QPointF tip(to.left(), to.top() + m.flowY);
        placedEdge.line << port;
        if (std::abs(port.y() - tip.y()) > 0.01) {
            // Those further down turn earlier: no two lines cross.
            const qreal x = card.right() + turn(column) - turnStep(count) * std::max(0, i - 1);
            placedEdge.line << QPointF(x, port.y()) << QPointF(x, tip.y());
            if (isBus(count, room)) {
                placedEdge.trunk << (trunkEnd.isNull() ? placedEdge.line.first(2) : QPolygonF({trunkEnd}))
                                 << placedEdge.line.back();
                trunkEnd = placedEdge.line.back();
            }
        }
        placedEdge.line << tip;
        const EdgeWords words = wordsOfEdge(placedEdge.edge);
        placedEdge.label = QPointF((card.right() + turned + to.left()) / 2, tip.y());
        placedEdge.room = wordsRoom(column, turned);
        placedEdge.words = wordsRect(placedEdge.label, std::min(placedEdge.room, words.width), words.below, m.factor());
        const qreal lacks = std::min(words.width, kMostWords * m.factor()) - placedEdge.room;
        shortage(column).words = std::max(shortage(column).words, lacks);
        m_out.edges.push_back(placedEdge);
    }
}

/// An edge that does not follow the columns (two senders claim a node, or the flow is being turned round): by a lane
/// below all, and up again before the receiver, above the words of the edge that does.
void Placer::routeAround(int edge, int rank, qreal lane)
{
    const cluster::Edge &flow = m_topology.edges[static_cast<std::size_t>(edge)];
    const PlacedNode &from = out(flow.from);
    const PlacedNode &to = out(flow.to);
    const qreal shift = 2.0 * (rank % 4);
    const QPointF port(from.rect.right(), from.rect.bottom() - 8 - shift);
    const QPointF tip(to.rect.left(), to.rect.top() + 10 + shift);
    const qreal down = from.rect.right() + 6 + shift;
    const qreal up = to.column == 0 ? to.rect.left() - 6 - shift : columnX(to.column - 1) + m.cardWidth + 6 + shift;
    PlacedEdge placedEdge;
    placedEdge.edge = edge;
    placedEdge.brief = true;
    placedEdge.line << port << QPointF(down, port.y());
    if (std::abs(down - up) > 1) {
        placedEdge.line << QPointF(down, lane) << QPointF(up, lane);
        // Words stand under a column: between columns other lines go down and up.
        const int column = (from.column + (down < up ? 1 : 0) + to.column) / 2;
        placedEdge.label = QPointF(columnX(column) + m.cardWidth / 2, lane);
        placedEdge.room = m.cardWidth - 16;
        placedEdge.words = QRectF(placedEdge.label.x() - placedEdge.room / 2, lane - 16 * m.factor(), placedEdge.room,
                                  16 * m.factor());
    }
    placedEdge.line << QPointF(up, tip.y()) << tip;
    m_out.edges.push_back(placedEdge);
}

} // namespace howdah::topology
