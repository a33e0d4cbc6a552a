// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <signal.h>

#include "consolerun.h"
#include "hosts/connections.h"
#include "support/lab.h"
#include "support/watchedcommand.h"

using namespace howdah::hosts;
using namespace howdah::testsupport;
using howdah::core::Error;
using howdah::integration::ConsoleRun;
using End = Outcome::End;

/// Commands over the lab's real sshd by a configuration of the user's own: pg2 behind the jump host pg1, and keys that
/// only an ssh-agent has. Nobody is ever asked anything, and each way that does not lead there is told and ends.
class TestHostsJump : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void cleanupTestCase() { m_lab.reset(); }
    void throughAJumpHost();
    void oneEndsAndTheOthersGoOn();
    void jumpHostsThatDoNotLead_data();
    void jumpHostsThatDoNotLead();
    void deadlinePassesBeforeTheJumpHostSpeaks();
    void jumpHostIsCutMeanwhile();
    void keysOfAnAgent_data();
    void keysOfAnAgent();
    void frozenAgent();
    void switchoverThroughAJumpHost();

private:
    struct Config {
        QString knownAsJump = QStringLiteral("pg1"); ///< whose key is known for pg1's address; empty: none
        QString knownAsTarget = QStringLiteral("pg2");
        QString user = QStringLiteral("postgres"); ///< on the jump host
        bool keyFile = true;
        QString more = {};
    };
    QStringList behind(const Config &config) const;
    QStringList behind() const { return behind(Config()); }
    bool startAgent(QProcess &agent) const;
    QByteArray knownHosts() const;
    QString file(const QString &name) const { return m_files->filePath(name); }
    QString lab(const QString &name) const { return m_lab->directory() + QStringLiteral("/ssh/") + name; }
    int logins(int index) const;
    qsizetype sshProcesses() const;

    std::unique_ptr<Lab> m_lab;
    std::unique_ptr<QTemporaryDir> m_files;
};

