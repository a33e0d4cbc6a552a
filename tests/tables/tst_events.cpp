// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QTest>
#include <functional>

#include "support/snapshots.h"
#include "tables/events.h"

using namespace howdah;
using namespace howdah::tables;
using namespace howdah::testsupport;
using cluster::Snapshot;

namespace {

const QString pg1 = QStringLiteral("pg1");
const QString pg2 = QStringLiteral("pg2");
const QString pg3 = QStringLiteral("pg3");

cluster::ClusterState stateOf(const Snapshot &snapshot)
{
    return {std::make_shared<const Snapshot>(snapshot),
            std::make_shared<const cluster::Assessment>(cluster::assess(snapshot))};
}

// "pg2 became primary, was standby", in the order in which they are told
QStringList textsOf(const std::vector<Event> &events)
{
    QStringList texts;
    for (const Event &event : events) {
        texts.append((event.node + QLatin1Char(' ') + event.text).trimmed());
    }
    return texts;
}

} // namespace

class TestEvents : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nodesGoAndComeBack();
    void slotsComeAndGo();
    void slotsAreMadeAnew_data();
    void slotsAreMadeAnew();
    void silenceThatIsNamedIsNotOver();
    void onlyWhatIsSeenIsOver_data();
    void onlyWhatIsSeenIsOver();
    void theFirstLookSaysAlready();
    void keepsTheNewest();
    void pauseAloneIsOneEvent();
    void findingsOfAPauseAreTold();
    void failoverDuringAPauseIsTold();
};

