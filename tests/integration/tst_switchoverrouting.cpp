// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <csignal>
#include <libpq-fe.h>
#include <memory>
#include <numeric>

#include "consolerun.h"
#include "core/identifier.h"
#include "support/commitclient.h"
#include "support/lab.h"
#include "support/labsql.h"
#include "support/relay.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::CommitClient;
using testsupport::Lab;

namespace {

/// What moves the address, as a person would write it: $1 address, $2 who holds it, $3 who is to, $4 the lab.
const char *const kMove = R"sh(
ip netns exec "$4-$2" ip addr del "$1/24" dev eth0
ip netns exec "$4-$3" ip addr add "$1/24" dev eth0 || exit 1
ip netns exec "$4-$3" arping -q -U -c 1 -w 1 -I eth0 "$1" >/dev/null 2>&1 &
ip neigh flush to "$1" # for a second after it learnt of it, Linux believes nobody else (locktime in arp(7))
)sh";

int freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
}

} // namespace

/// An application behind PgBouncer, which finds the primary by a floating address.
class TestSwitchoverRouting : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void applicationsNoticeNothing();
    void pauseThatTakesTooLongIsUndone();
    void runbookLeavesNothingPaused();
    void keeperActsUnlessRevoked_data();
    void keeperActsUnlessRevoked();
    void keeperWaitsForWhatIsUnderWay();
    void keeperEndsWithItsOperation();
    void keeperLeavesAloneWhatIsNotItsOwn_data();
    void keeperLeavesAloneWhatIsNotItsOwn();
    void killedConsoleLeavesNothingPaused_data();
    void killedConsoleLeavesNothingPaused();
    void hungConsoleNoticesThatApplicationsWereLetIn();
    void killedWhilePausedIsFinished_data();
    void killedWhilePausedIsFinished();
    void addressThatDoesNotMoveIsTold();
    void poolerThatLeadsToANodeIsLedOn();
    void poolerThatIsPausedRefuses();
    void whatOthersPausedStaysPaused();

private:
    ConsoleRun switchover(const QStringList &more, const QString &killAt = {}, const QString &file = {}) const
    {
        return switchover(more, integration::OnStep([&](const QString &at) { return at == killAt; }), file);
    }
    ConsoleRun switchover(const QStringList &more, const integration::OnStep &onStep, const QString &file = {}) const;
    void startPooler();
    /// A keeper of RESUME, that has said that it keeps it.
    std::unique_ptr<QProcess> startKeeper(int port, int latestMs = 60'000, const QString &journal = {}) const;
    int primary() const { return m_lab->primary(); }
    void awaitWhole() const;
    QString pooled(const QString &user = QStringLiteral("postgres"),
                   const QString &database = QStringLiteral("postgres")) const
    {
        return QStringLiteral("host=127.0.0.1 port=%1 user=%2 dbname=%3").arg(m_port).arg(user, database);
    }
    /// What last wills have told the journal.
    QJsonArray lastWills() const;
    /// The console's own view of PgBouncer, by psql: our session is what is tested.
    bool admin(const QString &command) const;
    /// Whether clients get through to the primary.
    bool answers() const;
    void writeCluster(const QString &name, const QString &script, const QStringList &databases = {},
                      const QStringList &lead = {}) const;
    /// The databases that PgBouncer shows as paused.
    QStringList paused() const;

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
    QProcess m_pooler;
    int m_port = 0;
};

