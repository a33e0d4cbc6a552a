// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "printed.h"
#include "support/snapshots.h"
#include "tables/logicalmodels.h"
#include "tables/nodesmodel.h"
#include "tables/receiversmodel.h"
#include "tables/rolesmodels.h"
#include "tables/sendersmodel.h"
#include "tables/settingsmodel.h"
#include "tables/slotadvice.h"
#include "tables/slotsmodel.h"
#include "tables/sortfilterproxy.h"

using namespace howdah;
using namespace howdah::tables;
using namespace howdah::testsupport;

namespace {

cluster::ClusterState stateOf(const cluster::Snapshot &snapshot)
{
    cluster::ClusterState state;
    state.snapshot = std::make_shared<const cluster::Snapshot>(snapshot);
    state.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    return state;
}

QString cellOf(const KeyedTableModel &model, const char *key, const char *column)
{
    const int row = model.rowOf(QLatin1String(key));
    return row < 0 ? QStringLiteral("no row") : printedCell(model.index(row, model.columnOf(QLatin1String(column))));
}

using Change = void (*)(cluster::Snapshot &);

/// What may happen to a cluster, one thing after the other.
const std::vector<std::pair<const char *, Change>> kHistory = {
    {"a tick", [](cluster::Snapshot &s) { advance(s, 1000); }},
    {"a standby goes", [](cluster::Snapshot &s) { takeDown(s, QStringLiteral("pg3")); }},
    {"another pauses", [](cluster::Snapshot &s) { pauseReplay(s, QStringLiteral("pg2")); }},
    {"no permission", [](cluster::Snapshot &s) { hidePermissions(s, QStringLiteral("pg1")); }},
    {"the primary goes", [](cluster::Snapshot &s) { takeDown(s, QStringLiteral("pg1")); }},
    {"two primaries", [](cluster::Snapshot &s) { makeWritable(s, QStringLiteral("pg2")); }},
    {"nobody was ever seen",
     [](cluster::Snapshot &s) {
         for (const char *node : {"pg1", "pg2", "pg3", "wit1"}) {
             neverSeen(s, QLatin1String(node));
         }
     }},
    {"the file is emptied", [](cluster::Snapshot &s) { s = noNodes(); }},
    {"and filled again", [](cluster::Snapshot &s) { s = busyCluster(); }},
};

} // namespace

class TestClusterTables : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void neverReset();
    void nodes();
    void nodesThatAreNotSeen();
    void senders();
    void senderWithoutPermission();
    void slotsTable();
    void slotBars();
    void receivers();
    void logical();
    void settings();
};

void TestClusterTables::neverReset()
{
    NodesModel nodes;
    SendersModel senders;
    ReceiversModel receivers;
    SlotsModel slots;
    SlotBars bars;
    PublicationsModel publications;
    SubscriptionsModel subscriptions;
    NodeRolesModel nodeRoles;
    DatabaseRolesModel databaseRoles;
    std::vector<ClusterTable *> tables{&nodes,        &senders,       &receivers, &slots,        &bars,
                                       &publications, &subscriptions, &nodeRoles, &databaseRoles};
    std::vector<std::unique_ptr<QObject>> testers;
    std::vector<std::unique_ptr<QSignalSpy>> resets;
    std::vector<std::unique_ptr<SortFilterProxy>> proxies;
    for (ClusterTable *table : tables) {
        auto proxy = std::make_unique<SortFilterProxy>();
        proxy->setSourceModel(table);
        proxy->sort(0, Qt::DescendingOrder);
        for (QAbstractItemModel *model : std::initializer_list<QAbstractItemModel *>{table, proxy.get()}) {
            testers.push_back(std::make_unique<QAbstractItemModelTester>(
                model, QAbstractItemModelTester::FailureReportingMode::QtTest));
            resets.push_back(std::make_unique<QSignalSpy>(model, &QAbstractItemModel::modelReset));
        }
        proxies.push_back(std::move(proxy));
    }
    cluster::Snapshot snapshot = busyCluster();
    for (const auto &[name, change] : kHistory) {
        change(snapshot);
        const cluster::ClusterState state = stateOf(snapshot);
        for (ClusterTable *table : tables) {
            table->setState(state);
            for (int row = 0; row < table->rowCount(); ++row) {
                QCOMPARE(static_cast<int>(table->row(row).cells.size()), table->columnCount());
            }
        }
    }
    for (ClusterTable *table : tables) {
        table->setState({});
        QCOMPARE(table->rowCount(), 0);
    }
    for (const auto &spy : resets) {
        QCOMPARE(spy->size(), 0);
    }
}

