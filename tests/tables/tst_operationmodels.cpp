// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QTest>

#include "cluster/health.h"
#include "support/plans.h"
#include "support/snapshots.h"
#include "tables/operationmodels.h"

using namespace howdah;
using namespace howdah::tables;
using namespace howdah::testsupport;
using operations::CheckResult;
using operations::StepState;

/// Plans, their steps and candidates as tables.
class TestOperationModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void checksStandUnderTheirGroups();
    void stepsTellHowFarTheyCame();
    void candidates();
};

namespace {

QString text(const QAbstractItemModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

QStringList keys(const KeyedTableModel &model)
{
    QStringList all;
    for (int row = 0; row < model.rowCount(); ++row) {
        all.append(model.row(row).key);
    }
    return all;
}

} // namespace

void TestOperationModels::checksStandUnderTheirGroups()
{
    ChecksModel model;
    const QAbstractItemModelTester tester(&model);
    operations::Plan plan = smallPlan();
    model.setChecks(plan.checks);
    QCOMPARE(keys(model),
             QStringList({QStringLiteral("group/pg2 can take over"), QStringLiteral("candidate_streams"),
                          QStringLiteral("group/pg1 stops cleanly"), QStringLiteral("archive"),
                          QStringLiteral("group/Afterwards"), QStringLiteral("slots"), QStringLiteral("slots/2")}));
    QCOMPARE(text(model, 0, 0), QStringLiteral("pg2 can take over"));
    QCOMPARE(text(model, 1, 1), QStringLiteral("evidence of candidate_streams"));
    QCOMPARE(model.index(5, 0).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Warning));
    QVERIFY(model.index(5, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("remedy of slots")));
    QCOMPARE(model.count(CheckResult::Passed), 2);
    plan.checks[1].result = CheckResult::Unknown;
    model.setChecks(plan.checks);
    QCOMPARE(model.index(3, 0).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Unknown));
    model.setChecks({});
    QCOMPARE(model.rowCount(), 0);
}

void TestOperationModels::stepsTellHowFarTheyCame()
{
    StepsModel model;
    const QAbstractItemModelTester tester(&model);
    const operations::Plan plan = smallPlan();
    model.setPlan(plan);
    QCOMPARE(keys(model), QStringList({QStringLiteral("phase/While applications write"), QStringLiteral("lock"),
                                       QStringLiteral("phase/Writes wait"), QStringLiteral("stop"),
                                       QStringLiteral("point-of-no-return"), QStringLiteral("promote"),
                                       QStringLiteral("phase/Applications write again"), QStringLiteral("rejoin")}));
    const int stop = model.rowOf(QStringLiteral("stop"));
    QCOMPARE(model.stepOf(QStringLiteral("stop")), 1);
    QCOMPARE(model.stepOf(QStringLiteral("point-of-no-return")), -1);
    // An estimate does not look like a measure.
    QVERIFY(model.index(stop, model.columnOf(QStringLiteral("took"))).data(NonValueRole).toBool());
    std::vector<operations::StepRecord> records(plan.steps.size());
    records[1] = {StepState::Done, 1000, 1042, {}};
    records[2] = {StepState::Failed, 1042, 2042, QStringLiteral("no answer")};
    model.setRecords(records);
    QCOMPARE(text(model, stop, model.columnOf(QStringLiteral("took"))), QStringLiteral("42 ms"));
    QVERIFY(!model.index(stop, model.columnOf(QStringLiteral("took"))).data(NonValueRole).toBool());
    const int promote = model.rowOf(QStringLiteral("promote"));
    QCOMPARE(text(model, promote, model.columnOf(QStringLiteral("state"))), QStringLiteral("failed"));
    QVERIFY(model.index(promote, model.columnOf(QStringLiteral("step")))
                .data(Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("no answer")));
}

void TestOperationModels::candidates()
{
    CandidatesModel model;
    const QAbstractItemModelTester tester(&model);
    cluster::ClusterState state;
    state.snapshot = std::make_shared<const cluster::Snapshot>(withWitness());
    state.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(*state.snapshot));
    model.setState(state, smallPlan());
    // Neither the primary nor a witness can take over.
    QCOMPARE(keys(model), QStringList({QStringLiteral("pg2"), QStringLiteral("pg3")}));
    const int verdict = model.columnOf(QStringLiteral("verdict"));
    QCOMPARE(text(model, 0, verdict), QStringLiteral("ready, with warnings"));
    QCOMPARE(text(model, 1, verdict), QStringLiteral("does not follow the primary"));
    model.setState({}, {});
    QCOMPARE(model.rowCount(), 0);
}

QTEST_GUILESS_MAIN(TestOperationModels)
#include "tst_operationmodels.moc"
