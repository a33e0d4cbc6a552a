// SPDX-License-Identifier: GPL-3.0-or-later
#include "sections.h"

#include "core/redact.h"

namespace howdah::monitor {

using cluster::NodeSample;
using postgres::Rows;

namespace {
// Between names in a list; in none of them.
constexpr char kUnitSeparator = 0x1F;

std::optional<int> toInt(std::optional<qint64> value)
{
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}
} // namespace

QByteArray sendersSql(int version)
{
    return "SELECT " +
           selectList({{"r.pid", "pid"},
                       {"r.usesysid", "usesysid"},
                       {"r.usename", "usename"},
                       {"r.application_name", "application_name"},
                       {"host(r.client_addr)", "client_addr"},
                       {"r.client_hostname", "client_hostname"},
                       {"r.client_port", "client_port"},
                       {HOWDAH_MS("r.backend_start"), "backend_start"},
                       {"r.backend_xmin::text::int8", "backend_xmin"},
                       {"r.state", "state"},
                       {"r.sent_lsn", "sent_lsn"},
                       {"r.write_lsn", "write_lsn"},
                       {"r.flush_lsn", "flush_lsn"},
                       {"r.replay_lsn", "replay_lsn"},
                       {HOWDAH_SECONDS("r.write_lag"), "write_lag"},
                       {HOWDAH_SECONDS("r.flush_lag"), "flush_lag"},
                       {HOWDAH_SECONDS("r.replay_lag"), "replay_lag"},
                       {"r.sync_priority", "sync_priority"},
                       {"r.sync_state", "sync_state"},
                       {HOWDAH_MS("r.reply_time"), "reply_time"},
                       {"s.slot_name", "slot_name"},
                       {"s.slot_type", "slot_type"}},
                      version) +
           " FROM pg_stat_replication r "
           "LEFT JOIN pg_get_replication_slots() s ON s.active_pid = r.pid ORDER BY r.pid";
}

void decodeSenders(const Rows &rows, NodeSample &sample)
{
    const int pid = rows.column("pid"), usesysid = rows.column("usesysid"), usename = rows.column("usename"),
              application = rows.column("application_name"), addr = rows.column("client_addr"),
              hostname = rows.column("client_hostname"), port = rows.column("client_port"),
              start = rows.column("backend_start"), xmin = rows.column("backend_xmin"), state = rows.column("state"),
              sent = rows.column("sent_lsn"), write = rows.column("write_lsn"), flush = rows.column("flush_lsn"),
              replay = rows.column("replay_lsn"), writeLag = rows.column("write_lag"),
              flushLag = rows.column("flush_lag"), replayLag = rows.column("replay_lag"),
              priority = rows.column("sync_priority"), syncState = rows.column("sync_state"),
              reply = rows.column("reply_time"), slotName = rows.column("slot_name"),
              slotType = rows.column("slot_type");
    sample.senders.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        cluster::Sender &sender = sample.senders.emplace_back();
        sender.pid = static_cast<int>(rows.integer(row, pid).value_or(0));
        sender.usesysid = rows.integer(row, usesysid);
        sender.usename = rows.name(row, usename);
        sender.applicationName = rows.name(row, application);
        sender.clientAddr = rows.name(row, addr);
        sender.clientHostname = rows.name(row, hostname);
        sender.clientPort = toInt(rows.integer(row, port));
        sender.backendStart = rows.time(row, start);
        sender.backendXmin = rows.integer(row, xmin);
        sender.state = rows.text(row, state);
        sender.sentLsn = rows.lsn(row, sent);
        sender.writeLsn = rows.lsn(row, write);
        sender.flushLsn = rows.lsn(row, flush);
        sender.replayLsn = rows.lsn(row, replay);
        sender.writeLag = rows.number(row, writeLag);
        sender.flushLag = rows.number(row, flushLag);
        sender.replayLag = rows.number(row, replayLag);
        sender.syncPriority = toInt(rows.integer(row, priority));
        sender.syncState = rows.text(row, syncState);
        sender.replyTime = rows.time(row, reply);
        sender.slotName = rows.name(row, slotName);
        sender.slotType = rows.text(row, slotType);
    }
}

