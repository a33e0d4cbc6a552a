// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <signal.h>

#include "hosts/connections.h"
#include "support/lab.h"
#include "support/watchedcommand.h"

using namespace howdah::hosts;
using namespace howdah::testsupport;
using howdah::core::Error;
using End = Outcome::End;

/// Commands on the lab's hosts over its real sshd: what comes back, each way in which a host is not reached, and
/// connections that are kept.
class TestHosts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase() { m_lab.reset(); }
    void outputAndExitCodes();
    void wordsArriveAsTheyAre();
    void throughASecondHost();
    void inputArrives();
    void keysOfHosts_data();
    void keysOfHosts();
    void anotherKeyOfOurs();
    void hostileNames_data();
    void hostileNames();
    void hugeOutput();
    void deadlineAndCancel_data();
    void deadlineAndCancel();
    void connectionsAreKept();
    void togetherAtFirst();
    void droppedAndClosed();
    void cutBefore_data();
    void cutBefore();
    void cutMeanwhile();

private:
    QStringList prefix(int index, const QStringList &options = {}) const;
    int logins(int index) const;
    QString file(const QString &name) const { return m_lab->directory() + QStringLiteral("/ssh/") + name; }
    std::unique_ptr<Lab> m_lab;
    std::unique_ptr<QTemporaryDir> m_files;
};

namespace {

QStringList script(const QString &text, const QStringList &arguments = {})
{
    return QStringList{QStringLiteral("sh"), QStringLiteral("-c"), text, QStringLiteral("sh")} + arguments;
}

QStringList option(const QString &text)
{
    return {QStringLiteral("-o"), text};
}

qsizetype processesNaming(const QString &text)
{
    return run({QStringLiteral("ps"), QStringLiteral("-eo"), QStringLiteral("args")}).out.count(text.toUtf8());
}

} // namespace

void TestHosts::initTestCase()
{
    m_files = std::make_unique<QTemporaryDir>();
    if (Lab::possible()) {
        auto lab = Lab::start(Lab::Variant::Plain);
        QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
        m_lab = std::move(*lab);
    }
}

void TestHosts::init()
{
    if (!m_lab) {
        QSKIP("needs root: network namespaces");
    }
}

// The lab's own, with options in front of the host.
QStringList TestHosts::prefix(int index, const QStringList &options) const
{
    QStringList words = m_lab->sshPrefix(index);
    const QString host = words.takeLast();
    return words + options + QStringList{host};
}

int TestHosts::logins(int index) const
{
    QFile log(file(QStringLiteral("pg%1.log").arg(index + 1)));
    return log.open(QIODevice::ReadOnly) ? static_cast<int>(log.readAll().count("Accepted publickey")) : -1;
}

void TestHosts::outputAndExitCodes()
{
    WatchedCommand said;
    const Outcome &outcome = said.run(prefix(0), script(QStringLiteral("id -un; echo broken >&2; exit 7")));
    QCOMPARE(outcome.end, End::Exited);
    QCOMPARE(outcome.exitCode, 7);
    QCOMPARE(outcome.out, QByteArray("postgres\n"));
    QCOMPARE(outcome.err, QByteArray("broken\n"));
    QVERIFY(!outcome.mayStillRun);
    WatchedCommand missing;
    QCOMPARE(missing.run(prefix(0), {QStringLiteral("no-such-program")}).exitCode, 127);
    QCOMPARE(missing.outcome.end, End::Exited);
    const Error error = missing.outcome.asError(QStringLiteral("pg1"));
    QCOMPARE(error.kind, Error::Kind::NotFound);
    QVERIFY2(error.message.contains(QLatin1String("no-such-program")), qPrintable(error.message));
    // Killed there: ssh has no word for it, and nobody knows.
    WatchedCommand killed;
    QCOMPARE(killed.run(prefix(0), script(QStringLiteral("kill -KILL $$"))).end, End::HostUnreachable);
    QVERIFY(killed.outcome.mayStillRun);
    // A command's own 255 is not taken for ssh's.
    WatchedCommand own;
    own.run(prefix(0), script(QStringLiteral("echo mine >&2; exit 255")));
    QCOMPARE(own.outcome.end, End::Exited);
    QCOMPARE(own.outcome.exitCode, 255);
}

void TestHosts::wordsArriveAsTheyAre()
{
    const QStringList words{QString(),
                            QStringLiteral("a  b"),
                            QStringLiteral("it's \"$(id)\" `id` $HOME"),
                            QStringLiteral("-n"),
                            QStringLiteral("* ? ~"),
                            QStringLiteral("; exit 1"),
                            QStringLiteral("two\nlines\n"),
                            QStringLiteral("größe 🐘")};
    WatchedCommand watched;
    watched.run(prefix(0), QStringList{QStringLiteral("printf"), QStringLiteral("%s\\0")} + words);
    QCOMPARE(watched.outcome.out, words.join(QChar(0)).toUtf8() + '\0');
}

