// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>

#include "runnerbench.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::unit;

/// What has happened by the time that an operation is taken up, or back; and what servers get to hear of secrets.
class TestRunnerLater : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void resumeFinishesAfterEachStep();
    void whatCannotBeDoneTwiceIsUndoneFirst();
    void whatWasProvedIsProvedAnew();
    void silenceIsGoodEnoughForTheFirstRunOnly();
    void unfinishedWayBackGoesFirst();
    void undoTakesBackAfterEachStep();
    void undoBehindTheReturnChangesNothing();
    void secondToTheLockTakesNothingBack_data();
    void secondToTheLockTakesNothingBack();
    void guardOfTheWayBack();
    void otherServersAreLeftAlone_data() { secondToTheLockTakesNothingBack_data(); }
    void otherServersAreLeftAlone();
    void guardOfTheWayOn();
    void failedTryIsTakenBackGuarded();
    void lockThatIsLostEndsIt();
    void whatOthersHaveChangedIsLeft();
    void columnWithoutNameIsNotNamed();
    void secretsAreNotHeard();
    void secretIsAskedForOnceItsServerRuns();
};

void TestRunnerLater::resumeFinishesAfterEachStep()
{
    for (int at = 0; at < static_cast<int>(plan().steps.size()); ++at) {
        for (const StepState state : {StepState::Started, StepState::Done}) {
            Bench bench(plan());
            dieAt(bench, at, state);
            bench.takeUp();
            if (at < 5) {
                QCOMPARE(word(bench.interrupted.outcome), word(Outcome::Interrupted));
            }
            bench.runner->resume(bench.interrupted);
            QTRY_VERIFY(bench.outcome);
            QCOMPARE(word(*bench.outcome), word(Outcome::Done));
            QCOMPARE(word(bench.recorded()), word(Outcome::Done));
            // The lock ended with the console; what was begun is looked at first, and need not be done twice.
            QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: do lock")));
            QVERIFY(at != 2 || !bench.hands.told.contains(QStringLiteral("pg1: do promote")));
            QVERIFY(at < 1 || !bench.hands.told.contains(QStringLiteral("pg1: do stop")));
        }
    }
}

void TestRunnerLater::whatCannotBeDoneTwiceIsUndoneFirst()
{
    Plan once = plan();
    once.steps[1].undoneFirst = true;
    Bench bench(once);
    dieAt(bench, 1, StepState::Started);
    bench.takeUp();
    bench.runner->resume(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));
    const auto undone = bench.hands.told.indexOf(QStringLiteral("pg1: undo stop"));
    QVERIFY(undone >= 0);
    QVERIFY(bench.hands.told.indexOf(QStringLiteral("pg1: do stop")) > undone);
}

/// What held before the console died need not hold any more when another one promotes.
void TestRunnerLater::whatWasProvedIsProvedAnew()
{
    Plan proving = plan();
    proving.steps[2].provenAnew = {QStringLiteral("stop")};
    for (const StepState state : {StepState::Waiting, StepState::Started}) {
        Bench bench(proving);
        dieAt(bench, state == StepState::Waiting ? 1 : 2, state == StepState::Waiting ? StepState::Done : state);
        bench.takeUp();
        bench.hands.answers[QStringLiteral("is promote")] = FakeHands::one(QStringLiteral("f"));
        bench.hands.answers[QStringLiteral("do stop")] =
            tl::unexpected(FakeHands::failure(QStringLiteral("it serves again"), false));
        bench.runner->resume(bench.interrupted);
        QTRY_VERIFY(bench.outcome);
        QVERIFY(!bench.hands.told.contains(QStringLiteral("pg1: do promote")));
        QVERIFY(*bench.outcome == Outcome::Undone || *bench.outcome == Outcome::Incomplete);
    }
    // A first run has just proved it.
    Bench fresh(proving);
    fresh.runner->start();
    QTRY_VERIFY(fresh.outcome);
    QCOMPARE(fresh.hands.told.count(QStringLiteral("pg1: do stop")), 1);
}

