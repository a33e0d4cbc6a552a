// SPDX-License-Identifier: GPL-3.0-or-later
#include "health.h"

namespace howdah::cluster {

Assessment assess(const Snapshot &snapshot, const Thresholds &)
{
    Assessment result;
    result.topology = buildTopology(snapshot);
    result.lag = measureLag(snapshot, result.topology);
    result.verdict = snapshot.nodes.empty() ? Verdict::Unknown : Verdict::Ok;
    for (const NodeStatus &node : snapshot.nodes) {
        const bool fresh = isFresh(snapshot, node);
        result.nodeVerdicts.push_back(fresh ? Verdict::Ok : Verdict::Unknown);
        result.verdict = std::max(result.verdict, result.nodeVerdicts.back());
        result.nodeStates.push_back(fresh ? QStringLiteral("up") : toString(node.link));
        const qint64 age = snapshot.sampleAgeMs(node);
        if (age >= 0 && (result.newestSampleAgeMs < 0 || age < result.newestSampleAgeMs)) {
            result.newestSampleAgeMs = age;
        }
    }
    result.lossNow = QStringLiteral("unknown");
    return result;
}

Watch observe(const Watch &before, const Snapshot &snapshot, const Thresholds &thresholds)
{
    Watch after;
    for (const Finding &finding : assess(snapshot, thresholds).findings) {
        after.insert(finding.id, before.value(finding.id, snapshot.takenMonotonicMs));
    }
    return after;
}

} // namespace howdah::cluster
