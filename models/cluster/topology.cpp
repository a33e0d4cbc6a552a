// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology.h"

#include "consumers.h"
#include "positions.h"
#include "topologymatch.h"

namespace howdah::cluster {

namespace {
// Both ends of one hop, as far as they can be seen now.
struct Ends {
    bool upstreamFresh = false;
    bool standbyFresh = false;
    const Sender *sender = nullptr;     // of a fresh upstream
    const Receiver *receiver = nullptr; // of a fresh standby
    bool senderAbsent = false;          // the upstream was asked and has none
    bool receiverAbsent = false;
    bool paused = false;
};

Ends endsOf(const Snapshot &snapshot, int upstream, int standby, const SenderMatch *match)
{
    const NodeStatus &from = snapshot.nodes[at(upstream)];
    const NodeStatus &to = snapshot.nodes[at(standby)];
    Ends ends;
    ends.upstreamFresh = isFresh(snapshot, from);
    ends.standbyFresh = isFresh(snapshot, to);
    if (ends.upstreamFresh) {
        ends.sender = match ? &from.sample->senders[at(match->sender)] : nullptr;
        // Without rights the rows are there but can't be told apart, so one of them may be the one.
        const bool unclear = from.sample->unreadable.contains(QStringLiteral("senders")) ||
                             std::any_of(from.sample->senders.cbegin(), from.sample->senders.cend(),
                                         [](const Sender &sender) { return !sender.visible(); });
        ends.senderAbsent = !match && !unclear;
    }
    if (ends.standbyFresh) {
        ends.receiver = to.sample->receiver ? &*to.sample->receiver : nullptr;
        ends.receiverAbsent = !ends.receiver && !to.sample->unreadable.contains(QStringLiteral("receiver"));
        ends.paused = to.sample->replayPauseState == QLatin1String("paused");
    }
    return ends;
}

EdgeState stateOf(const Ends &ends)
{
    if (!ends.upstreamFresh && !ends.standbyFresh) {
        return EdgeState::Unknown;
    }
    if (ends.senderAbsent || ends.receiverAbsent) {
        return EdgeState::Broken;
    }
    const bool senderSeen = ends.sender && ends.sender->visible();
    const bool receiverSeen = ends.receiver && ends.receiver->visible();
    if (!senderSeen && !receiverSeen) {
        return EdgeState::Unknown;
    }
    if (!senderSeen || !receiverSeen) {
        return senderSeen ? EdgeState::SenderOnly : EdgeState::ReceiverOnly;
    }
    if (ends.paused) {
        return EdgeState::Paused;
    }
    const bool streams =
        ends.sender->state == QLatin1String("streaming") || ends.sender->state == QLatin1String("stopping");
    return streams ? EdgeState::Streaming : EdgeState::Catchup;
}

void measureHop(const Snapshot &snapshot, const Ends &ends, Edge &edge)
{
    if (!ends.upstreamFresh) {
        return;
    }
    const std::optional<Lsn> end = snapshot.nodes[at(edge.from)].sample->position();
    const NodeSample *standby = ends.standbyFresh ? snapshot.nodes[at(edge.to)].sample.get() : nullptr;
    const NodeSample &upstream = *snapshot.nodes[at(edge.from)].sample;
    const auto missing = [&](std::optional<Lsn> theirs, std::optional<Lsn> own) {
        return behind(furthest(theirs, standby ? reachedThen(own, *standby, end, upstream) : own), end);
    };
    const Sender *sender = ends.sender;
    edge.bytes = missing(sender ? sender->replayLsn : std::nullopt, standby ? standby->replayLsn : std::nullopt);
    edge.transportBytes =
        missing(sender ? sender->flushLsn : std::nullopt, standby ? standby->receiveLsn : std::nullopt);
    // A walsender keeps its last lags for a while when there is nothing to send: with 0 bytes they are history.
    const bool current = sender && lagsAreCurrent(*sender, standby);
    if (current && edge.bytes.value_or(0) > 0) {
        edge.seconds = sender->replayLag;
    }
    if (current && edge.transportBytes.value_or(0) > 0) {
        edge.transportSeconds = sender->flushLag;
    }
}

Edge makeEdge(const Snapshot &snapshot, int upstream, int standby, const SenderMatch *match, const Followed &followed)
{
    const Ends ends = endsOf(snapshot, upstream, standby, match);
    Edge edge;
    edge.from = upstream;
    edge.to = standby;
    edge.state = stateOf(ends);
    edge.slotName = followed.slot;
    if (match) {
        // Of an upstream that is not fresh this is the last that was seen.
        edge.sender = snapshot.nodes[at(upstream)].sample->senders[at(match->sender)];
        edge.slotName = edge.sender->slotName.isEmpty() ? followed.slot : edge.sender->slotName;
        edge.syncState = ends.upstreamFresh ? edge.sender->syncState : QString();
    }
    measureHop(snapshot, ends, edge);
    if (edge.state == EdgeState::Broken) {
        const NodeStatus &node = snapshot.nodes[at(standby)];
        const qint64 known = node.link == LinkState::Up ? snapshot.takenMonotonicMs : node.linkSinceMs;
        edge.sinceMs = snapshot.watch.value(QStringLiteral("not_streaming:") + node.name, known);
        edge.beganUnseen = beganUnseen(snapshot, node.name, edge.sinceMs);
    }
    return edge;
}

// A last answer that is still young says nothing of a server that has stopped since.
bool isGoing(LinkState link)
{
    return link == LinkState::Down || link == LinkState::Refused || link == LinkState::ShuttingDown ||
           link == LinkState::StartingUp;
}

Place initialPlace(const Snapshot &snapshot, int index, int sameAs)
{
    const NodeStatus &node = snapshot.nodes[at(index)];
    Place place;
    place.node = index;
    if (node.kind == NodeKind::Witness) {
        place.role = NodeRole::Witness;
    } else if (node.sample) {
        place.role = node.sample->inRecovery ? NodeRole::Standby : NodeRole::Primary;
    }
    const bool fresh = isFresh(snapshot, node);
    place.roleIsStale = node.sample && !fresh;
    place.sameAs = sameAs;
    place.writable = fresh && place.role == NodeRole::Primary && sameAs < 0 && !isGoing(node.link);
    return place;
}

QString addressText(const HostPort &host)
{
    if (host.host.isEmpty()) {
        return {};
    }
    const bool bare = host.host.contains(QLatin1Char(':')); // IPv6
    return (bare ? QLatin1Char('[') + host.host + QLatin1Char(']') : host.host) +
           QStringLiteral(":%1").arg(host.port > 0 ? host.port : 5432);
}

// Nodes that follow each other in a circle have no place in a tree: the first of them is cut loose, and says whom it
// follows as text.
void cutLoops(const Snapshot &snapshot, std::vector<Place> &places)
{
    std::vector<int> seenBy(places.size(), -1);
    for (std::size_t i = 0; i < places.size(); ++i) {
        int node = static_cast<int>(i);
        while (node >= 0 && seenBy[at(node)] < 0) {
            seenBy[at(node)] = static_cast<int>(i);
            const int next = places[at(node)].upstream;
            if (next >= 0 && seenBy[at(next)] == static_cast<int>(i)) {
                places[at(next)].upstreamText = snapshot.nodes[at(places[at(next)].upstream)].name;
                places[at(next)].upstream = -1;
                break;
            }
            node = next;
        }
    }
}

// Depth and cascades, once nobody is in a circle.
void rankPlaces(std::vector<Place> &places)
{
    for (Place &place : places) {
        for (int up = place.upstream; up >= 0; up = places[at(up)].upstream) {
            ++place.depth;
        }
    }
    for (Place &place : places) {
        const bool follows = place.role == NodeRole::Standby && place.upstream >= 0;
        const NodeRole above = follows ? places[at(place.upstream)].role : NodeRole::Unknown;
        if (above == NodeRole::Standby || above == NodeRole::CascadingStandby) {
            place.role = NodeRole::CascadingStandby;
        }
    }
}
} // namespace

Topology buildTopology(const Snapshot &snapshot)
{
    Topology topology;
    const std::vector<int> sameAs = findSecondNames(snapshot);
    const std::vector<Followed> followed = readFollowed(snapshot);
    const std::vector<SenderMatch> matches = matchSenders(snapshot, followed);
    std::vector<const SenderMatch *> matchOf(snapshot.nodes.size(), nullptr);
    for (const SenderMatch &match : matches) {
        matchOf[at(match.standby)] = &match;
    }
    for (int i = 0; i < static_cast<int>(snapshot.nodes.size()); ++i) {
        Place place = initialPlace(snapshot, i, sameAs[at(i)]);
        if (place.writable) {
            topology.writable.push_back(i);
        }
        if (matchOf[at(i)]) {
            place.upstream = matchOf[at(i)]->upstream;
        } else if (followed[at(i)].standby) {
            place.upstream = followed[at(i)].upstream;
            place.upstreamText = place.upstream < 0 ? addressText(followed[at(i)].upstreamHost) : QString();
        }
        if (place.upstream >= 0) {
            topology.edges.push_back(makeEdge(snapshot, place.upstream, i, matchOf[at(i)], followed[at(i)]));
        }
        topology.places.push_back(place);
    }
    cutLoops(snapshot, topology.places);
    rankPlaces(topology.places);
    topology.primary = topology.writable.size() == 1 ? topology.writable.front() : -1;
    topology.consumers = findConsumers(snapshot, matches, topology);
    return topology;
}

} // namespace howdah::cluster
