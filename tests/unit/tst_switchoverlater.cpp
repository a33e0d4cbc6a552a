// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>

#include "operations/switchover/switchoverplan.h"
#include "switchoverfacts.h"

using namespace howdah::unit;
namespace cluster = howdah::cluster;

/// What a plan of a switchover has for whoever takes it up later.
class TestSwitchoverLater : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whoWasSilentMayHaveBeenPromoted();
    void whatWasPreparedMustStandThereStill();
};

/// A standby that is away now is waited for by nobody; and yet it must not be a primary that is told nothing of.
void TestSwitchoverLater::whoWasSilentMayHaveBeenPromoted()
{
    cluster::Snapshot snapshot = prepared(threeNodes());
    makeStale(snapshot, pg3, 60'000);
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY2(mayRun(plan, true), qPrintable(all(plan.checks)));
    const auto asked = [](const std::vector<Action> &actions) {
        return std::any_of(actions.begin(), actions.end(), [](const Action &action) {
            return action.node == pg3 && action.orSilent && action.wasSilent &&
                   action.sql == QLatin1String("SELECT pg_is_in_recovery()");
        });
    };
    QVERIFY(asked(stepOf(plan, QStringLiteral("promote"))->askedAnew));
    QVERIFY(asked(stepOf(plan, QStringLiteral("stop"))->undo));
    const auto &standBy = stepOf(planSwitchover(factsOf(prepared(threeNodes())), pg2), QStringLiteral("stop"))->undo;
    QVERIFY(!asked(standBy)); // who answers must answer later as well
}

/// Somebody may have let a standby follow another one while no console was at it.
void TestSwitchoverLater::whatWasPreparedMustStandThereStill()
{
    const Plan plan = planSwitchover(factsOf(prepared(threeNodes())), pg2);
    QStringList asked;
    for (const Action &action : stepOf(plan, QStringLiteral("stop"))->askedAnew) {
        QVERIFY(action.expectsTrue && action.sql.contains(QStringLiteral("pg_file_settings")));
        asked.append(action.node + QLatin1Char(' ') + action.otherwise.section(QLatin1Char('('), 1).chopped(1));
    }
    for (const Step &step : plan.steps) {
        for (const Action &action : step.undo) {
            if (!action.onlyIf.isEmpty()) {
                const QString setting = action.sql.section(QLatin1Char(' '), 2, 3);
                QVERIFY2(asked.removeOne(action.node + QLatin1Char(' ') + setting), qPrintable(setting));
            }
        }
    }
    QCOMPARE(asked, QStringList());
    QVERIFY(!stepOf(plan, QStringLiteral("stop"))->askedAnew.empty());
}

QTEST_GUILESS_MAIN(TestSwitchoverLater)
#include "tst_switchoverlater.moc"
