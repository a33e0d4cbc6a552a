// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/planjson.h"
#include "runnerbench.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::unit;

/// How long a runner waits, for whom, and what it leaves with somebody else meanwhile.
class TestRunnerWaits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cancelEndsTheWaitForAPerson();
    void cancelEndsPolling();
    void longStatementIsWaitedForWhileItsNodeLives();
    void silentNodeIsGivenUpOnTheWayBack();
    void whoOnlySleptIsUndoneInTheEnd();
    void willIsLeftBeforeTheAction();
    void carriedOutWillEndsTheWayThere();
    void whatAWillTookBackIsDoneAnew();
    void pollingWaitsAndEnds();
    void silenceIsGivenUpBeforeTheDeadline();
    void silenceIsAskedAgain();
};

/// A person may take an hour; who gives up must not have to wait for them.
void TestRunnerWaits::cancelEndsTheWaitForAPerson()
{
    Plan by = plan();
    Action person = sql(QStringLiteral("is stopped"), true);
    person.kind = Action::Kind::Person;
    person.text = QStringLiteral("stop it");
    person.pollMs = 5;
    by.steps[1].actions = {person};
    by.steps[1].deadlineMs = 3'600'000;
    Bench bench(by);
    bench.hands.answers.insert(QStringLiteral("is stopped"), FakeHands::one(QStringLiteral("f")));
    bench.runner->start();
    QTRY_VERIFY(bench.hands.told.contains(QStringLiteral("pg1: is stopped")));
    QVERIFY(bench.runner->cancel());
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: undo stop")));
    QVERIFY2(bench.remains.first().contains(QStringLiteral("nobody waits any longer")),
             qPrintable(bench.remains.first()));
}

/// What is only asked for again and again has nothing to come to its end.
void TestRunnerWaits::cancelEndsPolling()
{
    Plan slow = plan();
    slow.steps[1].verify[0].pollMs = 5;
    slow.steps[1].verify[0].text = QStringLiteral("all has been replayed");
    slow.steps[1].deadlineMs = 3'600'000;
    Bench bench(slow);
    bench.hands.answers.insert(QStringLiteral("is stop"), FakeHands::one(QStringLiteral("f")));
    bench.runner->start();
    QTRY_VERIFY(bench.hands.told.contains(QStringLiteral("pg1: is stop")));
    QVERIFY(bench.runner->cancel());
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: undo stop")));
    QVERIFY2(bench.remains.first().contains(QStringLiteral("cancelled while it was waited for: all has been replayed")),
             qPrintable(bench.remains.first()));
}

/// A statement may take its time as long as its node answers others; one that says nothing to anybody is given up.
void TestRunnerWaits::longStatementIsWaitedForWhileItsNodeLives()
{
    Plan slow = plan();
    slow.steps[0].deadlineMs = 600;
    slow.steps[0].actions[0].absentMs = 100;
    Bench dead(slow);
    dead.hands.silent = {QStringLiteral("do lock")};
    dead.hands.deaf = true;
    dead.runner->start();
    QTRY_VERIFY(dead.outcome);
    QCOMPARE(word(*dead.outcome), word(Outcome::Refused));
    QVERIFY2(dead.remains.first().contains(QStringLiteral("said nothing at all")), qPrintable(dead.remains.first()));
    QVERIFY(dead.hands.told.contains(QStringLiteral("pg1: let go"))); // the way back needs that session

    Bench alive(slow);
    alive.hands.silent = {QStringLiteral("do lock")};
    alive.runner->start();
    QTRY_VERIFY(alive.outcome);
    QVERIFY2(!alive.remains.first().contains(QStringLiteral("said nothing at all")), qPrintable(alive.remains.first()));
}

