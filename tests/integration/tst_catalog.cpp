// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <array>
#include <libpq-fe.h>

#include "cluster/topology.h"
#include "monitor/catalog.h"
#include "monitor/nodepoller.h"
#include "support/localcluster.h"

using namespace howdah;
using cluster::NodeSample;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// The sampling SQL against real servers of every major that can be had: each section is readable, each column is there
/// from the version that brought it, and what it says is what the server says when asked another way.
class TestCatalog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup();
    void primary_data() { majors(); }
    void primary();
    void standby_data() { majors(); }
    void standby();
    void everyColumnIsAskedFor_data() { majors(); }
    void everyColumnIsAskedFor();
    void memberships_data() { majors(); }
    void memberships();
    void rights_data() { majors(); }
    void rights();

private:
    static void majors();
    bool start(int major);
    std::shared_ptr<const NodeSample> sample(int index, const char *user, bool withHistory = false);
    const LabServer &server(int index) const { return m_cluster->node(index); }

    std::unique_ptr<LocalCluster> m_cluster;
    QString m_problem;
};

#define START(major)                                                                                                   \
    if (!LocalCluster::binaries(major)) {                                                                              \
        QSKIP("needs PostgreSQL of this major: sh tests/support/majors.sh");                                           \
    }                                                                                                                  \
    QVERIFY2(start(major), qPrintable(m_problem))

namespace {

QString query(const char *text)
{
    return QString::fromLatin1(text);
}

/// A session that holds a transaction open.
class OpenTransaction {
public:
    explicit OpenTransaction(const QString &conninfo)
        : m_connection(PQconnectdb(conninfo.toUtf8().constData()), &PQfinish)
    {
        PQclear(PQexec(m_connection.get(), "BEGIN; SELECT 1 FROM pg_class"));
    }
    bool isOpen() const { return PQtransactionStatus(m_connection.get()) == PQTRANS_INTRANS; }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> m_connection;
};

template<typename Item>
const Item *named(const std::vector<Item> &items, QString Item::*name, const char *wanted)
{
    const auto found = std::find_if(items.cbegin(), items.cend(),
                                    [&](const Item &item) { return item.*name == QLatin1String(wanted); });
    return found == items.cend() ? nullptr : &*found;
}

} // namespace

void TestCatalog::majors()
{
    QTest::addColumn<int>("major");
    for (const int major : {12, 13, 14, 15, 16, 17, 18}) {
        QTest::addRow("%d", major) << major;
    }
}

void TestCatalog::cleanup()
{
    m_cluster.reset();
}

bool TestCatalog::start(int major)
{
    QStringList settings{query("max_prepared_transactions=5"), query("archive_mode=on"),
                         query("archive_command=/bin/false"), query("min_wal_size=32MB")};
    if (major >= 13) {
        settings << query("max_slot_wal_keep_size=32MB");
    }
    auto started = LocalCluster::start({.nodes = 2, .major = major, .settings = settings});
    if (!started) {
        m_problem = started.error().message;
        return false;
    }
    m_cluster = std::move(*started);
    return true;
}

// The history of a timeline is asked for once its node is known to be on one that has any: by the second tick.
std::shared_ptr<const NodeSample> TestCatalog::sample(int index, const char *user, bool withHistory)
{
    cluster::NodeConfig config;
    config.name = server(index).name;
    config.conninfo = server(index).conninfo(QString::fromLatin1(user));
    monitor::NodePoller poller(config, core::systemClock());
    poller.tick();
    const bool answered = QTest::qWaitFor([&] { return poller.status().sample || !poller.isWaiting(); }, 10000);
    if (!answered || !poller.status().sample) {
        m_problem = QStringLiteral("no sample: %1 %2")
                        .arg(cluster::linkKey(poller.status().link), poller.status().linkError.message);
        return std::make_shared<NodeSample>();
    }
    const auto tickAgain = [&] {
        if (!poller.isWaiting()) {
            poller.tick();
        }
        return !poller.status().sample->timelineHistory.empty();
    };
    if (withHistory && !QTest::qWaitFor(tickAgain, 10000)) {
        m_problem = QStringLiteral("no timeline history");
    }
    return poller.status().sample;
}

