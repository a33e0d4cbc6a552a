// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTcpServer>
#include <QTest>
#include <signal.h>

#include "cluster/clusterconfig.h"
#include "demoanswer.h"

using namespace howdah;
using namespace howdah::demotest;

/// The demo cluster as a user has it, in a directory of its own.
class TestDemo : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    // In this order: each starts from what the one before left.
    void statusBeforeTheFirstStart();
    void refusesWithoutServerPrograms();
    void refusesAForeignDirectory();
    void startsFromNothing();
    void everyViewHasSomethingToShow();
    void oneNodeTellsOfAll_data();
    void oneNodeTellsOfAll();
    void secretsStayInThePassfile();
    void startIsIdempotent();
    void killedServersStartAgain();
    void frozenServerIsToldAndThawed();
    void loadIsReplaced();
    void stopLeavesNoProcess();
    void portTaken();
    void keepsItsData();
    void twoStartsAtOnce();
    void loadFollowsThePrimary();
    void unfinishedDirectoryIsMadeAnew();

private:
    QString value(const QString &node, const char *query) const { return m_place.value(node, query); }

    DemoPlace m_place;
    QString m_directory;
};

void TestDemo::initTestCase()
{
    QVERIFY2(m_place.prepare(), "run by ctest, which names the program");
    m_directory = m_place.directory();
    // What a user may have set must not lead elsewhere.
    qputenv("PGPORT", "1");
    qputenv("PGPASSFILE", "/nonexistent");
    qputenv("ROOTS_OWN_TOKEN", "roots-canary");
}

void TestDemo::cleanupTestCase()
{
    demo("stop");
    QTRY_VERIFY2(processesOf(m_directory).isEmpty(), qPrintable(processesOf(m_directory).join(QLatin1Char('\n'))));
    QVERIFY(m_place.remove());
}

void TestDemo::statusBeforeTheFirstStart()
{
    const Answer answer = demo("status");
    QCOMPARE(answer.exitCode, 3);
    QCOMPARE(answer.result(), text("done"));
    QVERIFY(!QFile::exists(m_directory));
    QCOMPARE(demo("stop").exitCode, 0);
}

void TestDemo::refusesWithoutServerPrograms()
{
    qputenv("HOWDAH_PG_BINDIR", "/nonexistent");
    const Answer answer = demo("start");
    qunsetenv("HOWDAH_PG_BINDIR");
    QCOMPARE(answer.exitCode, 1);
    QCOMPARE(answer.result(), text("refused"));
    QVERIFY2(answer.problem().contains(text("package postgresql")), qPrintable(answer.problem()));
}

void TestDemo::refusesAForeignDirectory()
{
    QVERIFY(QDir().mkpath(m_directory));
    QVERIFY(QFile::setPermissions(m_directory, QFile::Permissions::fromInt(0x7777)));
    const QString precious = m_directory + text("/precious");
    QFile file(precious);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    const Answer answer = demo("start");
    QCOMPARE(answer.exitCode, 1);
    QVERIFY2(answer.problem().contains(m_directory), qPrintable(answer.problem()));
    QVERIFY(QFile::exists(precious));
    QVERIFY(QDir(m_directory).removeRecursively());
}

void TestDemo::startsFromNothing()
{
    const Answer answer = demo("start");
    QVERIFY2(answer.exitCode == 0, (answer.out + answer.err).constData());
    QCOMPARE(answer.result(), text("done"));
    QCOMPARE(answer.node(text("pg1")).value(text("role")).toString(), text("primary"));
    QCOMPARE(answer.node(text("pg2")).value(text("role")).toString(), text("standby"));
    QCOMPARE(answer.node(text("pg3")).value(text("role")).toString(), text("standby"));
    QVERIFY(answer.node(text("pg1")).value(text("port")).toInt() >= m_place.port());
    QCOMPARE(demo("status").exitCode, 0);
    QCOMPARE(QFile::permissions(m_directory + text("/passfile")) & QFile::Permissions::fromInt(0x0077),
             QFile::Permissions());

    const auto config = cluster::readClusterFile(m_directory + text("/demo.toml"));
    QVERIFY2(config, config ? "" : qPrintable(config.error().message));
    QCOMPARE(config->name, text("demo"));
    QCOMPARE(config->nodes.size(), size_t(3));
    QVERIFY(config->warnings.isEmpty());
    QVERIFY(config->nodes[0].hasCommand);
    QCOMPARE(config->nodes[0].command.isEmpty(), !testsupport::isRoot());
}