void TestRunnerLater::silenceIsGoodEnoughForTheFirstRunOnly()
{
    Plan careful = plan();
    Action asked = sql(QStringLiteral("is pg2 a standby"), true);
    asked.orSilent = true;
    careful.steps[1].undo.insert(careful.steps[1].undo.begin(), asked);
    const auto fail = [](Bench &bench, const Handed<Table> &answer) {
        bench.hands.answers[QStringLiteral("do promote")] =
            tl::unexpected(FakeHands::failure(QStringLiteral("denied"), false));
        bench.hands.answers[QStringLiteral("is pg2 a standby")] = answer;
    };
    Bench silent(careful);
    fail(silent, tl::unexpected(FakeHands::failure(QStringLiteral("no route"))));
    silent.runner->start();
    QTRY_VERIFY(silent.outcome);
    QVERIFY(silent.hands.told.contains(QStringLiteral("pg1: undo stop")));
    // One that was promoted meanwhile has the last word.
    Bench promoted(careful);
    fail(promoted, FakeHands::one(QStringLiteral("f")));
    promoted.runner->start();
    QTRY_VERIFY(promoted.outcome);
    QVERIFY(!promoted.hands.told.contains(QStringLiteral("pg1: undo stop")));
    QCOMPARE(word(*promoted.outcome), word(Outcome::Incomplete));
    // Taken up again, nobody knows what happened meanwhile.
    Bench later(careful);
    dieAt(later, 1, StepState::Done);
    later.takeUp();
    fail(later, tl::unexpected(FakeHands::failure(QStringLiteral("no route"))));
    later.runner->undo(later.interrupted);
    QTRY_VERIFY(later.outcome);
    QVERIFY(!later.hands.told.contains(QStringLiteral("pg1: undo stop")));
}

/// With the old primary down and not to be started, what was prepared is gone: then there is only the way back.
void TestRunnerLater::unfinishedWayBackGoesFirst()
{
    Plan locked = plan();
    locked.steps[0].renewedUntil = QStringLiteral("stop");
    Bench bench(locked);
    dieAt(bench, 1, StepState::Started);
    bench.takeUp();
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
    bench.hands.answers[QStringLiteral("undo stop")] =
        tl::unexpected(FakeHands::failure(QStringLiteral("nobody answers")));
    bench.hands.answers[QStringLiteral("undo lock")] =
        tl::unexpected(FakeHands::failure(QStringLiteral("nobody answers")));
    bench.runner->resume(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Incomplete));
    QCOMPARE(bench.remains.filter(QStringLiteral("\"stop\" could not be undone: nobody answers. see to stop")).size(),
             1);
    // A lock is gone with its session, whether somebody answers or not.
    QCOMPARE(bench.remains.filter(QStringLiteral("\"lock\"")).size(), 0);
    bench.takeUp();
    bench.hands.answers.clear();
    bench.runner->resume(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QCOMPARE(bench.hands.told,
             told({QStringLiteral("do lock"), QStringLiteral("undo stop"), QStringLiteral("undo lock")}));
    QVERIFY2(bench.remains.first().contains(QStringLiteral("an earlier try")), qPrintable(bench.remains.first()));
    QCOMPARE(bench.runner->steps()[1].remark, QString()); // nobody answered the first time
}

void TestRunnerLater::undoTakesBackAfterEachStep()
{
    for (int at = 0; at < 2; ++at) {
        for (const StepState state : {StepState::Started, StepState::Done}) {
            if (at == 1 && state == StepState::Done) {
                continue; // that is the point of no return
            }
            Bench bench(plan());
            dieAt(bench, at, state);
            bench.takeUp();
            bench.runner->undo(bench.interrupted);
            QTRY_VERIFY(bench.outcome);
            QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
            QCOMPARE(bench.hands.told.last(), QStringLiteral("pg1: undo lock"));
            // Behind the end of one step the next one has begun at once.
            QCOMPARE(bench.hands.told.contains(QStringLiteral("pg1: undo stop")), at == 1 || state == StepState::Done);
        }
    }
}

