// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "cluster/health.h"
#include "operations/switchover/facts.h"
#include "operations/switchover/switchoverplan.h"
#include "support/snapshots.h"

/// Facts of clusters on a good day, for plans made without one, and what is looked for in those.
namespace howdah::unit {

using namespace howdah::operations;
using namespace howdah::operations::switchover;
using namespace howdah::testsupport;

inline const QString pg1 = QStringLiteral("pg1");
inline const QString pg2 = QStringLiteral("pg2");
inline const QString pg3 = QStringLiteral("pg3");

inline HbaRule hba(const QString &user, const QString &address, const QString &netmask,
                   const QString &method = QStringLiteral("scram-sha-256"))
{
    return {QStringLiteral("host"), {QStringLiteral("replication")}, {user}, address, netmask, method, {}};
}

inline NodeFacts able(const QString &node)
{
    NodeFacts facts;
    facts.sql.role = QStringLiteral("dba");
    facts.sql.superuser = facts.sql.mayPromote = facts.sql.mayAlterSystem = facts.sql.mayReload = true;
    facts.sql.mayCheckpoint = facts.sql.mayMakeSlots = facts.sql.hbaReadable = true;
    facts.sql.notTakenOver = QStringList();
    facts.sql.hba = {hba(QStringLiteral("all"), QStringLiteral("10.0.0.0"), QStringLiteral("255.255.255.0"))};
    facts.host.user = facts.host.dataOwner = QStringLiteral("postgres");
    facts.host.dataDirectory = QStringLiteral("/data/") + node;
    facts.host.evidence = QStringLiteral("pg_ctl, as the owner");
    facts.host.pgCtl = QStringLiteral("/bin/pg_ctl");
    facts.host.pgControlData = QStringLiteral("/bin/pg_controldata");
    facts.host.psql = QStringLiteral("/bin/psql");
    facts.host.isSurelyTheServers = true;
    for (const QString &other : {pg1, pg2, pg3}) {
        if (other != node) {
            facts.connections.insert(other, {Connection::Came::In, QStringLiteral("came in")});
        }
    }
    facts.host.start = {QStringLiteral("/bin/pg_ctl"), QStringLiteral("-D"), facts.host.dataDirectory,
                        QStringLiteral("start")};
    return facts;
}

/// Asynchronous: the snapshots' own synchronous_standby_names names who would be the primary.
inline cluster::Snapshot prepared(cluster::Snapshot snapshot)
{
    for (const cluster::NodeStatus &node : std::vector<cluster::NodeStatus>(snapshot.nodes)) {
        if (!node.sample || node.kind == cluster::NodeKind::Witness) {
            continue;
        }
        cluster::NodeSample &sample = edit(snapshot, node.name);
        for (const char *name : {"max_connections", "max_worker_processes", "max_wal_senders",
                                 "max_prepared_transactions", "max_locks_per_transaction", "max_replication_slots"}) {
            setSetting(sample, QLatin1String(name), QStringLiteral("20"));
        }
        for (const auto &[name, value] : {std::pair{"synchronous_standby_names", ""},
                                          {"wal_level", "replica"},
                                          {"recovery_min_apply_delay", "0"},
                                          {"recovery_target_timeline", "latest"},
                                          {"data_checksums", "on"},
                                          {"archive_mode", "off"},
                                          {"port", "5432"},
                                          {"wal_retrieve_retry_interval", "5000"}}) {
            setSetting(sample, QLatin1String(name), QLatin1String(value));
        }
        if (sample.inRecovery) {
            sample.replayPauseState = QStringLiteral("not paused");
            setSetting(sample, QStringLiteral("primary_conninfo"),
                       QStringLiteral("host=10.0.0.11 user=replicator password=********"));
        }
        sample.serverVersionNum = std::max(sample.serverVersionNum, 150000);
        for (cluster::Sender &sender : sample.senders) {
            sender.replyTime = sample.serverTime;
        }
    }
    snapshot.manager = cluster::ManagerKind::None;
    return snapshot;
}

/// pg3 follows pg1, as pg2 does.
inline cluster::Snapshot withSibling()
{
    cluster::Snapshot snapshot = prepared(threeNodes());
    cluster::NodeSample &upstream = edit(snapshot, pg2);
    cluster::NodeSample &primary = edit(snapshot, pg1);
    primary.senders.push_back(upstream.senders.back());
    upstream.senders.pop_back();
    cluster::Slot slot = upstream.replicationSlots.back();
    slot.activePid = primary.senders.back().pid;
    primary.replicationSlots.push_back(slot);
    upstream.replicationSlots.pop_back();
    edit(snapshot, pg3).receiver->senderHost = snapshot.nodes[0].host;
    return snapshot;
}

inline Facts factsOf(const cluster::Snapshot &snapshot)
{
    Facts facts;
    facts.state.snapshot = std::make_shared<const cluster::Snapshot>(snapshot);
    facts.state.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        cluster::NodeConfig &config = facts.config.nodes.emplace_back();
        config.name = node.name;
        config.conninfo = QStringLiteral("host=%1 user=dba").arg(node.host);
        facts.nodes.insert(node.name, able(node.name));
    }
    return facts;
}

