// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QPointer>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>
#include <signal.h>

#include "support/watchedcommand.h"

using namespace howdah::hosts;
using howdah::core::Error;
using howdah::testsupport::isGone;
using howdah::testsupport::WatchedCommand;
using End = Outcome::End;

/// One command on this machine: what it says, how it ends, and that it always does. What needs a host is in tst_hosts.
class TestHostCommand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void outputAndExitCode();
    void whatDoesNotStart_data();
    void whatDoesNotStart();
    void readsItsInput();
    void holdsItsInput();
    void crashes();
    void deadlines_data();
    void deadlines();
    void cancelling();
    void childrenEndToo();
    void destroyingEmitsNothing();
    void destroyedByItsReceiver();
    void killedConsoleLeavesNoProcess();
    void hasNoTerminal();
    void hugeOutputIsBounded();
    void linesAreHarmless();
    void lastLineWithoutAnEnd();
    void keepsHeadAndTail();
    void forwardsSoManyLines();
    void sshComplaints_data();
    void sshComplaints();
    void errorsHaveWords();
};

namespace {

QStringList script(const char *text)
{
    return {QStringLiteral("sh"), QStringLiteral("-c"), QString::fromUtf8(text)};
}

qint64 residentKilobytes()
{
    QFile status(QStringLiteral("/proc/self/statm"));
    return status.open(QIODevice::ReadOnly) ? status.readAll().split(' ').value(1).toLongLong() * 4 : -1;
}

QByteArray childProcesses()
{
    QFile list(QStringLiteral("/proc/self/task/%1/children").arg(QCoreApplication::applicationPid()));
    return list.open(QIODevice::ReadOnly) ? list.readAll().trimmed() : QByteArray("not known");
}

} // namespace

void TestHostCommand::outputAndExitCode()
{
    WatchedCommand watched;
    const Outcome &outcome = watched.run({}, script("echo one; echo two >&2; echo three; exit 3"));
    QCOMPARE(outcome.end, End::Exited);
    QCOMPARE(outcome.exitCode, 3);
    QCOMPARE(outcome.out, QByteArray("one\nthree\n"));
    QCOMPARE(outcome.err, QByteArray("two\n"));
    QVERIFY(!outcome.ok());
    QVERIFY(!outcome.truncated);
    QVERIFY(!outcome.mayStillRun);
    QVERIFY(outcome.tookMs >= 0);
    QCOMPARE(watched.lines, (QStringList{QStringLiteral("one"), QStringLiteral("three")}));
    QCOMPARE(watched.errorLines, QStringList{QStringLiteral("two")});
    QCOMPARE(watched.finishes, 1);
    WatchedCommand fine;
    QVERIFY(fine.run({QStringLiteral("env"), QStringLiteral("X=a b")}, script("[ \"$X\" = 'a b' ]")).ok());
}

void TestHostCommand::whatDoesNotStart_data()
{
    QTest::addColumn<QStringList>("prefix");
    QTest::addColumn<QStringList>("argv");
    QTest::addColumn<QString>("why");
    const QStringList uptime{QStringLiteral("uptime")};
    QTest::newRow("no such program") << QStringList{} << QStringList{QStringLiteral("/no/such/program")}
                                     << "/no/such/program could not be started on this machine";
    QTest::newRow("no such prefix") << QStringList{QStringLiteral("no-such-prefix")} << uptime
                                    << "no-such-prefix could not be started";
    QTest::newRow("not executable") << QStringList{} << QStringList{QStringLiteral("/etc/passwd")}
                                    << "could not be started";
    QTest::newRow("no argv") << QStringList{} << QStringList{} << "needs a program";
    QTest::newRow("empty program") << QStringList{} << QStringList{QString()} << "needs a program";
    QTest::newRow("NUL") << QStringList{} << QStringList{QStringLiteral("echo"), QString(QChar(0))} << "NUL";
    QTest::newRow("unsafe prefix") << QStringList{QStringLiteral("ssh"), QStringLiteral("--"), QStringLiteral("-oX=y")}
                                   << uptime << "is no host";
}

