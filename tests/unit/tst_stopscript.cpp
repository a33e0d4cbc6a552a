// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#ifndef Q_MOC_RUN // whose raw strings it does not read
#include "operations/switchover/scripts.h"
#endif

#ifndef Q_MOC_RUN
using namespace howdah::operations::switchover;
#endif

constexpr char kMark[] = "howdah: pg1 was the primary until timeline 7";

/// What runs on the old primary's host to stop it, with a server that is made up.
class TestStopScript : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void saysNothingWhenItIsQuick();
    void namesWhoIsStillThere();
    void givesUp();
    void isAStandbyFromTheStart();
    void primaryThatNeverStopped_data();
    void primaryThatNeverStopped();
    void standbysDirectoryIsLeftAlone_data();
    void standbysDirectoryIsLeftAlone();
    void archiverIsWaitedFor();
    void toldStopLooksFirst();
    void runningPrimaryIsNoStandby();
    void ownFileIsKnown();
    void startedServerKeepsNobody_data();
    void startedServerKeepsNobody();

private:
    bool clear(QProcess &process, const char *as) const;
    void start(QProcess &process, const char *as) const;
    QString path(const char *name) const { return m_directory->filePath(QLatin1String(name)); }
    void write(const char *name, const QByteArray &text) const;
    std::unique_ptr<QProcess> child(const QString &title) const;
    QProcess *stop(const QString &hundredths);

    std::unique_ptr<QTemporaryDir> m_directory;
    QProcess m_stop;
};

void TestStopScript::write(const char *name, const QByteArray &text) const
{
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void TestStopScript::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    write("pg_ctl", "#!/bin/sh\nexit 0\n");
    write("pg_controldata", "#!/bin/sh\nhere=$(dirname \"$0\")\n[ -e \"$here/down\" ] && state='shut down' || "
                            "state='shutting down'\n"
                            "printf 'Database cluster state:               %s\\nLatest checkpoint location:           "
                            "0/3000060\\n' \"$state\"\n");
    // The server's process is this one: it has children to look at.
    write("postmaster.pid", QByteArray::number(QCoreApplication::applicationPid()) + "\n");
}

/// A process of ours with a title, as a server's have them.
std::unique_ptr<QProcess> TestStopScript::child(const QString &title) const
{
    auto process = std::make_unique<QProcess>();
    process->start(QStringLiteral("bash"), {QStringLiteral("-c"), QStringLiteral("exec -a \"$0\" cat"), title});
    process->waitForStarted();
    return process;
}

QProcess *TestStopScript::stop(const QString &hundredths)
{
    m_stop.start(QStringLiteral("sh"),
                 {QStringLiteral("-c"), QLatin1String(kStopScript), QStringLiteral("howdah-stop"), path("pg_ctl"),
                  m_directory->path(), path("pg_controldata"), hundredths, QLatin1String(kMark)});
    return &m_stop;
}

