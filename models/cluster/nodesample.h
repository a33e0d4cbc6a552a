// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QHash>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

#include "cluster/lsn.h"

namespace howdah::cluster {

// Fields carry the names of the catalog columns they come from, in camelCase. An empty optional is SQL's NULL, or a
// column that the server's version does not have. Times are UTC; an invalid QDateTime is NULL. Durations are seconds.

/// A row of pg_stat_replication, with the slot its walsender uses.
/// https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW
struct Sender {
    int pid = 0;
    std::optional<qint64> usesysid;
    QString usename;
    QString applicationName;
    QString clientAddr;
    QString clientHostname;
    std::optional<int> clientPort; ///< -1 on a Unix-domain socket
    QDateTime backendStart;
    std::optional<qint64> backendXmin;
    QString state; ///< startup, catchup, streaming, backup, stopping; empty: not allowed to see it
    std::optional<Lsn> sentLsn;
    std::optional<Lsn> writeLsn;
    std::optional<Lsn> flushLsn;
    std::optional<Lsn> replayLsn;
    std::optional<double> writeLag;
    std::optional<double> flushLag;
    std::optional<double> replayLag;
    std::optional<int> syncPriority;
    QString syncState; ///< async, potential, sync, quorum
    QDateTime replyTime;
    QString slotName; ///< of pg_replication_slots with active_pid = pid; empty without one
    QString slotType; ///< physical, logical; empty without a slot

    /// Without pg_read_all_stats the row is there and everything that matters in it is NULL: no permission, not lag 0.
    bool visible() const { return !state.isEmpty(); }
    bool operator==(const Sender &) const = default;
};

/// Whether commits wait for a standby of that sync_state: "sync", or "quorum" with others.
inline bool isSync(const QString &syncState)
{
    return syncState == QLatin1String("sync") || syncState == QLatin1String("quorum");
}

/// A row of pg_replication_slots. Columns come with versions: wal_status, safe_wal_size 13; two_phase 14; conflicting
/// 16; inactive_since, invalidation_reason, failover, synced 17; two_phase_at 18.
/// https://www.postgresql.org/docs/current/view-pg-replication-slots.html
struct Slot {
    QString slotName;
    QString plugin;
    QString slotType; ///< physical, logical
    QString database;
    bool temporary = false;
    bool active = false;
    std::optional<int> activePid;
    std::optional<qint64> xmin;
    std::optional<qint64> catalogXmin;
    std::optional<Lsn> restartLsn;
    std::optional<Lsn> confirmedFlushLsn;
    QString walStatus; ///< reserved, extended, unreserved, lost; empty before 13 or when it holds nothing
    std::optional<qint64> safeWalSize; ///< bytes; empty without max_slot_wal_keep_size
    std::optional<bool> twoPhase;
    std::optional<Lsn> twoPhaseAt;
    QDateTime inactiveSince;
    std::optional<bool> conflicting;
    QString invalidationReason;
    std::optional<bool> failover;
    std::optional<bool> synced;

    bool operator==(const Slot &) const = default;
};

/// pg_stat_wal_receiver. Before 13 received_lsn stands for both written_lsn and flushed_lsn.
struct Receiver {
    int pid = 0;
    QString status; ///< streaming, waiting, stopping, …; empty: not allowed to see it
    std::optional<Lsn> receiveStartLsn;
    std::optional<int> receiveStartTli;
    std::optional<Lsn> writtenLsn;
    std::optional<Lsn> flushedLsn;
    std::optional<int> receivedTli;
    QDateTime lastMsgSendTime;
    QDateTime lastMsgReceiptTime;
    std::optional<Lsn> latestEndLsn;
    QDateTime latestEndTime;
    QString slotName;
    QString senderHost;
    std::optional<int> senderPort;
    QString conninfo; ///< redacted at the edge, whatever the server masked

    bool visible() const { return !status.isEmpty(); }
    bool operator==(const Receiver &) const = default;
};

/// pg_stat_archiver, with the files that wait (pg_ls_archive_statusdir).
struct Archiver {
    qint64 archivedCount = 0;
    QString lastArchivedWal;
    QDateTime lastArchivedTime;
    qint64 failedCount = 0;
    QString lastFailedWal;
    QDateTime lastFailedTime;
    QDateTime statsReset;
    std::optional<qint64> readyCount; ///< .ready files; empty: no permission