QByteArray slotsSql(int version)
{
    return "SELECT " +
           selectList({{"slot_name", "slot_name"},
                       {"plugin", "plugin"},
                       {"slot_type", "slot_type"},
                       {"database", "database"},
                       {"temporary", "temporary"},
                       {"active", "active"},
                       {"active_pid", "active_pid"},
                       {"xmin::text::int8", "xmin"},
                       {"catalog_xmin::text::int8", "catalog_xmin"},
                       {"restart_lsn", "restart_lsn"},
                       {"confirmed_flush_lsn", "confirmed_flush_lsn"},
                       {"wal_status", "wal_status", 130000},
                       {"safe_wal_size", "safe_wal_size", 130000},
                       {"two_phase", "two_phase", 140000},
                       {"two_phase_at", "two_phase_at", 180000},
                       {"conflicting", "conflicting", 160000},
                       {HOWDAH_MS("inactive_since"), "inactive_since", 170000},
                       {"invalidation_reason", "invalidation_reason", 170000},
                       {"failover", "failover", 170000},
                       {"synced", "synced", 170000}},
                      version) +
           " FROM pg_replication_slots ORDER BY slot_name";
}

void decodeSlots(const Rows &rows, NodeSample &sample)
{
    sample.replicationSlots.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        cluster::Slot &slot = sample.replicationSlots.emplace_back();
        slot.slotName = rows.name(row, rows.column("slot_name"));
        slot.plugin = rows.text(row, rows.column("plugin"));
        slot.slotType = rows.text(row, rows.column("slot_type"));
        slot.database = rows.text(row, rows.column("database"));
        slot.temporary = rows.flag(row, rows.column("temporary"));
        slot.active = rows.flag(row, rows.column("active"));
        slot.activePid = toInt(rows.integer(row, rows.column("active_pid")));
        slot.xmin = rows.integer(row, rows.column("xmin"));
        slot.catalogXmin = rows.integer(row, rows.column("catalog_xmin"));
        slot.restartLsn = rows.lsn(row, rows.column("restart_lsn"));
        slot.confirmedFlushLsn = rows.lsn(row, rows.column("confirmed_flush_lsn"));
        slot.walStatus = rows.text(row, rows.column("wal_status"));
        slot.safeWalSize = rows.integer(row, rows.column("safe_wal_size"));
        slot.twoPhase = rows.optionalFlag(row, rows.column("two_phase"));
        slot.twoPhaseAt = rows.lsn(row, rows.column("two_phase_at"));
        slot.conflicting = rows.optionalFlag(row, rows.column("conflicting"));
        slot.inactiveSince = rows.time(row, rows.column("inactive_since"));
        slot.invalidationReason = rows.text(row, rows.column("invalidation_reason"));
        slot.failover = rows.optionalFlag(row, rows.column("failover"));
        slot.synced = rows.optionalFlag(row, rows.column("synced"));
    }
}

QByteArray receiverSql(int version)
{
    return "SELECT " +
           selectList({{"pid", "pid"},
                       {"status", "status"},
                       {"receive_start_lsn", "receive_start_lsn"},
                       {"receive_start_tli", "receive_start_tli"},
                       {"received_lsn", "written_lsn", 0, 130000},
                       {"received_lsn", "flushed_lsn", 0, 130000},
                       {"written_lsn", "written_lsn", 130000},
                       {"flushed_lsn", "flushed_lsn", 130000},
                       {"received_tli", "received_tli"},
                       {HOWDAH_MS("last_msg_send_time"), "last_msg_send_time"},
                       {HOWDAH_MS("last_msg_receipt_time"), "last_msg_receipt_time"},
                       {"latest_end_lsn", "latest_end_lsn"},
                       {HOWDAH_MS("latest_end_time"), "latest_end_time"},
                       {"slot_name", "slot_name"},
                       {"sender_host", "sender_host"},
                       {"sender_port", "sender_port"},
                       {"conninfo", "conninfo"}},
                      version) +
           " FROM pg_stat_wal_receiver";
}

