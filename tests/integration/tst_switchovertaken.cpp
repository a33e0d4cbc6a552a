// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "consolerun.h"
#include "support/lab.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::Lab;

/// A console dies while nobody writes, and somebody who knows nothing of it makes another standby the primary. Whoever
/// takes the operation up later, or its runbook, must not make a second one.
class TestSwitchoverTaken : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void neverASecondPrimary();
};

void TestSwitchoverTaken::neverASecondPrimary()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    const QTemporaryDir directory;
    const auto lab = Lab::start(Lab::Variant::Plain, {.cascading = false});
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    cluster::ClusterConfig config = (*lab)->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = cluster::ManagerKind::None;
    const QString file = directory.filePath(QStringLiteral("orders.toml"));
    const QString script = directory.filePath(QStringLiteral("runbook.sh"));
    QVERIFY(cluster::saveClusterFile(config, file));
    const QStringList command{QStringLiteral("switchover"), file, QStringLiteral("--json"), QStringLiteral("--to"),
                              QStringLiteral("pg2")};
    const ConsoleRun dry = integration::runConsole(
        command + QStringList{QStringLiteral("--dry-run"), QStringLiteral("--runbook"), script}, directory.path());
    QVERIFY2(dry.exitCode == 0, dry.text.constData());
    const ConsoleRun killed = integration::runConsole(command + QStringList{QStringLiteral("--yes")}, directory.path(),
                                                      QStringLiteral("stop started"));
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    (void)(*lab)->node(0).stop(); // unless it was told so already
    QTRY_VERIFY_WITH_TIMEOUT((*lab)->node(0).pid() == 0, 15'000);
    QCOMPARE((*lab)->node(1).value(QStringLiteral("SELECT pg_is_in_recovery()")), QStringLiteral("t"));

    QVERIFY((*lab)->node(2).promote().ok());
    const auto writable = [&] {
        QStringList nodes;
        for (int i = 0; i < 3; ++i) {
            if ((*lab)->node(i).value(QStringLiteral("SELECT pg_is_in_recovery()")) == QLatin1String("f")) {
                nodes.append((*lab)->node(i).name);
            }
        }
        return nodes.join(QLatin1Char(' '));
    };
    QCOMPARE(writable(), QStringLiteral("pg3"));
    for (const char *how : {"resume", "undo"}) {
        const ConsoleRun taken = integration::runConsole(
            {QStringLiteral("journal"), file, QLatin1String(how), QStringLiteral("--json")}, directory.path());
        QVERIFY2(taken.exitCode == 3, taken.text.constData());
        QVERIFY2(taken.text.contains("it is not proved that pg3 is a standby still"), taken.text.constData());
        QCOMPARE(writable(), QStringLiteral("pg3"));
    }
    const testsupport::Output undone =
        testsupport::run({QStringLiteral("sh"), script, QStringLiteral("undo"), QStringLiteral("stop")}, 60'000);
    QVERIFY2(!undone.ok(), (undone.out + undone.err).constData());
    QCOMPARE(writable(), QStringLiteral("pg3"));
}

QTEST_GUILESS_MAIN(TestSwitchoverTaken)
#include "tst_switchovertaken.moc"