    bool operator==(const Archiver &) const = default;
};

/// A row of pg_stat_progress_basebackup (13 and newer).
struct BaseBackup {
    int pid = 0;
    QString phase;
    std::optional<qint64> backupTotal; ///< bytes; empty while not estimated
    qint64 backupStreamed = 0;         ///< bytes
    qint64 tablespacesTotal = 0;
    qint64 tablespacesStreamed = 0;

    bool operator==(const BaseBackup &) const = default;
};

/// A transaction that has been open for long.
struct LongTransaction {
    int pid = 0;
    QString usename;
    QString datname;
    QString applicationName;
    QString state;
    double seconds = 0;

    bool operator==(const LongTransaction &) const = default;
};

/// A row of pg_prepared_xacts.
struct PreparedTransaction {
    QString gid;
    QString owner;
    QString database;
    double seconds = 0; ///< since prepared

    bool operator==(const PreparedTransaction &) const = default;
};

/// What the client backends of pg_stat_activity are doing.
struct SessionStates {
    qint64 active = 0;
    qint64 idleInTransaction = 0;
    std::optional<double> longestTransaction = {};      ///< seconds; empty: no transaction is open
    std::vector<LongTransaction> longTransactions = {}; ///< over 60 s, the oldest ten

    bool operator==(const SessionStates &) const = default;
};

/// pg_stat_activity in numbers; client backends only.
struct Activity {
    qint64 connections = 0;
    /// Empty: no permission. Without pg_read_all_stats a role sees that others are connected, not what they do.
    std::optional<SessionStates> states;
    std::vector<PreparedTransaction> preparedTransactions; ///< the oldest ten
    qint64 preparedCount = 0;
    QString clusterLock; ///< another session that holds the lock of whoever acts on the cluster; empty: none

    bool operator==(const Activity &) const = default;
};

/// pg_stat_database_conflicts summed over the databases: queries cancelled on a standby, by cause.
struct Conflicts {
    qint64 tablespace = 0;
    qint64 lock = 0;
    qint64 snapshot = 0;
    qint64 bufferpin = 0;
    qint64 deadlock = 0;
    std::optional<qint64> activeLogicalSlot; ///< 16 and newer

    qint64 total() const { return tablespace + lock + snapshot + bufferpin + deadlock + activeLogicalSlot.value_or(0); }
    bool operator==(const Conflicts &) const = default;
};

/// What pg_ls_waldir counts.
struct WalDisk {
    qint64 files = 0;
    qint64 bytes = 0;

    bool operator==(const WalDisk &) const = default;
};

/// A row of pg_settings.
struct Setting {
    QString name;
    QString setting;
    QString unit;
    QString context;
    QString source;
    bool pendingRestart = false;

    bool operator==(const Setting &) const = default;
};

/// A row of pg_roles with what it belongs to.
struct DatabaseRole {
    QString rolname;
    bool rolsuper = false;
    bool rolinherit = false;
    bool rolcreaterole = false;
    bool rolcreatedb = false;
    bool rolcanlogin = false;
    bool rolreplication = false;
    bool rolbypassrls = false;
    int rolconnlimit = -1;
    QDateTime rolvaliduntil;
    QStringList memberOf; ///< direct and indirect memberships of any kind, sorted
    /// What that gives, each sorted and without the other: rights that it has at once, and those that it has after SET
    /// ROLE to one of the roles it may become. From 16 on both are a matter of each grant (pg_auth_members'
    /// inherit_option and set_option), so that a membership may give neither; before, rolinherit decides.
    QStringList inheritsFrom = {};
    QStringList afterSetRole = {};

    bool operator==(const DatabaseRole &) const = default;
};

/// A row of pg_publication, of the session's database.
struct Publication {
    QString pubname;
    QString owner;
    bool puballtables = false;
    bool pubinsert = false;
    bool pubupdate = false;
    bool pubdelete = false;
    bool pubtruncate = false;
    std::optional<bool> pubviaroot; ///< 13 and newer
    qint64 tables = 0;

