// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "hosts/controldata.h"

using namespace howdah::hosts;
using State = ControlData::State;

/// The output of pg_controldata as a value. That of a real server is in tst_hostcontrol.
class TestControlData : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsAll();
    void versions_data();
    void versions();
    void states_data();
    void states();
    void refusals_data();
    void refusals();
};

namespace {

// As PostgreSQL 15 prints it.
QByteArray output()
{
    return R"(pg_control version number:            1300
Catalog version number:               202209061
Database system identifier:           7712601765761134106
Database cluster state:               shut down
pg_control last modified:             Thu Nov 26 21:53:54 2026
Latest checkpoint location:           5C/9A3F21C8
Latest checkpoint's REDO location:    5C/9A3F2190
Latest checkpoint's REDO WAL file:    00000003000005C0000009A
Latest checkpoint's TimeLineID:       3
Latest checkpoint's PrevTimeLineID:   2
Latest checkpoint's full_page_writes: on
Latest checkpoint's NextXID:          0:729
Latest checkpoint's oldestCommitTsXid:0
Time of latest checkpoint:            Thu Nov 26 21:53:54 2026
Fake LSN counter for unlogged rels:   0/3E8
Minimum recovery ending location:     5B/10
Min recovery ending loc's timeline:   2
Backup start location:                0/0
End-of-backup record required:        no
wal_level setting:                    logical
wal_log_hints setting:                on
max_connections setting:              100
Bytes per WAL segment:                16777216
Float8 argument passing:              by value
Data page checksum version:           1
Mock authentication nonce:            0579fcd4822aaf9a
)";
}

QByteArray with(QByteArrayView from, QByteArrayView to)
{
    const QByteArray text = output();
    Q_ASSERT(text.contains(from));
    return QByteArray(text).replace(from, to);
}

} // namespace

void TestControlData::readsAll()
{
    const auto data = parseControlData(output());
    QVERIFY2(data, data ? "" : qPrintable(data.error().message));
    QCOMPARE(data->state, State::ShutDown);
    QCOMPARE(data->stateText, QStringLiteral("shut down"));
    QCOMPARE(data->systemIdentifier, 7712601765761134106ULL);
    QCOMPARE(data->controlVersion, 1300);
    QCOMPARE(data->checkpoint.toString(), QStringLiteral("5C/9A3F21C8"));
    QCOMPARE(data->redo.toString(), QStringLiteral("5C/9A3F2190"));
    QCOMPARE(data->timeline, 3U);
    QCOMPARE(data->minRecoveryEnd.toString(), QStringLiteral("5B/10"));
    QVERIFY(data->walLogHints);
    QCOMPARE(data->checksumVersion, 1);
    QVERIFY(data->isShutDown());
    QVERIFY(data->canBeRewound());
    const auto bare = parseControlData(with("hints setting:                on", "hints setting:                off")
                                           .replace("checksum version:           1", "checksum version:           0"));
    QVERIFY(bare && !bare->canBeRewound());
}

void TestControlData::versions_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("version");
    // What the others print beside or instead of 15's lines, none of which we need.
    QTest::newRow("12") << with("number:            1300", "number:            1201")
                               .replace("Float8", "Float4 argument passing:              by value\nFloat8")
                        << 1201;
    QTest::newRow("17") << with("number:            1300", "number:            1700") << 1700;
    QTest::newRow("18") << with("number:            1300", "number:            1800")
                               .replace("Mock", "Default char data signedness:         signed\nMock")
                        << 1800;
    QTest::newRow("LSNs with zeros, as newer ones write them") << with("5B/10", "5B/00000010") << 1300;
    QTest::newRow("CR LF") << output().replace("\n", "\r\n") << 1300;
}

void TestControlData::versions()
{
    QFETCH(QByteArray, text);
    QFETCH(int, version);
    const auto data = parseControlData(text);
    QVERIFY2(data, data ? "" : qPrintable(data.error().message));
    QCOMPARE(data->controlVersion, version);
    QCOMPARE(data->minRecoveryEnd.toString(), QStringLiteral("5B/10"));
    QCOMPARE(data->checksumVersion, 1);
}

void TestControlData::states_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<State>("state");
    QTest::addColumn<bool>("isShutDown");
    QTest::newRow("starting up") << QByteArray("starting up") << State::StartingUp << false;
    QTest::newRow("shut down") << QByteArray("shut down") << State::ShutDown << true;
    QTest::newRow("standby") << QByteArray("shut down in recovery") << State::ShutDownInRecovery << true;
    QTest::newRow("shutting down") << QByteArray("shutting down") << State::ShuttingDown << false;
    QTest::newRow("crash") << QByteArray("in crash recovery") << State::InCrashRecovery << false;
    QTest::newRow("archive") << QByteArray("in archive recovery") << State::InArchiveRecovery << false;
    QTest::newRow("production") << QByteArray("in production") << State::InProduction << false;
}

void TestControlData::states()
{
    QFETCH(QByteArray, text);
    QFETCH(State, state);
    QFETCH(bool, isShutDown);
    const auto data = parseControlData(with("shut down\n", text + '\n'));
    QVERIFY(data);
    QCOMPARE(data->state, state);
    QCOMPARE(data->isShutDown(), isShutDown);
}

void TestControlData::refusals_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("about");
    QTest::newRow("nothing") << QByteArray() << "pg_control version number";
    QTest::newRow("another language") << with("Database cluster state", "Datenbank-Cluster-Status")
                                      << "Database cluster state";
    QTest::newRow("unknown state") << with("shut down\n", "unrecognized status code\n") << "Database cluster state";
    QTest::newRow("no LSN") << with("5C/9A3F21C8", "x/y") << "Latest checkpoint location";
    QTest::newRow("no timeline") << with("TimeLineID:       3", "TimeLineID:       -1") << "TimeLineID";
    QTest::newRow("too large") << with("7712601765761134106", "99999999999999999999") << "system identifier";
    QTest::newRow("hints") << with("hints setting:                on", "hints setting:                maybe")
                           << "wal_log_hints";
    QTest::newRow("cut off") << output().first(output().indexOf("Minimum")) << "Minimum recovery";
    QTest::newRow("twice") << output() + "Database cluster state: in production\n"
                           << "Database cluster state";
    QTest::newRow("wrong checksum") << "WARNING: Calculated CRC checksum does not match value stored in file.\n" +
                                           output()
                                    << "does not trust";
}

void TestControlData::refusals()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, about);
    const auto data = parseControlData(text);
    QVERIFY(!data);
    QVERIFY2(data.error().message.contains(about), qPrintable(data.error().message));
}

QTEST_APPLESS_MAIN(TestControlData)
#include "tst_controldata.moc"
