// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "hosts/connections.h"
#include "hosts/controldata.h"
#include "hosts/servercontrol.h"
#include "support/lab.h"
#include "support/watchedcommand.h"

using namespace howdah::hosts;
using namespace howdah::testsupport;
using howdah::core::Error;
using howdah::core::Result;
using How = ServerControl::How;
using State = ControlData::State;

/// What is found on the lab's hosts, and that the commands made of it stop and start real servers.
class TestHostControl : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase() { m_lab.reset(); }
    void factsOfARunningServer();
    void throughRoot();
    void withoutRights();
    void stopsAndStarts_data();
    void stopsAndStarts();
    void keepsTheOptions();
    void immediateStopsAreSeen();
    void reloads();
    void asWritten();
    void patroniIsSeen();
    void daemonsOfOthers_data();
    void daemonsOfOthers();
    void daemonThatHasEnded();

private:
    Result<HostFacts> facts(const QStringList &prefix, int index, const Lab *lab = nullptr);
    Result<ServerControl> control(int index);
    Result<ControlData> controlData(const ServerControl &control);
    Outcome run(const HostCommand &command);

    Connections m_connections;
    std::unique_ptr<Lab> m_lab;
};

namespace {

howdah::cluster::NodeConfig nodeOf(const Lab &lab, int index)
{
    howdah::cluster::NodeConfig node = lab.config().nodes.at(static_cast<size_t>(index));
    node.start.clear();
    node.stop.clear();
    node.rootCommand.clear();
    return node;
}

const char *textOf(const Outcome &outcome)
{
    static QByteArray text;
    text = outcome.ok() ? QByteArray() : outcome.asError(QStringLiteral("the node")).message.toUtf8();
    return text.constData();
}

} // namespace

#define VERIFY_RESULT(result) QVERIFY2(result, (result) ? "" : qPrintable((result).error().message))
#define VERIFY_RUNS(command)                                                                                           \
    do {                                                                                                               \
        const Outcome outcome = run(command);                                                                          \
        QVERIFY2(outcome.ok(), textOf(outcome));                                                                       \
    } while (false)

void TestHostControl::initTestCase()
{
    if (Lab::possible()) {
        auto lab = Lab::start(Lab::Variant::Plain);
        VERIFY_RESULT(lab);
        m_lab = std::move(*lab);
    }
}

void TestHostControl::init()
{
    if (!m_lab) {
        QSKIP("needs root: network namespaces");
    }
}

Outcome TestHostControl::run(const HostCommand &command)
{
    WatchedCommand watched;
    CommandOptions options;
    options.deadlineMs = 90000;
    options.ssh.controlPath = m_connections.controlPath(command.prefix);
    return watched.run(command.prefix, command.argv, options);
}

Result<HostFacts> TestHostControl::facts(const QStringList &prefix, int index, const Lab *lab)
{
    const LabServer &server = (lab ? lab : m_lab.get())->node(index);
    const ServerSettings settings{.dataDirectory = server.dataDir,
                                  .configFile = server.dataDir + QStringLiteral("/postgresql.conf"),
                                  .port = server.port};
    const Outcome outcome = run({prefix, hostFactsCommand(settings)});
    if (!outcome.ok()) {
        return tl::unexpected(outcome.asError(server.name));
    }
    return parseHostFacts(outcome.out, settings);
}

Result<ServerControl> TestHostControl::control(int index)
{
    const auto node = nodeOf(*m_lab, index);
    return facts(node.command, index).and_then([&](const HostFacts &found) { return deriveControl(found, node); });
}

Result<ControlData> TestHostControl::controlData(const ServerControl &control)
{
    return parseControlData(run(control.controlData).out);
}

void TestHostControl::factsOfARunningServer()
{
    for (const int index : {0, 1}) {
        const LabServer &server = m_lab->node(index);
        const Result<HostFacts> found = facts(m_lab->sshPrefix(index), index);
        VERIFY_RESULT(found);
        QCOMPARE(found->user, QStringLiteral("postgres"));
        QCOMPARE(found->owner, QStringLiteral("postgres"));
        QCOMPARE(found->mode, QStringLiteral("700"));
        QVERIFY(found->readable && found->writable);
        QCOMPARE(found->standbySignal, std::optional(index == 1));
        QVERIFY(found->alive);
        QCOMPARE(found->pid, server.pid());
        QCOMPARE(found->executable, server.bin + QStringLiteral("/postgres"));
        QCOMPARE(found->arguments.mid(1), (QStringList{QStringLiteral("-D"), server.dataDir}));
        QCOMPARE(found->logFile, server.logFile);
        QCOMPARE(found->program(QStringLiteral("pg_rewind")), server.bin + QStringLiteral("/pg_rewind"));
        QVERIFY(found->debianVersion.isEmpty());
        QVERIFY2(found->daemons.isEmpty(), qPrintable(found->daemons.join(QLatin1Char(' '))));
        const Result<ServerControl> derived = deriveControl(*found, nodeOf(*m_lab, index));
        VERIFY_RESULT(derived);
        QCOMPARE(derived->how, How::PgCtl);
        QVERIFY(!derived->mayRestartByItself);
    }
}