void TestEvents::nodesGoAndComeBack()
{
    Snapshot before = threeNodes();
    Snapshot after = before;
    advance(after, 1000);
    QVERIFY(eventsBetween(stateOf(before), stateOf(after)).empty());
    QVERIFY(eventsBetween({}, stateOf(after)).empty());
    takeDown(after, pg3, cluster::LinkState::Down, 60'000);
    const std::vector<Event> down = eventsBetween(stateOf(before), stateOf(after));
    QVERIFY(!down.empty());
    QCOMPARE(down.front().node, pg3);
    QCOMPARE(down.front().text, QStringLiteral("down"));
    const std::vector<Event> up = eventsBetween(stateOf(after), stateOf(before));
    QCOMPARE(up.front().text, QStringLiteral("answers again"));
    // The node's own event says it; its finding must not say it again.
    for (const std::vector<Event> &events : {down, up}) {
        QVERIFY(std::none_of(events.begin(), events.end(),
                             [](const Event &event) { return event.text.contains(QStringLiteral("pg3 is down")); }));
    }
}

void TestEvents::slotsComeAndGo()
{
    const Snapshot before = busyCluster();
    Snapshot after = before;
    advance(after, 1000);
    auto &slotList = edit(after, QStringLiteral("pg1")).replicationSlots;
    std::erase_if(slotList, [](const cluster::Slot &slot) { return slot.slotName == QLatin1String("analytics_cdc"); });
    const QStringList gone = textsOf(eventsBetween(stateOf(before), stateOf(after)));
    QVERIFY2(gone.contains(QStringLiteral("pg1 slot analytics_cdc was dropped")), qPrintable(gone.join(u'\n')));
    const QStringList back = textsOf(eventsBetween(stateOf(after), stateOf(before)));
    QVERIFY2(back.contains(QStringLiteral("pg1 slot analytics_cdc was created")), qPrintable(back.join(u'\n')));
    edit(after, QStringLiteral("pg1")).unreadable.insert(QStringLiteral("slots"), QStringLiteral("denied"));
    QVERIFY(!textsOf(eventsBetween(stateOf(before), stateOf(after))).join(u'\n').contains(QLatin1String("dropped")));
}

// Dropped and made anew between two looks; told only where nothing else can have been.
void TestEvents::slotsAreMadeAnew_data()
{
    using cluster::Slot;
    using Change = std::function<void(cluster::NodeSample &, Slot &)>;
    QTest::addColumn<QString>("name");
    QTest::addColumn<Change>("change");
    QTest::addColumn<bool>("told");
    QTest::addColumn<Change>("was");
    const auto row = [](const char *what, const char *name, bool told, const Change &change, const Change &was = {}) {
        QTest::newRow(what) << QString::fromLatin1(name) << change << told << was;
    };
    const auto back = [](cluster::NodeSample &, Slot &slot) { slot.restartLsn->value -= 65536; };
    row("nothing", "analytics_cdc", false, [](cluster::NodeSample &, Slot &) {});
    row("it moved on", "analytics_cdc", false,
        [](cluster::NodeSample &, Slot &slot) { slot.restartLsn->value += 65536; });
    const auto backWhole = [](cluster::NodeSample &, Slot &slot) {
        slot.restartLsn->value -= 65536;
        slot.confirmedFlushLsn->value -= 65536;
    };
    row("a logical one went back", "analytics_cdc", true, backWhole);
    row("only restart_lsn of a logical one went back", "analytics_cdc", false, back);
    row("what a logical one confirmed is not told", "analytics_cdc", false, [](cluster::NodeSample &, Slot &slot) {
        slot.restartLsn->value -= 65536;
        slot.confirmedFlushLsn.reset();
    });
    row("a logical one went back, over a restart", "analytics_cdc", false,
        [backWhole](cluster::NodeSample &sample, Slot &slot) {
            backWhole(sample, slot);
            sample.postmasterStartTime = sample.serverTime;
        });
    row("a synced one went back", "analytics_cdc", false, [backWhole](cluster::NodeSample &sample, Slot &slot) {
        backWhole(sample, slot);
        slot.synced = true;
    });
    row(
        "a synced one became sync-ready", "analytics_cdc", false,
        [](cluster::NodeSample &, Slot &slot) { slot.temporary = false; },
        [](cluster::NodeSample &, Slot &slot) { slot.synced = slot.temporary = true; });
    row("a physical one went back: its consumer started over", "pg2_slot", false, back);
    row("another plugin", "analytics_cdc", true,
        [](cluster::NodeSample &, Slot &slot) { slot.plugin = QStringLiteral("wal2json"); });
    row("another database", "analytics_cdc", true,
        [](cluster::NodeSample &, Slot &slot) { slot.database = QStringLiteral("other"); });
    row("another kind", "pg2_slot", true, [](cluster::NodeSample &, Slot &slot) {
        slot.slotType = QStringLiteral("logical");
        slot.plugin = QStringLiteral("pgoutput");
    });
    row("holds nothing any more", "pg2_slot", true, [](cluster::NodeSample &, Slot &slot) {
        slot.restartLsn.reset();
        slot.walStatus.clear();
    });
    row("lost", "pg2_slot", false, [](cluster::NodeSample &, Slot &slot) {
        slot.restartLsn.reset();
        slot.walStatus = QStringLiteral("lost");
    });
}

void TestEvents::slotsAreMadeAnew()
{
    using Change = std::function<void(cluster::NodeSample &, cluster::Slot &)>;
    QFETCH(QString, name);
    QFETCH(Change, change);
    QFETCH(bool, told);
    QFETCH(Change, was);
    Snapshot before = busyCluster();
    cluster::NodeSample &then = edit(before, QStringLiteral("pg1"));
    then.postmasterStartTime = then.serverTime.addDays(-1);
    if (was) {
        was(then, *slotOf(then, name));
    }
    Snapshot after = before;
    advance(after, 1000);
    cluster::NodeSample &now = edit(after, QStringLiteral("pg1"));
    change(now, *slotOf(now, name));
    const QString text = textsOf(eventsBetween(stateOf(before), stateOf(after))).join(u'\n');
    QCOMPARE(text.contains(QStringLiteral("pg1 slot %1 was dropped and made anew").arg(name)), told);
}

void TestEvents::silenceThatIsNamedIsNotOver()
{
    Snapshot before = threeNodes();
    makeStale(before, pg3);
    Snapshot after = before;
    advance(after, 1000);
    cluster::NodeStatus &node = status(after, pg3);
    node.link = cluster::LinkState::Unresponsive;
    node.missedPolls = 5;
    const QStringList texts = textsOf(eventsBetween(stateOf(before), stateOf(after)));
    QVERIFY2(!texts.join(u'\n').contains(QLatin1String("over:")), qPrintable(texts.join(u'\n')));
}

// A finding that can't be seen any more is not over.
void TestEvents::onlyWhatIsSeenIsOver_data()
{
    using Change = std::function<void(Snapshot &)>;
    QTest::addColumn<Change>("wrong");
    QTest::addColumn<Change>("then");
    QTest::addColumn<QString>("over"); // empty: nothing is
    const auto row = [](const char *what, const Change &wrong, const Change &then, const char *over = "") {
        QTest::newRow(what) << wrong << then << QString::fromLatin1(over);
    };
    const auto silence = [](const QString &node) {
        return Change([node](Snapshot &after) { makeStale(after, node); });
    };
    const auto mend = [](Snapshot &after) {
        const qint64 now = after.takenMonotonicMs;
        after = busyCluster();
        advance(after, now - after.takenMonotonicMs);
    };
    const Change split = [](Snapshot &snapshot) { makeWritable(snapshot, pg2); };
    row("a split brain ends", split, mend, "pg1 and pg2 accept writes at the same time");
    row("one of a split brain is silent", split, silence(pg2));
    const Change none = [](Snapshot &) {};
    row("a slot's node is silent", none, silence(pg1));
    row(
        "a slot finds its consumer", none,
        [](Snapshot &after) {
            cluster::Slot &slot = *slotOf(edit(after, pg1), QStringLiteral("analytics_cdc"));
            slot.active = true;
            slot.restartLsn = after.nodes[0].sample->currentLsn;
        },
        "Slot analytics_cdc has no consumer");
    row(
        "a slot finds its consumer, while another node is silent", none,
        [](Snapshot &after) {
            cluster::Slot &slot = *slotOf(edit(after, pg1), QStringLiteral("analytics_cdc"));
            slot.active = true;
            slot.restartLsn = after.nodes[0].sample->currentLsn;
            makeStale(after, pg3);
        },
        "Slot analytics_cdc has no consumer");
    row("the slots can't be read", none, [](Snapshot &after) {
        edit(after, pg1).replicationSlots.clear();
        edit(after, pg1).unreadable.insert(QStringLiteral("slots"), QStringLiteral("denied"));
    });
    const Change behind = [](Snapshot &snapshot) {
        const quint64 end = snapshot.nodes[0].sample->currentLsn->value;
        edit(snapshot, pg3).replayLsn = cluster::Lsn{end - (5ULL << 30)};
        senderOf(edit(snapshot, pg2), pg3)->replayLsn = cluster::Lsn{end - (5ULL << 30)};
        snapshot.watch.insert(QStringLiteral("lag:pg3"), snapshot.takenMonotonicMs - 120'000);
    };
    row("a standby catches up", behind, mend, "pg3 is 5 GB behind");
    row("the primary is silent", behind, silence(pg1));
    row("a second primary comes up", behind, split);
    row("replay is paused far behind", behind,
        [](Snapshot &after) { edit(after, pg3).replayPauseState = QStringLiteral("paused"); });
    row("the primary's position is not told", behind, [](Snapshot &after) { edit(after, pg1).currentLsn.reset(); });
    const Change diverged = [](Snapshot &snapshot) { diverge(snapshot, pg3); };
    row("a node has not diverged any more", diverged, mend, "pg3 has diverged from the primary");
    row("whom it has diverged from is silent", diverged, silence(pg1));
    const Change noneWrites = [](Snapshot &snapshot) { takeDown(snapshot, pg1); };
    row("somebody writes again", noneWrites, mend, "No node accepts writes");
    row("nobody knows any more who writes", noneWrites,
        [](Snapshot &after) { status(after, pg1).link = cluster::LinkState::TooManyConnections; });
}

void TestEvents::onlyWhatIsSeenIsOver()
{
    using Change = std::function<void(Snapshot &)>;
    QFETCH(Change, wrong);
    QFETCH(Change, then);
    QFETCH(QString, over);
    Snapshot before = busyCluster();
    wrong(before);
    Snapshot after = before;
    advance(after, 1000);
    then(after);
    QStringList texts;
    for (const Event &event : eventsBetween(stateOf(before), stateOf(after))) {
        if (event.text.startsWith(QLatin1String("over: "))) {
            texts.append(event.text.mid(6));
        }
    }
    QVERIFY2(over.isEmpty() ? texts.isEmpty() : texts.contains(over), qPrintable(texts.join(u'\n')));
}

// When a node is first seen, or again, its findings are as old as nobody knows, and not of that moment.
void TestEvents::theFirstLookSaysAlready()
{
    Snapshot seen = threeNodes();
    pauseReplay(seen, pg3);
    Snapshot unseen = seen;
    neverSeen(unseen, pg3);
    const QString paused = QStringLiteral("pg3 Replay is paused on pg3");
    const QStringList first = textsOf(eventsBetween(stateOf(unseen), stateOf(seen)));
    QVERIFY2(first.contains(QStringLiteral("pg3 already: Replay is paused on pg3")), qPrintable(first.join(u'\n')));
    QVERIFY2(!first.contains(paused), qPrintable(first.join(u'\n')));
    const QStringList later = textsOf(eventsBetween(stateOf(threeNodes()), stateOf(seen)));
    QVERIFY2(later.contains(paused), qPrintable(later.join(u'\n')));
    // What has to last first is told long after that look.
    const auto watched = [](Snapshot &snapshot) { snapshot.watch = cluster::observe(snapshot.watch, snapshot); };
    Snapshot behind = threeNodes();
    edit(behind, pg3).replayLsn->value -= 400ULL << 20;
    senderOf(edit(behind, pg2), pg3)->replayLsn = edit(behind, pg3).replayLsn;
    watched(behind);
    advance(behind, 59'000);
    watched(behind);
    const cluster::ClusterState young = stateOf(behind);
    advance(behind, 1000);
    watched(behind);
    const QStringList told = textsOf(eventsBetween(young, stateOf(behind)));
    QCOMPARE(told.size(), 1);
    QVERIFY2(told.front().startsWith(QLatin1String("pg3 already: pg3 is ")), qPrintable(told.front()));
}

void TestEvents::keepsTheNewest()
{
    Snapshot snapshot = threeNodes();
    const cluster::ClusterState good = stateOf(snapshot);
    advance(snapshot, 1000);
    takeDown(snapshot, pg3, cluster::LinkState::Down, 60'000);
    const cluster::ClusterState bad = stateOf(snapshot);
    EventsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setState(good);
    QCOMPARE(model.rowCount(), 0);
    for (int i = 0; i < EventsModel::kKept; ++i) {
        model.setState(i % 2 == 0 ? bad : good);
        QVERIFY(model.rowCount() <= EventsModel::kKept);
    }
    QCOMPARE(model.rowCount(), EventsModel::kKept);
    QCOMPARE(model.index(0, model.columnOf(QStringLiteral("node"))).data().toString(), pg3);
}

// What the pause makes unknown is not news.
void TestEvents::pauseAloneIsOneEvent()
{
    Snapshot snapshot = busyCluster();
    takeDown(snapshot, pg3, cluster::LinkState::Down, 60'000); // it stays as it was
    const cluster::ClusterState before = stateOf(snapshot);
    snapshot.paused = true;
    const cluster::ClusterState paused = stateOf(snapshot);
    snapshot.paused = false;
    advance(snapshot, 60'000);
    QCOMPARE(textsOf(eventsBetween(before, paused)), QStringList{QStringLiteral("sampling was paused")});
    QCOMPARE(textsOf(eventsBetween(paused, stateOf(snapshot), before)),
             QStringList{QStringLiteral("sampling goes on")});
}

// What began or ended while nobody looked.
void TestEvents::findingsOfAPauseAreTold()
{
    Snapshot snapshot = threeNodes();
    const cluster::ClusterState good = stateOf(snapshot);
    snapshot.paused = true;
    const cluster::ClusterState paused = stateOf(snapshot);
    snapshot.paused = false;
    pauseReplay(snapshot, pg3);
    const cluster::ClusterState bad = stateOf(snapshot);
    QVERIFY(textsOf(eventsBetween(paused, bad, good)).contains(QStringLiteral("pg3 Replay is paused on pg3")));
    snapshot.paused = true;
    const cluster::ClusterState again = stateOf(snapshot);
    QVERIFY(textsOf(eventsBetween(again, good, bad)).contains(QStringLiteral("pg3 over: Replay is paused on pg3")));
    QCOMPARE(textsOf(eventsBetween(bad, again, bad)), QStringList{QStringLiteral("sampling was paused")});

    EventsModel model;
    for (const cluster::ClusterState &state : {good, paused, bad}) {
        model.setState(state);
    }
    // Paused, goes on, the finding, and that replay is paused.
    QCOMPARE(model.rowCount(), 4);
}

void TestEvents::failoverDuringAPauseIsTold()
{
    Snapshot snapshot = threeNodes();
    EventsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setState(stateOf(snapshot));
    snapshot.paused = true;
    for (int tick = 0; tick < 3; ++tick) {
        advance(snapshot, 1000);
        model.setState(stateOf(snapshot));
    }
    const cluster::ClusterState last = stateOf(snapshot);
    const cluster::ClusterState unpaused = stateOf(threeNodes());
    snapshot.paused = false;
    takeDown(snapshot, QStringLiteral("pg1"));
    makeWritable(snapshot, pg2);
    advance(snapshot, 1000);
    const cluster::ClusterState now = stateOf(snapshot);
    const QStringList told = textsOf(eventsBetween(last, now, unpaused));
    QCOMPARE(told.value(0), QStringLiteral("sampling goes on"));
    for (const char *text : {"pg1 down", "pg2 became primary, was standby", "pg2 went from timeline 7 to 8"}) {
        QVERIFY2(told.contains(QLatin1String(text)), qPrintable(told.join(QStringLiteral("; "))));
    }
    model.setState(now);
    QCOMPARE(model.rowCount(), static_cast<int>(told.size()) + 1);
}

QTEST_GUILESS_MAIN(TestEvents)
#include "tst_events.moc"