void TestRunnerLater::undoBehindTheReturnChangesNothing()
{
    Bench bench(plan());
    dieAt(bench, 2, StepState::Started);
    bench.takeUp();
    bench.runner->undo(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Incomplete));
    QCOMPARE(bench.hands.told, QStringList());
    QVERIFY(bench.remains.first().contains(QStringLiteral("promote")));
}

void TestRunnerLater::secondToTheLockTakesNothingBack_data()
{
    QTest::addColumn<bool>("resumed");
    QTest::newRow("resume") << true;
    QTest::newRow("undo") << false;
}

/// Who takes up what a console has left must not do so beside another one, from whichever machine.
void TestRunnerLater::secondToTheLockTakesNothingBack()
{
    QFETCH(bool, resumed);
    Plan locked = plan();
    locked.steps[0].actions[0].expectsTrue = true;
    Bench bench(locked);
    dieAt(bench, 1, StepState::Started);
    bench.takeUp();
    bench.hands.answers[QStringLiteral("do lock")] = FakeHands::one(QStringLiteral("f"));
    resumed ? bench.runner->resume(bench.interrupted) : bench.runner->undo(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Refused));
    // It is as interrupted as it was, and as bad.
    bench.runner.reset();
    QCOMPARE(word(bench.recorded()), word(Outcome::Interrupted));
    // Whatever it has of it itself it lets go: a window's sessions live on.
    QCOMPARE(bench.hands.told, told({QStringLiteral("do lock"), QStringLiteral("undo lock")}));
    QVERIFY2(bench.remains.first().contains(QStringLiteral("Nothing was done or taken back")),
             qPrintable(bench.remains.first()));
    // A node that is away has no lock to give, and keeps nobody from the way back.
    bench.takeUp();
    bench.hands.answers[QStringLiteral("do lock")] = tl::unexpected(FakeHands::failure(QStringLiteral("no route")));
    bench.runner->undo(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: undo stop")));
}

/// Somebody else has switched over since: what was prepared may be what that one relies on.
void TestRunnerLater::guardOfTheWayBack()
{
    for (const bool holds : {true, false}) {
        Plan guarded = plan();
        const Action guard = sql(QStringLiteral("is it still so"), true);
        guarded.undoGuards = {guard};
        Bench bench(guarded);
        dieAt(bench, 1, StepState::Started);
        bench.takeUp();
        bench.hands.answers[QStringLiteral("is it still so")] =
            FakeHands::one(holds ? QStringLiteral("t") : QStringLiteral("f"));
        bench.runner->undo(bench.interrupted);
        QTRY_VERIFY(bench.outcome);
        QCOMPARE(word(*bench.outcome), word(holds ? Outcome::Undone : Outcome::Incomplete));
        QCOMPARE(bench.hands.told.contains(QStringLiteral("pg1: undo stop")), holds);
        QVERIFY(holds || bench.remains.first().contains(QStringLiteral("Nothing was taken back")));
    }
}

/// Another cluster file has nodes of the same names, which lead to another cluster's servers.
void TestRunnerLater::otherServersAreLeftAlone()
{
    QFETCH(bool, resumed);
    Plan known = plan();
    known.takeUpGuards = {sql(QStringLiteral("are you the ones"), true)};
    Bench bench(known);
    dieAt(bench, 1, StepState::Started);
    bench.takeUp();
    bench.hands.answers[QStringLiteral("are you the ones")] = FakeHands::one(QStringLiteral("f"));
    resumed ? bench.runner->resume(bench.interrupted) : bench.runner->undo(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Refused));
    QCOMPARE(bench.hands.told, told({QStringLiteral("are you the ones")}));
    QVERIFY2(bench.remains.first().contains(QStringLiteral("Nothing was done or taken back")),
             qPrintable(bench.remains.first()));
    bench.runner.reset();
    QCOMPARE(word(bench.recorded()), word(Outcome::Interrupted)); // for whoever has the right file
}