// root's commands are the owner's again.
void TestHostControl::throughRoot()
{
    auto node = nodeOf(*m_lab, 0);
    node.command = m_lab->sshPrefix(0, QStringLiteral("root"));
    const Result<HostFacts> found = facts(node.command, 0);
    VERIFY_RESULT(found);
    QCOMPARE(found->uid, 0);
    const Result<ServerControl> derived = deriveControl(*found, node);
    VERIFY_RESULT(derived);
    QCOMPARE(derived->ownerPrefix.last(), QStringLiteral("--"));
    const Result<ControlData> data = controlData(*derived);
    VERIFY_RESULT(data);
    QCOMPARE(data->state, State::InProduction);
    VERIFY_RUNS(derived->reload);
}

void TestHostControl::withoutRights()
{
    auto node = nodeOf(*m_lab, 0);
    node.command = m_lab->node(0).prefix.first(3) +
                   QStringList{QStringLiteral("setpriv"), QStringLiteral("--reuid"), QStringLiteral("nobody"),
                               QStringLiteral("--regid"), QStringLiteral("nogroup"), QStringLiteral("--clear-groups"),
                               QStringLiteral("--")};
    const Result<HostFacts> found = facts(node.command, 0);
    VERIFY_RESULT(found);
    QCOMPARE(found->user, QStringLiteral("nobody"));
    QVERIFY(!found->readable);
    QCOMPARE(found->standbySignal, std::optional<bool>());
    QVERIFY(!found->alive); // it cannot be seen
    const Result<ServerControl> derived = deriveControl(*found, node);
    QVERIFY(!derived);
    QCOMPARE(derived.error().kind, Error::Kind::Denied);
    QVERIFY2(derived.error().message.contains(QLatin1String("nobody does not own")),
             qPrintable(derived.error().message));
}

void TestHostControl::stopsAndStarts_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<State>("stopped");
    QTest::newRow("primary") << 0 << State::ShutDown;
    QTest::newRow("standby") << 1 << State::ShutDownInRecovery;
}

void TestHostControl::stopsAndStarts()
{
    QFETCH(int, index);
    QFETCH(State, stopped);
    const LabServer &server = m_lab->node(index);
    const QString system = server.value(QStringLiteral("SELECT system_identifier FROM pg_control_system()"));
    const Result<ServerControl> derived = control(index);
    VERIFY_RESULT(derived);
    VERIFY_RUNS(derived->stop);
    QTRY_COMPARE_WITH_TIMEOUT(server.pid(), 0, 30000);
    const Result<ControlData> data = controlData(*derived);
    VERIFY_RESULT(data);
    QCOMPARE(data->state, stopped);
    QVERIFY(data->isShutDown());
    QCOMPARE(QString::number(data->systemIdentifier), system);
    QCOMPARE(data->timeline, 1U);
    QVERIFY(data->checkpoint.value > 0 && data->redo.value > 0);
    // What is found now leads to the same commands.
    const Result<ServerControl> again = control(index);
    VERIFY_RESULT(again);
    QCOMPARE(again->how, How::PgCtl);
    QCOMPARE(again->stop.argv, derived->stop.argv);
    QCOMPARE(again->start.argv.mid(0, 6), derived->start.argv.mid(0, 6));
    VERIFY_RUNS(derived->start);
    QVERIFY(server.pid() > 0);
    QCOMPARE(server.value(QStringLiteral("SELECT pg_is_in_recovery()")),
             index == 0 ? QStringLiteral("f") : QStringLiteral("t"));
    QVERIFY(!controlData(*derived)->isShutDown());
}