void decodeReceiver(const Rows &rows, NodeSample &sample)
{
    if (rows.count() == 0) {
        return;
    }
    cluster::Receiver receiver;
    receiver.pid = static_cast<int>(rows.integer(0, rows.column("pid")).value_or(0));
    receiver.status = rows.text(0, rows.column("status"));
    receiver.receiveStartLsn = rows.lsn(0, rows.column("receive_start_lsn"));
    receiver.receiveStartTli = toInt(rows.integer(0, rows.column("receive_start_tli")));
    receiver.writtenLsn = rows.lsn(0, rows.column("written_lsn"));
    receiver.flushedLsn = rows.lsn(0, rows.column("flushed_lsn"));
    receiver.receivedTli = toInt(rows.integer(0, rows.column("received_tli")));
    receiver.lastMsgSendTime = rows.time(0, rows.column("last_msg_send_time"));
    receiver.lastMsgReceiptTime = rows.time(0, rows.column("last_msg_receipt_time"));
    receiver.latestEndLsn = rows.lsn(0, rows.column("latest_end_lsn"));
    receiver.latestEndTime = rows.time(0, rows.column("latest_end_time"));
    receiver.slotName = rows.name(0, rows.column("slot_name"));
    receiver.senderHost = rows.name(0, rows.column("sender_host"));
    receiver.senderPort = toInt(rows.integer(0, rows.column("sender_port")));
    receiver.conninfo = core::redacted(rows.text(0, rows.column("conninfo")));
    sample.receiver = receiver;
}

QByteArray baseBackupsSql(int)
{
    return "SELECT pid, phase, backup_total, backup_streamed, tablespaces_total, tablespaces_streamed "
           "FROM pg_stat_progress_basebackup";
}

void decodeBaseBackups(const Rows &rows, NodeSample &sample)
{
    sample.baseBackups.clear(); // carried from the read before
    for (int row = 0; row < rows.count(); ++row) {
        cluster::BaseBackup &backup = sample.baseBackups.emplace_back();
        backup.pid = static_cast<int>(rows.integer(row, rows.column("pid")).value_or(0));
        backup.phase = rows.text(row, rows.column("phase"));
        backup.backupTotal = rows.integer(row, rows.column("backup_total"));
        backup.backupStreamed = rows.integer(row, rows.column("backup_streamed")).value_or(0);
        backup.tablespacesTotal = rows.integer(row, rows.column("tablespaces_total")).value_or(0);
        backup.tablespacesStreamed = rows.integer(row, rows.column("tablespaces_streamed")).value_or(0);
    }
}

void carryBaseBackups(const NodeSample &before, NodeSample &sample)
{
    sample.baseBackups = before.baseBackups;
}

QByteArray publicationsSql(int version)
{
    return "SELECT " +
           selectList({{"p.pubname", "pubname"},
                       {"pg_get_userbyid(p.pubowner)", "owner"},
                       {"p.puballtables", "puballtables"},
                       {"p.pubinsert", "pubinsert"},
                       {"p.pubupdate", "pubupdate"},
                       {"p.pubdelete", "pubdelete"},
                       {"p.pubtruncate", "pubtruncate"},
                       {"p.pubviaroot", "pubviaroot", 130000},
                       {"(SELECT count(*) FROM pg_publication_tables t WHERE t.pubname = p.pubname)", "tables"}},
                      version) +
           " FROM pg_publication p ORDER BY p.pubname";
}

void decodePublications(const Rows &rows, NodeSample &sample)
{
    auto publications = std::make_shared<std::vector<cluster::Publication>>();
    for (int row = 0; row < rows.count(); ++row) {
        cluster::Publication &publication = publications->emplace_back();
        publication.pubname = rows.text(row, rows.column("pubname"));
        publication.owner = rows.text(row, rows.column("owner"));
        publication.puballtables = rows.flag(row, rows.column("puballtables"));
        publication.pubinsert = rows.flag(row, rows.column("pubinsert"));
        publication.pubupdate = rows.flag(row, rows.column("pubupdate"));
        publication.pubdelete = rows.flag(row, rows.column("pubdelete"));
        publication.pubtruncate = rows.flag(row, rows.column("pubtruncate"));
        publication.pubviaroot = rows.optionalFlag(row, rows.column("pubviaroot"));
        publication.tables = rows.integer(row, rows.column("tables")).value_or(0);
    }
    sample.publications = std::move(publications);
}

