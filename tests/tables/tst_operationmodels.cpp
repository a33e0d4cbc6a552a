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
    void stepThatRunsSaysWhatItWaitsFor();
    void proofsAreNeverGreenBeforeTheyAreShown();
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
    plan.checks.front().group = QStringLiteral("The cluster"); // alone in it: not one of those that are open at first
    plan.checks.insert(plan.checks.begin() + 1, plan.checks.front());
    plan.checks[1].group = QStringLiteral("pg2 can take over");
    plan.checks[0].id = QStringLiteral("one_primary");
    model.setChecks(plan.checks);
    QCOMPARE(keys(model), QStringList({QStringLiteral("group/The cluster"), QStringLiteral("one_primary"),
                                       QStringLiteral("group/pg2 can take over"), QStringLiteral("candidate_streams"),
                                       QStringLiteral("group/pg1 stops cleanly"), QStringLiteral("archive"),
                                       QStringLiteral("group/Afterwards")}));
    QCOMPARE(model.index(6, 0).data(SecondaryRole).toString(), QStringLiteral("2 warnings"));
    QVERIFY(!model.index(6, 0).data(RadioRole).toBool()); // folded
    model.toggle(QStringLiteral("group/Afterwards"));
    QCOMPARE(keys(model).mid(6),
             QStringList({QStringLiteral("group/Afterwards"), QStringLiteral("slots"), QStringLiteral("slots/2")}));
    model.toggle(QStringLiteral("archive")); // no heading
    model.toggle(QStringLiteral("group/The cluster"));
    QCOMPARE(keys(model).size(), 8);
    model.toggle(QStringLiteral("group/The cluster"));
    plan = smallPlan();
    model.setChecks(plan.checks);
    QCOMPARE(text(model, 0, 0), QStringLiteral("pg2 can take over"));
    QCOMPARE(model.index(0, 0).data(FormRole).toInt(), static_cast<int>(RowForm::Fold));
    QCOMPARE(text(model, 1, 1), QStringLiteral("evidence of candidate_streams"));
    QCOMPARE(model.index(5, 0).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Warning));
    QVERIFY(model.index(5, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("remedy of slots")));
    QCOMPARE(model.count(CheckResult::Passed), 2);
    plan.checks[1].result = CheckResult::Unknown;
    model.setChecks(plan.checks);
    QCOMPARE(model.index(3, 0).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Unknown));
    // What refuses is never folded away by itself.
    ChecksModel other;
    plan.checks[3].result = CheckResult::Failed;
    other.setChecks(plan.checks);
    QVERIFY(other.rowOf(QStringLiteral("slots/2")) > 0);
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
    // When it began, from the first step on, and that the return is behind.
    QCOMPARE(text(model, promote, model.columnOf(QStringLiteral("at"))), QStringLiteral("0.042"));
    const int ponr = model.rowOf(QStringLiteral("point-of-no-return"));
    QVERIFY(model.index(ponr, 0).data(SecondaryRole).toString().startsWith(QStringLiteral("passed at ")));
    QVERIFY(model.index(ponr, 0).data(BandRole).toBool());
    const int outage = model.rowOf(QStringLiteral("phase/Writes wait"));
    QCOMPARE(text(model, outage, 0), QStringLiteral("Writes waited"));
    QCOMPARE(model.index(outage, 0).data(SecondaryRole).toString(), QStringLiteral("1 s by the steps"));
}

void TestOperationModels::stepThatRunsSaysWhatItWaitsFor()
{
    StepsModel model;
    const QAbstractItemModelTester tester(&model);
    operations::Plan plan = smallPlan();
    plan.steps[3].actions[0].text = QStringLiteral("pg1 streams from pg2");
    plan.steps[3].deadlineMs = 20'000;
    model.setPlan(plan);
    QCOMPARE(model.index(0, 0).data(SecondaryRole).toString(), QStringLiteral("about 40 ms"));
    operations::Progress progress(plan);
    for (int i = 0; i < 3; ++i) {
        progress.setStep(i, {StepState::Done, 1000 + 10 * i, 1010 + 10 * i, {}});
    }
    progress.setStep(3, {StepState::Started, 1030, 0, {}});
    progress.note(3, {operations::ActionNote::List::Actions, 0, operations::ActionNote::State::Asked, 1030, {}});
    model.setProgress(progress, 1130);
    QCOMPARE(model.rowOf(QStringLiteral("note/rejoin")), -1); // too short to be worth words
    model.setProgress(progress, 6030);
    const int note = model.rowOf(QStringLiteral("note/rejoin"));
    QCOMPARE(note, model.rowOf(QStringLiteral("rejoin")) + 1);
    QCOMPARE(text(model, note, 0), QStringLiteral("Waits until pg1 streams from pg2; the deadline is 20 s."));
    // A command that says what it waits for is heard.
    plan.steps[3].actions[0].kind = operations::Action::Kind::Command;
    plan.steps[3].actions[0].argv = {QStringLiteral("true")};
    model.setPlan(plan);
    progress.say(QStringLiteral("pg1"), QStringLiteral("still there after 3 s: walsender"), 4000);
    progress.say(QStringLiteral("pg2"), QStringLiteral("something else"), 4000);
    model.setProgress(progress, 6030);
    QVERIFY(text(model, note, 0).endsWith(QStringLiteral("20 s. still there after 3 s: walsender")));
    const auto bar = model.index(note + 1, 0).data(BarRole).value<Bar>();
    QCOMPARE(bar.fraction, 0.25);
    QCOMPARE(text(model, note - 1, model.columnOf(QStringLiteral("took"))), QStringLiteral("5 s"));
    progress.setStep(3, {StepState::Done, 1030, 7030, {}});
    model.setProgress(progress, 7030);
    QCOMPARE(model.rowOf(QStringLiteral("note/rejoin")), -1);
}

