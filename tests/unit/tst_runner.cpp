// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <sys/resource.h>

#include "runnerbench.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::unit;

/// What the runner does with a plan, whatever a cluster answers.
class TestRunner : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void stepsRunInOrder();
    void outageIsMadeReady();
    void everyActionIsTold();
    void failureBeforeTheReturnIsUndone();
    void failureBehindTheReturnGoesForward();
    void whoLetsNobodyInIsNotBack();
    void lostReplyIsAskedFor();
    void refusalAtTheReturnIsUndone();
    void whatProvablyDidNotHappenIsUndone();
    void refusedStepHasNothingToUndo();
    void questionsHaveNothingToUndo();
    void refusalThatSaysAlreadySoIsDone();
    void capturesReachLaterSteps();
    void notificationsMakeItSooner();
    void whatIsSaidIsToldOnce();
    void whatWillNeverBeIsNotWaitedFor();
    void guardsStopBeforeTheNextStep();
    void lostRaceForTheLockIsARefusal();
    void cancelUndoes();
    void secretsStayInMemory();
    void passwordThatNobodyKnowsIsNotWritten_data();
    void passwordThatNobodyKnowsIsNotWritten();
    void journalThatCannotBeWrittenRefuses();
    void journalThatIsFullStopsThePointOfNoReturn();
};

void TestRunner::stepsRunInOrder()
{
    Bench bench(plan());
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));
    QCOMPARE(bench.remains, QStringList());
    QCOMPARE(word(bench.recorded()), word(Outcome::Done));
    // The two of one lane are begun together.
    QCOMPARE(bench.hands.told,
             told({QStringLiteral("do lock"), QStringLiteral("is lock"), QStringLiteral("do stop"),
                   QStringLiteral("is stop"), QStringLiteral("do promote"), QStringLiteral("is promote"),
                   QStringLiteral("do rejoin"), QStringLiteral("do follow"), QStringLiteral("is rejoin"),
                   QStringLiteral("is follow"), QStringLiteral("do tidy"), QStringLiteral("is tidy")}));
    QCOMPARE(bench.ends, 1);
}

/// What hosts will have to do while writes wait is prepared before the last step in which they don't.
void TestRunner::outageIsMadeReady()
{
    const auto command = [](const QStringList &argv) {
        Action action;
        action.kind = Action::Kind::Command;
        action.node = QStringLiteral("pg1");
        action.argv = argv;
        return action;
    };
    Plan whole = plan();
    whole.steps.insert(whole.steps.begin() + 1, step(QStringLiteral("checkpoint")));
    whole.steps[1].actions = {command({QStringLiteral("not"), QStringLiteral("this")})};
    whole.steps[2].actions = {command({QStringLiteral("pg_ctl"), QStringLiteral("stop")}),
                              command({QStringLiteral("of"), QStringLiteral(":{later}")})};
    whole.steps[3].actions = {command({QStringLiteral("pg_ctl"), QStringLiteral("promote")})};
    whole.steps[4].actions = {command({QStringLiteral("nor"), QStringLiteral("this")})};
    Bench bench(whole);
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(bench.hands.readied, QStringList{QStringLiteral("pg1$ pg_ctl stop, after 2")}); // lock, and its proof
}

void TestRunner::everyActionIsTold()
{
    Bench bench(plan());
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
    bench.hands.answers[QStringLiteral("do lock")] =
        Table{{QStringLiteral("c"), QStringLiteral("evidence")}, {{QStringLiteral("t"), QStringLiteral("is held")}}};
    QStringList told;
    connect(bench.runner.get(), &Runner::actionChanged, this, [&](int index, const ActionNote &note) {
        const bool verifies = note.list == ActionNote::List::Verify;
        told.append(QStringLiteral("%1 %2 %3 %4 %5")
                        .arg(index)
                        .arg(verifies ? QStringLiteral("verify") : QStringLiteral("action"))
                        .arg(note.index)
                        .arg(note.state == ActionNote::State::Held ? QStringLiteral("holds") : QStringLiteral("asked"),
                             note.seen)
                        .trimmed());
        QVERIFY(note.atMs > 0);
    });
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(told.mid(0, 7),
             QStringList({QStringLiteral("0 action 0 asked"), QStringLiteral("0 action 0 holds is held"),
                          QStringLiteral("0 verify 0 asked"), QStringLiteral("0 verify 0 holds c = t"),
                          QStringLiteral("1 action 0 asked"), QStringLiteral("1 action 0 holds c = t"),
                          QStringLiteral("1 verify 0 asked")}));
    QCOMPARE(told.size(), 7); // what did not hold is not told to
}

