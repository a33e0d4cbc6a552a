// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <libpq-fe.h>

#include "core/clock.h"
#include "monitor/clustermonitor.h"
#include "support/localcluster.h"
#include "support/relay.h"

using namespace howdah;
using cluster::LinkState;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// Servers as one meets them now and then: newer than this console, with names in no encoding, with far too much of
/// something.
class TestOddServers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void newerThanThisConsole();
    void namesInNoEncoding();
    void hundredsOfSlots();
    void endlessSetting();
    void valuesThatAreNoText();

private:
    bool start(const LocalCluster::Options &options);
    void watch(const QString &conninfo);
    const LabServer &server() const { return m_servers->node(0); }
    QString link() const
    {
        return m_state.snapshot ? cluster::linkKey(m_state.snapshot->nodes.front().link) : QString();
    }
    const cluster::NodeSample &sample() const { return *m_state.snapshot->nodes.front().sample; }
    QString unreadable() const { return QStringList(sample().unreadable.values()).join(QLatin1Char('\n')); }

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<monitor::ClusterMonitor> m_monitor;
    cluster::ClusterState m_state;
    QString m_problem;
};

void TestOddServers::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
}

void TestOddServers::cleanup()
{
    m_monitor.reset();
    m_state = {};
    m_servers.reset();
}

bool TestOddServers::start(const LocalCluster::Options &options)
{
    auto servers = LocalCluster::start(options);
    m_problem = servers ? QString() : servers.error().message;
    if (servers) {
        m_servers = std::move(*servers);
    }
    return servers.has_value();
}

void TestOddServers::watch(const QString &conninfo)
{
    cluster::ClusterConfig config;
    config.name = QStringLiteral("odd");
    config.nodes.push_back({});
    config.nodes.back().name = QStringLiteral("pg1");
    config.nodes.back().conninfo = conninfo;
    m_monitor = std::make_unique<monitor::ClusterMonitor>(config, core::systemClock());
    connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this,
            [this](const cluster::ClusterState &state) { m_state = state; });
    m_monitor->start();
    QTRY_COMPARE_WITH_TIMEOUT(link(), cluster::linkKey(LinkState::Up), 10'000);
}

// What it can read of it is shown, and that it does not know it is said.
void TestOddServers::newerThanThisConsole()
{
    const int newest = LocalCluster::binaries(18) ? 18 : LocalCluster::newestMajor();
    QVERIFY2(start({.nodes = 2, .major = newest}), qPrintable(m_problem));
    QTRY_COMPARE(server().value(QStringLiteral("SELECT state FROM pg_stat_replication")), QStringLiteral("streaming"));
    const QByteArray version = server().value(QStringLiteral("SHOW server_version")).toLatin1();
    const QByteArray number = server().value(QStringLiteral("SHOW server_version_num")).toLatin1();
    testsupport::Relay relay(server().host, server().port);
    relay.replace(version, "99" + version.sliced(2));
    relay.replace(number, "99" + number.sliced(2));
    watch(QStringLiteral("host=127.0.0.1 port=%1 user=postgres dbname=postgres sslmode=disable").arg(relay.port()));
    QCOMPARE(sample().serverVersionNum / 10000, 99);
    QCOMPARE(sample().senders.size(), std::size_t(1));
    QVERIFY(sample().currentLsn && sample().systemIdentifier && sample().archiver && sample().activity);
    if (newest == 18) { // whose columns are the newest known
        QVERIFY2(sample().unreadable.isEmpty(), qPrintable(unreadable()));
    }
    const auto &findings = m_state.assessment->findings;
    const auto unknown = std::find_if(findings.cbegin(), findings.cend(), [](const cluster::Finding &finding) {
        return finding.id == QLatin1String("unknown_version:pg1");
    });
    QVERIFY(unknown != findings.cend());
    QVERIFY2(unknown->title.contains(QLatin1String("PostgreSQL 99")), qPrintable(unknown->title));
    QVERIFY(m_state.assessment->verdict == cluster::Verdict::Warning);
}

