// SPDX-License-Identifier: GPL-3.0-or-later
#include "consumers.h"

#include <QSet>
#include <cmath>

#include "core/units.h"
#include "slotmath.h"

namespace howdah::cluster {

namespace {
ConsumerKind kindOf(const Sender &sender)
{
    if (sender.slotType == QLatin1String("logical")) {
        return ConsumerKind::Logical;
    }
    // Who flushes but never replays keeps WAL for a backup, whatever it calls itself.
    const bool neverReplays = sender.state == QLatin1String("streaming") && sender.flushLsn && !sender.replayLsn;
    return isBackupSender(sender) || neverReplays ? ConsumerKind::Backup : ConsumerKind::Physical;
}

QString detailOf(const NodeSample &sample, const Sender &sender, ConsumerKind kind)
{
    if (!sender.visible()) {
        return QStringLiteral("no permission to see more");
    }
    for (const BaseBackup &backup : sample.baseBackups) {
        if (backup.pid == sender.pid && backup.backupTotal.value_or(0) > 0) {
            const qint64 percent = std::min<qint64>(100, backup.backupStreamed * 100 / *backup.backupTotal);
            return QStringLiteral("%1, %2 %").arg(sender.applicationName).arg(percent);
        }
    }
    const QString what =
        kind == ConsumerKind::Backup && !sender.applicationName.isEmpty() ? sender.applicationName : toString(kind);
    return what + QStringLiteral(", ") + sender.state;
}

// A tool calls itself by its own name: the host it runs on tells more.
QString nameOf(const Sender &sender)
{
    const bool generic = sender.applicationName.isEmpty() || sender.applicationName == QLatin1String("walreceiver") ||
                         isBackupSender(sender);
    for (const QString &name : {generic ? sender.clientHostname : sender.applicationName, sender.slotName,
                                sender.applicationName, sender.clientAddr}) {
        if (!name.isEmpty()) {
            return name;
        }
    }
    return QStringLiteral("process %1").arg(sender.pid);
}

Consumer ofSender(int node, const NodeSample &sample, const Sender &sender)
{
    Consumer consumer;
    consumer.node = node;
    consumer.kind = kindOf(sender);
    consumer.name = nameOf(sender);
    consumer.detail = detailOf(sample, sender, consumer.kind);
    consumer.slotName = sender.slotName;
    consumer.active = true;
    consumer.streams = sender.state == QLatin1String("streaming") || sender.state == QLatin1String("catchup");
    consumer.address = sender.clientAddr;
    return consumer;
}

Consumer ofSlot(const Snapshot &snapshot, int node, const Slot &slot)
{
    Consumer consumer;
    consumer.node = node;
    consumer.name = slot.slotName;
    consumer.slotName = slot.slotName;
    consumer.active = slot.active;
    if (slot.active) {
        consumer.kind = slot.slotType == QLatin1String("logical") ? ConsumerKind::Logical : ConsumerKind::Physical;
        consumer.detail = slot.slotType + QStringLiteral(", in use");
        return consumer;
    }
    consumer.kind = ConsumerKind::IdleSlot;
    consumer.detail = slot.slotType + QStringLiteral(", no consumer");
    const qint64 since = inactiveMs(snapshot, snapshot.nodes[static_cast<std::size_t>(node)], slot).value_or(0);
    if (since >= 1000) {
        consumer.detail += slot.inactiveSince.isValid() ? QStringLiteral(" for ") : QStringLiteral(" for at least ");
        consumer.detail += core::formatSeconds(std::floor(static_cast<double>(since) / 1000));
    }
    return consumer;
}
} // namespace

std::vector<Consumer> findConsumers(const Snapshot &snapshot, const std::vector<SenderMatch> &matches,
                                    const Topology &topology)
{
    QSet<std::pair<int, int>> fed;
    for (const SenderMatch &match : matches) {
        fed.insert({match.upstream, match.sender});
    }
    QSet<std::pair<int, QString>> known; // slots that a line already stands for
    for (const Edge &edge : topology.edges) {
        known.insert({edge.from, edge.slotName});
    }
    std::vector<Consumer> result;
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        const int node = static_cast<int>(i);
        const std::shared_ptr<const NodeSample> &sample = snapshot.nodes[i].sample;
        if (!sample || snapshot.nodes[i].kind == NodeKind::Witness || topology.places[i].sameAs >= 0) {
            continue;
        }
        const std::size_t first = result.size();
        for (std::size_t s = 0; s < sample->senders.size(); ++s) {
            if (!fed.contains({node, static_cast<int>(s)})) {
                result.push_back(ofSender(node, *sample, sample->senders[s]));
                known.insert({node, sample->senders[s].slotName});
            }
        }
        for (const Slot &slot : sample->replicationSlots) {
            const bool lost = slot.walStatus == QLatin1String("lost");
            if (!known.contains({node, slot.slotName}) && (slot.active || lost || isAbandoned(slot))) {
                result.push_back(ofSlot(snapshot, node, slot));
            }
        }
        for (std::size_t c = first; c < result.size(); ++c) {
            for (const Slot &slot : sample->replicationSlots) {
                if (!result[c].slotName.isEmpty() && slot.slotName == result[c].slotName) {
                    result[c].retainedBytes = retainedBytes(*sample, slot);
                }
            }
        }
    }
    return result;
}

} // namespace howdah::cluster
