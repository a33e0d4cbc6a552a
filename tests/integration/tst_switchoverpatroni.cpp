// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDateTime>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"

using namespace howdah;
using integration::ConsoleRun;
using integration::OnStep;
using testsupport::CommitClient;
using testsupport::Lab;

/// Switchovers through Patroni, from the command line and on three real hosts, by a role that may only look.
class TestSwitchoverPatroni : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void dryRunChangesNothing();
    void thereAndBack();
    void foundOutByItself();
    void refusedByReplay();
    void refusedByItsTags();
    void pausedIsAWarning();
    void killedConsoleIsFinished_data();
    void killedConsoleIsFinished();
    void runbookDoesTheSame();
    void wantsCredentials();
    void sleepingPatroniIsNoProof();
    void showsWhatPatroniSays();
    void pausesAndGoesOn();
    void settingsAreChangedAsShown();
    void restartsAndBuildsAnew();
    void schedulesAndCancels();

private:
    ConsoleRun patroni(const QStringList &words) const
    {
        return run(QStringList{QStringLiteral("patroni"), clusterFile(), QStringLiteral("--json")} + words);
    }
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
    QJsonObject cluster() const;
    bool isWhole() const;
    bool patch(const QByteArray &config) const;
    QString clusterFile() const { return m_directory.filePath(QStringLiteral("orders.toml")); }
    QStringList conninfos() const { return m_lab->conninfos(); }

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
};

namespace {

const QString kYes = QStringLiteral("--yes");
constexpr int kWholeMs = 90'000;

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
    return text + run.text.right(700);
}

testsupport::Output curl(const QStringList &arguments)
{
    return testsupport::run(QStringList{QStringLiteral("curl"), QStringLiteral("-s"), QStringLiteral("-m"),
                                        QStringLiteral("5"), QStringLiteral("--noproxy"), QStringLiteral("*")} +
                            arguments);
}

} // namespace

void TestSwitchoverPatroni::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    auto lab = Lab::start(Lab::Variant::Patroni);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    cluster::ClusterConfig config = integration::withoutHosts(m_lab->config()); // everything goes through Patroni
    config.name = QStringLiteral("orders");
    QVERIFY(cluster::saveClusterFile(config, clusterFile()));
}

void TestSwitchoverPatroni::init()
{
    QTRY_VERIFY2_WITH_TIMEOUT(isWhole(), QJsonDocument(cluster()).toJson().constData(), kWholeMs);
}

QJsonObject TestSwitchoverPatroni::cluster() const
{
    for (int i = 0; i < 3; ++i) {
        const QByteArray answer = curl({m_lab->patroniUrl(i) + QStringLiteral("/cluster")}).out;
        if (!answer.isEmpty()) {
            return QJsonDocument::fromJson(answer).object();
        }
    }
    return {};
}

