// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "operations/planjson.h"
#include "operations/proofs.h"
#include "operations/switchover/estimate.h"
#include "support/plans.h"

using namespace howdah;
using namespace howdah::operations;
using probe::Measured;
using testsupport::smallPlan;

/// What is proved of a result, and what is expected of the next one.
class TestProofs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingIsShownBeforeItWasAsked();
    void whatIsAsBeforeHasNothingToShow();
    void actionsShowOneByOne();
    void whatFailsIsNotShown();
    void lostIsCountedWhereItCan();
    void journalIsClosedAtTheEnd();
    void estimatesAreMedians();
    void lanesAreWaitedForOnce();
    void managersStepIsNotAllWaiting();
    void estimatesOfOthersDoNotCount();
    void replayComesOnTop();
    void refusedIsNotEstimated();
};

namespace {

Action showing(const char *node, const QStringList &shows, const char *text = "")
{
    Action action;
    action.node = QLatin1String(node);
    action.sql = QStringLiteral("SELECT 1");
    action.shows = shows;
    action.text = QLatin1String(text);
    return action;
}

Plan plan()
{
    Plan plan = smallPlan();
    plan.steps[1].actions = {showing("pg2", {kShowsNothingLost})};
    plan.steps[3].actions = {showing("pg2", {kShowsOneWritable}, "pg2 takes writes"),
                             showing("pg2", {kShowsWritten}),
                             showing("pg1", {kShowsOneWritable, kShowsSeen}, "pg1 is a standby"),
                             showing("pg1", {kShowsFollows + QStringLiteral("pg1")}, "pg1 streams"),
                             showing("pg2", {kShowsSlot}, "slot a is in use"),
                             showing("pg2", {kShowsSlot}, "slot b is in use")};
    return plan;
}

ActionNote note(int index, ActionNote::State state, qint64 at = 0, const char *seen = "")
{
    return {ActionNote::List::Actions, index, state, at, QLatin1String(seen)};
}

Proof proofOf(const std::vector<Proof> &proofs, const QString &id)
{
    for (const Proof &proof : proofs) {
        if (proof.id == id) {
            return proof;
        }
    }
    return {.id = QStringLiteral("missing"), .title = {}, .state = ProofState::Failed, .evidence = {}};
}

#define COMPARE_STATE(proofs, which, wanted)                                                                           \
    QVERIFY2(isIn(proofs, which, wanted),                                                                              \
             qPrintable(proofOf(proofs, which).title + QLatin1String(": ") + proofOf(proofs, which).evidence))

bool isIn(const std::vector<Proof> &proofs, const QString &id, ProofState state)
{
    return proofOf(proofs, id).id == id && proofOf(proofs, id).state == state;
}

Operation done(const QString &cluster, int stopMs, int promoteMs)
{
    Operation operation;
    operation.plan = smallPlan();
    operation.plan.cluster = cluster;
    operation.outcome = Outcome::Done;
    operation.steps.resize(operation.plan.steps.size());
    operation.steps[1] = {StepState::Done, 1000, 1000 + stopMs, {}};
    operation.steps[2] = {StepState::Done, 2000, 2000 + promoteMs, {}};
    return operation;
}

Plan passed()
{
    Plan plan = smallPlan();
    plan.checks.resize(2);
    return plan;
}

} // namespace

void TestProofs::nothingIsShownBeforeItWasAsked()
{
    const Plan all = plan();
    for (const Proof &proof : proofsOf(all, Progress(all), {})) {
        QVERIFY2(proof.state == ProofState::Waiting, qPrintable(proof.title));
    }
    QCOMPARE(proofsOf(all, Progress(all), {}).size(), std::size_t(6));
}

/// Nothing is wrong with a cluster that is as it was before: what was never to be shown is not missing.
void TestProofs::whatIsAsBeforeHasNothingToShow()
{
    const Plan all = plan();
    for (const Outcome outcome : {Outcome::Refused, Outcome::Undone}) {
        Progress progress(all);
        progress.setStep(3, {StepState::Undone, 1000, 1100, {}});
        progress.note(3, note(0, ActionNote::State::Held, 1000));
        progress.end(outcome);
        for (const Proof &proof : proofsOf(all, progress, {})) {
            QVERIFY2(proof.state == ProofState::Waiting, qPrintable(proof.title));
        }
        QCOMPARE(proofOf(proofsOf(all, progress, {}), QStringLiteral("journal")).evidence, toString(outcome));
    }
    Progress halfWay(all);
    halfWay.end(Outcome::Incomplete);
    COMPARE_STATE(proofsOf(all, halfWay, {}), kShowsOneWritable, ProofState::Failed);
}