void TestClusterTables::nodes()
{
    NodesModel model;
    model.setState(stateOf(withWitness()));
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(cellOf(model, "pg1", "sync"), QStringLiteral("<n/a>"));
    QCOMPARE(cellOf(model, "pg1", "loss"), QStringLiteral("<n/a>"));
    QCOMPARE(cellOf(model, "pg1", "replayed"), QStringLiteral("5C/9A3F21C8"));
    QCOMPARE(cellOf(model, "pg2", "sync"), QStringLiteral("sync"));
    QCOMPARE(cellOf(model, "pg2", "lag"), QStringLiteral("160 ms"));
    QCOMPARE(cellOf(model, "pg3", "loss"), QStringLiteral("88 kB"));
    QCOMPARE(cellOf(model, "pg3", "role"), QStringLiteral("Cascading standby"));
    QCOMPARE(cellOf(model, "wit1", "replayed"), QStringLiteral("<n/a>"));
    QVERIFY(model.index(model.rowOf(QStringLiteral("pg3")), model.columnOf(QStringLiteral("limit")))
                .data(BarRole)
                .isValid());
    QVERIFY(!model.index(0, model.columnOf(QStringLiteral("limit"))).data(BarRole).isValid());
}

void TestClusterTables::nodesThatAreNotSeen()
{
    cluster::Snapshot snapshot = withWitness();
    neverSeen(snapshot, QStringLiteral("pg3"));
    pauseReplay(snapshot, QStringLiteral("pg2"));
    NodesModel model;
    model.setState(stateOf(snapshot));
    QCOMPARE(cellOf(model, "pg3", "seen"), QStringLiteral("<never>"));
    QCOMPARE(cellOf(model, "pg3", "replayed"), QStringLiteral("<unknown>"));
    QVERIFY(cellOf(model, "pg3", "lag").startsWith(QLatin1Char('<')));
    QVERIFY(!cellOf(model, "pg3", "state").startsWith(QLatin1String("ok")));
    QVERIFY(model.index(model.rowOf(QStringLiteral("pg3")), 0).data(StaleRole).toBool());
    QCOMPARE(cellOf(model, "pg2", "lag"), QStringLiteral("<paused>"));
    QCOMPARE(cellOf(model, "pg2", "toreplay"), QStringLiteral("512 MB"));

    cluster::Snapshot idle = threeNodes();
    makeIdle(idle);
    model.setState(stateOf(idle));
    QCOMPARE(cellOf(model, "pg2", "lag"), QStringLiteral("<idle>"));
}

void TestClusterTables::senders()
{
    SendersModel model;
    cluster::Snapshot snapshot = busyCluster();
    model.setState(stateOf(snapshot));
    QCOMPARE(cellOf(model, "pg1/slot/pg2_slot", "application_name"), QStringLiteral("pg2"));
    QCOMPARE(cellOf(model, "pg1/slot/pg2_slot", "state"), QStringLiteral("ok streaming"));
    QCOMPARE(cellOf(model, "pg1/slot/pg2_slot", "pending"), QStringLiteral("0 B"));
    QCOMPARE(cellOf(model, "pg1/slot/pg2_slot", "replay_bytes"), QStringLiteral("312 kB"));
    QCOMPARE(cellOf(model, "pg1/slot/backup1_wal", "replay_bytes"), QStringLiteral("<n/a>"));
    QVERIFY(cellOf(model, "pg1/slot/analytics_cdc", "state").endsWith(QStringLiteral("absent")));
    QVERIFY(!cellOf(model, "pg1/slot/analytics_cdc", "state").startsWith(QStringLiteral("ok")));
    QVERIFY(cellOf(model, "pg1/slot/analytics_cdc", "sent_lsn").contains(QStringLiteral("WAL is only kept")));
    QCOMPARE(model.rowOf(QStringLiteral("pg1/slot/spare")), -1);

    makeIdle(snapshot);
    model.setState(stateOf(snapshot));
    QCOMPARE(cellOf(model, "pg1/slot/pg2_slot", "replay_lag"), QStringLiteral("<idle>"));
    QCOMPARE(SendersModel::keyForStandby(stateOf(snapshot), QStringLiteral("pg3")),
             QStringLiteral("pg2/slot/pg3_slot"));
}

