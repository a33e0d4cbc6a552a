// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/snapshots.h"

#include <algorithm>

using namespace howdah::cluster;

namespace howdah::testsupport {

namespace {
// What the other nodes no longer see when a standby's connection is gone.
void dropSenders(Snapshot &snapshot, const QString &standby)
{
    for (const NodeStatus &node : std::vector<NodeStatus>(snapshot.nodes)) {
        if (!node.sample) {
            continue;
        }
        NodeSample &sample = edit(snapshot, node.name);
        const Sender *sender = senderOf(sample, standby);
        if (!sender) {
            continue;
        }
        if (Slot *slot = slotOf(sample, sender->slotName)) {
            slot->active = false;
            slot->activePid.reset();
            slot->inactiveSince = sample.serverTime.addMSecs(-500);
        }
        std::erase_if(sample.senders, [&](const Sender &other) { return other.applicationName == standby; });
    }
}

core::Error errorFor(LinkState link)
{
    switch (link) {
    case LinkState::WrongPassword:
        return {.kind = core::Error::Kind::Denied,
                .message = QStringLiteral("password authentication failed for user \"dba\""),
                .sqlstate = QStringLiteral("28P01")};
    case LinkState::Refused:
    case LinkState::Down:
        return {
            .kind = core::Error::Kind::Connection, .message = QStringLiteral("connection refused"), .systemErrno = 111};
    case LinkState::StartingUp:
        return {.kind = core::Error::Kind::Server,
                .message = QStringLiteral("the database system is starting up"),
                .sqlstate = QStringLiteral("57P03")};
    default:
        return {.kind = core::Error::Kind::Timeout, .message = QStringLiteral("no answer within 2 s")};
    }
}
} // namespace

int indexOf(const Snapshot &snapshot, const QString &node)
{
    const auto found = std::find_if(snapshot.nodes.cbegin(), snapshot.nodes.cend(),
                                    [&](const NodeStatus &candidate) { return candidate.name == node; });
    return found == snapshot.nodes.cend() ? -1 : static_cast<int>(found - snapshot.nodes.cbegin());
}

NodeStatus &status(Snapshot &snapshot, const QString &node)
{
    return snapshot.nodes.at(static_cast<std::size_t>(indexOf(snapshot, node)));
}

NodeSample &edit(Snapshot &snapshot, const QString &node)
{
    NodeStatus &held = status(snapshot, node);
    Q_ASSERT(held.sample);
    if (held.sample.use_count() == 1) {
        // Nobody else sees it: the same object again, so that references from earlier calls stay good.
        return *std::const_pointer_cast<NodeSample>(held.sample);
    }
    auto copy = std::make_shared<NodeSample>(*held.sample);
    held.sample = copy;
    return *copy;
}

Sender *senderOf(NodeSample &upstream, const QString &standby)
{
    const auto found = std::find_if(upstream.senders.begin(), upstream.senders.end(),
                                    [&](const Sender &sender) { return sender.applicationName == standby; });
    return found == upstream.senders.end() ? nullptr : &*found;
}

Slot *slotOf(NodeSample &sample, const QString &slot)
{
    const auto found = std::find_if(sample.replicationSlots.begin(), sample.replicationSlots.end(),
                                    [&](const Slot &candidate) { return candidate.slotName == slot; });
    return found == sample.replicationSlots.end() ? nullptr : &*found;
}

void setSetting(NodeSample &sample, const QString &name, const QString &value)
{
    auto settings = std::make_shared<std::vector<Setting>>(sample.settings ? *sample.settings : std::vector<Setting>());
    const auto found =
        std::find_if(settings->begin(), settings->end(), [&](const Setting &setting) { return setting.name == name; });
    if (found == settings->end()) {
        settings->push_back(Setting{.name = name, .setting = value});
    } else {
        found->setting = value;
    }
    sample.settings = std::move(settings);
}

void advance(Snapshot &snapshot, qint64 milliseconds)
{
    snapshot.takenMonotonicMs += milliseconds;
    snapshot.takenWallMs += milliseconds;
    for (const NodeStatus &node : std::vector<NodeStatus>(snapshot.nodes)) {
        if (node.link != LinkState::Up) {
            status(snapshot, node.name).missedPolls += static_cast<int>(milliseconds / snapshot.intervalMs);
            continue;
        }
        NodeSample &sample = edit(snapshot, node.name);
        sample.takenMonotonicMs += milliseconds;
        sample.takenWallMs += milliseconds;
        sample.serverTime = sample.serverTime.addMSecs(milliseconds);
        if (sample.receiver) {
            sample.receiver->lastMsgReceiptTime = sample.receiver->lastMsgReceiptTime.addMSecs(milliseconds);
            sample.receiver->lastMsgSendTime = sample.receiver->lastMsgSendTime.addMSecs(milliseconds);
        }
        for (Sender &sender : sample.senders) {
            sender.replyTime = sender.replyTime.addMSecs(milliseconds);
        }
    }
}

void takeDown(Snapshot &snapshot, const QString &node, LinkState link, qint64 sinceMs)
{
    dropSenders(snapshot, node);
    if (status(snapshot, node).sample) {
        NodeSample &sample = edit(snapshot, node);
        const qint64 olderBy = sample.takenMonotonicMs - (snapshot.takenMonotonicMs - sinceMs);
        sample.serverTime = sample.serverTime.addMSecs(-olderBy);
        sample.takenMonotonicMs = snapshot.takenMonotonicMs - sinceMs;
        sample.takenWallMs = snapshot.takenWallMs - sinceMs;
    }
    NodeStatus &held = status(snapshot, node);
    held.link = link;
    held.linkError = errorFor(link);
    held.linkSinceMs = snapshot.takenMonotonicMs - sinceMs;
    held.missedPolls = static_cast<int>(sinceMs / snapshot.intervalMs);
}

void neverSeen(Snapshot &snapshot, const QString &node, LinkState link)
{
    dropSenders(snapshot, node);
    NodeStatus &held = status(snapshot, node);
    held.sample.reset();
    held.link = link;
    held.linkError = link == LinkState::Connecting ? core::Error{} : errorFor(link);
    held.linkSinceMs = snapshot.takenMonotonicMs - 200;
    held.missedPolls = link == LinkState::Connecting ? 0 : 1;
}

void makeStale(Snapshot &snapshot, const QString &node, qint64 ageMs)
{
    NodeSample &sample = edit(snapshot, node);
    sample.takenMonotonicMs = snapshot.takenMonotonicMs - ageMs;
    sample.takenWallMs = snapshot.takenWallMs - ageMs;
    status(snapshot, node).missedPolls = static_cast<int>(ageMs / snapshot.intervalMs);
}

void pauseReplay(Snapshot &snapshot, const QString &node, qint64 bytes)
{
    NodeSample &sample = edit(snapshot, node);
    sample.replayPauseState = QStringLiteral("paused");
    sample.replayLsn = Lsn{sample.receiveLsn->value - static_cast<quint64>(bytes)};
    for (const NodeStatus &other : std::vector<NodeStatus>(snapshot.nodes)) {
        if (other.sample && other.name != node) {
            if (Sender *sender = senderOf(edit(snapshot, other.name), node)) {
                sender->replayLsn = sample.replayLsn;
            }
        }
    }
}

void hidePermissions(Snapshot &snapshot, const QString &node)
{
    NodeSample &sample = edit(snapshot, node);
    sample.seesStatistics = false;
    for (Sender &sender : sample.senders) {
        Sender hidden{.pid = sender.pid, .usename = sender.usename, .applicationName = sender.applicationName};
        hidden.slotName = sender.slotName;
        hidden.slotType = sender.slotType;
        sender = hidden;
    }
    if (sample.receiver) {
        Receiver hidden;
        hidden.pid = sample.receiver->pid;
        sample.receiver = hidden;
    }
    if (sample.archiver) {
        sample.archiver->readyCount.reset();
    }
    sample.walDisk.reset();
    if (sample.activity) {
        sample.activity->states.reset();
    }
    setSetting(sample, QStringLiteral("primary_conninfo"), {});
    auto visible = std::make_shared<std::vector<Setting>>(*sample.settings);
    std::erase_if(*visible, [](const Setting &s) { return s.name == QLatin1String("primary_conninfo"); });
    sample.settings = visible;
    sample.unreadable.insert(QStringLiteral("wal_disk"), QStringLiteral("permission denied for function pg_ls_waldir"));
}

void diverge(Snapshot &snapshot, const QString &node, qint64 bytes)
{
    stopStreaming(snapshot, node);
    NodeSample &sample = edit(snapshot, node);
    const Lsn fork = sample.timelineHistory.back().switchpoint;
    sample.timeline = sample.timelineHistory.back().parent;
    sample.timelineHistory.pop_back();
    sample.replayLsn = sample.receiveLsn = Lsn{fork.value + static_cast<quint64>(bytes)};
}

void makeWritable(Snapshot &snapshot, const QString &node)
{
    stopStreaming(snapshot, node);
    NodeSample &sample = edit(snapshot, node);
    const Lsn fork = *sample.replayLsn;
    sample.inRecovery = false;
    sample.timelineHistory.push_back({*sample.timeline, fork, QStringLiteral("no recovery target specified")});
    sample.timeline = *sample.timeline + 1;
    sample.currentLsn = sample.flushLsn = Lsn{fork.value + (1ULL << 20)};
    sample.receiveLsn.reset();
    sample.replayLsn.reset();
    sample.replayPauseState.clear();
}

void makeForeign(Snapshot &snapshot, const QString &node)
{
    edit(snapshot, node).systemIdentifier = 7'311'000'000'000'000'123ULL;
}

void nameTwice(Snapshot &snapshot, const QString &node, const QString &otherName)
{
    NodeStatus other = status(snapshot, node);
    auto sample = std::make_shared<NodeSample>(*other.sample);
    sample->takenMonotonicMs += 3;
    other.name = otherName;
    other.host = QStringLiteral("10.0.0.99");
    other.address = QStringLiteral("10.0.0.99:5432");
    other.sample = std::move(sample);
    snapshot.nodes.push_back(std::move(other));
}

void stopStreaming(Snapshot &snapshot, const QString &node)
{
    dropSenders(snapshot, node);
    edit(snapshot, node).receiver.reset();
}

void makeIdle(Snapshot &snapshot)
{
    Lsn end;
    for (const NodeStatus &node : snapshot.nodes) {
        if (node.sample && !node.sample->inRecovery && node.kind == NodeKind::Data) {
            end = std::max(end, *node.sample->currentLsn);
        }
    }
    for (const NodeStatus &node : std::vector<NodeStatus>(snapshot.nodes)) {
        if (!node.sample || node.kind == NodeKind::Witness) {
            continue;
        }
        NodeSample &sample = edit(snapshot, node.name);
        if (sample.inRecovery) {
            sample.receiveLsn = sample.replayLsn = end;
        }
        if (sample.receiver) {
            sample.receiver->writtenLsn = sample.receiver->flushedLsn = sample.receiver->latestEndLsn = end;
        }
        for (Sender &sender : sample.senders) {
            sender.sentLsn = sender.writeLsn = sender.flushLsn = sender.replayLsn = end;
            sender.writeLag.reset();
            sender.flushLag.reset();
            sender.replayLag.reset();
            if (Slot *slot = slotOf(sample, sender.slotName)) {
                slot->restartLsn = end;
            }
        }
    }
    auto still = std::make_shared<std::deque<TrailPoint>>();
    for (qint64 second = 3600; second >= 0; --second) {
        still->push_back({snapshot.takenMonotonicMs - 400 - second * 1000, end});
    }
    snapshot.trail = std::move(still);
}

} // namespace howdah::testsupport
