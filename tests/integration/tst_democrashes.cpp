// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTest>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "demoanswer.h"

using namespace howdah;
using namespace howdah::demotest;

namespace {
/// R, S, T, Z …; 0 when there is no such process.
char stateOf(int pid)
{
    const QByteArray line = readAll(text("/proc/%1/stat").arg(pid));
    return line.isEmpty() ? '\0' : line.at(line.lastIndexOf(')') + 2);
}
} // namespace

/// The demo cluster when its servers or consoles are killed.
class TestDemoCrashes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void killedServersNobodyReaps();
    void lockFilesOfTheDead();
    void outlivesAKilledConsole();
    void outlivesAKilledStart();

private:
    QString value(const QString &node, const char *query) const { return m_place.value(node, query); }

    DemoPlace m_place;
};

void TestDemoCrashes::initTestCase()
{
    QVERIFY2(m_place.prepare(), "run by ctest, which names the program");
    const Answer answer = demo("start");
    QVERIFY2(answer.exitCode == 0, (answer.out + answer.err).constData());
}

void TestDemoCrashes::cleanupTestCase()
{
    demo("stop");
    QTRY_VERIFY2(processesOf(m_place.directory()).isEmpty(),
                 qPrintable(processesOf(m_place.directory()).join(QLatin1Char('\n'))));
    QVERIFY(m_place.remove());
}

// As in a container whose first process is no init: what is killed there stays a zombie.
void TestDemoCrashes::killedServersNobodyReaps()
{
    QCOMPARE(demo("stop").exitCode, 0);
    // Orphans become this process's children, and it waits for none of them before the end.
    QCOMPARE(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    const auto restore = qScopeGuard([] { ::prctl(PR_SET_CHILD_SUBREAPER, 0); });
    const Answer before = demo("start");
    QVERIFY2(before.exitCode == 0, (before.out + before.err).constData());
    const int pid = before.node(text("pg1")).value(text("pid")).toInt();
    QCOMPARE(::kill(pid, SIGKILL), 0);
    QTRY_COMPARE(stateOf(pid), 'Z');
    QCOMPARE(demo("status").node(text("pg1")).value(text("state")).toString(), text("stopped"));
    const Answer after = demo("start");
    QVERIFY2(after.exitCode == 0, (after.out + after.err).constData());
    QCOMPARE(stateOf(pid), 'Z');
    QCOMPARE(after.node(text("pg2")), before.node(text("pg2")));
    QVERIFY(after.node(text("pg1")).value(text("pid")).toInt() != pid);
    QCOMPARE(::waitpid(pid, nullptr, 0), pid);
}

void TestDemoCrashes::lockFilesOfTheDead()
{
    const QString lockFile = m_place.directory() + text("/pg1/data/postmaster.pid");
    QCOMPARE(demo("stop").exitCode, 0);
    // One whose number is this process's by now, and one that a crash left empty.
    for (const QByteArray &left : {QByteArray::number(QCoreApplication::applicationPid()) + '\n', QByteArray()}) {
        QFile file(lockFile);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(left);
        file.close();
        QVERIFY(QFile::setPermissions(lockFile, QFile::Permissions::fromInt(0x6666)));
        const Answer answer = demo("start");
        QVERIFY2(answer.exitCode == 0, (answer.out + answer.err).constData());
        QCOMPARE(demo("stop").exitCode, 0);
    }
    QCOMPARE(demo("start").exitCode, 0);
}

void TestDemoCrashes::outlivesAKilledConsole()
{
    const Answer before = demo("status");
    QCOMPARE(before.exitCode, 0);
    QProcess console;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(text("QT_QPA_PLATFORM"), text("offscreen"));
    environment.insert(text("XDG_CONFIG_HOME"), m_place.path());
    console.setProcessEnvironment(environment);
    console.start(qEnvironmentVariable("HOWDAH_BINARY"), {text("open"), text("demo")});
    QVERIFY(console.waitForStarted());
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        QTRY_COMPARE(value(text(node), "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'howdah'"),
                     text("1"));
    }
    QCOMPARE(::kill(static_cast<pid_t>(console.processId()), SIGKILL), 0);
    QVERIFY(console.waitForFinished());
    QTRY_COMPARE(value(text("pg1"), "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'howdah'"),
                 text("0"));
    const Answer after = demo("status");
    QCOMPARE(after.exitCode, 0);
    QCOMPARE(after.objects, before.objects);
}

// The window starts the demo, too: what was begun goes on to its end without it.
void TestDemoCrashes::outlivesAKilledStart()
{
    QCOMPARE(demo("stop").exitCode, 0);
    const QStringList argv = commandLine("start");
    QProcess first;
    first.start(argv.first(), argv.mid(1));
    QVERIFY(first.waitForReadyRead());
    QCOMPARE(::kill(static_cast<pid_t>(first.processId()), SIGKILL), 0);
    QVERIFY(first.waitForFinished());
    QTRY_COMPARE_WITH_TIMEOUT(demo("status").exitCode, 0, 60'000);
    QTRY_VERIFY(demo("status").out.contains("\"load\":\"running\""));
}

QTEST_GUILESS_MAIN(TestDemoCrashes)
#include "tst_democrashes.moc"
