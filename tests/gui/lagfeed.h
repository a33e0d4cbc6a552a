// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QWidget>
#include <cmath>
#include <functional>

#include "cluster/health.h"
#include "history/laghistory.h"
#include "support/snapshots.h"
#include "theme/theme.h"

/// A past made by hand for tests of what paints it.
namespace howdah::testsupport {

/// A state whose topology is the test's own: what paints it must not depend on what the rules make of a Snapshot.
/// upstreams by index, -1 for a primary, -2 for a witness, -3 for a node not known.
inline cluster::ClusterState stateOf(const cluster::Snapshot &snapshot, const std::vector<int> &upstreams)
{
    using namespace cluster;
    auto assessment = std::make_shared<Assessment>();
    Topology &topology = assessment->topology;
    for (int i = 0; i < static_cast<int>(upstreams.size()); ++i) {
        const int upstream = upstreams[static_cast<std::size_t>(i)];
        Place place;
        place.node = i;
        place.upstream = std::max(upstream, -1);
        if (upstream >= 0) {
            const Place &above = topology.places[static_cast<std::size_t>(upstream)];
            place.depth = above.depth + 1;
            place.role = place.depth == 1 ? NodeRole::Standby : NodeRole::CascadingStandby;
            Edge edge;
            edge.from = upstream;
            edge.to = i;
            edge.state = EdgeState::Streaming;
            edge.syncState = i == 1 ? QStringLiteral("sync") : QStringLiteral("async");
            edge.slotName = snapshot.nodes[static_cast<std::size_t>(i)].name + QStringLiteral("_slot");
            edge.bytes = i == 1 ? 24 << 10 : 64 << 10;
            edge.seconds = i == 1 ? 0.012 : 0.031;
            topology.edges.push_back(edge);
            assessment->lag.emplace_back();
            assessment->lag.back().state = LagState::Known;
            assessment->lag.back().bytes = i == 1 ? 312 << 10 : 3'000'000;
            assessment->lag.back().seconds = i == 1 ? 0.16 : 1.4;
        } else {
            place.role = upstream == -1 ? NodeRole::Primary : upstream == -2 ? NodeRole::Witness : NodeRole::Unknown;
            assessment->lag.emplace_back();
            topology.primary = upstream == -1 && topology.primary < 0 ? i : topology.primary;
        }
        topology.places.push_back(place);
        const bool fresh = isFresh(snapshot, snapshot.nodes[static_cast<std::size_t>(i)]);
        assessment->nodeVerdicts.push_back(fresh ? Verdict::Ok : Verdict::Unknown);
        assessment->nodeStates.push_back(!fresh           ? QStringLiteral("no answer for 4 s")
                                         : upstream == -1 ? QStringLiteral("accepting writes")
                                         : upstream == -2 ? QStringLiteral("holds no data")
                                                          : QStringLiteral("streaming"));
    }
    return {std::make_shared<const Snapshot>(snapshot), assessment};
}

/// pg1, pg2 that follows it, pg3 that follows pg2, wit1: as many as the snapshot has.
inline cluster::ClusterState stateOf(const cluster::Snapshot &snapshot)
{
    std::vector<int> upstreams{-1, 0, 1, -2};
    upstreams.resize(snapshot.nodes.size(), 0);
    return stateOf(snapshot, upstreams);
}

/// Sets the lag of node at a tick, `second` counted from 0 at the oldest.
using Shape = std::function<void(cluster::StandbyLag &lag, const QString &node, int second)>;

inline cluster::StandbyLag lagOf(qint64 bytes, double seconds)
{
    cluster::StandbyLag lag;
    lag.state = cluster::LagState::Known;
    lag.bytes = bytes;
    lag.seconds = seconds;
    lag.stages = {bytes / 10,    bytes / 20,     bytes / 20,     bytes - bytes / 10 - 2 * (bytes / 20),
                  seconds * 0.1, seconds * 0.05, seconds * 0.05, seconds * 0.8};
    return lag;
}

/// Ticks of a second each, the last one at kNowMonotonicMs: the snapshot as it is but for its clocks, the primary's
/// position (2 MB/s, trembling) and the lag that shape gives.
inline void feed(history::LagHistory &history, const cluster::Snapshot &snapshot, int seconds, const Shape &shape)
{
    const cluster::Assessment assessed = *stateOf(snapshot).assessment;
    double position = 1e12;
    for (int second = 0; second < seconds; ++second) {
        auto copy = std::make_shared<cluster::Snapshot>(snapshot);
        const qint64 back = 1000LL * (seconds - 1 - second);
        copy->takenMonotonicMs = kNowMonotonicMs - back;
        copy->takenWallMs = kNowWallMs - back;
        auto assessment = std::make_shared<cluster::Assessment>(assessed);
        position += static_cast<double>(kWalRate) * (1 + 0.2 * std::sin(second * 0.9) + 0.15 * std::sin(second * 0.13));
        for (std::size_t i = 0; i < copy->nodes.size(); ++i) {
            cluster::NodeStatus &node = copy->nodes[i];
            if (!node.sample) {
                continue;
            }
            auto sample = std::make_shared<cluster::NodeSample>(*node.sample);
            sample->takenMonotonicMs -= back;
            if (sample->currentLsn) {
                sample->currentLsn = cluster::Lsn{static_cast<quint64>(position)};
            }
            node.sample = sample;
            shape(assessment->lag[i], node.name, second);
        }
        history.add({copy, assessment});
    }
}

/// The morning of the mockups: pg2 close behind, pg3 with a conflict that holds replay for 75 s, both trembling.
inline Shape mockupShape(int seconds)
{
    return [seconds](cluster::StandbyLag &lag, const QString &node, int second) {
        const double noise = 1 + 0.35 * std::sin(second * 1.7) + 0.25 * std::sin(second * 0.37);
        const int back = seconds - second;
        if (node == QLatin1String("pg2")) {
            lag = lagOf(std::llround(312'000 * noise), 0.16 * noise);
        }
        if (node != QLatin1String("pg3")) {
            return;
        }
        const double climb = back > 458 && back <= 533   ? 533 - back
                             : back > 426 && back <= 458 ? (back - 426) * 2.3
                                                         : 0;
        const double early = back > 750 && back <= 760 ? (760 - back) * 0.8 : 0;
        const double lagSeconds = 1.4 * noise + climb + early;
        lag = lagOf(std::llround(lagSeconds * 2e6), lagSeconds);
    };
}

/// Paints the widget at a size. With HOWDAH_PICTURES set, also writes it there as name-light.png (QT_SCALE_FACTOR=2
/// gives name-light@2x.png).
inline QImage shot(QWidget &widget, const QString &name, QSize size)
{
    widget.resize(size);
    widget.ensurePolished();
    const QImage image = widget.grab().toImage();
    const QString folder = qEnvironmentVariable("HOWDAH_PICTURES");
    if (!folder.isEmpty()) {
        const QString mode = theme::Theme::instance().isDark() ? QStringLiteral("dark") : QStringLiteral("light");
        const QString scale = image.devicePixelRatio() > 1 ? QStringLiteral("@2x") : QString();
        image.save(QDir(folder).filePath(name + QLatin1Char('-') + mode + scale + QStringLiteral(".png")));
    }
    return image;
}

} // namespace howdah::testsupport