/// Servers and Patroni agree: one primary, which leads, and two that stream from it.
bool TestSwitchoverPatroni::isWhole() const
{
    const int leads = primary();
    if (leads < 0 || m_lab->node(leads).value(QStringLiteral(
                         "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) != QLatin1String("2")) {
        return false;
    }
    const QJsonArray members = cluster().value(QStringLiteral("members")).toArray();
    int good = 0;
    for (const auto &member : members) {
        const bool leader = member[QStringLiteral("role")].toString() == QLatin1String("leader");
        good += member[QStringLiteral("state")].toString() == QLatin1String("running") &&
                        leader == (member[QStringLiteral("name")].toString() == m_lab->node(leads).name) &&
                        (leader || member[QStringLiteral("lag")].toInt(-1) >= 0)
                    ? 1
                    : 0;
    }
    return good == 3 && members.size() == 3;
}

bool TestSwitchoverPatroni::patch(const QByteArray &config) const
{
    return curl({QStringLiteral("-f"), QStringLiteral("-X"), QStringLiteral("PATCH"), QStringLiteral("-d"),
                 QString::fromUtf8(config), m_lab->patroniUrl(0) + QStringLiteral("/config")})
        .ok();
}

void TestSwitchoverPatroni::dryRunChangesNothing()
{
    const int from = primary();
    const ConsoleRun ended = switchover(another(from), {QStringLiteral("--dry-run")});
    QVERIFY2(ended.exitCode == 0, why(ended).constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("done"));
    QCOMPARE(ended.check(QStringLiteral("patroni_leader")), QStringLiteral("passed"));
    QCOMPARE(ended.check(QStringLiteral("patroni_member")), QStringLiteral("passed"));
    QCOMPARE(primary(), from);
}

void TestSwitchoverPatroni::thereAndBack()
{
    for (const int to : {1, 0, 2}) {
        QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kWholeMs);
        const int from = primary();
        QVERIFY(from >= 0 && from != to);
        CommitClient client(conninfos());
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const ConsoleRun ended = switchover(to, {kYes});
        QVERIFY2(ended.exitCode == 0, why(ended).constData());
        QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("done"));
        // It does not end before all is as it shall be.
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(m_lab->node(i).value(QStringLiteral("SELECT pg_is_in_recovery()")),
                     i == to ? QStringLiteral("f") : QStringLiteral("t"));
        }
        const qint64 before = client.acknowledged();
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 100, 15'000);
        client.stop();
        qInfo("switched from pg%d to pg%d: writes waited %.0f ms, all of it took %d ms", from + 1, to + 1,
              client.worstGapMs(), ended.last().value(QStringLiteral("took_ms")).toInt());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QCOMPARE(m_lab->node(to).value(QStringLiteral("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")),
                 QStringLiteral("0"));
    }
}

/// A file that names the nodes, and neither the manager nor where its API is.
void TestSwitchoverPatroni::foundOutByItself()
{
    cluster::ClusterConfig config = *cluster::readClusterFile(clusterFile());
    config.manager = cluster::ManagerKind::Auto;
    config.patroniUrl.clear();
    const QString file = m_directory.filePath(QStringLiteral("bare.toml"));
    QVERIFY(cluster::saveClusterFile(config, file));
    const ConsoleRun ended =
        run({QStringLiteral("switchover"), file, QStringLiteral("--json"), QStringLiteral("--dry-run"),
             QStringLiteral("--to"), m_lab->node(another(primary())).name});
    QVERIFY2(ended.exitCode == 0, why(ended).constData());
    QCOMPARE(ended.check(QStringLiteral("patroni_leader")), QStringLiteral("passed"));
}

/// Patroni itself resumes a replay that was paused, so it is a process that does nothing which keeps it behind.
void TestSwitchoverPatroni::refusedByReplay()
{
    const int from = primary();
    const auto &candidate = m_lab->node(another(from));
    pid_t startup = 0;
    for (const qint64 pid : candidate.children()) {
        QFile file(QStringLiteral("/proc/%1/cmdline").arg(pid));
        if (file.open(QIODevice::ReadOnly) && file.readAll().contains("startup")) {
            startup = static_cast<pid_t>(pid);
        }
    }
    QVERIFY(startup > 0);
    QCOMPARE(::kill(startup, SIGSTOP), 0);
    const auto written = m_lab->node(from).sql(QStringLiteral(
        "SELECT count(pg_logical_emit_message(false, 'test', repeat('x', 1000000))) FROM generate_series(1, 90)"));
    const ConsoleRun ended = switchover(another(from), {kYes});
    ::kill(startup, SIGCONT);
    QVERIFY2(written, written ? "" : qPrintable(written.error().message));
    QVERIFY2(ended.exitCode == 1, why(ended).constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("refused"));
    QCOMPARE(ended.check(QStringLiteral("candidate_replays")), QStringLiteral("failed"));
    QCOMPARE(primary(), from);
}

