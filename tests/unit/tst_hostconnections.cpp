// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

#include "hosts/connections.h"

using namespace howdah::hosts;

/// The directory of kept ssh connections. That they are kept, and closed, is in tst_hosts.
class TestHostConnections : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void privateAndShort();
    void oneForEachPrefix();
    void comesBackWhenItIsGone();
    void othersRightsAreRefused();
    void runtimeDirectories_data();
    void runtimeDirectories();
    void goesAtTheEnd();

private:
    QByteArray m_runtime;
    QByteArray m_temporary;
};

namespace {
const QStringList kSsh{QStringLiteral("ssh"), QStringLiteral("h")};
}

void TestHostConnections::init()
{
    m_runtime = qgetenv("XDG_RUNTIME_DIR");
    m_temporary = qgetenv("TMPDIR");
}

void TestHostConnections::cleanup()
{
    qputenv("XDG_RUNTIME_DIR", m_runtime);
    m_temporary.isEmpty() ? qunsetenv("TMPDIR") : qputenv("TMPDIR", m_temporary);
}

void TestHostConnections::privateAndShort()
{
    Connections connections;
    QVERIFY(connections.directory().isEmpty());
    const QString path = connections.controlPath(kSsh);
    QVERIFY(path.endsWith(QLatin1String("-%C")));
    QVERIFY(path.size() - 2 + 40 + 17 <= 103);
    struct stat info {};
    QCOMPARE(::stat(QFile::encodeName(connections.directory()).constData(), &info), 0);
    QCOMPARE(info.st_mode & 0777U, 0700U);
    QVERIFY(connections.problem().isEmpty());
}

void TestHostConnections::oneForEachPrefix()
{
    Connections connections;
    const QString path = connections.controlPath(kSsh);
    QCOMPARE(connections.controlPath(kSsh), path);
    QVERIFY(connections.controlPath(
                {QStringLiteral("ssh"), QStringLiteral("-i"), QStringLiteral("/key"), QStringLiteral("h")}) != path);
    Connections other;
    QVERIFY(other.controlPath(kSsh) != path);
    QCOMPARE(connections.controlPath({}), QString());
    QCOMPARE(connections.controlPath({QStringLiteral("docker"), QStringLiteral("exec"), QStringLiteral("pg1")}),
             QString());
    QCOMPARE(connections.controlPath({QStringLiteral("sudo"), QStringLiteral("ssh"), QStringLiteral("h")}), QString());
}

void TestHostConnections::comesBackWhenItIsGone()
{
    Connections connections;
    QVERIFY(!connections.controlPath(kSsh).isEmpty());
    QVERIFY(QDir(connections.directory()).removeRecursively());
    QVERIFY(!connections.controlPath(kSsh).isEmpty());
    QVERIFY(QFileInfo(connections.directory()).isDir());
}

void TestHostConnections::othersRightsAreRefused()
{
    Connections connections;
    QVERIFY(!connections.controlPath(kSsh).isEmpty());
    QCOMPARE(::chmod(QFile::encodeName(connections.directory()).constData(), 0755), 0);
    QCOMPARE(connections.controlPath(kSsh), QString());
    QVERIFY(!connections.problem().isEmpty());
    QCOMPARE(::chmod(QFile::encodeName(connections.directory()).constData(), 0700), 0);
    QVERIFY(!connections.controlPath(kSsh).isEmpty());
    QVERIFY(connections.problem().isEmpty());
}

void TestHostConnections::runtimeDirectories_data()
{
    QTest::addColumn<QString>("name"); // below a temporary directory
    QTest::addColumn<int>("mode");     // 0: is not made
    QTest::addColumn<bool>("used");
    QTest::newRow("good") << "run" << 0700 << true;
    QTest::newRow("others may enter") << "run" << 0755 << false;
    QTest::newRow("missing") << "run" << 0 << false;
    QTest::newRow("too long") << QString(60, QLatin1Char('x')) << 0700 << false;
    QTest::newRow("a link") << "link" << 0700 << false;
    QTest::newRow("ssh would expand it") << "a%h" << 0700 << false;
}

void TestHostConnections::runtimeDirectories()
{
    QFETCH(QString, name);
    QFETCH(int, mode);
    QFETCH(bool, used);
    const QTemporaryDir base(QStringLiteral("/tmp/h-XXXXXX"));
    const QString path = base.filePath(name);
    if (mode != 0) {
        const QString made = name == QLatin1String("link") ? base.filePath(QStringLiteral("real")) : path;
        QVERIFY(QDir().mkpath(made));
        QCOMPARE(::chmod(QFile::encodeName(made).constData(), static_cast<mode_t>(mode)), 0);
        if (made != path) {
            QVERIFY(QFile::link(made, path));
        }
    }
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(path));
    Connections connections;
    QVERIFY(!connections.controlPath(kSsh).isEmpty());
    QCOMPARE(connections.directory().startsWith(base.path()), used);
}

void TestHostConnections::goesAtTheEnd()
{
    QString directory;
    {
        Connections connections;
        connections.controlPath(kSsh);
        directory = connections.directory();
        connections.drop(kSsh); // there is none: nothing
        QVERIFY(QFileInfo::exists(directory));
    }
    QVERIFY(!QFileInfo::exists(directory));
}

QTEST_GUILESS_MAIN(TestHostConnections)
#include "tst_hostconnections.moc"
