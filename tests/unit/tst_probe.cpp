// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>
#include <QTest>

#include "app/outagetext.h"
#include "operations/probe/settings.h"
#include "support/plans.h"

using namespace howdah;
using namespace howdah::operations;
using probe::Measured;
using probe::Record;
using testsupport::smallPlan;

/// What a probe keeps of its tries, and what is told of it.
class TestProbe : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void longestGap();
    void gapBeforeTheOutageIsNotTheOutages();
    void openGapGrows();
    void triesAroundTheGapAreKept();
    void longOutageNeedsNoMoreMemory();
    void nothingLostIsProvedOnly();
    void throughTheNodes();
    void byTheClusterFile();
    void passwordOfAHostThatNobodyVouchedFor();
    void phases();
    void outageOfWhatWasUndone();
    void outageInJson();
};

namespace {

/// A commit every 2 ms from `from` to `to`.
void commit(Record &record, double from, double to)
{
    for (double at = from; at < to; at += 2) {
        record.acknowledged(at, 1);
    }
}

void refuse(Record &record, double from, double to)
{
    for (double at = from; at < to; at += 2) {
        record.refused(at, 1);
    }
}

Measured filled(const Record &record, double now)
{
    Measured measured;
    record.fill(measured, now);
    return measured;
}

std::vector<StepRecord> recordsOf(const Plan &plan)
{
    std::vector<StepRecord> records(plan.steps.size());
    records[0] = {StepState::Done, 1000, 1010, {}};
    records[1] = {StepState::Done, 1100, 1146, {}};
    records[2] = {StepState::Done, 1147, 1198, {}};
    return records;
}

cluster::ClusterConfig threeNodes()
{
    cluster::ClusterConfig config;
    config.nodes = {
        {.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=10.0.0.1 user=dba dbname=app")},
        {.name = QStringLiteral("w"), .conninfo = QStringLiteral("host=10.0.0.9"), .kind = cluster::NodeKind::Witness},
        {.name = QStringLiteral("pg2"),
         .conninfo = QStringLiteral("host=10.0.0.2 port=5433 user=other sslmode=disable")}};
    return config;
}

} // namespace

void TestProbe::longestGap()
{
    Record record;
    QVERIFY(!filled(record, 1000).gap);
    commit(record, 1000, 1100); // the last is acknowledged at 1099
    refuse(record, 1100, 1216);
    record.acknowledged(1216, 1);
    commit(record, 1218, 1300);
    const Measured measured = filled(record, 1300);
    QVERIFY(measured.gap && !measured.gap->open);
    QCOMPARE(measured.gap->fromMs, 1099.0);
    QCOMPARE(measured.gap->lengthMs(), 118.0);
    QCOMPARE(measured.acknowledged, qint64(50 + 1 + 41));
    QCOMPARE(measured.refused, qint64(58));
}

void TestProbe::gapBeforeTheOutageIsNotTheOutages()
{
    Record record;
    commit(record, 1000, 1100);
    commit(record, 1500, 1600); // a checkpoint, say
    record.beginOutage();
    commit(record, 1700, 1800);
    const Measured measured = filled(record, 1800);
    QCOMPARE(measured.worstBeforeMs, 402.0);
    QVERIFY(measured.gap);
    QCOMPARE(measured.gap->lengthMs(), 102.0);
}

void TestProbe::openGapGrows()
{
    Record record;
    commit(record, 1000, 1100);
    record.beginOutage();
    QVERIFY(filled(record, 1150).gap->open);
    QCOMPARE(filled(record, 1150).gap->lengthMs(), 51.0);
    QCOMPARE(filled(record, 1400).gap->lengthMs(), 301.0);
    record.acknowledged(1400, 1);
    QVERIFY(!filled(record, 1402).gap->open);
    QCOMPARE(filled(record, 1402).gap->lengthMs(), 302.0);
}

void TestProbe::triesAroundTheGapAreKept()
{
    Record record;
    commit(record, 1000, 2000);
    record.beginOutage();
    refuse(record, 2000, 2100);
    commit(record, 2100, 60'000); // far more than is kept
    const Measured measured = filled(record, 60'000);
    QCOMPARE(measured.gap->fromMs, 1999.0);
    QCOMPARE(measured.gap->toMs, 2101.0);
    const auto refusals = std::count_if(measured.around.begin(), measured.around.end(),
                                        [](const probe::Try &one) { return !one.acknowledged; });
    QCOMPARE(refusals, 50);
    QVERIFY(measured.around.front().atMs < 1999 && measured.around.front().atMs > 1900);
    QVERIFY(measured.around.back().atMs > 2150 && measured.around.back().atMs < 2300);
}

void TestProbe::longOutageNeedsNoMoreMemory()
{
    Record record;
    commit(record, 1000, 2000);
    record.beginOutage();
    refuse(record, 2000, 602'000); // ten minutes
    record.acknowledged(602'000, 1);
    commit(record, 602'002, 604'000);
    const Measured measured = filled(record, 604'000);
    QCOMPARE(measured.refused, qint64(300'000));
    QVERIFY(measured.around.size() <= 3000);
    QVERIFY(measured.around.front().atMs < 1999); // its beginning is still there
    QVERIFY(!measured.around.front().acknowledged || measured.around.front().atMs < 2000);
    const auto inTheMiddle = std::count_if(measured.around.begin(), measured.around.end(), [](const probe::Try &one) {
        return !one.acknowledged && one.atMs > 200'000 && one.atMs < 400'000;
    });
    QVERIFY(inTheMiddle > 50);
}

void TestProbe::nothingLostIsProvedOnly()
{
    Measured measured;
    QVERIFY(!measured.isNothingLost()); // not counted
    measured.lost = 0;
    QVERIFY(!measured.isNothingLost()); // nobody knows where
    measured.timelineBefore = 7;
    measured.timelineCounted = 7;
    QVERIFY(!measured.isNothingLost()); // on the old primary
    measured.timelineCounted = 8;
    QVERIFY(measured.isNothingLost());
    measured.lost = 1;
    QVERIFY(!measured.isNothingLost());
}

void TestProbe::throughTheNodes()
{
    const auto settings = probe::settingsFor(threeNodes(), QStringLiteral("pg2"));
    QVERIFY(settings);
    QCOMPARE(settings->through, QStringLiteral("pg2, pg1")); // the primary first, no witness
    QCOMPARE(settings->everyMs, 2);
    const auto &conninfo = settings->conninfo;
    QCOMPARE(conninfo.value(QStringLiteral("host")), QStringLiteral("10.0.0.2,10.0.0.1"));
    QCOMPARE(conninfo.value(QStringLiteral("port")), QStringLiteral("5433,5432"));
    QCOMPARE(conninfo.value(QStringLiteral("user")), QStringLiteral("other"));
    QCOMPARE(conninfo.value(QStringLiteral("sslmode")), QStringLiteral("disable"));
    QCOMPARE(conninfo.value(QStringLiteral("target_session_attrs")), QStringLiteral("read-write"));
    QCOMPARE(conninfo.places().size(), std::size_t(2));
    QVERIFY(!probe::settingsFor({}, {}));
}

void TestProbe::byTheClusterFile()
{
    cluster::ClusterConfig config = threeNodes();
    config.probe = cluster::ProbeConfig{QStringLiteral("host=203.0.113.7 user=app password=canary"), 5};
    config.addresses.push_back({.name = QStringLiteral("write"), .ip = QStringLiteral("203.0.113.7")});
    const auto settings = probe::settingsFor(config, QStringLiteral("pg1"));
    QVERIFY(settings);
    QCOMPARE(settings->through, QStringLiteral("address write"));
    QCOMPARE(settings->everyMs, 5);
    QCOMPARE(settings->conninfo.value(QStringLiteral("user")), QStringLiteral("app"));
    config.probe->conninfo = QStringLiteral("host=x password=canary nonsense");
    const auto broken = probe::settingsFor(config, QStringLiteral("pg1"));
    QVERIFY(!broken);
    QVERIFY(broken.error().message.contains(QStringLiteral("[probe]")));
    QVERIFY(!broken.error().message.contains(QStringLiteral("canary")));
}

void TestProbe::passwordOfAHostThatNobodyVouchedFor()
{
    cluster::ClusterConfig config = threeNodes();
    config.nodes[0].conninfo += QStringLiteral(" password=canary");
    config.nodes[2].conninfo += QStringLiteral(" password=''");
    const auto settings = probe::settingsFor(config, QStringLiteral("pg1"));
    QVERIFY(settings);
    QVERIFY(settings->conninfo.withholdsPassword());
    QVERIFY(!settings->conninfo.toString().contains(QStringLiteral("canary")));
}

void TestProbe::phases()
{
    const Plan plan = smallPlan();
    std::vector<StepRecord> records(plan.steps.size());
    QVERIFY(outagePhases(plan, records).empty());
    records = recordsOf(plan);
    const auto phases = outagePhases(plan, records);
    QCOMPARE(phases.size(), std::size_t(2));
    QCOMPARE(phases[0].name, QStringLiteral("Stop"));
    QCOMPARE(phases[1].name, QStringLiteral("Promote"));
    QCOMPARE(phases[1].endedMs - phases[1].startedMs, 51);
    QCOMPARE(outageBySteps(plan, records).value(), qint64(98));
    records[2] = {StepState::Started, 1147, 0, {}};
    QCOMPARE(outagePhases(plan, records)[1].endedMs, 0);
    QVERIFY(!outageBySteps(plan, records));
}

void TestProbe::outageOfWhatWasUndone()
{
    const Plan plan = smallPlan();
    std::vector<StepRecord> records(plan.steps.size());
    const auto at = [&plan](const char *id) {
        const auto step = std::find_if(plan.steps.begin(), plan.steps.end(),
                                       [id](const Step &one) { return one.id == QLatin1String(id); });
        return static_cast<std::size_t>(step - plan.steps.begin());
    };
    QVERIFY(!outageUndone(plan, records)); // nobody waited
    StepRecord &stop = records[at("stop")];
    enter(stop, StepState::Started, 1000);
    enter(stop, StepState::Done, 1080);
    enter(records[at("promote")], StepState::Started, 1080);
    enter(records[at("promote")], StepState::Failed, 1300);
    QVERIFY(!outageUndone(plan, records));
    enter(stop, StepState::Undoing, 1300);
    QVERIFY(!outageUndone(plan, records));
    enter(stop, StepState::Undone, 1467);
    QCOMPARE(outageUndone(plan, records).value(), qint64(467));
    QCOMPARE(app::undoneText(plan, records, {}),
             QStringLiteral("pg1 is the primary as before; writes waited at most 467 ms by its steps"));
    StepRecord untouched; // what was not begun after all
    enter(untouched, StepState::Started, 1000);
    enter(untouched, StepState::Undone, 1467);
    std::swap(stop, untouched);
    QVERIFY(!outageUndone(plan, records));
    std::swap(stop, untouched);
    enter(stop, StepState::UndoFailed, 1467);
    QVERIFY(!outageUndone(plan, records));
    QVERIFY(app::undoneText(plan, records, {}).isEmpty());
}

void TestProbe::outageInJson()
{
    const Plan plan = smallPlan();
    Measured measured;
    measured.through = QStringLiteral("pg1, pg2");
    measured.acknowledged = 100;
    measured.gap = probe::Gap{1000, 1118.04, false};
    measured.whyNotCounted = QStringLiteral("no table can be made: permission denied");
    QJsonObject json = app::outageJson(plan, recordsOf(plan), measured);
    QCOMPARE(json[QLatin1String("writes_waited_ms")].toDouble(), 118.0);
    QVERIFY(json[QLatin1String("lost")].isNull()); // unknown is not 0
    QVERIFY(json[QLatin1String("lost_unknown_because")].toString().contains(QStringLiteral("permission denied")));
    QCOMPARE(json[QLatin1String("phases_ms")].toObject()[QLatin1String("promote")].toInt(), 51);
    QVERIFY(app::outageText(plan, recordsOf(plan), measured).contains(QStringLiteral("unknown: no table can be made")));
    measured.lost = 0;
    measured.counted = 100;
    json = app::outageJson(plan, recordsOf(plan), measured);
    QCOMPARE(json[QLatin1String("lost")].toInt(-1), 0);
    QVERIFY(!json.contains(QLatin1String("lost_unknown_because")));
}

QTEST_GUILESS_MAIN(TestProbe)
#include "tst_probe.moc"