void carryPublications(const NodeSample &before, NodeSample &sample)
{
    sample.publications = before.publications;
}

// subconninfo is for superusers only and holds passwords: it is not asked for.
QByteArray subscriptionsSql(int version)
{
    return "SELECT " +
           selectList({{"s.subname", "subname"},
                       {"d.datname", "database"},
                       {"pg_get_userbyid(s.subowner)", "owner"},
                       {"s.subenabled", "subenabled"},
                       {"s.subslotname", "subslotname"},
                       {"s.subsynccommit", "subsynccommit", 140000},
                       {"array_to_string(s.subpublications, E'\\x1F')", "subpublications"},
                       {"s.subfailover", "subfailover", 170000},
                       {"w.pid", "pid"},
                       {"w.received_lsn", "received_lsn"},
                       {HOWDAH_MS("w.last_msg_send_time"), "last_msg_send_time"},
                       {HOWDAH_MS("w.last_msg_receipt_time"), "last_msg_receipt_time"},
                       {"w.latest_end_lsn", "latest_end_lsn"},
                       {HOWDAH_MS("w.latest_end_time"), "latest_end_time"}},
                      version) +
           " FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid "
           "LEFT JOIN pg_stat_subscription w ON " +
           // Before 14 oid and subsynccommit are among the columns that only a superuser may read.
           (version >= 140000 ? "w.subid = s.oid" : "w.subname = s.subname") +
           " AND w.relid IS NULL AND w.pid IS NOT NULL" + (version >= 160000 ? " AND w.leader_pid IS NULL" : "") +
           " ORDER BY s.subname, d.datname";
}

void decodeSubscriptions(const Rows &rows, NodeSample &sample)
{
    auto subscriptions = std::make_shared<std::vector<cluster::Subscription>>();
    for (int row = 0; row < rows.count(); ++row) {
        cluster::Subscription &subscription = subscriptions->emplace_back();
        subscription.subname = rows.text(row, rows.column("subname"));
        subscription.database = rows.text(row, rows.column("database"));
        subscription.owner = rows.text(row, rows.column("owner"));
        subscription.subenabled = rows.flag(row, rows.column("subenabled"));
        subscription.subslotname = rows.text(row, rows.column("subslotname"));
        subscription.subsynccommit = rows.text(row, rows.column("subsynccommit"));
        subscription.subpublications = rows.list(row, rows.column("subpublications"), kUnitSeparator);
        subscription.subfailover = rows.optionalFlag(row, rows.column("subfailover"));
        subscription.pid = toInt(rows.integer(row, rows.column("pid")));
        subscription.receivedLsn = rows.lsn(row, rows.column("received_lsn"));
        subscription.lastMsgSendTime = rows.time(row, rows.column("last_msg_send_time"));
        subscription.lastMsgReceiptTime = rows.time(row, rows.column("last_msg_receipt_time"));
        subscription.latestEndLsn = rows.lsn(row, rows.column("latest_end_lsn"));
        subscription.latestEndTime = rows.time(row, rows.column("latest_end_time"));
    }
    sample.subscriptions = std::move(subscriptions);
}

void carrySubscriptions(const NodeSample &before, NodeSample &sample)
{
    sample.subscriptions = before.subscriptions;
}