void TestDemo::everyViewHasSomethingToShow()
{
    QCOMPARE(value(text("pg1"), "SELECT pg_is_in_recovery()"), text("f"));
    QTRY_COMPARE(value(text("pg1"), "SELECT string_agg(application_name || state, ',') FROM pg_stat_replication"),
                 text("pg2streaming"));
    QTRY_COMPARE(value(text("pg2"), "SELECT string_agg(application_name || state, ',') FROM pg_stat_replication"),
                 text("pg3streaming"));
    QCOMPARE(value(text("pg2"), "SELECT active FROM pg_replication_slots WHERE slot_name = 'pg3'"), text("t"));
    QCOMPARE(value(text("pg1"), "SELECT active FROM pg_replication_slots WHERE slot_name = 'pg2'"), text("t"));
    QCOMPARE(value(text("pg1"), "SELECT NOT active AND pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > 10000000 "
                                "FROM pg_replication_slots WHERE slot_type = 'logical'"),
             text("t"));
    const QString before = value(text("pg1"), "SELECT pg_current_wal_lsn()");
    QTRY_VERIFY(value(text("pg1"), "SELECT pg_current_wal_lsn()") != before);
    QTRY_VERIFY(value(text("pg3"), "SELECT pg_last_wal_replay_lsn()") != before);
    QTRY_VERIFY(value(text("pg1"), "SELECT archived_count FROM pg_stat_archiver").toInt() > 0);
    QTRY_COMPARE(value(text("pg1"), "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'"), text("2"));
    QCOMPARE(value(text("pg1"), "SHOW listen_addresses"), text("127.0.0.1"));
    QCOMPARE(value(text("pg1"), "SHOW data_checksums"), text("on"));
}

void TestDemo::oneNodeTellsOfAll_data()
{
    QTest::addColumn<QString>("node");
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        QTest::newRow(node) << text(node);
    }
}

// Three servers of one address: nobody tells the ports of those that follow, and no Unix socket does.
void TestDemo::oneNodeTellsOfAll()
{
    QFETCH(QString, node);
    const testsupport::Output output = testsupport::run(
        {qEnvironmentVariable("HOWDAH_BINARY"), text("discover"), m_place.conninfo(node), text("--json")});
    QCOMPARE(output.exitCode, 0);
    const QJsonArray found = QJsonDocument::fromJson(output.out.trimmed()).object().value(text("nodes")).toArray();
    QStringList names;
    for (const auto &one : found) {
        const QJsonObject object = one.toObject();
        QVERIFY2(object.value(text("reached")).toBool(), output.out.constData());
        names << object.value(text("name")).toString();
    }
    QCOMPARE(names, (QStringList{text("pg1"), text("pg2"), text("pg3")}));
}

