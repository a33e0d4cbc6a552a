// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"
#include "support/labsql.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::CommitClient;
using testsupport::Lab;

/// A pair under repmgr with a witness: through repmgr while its daemons watch, and natively while they are paused.
class TestSwitchoverRepmgr : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void nativeIsRefusedWhileDaemonsWatch();
    void throughRepmgrThereAndBack();
    void runbookDoesTheSame();
    void whatRepmgrLeavesDownGoesBackToService();
    void killedConsoleIsFinished();
    void daemonsGoOnWithoutTheConsole();
    void nativeThereAndBack();
    void roleWithoutRightsIsRefused();

private:
    ConsoleRun switchover(int to, const QStringList &more, const QString &killAt = {}) const;
    QString value(int node, const QString &sql, const QString &database = QStringLiteral("postgres")) const;
    bool pauseDaemons(bool paused) const;
    /// Which of the daemons are paused: "ftf".
    QString paused() const;
    int primary() const { return m_lab->primary(); }
    void awaitWhole() const;
    QString clusterFile() const { return m_directory.filePath(QStringLiteral("orders.toml")); }

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
};

void TestSwitchoverRepmgr::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    Lab::Options options;
    options.repmgrd = true;
    auto lab = Lab::start(Lab::Variant::Repmgr, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    QVERIFY(cluster::saveClusterFile(config, clusterFile()));
    for (int node = 0; node < 3; ++node) {
        QTRY_COMPARE_WITH_TIMEOUT(
            value(node, QStringLiteral("SELECT repmgr.repmgrd_is_running()"), QStringLiteral("repmgr")),
            QStringLiteral("t"), 20'000);
    }
}

ConsoleRun TestSwitchoverRepmgr::switchover(int to, const QStringList &more, const QString &killAt) const
{
    return integration::runConsole(QStringList{QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                                               QStringLiteral("--to"), m_lab->node(to).name} +
                                       more,
                                   m_directory.path(), killAt);
}

QString TestSwitchoverRepmgr::value(int node, const QString &sql, const QString &database) const
{
    const auto rows = testsupport::sql(m_lab->node(node).conninfo(QStringLiteral("postgres"), database), sql);
    return rows ? rows->value(0).value(0) : QStringLiteral("ERROR: ") + rows.error().message;
}

bool TestSwitchoverRepmgr::pauseDaemons(bool paused) const
{
    const QString action = paused ? QStringLiteral("pause") : QStringLiteral("unpause");
    return m_lab->repmgr(primary(), {QStringLiteral("service"), action}).ok();
}

QString TestSwitchoverRepmgr::paused() const
{
    QString all;
    for (int node = 0; node < 3; ++node) {
        all += value(node, QStringLiteral("SELECT repmgr.repmgrd_is_paused()"), QStringLiteral("repmgr"));
    }
    return all;
}

void TestSwitchoverRepmgr::awaitWhole() const
{
    QTRY_VERIFY_WITH_TIMEOUT(primary() >= 0, 30'000);
    QTRY_COMPARE_WITH_TIMEOUT(
        value(primary(), QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")),
        QStringLiteral("1"), 30'000);
    QTRY_VERIFY_WITH_TIMEOUT(m_lab->repmgr(primary(), {QStringLiteral("cluster"), QStringLiteral("show")}).ok(),
                             30'000);
}

void TestSwitchoverRepmgr::nativeIsRefusedWhileDaemonsWatch()
{
    const ConsoleRun ended = switchover(1, {QStringLiteral("--native"), QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(ended.check(QStringLiteral("repmgrd")), QStringLiteral("failed"));
    QCOMPARE(primary(), 0);
}

void TestSwitchoverRepmgr::throughRepmgrThereAndBack()
{
    for (const int to : {1, 0}) {
        awaitWhole();
        CommitClient client(
            {m_lab->node(0).conninfo(QStringLiteral("postgres")), m_lab->node(1).conninfo(QStringLiteral("postgres"))});
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const ConsoleRun ended = switchover(to, {QStringLiteral("--yes")});
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        const qint64 before = client.acknowledged();
        QTRY_VERIFY(client.acknowledged() > before + 100);
        client.stop();
        qInfo("through repmgr to pg%d: writes waited %.0f ms, all of it took %d ms", to + 1, client.worstGapMs(),
              ended.last().value(QStringLiteral("took_ms")).toInt());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QCOMPARE(primary(), to);
        QCOMPARE(paused(), QStringLiteral("fff"));
        QVERIFY(m_lab->repmgr(to, {QStringLiteral("cluster"), QStringLiteral("show")}).ok());
        QTRY_COMPARE_WITH_TIMEOUT(
            value(2, QStringLiteral("SELECT node_name FROM repmgr.nodes WHERE type = 'primary' AND active"),
                  QStringLiteral("repmgr")),
            m_lab->node(to).name, 30'000);
    }
}

void TestSwitchoverRepmgr::runbookDoesTheSame()
{
    awaitWhole();
    const int to = primary() == 0 ? 1 : 0;
    const QString script = m_directory.filePath(QStringLiteral("runbook.sh"));
    const ConsoleRun dry = switchover(to, {QStringLiteral("--dry-run"), QStringLiteral("--runbook"), script});
    QVERIFY2(dry.exitCode == 0, dry.text.constData());
    const testsupport::Output ran = testsupport::run({QStringLiteral("sh"), script}, 120'000);
    QVERIFY2(ran.ok(), (ran.out + ran.err).constData());
    QCOMPARE(primary(), to);
    QCOMPARE(paused(), QStringLiteral("fff"));
    // repmgr keeps the connection settings: there is nothing for the script to put back.
    QVERIFY(!QFile::exists(script + QStringLiteral(".values")));
}

/// repmgr gives up when the primary did not shut down cleanly, and leaves it down.
void TestSwitchoverRepmgr::whatRepmgrLeavesDownGoesBackToService()
{
    awaitWhole();
    const int from = primary();
    QFile file(m_lab->repmgrConfig(from));
    QVERIFY(file.open(QIODevice::ReadWrite));
    const QByteArray whole = file.readAll();
    QByteArray broken = whole;
    broken.replace("-m fast stop", "-m immediate stop");
    QVERIFY(broken != whole);
    file.resize(0);
    file.seek(0);
    file.write(broken);
    file.flush();
    CommitClient client(
        {m_lab->node(0).conninfo(QStringLiteral("postgres")), m_lab->node(1).conninfo(QStringLiteral("postgres"))});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    const ConsoleRun ended = switchover(1 - from, {QStringLiteral("--yes")});
    file.resize(0);
    file.seek(0);
    file.write(whole);
    file.close();
    QVERIFY2(ended.exitCode == 2, ended.text.constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("undone"));
    const qint64 before = client.acknowledged();
    QTRY_VERIFY(client.acknowledged() > before + 100);
    client.stop();
    QCOMPARE(primary(), from);
    QCOMPARE(client.missingAt(m_lab->node(from).conninfo(QStringLiteral("postgres"))), 0);
    QCOMPARE(paused(), QStringLiteral("fff"));
}

void TestSwitchoverRepmgr::killedConsoleIsFinished()
{
    awaitWhole();
    const int from = primary();
    const ConsoleRun killed = switchover(1 - from, {QStringLiteral("--yes")}, QStringLiteral("switchover started"));
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    const ConsoleRun finished = integration::runConsole(
        {QStringLiteral("journal"), clusterFile(), QStringLiteral("resume"), QStringLiteral("--json")},
        m_directory.path());
    QVERIFY2(finished.exitCode == 0 || finished.exitCode == 2, finished.text.constData());
    awaitWhole();
    QCOMPARE(primary(), finished.exitCode == 0 ? 1 - from : from);
    QCOMPARE(paused(), QStringLiteral("fff"));
}

/// Nobody may come who takes it back: repmgrd must not stay paused because a console died.
void TestSwitchoverRepmgr::daemonsGoOnWithoutTheConsole()
{
    int from = -1;
    bool inTime = false;
    // Once repmgr is at it, its daemons stay paused for minutes: a kill that comes so late tells nothing here.
    for (int n = 0; n < 5 && !inTime; ++n) {
        awaitWhole();
        from = primary();
        bool wasPaused = false;
        qint64 console = 0;
        const ConsoleRun killed =
            integration::runConsole({QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                                     QStringLiteral("--to"), m_lab->node(1 - from).name, QStringLiteral("--yes")},
                                    m_directory.path(), integration::OnStep([&](const QString &at) {
                                        if (wasPaused || !at.startsWith(QLatin1String("repmgrd_pause_")) ||
                                            !at.endsWith(QLatin1String(" done"))) {
                                            return false;
                                        }
                                        kill(static_cast<pid_t>(console), SIGSTOP);
                                        wasPaused = paused().contains(QLatin1Char('t'));
                                        return true;
                                    }),
                                    &console);
        QVERIFY2(killed.exitCode == -1 && wasPaused, killed.text.constData());
        inTime = !killed.text.contains("\"step\":\"switchover\"");
        if (!inTime) {
            (void)integration::runConsole({QStringLiteral("journal"), clusterFile(), QStringLiteral("resume")},
                                          m_directory.path());
        }
    }
    QVERIFY(inTime);
    QTRY_COMPARE_WITH_TIMEOUT(paused(), QStringLiteral("fff"), 20'000);
    const ConsoleRun finished = integration::runConsole(
        {QStringLiteral("journal"), clusterFile(), QStringLiteral("undo"), QStringLiteral("--json")},
        m_directory.path());
    QVERIFY2(finished.exitCode == 2, finished.text.constData());
    QCOMPARE(primary(), from);
    QCOMPARE(paused(), QStringLiteral("fff"));
}

void TestSwitchoverRepmgr::nativeThereAndBack()
{
    awaitWhole();
    QVERIFY(pauseDaemons(true));
    for (int n = 0; n < 2; ++n) {
        awaitWhole();
        const int from = primary();
        const int to = 1 - from;
        CommitClient client(
            {m_lab->node(0).conninfo(QStringLiteral("postgres")), m_lab->node(1).conninfo(QStringLiteral("postgres"))});
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const ConsoleRun ended = switchover(to, {QStringLiteral("--native"), QStringLiteral("--yes")});
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        const qint64 before = client.acknowledged();
        QTRY_VERIFY(client.acknowledged() > before + 100);
        client.stop();
        qInfo("natively to pg%d: writes waited %.0f ms, all of it took %d ms", to + 1, client.worstGapMs(),
              ended.last().value(QStringLiteral("took_ms")).toInt());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QCOMPARE(primary(), to);
        // What was paused by a person stays so, and repmgr takes its cluster for what it is, slots and all.
        QTRY_COMPARE_WITH_TIMEOUT(paused(), QStringLiteral("ttt"),
                                  20'000); // repmgrd reads it anew when its server is back
        const testsupport::Output shown = m_lab->repmgr(to, {QStringLiteral("cluster"), QStringLiteral("show")});
        QVERIFY2(shown.ok(), (shown.out + shown.err).constData());
        const testsupport::Output slots_ =
            m_lab->repmgr(to, {QStringLiteral("node"), QStringLiteral("check"), QStringLiteral("--missing-slots")});
        QVERIFY2(slots_.ok(), (slots_.out + slots_.err).constData());
        QTRY_COMPARE_WITH_TIMEOUT(
            value(2, QStringLiteral("SELECT node_name FROM repmgr.nodes WHERE type = 'primary' AND active"),
                  QStringLiteral("repmgr")),
            m_lab->node(to).name, 30'000);
    }
    QVERIFY(pauseDaemons(false));
    // The daemons take up their work on what they find.
    QTRY_COMPARE_WITH_TIMEOUT(paused(), QStringLiteral("fff"), 20'000);
    awaitWhole();
}

void TestSwitchoverRepmgr::roleWithoutRightsIsRefused()
{
    awaitWhole();
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("dba"));
    config.name = QStringLiteral("orders");
    const QString path = m_directory.filePath(QStringLiteral("poor.toml"));
    QVERIFY(cluster::saveClusterFile(config, path));
    const ConsoleRun ended =
        integration::runConsole({QStringLiteral("switchover"), path, QStringLiteral("--json"), QStringLiteral("--to"),
                                 m_lab->node(1 - primary()).name, QStringLiteral("--yes")},
                                m_directory.path());
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(ended.check(QStringLiteral("primary_rights")), QStringLiteral("failed"));
}

QTEST_GUILESS_MAIN(TestSwitchoverRepmgr)
#include "tst_switchoverrepmgr.moc"