void TestHostControl::keepsTheOptions()
{
    const LabServer &server = m_lab->node(2);
    QVERIFY(server.stop().ok());
    const QString options = QStringLiteral("-c work_mem=9MB -c 'log_line_prefix=it is %m \"quoted\" $HOME '");
    QVERIFY(server
                .control({QStringLiteral("-w"), QStringLiteral("-l"), server.logFile, QStringLiteral("-o"), options,
                          QStringLiteral("start")})
                .ok());
    const QString prefix = server.value(QStringLiteral("SHOW log_line_prefix"));
    QVERIFY(prefix.startsWith(QLatin1String("it is")));
    const Result<ServerControl> running = control(2);
    VERIFY_RESULT(running);
    VERIFY_RUNS(running->stop);
    QTRY_COMPARE_WITH_TIMEOUT(server.pid(), 0, 30000);
    // Once as it was found while it ran, once as it is found when it is down.
    for (const bool fresh : {false, true}) {
        const Result<ServerControl> derived = fresh ? control(2) : running;
        VERIFY_RESULT(derived);
        VERIFY_RUNS(derived->start);
        QCOMPARE(server.value(QStringLiteral("SHOW work_mem")), QStringLiteral("9MB"));
        QCOMPARE(server.value(QStringLiteral("SHOW log_line_prefix")), prefix);
        VERIFY_RUNS(derived->stop);
        QTRY_COMPARE_WITH_TIMEOUT(server.pid(), 0, 30000);
    }
    QVERIFY(server.start().ok());
}

void TestHostControl::immediateStopsAreSeen()
{
    const LabServer &server = m_lab->node(2);
    const Result<ServerControl> derived = control(2);
    VERIFY_RESULT(derived);
    VERIFY_RUNS(derived->immediateStop);
    QTRY_COMPARE_WITH_TIMEOUT(server.pid(), 0, 30000);
    const Result<ControlData> data = controlData(*derived);
    VERIFY_RESULT(data);
    QCOMPARE(data->state, State::InArchiveRecovery);
    QVERIFY(!data->isShutDown());
    VERIFY_RUNS(derived->start);
}

void TestHostControl::reloads()
{
    const LabServer &server = m_lab->node(0);
    QVERIFY(server.sql(QStringLiteral("ALTER SYSTEM SET work_mem = '11MB'")));
    const Result<ServerControl> derived = control(0);
    VERIFY_RESULT(derived);
    VERIFY_RUNS(derived->reload);
    QTRY_COMPARE(server.value(QStringLiteral("SHOW work_mem")), QStringLiteral("11MB"));
}

void TestHostControl::asWritten()
{
    const LabServer &server = m_lab->node(2);
    const auto node = m_lab->config().nodes.at(2);
    const Result<HostFacts> found = facts(node.command, 2);
    VERIFY_RESULT(found);
    const Result<ServerControl> derived = deriveControl(*found, node);
    VERIFY_RESULT(derived);
    QCOMPARE(derived->how, How::Written);
    QCOMPARE(derived->stop.argv, node.stop);
    VERIFY_RUNS(derived->stop);
    QCOMPARE(server.pid(), 0);
    VERIFY_RUNS(derived->start);
    QVERIFY(server.pid() > 0);
}

// All hosts of the lab share this machine's processes; only the one with the host's own network counts.
void TestHostControl::patroniIsSeen()
{
    const auto lab = Lab::start(Lab::Variant::Patroni);
    VERIFY_RESULT(lab);
    const Result<HostFacts> found = facts((*lab)->sshPrefix(1), 1, lab->get());
    VERIFY_RESULT(found);
    QCOMPARE(found->daemons.size(), 1);
    QVERIFY(found->daemons.first().startsWith(QLatin1String("patroni ")));
    const Result<ServerControl> derived = deriveControl(*found, nodeOf(**lab, 1));
    VERIFY_RESULT(derived);
    QVERIFY(derived->mayRestartByItself);
    QCOMPARE(derived->supervisor, QStringLiteral("patroni"));
}

