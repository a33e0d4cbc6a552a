// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "topology/placer.h"

namespace howdah::topology {
namespace {

constexpr int kMostPorts = 6;     // more do not stand apart on a card's edge
constexpr qreal kBetween = 12;    // a text and what stands right of it
constexpr qreal kNameColumn = 90; // at least, where there is one line
constexpr qreal kMark = 16;       // a glyph before a detail

} // namespace

const ConsumerWords &Placer::wordsOf(int consumer) const
{
    static const ConsumerWords common;
    const auto at = static_cast<std::size_t>(consumer);
    return at < m_words.consumers.size() ? m_words.consumers[at] : common;
}

Placer::Needs Placer::needsOf(int node) const
{
    Needs needs;
    for (const int consumer : consumersOf(node)) {
        const ConsumerWords &words = wordsOf(consumer);
        const qreal mark = words.marked ? kMark * m.factor() : 0;
        needs.name = std::max(needs.name, words.name);
        needs.bytes = std::max(needs.bytes, words.bytes);
        needs.mark = std::max(needs.mark, mark);
        needs.detail = std::max(needs.detail, words.detail + mark);
        needs.folded = std::max(needs.folded, words.folded + mark);
    }
    return needs;
}

/// Between ports on the card's bottom edge.
qreal Placer::portStep(int count) const
{
    return count < 2 ? 0 : std::min(m.consumerPortStep, (m.consumerArrow - 12 - m.consumerPort) / (count - 1));
}

/// Up to where a text below the card may reach, when the rows are that high altogether.
qreal Placer::freeRight(int node, qreal height, qreal rightEnd) const
{
    const QRectF card = m_out.nodes[static_cast<std::size_t>(node)].rect;
    const QRectF band(card.left(), card.bottom() + 1, 1e6, m.consumerFirst + height);
    qreal right = rightEnd;
    const auto avoid = [&](const QRectF &rect) {
        if (rect.intersects(band) && rect.left() > card.left()) {
            right = std::min(right, rect.left() - kBetween);
        }
    };
    for (int other = 0; other < m_count; ++other) {
        if (placed(other) && other != node) {
            avoid(m_out.nodes[static_cast<std::size_t>(other)].rect.adjusted(0, -m_tabRoom, 0, 0));
        }
    }
    for (const PlacedConsumer &consumer : m_out.consumers) {
        avoid(consumer.text | consumer.line.boundingRect().adjusted(-4, 0, 0, 1));
    }
    for (const QRectF &fan : m_fans) {
        avoid(fan);
    }
    if (m_anyAround) {
        avoid(QRectF(card.right() + 5, 0, 1, 1e6));
    }
    return right;
}

/// One line if there is room for it; else stacked.
Placer::Block Placer::chooseBlock(int node, qreal rightEnd)
{
    const qreal left = out(node).rect.left();
    const qreal f = m.factor();
    const int count = static_cast<int>(consumersOf(node).size());
    const Needs needs = needsOf(node);
    Block block;
    block.wide = true;
    block.arrow = m.consumerArrow;
    block.text = m.consumerText;
    block.name = std::max(kNameColumn * f, needs.name);
    const qreal one = block.text + block.name + 8 + needs.detail + 10 + needs.bytes + 10 + 14 * f;
    const qreal free = freeRight(node, count * m.consumerRow, rightEnd) - left;
    block.right = left + std::max(one, std::min(m.consumerWide, free));
    block.trunk = count > kMostPorts;
    return one <= free ? block : chooseStacked(node, rightEnd, block.trunk);
}

/// Name and bytes above the detail; if that is too wide, the detail folded; if that is too wide, the bytes below the
/// name; then all of them on a trunk, which needs less width than ports. Only what is too wide even then is cut.
Placer::Block Placer::chooseStacked(int node, qreal rightEnd, bool trunk)
{
    const PlacedNode &card = out(node);
    const int count = static_cast<int>(consumersOf(node).size());
    const Needs needs = needsOf(node);
    // Short of room, the lines are short too.
    const int ports = trunk ? 1 : count;
    Block block;
    block.trunk = trunk;
    block.arrow = std::min(m.consumerArrow, m.consumerPort + portStep(ports) * (ports - 1) + 28 * m.factor());
    block.text = block.arrow + m.consumerText - m.consumerArrow;
    block.name = needs.name;
    const qreal left = card.rect.left() + block.text;
    const qreal head = needs.name + 12 + needs.bytes;
    const qreal tall = std::max(head, needs.detail);
    const qreal folded = std::max(head, needs.folded);
    const qreal narrow = std::max({needs.name, needs.mark + needs.bytes, needs.folded - needs.mark});
    const qreal end = freeRight(node, count * (m.consumerTallRow + 2 * m.consumerLine), rightEnd);
    const qreal free = end - left;
    const bool hemmedIn = end < rightEnd; // a wider gap is of use
    if (hemmedIn && tall > free) {
        Shortage &lacks = shortage(card.column);
        lacks.tall = std::max(lacks.tall, tall - free);
        lacks.folded = std::max(lacks.folded, folded - free);
        lacks.narrow = std::max(lacks.narrow, narrow - free);
    }
    if (!hemmedIn) {
        m_reserve = std::max(m_reserve, left + folded + m.margin - cardsWidth());
    }
    if (narrow > free && !trunk && count > 1) {
        return chooseStacked(node, rightEnd, true);
    }
    block.bytesBelow = folded > free;
    block.right = left + (tall <= free ? tall : folded <= free ? folded : std::min(narrow, free));
    return block;
}

PlacedConsumer Placer::placeConsumer(int node, int rank, qreal y, const Block &block) const
{
    const QRectF card = m_out.nodes[static_cast<std::size_t>(node)].rect;
    const int count = static_cast<int>(consumersOf(node).size());
    PlacedConsumer line;
    line.consumer = consumersOf(node)[static_cast<std::size_t>(rank)];
    line.wide = block.wide;
    line.nameWidth = block.name;
    const QPointF tip(card.left() + block.arrow, y);
    if (block.trunk) {
        const QPointF port(card.left() + m.consumerPort, y);
        const qreal above = rank == 0 ? card.bottom() : m_out.consumers.back().line.front().y();
        line.trunk << QPointF(port.x(), above) << port;
        line.line << port << tip;
    } else {
        // The first row has the rightmost port, so that no line crosses another.
        const qreal x = card.left() + m.consumerPort + portStep(count) * (count - 1 - rank);
        line.line << QPointF(x, card.bottom()) << QPointF(x, y) << tip;
    }
    const qreal left = card.left() + block.text;
    const ConsumerWords &words = wordsOf(line.consumer);
    const qreal mark = words.marked && !block.bytesBelow ? kMark * m.factor() : 0;
    line.bytesBelow = block.bytesBelow;
    line.detailLines = block.wide || words.detail + mark <= block.right - left ? 1 : 2;
    const qreal row =
        block.wide ? m.consumerRow : m.consumerTallRow + (line.detailLines - 1 + block.bytesBelow) * m.consumerLine;
    line.text = QRectF(left, y - m.consumerRow / 2, block.right - left, row);
    return line;
}

/// Gives the bottom of the node with its consumers.
qreal Placer::placeConsumers(int node, qreal rightEnd)
{
    const QRectF card = out(node).rect;
    const int count = static_cast<int>(consumersOf(node).size());
    if (count == 0) {
        return card.bottom();
    }
    const Block block = chooseBlock(node, rightEnd);
    qreal y = card.bottom() + m.consumerFirst;
    for (int rank = 0; rank < count; ++rank) {
        m_out.consumers.push_back(placeConsumer(node, rank, y, block));
        y += m_out.consumers.back().text.height();
    }
    return m_out.consumers.back().text.bottom();
}

} // namespace howdah::topology
