// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <memory>
#include <signal.h>

#include "demoanswer.h"

using namespace howdah;
using namespace howdah::demotest;

namespace {

void write(const QString &path, const QByteArray &content)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly | QIODevice::Truncate), qPrintable(path));
    file.write(content);
    file.close();
    QVERIFY(file.setPermissions(QFile::Permissions::fromInt(0x7755)));
}

bool isAlive(const QByteArray &pid)
{
    const QByteArray line = readAll(text("/proc/%1/stat").arg(QString::fromLatin1(pid.trimmed())));
    return !line.isEmpty() && line.at(line.lastIndexOf(')') + 2) != 'Z';
}

void waitUntilItSays(QProcess *process, const char *words)
{
    QByteArray said;
    while (!said.contains(words)) {
        QVERIFY2(process->waitForReadyRead(), said.constData());
        said += process->readAll();
    }
}

} // namespace

/// The scripts of a fresh checkout, among programs that only pretend.
class TestScripts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void killedSetupIsCleanedUp();
    void twoSetupsAtOnce();
    void foreignFilesStay();
    void optionalIsWorthNoPassword_data();
    void optionalIsWorthNoPassword();
    void partialDemoIsShown_data();
    void partialDemoIsShown();
    void failedBuildEndsTheFetching();
    void rootSkipsNothing_data();
    void rootSkipsNothing();
    void installs();

private:
    QString path(const char *name) const { return m_place->path() + QLatin1Char('/') + text(name); }
    std::unique_ptr<QProcess> start(const QStringList &argv) const;
    std::unique_ptr<QProcess> startSetup() const;
    void copyScript(const char *name) const;

    std::unique_ptr<QTemporaryDir> m_place;
};

#define ENDS_WITH(process, code)                                                                                       \
    QVERIFY((process)->waitForFinished());                                                                             \
    QCOMPARE((process)->exitCode(), (code))

// Each test has its own directory with bin/ in front of PATH.
void TestScripts::init()
{
    m_place = std::make_unique<QTemporaryDir>();
    QVERIFY(m_place->isValid());
    write(path("bin/dpkg-query"), "#!/bin/sh\necho 'ii  one'\n[ ! -e \"$PLACE/complete\" ] || echo 'ii  two'\n");
    write(path("bin/apt-cache"), "#!/bin/sh\necho '  Candidate: 1'\n");
    write(path("bin/sudo"), "#!/bin/sh\n[ \"$1\" != -n ] || shift\nexec \"$@\"\n");
    write(path("bin/apt-get"), "#!/bin/sh\n[ \"$1\" = install ] || exit 0\n: >\"$PLACE/installing\"\n"
                               "until [ -e \"$PLACE/go\" ]; do sleep 0.02; done\n: >\"$PLACE/complete\"\n");
    write(path("bin/cmake"), "#!/bin/sh\nexit 0\n");
    write(path("list"), "one\ntwo\n");
    QVERIFY(QDir().mkpath(path("run")));
    QVERIFY(QDir().mkpath(path("usr/sbin")));
}

std::unique_ptr<QProcess> TestScripts::start(const QStringList &argv) const
{
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(text("PATH"), path("bin:") + qEnvironmentVariable("PATH"));
    environment.insert(text("PLACE"), m_place->path());
    environment.insert(text("HOWDAH_SETUP_PREFIX"), m_place->path());
    environment.remove(text("DISPLAY"));
    environment.remove(text("WAYLAND_DISPLAY"));
    process->setProcessEnvironment(environment);
    process->setProcessChannelMode(QProcess::MergedChannels);
    process->start(argv.first(), argv.mid(1));
    return process;
}

std::unique_ptr<QProcess> TestScripts::startSetup() const
{
    return start({text("sh"), qEnvironmentVariable("HOWDAH_SOURCE_DIR") + text("/app/setup.sh"), path("list")});
}

void TestScripts::copyScript(const char *name) const
{
    write(path(name), readAll(qEnvironmentVariable("HOWDAH_SOURCE_DIR") + QLatin1Char('/') + text(name)));
}

void TestScripts::killedSetupIsCleanedUp()
{
    const QString dropIn = path("etc/postgresql-common/createcluster.d/howdah.conf");
    const QString policy = path("usr/sbin/policy-rc.d");
    // apt-get outlives it in a session of its own.
    write(path("bin/apt-get-itself"), readAll(path("bin/apt-get")));
    write(path("bin/apt-get"), "#!/bin/sh\nexec setsid --wait apt-get-itself \"$@\"\n");
    auto first = start({text("setsid"), text("--wait"), text("sh"), text("-c"),
                        text("echo $$ >\"$PLACE/session\"; exec sh \"$@\""), text("sh"),
                        qEnvironmentVariable("HOWDAH_SOURCE_DIR") + text("/app/setup.sh"), path("list")});
    QTRY_VERIFY(QFile::exists(path("installing")));
    QVERIFY(QFile::exists(dropIn) && QFile::exists(policy));
    QCOMPARE(::kill(-readAll(path("session")).trimmed().toInt(), SIGKILL), 0);
    QVERIFY(first->waitForFinished());
    QVERIFY(QFile::exists(dropIn) && QFile::exists(policy));

    auto second = startSetup();
    waitUntilItSays(second.get(), "waiting for another set-up");
    QVERIFY(QFile::exists(dropIn) && QFile::exists(policy));
    write(path("go"), "");
    ENDS_WITH(second, 0);
    QVERIFY(!QFile::exists(dropIn) && !QFile::exists(policy));

    // Nothing is missing, and all the same they go.
    write(policy, "#!/bin/sh\n# Only while Howdah's set-up installs packages.\nexit 101\n");
    auto third = startSetup();
    ENDS_WITH(third, 0);
    QVERIFY(!QFile::exists(policy));
    QVERIFY(third->readAll().contains(policy.toLocal8Bit()));
}

