// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"
#include "support/writablewatch.h"

using namespace howdah;
using integration::ConsoleRun;
using integration::OnStep;
using testsupport::CommitClient;
using testsupport::Lab;

/// Switchovers through pg_auto_failover, from the command line and on three real hosts, by a role that may only look at
/// the nodes and ask their monitor.
class TestSwitchoverPgaf : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void found_data();
    void found();
    void dryRunChangesNothing();
    void thereAndBack();
    void refusedInMaintenance();
    void refusedWithoutItsMonitor();
    void nativelyIsRefused();
    void killedConsoleIsFinished_data();
    void killedConsoleIsFinished();
    void runbookDoesTheSame();

private:
    ConsoleRun run(const QStringList &arguments, const OnStep &onStep = {}) const
    {
        return integration::runConsole(arguments, m_directory.path(), onStep);
    }
    ConsoleRun switchover(int to, const QStringList &more, const OnStep &onStep = {}) const
    {
        return run(QStringList{QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                               QStringLiteral("--to"), m_lab->node(to).name} +
                       more,
                   onStep);
    }
    int primary() const { return m_lab->primary(); }
    int another(int besides) const { return besides == 0 ? 1 : 0; }
    /// What the monitor answers, a row a line.
    QString monitor(const QString &query) const;
    QString states() const
    {
        return monitor(QStringLiteral("SELECT nodename, reportedstate, goalstate FROM pgautofailover.node ORDER BY 1"));
    }
    bool isWhole() const;
    QString clusterFile() const { return m_directory.filePath(QStringLiteral("orders.toml")); }

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
};

namespace {

const QString kYes = QStringLiteral("--yes");
constexpr int kWholeMs = 60'000;

/// What QtTest has room for: the checks that did not pass, and the end.
QByteArray why(const ConsoleRun &run)
{
    QByteArray text;
    for (const QJsonObject &line : run.lines) {
        const QJsonObject check = line.value(QStringLiteral("check")).toObject();
        if (!check.isEmpty() && check.value(QStringLiteral("result")).toString() != QLatin1String("passed")) {
            text += QJsonDocument(check).toJson(QJsonDocument::Compact) + '\n';
        }
    }
    return text + run.text.right(1200);
}

} // namespace

void TestSwitchoverPgaf::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    auto lab = Lab::start(Lab::Variant::AutoFailover);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    cluster::ClusterConfig config = integration::withoutHosts(m_lab->config()); // everything goes through the monitor
    config.name = QStringLiteral("orders");
    QVERIFY(cluster::saveClusterFile(config, clusterFile()));
}

void TestSwitchoverPgaf::init()
{
    QTRY_VERIFY2_WITH_TIMEOUT(isWhole(), qPrintable(states()), kWholeMs);
}

QString TestSwitchoverPgaf::monitor(const QString &query) const
{
    const auto rows = testsupport::sql(m_lab->monitorConninfo(), query);
    if (!rows) {
        return QStringLiteral("ERROR: ") + rows.error().message;
    }
    QStringList lines;
    for (const QStringList &row : *rows) {
        lines.append(row.join(QLatin1Char(' ')));
    }
    return lines.join(QLatin1Char('\n'));
}

