// SPDX-License-Identifier: GPL-3.0-or-later
#include "health.h"

#include <cmath>

#include "core/units.h"
#include "rules.h"

namespace howdah::cluster {

Rules::Rules(const Snapshot &snapshotToJudge, const Thresholds &limits)
    : snapshot(snapshotToJudge)
    , thresholds(limits)
    , topology(buildTopology(snapshotToJudge))
    , lag(measureLag(snapshotToJudge, topology))
    , edgeTo(snapshotToJudge.nodes.size(), nullptr)
    , atLeast(snapshotToJudge.nodes.size(), Verdict::Ok)
    , outOfFamily(snapshotToJudge.nodes.size(), false)
{
    for (const NodeStatus &status : snapshot.nodes) {
        fresh.push_back(isFresh(snapshot, status));
    }
    for (const Edge &edge : topology.edges) {
        edgeTo[static_cast<std::size_t>(edge.to)] = &edge;
    }
    if (topology.primary >= 0) {
        primary = &sample(topology.primary);
    }
}

qint64 Rules::hold(const QString &key)
{
    const qint64 since = std::min(now(), snapshot.watch.value(key, now()));
    conditions.insert(key, since);
    return now() - since;
}

void Rules::add(Finding finding, const QString &since)
{
    if (finding.sinceMs == 0) {
        hold(since.isEmpty() ? finding.id : since);
        finding.sinceMs = conditions.value(since.isEmpty() ? finding.id : since);
        finding.beganUnseen = beganUnseen(snapshot, finding.node, finding.sinceMs);
    }
    conditions.insert(finding.id, finding.sinceMs);
    findings.push_back(std::move(finding));
}

void Rules::raise(int index, Verdict verdict)
{
    Verdict &held = atLeast[static_cast<std::size_t>(index)];
    held = std::max(held, verdict);
}

QString joined(const QStringList &names)
{
    if (names.size() < 2) {
        return names.join(QString());
    }
    return names.mid(0, names.size() - 1).join(QStringLiteral(", ")) + QStringLiteral(" and ") + names.last();
}

QString span(qint64 milliseconds)
{
    return milliseconds < 1000 ? QStringLiteral("less than a second")
                               : core::formatSeconds(std::floor(static_cast<double>(milliseconds) / 1000));
}

QString timelineText(int timeline)
{
    return timeline > 0 ? QStringLiteral("timeline %1").arg(timeline) : QStringLiteral("an unknown timeline");
}

namespace {
void run(Rules &rules)
{
    judgeLinks(rules);
    judgeWritable(rules);
    judgeFamily(rules);
    judgeStreaming(rules);
    judgeUnwatched(rules);
    judgeLag(rules);
    judgeSlots(rules);
    judgeArchiver(rules);
    judgeSync(rules);
    judgeConsole(rules);
    judgeOperation(rules);
}

// A node is as bad as the worst that is said about it, and unknown when it does not answer.
std::vector<Verdict> nodeVerdicts(const Rules &rules)
{
    std::vector<Verdict> verdicts = rules.atLeast;
    QHash<QString, std::size_t> byName;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        byName.insert(rules.snapshot.nodes[i].name, i);
        if (!rules.fresh[i]) {
            verdicts[i] = std::max(verdicts[i], Verdict::Unknown);
        }
    }
    for (const Finding &finding : rules.findings) {
        if (const auto found = byName.constFind(finding.node); found != byName.constEnd()) {
            verdicts[*found] = std::max(verdicts[*found], finding.severity);
        }
    }
    return verdicts;
}
} // namespace

Assessment assess(const Snapshot &snapshot, const Thresholds &thresholds)
{
    Rules rules(snapshot, thresholds);
    run(rules);

    Assessment result;
    result.nodeVerdicts = nodeVerdicts(rules);
    result.nodeStates = describeStates(rules);
    result.lossNow = describeLoss(rules);
    result.verdict = snapshot.nodes.empty() ? Verdict::Unknown : Verdict::Ok;
    for (const Verdict verdict : result.nodeVerdicts) {
        result.verdict = std::max(result.verdict, verdict);
    }
    std::stable_sort(rules.findings.begin(), rules.findings.end(), [](const Finding &a, const Finding &b) {
        // What the servers say comes before what is wrong with our own file.
        const auto ours = [](const Finding &finding) { return finding.id.startsWith(QLatin1String("config:")); };
        return a.severity != b.severity ? a.severity > b.severity
               : ours(a) != ours(b)     ? ours(b)
                                        : a.sinceMs < b.sinceMs;
    });
    if (!rules.findings.empty()) {
        result.verdict = std::max(result.verdict, rules.findings.front().severity);
    }
    for (const NodeStatus &node : snapshot.nodes) {
        const qint64 age = snapshot.sampleAgeMs(node);
        if (age >= 0 && (result.newestSampleAgeMs < 0 || age < result.newestSampleAgeMs)) {
            result.newestSampleAgeMs = age;
        }
    }
    result.findings = std::move(rules.findings);
    result.slotFacts = std::move(rules.slotFacts);
    result.sync = std::move(rules.sync);
    result.writableNodes = rules.writableNodes;
    result.lag = std::move(rules.lag);
    result.topology = std::move(rules.topology);
    return result;
}

LagLimits Thresholds::lagLimits(bool sync) const
{
    return sync ? LagLimits{syncLagWarnBytes, syncLagCriticalBytes, syncLagWarnSeconds, syncLagCriticalSeconds}
                : LagLimits{asyncLagWarnBytes, asyncLagCriticalBytes, asyncLagWarnSeconds, asyncLagCriticalSeconds};
}

Thresholds Thresholds::forOneLook()
{
    Thresholds limits;
    limits.lagHeldMs = 0;
    limits.receiverDownCriticalMs = 0;
    limits.timelineSettleMs = 0;
    limits.contradictionMs = 0;
    limits.unreachablePolls = 1;
    limits.once = true;
    return limits;
}

bool isConclusive(const Snapshot &snapshot, const Thresholds &thresholds)
{
    return std::all_of(snapshot.nodes.cbegin(), snapshot.nodes.cend(), [&](const NodeStatus &node) {
        switch (node.link) {
        case LinkState::Connecting:
            return false;
        case LinkState::Unreachable:
        case LinkState::Unresponsive:
        case LinkState::ConsoleIsolated:
            return node.missedPolls >= thresholds.unreachablePolls;
        default:
            return true;
        }
    });
}

Watch observe(const Watch &before, const Snapshot &snapshot, const Thresholds &thresholds)
{
    Snapshot remembered = snapshot; // shares all that is large
    remembered.watch = before;
    Rules rules(remembered, thresholds);
    run(rules);
    for (int i = 0; i < rules.count(); ++i) {
        if (rules.fresh[static_cast<std::size_t>(i)]) {
            rules.hold(seenKey(rules.name(i)));
        }
    }
    return std::move(rules.conditions);
}

} // namespace howdah::cluster