void TestProofs::actionsShowOneByOne()
{
    const Plan all = plan();
    Progress progress(all);
    progress.setStep(3, {StepState::Started, 1000, 0, {}});
    progress.note(3, note(0, ActionNote::State::Held, 1000));
    COMPARE_STATE(proofsOf(all, progress, {}), kShowsOneWritable, ProofState::Asked);
    progress.note(3, note(1, ActionNote::State::Held, 1002));
    progress.note(3, note(2, ActionNote::State::Asked, 1003));
    QCOMPARE(progress.asked(3)->index, 2);
    COMPARE_STATE(proofsOf(all, progress, {}), kShowsOneWritable, ProofState::Asked);
    progress.note(3, note(2, ActionNote::State::Held, 1006));
    auto proofs = proofsOf(all, progress, {});
    COMPARE_STATE(proofs, kShowsOneWritable, ProofState::Shown);
    QCOMPARE(proofOf(proofs, kShowsOneWritable).evidence, QStringLiteral("pg2; pg1 is in recovery"));
    COMPARE_STATE(proofs, kShowsSeen, ProofState::Shown);
    QCOMPARE(proofOf(proofs, kShowsSeen).evidence, QStringLiteral("on pg1 after 4 ms"));
    progress.note(3, note(3, ActionNote::State::Held, 1007, "streaming, timeline 8"));
    progress.note(3, note(4, ActionNote::State::Held, 1008));
    progress.note(3, note(5, ActionNote::State::Asked, 1009));
    proofs = proofsOf(all, progress, {});
    QCOMPARE(proofOf(proofs, QStringLiteral("follows/pg1")).title, QStringLiteral("pg1 follows pg2"));
    QCOMPARE(proofOf(proofs, QStringLiteral("follows/pg1")).evidence, QStringLiteral("streaming, timeline 8"));
    COMPARE_STATE(proofs, kShowsSlot, ProofState::Asked);
    QCOMPARE(proofOf(proofs, kShowsSlot).evidence, QStringLiteral("1 of 2, waiting: slot b is in use"));
}

