// SPDX-License-Identifier: GPL-3.0-or-later
// A cluster in a few words.
#include "rules.h"

namespace howdah::cluster {

namespace {
QString standbyState(const Rules &rules, int index)
{
    const NodeSample &sample = rules.sample(index);
    const Edge *edge = rules.edgeTo[static_cast<std::size_t>(index)];
    if (rules.outOfFamily[static_cast<std::size_t>(index)]) {
        return QStringLiteral("does not belong here");
    }
    if (sample.replayPauseState == QLatin1String("paused")) {
        return QStringLiteral("replay paused");
    }
    if (edge && edge->state == EdgeState::Broken) {
        return QStringLiteral("not streaming");
    }
    if (edge && edge->state == EdgeState::Catchup) {
        return QStringLiteral("catching up");
    }
    if (sample.receiver && !sample.receiver->visible() && (!edge || edge->state == EdgeState::Unknown)) {
        return QStringLiteral("no permission");
    }
    if (!sample.receiver) {
        return sample.readsArchiveOnly() ? QStringLiteral("reading the archive") : QStringLiteral("not streaming");
    }
    if (const std::optional<qint64> silence = unheardForMs(rules, index)) {
        return QStringLiteral("silent for %1").arg(span(*silence));
    }
    return sample.applyDelaySeconds() > 0 ? QStringLiteral("streaming, delayed") : QStringLiteral("streaming");
}

QString silentState(const Rules &rules, int index)
{
    const NodeStatus &node = rules.node(index);
    if (rules.snapshot.paused) {
        return QStringLiteral("sampling paused");
    }
    const bool silent = node.link == LinkState::Unreachable || node.link == LinkState::Unresponsive;
    const bool unnamed = node.link == LinkState::Up || (silent && node.missedPolls < rules.thresholds.unreachablePolls);
    if (unnamed || (node.link == LinkState::Connecting && node.sample)) {
        const qint64 age = rules.snapshot.sampleAgeMs(node);
        return age < 0 ? toString(LinkState::Connecting) : QStringLiteral("no answer for %1").arg(span(age));
    }
    return toString(node.link);
}

QString stateOf(const Rules &rules, int index)
{
    const NodeStatus &node = rules.node(index);
    if (!rules.fresh[static_cast<std::size_t>(index)]) {
        return silentState(rules, index);
    }
    // A last answer that is still young does not hide that the node has just said it is going.
    const bool silent = node.link == LinkState::Unreachable || node.link == LinkState::Unresponsive;
    if (node.link != LinkState::Up && node.link != LinkState::Connecting && !silent) {
        return toString(node.link);
    }
    if (!node.acceptsConnections) {
        return QStringLiteral("no new connections");
    }
    if (const int same = rules.topology.places[static_cast<std::size_t>(index)].sameAs; same >= 0) {
        return QStringLiteral("the same server as %1").arg(rules.name(same));
    }
    if (!rules.isData(index)) {
        return QStringLiteral("reachable");
    }
    if (rules.sample(index).inRecovery) {
        return standbyState(rules, index);
    }
    return QStringLiteral("accepting writes");
}
} // namespace

std::vector<QString> describeStates(const Rules &rules)
{
    std::vector<QString> states;
    states.reserve(static_cast<std::size_t>(rules.count()));
    for (int i = 0; i < rules.count(); ++i) {
        states.push_back(stateOf(rules, i));
    }
    return states;
}

QString describeLoss(const Rules &rules)
{
    if (!rules.primary) {
        return QStringLiteral("unknown");
    }
    QStringList holders;
    int least = -1;
    bool standbys = false;
    bool blind = false;
    for (int i = 0; i < rules.count(); ++i) {
        const StandbyLag &lag = rules.lag[static_cast<std::size_t>(i)];
        if (!rules.isData(i) || i == rules.topology.primary || rules.outOfFamily[static_cast<std::size_t>(i)]) {
            continue;
        }
        standbys = true;
        if (lag.holdsEveryCommit) {
            holders += rules.name(i);
        }
        if (!lag.wouldLose) {
            blind = true;
        } else if (least < 0 || *lag.wouldLose < *rules.lag[static_cast<std::size_t>(least)].wouldLose) {
            least = i;
        }
    }
    if (!holders.isEmpty()) {
        return QStringLiteral("none, %1 %2 sync")
            .arg(joined(holders), holders.size() == 1 ? QStringLiteral("is") : QStringLiteral("are"));
    }
    const QString commit = rules.primary->setting(QLatin1String("synchronous_commit"));
    const bool flushes = commit == QLatin1String("on") || commit == QLatin1String("remote_apply");
    if (rules.sync.known && rules.sync.configured && rules.sync.satisfied && rules.sync.any && flushes) {
        return QStringLiteral("none, %1 of %2 hold every commit")
            .arg(rules.sync.required)
            .arg(joined(rules.sync.holding));
    }
    if (least >= 0) {
        const StandbyLag &best = rules.lag[static_cast<std::size_t>(least)];
        if (*best.wouldLose == 0) {
            return QStringLiteral("none, %1 has everything").arg(rules.name(least));
        }
        return best.wouldLoseAtMost ? lossText(best) : QStringLiteral("at least %1").arg(lossText(best));
    }
    // A standby that is not asked may hold it all, and a walsender that can't be seen may be one.
    const int primary = rules.topology.primary;
    const bool strangers =
        std::any_of(rules.topology.consumers.cbegin(), rules.topology.consumers.cend(),
                    [&](const Consumer &consumer) {
                        return consumer.node == primary && consumer.active && consumer.kind == ConsumerKind::Physical;
                    }) ||
        rules.primary->unreadable.contains(QStringLiteral("senders"));
    return standbys || blind || strangers ? QStringLiteral("unknown")
                                          : QStringLiteral("everything, there is no standby");
}

} // namespace howdah::cluster
