// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "support/snapshots.h"
#include "tables/slotadvice.h"

using namespace howdah;
using namespace howdah::tables;
using namespace howdah::testsupport;
using cluster::Slot;
using cluster::Snapshot;

namespace {

const QString pg1 = QStringLiteral("pg1");
const QString pg2Slot = QStringLiteral("pg2_slot");

using Change = std::function<void(Slot &)>;

cluster::ClusterState stateOf(const Snapshot &snapshot)
{
    return {std::make_shared<const Snapshot>(snapshot),
            std::make_shared<const cluster::Assessment>(cluster::assess(snapshot))};
}

QString valueOf(const SlotStory &story, const char *what)
{
    for (const SlotDetail &detail : story.details) {
        if (detail.what == QLatin1String(what)) {
            return detail.nonValue ? QLatin1Char('<') + detail.value + QLatin1Char('>') : detail.value;
        }
    }
    return QStringLiteral("no line");
}

void leave(Slot &slot)
{
    slot.active = false;
    slot.activePid.reset();
}

// As PostgreSQL 17 shows a slot whose WAL is gone.
void lose(Slot &slot)
{
    leave(slot);
    slot.restartLsn.reset();
    slot.safeWalSize.reset();
    slot.walStatus = QStringLiteral("lost");
    slot.invalidationReason = QStringLiteral("wal_removed");
}

void neverUse(Slot &slot)
{
    leave(slot);
    slot.restartLsn.reset();
    slot.safeWalSize.reset();
    slot.walStatus.clear();
}

} // namespace

/// What is said of one slot, and of all of them in a line.
class TestSlotAdvice : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void summaryCounts_data();
    void summaryCounts();
    void roomLeft_data();
    void roomLeft();
    void oldStorySaysSo();
};

void TestSlotAdvice::summaryCounts_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("summary");
    const auto row = [](const char *name, const char *summary, const Change &change) {
        QTest::newRow(name) << change << QString::fromLatin1(summary);
    };
    row("all in use", "2 slots on 2 nodes, each with a consumer", [](Slot &) {});
    row("idle", "2 slots on 2 nodes, 1 without a consumer", leave);
    row("lost", "2 slots on 2 nodes, 1 without a consumer", lose);
    row("lost before PostgreSQL 17", "2 slots on 2 nodes, 1 without a consumer", [](Slot &slot) {
        lose(slot);
        slot.invalidationReason.clear();
    });
    row("never used", "2 slots on 2 nodes, 1 never used", neverUse);
    row("synced for a failover", "2 slots on 2 nodes, 1 synced copy", [](Slot &slot) {
        leave(slot);
        slot.synced = true;
    });
}

void TestSlotAdvice::summaryCounts()
{
    QFETCH(Change, change);
    Snapshot snapshot = threeNodes();
    change(*slotOf(edit(snapshot, pg1), pg2Slot));
    QTEST(slotsSummary(stateOf(snapshot)), "summary");
}

void TestSlotAdvice::roomLeft_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("room");
    const auto row = [](const char *name, const char *room, const Change &change) {
        QTest::newRow(name) << change << QString::fromLatin1(room);
    };
    row("limited", "64 GB", [](Slot &) {});
    row("max_slot_wal_keep_size is -1", "<no limit set>", [](Slot &slot) { slot.safeWalSize.reset(); });
    row("lost", "<n/a>", lose);
    row("holds nothing", "<n/a>", neverUse);
    row("before PostgreSQL 13", "<unknown>", [](Slot &slot) {
        slot.walStatus.clear();
        slot.safeWalSize.reset();
    });
}

void TestSlotAdvice::roomLeft()
{
    QFETCH(Change, change);
    Snapshot snapshot = threeNodes();
    change(*slotOf(edit(snapshot, pg1), pg2Slot));
    QTEST(valueOf(slotStory(stateOf(snapshot), QStringLiteral("pg1/pg2_slot")), "Room left"), "room");
}

// The table greys such a slot; what is told of it must not speak of now either.
void TestSlotAdvice::oldStorySaysSo()
{
    Snapshot snapshot = threeNodes();
    const QString key = QStringLiteral("pg1/pg2_slot");
    const SlotStory seen = slotStory(stateOf(snapshot), key);
    QVERIFY(!seen.stale);
    QCOMPARE(seen.advice.front().text, QStringLiteral("pg2 takes WAL from it."));
    takeDown(snapshot, pg1);
    const SlotStory old = slotStory(stateOf(snapshot), key);
    QVERIFY(old.stale);
    for (const SlotAdvice &advice : old.advice) {
        QVERIFY2(advice.text.startsWith(QLatin1String("When last seen: ")), qPrintable(advice.text));
    }
    snapshot = threeNodes();
    snapshot.paused = true;
    QVERIFY(slotStory(stateOf(snapshot), key).stale);
}

QTEST_GUILESS_MAIN(TestSlotAdvice)
#include "tst_slotadvice.moc"