/// Somebody else has become the primary since: what is left would lead there that nobody wants.
void TestRunnerLater::guardOfTheWayOn()
{
    const Action guard = sql(QStringLiteral("is nobody else"), true);
    for (const bool returns : {true, false}) {
        for (const bool holds : {true, false}) {
            Plan guarded = plan();
            guarded.resumeGuards = {guard};
            guarded.steps[2].pointOfNoReturn = returns;
            Bench bench(guarded);
            dieAt(bench, returns ? 3 : 1, StepState::Started);
            bench.takeUp();
            bench.hands.answers[guard.sql] = FakeHands::one(holds ? QStringLiteral("t") : QStringLiteral("f"));
            bench.runner->resume(bench.interrupted);
            QTRY_VERIFY(bench.outcome);
            QCOMPARE(word(*bench.outcome), word(holds ? Outcome::Done : Outcome::Refused));
            if (!holds) {
                QCOMPARE(bench.hands.told, QStringList{QStringLiteral("pg1: is nobody else")});
                bench.runner.reset(); // it is as interrupted as it was
                QCOMPARE(word(bench.recorded()), word(Outcome::Interrupted));
            }
        }
    }
    // Before it, and as long as it may not have happened, each step is asked about anew.
    for (const int at : {1, 2}) {
        Plan guarded = plan();
        guarded.resumeGuards = {guard};
        Bench bench(guarded);
        dieAt(bench, at, StepState::Started);
        bench.takeUp();
        bench.runner->resume(bench.interrupted);
        QTRY_VERIFY(bench.outcome);
        QVERIFY(!bench.hands.told.contains(QStringLiteral("pg1: is nobody else")));
    }
}

/// The way back of one that was taken up is no other for having been tried to go on first.
void TestRunnerLater::failedTryIsTakenBackGuarded()
{
    Plan guarded = plan();
    const Action guard = sql(QStringLiteral("is it still so"), true);
    guarded.undoGuards = {guard};
    Bench bench(guarded);
    dieAt(bench, 1, StepState::Started);
    bench.takeUp();
    bench.hands.answers[guard.sql] = FakeHands::one(QStringLiteral("f"));
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
    bench.runner->resume(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Incomplete));
    QVERIFY(!bench.hands.told.contains(QStringLiteral("pg1: undo stop")));
    QVERIFY2(bench.remains.first().startsWith(QStringLiteral("stop: ")), qPrintable(bench.remains.first()));
    QVERIFY(bench.remains[1].contains(QStringLiteral("Nothing was taken back")));
}

/// A session ends unseen, and the next question opens another one, which holds nothing.
void TestRunnerLater::lockThatIsLostEndsIt()
{
    Plan locked = plan();
    locked.steps[0].stillHeld = {sql(QStringLiteral("is it ours"), true)};
    for (const bool ours : {true, false}) {
        Bench bench(locked);
        bench.hands.answers[QStringLiteral("is it ours")] =
            FakeHands::one(ours ? QStringLiteral("t") : QStringLiteral("f"));
        bench.runner->start();
        QTRY_VERIFY(bench.outcome);
        QCOMPARE(word(*bench.outcome), word(ours ? Outcome::Done : Outcome::Refused));
        QCOMPARE(bench.hands.told.contains(QStringLiteral("pg1: do stop")), ours);
        QCOMPARE(bench.hands.told.count(QStringLiteral("pg1: is it ours")), 1); // not of the lock itself
    }
}