void TestHosts::throughASecondHost()
{
    const QStringList words{QStringLiteral("it's"), QStringLiteral("$(id)"), QString(), QStringLiteral("a  b\nc")};
    WatchedCommand watched;
    watched.run(prefix(0) + prefix(1), script(QStringLiteral("echo $SSH_CONNECTION; printf '%s|' \"$@\""), words));
    QVERIFY2(watched.outcome.ok(), watched.outcome.err.constData());
    const QByteArray out = watched.outcome.out;
    QCOMPARE(out.mid(out.indexOf('\n') + 1), words.join(QLatin1Char('|')).toUtf8() + '|');
    QVERIFY(out.startsWith(m_lab->node(0).host.toLatin1() + ' ')); // from the first host to the second
}

void TestHosts::inputArrives()
{
    WatchedCommand with;
    const QByteArray big(200'000, 'x');
    QCOMPARE(with.run(prefix(0), {QStringLiteral("cat")}, {.standardInput = big}).out, big);
    WatchedCommand without;
    QVERIFY(without.run(prefix(0), {QStringLiteral("cat")}).ok()); // does not wait for any
}

void TestHosts::keysOfHosts_data()
{
    QTest::addColumn<QString>("knownAs"); // whose key is known for pg1's address
    QTest::newRow("unknown") << QString();
    QTest::newRow("changed") << "pg2";
}

void TestHosts::keysOfHosts()
{
    QFETCH(QString, knownAs);
    const QString known = m_files->filePath(QStringLiteral("known_hosts"));
    QFile list(known);
    QVERIFY(list.open(QIODevice::WriteOnly | QIODevice::Truncate));
    if (!knownAs.isEmpty()) {
        QFile key(file(knownAs + QStringLiteral(".pub")));
        QVERIFY(key.open(QIODevice::ReadOnly));
        list.write(m_lab->node(0).host.toLatin1() + ' ' + key.readAll());
    }
    list.close();
    const int before = logins(0);
    // What the configuration of ssh allows does not count either.
    QFile config(m_files->filePath(QStringLiteral("config")));
    QVERIFY(config.open(QIODevice::WriteOnly | QIODevice::Truncate));
    config.write("Host *\n StrictHostKeyChecking no\n IdentityFile " + file(QStringLiteral("id")).toUtf8() + '\n');
    config.close();
    WatchedCommand watched;
    const Outcome &outcome =
        watched.run({QStringLiteral("ssh"), QStringLiteral("-F"), config.fileName(), QStringLiteral("-o"),
                     QStringLiteral("UserKnownHostsFile=") + known, QStringLiteral("postgres@") + m_lab->node(0).host},
                    {QStringLiteral("true")});
    QCOMPARE(outcome.end, End::HostUnreachable);
    QVERIFY(!outcome.mayStillRun);
    const Error error = outcome.asError(QStringLiteral("pg1"));
    QCOMPARE(error.kind, Error::Kind::Denied);
    QVERIFY2(error.hint.contains(QLatin1String("fingerprint")), qPrintable(error.hint));
    QCOMPARE(logins(0), before);
    QVERIFY(list.open(QIODevice::ReadOnly));
    QCOMPARE(list.readAll().isEmpty(), knownAs.isEmpty()); // and nothing was learnt
}

void TestHosts::anotherKeyOfOurs()
{
    const QString key = m_files->filePath(QStringLiteral("key"));
    QVERIFY(run({QStringLiteral("ssh-keygen"), QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("ed25519"),
                 QStringLiteral("-N"), QString(), QStringLiteral("-f"), key})
                .ok());
    WatchedCommand watched;
    watched.run({QStringLiteral("ssh"), QStringLiteral("-F"), QStringLiteral("none"), QStringLiteral("-i"), key,
                 QStringLiteral("-o"), QStringLiteral("IdentitiesOnly=yes"), QStringLiteral("-o"),
                 QStringLiteral("UserKnownHostsFile=") + file(QStringLiteral("known_hosts")),
                 QStringLiteral("postgres@") + m_lab->node(0).host},
                {QStringLiteral("true")});
    QCOMPARE(watched.outcome.end, End::HostUnreachable);
    QVERIFY(!watched.outcome.mayStillRun);
    const Error error = watched.outcome.asError(QStringLiteral("pg1"));
    QCOMPARE(error.kind, Error::Kind::Denied);
    QVERIFY2(error.message.contains(QLatin1String("Permission denied")), qPrintable(error.message));
}

void TestHosts::hostileNames_data()
{
    QTest::addColumn<QStringList>("words"); // behind ssh; %1 is a file that must not be made
    QTest::newRow("an option") << QStringList{QStringLiteral("-oProxyCommand=touch %1")};
    QTest::newRow("an option behind --") << QStringList{QStringLiteral("--"),
                                                        QStringLiteral("-oProxyCommand=touch %1")};
    QTest::newRow("user and option") << QStringList{QStringLiteral("root@-oProxyCommand=touch${IFS}%1")};
    QTest::newRow("a substitution") << QStringList{QStringLiteral("$(touch %1)")};
    QTest::newRow("two commands") << QStringList{QStringLiteral("h;touch %1")};
    QTest::newRow("a line") << QStringList{QStringLiteral("h\ntouch %1")};
    QTest::newRow("a user") << QStringList{QStringLiteral("-l"), QStringLiteral("`touch %1`"), QStringLiteral("h")};
    QTest::newRow("a jump host") << QStringList{QStringLiteral("-J"), QStringLiteral("-oProxyCommand=touch %1"),
                                                QStringLiteral("h")};
}

void TestHosts::hostileNames()
{
    QFETCH(QStringList, words);
    const QString made = m_files->filePath(QStringLiteral("made"));
    for (QString &word : words) {
        word.replace(QLatin1String("%1"), made);
    }
    WatchedCommand watched;
    QCOMPARE(watched.run(QStringList{QStringLiteral("ssh")} + words, {QStringLiteral("true")}).end, End::NotStarted);
    QVERIFY(!QFile::exists(made));
}

void TestHosts::hugeOutput()
{
    WatchedCommand watched;
    const Outcome &outcome = watched.run(
        prefix(0), script(QStringLiteral("yes 0123456789abcdef | head -c 50000000; echo last")), {.deadlineMs = 60000});
    QVERIFY2(outcome.ok(), outcome.err.constData());
    QVERIFY(outcome.truncated);
    QVERIFY(outcome.out.size() < (1 << 20) + 100);
    QVERIFY(outcome.out.endsWith("last\n"));
    QVERIFY(watched.lines.size() <= (outcome.tookMs / 1000 + 1) * 201 + 3);
}

void TestHosts::deadlineAndCancel_data()
{
    QTest::addColumn<bool>("cancel");
    QTest::newRow("deadline") << false;
    QTest::newRow("cancel") << true;
}

void TestHosts::deadlineAndCancel()
{
    QFETCH(bool, cancel);
    WatchedCommand watched;
    QSignalSpy spy(&watched.command, &Command::finished);
    watched.command.start(prefix(0), script(QStringLiteral("echo $$; exec sleep 1000")),
                          {.deadlineMs = cancel ? 60000 : 3000});
    QTRY_COMPARE_WITH_TIMEOUT(watched.lines.size(), 1, 10000);
    const qint64 there = watched.lines.first().toLongLong(); // the hosts of the lab share this machine's numbers
    QVERIFY(!isGone(there));
    const qint64 here = watched.command.processId();
    if (cancel) {
        watched.command.cancel();
    }
    QVERIFY(spy.wait(10000));
    QCOMPARE(watched.outcome.end, cancel ? End::Cancelled : End::DeadlinePassed);
    QVERIFY(isGone(here));
    // What the outcome warns of: it does still run.
    QVERIFY(watched.outcome.mayStillRun);
    QVERIFY(!isGone(there));
    QVERIFY(watched.outcome.asError(QStringLiteral("pg1")).message.contains(QLatin1String("still runs")));
    ::kill(static_cast<pid_t>(there), SIGKILL);
}

void TestHosts::connectionsAreKept()
{
    Connections connections;
    const int before = logins(0);
    for (int i = 0; i < 4; ++i) {
        WatchedCommand watched;
        CommandOptions options;
        options.ssh.controlPath = connections.controlPath(prefix(0));
        QVERIFY(watched.run(prefix(0), script(QStringLiteral("exit 0")), options).ok());
        QVERIFY2(watched.outcome.err.isEmpty(), watched.outcome.err.constData());
        QCOMPARE(logins(0), before + 1);
    }
    // Another prefix has a connection of its own; without a path each command logs in.
    WatchedCommand other;
    CommandOptions options;
    const QStringList otherPrefix = prefix(0, option(QStringLiteral("Compression=yes")));
    options.ssh.controlPath = connections.controlPath(otherPrefix);
    QVERIFY(other.run(otherPrefix, {QStringLiteral("true")}, options).ok());
    QCOMPARE(logins(0), before + 2);
    for (int i = 1; i <= 2; ++i) {
        WatchedCommand watched;
        QVERIFY(watched.run(prefix(0), {QStringLiteral("true")}).ok());
        QCOMPARE(logins(0), before + 2 + i);
    }
}

// Each finds no connection yet, and all of them want to keep theirs.
void TestHosts::togetherAtFirst()
{
    Connections connections;
    CommandOptions options;
    options.ssh.controlPath = connections.controlPath(prefix(2));
    std::vector<std::unique_ptr<WatchedCommand>> all;
    for (int i = 0; i < 12; ++i) {
        all.push_back(std::make_unique<WatchedCommand>());
        all.back()->command.start(prefix(2), script(QStringLiteral("echo fine")), options);
    }
    for (const auto &one : all) {
        QTRY_COMPARE_WITH_TIMEOUT(one->finishes, 1, 40000);
        QVERIFY2(one->outcome.ok(), one->outcome.err.constData());
        QCOMPARE(one->outcome.out, QByteArray("fine\n"));
        QCOMPARE(one->outcome.err, QByteArray());
        QCOMPARE(one->errorLines, QStringList());
    }
}

void TestHosts::droppedAndClosed()
{
    auto connections = std::make_unique<Connections>();
    const auto login = [&] {
        WatchedCommand watched;
        CommandOptions options;
        options.ssh.controlPath = connections->controlPath(prefix(0));
        return watched.run(prefix(0), {QStringLiteral("true")}, options).ok();
    };
    const int before = logins(0);
    QVERIFY(login());
    QCOMPARE(processesNaming(connections->directory()), qsizetype(1));
    connections->drop(prefix(0));
    QVERIFY(login());
    QCOMPARE(logins(0), before + 2);
    QTRY_COMPARE_WITH_TIMEOUT(processesNaming(connections->directory()), qsizetype(1), 10000);
    const QString directory = connections->directory();
    connections.reset();
    QTRY_COMPARE_WITH_TIMEOUT(processesNaming(directory), qsizetype(0), 10000);
    QTRY_VERIFY(!QFile::exists(directory));
}

void TestHosts::cutBefore_data()
{
    QTest::addColumn<bool>("silent");
    QTest::newRow("unplugged") << false;
    QTest::newRow("silent") << true;
}

void TestHosts::cutBefore()
{
    QFETCH(bool, silent);
    QVERIFY(m_lab->cutCable(1, silent ? Lab::Cut::Silent : Lab::Cut::Unplugged));
    WatchedCommand watched;
    CommandOptions options;
    options.ssh.connectTimeoutS = silent ? 2 : 4;
    watched.run(prefix(1), {QStringLiteral("true")}, options);
    QVERIFY(m_lab->plugCable(1));
    QCOMPARE(watched.outcome.end, End::HostUnreachable);
    QVERIFY(!watched.outcome.mayStillRun);
    const Error error = watched.outcome.asError(QStringLiteral("pg2"));
    QCOMPARE(error.kind, Error::Kind::Connection);
    // "No route to host" is said once ARP has given up, and only where the neighbour was not known anyway.
    QVERIFY2(error.message.contains(QLatin1String("ssh: connect to host ")), qPrintable(error.message));
    WatchedCommand again;
    QVERIFY(again.run(prefix(1), {QStringLiteral("true")}).ok());
}

void TestHosts::cutMeanwhile()
{
    for (const bool kept : {true, false}) {
        Connections connections;
        WatchedCommand watched;
        QSignalSpy spy(&watched.command, &Command::finished);
        CommandOptions options;
        options.ssh.aliveIntervalS = 1;
        options.ssh.aliveCount = 2;
        options.ssh.controlPath = kept ? connections.controlPath(prefix(1)) : QString();
        watched.command.start(prefix(1), script(QStringLiteral("echo $$; exec sleep 1000")), options);
        QTRY_COMPARE_WITH_TIMEOUT(watched.lines.size(), 1, 10000);
        const qint64 there = watched.lines.first().toLongLong();
        QVERIFY(m_lab->cutCable(1, Lab::Cut::Silent));
        const bool ended = spy.wait(20000);
        QVERIFY(m_lab->plugCable(1));
        ::kill(static_cast<pid_t>(there), SIGKILL);
        QVERIFY(ended);
        QCOMPARE(watched.outcome.end, End::HostUnreachable);
        QCOMPARE(watched.outcome.exitCode, 255);
        QVERIFY(watched.outcome.mayStillRun);
        QVERIFY(watched.outcome.asError(QStringLiteral("pg2")).hint.contains(QLatin1String("still runs")));
    }
}

QTEST_GUILESS_MAIN(TestHosts)
#include "tst_hosts.moc"
