// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTest>
#include <QThread>
#include <libpq-fe.h>

#include "majorlab.h"
#include "support/commitclient.h"
#include "support/writablewatch.h"

using namespace howdah;
using integration::ConsoleRun;
using integration::whatWentWrong;
using testsupport::CommitClient;
using testsupport::Lab;
using testsupport::LabServer;

namespace {

/// What freezes once all was checked, and keeps the old primary from its end.
enum class Frozen {
    Receiver,     ///< of a sibling, with more on its way to it than sockets hold
    Session,      ///< a backend that can't be told to go
    Checkpointer, ///< the shutdown checkpoint is never written
};

} // namespace

Q_DECLARE_METATYPE(Frozen)

/// The old primary does not come to its end when it is stopped: within the step's deadline it is back in service, and
/// all that was prepared is taken back.
class TestSwitchoverStops : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qRegisterMetaType<Frozen>(); }
    void stopThatHangsIsTakenBack_data();
    void stopThatHangsIsTakenBack();
    void pausedReplayIsNotWaitedFor();
    void frozenPostmasterIsNotCalledInService();
    void slowArchiverComesToItsEnd();

private:
    int primary() const { return m_lab.primary(); }
    /// The process of a server whose title has that in it; 0: none.
    static qint64 processOf(const LabServer &server, const char *title);
    void freeze(Frozen what, int from, int sibling);
    void thaw();

    integration::MajorLab m_lab{[](const Lab &, cluster::ClusterConfig &config) {
        for (cluster::NodeConfig &node : config.nodes) { // found out on the host; a row has its own way
            node.stop.clear();
        }
    }};
    using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
    Connection m_session{nullptr, &PQfinish};
    qint64 m_frozen = 0;
};

void TestSwitchoverStops::stopThatHangsIsTakenBack_data()
{
    QTest::addColumn<int>("major");
    QTest::addColumn<Frozen>("frozen");
    QTest::addColumn<bool>("ownStop"); ///< the cluster file has a command that stops the server
    QTest::addColumn<QString>("named");
    const auto rows = [](int major, bool all) {
        const auto row = [major](const char *name, Frozen frozen, bool ownStop, const char *named) {
            QTest::addRow("%d, %s", major, name) << major << frozen << ownStop << QString::fromLatin1(named);
        };
        row("a session is frozen", Frozen::Session, false, "idle");
        if (all) {
            row("a sibling's receiver is frozen", Frozen::Receiver, true, "walsender");
            row("the checkpointer is frozen", Frozen::Checkpointer, false, "checkpointer");
            row("a session is frozen, stopped by the file's own command", Frozen::Session, true, "idle");
        }
    };
    const QStringList wanted = integration::wantedMajors();
    for (const int major : {13, 15, 17, 18}) {
        if (major == 15 || major == 18 || wanted.contains(QString::number(major))) {
            rows(major, wanted.contains(QString::number(major)));
        }
    }
}

qint64 TestSwitchoverStops::processOf(const LabServer &server, const char *title)
{
    for (const qint64 pid : server.children()) {
        QFile file(QStringLiteral("/proc/%1/cmdline").arg(pid));
        if (file.open(QIODevice::ReadOnly) && file.readAll().contains(title)) {
            return pid;
        }
    }
    return 0;
}

void TestSwitchoverStops::freeze(Frozen what, int from, int sibling)
{
    const LabServer &old = m_lab->node(from);
    switch (what) {
    case Frozen::Receiver:
        m_frozen = processOf(m_lab->node(sibling), "walreceiver");
        break;
    case Frozen::Session:
        m_session.reset(PQconnectdb(old.conninfo(QStringLiteral("postgres")).toUtf8().constData()));
        m_frozen = PQstatus(m_session.get()) == CONNECTION_OK ? PQbackendPID(m_session.get()) : 0;
        break;
    case Frozen::Checkpointer:
        m_frozen = processOf(old, "checkpointer");
        break;
    }
    if (m_frozen > 0) {
        ::kill(static_cast<pid_t>(m_frozen), SIGSTOP);
    }
    if (what != Frozen::Receiver) {
        return;
    }
    // More than sockets hold, however much that is: until its walsender gets no further.
    const QString sent = QStringLiteral("SELECT sent_lsn FROM pg_stat_replication WHERE application_name = '%1' AND "
                                        "pg_current_wal_lsn() - sent_lsn > 1000000")
                             .arg(m_lab->node(sibling).name);
    (void)old.sql(QStringLiteral("CREATE TABLE filler (t text)"));
    for (int i = 0; i < 40; ++i) {
        (void)old.sql(
            QStringLiteral("INSERT INTO filler SELECT repeat(md5(n::text), 30) FROM generate_series(1, 15000) n"));
        const QString before = old.value(sent);
        QThread::msleep(50);
        if (!before.isEmpty() && before == old.value(sent)) {
            return;
        }
    }
}