void TestDemo::secretsStayInThePassfile()
{
    QList<QByteArray> secrets;
    const QList<QByteArray> lines = readAll(m_directory + text("/passfile")).trimmed().split('\n');
    for (const QByteArray &line : lines) {
        secrets << line.mid(line.lastIndexOf(':') + 1);
    }
    QVERIFY(secrets.size() >= 5);
    QCOMPARE(QSet<QByteArray>(secrets.begin(), secrets.end()).size(), secrets.size());

    QByteArray seen = demo("status").out;
    const QStringList files = QDir(m_directory).entryList(QDir::Files) +
                              QStringList{text("pg1/server.log"), text("pg2/server.log"), text("pg3/server.log"),
                                          text("pg2/data/postgresql.auto.conf")};
    for (const QString &name : files) {
        if (name != QLatin1String("passfile")) {
            seen += readAll(m_directory + QLatin1Char('/') + name);
        }
    }
    const QStringList pids = QDir(text("/proc")).entryList(QDir::Dirs);
    for (const QString &pid : pids) {
        seen += readAll(text("/proc/") + pid + text("/cmdline")) + readAll(text("/proc/") + pid + text("/environ"));
    }
    QVERIFY(seen.contains("database system is ready"));
    if (testsupport::isRoot()) { // the servers run as another user, who reads the environment of its own processes
        const QStringList servers = processesOf(m_directory);
        QVERIFY(servers.size() >= 3);
        for (const QString &server : servers) {
            const QByteArray environment =
                readAll(text("/proc/") + server.section(QLatin1Char(' '), 0, 0) + text("/environ"));
            QVERIFY2(!environment.contains("roots-canary"), qPrintable(server));
        }
    }
    for (const QByteArray &secret : std::as_const(secrets)) {
        QVERIFY(secret.size() >= 32);
        QVERIFY(!seen.contains(secret));
    }
}

void TestDemo::startIsIdempotent()
{
    const Answer before = demo("status");
    const Answer again = demo("start");
    QCOMPARE(again.exitCode, 0);
    for (const char *name : {"pg1", "pg2", "pg3"}) {
        QCOMPARE(again.node(text(name)), before.node(text(name)));
    }
}

void TestDemo::killedServersStartAgain()
{
    const Answer before = demo("status");
    for (const char *name : {"pg1", "pg3"}) {
        QCOMPARE(::kill(before.node(text(name)).value(text("pid")).toInt(), SIGKILL), 0);
    }
    QTRY_COMPARE(demo("status").node(text("pg1")).value(text("state")).toString(), text("stopped"));
    QCOMPARE(demo("status").exitCode, 3);
    const Answer after = demo("start");
    QVERIFY2(after.exitCode == 0, (after.out + after.err).constData());
    QVERIFY(after.node(text("pg1")).value(text("pid")) != before.node(text("pg1")).value(text("pid")));
    QCOMPARE(after.node(text("pg2")), before.node(text("pg2")));
    QTRY_COMPARE(value(text("pg2"), "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"), text("1"));
}

void TestDemo::frozenServerIsToldAndThawed()
{
    const int pid = demo("status").node(text("pg2")).value(text("pid")).toInt();
    QCOMPARE(::kill(pid, SIGSTOP), 0);
    QTRY_COMPARE(demo("status").node(text("pg2")).value(text("state")).toString(), text("frozen"));
    QCOMPARE(demo("start").exitCode, 0);
    QCOMPARE(demo("status").node(text("pg2")).value(text("state")).toString(), text("running"));
    QCOMPARE(demo("status").node(text("pg2")).value(text("pid")).toInt(), pid);
}

void TestDemo::loadIsReplaced()
{
    int pid = 0;
    const Answer status = demo("status");
    for (const QJsonObject &object : status.objects) {
        pid = object.contains(text("load")) ? object.value(text("pid")).toInt() : pid;
    }
    QVERIFY(pid > 1);
    // The leader dies, the client that it runs does not at once.
    QCOMPARE(::kill(pid, SIGKILL), 0);
    QTRY_VERIFY(demo("status").out.contains("\"load\":\"stopped\""));
    QCOMPARE(demo("start").exitCode, 0);
    QTRY_COMPARE(value(text("pg1"), "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'"), text("2"));
    const QString before = value(text("pg1"), "SELECT pg_current_wal_lsn()");
    QTRY_VERIFY(value(text("pg1"), "SELECT pg_current_wal_lsn()") != before);
}

void TestDemo::stopLeavesNoProcess()
{
    QVERIFY(!processesOf(m_directory).isEmpty());
    QCOMPARE(value(text("pg1"), "CREATE TABLE kept AS SELECT 42 AS answer"), text("no row"));
    // One of them frozen: it would not hear a request.
    QCOMPARE(::kill(demo("status").node(text("pg3")).value(text("pid")).toInt(), SIGSTOP), 0);
    const Answer answer = demo("stop");
    QCOMPARE(answer.exitCode, 0);
    QCOMPARE(answer.result(), text("done"));
    QVERIFY2(processesOf(m_directory).isEmpty(), qPrintable(processesOf(m_directory).join(QLatin1Char('\n'))));
    QCOMPARE(demo("status").exitCode, 3);
    QCOMPARE(demo("stop").exitCode, 0);
}