void TestHostCommand::whatDoesNotStart()
{
    QFETCH(QStringList, prefix);
    QFETCH(QStringList, argv);
    QFETCH(QString, why);
    WatchedCommand watched;
    QSignalSpy spy(&watched.command, &Command::finished);
    watched.command.start(prefix, argv);
    QCOMPARE(spy.size(), 0); // never from within start()
    QVERIFY(spy.wait(5000));
    QCOMPARE(watched.outcome.end, End::NotStarted);
    const Error error = watched.outcome.asError(QStringLiteral("pg1"));
    QVERIFY2(error.message.contains(why), qPrintable(error.message));
    QVERIFY(!watched.command.isRunning());
}

void TestHostCommand::readsItsInput()
{
    WatchedCommand with;
    const QByteArray big = QByteArray(300'000, 'x') + "\n";
    QCOMPARE(with.run({}, {QStringLiteral("cat")}, {.standardInput = big}).out, big);
    WatchedCommand without; // is at its end at once
    QCOMPARE(without.run({}, {QStringLiteral("cat")}).out, QByteArray());
    WatchedCommand unread; // nobody takes it
    QVERIFY(unread.run({}, {QStringLiteral("true")}, {.standardInput = QByteArray(5'000'000, 'x')}).ok());
}

/// Started, and waiting for what it is to do: its deadline begins with that.
void TestHostCommand::holdsItsInput()
{
    Command command;
    std::optional<Outcome> outcome;
    QStringList lines;
    connect(&command, &Command::outputArrived, this, [&](const QString &line) { lines << line; });
    connect(&command, &Command::finished, this, [&](const Outcome &one) { outcome = one; });
    CommandOptions options;
    options.holdsInput = true;
    command.start({}, script("echo here; read -r word; echo \"$word\"; exec cat"), options);
    QTRY_COMPARE(lines, QStringList{QStringLiteral("here")});
    QVERIFY(!outcome);
    QVERIFY(command.goOn("go\nand more\n", 5000));
    QVERIFY(!command.goOn("twice\n", 5000));
    QTRY_VERIFY(outcome);
    QVERIFY(outcome->ok());
    QCOMPARE(outcome->out, QByteArray("here\ngo\nand more\n"));

    Command late;
    outcome.reset();
    connect(&late, &Command::finished, this, [&](const Outcome &one) { outcome = one; });
    late.start({}, script("read -r word; exec sleep 600"), options);
    QVERIFY(late.goOn("go\n", 100));
    QTRY_VERIFY(outcome);
    QCOMPARE(outcome->end, Outcome::End::DeadlinePassed);

    Command ending;
    outcome.reset();
    connect(&ending, &Command::finished, this, [&](const Outcome &one) { outcome = one; });
    ending.start({}, script("trap '' TERM; read -r word"), options);
    ending.cancel();
    QVERIFY(!ending.goOn("go\n", 5000));
    QTRY_VERIFY(outcome);
    QCOMPARE(outcome->end, Outcome::End::Cancelled);
}

void TestHostCommand::crashes()
{
    WatchedCommand watched;
    const Outcome &outcome = watched.run({}, script("kill -KILL $$"));
    QCOMPARE(outcome.end, End::Crashed);
    QCOMPARE(outcome.exitCode, SIGKILL);
    QVERIFY(outcome.asError(QStringLiteral("pg1")).message.contains(QLatin1String("signal 9")));
}

void TestHostCommand::deadlines_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("heeds SIGTERM") << "exec sleep 1000";
    QTest::newRow("ignores SIGTERM") << "trap '' TERM; echo up; while :; do sleep 1000; done";
    QTest::newRow("prints without end") << "trap '' TERM; while :; do echo x; done";
    QTest::newRow("is stopped") << "kill -STOP $$";
}