void TestRunner::failureBeforeTheReturnIsUndone()
{
    Bench bench(plan());
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QCOMPARE(word(bench.recorded()), word(Outcome::Undone));
    QCOMPARE(bench.hands.told,
             told({QStringLiteral("do lock"), QStringLiteral("is lock"), QStringLiteral("do stop"),
                   QStringLiteral("is stop"), QStringLiteral("undo stop"), QStringLiteral("undo lock")}));
    QVERIFY2(bench.remains.first().contains(QStringLiteral("stop")), qPrintable(bench.remains.join(QLatin1Char('|'))));

    Bench stuck(plan());
    stuck.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
    stuck.hands.answers[QStringLiteral("undo stop")] = tl::unexpected(FakeHands::failure(QStringLiteral("no route")));
    stuck.runner->start();
    QTRY_VERIFY(stuck.outcome);
    QCOMPARE(word(*stuck.outcome), word(Outcome::Incomplete));
    QVERIFY(stuck.hands.told.contains(QStringLiteral("pg1: undo lock"))); // the others are undone all the same
    QVERIFY(stuck.remains.join(QLatin1Char('|')).contains(QStringLiteral("no route")));
}

void TestRunner::failureBehindTheReturnGoesForward()
{
    Bench bench(plan());
    bench.hands.answers[QStringLiteral("do rejoin")] = tl::unexpected(FakeHands::failure(QStringLiteral("no route")));
    bench.hands.answers[QStringLiteral("is rejoin")] = FakeHands::one(QStringLiteral("f"));
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Incomplete));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: is follow")));
    QVERIFY(!bench.hands.told.contains(QStringLiteral("pg1: do tidy")));
    QVERIFY(bench.hands.told.filter(QStringLiteral("undo")).isEmpty());
    QCOMPARE(bench.remains.size(), 2);
    QVERIFY(bench.remains[0].contains(QStringLiteral("see to rejoin")));
    QVERIFY(bench.remains[0].contains(QStringLiteral("no route"))); // and not that it was looked at in vain
    QVERIFY(bench.remains[1].contains(QStringLiteral("see to tidy")));

    // It failed, and is so all the same: that is what counts.
    Bench so(plan());
    so.hands.answers[QStringLiteral("do rejoin")] = tl::unexpected(FakeHands::failure(QStringLiteral("no route")));
    so.runner->start();
    QTRY_VERIFY(so.outcome);
    QCOMPARE(word(*so.outcome), word(Outcome::Done));
    QVERIFY(so.hands.told.contains(QStringLiteral("pg1: do tidy")));
}

/// An open session answers although the postmaster has the request to stop before it still.
void TestRunner::whoLetsNobodyInIsNotBack()
{
    Plan whole = plan();
    whole.steps[1].verify.front().expectsTrue = true;
    whole.steps[1].verify.front().pollMs = 10;
    whole.steps[1].verify.front().letsIn = true;
    whole.steps[1].deadlineMs = 300;
    Bench deaf(whole);
    deaf.hands.deaf = true;
    deaf.runner->start();
    QTRY_VERIFY(deaf.outcome);
    QCOMPARE(word(*deaf.outcome), word(Outcome::Undone));
    QVERIFY2(deaf.remains.first().contains(QLatin1String("lets nobody in")),
             qPrintable(deaf.remains.join(QLatin1Char('|'))));
    Bench open(whole);
    open.runner->start();
    QTRY_VERIFY(open.outcome);
    QCOMPARE(word(*open.outcome), word(Outcome::Done));
    QVERIFY(open.hands.told.contains(QStringLiteral("pg1: alive?")));
}

void TestRunner::lostReplyIsAskedFor()
{
    Bench bench(plan());
    bench.hands.answers[QStringLiteral("do promote")] = tl::unexpected(FakeHands::failure(QStringLiteral("lost")));
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));

    // Nobody knows whether it was promoted: the old one stays down.
    Bench dark(plan());
    dark.hands.answers[QStringLiteral("do promote")] = tl::unexpected(FakeHands::failure(QStringLiteral("lost")));
    dark.hands.answers[QStringLiteral("is promote")] = tl::unexpected(FakeHands::failure(QStringLiteral("no route")));
    dark.runner->start();
    QTRY_VERIFY(dark.outcome);
    QCOMPARE(word(*dark.outcome), word(Outcome::Incomplete));
    QVERIFY(!dark.hands.told.contains(QStringLiteral("pg1: undo stop")));
}