void TestSwitchoverRouting::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    Lab::Options options;
    options.cascading = false;
    auto lab = Lab::start(Lab::Variant::Plain, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    QVERIFY(m_lab->addAddress(0, m_lab->floatingAddress()));

    m_port = freePort();
    QFile ini(m_directory.filePath(QStringLiteral("pgbouncer.ini")));
    QVERIFY(ini.open(QIODevice::WriteOnly));
    ini.write(
        QStringLiteral(
            "[databases]\npostgres = host=%1 port=5432\ntemplate1 = host=%1 port=5432\n[pgbouncer]\nlisten_addr = "
            "127.0.0.1\n"
            "listen_port = %2\nauth_type = trust\nauth_file = %3\nadmin_users = postgres\npool_mode = transaction\n"
            "unix_socket_dir =\nserver_login_retry = 1\n"
            "ignore_startup_parameters = options,extra_float_digits\n")
            .arg(m_lab->floatingAddress())
            .arg(m_port)
            .arg(m_directory.filePath(QStringLiteral("users")))
            .toUtf8());
    ini.close();
    QFile users(m_directory.filePath(QStringLiteral("users")));
    QVERIFY(users.open(QIODevice::WriteOnly));
    users.write("\"postgres\" \"\"\n");
    users.close();
    QFile::setPermissions(users.fileName(), users.permissions() | QFile::ReadOther);
    QFile::setPermissions(m_directory.path(), QFile::permissions(m_directory.path()) | QFile::ReadOther |
                                                  QFile::ExeOther | QFile::ReadGroup | QFile::ExeGroup);
    QFile::setPermissions(ini.fileName(), ini.permissions() | QFile::ReadOther);
    m_pooler.setProcessChannelMode(QProcess::MergedChannels);
    startPooler();
    writeCluster(QStringLiteral("orders"), QLatin1String(kMove));
}