void TestScripts::twoSetupsAtOnce()
{
    const QString policy = path("usr/sbin/policy-rc.d");
    auto first = startSetup();
    QTRY_VERIFY(QFile::exists(path("installing")));
    auto second = startSetup();
    waitUntilItSays(second.get(), "waiting for another set-up");
    QVERIFY(QFile::exists(policy));
    write(path("go"), "");
    ENDS_WITH(first, 0);
    ENDS_WITH(second, 0);
    QVERIFY(!QFile::exists(policy));
}

void TestScripts::foreignFilesStay()
{
    const QString policy = path("usr/sbin/policy-rc.d");
    const QByteArray own = "#!/bin/sh\nexit 101\n";
    write(policy, own);
    write(path("go"), "");
    auto setup = startSetup();
    ENDS_WITH(setup, 0);
    QCOMPARE(readAll(policy), own);
}

void TestScripts::optionalIsWorthNoPassword_data()
{
    QTest::addColumn<QByteArray>("list");
    QTest::addColumn<QByteArray>("candidate");
    QTest::addColumn<int>("user");
    QTest::addColumn<bool>("fails");
    QTest::addColumn<QByteArray>("installed");
    QTest::addColumn<QByteArray>("says");
    const QByteArray only("one\nfont | -\n");
    const QByteArray beside("one\ntwo\nfont | -\n");
    const QByteArray has("1");
    const QByteArray none("(none)");
    const QByteArray font("font\n");
    const QByteArray nothing;
    QTest::newRow("a user") << only << has << 1000 << false << nothing
                            << QByteArray("howdah: going on without font (as root: apt-get install font)\n");
    QTest::newRow("a user, and there is none") << only << none << 1000 << false << nothing << nothing;
    QTest::newRow("root") << only << has << 0 << false << font << nothing;
    QTest::newRow("root, and there is none") << only << none << 0 << false << nothing << nothing;
    QTest::newRow("root, and it fails") << only << has << 0 << true << font
                                        << QByteArray("howdah: going on without font\n");
    QTest::newRow("beside what is needed") << beside << has << 1000 << false << QByteArray("font two\n") << nothing;
}

// A font stops nobody: what can be gone without is installed where nobody has to give a password for it alone.
void TestScripts::optionalIsWorthNoPassword()
{
    QFETCH(QByteArray, list);
    QFETCH(QByteArray, candidate);
    QFETCH(int, user);
    QFETCH(bool, fails);
    QFETCH(QByteArray, installed);
    QFETCH(QByteArray, says);
    write(path("list"), list);
    write(path("bin/id"), "#!/bin/sh\necho " + QByteArray::number(user) + "\n");
    write(path("bin/apt-cache"), "#!/bin/sh\necho '  Candidate: " + candidate + "'\n");
    write(path("bin/sudo"), "#!/bin/sh\n: >\"$PLACE/asked\"\n[ \"$1\" != -n ] || shift\nexec \"$@\"\n");
    write(path("bin/apt-get"), "#!/bin/sh\n: >\"$PLACE/ran\"\n[ \"$1\" = install ] || exit 0\nwords=$*\n"
                               "echo \"${words##*=--force-confold }\" >\"$PLACE/packages\"\n"
                               "[ ! -e \"$PLACE/fails\" ] || exit 100\n");
    if (fails) {
        write(path("fails"), "");
    }
    auto setup = startSetup();
    ENDS_WITH(setup, 0);
    const QByteArray said = setup->readAll();
    QCOMPARE(readAll(path("packages")), installed);
    QCOMPARE(QFile::exists(path("ran")), !installed.isEmpty());
    QCOMPARE(QFile::exists(path("asked")), user != 0 && !installed.isEmpty());
    QVERIFY2(installed.isEmpty() ? said == says : said.endsWith(says), said.constData());
}

