// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "cluster/health.h"
#include "cluster/slotmath.h"
#include "support/snapshots.h"

using namespace howdah::cluster;
using namespace howdah::testsupport;

namespace {
const QString pg1 = QStringLiteral("pg1");
const QString pg2 = QStringLiteral("pg2");
const QString cdc = QStringLiteral("analytics_cdc");

using Change = std::function<void(Snapshot &)>;

Slot &cdcOf(Snapshot &snapshot)
{
    return *slotOf(edit(snapshot, pg1), cdc);
}

void retain(Snapshot &snapshot, qint64 bytes)
{
    NodeSample &sample = edit(snapshot, pg1);
    slotOf(sample, cdc)->restartLsn = Lsn{sample.currentLsn->value - static_cast<quint64>(bytes)};
}

// A slot in use that holds next to nothing: each row adds what it is about.
Snapshot quietSlot()
{
    Snapshot snapshot = busyCluster();
    Slot &slot = cdcOf(snapshot);
    slot.active = true;
    slot.activePid = 31;
    slot.inactiveSince = {};
    slot.walStatus = QStringLiteral("reserved");
    slot.safeWalSize = 64LL << 30;
    retain(snapshot, 1 << 20);
    return snapshot;
}

void idleFor(Snapshot &snapshot, qint64 milliseconds)
{
    Slot &slot = cdcOf(snapshot);
    slot.active = false;
    slot.activePid.reset();
    slot.inactiveSince = edit(snapshot, pg1).serverTime.addMSecs(-milliseconds);
}

const SlotFacts *factsOf(const Assessment &assessment, const Snapshot &snapshot, const QString &slot)
{
    for (const SlotFacts &facts : assessment.slotFacts) {
        const NodeSample &sample = *snapshot.nodes[static_cast<std::size_t>(facts.node)].sample;
        if (sample.replicationSlots[static_cast<std::size_t>(facts.slot)].slotName == slot) {
            return &facts;
        }
    }
    return nullptr;
}
} // namespace

class TestSlots : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rules_data();
    void rules();
    void busyClusterAsDrawn();
    void limitOfASlot();
    void roomOnAStandby();
    void factsOfEverySlot();
    void memoryOutlivesSilence();
    void olderServersAreTimedByTheConsole();
    void aNewSlotOfTheSameNameIsYoung();
    void noLimitIsSaid();
    void retainedOnAStandby();
    void keptForAFailover_data();
    void keptForAFailover();
    void forecast_data();
    void forecast();
    void forecastMustLast();
    void forecastGoesWhenClearlyPast();
};

