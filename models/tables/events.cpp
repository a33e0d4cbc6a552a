// SPDX-License-Identifier: GPL-3.0-or-later
#include "events.h"

#include "cluster/slotmath.h"
#include "tables/cells.h"
#include "tables/stateview.h"

namespace howdah::tables {

using cluster::LagState;
using cluster::LinkState;
using cluster::NodeRole;
using cluster::Verdict;

namespace {

// Slots that came or went, or both at once; temporary ones come and go with every base backup.
void addSlotEvents(const StateView &before, int old, const StateView &after, int node, qint64 wallMs,
                   std::vector<Event> &events)
{
    const cluster::NodeSample *then = before.sample(old);
    const cluster::NodeSample *now = after.sample(node);
    const QString section = QStringLiteral("slots");
    if (!then || !now || then == now || then->unreadable.contains(section) || now->unreadable.contains(section)) {
        return;
    }
    const auto tellMissing = [&](const std::vector<cluster::Slot> &from, const std::vector<cluster::Slot> &in,
                                 const QString &text) {
        for (const cluster::Slot &slot : from) {
            const bool there = std::any_of(in.begin(), in.end(),
                                           [&](const cluster::Slot &other) { return other.slotName == slot.slotName; });
            if (!there && !slot.temporary) {
                events.push_back({wallMs, after.name(node), text.arg(slot.slotName), Verdict::Ok});
            }
        }
    };
    tellMissing(then->replicationSlots, now->replicationSlots, QStringLiteral("slot %1 was dropped"));
    tellMissing(now->replicationSlots, then->replicationSlots, QStringLiteral("slot %1 was created"));
    for (const cluster::Slot &slot : now->replicationSlots) {
        const auto was = std::find_if(then->replicationSlots.begin(), then->replicationSlots.end(),
                                      [&](const cluster::Slot &other) { return other.slotName == slot.slotName; });
        const bool temporary = was != then->replicationSlots.end() && was->temporary && slot.temporary;
        if (was != then->replicationSlots.end() && !temporary && cluster::isMadeAnew(*then, *was, *now, slot)) {
            events.push_back(
                {wallMs, after.name(node), QStringLiteral("slot %1 was dropped and made anew").arg(slot.slotName)});
        }
    }
}

void addNodeEvents(const StateView &before, const StateView &after, int node, qint64 wallMs, std::vector<Event> &events)
{
    const QString name = after.name(node);
    const int old = before.indexOf(name);
    if (old < 0) {
        events.push_back({wallMs, name, QStringLiteral("was added"), Verdict::Ok});
        return;
    }
    const LinkState was = before.node(old).link;
    const LinkState is = after.node(node).link;
    if (was != is && was != LinkState::Connecting) {
        events.push_back(is == LinkState::Up ? Event{wallMs, name, QStringLiteral("answers again"), Verdict::Ok}
                                             : Event{wallMs, name, cluster::toString(is), after.verdict(node)});
    }
    const NodeRole role = after.role(node);
    if (role != before.role(old) && role != NodeRole::Unknown && before.role(old) != NodeRole::Unknown) {
        events.push_back({wallMs, name,
                          QStringLiteral("became %1, was %2")
                              .arg(cluster::toString(role).toLower(), cluster::toString(before.role(old)).toLower()),
                          after.verdict(node)});
    }
    const cluster::NodeSample *now = after.sample(node);
    const cluster::NodeSample *then = before.sample(old);
    if (now && then && now->timeline && then->timeline && *now->timeline != *then->timeline) {
        events.push_back({wallMs, name,
                          QStringLiteral("went from timeline %1 to %2").arg(*then->timeline).arg(*now->timeline),
                          after.verdict(node)});
    }
    if (now && then && now->replayPauseState != then->replayPauseState && now->inRecovery && then->inRecovery) {
        events.push_back(
            {wallMs, name, QStringLiteral("replay is %1").arg(now->replayPauseState), after.verdict(node)});
    }
    addSlotEvents(before, old, after, node, wallMs, events);
}

const cluster::Finding *find(const std::vector<cluster::Finding> &findings, const QString &id)
{
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const auto &f) { return f.id == id; });
    return found == findings.end() ? nullptr : &*found;
}

