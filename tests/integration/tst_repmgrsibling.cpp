// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"
#include "support/labsql.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::CommitClient;
using testsupport::Lab;

/// Three servers under repmgr and a witness: the standby that does not take over must follow the one that does, in
/// PostgreSQL and in repmgr's books, with repmgr's own slots.
class TestRepmgrSibling : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void thereAndBack_data();
    void thereAndBack();
    void slotThatIsNotRepmgrs();

private:
    QString value(int node, const QString &sql, const QString &database = QStringLiteral("postgres")) const;
    bool pauseDaemons(bool paused) const;
    QString paused() const;
    int awaitWhole() const;
    void proveWhole(int primary) const;
    QString clusterFile() const { return m_directory.filePath(QStringLiteral("orders.toml")); }

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
};

namespace {

constexpr int kServers = 3;
constexpr int kWitness = 3;

/// The slots on a server, each with whether it is in use.
QString slotsSql()
{
    return QStringLiteral("SELECT string_agg(slot_name || ' ' || active, ', ' ORDER BY slot_name) FROM "
                          "pg_replication_slots");
}

/// What should be there of a primary: a slot in use for each of the two others.
QString slotsOf(int primary)
{
    QStringList all;
    for (int node = 0; node < kServers; ++node) {
        if (node != primary) {
            all << QStringLiteral("repmgr_slot_%1 true").arg(node + 1);
        }
    }
    return all.join(QStringLiteral(", "));
}

/// Of a primary, as it writes; the checkpoint of a promotion may come later.
QString timelineSql()
{
    return QStringLiteral("SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int");
}

} // namespace

