// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "hosts/commandline.h"
#include "hosts/servercontrol.h"
#include "hosts/serveroptions.h"

using namespace howdah::hosts;
using howdah::cluster::NodeConfig;
using How = ServerControl::How;

/// How a server is stopped and started, by what was found on its host. That the commands do so is in tst_hostcontrol.
class TestServerControl : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void derives_data();
    void derives();
    void refusals_data();
    void refusals();
    void startsAsBefore_data();
    void startsAsBefore();
    void owners_data();
    void owners();
    void readsPostmasterOpts();
    void readsFacts();
    void oddAnswers();
    void theScriptOnlyReads();
    void pathsAreNoScript();
};

namespace {

const QString kData = QStringLiteral("/data");
const QString kBin = QStringLiteral("/usr/lib/postgresql/15/bin/");

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

// A server that somebody has started with pg_ctl.
HostFacts plain()
{
    HostFacts facts;
    facts.settings = {.dataDirectory = kData, .configFile = QStringLiteral("/data/postgresql.conf"), .port = 5432};
    facts.user = facts.owner = QStringLiteral("postgres");
    facts.uid = 101;
    facts.hasRunuser = facts.readable = facts.writable = facts.alive = true;
    facts.pid = 4711;
    facts.parentPid = 1;
    facts.initName = QStringLiteral("systemd");
    facts.logFile = QStringLiteral("/var/log/pg.log");
    facts.arguments = {kBin + QStringLiteral("postgres"), QStringLiteral("-D"), kData};
    for (const char *program : {"pg_ctl", "pg_controldata", "pg_rewind"}) {
        facts.programs << kBin + QLatin1String(program);
    }
    return facts;
}

HostFacts unit(const char *restart, const char *name = "postgresql@15-main.service")
{
    HostFacts facts = plain();
    facts.systemd = true;
    facts.unit = QString::fromLatin1(name);
    facts.unitLoadState = QStringLiteral("loaded");
    facts.unitMainPid = facts.pid;
    facts.unitRestart = QString::fromLatin1(restart);
    facts.unitStopTimeout = QStringLiteral("1min 30s");
    return facts;
}

HostFacts debian()
{
    HostFacts facts = plain();
    facts.debianVersion = QStringLiteral("15");
    facts.debianCluster = QStringLiteral("main");
    facts.hasPgCtlCluster = true;
    return facts;
}

NodeConfig node(const char *command = "ssh postgres@h", const char *rootCommand = "")
{
    NodeConfig config;
    config.name = QStringLiteral("pg1");
    config.command = words(command);
    config.hasCommand = true;
    config.rootCommand = words(rootCommand);
    return config;
}

QString line(const HostCommand &command)
{
    return command.isEmpty() ? QString() : shellQuoted(command.prefix + command.argv);
}

template<typename Change>
HostFacts changed(HostFacts facts, Change change)
{
    change(facts);
    return facts;
}

} // namespace