void TestClusterTables::senderWithoutPermission()
{
    cluster::Snapshot snapshot = threeNodes();
    hidePermissions(snapshot, QStringLiteral("pg1"));
    SendersModel model;
    model.setState(stateOf(snapshot));
    QVERIFY(model.rowCount() > 0);
    for (const char *column : {"state", "sync_state", "sent_lsn", "replay_bytes", "replay_lag"}) {
        QCOMPARE(printedCell(model.index(0, model.columnOf(QLatin1String(column)))), QStringLiteral("<no permission>"));
    }
}

void TestClusterTables::slotsTable()
{
    SlotsModel model;
    const cluster::ClusterState state = stateOf(busyCluster());
    model.setState(state);
    QCOMPARE(cellOf(model, "pg1/pg2_slot", "consumer"), QStringLiteral("pg2"));
    QCOMPARE(cellOf(model, "pg1/pg2_slot", "inactive_since"), QStringLiteral("<active>"));
    QCOMPARE(cellOf(model, "pg1/pg2_slot", "failover"), QStringLiteral("<n/a>"));
    QCOMPARE(cellOf(model, "pg1/analytics_cdc", "consumer"), QStringLiteral("none"));
    QCOMPARE(cellOf(model, "pg1/analytics_cdc", "wal_status"), QStringLiteral("! extended"));
    QCOMPARE(cellOf(model, "pg1/analytics_cdc", "held"), QStringLiteral("3.2 GB"));
    QCOMPARE(cellOf(model, "pg1/spare", "held"), QStringLiteral("<n/a>"));
    QCOMPARE(cellOf(model, "pg1/spare", "inactive_since"), QStringLiteral("<never active>"));
    QCOMPARE(cellOf(model, "pg1/spare", "wal_status"), QStringLiteral("<holds nothing>"));
    QCOMPARE(slotsSummary(state), QStringLiteral("6 slots on 2 nodes, 1 without a consumer, 1 never used"));

    SortFilterProxy proxy;
    proxy.setSourceModel(&model);
    proxy.sort(model.columnOf(QStringLiteral("held")), Qt::DescendingOrder);
    QCOMPARE(proxy.index(0, 0).data().toString(), QStringLiteral("analytics_cdc"));
    QCOMPARE(proxy.index(proxy.rowCount() - 1, 0).data().toString(), QStringLiteral("spare"));

    QCOMPARE(cellOf(model, "pg1/analytics_cdc", "full_in"), QStringLiteral("8 h 38 min"));
    QCOMPARE(cellOf(model, "pg1/pg2_slot", "full_in"), QStringLiteral("<n/a>")); // its standby moves it on
    cluster::Snapshot unlimited = busyCluster();
    slotOf(edit(unlimited, QStringLiteral("pg1")), QStringLiteral("analytics_cdc"))->safeWalSize.reset();
    model.setState(stateOf(unlimited));
    QCOMPARE(cellOf(model, "pg1/analytics_cdc", "full_in"), QStringLiteral("<no limit>"));
    unlimited = busyCluster();
    unlimited.trail.reset();
    model.setState(stateOf(unlimited));
    QCOMPARE(cellOf(model, "pg1/analytics_cdc", "full_in"), QStringLiteral("<unknown>"));

    const auto barOf = [&model](const char *slot) {
        return model.index(model.rowOf(QLatin1String(slot)), model.columnOf(QStringLiteral("limit")))
            .data(BarRole)
            .value<Bar>();
    };
    // Its own limit comes before the size that is critical for any slot: warning and critical are shares of that.
    cluster::Snapshot limited = busyCluster();
    cluster::Slot &slot = *slotOf(edit(limited, QStringLiteral("pg1")), QStringLiteral("pg2_slot"));
    const auto hold = [&](qint64 heldBytes, qint64 safeBytes) {
        slot.restartLsn->value = limited.nodes[0].sample->currentLsn->value - static_cast<quint64>(heldBytes);
        slot.safeWalSize = safeBytes;
        model.setState(stateOf(limited));
        return barOf("pg1/pg2_slot");
    };
    constexpr qint64 kMb = 1 << 20;
    const auto bar = [](double share, cluster::Verdict verdict) {
        return Bar{.fraction = share, .warnAt = 0.75, .criticalAt = 0.9, .verdict = verdict};
    };
    QVERIFY(hold(192 * kMb, 320 * kMb) == bar(0.375, cluster::Verdict::Ok));
    QVERIFY(hold(448 * kMb, 64 * kMb) == bar(0.875, cluster::Verdict::Warning));
    QVERIFY(hold(480 * kMb, 32 * kMb) == bar(0.9375, cluster::Verdict::Critical));
    QVERIFY(hold(640 * kMb, -128 * kMb).fraction > 1);
    QCOMPARE(hold(192 * kMb, 64 * 1024 * kMb).criticalAt, 1.0);

    const SlotStory story = slotStory(state, QStringLiteral("pg1/analytics_cdc"));
    QCOMPARE(story.title, QStringLiteral("analytics_cdc on pg1"));
    QCOMPARE(story.word, QStringLiteral("no consumer"));
    QVERIFY(story.verdict == cluster::Verdict::Warning);
    QCOMPARE(story.advice.front().text, QStringLiteral("Nothing is lost: all 3.2 GB are still there."));
    QVERIFY(slotStory(state, QStringLiteral("pg1/nosuch")).title.isEmpty());
}