void TestOperationModels::proofsAreNeverGreenBeforeTheyAreShown()
{
    ProofsModel model;
    const QAbstractItemModelTester tester(&model);
    using operations::ProofState;
    model.setProofs({{QStringLiteral("a"), QStringLiteral("A"), ProofState::Waiting, QStringLiteral("later")},
                     {QStringLiteral("b"), QStringLiteral("B"), ProofState::Asked, {}},
                     {QStringLiteral("c"), QStringLiteral("C"), ProofState::Shown, QStringLiteral("seen")},
                     {QStringLiteral("d"), QStringLiteral("D"), ProofState::Failed, QStringLiteral("no")}});
    QVERIFY(!model.index(0, 0).data(VerdictRole).isValid());
    QVERIFY(!model.index(1, 0).data(VerdictRole).isValid());
    QCOMPARE(model.index(2, 0).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Ok));
    QCOMPARE(model.index(3, 0).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Critical));
}

void TestOperationModels::candidates()
{
    CandidatesModel model;
    const QAbstractItemModelTester tester(&model);
    cluster::ClusterState state;
    state.snapshot = std::make_shared<const cluster::Snapshot>(withWitness());
    state.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(*state.snapshot));
    model.setState(state, smallPlan(), {{QStringLiteral("pg2"), Spark{{1, 2, 3}}}});
    // Neither the primary nor a witness can take over.
    QCOMPARE(keys(model), QStringList({QStringLiteral("pg2"), QStringLiteral("pg3")}));
    const int verdict = model.columnOf(QStringLiteral("verdict"));
    QCOMPARE(text(model, 0, verdict), QStringLiteral("ready, 2 warnings"));
    // The other by what the state tells, which refuses it.
    QCOMPARE(text(model, 1, verdict), QStringLiteral("it follows pg2"));
    QCOMPARE(model.index(1, verdict).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Critical));
    const int waits = model.columnOf(QStringLiteral("waits"));
    QCOMPARE(text(model, 0, waits), QStringLiteral("80 ms")); // stop and promote of that plan
    QVERIFY(!model.index(0, waits).data(NonValueRole).toBool());
    QCOMPARE(text(model, 1, waits), QStringLiteral("not estimated"));
    QCOMPARE(model.index(0, 0).data(RadioRole).toBool(), true);
    QCOMPARE(model.index(1, 0).data(RadioRole).toBool(), false);
    QCOMPARE(model.index(0, model.columnOf(QStringLiteral("trend"))).data(SparkRole).value<Spark>().values.size(),
             std::size_t(3));
    // A plan that a check refuses has no estimate, and one that is still being checked is not green.
    operations::Plan refused = smallPlan();
    refused.checks[0].result = CheckResult::Failed;
    model.setState(state, refused);
    QCOMPARE(text(model, 0, waits), QStringLiteral("not estimated"));
    operations::Plan empty;
    empty.to = QStringLiteral("pg2");
    model.setState(state, empty);
    QCOMPARE(model.index(0, verdict).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Unknown));
    // One whose facts would do is not ready by them alone.
    cluster::ClusterState both;
    both.snapshot = std::make_shared<const cluster::Snapshot>(threeNodes());
    both.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(*both.snapshot));
    model.setState(both, empty);
    for (int row = 0; row < model.rowCount(); ++row) {
        const QVariant shown = model.index(row, verdict).data(VerdictRole);
        QVERIFY(!shown.isValid() || shown.toInt() != static_cast<int>(cluster::Verdict::Ok));
    }
    // With its own plan it is, and what it would cost is told.
    operations::Plan chosen = smallPlan();
    chosen.to = QStringLiteral("pg3");
    operations::Plan other = smallPlan();
    other.to = QStringLiteral("pg2");
    for (operations::Check &check : other.checks) {
        check.result = CheckResult::Passed;
    }
    cluster::Snapshot whole = threeNodes();
    for (const QString &node : {QStringLiteral("pg1"), QStringLiteral("pg2")}) {
        for (const char *name : {"max_worker_processes", "max_prepared_transactions", "max_locks_per_transaction"}) {
            setSetting(edit(whole, node), QLatin1String(name), QStringLiteral("64"));
        }
    }
    both.snapshot = std::make_shared<const cluster::Snapshot>(whole);
    both.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(whole));
    model.setState(both, chosen, {}, {other});
    QCOMPARE(text(model, 0, waits), QStringLiteral("80 ms"));
    QCOMPARE(text(model, 0, verdict), QStringLiteral("ready"));
    other.checks[0].result = CheckResult::Failed;
    model.setState(both, chosen, {}, {other});
    QCOMPARE(text(model, 0, waits), QStringLiteral("not estimated"));
    QCOMPARE(text(model, 0, verdict), QStringLiteral("refused"));
    model.setState({}, {});
    QCOMPARE(model.rowCount(), 0);
}

QTEST_GUILESS_MAIN(TestOperationModels)
#include "tst_operationmodels.moc"
