// SPDX-License-Identifier: GPL-3.0-or-later
#include "statejson.h"

#include <QJsonArray>

namespace howdah::app {

using namespace cluster;

namespace {
QJsonValue text(const QString &value)
{
    return value.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(value);
}

QJsonValue lsn(std::optional<Lsn> value)
{
    return value ? QJsonValue(value->toString()) : QJsonValue(QJsonValue::Null);
}

template<typename T>
QJsonValue number(std::optional<T> value)
{
    return value ? QJsonValue(*value) : QJsonValue(QJsonValue::Null);
}

QJsonValue flag(std::optional<bool> value)
{
    return value ? QJsonValue(*value) : QJsonValue(QJsonValue::Null);
}

QJsonValue time(const QDateTime &value)
{
    return value.isValid() ? QJsonValue(value.toString(Qt::ISODateWithMs)) : QJsonValue(QJsonValue::Null);
}

QJsonObject senderJson(const Sender &sender)
{
    return {{QStringLiteral("pid"), sender.pid},
            {QStringLiteral("usename"), text(sender.usename)},
            {QStringLiteral("application_name"), text(sender.applicationName)},
            {QStringLiteral("client_addr"), text(sender.clientAddr)},
            {QStringLiteral("client_hostname"), text(sender.clientHostname)},
            {QStringLiteral("client_port"), number(sender.clientPort)},
            {QStringLiteral("backend_start"), time(sender.backendStart)},
            {QStringLiteral("backend_xmin"), number(sender.backendXmin)},
            {QStringLiteral("state"), text(sender.state)},
            {QStringLiteral("sent_lsn"), lsn(sender.sentLsn)},
            {QStringLiteral("write_lsn"), lsn(sender.writeLsn)},
            {QStringLiteral("flush_lsn"), lsn(sender.flushLsn)},
            {QStringLiteral("replay_lsn"), lsn(sender.replayLsn)},
            {QStringLiteral("write_lag"), number(sender.writeLag)},
            {QStringLiteral("flush_lag"), number(sender.flushLag)},
            {QStringLiteral("replay_lag"), number(sender.replayLag)},
            {QStringLiteral("sync_priority"), number(sender.syncPriority)},
            {QStringLiteral("sync_state"), text(sender.syncState)},
            {QStringLiteral("reply_time"), time(sender.replyTime)},
            {QStringLiteral("slot_name"), text(sender.slotName)}};
}

QJsonObject slotJson(const Slot &slot, const SlotFacts *facts)
{
    return {{QStringLiteral("slot_name"), slot.slotName},
            {QStringLiteral("plugin"), text(slot.plugin)},
            {QStringLiteral("slot_type"), text(slot.slotType)},
            {QStringLiteral("database"), text(slot.database)},
            {QStringLiteral("temporary"), slot.temporary},
            {QStringLiteral("active"), slot.active},
            {QStringLiteral("active_pid"), number(slot.activePid)},
            {QStringLiteral("xmin"), number(slot.xmin)},
            {QStringLiteral("catalog_xmin"), number(slot.catalogXmin)},
            {QStringLiteral("restart_lsn"), lsn(slot.restartLsn)},
            {QStringLiteral("confirmed_flush_lsn"), lsn(slot.confirmedFlushLsn)},
            {QStringLiteral("wal_status"), text(slot.walStatus)},
            {QStringLiteral("safe_wal_size"), number(slot.safeWalSize)},
            {QStringLiteral("two_phase"), flag(slot.twoPhase)},
            {QStringLiteral("two_phase_at"), lsn(slot.twoPhaseAt)},
            {QStringLiteral("inactive_since"), time(slot.inactiveSince)},
            {QStringLiteral("conflicting"), flag(slot.conflicting)},
            {QStringLiteral("invalidation_reason"), text(slot.invalidationReason)},
            {QStringLiteral("failover"), flag(slot.failover)},
            {QStringLiteral("synced"), flag(slot.synced)},
            {QStringLiteral("retained_bytes"), facts ? number(facts->retainedBytes) : QJsonValue(QJsonValue::Null)},
            {QStringLiteral("full_in_seconds"), facts ? number(facts->fullInSeconds) : QJsonValue(QJsonValue::Null)},
            {QStringLiteral("consumer"), facts ? text(facts->consumer) : QJsonValue(QJsonValue::Null)},
            {QStringLiteral("verdict"), facts ? QJsonValue(verdictKey(facts->verdict)) : QJsonValue(QJsonValue::Null)},
            {QStringLiteral("reason"), facts ? text(facts->reason) : QJsonValue(QJsonValue::Null)}};
}

QJsonValue receiverJson(const std::optional<Receiver> &receiver)
{
    if (!receiver) {
        return QJsonValue::Null;
    }
    return QJsonObject{{QStringLiteral("pid"), receiver->pid},
                       {QStringLiteral("status"), text(receiver->status)},
                       {QStringLiteral("receive_start_lsn"), lsn(receiver->receiveStartLsn)},
                       {QStringLiteral("receive_start_tli"), number(receiver->receiveStartTli)},
                       {QStringLiteral("written_lsn"), lsn(receiver->writtenLsn)},
                       {QStringLiteral("flushed_lsn"), lsn(receiver->flushedLsn)},
                       {QStringLiteral("received_tli"), number(receiver->receivedTli)},
                       {QStringLiteral("last_msg_send_time"), time(receiver->lastMsgSendTime)},
                       {QStringLiteral("last_msg_receipt_time"), time(receiver->lastMsgReceiptTime)},
                       {QStringLiteral("latest_end_lsn"), lsn(receiver->latestEndLsn)},
                       {QStringLiteral("latest_end_time"), time(receiver->latestEndTime)},
                       {QStringLiteral("slot_name"), text(receiver->slotName)},
                       {QStringLiteral("sender_host"), text(receiver->senderHost)},
                       {QStringLiteral("sender_port"), number(receiver->senderPort)},
                       {QStringLiteral("conninfo"), text(receiver->conninfo)}};
}

QJsonObject roleJson(const DatabaseRole &role)
{
    return {{QStringLiteral("rolname"), role.rolname},
            {QStringLiteral("rolsuper"), role.rolsuper},
            {QStringLiteral("rolinherit"), role.rolinherit},
            {QStringLiteral("rolcreaterole"), role.rolcreaterole},
            {QStringLiteral("rolcreatedb"), role.rolcreatedb},
            {QStringLiteral("rolcanlogin"), role.rolcanlogin},
            {QStringLiteral("rolreplication"), role.rolreplication},
            {QStringLiteral("rolbypassrls"), role.rolbypassrls},
            {QStringLiteral("rolconnlimit"), role.rolconnlimit},
            {QStringLiteral("rolvaliduntil"), time(role.rolvaliduntil)},
            {QStringLiteral("member_of"), QJsonArray::fromStringList(role.memberOf)},
            {QStringLiteral("inherits_from"), QJsonArray::fromStringList(role.inheritsFrom)},
            {QStringLiteral("after_set_role"), QJsonArray::fromStringList(role.afterSetRole)}};
}

// The hop that leads to the node; null without one.
const Edge *edgeTo(const Topology &topology, int node)
{
    const auto found = std::find_if(topology.edges.cbegin(), topology.edges.cend(),
                                    [node](const Edge &edge) { return edge.to == node; });
    return found == topology.edges.cend() ? nullptr : &*found;
}

QJsonObject stageJson(const Stages &stages)
{
    return {{QStringLiteral("pending_bytes"), number(stages.pending)},
            {QStringLiteral("write_bytes"), number(stages.write)},
            {QStringLiteral("flush_bytes"), number(stages.flush)},
            {QStringLiteral("replay_bytes"), number(stages.replay)},
            {QStringLiteral("pending_seconds"), number(stages.pendingSeconds)},
            {QStringLiteral("write_seconds"), number(stages.writeSeconds)},
            {QStringLiteral("flush_seconds"), number(stages.flushSeconds)},
            {QStringLiteral("replay_seconds"), number(stages.replaySeconds)}};
}

void addSample(QJsonObject &object, const ClusterState &state, int index)
{
    const NodeSample *sample = state.snapshot->nodes.at(static_cast<std::size_t>(index)).sample.get();
    const auto null = QJsonValue(QJsonValue::Null);
    object.insert(QStringLiteral("in_recovery"), sample ? QJsonValue(sample->inRecovery) : null);
    object.insert(QStringLiteral("timeline"), sample ? number(sample->timeline) : null);
    object.insert(QStringLiteral("system_identifier"),
                  sample && sample->systemIdentifier ? QJsonValue(QString::number(*sample->systemIdentifier)) : null);
    object.insert(QStringLiteral("server_version"), sample ? text(sample->serverVersion) : null);
    object.insert(QStringLiteral("current_lsn"), sample ? lsn(sample->currentLsn) : null);
    object.insert(QStringLiteral("receive_lsn"), sample ? lsn(sample->receiveLsn) : null);
    object.insert(QStringLiteral("replay_lsn"), sample ? lsn(sample->replayLsn) : null);
    object.insert(QStringLiteral("replay_pause_state"), sample ? text(sample->replayPauseState) : null);
    QJsonArray senders;
    QJsonArray slotList;
    QJsonArray roles;
    QJsonObject unreadable;
    if (sample) {
        for (const Sender &sender : sample->senders) {
            senders << senderJson(sender);
        }
        for (std::size_t i = 0; i < sample->replicationSlots.size(); ++i) {
            const auto &facts = state.assessment->slotFacts;
            const auto fact = std::find_if(facts.cbegin(), facts.cend(), [&](const SlotFacts &candidate) {
                return candidate.node == index && candidate.slot == static_cast<int>(i);
            });
            slotList << slotJson(sample->replicationSlots[i], fact == facts.cend() ? nullptr : &*fact);
        }
        if (sample->roles) {
            for (const DatabaseRole &role : *sample->roles) {
                roles << roleJson(role);
            }
        }
        for (auto it = sample->unreadable.cbegin(); it != sample->unreadable.cend(); ++it) {
            unreadable.insert(it.key(), it.value());
        }
    }
    // What was not read is not empty.
    const auto known = [&](const char *section, const QJsonArray &list) {
        return sample && !unreadable.contains(QLatin1String(section)) ? QJsonValue(list) : null;
    };
    object.insert(QStringLiteral("senders"), known("senders", senders));
    object.insert(QStringLiteral("slots"), known("slots", slotList));
    object.insert(QStringLiteral("receiver"), sample ? receiverJson(sample->receiver) : null);
    object.insert(QStringLiteral("roles"), sample && sample->roles ? known("roles", roles) : null);
    object.insert(QStringLiteral("roles_total"), sample && sample->roles ? QJsonValue(sample->rolesTotal) : null);
    object.insert(QStringLiteral("unreadable"), sample ? QJsonValue(unreadable) : null);
}

QJsonObject nodeJson(const ClusterState &state, int index)
{
    const auto at = static_cast<std::size_t>(index);
    const NodeStatus &node = state.snapshot->nodes.at(at);
    const Place &place = state.assessment->topology.places.at(at);
    const StandbyLag &lag = state.assessment->lag.at(at);
    const Edge *edge = edgeTo(state.assessment->topology, index);
    const auto null = QJsonValue(QJsonValue::Null);
    const qint64 age = state.snapshot->sampleAgeMs(node);

    QJsonObject object{{QStringLiteral("name"), node.name},
                       {QStringLiteral("address"), node.address},
                       {QStringLiteral("role"), roleKey(place.role)},
                       {QStringLiteral("state"), linkKey(node.link)},
                       {QStringLiteral("state_text"), state.assessment->nodeStates.at(at)},
                       {QStringLiteral("verdict"), verdictKey(state.assessment->nodeVerdicts.at(at))},
                       {QStringLiteral("writable"), isFresh(*state.snapshot, node) ? QJsonValue(place.writable) : null},
                       {QStringLiteral("sample_age_ms"), age < 0 ? null : QJsonValue(age)},
                       {QStringLiteral("upstream"),
                        place.upstream >= 0
                            ? QJsonValue(state.snapshot->nodes.at(static_cast<std::size_t>(place.upstream)).name)
                            : text(place.upstreamText)},
                       {QStringLiteral("sync_state"), edge ? text(edge->syncState) : null},
                       {QStringLiteral("lag_state"), lagKey(lag.state)},
                       {QStringLiteral("lag_bytes"), number(lag.bytes)},
                       {QStringLiteral("lag_seconds"), number(lag.seconds)},
                       {QStringLiteral("lag_stages"), stageJson(lag.stages)},
                       {QStringLiteral("would_lose_bytes"), number(lag.wouldLose)},
                       {QStringLiteral("would_lose_at_most"), lag.wouldLose ? QJsonValue(lag.wouldLoseAtMost) : null},
                       {QStringLiteral("to_replay_bytes"), number(lag.toReplay)}};
    if (node.link != LinkState::Up) {
        object.insert(QStringLiteral("error"), errorJson(node.linkError));
    }
    addSample(object, state, index);
    return object;
}

QJsonObject findingJson(const Finding &finding, const Snapshot &snapshot)
{
    const qint64 lasting = snapshot.takenMonotonicMs - finding.sinceMs;
    const QJsonValue since =
        time(QDateTime::fromMSecsSinceEpoch(snapshot.takenWallMs - qMax<qint64>(0, lasting), Qt::UTC));
    const auto null = QJsonValue(QJsonValue::Null);
    return {{QStringLiteral("id"), finding.id},
            {QStringLiteral("severity"), verdictKey(finding.severity)},
            {QStringLiteral("node"), text(finding.node)},
            {QStringLiteral("subject"), text(finding.subject)},
            {QStringLiteral("title"), finding.title},
            {QStringLiteral("evidence"), finding.evidence},
            {QStringLiteral("remedy"), finding.remedy},
            {QStringLiteral("since"), finding.beganUnseen ? null : since},
            {QStringLiteral("since_at_least"), finding.beganUnseen ? since : null}};
}
} // namespace

QJsonObject errorJson(const core::Error &error)
{
    return {{QStringLiteral("message"), error.message},
            {QStringLiteral("node"), text(error.node)},
            {QStringLiteral("hint"), text(error.hint)},
            {QStringLiteral("sqlstate"), text(error.sqlstate)}};
}

QJsonObject stateJson(const ClusterState &state)
{
    QJsonArray findings;
    for (const Finding &finding : state.assessment->findings) {
        findings << findingJson(finding, *state.snapshot);
    }
    QJsonArray nodes;
    for (std::size_t i = 0; i < state.snapshot->nodes.size(); ++i) {
        nodes << nodeJson(state, static_cast<int>(i));
    }
    const auto null = QJsonValue(QJsonValue::Null);
    const QString &loss = state.assessment->lossNow;
    const ManagerKind manager = state.snapshot->manager;
    return {{QStringLiteral("cluster"), state.snapshot->cluster},
            {QStringLiteral("verdict"), verdictKey(state.assessment->verdict)},
            {QStringLiteral("taken"), time(QDateTime::fromMSecsSinceEpoch(state.snapshot->takenWallMs, Qt::UTC))},
            {QStringLiteral("manager"), manager == ManagerKind::Auto ? null : QJsonValue(toString(manager))},
            {QStringLiteral("writable_nodes"), number(state.assessment->writableNodes)},
            {QStringLiteral("loss_now"), loss == QLatin1String("unknown") ? null : text(loss)},
            {QStringLiteral("findings"), findings},
            {QStringLiteral("nodes"), nodes}};
}

} // namespace howdah::app