void TestSlots::rules_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("expected"); // "severity rule", empty for none
    const auto row = [](const char *name, const char *expected, Change change) {
        QTest::newRow(name) << std::move(change) << QString::fromLatin1(expected);
    };
    constexpr qint64 gb = 1LL << 30;
    constexpr qint64 minute = 60'000;
    row("in use", "", [](Snapshot &) {});
    row("in use, below 1 GB", "", [](Snapshot &s) { retain(s, gb - 1); });
    row("in use, 1 GB", "warning slot_retained", [](Snapshot &s) { retain(s, gb); });
    row("in use, 5 GB", "critical slot_retained", [](Snapshot &s) { retain(s, 5 * gb); });
    row("idle for less than 5 min", "", [](Snapshot &s) { idleFor(s, 5 * minute - 1); });
    row("idle for 5 min", "warning slot_inactive", [](Snapshot &s) { idleFor(s, 5 * minute); });
    row("idle for 30 min", "critical slot_inactive", [](Snapshot &s) { idleFor(s, 30 * minute); });
    row("idle for 5 min, 5 GB", "critical slot_inactive", [](Snapshot &s) {
        idleFor(s, 5 * minute);
        retain(s, 5 * gb);
    });
    row("idle briefly, 1 GB", "warning slot_retained", [](Snapshot &s) {
        idleFor(s, minute);
        retain(s, gb);
    });
    row("idle, temporary", "", [](Snapshot &s) {
        idleFor(s, 90 * minute);
        cdcOf(s).temporary = true;
    });
    row("idle, synced", "", [](Snapshot &s) {
        idleFor(s, 90 * minute);
        cdcOf(s).synced = true;
    });
    row("idle, holds nothing", "", [](Snapshot &s) {
        idleFor(s, 90 * minute);
        cdcOf(s).restartLsn.reset();
        cdcOf(s).walStatus.clear();
    });
    row("extended", "warning slot_retained", [](Snapshot &s) { cdcOf(s).walStatus = QStringLiteral("extended"); });
    row("unreserved", "critical slot_retained", [](Snapshot &s) { cdcOf(s).walStatus = QStringLiteral("unreserved"); });
    row("lost", "critical slot_lost", [](Snapshot &s) {
        idleFor(s, 90 * minute);
        cdcOf(s).walStatus = QStringLiteral("lost");
        cdcOf(s).restartLsn.reset();
        cdcOf(s).invalidationReason = QStringLiteral("wal_removed");
    });
    row("headroom of 25 %", "", [](Snapshot &s) { cdcOf(s).safeWalSize = 16 * gb; });
    row("headroom below 25 %", "warning slot_retained", [](Snapshot &s) { cdcOf(s).safeWalSize = 16 * gb - 1; });
    row("headroom below 10 %", "critical slot_retained", [](Snapshot &s) { cdcOf(s).safeWalSize = 6 * gb; });
    row("no headroom", "critical slot_retained", [](Snapshot &s) { cdcOf(s).safeWalSize = -5; });
    row("nothing is kept for slots", "", [](Snapshot &s) {
        setSetting(edit(s, pg1), QStringLiteral("max_slot_wal_keep_size"), QStringLiteral("0"));
        setSetting(edit(s, pg1), QStringLiteral("wal_keep_size"), QStringLiteral("0"));
        cdcOf(s).safeWalSize = 100; // to the end of the segment
    });
    row("what is kept anyway is the limit", "critical slot_retained", [](Snapshot &s) {
        setSetting(edit(s, pg1), QStringLiteral("max_slot_wal_keep_size"), QStringLiteral("0"));
        setSetting(edit(s, pg1), QStringLiteral("wal_keep_size"), QStringLiteral("64"));
        cdcOf(s).safeWalSize = 6 << 20;
    });
    row("no limit, no headroom to lack", "", [](Snapshot &s) {
        setSetting(edit(s, pg1), QStringLiteral("max_slot_wal_keep_size"), QStringLiteral("-1"));
        cdcOf(s).safeWalSize.reset();
    });
    row("no status, as on 12", "", [](Snapshot &s) {
        cdcOf(s).walStatus.clear();
        cdcOf(s).safeWalSize.reset();
    });
}

void TestSlots::rules()
{
    QFETCH(Change, change);
    QFETCH(QString, expected);
    Snapshot snapshot = quietSlot();
    change(snapshot);
    const Assessment assessment = assess(snapshot);
    if (expected.isEmpty()) {
        QVERIFY2(assessment.findings.empty(),
                 assessment.findings.empty() ? "" : qPrintable(assessment.findings.front().id));
        QCOMPARE(verdictKey(assessment.verdict), QStringLiteral("ok"));
        return;
    }
    QCOMPARE(assessment.findings.size(), std::size_t(1));
    const Finding &finding = assessment.findings.front();
    QCOMPARE(verdictKey(finding.severity) + QLatin1Char(' ') + finding.id,
             expected + QStringLiteral(":pg1/analytics_cdc"));
    QCOMPARE(finding.subject, cdc);
    QCOMPARE(finding.page, QStringLiteral("slots"));
    QCOMPARE(finding.node, pg1);
    QVERIFY(!finding.evidence.contains(QLatin1Char('%')) && !finding.remedy.isEmpty());
    QCOMPARE(verdictKey(factsOf(assessment, snapshot, cdc)->verdict), verdictKey(finding.severity));
}

