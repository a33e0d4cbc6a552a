// SPDX-License-Identifier: GPL-3.0-or-later
#include "sections.h"

#include "cluster/clusterlock.h"
#include "cluster/conninfotext.h"
#include "core/redact.h"

namespace howdah::monitor {

using cluster::NodeSample;
using postgres::Rows;

namespace {
// Of a primary the log it writes; of a standby what it receives, or without a receiver the newest timeline that its
// control file knows. Needs a column r, which is pg_is_in_recovery().
constexpr auto kTimeline = "CASE WHEN NOT r THEN "
                           "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int "
                           "ELSE greatest((SELECT received_tli FROM pg_stat_get_wal_receiver()), "
                           "(SELECT greatest(c.timeline_id, e.min_recovery_end_timeline) "
                           "FROM pg_control_checkpoint() c, pg_control_recovery() e)) END";
} // namespace

// OFFSET 0 keeps pg_is_in_recovery() from being asked once a CASE: all of them see one answer. pg_control_* can be
// executed by everybody.
QByteArray coreSql(int version)
{
    return "SELECT " +
           selectList(
               {{"r", "in_recovery"},
                {HOWDAH_MS("clock_timestamp()"), "server_time"},
                {"CASE WHEN NOT r THEN pg_current_wal_lsn() END", "current_lsn"},
                {"CASE WHEN NOT r THEN pg_current_wal_flush_lsn() END", "flush_lsn"},
                {"CASE WHEN r THEN pg_last_wal_receive_lsn() END", "receive_lsn"},
                {"CASE WHEN r THEN pg_last_wal_replay_lsn() END", "replay_lsn"},
                {"CASE WHEN r THEN " HOWDAH_MS("pg_last_xact_replay_timestamp()") " END", "last_xact_replay_timestamp"},
                {"CASE WHEN r THEN CASE WHEN pg_is_wal_replay_paused() THEN 'paused' ELSE 'not paused' END END",
                 "replay_pause_state", 0, 140000},
                {"CASE WHEN r THEN pg_get_wal_replay_pause_state() END", "replay_pause_state", 140000},
                {kTimeline, "timeline"},
                {HOWDAH_MS("pg_conf_load_time()"), "conf_load_time"}},
               version) +
           " FROM (SELECT pg_is_in_recovery() AS r OFFSET 0) s";
}

void decodeCore(const Rows &rows, NodeSample &sample)
{
    sample.inRecovery = rows.flag(0, rows.column("in_recovery"));
    sample.serverTime = rows.time(0, rows.column("server_time"));
    sample.currentLsn = rows.lsn(0, rows.column("current_lsn"));
    sample.flushLsn = rows.lsn(0, rows.column("flush_lsn"));
    sample.receiveLsn = rows.lsn(0, rows.column("receive_lsn"));
    sample.replayLsn = rows.lsn(0, rows.column("replay_lsn"));
    sample.lastXactReplayTimestamp = rows.time(0, rows.column("last_xact_replay_timestamp"));
    sample.replayPauseState = rows.text(0, rows.column("replay_pause_state"));
    sample.configurationLoadTime = rows.time(0, rows.column("conf_load_time"));
    if (const auto timeline = rows.integer(0, rows.column("timeline"))) {
        sample.timeline = static_cast<int>(*timeline);
    }
}

QByteArray identitySql(int version)
{
    return "SELECT " +
           selectList(
               {{"s.system_identifier", "system_identifier"},
                {"current_setting('server_version')", "server_version"},
                {"current_setting('server_version_num')::int", "server_version_num"},
                {HOWDAH_MS("pg_postmaster_start_time()"), "postmaster_start_time"},
                {"current_user", "session_user"},
                {"current_database()", "session_database"},
                {"r.rolsuper", "is_superuser"},
                {"r.rolsuper OR pg_has_role('pg_read_all_stats', 'USAGE')", "sees_statistics"},
                {"has_function_privilege('pg_read_file(text,bigint,bigint,boolean)', 'EXECUTE')", "reads_files"}},
               version) +
           " FROM pg_control_system() s, pg_roles r WHERE r.rolname = current_user";
}

void decodeIdentity(const Rows &rows, NodeSample &sample)
{
    const auto identifier = rows.raw(0, rows.column("system_identifier"));
    bool ok = false;
    const qint64 number = identifier.toByteArray().toLongLong(&ok); // int8 in SQL, unsigned in the control file
    sample.systemIdentifier = ok ? std::optional(static_cast<quint64>(number)) : std::nullopt;
    sample.serverVersion = rows.text(0, rows.column("server_version"));
    sample.serverVersionNum = static_cast<int>(rows.integer(0, rows.column("server_version_num")).value_or(0));
    sample.postmasterStartTime = rows.time(0, rows.column("postmaster_start_time"));
    sample.sessionUser = rows.text(0, rows.column("session_user"));
    sample.sessionDatabase = rows.text(0, rows.column("session_database"));
    sample.isSuperuser = rows.flag(0, rows.column("is_superuser"));
    sample.seesStatistics = rows.flag(0, rows.column("sees_statistics"));
    sample.readsFiles = rows.flag(0, rows.column("reads_files"));
    // Asked for all the same, the server would write an error into its log each time.
    if (!sample.readsFiles && sample.timeline.value_or(0) > 1) {
        sample.unreadable.insert(QStringLiteral("timeline_history"),
                                 QStringLiteral("permission denied for function pg_read_file"));
    }
}

void carryIdentity(const NodeSample &before, NodeSample &sample)
{
    sample.systemIdentifier = before.systemIdentifier;
    sample.serverVersion = before.serverVersion;
    sample.serverVersionNum = before.serverVersionNum;
    sample.postmasterStartTime = before.postmasterStartTime;
    sample.sessionUser = before.sessionUser;
    sample.sessionDatabase = before.sessionDatabase;
    sample.isSuperuser = before.isSuperuser;
    sample.seesStatistics = before.seesStatistics;
    sample.readsFiles = before.readsFiles;
}

QByteArray archiverSql(int version)
{
    return "SELECT " +
           selectList({{"archived_count", "archived_count"},
                       {"last_archived_wal", "last_archived_wal"},
                       {HOWDAH_MS("last_archived_time"), "last_archived_time"},
                       {"failed_count", "failed_count"},
                       {"last_failed_wal", "last_failed_wal"},
                       {HOWDAH_MS("last_failed_time"), "last_failed_time"},
                       {HOWDAH_MS("stats_reset"), "stats_reset"}},
                      version) +
           " FROM pg_stat_archiver";
}

void decodeArchiver(const Rows &rows, NodeSample &sample)
{
    cluster::Archiver archiver;
    archiver.archivedCount = rows.integer(0, rows.column("archived_count")).value_or(0);
    archiver.lastArchivedWal = rows.text(0, rows.column("last_archived_wal"));
    archiver.lastArchivedTime = rows.time(0, rows.column("last_archived_time"));
    archiver.failedCount = rows.integer(0, rows.column("failed_count")).value_or(0);
    archiver.lastFailedWal = rows.text(0, rows.column("last_failed_wal"));
    archiver.lastFailedTime = rows.time(0, rows.column("last_failed_time"));
    archiver.statsReset = rows.time(0, rows.column("stats_reset"));
    if (sample.archiver) {
        archiver.readyCount = sample.archiver->readyCount; // carried: it has a section of its own
    }
    sample.archiver = archiver;
}

void carryArchiver(const NodeSample &before, NodeSample &sample)
{
    sample.archiver = before.archiver;
    if (sample.archiver) {
        sample.archiver->readyCount.reset(); // carried by the section that reads it
    }
}

// pg_monitor may execute it (12 and newer). The directory can be long when archiving fails, so it is read seldom.
QByteArray archiveStatusSql(int)
{
    return "SELECT count(*) AS ready FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'";
}

void decodeArchiveStatus(const Rows &rows, NodeSample &sample)
{
    if (sample.archiver) {
        sample.archiver->readyCount = rows.integer(0, rows.column("ready"));
    }
}

void carryArchiveStatus(const NodeSample &before, NodeSample &sample)
{
    if (sample.archiver && before.archiver) {
        sample.archiver->readyCount = before.archiver->readyCount;
    }
}

void carryNothing(const NodeSample &, NodeSample &) {}

// One statement for three kinds of rows: sums, the longest transactions, and the oldest prepared ones. Of another
// role's session one without pg_read_all_stats sees neither state nor backend_type: those that have a role and a
// database are clients, but for the odd parallel worker.
QByteArray activitySql(int)
{
    static const QByteArray backends =
        "SELECT pid, usename, datname, application_name, state, " HOWDAH_SECONDS("(clock_timestamp() - xact_start)");
    static const QByteArray prepared = "SELECT gid, owner, database, " HOWDAH_SECONDS("(clock_timestamp() - prepared)");
    return "WITH a AS MATERIALIZED (" + backends +
           " AS seconds, backend_type IS NULL AS hidden FROM pg_stat_activity WHERE backend_type = 'client backend' "
           "OR (backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL)), "
           "p AS MATERIALIZED (" +
           prepared +
           " AS seconds FROM pg_prepared_xacts) "
           "SELECT 'count' AS kind, NULL::int AS pid, NULL::text AS name, NULL::text AS database, "
           "NULL::text AS application_name, NULL::text AS state, max(seconds) AS seconds, count(*) AS connections, "
           "count(*) FILTER (WHERE state = 'active') AS active, "
           "count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_in_transaction, "
           "(SELECT count(*) FROM p) AS prepared, count(*) FILTER (WHERE hidden) AS hidden FROM a WHERE pid <> "
           "pg_backend_pid() "
           "UNION ALL (SELECT 'transaction', pid, usename, datname, application_name, state, seconds, "
           "NULL, NULL, NULL, NULL, NULL FROM a WHERE seconds > 60 ORDER BY seconds DESC LIMIT 10) "
           "UNION ALL (SELECT 'prepared', NULL, gid, database, owner, NULL, seconds, NULL, NULL, NULL, NULL, NULL FROM "
           "p "
           "ORDER BY seconds DESC LIMIT 10) "
           "UNION ALL (SELECT 'lock', l.pid, " +
           cluster::lockHolderSql().toUtf8() + ", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM " +
           cluster::anyLockHoldersSql().toUtf8() + " AND l.pid <> pg_backend_pid() LIMIT 1)";
}

void decodeActivity(const Rows &rows, NodeSample &sample)
{
    cluster::Activity activity;
    cluster::SessionStates states;
    bool hidden = false;
    const int kind = rows.column("kind");
    const int pid = rows.column("pid");
    const int name = rows.column("name");
    const int database = rows.column("database");
    const int application = rows.column("application_name");
    const int state = rows.column("state");
    const int seconds = rows.column("seconds");
    for (int row = 0; row < rows.count(); ++row) {
        const QByteArrayView which = rows.raw(row, kind);
        if (which == "count") {
            activity.connections = rows.integer(row, rows.column("connections")).value_or(0) + 1; // and this console
            states.active = rows.integer(row, rows.column("active")).value_or(0);
            states.idleInTransaction = rows.integer(row, rows.column("idle_in_transaction")).value_or(0);
            activity.preparedCount = rows.integer(row, rows.column("prepared")).value_or(0);
            states.longestTransaction = rows.number(row, seconds);
            hidden = rows.integer(row, rows.column("hidden")).value_or(0) > 0;
        } else if (which == "transaction") {
            states.longTransactions.push_back(
                {static_cast<int>(rows.integer(row, pid).value_or(0)), rows.text(row, name), rows.text(row, database),
                 rows.text(row, application), rows.text(row, state), rows.number(row, seconds).value_or(0)});
        } else if (which == "lock") {
            activity.clusterLock = rows.text(row, name);
        } else {
            activity.preparedTransactions.push_back({rows.text(row, name), rows.text(row, application),
                                                     rows.text(row, database), rows.number(row, seconds).value_or(0)});
        }
    }
    if (!hidden) {
        activity.states = std::move(states);
    }
    sample.activity = std::move(activity);
}

void carryActivity(const NodeSample &before, NodeSample &sample)
{
    sample.activity = before.activity;
}

QByteArray conflictsSql(int version)
{
    return QByteArray("SELECT sum(confl_tablespace)::int8 AS tablespace, sum(confl_lock)::int8 AS lock, "
                      "sum(confl_snapshot)::int8 AS snapshot, sum(confl_bufferpin)::int8 AS bufferpin, "
                      "sum(confl_deadlock)::int8 AS deadlock") +
           (version >= 160000 ? ", sum(confl_active_logicalslot)::int8 AS active_logicalslot" : "") +
           " FROM pg_stat_database_conflicts";
}

void decodeConflicts(const Rows &rows, NodeSample &sample)
{
    cluster::Conflicts conflicts;
    conflicts.tablespace = rows.integer(0, rows.column("tablespace")).value_or(0);
    conflicts.lock = rows.integer(0, rows.column("lock")).value_or(0);
    conflicts.snapshot = rows.integer(0, rows.column("snapshot")).value_or(0);
    conflicts.bufferpin = rows.integer(0, rows.column("bufferpin")).value_or(0);
    conflicts.deadlock = rows.integer(0, rows.column("deadlock")).value_or(0);
    conflicts.activeLogicalSlot = rows.integer(0, rows.column("active_logicalslot"));
    sample.conflicts = conflicts;
}

void carryConflicts(const NodeSample &before, NodeSample &sample)
{
    sample.conflicts = before.conflicts;
}

// Stats every file of pg_wal, so it is read seldom.
QByteArray walDiskSql(int)
{
    return "SELECT count(*) AS files, coalesce(sum(size), 0)::int8 AS bytes FROM pg_ls_waldir()";
}

void decodeWalDisk(const Rows &rows, NodeSample &sample)
{
    sample.walDisk = cluster::WalDisk{rows.integer(0, rows.column("files")).value_or(0),
                                      rows.integer(0, rows.column("bytes")).value_or(0)};
}

void carryWalDisk(const NodeSample &before, NodeSample &sample)
{
    sample.walDisk = before.walDisk;
}

// What decides how a server replicates, and the limits a standby must not set lower than its primary.
QByteArray settingsSql(int)
{
    return "SELECT name, setting, unit, context, source, pending_restart FROM pg_settings WHERE name IN ("
           "'archive_cleanup_command','archive_command','archive_library','archive_mode','archive_timeout',"
           "'checkpoint_timeout','cluster_name','data_checksums','data_directory','fsync','full_page_writes',"
           "'hot_standby','hot_standby_feedback','idle_replication_slot_timeout','in_hot_standby','listen_addresses',"
           "'max_connections','max_locks_per_transaction','max_logical_replication_workers',"
           "'max_prepared_transactions','max_replication_slots','max_slot_wal_keep_size',"
           "'max_standby_archive_delay','max_standby_streaming_delay','max_wal_senders','max_wal_size',"
           "'max_worker_processes','port','primary_conninfo','primary_slot_name','promote_trigger_file',"
           "'recovery_min_apply_delay','recovery_target_timeline','restore_command','ssl','summarize_wal',"
           "'superuser_reserved_connections','sync_replication_slots','synchronized_standby_slots',"
           "'synchronous_commit','synchronous_standby_names','wal_compression','wal_keep_segments','wal_keep_size',"
           "'wal_level','wal_log_hints','wal_receiver_create_temp_slot','wal_receiver_status_interval',"
           "'wal_receiver_timeout','wal_retrieve_retry_interval','wal_segment_size','wal_sender_timeout') "
           "ORDER BY name";
}

void decodeSettings(const Rows &rows, NodeSample &sample)
{
    sample.settingsLoadTime = sample.configurationLoadTime; // of the same round trip
    auto settings = std::make_shared<std::vector<cluster::Setting>>();
    settings->reserve(static_cast<std::size_t>(rows.count()));
    const int name = rows.column("name");
    const int setting = rows.column("setting");
    const int unit = rows.column("unit");
    const int context = rows.column("context");
    const int source = rows.column("source");
    const int pending = rows.column("pending_restart");
    for (int row = 0; row < rows.count(); ++row) {
        // pg_monitor reads primary_conninfo with the password in it: it goes no further than here.
        const bool conninfo = rows.text(row, name) == QLatin1String("primary_conninfo");
        const QString value = rows.text(row, setting);
        settings->push_back({rows.text(row, name), core::redacted(conninfo ? cluster::withoutPassword(value) : value),
                             rows.text(row, unit), rows.text(row, context), rows.text(row, source),
                             rows.flag(row, pending)});
    }
    sample.settings = std::move(settings);
}

void carrySettings(const NodeSample &before, NodeSample &sample)
{
    sample.settings = before.settings;
    sample.settingsLoadTime = before.settingsLoadTime;
}

namespace {
constexpr int kHistoryBytes = 1'000'000;
}

// Lines "parent<TAB>switchpoint<TAB>reason" of the current timeline's history file. Needs pg_read_server_files (or
// superuser); timeline 1 has no such file.
QByteArray timelineHistorySql(int)
{
    return "SELECT pg_read_file('pg_wal/' || lpad(upper(to_hex(t)), 8, '0') || '.history', 0, " +
           QByteArray::number(kHistoryBytes) +
           ", true) "
           "AS history FROM (SELECT " +
           kTimeline + " AS t FROM (SELECT pg_is_in_recovery() AS r OFFSET 0) s) t WHERE t > 1";
}

void decodeTimelineHistory(const Rows &rows, NodeSample &sample)
{
    sample.timelineHistory.clear();
    const int history = rows.column("history");
    if (rows.raw(0, history).size() >= kHistoryBytes) {
        // The newest switches stand last: what is left of it would speak of another history.
        sample.unreadable.insert(QStringLiteral("timeline_history"),
                                 QStringLiteral("The file is cut at %1 MB.").arg(kHistoryBytes / 1'000'000));
        return;
    }
    const QStringList lines = rows.list(0, history, '\n');
    for (const QString &line : lines) {
        const QStringList parts = line.split(QLatin1Char('\t'));
        bool ok = false;
        const int parent = parts.value(0).trimmed().toInt(&ok);
        const auto switchpoint = cluster::Lsn::parse(parts.value(1).trimmed());
        if (ok && switchpoint) {
            sample.timelineHistory.push_back({parent, *switchpoint, parts.value(2).trimmed()});
        }
    }
}

void carryTimelineHistory(const NodeSample &before, NodeSample &sample)
{
    sample.timelineHistory = before.timelineHistory;
}

} // namespace howdah::monitor
