// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>
#include <QTest>

#include "app/demo/demorecord.h"

using namespace howdah::demo;

/// What the demo's script says, read and said again to people and to programs.
class TestDemoRecord : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsRecords_data();
    void readsRecords();
    void leavesOtherLines_data();
    void leavesOtherLines();
    void unknownIsNotZero();
    void hidesSecrets();
};

void TestDemoRecord::readsRecords_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("step") << QByteArray("step\tstarting") << QStringLiteral("starting")
                          << QByteArray(R"({"step":"starting"})");
    QTest::newRow("node") << QByteArray("node\tpg2\t5442\t77\tstandby\trunning")
                          << QStringLiteral("  pg2  standby  running  127.0.0.1:5442  pid 77")
                          << QByteArray(R"({"node":"pg2","pid":77,"port":5442,"role":"standby","state":"running"})");
    QTest::newRow("load") << QByteArray("load\t99\trunning") << QStringLiteral("  load          running  pid 99")
                          << QByteArray(R"({"load":"running","pid":99})");
    QTest::newRow("cluster") << QByteArray("cluster\t/d/demo.toml\trunning")
                             << QStringLiteral("  running: /d/demo.toml")
                             << QByteArray(R"({"file":"/d/demo.toml","state":"running"})");
    QTest::newRow("problem") << QByteArray("problem\tport taken\tstop it") << QStringLiteral("port taken\n  stop it")
                             << QByteArray(R"({"hint":"stop it","problem":"port taken"})");
}

void TestDemoRecord::readsRecords()
{
    QFETCH(QByteArray, line);
    const auto record = parseRecord(line);
    QVERIFY(record);
    QTEST(toText(*record), "text");
    QTEST(QJsonDocument(toJson(*record)).toJson(QJsonDocument::Compact), "json");
}

void TestDemoRecord::leavesOtherLines_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("prose") << QByteArray("rm: cannot remove");
    QTest::newRow("too few") << QByteArray("node\tpg1\t5441");
    QTest::newRow("too many") << QByteArray("step\ta\tb");
}

void TestDemoRecord::leavesOtherLines()
{
    QFETCH(QByteArray, line);
    QVERIFY(!parseRecord(line));
}

void TestDemoRecord::unknownIsNotZero()
{
    const auto record = parseRecord("node\tpg1\t\t\tnone\tstopped");
    QVERIFY(record);
    QCOMPARE(toText(*record), QStringLiteral("  pg1  none     stopped  -"));
    QCOMPARE(QJsonDocument(toJson(*record)).toJson(QJsonDocument::Compact),
             QByteArray(R"({"node":"pg1","pid":null,"port":null,"role":"none","state":"stopped"})"));
}

void TestDemoRecord::hidesSecrets()
{
    const auto record = parseRecord("problem\tbad conninfo password=canary1\tpassword=canary2");
    QVERIFY(record);
    QVERIFY(!toText(*record).contains(QLatin1String("canary")));
    QVERIFY(!QJsonDocument(toJson(*record)).toJson().contains("canary"));
}

QTEST_GUILESS_MAIN(TestDemoRecord)
#include "tst_demorecord.moc"
