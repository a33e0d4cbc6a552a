// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "topology/layout.h"

namespace howdah::testsupport {

/// Parents by index; -1: none. The first is a primary.
inline cluster::Topology cascade(const std::vector<int> &upstreams)
{
    cluster::Topology topology;
    for (int i = 0; i < static_cast<int>(upstreams.size()); ++i) {
        const int upstream = upstreams[static_cast<std::size_t>(i)];
        cluster::Place place;
        place.node = i;
        place.upstream = upstream;
        if (upstream < 0) {
            place.role = cluster::NodeRole::Primary;
        } else {
            const cluster::Place &above = topology.places[static_cast<std::size_t>(upstream)];
            place.role = above.depth == 0 ? cluster::NodeRole::Standby : cluster::NodeRole::CascadingStandby;
            place.depth = above.depth + 1;
            cluster::Edge edge;
            edge.from = upstream;
            edge.to = i;
            edge.state = cluster::EdgeState::Streaming;
            edge.slotName = QStringLiteral("slot");
            topology.edges.push_back(edge);
        }
        topology.places.push_back(place);
    }
    return topology;
}

inline void add(cluster::Topology &topology, cluster::NodeRole role)
{
    cluster::Place place;
    place.node = static_cast<int>(topology.places.size());
    place.role = role;
    topology.places.push_back(place);
}

inline void consume(cluster::Topology &topology, int node, int count)
{
    for (int i = 0; i < count; ++i) {
        cluster::Consumer consumer;
        consumer.node = node;
        consumer.slotName = QStringLiteral("s%1").arg(i);
        topology.consumers.push_back(consumer);
    }
}

/// What stands in a layout, by name: cards, the words of consumers and those of edges.
inline std::vector<std::pair<QString, QRectF>> boxesOf(const topology::Layout &layout)
{
    std::vector<std::pair<QString, QRectF>> boxes;
    for (std::size_t i = 0; i < layout.nodes.size(); ++i) {
        boxes.emplace_back(QStringLiteral("node %1").arg(i), layout.nodes[i].rect);
    }
    for (const topology::PlacedConsumer &consumer : layout.consumers) {
        boxes.emplace_back(QStringLiteral("consumer %1").arg(consumer.consumer), consumer.text);
    }
    for (const topology::PlacedEdge &edge : layout.edges) {
        if (edge.room > 0) {
            boxes.emplace_back(QStringLiteral("words of edge %1").arg(edge.edge), edge.words);
        }
    }
    return boxes;
}

/// Empty when no segment of the line comes into a box, but for that one.
inline QString runsThrough(const QPolygonF &line, const std::vector<std::pair<QString, QRectF>> &boxes,
                           const QString &own)
{
    for (int i = 0; i + 1 < line.size(); ++i) {
        const QRectF segment = QRectF(line[i], line[i + 1]).normalized();
        for (const auto &[name, box] : boxes) {
            const QRectF inside = box.adjusted(1, 1, -1, -1);
            if (name != own && segment.left() <= inside.right() && segment.right() >= inside.left() &&
                segment.top() <= inside.bottom() && segment.bottom() >= inside.top()) {
                return QStringLiteral(" runs through ") + name;
            }
        }
    }
    return {};
}

/// Empty when all has its place within the scene and nothing overlaps; else what does not.
inline QString overlap(const topology::Layout &layout)
{
    const auto boxes = boxesOf(layout);
    const QRectF scene(QPointF(0, 0), layout.size);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        if (boxes[i].second.isEmpty()) {
            return boxes[i].first + QStringLiteral(" has no place");
        }
        if (!scene.contains(boxes[i].second)) {
            return boxes[i].first + QStringLiteral(" lies outside");
        }
        for (std::size_t j = i + 1; j < boxes.size(); ++j) {
            if (boxes[i].second.intersects(boxes[j].second)) {
                return boxes[i].first + QStringLiteral(" meets ") + boxes[j].first;
            }
        }
    }
    for (const topology::PlacedEdge &edge : layout.edges) {
        const QString own = QStringLiteral("words of edge %1").arg(edge.edge);
        const QString through = runsThrough(edge.line, boxes, own);
        const bool within = std::ranges::all_of(edge.line, [&scene](QPointF point) { return scene.contains(point); });
        if (!through.isEmpty() || !within) {
            return QStringLiteral("edge %1").arg(edge.edge) + (through.isEmpty() ? QStringLiteral(" leaves") : through);
        }
    }
    for (const topology::PlacedConsumer &consumer : layout.consumers) {
        const QString own = QStringLiteral("consumer %1").arg(consumer.consumer);
        for (const QPolygonF &line : {consumer.line, consumer.trunk}) {
            // It hangs on its card's bottom edge.
            const QString through = runsThrough(line, boxes, own);
            if (!through.isEmpty()) {
                return QStringLiteral("line of ") + own + through;
            }
        }
    }
    return {};
}

} // namespace howdah::testsupport