void TestSwitchoverStops::thaw()
{
    if (m_frozen > 0) { // killed with its server maybe, and no other has its number so soon
        ::kill(static_cast<pid_t>(m_frozen), SIGCONT);
    }
    m_frozen = 0;
    m_session.reset();
}

void TestSwitchoverStops::stopThatHangsIsTakenBack()
{
    QFETCH(int, major);
    QFETCH(Frozen, frozen);
    QFETCH(bool, ownStop);
    QFETCH(QString, named);
    PROVIDE_MAJOR(m_lab, major);
    QVERIFY(m_lab.awaitWhole());
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const LabServer &old = m_lab->node(from);
    cluster::ClusterConfig config = *cluster::readClusterFile(m_lab.clusterFile());
    for (cluster::NodeConfig &node : config.nodes) {
        node.stop.clear();
    }
    if (ownStop) {
        config.nodes[static_cast<std::size_t>(from)].stop =
            m_lab->config(QStringLiteral("postgres")).nodes[static_cast<std::size_t>(from)].stop;
    }
    QVERIFY(cluster::saveClusterFile(config, m_lab.clusterFile()));
    const QStringList asBefore = m_lab.prepared();
    testsupport::WritableWatch watch(m_lab.conninfos(true));
    CommitClient client(m_lab.conninfos(false));
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    // Without a checkpointer there is no checkpoint either.
    const QString last = frozen == Frozen::Checkpointer ? QStringLiteral("done") : QStringLiteral("started");
    qint64 console = 0;
    const ConsoleRun ended = m_lab.switchover(
        to,
        [&](const QString &at) {
            if (at == QLatin1String("checkpoint ") + last) {
                integration::whileHeld(console, [&] { freeze(frozen, from, 3 - from - to); });
            }
            return false;
        },
        &console);
    const bool wasFrozen = m_frozen > 0;
    thaw();
    QVERIFY2(wasFrozen && ended.exitCode == 2, whatWentWrong(ended).constData());
    // It said what it waited for.
    QVERIFY2(ended.text.contains("still there after") && ended.text.contains(named.toUtf8()), ended.text.constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("undone"));
    const qint64 before = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 20, 15'000);
    client.stop();
    watch.stop();
    QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
    QCOMPARE(primary(), from);
    QCOMPARE(client.missingAt(old.conninfo(QStringLiteral("postgres"))), 0);
    qInfo("stopped in vain on %d: writes waited %.0f ms; %s", major, client.worstGapMs(), qPrintable(watch.story()));
    QVERIFY(!QFile::exists(old.dataDir + QStringLiteral("/standby.signal")));
    (void)old.sql(QStringLiteral("DROP TABLE IF EXISTS filler"));
    QVERIFY(m_lab.awaitWhole());
    QCOMPARE(m_lab.prepared(), asBefore);
    // Nothing of it is in the way of the next one.
    const ConsoleRun again = m_lab.switchover(to);
    QVERIFY2(again.exitCode == 0, whatWentWrong(again).constData());
    QCOMPARE(primary(), to);
}