void TestSwitchoverPatroni::refusedByItsTags()
{
    const int from = primary();
    const int to = another(from);
    const QString file = QStringLiteral("%1/%2/patroni.yml").arg(m_lab->directory(), m_lab->node(to).name);
    const auto isTagged = [&] { return QJsonDocument(cluster()).toJson().contains("nofailover"); };
    QVERIFY(m_lab
                ->exec(to, {QStringLiteral("sed"), QStringLiteral("-i"), QStringLiteral("$a tags: {nofailover: true}"),
                            file})
                .ok());
    QVERIFY(m_lab->signalPatroni(to, SIGHUP));
    QTRY_VERIFY_WITH_TIMEOUT(isTagged(), 30'000);
    const ConsoleRun ended = switchover(to, {kYes});
    QVERIFY(m_lab->exec(to, {QStringLiteral("sed"), QStringLiteral("-i"), QStringLiteral("/^tags:/d"), file}).ok());
    QVERIFY(m_lab->signalPatroni(to, SIGHUP));
    QTRY_VERIFY_WITH_TIMEOUT(!isTagged(), 30'000);
    QVERIFY2(ended.exitCode == 1, why(ended).constData());
    QCOMPARE(ended.check(QStringLiteral("patroni_member")), QStringLiteral("failed"));
    QCOMPARE(primary(), from);
}

void TestSwitchoverPatroni::pausedIsAWarning()
{
    const int from = primary();
    const int to = another(from);
    QVERIFY(patch("{\"pause\": true}"));
    QTRY_VERIFY_WITH_TIMEOUT(cluster().value(QStringLiteral("pause")).toBool(), 30'000);
    const ConsoleRun ended = switchover(to, {kYes});
    QVERIFY(patch("{\"pause\": null}"));
    QVERIFY2(ended.exitCode == 0, why(ended).constData());
    QCOMPARE(ended.check(QStringLiteral("patroni_pause")), QStringLiteral("warning"));
    QCOMPARE(primary(), to);
}

void TestSwitchoverPatroni::killedConsoleIsFinished_data()
{
    QTest::addColumn<QString>("at");
    QTest::addColumn<QString>("action");
    for (const char *step : {"lock", "checkpoint", "switchover", "rejoin", "proof"}) {
        QTest::addRow("resume after %s", step)
            << QLatin1String(step) + QStringLiteral(" started") << QStringLiteral("resume");
    }
    for (const char *step : {"lock_candidate", "checkpoint"}) {
        QTest::addRow("undo after %s", step)
            << QLatin1String(step) + QStringLiteral(" started") << QStringLiteral("undo");
    }
}

void TestSwitchoverPatroni::killedConsoleIsFinished()
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
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kWholeMs);
    QCOMPARE(primary(), undone ? from : to);
}

void TestSwitchoverPatroni::runbookDoesTheSame()
{
    const int to = another(primary());
    const QString script = m_directory.filePath(QStringLiteral("runbook.sh"));
    const ConsoleRun dry = switchover(to, {QStringLiteral("--dry-run"), QStringLiteral("--runbook"), script});
    QVERIFY2(dry.exitCode == 0, why(dry).constData());
    const testsupport::Output ran = testsupport::run({QStringLiteral("sh"), script}, 120'000);
    QVERIFY2(ran.ok(), (ran.out + ran.err).constData());
    QCOMPARE(primary(), to);
}

void TestSwitchoverPatroni::wantsCredentials()
{
    const QString secret = QStringLiteral("canary-4471");
    const auto setAuth = [&](const QString &expression) {
        for (int i = 0; i < 3; ++i) {
            const QString file = QStringLiteral("%1/%2/patroni.yml").arg(m_lab->directory(), m_lab->node(i).name);
            QVERIFY(m_lab->exec(i, {QStringLiteral("sed"), QStringLiteral("-i"), expression, file}).ok());
            QVERIFY(m_lab->signalPatroni(i, SIGHUP));
        }
    };
    const auto isGuarded = [&](int i) {
        return curl({QStringLiteral("-o"), QStringLiteral("/dev/null"), QStringLiteral("-w"),
                     QStringLiteral("%{http_code}"), QStringLiteral("-X"), QStringLiteral("DELETE"),
                     m_lab->patroniUrl(i) + QStringLiteral("/switchover")})
                   .out == "401";
    };
    setAuth(QStringLiteral("s/^restapi: {/&authentication: {username: admin, password: %1}, /").arg(secret));
    for (int i = 0; i < 3; ++i) {
        QTRY_VERIFY_WITH_TIMEOUT(isGuarded(i), 30'000);
    }
    const int from = primary();
    const int to = another(from);
    const ConsoleRun denied = switchover(to, {kYes});
    QVERIFY2(denied.exitCode == 2, why(denied).constData());
    QVERIFY2(denied.text.contains("set HOWDAH_PATRONI_USER and HOWDAH_PATRONI_PASSWORD"), why(denied).constData());
    QCOMPARE(primary(), from);
    qputenv("HOWDAH_PATRONI_USER", "admin");
    qputenv("HOWDAH_PATRONI_PASSWORD", secret.toLatin1());
    const ConsoleRun let = switchover(to, {kYes});
    qunsetenv("HOWDAH_PATRONI_USER");
    qunsetenv("HOWDAH_PATRONI_PASSWORD");
    setAuth(QStringLiteral("s/authentication: {username: admin, password: %1}, //").arg(secret));
    for (int i = 0; i < 3; ++i) {
        QTRY_VERIFY_WITH_TIMEOUT(!isGuarded(i), 30'000);
    }
    QVERIFY2(let.exitCode == 0, why(let).constData());
    QCOMPARE(primary(), to);
    QVERIFY(!let.text.contains(secret.toLatin1()));
    const auto journal = testsupport::run({QStringLiteral("grep"), QStringLiteral("-r"), secret, m_directory.path()});
    QCOMPARE(journal.exitCode, 1);
}

/// The member that is asked falls asleep with the request: nobody can say that nothing will come of it.
void TestSwitchoverPatroni::sleepingPatroniIsNoProof()
{
    const int from = primary();
    const int to = another(from);
    const ConsoleRun ended = switchover(to, {kYes}, [&](const QString &step) {
        if (step == QLatin1String("switchover started")) {
            m_lab->signalPatroni(to, SIGSTOP);
        }
        return false;
    });
    QVERIFY(m_lab->signalPatroni(to, SIGCONT));
    QVERIFY2(ended.exitCode == 3, why(ended).constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("incomplete"));
    const QByteArray remains = QJsonDocument(ended.last()).toJson();
    QVERIFY2(remains.contains("Find out who leads now"), remains.constData());
}

void TestSwitchoverPatroni::showsWhatPatroniSays()
{
    const ConsoleRun status = patroni({QStringLiteral("status")});
    QVERIFY2(status.exitCode == 0, why(status).constData());
    QCOMPARE(status.last().value(QStringLiteral("members")).toArray().size(), 3);
    QVERIFY(!status.last().value(QStringLiteral("paused")).toBool());
    const ConsoleRun history = patroni({QStringLiteral("history")});
    QVERIFY2(history.exitCode == 0, why(history).constData());
    QVERIFY(!history.last().value(QStringLiteral("history")).toArray().isEmpty());
    const ConsoleRun config = patroni({QStringLiteral("config")});
    QVERIFY2(config.exitCode == 0, why(config).constData());
    QCOMPARE(config.last().value(QStringLiteral("config")).toObject().value(QStringLiteral("loop_wait")).toInt(), 1);
}

void TestSwitchoverPatroni::pausesAndGoesOn()
{
    const ConsoleRun asked = patroni({QStringLiteral("pause")});
    QVERIFY2(asked.exitCode == 1, why(asked).constData()); // nobody said --yes
    QVERIFY(!cluster().value(QStringLiteral("pause")).toBool());
    const ConsoleRun paused = patroni({QStringLiteral("pause"), kYes});
    QVERIFY2(paused.exitCode == 0, why(paused).constData());
    QVERIFY(cluster().value(QStringLiteral("pause")).toBool());
    QCOMPARE(patroni({QStringLiteral("pause"), kYes}).exitCode, 1);
    const ConsoleRun resumed = patroni({QStringLiteral("resume"), kYes});
    QVERIFY2(resumed.exitCode == 0, why(resumed).constData());
    QVERIFY(!cluster().value(QStringLiteral("pause")).toBool());
}

void TestSwitchoverPatroni::settingsAreChangedAsShown()
{
    const QStringList change{QStringLiteral("config"), QStringLiteral("set"),
                             QStringLiteral("postgresql.parameters.work_mem=7MB"), QStringLiteral("ttl=25")};
    const ConsoleRun dry = patroni(change + QStringList{QStringLiteral("--dry-run")});
    QVERIFY2(dry.exitCode == 0, why(dry).constData());
    QCOMPARE(dry.lines.first().value(QStringLiteral("difference")).toArray().size(), 2);
    const ConsoleRun done = patroni(change + QStringList{kYes});
    QVERIFY2(done.exitCode == 0, why(done).constData());
    for (int i = 0; i < 3; ++i) {
        QTRY_COMPARE_WITH_TIMEOUT(
            m_lab->node(i).value(QStringLiteral("SELECT setting FROM pg_settings WHERE name = 'work_mem'")),
            QStringLiteral("7168"), 30'000);
    }
    QCOMPARE(patroni(change + QStringList{kYes}).exitCode, 1); // it is so already
    const ConsoleRun back =
        patroni({QStringLiteral("config"), QStringLiteral("set"), QStringLiteral("postgresql.parameters.work_mem="),
                 QStringLiteral("ttl=20"), kYes});
    QVERIFY2(back.exitCode == 0, why(back).constData());
}

void TestSwitchoverPatroni::restartsAndBuildsAnew()
{
    const int leads = primary();
    const auto &standby = m_lab->node(another(leads));
    const auto started = [](const testsupport::LabServer &server) {
        return server.value(QStringLiteral("SELECT pg_postmaster_start_time()"));
    };
    const QString before = started(standby);
    const ConsoleRun restarted = patroni({QStringLiteral("restart"), standby.name, kYes});
    QVERIFY2(restarted.exitCode == 0, why(restarted).constData());
    const QString between = started(standby);
    QVERIFY(between != before && !between.startsWith(QLatin1String("ERROR")));
    const ConsoleRun refused = patroni({QStringLiteral("reinitialize"), m_lab->node(leads).name, kYes});
    QVERIFY2(refused.exitCode == 1, why(refused).constData());
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kWholeMs);
    const ConsoleRun anew = patroni({QStringLiteral("reinitialize"), standby.name, kYes});
    QVERIFY2(anew.exitCode == 0, why(anew).constData());
    QVERIFY(started(standby) != between);
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kWholeMs);
    QCOMPARE(primary(), leads);
    // The leader's own restart: writes wait, and it leads again.
    const QString leader = started(m_lab->node(leads));
    const ConsoleRun itself = patroni({QStringLiteral("restart"), m_lab->node(leads).name, kYes});
    QVERIFY2(itself.exitCode == 0, why(itself).constData());
    QVERIFY(started(m_lab->node(leads)) != leader);
}

void TestSwitchoverPatroni::schedulesAndCancels()
{
    const int leads = primary();
    const QString name = m_lab->node(another(leads)).name;
    const QString at = QDateTime::currentDateTimeUtc().addSecs(3600).toString(Qt::ISODate);
    const ConsoleRun scheduled = patroni({QStringLiteral("switchover-at"), at, QStringLiteral("--to"), name, kYes});
    QVERIFY2(scheduled.exitCode == 0, why(scheduled).constData());
    const QJsonObject waiting = cluster().value(QStringLiteral("scheduled_switchover")).toObject();
    QCOMPARE(waiting.value(QStringLiteral("to")).toString(), name);
    // Another one would take its place.
    const ConsoleRun now = switchover(another(leads), {kYes});
    QVERIFY2(now.exitCode == 1, why(now).constData());
    QCOMPARE(now.check(QStringLiteral("patroni_schedule")), QStringLiteral("failed"));
    const ConsoleRun cancelled = patroni({QStringLiteral("cancel-switchover"), kYes});
    QVERIFY2(cancelled.exitCode == 0, why(cancelled).constData());
    QVERIFY(!cluster().contains(QStringLiteral("scheduled_switchover")));
    QCOMPARE(patroni({QStringLiteral("cancel-switchover"), kYes}).exitCode, 1);
    QCOMPARE(primary(), leads);
}

QTEST_GUILESS_MAIN(TestSwitchoverPatroni)
#include "tst_switchoverpatroni.moc"