void TestProofs::whatFailsIsNotShown()
{
    const Plan all = plan();
    Progress progress(all);
    progress.note(3, note(4, ActionNote::State::Held));
    progress.note(3, note(5, ActionNote::State::Asked));
    progress.setStep(3, {StepState::Failed, 1000, 31'000, QStringLiteral("slot b")});
    COMPARE_STATE(proofsOf(all, progress, {}), kShowsSlot, ProofState::Failed);
    Progress ended(all);
    ended.end(Outcome::Incomplete);
    for (const Proof &proof : proofsOf(all, ended, {})) {
        QVERIFY2(proof.state == ProofState::Failed, qPrintable(proof.title));
    }
}

void TestProofs::lostIsCountedWhereItCan()
{
    const Plan all = plan();
    Progress progress(all);
    progress.note(1, note(0, ActionNote::State::Held, 1000, "replayed to 0/3000060"));
    auto proofs = proofsOf(all, progress, {});
    COMPARE_STATE(proofs, kShowsNothingLost, ProofState::Shown);
    QCOMPARE(proofOf(proofs, kShowsNothingLost).evidence, QStringLiteral("by position: replayed to 0/3000060"));
    Measured measured;
    measured.acknowledged = 14'902;
    COMPARE_STATE(proofsOf(all, progress, measured), kShowsNothingLost, ProofState::Asked); // to be counted yet
    measured.lost = 0;
    measured.counted = 14'902;
    measured.timelineBefore = 7;
    measured.timelineCounted = 8;
    proofs = proofsOf(all, progress, measured);
    COMPARE_STATE(proofs, kShowsNothingLost, ProofState::Shown);
    QVERIFY(proofOf(proofs, kShowsNothingLost).evidence.endsWith(QStringLiteral("acknowledged commits are on pg2")));
    measured.lost = 3;
    COMPARE_STATE(proofsOf(all, progress, measured), kShowsNothingLost, ProofState::Failed);
    measured.lost.reset();
    measured.counts = false; // messages: by position again
    COMPARE_STATE(proofsOf(all, progress, measured), kShowsNothingLost, ProofState::Shown);
    measured.counts = true;
    progress.end(Outcome::Done);
    COMPARE_STATE(proofsOf(all, progress, measured), kShowsNothingLost, ProofState::Failed); // they never were
}

void TestProofs::journalIsClosedAtTheEnd()
{
    const Plan all = plan();
    Progress progress(all);
    COMPARE_STATE(proofsOf(all, progress, {}), QStringLiteral("journal"), ProofState::Waiting);
    progress.end(Outcome::Done);
    COMPARE_STATE(proofsOf(all, progress, {}), QStringLiteral("journal"), ProofState::Shown);
}

void TestProofs::estimatesAreMedians()
{
    const QString orders = QStringLiteral("orders");
    const auto estimates =
        switchover::estimatesFrom({done(orders, 50, 60), done(orders, 1000, 61), done(orders, 46, 70)}, orders);
    QCOMPARE(estimates.switchovers, 3);
    QCOMPARE(estimates.stepMs.value(QStringLiteral("stop")), 50);
    Plan plan = passed();
    switchover::applyEstimates(plan, estimates, {});
    QCOMPARE(plan.steps[1].expectedMs, 50);
    QCOMPARE(plan.steps[1].expectedFrom, 3);
    const auto wait = switchover::writesWait(plan);
    QVERIFY(wait);
    QCOMPARE(wait->ms, 50 + 61);
    QCOMPARE(switchover::waitBasis(*wait), QStringLiteral("median of 3 switchovers here"));
    QCOMPARE(switchover::waitText(*wait), QStringLiteral("about 111 ms"));
}

/// Those that are done at once, as gateways are led, are waited for once; the steps' heading says the same.
void TestProofs::lanesAreWaitedForOnce()
{
    Plan plan = passed();
    const int one = switchover::writesWait(plan)->ms;
    for (const int takes : {40, 60}) {
        Step gateway = plan.steps[1];
        gateway.id = QStringLiteral("gateway_%1").arg(takes);
        gateway.expectedMs = takes;
        gateway.lane = 3;
        plan.steps.push_back(gateway);
    }
    QCOMPARE(switchover::writesWait(plan)->ms, one + 60);
}

/// A manager goes on long after writes are taken again; that is no outage, nor does it say how long that was.
void TestProofs::managersStepIsNotAllWaiting()
{
    Plan plan = passed();
    plan.steps[1].expectedMs = 6000;
    plan.steps[1].expectedFrom = 3;
    plan.steps[1].waitsMs = 500;
    const auto wait = switchover::writesWait(plan);
    QVERIFY(wait);
    QCOMPARE(wait->ms, 500 + plan.steps[2].expectedMs);
    QVERIFY(switchover::waitBasis(*wait).startsWith(QStringLiteral("typical")));
    const auto again = planFromJson(toJson(plan));
    QVERIFY(again);
    QCOMPARE(again->steps[1].waitsMs, 500);
}

void TestProofs::estimatesOfOthersDoNotCount()
{
    Operation failed = done(QStringLiteral("orders"), 1, 1);
    failed.outcome = Outcome::Undone;
    Operation resumed = done(QStringLiteral("orders"), 1, 1);
    resumed.resumed = true;
    const auto none =
        switchover::estimatesFrom({done(QStringLiteral("billing"), 1, 1), failed, resumed}, QStringLiteral("orders"));
    QCOMPARE(none.switchovers, 0);
    Plan plan = passed();
    switchover::applyEstimates(plan, none, {});
    QCOMPARE(plan.steps[1].expectedMs, 40); // what is usual
    QVERIFY(switchover::waitBasis(*switchover::writesWait(plan)).startsWith(QStringLiteral("typical")));
}

void TestProofs::replayComesOnTop()
{
    Plan plan = passed();
    plan.steps[1].id = QStringLiteral("prove");
    Plan little = plan;
    switchover::applyEstimates(little, {}, {100'000, {}});
    QCOMPARE(little.steps[1].expectedMs, 40);
    Plan much = plan;
    switchover::applyEstimates(much, {}, {20'000'000, 100e6});
    QCOMPARE(much.steps[1].expectedMs, 240);
    Plan unknown = plan;
    switchover::applyEstimates(unknown, {}, {20'000'000, {}}); // nobody has seen it replay
    QVERIFY(!switchover::writesWait(unknown));
}

void TestProofs::refusedIsNotEstimated()
{
    Plan plan = passed();
    QVERIFY(switchover::writesWait(plan));
    plan.checks[0].result = CheckResult::Failed;
    QVERIFY(!switchover::writesWait(plan));
    plan.checks[0].result = CheckResult::Unknown;
    QVERIFY(!switchover::writesWait(plan));
    QVERIFY(!switchover::writesWait({}));
}

QTEST_GUILESS_MAIN(TestProofs)
#include "tst_proofs.moc"