void TestStopScript::saysNothingWhenItIsQuick()
{
    write("down", {});
    QVERIFY(stop(QStringLiteral("500"))->waitForFinished(20'000));
    QCOMPARE(m_stop.exitCode(), 0);
    const QByteArray said = m_stop.readAllStandardOutput();
    QVERIFY2(said.contains("Database cluster state:               shut down\n"), said.constData());
    QVERIFY2(!said.contains("still there"), said.constData());
    QVERIFY(QFile::exists(path("standby.signal")));
}

void TestStopScript::namesWhoIsStillThere()
{
    const auto sender =
        child(QStringLiteral("postgres: pg1: walsender replicator 10.0.0.3(41234) streaming 0/5000000"));
    const auto session = child(QStringLiteral("postgres: pg1: app orders 10.0.0.9(5555) idle in transaction"));
    const auto harmless = child(QStringLiteral("postgres: pg1: walwriter"));
    stop(QStringLiteral("3000"));
    QElapsedTimer clock;
    clock.start();
    QByteArray said;
    QTRY_VERIFY_WITH_TIMEOUT((said += m_stop.readAllStandardOutput()).count('\n') >= 2, 20'000);
    QVERIFY(clock.elapsed() > 2000); // nothing is looked for before
    QVERIFY2(said.startsWith("still there after "), said.constData());
    QVERIFY2(said.contains("pg1: walsender replicator 10.0.0.3(41234) streaming 0/5000000"), said.constData());
    QVERIFY2(said.contains("pg1: app orders 10.0.0.9(5555) idle in transaction"), said.constData());
    QVERIFY(said.indexOf("app orders") < said.indexOf("walsender")); // sessions are waited for first
    QVERIFY2(!said.contains("walwriter") && !said.contains("postgres: "), said.constData());
    write("down", {});
    QVERIFY(m_stop.waitForFinished(20'000));
    QCOMPARE(m_stop.exitCode(), 0);
    for (const auto &one : {sender.get(), session.get(), harmless.get()}) {
        one->kill();
        one->waitForFinished();
    }
}

void TestStopScript::givesUp()
{
    QVERIFY(stop(QStringLiteral("20"))->waitForFinished(20'000));
    QCOMPARE(m_stop.exitCode(), 1);
    QVERIFY(m_stop.readAllStandardError().contains("still running"));
    QVERIFY(!QFile::exists(path("standby.signal")));
}

/// Whoever starts it while it ends, and just after that, starts a standby.
void TestStopScript::isAStandbyFromTheStart()
{
    stop(QStringLiteral("3000"));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path("standby.signal")), 20'000);
    QCOMPARE(m_stop.state(), QProcess::Running);
    write("down", {});
    QVERIFY(m_stop.waitForFinished(20'000));
    QCOMPARE(m_stop.exitCode(), 0);
    QVERIFY(QFile::exists(path("standby.signal")));
}

void TestStopScript::primaryThatNeverStopped_data()
{
    QTest::addColumn<QByteArray>("state"); // in line 8 of its pid file
    QTest::addColumn<QByteArray>("control");
    QTest::addColumn<bool>("leftAlone");
    QTest::addColumn<int>("timeline"); // that its control file tells; 7 is the plan's
    QTest::newRow("it never heard of the stop") << QByteArray("ready   ") << QByteArray("in production") << true << 0;
    QTest::newRow("it is a hot standby by now")
        << QByteArray("ready   ") << QByteArray("in archive recovery") << false << 7;
    QTest::newRow("nobody knows") << QByteArray("ready   ") << QByteArray() << false << 7;
    QTest::newRow("it starts as a standby")
        << QByteArray("standby ") << QByteArray("in archive recovery") << false << 7;
    QTest::newRow("on its way down") << QByteArray("stopping") << QByteArray("shutting down") << false << 7;
    QTest::newRow("it has followed another primary")
        << QByteArray("ready   ") << QByteArray("in archive recovery") << false << 8;
}

/// Taken back: a primary that serves goes on, and stays one when it is started again.
void TestStopScript::primaryThatNeverStopped()
{
    QFETCH(QByteArray, state);
    QFETCH(QByteArray, control);
    QFETCH(bool, leftAlone);
    QFETCH(int, timeline);
    write("pg_controldata", "#!/bin/sh\necho 'Database cluster state:               " + control +
                                "'\necho \"Latest checkpoint's TimeLineID:       7\"\necho \"Min recovery ending loc's "
                                "timeline:    " +
                                QByteArray::number(timeline) + "\"\n");
    write("pg_ctl", "#!/bin/sh\nrm \"$(dirname \"$0\")/postmaster.pid\"\n");
    write("postmaster.pid",
          QByteArray::number(QCoreApplication::applicationPid()) + "\n2\n3\n4\n5\n6\n7\n" + state + "\n");
    write("standby.signal", QByteArray(kMark) + "\n");
    QProcess clear;
    QVERIFY(this->clear(clear, "primary"));
    if (timeline > 7) {
        QCOMPARE(clear.exitCode(), 1);
        QVERIFY(clear.readAllStandardError().contains("another primary has taken over"));
        QVERIFY(QFile::exists(path("postmaster.pid")) && QFile::exists(path("standby.signal")));
        return;
    }
    QCOMPARE(clear.exitCode(), 0);
    QCOMPARE(QFile::exists(path("postmaster.pid")), leftAlone);
    QVERIFY(!QFile::exists(path("standby.signal")));
}

/// What it does not archive any more nobody will: the new primary has received it, and a standby archives nothing.
void TestStopScript::archiverIsWaitedFor()
{
    QVERIFY(QDir(m_directory->path()).mkpath(QStringLiteral("pg_wal/archive_status")));
    const QString status = QStringLiteral("pg_wal/archive_status/");
    const QByteArray first = (status + QStringLiteral("000000070000000000000003.ready")).toLatin1();
    const QByteArray second = (status + QStringLiteral("000000070000000000000004.ready")).toLatin1();
    write(first.constData(), {});
    write("pg_ctl", "#!/bin/sh\nrm \"$(dirname \"$0\")/postmaster.pid\"\n"); // ends it at once
    write("postmaster.pid", QByteArray::number(QCoreApplication::applicationPid()) + "\n2\n3\n4\n5\n6\n7\nstopping\n");
    write("standby.signal", QByteArray(kMark) + "\n");
    QProcess clear;
    start(clear, "standby");
    QByteArray said;
    QTRY_VERIFY_WITH_TIMEOUT((said += clear.readAllStandardOutput()).contains("WAL files that nobody else"), 20'000);
    QVERIFY(QFile::exists(path("postmaster.pid")));
    write(second.constData(), {}); // and that one it gives up
    QVERIFY(QFile::remove(path(first.constData())));
    QVERIFY(QFile::remove(path("postmaster.pid")));
    QVERIFY(clear.waitForFinished(20'000));
    QCOMPARE(clear.exitCode(), 0);
    said = clear.readAllStandardOutput();
    QVERIFY2(said.contains("that its archiver has left: 1. As a standby it does not archive them"), said.constData());
    // With nothing to archive it is not waited for.
    QVERIFY(QFile::remove(path(second.constData())));
    write("postmaster.pid", QByteArray::number(QCoreApplication::applicationPid()) + "\n2\n3\n4\n5\n6\n7\nstopping\n");
    QVERIFY(this->clear(clear, "standby"));
    QCOMPARE(clear.exitCode(), 0);
    QCOMPARE(clear.readAllStandardOutput(), QByteArray());
    QVERIFY(!QFile::exists(path("postmaster.pid")));
}

bool TestStopScript::clear(QProcess &process, const char *as) const
{
    start(process, as);
    return process.waitForFinished(20'000);
}

void TestStopScript::start(QProcess &process, const char *as) const
{
    process.start(QStringLiteral("sh"),
                  {QStringLiteral("-c"), QLatin1String(kClearScript), QStringLiteral("howdah-clear"), path("pg_ctl"),
                   m_directory->path(), QLatin1String(as), path("pg_controldata"), QStringLiteral("7"),
                   QLatin1String(kMark), QStringLiteral("on")});
}

void TestStopScript::standbysDirectoryIsLeftAlone_data()
{
    QTest::addColumn<QByteArray>("signal");
    QTest::addColumn<QByteArray>("control");
    QTest::newRow("an empty standby.signal") << QByteArray("") << QByteArray("in production");
    QTest::newRow("that of another switchover")
        << QByteArray("howdah: pg2 was the primary until timeline 7\n") << QByteArray("in production");
    QTest::newRow("a standby by pg_control") << QByteArray() << QByteArray("in archive recovery");
    QTest::newRow("a standby that is down") << QByteArray() << QByteArray("shut down in recovery");
}

/// A command that leads to another host, whose directory is called the same: what is there must not become a primary,
/// nor be stopped.
void TestStopScript::standbysDirectoryIsLeftAlone()
{
    QFETCH(QByteArray, signal);
    QFETCH(QByteArray, control);
    write("pg_ctl", "#!/bin/sh\n: >\"$(dirname \"$0\")/touched\"\n");
    write("pg_controldata", "#!/bin/sh\necho 'Database cluster state:               " + control +
                                "'\necho \"Latest checkpoint's TimeLineID:       7\"\n");
    const bool signalled = !signal.isNull();
    if (signalled) {
        write("standby.signal", signal);
    }
    const auto untouched = [&] {
        QFile file(path("standby.signal"));
        return !QFile::exists(path("touched")) && file.exists() == signalled &&
               (!signalled || (file.open(QIODevice::ReadOnly) && file.readAll() == signal));
    };
    QVERIFY(stop(QStringLiteral("500"))->waitForFinished(20'000));
    QCOMPARE(m_stop.exitCode(), 1);
    const QByteArray said = m_stop.readAllStandardError();
    QVERIFY2(said.contains("is a standby's") && said.contains("nothing was stopped"), said.constData());
    QVERIFY(untouched());
    if (signalled) {
        for (const char *as : {"primary", "standby"}) {
            QProcess process;
            QVERIFY(clear(process, as));
            QCOMPARE(process.exitCode(), 1);
            const QByteArray told = process.readAllStandardError();
            QVERIFY2(told.contains("nothing was changed"), told.constData());
            QVERIFY(untouched());
        }
    }
}

/// Who is told to stop it by another command is not told, either.
void TestStopScript::toldStopLooksFirst()
{
    write("standby.signal", {});
    write("told", "#!/bin/sh\n: >\"$(dirname \"$0\")/touched\"\n");
    const QString watch =
        QStringLiteral("sh -c '%1' howdah-stop '' '%2' '%3' 500 '%4'")
            .arg(QString(QLatin1String(kStopScript)).replace(QLatin1Char('\''), QLatin1String("'\\''")),
                 m_directory->path(), path("pg_controldata"), QLatin1String(kMark));
    QProcess process;
    process.start(QStringLiteral("sh"), {QStringLiteral("-c"), QLatin1String(kToldStopScript),
                                         QStringLiteral("howdah-told"), watch, path("told")});
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitCode(), 1);
    QVERIFY(!QFile::exists(path("touched")));
    // Where it may be stopped it is.
    QVERIFY(QFile::remove(path("standby.signal")));
    write("down", {});
    process.start(QStringLiteral("sh"), {QStringLiteral("-c"), QLatin1String(kToldStopScript),
                                         QStringLiteral("howdah-told"), watch, path("told")});
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitCode(), 0);
    QTRY_VERIFY(QFile::exists(path("touched")));
}

/// To come back as a standby it has been stopped: a server that runs without the file is somebody else's.
void TestStopScript::runningPrimaryIsNoStandby()
{
    write("pg_ctl", "#!/bin/sh\n: >\"$(dirname \"$0\")/touched\"\n");
    QProcess process;
    QVERIFY(clear(process, "standby"));
    QCOMPARE(process.exitCode(), 1);
    QVERIFY(process.readAllStandardError().contains("was left alone"));
    QVERIFY(!QFile::exists(path("touched")) && !QFile::exists(path("standby.signal")));
}

/// The second try of a stop finds what the first has put there.
void TestStopScript::ownFileIsKnown()
{
    write("standby.signal", QByteArray(kMark) + "\n");
    write("down", {});
    QVERIFY(stop(QStringLiteral("500"))->waitForFinished(20'000));
    QCOMPARE(m_stop.exitCode(), 0);
    QVERIFY(QFile::remove(path("postmaster.pid")));
    QProcess process;
    QVERIFY(clear(process, "standby"));
    QCOMPARE(process.exitCode(), 0);
    QFile file(path("standby.signal"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray(kMark) + "\n");
}

void TestStopScript::startedServerKeepsNobody_data()
{
    QTest::addColumn<int>("exitCode");
    QTest::newRow("started") << 0;
    QTest::newRow("it failed, and left a process") << 5;
}

/// A start that says nothing of a log leaves its own output to the server, which keeps it as long as it runs.
void TestStopScript::startedServerKeepsNobody()
{
    QFETCH(int, exitCode);
    write("postmaster.pid", {});
    write("start", "#!/bin/sh\necho 'what a start says'\nsleep 600 &\necho $! >\"$(dirname \"$0\")/left\"\nexit " +
                       QByteArray::number(exitCode) + "\n");
    QProcess start;
    start.start(QStringLiteral("sh"), {QStringLiteral("-c"), QLatin1String(kStartScript),
                                       QStringLiteral("howdah-start"), m_directory->path(), QString(), path("start")});
    const bool ended = start.waitForFinished(20'000); // also of who reads what it says
    QFile left(path("left"));
    QVERIFY(left.open(QIODevice::ReadOnly));
    ::kill(left.readAll().trimmed().toInt(), SIGKILL);
    QVERIFY(ended);
    QCOMPARE(start.exitCode(), exitCode);
    QCOMPARE(start.readAllStandardError().contains("what a start says"), exitCode != 0);
}

QTEST_GUILESS_MAIN(TestStopScript)
#include "tst_stopscript.moc"