/// A server calls what has no name "?column?", which says nothing to whoever reads what went wrong.
void TestRunnerLater::columnWithoutNameIsNotNamed()
{
    for (const QString &column : {QStringLiteral("?column?"), QStringLiteral("pg_is_in_recovery")}) {
        Bench bench(plan());
        bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"), column);
        QStringList remarks;
        connect(bench.runner.get(), &Runner::stepChanged, this,
                [&remarks](int, const StepRecord &record) { remarks.append(record.remark); });
        bench.runner->start();
        QTRY_VERIFY(bench.outcome);
        const QString said = remarks.join(QLatin1Char('\n'));
        QVERIFY2(!said.contains(QLatin1String("?column?")), qPrintable(said));
        QVERIFY2(said.contains(column.startsWith(QLatin1Char('?')) ? QStringLiteral("the answer was f")
                                                                   : QStringLiteral("pg_is_in_recovery = f")),
                 qPrintable(said));
    }
}

/// What somebody else has written since is not overwritten with what was there before.
void TestRunnerLater::whatOthersHaveChangedIsLeft()
{
    for (const bool ours : {true, false}) {
        Plan one = plan();
        one.steps[1].undo[0].onlyIf = QStringLiteral("is ours");
        Bench bench(one);
        bench.hands.answers[QStringLiteral("is ours")] =
            FakeHands::one(ours ? QStringLiteral("t") : QStringLiteral("f"));
        bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
        bench.runner->start();
        QTRY_VERIFY(bench.outcome);
        QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
        QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: is ours")));
        QCOMPARE(bench.hands.told.contains(QStringLiteral("pg1: undo stop")), ours);
        QCOMPARE(bench.remains.filter(QStringLiteral("it is not as it was set here")).size(), ours ? 0 : 1);
    }
}

/// A server keeps to itself what has a password in it, and only that.
void TestRunnerLater::secretsAreNotHeard()
{
    Plan one = plan();
    one.secrets = {{QStringLiteral("conninfo"), QStringLiteral("pg1"), QStringLiteral("SHOW conninfo"), {}, {}}};
    one.steps[1].actions[0].sql = QStringLiteral("set :{conninfo}");
    Bench bench(one);
    bench.hands.answers[QStringLiteral("SHOW conninfo")] = FakeHands::one(QStringLiteral("host=pg2 password=canary"));
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));
    const QStringList &told = bench.hands.told;
    const auto at = [&told](const QString &what) {
        return std::find_if(told.begin(), told.end(), [&](const QString &line) { return line.contains(what); }) -
               told.begin();
    };
    QCOMPARE(told.filter(QStringLiteral("'log_min_error_statement', 'panic'")).size(), 1);
    QCOMPARE(at(QStringLiteral("canary")), at(QStringLiteral("'panic'")) + 1);
    QCOMPARE(at(QStringLiteral("reset_val")), at(QStringLiteral("canary")) + 1);
}

/// What stood on the old primary can be read once the way back has started it.
void TestRunnerLater::secretIsAskedForOnceItsServerRuns()
{
    Plan one = plan();
    one.secrets = {{QStringLiteral("old_conninfo"),
                    QStringLiteral("pg1"),
                    QStringLiteral("SHOW old"),
                    {},
                    QStringLiteral("host=a password=********")}};
    one.steps.insert(one.steps.begin() + 1, step(QStringLiteral("prepare")));
    one.steps[1].undo[0].sql = QStringLiteral("put back :{old_conninfo}");
    Bench bench(one);
    bench.hands.answers[QStringLiteral("SHOW old")] = FakeHands::one(QStringLiteral("host=a password=canary"));
    dieAt(bench, 2, StepState::Started);
    bench.takeUp();
    bench.hands.answers[QStringLiteral("SHOW old")] = tl::unexpected(FakeHands::failure(QStringLiteral("refused")));
    bench.hands.heard = [&bench](const QString &sql) {
        if (sql == QLatin1String("undo stop")) {
            bench.hands.answers[QStringLiteral("SHOW old")] = FakeHands::one(QStringLiteral("host=a password=canary"));
        }
    };
    bench.runner->undo(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    QVERIFY2(bench.hands.told.contains(QStringLiteral("pg1: put back 'host=a password=canary'")),
             qPrintable(bench.hands.told.join(QLatin1Char('\n'))));
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
}

QTEST_GUILESS_MAIN(TestRunnerLater)
#include "tst_runnerlater.moc"