void TestServerControl::derives_data()
{
    QTest::addColumn<HostFacts>("facts");
    QTest::addColumn<NodeConfig>("config");
    QTest::addColumn<int>("how");
    QTest::addColumn<QString>("start"); // the last words of the command line; empty: there is none
    QTest::addColumn<QString>("stop");
    QTest::addColumn<QString>("supervisor");
    QTest::addColumn<bool>("comesBack");
    const auto row = [](const char *name, const HostFacts &facts, const NodeConfig &config, How how, const char *start,
                        const char *stop, const char *supervisor = "", bool comesBack = false) {
        QTest::newRow(name) << facts << config << int(how) << QString::fromLatin1(start) << QString::fromLatin1(stop)
                            << QString::fromLatin1(supervisor) << comesBack;
    };
    const char stopped[] = "ssh postgres@h /usr/lib/postgresql/15/bin/pg_ctl -D /data -m fast -W stop";
    row("pg_ctl", plain(), node(), How::PgCtl,
        "ssh postgres@h /usr/lib/postgresql/15/bin/pg_ctl -D /data -w -t 60 -l /var/log/pg.log start", stopped);
    row("here", plain(), node(""), How::PgCtl, "pg_ctl -D /data -w -t 60 -l /var/log/pg.log start",
        "/usr/lib/postgresql/15/bin/pg_ctl -D /data -m fast -W stop");
    row("systemd and root_command", unit("no"), node("ssh postgres@h", "ssh root@h"), How::SystemdUnit,
        "ssh root@h systemctl start postgresql@15-main.service", stopped, "systemd");
    row("systemd and sudo", changed(unit("on-failure"), [](HostFacts &facts) { facts.sudoSystemctl = true; }), node(),
        How::SystemdUnit, "ssh postgres@h sudo -n systemctl start postgresql@15-main.service", stopped, "systemd");
    row("systemd that brings it back", unit("always"), node("ssh postgres@h", "ssh root@h"), How::SystemdUnit,
        "ssh root@h systemctl start postgresql@15-main.service",
        "ssh root@h systemctl --no-block stop postgresql@15-main.service", "systemd");
    row("systemd without root", unit("no"), node(), How::ByHand, "", stopped, "systemd");
    row("the same, and it brings it back", unit("always"), node(), How::ByHand, "", stopped, "systemd", true);
    row("systemd, stopped",
        changed(unit("no"),
                [](HostFacts &facts) {
                    facts.alive = false;
                    facts.unitMainPid = facts.pid = 0;
                }),
        node("ssh postgres@h", "ssh root@h"), How::SystemdUnit, "systemctl start postgresql@15-main.service", stopped,
        "systemd");
    row("in the cgroup of what started it",
        changed(unit("no", "ssh.service"), [](HostFacts &facts) { facts.unitMainPid = 1; }),
        node("ssh postgres@h", "ssh root@h"), How::PgCtl, "-l /var/log/pg.log start", stopped);
    row("a unit that systemd does not know",
        changed(unit("no"), [](HostFacts &facts) { facts.unitLoadState = QStringLiteral("not-found"); }),
        node("ssh postgres@h", "ssh root@h"), How::PgCtl, "-l /var/log/pg.log start", stopped);
    row("Debian without systemd", debian(), node(), How::PgCtlCluster,
        "ssh postgres@h pg_ctlcluster --skip-systemctl-redirect 15 main start -- -t 60", stopped);
    row("Debian with systemd",
        changed(unit("on-failure"),
                [](HostFacts &facts) {
                    facts.debianVersion = QStringLiteral("15");
                    facts.debianCluster = QStringLiteral("main");
                    facts.hasPgCtlCluster = true;
                }),
        node("ssh postgres@h", "ssh root@h"), How::SystemdUnit, "systemctl start postgresql@15-main.service", stopped,
        "systemd");
    const HostFacts container = changed(plain(), [](HostFacts &facts) {
        facts.pid = 1;
        facts.parentPid = 0;
        facts.container = QStringLiteral("docker");
    });
    row("a container", container, node("docker exec -i -u postgres pg1"), How::Container, "docker start pg1",
        "docker exec -i -u postgres pg1 /usr/lib/postgresql/15/bin/pg_ctl -D /data -m fast -W stop", "docker", true);
    row("a container behind ssh", container, node("ssh h docker exec pg1"), How::Container, "ssh h docker start pg1",
        "pg_ctl -D /data -m fast -W stop", "docker", true);
    row("a pod", changed(container, [](HostFacts &facts) { facts.container = QStringLiteral("kubernetes"); }),
        node("kubectl exec pg1-0 --"), How::Container, "", "pg_ctl -D /data -m fast -W stop", "kubernetes", true);
    row("below tini, as its child",
        changed(container,
                [](HostFacts &facts) {
                    facts.pid = 7;
                    facts.parentPid = 1;
                    facts.initName = QStringLiteral("tini");
                    facts.writesWhereInitWrites = true;
                }),
        node("docker exec pg1"), How::Container, "docker start pg1", "-W stop", "docker", true);
    row("below tini, by pg_ctl",
        changed(container,
                [](HostFacts &facts) {
                    facts.pid = 70;
                    facts.parentPid = 1;
                    facts.initName = QStringLiteral("tini");
                }),
        node("docker exec pg1"), How::PgCtl, "-l /var/log/pg.log start", "-W stop");
    row("supervisord", changed(plain(), [](HostFacts &facts) { facts.parentName = QStringLiteral("supervisord"); }),
        node(), How::ByHand, "", stopped, "supervisord", true);
    row("Patroni",
        changed(plain(), [](HostFacts &facts) { facts.daemons = QStringList{QStringLiteral("patroni 99")}; }), node(),
        How::PgCtl, "start", stopped, "patroni", true);
    row("pg_auto_failover",
        changed(plain(), [](HostFacts &facts) { facts.daemons = QStringList{QStringLiteral("pg_autoctl 9")}; }), node(),
        How::PgCtl, "start", stopped, "pg_autoctl", true);
    row("repmgrd",
        changed(plain(), [](HostFacts &facts) { facts.daemons = QStringList{QStringLiteral("repmgrd 99")}; }), node(),
        How::PgCtl, "start", stopped);
    NodeConfig written = node();
    written.start = words("service pg start");
    written.stop = words("service pg stop");
    row("written", unit("always"), written, How::Written, "ssh postgres@h service pg start",
        "ssh postgres@h service pg stop", "systemd", true);
    NodeConfig onlyStart = node();
    onlyStart.start = words("service pg start");
    row("only start is written", plain(), onlyStart, How::Written, "ssh postgres@h service pg start", stopped);
    row("written, and nothing else is known", changed(plain(), [](HostFacts &facts) { facts.programs.clear(); }),
        written, How::Written, "service pg start", "service pg stop");
}