void TestHostCommand::deadlines()
{
    QFETCH(QString, text);
    WatchedCommand watched;
    QSignalSpy spy(&watched.command, &Command::finished);
    watched.command.start({}, script(text.toUtf8().constData()), {.deadlineMs = 300, .killAfterMs = 200});
    const qint64 pid = watched.command.processId();
    QVERIFY(pid > 0);
    QVERIFY(spy.wait(10000));
    QCOMPARE(watched.outcome.end, End::DeadlinePassed);
    QVERIFY(watched.outcome.tookMs >= 300);
    QVERIFY(isGone(pid));
    QVERIFY(!watched.outcome.mayStillRun); // it ran here
    const Error error = watched.outcome.asError(QStringLiteral("pg1"));
    QCOMPARE(error.kind, Error::Kind::Timeout);
    QCOMPARE(error.node, QStringLiteral("pg1"));
}

void TestHostCommand::cancelling()
{
    WatchedCommand watched;
    QSignalSpy spy(&watched.command, &Command::finished);
    watched.command.cancel(); // before it runs: nothing
    watched.command.start({QStringLiteral("env")}, script("echo up; exec sleep 1000"));
    QTRY_COMPARE(watched.lines, QStringList{QStringLiteral("up")});
    watched.command.cancel();
    watched.command.cancel();
    QVERIFY(spy.wait(10000));
    QCOMPARE(watched.outcome.end, End::Cancelled);
    QVERIFY(watched.outcome.mayStillRun); // the prefix may have led anywhere
    QVERIFY(watched.outcome.asError(QStringLiteral("pg1")).message.contains(QLatin1String("still runs")));
    watched.command.cancel();
    QCoreApplication::processEvents();
    QCOMPARE(watched.finishes, 1);
}

void TestHostCommand::childrenEndToo()
{
    WatchedCommand watched;
    QSignalSpy spy(&watched.command, &Command::finished);
    watched.command.start({}, script("sleep 1000 & echo $!; wait"));
    QTRY_COMPARE(watched.lines.size(), 1);
    const qint64 child = watched.lines.first().toLongLong();
    QVERIFY(child > 0 && !isGone(child));
    watched.command.cancel();
    QVERIFY(spy.wait(10000));
    QTRY_VERIFY(isGone(child));
}

void TestHostCommand::destroyingEmitsNothing()
{
    auto watched = std::make_unique<WatchedCommand>();
    QSignalSpy finished(&watched->command, &Command::finished);
    watched->command.start({}, script("trap '' TERM; echo up; while :; do sleep 1000; done"));
    QTRY_COMPARE(watched->lines.size(), 1);
    const qint64 pid = watched->command.processId();
    watched.reset();
    QTRY_VERIFY(isGone(pid));
    QCOMPARE(finished.size(), 0);

    // One whose start has not even been noticed, and one that does not start.
    for (const char *program : {"/bin/sleep", "/no/such/program"}) {
        Command early;
        early.start({}, {QString::fromLatin1(program), QStringLiteral("1000")});
    }
    QTRY_COMPARE(childProcesses(), QByteArray());
}

void TestHostCommand::destroyedByItsReceiver()
{
    auto *speaking = new Command;
    const QPointer<Command> first(speaking);
    connect(speaking, &Command::outputArrived, this, [speaking] { delete speaking; });
    speaking->start({}, script("echo a; echo b; exec sleep 1000"));
    QTRY_VERIFY(!first);

    auto *ending = new Command;
    const QPointer<Command> second(ending);
    connect(ending, &Command::finished, this, [ending] { delete ending; });
    ending->start({}, {QStringLiteral("true")});
    QTRY_VERIFY(!second);
}

// This program itself, as a console that runs a command: see main().
void TestHostCommand::killedConsoleLeavesNoProcess()
{
    QProcess console;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOWDAH_TEST_HOLDS"), QStringLiteral("1"));
    console.setProcessEnvironment(environment);
    console.start(QCoreApplication::applicationFilePath(), QStringList());
    QTRY_VERIFY(console.canReadLine());
    const qint64 pid = console.readLine().trimmed().toLongLong();
    QVERIFY(pid > 0 && !isGone(pid));
    console.kill();
    QVERIFY(console.waitForFinished(10000));
    QTRY_VERIFY(isGone(pid));
}

