// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology/layout.h"

#include <algorithm>
#include <cmath>

#include "topology/placer.h"

namespace howdah::topology {

Measure Measure::scaled(qreal factor) const
{
    Measure out = *this;
    for (qreal *value : {&out.cardWidth, &out.cardHeight, &out.witnessHeight, &out.columnGap, &out.rowGap,
                         &out.besideGap, &out.tabHeight, &out.consumerFirst, &out.consumerRow, &out.consumerTallRow,
                         &out.consumerLine, &out.consumerArrow, &out.consumerText, &out.consumerWide, &out.leastGap}) {
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

bool Layout::operator==(const Layout &other) const
{
    const auto sameNode = [](const PlacedNode &a, const PlacedNode &b) {
        return a.column == b.column && a.rect == b.rect;
    };
    const auto sameEdge = [](const PlacedEdge &a, const PlacedEdge &b) {
        return a.edge == b.edge && a.line == b.line && a.words == b.words;
    };
    return size == other.size && std::ranges::equal(nodes, other.nodes, sameNode) &&
           std::ranges::equal(edges, other.edges, sameEdge) && consumers == other.consumers;
}

Layout layOut(const cluster::Topology &topology, bool withTabs, const Measure &measure, const Words &words)
{
    return Placer(topology, withTabs, measure, words, {}).run();
}

Layout layOutWithin(qreal width, const cluster::Topology &topology, bool withTabs, const Measure &measure,
                    const Words &words)
{
    Frame frame;
    frame.width = width;
    Placer first(topology, withTabs, measure, words, frame);
    Layout out = first.run();
    const qreal excess = first.cardsWidth() - width;
    const int gaps = first.columns() - 1;
    if (excess > 0 && gaps > 0) {
        // Below the least gap all is drawn smaller, by whoever draws it.
        const qreal gap = std::max(measure.leastGap, std::floor(measure.columnGap - excess / gaps));
        Measure tight = measure.withGap(std::min(gap, measure.columnGap));
        if (gap <= measure.leastGap) {
            tight.margin = std::min(measure.margin, measure.leastMargin);
        }
        return Placer(topology, withTabs, tight, words, frame).run();
    }
    if (frame.widen(first.shortages(), -excess - first.reserve())) {
        return Placer(topology, withTabs, measure, words, frame).run();
    }
    return out;
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
