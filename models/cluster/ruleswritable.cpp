// SPDX-License-Identifier: GPL-3.0-or-later
// How many nodes take writes: one, or something is wrong.
#include "core/units.h"
#include "rules.h"
#include "timelines.h"

namespace howdah::cluster {

namespace {
// In recovery, or not running, for certain.
bool surelyNotWritable(const Rules &rules, int index)
{
    const NodeStatus &node = rules.node(index);
    // Said by a session that ended, "shutting down" may have been meant of that session alone: the next attempt tells.
    const bool stopping = node.link == LinkState::ShuttingDown && !rules.isFreshData(index);
    return rules.isFreshStandby(index) || node.link == LinkState::Down || node.link == LinkState::StartingUp ||
           stopping;
}

// A standby that streams from somebody who is no node here: the primary may be there.
bool hearsStranger(const Rules &rules, int index)
{
    return rules.isFreshStandby(index) && rules.topology.places[static_cast<std::size_t>(index)].upstream < 0 &&
           (rules.sample(index).receiver || rules.sample(index).unreadable.contains(QStringLiteral("receiver")));
}

std::optional<int> countWritable(const Rules &rules)
{
    if (!rules.topology.writable.empty()) {
        return static_cast<int>(rules.topology.writable.size());
    }
    bool any = false;
    for (int i = 0; i < rules.count(); ++i) {
        any = any || rules.isData(i);
        if (rules.isData(i) && (!surelyNotWritable(rules, i) || hearsStranger(rules, i))) {
            return std::nullopt;
        }
    }
    return any ? std::optional(0) : std::nullopt;
}

// Whether a standby hears, or may hear, from somebody who is no standby of ours.
bool mayHearPrimary(const Rules &rules, int index)
{
    const NodeSample &standby = rules.sample(index);
    const Edge *edge = rules.edgeTo[static_cast<std::size_t>(index)];
    if (edge && rules.isFreshStandby(edge->from)) {
        return false;
    }
    if (!standby.receiver) {
        return standby.unreadable.contains(QStringLiteral("receiver"));
    }
    const bool dated = standby.receiver->lastMsgReceiptTime.isValid() && standby.serverTime.isValid();
    return !dated || standby.receiver->lastMsgReceiptTime.msecsTo(standby.serverTime) < kHeardMs;
}

// Every data node but this one is a standby that answers, and none of them hears a primary.
bool nobodyHearsPrimary(const Rules &rules, int index)
{
    for (int i = 0; i < rules.count(); ++i) {
        if (i != index && rules.isData(i) && (!rules.isFreshStandby(i) || mayHearPrimary(rules, i))) {
            return false;
        }
    }
    return true;
}

// The node that was primary when it last answered, has been missing for long enough, and that no other node hears; or
// one that has never answered while the others, all of them standbys, hear nobody.
bool primaryIsMissing(const Rules &rules, int index)
{
    const NodeStatus &node = rules.node(index);
    const bool silent = node.link == LinkState::Unresponsive || node.link == LinkState::Unreachable;
    const bool settled = silent && node.missedPolls >= rules.thresholds.unreachablePolls;
    if ((node.link != LinkState::Refused && !settled) || !heardBy(rules, index).isEmpty()) {
        return false;
    }
    if (!node.sample) {
        return nobodyHearsPrimary(rules, index);
    }
    return node.link == LinkState::Refused || !node.sample->inRecovery;
}

// A standby that receives, from nobody knows whom.
bool followsHidden(const Rules &rules, int index)
{
    const Place &place = rules.topology.places[static_cast<std::size_t>(index)];
    if (!rules.isFreshStandby(index) || place.upstream >= 0 || !place.upstreamText.isEmpty()) {
        return false;
    }
    const NodeSample &sample = rules.sample(index);
    return sample.receiver ? !sample.receiver->visible() : sample.unreadable.contains(QStringLiteral("receiver"));
}

void judgeNoneWritable(Rules &rules)
{
    QStringList states;
    bool allKnown = true;
    bool missing = false;
    QString outside;
    for (int i = 0; i < rules.count(); ++i) {
        if (!rules.isData(i)) {
            continue;
        }
        if (followsHidden(rules, i)) {
            return; // somebody may take writes, and the role may not see who
        }
        const bool known = surelyNotWritable(rules, i);
        const bool lost = !known && primaryIsMissing(rules, i);
        missing = missing || lost;
        allKnown = allKnown && (known || lost);
        states += QStringLiteral("%1 is %2")
                      .arg(rules.name(i),
                           rules.isFreshStandby(i) ? QStringLiteral("in recovery") : toString(rules.node(i).link));
        const Place &place = rules.topology.places[static_cast<std::size_t>(i)];
        if (rules.isFreshStandby(i) && rules.sample(i).receiver && place.upstream < 0 &&
            !rules.edgeTo[static_cast<std::size_t>(i)]) {
            outside = place.upstreamText;
        }
    }
    if (!allKnown || states.isEmpty()) {
        return; // nodes that are not known make the verdict unknown already
    }
    if (!outside.isEmpty() && !missing) {
        rules.add({.id = QStringLiteral("primary_outside"),
                   .severity = Verdict::Warning,
                   .title = QStringLiteral("The primary is not among the nodes"),
                   .evidence = QStringLiteral("%1; they stream from %2.").arg(joined(states), outside),
                   .remedy = QStringLiteral("Add the server at %1 to the cluster file.").arg(outside),
                   .page = QStringLiteral("overview")});
        return;
    }
    rules.add(
        {.id = QStringLiteral("no_writable"),
         .severity = Verdict::Critical,
         .title =
             missing ? QStringLiteral("No node is known to accept writes") : QStringLiteral("No node accepts writes"),
         .evidence = joined(states) + QLatin1Char('.'),
         .remedy = QStringLiteral("Bring the primary back. Only when it is sure that it is dead, and that nobody is at "
                                  "a switchover just now (a session \"howdah operation\" on a standby), promote "
                                  "the standby that has received most."),
         .page = QStringLiteral("overview")});
}

// No two of those that take writes have one system identifier.
bool areOfDifferentSystems(const Rules &rules)
{
    QSet<quint64> systems;
    for (const int index : rules.topology.writable) {
        const std::optional<quint64> system = rules.sample(index).systemIdentifier;
        if (!system || systems.contains(*system)) {
            return false;
        }
        systems.insert(*system);
    }
    return true;
}

void judgeSeveralWritable(Rules &rules)
{
    QStringList names;
    QStringList evidence;
    for (const int index : rules.topology.writable) {
        const NodeSample &sample = rules.sample(index);
        names += rules.name(index);
        evidence +=
            QStringLiteral("%1 writes on %2 at %3, system %4")
                .arg(rules.name(index), timelineText(timelineOf(sample).value_or(0)),
                     sample.currentLsn ? sample.currentLsn->toString() : QStringLiteral("an unknown position"),
                     sample.systemIdentifier ? QString::number(*sample.systemIdentifier) : QStringLiteral("unknown"));
        rules.raise(index, Verdict::Critical);
    }
    QString text = evidence.join(QStringLiteral("; ")) + QLatin1Char('.');
    if (areOfDifferentSystems(rules)) {
        rules.add({.id = QStringLiteral("several_clusters"),
                   .severity = Verdict::Critical,
                   .title = QStringLiteral("%1 belong to different clusters").arg(joined(names)),
                   .evidence = text,
                   .remedy = QStringLiteral("This is no split brain: no WAL of one fits the other. Take those out of "
                                            "the cluster file that do not belong in it."),
                   .page = QStringLiteral("overview")});
        return;
    }
    const NodeSample &first = rules.sample(rules.topology.writable[0]);
    const NodeSample &second = rules.sample(rules.topology.writable[1]);
    const bool sameSystem = first.systemIdentifier && first.systemIdentifier == second.systemIdentifier;
    if (const TimelineComparison compared = compareTimelines(first, second); sameSystem && compared.fork) {
        text += QStringLiteral(" They parted at %1").arg(compared.fork->toString());
        if (compared.pastFork) {
            const int older = rules.topology.writable[compared.nodeIsOlder ? 0 : 1];
            text += QStringLiteral("; %1 has written %2 since")
                        .arg(rules.name(older), core::formatBytes(*compared.pastFork));
        }
        text += QLatin1Char('.');
    }
    rules.add(
        {.id = QStringLiteral("several_writable"),
         .severity = Verdict::Critical,
         .title = QStringLiteral("%1 accept writes at the same time").arg(joined(names)),
         .evidence = text,
         .remedy = QStringLiteral("Keep applications away from all but one of them now. Decide which one to keep, "
                                  "save what only the others have, then rewind or rebuild them."),
         .page = QStringLiteral("overview")});
}
} // namespace

void judgeWritable(Rules &rules)
{
    rules.writableNodes = countWritable(rules);
    if (rules.topology.writable.size() > 1) {
        judgeSeveralWritable(rules);
    } else if (rules.topology.writable.empty() && !rules.snapshot.paused && !isIsolated(rules)) {
        judgeNoneWritable(rules);
    }
}

} // namespace howdah::cluster