void TestClusterTables::slotBars()
{
    SlotBars model;
    model.setState(stateOf(busyCluster()));
    QCOMPARE(model.row(0).key, QStringLiteral("pg1/analytics_cdc"));
    const Bar bar = model.index(0, 1).data(BarRole).value<Bar>();
    QVERIFY(bar.verdict == cluster::Verdict::Warning);
    QCOMPARE(bar.warnAt, 0.2);
    // Its ticks have no words of their own.
    const QString words = QStringLiteral("3.2 GB held: warns at 1 GB, critical at 5 GB");
    QCOMPARE(model.index(0, 1).data(Qt::ToolTipRole).toString(), plainToolTip(words));
    QCOMPARE(model.index(0, 1).data(Qt::AccessibleTextRole).toString(), QStringLiteral("64 %, ") + words);
    cluster::Snapshot limited = busyCluster();
    cluster::Slot &slot = *slotOf(edit(limited, QStringLiteral("pg1")), QStringLiteral("pg2_slot"));
    slot.restartLsn->value = limited.nodes[0].sample->currentLsn->value - (192ULL << 20);
    slot.safeWalSize = 320LL << 20;
    model.setState(stateOf(limited));
    QCOMPARE(model.index(model.rowOf(QStringLiteral("pg1/pg2_slot")), 1).data(Qt::AccessibleTextRole).toString(),
             QStringLiteral("38 %, 192 MB held: warns at 384 MB, critical at 461 MB, lost at 512 MB by "
                            "max_slot_wal_keep_size"));
    QCOMPARE(model.rowOf(QStringLiteral("pg1/spare")), -1);
    for (int row = 1; row < model.rowCount(); ++row) {
        QVERIFY(model.index(row - 1, 2).data(SortRole).toLongLong() >= model.index(row, 2).data(SortRole).toLongLong());
    }
}

void TestClusterTables::receivers()
{
    cluster::Snapshot snapshot = threeNodes();
    ReceiversModel model;
    model.setState(stateOf(snapshot));
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(cellOf(model, "pg3", "from"), QStringLiteral("pg2"));
    QCOMPARE(cellOf(model, "pg3", "status"), QStringLiteral("ok streaming"));
    stopStreaming(snapshot, QStringLiteral("pg3"));
    model.setState(stateOf(snapshot));
    QVERIFY(cellOf(model, "pg3", "status").endsWith(QStringLiteral("no receiver")));
    QVERIFY(!cellOf(model, "pg3", "status").startsWith(QStringLiteral("ok")));
    QCOMPARE(cellOf(model, "pg3", "flushed_lsn"), QStringLiteral("<n/a>"));
    // One that can't be read is not one that isn't there.
    edit(snapshot, QStringLiteral("pg3"))
        .unreadable.insert(QStringLiteral("receiver"), QStringLiteral("permission denied"));
    model.setState(stateOf(snapshot));
    QCOMPARE(cellOf(model, "pg3", "status"), QStringLiteral("<no permission>"));
    QCOMPARE(cellOf(model, "pg3", "flushed_lsn"), QStringLiteral("<no permission>"));
    QCOMPARE(cellOf(model, "pg3", "pid"), QStringLiteral("<no permission>"));
    QCOMPARE(cellOf(model, "pg3", "slot_name"), QStringLiteral("<no permission>"));
    for (const char *column : {"pid", "status", "receive_start_lsn", "receive_start_tli", "written_lsn", "flushed_lsn",
                               "received_tli", "last_msg_send_time", "last_msg_receipt_time", "latest_end_lsn",
                               "latest_end_time", "slot_name", "sender_host", "sender_port", "conninfo"}) {
        QVERIFY2(model.columnOf(QLatin1String(column)) >= 0, column);
    }
}