// Of a database in SQL_ASCII the server takes and gives any bytes; names of roles are seen from every database.
void TestOddServers::namesInNoEncoding()
{
    QVERIFY2(start({}), qPrintable(m_problem));
    QVERIFY(server().sql(QStringLiteral("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' "
                                        "LC_COLLATE 'C' LC_CTYPE 'C'")));
    const QString inAscii = server().conninfo(QStringLiteral("postgres"), QStringLiteral("ascii"));
    for (const char *statement :
         {"CREATE ROLE %I", "GRANT pg_monitor TO %I", "CREATE PUBLICATION %I", "GRANT %I TO plain"}) {
        const auto done = testsupport::sql(
            inAscii, QStringLiteral("DO $$ BEGIN EXECUTE format('%1', 'caf' || convert_from('\\xe9ff', 'SQL_ASCII')); "
                                    "END $$")
                         .arg(QLatin1String(statement)));
        QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    }
    const QString shown = QStringLiteral("caf\uFFFD\uFFFD");
    for (const char *database : {"postgres", "ascii"}) {
        watch(server().conninfo(QStringLiteral("dba"), QLatin1String(database)));
        QVERIFY2(sample().unreadable.isEmpty(), qPrintable(unreadable()));
        const auto role = std::find_if(sample().roles->cbegin(), sample().roles->cend(),
                                       [&](const auto &one) { return one.rolname == shown; });
        QVERIFY(role != sample().roles->cend());
        QVERIFY(role->inheritsFrom.contains(QStringLiteral("pg_read_all_stats")));
        const auto plain = std::find_if(sample().roles->cbegin(), sample().roles->cend(),
                                        [&](const auto &one) { return one.rolname == QLatin1String("plain"); });
        QVERIFY(plain != sample().roles->cend() && plain->memberOf.contains(shown));
    }
    QCOMPARE(sample().publications->size(), std::size_t(1));
    QCOMPARE(sample().publications->front().pubname, shown);
}

void TestOddServers::hundredsOfSlots()
{
    QVERIFY2(start({.settings = {QStringLiteral("max_replication_slots=400")}}), qPrintable(m_problem));
    QVERIFY(server().sql(QStringLiteral("SELECT pg_create_physical_replication_slot('slot_' || n, n % 2 = 0) "
                                        "FROM generate_series(1, 350) n")));
    watch(server().conninfo());
    QCOMPARE(sample().replicationSlots.size(), std::size_t(350));
    QVERIFY(!sample().unreadable.contains(QStringLiteral("slots")));
    const auto &cost = m_monitor->pollers().front()->cost();
    const qint64 before = cost.roundTrips;
    QTRY_VERIFY_WITH_TIMEOUT(cost.roundTrips >= before + 3, 10'000);
    QCOMPARE(link(), cluster::linkKey(LinkState::Up));
}

// It stands in the table with its beginning, and costs nothing else.
void TestOddServers::endlessSetting()
{
    QVERIFY2(start({}), qPrintable(m_problem));
    // ALTER SYSTEM takes a literal, and no transaction block.
    const auto done = server().sql(
        QStringLiteral("ALTER SYSTEM SET archive_cleanup_command = '%1'").arg(QString(1'000'000, QLatin1Char('x'))));
    QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    QVERIFY(server().sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_COMPARE(server().value(QStringLiteral("SELECT length(current_setting('archive_cleanup_command'))")),
                 QStringLiteral("1000000"));
    watch(server().conninfo());
    QVERIFY2(!sample().unreadable.contains(QStringLiteral("settings")), qPrintable(unreadable()));
    const QString command = sample().setting(QLatin1String("archive_cleanup_command"));
    QVERIFY(command.size() > 1000 && command.size() < 10'000);
    QVERIFY(command.endsWith(QChar(0x2026)));
    QVERIFY(sample().showsSetting(QLatin1String("wal_level")));
}

// No server of PostgreSQL's sends such, but what answers may be another's.
void TestOddServers::valuesThatAreNoText()
{
    const std::shared_ptr<PGresult> result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK), &PQclear);
    QByteArray column("c");
    PGresAttDesc description{};
    description.name = column.data();
    QVERIFY(PQsetResultAttrs(result.get(), 1, &description) != 0);
    QByteArray bytes("a\0b\xff\x1b[31mc\nd\x1f"
                     "e",
                     14);
    QVERIFY(PQsetvalue(result.get(), 0, 0, bytes.data(), static_cast<int>(bytes.size())) != 0);
    const postgres::Rows rows(result);
    QCOMPARE(rows.text(0, 0), QStringLiteral("ab\uFFFDc\nde"));
    QCOMPARE(rows.name(0, 0), QStringLiteral("ab\uFFFDcde"));
    QCOMPARE(rows.list(0, 0, 0x1F), (QStringList{QStringLiteral("ab\uFFFDc\nd"), QStringLiteral("e")}));
    QVERIFY(!rows.integer(0, 0) && !rows.number(0, 0) && !rows.lsn(0, 0) && !rows.time(0, 0).isValid());
    QVERIFY(rows.text(1, 0).isEmpty() && rows.text(0, 7).isEmpty() && rows.list(0, -1, ',').isEmpty());
}

QTEST_GUILESS_MAIN(TestOddServers)
#include "tst_oddservers.moc"