void TestHostCommand::hasNoTerminal()
{
    WatchedCommand watched;
    // A session of its own: /dev/tty cannot be opened, so that no ssh behind a ProxyJump asks there.
    const Outcome &outcome =
        watched.run({}, script("(: </dev/tty) 2>/dev/null && echo tty; sed 's/.*) //' /proc/$$/stat | "
                               "cut -d' ' -f4; echo $$"));
    QCOMPARE(watched.lines.size(), 2);
    QCOMPARE(watched.lines.at(0), watched.lines.at(1));
    QVERIFY(outcome.ok());
}

void TestHostCommand::hugeOutputIsBounded()
{
    const qint64 before = residentKilobytes();
    WatchedCommand watched;
    const Outcome &outcome = watched.run({}, script("echo first; yes 0123456789abcdef | head -c 50000000; echo last"),
                                         {.deadlineMs = 60000});
    QVERIFY(outcome.ok());
    QVERIFY(outcome.truncated);
    QVERIFY(outcome.out.size() < (1 << 20) + 100);
    QVERIFY(outcome.out.startsWith("first\n"));
    QVERIFY(outcome.out.endsWith("last\n"));
    QVERIFY(outcome.out.contains(" bytes left out]\n"));
    QVERIFY(watched.lines.size() <= (outcome.tookMs / 1000 + 1) * 201 + 3);
    QVERIFY(watched.lines.join(QLatin1Char(' ')).contains(QLatin1String(" lines left out]")));
#ifndef __SANITIZE_ADDRESS__ // which keeps what is freed for a while
    QVERIFY2(residentKilobytes() - before < 20'000, qPrintable(QString::number(residentKilobytes() - before)));
#else
    Q_UNUSED(before)
#endif
}

void TestHostCommand::linesAreHarmless()
{
    WatchedCommand watched;
    watched.run({},
                script("printf '\\033[31mred\\033[0m\\n'; echo 'host=h password=canary'; printf '10%%\\r20%%\\r\\n\\n';"
                       "head -c 100000 /dev/zero | tr '\\0' x; echo; printf 'bad \\377 utf\\n'"));
    QCOMPARE(watched.lines.size(), 6);
    QCOMPARE(watched.lines.at(0), QStringLiteral("red"));
    QVERIFY(!watched.lines.at(1).contains(QLatin1String("canary")));
    QCOMPARE(watched.lines.at(2), QStringLiteral("10%"));
    QCOMPARE(watched.lines.at(3), QStringLiteral("20%"));
    QVERIFY(watched.lines.at(4).size() <= 1001);
    QCOMPARE(watched.lines.at(5), QStringLiteral("bad \ufffd utf"));
}

void TestHostCommand::lastLineWithoutAnEnd()
{
    WatchedCommand watched;
    watched.run({}, script("printf 'no end'; printf 'nor here' >&2"));
    QCOMPARE(watched.lines, QStringList{QStringLiteral("no end")});
    QCOMPARE(watched.errorLines, QStringList{QStringLiteral("nor here")});
}

void TestHostCommand::keepsHeadAndTail()
{
    for (const int piece : {1, 3, 7, 1000}) {
        KeptOutput kept(10);
        QByteArray all;
        for (char c = 'a'; c <= 'z'; ++c) {
            all += c;
        }
        for (qsizetype at = 0; at < all.size(); at += piece) {
            kept.add(QByteArrayView(all).sliced(at, qMin<qsizetype>(piece, all.size() - at)));
        }
        QVERIFY(kept.truncated());
        QCOMPARE(kept.text(), QByteArray("abcde\n[16 bytes left out]\nvwxyz"));
    }
    KeptOutput exact(4);
    exact.add("ab");
    exact.add("cd");
    QVERIFY(!exact.truncated());
    QCOMPARE(exact.text(), QByteArray("abcd"));
    exact.add("e");
    QCOMPARE(exact.text(), QByteArray("ab\n[1 bytes left out]\nde"));
}

void TestHostCommand::forwardsSoManyLines()
{
    OutputLines lines(3);
    QCOMPARE(lines.add("1\n2\n3\n4\n5\n", false, 0).size(), size_t(3));
    QCOMPARE(lines.add("6\n", true, 999).size(), size_t(0));
    const std::vector<OutputLine> next = lines.add("7\n8\n9\nte", false, 1000);
    QCOMPARE(next.size(), size_t(3));
    QCOMPARE(next.at(0).text, QStringLiteral("[3 lines left out]"));
    QCOMPARE(next.at(1).text, QStringLiteral("7"));
    const std::vector<OutputLine> last = lines.finish();
    QCOMPARE(last.size(), size_t(2));
    QCOMPARE(last.at(0).text, QStringLiteral("[1 lines left out]"));
    QCOMPARE(last.at(1).text, QStringLiteral("te"));
}

void TestHostCommand::sshComplaints_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("isOne");
    QTest::addColumn<bool>("before");
    const auto row = [](const char *text, bool isOne, bool before) {
        QTest::newRow(text) << QByteArray(text) << isOne << before;
    };
    row("ssh: connect to host 10.0.0.1 port 22: No route to host\r\n", true, true);
    row("ssh: connect to host 10.0.0.1 port 22: Connection timed out\r\n", true, true);
    row("ssh: Could not resolve hostname nowhere: Name or service not known\r\n", true, true);
    row("No ED25519 host key is known for 10.0.0.1 and you have requested strict checking.\r\n"
        "Host key verification failed.\r\n",
        true, true);
    row("postgres@10.0.0.1: Permission denied (publickey).\r\n", true, true);
    row("kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.1 port 22\r\n",
        true, true);
    row("command-line: line 0: Bad configuration option: nonsense\r\n", true, true);
    row("Control master terminated unexpectedly\r\n", true, false);
    row("Connection to 10.0.0.1 closed by remote host.\r\n", true, false);
    row("client_loop: send disconnect: Broken pipe\r\n", true, false);
    row("", false, false);
    row("pg_ctl: could not open file: Permission denied\n", false, false);
    row("psql: connection closed\n", false, false);
}