/// Once it is known to say nothing to anybody, nobody waits for it at each further step, and what is left to be done
/// there is said.
void TestRunnerWaits::silentNodeIsGivenUpOnTheWayBack()
{
    Plan two = plan();
    two.steps.insert(two.steps.begin() + 1, step(QStringLiteral("slots")));
    two.steps.insert(two.steps.begin() + 2, step(QStringLiteral("settings")));
    const auto on = [](const char *node, const char *text) {
        Action action = sql(QLatin1String(text));
        action.node = QLatin1String(node);
        return action;
    };
    two.steps[1].undo = {on("pg2", "SELECT drop")};
    two.steps[2].undo = {on("pg2", "ALTER SYSTEM RESET a"), on("pg1", "ALTER SYSTEM RESET b")};
    two.steps[3].actions[0].node = QStringLiteral("pg2");
    two.steps[3].actions[0].absentMs = two.steps[2].undo[0].absentMs = 100;
    for (const bool known : {true, false}) {
        Bench ran(two);
        ran.hands.deaf = true;
        ran.hands.silent = {QStringLiteral("ALTER SYSTEM RESET a"), QStringLiteral("SELECT drop")};
        if (known) { // it was what ended the way there
            ran.hands.silent.append(QStringLiteral("do stop"));
        } else {
            ran.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
        }
        QElapsedTimer clock;
        clock.start();
        ran.runner->start();
        QTRY_VERIFY_WITH_TIMEOUT(ran.outcome, 20'000);
        QVERIFY2(clock.elapsed() < 5000, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(word(*ran.outcome), word(Outcome::Incomplete));
        QCOMPARE(ran.hands.told.contains(QStringLiteral("pg2: ALTER SYSTEM RESET a")), !known);
        QVERIFY(!ran.hands.told.contains(QStringLiteral("pg2: SELECT drop")));
        // What can be done on others is.
        QVERIFY(ran.hands.told.contains(QStringLiteral("pg1: ALTER SYSTEM RESET b")));
        QVERIFY(ran.hands.told.contains(QStringLiteral("pg1: undo stop")));
        QVERIFY(ran.hands.told.contains(QStringLiteral("pg1: undo lock")));
        QCOMPARE(ran.remains.filter(QStringLiteral("pg2: SELECT drop")).size(), 1);
        const QStringList settings = ran.remains.filter(QStringLiteral("pg2: ALTER SYSTEM RESET a"));
        QCOMPARE(settings.size(), 1);
        QVERIFY2(!settings.first().contains(QStringLiteral("RESET b")), qPrintable(settings.first()));
        QVERIFY2(settings.first().contains(QStringLiteral("pg2 says nothing")), qPrintable(settings.first()));
    }
}

void TestRunnerWaits::whoOnlySleptIsUndoneInTheEnd()
{
    Plan slow = plan();
    slow.steps[1].undo[0].absentMs = 100;
    Bench bench(slow);
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
    bench.hands.silent = {QStringLiteral("undo stop")};
    bench.hands.deaf = true;
    QObject::connect(bench.runner.get(), &Runner::stepChanged, bench.runner.get(),
                     [&](int index, const StepRecord &record) {
                         if (index == 1 && record.state == StepState::UndoFailed) {
                             bench.hands.silent.clear();
                             bench.hands.deaf = false;
                         }
                     });
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QCOMPARE(bench.hands.told.count(QStringLiteral("pg1: undo stop")), 2);
    QCOMPARE(bench.remains.size(), 1);
    // What the first try to undo it said is no longer so; why it is undone still is.
    const QString remark = bench.runner->steps()[1].remark;
    QVERIFY2(remark.contains(QStringLiteral("is not as it must be")), qPrintable(remark));
    QCOMPARE(readOperation(bench.path)->steps[1].remark, remark);
}

/// What must not stay behind when the console dies is left with somebody before it is begun.
void TestRunnerWaits::willIsLeftBeforeTheAction()
{
    Plan willed = plan();
    willed.steps[1].actions[0].lastWill = LastWill{QStringLiteral("RESUME"), QStringLiteral("not paused"), 1000};
    const QString left = QStringLiteral("pg1: last will: RESUME"), done = QStringLiteral("pg1: do stop"),
                  revoked = QStringLiteral("pg1: revoked: RESUME");
    Bench bench(willed);
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));
    QVERIFY(bench.hands.told.contains(left) && bench.hands.told.indexOf(left) < bench.hands.told.indexOf(done));
    QVERIFY(!bench.hands.told.contains(revoked));

    // Without it nothing is begun.
    Bench none(willed);
    none.hands.noWills = true;
    none.runner->start();
    QTRY_VERIFY(none.outcome);
    QCOMPARE(word(*none.outcome), word(Outcome::Undone));
    QVERIFY(!none.hands.told.contains(done));

    // What was refused in words is not taken back by anybody: it may be somebody else's.
    Bench refused(willed);
    refused.hands.answers.insert(QStringLiteral("do stop"),
                                 tl::unexpected(FakeHands::failure(QStringLiteral("already paused"), false)));
    refused.runner->start();
    QTRY_VERIFY(refused.outcome);
    QVERIFY(refused.hands.told.contains(revoked));

    // What may have been done is: the will stays until the way back has been gone.
    Bench lost(willed);
    lost.hands.answers.insert(QStringLiteral("do stop"), tl::unexpected(FakeHands::failure(QStringLiteral("lost"))));
    lost.runner->start();
    QTRY_VERIFY(lost.outcome);
    QVERIFY(!lost.hands.told.contains(revoked));

    const auto again = planFromJson(toJson(willed));
    QVERIFY(again && again->steps[1].actions[0].lastWill == willed.steps[1].actions[0].lastWill);
    QVERIFY(!again->steps[0].actions[0].lastWill);
}