// A node's change of state is an event already; the finding of that very change would say it twice.
bool saidByNode(const cluster::Finding &finding, const StateView &before, const StateView &after)
{
    if (!finding.id.startsWith(QLatin1String("node_"))) {
        return false;
    }
    const int then = before.indexOf(finding.node);
    const int now = after.indexOf(finding.node);
    return then >= 0 && now >= 0 && before.node(then).link != LinkState::Connecting &&
           before.node(then).link != after.node(now).link;
}

// Whether this is the first look at what a finding is about: it has been so for longer than its event's time says.
bool isFirstLook(const cluster::Finding &finding, const StateView &before, const StateView &after)
{
    const int then = before.indexOf(finding.node);
    const int now = after.indexOf(finding.node);
    return now >= 0 && after.fresh(now) && (then < 0 || !before.fresh(then));
}

// Every node that answered then still does.
bool allStillAnswer(const StateView &before, const StateView &after)
{
    for (int then = 0; then < before.nodeCount(); ++then) {
        const int now = after.indexOf(before.name(then));
        if (before.fresh(then) && (now < 0 || !after.fresh(now))) {
            return false;
        }
    }
    return true;
}

// The node answers, and lets be read what it let be read then.
bool tellsAsMuch(const QString &name, const StateView &before, const StateView &after)
{
    const int then = before.indexOf(name);
    const int now = after.indexOf(name);
    if (now < 0 || !after.fresh(now)) {
        return false;
    }
    const QStringList unread = after.sample(now)->unreadable.keys();
    return then < 0 || !before.sample(then) || std::all_of(unread.begin(), unread.end(), [&](const QString &section) {
               return before.sample(then)->unreadable.contains(section);
           });
}

// What some findings are measured against besides: false when that is not there, or not known, any more.
bool isStillMeasured(const cluster::Finding &finding, const StateView &after)
{
    const cluster::Assessment &now = after.assessment();
    const auto is = [&](const char *rule) { return finding.id.startsWith(QLatin1String(rule)); };
    if (is("lag_high:")) {
        const cluster::StandbyLag lag = after.lag(after.indexOf(finding.node));
        return lag.state == LagState::Idle ||
               ((lag.state == LagState::Known || lag.state == LagState::Delayed) && (lag.bytes || lag.toReplay));
    }
    if (is("diverged:") || is("system_identifier:")) {
        return now.topology.primary >= 0;
    }
    if (is("upstream_silent:") || is("contradictory:")) {
        return !after.snapshot().watch.contains(QStringLiteral("not_streaming:") + finding.node);
    }
    if (is("sync_unsatisfied:")) {
        return now.sync.known;
    }
    return (finding.id != QLatin1String("no_writable") && finding.id != QLatin1String("primary_outside")) ||
           now.writableNodes;
}

// Whether what is told no longer has ended: what merely can't be seen any more has not, and no one knows. A slot's
// finding rests on its node alone, all others on whom the nodes follow too.
bool isSeenToBeOver(const cluster::Finding &finding, const StateView &before, const StateView &after)
{
    return !after.snapshot().watch.contains(finding.id) && // remembered as what still is so
           (finding.node.isEmpty() || tellsAsMuch(finding.node, before, after)) &&
           (finding.id.startsWith(QLatin1String("slot_")) || allStillAnswer(before, after)) &&
           isStillMeasured(finding, after);
}