void TestRunner::refusalAtTheReturnIsUndone()
{
    Bench bench(plan());
    bench.hands.answers[QStringLiteral("do promote")] =
        tl::unexpected(FakeHands::failure(QStringLiteral("permission denied"), false));
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: undo stop")));
}

void TestRunner::whatProvablyDidNotHappenIsUndone()
{
    Plan provable = plan();
    provable.steps[2].notDone = {sql(QStringLiteral("nothing promoted"), true)};
    provable.steps[2].undo = {sql(QStringLiteral("undo promote"))};
    const auto fail = [](Bench &bench) {
        bench.hands.answers[QStringLiteral("do promote")] = tl::unexpected(FakeHands::failure(QStringLiteral("lost")));
        bench.hands.answers[QStringLiteral("is promote")] = FakeHands::one(QStringLiteral("f"));
    };
    Bench bench(provable);
    fail(bench);
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    // It undoes itself as well, before what came before it.
    const auto at = bench.hands.told.indexOf(QStringLiteral("pg1: undo promote"));
    QVERIFY(at > 0);
    QVERIFY(bench.hands.told.indexOf(QStringLiteral("pg1: undo stop")) > at);

    // Not proved: forward only.
    Bench dark(provable);
    fail(dark);
    dark.hands.answers[QStringLiteral("nothing promoted")] = FakeHands::one(QStringLiteral("f"));
    dark.runner->start();
    QTRY_VERIFY(dark.outcome);
    QCOMPARE(word(*dark.outcome), word(Outcome::Incomplete));
    QVERIFY(!dark.hands.told.contains(QStringLiteral("pg1: undo stop")));
}

void TestRunner::refusedStepHasNothingToUndo()
{
    Bench bench(plan());
    bench.hands.answers[QStringLiteral("do stop")] =
        tl::unexpected(FakeHands::failure(QStringLiteral("no such host"), false));
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QVERIFY(!bench.hands.told.contains(QStringLiteral("pg1: undo stop")));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: undo lock")));
}

/// What somebody else had paused before must not be resumed by us.
void TestRunner::questionsHaveNothingToUndo()
{
    Plan asking = plan();
    Action ask = sql(QStringLiteral("SHOW DATABASES"));
    ask.text = QStringLiteral("nobody else has paused b");
    ask.row = RowCheck{QStringLiteral("name"), QStringLiteral("b"), QStringLiteral("paused"), QStringLiteral("0")};
    asking.steps[1].actions.insert(asking.steps[1].actions.begin(), ask);
    const auto shows = [](const char *paused) {
        return Table{{QStringLiteral("name"), QStringLiteral("paused")},
                     {{QStringLiteral("a"), QStringLiteral("1")}, {QStringLiteral("b"), QLatin1String(paused)}}};
    };
    const QString stop = QStringLiteral("pg1: do stop"), undo = QStringLiteral("pg1: undo stop");
    Bench taken(asking);
    taken.hands.answers[ask.sql] = shows("1");
    taken.runner->start();
    QTRY_VERIFY(taken.outcome);
    QCOMPARE(word(*taken.outcome), word(Outcome::Undone));
    QVERIFY(!taken.hands.told.contains(stop) && !taken.hands.told.contains(undo));
    QVERIFY2(taken.remains.first().contains(QStringLiteral("nobody else has paused b: of b paused = 1")),
             qPrintable(taken.remains.first()));

    Bench missing(asking);
    missing.hands.answers[ask.sql] = Table{{QStringLiteral("name"), QStringLiteral("paused")}, {}};
    missing.runner->start();
    QTRY_VERIFY(missing.outcome);
    QVERIFY2(missing.remains.first().contains(QStringLiteral("there is no name b")),
             qPrintable(missing.remains.first()));
    QVERIFY(!missing.hands.told.contains(undo));

    Bench refused(asking);
    refused.hands.answers[ask.sql] = shows("0");
    refused.hands.answers[QStringLiteral("do stop")] =
        tl::unexpected(FakeHands::failure(QStringLiteral("already paused"), false));
    refused.runner->start();
    QTRY_VERIFY(refused.outcome);
    QVERIFY(refused.hands.told.contains(stop) && !refused.hands.told.contains(undo));

    Bench lost(asking);
    lost.hands.answers[ask.sql] = shows("0");
    lost.hands.answers[QStringLiteral("do stop")] = tl::unexpected(FakeHands::failure(QStringLiteral("lost")));
    lost.runner->start();
    QTRY_VERIFY(lost.outcome);
    QVERIFY(lost.hands.told.contains(undo));
}