void TestCatalog::primary()
{
    QFETCH(int, major);
    START(major);
    const LabServer &pg1 = server(0);
    // A slot that has lost its WAL first: what is made after it must keep its own.
    QVERIFY(pg1.sql(query("SELECT pg_create_physical_replication_slot('lost', true)")));
    for (int segment = 0; segment < 4; ++segment) {
        QVERIFY(pg1.sql(query("INSERT INTO ledger (note) VALUES ('x')")));
        QVERIFY(pg1.sql(query("SELECT pg_switch_wal()")));
    }
    QVERIFY(pg1.sql(query("CHECKPOINT")));
    for (const char *statement :
         {"SELECT pg_create_physical_replication_slot('idle', true)",
          "SELECT pg_create_logical_replication_slot('decode', 'pgoutput')",
          "CREATE PUBLICATION ledgers FOR TABLE ledger",
          ("CREATE SUBSCRIPTION mirror CONNECTION 'host=127.0.0.1 password=geheim' PUBLICATION ledgers "
           "WITH (connect=false, slot_name=NONE)"),
          "CREATE ROLE operators", "CREATE ROLE auditors", "GRANT auditors TO operators", "GRANT operators TO plain",
          "BEGIN; INSERT INTO ledger (note) VALUES ('held'); PREPARE TRANSACTION 'half-way'"}) {
        const auto done = pg1.sql(query(statement));
        QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    }
    QTRY_VERIFY(pg1.value(query("SELECT failed_count FROM pg_stat_archiver")).toInt() > 0);
    QTRY_COMPARE(pg1.value(query("SELECT state FROM pg_stat_replication")), query("streaming"));

    const auto read = sample(0, "postgres");
    QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
    QCOMPARE(read->unreadable, (QHash<QString, QString>()));

    // Who it is.
    QCOMPARE(read->serverVersionNum / 10000, major);
    QCOMPARE(QString::number(read->systemIdentifier.value_or(0)),
             pg1.value(query("SELECT system_identifier FROM pg_control_system()")));
    QVERIFY(!read->inRecovery && read->isSuperuser && read->seesStatistics);
    QCOMPARE(read->timeline, std::optional<int>(1));
    QVERIFY(read->currentLsn && read->flushLsn && !read->receiveLsn && !read->replayLsn && !read->receiver);
    QVERIFY(read->postmasterStartTime.isValid() && read->configurationLoadTime.isValid());
    QVERIFY(qAbs(read->serverTime.msecsTo(QDateTime::currentDateTimeUtc())) < 60000);

    // Both ends of its standby.
    QCOMPARE(read->senders.size(), size_t(1));
    const cluster::Sender &sender = read->senders.front();
    QVERIFY(sender.visible() && sender.sentLsn && sender.replayLsn && sender.backendStart.isValid());
    QCOMPARE(sender.applicationName, query("pg2"));
    QCOMPARE(sender.slotName, query("pg2"));
    QCOMPARE(sender.slotType, query("physical"));
    QCOMPARE(sender.clientAddr, query("127.0.0.1"));

    // Slots, with what each version knows of them.
    const auto *used = named(read->replicationSlots, &cluster::Slot::slotName, "pg2");
    const auto *idle = named(read->replicationSlots, &cluster::Slot::slotName, "idle");
    const auto *lost = named(read->replicationSlots, &cluster::Slot::slotName, "lost");
    const auto *decode = named(read->replicationSlots, &cluster::Slot::slotName, "decode");
    QVERIFY(used && idle && lost && decode);
    QVERIFY(used->active && used->activePid == sender.pid && used->restartLsn);
    QCOMPARE(used->walStatus, major >= 13 ? query("reserved") : QString());
    QCOMPARE(used->safeWalSize.value_or(0) > 0, major >= 13);
    QVERIFY(!idle->active && !idle->activePid && idle->restartLsn);
    QCOMPARE(lost->walStatus, major >= 13 ? query("lost") : QString());
    QVERIFY(!lost->safeWalSize);
    QCOMPARE(decode->plugin, query("pgoutput"));
    QVERIFY(decode->confirmedFlushLsn && decode->catalogXmin);
    QCOMPARE(decode->twoPhase.has_value(), major >= 14);
    QCOMPARE(decode->conflicting.has_value(), major >= 16);
    QVERIFY(!idle->conflicting); // NULL for a physical slot
    QCOMPARE(idle->inactiveSince.isValid(), major >= 17);
    QVERIFY(!used->inactiveSince.isValid());
    QCOMPARE(idle->failover.has_value(), major >= 17);
    QCOMPARE(idle->synced.has_value(), major >= 17);
    QCOMPARE(lost->invalidationReason, major >= 17 ? query("wal_removed") : QString());
    QVERIFY(!decode->twoPhaseAt); // not asked for

    // The archiver fails, and files wait.
    QVERIFY(read->archiver && read->archiver->failedCount > 0 && read->archiver->lastFailedTime.isValid());
    QVERIFY(read->archiver->readyCount && *read->archiver->readyCount > 0);
    QVERIFY(read->walDisk);
    QVERIFY(read->walDisk->files > 0 && read->walDisk->bytes >= read->walDisk->files);
    QVERIFY(read->baseBackups.empty());

    // Sessions, prepared transactions, conflicts.
    QVERIFY(read->activity);
    QCOMPARE(read->activity->preparedCount, 1);
    QCOMPARE(read->activity->preparedTransactions.at(0).gid, query("half-way"));
    QVERIFY(read->conflicts);
    QCOMPARE(read->conflicts->activeLogicalSlot.has_value(), major >= 16);

    // Logical replication.
    QVERIFY(read->publications && read->subscriptions);
    QCOMPARE(read->publications->size(), size_t(1));
    QCOMPARE(read->publications->front().tables, 1);
    QCOMPARE(read->publications->front().pubviaroot.has_value(), major >= 13);
    QCOMPARE(read->subscriptions->size(), size_t(1));
    QCOMPARE(read->subscriptions->front().subname, query("mirror"));
    QVERIFY(!read->subscriptions->front().subenabled && !read->subscriptions->front().pid);
    QCOMPARE(read->subscriptions->front().subfailover.has_value(), major >= 17);

    // Settings and roles.
    QCOMPARE(read->setting(QLatin1String("wal_level")), query("logical"));
    QCOMPARE(read->setting(QLatin1String("max_slot_wal_keep_size")), major >= 13 ? query("32") : QString());
    QCOMPARE(read->setting(QLatin1String("data_directory")), pg1.dataDir);
    QVERIFY(read->roles);
    const auto *plain = named(*read->roles, &cluster::DatabaseRole::rolname, "plain");
    const auto *replicator = named(*read->roles, &cluster::DatabaseRole::rolname, "replicator");
    QVERIFY(plain && replicator && replicator->rolreplication && !plain->rolreplication);
    QCOMPARE(plain->memberOf, (QStringList{query("auditors"), query("operators")}));
    QCOMPARE(plain->inheritsFrom, plain->memberOf);
    QCOMPARE(plain->afterSetRole, QStringList());
}