    bool operator==(const Publication &) const = default;
};

/// A row of pg_subscription (a shared catalog: of every database) joined with pg_stat_subscription's main worker.
struct Subscription {
    QString subname;
    QString database;
    QString owner;
    bool subenabled = false;
    QString subslotname;
    QString subsynccommit;
    QStringList subpublications;
    std::optional<bool> subfailover; ///< 17 and newer
    std::optional<int> pid;          ///< of the apply worker; empty: none runs
    std::optional<Lsn> receivedLsn;
    QDateTime lastMsgSendTime;
    QDateTime lastMsgReceiptTime;
    std::optional<Lsn> latestEndLsn;
    QDateTime latestEndTime;

    bool operator==(const Subscription &) const = default;
};

/// A line of a timeline history file: the timeline `parent` was left at `switchpoint`.
struct TimelineSwitch {
    int parent = 0;
    Lsn switchpoint;
    QString reason;

    bool operator==(const TimelineSwitch &) const = default;
};

/// One node at one instant: what a tick read, with what slower reads last knew. A value; shared as
/// std::shared_ptr<const NodeSample>.
struct NodeSample {
    qint64 takenMonotonicMs = 0; ///< console's monotonic clock, when the answer was complete
    qint64 takenWallMs = 0;      ///< console's wall clock, UTC
    double roundTripMs = 0;
    QDateTime serverTime; ///< the server's clock_timestamp()

    int serverVersionNum = 0;
    QString serverVersion;
    std::optional<quint64> systemIdentifier;
    QDateTime postmasterStartTime;
    QString sessionUser;
    QString sessionDatabase;
    bool seesStatistics = false; ///< has pg_read_all_stats (or is superuser)
    bool readsFiles = false;     ///< may call pg_read_file(), which tells the history of its timeline
    bool isSuperuser = false;

    bool inRecovery = false;
    std::optional<int> timeline;
    QDateTime configurationLoadTime; ///< pg_conf_load_time(): moves with every reload
    std::optional<Lsn> currentLsn;   ///< primary: pg_current_wal_lsn()
    std::optional<Lsn> flushLsn;     ///< primary: pg_current_wal_flush_lsn()
    std::optional<Lsn> receiveLsn;   ///< standby: pg_last_wal_receive_lsn()
    std::optional<Lsn> replayLsn;    ///< standby: pg_last_wal_replay_lsn()
    QDateTime lastXactReplayTimestamp;
    QString replayPauseState;                    ///< "not paused", "pause requested", "paused"; empty on a primary
    std::vector<TimelineSwitch> timelineHistory; ///< of the current timeline, oldest first; may be unreadable

    std::vector<Sender> senders;
    std::vector<Slot> replicationSlots;
    std::optional<Receiver> receiver;
    std::vector<BaseBackup> baseBackups;
    std::optional<Archiver> archiver;
    std::optional<Activity> activity;
    std::optional<Conflicts> conflicts;
    std::optional<WalDisk> walDisk;

    // Shared between samples until they are read anew. Never null in a sample from a server.
    std::shared_ptr<const std::vector<Setting>> settings;
    QDateTime settingsLoadTime; ///< configurationLoadTime as it was when settings were read
    std::shared_ptr<const std::vector<DatabaseRole>> roles;
    qint64 rolesTotal = 0; ///< how many there are; more than roles has where only the first were read
    std::shared_ptr<const std::vector<Publication>> publications;
    std::shared_ptr<const std::vector<Subscription>> subscriptions;

    /// Sections that could not be read, by name ("wal_disk", "senders", …), with the server's own words: shown as "no
    /// permission" or as the error, never as empty.
    QHash<QString, QString> unreadable;

    /// The node's position: what a primary wrote, what a standby holds (received or, without a receiver, replayed).
    std::optional<Lsn> position() const;
    /// The value of a setting as pg_settings has it; empty when not read.
    QString setting(QLatin1String name) const;
    /// Whether pg_settings showed it at all: some settings are hidden from who lacks pg_read_all_settings.
    bool showsSetting(QLatin1String name) const;
    /// A standby that is fed from an archive alone, so that no receiver is to be expected: primary_conninfo is seen to
    /// be empty (not merely hidden) and there is a restore_command.
    bool readsArchiveOnly() const;
    /// A setting that is a number, in pg_settings' own unit.
    std::optional<qint64> settingNumber(QLatin1String name) const;
    /// recovery_min_apply_delay, for which replay waits on purpose; 0: it does not.
    double applyDelaySeconds() const;
};

} // namespace howdah::cluster