namespace {

QStringList script(const QString &text)
{
    return {QStringLiteral("sh"), QStringLiteral("-c"), text};
}

bool write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(text) == text.size();
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

void TestHostsJump::initTestCase()
{
    m_files = std::make_unique<QTemporaryDir>();
    if (!Lab::possible()) {
        return;
    }
    Lab::Options options;
    options.cascading = false;
    auto lab = Lab::start(Lab::Variant::Plain, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    // What a desktop offers: a program that would put any question of ssh's to a person, and here says yes to it.
    const QString asks = file(QStringLiteral("askpass"));
    QVERIFY(write(asks, "#!/bin/sh\necho \"$@\" >>'" + file(QStringLiteral("asked")).toUtf8() + "'\necho yes\n"));
    QVERIFY(QFile::setPermissions(asks, QFile::ReadOwner | QFile::ExeOwner));
    qputenv("DISPLAY", ":0");
    qputenv("SSH_ASKPASS", asks.toUtf8());
    qunsetenv("SSH_AUTH_SOCK");
}

void TestHostsJump::init()
{
    if (!m_lab) {
        QSKIP("needs root: network namespaces");
    }
}

void TestHostsJump::cleanup()
{
    qunsetenv("SSH_AUTH_SOCK");
    if (m_lab) {
        const QByteArray asked = contents(file(QStringLiteral("asked")));
        QFile::remove(file(QStringLiteral("asked")));
        QCOMPARE(asked, QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(sshProcesses(), qsizetype(0), 10000);
    }
}

/// Writes the user's configuration and known hosts; the prefix that uses them for pg2, which only pg1 is known to
/// reach.
QStringList TestHostsJump::behind(const Config &config) const
{
    QByteArray known;
    const auto add = [&](int index, const QString &knownAs) {
        if (!knownAs.isEmpty()) {
            known += m_lab->node(index).host.toUtf8() + ' ' + contents(lab(knownAs + QStringLiteral(".pub")));
        }
    };
    add(0, config.knownAsJump);
    add(1, config.knownAsTarget);
    QString text = QStringLiteral("Host behind\n HostName %1\n User postgres\n ProxyJump jump\n"
                                  "Host jump\n HostName %2\n User %3\n%4Host *\n UserKnownHostsFile %5\n")
                       .arg(m_lab->node(1).host, m_lab->node(0).host, config.user, config.more,
                            file(QStringLiteral("known_hosts")));
    if (config.keyFile) {
        text += QStringLiteral(" IdentitiesOnly yes\n IdentityFile %1\n").arg(lab(QStringLiteral("id")));
    }
    if (!write(file(QStringLiteral("known_hosts")), known) || !write(file(QStringLiteral("config")), text.toUtf8())) {
        return {};
    }
    return {QStringLiteral("ssh"), QStringLiteral("-F"), file(QStringLiteral("config")), QStringLiteral("behind")};
}

QByteArray TestHostsJump::knownHosts() const
{
    return contents(file(QStringLiteral("known_hosts")));
}

int TestHostsJump::logins(int index) const
{
    return static_cast<int>(contents(lab(QStringLiteral("pg%1.log").arg(index + 1))).count("Accepted publickey"));
}

/// Of this machine, with that configuration: kept connections have no arguments any more.
qsizetype TestHostsJump::sshProcesses() const
{
    return run({QStringLiteral("ps"), QStringLiteral("-eo"), QStringLiteral("args")})
        .out.count(file(QStringLiteral("config")).toUtf8());
}

void TestHostsJump::throughAJumpHost()
{
    const QStringList prefix = behind();
    const int before[] = {logins(0), logins(1)};
    {
        Connections connections;
        for (int n = 0; n < 3; ++n) {
            WatchedCommand watched;
            CommandOptions options;
            options.ssh.controlPath = connections.controlPath(prefix);
            options.standardInput = QByteArray("it's \"$(id)\"\n");
            watched.run(prefix, script(QStringLiteral("echo $SSH_CONNECTION; cat; echo broken >&2; exit 7")), options);
            QCOMPARE(watched.outcome.end, End::Exited);
            QCOMPARE(watched.outcome.exitCode, 7);
            QCOMPARE(watched.outcome.err, QByteArray("broken\n"));
            QVERIFY(watched.outcome.out.startsWith(m_lab->node(0).host.toUtf8() + ' ')); // from the jump host
            QVERIFY(watched.outcome.out.endsWith("\nit's \"$(id)\"\n"));
        }
        // One connection for all of them, and one through the jump host.
        QCOMPARE(logins(0), before[0] + 1);
        QCOMPARE(logins(1), before[1] + 1);
        QCOMPARE(sshProcesses(), qsizetype(1));
    }
    QTRY_COMPARE_WITH_TIMEOUT(sshProcesses(), qsizetype(0), 10000);
    WatchedCommand alone;
    QVERIFY(alone.run(prefix, {QStringLiteral("true")}).ok());
    QCOMPARE(logins(1), before[1] + 2);
}

/// The first of several has started the way through the jump host; all of them go it.
void TestHostsJump::oneEndsAndTheOthersGoOn()
{
    const QStringList prefix = behind();
    Connections connections;
    CommandOptions options;
    options.ssh.controlPath = connections.controlPath(prefix);
    auto first = std::make_unique<WatchedCommand>();
    first->command.start(prefix, script(QStringLiteral("echo here; exec sleep 3")), options);
    QTRY_COMPARE_WITH_TIMEOUT(first->lines.size(), 1, 10000);
    const int before = logins(0);
    WatchedCommand second;
    options.standardInput = QByteArray();
    options.holdsInput = true;
    second.command.start(prefix, script(QStringLiteral("echo here; cat; echo fine")), options);
    QTRY_COMPARE_WITH_TIMEOUT(second.lines.size(), 1, 10000);
    const qint64 here = first->command.processId();
    first->command.cancel();
    QTRY_COMPARE_WITH_TIMEOUT(first->finishes, 1, 10000);
    QCOMPARE(first->outcome.end, End::Cancelled);
    QVERIFY(isGone(here));
    // One more whose end is not even waited for.
    auto third = std::make_unique<WatchedCommand>();
    options.holdsInput = false;
    third->command.start(prefix, script(QStringLiteral("echo here; exec sleep 3")), options);
    QTRY_COMPARE_WITH_TIMEOUT(third->lines.size(), 1, 10000);
    third.reset();
    QVERIFY(second.command.goOn("still\n", 10000));
    QTRY_COMPARE_WITH_TIMEOUT(second.finishes, 1, 10000);
    QVERIFY2(second.outcome.ok(), second.outcome.err.constData());
    QCOMPARE(second.outcome.out, QByteArray("here\nstill\nfine\n"));
    WatchedCommand last;
    QVERIFY(last.run(prefix, {QStringLiteral("true")}, options).ok());
    QCOMPARE(logins(0), before); // the connection of the first is still kept
}

void TestHostsJump::jumpHostsThatDoNotLead_data()
{
    using Kind = Error::Kind;
    QTest::addColumn<bool>("kept");
    QTest::addColumn<QString>("why");
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<QString>("says"); // %1 is the jump host's address, %2 pg2's
    QTest::addColumn<QString>("hints");
    for (const bool kept : {true, false}) {
        const auto row = [kept](const char *why, Kind kind, const char *says, const char *hints) {
            QTest::addRow("%s%s", why, kept ? ", kept" : "")
                << kept << QString::fromLatin1(why) << kind << QString::fromLatin1(says) << QString::fromLatin1(hints);
        };
        row("jump host's key is unknown", Kind::Denied, "through the jump host jump: Host key verification failed",
            "fingerprint");
        row("jump host's key has changed", Kind::Denied,
            "through the jump host jump: Host key for %1 has changed and you have requested strict checking",
            "fingerprint");
        row("jump host knows no key of ours", Kind::Denied,
            "through the jump host jump: nobody-known@%1: Permission denied (publickey)", "authorized_keys");
        row("jump host is unplugged", Kind::Connection,
            "through the jump host jump: ssh: connect to host %1 port 22: No route to host", "by hand");
        row("jump host is silent", Kind::Connection,
            "through the jump host jump: Connection timed out during banner exchange", "by hand");
        row("jump host does not get on", Kind::Connection,
            "through the jump host jump, which does not get on to it: connect failed", "from the jump host");
        row("key behind it has changed", Kind::Denied,
            "ssh did not get to the host of pg2: Host key for %2 has changed and you have requested strict checking",
            "fingerprint");
    }
}

void TestHostsJump::jumpHostsThatDoNotLead()
{
    QFETCH(bool, kept);
    QFETCH(QString, why);
    Config config;
    if (why.contains(QLatin1String("is unknown"))) {
        config.knownAsJump.clear();
    } else if (why.startsWith(QLatin1String("jump host's key has changed"))) {
        config.knownAsJump = QStringLiteral("pg3");
    } else if (why.startsWith(QLatin1String("key behind"))) {
        config.knownAsTarget = QStringLiteral("pg3");
    } else if (why.contains(QLatin1String("no key of ours"))) {
        config.user = QStringLiteral("nobody-known");
    }
    const QStringList prefix = behind(config);
    const QByteArray known = knownHosts();
    const int before = logins(1);
    const bool cut = why.contains(QLatin1String("unplugged")) || why.contains(QLatin1String("silent"));
    const bool routed = why.contains(QLatin1String("get on"));
    if (cut) {
        QVERIFY(m_lab->cutCable(0, why.contains(QLatin1String("silent")) ? Lab::Cut::Silent : Lab::Cut::Unplugged));
    }
    if (why.contains(QLatin1String("unplugged"))) { // and nobody knows it any more
        QVERIFY(run({QStringLiteral("ip"), QStringLiteral("neigh"), QStringLiteral("flush"), QStringLiteral("to"),
                     m_lab->node(0).host, QStringLiteral("dev"), m_lab->linkPrefix()})
                    .ok());
    }
    QVERIFY(!routed || m_lab->dropTraffic(0, 1));
    Connections connections;
    CommandOptions options;
    options.deadlineMs = 20000;
    options.ssh.connectTimeoutS = why.contains(QLatin1String("silent")) ? 2 : 8;
    options.ssh.controlPath = kept ? connections.controlPath(prefix) : QString();
    WatchedCommand watched;
    watched.run(prefix, {QStringLiteral("true")}, options);
    QVERIFY(!cut || m_lab->plugCable(0));
    QVERIFY(!routed || m_lab->restoreTraffic(0, 1));
    QCOMPARE(watched.finishes, 1);
    QCOMPARE(watched.outcome.end, End::HostUnreachable);
    QVERIFY(!watched.outcome.mayStillRun);
    const Error error = watched.outcome.asError(QStringLiteral("pg2"));
    QTEST(error.kind, "kind");
    QFETCH(QString, says);
    if (says.contains(QLatin1Char('%'))) {
        says = says.replace(QLatin1String("%1"), m_lab->node(0).host).replace(QLatin1String("%2"), m_lab->node(1).host);
    }
    QVERIFY2(error.message.contains(says), qPrintable(error.message));
    QFETCH(QString, hints);
    QVERIFY2(error.hint.contains(hints), qPrintable(error.hint));
    QCOMPARE(logins(1), before);
    QCOMPARE(knownHosts(), known); // nothing was learnt
    // And back as soon as it may be.
    WatchedCommand again;
    QVERIFY(again.run(behind(), {QStringLiteral("true")}).ok());
}

void TestHostsJump::deadlinePassesBeforeTheJumpHostSpeaks()
{
    const QStringList prefix = behind();
    QVERIFY(m_lab->cutCable(0, Lab::Cut::Silent));
    QList<End> ends;
    int left = 0;
    for (const bool kept : {true, false}) {
        Connections connections;
        CommandOptions options;
        options.deadlineMs = 1000;
        options.ssh.connectTimeoutS = 60;
        options.ssh.controlPath = kept ? connections.controlPath(prefix) : QString();
        WatchedCommand watched;
        ends << watched.run(prefix, {QStringLiteral("true")}, options).end;
        left += QTest::qWaitFor([&] { return sshProcesses() == 0; }, 5000) ? 0 : 1;
    }
    QVERIFY(m_lab->plugCable(0));
    QCOMPARE(ends, QList<End>({End::DeadlinePassed, End::DeadlinePassed}));
    QCOMPARE(left, 0); // the one to the jump host went along
}

void TestHostsJump::jumpHostIsCutMeanwhile()
{
    const QStringList prefix = behind();
    Connections connections;
    WatchedCommand watched;
    QSignalSpy spy(&watched.command, &Command::finished);
    CommandOptions options;
    options.ssh.aliveIntervalS = 1;
    options.ssh.aliveCount = 2;
    options.ssh.controlPath = connections.controlPath(prefix);
    watched.command.start(prefix, script(QStringLiteral("echo $$; exec sleep 1000")), options);
    QTRY_COMPARE_WITH_TIMEOUT(watched.lines.size(), 1, 10000);
    const qint64 there = watched.lines.first().toLongLong(); // the hosts of the lab share this machine's numbers
    QVERIFY(m_lab->cutCable(0, Lab::Cut::Silent));
    const bool ended = spy.wait(20000);
    QVERIFY(m_lab->plugCable(0));
    ::kill(static_cast<pid_t>(there), SIGKILL);
    QVERIFY(ended);
    QCOMPARE(watched.outcome.end, End::HostUnreachable);
    QVERIFY(watched.outcome.mayStillRun);
    QVERIFY(watched.outcome.asError(QStringLiteral("pg2")).hint.contains(QLatin1String("still runs")));
    // The next one logs in anew.
    WatchedCommand again;
    QVERIFY2(again.run(prefix, {QStringLiteral("true")}, options).ok(), again.outcome.err.constData());
}

/// A real ssh-agent with a copy of the lab's key; the copy goes away again.
bool TestHostsJump::startAgent(QProcess &agent) const
{
    const QString socket = file(QStringLiteral("agent"));
    const QString key = file(QStringLiteral("copy"));
    QFile::remove(socket);
    agent.start(QStringLiteral("ssh-agent"), {QStringLiteral("-D"), QStringLiteral("-a"), socket});
    if (!write(key, contents(lab(QStringLiteral("id")))) ||
        !QFile::setPermissions(key, QFile::ReadOwner | QFile::WriteOwner) ||
        !QTest::qWaitFor([&] { return QFile::exists(socket); }, 10000)) {
        return false;
    }
    qputenv("SSH_AUTH_SOCK", socket.toUtf8());
    return run({QStringLiteral("ssh-add"), QStringLiteral("-q"), key}).ok() && QFile::remove(key);
}

void TestHostsJump::keysOfAnAgent_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<bool>("kept");
    QTest::newRow("of a host") << "jump" << false;
    QTest::newRow("behind a jump host, kept") << "behind" << true;
}

void TestHostsJump::keysOfAnAgent()
{
    QFETCH(QString, host);
    QFETCH(bool, kept);
    // A key of the user's own that needs a passphrase, as well: nobody is asked for it.
    const QString locked = file(QStringLiteral("locked"));
    QVERIFY(QFile::exists(locked) ||
            run({QStringLiteral("ssh-keygen"), QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("ed25519"),
                 QStringLiteral("-N"), QStringLiteral("canary"), QStringLiteral("-f"), locked})
                .ok());
    Config config;
    config.keyFile = false;
    config.more = QStringLiteral("Host *\n IdentityFile %1\n").arg(locked);
    QStringList prefix = behind(config);
    prefix.last() = host;
    const auto command = [&](WatchedCommand &watched) {
        Connections connections;
        CommandOptions options;
        options.deadlineMs = 20000;
        options.ssh.controlPath = kept ? connections.controlPath(prefix) : QString();
        return watched.run(prefix, {QStringLiteral("true")}, options).ok();
    };
    QProcess agent;
    QVERIFY(startAgent(agent));
    WatchedCommand with;
    QVERIFY2(command(with), with.outcome.err.constData());

    const QString socket = file(QStringLiteral("agent"));
    // What is told when no key is to be had; "?" where it did not end as it should.
    const auto told = [&] {
        WatchedCommand without;
        if (command(without) || without.outcome.end != End::HostUnreachable || without.outcome.mayStillRun) {
            return QStringLiteral("?");
        }
        const Error error = without.outcome.asError(QStringLiteral("pg2"));
        const QString denied = QStringLiteral("postgres@%1: Permission denied (publickey)").arg(m_lab->node(0).host);
        return error.kind == Error::Kind::Denied && error.message.contains(denied) ? error.hint : QStringLiteral("?");
    };
    agent.kill(); // its socket stays
    QVERIFY(agent.waitForFinished());
    QString hint = told();
    const QString nobody = QStringLiteral(" No ssh-agent answers at %1 (SSH_AUTH_SOCK): ").arg(socket);
    QVERIFY2(hint.contains(nobody), qPrintable(hint));
    QVERIFY(QFile::remove(socket));
    hint = told();
    QVERIFY2(hint.contains(nobody), qPrintable(hint));
    qunsetenv("SSH_AUTH_SOCK");
    hint = told();
    QVERIFY2(hint.endsWith(QLatin1String(" SSH_AUTH_SOCK is not set: this console knows of no ssh-agent.")),
             qPrintable(hint));
    // One that has no key is one that answers.
    agent.start(QStringLiteral("ssh-agent"), {QStringLiteral("-D"), QStringLiteral("-a"), socket});
    QTRY_VERIFY(QFile::exists(socket));
    qputenv("SSH_AUTH_SOCK", socket.toUtf8());
    hint = told();
    QVERIFY2(hint.endsWith(QLatin1String(": nobody is there to be asked.")), qPrintable(hint));
    agent.terminate();
    QVERIFY(agent.waitForFinished());
}

void TestHostsJump::frozenAgent()
{
    QProcess agent;
    QVERIFY(startAgent(agent));
    Config config;
    config.keyFile = false;
    QStringList prefix = behind(config);
    for (const QString &host : {QStringLiteral("jump"), QStringLiteral("behind")}) {
        prefix.last() = host;
        ::kill(static_cast<pid_t>(agent.processId()), SIGSTOP);
        WatchedCommand watched;
        watched.run(prefix, {QStringLiteral("true")}, {.deadlineMs = 2000, .ssh = {.connectTimeoutS = 60}});
        ::kill(static_cast<pid_t>(agent.processId()), SIGCONT);
        QCOMPARE(watched.finishes, 1);
        QCOMPARE(watched.outcome.end, End::DeadlinePassed);
        QTRY_COMPARE(sshProcesses(), qsizetype(0));
        WatchedCommand again;
        QVERIFY2(again.run(prefix, {QStringLiteral("true")}).ok(), again.outcome.err.constData());
    }
    agent.kill();
    QVERIFY(agent.waitForFinished());
}

/// The whole of it: the old primary is stopped, proved and brought back by commands through a jump host, whose keys
/// only an agent has.
void TestHostsJump::switchoverThroughAJumpHost()
{
    QProcess agent;
    QVERIFY(startAgent(agent));
    Config known;
    known.keyFile = false;
    const QStringList prefix = behind(known);
    howdah::cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.nodes[1].command = prefix;
    config.nodes[1].rootCommand.clear();
    const QString path = file(QStringLiteral("orders.toml"));
    QVERIFY(howdah::cluster::saveClusterFile(config, path));
    const auto switchover = [&](const QString &to, const QString &how) {
        return howdah::integration::runConsole(
            {QStringLiteral("switchover"), path, QStringLiteral("--json"), QStringLiteral("--to"), to, how},
            m_files->path());
    };
    for (const QString &to : {QStringLiteral("pg2"), QStringLiteral("pg1")}) {
        QTRY_COMPARE_WITH_TIMEOUT(
            m_lab->node(m_lab->primary()).value(QStringLiteral("SELECT count(*) FROM pg_stat_replication")),
            QStringLiteral("2"), 20000);
        if (to == QLatin1String("pg1")) { // the one behind is the primary, which its host's commands would stop
            Config unknown = known;
            unknown.knownAsJump.clear();
            QCOMPARE(behind(unknown), prefix);
            const ConsoleRun dry = switchover(to, QStringLiteral("--dry-run"));
            QVERIFY2(dry.text.contains("through the jump host jump: Host key verification failed"),
                     dry.text.right(900).constData());
            QCOMPARE(behind(known), prefix);
        }
        const int before = logins(1);
        const ConsoleRun ended = switchover(to, QStringLiteral("--yes"));
        QVERIFY2(ended.exitCode == 0, ended.text.right(900).constData());
        QCOMPARE(m_lab->node(m_lab->primary()).name, to);
        QCOMPARE(logins(1), before + 1); // and all of it by one login
    }
    agent.kill();
    QVERIFY(agent.waitForFinished());
}

QTEST_GUILESS_MAIN(TestHostsJump)
#include "tst_hostsjump.moc"
