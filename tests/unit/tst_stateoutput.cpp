// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QTest>

#include "app/statejson.h"
#include "app/statetext.h"
#include "support/snapshots.h"

using namespace howdah;
using namespace howdah::cluster;
using namespace howdah::testsupport;

namespace {
const QString pg1 = QStringLiteral("pg1");

ClusterState judged(const Snapshot &snapshot)
{
    auto shared = std::make_shared<const Snapshot>(snapshot);
    return {shared, std::make_shared<const Assessment>(assess(*shared))};
}

QJsonObject nodeOf(const QJsonObject &state, int index)
{
    return state.value(QLatin1String("nodes")).toArray().at(index).toObject();
}
} // namespace

/// What the command line prints for scripts and monitoring: nothing that is not known is a number.
class TestStateOutput : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writableNodes_data();
    void writableNodes();
    void whatWasNotReadIsNull();
    void sinceIsNullOfWhatBeganUnseen();
    void whoReadNothingWarnsOfNothing();
    void performanceData_data();
    void performanceData();
    void labelsAreQuoted();
    void failuresAreOneLine();
};

void TestStateOutput::writableNodes_data()
{
    QTest::addColumn<Snapshot>("snapshot");
    QTest::addColumn<QJsonValue>("count");
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("data");
    const auto row = [](const char *name, void (*change)(Snapshot &), const QJsonValue &count, const char *words,
                        const char *data) {
        Snapshot snapshot = threeNodes();
        change(snapshot);
        QTest::newRow(name) << snapshot << count << QString::fromLatin1(words) << QString::fromLatin1(data);
    };
    row(
        "one", [](Snapshot &) {}, 1, "writable nodes: 1,", "'writable'=1;;1:1;0");
    row(
        "two", [](Snapshot &s) { makeWritable(s, QStringLiteral("pg3")); }, 2, "writable nodes: 2,",
        "'writable'=2;;1:1;0");
    row(
        "the primary is down", [](Snapshot &s) { takeDown(s, pg1); }, 0, "writable nodes: 0,", "'writable'=0;;1:1;0");
    row(
        "the primary is not reached", [](Snapshot &s) { takeDown(s, pg1, LinkState::Unreachable); }, QJsonValue::Null,
        "writable nodes: unknown,", "'writable'=U;;1:1;0");
    row(
        "the primary was never seen", [](Snapshot &s) { neverSeen(s, pg1); }, QJsonValue::Null,
        "writable nodes: unknown,", "'writable'=U;;1:1;0");
    row(
        "no node", [](Snapshot &s) { s = noNodes(); }, QJsonValue::Null, "writable nodes: unknown,",
        "'writable'=U;;1:1;0");
}

void TestStateOutput::writableNodes()
{
    QFETCH(Snapshot, snapshot);
    QFETCH(QJsonValue, count);
    QFETCH(QString, words);
    QFETCH(QString, data);
    const ClusterState state = judged(snapshot);
    QCOMPARE(app::stateJson(state).value(QLatin1String("writable_nodes")), count);
    QVERIFY2(app::stateText(state).contains(words), qPrintable(app::stateText(state)));
    QVERIFY2(app::checkText(state).contains(data), qPrintable(app::checkText(state)));
}

void TestStateOutput::whatWasNotReadIsNull()
{
    Snapshot snapshot = threeNodes();
    neverSeen(snapshot, QStringLiteral("pg3"));
    edit(snapshot, QStringLiteral("pg2")).unreadable.insert(QStringLiteral("slots"), QStringLiteral("denied"));
    const QJsonObject state = app::stateJson(judged(snapshot));
    QVERIFY(nodeOf(state, 0).value(QLatin1String("slots")).isArray());
    QVERIFY(nodeOf(state, 1).value(QLatin1String("senders")).isArray());
    QVERIFY(nodeOf(state, 1).value(QLatin1String("slots")).isNull());
    for (const char *key : {"senders", "slots", "receiver", "roles", "in_recovery", "writable", "unreadable"}) {
        QVERIFY2(nodeOf(state, 2).value(QLatin1String(key)).isNull(), key);
    }
    QVERIFY(nodeOf(state, 1).value(QLatin1String("unreadable")).isObject());

    snapshot.manager = ManagerKind::Auto;
    neverSeen(snapshot, pg1);
    const QJsonObject blind = app::stateJson(judged(snapshot));
    for (const char *key : {"manager", "loss_now"}) {
        QVERIFY2(blind.value(QLatin1String(key)).isNull(), key);
    }
    snapshot = threeNodes();
    snapshot.manager = ManagerKind::None;
    const QJsonObject known = app::stateJson(judged(snapshot));
    QCOMPARE(known.value(QLatin1String("manager")).toString(), QStringLiteral("none"));
    QCOMPARE(known.value(QLatin1String("loss_now")).toString(), QStringLiteral("none, pg2 is sync"));
}