// What the views have in this version and no section asks for is lost to everybody who looks at the console.
void TestCatalog::everyColumnIsAskedFor()
{
    QFETCH(int, major);
    START(major);
    const int version = server(0).value(query("SHOW server_version_num")).toInt();
    QVERIFY(version / 10000 == major);
    struct View {
        const char *name;
        const char *section;
        QStringList others; ///< known by other means
    };
    const std::array views{
        View{"pg_stat_replication", "senders", {}},
        // The database goes by its name.
        View{"pg_replication_slots", "slots", {query("datoid")}},
        // Before 13 one position stands for both written_lsn and flushed_lsn.
        View{"pg_stat_wal_receiver", "receiver", {query("received_lsn")}},
        View{"pg_stat_archiver", "archiver", {}},
        // A walsender that copies a base backup has no database.
        View{"pg_stat_progress_basebackup", "base_backups", {query("datid"), query("datname")}},
    };
    const QString columns = query("SELECT attname FROM pg_attribute WHERE attrelid = '%1'::regclass AND attnum > 0");
    const auto names = [](const core::Result<testsupport::TextRows> &rows) {
        QStringList list;
        for (const QStringList &row : rows ? *rows : testsupport::TextRows()) {
            list << row.first();
        }
        return list;
    };
    for (const View &view : views) {
        const auto section = std::find_if(monitor::sections().begin(), monitor::sections().end(), [&](const auto &one) {
            return QByteArrayView(one.name) == QByteArrayView(view.section);
        });
        QVERIFY(section != monitor::sections().end());
        if (version < section->sinceVersion) {
            continue;
        }
        const QString asking = QString::fromLatin1(section->sql(version));
        const auto asked = server(0).sql(QStringLiteral("CREATE TEMP VIEW asked AS %1; ").arg(asking) +
                                         columns.arg(QLatin1String("asked")));
        QVERIFY2(asked, asked ? "" : qPrintable(asked.error().message));
        const QStringList has = names(server(0).sql(columns.arg(QLatin1String(view.name))));
        QVERIFY2(has.size() > 4, view.name);
        for (const QString &column : has) {
            QVERIFY2(names(asked).contains(column) || view.others.contains(column),
                     qPrintable(QStringLiteral("%1.%2 is not asked for").arg(QLatin1String(view.name), column)));
        }
    }
}