void TestSlots::busyClusterAsDrawn()
{
    const Snapshot snapshot = busyCluster();
    const Assessment assessment = assess(snapshot);
    QCOMPARE(verdictKey(assessment.verdict), QStringLiteral("warning"));
    QCOMPARE(assessment.findings.size(), std::size_t(1));
    const Finding &finding = assessment.findings.front();
    QCOMPARE(finding.title, QStringLiteral("Slot analytics_cdc has no consumer"));
    QCOMPARE(finding.evidence, QStringLiteral("For 27 min. pg1 keeps 3.2 GB for it, growing 2 MB/s. Its limit of 64 GB "
                                              "is reached in 8 h 38 min."));
    QCOMPARE(finding.sinceMs, snapshot.takenMonotonicMs - (27 * 60 + 30) * 1000 + 400);
    QCOMPARE(assessment.lossNow, QStringLiteral("none, pg2 is sync"));
    QCOMPARE(assessment.nodeStates[0], QStringLiteral("accepting writes"));
    QCOMPARE(assessment.nodeStates[1], QStringLiteral("streaming"));
    QCOMPARE(assessment.nodeStates[3], QStringLiteral("reachable"));
}

void TestSlots::limitOfASlot()
{
    Snapshot snapshot = busyCluster();
    const auto limit = [&] { return factsOf(assess(snapshot), snapshot, cdc)->limitBytes; };
    QCOMPARE(*limit(), qint64(64) << 30);
    // The server keeps whole segments, so it is what it says of the slot that counts.
    *cdcOf(snapshot).safeWalSize += 16 << 20;
    QCOMPARE(*limit(), (qint64(64) << 30) + (16 << 20));
    cdcOf(snapshot).safeWalSize.reset();
    QCOMPARE(*limit(), qint64(64) << 30);
    const auto keep = [&](const char *setting, const char *megabytes) {
        setSetting(edit(snapshot, pg1), QLatin1String(setting), QLatin1String(megabytes));
    };
    keep("max_slot_wal_keep_size", "-1");
    QVERIFY(!limit());
    // 0 is no -1: nothing is kept for slots that is not kept anyway.
    keep("max_slot_wal_keep_size", "0");
    keep("wal_keep_size", "64");
    QCOMPARE(*limit(), qint64(64) << 20);
    keep("wal_keep_size", "0");
    QCOMPARE(*limit(), qint64(0));
}

/// What a standby says of safe_wal_size is reckoned from where its recovery began.
void TestSlots::roomOnAStandby()
{
    Snapshot snapshot = busyCluster();
    NodeSample &standby = edit(snapshot, pg2);
    standby.replicationSlots = {cdcOf(snapshot)};
    Slot &slot = standby.replicationSlots.front();
    const quint64 end = standby.position()->value;
    slot.restartLsn = Lsn{end - (20 << 20)};
    slot.safeWalSize = 913 << 20;
    setSetting(standby, QLatin1String("max_slot_wal_keep_size"), QLatin1String("100"));
    QCOMPARE(roomLeft(standby, slot).value_or(0), qint64(80) << 20);
    QCOMPARE(slotLimit(standby, slot).value_or(0), qint64(100) << 20);
    slot.safeWalSize.reset(); // it is lost, or nothing limits it
    QVERIFY(!roomLeft(standby, slot));
}

void TestSlots::factsOfEverySlot()
{
    Snapshot snapshot = busyCluster();
    Assessment assessment = assess(snapshot);
    QCOMPARE(assessment.slotFacts.size(), std::size_t(6));
    QCOMPARE(factsOf(assessment, snapshot, QStringLiteral("pg2_slot"))->consumer, pg2);
    QCOMPARE(factsOf(assessment, snapshot, QStringLiteral("pg2_slot"))->retainedBytes, 24 << 10);
    QVERIFY(!factsOf(assessment, snapshot, QStringLiteral("pg2_slot"))->inactiveForMs);
    QCOMPARE(factsOf(assessment, snapshot, QStringLiteral("backup1_wal"))->consumer, QStringLiteral("backup1"));
    QCOMPARE(factsOf(assessment, snapshot, QStringLiteral("reporting_sub"))->consumer, QStringLiteral("reporting_sub"));
    QVERIFY(factsOf(assessment, snapshot, cdc)->consumer.isEmpty());
    QCOMPARE(factsOf(assessment, snapshot, QStringLiteral("spare"))->reason,
             QStringLiteral("never used, holds nothing"));
    QVERIFY(!factsOf(assessment, snapshot, QStringLiteral("spare"))->retainedBytes);

    takeDown(snapshot, pg2);
    assessment = assess(snapshot);
    QCOMPARE(factsOf(assessment, snapshot, QStringLiteral("pg2_slot"))->reason, QStringLiteral("pg2 is not connected"));
    QVERIFY(factsOf(assessment, snapshot, QStringLiteral("pg2_slot"))->consumer.isEmpty());
    // What stands on a node that is silent is not known.
    QCOMPARE(verdictKey(factsOf(assessment, snapshot, QStringLiteral("pg3_slot"))->verdict), QStringLiteral("unknown"));
}