void TestRunner::refusalThatSaysAlreadySoIsDone()
{
    Plan tolerant = plan();
    tolerant.steps[1].actions[0].alreadySo = QStringLiteral("already (paused|suspended)");
    const auto refuse = [](Bench &bench, const QString &words, bool mayHaveHappened) {
        bench.hands.answers[QStringLiteral("do stop")] = tl::unexpected(FakeHands::failure(words, mayHaveHappened));
        bench.runner->start();
    };
    Bench bench(tolerant);
    refuse(bench, QStringLiteral("already paused"), false);
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));
    Bench other(tolerant);
    refuse(other, QStringLiteral("not allowed"), false);
    QTRY_VERIFY(other.outcome);
    QCOMPARE(word(*other.outcome), word(Outcome::Undone));
    // Words that only tell of a lost session prove nothing.
    Bench lost(tolerant);
    refuse(lost, QStringLiteral("already paused"), true);
    QTRY_VERIFY(lost.outcome);
    QCOMPARE(word(*lost.outcome), word(Outcome::Undone));
}

void TestRunner::capturesReachLaterSteps()
{
    Plan withCapture = plan();
    withCapture.steps[1].actions[0].captures = {{QStringLiteral("shutdown_lsn"), QStringLiteral("lsn")}};
    withCapture.steps[2].actions[0].sql = QStringLiteral("do promote past :{shutdown_lsn}");
    Bench bench(withCapture);
    bench.hands.answers[QStringLiteral("do stop")] = FakeHands::one(QStringLiteral("0/3'0"), QStringLiteral("lsn"));
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: do promote past '0/3''0'")));
    QCOMPARE(readOperation(bench.path)->values.value(QStringLiteral("shutdown_lsn")), QStringLiteral("0/3'0"));

    // What was to be captured and is not there is a failure.
    Bench empty(withCapture);
    empty.hands.answers[QStringLiteral("do stop")] = Table{{QStringLiteral("lsn")}, {}};
    empty.runner->start();
    QTRY_VERIFY(empty.outcome);
    QCOMPARE(word(*empty.outcome), word(Outcome::Undone));
}

void TestRunner::notificationsMakeItSooner()
{
    Plan polls = plan();
    Action &poll = polls.steps[1].verify[0];
    poll.pollMs = 60'000;
    poll.wakesOn = QStringLiteral("state");
    polls.steps[1].deadlineMs = 60'000;
    Bench bench(polls);
    const QString ask = QStringLiteral("pg1: is stop");
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("f"));
    bench.runner->start();
    QTRY_COMPARE(bench.hands.told.count(ask), 1);
    // It listens before it asks, so that nothing falls between.
    QCOMPARE(bench.hands.told.at(bench.hands.told.indexOf(ask) - 1), QStringLiteral("pg1 listens to state"));
    Q_EMIT bench.hands.notified(QStringLiteral("pg1"), QStringLiteral("another channel"));
    Q_EMIT bench.hands.notified(QStringLiteral("pg2"), QStringLiteral("state"));
    QTest::qWait(60);
    QCOMPARE(bench.hands.told.count(ask), 1);
    // A flock of them is one question.
    for (int i = 0; i < 5; ++i) {
        Q_EMIT bench.hands.notified(QStringLiteral("pg1"), QStringLiteral("state"));
    }
    QTRY_COMPARE(bench.hands.told.count(ask), 2);
    QTest::qWait(60);
    QCOMPARE(bench.hands.told.count(ask), 2);
    bench.hands.answers[QStringLiteral("is stop")] = FakeHands::one(QStringLiteral("t"));
    Q_EMIT bench.hands.notified(QStringLiteral("pg1"), QStringLiteral("state"));
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));
}