void addFindingEvents(const StateView &before, const StateView &after, qint64 wallMs, std::vector<Event> &events)
{
    for (const cluster::Finding &finding : after.assessment().findings) {
        const cluster::Finding *old = find(before.assessment().findings, finding.id);
        if ((!old || old->severity < finding.severity) && !saidByNode(finding, before, after)) {
            // What was told before and has only become worse did so now.
            const bool already = (!old && finding.beganUnseen) || isFirstLook(finding, before, after);
            events.push_back({wallMs, finding.node,
                              already ? QStringLiteral("already: %1").arg(finding.title) : finding.title,
                              finding.severity});
        }
    }
    for (const cluster::Finding &finding : before.assessment().findings) {
        if (!find(after.assessment().findings, finding.id) && !saidByNode(finding, before, after) &&
            isSeenToBeOver(finding, before, after)) {
            events.push_back({wallMs, finding.node, QStringLiteral("over: %1").arg(finding.title), Verdict::Ok});
        }
    }
}

} // namespace

std::vector<Event> eventsBetween(const cluster::ClusterState &before, const cluster::ClusterState &after,
                                 const cluster::ClusterState &unpaused)
{
    std::vector<Event> events;
    if (!StateView::isComplete(before) || !StateView::isComplete(after) ||
        before.snapshot->cluster != after.snapshot->cluster) {
        return events;
    }
    const StateView then(before);
    const StateView now(after);
    const qint64 wallMs = after.snapshot->takenWallMs;
    const bool pauseChanged = before.snapshot->paused != after.snapshot->paused;
    if (pauseChanged) {
        events.push_back(
            {wallMs, QString(),
             after.snapshot->paused ? QStringLiteral("sampling was paused") : QStringLiteral("sampling goes on"),
             after.snapshot->paused ? Verdict::Unknown : Verdict::Ok});
    }
    // A paused state still has every node as it last was: what became of it meanwhile is told at the resume.
    for (int node = 0; node < now.nodeCount(); ++node) {
        addNodeEvents(then, now, node, wallMs, events);
    }
    for (int node = 0; node < then.nodeCount(); ++node) {
        if (now.indexOf(then.name(node)) < 0) {
            events.push_back({wallMs, then.name(node), QStringLiteral("was removed"), Verdict::Ok});
        }
    }
    if (!pauseChanged) {
        addFindingEvents(then, now, wallMs, events); // what the pause makes unknown is not news
    } else if (!after.snapshot->paused && StateView::isComplete(unpaused) &&
               unpaused.snapshot->cluster == after.snapshot->cluster) {
        addFindingEvents(StateView(unpaused), now, wallMs, events);
    }
    return events;
}

EventsModel::EventsModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("time"), .title = QStringLiteral("Time"), .width = 9, .fixed = true},
                       {.key = QStringLiteral("node"), .title = QStringLiteral("Node"), .width = 8, .fixed = true},
                       {.key = QStringLiteral("text"), .title = QStringLiteral("What"), .stretch = true}},
                      parent)
{
}

void EventsModel::setState(const cluster::ClusterState &state)
{
    if (!state.snapshot) {
        return;
    }
    const std::vector<Event> fresh = eventsBetween(m_before, state, m_unpaused);
    m_before = state;
    if (!state.snapshot->paused) {
        m_unpaused = state;
    }
    for (const Event &event : fresh) {
        m_events.push_front({++m_count, event});
    }
    while (m_events.size() > kKept) {
        m_events.pop_back();
    }
    // Yesterday's times carry their date.
    const QString day = QDateTime::fromMSecsSinceEpoch(state.snapshot->takenWallMs).date().toString(Qt::ISODate);
    if (!fresh.empty() || day != m_day) {
        m_day = day;
        rebuild(state.snapshot->takenWallMs);
    }
}

void EventsModel::rebuild(qint64 nowWallMs)
{
    std::vector<Row> rows;
    for (const auto &[number, event] : m_events) {
        Cell text = textCell(event.text);
        text.verdict = event.verdict;
        rows.push_back(Row{.key = QString::number(number),
                           .cells = {timeCell(QDateTime::fromMSecsSinceEpoch(event.wallMs), nowWallMs),
                                     textCell(event.node, QStringLiteral("cluster")), text}});
    }
    merge(std::move(rows));
}

} // namespace howdah::tables