void TestRepmgrSibling::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    Lab::Options options;
    options.repmgrd = true;
    options.sibling = true;
    auto lab = Lab::start(Lab::Variant::Repmgr, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    QCOMPARE(m_lab->nodeCount(), kServers + 1);
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    QVERIFY(cluster::saveClusterFile(config, clusterFile()));
    for (int node = 0; node <= kWitness; ++node) {
        QTRY_COMPARE_WITH_TIMEOUT(
            value(node, QStringLiteral("SELECT repmgr.repmgrd_is_running()"), QStringLiteral("repmgr")),
            QStringLiteral("t"), 20'000);
    }
}

QString TestRepmgrSibling::value(int node, const QString &sql, const QString &database) const
{
    const auto rows = testsupport::sql(m_lab->node(node).conninfo(QStringLiteral("postgres"), database), sql);
    return rows ? rows->value(0).value(0) : QStringLiteral("ERROR: ") + rows.error().message;
}

bool TestRepmgrSibling::pauseDaemons(bool paused) const
{
    const QString action = paused ? QStringLiteral("pause") : QStringLiteral("unpause");
    return m_lab->repmgr(0, {QStringLiteral("service"), action}).ok();
}

/// Which of the daemons are paused: "ftff".
QString TestRepmgrSibling::paused() const
{
    QString all;
    for (int node = 0; node <= kWitness; ++node) {
        all += value(node, QStringLiteral("SELECT repmgr.repmgrd_is_paused()"), QStringLiteral("repmgr"));
    }
    return all;
}

/// All of it is well; the primary.
int TestRepmgrSibling::awaitWhole() const
{
    int primary = -1;
    const auto isWhole = [&] {
        primary = m_lab->primary();
        return primary >= 0 &&
               value(primary, QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) ==
                   QLatin1String("2") &&
               m_lab->repmgr(primary, {QStringLiteral("cluster"), QStringLiteral("show")}).ok();
    };
    [&] { QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 60'000); }();
    return primary;
}

/// As it is the moment the console has come to its end: nothing is waited for here but what standbys have still to
/// replay.
void TestRepmgrSibling::proveWhole(int primary) const
{
    const QString timeline = value(primary, timelineSql());
    const QString registered =
        QStringLiteral("SELECT string_agg(node_id || ' ' || type || ' ' || active || coalesce(' ' || "
                       "upstream_node_id, ''), ', ' ORDER BY node_id) FROM repmgr.nodes");
    QStringList books;
    for (int node = 0; node < kServers; ++node) {
        books << (node == primary ? QStringLiteral("%1 primary true").arg(node + 1)
                                  : QStringLiteral("%1 standby true %2").arg(node + 1).arg(primary + 1));
    }
    books << QStringLiteral("%1 witness true %2").arg(kWitness + 1).arg(primary + 1);
    QCOMPARE(value(primary, slotsSql()), slotsOf(primary));
    for (int node = 0; node < kServers; ++node) {
        const testsupport::Output shown = m_lab->repmgr(node, {QStringLiteral("cluster"), QStringLiteral("show")});
        QVERIFY2(shown.ok(), (shown.out + shown.err).constData());
        QTRY_COMPARE(value(node, registered, QStringLiteral("repmgr")), books.join(QStringLiteral(", ")));
        if (node == primary) {
            continue;
        }
        QCOMPARE(
            value(node, QStringLiteral("SELECT status || ' ' || sender_host || ' ' || received_tli || ' ' || "
                                       "slot_name FROM pg_stat_wal_receiver")),
            QStringLiteral("streaming %1 %2 repmgr_slot_%3").arg(m_lab->node(primary).host, timeline).arg(node + 1));
        QCOMPARE(value(node, slotsSql()), QString()); // nothing is left that would hold WAL
    }
}

void TestRepmgrSibling::thereAndBack_data()
{
    QTest::addColumn<bool>("native");
    QTest::newRow("through repmgr") << false;
    QTest::newRow("natively") << true;
}

void TestRepmgrSibling::thereAndBack()
{
    QFETCH(bool, native);
    QVERIFY(!native || pauseDaemons(true));
    for (int n = 0; n < 2; ++n) {
        const int to = 1 - awaitWhole();
        QVERIFY(!QTest::currentTestFailed());
        const int before = value(1 - to, timelineSql()).toInt();
        CommitClient client(m_lab->conninfos());
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        QStringList arguments{QStringLiteral("switchover"), clusterFile(),        QStringLiteral("--json"),
                              QStringLiteral("--to"),       m_lab->node(to).name, QStringLiteral("--yes")};
        if (native) {
            arguments << QStringLiteral("--native");
        }
        const ConsoleRun ended = integration::runConsole(arguments, m_directory.path());
        QVERIFY2(ended.exitCode == 0, ended.text.right(900).constData());
        QVERIFY2(!ended.text.contains("cannot open"), ended.text.constData()); // processes that come and go there
        QCOMPARE(m_lab->primary(), to);
        proveWhole(to);
        QVERIFY(!QTest::currentTestFailed());
        QCOMPARE(value(to, timelineSql()).toInt(), before + 1);
        const qint64 then = client.acknowledged();
        QTRY_VERIFY(client.acknowledged() > then + 100);
        client.stop();
        qInfo("%s to pg%d: writes waited %.0f ms, all of it took %d ms", QTest::currentDataTag(), to + 1,
              client.worstGapMs(), ended.last().value(QStringLiteral("took_ms")).toInt());
        for (const QString &node : m_lab->conninfos()) {
            QTRY_COMPARE_WITH_TIMEOUT(client.missingAt(node), 0, 10'000); // standbys may lag, no more than that
        }
        // repmgrd reads what it was told anew when its server is back.
        QTRY_COMPARE_WITH_TIMEOUT(paused(), native ? QStringLiteral("tttt") : QStringLiteral("ffff"), 20'000);
        const testsupport::Output slots_ =
            m_lab->repmgr(to, {QStringLiteral("node"), QStringLiteral("check"), QStringLiteral("--missing-slots")});
        QVERIFY2(slots_.ok(), (slots_.out + slots_.err).constData());
    }
    QVERIFY(!native || pauseDaemons(false));
    // The daemons take up their work on what they find, and let everything be.
    QTRY_COMPARE_WITH_TIMEOUT(paused(), QStringLiteral("ffff"), 20'000);
    proveWhole(m_lab->primary());
}

/// A standby that somebody has made by hand, with a slot of their own.
void TestRepmgrSibling::slotThatIsNotRepmgrs()
{
    const int from = awaitWhole();
    QVERIFY(!QTest::currentTestFailed());
    const int to = from == 0 ? 1 : 0, sibling = kServers - from - to;
    const QString own = QStringLiteral("by_hand");
    QVERIFY(m_lab->node(from).sql(QStringLiteral("SELECT pg_create_physical_replication_slot('%1', true)").arg(own)));
    QVERIFY(m_lab->node(sibling).sql(QStringLiteral("ALTER SYSTEM SET primary_slot_name = '%1'").arg(own)));
    QVERIFY(m_lab->node(sibling).sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_COMPARE_WITH_TIMEOUT(value(from, QStringLiteral("SELECT active FROM pg_replication_slots WHERE slot_name = "
                                                         "'%1'")
                                              .arg(own)),
                              QStringLiteral("t"), 20'000);
    const ConsoleRun ended =
        integration::runConsole({QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                                 QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--yes")},
                                m_directory.path());
    QVERIFY2(ended.exitCode == 0, ended.text.right(900).constData());
    QCOMPARE(ended.check(QStringLiteral("repmgr_slot")), QStringLiteral("warning"));
    QCOMPARE(value(to, slotsSql()), slotsOf(to));
    QVERIFY(m_lab->node(from).sql(QStringLiteral("SELECT pg_drop_replication_slot('%1')").arg(own)));
    proveWhole(to);
}

QTEST_GUILESS_MAIN(TestRepmgrSibling)
#include "tst_repmgrsibling.moc"
