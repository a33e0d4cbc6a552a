// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::CommitClient;
using testsupport::Lab;

/// The command line on three real hosts, while an application commits.
class TestSwitchover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void dryRunChangesNothing();
    void thereAndBack();
    void syncRuleIsHandedOver();
    void byHandThereAndUndone();
    void probeTellsWhatApplicationsSee();
    void slowStopNamesWhatHoldsIt();
    void runbookDoesTheSame();
    void killedConsoleIsFinished_data();
    void killedConsoleIsFinished();
    void settingsComeBackBesideOthers();
    void settingsMustRunAsTheyAreWritten();
    void passwordThatIsGoneIsAskedFor();
    void refusals_data();
    void refusals();
    void closedDoorRefuses();

private:
    ConsoleRun run(const QStringList &arguments, const QString &killAt = {}) const
    {
        return integration::runConsole(arguments, m_directory.path(), killAt);
    }
    ConsoleRun switchover(const QStringList &arguments) const
    {
        return run(QStringList{QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json")} + arguments);
    }
    int primary() const { return m_lab->primary(); }
    void awaitWhole() const;
    QStringList prepared() const;
    QString clusterFile() const { return m_directory.filePath(QStringLiteral("orders.toml")); }
    QStringList conninfos() const { return m_lab->conninfos(); }

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
};

void TestSwitchover::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    Lab::Options options;
    options.cascading = false;
    auto lab = Lab::start(Lab::Variant::Plain, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = cluster::ManagerKind::None;
    QVERIFY(cluster::saveClusterFile(config, clusterFile()));
}

void TestSwitchover::awaitWhole() const
{
    QTRY_VERIFY_WITH_TIMEOUT(primary() >= 0, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(m_lab->node(primary()).value(
                                  QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")),
                              QStringLiteral("2"), 20'000);
}

/// All that a switchover changes beforehand, on each node: settings that are written, those that run, slots and locks.
QStringList TestSwitchover::prepared() const
{
    QStringList all;
    for (int i = 0; i < 3; ++i) {
        for (const char *sql :
             {"SELECT string_agg(name || '=' || setting, ' ' ORDER BY seqno) FROM pg_file_settings WHERE sourcefile "
              "LIKE "
              "'%/postgresql.auto.conf'",
              "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN "
              "('primary_conninfo', 'primary_slot_name', 'wal_retrieve_retry_interval', 'synchronous_standby_names')",
              "SELECT string_agg(slot_name || ' ' || active, ' ' ORDER BY slot_name) FROM pg_replication_slots",
              "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"}) {
            all.append(m_lab->node(i).name + QStringLiteral(": ") + m_lab->node(i).value(QLatin1String(sql)));
        }
    }
    return all;
}

void TestSwitchover::dryRunChangesNothing()
{
    awaitWhole();
    const QStringList asBefore = prepared();
    const ConsoleRun ended = switchover({QStringLiteral("--to"), QStringLiteral("pg2"), QStringLiteral("--dry-run")});
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("done"));
    QCOMPARE(m_lab->node(0).value(QStringLiteral("SELECT pg_is_in_recovery()")), QStringLiteral("f"));
    QCOMPARE(prepared(), asBefore);
}

void TestSwitchover::thereAndBack()
{
    for (const int to : {1, 0, 2, 0}) {
        const int from = primary();
        QVERIFY(from >= 0);
        CommitClient client(conninfos());
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const ConsoleRun ended = switchover({QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--yes")});
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        const qint64 before = client.acknowledged();
        QTRY_VERIFY(client.acknowledged() > before + 100);
        client.stop();
        qInfo("switched from pg%d to pg%d: writes waited %.0f ms, all of it took %d ms", from + 1, to + 1,
              client.worstGapMs(), ended.last().value(QStringLiteral("took_ms")).toInt());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(m_lab->node(i).value(QStringLiteral("SELECT pg_is_in_recovery()")),
                     i == to ? QStringLiteral("f") : QStringLiteral("t"));
        }
        // Nothing that was only for the switchover is left.
        QCOMPARE(m_lab->node(to).value(QStringLiteral("SELECT setting FROM pg_settings WHERE name = "
                                                      "'wal_retrieve_retry_interval'")),
                 QStringLiteral("5000"));
        QCOMPARE(m_lab->node(to).value(QStringLiteral("SELECT count(*) FROM pg_replication_slots WHERE active")),
                 QStringLiteral("2"));
        QCOMPARE(m_lab->node(from).value(QStringLiteral("SELECT count(*) FROM pg_replication_slots")),
                 QStringLiteral("0"));
    }
}

void TestSwitchover::syncRuleIsHandedOver()
{
    awaitWhole();
    const int first = primary();
    const int second = first == 0 ? 1 : 0;
    const auto ofSync = QStringLiteral("SELECT application_name || ' ' || sync_state FROM pg_stat_replication WHERE "
                                       "sync_state = 'sync'");
    QVERIFY(m_lab->node(first).sql(
        QStringLiteral("ALTER SYSTEM SET synchronous_standby_names = '%1'").arg(m_lab->node(second).name)));
    QVERIFY(m_lab->node(first).sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_COMPARE(m_lab->node(first).value(ofSync), m_lab->node(second).name + QStringLiteral(" sync"));
    for (const int to : {second, first}) {
        const int from = primary();
        CommitClient client(conninfos());
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const ConsoleRun ended = switchover({QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--yes")});
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        QCOMPARE(ended.check(QStringLiteral("sync_satisfiable")), QStringLiteral("warning"));
        const qint64 before = client.acknowledged();
        QTRY_VERIFY(client.acknowledged() > before + 100);
        client.stop();
        qInfo("synchronous, to pg%d: writes waited %.0f ms", to + 1, client.worstGapMs());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QCOMPARE(m_lab->node(to).value(ofSync), m_lab->node(from).name + QStringLiteral(" sync"));
        awaitWhole();
    }
    QVERIFY(m_lab->node(first).sql(QStringLiteral("ALTER SYSTEM RESET synchronous_standby_names")));
    QVERIFY(m_lab->node(second).sql(QStringLiteral("ALTER SYSTEM RESET synchronous_standby_names")));
    QVERIFY(m_lab->node(first).sql(QStringLiteral("SELECT pg_reload_conf()")));
    QVERIFY(m_lab->node(second).sql(QStringLiteral("SELECT pg_reload_conf()")));
}

/// No command for any host: what a person is asked to do is done here, as they would.
void TestSwitchover::byHandThereAndUndone()
{
    awaitWhole();
    cluster::ClusterConfig config = *cluster::readClusterFile(clusterFile());
    for (cluster::NodeConfig &node : config.nodes) {
        node.command = node.rootCommand = node.start = node.stop = {};
        node.hasCommand = false;
    }
    const QString file = m_directory.filePath(QStringLiteral("byhand.toml"));
    QVERIFY(cluster::saveClusterFile(config, file));
    for (const bool cleanly : {true, false}) {
        awaitWhole();
        const int from = primary();
        const int to = from == 0 ? 1 : 0;
        const testsupport::LabServer &old = m_lab->node(from);
        CommitClient client(conninfos());
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const QString signalFile = old.dataDir + QStringLiteral("/standby.signal");
        const ConsoleRun ended = integration::runConsole(
            {QStringLiteral("switchover"), file, QStringLiteral("--json"), QStringLiteral("--to"), m_lab->node(to).name,
             QStringLiteral("--yes")},
            m_directory.path(), integration::OnStep([&](const QString &at) {
                if (at == QLatin1String("stop started")) {
                    // Not as asked for: killed, it leaves no shutdown checkpoint, and nothing is proved.
                    cleanly ? (void)old.stop() : (void)old.kill();
                    testsupport::run(old.prefix + QStringList{QStringLiteral("touch"), signalFile});
                } else if (at == QLatin1String("rejoin started")) {
                    old.start();
                } else if (at == QLatin1String("stop undoing")) {
                    testsupport::run(old.prefix + QStringList{QStringLiteral("rm"), signalFile});
                    old.start();
                }
                return false;
            }));
        QVERIFY2(ended.exitCode == (cleanly ? 0 : 2), ended.text.constData());
        QCOMPARE(ended.check(QStringLiteral("host_command")), QStringLiteral("warning"));
        QVERIFY(ended.text.contains("standby.signal"));
        const qint64 before = client.acknowledged();
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 100, 15'000);
        client.stop();
        QCOMPARE(primary(), cleanly ? to : from);
        QCOMPARE(client.missingAt(m_lab->node(primary()).conninfo(QStringLiteral("postgres"))), 0);
    }
}

void TestSwitchover::probeTellsWhatApplicationsSee()
{
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const ConsoleRun ended =
        switchover({QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--yes"), QStringLiteral("--probe")});
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QJsonObject outage;
    for (const QJsonObject &line : ended.lines) {
        outage = line.contains(QLatin1String("outage")) ? line.value(QLatin1String("outage")).toObject() : outage;
    }
    QVERIFY2(!outage.isEmpty(), ended.text.constData());
    QCOMPARE(outage.value(QLatin1String("lost")).toInt(-1), 0);
    QVERIFY(outage.value(QLatin1String("acknowledged")).toInt() > 50);
    QCOMPARE(outage.value(QLatin1String("counted")), outage.value(QLatin1String("acknowledged")));
    const double waited = outage.value(QLatin1String("writes_waited_ms")).toDouble();
    const QJsonObject phases = outage.value(QLatin1String("phases_ms")).toObject();
    qInfo("writes waited %.0f ms: stop %d, prove %d, promote %d", waited, phases.value(QLatin1String("stop")).toInt(),
          phases.value(QLatin1String("prove")).toInt(), phases.value(QLatin1String("promote")).toInt());
    QVERIFY(waited > 10 && waited < 10'000);
    for (const char *step : {"stop", "prove", "promote"}) {
        QVERIFY2(phases.value(QLatin1String(step)).toInt(-1) >= 0, ended.text.constData());
    }
    QVERIFY(!outage.contains(QLatin1String("left_behind")));
    // The last line is the operation's still, and nothing of the probe is left.
    QCOMPARE(ended.last().value(QLatin1String("result")).toString(), QStringLiteral("done"));
    QCOMPARE(m_lab->node(to).value(QStringLiteral("SELECT to_regnamespace('howdah') IS NULL")), QStringLiteral("t"));
}

/// A receiver that has just frozen, with more on its way to it than sockets hold: its walsender can't come to its end.
void TestSwitchover::slowStopNamesWhatHoldsIt()
{
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const auto &other = m_lab->node(2);
    const QString receiver = other.value(QStringLiteral("SELECT pid FROM pg_stat_wal_receiver"));
    QVERIFY(receiver.toInt() > 0);
    QVERIFY(m_lab->exec(2, {QStringLiteral("kill"), QStringLiteral("-STOP"), receiver}).ok());
    QVERIFY(m_lab->node(from).sql(QStringLiteral(
        "CREATE TABLE IF NOT EXISTS filler AS SELECT repeat(md5(n::text), 30) AS t FROM generate_series(1, 60000) n")));
    const ConsoleRun ended = switchover({QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--yes")});
    QVERIFY(m_lab->exec(2, {QStringLiteral("kill"), QStringLiteral("-CONT"), receiver}).ok());
    QStringList said;
    for (const QJsonObject &line : ended.lines) {
        const QString text = line.value(QLatin1String("output")).toString();
        if (text.startsWith(QLatin1String("still there after "))) {
            said.append(text);
        }
    }
    QVERIFY2(said.size() >= 2, ended.text.constData());
    QVERIFY2(said.first().contains(QLatin1String("walsender")), qPrintable(said.first()));
    // It did not come to its end, was taken back, and said why.
    QVERIFY2(ended.exitCode == 2, ended.text.constData());
    QVERIFY2(ended.text.contains("exit code 1, still there after"), ended.text.constData());
    awaitWhole();
    QCOMPARE(primary(), from);
    QVERIFY(m_lab->node(from).sql(QStringLiteral("DROP TABLE filler")));
}

void TestSwitchover::runbookDoesTheSame()
{
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const QString script = m_directory.filePath(QStringLiteral("runbook.sh"));
    const ConsoleRun dry = switchover({QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--dry-run"),
                                       QStringLiteral("--runbook"), script});
    QVERIFY2(dry.exitCode == 0, dry.text.constData());
    // Not beside a console that acts.
    QProcess console;
    console.start(QStringLiteral("psql"),
                  {QStringLiteral("-XAt"), QStringLiteral("-d"), m_lab->node(to).conninfo(QStringLiteral("postgres"))});
    console.write("SELECT 'has it' FROM pg_advisory_lock(7525364775374028801);\n"); // kClusterLock
    QVERIFY(console.waitForReadyRead(10'000));
    QCOMPARE(console.readAll().trimmed(), QByteArray("has it"));
    const testsupport::Output beside = testsupport::run({QStringLiteral("sh"), script});
    QVERIFY2(!beside.ok() && beside.err.contains("another console holds the cluster lock"),
             (beside.out + beside.err).constData());
    QCOMPARE(primary(), from);
    const ConsoleRun seen = switchover({QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--dry-run")});
    QVERIFY2(seen.exitCode == 1 && seen.check(QStringLiteral("cluster_lock")) == QLatin1String("failed"),
             seen.text.constData());
    console.closeWriteChannel();
    QVERIFY(console.waitForFinished(10'000));

    const testsupport::Output ran = testsupport::run({QStringLiteral("sh"), script});
    QVERIFY2(ran.ok(), (ran.out + ran.err).constData());
    QCOMPARE(primary(), to);
    QVERIFY(!QFile::exists(script + QStringLiteral(".values")));
    awaitWhole();
    if (const QString busybox = QStandardPaths::findExecutable(QStringLiteral("busybox")); !busybox.isEmpty()) {
        const QString back = m_directory.filePath(QStringLiteral("back.sh"));
        QVERIFY(switchover({QStringLiteral("--to"), m_lab->node(from).name, QStringLiteral("--dry-run"),
                            QStringLiteral("--runbook"), back})
                    .exitCode == 0);
        const testsupport::Output returned = testsupport::run({busybox, QStringLiteral("sh"), back});
        QVERIFY2(returned.ok(), (returned.out + returned.err).constData());
        QCOMPARE(primary(), from);
        awaitWhole();
    }
    const QString page = m_directory.filePath(QStringLiteral("runbook.md"));
    const int next = primary() == from ? to : from;
    QVERIFY(switchover({QStringLiteral("--to"), m_lab->node(next).name, QStringLiteral("--dry-run"),
                        QStringLiteral("--runbook"), page})
                .exitCode == 0);
    QFile file(page);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray written = file.readAll();
    QVERIFY(written.contains("SELECT pg_promote(false);"));
    QVERIFY(written.contains("Planned on "));
}

void TestSwitchover::killedConsoleIsFinished_data()
{
    QTest::addColumn<QString>("at");
    QTest::addColumn<QString>("action");
    // Each step of the plan; of those that have a node's name in them OLD and SIBLING stand for it.
    const QStringList before{QStringLiteral("lock"),
                             QStringLiteral("lock_candidate"),
                             QStringLiteral("slots"),
                             QStringLiteral("prepare_OLD"),
                             QStringLiteral("prepare_siblings"),
                             QStringLiteral("fetch"),
                             QStringLiteral("checkpoint"),
                             QStringLiteral("stop"),
                             QStringLiteral("prove")};
    const QStringList after{QStringLiteral("promote"), QStringLiteral("rejoin"), QStringLiteral("follow_SIBLING"),
                            QStringLiteral("tidy"),    QStringLiteral("proof"),  QStringLiteral("unlock")};
    for (const QString &step : before + after) {
        QTest::addRow("resume after %s", qPrintable(step))
            << step + QStringLiteral(" started") << QStringLiteral("resume");
    }
    for (const QString &step : before) {
        QTest::addRow("undo after %s", qPrintable(step)) << step + QStringLiteral(" started") << QStringLiteral("undo");
    }
}

void TestSwitchover::killedConsoleIsFinished()
{
    QFETCH(QString, at);
    QFETCH(QString, action);
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    at.replace(QStringLiteral("OLD"), m_lab->node(from).name);
    at.replace(QStringLiteral("SIBLING"), m_lab->node(3 - from - to).name);
    const QStringList asBefore = prepared();
    const ConsoleRun killed = run({QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                                   QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--yes")},
                                  at);
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    const ConsoleRun shown = run({QStringLiteral("journal"), clusterFile(), QStringLiteral("--json")});
    QVERIFY2(!shown.lines.isEmpty(), shown.text.constData());
    QCOMPARE(shown.lines.first().value(QStringLiteral("outcome")).toString(), QStringLiteral("interrupted"));
    if (action == QLatin1String("undo") && at.startsWith(QLatin1String("stop"))) { // the first advice, above all others
        (void)m_lab->node(from).stop(); // the console may have died before it was told
        QTRY_VERIFY_WITH_TIMEOUT(primary() < 0, 15'000);
        const ConsoleRun checked = run({QStringLiteral("check"), clusterFile()});
        QVERIFY2(checked.exitCode == 2 && checked.text.startsWith("HOWDAH CRITICAL") &&
                     checked.text.left(checked.text.indexOf('\n')).contains("was interrupted at \"Stop"),
                 checked.text.constData());
    }
    const ConsoleRun finished = run({QStringLiteral("journal"), clusterFile(), action, QStringLiteral("--json")});
    // A console that dies just before the promotion may have sent it: undo refuses then, and resume goes on.
    const bool undone = action == QLatin1String("undo");
    QVERIFY2(finished.exitCode == (undone ? 2 : 0), finished.text.constData());
    awaitWhole();
    QCOMPARE(primary(), undone ? from : to);
    // Nothing that was prepared is left.
    const auto &candidate = m_lab->node(to);
    QCOMPARE(
        candidate.value(QStringLiteral("SELECT setting FROM pg_settings WHERE name = 'wal_retrieve_retry_interval'")),
        QStringLiteral("5000"));
    if (undone) {
        QCOMPARE(prepared(), asBefore);
    }
}

/// postgresql.auto.conf may have more than what a switchover changes.
void TestSwitchover::settingsComeBackBesideOthers()
{
    awaitWhole();
    const testsupport::LabServer &candidate = m_lab->node(primary() == 0 ? 1 : 0);
    const auto alter = [&candidate](const char *interval, const char *waits) {
        QVERIFY(candidate.sql(QStringLiteral("ALTER SYSTEM %1").arg(QLatin1String(interval))));
        QVERIFY(candidate.sql(QStringLiteral("ALTER SYSTEM %1").arg(QLatin1String(waits))));
        QVERIFY(candidate.sql(QStringLiteral("SELECT pg_reload_conf()")));
    };
    const auto interval = QStringLiteral("SELECT setting FROM pg_settings WHERE name = 'wal_retrieve_retry_interval'");
    alter("SET wal_retrieve_retry_interval = '1234ms'", "SET log_lock_waits = on");
    QTRY_COMPARE(candidate.value(interval), QStringLiteral("1234"));
    const ConsoleRun killed = run({QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                                   QStringLiteral("--to"), candidate.name, QStringLiteral("--yes")},
                                  QStringLiteral("checkpoint started"));
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    const ConsoleRun undone =
        run({QStringLiteral("journal"), clusterFile(), QStringLiteral("undo"), QStringLiteral("--json")});
    QVERIFY2(undone.exitCode == 2, undone.text.constData());
    QTRY_COMPARE(candidate.value(interval), QStringLiteral("1234"));
    alter("RESET wal_retrieve_retry_interval", "RESET log_lock_waits");
    QTRY_COMPARE(candidate.value(interval), QStringLiteral("5000"));
}

/// What was written and not reloaded would be lost, and what waits for a restart comes with that of the old primary.
void TestSwitchover::settingsMustRunAsTheyAreWritten()
{
    awaitWhole();
    const testsupport::LabServer &old = m_lab->node(primary());
    const testsupport::LabServer &candidate = m_lab->node(primary() == 0 ? 1 : 0);
    const QString reload = QStringLiteral("SELECT pg_reload_conf()");
    const auto found = [&](const char *check) {
        const ConsoleRun ended = switchover({QStringLiteral("--to"), candidate.name, QStringLiteral("--dry-run")});
        return ended.check(QLatin1String(check));
    };
    QCOMPARE(found("settings_taken_over"), QStringLiteral("passed"));
    QCOMPARE(found("pending_restart"), QStringLiteral("passed"));
    for (const char *written : {"SET wal_retrieve_retry_interval = '7s'", "SET primary_slot_name = 'written'"}) {
        QVERIFY(candidate.sql(QStringLiteral("ALTER SYSTEM %1").arg(QLatin1String(written))));
        QCOMPARE(found("settings_taken_over"), QStringLiteral("failed"));
        QVERIFY(candidate.sql(
            QStringLiteral("ALTER SYSTEM RESET %1").arg(QString::fromLatin1(written).section(QLatin1Char(' '), 1, 1))));
    }
    // Written in another way than the server says it, but what runs.
    QVERIFY(candidate.sql(QStringLiteral("ALTER SYSTEM SET wal_retrieve_retry_interval = '5000ms'")));
    QVERIFY(candidate.sql(reload));
    QTRY_COMPARE(found("settings_taken_over"), QStringLiteral("passed"));
    QVERIFY(candidate.sql(QStringLiteral("ALTER SYSTEM RESET wal_retrieve_retry_interval")));
    QCOMPARE(found("settings_taken_over"), QStringLiteral("failed")); // taken away, and not taken over
    QVERIFY(candidate.sql(reload));
    // What a start takes over, be it reloaded or not.
    const int connections = candidate.value(QStringLiteral("SHOW max_connections")).toInt();
    for (const bool reloaded : {true, false}) {
        for (const bool tooLow : {true, false}) {
            QVERIFY(
                old.sql(QStringLiteral("ALTER SYSTEM SET max_connections = %1").arg(connections + (tooLow ? -1 : 1))));
            QVERIFY(!reloaded || old.sql(reload));
            QTRY_COMPARE(found("pending_restart"), tooLow ? QStringLiteral("failed") : QStringLiteral("warning"));
        }
        QVERIFY(old.sql(QStringLiteral("ALTER SYSTEM RESET max_connections")));
        QVERIFY(old.sql(reload));
        QTRY_COMPARE(found("pending_restart"), QStringLiteral("passed"));
    }
    QFile file(old.dataDir + QStringLiteral("/postgresql.conf"));
    QVERIFY(file.open(QIODevice::ReadWrite));
    const qint64 size = file.size();
    QVERIFY(file.seek(size) && file.write("\nwork_mem = 'much'\n") > 0 && file.flush());
    QCOMPARE(found("pending_restart"), QStringLiteral("failed"));
    QVERIFY(file.resize(size));
    QCOMPARE(found("pending_restart"), QStringLiteral("passed"));
}

/// What stood in postgresql.auto.conf had a password, and the console that knew it is dead: undo says so.
void TestSwitchover::passwordThatIsGoneIsAskedFor()
{
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const testsupport::LabServer &old = m_lab->node(from);
    const QString reload = QStringLiteral("SELECT pg_reload_conf()");
    QVERIFY(old.sql(
        QStringLiteral("ALTER SYSTEM SET primary_conninfo = 'host=10.255.0.1 user=repl password=canary-5521'")));
    QVERIFY(old.sql(reload));
    const ConsoleRun killed = run({QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                                   QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--yes")},
                                  QStringLiteral("stop done"));
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    const ConsoleRun undone =
        run({QStringLiteral("journal"), clusterFile(), QStringLiteral("undo"), QStringLiteral("--json")});
    QVERIFY2(undone.exitCode == 3, undone.text.constData());
    QVERIFY2(undone.text.contains("holds a password, which is kept in no journal"), undone.text.constData());
    const QByteArray byHand = old.name.toUtf8() + ": ALTER SYSTEM SET primary_conninfo = 'host=10.255.0.1";
    QVERIFY2(undone.text.contains(byHand), undone.text.constData());
    QVERIFY(!undone.text.contains("canary-5521"));
    // It serves, and nothing was written that has no password.
    QTRY_COMPARE_WITH_TIMEOUT(primary(), from, 20'000);
    QVERIFY(!old.value(QStringLiteral("SELECT pg_read_file('postgresql.auto.conf')"))
                 .contains(QStringLiteral("10.255.0.1")));
    QVERIFY(old.sql(QStringLiteral("ALTER SYSTEM RESET primary_conninfo")));
    QVERIFY(old.sql(reload));
}

void TestSwitchover::refusals_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("check");
    QTest::newRow("unknown node") << QStringLiteral("pg9") << QStringLiteral("candidate_known");
    QTest::newRow("the primary itself") << QString() << QStringLiteral("candidate_known");
}

void TestSwitchover::refusals()
{
    QFETCH(QString, target);
    QFETCH(QString, check);
    awaitWhole();
    const ConsoleRun ended = switchover(
        {QStringLiteral("--to"), target.isEmpty() ? m_lab->node(primary()).name : target, QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("refused"));
    QVERIFY2(ended.check(check) == QLatin1String("failed"), ended.text.constData());
}

/// What streams now was connected the other way round: whether the old primary gets into the candidate nobody has seen.
void TestSwitchover::closedDoorRefuses()
{
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const auto nft = [&](const QStringList &words) {
        return m_lab->exec(to, QStringList{QStringLiteral("nft")} + words).ok();
    };
    QVERIFY(nft({QStringLiteral("add table inet door")}));
    QVERIFY(nft({QStringLiteral("add chain inet door in { type filter hook input priority 0; }")}));
    QVERIFY(nft({QStringLiteral("add rule inet door in ip saddr %1 tcp dport %2 drop")
                     .arg(m_lab->node(from).host, QString::number(m_lab->node(to).port))}));
    const QStringList words{QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--yes")};
    const ConsoleRun shut = switchover(words);
    QVERIFY(nft({QStringLiteral("delete table inet door")}));
    QVERIFY2(shut.exitCode == 1, shut.text.constData());
    QVERIFY2(shut.check(QStringLiteral("followers_connect")) == QLatin1String("failed"), shut.text.constData());
    QVERIFY2(shut.text.contains((m_lab->node(from).name + QStringLiteral(": timeout expired")).toUtf8()),
             shut.text.constData());
    QVERIFY2(shut.check(QStringLiteral("candidate_streams")) == QLatin1String("passed"), shut.text.constData());
    const ConsoleRun open = switchover(words + QStringList{QStringLiteral("--dry-run")});
    QVERIFY2(open.exitCode == 0, open.text.constData());
    QVERIFY2(open.check(QStringLiteral("followers_connect")) == QLatin1String("passed"), open.text.constData());
}

QTEST_GUILESS_MAIN(TestSwitchover)
#include "tst_switchover.moc"