void TestHostCommand::sshComplaints()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, isOne);
    QFETCH(bool, before);
    QCOMPARE(!sshComplaint(text).isEmpty(), isOne);
    QCOMPARE(isBeforeCommand(sshComplaint(text)), before);
}

void TestHostCommand::errorsHaveWords()
{
    Outcome outcome{.end = End::Exited, .exitCode = 1, .command = QStringLiteral("pg_ctl -D /data stop")};
    outcome.err = "a\nb\n\x1b[1mpassword=canary\n";
    const Error exited = outcome.asError(QStringLiteral("pg1"));
    QVERIFY(exited.message.startsWith(QLatin1String("pg_ctl ended with exit code 1 on the host of pg1: a / b / ")));
    QVERIFY(!exited.message.contains(QLatin1String("canary")));
    outcome.exitCode = 127;
    QCOMPARE(outcome.asError(QStringLiteral("pg1")).kind, Error::Kind::NotFound);
    outcome.end = End::HostUnreachable;
    outcome.err = "dba@h: Permission denied (publickey).\r\n";
    QCOMPARE(outcome.asError(QStringLiteral("pg1")).kind, Error::Kind::Denied);
    outcome.err = "ssh: connect to host h port 22: No route to host\r\n";
    QCOMPARE(outcome.asError(QStringLiteral("pg1")).kind, Error::Kind::Connection);
    outcome.mayStillRun = true;
    outcome.err = "Control master terminated unexpectedly\r\n";
    QVERIFY(outcome.asError(QStringLiteral("pg1")).message.contains(QLatin1String("broke while pg_ctl ran")));
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (qEnvironmentVariableIsSet("HOWDAH_TEST_HOLDS")) {
        Command command;
        QObject::connect(&command, &Command::outputArrived, [](const QString &line) {
            fprintf(stdout, "%s\n", qPrintable(line));
            fflush(stdout);
        });
        command.start({}, script("echo $$; exec sleep 1000"));
        return QCoreApplication::exec();
    }
    TestHostCommand test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_hostcommand.moc"