namespace {
constexpr int kMostRoles = 5000;

// Every role with all the roles it is a member of, near and far, and by what kind of way (least first): 0 each step
// inherits; 1 each step may be taken by SET ROLE; 2 first steps by SET ROLE, then some that inherit; 3 neither.
// PostgreSQL, too, follows inheriting steps only for rights, and SET ROLE steps only for SET ROLE.
QByteArray membershipsSql(int version)
{
    const QByteArray grants =
        version >= 160000 ? "SELECT member, roleid, inherit_option AS inherits, set_option AS sets FROM pg_auth_members"
                          : "SELECT a.member, a.roleid, r.rolinherit AS inherits, true AS sets "
                            "FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.member";
    return "grants AS (" + grants +
           "), ways AS (SELECT oid AS member, oid AS roleid, way FROM pg_roles, (VALUES (0), (1), (3)) start (way) "
           "UNION SELECT w.member, g.roleid, CASE WHEN w.way = 1 AND NOT g.sets THEN 2 ELSE w.way END "
           "FROM ways w JOIN grants g ON g.member = w.roleid "
           "WHERE g.inherits OR (w.way = 1 AND g.sets) OR w.way = 3), "
           "nearest AS (SELECT member, roleid, min(way) AS way FROM ways WHERE member <> roleid "
           "GROUP BY member, roleid), "
           "memberships AS (SELECT n.member, string_agg(r.rolname, E'\\x1F' ORDER BY r.rolname) AS member_of, "
           "string_agg(r.rolname, E'\\x1F' ORDER BY r.rolname) FILTER (WHERE n.way = 0) AS inherits_from, "
           "string_agg(r.rolname, E'\\x1F' ORDER BY r.rolname) FILTER (WHERE n.way IN (1, 2)) AS after_set_role "
           "FROM nearest n JOIN pg_roles r ON r.oid = n.roleid GROUP BY n.member)";
}
} // namespace

// With what comes from far away: it decides what a role may do. A server with a role for each of its customers' users
// is not read whole.
QByteArray rolesSql(int version)
{
    return "WITH RECURSIVE " + membershipsSql(version) + " SELECT " +
           selectList(
               {{"r.rolname", "rolname"},
                {"r.rolsuper", "rolsuper"},
                {"r.rolinherit", "rolinherit"},
                {"r.rolcreaterole", "rolcreaterole"},
                {"r.rolcreatedb", "rolcreatedb"},
                {"r.rolcanlogin", "rolcanlogin"},
                {"r.rolreplication", "rolreplication"},
                {"r.rolbypassrls", "rolbypassrls"},
                {"r.rolconnlimit", "rolconnlimit"},
                {"CASE WHEN isfinite(r.rolvaliduntil) THEN " HOWDAH_MS("r.rolvaliduntil") " END", "rolvaliduntil"},
                {"m.member_of", "member_of"},
                {"m.inherits_from", "inherits_from"},
                {"m.after_set_role", "after_set_role"},
                {"count(*) OVER ()", "total"}},
               version) +
           " FROM pg_roles r LEFT JOIN memberships m ON m.member = r.oid ORDER BY r.rolname LIMIT " +
           QByteArray::number(kMostRoles);
}

void decodeRoles(const Rows &rows, NodeSample &sample)
{
    auto roles = std::make_shared<std::vector<cluster::DatabaseRole>>();
    roles->reserve(static_cast<std::size_t>(rows.count()));
    sample.rolesTotal = rows.integer(0, rows.column("total")).value_or(0);
    const int memberOf = rows.column("member_of"), inheritsFrom = rows.column("inherits_from"),
              afterSetRole = rows.column("after_set_role");
    for (int row = 0; row < rows.count(); ++row) {
        cluster::DatabaseRole &role = roles->emplace_back();
        role.rolname = rows.text(row, rows.column("rolname"));
        role.rolsuper = rows.flag(row, rows.column("rolsuper"));
        role.rolinherit = rows.flag(row, rows.column("rolinherit"));
        role.rolcreaterole = rows.flag(row, rows.column("rolcreaterole"));
        role.rolcreatedb = rows.flag(row, rows.column("rolcreatedb"));
        role.rolcanlogin = rows.flag(row, rows.column("rolcanlogin"));
        role.rolreplication = rows.flag(row, rows.column("rolreplication"));
        role.rolbypassrls = rows.flag(row, rows.column("rolbypassrls"));
        role.rolconnlimit = static_cast<int>(rows.integer(row, rows.column("rolconnlimit")).value_or(-1));
        role.rolvaliduntil = rows.time(row, rows.column("rolvaliduntil"));
        role.memberOf = rows.list(row, memberOf, kUnitSeparator);
        role.inheritsFrom = rows.list(row, inheritsFrom, kUnitSeparator);
        role.afterSetRole = rows.list(row, afterSetRole, kUnitSeparator);
    }
    sample.roles = std::move(roles);
}

void carryRoles(const NodeSample &before, NodeSample &sample)
{
    sample.roles = before.roles;
    sample.rolesTotal = before.rolesTotal;
}

} // namespace howdah::monitor