void TestServerControl::derives()
{
    QFETCH(HostFacts, facts);
    QFETCH(NodeConfig, config);
    QFETCH(int, how);
    QFETCH(QString, start);
    QFETCH(QString, stop);
    QFETCH(QString, supervisor);
    QFETCH(bool, comesBack);
    const auto control = deriveControl(facts, config);
    QVERIFY2(control, control ? "" : qPrintable(control.error().message));
    QCOMPARE(int(control->how), how);
    QVERIFY2(start.isEmpty() ? control->start.isEmpty() : line(control->start).endsWith(start),
             qPrintable(line(control->start)));
    QVERIFY2(line(control->stop).endsWith(stop), qPrintable(line(control->stop)));
    QCOMPARE(control->supervisor, supervisor);
    QCOMPARE(control->mayRestartByItself, comesBack);
    QVERIFY(!control->evidence.isEmpty());
    QVERIFY(!nameOf(control->how).isEmpty());
}

void TestServerControl::refusals_data()
{
    QTest::addColumn<HostFacts>("facts");
    QTest::addColumn<QString>("about");
    QTest::newRow("no data directory") << changed(plain(), [](HostFacts &facts) {
        facts.settings.dataDirectory.clear();
    }) << "is not known";
    QTest::newRow("another user") << changed(plain(), [](HostFacts &facts) { facts.user = QStringLiteral("dba"); })
                                  << "dba does not own the data directory, postgres does";
    QTest::newRow("no pg_ctl") << changed(plain(), [](HostFacts &facts) { facts.programs.clear(); }) << "No pg_ctl";
}

void TestServerControl::refusals()
{
    QFETCH(HostFacts, facts);
    QFETCH(QString, about);
    const auto control = deriveControl(facts, node());
    QVERIFY(!control);
    QVERIFY2(control.error().message.contains(about), qPrintable(control.error().message));
    QVERIFY(!control.error().hint.isEmpty());
}

void TestServerControl::startsAsBefore_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("log");
    QTest::addColumn<QString>("words"); // behind -D
    const QString own = QStringLiteral("/data/howdah-start.log");
    const QStringList server{QStringLiteral("postgres")};
    const auto row = [&](const char *name, const QStringList &arguments, const char *log, const QString &expected) {
        QTest::newRow(name) << server + arguments << QString::fromLatin1(log) << expected;
    };
    row("nothing", {}, "/l", QStringLiteral("/data -w -t 60 -l /l start"));
    row("-D", words("-D /data"), "/l", QStringLiteral("/data -w -t 60 -l /l start"));
    row("the configuration's directory", words("-D/etc/postgresql/15/main"), "/l",
        QStringLiteral("/etc/postgresql/15/main -w -t 60 -l /l start"));
    row("a relative one", words("-D data"), "/l", QStringLiteral("/data -w -t 60 -l /l start"));
    row("options", words("-D /data -c config_file=/etc/pg.conf -p 5433"), "/l",
        QStringLiteral("/data -w -t 60 -l /l -o '-c config_file=/etc/pg.conf -p 5433' start"));
    row("a value that looks like -D", words("-c -Dx --port=1"), "/l",
        QStringLiteral("/data -w -t 60 -l /l -o '-c -Dx --port=1' start"));
    const QStringList blanks{QStringLiteral("-c"), QStringLiteral("cluster_name=it's a b")};
    row("blanks in a value", blanks, "/l",
        QStringLiteral("/data -w -t 60 -l /l -o %1 start").arg(shellQuoted({shellQuoted(blanks)})));
    for (const char *log : {"", "/dev/null", "pipe:[123]", "/dev/pts/3", "/old.log (deleted)"}) {
        row(log, {}, log, QStringLiteral("/data -w -t 60 -l %1 start").arg(own));
    }
}