/// Somebody pauses the candidate's replay while the old primary ends.
void TestSwitchoverStops::pausedReplayIsNotWaitedFor()
{
    PROVIDE_MAJOR(m_lab, 0);
    QVERIFY(m_lab.awaitWhole());
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const QStringList asBefore = m_lab.prepared();
    qint64 console = 0;
    bool paused = false;
    const ConsoleRun ended = m_lab.switchover(
        to,
        [&](const QString &at) {
            if (at == QLatin1String("checkpoint started")) { // it does not end before that is seen
                integration::whileHeld(console, [&] { freeze(Frozen::Session, from, 3 - from - to); });
            } else if (at == QLatin1String("stop started")) {
                paused = m_lab->node(to).sql(QStringLiteral("SELECT pg_wal_replay_pause()")).has_value();
                thaw();
            }
            return false;
        },
        &console);
    thaw();
    QVERIFY2(paused && ended.exitCode == 2, whatWentWrong(ended).constData());
    QVERIFY2(ended.text.contains("no, and it will not be") && ended.text.contains("and replay is paused"),
             ended.text.constData());
    QVERIFY2(!ended.text.contains("within 10 s"), ended.text.constData());
    QCOMPARE(m_lab.awaitPrimary(), from);
    (void)m_lab->node(to).sql(QStringLiteral("SELECT pg_wal_replay_resume()"));
    QVERIFY(m_lab.awaitWhole());
    QCOMPARE(m_lab.prepared(), asBefore);
}

/// It has been told to stop, and does so whenever it wakes: open sessions of it prove nothing.
void TestSwitchoverStops::frozenPostmasterIsNotCalledInService()
{
    PROVIDE_MAJOR(m_lab, 0);
    QVERIFY(m_lab.awaitWhole());
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const LabServer &old = m_lab->node(from);
    testsupport::WritableWatch watch(m_lab.conninfos(true));
    qint64 console = 0;
    const ConsoleRun ended = m_lab.switchover(
        to,
        [&](const QString &at) {
            if (at == QLatin1String("checkpoint started")) {
                integration::whileHeld(console, [&] { QVERIFY(old.freeze(LabServer::Part::Postmaster)); });
            }
            return false;
        },
        &console);
    QVERIFY(old.thaw());
    QVERIFY2(ended.exitCode == 3, whatWentWrong(ended).constData());
    const QString left = ended.last().value(QStringLiteral("remains")).toArray().first().toString();
    QVERIFY2(left.contains(old.name), qPrintable(left));
    // Awake it does what it was told; whoever takes it up then finds out how things are.
    QVERIFY(QTest::qWaitFor([&] { return m_lab.slowly(primary() < 0); }, 20'000));
    const ConsoleRun undone = m_lab.finish("undo");
    QVERIFY2(undone.exitCode == 2, whatWentWrong(undone).constData());
    watch.stop();
    QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
    QVERIFY(m_lab.awaitWhole());
    QCOMPARE(primary(), from);
}

/// What the old primary has not archived by its end would be in no archive: the new one has only received it.
void TestSwitchoverStops::slowArchiverComesToItsEnd()
{
    PROVIDE_MAJOR(m_lab, 0);
    QVERIFY(m_lab.awaitWhole());
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    const LabServer &old = m_lab->node(from);
    for (const char *sql : {"ALTER SYSTEM SET archive_mode = on",
                            "ALTER SYSTEM SET archive_command = 'mkdir -p archived && sleep 4 && cp %p archived/%f'"}) {
        QVERIFY(old.sql(QLatin1String(sql)));
    }
    QVERIFY(old.control({QStringLiteral("-w"), QStringLiteral("-m"), QStringLiteral("fast"), QStringLiteral("restart"),
                         QStringLiteral("-l"), old.logFile})
                .ok());
    QVERIFY(m_lab.awaitWhole());
    const ConsoleRun ended = m_lab.switchover(to);
    QVERIFY2(ended.exitCode == 0, whatWentWrong(ended).constData());
    QVERIFY2(ended.text.contains("waits for its archiver"), ended.text.constData());
    // The segment that the stop has switched is the last of its timeline that anybody writes.
    QStringList ready = QDir(old.dataDir + QStringLiteral("/pg_wal/archive_status"))
                            .entryList({QStringLiteral("*.ready")}, QDir::Files);
    QCOMPARE(ready, QStringList());
    QVERIFY(!QDir(old.dataDir + QStringLiteral("/archived")).entryList(QDir::Files).isEmpty());
    QCOMPARE(primary(), to);
    m_lab.discard(); // it archives
}

QTEST_GUILESS_MAIN(TestSwitchoverStops)
#include "tst_switchoverstops.moc"
