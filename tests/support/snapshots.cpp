// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/snapshots.h"

#include <QTimeZone>

using namespace howdah::cluster;

namespace howdah::testsupport {

namespace {
constexpr quint64 kSystem = 7'435'062'718'829'413'001ULL;
constexpr quint64 kWitnessSystem = 7'435'062'901'115'870'442ULL;
const Lsn kCurrent{0x5C9A3F21C8ULL};
const Lsn kFork{0x5C10000000ULL}; // where timeline 7 began

QDateTime ago(double seconds)
{
    return QDateTime::fromMSecsSinceEpoch(kNowWallMs - static_cast<qint64>(seconds * 1000), QTimeZone::utc());
}

Lsn back(Lsn lsn, qint64 bytes)
{
    return Lsn{lsn.value - static_cast<quint64>(bytes)};
}

std::shared_ptr<const std::vector<Setting>> settingsOf(const QString &slot, const QString &upstreamHost)
{
    auto settings = std::make_shared<std::vector<Setting>>();
    const auto add = [&](const char *name, const QString &value, const char *unit, const char *context) {
        settings->push_back(Setting{.name = QString::fromLatin1(name),
                                    .setting = value,
                                    .unit = QString::fromLatin1(unit),
                                    .context = QString::fromLatin1(context),
                                    .source = QStringLiteral("configuration file")});
    };
    const bool standby = !upstreamHost.isEmpty();
    add("archive_command", QStringLiteral("pgbackrest --stanza=orders archive-push %p"), "", "sighup");
    add("archive_mode", QStringLiteral("on"), "", "postmaster");
    add("hot_standby_feedback", QStringLiteral("off"), "", "sighup");
    add("max_connections", QStringLiteral("200"), "", "postmaster");
    add("max_replication_slots", QStringLiteral("10"), "", "postmaster");
    add("max_slot_wal_keep_size", QStringLiteral("65536"), "MB", "sighup");
    add("max_standby_streaming_delay", QStringLiteral("75000"), "ms", "sighup");
    add("max_wal_senders", QStringLiteral("10"), "", "postmaster");
    add("max_wal_size", QStringLiteral("2048"), "MB", "sighup");
    add("primary_conninfo", standby ? QStringLiteral("host=%1 port=5432 user=replicator").arg(upstreamHost) : QString(),
        "", "sighup");
    add("primary_slot_name", slot, "", "sighup");
    add("recovery_min_apply_delay", QStringLiteral("0"), "ms", "sighup");
    add("restore_command", QString(), "", "sighup");
    add("synchronous_commit", QStringLiteral("on"), "", "user");
    add("synchronous_standby_names", QStringLiteral("FIRST 1 (pg2)"), "", "sighup");
    add("wal_level", QStringLiteral("logical"), "", "postmaster");
    add("wal_log_hints", QStringLiteral("on"), "", "postmaster");
    add("wal_receiver_timeout", QStringLiteral("60000"), "ms", "sighup");
    add("wal_sender_timeout", QStringLiteral("60000"), "ms", "user");
    return settings;
}

std::shared_ptr<const std::vector<DatabaseRole>> databaseRoles()
{
    auto roles = std::make_shared<std::vector<DatabaseRole>>();
    const auto add = [&](const char *name, bool login, bool replication, const QStringList &memberOf) {
        roles->push_back(DatabaseRole{.rolname = QString::fromLatin1(name),
                                      .rolinherit = true,
                                      .rolcanlogin = login,
                                      .rolreplication = replication,
                                      .memberOf = memberOf,
                                      .inheritsFrom = memberOf});
    };
    const QStringList monitor{QStringLiteral("pg_monitor"), QStringLiteral("pg_read_all_settings"),
                              QStringLiteral("pg_read_all_stats"), QStringLiteral("pg_stat_scan_tables")};
    add("cdc", true, true, {});
    add("dba", true, false, monitor);
    add("orders_app", true, false, {});
    add("postgres", true, true, {});
    roles->back().rolsuper = roles->back().rolcreaterole = roles->back().rolcreatedb = true;
    roles->back().rolbypassrls = true;
    add("replicator", true, true, {});
    add("reporting", true, true, {});
    return roles;
}

NodeSample baseSample(qint64 ageMs)
{
    NodeSample sample;
    sample.takenMonotonicMs = kNowMonotonicMs - ageMs;
    sample.takenWallMs = kNowWallMs - ageMs;
    sample.roundTripMs = 0.8;
    sample.serverTime = ago(static_cast<double>(ageMs) / 1000);
    sample.serverVersionNum = 170006;
    sample.serverVersion = QStringLiteral("17.6 (Debian 17.6-1.pgdg12+1)");
    sample.systemIdentifier = kSystem;
    sample.postmasterStartTime = ago(9 * 86400);
    sample.sessionUser = QStringLiteral("dba");
    sample.sessionDatabase = QStringLiteral("postgres");
    sample.seesStatistics = true;
    sample.timeline = 7;
    sample.timelineHistory = {{5, Lsn{0x5B40000000ULL}, QStringLiteral("no recovery target specified")},
                              {6, kFork, QStringLiteral("no recovery target specified")}};
    sample.activity = Activity{.connections = 42, .states = SessionStates{6, 1, 0.4, {}}};
    sample.walDisk = WalDisk{.files = 214, .bytes = 214LL << 24};
    sample.roles = databaseRoles();
    sample.publications =
        std::make_shared<std::vector<Publication>>(std::vector<Publication>{{.pubname = QStringLiteral("orders_all"),
                                                                             .owner = QStringLiteral("postgres"),
                                                                             .puballtables = true,
                                                                             .pubinsert = true,
                                                                             .pubupdate = true,
                                                                             .pubdelete = true,
                                                                             .pubtruncate = true,
                                                                             .pubviaroot = false,
                                                                             .tables = 18}});
    sample.subscriptions = std::make_shared<std::vector<Subscription>>();
    return sample;
}

NodeSample primarySample()
{
    NodeSample sample = baseSample(400);
    sample.currentLsn = kCurrent;
    sample.flushLsn = kCurrent;
    sample.settings = settingsOf({}, {});
    sample.archiver = Archiver{.archivedCount = 23'617,
                               .lastArchivedWal = QStringLiteral("000000070000005C00000099"),
                               .lastArchivedTime = ago(6),
                               .failedCount = 2,
                               .lastFailedWal = QStringLiteral("000000070000005B000000D1"),
                               .lastFailedTime = ago(15 * 86400),
                               .statsReset = ago(90 * 86400),
                               .readyCount = 1};
    return sample;
}

NodeSample standbySample(qint64 ageMs, const QString &upstreamHost, const QString &slot, Lsn written, Lsn flushed,
                         Lsn replayed)
{
    NodeSample sample = baseSample(ageMs);
    sample.inRecovery = true;
    sample.receiveLsn = flushed;
    sample.replayLsn = replayed;
    sample.lastXactReplayTimestamp = ago(0.6);
    sample.replayPauseState = QStringLiteral("not paused");
    sample.settings = settingsOf(slot, upstreamHost);
    sample.conflicts = Conflicts{};
    sample.activity = Activity{.connections = 11, .states = SessionStates{2, 0, 3.1, {}}};
    sample.archiver = Archiver{.readyCount = 0};
    sample.receiver =
        Receiver{.pid = 2044,
                 .status = QStringLiteral("streaming"),
                 .receiveStartLsn = Lsn{0x5C20000000ULL},
                 .receiveStartTli = 7,
                 .writtenLsn = written,
                 .flushedLsn = flushed,
                 .receivedTli = 7,
                 .lastMsgSendTime = ago(0.45),
                 .lastMsgReceiptTime = ago(0.44),
                 .latestEndLsn = written,
                 .latestEndTime = ago(0.45),
                 .slotName = slot,
                 .senderHost = upstreamHost,
                 .senderPort = 5432,
                 .conninfo = QStringLiteral("user=replicator password=******** host=%1 port=5432").arg(upstreamHost)};
    return sample;
}

void connectSender(NodeSample &upstream, int pid, const QString &name, const QString &address, const QString &slot,
                   Lsn sent, const NodeSample &standby)
{
    upstream.senders.push_back(Sender{.pid = pid,
                                      .usename = QStringLiteral("replicator"),
                                      .applicationName = name,
                                      .clientAddr = address,
                                      .clientPort = 40'000 + pid % 1000,
                                      .backendStart = ago(9 * 86400 - 30),
                                      .state = QStringLiteral("streaming"),
                                      .sentLsn = sent,
                                      .writeLsn = standby.receiver->writtenLsn,
                                      .flushLsn = standby.receiver->flushedLsn,
                                      .replayLsn = standby.replayLsn,
                                      .syncPriority = 0,
                                      .syncState = QStringLiteral("async"),
                                      .replyTime = ago(0.41),
                                      .slotName = slot,
                                      .slotType = QStringLiteral("physical")});
    upstream.replicationSlots.push_back(Slot{.slotName = slot,
                                             .slotType = QStringLiteral("physical"),
                                             .active = true,
                                             .activePid = pid,
                                             .restartLsn = standby.receiver->flushedLsn,
                                             .walStatus = QStringLiteral("reserved"),
                                             .safeWalSize = 64LL << 30,
                                             .conflicting = std::nullopt,
                                             .failover = false,
                                             .synced = false});
}

NodeStatus nodeOf(const QString &name, const QString &host, NodeSample sample)
{
    // No two servers start in the same millisecond.
    qint64 earlier = 0;
    for (const QChar letter : name) {
        earlier = (earlier * 131 + letter.unicode()) % 1'000'000;
    }
    sample.postmasterStartTime = sample.postmasterStartTime.addMSecs(-earlier);
    return NodeStatus{.name = name,
                      .host = host,
                      .address = host + QStringLiteral(":5432"),
                      .link = LinkState::Up,
                      .linkSinceMs = kNowMonotonicMs - 3'600'000,
                      .sample = std::make_shared<NodeSample>(std::move(sample))};
}

Snapshot emptySnapshot()
{
    Snapshot snapshot;
    snapshot.cluster = QStringLiteral("orders");
    snapshot.environment = QStringLiteral("production");
    snapshot.manager = ManagerKind::None;
    snapshot.takenMonotonicMs = kNowMonotonicMs;
    snapshot.takenWallMs = kNowWallMs;
    snapshot.trail = std::make_shared<std::deque<TrailPoint>>();
    return snapshot;
}

std::shared_ptr<const std::deque<TrailPoint>> steadyTrail()
{
    auto trail = std::make_shared<std::deque<TrailPoint>>();
    for (qint64 second = 3600; second >= 0; --second) {
        trail->push_back({kNowMonotonicMs - 400 - second * 1000, back(kCurrent, second * kWalRate)});
    }
    return trail;
}
} // namespace

Snapshot healthyPair()
{
    Snapshot snapshot = emptySnapshot();
    snapshot.trail = steadyTrail();
    NodeSample pg1 = primarySample();
    const QString slot = QStringLiteral("pg2_slot");
    NodeSample pg2 = standbySample(400, QStringLiteral("10.0.0.11"), slot, back(kCurrent, 12 << 10),
                                   back(kCurrent, 24 << 10), Lsn{0x5C9A3A40D0ULL});
    connectSender(pg1, 2101, QStringLiteral("pg2"), QStringLiteral("10.0.0.12"), slot, kCurrent, pg2);
    Sender &sender = pg1.senders.back();
    sender.writeLag = 0.006;
    sender.flushLag = 0.012;
    sender.replayLag = 0.160;
    sender.syncPriority = 1;
    sender.syncState = QStringLiteral("sync");
    snapshot.nodes = {nodeOf(QStringLiteral("pg1"), QStringLiteral("10.0.0.11"), std::move(pg1)),
                      nodeOf(QStringLiteral("pg2"), QStringLiteral("10.0.0.12"), std::move(pg2))};
    return snapshot;
}

Snapshot threeNodes()
{
    Snapshot snapshot = healthyPair();
    const QString slot = QStringLiteral("pg3_slot");
    NodeSample pg3 = standbySample(500, QStringLiteral("10.0.0.12"), slot, Lsn{0x5C9A3E01C8ULL}, Lsn{0x5C9A3DC1C8ULL},
                                   Lsn{0x5C9A10BB60ULL});
    NodeSample &pg2 = edit(snapshot, QStringLiteral("pg2"));
    connectSender(pg2, 2240, QStringLiteral("pg3"), QStringLiteral("10.0.0.13"), slot, Lsn{0x5C9A3E91C8ULL}, pg3);
    Sender &sender = pg2.senders.back();
    sender.writeLag = 0.026;
    sender.flushLag = 0.031;
    sender.replayLag = 1.388;
    snapshot.nodes.push_back(nodeOf(QStringLiteral("pg3"), QStringLiteral("10.0.0.13"), std::move(pg3)));
    return snapshot;
}

Snapshot withWitness()
{
    Snapshot snapshot = threeNodes();
    NodeSample wit1 = baseSample(600);
    wit1.systemIdentifier = kWitnessSystem;
    wit1.timeline = 1;
    wit1.timelineHistory.clear();
    wit1.currentLsn = wit1.flushLsn = Lsn{0x1A3C4D8};
    wit1.settings = settingsOf({}, {});
    setSetting(wit1, QStringLiteral("archive_mode"), QStringLiteral("off"));
    setSetting(wit1, QStringLiteral("synchronous_standby_names"), {});
    wit1.archiver = Archiver{.readyCount = 0};
    wit1.activity = Activity{.connections = 3, .states = SessionStates{1, 0, {}, {}}};
    wit1.walDisk = WalDisk{.files = 2, .bytes = 2LL << 24};
    wit1.publications = std::make_shared<std::vector<Publication>>();
    snapshot.nodes.push_back(nodeOf(QStringLiteral("wit1"), QStringLiteral("10.0.0.14"), std::move(wit1)));
    snapshot.nodes.back().kind = NodeKind::Witness;
    return snapshot;
}

Snapshot busyCluster()
{
    Snapshot snapshot = withWitness();
    NodeSample &pg1 = edit(snapshot, QStringLiteral("pg1"));
    const auto consumer = [&](int pid, const QString &application, const QString &user, const QString &address,
                              const QString &slot, const QString &type, qint64 held) {
        const Lsn at = back(kCurrent, held);
        const bool logical = type == QLatin1String("logical");
        Sender sender{.pid = pid,
                      .usename = user,
                      .applicationName = application,
                      .clientAddr = address,
                      .clientPort = 40'000 + pid % 1000,
                      .backendStart = ago(86400),
                      .state = QStringLiteral("streaming"),
                      .sentLsn = kCurrent,
                      .writeLsn = back(kCurrent, logical ? 41 << 10 : 18 << 10),
                      .flushLsn = logical ? back(kCurrent, 41 << 10) : at,
                      .writeLag = logical ? 0.020 : 0.009,
                      .flushLag = logical ? 0.020 : 4.7,
                      .syncPriority = 0,
                      .syncState = QStringLiteral("async"),
                      .replyTime = ago(0.5),
                      .slotName = slot,
                      .slotType = type};
        Slot row{.slotName = slot,
                 .slotType = type,
                 .active = true,
                 .activePid = pid,
                 .restartLsn = at,
                 .walStatus = QStringLiteral("reserved"),
                 .safeWalSize = 64LL << 30,
                 .failover = false,
                 .synced = false};
        if (logical) {
            sender.replayLsn = sender.flushLsn;
            sender.replayLag = 0.020;
            row.plugin = QStringLiteral("pgoutput");
            row.database = QStringLiteral("orders");
            row.confirmedFlushLsn = sender.flushLsn;
            row.catalogXmin = 81'224'907;
            row.twoPhase = false;
            row.conflicting = false;
            row.failover = true;
        }
        pg1.senders.push_back(sender);
        pg1.replicationSlots.push_back(row);
    };
    consumer(20'391, QStringLiteral("pg_receivewal"), QStringLiteral("replicator"), QStringLiteral("10.0.0.31"),
             QStringLiteral("backup1_wal"), QStringLiteral("physical"), 9'856'614);
    pg1.senders.back().clientHostname = QStringLiteral("backup1");
    consumer(20'417, QStringLiteral("reporting_sub"), QStringLiteral("reporting"), QStringLiteral("10.0.0.41"),
             QStringLiteral("reporting_sub"), QStringLiteral("logical"), 1'258'291);
    pg1.replicationSlots.push_back(Slot{.slotName = QStringLiteral("analytics_cdc"),
                                        .plugin = QStringLiteral("pgoutput"),
                                        .slotType = QStringLiteral("logical"),
                                        .database = QStringLiteral("orders"),
                                        .catalogXmin = 80'021'114,
                                        .restartLsn = back(kCurrent, 3'435'973'836),
                                        .confirmedFlushLsn = back(kCurrent, 3'431'000'000),
                                        .walStatus = QStringLiteral("extended"),
                                        .safeWalSize = (64LL << 30) - 3'435'973'836,
                                        .twoPhase = false,
                                        .inactiveSince = ago(27 * 60 + 30),
                                        .conflicting = false,
                                        .failover = false,
                                        .synced = false});
    pg1.replicationSlots.push_back(Slot{.slotName = QStringLiteral("spare"),
                                        .slotType = QStringLiteral("physical"),
                                        .failover = false,
                                        .synced = false});
    return snapshot;
}

Snapshot noNodes()
{
    return emptySnapshot();
}

Snapshot manyNodes(int count)
{
    Snapshot snapshot = emptySnapshot();
    snapshot.trail = steadyTrail();
    NodeSample primary = primarySample();
    setSetting(primary, QStringLiteral("synchronous_standby_names"), {});
    const QString host = QStringLiteral("127.0.0.1");
    for (int i = 2; i <= count; ++i) {
        const QString slot = QStringLiteral("n%1_slot").arg(i);
        NodeSample standby = standbySample(300 + i, host, slot, back(kCurrent, 8 << 10), back(kCurrent, 16 << 10),
                                           back(kCurrent, 64 << 10));
        standby.receiver->senderPort = 6001;
        connectSender(primary, 3000 + i, QStringLiteral("n%1").arg(i), host, slot, kCurrent, standby);
        primary.senders.back().replayLag = 0.030;
        snapshot.nodes.push_back(nodeOf(QStringLiteral("n%1").arg(i), host, std::move(standby)));
        snapshot.nodes.back().address = QStringLiteral("127.0.0.1:%1").arg(6000 + i);
    }
    snapshot.nodes.insert(snapshot.nodes.begin(), nodeOf(QStringLiteral("n1"), host, std::move(primary)));
    snapshot.nodes.front().address = QStringLiteral("127.0.0.1:6001");
    return snapshot;
}

} // namespace howdah::testsupport
