// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "lagfeed.h"

/// Clusters of many shapes, made by hand: for tests of what draws them, and to be looked at.
namespace howdah::testsupport {

/// A cluster by its upstreams as stateOf() takes them, with slots: how many hang on each node, for those that are
/// named.
struct Shaped {
    const char *name;
    std::vector<int> upstreams;
    std::vector<std::pair<int, int>> slotsOn;
};

/// A consumer as the rules would describe it, another for each number.
inline cluster::Consumer someConsumer(int node, int number)
{
    using cluster::ConsumerKind;
    constexpr qint64 kMegabyte = 1 << 20;
    switch (number % 5) {
    case 0:
        return {node,
                ConsumerKind::IdleSlot,
                QStringLiteral("analytics_cdc"),
                QStringLiteral("logical, no consumer for at least 27 min"),
                QStringLiteral("analytics_cdc"),
                false,
                3277 * kMegabyte};
    case 1:
        return {node,
                ConsumerKind::Backup,
                QStringLiteral("backup1"),
                QStringLiteral("pg_receivewal, streaming"),
                QStringLiteral("backup1_wal"),
                true,
                9 * kMegabyte};
    case 2:
        return {node,
                ConsumerKind::Logical,
                QStringLiteral("reporting_sub"),
                QStringLiteral("logical, streaming"),
                QStringLiteral("reporting_sub"),
                true,
                kMegabyte};
    case 3:
        return {node,
                ConsumerKind::IdleSlot,
                QStringLiteral("warehouse_orders_slot"),
                QStringLiteral("physical, never used"),
                QStringLiteral("warehouse_orders_slot"),
                false,
                std::nullopt};
    default:
        return {node, ConsumerKind::Physical, QStringLiteral("dr_site"), QStringLiteral("physical, catchup"), {},
                true, 812 * kMegabyte};
    }
}

/// What the engine would send for such a cluster.
inline cluster::ClusterState stateOf(const Shaped &shape)
{
    cluster::Snapshot snapshot = manyNodes(static_cast<int>(shape.upstreams.size()));
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        snapshot.nodes[i].name =
            (shape.upstreams[i] == -2 ? QStringLiteral("wit%1") : QStringLiteral("pg%1")).arg(i + 1);
    }
    auto sample = std::make_shared<cluster::NodeSample>(*snapshot.nodes[0].sample);
    cluster::Slot idle;
    idle.slotName = QStringLiteral("analytics_cdc");
    sample->replicationSlots = {idle};
    cluster::SlotFacts facts;
    facts.slot = 0;
    facts.verdict = cluster::Verdict::Warning;
    cluster::ClusterState state = stateOf(snapshot, shape.upstreams);
    auto assessment = std::make_shared<cluster::Assessment>(*state.assessment);
    for (const auto &[node, count] : shape.slotsOn) {
        snapshot.nodes[static_cast<std::size_t>(node)].sample = sample;
        facts.node = node;
        assessment->slotFacts.push_back(facts);
        for (int number = 0; number < count; ++number) {
            assessment->topology.consumers.push_back(someConsumer(node, number));
        }
    }
    return {std::make_shared<const cluster::Snapshot>(snapshot), assessment};
}

inline std::vector<Shaped> shapes()
{
    std::vector<int> fifty(50, 0);
    fifty[0] = -1;
    return {{"alone", {-1}, {}},
            {"alone-slots", {-1, -2}, {{0, 3}}},
            {"demo", {-1, 0, 1}, {{0, 1}}},
            {"two", {-1, 0, 0, -2}, {{0, 3}, {1, 1}}},
            {"three", {-1, 0, 0, 0, -2}, {{0, 3}, {2, 2}}},
            {"five", {-1, 0, 0, 0, 0, 0, -2}, {{0, 4}, {1, 1}}},
            {"eight", {-1, 0, 0, 0, 0, 0, 0, 0, 0, -2}, {{0, 3}, {1, 1}}},
            {"cascades", {-1, 0, 0, 0, 1, 1, 2, -2}, {{0, 3}, {1, 2}, {4, 1}}},
            {"chain", {-1, 0, 1, 2, -2}, {{0, 2}, {1, 2}, {3, 1}}},
            {"many-slots", {-1, 0, 0, -2}, {{0, 10}}},
            {"split", {-1, 0, 0, -1, 3, -3}, {{0, 2}, {3, 1}}},
            {"fifty", fifty, {{0, 3}, {7, 1}}}};
}

} // namespace howdah::testsupport
