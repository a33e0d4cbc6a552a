// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "cluster/health.h"
#include "core/clock.h"
#include "support/snapshots.h"

namespace howdah::testsupport {

/// A clock that stands until it is moved.
class FakeClock : public core::Clock {
public:
    qint64 monotonicMs() const override { return monotonic; }
    qint64 wallMs() const override { return wall; }
    void advance(qint64 milliseconds)
    {
        monotonic += milliseconds;
        wall += milliseconds;
    }

    qint64 monotonic = kNowMonotonicMs;
    qint64 wall = kNowWallMs;
};

/// snapshot as the engine would send it, under another name when one is given.
inline cluster::ClusterState stateOf(cluster::Snapshot snapshot, const QString &name = {})
{
    if (!name.isEmpty()) {
        snapshot.cluster = name;
    }
    snapshot.watch = cluster::observe(snapshot.watch, snapshot);
    auto assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    return {std::make_shared<const cluster::Snapshot>(std::move(snapshot)), std::move(assessment)};
}

/// state with a verdict of the test's own: what the rules make of it is not the window's business.
inline cluster::ClusterState withVerdict(const cluster::ClusterState &state, cluster::Verdict verdict,
                                         std::vector<cluster::Finding> findings = {},
                                         const QString &lossNow = QStringLiteral("none, pg2 is sync"))
{
    auto assessment = std::make_shared<cluster::Assessment>(*state.assessment);
    assessment->verdict = verdict;
    assessment->findings = std::move(findings);
    assessment->lossNow = lossNow;
    return {state.snapshot, std::move(assessment)};
}

} // namespace howdah::testsupport