void TestHostControl::daemonsOfOthers_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("config"); // %1 is the data directory; empty: there is no such file
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<bool>("counts");
    const QString repmgrd = QStringLiteral("repmgrd"), autoctl = QStringLiteral("pg_autoctl");
    const QString patroni = QStringLiteral("patroni"), none;
    const QStringList f{QStringLiteral("-f"), QStringLiteral("its.conf")}, yml{QStringLiteral("patroni.yml")};
    const auto words = [](const char *first, const char *second = nullptr) {
        QStringList list{QString::fromLatin1(first)};
        return second ? list << QString::fromLatin1(second) : list;
    };
    QTest::newRow("repmgrd of this one") << repmgrd << "node_id=1\ndata_directory='%1'\n" << f << true;
    QTest::newRow("repmgrd of another one") << repmgrd << "data_directory = '/usr/lib'\n" << f << false;
    QTest::newRow("another one, unquoted") << repmgrd << "data_directory=/usr/lib # here\n" << f << false;
    QTest::newRow("this one in other words") << repmgrd << "data_directory='%1/../data/'\n" << f << true;
    QTest::newRow("this one by a link") << repmgrd << "data_directory='link'\n" << f << true;
    QTest::newRow("one that is not found") << repmgrd << "data_directory='/srv/gone'\n" << f << true;
    QTest::newRow("repmgrd of nobody knows whom") << repmgrd << none << f << true;
    QTest::newRow("repmgrd that says nothing") << repmgrd << "node_id=1\n" << QStringList() << true;
    QTest::newRow("pg_autoctl of this one") << autoctl << none << words("--pgdata", "%1") << true;
    QTest::newRow("pg_autoctl of another one") << autoctl << none << words("--pgdata=/usr/lib") << false;
    QTest::newRow("patroni of this one") << patroni << "postgresql:\n  data_dir: %1\n" << yml << true;
    QTest::newRow("patroni of another one") << patroni << "postgresql:\n  data_dir: \"/usr/lib\"\n" << yml << false;
    // Its own directory is above the server's.
    QTest::newRow("stolon-keeper") << "stolon-keeper" << none << words("--data-dir", "/usr/lib") << true;
}

/// Several clusters may live on one host: the manager of one is none of the other's.
void TestHostControl::daemonsOfOthers()
{
    QFETCH(QString, name);
    QFETCH(QString, config);
    QFETCH(QStringList, arguments);
    QFETCH(bool, counts);
    const LabServer &server = m_lab->node(0);
    const QTemporaryDir directory;
    QVERIFY(QFile::setPermissions(directory.path(), QFile::Permissions(0x7755)));
    const auto write = [&directory](const QString &file, const QByteArray &text) {
        QFile made(directory.filePath(file));
        QVERIFY(made.open(QIODevice::WriteOnly));
        made.write(text);
        made.setPermissions(QFile::Permissions(0x7755));
    };
    write(name, "#!/bin/sh\necho here\nread -r line\n");
    if (!config.isEmpty()) {
        write(arguments.value(arguments.size() - 1, QStringLiteral("unused")),
              config.replace(QStringLiteral("%1"), server.dataDir).toUtf8());
    }
    QVERIFY(QFile::link(server.dataDir, directory.filePath(QStringLiteral("link"))));
    QProcess daemon;
    daemon.setWorkingDirectory(directory.path());
    const QStringList line = server.prefix + QStringList{directory.filePath(name)} +
                             arguments.replaceInStrings(QStringLiteral("%1"), server.dataDir);
    daemon.start(line.first(), line.mid(1));
    QTRY_VERIFY(daemon.canReadLine());
    const Result<HostFacts> found = facts(m_lab->sshPrefix(0), 0);
    daemon.kill();
    daemon.waitForFinished();
    VERIFY_RESULT(found);
    QCOMPARE(found->daemons.size(), counts ? 1 : 0);
}

/// In a container nobody may ever ask how a process ended, and it stays in the list.
void TestHostControl::daemonThatHasEnded()
{
    const QTemporaryDir directory;
    QVERIFY(QFile::setPermissions(directory.path(), QFile::Permissions(0x7755)));
    QFile made(directory.filePath(QStringLiteral("repmgrd")));
    QVERIFY(made.open(QIODevice::WriteOnly));
    made.write("#!/bin/sh\nexit 0\n");
    made.setPermissions(QFile::Permissions(0x7755));
    made.close();
    QProcess parent;
    const QStringList line =
        m_lab->node(0).prefix + QStringList{QStringLiteral("sh"), QStringLiteral("-c"),
                                            QStringLiteral("\"$0\" & echo $!; exec cat"), made.fileName()};
    parent.start(line.first(), line.mid(1));
    QTRY_VERIFY(parent.canReadLine());
    const QString process = QString::fromLatin1(parent.readLine().trimmed());
    const auto stat = [&process] {
        QFile file(QStringLiteral("/proc/%1/stat").arg(process));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    QTRY_VERIFY(stat().contains(") Z "));
    const Result<HostFacts> found = facts(m_lab->sshPrefix(0), 0);
    parent.kill();
    parent.waitForFinished();
    VERIFY_RESULT(found);
    QCOMPARE(found->daemons, QStringList());
}

QTEST_GUILESS_MAIN(TestHostControl)
#include "tst_hostcontrol.moc"