/// What a console of the role pg_monitor may do, with no command on any host: a manager does the rest.
inline Facts lookingOn(const cluster::Snapshot &snapshot)
{
    Facts facts = factsOf(snapshot);
    for (NodeFacts &node : facts.nodes) {
        const std::vector<HbaRule> rules = node.sql.hba;
        node.sql = SqlAccess{};
        node.sql.role = QStringLiteral("dba");
        node.sql.hbaReadable = true;
        node.sql.hba = rules;
        node.host = HostAccess{.error = QStringLiteral("no command")};
    }
    return facts;
}

/// repmgr manages both, its daemons watch.
inline void underRepmgr(Facts &facts, cluster::Snapshot &snapshot)
{
    snapshot.manager = cluster::ManagerKind::Repmgr;
    facts.repmgr.emplace();
    facts.repmgr->database = QStringLiteral("repmgr");
    int id = 0;
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        RepmgrMember &member = facts.repmgr->members[node.name];
        member.id = ++id;
        member.name = node.name;
        member.type = id == 1 ? QStringLiteral("primary") : QStringLiteral("standby");
        member.active = true;
        member.daemonRuns = true;
        member.slotName = QStringLiteral("repmgr_slot_%1").arg(id);
        member.configFile = QStringLiteral("/etc/repmgr it's.conf");
        member.user = member.database = QStringLiteral("repmgr");
        member.program = QStringLiteral("/bin/repmgr");
    }
}

/// A floating address that a command moves, and a PgBouncer in front of it.
inline void withAddress(Facts &facts, const cluster::Snapshot &snapshot)
{
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = QStringLiteral("203.0.113.7");
    address.provider = QStringLiteral("command");
    address.assign = {QStringLiteral("move"), QStringLiteral("--to={node} at {host}"), QStringLiteral("{ip}")};
    facts.config.addresses = {address};
    howdah::operations::address::Facts &seen = facts.addresses[address.name];
    seen.writable = true;
    seen.systemIdentifier = QString::number(snapshot.nodes.front().sample->systemIdentifier.value_or(0));
    cluster::PoolerConfig pooler;
    pooler.name = QStringLiteral("pgb1");
    pooler.databases = {QStringLiteral("orders")};
    facts.config.poolers = {pooler};
    facts.poolers[pooler.name].databases = {QStringLiteral("orders")};
}

inline QString found(const std::vector<Check> &checks, const QString &id)
{
    for (const Check &one : checks) {
        if (one.id == id || one.id.startsWith(id + QLatin1Char(':'))) {
            return operations::toString(one.result);
        }
    }
    return QStringLiteral("not made");
}

inline QString all(const std::vector<Check> &checks)
{
    QString text;
    for (const Check &one : checks) {
        text += one.id + QLatin1Char(' ') + operations::toString(one.result) + QStringLiteral(": ") + one.evidence +
                QLatin1Char('\n');
    }
    return text;
}

inline const Step *stepOf(const Plan &plan, const QString &id)
{
    for (const Step &step : plan.steps) {
        if (step.id == id) {
            return &step;
        }
    }
    return nullptr;
}

inline QString sqlOf(const std::vector<Action> &actions)
{
    QStringList lines;
    for (const Action &action : actions) {
        lines.append(action.node + QStringLiteral(": ") + action.sql);
    }
    return lines.join(QLatin1Char('\n'));
}

/// The plan of a switchover of a healthy pair to pg2, after something has been changed about it.
inline Plan planAfter(const std::function<void(Facts &, cluster::Snapshot &)> &change)
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    Facts facts = factsOf(snapshot);
    change(facts, snapshot);
    facts.state = factsOf(snapshot).state;
    return planSwitchover(facts, pg2);
}

} // namespace howdah::unit