void TestScripts::partialDemoIsShown_data()
{
    QTest::addColumn<int>("demo");
    QTest::addColumn<QByteArray>("display");
    QTest::addColumn<QByteArray>("ran");
    QTest::addColumn<int>("exitCode");
    const QByteArray shown = "demo start\nstatus demo\nopen demo --screenshot build/howdah-demo.png\n";
    QTest::newRow("whole") << 0 << QByteArray() << shown << 0;
    QTest::newRow("partial") << 3 << QByteArray() << shown << 3;
    QTest::newRow("partial, with a display") << 3 << QByteArray(":1") << QByteArray("demo start\nopen demo\n") << 0;
    QTest::newRow("refused") << 1 << QByteArray() << QByteArray("demo start\n") << 1;
}

void TestScripts::partialDemoIsShown()
{
    QFETCH(int, demo);
    QFETCH(QByteArray, display);
    QFETCH(QByteArray, ran);
    QFETCH(int, exitCode);
    copyScript("app/run.sh");
    write(path("app/setup.sh"), "exit 0\n");
    write(path("build/release/build.ninja"), "");
    write(path("build/release/howdah"),
          "#!/bin/sh\necho \"$*\" >>\"$PLACE/ran\"\n[ \"$1\" != demo ] || exit " + QByteArray::number(demo) + "\n");
    auto script = start({text("env"), text("DISPLAY=") + QString::fromLatin1(display), text("sh"), path("app/run.sh")});
    ENDS_WITH(script, exitCode);
    QCOMPARE(readAll(path("ran")), ran);
}

void TestScripts::failedBuildEndsTheFetching()
{
    copyScript("tests/run.sh");
    write(path("app/setup.sh"), "exit 0\n");
    write(path("build/test/build.ninja"), "");
    write(path("tests/support/majors.sh"), "sleep 100 & echo $! $$ >\"$PLACE/pids\"\nwait\n");
    write(path("bin/cmake"), "#!/bin/sh\nuntil [ -s \"$PLACE/pids\" ]; do sleep 0.02; done\nexit 1\n");
    auto script = start({text("sh"), path("tests/run.sh")});
    ENDS_WITH(script, 1);
    for (const QByteArray &pid : readAll(path("pids")).trimmed().split(' ')) {
        QTRY_VERIFY2(!isAlive(pid), pid.constData());
    }
}

void TestScripts::rootSkipsNothing_data()
{
    QTest::addColumn<int>("user");
    QTest::addColumn<QByteArray>("reason");
    QTest::addColumn<int>("exitCode");
    const QByteArray rights = "needs root: network namespaces";
    const QByteArray servers = "needs PostgreSQL of this major: sh tests/support/majors.sh";
    QTest::newRow("a user's rights") << 1000 << rights << 0;
    QTest::newRow("root's rights") << 0 << rights << 1;
    QTest::newRow("servers that could not be fetched") << 0 << servers << 0;
}

void TestScripts::rootSkipsNothing()
{
    QFETCH(int, user);
    QFETCH(QByteArray, reason);
    QFETCH(int, exitCode);
    copyScript("tests/run.sh");
    write(path("app/setup.sh"), "exit 0\n");
    write(path("build/test/build.ninja"), "");
    write(path("tests/support/majors.sh"), "exit 1\n");
    write(path("bin/id"), "#!/bin/sh\necho " + QByteArray::number(user) + "\n");
    write(path("bin/ctest"),
          "#!/bin/sh\nmkdir -p build/test/Testing/Temporary\ncat >build/test/Testing/Temporary/LastTest.log "
          "<<E\n1/1 Test: unit.some\nSKIP   : TestSome::one() " +
              reason + "\nE\n");
    auto script = start({text("sh"), path("tests/run.sh")});
    ENDS_WITH(script, exitCode);
    const QByteArray said = script->readAll();
    QVERIFY2(said.contains("SKIPPED, 1 in all:\n  unit.some: TestSome::one() " + reason), said.constData());
}

void TestScripts::installs()
{
    const QString cmake = QStandardPaths::findExecutable(text("cmake"));
    const testsupport::Output output =
        testsupport::run({cmake, text("--install"), QFileInfo(qEnvironmentVariable("HOWDAH_BINARY")).path(),
                          text("--prefix"), path("prefix")});
    QVERIFY2(output.ok(), (output.out + output.err).constData());
    const testsupport::Output version = testsupport::run({path("prefix/bin/howdah"), text("--version")});
    QVERIFY2(version.ok() && version.out.startsWith("howdah "), version.err.constData());
    // The three know each other by the name.
    const QString id = text("io.github.howdah.Howdah");
    const QByteArray desktop = readAll(path("prefix/share/applications/") + id + text(".desktop"));
    QVERIFY(desktop.contains("\nExec=howdah ") && desktop.contains("\nIcon=" + id.toLatin1() + '\n'));
    QVERIFY(QFile::exists(path("prefix/share/icons/hicolor/scalable/apps/") + id + text(".svg")));
    const QByteArray metainfo = readAll(path("prefix/share/metainfo/") + id + text(".metainfo.xml"));
    QVERIFY(metainfo.contains("<id>" + id.toLatin1() + "</id>") && metainfo.contains(id.toLatin1() + ".desktop<"));
}

QTEST_GUILESS_MAIN(TestScripts)
#include "tst_scripts.moc"