/// The servers and the monitor agree: one primary, and two that stream from it.
bool TestSwitchoverPgaf::isWhole() const
{
    const int leads = primary();
    if (leads < 0 || m_lab->node(leads).value(QStringLiteral(
                         "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) != QLatin1String("2")) {
        return false;
    }
    QStringList wanted;
    for (int i = 0; i < 3; ++i) {
        wanted.append(i == leads ? QStringLiteral("pg%1 primary primary").arg(i + 1)
                                 : QStringLiteral("pg%1 secondary secondary").arg(i + 1));
    }
    return states() == wanted.join(QLatin1Char('\n')) &&
           monitor(QStringLiteral("SELECT count(*) FROM pgautofailover.node WHERE health = 1")) == QLatin1String("3");
}

void TestSwitchoverPgaf::found_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<bool>("tells"); // where the monitor is
    QTest::newRow("from the monitor") << QStringLiteral("monitor dba") << true;
    QTest::newRow("from a standby, as a superuser") << QStringLiteral("pg3 postgres") << true;
    QTest::newRow("from a node that may not say") << QStringLiteral("pg2 dba") << false;
}

void TestSwitchoverPgaf::found()
{
    QFETCH(QString, from);
    QFETCH(bool, tells);
    const QString user = from.section(QLatin1Char(' '), 1);
    const QString conninfo = from.startsWith(QLatin1String("monitor"))
                                 ? m_lab->monitorConninfo(user)
                                 : m_lab->node(from.mid(2, 1).toInt() - 1).conninfo(user);
    const QString file = m_directory.filePath(QStringLiteral("found.toml"));
    const ConsoleRun ended = run({QStringLiteral("discover"), conninfo, QStringLiteral("--json"), QStringLiteral("-o"),
                                  file, QStringLiteral("--force")});
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    const auto config = cluster::readClusterFile(file);
    QVERIFY2(config, config ? "" : qPrintable(config.error().message));
    QCOMPARE(cluster::toString(config->manager), QStringLiteral("pg_auto_failover"));
    QCOMPARE(!config->autoFailoverMonitor.isEmpty(), tells);
    // The monitor is no node, and those have the names that it knows them by.
    QStringList names;
    for (const cluster::NodeConfig &node : config->nodes) {
        names.append(node.name);
    }
    names.sort();
    QCOMPARE(names.size(), 3);
    if (tells) {
        QCOMPARE(names, (QStringList{QStringLiteral("pg1"), QStringLiteral("pg2"), QStringLiteral("pg3")}));
    } else {
        QVERIFY2(ended.text.contains("monitor in [pg_auto_failover]"), ended.text.constData());
    }
    const ConsoleRun status = run({QStringLiteral("status"), file, QStringLiteral("--json")});
    QVERIFY2(status.exitCode == 0, status.text.constData());
    const QJsonArray nodes = status.last().value(QStringLiteral("nodes")).toArray();
    QCOMPARE(nodes.size(), 3);
    int primaries = 0;
    for (const auto &node : nodes) {
        primaries += node[QStringLiteral("role")].toString() == QLatin1String("primary") ? 1 : 0;
    }
    QCOMPARE(primaries, 1);
    // A healthy cluster has nothing to dismiss: slots that pg_auto_failover keeps on standbys are none.
    if (tells) {
        QCOMPARE(status.last().value(QStringLiteral("verdict")).toString(), QStringLiteral("ok"));
    }
}

void TestSwitchoverPgaf::dryRunChangesNothing()
{
    const int from = primary();
    const ConsoleRun ended = switchover(another(from), {QStringLiteral("--dry-run")});
    QVERIFY2(ended.exitCode == 0, why(ended).constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("done"));
    for (const char *check : {"autofailover_monitor", "autofailover_rights", "autofailover_primary",
                              "autofailover_member", "autofailover_priority", "autofailover_quorum", "siblings"}) {
        QCOMPARE(ended.check(QLatin1String(check)), QStringLiteral("passed"));
    }
    QCOMPARE(primary(), from);
}

void TestSwitchoverPgaf::thereAndBack()
{
    for (const int to : {1, 0, 2}) {
        QTRY_VERIFY2_WITH_TIMEOUT(isWhole(), qPrintable(states()), kWholeMs);
        const int from = primary();
        QVERIFY(from >= 0 && from != to);
        CommitClient client(m_lab->conninfos());
        testsupport::WritableWatch watch(m_lab->conninfos());
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const ConsoleRun ended = switchover(to, {kYes});
        QVERIFY2(ended.exitCode == 0, why(ended).constData());
        QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("done"));
        // Each state on the way was told of, in the monitor's own words.
        QVERIFY2(ended.text.contains("primary → draining"), ended.text.constData());
        QVERIFY2(ended.text.contains(m_lab->node(to).name.toUtf8() + " is wait_primary"), ended.text.constData());
        // It does not end before all is as it shall be.
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(m_lab->node(i).value(QStringLiteral("SELECT pg_is_in_recovery()")),
                     i == to ? QStringLiteral("f") : QStringLiteral("t"));
        }
        const qint64 before = client.acknowledged();
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 100, 15'000);
        client.stop();
        watch.stop();
        qInfo("switched from pg%d to pg%d: writes waited %.0f ms, all of it took %d ms", from + 1, to + 1,
              client.worstGapMs(), ended.last().value(QStringLiteral("took_ms")).toInt());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
        QCOMPARE(m_lab->node(to).value(QStringLiteral("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")),
                 QStringLiteral("0"));
    }
}