void TestRunner::whatIsSaidIsToldOnce()
{
    Plan polls = plan();
    Action &poll = polls.steps[1].verify[0];
    poll.pollMs = 5;
    poll.says = QStringLiteral("line");
    Bench bench(polls);
    const auto answer = [](const char *holds, const QStringList &lines) {
        Table table{{QStringLiteral("done"), QStringLiteral("line")}, {}};
        for (const QString &line : lines) {
            table.rows.push_back({QLatin1String(holds), line.isNull() ? std::nullopt : std::optional(line)});
        }
        return table;
    };
    QStringList lines;
    QObject::connect(
        bench.runner.get(), &Runner::outputArrived, bench.runner.get(),
        [&](const QString &node, const QString &line) { lines.append(node + QStringLiteral(": ") + line); });
    bench.hands.answers[QStringLiteral("is stop")] = answer("f", {QString()});
    bench.runner->start();
    QTRY_VERIFY(bench.hands.told.count(QStringLiteral("pg1: is stop")) > 2);
    bench.hands.answers[QStringLiteral("is stop")] = answer("f", {QStringLiteral("draining")});
    QTRY_COMPARE(lines.size(), 1);
    bench.hands.answers[QStringLiteral("is stop")] =
        answer("t", {QStringLiteral("draining"), QStringLiteral("draining"), QStringLiteral("password=canary")});
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(lines.size(), 3);
    QCOMPARE(lines.at(1), QStringLiteral("pg1: draining"));
    QVERIFY2(!lines.at(2).contains(QStringLiteral("canary")), qPrintable(lines.at(2)));
    QCOMPARE(readOperation(bench.path)->output, lines);
}

void TestRunner::whatWillNeverBeIsNotWaitedFor()
{
    Plan polls = plan();
    Action &poll = polls.steps[1].verify[0];
    poll.pollMs = 5;
    poll.text = QStringLiteral("pg2 takes over");
    poll.neverWhen = QStringLiteral("another");
    polls.steps[1].deadlineMs = 60'000;
    Bench bench(polls);
    const auto answer = [](const char *another) {
        return Table{{QStringLiteral("done"), QStringLiteral("another"), QStringLiteral("evidence")},
                     {{QStringLiteral("f"), QLatin1String(another), QStringLiteral("pg3 is the primary")}}};
    };
    bench.hands.answers[QStringLiteral("is stop")] = answer("f");
    bench.runner->start();
    QTRY_VERIFY(bench.hands.told.count(QStringLiteral("pg1: is stop")) > 2);
    bench.hands.answers[QStringLiteral("is stop")] = answer("t");
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
    QVERIFY2(bench.remains.first().contains(QStringLiteral("pg2 takes over: no, and it will not be: pg3 is")),
             qPrintable(bench.remains.first()));
}

void TestRunner::guardsStopBeforeTheNextStep()
{
    Plan guarded = plan();
    guarded.guards = {sql(QStringLiteral("guard"), true)};
    Bench bench(guarded);
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(bench.hands.told.count(QStringLiteral("pg1: guard")), 2); // before lock and before stop, not in the outage
    // Taken up again in the outage there is nothing to be guarded: the old primary is down.
    Bench taken(guarded);
    dieAt(taken, 1, StepState::Started);
    taken.takeUp();
    taken.hands.answers[QStringLiteral("guard")] = FakeHands::one(QStringLiteral("f"));
    taken.runner->resume(taken.interrupted);
    QTRY_VERIFY(taken.outcome);
    QCOMPARE(word(*taken.outcome), word(Outcome::Done));
    Bench changed(guarded);
    QObject::connect(changed.runner.get(), &Runner::stepChanged, changed.runner.get(),
                     [&] { changed.hands.answers[QStringLiteral("guard")] = FakeHands::one(QStringLiteral("f")); });
    changed.runner->start();
    QTRY_VERIFY(changed.outcome);
    QCOMPARE(word(*changed.outcome), word(Outcome::Refused)); // nothing but the lock was taken
    QVERIFY(!changed.hands.told.contains(QStringLiteral("pg1: do stop")));
}