/// A console that hung for too long finds that applications were let in: it does not go on as if they waited.
void TestRunnerWaits::carriedOutWillEndsTheWayThere()
{
    const QString promote = QStringLiteral("pg1: do promote");
    for (const bool acted : {true, false}) {
        const Hands::BrokenWill broken{QStringLiteral("pooler pgb1"), QStringLiteral("RESUME"), acted};
        const auto breakAt = [&](Bench &bench, int index) {
            QObject::connect(bench.runner.get(), &Runner::stepChanged, bench.runner.get(),
                             [&bench, broken, index](int step, const StepRecord &record) {
                                 if (step == index && record.state == StepState::Done) {
                                     bench.hands.broken = broken;
                                 }
                             });
            bench.runner->start();
        };
        Bench before(plan());
        breakAt(before, 1);
        QTRY_VERIFY(before.outcome);
        QCOMPARE(word(*before.outcome), word(Outcome::Undone));
        QVERIFY(!before.hands.told.contains(promote));
        QVERIFY(before.hands.told.contains(QStringLiteral("pg1: undo stop")));
        QVERIFY2(before.remains.first().contains(acted ? QStringLiteral("applications were let in")
                                                       : QStringLiteral("the process has gone")),
                 qPrintable(before.remains.first()));

        // Only forward: it is said, once.
        Bench behind(plan());
        breakAt(behind, 2);
        QTRY_VERIFY(behind.outcome);
        QCOMPARE(word(*behind.outcome), word(Outcome::Done));
        QCOMPARE(readOperation(behind.path)->output.filter(QStringLiteral("RESUME")).size(), 1);
    }
}

void TestRunnerWaits::whatAWillTookBackIsDoneAnew()
{
    Plan willed = plan();
    willed.steps[1].actions[0].lastWill = LastWill{QStringLiteral("RESUME"), QStringLiteral("not paused"), 1000};
    willed.steps[1].undoneFirst = willed.steps[1].renewed = true;
    willed.steps[1].renewedUntil = QStringLiteral("promote");
    willed.steps.insert(willed.steps.begin() + 2, step(QStringLiteral("prove"), Phase::Outage));
    const QString pause = QStringLiteral("pg1: do stop"), resume = QStringLiteral("pg1: undo stop");
    const auto die = [&](Bench &bench, int at, bool taken) {
        dieAt(bench, at, StepState::Started);
        const qint64 now = core::systemClock().wallMs();
        QVERIFY(recordWill(bench.path,
                           {now, QStringLiteral("pg1"), QStringLiteral("RESUME"),
                            QStringLiteral("since the console was gone"), QStringLiteral("done"), true, taken}));
        bench.takeUp();
    };
    // What the will has taken back is done anew, and not taken back twice: what is paused now is somebody else's.
    for (const bool taken : {true, false}) {
        Bench bench(willed);
        die(bench, 2, taken);
        bench.runner->resume(bench.interrupted);
        QTRY_VERIFY(bench.outcome);
        QCOMPARE(word(*bench.outcome), word(Outcome::Done));
        QCOMPARE(bench.hands.told.count(pause), 1);
        QCOMPARE(bench.hands.told.contains(resume), !taken);

        Bench undone(willed);
        die(undone, 2, taken);
        undone.runner->undo(undone.interrupted);
        QTRY_VERIFY(undone.outcome);
        QCOMPARE(word(*undone.outcome), word(Outcome::Undone));
        QCOMPARE(undone.hands.told.contains(resume), !taken);
    }
    // Behind the promotion nothing is gained by it.
    Bench behind(willed);
    die(behind, 3, true);
    behind.runner->resume(behind.interrupted);
    QTRY_VERIFY(behind.outcome);
    QCOMPARE(word(*behind.outcome), word(Outcome::Done));
    QVERIFY(!behind.hands.told.contains(pause));
}

