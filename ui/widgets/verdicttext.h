// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "cluster/health.h"

namespace howdah::widgets {

/// One statement of the strip: a strong beginning and the rest; or, with nonValue, something that is not known.
struct Statement {
    QString strong;
    QString rest;
    cluster::Verdict tone = cluster::Verdict::Ok; ///< colours the strong part; Ok leaves it plain
    bool nonValue = false;

    QString text() const { return rest.isEmpty() ? strong : strong + rest; }
    bool operator==(const Statement &) const = default;
};

/// How a cluster stands for somebody who looks now, not when its last state was made: a state that nobody renews grows
/// old, and what is old is unknown.
struct ShownVerdict {
    cluster::Verdict verdict = cluster::Verdict::Unknown;
    QString word;   ///< "Warning", "Paused", "Unknown"
    QString detail; ///< "2 findings, since 13:39"

    bool operator==(const ShownVerdict &) const = default;
};

/// Milliseconds since any node's last sample, at monotonic time nowMs; -1 when there never was one.
qint64 newestSampleAge(const cluster::ClusterState &state, qint64 nowMs);

ShownVerdict shownVerdict(const cluster::ClusterState &state, qint64 nowMs);
/// Which nodes accept writes at nowMs, and what a failover would lose then; unknown once the state is old.
Statement writableNodes(const cluster::ClusterState &state, qint64 nowMs);
Statement lostNow(const cluster::ClusterState &state, qint64 nowMs);
Statement newestSample(const cluster::ClusterState &state, qint64 nowMs);

/// "3 of 3 nodes answer · one round trip a second each".
QString answeringNodes(const cluster::ClusterState &state);

} // namespace howdah::widgets