void TestSwitchoverRouting::startPooler()
{
    m_pooler.start(QStringLiteral("setpriv"),
                   {QStringLiteral("--reuid"), QStringLiteral("postgres"), QStringLiteral("--regid"),
                    QStringLiteral("postgres"), QStringLiteral("--clear-groups"), QStringLiteral("pgbouncer"),
                    m_directory.filePath(QStringLiteral("pgbouncer.ini"))});
    QVERIFY(m_pooler.waitForStarted());
    QTRY_VERIFY2_WITH_TIMEOUT(testsupport::sql(pooled(), QStringLiteral("SELECT 1")),
                              m_pooler.readAllStandardOutput().constData(), 15'000);
}

void TestSwitchoverRouting::cleanupTestCase()
{
    m_pooler.terminate();
    m_pooler.waitForFinished(5000);
    m_pooler.kill();
    m_pooler.waitForFinished(5000);
}

void TestSwitchoverRouting::writeCluster(const QString &name, const QString &script, const QStringList &databases,
                                         const QStringList &lead) const
{
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = name;
    config.manager = cluster::ManagerKind::None;
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = m_lab->floatingAddress();
    address.provider = QStringLiteral("command");
    address.assign = {QStringLiteral("sh"),     QStringLiteral("-c"),    script,
                      QStringLiteral("move"),   QStringLiteral("{ip}"),  QStringLiteral("{old_node}"),
                      QStringLiteral("{node}"), m_lab->namespacePrefix()};
    config.addresses = {address};
    cluster::PoolerConfig pooler;
    pooler.name = QStringLiteral("pgb1");
    pooler.conninfo = QStringLiteral("host=127.0.0.1 port=%1 user=postgres").arg(m_port);
    pooler.databases = databases;
    pooler.assign = lead;
    config.poolers = {pooler};
    QVERIFY(cluster::saveClusterFile(config, m_directory.filePath(name + QStringLiteral(".toml"))));
}

ConsoleRun TestSwitchoverRouting::switchover(const QStringList &more, const integration::OnStep &onStep,
                                             const QString &file) const
{
    const QString name = file.isEmpty() ? QStringLiteral("orders") : file;
    return integration::runConsole(
        QStringList{QStringLiteral("switchover"), m_directory.filePath(name + QStringLiteral(".toml")),
                    QStringLiteral("--json"), QStringLiteral("--yes"), QStringLiteral("--to")} +
            more,
        m_directory.path(), onStep);
}

void TestSwitchoverRouting::awaitWhole() const
{
    QTRY_VERIFY_WITH_TIMEOUT(primary() >= 0, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(m_lab->node(primary()).value(
                                  QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")),
                              QStringLiteral("2"), 20'000);
}

bool TestSwitchoverRouting::admin(const QString &command) const
{
    return testsupport::run({QStringLiteral("psql"), QStringLiteral("-X"), QStringLiteral("-d"),
                             pooled(QStringLiteral("postgres"), QStringLiteral("pgbouncer")), QStringLiteral("-c"),
                             command})
        .ok();
}

bool TestSwitchoverRouting::answers() const
{
    return testsupport::run({QStringLiteral("psql"), QStringLiteral("-X"), QStringLiteral("-d"), pooled(),
                             QStringLiteral("-c"), QStringLiteral("SELECT txid_current()")},
                            3000)
        .ok();
}

void TestSwitchoverRouting::applicationsNoticeNothing()
{
    for (const int to : {1, 2, 0}) {
        awaitWhole();
        CommitClient client({pooled()});
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const ConsoleRun ended = switchover({m_lab->node(to).name});
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        const auto at = [&ended](const char *step) { // when it was done; 0: it was not
            return std::accumulate(ended.lines.begin(), ended.lines.end(), 0, [step](int ms, const QJsonObject &line) {
                return line.value(QStringLiteral("step")).toString() == QLatin1String(step) &&
                               line.value(QStringLiteral("state")).toString() == QLatin1String("done")
                           ? line.value(QStringLiteral("at_ms")).toInt()
                           : ms;
            });
        };
        QVERIFY2(at("reconnect_pgb1") >= at("address_write") && at("reconnect_pgb1") <= at("resume_pgb1") &&
                     at("address_write") > 0,
                 ended.text.constData());
        const qint64 before = client.acknowledged();
        QTRY_VERIFY(client.acknowledged() > before + 100);
        client.stop();
        qInfo("behind PgBouncer to pg%d: writes waited %.0f ms, %lld commits failed", to + 1, client.worstGapMs(),
              static_cast<long long>(client.failed()));
        QCOMPARE(client.failed(), 0);
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QVERIFY(m_lab->hasAddress(to, m_lab->floatingAddress()));
        QVERIFY(answers());
    }
}

/// PAUSE waits for transactions: one that stays open must not hold up everybody.
void TestSwitchoverRouting::pauseThatTakesTooLongIsUndone()
{
    awaitWhole();
    const int from = primary();
    const std::unique_ptr<PGconn, decltype(&PQfinish)> open(PQconnectdb(pooled().toUtf8().constData()), &PQfinish);
    PQclear(PQexec(open.get(), "BEGIN"));
    PQclear(PQexec(open.get(), "SELECT 1"));
    QCOMPARE(PQtransactionStatus(open.get()), PQTRANS_INTRANS);
    const ConsoleRun ended = switchover({m_lab->node(from == 0 ? 1 : 0).name});
    QVERIFY2(ended.exitCode == 2, ended.text.constData());
    // It was let be.
    const std::unique_ptr<PGresult, decltype(&PQclear)> committed(PQexec(open.get(), "COMMIT"), &PQclear);
    QCOMPARE(PQresultStatus(committed.get()), PGRES_COMMAND_OK);
    QCOMPARE(primary(), from);
    QVERIFY(answers());
}

/// The exported script has no console beside it: it resumes the pooler itself, however it ends.
void TestSwitchoverRouting::runbookLeavesNothingPaused()
{
    awaitWhole();
    const int from = primary();
    const testsupport::LabServer &old = m_lab->node(from);
    // What a node that was a standby once still has, with all that a shell and psql take for more than it is.
    const QString before =
        QStringLiteral("host=10.255.0.1 password='it\\'s \\\\ $HOME `id` \"canary-6120\" :old %1' user=r");
    QVERIFY(old.sql(QStringLiteral("ALTER SYSTEM SET primary_conninfo = %1").arg(core::sqlLiteral(before))));
    QVERIFY(old.sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_COMPARE(old.value(QStringLiteral("SHOW primary_conninfo")), before);
    const QString script = m_directory.filePath(QStringLiteral("runbook.sh"));
    const ConsoleRun dry =
        integration::runConsole({QStringLiteral("switchover"), m_directory.filePath(QStringLiteral("orders.toml")),
                                 QStringLiteral("--json"), QStringLiteral("--to"), m_lab->node(from == 0 ? 1 : 0).name,
                                 QStringLiteral("--dry-run"), QStringLiteral("--runbook"), script},
                                m_directory.path());
    QVERIFY2(dry.exitCode == 0, dry.text.constData());
    const std::unique_ptr<PGconn, decltype(&PQfinish)> open(PQconnectdb(pooled().toUtf8().constData()), &PQfinish);
    PQclear(PQexec(open.get(), "BEGIN"));
    PQclear(PQexec(open.get(), "SELECT 1"));
    const auto ran = testsupport::run({QStringLiteral("sh"), script}, 60'000);
    QVERIFY2(!ran.ok() && ran.err.contains("FAILED"), (ran.out + ran.err).constData());
    const std::unique_ptr<PGresult, decltype(&PQclear)> committed(PQexec(open.get(), "COMMIT"), &PQclear);
    QCOMPARE(PQresultStatus(committed.get()), PGRES_COMMAND_OK);
    QVERIFY(!admin(QStringLiteral("RESUME"))); // it is not paused
    QVERIFY(answers());
    // What is to be put back is its owner's alone, and shown to nobody.
    const QString kept = script + QStringLiteral(".values");
    QVERIFY2(QFile::exists(kept) && !(ran.out + ran.err).contains("canary-6120"), (ran.out + ran.err).constData());
    QCOMPARE(QFile::permissions(kept), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser);
    const QString now = QStringLiteral("SHOW primary_conninfo");
    QTRY_VERIFY(old.sql(QStringLiteral("SELECT pg_reload_conf()")) && old.value(now) != before);
    const auto undone = testsupport::run({QStringLiteral("sh"), script, QStringLiteral("undo")}, 60'000);
    QVERIFY2(undone.ok(), (undone.out + undone.err).constData());
    QCOMPARE(primary(), from);
    QVERIFY(old.sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_COMPARE(old.value(now), before);
    QVERIFY(!QFile::exists(kept));
    QVERIFY(old.sql(QStringLiteral("ALTER SYSTEM RESET primary_conninfo")));
    QVERIFY(old.sql(QStringLiteral("SELECT pg_reload_conf()")));
}

void TestSwitchoverRouting::killedConsoleLeavesNothingPaused_data()
{
    QTest::addColumn<QString>("at");
    QTest::newRow("before it paused") << QStringLiteral("pause_pgb1 started");
    QTest::newRow("while paused") << QStringLiteral("pause_pgb1 done");
}

void TestSwitchoverRouting::keeperActsUnlessRevoked_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<bool>("acts");
    QTest::newRow("the console is gone") << QStringLiteral("gone") << true;
    QTest::newRow("all are told to end, as by a logout") << QStringLiteral("terminated") << true;
    QTest::newRow("the console hangs") << QStringLiteral("hangs") << true;
    QTest::newRow("the console has done it itself") << QStringLiteral("revoked") << false;
}

std::unique_ptr<QProcess> TestSwitchoverRouting::startKeeper(int port, int latestMs, const QString &journal) const
{
    auto keeper = std::make_unique<QProcess>();
    keeper->start(qEnvironmentVariable("HOWDAH_BINARY"), {QStringLiteral("last-will")});
    const QJsonObject will{{QStringLiteral("sql"), QStringLiteral("RESUME")},
                           {QStringLiteral("already_so"), QStringLiteral("not paused")},
                           {QStringLiteral("latest_ms"), latestMs},
                           {QStringLiteral("witnesses"), QStringLiteral("SHOW CLIENTS")},
                           {QStringLiteral("witness_by"), QJsonArray{QStringLiteral("addr"), QStringLiteral("port"),
                                                                     QStringLiteral("connect_time")}}};
    const QJsonObject testament{
        {QStringLiteral("name"), QStringLiteral("pooler pgb1")},
        {QStringLiteral("conninfo"), QStringLiteral("host=127.0.0.1 port=%1 user=postgres").arg(port)},
        {QStringLiteral("pooler"), true},
        {QStringLiteral("journal"), journal},
        {QStringLiteral("will"), will}};
    keeper->write(QJsonDocument(testament).toJson(QJsonDocument::Compact) + '\n');
    const bool kept = QTest::qWaitFor([&] { return keeper->canReadLine(); }, 10'000);
    return kept && keeper->readLine() == "kept\n" ? std::move(keeper) : nullptr;
}

void TestSwitchoverRouting::keeperActsUnlessRevoked()
{
    QFETCH(QString, how);
    QFETCH(bool, acts);
    const auto keeper = startKeeper(m_port, how == QLatin1String("hangs") ? 1000 : 60'000);
    QVERIFY(keeper);
    QVERIFY(admin(QStringLiteral("PAUSE")));
    if (how == QLatin1String("gone")) {
        keeper->closeWriteChannel();
    } else if (how == QLatin1String("terminated")) {
        keeper->terminate();
    } else if (how == QLatin1String("revoked")) {
        keeper->write("revoked\n");
    }
    QTRY_COMPARE_WITH_TIMEOUT(keeper->state(), QProcess::NotRunning, 15'000);
    QCOMPARE(keeper->exitStatus(), QProcess::NormalExit);
    QCOMPARE(admin(QStringLiteral("RESUME")), !acts); // what is not paused refuses
    QVERIFY(answers());
}

/// A console may die with its PAUSE on the way: nothing is paused yet when its keeper asks first.
void TestSwitchoverRouting::keeperWaitsForWhatIsUnderWay()
{
    const auto keeper = startKeeper(m_port);
    QVERIFY(keeper);
    keeper->closeWriteChannel();
    QTRY_VERIFY_WITH_TIMEOUT(keeper->canReadLine(), 5000);
    QCOMPARE(keeper->readLine(), QByteArray("acting\n"));
    QVERIFY(admin(QStringLiteral("PAUSE")));
    QTRY_COMPARE_WITH_TIMEOUT(keeper->state(), QProcess::NotRunning, 15'000);
    QVERIFY(!admin(QStringLiteral("RESUME")));
    QVERIFY(answers());
}

/// Another console has brought the operation to its end meanwhile: there is nothing to wait for.
void TestSwitchoverRouting::keeperEndsWithItsOperation()
{
    const QDir journal(m_directory.filePath(QStringLiteral("howdah/journal")));
    const QFileInfoList ended =
        journal.entryInfoList({QStringLiteral("*.jsonl")}, QDir::Files, QDir::Time | QDir::Reversed);
    QVERIFY2(!ended.isEmpty(), qPrintable(journal.path()));
    const auto keeper = startKeeper(m_port, 60'000, ended.first().filePath()); // a switchover that is done
    QVERIFY(keeper);
    keeper->closeWriteChannel();
    QTRY_COMPARE_WITH_TIMEOUT(keeper->state(), QProcess::NotRunning, 15'000);
    QCOMPARE(keeper->exitStatus(), QProcess::NormalExit);
}

void TestSwitchoverRouting::keeperLeavesAloneWhatIsNotItsOwn_data()
{
    QTest::addColumn<bool>("restarted");
    QTest::addColumn<bool>("acts");
    QTest::newRow("restarted, and paused by somebody else") << true << false;
    QTest::newRow("only the connection was lost") << false << true;
}

/// A PgBouncer that was restarted is not paused by the console that had done so; who pauses it then has reasons.
void TestSwitchoverRouting::keeperLeavesAloneWhatIsNotItsOwn()
{
    QFETCH(bool, restarted);
    QFETCH(bool, acts);
    testsupport::Relay relay(QStringLiteral("127.0.0.1"), m_port);
    // An application, as there is always one behind a pooler.
    const std::unique_ptr<PGconn, decltype(&PQfinish)> application(PQconnectdb(pooled().toUtf8().constData()),
                                                                   &PQfinish);
    QCOMPARE(PQstatus(application.get()), CONNECTION_OK);
    const auto keeper = startKeeper(relay.port());
    QVERIFY(keeper);
    QCOMPARE(kill(static_cast<pid_t>(keeper->processId()), SIGSTOP), 0); // so that it finds all as it is then
    if (restarted) {
        m_pooler.terminate();
        QVERIFY(m_pooler.waitForFinished(10'000));
        startPooler();
    }
    QVERIFY(admin(QStringLiteral("PAUSE")));
    relay.cut();
    keeper->closeWriteChannel();
    QTest::qWait(100);
    QCOMPARE(kill(static_cast<pid_t>(keeper->processId()), SIGCONT), 0);
    QTRY_COMPARE_WITH_TIMEOUT(keeper->state(), QProcess::NotRunning, 15'000);
    QCOMPARE(keeper->exitStatus(), QProcess::NormalExit);
    QCOMPARE(admin(QStringLiteral("RESUME")), !acts);
    QTRY_VERIFY_WITH_TIMEOUT(answers(), 10'000);
}

/// Nobody has to notice first: a process of its own resumes the pooler when the console is gone.
void TestSwitchoverRouting::killedConsoleLeavesNothingPaused()
{
    QFETCH(QString, at);
    awaitWhole();
    const int from = primary();
    CommitClient client({pooled()});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    const ConsoleRun killed = switchover({m_lab->node(from == 0 ? 1 : 0).name}, at);
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    const qint64 before = client.acknowledged();
    // What comes next is the stop, which may have been begun by the time that the signal is there: then nobody writes
    // before it is taken back, and only that the pooler goes on can be looked at.
    const bool stopped =
        QTest::qWaitFor([&] { return primary() < 0 || client.acknowledged() > before + 100; }, 10'000) && primary() < 0;
    if (!stopped) {
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 100, 10'000);
        QCOMPARE(client.failed(), 0);
        QCOMPARE(primary(), from);
    }
    client.stop();
    // It is told of, also to who looks at the journal only later; before anything was paused no will may be left yet.
    if (at == QLatin1String("pause_pgb1 done")) {
        QTRY_COMPARE_WITH_TIMEOUT(lastWills().size(), 1, 5000);
        const QJsonObject told = lastWills().first().toObject();
        QCOMPARE(told.value(QStringLiteral("node")).toString(), QStringLiteral("pooler pgb1"));
        QCOMPARE(told.value(QStringLiteral("why")).toString(), QStringLiteral("since the console was gone"));
        QCOMPARE(told.value(QStringLiteral("answer")).toString(), QStringLiteral("done"));
        QVERIFY(told.value(QStringLiteral("over")).toBool());
    }
    const ConsoleRun undone =
        integration::runConsole({QStringLiteral("journal"), m_directory.filePath(QStringLiteral("orders.toml")),
                                 QStringLiteral("undo"), QStringLiteral("--json")},
                                m_directory.path());
    QVERIFY2(undone.exitCode == 2, undone.text.constData());
    QCOMPARE(primary(), from);
    QTRY_COMPARE(integration::keepersOf(m_directory.path()), QList<qint64>());
}

QJsonArray TestSwitchoverRouting::lastWills() const
{
    const ConsoleRun shown = integration::runConsole(
        {QStringLiteral("journal"), m_directory.filePath(QStringLiteral("orders.toml")), QStringLiteral("--json")},
        m_directory.path());
    return shown.lines.isEmpty() ? QJsonArray() : shown.lines.first().value(QStringLiteral("last_wills")).toArray();
}

/// Its keeper resumes the pooler while the console sleeps; awake again, it does not go on as if writes were held.
void TestSwitchoverRouting::hungConsoleNoticesThatApplicationsWereLetIn()
{
    awaitWhole();
    const int from = primary();
    CommitClient client({pooled()});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    qint64 console = 0;
    bool told = false;
    const ConsoleRun ended = integration::runConsole(
        {QStringLiteral("switchover"), m_directory.filePath(QStringLiteral("orders.toml")), QStringLiteral("--json"),
         QStringLiteral("--yes"), QStringLiteral("--to"), m_lab->node(from == 0 ? 1 : 0).name},
        m_directory.path(), integration::OnStep([&](const QString &at) {
            if (at == QLatin1String("pause_pgb1 done")) {
                kill(static_cast<pid_t>(console), SIGSTOP);
                for (const qint64 keeper : integration::keepersOf(m_directory.path())) {
                    kill(static_cast<pid_t>(keeper), SIGTERM); // instead of two minutes
                }
                for (int i = 0; i < 50 && !told; ++i) {
                    QThread::msleep(100);
                    told = !lastWills().isEmpty();
                }
                kill(static_cast<pid_t>(console), SIGCONT);
            }
            return false;
        }),
        &console);
    QVERIFY(told);
    QVERIFY2(ended.exitCode == 2, ended.text.constData());
    QVERIFY2(ended.text.contains("applications were let in"), ended.text.constData());
    QCOMPARE(primary(), from);
    const qint64 before = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 100, 15'000);
    client.stop();
    QCOMPARE(client.missingAt(m_lab->node(from).conninfo(QStringLiteral("postgres"))), 0);
    // Nothing of what either has written was lost.
    QCOMPARE(lastWills().size(), 1);
}

void TestSwitchoverRouting::killedWhilePausedIsFinished_data()
{
    QTest::addColumn<QString>("at");
    QTest::addColumn<QString>("action");
    for (const char *at : {"pause_pgb1 started", "pause_pgb1 done", "address_write started", "resume_pgb1 started"}) {
        QTest::addRow("resume after %s", at) << QString::fromLatin1(at) << QStringLiteral("resume");
    }
    QTest::addRow("undo after pause") << QStringLiteral("pause_pgb1 done") << QStringLiteral("undo");
    QTest::addRow("undo before pause") << QStringLiteral("pause_pgb1 started") << QStringLiteral("undo");
}

void TestSwitchoverRouting::killedWhilePausedIsFinished()
{
    QFETCH(QString, at);
    QFETCH(QString, action);
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const ConsoleRun killed = switchover({m_lab->node(to).name}, at);
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    const ConsoleRun finished =
        integration::runConsole({QStringLiteral("journal"), m_directory.filePath(QStringLiteral("orders.toml")), action,
                                 QStringLiteral("--json")},
                                m_directory.path());
    const bool undone = action == QLatin1String("undo");
    QVERIFY2(finished.exitCode == (undone ? 2 : 0), finished.text.constData());
    awaitWhole();
    QCOMPARE(primary(), undone ? from : to);
    QVERIFY(answers());
    QVERIFY(m_lab->hasAddress(primary(), m_lab->floatingAddress()));
    QTRY_VERIFY_WITH_TIMEOUT(testsupport::sql(pooled(), QStringLiteral("SELECT txid_current()")), 10'000);
}

void TestSwitchoverRouting::addressThatDoesNotMoveIsTold()
{
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    writeCluster(QStringLiteral("stuck"), QStringLiteral("echo \"no quota for $1\" >&2; exit 3"));
    const ConsoleRun ended = switchover({m_lab->node(to).name}, QString(), QStringLiteral("stuck"));
    // Everything else is done, and what is left is said.
    QVERIFY2(ended.exitCode == 3, ended.text.constData());
    QVERIFY2(ended.text.contains("no quota for"), ended.text.constData());
    QVERIFY2(ended.text.contains("by hand"), ended.text.constData());
    awaitWhole();
    QCOMPARE(primary(), to);
    QVERIFY(m_lab->removeAddress(from, m_lab->floatingAddress()));
    QVERIFY(m_lab->addAddress(to, m_lab->floatingAddress()));
    // It was not left paused.
    QTRY_VERIFY_WITH_TIMEOUT(answers(), 15'000);
}

/// Its configuration is what leads it to the new primary; nothing but the console tells it.
void TestSwitchoverRouting::poolerThatLeadsToANodeIsLedOn()
{
    awaitWhole();
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const QString ini = m_directory.filePath(QStringLiteral("pgbouncer.ini"));
    const QStringList lead{QStringLiteral("sh"),
                           QStringLiteral("-c"),
                           QStringLiteral("sed -i \"s/host=[^ ]*/host=$1/\" \"$2\"; chmod 644 \"$2\""),
                           QStringLiteral("lead"),
                           QStringLiteral("{host}"),
                           ini};
    const auto leadBy = [&](const QString &host) {
        QStringList words = lead;
        words[4] = host;
        return testsupport::run(words).ok() && admin(QStringLiteral("RELOAD")) && admin(QStringLiteral("RECONNECT"));
    };
    QVERIFY(leadBy(m_lab->node(from).host));
    QTRY_VERIFY_WITH_TIMEOUT(answers(), 15'000);
    // Without that it would stay with who is no primary any more.
    const ConsoleRun warned = integration::runConsole(
        {QStringLiteral("switchover"), m_directory.filePath(QStringLiteral("orders.toml")), QStringLiteral("--json"),
         QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--dry-run")},
        m_directory.path());
    QCOMPARE(warned.check(QStringLiteral("poolers")), QStringLiteral("warning"));
    writeCluster(QStringLiteral("led"), QLatin1String(kMove), {}, lead);
    CommitClient client({pooled()});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    const ConsoleRun ended = switchover({m_lab->node(to).name}, QString(), QStringLiteral("led"));
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QCOMPARE(ended.check(QStringLiteral("poolers")), QStringLiteral("passed"));
    const qint64 before = client.acknowledged();
    QTRY_VERIFY(client.acknowledged() > before + 100);
    client.stop();
    QCOMPARE(client.failed(), 0);
    QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
    QVERIFY(leadBy(m_lab->floatingAddress()));
    QTRY_VERIFY_WITH_TIMEOUT(answers(), 15'000);
}

void TestSwitchoverRouting::poolerThatIsPausedRefuses()
{
    awaitWhole();
    const int from = primary();
    QVERIFY(admin(QStringLiteral("PAUSE")));
    const ConsoleRun ended = switchover({m_lab->node(from == 0 ? 1 : 0).name});
    // Before 1.19 it shows nowhere that all of it is paused: then PAUSE itself is refused. Whoever paused it, it stays
    // so.
    QVERIFY2(ended.exitCode == 1 || ended.exitCode == 2, ended.text.constData());
    QVERIFY2(ended.text.contains("paused"), ended.text.constData());
    QTRY_COMPARE(integration::keepersOf(m_directory.path()), QList<qint64>());
    QVERIFY(!answers());
    QVERIFY(admin(QStringLiteral("RESUME")));
    QVERIFY(answers());
    QCOMPARE(primary(), from);
}

QStringList TestSwitchoverRouting::paused() const
{
    const QByteArray out = testsupport::run({QStringLiteral("psql"), QStringLiteral("-XAF|"), QStringLiteral("-d"),
                                             pooled(QStringLiteral("postgres"), QStringLiteral("pgbouncer")),
                                             QStringLiteral("-c"), QStringLiteral("SHOW DATABASES")})
                               .out;
    const QList<QByteArray> lines = out.split('\n');
    const qsizetype at = lines.first().split('|').indexOf("paused");
    QStringList names;
    for (const QByteArray &line : lines.mid(1)) {
        const QList<QByteArray> cells = line.split('|');
        if (at > 0 && cells.size() > at && cells[at] == "1") {
            names.append(QString::fromUtf8(cells.first()));
        }
    }
    return names;
}

/// Of several databases only those are resumed that this operation has paused.
void TestSwitchoverRouting::whatOthersPausedStaysPaused()
{
    awaitWhole();
    const int from = primary();
    const QString to = m_lab->node(from == 0 ? 1 : 0).name;
    const QString one = QStringLiteral("postgres"), other = QStringLiteral("template1");
    QVERIFY(testsupport::sql(pooled(QStringLiteral("postgres"), other), QStringLiteral("SELECT 1")));
    writeCluster(QStringLiteral("two"), QLatin1String(kMove), {one, other});
    // Somebody pauses one of them when the checks are done.
    const ConsoleRun late = switchover({to}, integration::OnStep([&](const QString &at) {
                                           if (at == QLatin1String("lock started")) {
                                               (void)admin(QStringLiteral("PAUSE ") + other);
                                           }
                                           return false;
                                       }),
                                       QStringLiteral("two"));
    QVERIFY2(late.exitCode == 2, late.text.constData());
    QVERIFY2(late.text.contains("nobody else has paused template1"), late.text.constData());
    QCOMPARE(paused(), QStringList{other});
    QVERIFY(answers());
    // Before, it refuses.
    const ConsoleRun refused = switchover({to}, QString(), QStringLiteral("two"));
    QVERIFY2(refused.exitCode == 1, refused.text.constData());
    QVERIFY2(refused.text.contains("paused by somebody else already: template1"), refused.text.constData());
    QCOMPARE(paused(), QStringList{other});
    // Whom it does not concern it leaves alone.
    writeCluster(QStringLiteral("one"), QLatin1String(kMove), {one});
    const ConsoleRun done = switchover({to}, QString(), QStringLiteral("one"));
    QVERIFY2(done.exitCode == 0, done.text.constData());
    QVERIFY2(done.text.contains("left alone, since somebody else has paused it: template1"), done.text.constData());
    QCOMPARE(paused(), QStringList{other});
    QVERIFY(admin(QStringLiteral("RESUME ") + other));
    QTRY_VERIFY_WITH_TIMEOUT(answers(), 15'000);
}

QTEST_GUILESS_MAIN(TestSwitchoverRouting)
#include "tst_switchoverrouting.moc"