void TestSlots::memoryOutlivesSilence()
{
    Snapshot snapshot = quietSlot();
    idleFor(snapshot, 0);
    cdcOf(snapshot).inactiveSince = {};
    const QString key = idleKey(snapshot.nodes.front(), cdcOf(snapshot));
    snapshot.watch = observe({}, snapshot);
    QCOMPARE(snapshot.watch.value(key), kNowMonotonicMs);
    // While pg1 is silent nothing is said about its slots, and nothing is forgotten.
    takeDown(snapshot, pg1);
    snapshot.takenMonotonicMs += 200'000;
    snapshot.watch = observe(snapshot.watch, snapshot);
    QCOMPARE(snapshot.watch.value(key), kNowMonotonicMs);
    for (const Finding &finding : assess(snapshot).findings) {
        QVERIFY(!finding.id.startsWith(QLatin1String("slot_")));
    }
    // Its consumer is back: forgotten at once.
    Snapshot used = quietSlot();
    used.watch = observe(snapshot.watch, used);
    QVERIFY(!used.watch.contains(key));
}

void TestSlots::olderServersAreTimedByTheConsole()
{
    Snapshot snapshot = quietSlot();
    idleFor(snapshot, 0);
    cdcOf(snapshot).inactiveSince = {};
    QVERIFY(!factsOf(assess(snapshot), snapshot, cdc)->inactiveForMs); // nobody has looked before
    snapshot.watch = observe({}, snapshot);
    QVERIFY(assess(snapshot).findings.empty());
    advance(snapshot, 5 * 60'000);
    snapshot.watch = observe(snapshot.watch, snapshot);
    const Assessment assessment = assess(snapshot);
    QCOMPARE(assessment.findings.size(), std::size_t(1));
    QVERIFY(assessment.findings.front().evidence.startsWith(QLatin1String("For at least 5 min.")));
    QCOMPARE(assessment.findings.front().sinceMs, kNowMonotonicMs);
}

// A slot that moved without a consumer was used meanwhile, or dropped and made anew: its age begins again.
void TestSlots::aNewSlotOfTheSameNameIsYoung()
{
    Snapshot snapshot = quietSlot();
    idleFor(snapshot, 0);
    cdcOf(snapshot).inactiveSince = {};
    snapshot.watch = observe({}, snapshot);
    advance(snapshot, 5 * 60'000);
    snapshot.watch = observe(snapshot.watch, snapshot);
    QCOMPARE(factsOf(assess(snapshot), snapshot, cdc)->inactiveForMs, std::optional<qint64>(5 * 60'000));
    cdcOf(snapshot).restartLsn = edit(snapshot, pg1).currentLsn;
    snapshot.watch = observe(snapshot.watch, snapshot);
    QCOMPARE(factsOf(assess(snapshot), snapshot, cdc)->inactiveForMs, std::optional<qint64>(0));
    // Also one of another kind where the old one stood.
    advance(snapshot, 5 * 60'000);
    cdcOf(snapshot).plugin = QStringLiteral("wal2json");
    snapshot.watch = observe(snapshot.watch, snapshot);
    QCOMPARE(factsOf(assess(snapshot), snapshot, cdc)->inactiveForMs, std::optional<qint64>(0));
}

void TestSlots::noLimitIsSaid()
{
    Snapshot snapshot = busyCluster();
    setSetting(edit(snapshot, pg1), QStringLiteral("max_slot_wal_keep_size"), QStringLiteral("-1"));
    cdcOf(snapshot).safeWalSize.reset();
    const auto evidence = [&] { return assess(snapshot).findings.front().evidence; };
    QVERIFY(evidence().endsWith(QLatin1String("Nothing limits it: max_slot_wal_keep_size is -1.")));
    for (const char *other : {"0", ""}) { // a limit, and not read
        setSetting(edit(snapshot, pg1), QStringLiteral("max_slot_wal_keep_size"), QLatin1String(other));
        QVERIFY2(!evidence().contains(QLatin1String("Nothing limits it")), qPrintable(evidence()));
    }
}

void TestSlots::retainedOnAStandby()
{
    // Against the standby's own position, not the primary's; a slot ahead of it holds nothing.
    Snapshot snapshot = busyCluster();
    NodeSample &sample = edit(snapshot, pg2);
    sample.replicationSlots.push_back(Slot{.slotName = QStringLiteral("ahead"),
                                           .slotType = QStringLiteral("physical"),
                                           .active = true,
                                           .restartLsn = Lsn{sample.receiveLsn->value + 4096}});
    const Assessment assessment = assess(snapshot);
    QCOMPARE(factsOf(assessment, snapshot, QStringLiteral("ahead"))->retainedBytes, 0);
    QCOMPARE(factsOf(assessment, snapshot, QStringLiteral("pg3_slot"))->retainedBytes, 64 << 10);
}

void TestSlots::keptForAFailover_data()
{
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("slot");
    QTest::addColumn<ManagerKind>("manager");
    QTest::addColumn<bool>("told");
    const QString own = QStringLiteral("pgautofailover_standby_3");
    QTest::newRow("its own, on a standby") << pg2 << own << ManagerKind::PgAutoFailover << false;
    QTest::newRow("its own, on the primary") << pg1 << own << ManagerKind::PgAutoFailover << true;
    QTest::newRow("of that name, and nobody's") << pg2 << own << ManagerKind::None << true;
    QTest::newRow("somebody's, on a standby") << pg2 << QStringLiteral("backup") << ManagerKind::PgAutoFailover << true;
}

/// A healthy cluster has nothing to dismiss.
void TestSlots::keptForAFailover()
{
    QFETCH(QString, node);
    QFETCH(QString, slot);
    QFETCH(ManagerKind, manager);
    QFETCH(bool, told);
    Snapshot snapshot = quietSlot();
    snapshot.manager = manager;
    NodeSample &sample = edit(snapshot, node);
    sample.replicationSlots.push_back(
        Slot{.slotName = slot, .slotType = QStringLiteral("physical"), .restartLsn = sample.position()});
    sample.replicationSlots.back().inactiveSince = sample.serverTime.addSecs(-3600);
    const Assessment assessment = assess(snapshot);
    const bool found = std::any_of(assessment.findings.begin(), assessment.findings.end(), [&](const Finding &finding) {
        return finding.id == QStringLiteral("slot_inactive:%1/%2").arg(node, slot);
    });
    QCOMPARE(found, told);
    // What it holds counts all the same.
    NodeSample &behind = edit(snapshot, node);
    behind.replicationSlots.back().restartLsn = Lsn{behind.position()->value - (6LL << 30)};
    QVERIFY(verdictKey(assess(snapshot).verdict) == QLatin1String("critical"));
}

void TestSlots::forecast_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<double>("hours"); // -1: no forecast
    const auto row = [](const char *name, double hours, Change change) {
        QTest::newRow(name) << std::move(change) << hours;
    };
    const auto trail = [](Snapshot &s, qint64 spanMs, qint64 bytes) {
        const Lsn end = *edit(s, pg1).currentLsn;
        const qint64 now = s.takenMonotonicMs - 400;
        s.trail = std::make_shared<std::deque<TrailPoint>>(std::deque<TrailPoint>{
            {now - spanMs, Lsn{end.value - static_cast<quint64>(bytes)}}, {now - spanMs / 2, end}, {now, end}});
    };
    const double atRate = 64.0 * (1LL << 30) / static_cast<double>(kWalRate) / 3600;
    row("fills", atRate, [](Snapshot &) {});
    row("is full", 0, [](Snapshot &s) { cdcOf(s).safeWalSize = -1; });
    row("somebody moves it on", -1, [](Snapshot &s) {
        cdcOf(s).active = true;
        cdcOf(s).activePid = 31;
    });
    row("temporary", -1, [](Snapshot &s) { cdcOf(s).temporary = true; });
    row("lost", -1, [](Snapshot &s) { cdcOf(s).walStatus = QStringLiteral("lost"); });
    row("no limit, and the disk is not known", -1, [](Snapshot &s) { cdcOf(s).safeWalSize.reset(); });
    row("nothing is known of the rate", -1, [](Snapshot &s) { s.trail.reset(); });
    row("too short a history", -1, [=](Snapshot &s) { trail(s, 119'000, 500 << 20); });
    row("just long enough", 64.0 * 1024 / 600 * 120 / 3600, [=](Snapshot &s) { trail(s, 120'000, 600 << 20); });
    row("idle", -1, [](Snapshot &s) {
        const Lsn end = *edit(s, pg1).currentLsn;
        s.trail = std::make_shared<std::deque<TrailPoint>>(
            std::deque<TrailPoint>{{s.takenMonotonicMs - 3'600'000, end}, {s.takenMonotonicMs - 400, end}});
    });
    row("its node is silent", -1, [](Snapshot &s) { makeStale(s, pg1); });
    row("on a standby", -1, [](Snapshot &s) {
        edit(s, pg1).inRecovery = true;
        edit(s, pg1).receiveLsn = edit(s, pg1).currentLsn;
    });
}

void TestSlots::forecast()
{
    QFETCH(Change, change);
    QFETCH(double, hours);
    Snapshot snapshot = quietSlot();
    idleFor(snapshot, 0);
    change(snapshot);
    const Assessment assessment = assess(snapshot);
    const std::optional<double> seconds = factsOf(assessment, snapshot, cdc)->fullInSeconds;
    QCOMPARE(seconds.has_value(), hours >= 0);
    if (seconds) {
        QVERIFY2(std::abs(*seconds / 3600 - hours) < 0.01, qPrintable(QString::number(*seconds)));
    }
}

void TestSlots::forecastMustLast()
{
    Snapshot snapshot = quietSlot();
    idleFor(snapshot, 0);
    cdcOf(snapshot).inactiveSince = {};
    for (int second = 0; second < 60; second += 10) {
        snapshot.watch = observe(snapshot.watch, snapshot);
        QVERIFY2(assess(snapshot).findings.empty(), qPrintable(QString::number(second)));
        advance(snapshot, 10'000);
    }
    snapshot.watch = observe(snapshot.watch, snapshot);
    const Assessment assessment = assess(snapshot);
    QCOMPARE(assessment.findings.size(), std::size_t(1));
    const Finding &finding = assessment.findings.front();
    QCOMPARE(finding.id, QStringLiteral("slot_full:pg1/analytics_cdc"));
    QCOMPARE(verdictKey(finding.severity), QStringLiteral("warning"));
    QCOMPARE(finding.title, QStringLiteral("Slot analytics_cdc is full in 9 h 6 min"));
    QCOMPARE(verdictKey(factsOf(assessment, snapshot, cdc)->verdict), QStringLiteral("warning"));
    // 4 h are critical, once that has lasted too.
    cdcOf(snapshot).safeWalSize = 20LL << 30;
    snapshot.watch = observe(snapshot.watch, snapshot);
    QCOMPARE(verdictKey(assess(snapshot).findings.front().severity), QStringLiteral("warning"));
    advance(snapshot, 60'000);
    snapshot.watch = observe(snapshot.watch, snapshot);
    QCOMPARE(verdictKey(assess(snapshot).findings.front().severity), QStringLiteral("critical"));
}

void TestSlots::forecastGoesWhenClearlyPast()
{
    Snapshot snapshot = quietSlot();
    idleFor(snapshot, 0);
    setSetting(edit(snapshot, pg1), QStringLiteral("max_slot_wal_keep_size"), QStringLiteral("262144"));
    const auto hoursLeft = [&](double hours) {
        cdcOf(snapshot).safeWalSize = static_cast<qint64>(hours * 3600 * static_cast<double>(kWalRate));
    };
    hoursLeft(25);
    QVERIFY(assess(snapshot).findings.empty());
    const QString key = QStringLiteral("slot_filling:pg1/analytics_cdc");
    QVERIFY(!observe({}, snapshot).contains(key));
    snapshot.watch.insert(key, snapshot.takenMonotonicMs - 60'000);
    QCOMPARE(assess(snapshot).findings.size(), std::size_t(1)); // was told, and is not clearly past
    hoursLeft(31);
    QVERIFY(assess(snapshot).findings.empty());
    QVERIFY(!observe(snapshot.watch, snapshot).contains(key));
}

QTEST_APPLESS_MAIN(TestSlots)
#include "tst_slots.moc"