void TestClusterTables::logical()
{
    cluster::Snapshot snapshot = threeNodes();
    cluster::Publication publication;
    publication.pubname = QStringLiteral("everything");
    publication.owner = QStringLiteral("<b>dba</b>");
    publication.puballtables = true;
    publication.pubinsert = publication.pubdelete = true;
    cluster::Subscription subscription;
    subscription.subname = QStringLiteral("sub");
    subscription.database = QStringLiteral("orders");
    subscription.subenabled = true;
    cluster::NodeSample &sample = edit(snapshot, QStringLiteral("pg1"));
    sample.publications = std::make_shared<const std::vector<cluster::Publication>>(std::vector{publication});
    sample.subscriptions = std::make_shared<const std::vector<cluster::Subscription>>(std::vector{subscription});
    PublicationsModel publications;
    publications.setState(stateOf(snapshot));
    QCOMPARE(cellOf(publications, "everything", "tables"), QStringLiteral("all"));
    QCOMPARE(cellOf(publications, "everything", "publishes"), QStringLiteral("insert, delete"));
    QCOMPARE(cellOf(publications, "everything", "pubviaroot"), QStringLiteral("<n/a>"));
    QCOMPARE(cellOf(publications, "everything", "owner"), QStringLiteral("<b>dba</b>"));
    SubscriptionsModel subscriptions;
    subscriptions.setState(stateOf(snapshot));
    QCOMPARE(cellOf(subscriptions, "orders/sub", "state"), QStringLiteral("! no worker"));
    QCOMPARE(cellOf(subscriptions, "orders/sub", "received_lsn"), QStringLiteral("<n/a>"));
}

void TestClusterTables::settings()
{
    cluster::Snapshot snapshot = busyCluster();
    setSetting(edit(snapshot, QStringLiteral("pg3")), QStringLiteral("max_wal_senders"), QStringLiteral("3"));
    SettingsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.setState(stateOf(snapshot));
    QCOMPARE(reset.size(), 1);
    advance(snapshot, 1000);
    model.setState(stateOf(snapshot));
    QCOMPARE(reset.size(), 1);
    QCOMPARE(cellOf(model, "max_wal_senders", "differs"), QStringLiteral("! differs"));
    QCOMPARE(cellOf(model, "max_wal_senders", "node:pg3"), QStringLiteral("3"));
    QCOMPARE(model.columnOf(QStringLiteral("node:wit1")), -1);
    QVERIFY(model.differingCount() >= 1);

    // What a node told before it fell silent is not what it has now.
    makeStale(snapshot, QStringLiteral("pg3"));
    model.setState(stateOf(snapshot));
    QCOMPARE(cellOf(model, "max_wal_senders", "node:pg3"), QStringLiteral("<3>"));
    QCOMPARE(cellOf(model, "max_wal_senders", "node:pg2"), QStringLiteral("10"));
    QCOMPARE(cellOf(model, "max_wal_senders", "differs"), QStringLiteral("? differed last"));
    QCOMPARE(cellOf(model, "wal_level", "differs"), QStringLiteral("<same where known>"));
    QVERIFY(!model.row(0).stale);
    snapshot.paused = true;
    model.setState(stateOf(snapshot));
    QVERIFY(model.row(0).stale);
}

QTEST_GUILESS_MAIN(TestClusterTables)
#include "tst_clustertables.moc"
