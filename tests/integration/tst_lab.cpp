// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QProcess>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <signal.h>

#include "support/lab.h"
#include "support/localcluster.h"

using namespace howdah::testsupport;

/// The lab itself: each variant comes up and streams, and its faults are real.
class TestLab : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void plainStreams_data();
    void plainStreams();
    void faults();
    void addressesMove();
    void repmgrHasItsWitness();
    void patroniHasItsLeader();
    void autoFailoverHasItsMonitor();
    void killedOwnerLeavesNothing();
    void localPair();
    void killedLocalOwnerLeavesNothing();
    void sweepingFollowsNoLink();

private:
    static QByteArray holdAndKill(const QString &what);
};

#define NEED_LAB()                                                                                                     \
    if (!Lab::possible()) {                                                                                            \
        QSKIP("needs root: network namespaces");                                                                       \
    }

namespace {

const char kStreaming[] = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";

QString query(const char *text)
{
    return QString::fromLatin1(text);
}

bool answers(const LabServer &server, int timeoutMs = 300)
{
    QTcpSocket socket;
    socket.connectToHost(server.host, static_cast<quint16>(server.port));
    return socket.waitForConnected(timeoutMs);
}

} // namespace

#define START(lab, ...)                                                                                                \
    const auto lab##Result = Lab::start(__VA_ARGS__);                                                                  \
    QVERIFY2(lab##Result, lab##Result ? "" : qPrintable(lab##Result.error().message));                                 \
    Lab &lab = **lab##Result;                                                                                          \
    qInfo("up in %lld ms", lab.startMilliseconds())

void TestLab::plainStreams_data()
{
    QTest::addColumn<bool>("cascading");
    QTest::newRow("cascading") << true;
    QTest::newRow("two standbys") << false;
}

void TestLab::plainStreams()
{
    NEED_LAB();
    QFETCH(bool, cascading);
    START(lab, Lab::Variant::Plain, Lab::Options{.cascading = cascading, .settings = {QStringLiteral("work_mem=7MB")}});
    QTRY_COMPARE(lab.node(0).value(query(kStreaming)), cascading ? QStringLiteral("1") : QStringLiteral("2"));
    QTRY_COMPARE(lab.node(1).value(query(kStreaming)), cascading ? QStringLiteral("1") : QStringLiteral("0"));
    QCOMPARE(lab.node(2).value(query("SHOW work_mem")), QStringLiteral("7MB"));

    QVERIFY(lab.node(0).sql(query("INSERT INTO ledger (note) VALUES ('here')")));
    QTRY_COMPARE(lab.node(2).value(query("SELECT note FROM ledger")), QStringLiteral("here"));

    // ssh with the host's key verified, as the server's user and as root.
    for (const QString &user : {QStringLiteral("postgres"), QStringLiteral("root")}) {
        const Output who = run(lab.sshPrefix(1, user) + QStringList{QStringLiteral("id -un; ip -4 -o addr show eth0")});
        QVERIFY2(who.ok(), who.err.constData());
        QVERIFY(who.out.startsWith(user.toLatin1() + '\n'));
        QVERIFY(who.out.contains(lab.node(1).host.toLatin1()));
    }
}

void TestLab::faults()
{
    NEED_LAB();
    START(lab, Lab::Variant::Plain, Lab::Options{.ssh = false});
    QTRY_VERIFY(answers(lab.node(1)));

    for (const Lab::Cut cut : {Lab::Cut::Unplugged, Lab::Cut::Silent}) {
        QVERIFY(lab.cutCable(1, cut));
        QVERIFY(!answers(lab.node(1)));
        QVERIFY(answers(lab.node(0)));
        QVERIFY(lab.node(0).sql(query("INSERT INTO ledger (note) VALUES ('while it was out')")));
        QVERIFY(lab.plugCable(1));
        QTRY_VERIFY(answers(lab.node(1)));
    }
    QTRY_COMPARE_WITH_TIMEOUT(lab.node(2).value(query("SELECT count(*) FROM ledger")), QStringLiteral("2"), 20000);

    // One way only, between hosts: the console still sees both.
    QVERIFY(lab.dropTraffic(0, 1));
    QVERIFY(answers(lab.node(0)) && answers(lab.node(1)));
    QVERIFY(lab.node(0).sql(query("INSERT INTO ledger (note) VALUES ('unheard')")));
    QVERIFY(lab.restoreTraffic(0, 1));
    QTRY_COMPARE_WITH_TIMEOUT(lab.node(1).value(query("SELECT count(*) FROM ledger")), QStringLiteral("3"), 20000);

    const qint64 before = lab.node(2).pid();
    QVERIFY(before > 0);
    QVERIFY(lab.node(2).freeze());
    QVERIFY(answers(lab.node(2))); // the kernel still accepts
    QVERIFY(lab.node(2).thaw());
    QTRY_COMPARE(lab.node(2).value(query("SELECT 1")), QStringLiteral("1"));

    QVERIFY(lab.node(2).kill());
    QTRY_VERIFY(!answers(lab.node(2)));
    QTRY_COMPARE(lab.node(2).pid(), qint64(0));
    QVERIFY(lab.node(2).start().ok());
    QVERIFY(lab.node(2).pid() != before);
    QVERIFY(lab.node(2).stop().ok());
    QVERIFY(!answers(lab.node(2)));
}

void TestLab::addressesMove()
{
    NEED_LAB();
    START(lab, Lab::Variant::Plain, Lab::Options{.ssh = false});
    const QString address = lab.floatingAddress();
    for (int holder = 0; holder < 2; ++holder) {
        QVERIFY(lab.addAddress(holder, address));
        QVERIFY(lab.hasAddress(holder, address));
        LabServer floating = lab.node(holder);
        floating.host = address;
        QTRY_COMPARE(floating.value(query("SHOW cluster_name")), lab.node(holder).name);
        QVERIFY(lab.removeAddress(holder, address));
        QVERIFY(!lab.hasAddress(holder, address));
    }
}

void TestLab::repmgrHasItsWitness()
{
    NEED_LAB();
    START(lab, Lab::Variant::Repmgr, Lab::Options{.repmgrd = true});
    QTRY_COMPARE(lab.node(0).value(query(kStreaming)), QStringLiteral("1"));
    const auto nodes = sql(lab.node(2).conninfo(QStringLiteral("repmgr"), QStringLiteral("repmgr")),
                           query("SELECT node_name, type FROM repmgr.nodes ORDER BY node_id"));
    QVERIFY2(nodes, nodes ? "" : qPrintable(nodes.error().message));
    const TextRows expected{{QStringLiteral("pg1"), QStringLiteral("primary")},
                            {QStringLiteral("pg2"), QStringLiteral("standby")},
                            {QStringLiteral("pg3"), QStringLiteral("witness")}};
    QCOMPARE(*nodes, expected);
    const QString system = query("SELECT system_identifier FROM pg_control_system()");
    QCOMPARE(lab.node(1).value(system), lab.node(0).value(system));
    QVERIFY(lab.node(2).value(system) != lab.node(0).value(system));
    const Output daemons =
        lab.repmgr(0, {QStringLiteral("service"), QStringLiteral("status"), QStringLiteral("--csv")});
    QCOMPARE(daemons.out.count('\n'), 3);
    // What repmgr itself needs for a switchover: ssh between the hosts.
    const Output ssh = lab.exec(1, lab.sshPrefix(0) + QStringList{QStringLiteral("true")}, QStringLiteral("postgres"));
    QVERIFY2(ssh.ok(), ssh.err.constData());
}

void TestLab::patroniHasItsLeader()
{
    NEED_LAB();
    START(lab, Lab::Variant::Patroni);
    QCOMPARE(lab.node(0).value(query(kStreaming)), QStringLiteral("2"));
    QVERIFY(lab.signalPatroni(0, SIGKILL));
    QVERIFY(lab.startPatroni(0));
    QVERIFY(lab.signalPatroni(0, 0));
    QCOMPARE(lab.node(0).value(query(kStreaming)), QStringLiteral("2"));
}

void TestLab::autoFailoverHasItsMonitor()
{
    NEED_LAB();
    START(lab, Lab::Variant::AutoFailover);
    QCOMPARE(lab.node(0).value(query(kStreaming)), QStringLiteral("2"));
    const auto states = [&] {
        const auto rows = sql(lab.monitorConninfo(), query("SELECT nodename, goalstate FROM pgautofailover.node "
                                                           "WHERE goalstate = reportedstate ORDER BY nodename"));
        return rows.value_or(TextRows());
    };
    const TextRows expected{{QStringLiteral("pg1"), QStringLiteral("primary")},
                            {QStringLiteral("pg2"), QStringLiteral("secondary")},
                            {QStringLiteral("pg3"), QStringLiteral("secondary")}};
    QCOMPARE(states(), expected);
    QVERIFY(lab.signalAutoctl(1, SIGTERM));
    QTRY_VERIFY_WITH_TIMEOUT(!lab.node(1).sql(query("SELECT 1")), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(!lab.signalAutoctl(1, 0), 20'000); // another one would refuse to run beside it
    QVERIFY(lab.startAutoctl(1));
    QVERIFY(lab.signalAutoctl(1, 0));
    QTRY_COMPARE_WITH_TIMEOUT(lab.node(1).value(query("SELECT pg_is_in_recovery()")), QStringLiteral("t"), 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(states(), expected, 30'000);
}

// Lets another process own it, kills that, and says where it was.
QByteArray TestLab::holdAndKill(const QString &what)
{
    QProcess holder;
    holder.start(QStringLiteral(HOWDAH_LABHOLDER), {what});
    if (!QTest::qWaitFor([&] { return holder.canReadLine() || holder.state() == QProcess::NotRunning; }, 60000)) {
        return {};
    }
    const QByteArray directory = holder.readLine().trimmed();
    holder.kill();
    holder.waitForFinished();
    return directory;
}

void TestLab::killedOwnerLeavesNothing()
{
    NEED_LAB();
    const QString directory = QString::fromUtf8(holdAndKill(QStringLiteral("lab")));
    QVERIFY(QDir(directory + QStringLiteral("/pg1/data")).exists());
    const QString id = QDir(directory).dirName();
    const auto traces = [&id, &directory] {
        const QByteArray names = run({QStringLiteral("ip"), QStringLiteral("netns"), QStringLiteral("list")}).out;
        const QByteArray links = run({QStringLiteral("ip"), QStringLiteral("-o"), QStringLiteral("link")}).out;
        const QByteArray processes = run({QStringLiteral("ps"), QStringLiteral("-eo"), QStringLiteral("args")}).out;
        return QStringList{names.contains("howdah-" + id.toLatin1()) ? QStringLiteral("namespaces") : QString(),
                           links.contains(" h" + id.toLatin1()) ? QStringLiteral("links") : QString(),
                           processes.contains(directory.toUtf8()) ? QStringLiteral("processes") : QString(),
                           QDir(directory).exists() ? QStringLiteral("directory") : QString()};
    };
    const QStringList all{QStringLiteral("namespaces"), QStringLiteral("links"), QStringLiteral("processes"),
                          QStringLiteral("directory")};
    QCOMPARE(traces(), all); // it is all there, and nobody's
    QVERIFY(Lab::sweep().ok());
    const QStringList nothing{QString(), QString(), QString(), QString()};
    QTRY_COMPARE(traces(), nothing);
}

void TestLab::localPair()
{
    const auto started = LocalCluster::start({.nodes = 2});
    QVERIFY2(started, started ? "" : qPrintable(started.error().message));
    const LocalCluster &cluster = **started;
    QTRY_COMPARE(cluster.node(0).value(query(kStreaming)), QStringLiteral("1"));
    QVERIFY(cluster.node(0).sql(query("INSERT INTO ledger (note) VALUES ('x')")));
    QTRY_COMPARE(cluster.node(1).value(query("SELECT note FROM ledger")), QStringLiteral("x"));
    QVERIFY(cluster.node(0).stop().ok());
    QVERIFY(cluster.node(1).promote().ok());
    QCOMPARE(cluster.node(1).value(query("SELECT pg_is_in_recovery()")), QStringLiteral("f"));

    const auto foreign = LocalCluster::start({.system = 2});
    QVERIFY2(foreign, foreign ? "" : qPrintable(foreign.error().message));
    const QString system = query("SELECT system_identifier FROM pg_control_system()");
    QVERIFY((*foreign)->node(0).value(system) != cluster.node(1).value(system));
}

void TestLab::killedLocalOwnerLeavesNothing()
{
    const QString directory = QString::fromUtf8(holdAndKill(QStringLiteral("local")));
    LabServer server;
    server.dataDir = directory + QStringLiteral("/pg2/data");
    const qint64 pid = server.pid();
    QVERIFY(pid > 0);
    LocalCluster::sweep();
    QVERIFY(!QDir(directory).exists());
    QTRY_VERIFY(processIdentity(pid).isEmpty());
}

// What another user puts beside our clusters must not lead us to files of others.
void TestLab::sweepingFollowsNoLink()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    const QTemporaryDir others;
    QVERIFY(QDir(others.path()).mkpath(QStringLiteral("pg1/data")));
    const auto started = LocalCluster::start();
    QVERIFY2(started, started ? "" : qPrintable(started.error().message));
    const QString link = QFileInfo((*started)->directory()).path() + QStringLiteral("/0-1");
    QFile::remove(link);
    QVERIFY(QFile::link(others.path(), link)); // process 0 is no owner: it looks abandoned
    LocalCluster::sweep();
    QFile::remove(link);
    QVERIFY(QFileInfo::exists(others.filePath(QStringLiteral("pg1/data"))));
}

QTEST_GUILESS_MAIN(TestLab)
#include "tst_lab.moc"
