// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>

#include "operations/planjson.h"
#include "operations/switchover/gather.h"
#include "operations/switchover/switchoverplan.h"
#include "switchoverfacts.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::operations::switchover;
using namespace howdah::testsupport;
using namespace howdah::unit;

/// A plan as a value: it survives its way to the disk, and whatever things are called.
class TestPlanValue : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void planSurvivesTheJournal();
    void brokenPlans_data();
    void brokenPlans();
    void idsOfChecksAreUnique();
    void namesWithQuotes();
    void slotNames_data();
    void slotNames();
};

void TestPlanValue::planSurvivesTheJournal()
{
    const cluster::Snapshot snapshot = prepared(threeNodes());
    Facts facts = factsOf(snapshot);
    withAddress(facts, snapshot);
    const Plan plan = planSwitchover(facts, pg2);
    const auto back = planFromJson(toJson(plan));
    QVERIFY2(back, back ? "" : qPrintable(back.error().message));
    QCOMPARE(toJson(*back), toJson(plan));
    QVERIFY(back->checks == plan.checks);
    QVERIFY(back->secrets == plan.secrets);
    QVERIFY(back->guards == plan.guards);
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        QVERIFY2(back->steps[i] == plan.steps[i], qPrintable(plan.steps[i].id));
    }
}

void TestPlanValue::brokenPlans_data()
{
    QTest::addColumn<QString>("key");
    for (const char *key : {"operation", "checks", "steps", "guards", "secrets"}) {
        QTest::newRow(key) << QString::fromLatin1(key);
    }
}

void TestPlanValue::brokenPlans()
{
    QFETCH(QString, key);
    QJsonObject object = toJson(planSwitchover(factsOf(prepared(healthyPair())), pg2));
    object.remove(key);
    QVERIFY(!planFromJson(object));
}

/// Each warning is accepted by itself.
void TestPlanValue::idsOfChecksAreUnique()
{
    cluster::Snapshot snapshot = prepared(threeNodes());
    Facts facts = factsOf(snapshot);
    withAddress(facts, snapshot);
    facts.config.addresses.push_back(facts.config.addresses.front());
    facts.config.addresses.back().name = QStringLiteral("read and write");
    for (const char *name : {"cdc", "audit"}) {
        cluster::Slot slot;
        slot.slotName = QLatin1String(name);
        slot.slotType = QStringLiteral("logical");
        edit(snapshot, pg1).replicationSlots.push_back(slot);
    }
    facts.state = factsOf(snapshot).state;
    const Plan plan = planSwitchover(facts, pg2);
    QStringList ids;
    for (const Check &one : plan.checks) {
        QVERIFY2(!ids.contains(one.id), qPrintable(one.id));
        ids.append(one.id);
    }
    QVERIFY2(ids.contains(QStringLiteral("slots:cdc")), qPrintable(ids.join(QLatin1Char(' '))));
    QVERIFY(ids.contains(QStringLiteral("addresses:write")));
}

void TestPlanValue::namesWithQuotes()
{
    cluster::Snapshot snapshot = prepared(healthyPair());
    setSetting(edit(snapshot, pg1), QStringLiteral("cluster_name"), QStringLiteral("o'brien \\ \"x\""));
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    for (const Secret &secret : plan.secrets) {
        if (secret.name == QLatin1String("conninfo_of_old_primary")) {
            QVERIFY(std::find(secret.replaced.begin(), secret.replaced.end(),
                              std::pair(QStringLiteral("application_name"), QStringLiteral("o'brien \\ \"x\""))) !=
                    secret.replaced.end());
            QVERIFY(secret.shown.contains(QStringLiteral("o\\'brien")));
        }
    }
}

void TestPlanValue::slotNames_data()
{
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("slot");
    QTest::newRow("plain") << QStringLiteral("pg1") << QStringLiteral("pg1");
    QTest::newRow("upper case and dots") << QStringLiteral("DB1.example-x") << QStringLiteral("db1_example_x");
    QTest::newRow("quotes") << QStringLiteral("o'b\"1") << QStringLiteral("o_b_1");
    QTest::newRow("umlaut") << QStringLiteral("m\u00fcnchen") << QStringLiteral("m_nchen");
    QTest::newRow("in use for another") << QStringLiteral("pg3_slot") << QStringLiteral("pg3_slot_2");
}

void TestPlanValue::slotNames()
{
    QFETCH(QString, node);
    QFETCH(QString, slot);
    cluster::Snapshot snapshot = prepared(threeNodes());
    status(snapshot, pg1).name = node;
    const Facts facts = factsOf(snapshot);
    QCOMPARE(slotNameFor(facts, castFor(facts.state, pg2)), slot);
}

QTEST_GUILESS_MAIN(TestPlanValue)
#include "tst_planvalue.moc"
