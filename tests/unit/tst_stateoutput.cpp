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
    void whoReadNothingWarnsOfNothing();
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
        "one", [](Snapshot &) {}, 1, "writable nodes: 1,", "'writable'=1");
    row(
        "two", [](Snapshot &s) { makeWritable(s, QStringLiteral("pg3")); }, 2, "writable nodes: 2,", "'writable'=2");
    row(
        "the primary is down", [](Snapshot &s) { takeDown(s, pg1); }, 0, "writable nodes: 0,", "'writable'=0");
    row(
        "the primary is not reached", [](Snapshot &s) { takeDown(s, pg1, LinkState::Unreachable); }, QJsonValue::Null,
        "writable nodes: unknown,", "'writable'=U");
    row(
        "the primary was never seen", [](Snapshot &s) { neverSeen(s, pg1); }, QJsonValue::Null,
        "writable nodes: unknown,", "'writable'=U");
    row(
        "no node", [](Snapshot &s) { s = noNodes(); }, QJsonValue::Null, "writable nodes: unknown,", "'writable'=U");
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
    for (const char *key : {"senders", "slots", "receiver", "roles", "in_recovery", "writable"}) {
        QVERIFY2(nodeOf(state, 2).value(QLatin1String(key)).isNull(), key);
    }
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

QTEST_APPLESS_MAIN(TestStateOutput)
#include "tst_stateoutput.moc"