void TestSwitchoverPgaf::refusedInMaintenance()
{
    const int from = primary();
    const int to = another(from);
    const QString id =
        QStringLiteral("(SELECT nodeid FROM pgautofailover.node WHERE nodename = '%1')").arg(m_lab->node(to).name);
    const auto state = [&] {
        return monitor(QStringLiteral("SELECT reportedstate FROM pgautofailover.node WHERE nodename = '%1'")
                           .arg(m_lab->node(to).name));
    };
    QCOMPARE(monitor(QStringLiteral("SELECT pgautofailover.start_maintenance(%1)").arg(id)), QStringLiteral("t"));
    QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("maintenance"), 30'000);
    const ConsoleRun ended = switchover(to, {kYes});
    QCOMPARE(monitor(QStringLiteral("SELECT pgautofailover.stop_maintenance(%1)").arg(id)), QStringLiteral("t"));
    QVERIFY2(ended.exitCode == 1, why(ended).constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("refused"));
    QCOMPARE(ended.check(QStringLiteral("autofailover_member")), QStringLiteral("failed"));
    QCOMPARE(primary(), from);
}

void TestSwitchoverPgaf::refusedWithoutItsMonitor()
{
    const int from = primary();
    cluster::ClusterConfig config = *cluster::readClusterFile(clusterFile());
    for (const QString &monitor : {QString(), m_lab->monitorConninfo(QStringLiteral("plain"))}) {
        config.autoFailoverMonitor = monitor;
        const QString file = m_directory.filePath(QStringLiteral("without.toml"));
        QVERIFY(cluster::saveClusterFile(config, file));
        const ConsoleRun ended =
            run({QStringLiteral("switchover"), file, QStringLiteral("--json"), QStringLiteral("--yes"),
                 QStringLiteral("--to"), m_lab->node(another(from)).name});
        QVERIFY2(ended.exitCode == 1, why(ended).constData());
        QCOMPARE(ended.check(QStringLiteral("autofailover_monitor")), QStringLiteral("unknown"));
        QVERIFY2(ended.text.contains(monitor.isEmpty() ? "[pg_auto_failover]" : "GRANT autoctl_node TO plain"),
                 why(ended).constData());
    }
    QCOMPARE(primary(), from);
}

void TestSwitchoverPgaf::nativelyIsRefused()
{
    const int from = primary();
    const ConsoleRun ended = switchover(another(from), {QStringLiteral("--native"), kYes});
    QVERIFY2(ended.exitCode == 1, why(ended).constData());
    QCOMPARE(ended.check(QStringLiteral("not_managed")), QStringLiteral("failed"));
    QCOMPARE(primary(), from);
}

void TestSwitchoverPgaf::killedConsoleIsFinished_data()
{
    QTest::addColumn<QString>("at");
    QTest::addColumn<QString>("action");
    for (const char *step : {"lock", "switchover", "rejoin"}) {
        QTest::addRow("resume after %s", step)
            << QLatin1String(step) + QStringLiteral(" started") << QStringLiteral("resume");
    }
    QTest::addRow("undo after lock_candidate") << QStringLiteral("lock_candidate started") << QStringLiteral("undo");
}

void TestSwitchoverPgaf::killedConsoleIsFinished()
{
    QFETCH(QString, at);
    QFETCH(QString, action);
    const int from = primary();
    const int to = another(from);
    const ConsoleRun killed = switchover(to, {kYes}, [&](const QString &step) { return step == at; });
    QVERIFY2(killed.exitCode == -1, why(killed).constData());
    const ConsoleRun finished = run({QStringLiteral("journal"), clusterFile(), action, QStringLiteral("--json")});
    const bool undone = action == QLatin1String("undo");
    QVERIFY2(finished.exitCode == (undone ? 2 : 0), why(finished).constData());
    QTRY_VERIFY2_WITH_TIMEOUT(isWhole(), qPrintable(states()), kWholeMs);
    QCOMPARE(primary(), undone ? from : to);
}

void TestSwitchoverPgaf::runbookDoesTheSame()
{
    const int to = another(primary());
    const QString script = m_directory.filePath(QStringLiteral("runbook.sh"));
    const ConsoleRun dry = switchover(to, {QStringLiteral("--dry-run"), QStringLiteral("--runbook"), script});
    QVERIFY2(dry.exitCode == 0, why(dry).constData());
    const testsupport::Output ran = testsupport::run({QStringLiteral("sh"), script}, 120'000);
    QVERIFY2(ran.ok(), (ran.out + ran.err).constData());
    QCOMPARE(primary(), to);
}

QTEST_GUILESS_MAIN(TestSwitchoverPgaf)
#include "tst_switchoverpgaf.moc"