// What a membership gives, as the server itself says it.
void TestCatalog::memberships()
{
    QFETCH(int, major);
    START(major);
    const LabServer &pg1 = server(0);
    QStringList statements{query("CREATE ROLE direct"),
                           query("CREATE ROLE shy NOINHERIT"),
                           query("CREATE ROLE through"),
                           query("CREATE ROLE middle NOINHERIT"),
                           query("CREATE ROLE \"odd\nname, {x}\""),
                           query("GRANT pg_monitor TO direct, shy, middle"),
                           query("GRANT middle TO through"),
                           query("GRANT \"odd\nname, {x}\" TO direct")};
    if (major >= 16) {
        statements << query("CREATE ROLE setonly") << query("GRANT pg_monitor TO setonly WITH INHERIT FALSE, SET TRUE")
                   << query("CREATE ROLE inheritonly")
                   << query("GRANT pg_monitor TO inheritonly WITH INHERIT TRUE, SET FALSE")
                   << query("CREATE ROLE neither")
                   << query("GRANT pg_monitor TO neither WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
                   // By SET ROLE to setter, which inherits; but not by itself inheriting and then SET ROLE.
                   << query("CREATE ROLE setter") << query("GRANT inheritonly TO setter WITH INHERIT FALSE, SET TRUE")
                   << query("CREATE ROLE blocked") << query("GRANT setonly TO blocked WITH INHERIT TRUE, SET FALSE");
    }
    for (const QString &statement : statements) {
        const auto done = pg1.sql(statement);
        QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    }
    const auto read = sample(0, "dba");
    QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
    QVERIFY(read->roles);
    const auto *direct = named(*read->roles, &cluster::DatabaseRole::rolname, "direct");
    QVERIFY(direct && direct->memberOf.contains(query("odd\nname, {x}")));
    const auto said =
        pg1.sql(QStringLiteral("SELECT r.rolname, pg_has_role(r.oid, m.oid, 'USAGE'), EXISTS ("
                               "SELECT FROM pg_roles o WHERE o.oid <> r.oid AND NOT o.rolsuper "
                               "AND pg_has_role(r.oid, o.oid, '%1') AND pg_has_role(o.oid, m.oid, 'USAGE'))"
                               " FROM pg_roles r, pg_roles m WHERE m.rolname = 'pg_read_all_stats' "
                               "AND NOT r.rolsuper AND r.oid <> m.oid")
                    .arg(major >= 16 ? query("SET") : query("MEMBER")));
    QVERIFY2(said, said ? "" : qPrintable(said.error().message));
    QVERIFY(said->size() > 10);
    const QString statistics = query("pg_read_all_stats");
    for (const QStringList &row : *said) {
        const auto role = std::find_if(read->roles->cbegin(), read->roles->cend(),
                                       [&](const auto &one) { return one.rolname == row.at(0); });
        QVERIFY(role != read->roles->cend());
        const bool atOnce = row.at(1) == QLatin1String("t");
        QVERIFY2(role->inheritsFrom.contains(statistics) == atOnce, qPrintable(row.join(QLatin1Char(' '))));
        QVERIFY2(role->afterSetRole.contains(statistics) == (!atOnce && row.at(2) == QLatin1String("t")),
                 qPrintable(row.join(QLatin1Char(' '))));
    }
    if (major >= 16) {
        const auto *neither = named(*read->roles, &cluster::DatabaseRole::rolname, "neither");
        QVERIFY(neither && neither->memberOf.contains(query("pg_monitor")));
        QVERIFY(neither->inheritsFrom.isEmpty() && neither->afterSetRole.isEmpty());
    }
}

void TestCatalog::standby()
{
    QFETCH(int, major);
    START(major);
    const LabServer &pg2 = server(1);
    QVERIFY(server(0).sql(query("INSERT INTO ledger (note) VALUES ('x')")));
    QTRY_COMPARE(pg2.value(query("SELECT count(*) FROM ledger")), query("1"));
    QTRY_COMPARE(pg2.value(query("SELECT status FROM pg_stat_wal_receiver")), query("streaming"));

    const auto read = sample(1, "postgres");
    QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
    QCOMPARE(read->unreadable, (QHash<QString, QString>()));
    QVERIFY(read->inRecovery && read->receiveLsn && read->replayLsn && !read->currentLsn && !read->flushLsn);
    QCOMPARE(read->timeline, std::optional<int>(1));
    QVERIFY(read->lastXactReplayTimestamp.isValid());
    QCOMPARE(read->replayPauseState, query("not paused"));
    QVERIFY(read->receiver && read->receiver->visible());
    const cluster::Receiver &receiver = *read->receiver;
    QCOMPARE(receiver.slotName, query("pg2"));
    QCOMPARE(receiver.senderHost, query("127.0.0.1"));
    QCOMPARE(receiver.senderPort, std::optional<int>(server(0).port));
    QVERIFY(receiver.writtenLsn && receiver.flushedLsn && receiver.latestEndLsn);
    QVERIFY(receiver.lastMsgReceiptTime.isValid() && receiver.lastMsgSendTime.isValid());
    QCOMPARE(receiver.receivedTli, std::optional<int>(1));
    QVERIFY(read->conflicts && read->walDisk && read->archiver && read->activity);
    QVERIFY(read->senders.empty());
    QVERIFY(read->setting(QLatin1String("primary_conninfo")).contains(QString::number(server(0).port)));

    // A superuser reads it with its password: no part of that goes on, however it is written.
    if (major >= 13) { // 12 reads it only when it starts
        QVERIFY(pg2.sql(query("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=%1 user=replicator "
                              "password=x,ca''nary\\ canary application_name=pg2'")
                            .arg(server(0).port)));
        QVERIFY(pg2.sql(query("SELECT pg_reload_conf()")));
        QTRY_VERIFY(pg2.value(query("SHOW primary_conninfo")).contains(query("nary")));
        QCOMPARE(sample(1, "postgres")->setting(QLatin1String("primary_conninfo")),
                 query("host=127.0.0.1 port=%1 user=replicator application_name=pg2").arg(server(0).port));
    }

    QVERIFY(pg2.sql(query("SELECT pg_wal_replay_pause()")));
    // From 14 on it is only asked for at first.
    QTRY_COMPARE(sample(1, "postgres")->replayPauseState, query("paused"));
    QVERIFY(pg2.sql(query("SELECT pg_wal_replay_resume()")));

    // On its own timeline, with the place where it left the other.
    QVERIFY(pg2.promote().ok());
    const auto promoted = sample(1, "postgres", true);
    QVERIFY(!promoted->inRecovery && !promoted->receiver);
    QCOMPARE(promoted->timeline, std::optional<int>(2));
    QCOMPARE(promoted->timelineHistory.size(), size_t(1));
    QCOMPARE(promoted->timelineHistory.front().parent, 1);
    QVERIFY(promoted->timelineHistory.front().switchpoint.value > 0);
}

void TestCatalog::rights()
{
    QFETCH(int, major);
    START(major);
    QTRY_COMPARE(server(0).value(query("SELECT state FROM pg_stat_replication")), query("streaming"));
    QTRY_COMPARE(server(1).value(query("SELECT status FROM pg_stat_wal_receiver")), query("streaming"));

    // With pg_monitor all but the timeline's file, which no such role may read.
    for (const int index : {0, 1}) {
        const auto read = sample(index, "dba");
        QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        QStringList unreadable = read->unreadable.keys();
        unreadable.removeAll(query("timeline_history"));
        QVERIFY2(unreadable.isEmpty(),
                 qPrintable(unreadable.join(QLatin1Char(0x20)) + read->unreadable.value(unreadable.value(0))));
        QVERIFY(read->seesStatistics && !read->isSuperuser);
        QVERIFY(read->walDisk && read->activity && read->archiver && read->archiver->readyCount);
    }
    QVERIFY(sample(0, "dba")->senders.front().visible());
    QVERIFY(sample(0, "dba")->senders.front().usesysid);
    // A transaction of another role's, and one of its own.
    const QString begin =
        query("host=127.0.0.1 port=%1 dbname=postgres user=%2 application_name=open").arg(server(0).port);
    const OpenTransaction others(begin.arg(query("postgres")));
    QVERIFY(others.isOpen());
    const auto seeing = sample(0, "dba")->activity;
    QVERIFY(seeing && seeing->states && seeing->states->idleInTransaction == 1 && seeing->states->longestTransaction);
    QVERIFY(sample(1, "dba")->receiver->visible());

    // With nothing: said, and never taken for nothing there or 0.
    const auto blind = sample(0, "plain");
    QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
    QVERIFY(!blind->seesStatistics && !blind->isSuperuser);
    QVERIFY(blind->systemIdentifier && blind->currentLsn);
    QCOMPARE(blind->senders.size(), size_t(1));
    QVERIFY(!blind->senders.front().visible() && !blind->senders.front().replayLsn);
    QVERIFY(blind->unreadable.contains(query("wal_disk")) && !blind->walDisk);
    QVERIFY(blind->unreadable.contains(query("archive_status")));
    QVERIFY(blind->archiver && !blind->archiver->readyCount);
    QVERIFY(blind->activity && !blind->activity->states);
    QCOMPARE(blind->activity->connections, seeing->connections);
    const auto blindStandby = sample(1, "plain");
    QVERIFY(blindStandby->receiver && !blindStandby->receiver->visible() && !blindStandby->receiver->writtenLsn);
}

QTEST_GUILESS_MAIN(TestCatalog)
#include "tst_catalog.moc"