void TestRunner::lostRaceForTheLockIsARefusal()
{
    Plan locks = plan();
    locks.steps[0].actions[0].expectsTrue = true;
    locks.steps[0].actions[0].text = QStringLiteral("taken by this console alone");
    Bench raced(locks);
    raced.hands.answers[QStringLiteral("do lock")] =
        Table{{QStringLiteral("got"), QStringLiteral("evidence")},
              {{QStringLiteral("f"), QStringLiteral("held by process 17, howdah of dba")}}};
    raced.runner->start();
    QTRY_VERIFY(raced.outcome);
    QCOMPARE(word(*raced.outcome), word(Outcome::Refused));
    QCOMPARE(word(raced.recorded()), word(Outcome::Refused));
    QVERIFY2(raced.remains.first().contains(QStringLiteral("held by process 17, howdah of dba")),
             qPrintable(raced.remains.join(QLatin1Char('\n'))));
}

void TestRunner::cancelUndoes()
{
    Bench bench(plan());
    QObject::connect(bench.runner.get(), &Runner::stepChanged, bench.runner.get(), [&](int index) {
        if (index == 0) {
            QVERIFY(bench.runner->cancel());
        }
    });
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Undone));

    Bench late(plan());
    QObject::connect(late.runner.get(), &Runner::stepChanged, late.runner.get(), [&](int index) {
        if (index == 2) {
            QVERIFY(!late.runner->cancel()); // only forward is safe now
        }
    });
    late.runner->start();
    QTRY_VERIFY(late.outcome);
    QCOMPARE(word(*late.outcome), word(Outcome::Done));
}

void TestRunner::secretsStayInMemory()
{
    Plan secret = plan();
    secret.secrets = {{QStringLiteral("conninfo"),
                       QStringLiteral("pg1"),
                       QStringLiteral("SHOW primary_conninfo"),
                       {{QStringLiteral("host"), QStringLiteral("10.0.0.12")}},
                       QStringLiteral("host=10.0.0.12 user=replicator password=canary-7319")}};
    secret.steps[0].actions[0].sql = QStringLiteral("do set :{conninfo}");
    Bench bench(secret);
    bench.hands.answers[QStringLiteral("SHOW primary_conninfo")] =
        FakeHands::one(QStringLiteral("host=10.0.0.11 user=replicator password=canary-7319"));
    bench.runner->start();
    QTRY_VERIFY(bench.outcome);
    QCOMPARE(word(*bench.outcome), word(Outcome::Done));
    const QString set = bench.hands.told.filter(QStringLiteral("do set")).join(QString());
    QVERIFY(set.contains(QStringLiteral("canary-7319")) && set.contains(QStringLiteral("host=10.0.0.12")));
    QVERIFY(!set.contains(QStringLiteral("10.0.0.11")));
    QFile file(bench.path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray written = file.readAll();
    QVERIFY(!written.contains("canary-7319"));
    QVERIFY(!describe(secret, secret.steps[0].actions[0]).contains(QStringLiteral("canary-7319")));
    QVERIFY(describe(secret, secret.steps[0].actions[0]).contains(QStringLiteral("user=replicator")));

    // What can't be read is said before anything is changed.
    Bench hidden(secret);
    hidden.hands.answers[QStringLiteral("SHOW primary_conninfo")] =
        tl::unexpected(FakeHands::failure(QStringLiteral("permission denied"), false));
    hidden.runner->start();
    QTRY_VERIFY(hidden.outcome);
    QCOMPARE(word(*hidden.outcome), word(Outcome::Refused));
    QCOMPARE(hidden.hands.told.filter(QStringLiteral("do ")), QStringList());
}

void TestRunner::passwordThatNobodyKnowsIsNotWritten_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("now"); // empty: it does not answer
    QTest::addColumn<QString>("restored");
    const QString old = QStringLiteral("host=10.0.0.11 password=canary-7319 user=replicator");
    const QString plain = QStringLiteral("host=10.0.0.11 user=replicator");
    const QString ours = QStringLiteral("host=10.0.0.12 password=canary-7319 user=replicator");
    QTest::addColumn<bool>("older"); // the journal
    QTest::newRow("as before") << old << old << old << false;
    QTest::newRow("as the operation wrote it") << old << ours << QString() << false;
    QTest::newRow("no answer") << old << QString() << QString() << false;
    QTest::newRow("without a password") << plain << ours << plain << false;
    QTest::newRow("without a password, no answer") << plain << QString() << plain << false;
    QTest::newRow("older journal, as before") << old << old << old << true;
    QTest::newRow("older journal, without a password") << plain << ours << QString() << true;
}