void TestRunnerWaits::pollingWaitsAndEnds()
{
    Plan polls = plan();
    polls.steps[1].verify[0].pollMs = 5;
    polls.steps[1].verify[0].text = QStringLiteral("the standby has replayed all");
    Bench bench(polls);
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
    bench.runner->start();
    QTRY_VERIFY(bench.hands.told.count(QStringLiteral("pg1: is stop")) > 3);
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("t"));
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));

    Bench never(polls);
    never.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"), QStringLiteral("replayed"));
    never.runner->start();
    QTRY_VERIFY(never.outcome);
    QCOMPARE(word(*never.outcome), word(Outcome::Undone));
    QVERIFY2(never.remains.first().contains(QStringLiteral("the standby has replayed all (replayed = f)")),
             qPrintable(never.remains.first()));

    Bench silent(polls);
    silent.hands.silent = {QStringLiteral("do stop")};
    silent.runner->start();
    QTRY_VERIFY(silent.outcome);
    QCOMPARE(word(*silent.outcome), word(Outcome::Undone));
}

void TestRunnerWaits::silenceIsGivenUpBeforeTheDeadline()
{
    Plan impatient = plan();
    Action &poll = impatient.steps[1].actions[0];
    poll.expectsTrue = true;
    poll.pollMs = 5;
    poll.absentMs = 50;
    impatient.steps[1].deadlineMs = 60'000;
    // Silent, or away: both end long before the minute is over.
    for (const bool silent : {true, false}) {
        Bench bench(impatient);
        if (silent) {
            bench.hands.silent = {QStringLiteral("do stop")};
        } else {
            bench.hands.answers[QStringLiteral("do stop")] =
                tl::unexpected(FakeHands::failure(QStringLiteral("refused"), false));
        }
        bench.runner->start();
        QTRY_VERIFY(bench.outcome);
        QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    }
    // One that answers may take its time.
    impatient.steps[1].deadlineMs = 300;
    Bench slow(impatient);
    slow.hands.answers[QStringLiteral("do stop")] = FakeHands::one(QStringLiteral("f"));
    slow.runner->start();
    QTRY_VERIFY(slow.outcome);
    QVERIFY2(slow.remains.join(QLatin1Char(' ')).contains(QStringLiteral("still not")),
             qPrintable(slow.remains.join(QLatin1Char(' '))));
}

void TestRunnerWaits::silenceIsAskedAgain()
{
    Plan asking = plan();
    Action &poll = asking.steps[1].actions[0];
    poll.expectsTrue = true;
    poll.pollMs = 1;
    poll.askAgainMs = 20;
    asking.steps[1].deadlineMs = 500;
    Bench bench(asking);
    bench.hands.silent = {QStringLiteral("do stop")};
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    const auto asked = bench.hands.told.count(QStringLiteral("pg1: do stop"));
    QVERIFY2(asked >= 3 && asked < 12, qPrintable(QString::number(asked))); // 20, 40, 80, 160 ms …
}

QTEST_GUILESS_MAIN(TestRunnerWaits)
#include "tst_runnerwaits.moc"