void TestDemo::portTaken()
{
    const int port = demo("status").node(text("pg2")).value(text("port")).toInt();
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost, static_cast<quint16>(port)));
    const Answer answer = demo("start");
    QCOMPARE(answer.exitCode, 1);
    QVERIFY2(answer.problem().contains(QString::number(port)), qPrintable(answer.problem()));
    QVERIFY(processesOf(m_directory).isEmpty());
}

void TestDemo::keepsItsData()
{
    const Answer answer = demo("start");
    QVERIFY2(answer.exitCode == 0, (answer.out + answer.err).constData());
    QCOMPARE(value(text("pg1"), "SELECT answer FROM kept"), text("42"));
    QTRY_COMPARE(value(text("pg3"), "SELECT answer FROM kept"), text("42"));
}

void TestDemo::twoStartsAtOnce()
{
    QCOMPARE(demo("stop").exitCode, 0);
    const QStringList argv = commandLine("start");
    QProcess first;
    first.start(argv.first(), argv.mid(1));
    const Answer second = demo("start");
    QVERIFY(first.waitForFinished());
    QCOMPARE(first.exitCode(), 0);
    QVERIFY2(second.exitCode == 0, (second.out + second.err).constData());
}

void TestDemo::loadFollowsThePrimary()
{
    const auto config = cluster::readClusterFile(m_directory + text("/demo.toml"));
    QVERIFY(config);
    const testsupport::Output stopped = testsupport::run(config->nodes[0].command + config->nodes[0].stop);
    QVERIFY2(stopped.ok(), stopped.err.constData());
    QCOMPARE(value(text("pg2"), "SELECT pg_promote()"), text("t"));
    const QString before = value(text("pg2"), "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'");
    QVERIFY(!before.startsWith(text("error")));
    QTRY_COMPARE(value(text("pg2"), "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'"), text("2"));
    const QString position = value(text("pg2"), "SELECT pg_current_wal_lsn()");
    QTRY_VERIFY(value(text("pg2"), "SELECT pg_current_wal_lsn()") != position);
    // The data directories say who is what, also after a restart; the start command of the cluster file is the demo's.
    QCOMPARE(demo("status").node(text("pg2")).value(text("role")).toString(), text("primary"));
    QCOMPARE(demo("stop").exitCode, 0);
    QCOMPARE(demo("start").node(text("pg2")).value(text("role")).toString(), text("primary"));
    QCOMPARE(value(text("pg2"), "SELECT pg_is_in_recovery()"), text("f"));
    QCOMPARE(demo("stop").exitCode, 0);
    const testsupport::Output started = testsupport::run(config->nodes[0].command + config->nodes[0].start);
    QVERIFY2(started.ok(), started.err.constData());
    QCOMPARE(value(text("pg1"), "SELECT 1"), text("1"));
}

void TestDemo::unfinishedDirectoryIsMadeAnew()
{
    // As if the first start had been cut off, with a server that runs already: pg1, started by the test before.
    const QByteArray before = readAll(m_directory + text("/passfile"));
    QVERIFY(QFile::remove(m_directory + text("/created")));
    const Answer answer = demo("start");
    QVERIFY2(answer.exitCode == 0, (answer.out + answer.err).constData());
    QVERIFY(readAll(m_directory + text("/passfile")) != before);
    QCOMPARE(value(text("pg1"), "SELECT count(*) FROM pg_class WHERE relname = 'kept'"), text("0"));
    QCOMPARE(answer.node(text("pg2")).value(text("role")).toString(), text("standby"));
}

QTEST_GUILESS_MAIN(TestDemo)
#include "tst_demo.moc"