/// Another console has no password that stood in postgresql.auto.conf: it says so, and writes nothing in its place.
void TestRunner::passwordThatNobodyKnowsIsNotWritten()
{
    QFETCH(QString, before);
    QFETCH(QString, now);
    QFETCH(QString, restored);
    QFETCH(bool, older);
    const QString show = QStringLiteral("SHOW primary_conninfo");
    Plan secret = plan();
    secret.secrets = {{QStringLiteral("old_conninfo"),
                       QStringLiteral("pg1"),
                       show,
                       {},
                       QStringLiteral("host=10.0.0.11 user=replicator")}}; // as a sample has it
    secret.steps[1].undo = {sql(QStringLiteral("ALTER SYSTEM SET primary_conninfo = :{old_conninfo}")),
                            sql(QStringLiteral("ALTER SYSTEM RESET primary_slot_name"))};
    Bench bench(secret);
    bench.hands.answers[show] = FakeHands::one(before);
    dieAt(bench, 1, StepState::Started);
    bench.takeUp();
    if (older) {
        bench.interrupted.values.remove(QStringLiteral("old_conninfo_shown"));
    }
    bench.hands.answers[show] =
        now.isEmpty() ? Handed<Table>(tl::unexpected(FakeHands::failure(QStringLiteral("refused"), false)))
                      : Handed<Table>(FakeHands::one(now));
    bench.runner->undo(bench.interrupted);
    QTRY_VERIFY(bench.outcome);
    const QStringList set = bench.hands.told.filter(QStringLiteral("ALTER SYSTEM SET"));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: ALTER SYSTEM RESET primary_slot_name")));
    const QString remains = bench.remains.join(QLatin1Char('|'));
    QVERIFY(!remains.contains(QStringLiteral("canary")));
    if (!restored.isEmpty()) {
        QCOMPARE(word(*bench.outcome), word(Outcome::Undone));
        QCOMPARE(set.size(), 1);
        QCOMPARE(set.first().contains(QStringLiteral("password=canary-7319")),
                 restored.contains(QStringLiteral("canary")));
        QVERIFY2(set.first().contains(QStringLiteral("host=10.0.0.11")), qPrintable(set.first()));
        return;
    }
    QCOMPARE(word(*bench.outcome), word(Outcome::Incomplete));
    QCOMPARE(set, QStringList());
    const char *held = older ? "pg1 had before may hold a password" : "pg1 had before holds a password";
    const char *byHand = older ? "pg1: ALTER SYSTEM SET primary_conninfo = 'host=10.0.0.11 user=replicator'"
                               : "pg1: ALTER SYSTEM SET primary_conninfo = 'host=10.0.0.11 user=replicator "
                                 "password=******** '";
    for (const char *part : {"\"stop\" is not undone", "left as it is", held, byHand}) {
        QVERIFY2(remains.contains(QLatin1String(part)), qPrintable(remains));
    }
}

/// What is not on the disk is not begun, least of all what can't be taken back.
void TestRunner::journalThatIsFullStopsThePointOfNoReturn()
{
    Bench bench(plan());
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto wasHandled = std::signal(SIGXFSZ, SIG_IGN); // a write beyond the limit fails then
    QObject::connect(bench.runner.get(), &Runner::stepChanged, bench.runner.get(),
                     [&](int index, const StepRecord &record) {
                         if (index == 1 && record.state == StepState::Done) {
                             rlimit full = before;
                             full.rlim_cur = static_cast<rlim_t>(QFileInfo(bench.path).size());
                             setrlimit(RLIMIT_FSIZE, &full);
                         }
                     });
    bench.runner->start();
    const bool ended = QTest::qWaitFor([&] { return bench.outcome.has_value(); });
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, wasHandled);
    QVERIFY(ended);
    QVERIFY(!bench.hands.told.contains(QStringLiteral("pg1: do promote")));
    QVERIFY(bench.hands.told.contains(QStringLiteral("pg1: undo stop")));
}

void TestRunner::journalThatCannotBeWrittenRefuses()
{
    QTemporaryDir directory;
    const QString file = directory.filePath(QStringLiteral("file"));
    QVERIFY(QFile(file).open(QIODevice::WriteOnly));
    const auto writer = JournalWriter::create(file + QStringLiteral("/journal"), plan(), 0);
    QVERIFY(!writer);
    QVERIFY(writer.error().message.contains(QStringLiteral("journal")));
}

QTEST_GUILESS_MAIN(TestRunner)
#include "tst_runner.moc"