void TestServerControl::startsAsBefore()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, log);
    QFETCH(QString, words);
    HostFacts facts = plain();
    facts.arguments = arguments;
    facts.logFile = log;
    const auto control = deriveControl(facts, node(""));
    QVERIFY(control);
    QCOMPARE(line(control->start), kBin + QStringLiteral("pg_ctl -D ") + words);
    // The same from postmaster.opts, for a server that is down.
    facts.arguments.clear();
    facts.alive = false;
    facts.lastOptions = arguments.first();
    for (const QString &word : arguments.mid(1)) {
        facts.lastOptions += QStringLiteral(" \"%1\"").arg(word);
    }
    facts.lastOptions += QLatin1Char('\n');
    QCOMPARE(line(deriveControl(facts, node(""))->start), kBin + QStringLiteral("pg_ctl -D ") + words);
}

void TestServerControl::owners_data()
{
    QTest::addColumn<QString>("user");
    QTest::addColumn<int>("uid");
    QTest::addColumn<bool>("sudo");
    QTest::addColumn<QString>("rootCommand");
    QTest::addColumn<bool>("throughRoot");
    QTest::addColumn<QString>("prefix");
    QTest::newRow("owner") << "postgres" << 101 << false << "" << false << "ssh h";
    QTest::newRow("root") << "root" << 0 << false << "" << false << "ssh h runuser -u postgres --";
    QTest::newRow("sudo") << "dba" << 1000 << true << "" << false << "ssh h sudo -n -u postgres --";
    QTest::newRow("root_command") << "dba" << 1000 << false << "ssh root@h" << false
                                  << "ssh root@h runuser -u postgres --";
    QTest::newRow("asked by root_command")
        << "root" << 0 << false << "ssh root@h" << true << "ssh root@h runuser -u postgres --";
}

void TestServerControl::owners()
{
    QFETCH(QString, user);
    QFETCH(int, uid);
    QFETCH(bool, sudo);
    QFETCH(QString, rootCommand);
    QFETCH(bool, throughRoot);
    QFETCH(QString, prefix);
    HostFacts facts = plain();
    facts.user = user;
    facts.uid = uid;
    facts.sudoOwner = sudo;
    facts.throughRootCommand = throughRoot;
    const auto control = deriveControl(facts, node("ssh h", rootCommand.toLatin1().constData()));
    QVERIFY2(control, control ? "" : qPrintable(control.error().message));
    QCOMPARE(control->ownerPrefix, prefix.split(QLatin1Char(' ')));
    QCOMPARE(control->stop.prefix, control->ownerPrefix);
    QCOMPARE(control->controlData.prefix, control->ownerPrefix);
    QCOMPARE(control->controlData.argv, words("env LC_ALL=C /usr/lib/postgresql/15/bin/pg_controldata -D /data"));
}

void TestServerControl::readsPostmasterOpts()
{
    QCOMPARE(parsePostmasterOpts(QStringLiteral("/bin/postgres \"-D\" \"/a b\" \"\" \"x\"\n")),
             (QStringList{QStringLiteral("/bin/postgres"), QStringLiteral("-D"), QStringLiteral("/a b"), QString(),
                          QStringLiteral("x")}));
    QCOMPARE(parsePostmasterOpts(QStringLiteral("/bin/postgres\n")), QStringList{QStringLiteral("/bin/postgres")});
    QCOMPARE(parsePostmasterOpts(QString()), QStringList());
}