// Since when is not known of what was so at the first look.
void TestStateOutput::sinceIsNullOfWhatBeganUnseen()
{
    Snapshot snapshot = threeNodes();
    pauseReplay(snapshot, QStringLiteral("pg3"));
    const auto told = [&](const char *key) {
        const QJsonArray findings = app::stateJson(judged(snapshot)).value(QLatin1String("findings")).toArray();
        return findings.at(0).toObject().value(QLatin1String(key));
    };
    QCOMPARE(told("since").toString(), QStringLiteral("2026-11-12T13:06:32.000Z"));
    QVERIFY(told("since_at_least").isNull());
    snapshot.watch = observe({}, snapshot);
    QVERIFY(told("since").isNull());
    QCOMPARE(told("since_at_least").toString(), QStringLiteral("2026-11-12T13:06:32.000Z"));
}

// One node, and it rejects the password: that is no warning about a cluster of which nothing is known.
void TestStateOutput::whoReadNothingWarnsOfNothing()
{
    Snapshot snapshot = healthyPair();
    for (const NodeStatus &node : std::vector<NodeStatus>(snapshot.nodes)) {
        takeDown(snapshot, node.name, LinkState::WrongPassword);
        neverSeen(snapshot, node.name, LinkState::WrongPassword);
    }
    const ClusterState state = judged(snapshot);
    QCOMPARE(verdictKey(state.assessment->verdict), QStringLiteral("warning"));
    QCOMPARE(app::checkExitCode(app::checkVerdict(state)), 3);
    QVERIFY2(app::checkText(state).startsWith(QLatin1String("HOWDAH UNKNOWN")), qPrintable(app::checkText(state)));
    QCOMPARE(app::checkExitCode(app::checkVerdict(judged(healthyPair()))), 0);
}

// With the limits that judge the value, and none where none does.
void TestStateOutput::performanceData_data()
{
    QTest::addColumn<Snapshot>("snapshot");
    QTest::addColumn<QString>("data");
    const auto row = [](const char *name, const char *data, void (*change)(Snapshot &)) {
        Snapshot snapshot = threeNodes();
        change(snapshot);
        QTest::newRow(name) << snapshot << QString::fromLatin1(data);
    };
    row("sync, bytes", "'pg2 lag'=319736B;1048576;16777216;0", [](Snapshot &) {});
    row("sync, seconds", "'pg2 lag time'=0.16s;5;30;0", [](Snapshot &) {});
    row("async, bytes", "'pg3 lag'=3040872B;104857600;1073741824;0", [](Snapshot &) {});
    row("async, seconds", "'pg3 lag time'=1.4s;60;600;0", [](Snapshot &) {});
    row("idle has no seconds", "'pg3 lag'=0B;104857600;1073741824;0 'pg3 lag time'=U;60;600;0", makeIdle);
    row("never seen", "'pg3 lag'=U;104857600;1073741824;0 'pg3 lag time'=U;60;600;0",
        [](Snapshot &s) { neverSeen(s, QStringLiteral("pg3")); });
    row("paused: it is judged by that",
        "'pg3 lag'=536961024B;;;0 'pg3 lag time'=", [](Snapshot &s) { pauseReplay(s, QStringLiteral("pg3")); });
    row("delayed: its delay comes on top", "'pg3 lag'=3040872B;;;0 'pg3 lag time'=1.4s;360;900;0", [](Snapshot &s) {
        setSetting(edit(s, QStringLiteral("pg3")), QStringLiteral("recovery_min_apply_delay"),
                   QStringLiteral("300000"));
    });
}

void TestStateOutput::performanceData()
{
    QFETCH(Snapshot, snapshot);
    QFETCH(QString, data);
    const QString line = app::checkText(judged(snapshot)).section(QLatin1Char('\n'), 0, 0);
    QVERIFY2(line.section(QStringLiteral(" | "), 1).contains(data), qPrintable(line));
}

// Nagios doubles a quote and forbids the equals sign; a bar or an end of line would cut the data.
void TestStateOutput::labelsAreQuoted()
{
    Snapshot snapshot = healthyPair();
    status(snapshot, QStringLiteral("pg2")).name = QStringLiteral("it's=a|b");
    const QString line = app::checkText(judged(snapshot)).section(QLatin1Char('\n'), 0, 0);
    QVERIFY2(line.contains(QLatin1String(" 'it''s_a/b lag'=")), qPrintable(line));
    QCOMPARE(line.count(QLatin1Char('|')), 1);
}

// A bar would begin the performance data, and a line break end what is told.
void TestStateOutput::failuresAreOneLine()
{
    QCOMPARE(app::checkText(core::Error{.message = QStringLiteral("a|b\nc")}),
             QStringLiteral("HOWDAH UNKNOWN - a/b c\n"));
}

QTEST_APPLESS_MAIN(TestStateOutput)
#include "tst_stateoutput.moc"