void TestServerControl::readsFacts()
{
    const auto facts =
        parseHostFacts("Welcome!\nuid=7\nhowdah-facts\nuser=postgres\nuid=101\npid=12\nalive=yes\n"
                       "argument=postgres\nargument=-c\nargument=a\001b=c\nprogram=/b/pg_ctl\nunknown=x\nodd\n"
                       "standby_signal=no\nunit_MainPID=12\nhowdah-facts-end\nuid=9\n",
                       {.dataDirectory = kData});
    QVERIFY(facts);
    QCOMPARE(facts->settings.dataDirectory, kData);
    QCOMPARE(facts->user, QStringLiteral("postgres"));
    QCOMPARE(facts->uid, 101);
    QCOMPARE(facts->pid, 12);
    QVERIFY(facts->alive);
    QCOMPARE(facts->arguments.last(), QStringLiteral("a\nb=c"));
    QCOMPARE(facts->program(QStringLiteral("pg_ctl")), QStringLiteral("/b/pg_ctl"));
    QCOMPARE(facts->program(QStringLiteral("ctl")), QString());
    QCOMPARE(facts->standbySignal, std::optional(false));
    QCOMPARE(facts->unitMainPid, 12);
}

void TestServerControl::oddAnswers()
{
    for (const char *text :
         {"", "This account is not available.\n", "howdah-facts\nuser=postgres\n", "howdah-facts-end\n"}) {
        QVERIFY(!parseHostFacts(text, {.dataDirectory = kData}));
    }
}

// On this machine, on a directory that looks like a stopped server's.
void TestServerControl::theScriptOnlyReads()
{
    const QTemporaryDir directory;
    QFile pid(directory.filePath(QStringLiteral("postmaster.pid")));
    QVERIFY(pid.open(QIODevice::WriteOnly));
    pid.write(QByteArray::number(QCoreApplication::applicationPid()) + "\n/elsewhere\n"); // a number used again
    pid.close();
    QFile options(directory.filePath(QStringLiteral("postmaster.opts")));
    QVERIFY(options.open(QIODevice::WriteOnly));
    options.write("/no/such/bin/postgres \"-D\" \"x\ny\"\n");
    options.close();
    const QStringList before = QDir(directory.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    const ServerSettings settings{.dataDirectory = directory.path()};
    QProcess shell;
    const QStringList command = hostFactsCommand(settings);
    shell.start(command.first(), command.mid(1));
    QVERIFY(shell.waitForFinished(20000));
    QCOMPARE(shell.readAllStandardError(), QByteArray());
    QCOMPARE(shell.exitCode(), 0);
    const auto facts = parseHostFacts(shell.readAllStandardOutput(), settings);
    QVERIFY2(facts, facts ? "" : qPrintable(facts.error().message));
    QVERIFY(facts->uid >= 0 && !facts->user.isEmpty());
    QCOMPARE(facts->owner, facts->user);
    QCOMPARE(facts->mode, QStringLiteral("700"));
    QVERIFY(facts->readable && facts->writable);
    QCOMPARE(facts->standbySignal, std::optional(false));
    QCOMPARE(facts->pid, QCoreApplication::applicationPid());
    QVERIFY(!facts->alive); // that process is none of this directory's
    QCOMPARE(facts->lastOptions, QStringLiteral("/no/such/bin/postgres \"-D\" \"x\ny\""));
    QVERIFY(!facts->initName.isEmpty());
    QCOMPARE(QDir(directory.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), before);
}

void TestServerControl::pathsAreNoScript()
{
    const QTemporaryDir directory;
    const QString made = directory.filePath(QStringLiteral("made"));
    const QString evil = QStringLiteral("/x'; touch %1; $(touch %1) `touch %1` \"*").arg(made);
    const QStringList command = hostFactsCommand({.dataDirectory = evil, .configFile = evil});
    QProcess shell;
    shell.start(command.first(), command.mid(1));
    QVERIFY(shell.waitForFinished(20000));
    QVERIFY(parseHostFacts(shell.readAllStandardOutput(), {}));
    QVERIFY(!QFile::exists(made));
    QVERIFY(!command.at(2).contains(evil));
}

QTEST_GUILESS_MAIN(TestServerControl)
#include "tst_servercontrol.moc"
