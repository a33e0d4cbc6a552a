// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <csignal>

#include "operations/plantext.h"
#include "operations/runbook.h"
#include "runbookbench.h"

using namespace howdah::unit;

/// What the script of a switchover does, and when it gives up.
class TestRunbook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_bench = std::make_unique<RunbookBench>(); }
    void saysWhenAndWhere();
    void refusedPlanDoesNothing();
    void wayBackNeedsAnAnswer_data();
    void wayBackNeedsAnAnswer();
    void warningMovesNoRow_data() { RunbookBench::everyShell(); }
    void warningMovesNoRow();
    void silenceIsGivenUp_data();
    void silenceIsGivenUp();
    void hostIsGivenUp_data() { RunbookBench::everyShell(); }
    void hostIsGivenUp();
    void nothingIsTakenBackFromTheNewPrimary();
    void onlyWhatWasBegunIsTakenBack();
    void onlyKnownArguments();
    void hostIsAskedAgain_data() { RunbookBench::everyShell(); }
    void hostIsAskedAgain();
    void processThatStaysKeepsNobody_data();
    void processThatStaysKeepsNobody();
    void nobodyReads_data() { RunbookBench::everyShell(); }
    void nobodyReads();
    void whatFailsAfterReturnKeepsNothingElse();
    void nothingIsTakenBackOncePromotionWasAsked();
    void whatOthersHaveChangedIsLeft();
    void whatWasDoneByHandIsLookedAt_data();
    void whatWasDoneByHandIsLookedAt();

private:
    std::unique_ptr<RunbookBench> m_bench;
};

/// What a person holds in hand on that day: how old it is, which servers it speaks of, how long writes will wait.
void TestRunbook::saysWhenAndWhere()
{
    Facts facts = factsOf(prepared(healthyPair()));
    facts.config.nodes[0].conninfo = QStringLiteral("host=db1.example.org port=5433 user=dba");
    const Plan plan = planSwitchover(facts, pg2);
    const QString page = toMarkdown(plan, facts.config, 1'764'205'233'000);
    QVERIFY2(page.contains(QStringLiteral("Planned on 2025-11-27 01:00:33 UTC")), qPrintable(page));
    QVERIFY2(page.contains(QStringLiteral("| pg1 | db1.example.org:5433 | primary |")), qPrintable(page));
    QVERIFY2(page.contains(QStringLiteral("Writes wait about ")), qPrintable(page));
    QVERIFY2(!page.contains(QStringLiteral("another console holds")),
             qPrintable(page)); // what it does, not how it fails
    QVERIFY2(page.contains(QStringLiteral("take the cluster lock")), qPrintable(page));
    const QString text = planText(plan);
    // What was shown once is named from then on.
    QCOMPARE(text.count(QStringLiteral("howdah-clear")), 2);
    QCOMPARE(text.count(QStringLiteral("the server does not end")), 1);
    QCOMPARE(text.count(QStringLiteral("(the script shown in step ")), 2); // of the start as well
    QCOMPARE(text.count(QStringLiteral("(the statement shown in step 1)")), 1);
    QVERIFY2(text.contains(QStringLiteral("\nWrites wait about ")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("(typical, none measured here yet)")), qPrintable(text));
    // A plan that is refused promises nothing.
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    pauseReplay(snapshot, pg2);
    QVERIFY(!planText(planSwitchover(factsOf(snapshot), pg2)).contains(QStringLiteral("Writes wait about")));
}

void TestRunbook::refusedPlanDoesNothing()
{
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    pauseReplay(snapshot, pg2);
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY(!mayRun(plan, true));
    const auto [said, exitCode] = m_bench->run(plan);
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("Replays freely: replay is paused")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("Nothing was changed")), qPrintable(said));
    QCOMPARE(m_bench->run(plan, {QStringLiteral("undo")}).second, 1);
}

void TestRunbook::wayBackNeedsAnAnswer_data()
{
    QTest::addColumn<QString>("answer");
    QTest::addColumn<QString>("failed");
    const QString promoted = QStringLiteral("FAILED: it is not proved that pg2 is a standby of pg1 still");
    QTest::newRow("the candidate says nothing") << QString() << promoted;
    QTest::newRow("it is the primary") << QStringLiteral("f") << promoted;
    QTest::newRow("it is a standby") << QStringLiteral("t")
                                     << QStringLiteral("FAILED: not so: pg1 runs as the primary again");
}

/// Somebody may run it days later: the old primary is started only when it is known that there is no other.
void TestRunbook::wayBackNeedsAnAnswer()
{
    QFETCH(QString, answer);
    QFETCH(QString, failed);
    m_bench->stops = false;
    QVERIFY(mayRun(m_bench->plan(), true));
    const auto [said, exitCode] =
        m_bench->run(m_bench->plan(), {QStringLiteral("undo"), QStringLiteral("stop")}, answer);
    QCOMPARE(exitCode, 1); // there is no server to be started
    QVERIFY2(said.contains(failed), qPrintable(said));
}

/// psql says it at each connection, on a channel of its own; what is asked for stands in the same row as ever.
void TestRunbook::warningMovesNoRow()
{
    QFETCH(QString, shell);
    m_bench->useShell(shell);
    QVERIFY(m_bench->write(QStringLiteral("answers"),
                           "printf 'WARNING:  the collation version is another\\nDETAIL:  f\\n' >&2\n" +
                               RunbookBench::conninfo()));
    const auto [said, exitCode] = m_bench->run(m_bench->plan());
    QVERIFY2(exitCode == 0, qPrintable(said));
}

void TestRunbook::silenceIsGivenUp_data()
{
    QTest::addColumn<QString>("shell");
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QByteArray>("then"); // what psql does with it
    QTest::addColumn<QString>("says");
    QTest::addColumn<int>("withinMs");
    const QByteArray silent = "exec sleep 600";
    const QString prove = QStringLiteral("not past");
    const QString notProved = QStringLiteral("FAILED: not so: pg2 has replayed the shutdown checkpoint of pg1: ");
    QTest::newRow("before anything is done")
        << QString() << QStringLiteral("pg_control_system") << silent
        << QStringLiteral("FAILED: not so: pg1 is the primary, and sends to pg2: no answer within 1 s") << 12'000;
    QTest::newRow("while writes wait") << QString() << prove << silent
                                       << notProved + QStringLiteral("no answer within 2 s") << 8000;
    QTest::newRow("gone while writes wait") << QString() << prove << QByteArray("echo 'No route to host' >&2; exit 2")
                                            << notProved + QStringLiteral("No route to host") << 8000;
    const QString both = QStringLiteral("CHECKPOINT|^SELECT 1");
    const QString given = QStringLiteral("FAILED: not so: the checkpoint: nothing at all was said for 1 s");
    QTest::newRow("of a statement that may take long") << QString() << both << silent << given << 8000;
    QTest::newRow("that statement alone takes long")
        << QString() << QStringLiteral("CHECKPOINT") << QByteArray("sleep 1.4") << QString() << 30'000;
    if (const QString busybox = RunbookBench::busyboxPath(); !busybox.isEmpty()) {
        QTest::newRow("busybox, while writes wait")
            << busybox << prove << silent << notProved + QStringLiteral("no answer within 2 s") << 8000;
        QTest::newRow("busybox, of a statement that may take long") << busybox << both << silent << given << 8000;
    }
}

/// Whoever waits for TCP to notice waits for minutes.
void TestRunbook::silenceIsGivenUp()
{
    QFETCH(QString, shell);
    QFETCH(QString, statement);
    QFETCH(QByteArray, then);
    QFETCH(QString, says);
    QFETCH(int, withinMs);
    m_bench->useShell(shell);
    QVERIFY(m_bench->write(QStringLiteral("answers"), "if printf '%s\\n' \"$in\" | grep -Eq '" + statement.toUtf8() +
                                                          "'; then " + then + "; fi\n" + RunbookBench::conninfo()));
    Plan patient = m_bench->plan();
    patient.steps.front().deadlineMs = 1000;
    for (Step &step : patient.steps) {
        for (Action &action : step.actions) {
            action.absentMs = std::min(action.absentMs, 1000);
        }
    }
    QElapsedTimer clock;
    clock.start();
    const auto [said, exitCode] = m_bench->run(patient);
    QVERIFY2((exitCode == 0) == says.isEmpty(), qPrintable(said));
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(clock.elapsed() < withinMs, qPrintable(QStringLiteral("%1 ms: %2").arg(clock.elapsed()).arg(said)));
}

/// A host that has hung keeps nobody, and nothing of it is left.
void TestRunbook::hostIsGivenUp()
{
    QFETCH(QString, shell);
    m_bench->useShell(shell);
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QVERIFY(m_bench->write(QStringLiteral("hosts"),
                           "case \"$*\" in *howdah-stop*) echo $$ >\"$at/hung\"; exec sleep 600 ;; esac\n"));
    Plan plan = m_bench->plan();
    for (Step &step : plan.steps) {
        step.deadlineMs = step.id == QLatin1String("stop") ? 1500 : step.deadlineMs;
    }
    const auto [said, exitCode] = m_bench->run(plan);
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("no answer within 11 s")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("FAILED: not so: pg1 has shut down")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral(" stop\n")), qPrintable(said)); // it may have happened: it can be taken back
    const QByteArray hung = m_bench->read(QStringLiteral("hung")).trimmed();
    QVERIFY(!hung.isEmpty());
    QVERIFY(!QFile::exists(QStringLiteral("/proc/%1").arg(QString::fromLatin1(hung))));
}

void TestRunbook::processThatStaysKeepsNobody_data()
{
    QTest::addColumn<QString>("shell");
    QTest::addColumn<QByteArray>("does");
    const QByteArray daemon = "sleep 600 & echo $! >\"$at/hung\"",
                     deaf = "trap '' TERM; echo $$ >\"$at/hung\"; sleep 600";
    QTest::newRow("a server that was started") << QString() << daemon;
    QTest::newRow("one that ends for nobody") << QString() << deaf;
    if (const QString busybox = RunbookBench::busyboxPath(); !busybox.isEmpty()) {
        QTest::newRow("busybox, a server that was started") << busybox << daemon;
        QTest::newRow("busybox, one that ends for nobody") << busybox << deaf;
    }
}

/// What is started on this machine keeps what it was given to write to.
void TestRunbook::processThatStaysKeepsNobody()
{
    QFETCH(QString, shell);
    QFETCH(QByteArray, does);
    m_bench->useShell(shell);
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QVERIFY(m_bench->write(QStringLiteral("hosts"), "case \"$*\" in *howdah-start*) " + does + " ;; esac\n"));
    Plan plan = m_bench->plan();
    for (Step &step : plan.steps) {
        step.deadlineMs = step.id == QLatin1String("rejoin") ? 1000 : step.deadlineMs;
    }
    QElapsedTimer clock;
    clock.start();
    const auto [said, exitCode] = m_bench->run(plan);
    const int left = m_bench->read(QStringLiteral("hung")).trimmed().toInt();
    QVERIFY(left > 0);
    ::kill(left, SIGKILL);
    QVERIFY2(clock.elapsed() < 40'000, qPrintable(said));
    QCOMPARE(exitCode, does.contains("TERM") ? 1 : 0);
}

/// As behind ssh without a terminal whose line has gone: it is in the middle, and goes on.
void TestRunbook::nobodyReads()
{
    QFETCH(QString, shell);
    m_bench->useShell(shell);
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    m_bench->deaf = true;
    (void)m_bench->run(m_bench->plan());
    QVERIFY(m_bench->read(QStringLiteral("statements")).contains("SELECT pg_promote(false)"));
    QVERIFY(!QFile::exists(m_bench->path(QStringLiteral("runbook.sh.values")))); // it came to its end
}

void TestRunbook::whatFailsAfterReturnKeepsNothingElse()
{
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QVERIFY(m_bench->write(QStringLiteral("hosts"), "case \"$*\" in *howdah-start*) exit 7 ;; esac\n"));
    const auto [said, exitCode] = m_bench->run(m_bench->plan());
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("NOT DONE: rejoin. See the log of pg1, then start it")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("NOT DONE: tidy.")), qPrintable(said)); // it makes no sense without that
    QVERIFY2(said.contains(QStringLiteral("Prove the result on every node")), qPrintable(said));
    QVERIFY2(said.contains(QRegularExpression(QStringLiteral("not done: rejoin tidy"))), qPrintable(said));
    QVERIFY2(!said.contains(QStringLiteral("to take it back")), qPrintable(said));
}

/// "In recovery" does not tell: what was asked for may come when whoever looks has gone.
void TestRunbook::nothingIsTakenBackOncePromotionWasAsked()
{
    QVERIFY(m_bench->write(QStringLiteral("answers"),
                           RunbookBench::conninfo() +
                               "case $in in *pg_promote*|'SELECT NOT pg_is_in_recovery()'*|*pg_wal_replay_pause*) "
                               "echo gone >&2; exit 2 ;; esac\n"));
    Plan plan = m_bench->plan();
    for (Step &step : plan.steps) {
        step.deadlineMs = step.pointOfNoReturn ? 1000 : step.deadlineMs;
    }
    const auto [said, exitCode] = m_bench->run(plan);
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("it may have happened, so that only forward is safe")), qPrintable(said));
    const auto [undone, refused] = m_bench->run(plan, {QStringLiteral("undo")});
    QCOMPARE(refused, 1);
    QVERIFY2(undone.contains(QStringLiteral("was begun, so that nothing is taken back")), qPrintable(undone));
    QVERIFY2(!undone.contains(QStringLiteral("undo: Stop")), qPrintable(undone));
    // Once it is proved that it was not, and will not be, there is a way back.
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    const auto [back, exitBack] = m_bench->run(plan, {QStringLiteral("undo")});
    QVERIFY2(back.contains(QStringLiteral("undo: Stop")), qPrintable(back));
    QCOMPARE(exitBack, 0);
}

/// Whoever takes it back days later finds what somebody else has written since.
void TestRunbook::whatOthersHaveChangedIsLeft()
{
    m_bench->stops = false;
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QCOMPARE(m_bench->run(m_bench->plan()).second, 1);
    m_bench->stops = true;
    QVERIFY(m_bench->write(QStringLiteral("answers"),
                           "case $in in *pg_file_settings*) printf 'is\\nf\\n'; exit ;; esac\n"));
    QVERIFY(m_bench->write(QStringLiteral("statements"), {}));
    const auto [said, exitCode] = m_bench->run(m_bench->plan(), {QStringLiteral("undo")});
    QVERIFY2(exitCode == 0, qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("left as it is, for it is not as it was set here: ALTER SYSTEM SET "
                                          "primary_conninfo")),
             qPrintable(said));
    QVERIFY(!m_bench->read(QStringLiteral("statements")).contains("ALTER SYSTEM"));
}

/// Another switchover has been since: what was prepared may be what that one relies on.
void TestRunbook::nothingIsTakenBackFromTheNewPrimary()
{
    m_bench->stops = false;
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QCOMPARE(m_bench->run(m_bench->plan()).second, 1);
    m_bench->stops = true;
    QVERIFY(m_bench->write(QStringLiteral("answers"), "case $in in *greatest*) printf 'is\\nf\\n'; exit ;; esac\n"));
    QVERIFY(m_bench->write(QStringLiteral("statements"), {}));
    const auto [said, exitCode] = m_bench->run(m_bench->plan(), {QStringLiteral("undo"), QStringLiteral("slots")});
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("switched over since")), qPrintable(said));
    QVERIFY(!m_bench->read(QStringLiteral("statements")).contains("pg_drop_replication_slot"));
}

/// Who never ran it has nothing to take back: what is there is somebody else's.
void TestRunbook::onlyWhatWasBegunIsTakenBack()
{
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    const auto [said, exitCode] = m_bench->run(m_bench->plan(), {QStringLiteral("undo")});
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("nothing was begun, or all was done or taken back")), qPrintable(said));
    QCOMPARE(m_bench->read(QStringLiteral("statements")), QByteArray());
    // One that failed early is taken back as far as it came.
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo() + "case $in in *'ALTER SYSTEM SET "
                                                                                 "wal_retrieve'*) exit 3 ;; esac\n"));
    QCOMPARE(m_bench->run(m_bench->plan()).second, 1);
    QVERIFY(m_bench->write(QStringLiteral("statements"), {}));
    const auto [undone, undoneCode] = m_bench->run(m_bench->plan(), {QStringLiteral("undo")});
    QVERIFY2(undoneCode == 0, qPrintable(undone));
    QVERIFY2(undone.contains(QStringLiteral("undo: Prepare pg1")), qPrintable(undone));
    QVERIFY2(!undone.contains(QStringLiteral("undo: Stop")), qPrintable(undone));
    QVERIFY(!QFile::exists(m_bench->path(QStringLiteral("runbook.sh.values"))));
}

void TestRunbook::onlyKnownArguments()
{
    for (const QStringList &arguments : {QStringList{QStringLiteral("udno")}, QStringList{QStringLiteral("--help")},
                                         QStringList{QStringLiteral("undo"), QStringLiteral("stopp")}}) {
        const auto [said, exitCode] = m_bench->run(m_bench->plan(), arguments);
        QCOMPARE(exitCode, 64);
        QVERIFY2(said.contains(arguments.last()) && said.contains(QStringLiteral("Nothing was changed")),
                 qPrintable(said));
        QCOMPARE(m_bench->read(QStringLiteral("statements")), QByteArray());
    }
}

/// As repmgr's own view, which needs a moment until it shows what is so.
void TestRunbook::hostIsAskedAgain()
{
    QFETCH(QString, shell);
    m_bench->useShell(shell);
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QVERIFY(m_bench->write(QStringLiteral("hosts"), R"sh(case "$*" in *shown*)
  echo . >>"$at/asked"
  [ "$(wc -l <"$at/asked")" -lt 3 ] || { echo 'all is well'; exit 0; }
  exit 25 ;;
esac
)sh"));
    Plan plan = m_bench->plan();
    Action shown;
    shown.kind = Action::Kind::Command;
    shown.node = QStringLiteral("pg1");
    shown.argv = {QStringLiteral("shown")};
    shown.text = QStringLiteral("all is shown well");
    shown.expected = {QStringLiteral("^all is")};
    shown.pollMs = 50;
    plan.steps.back().actions = {shown};
    plan.steps.back().id = QStringLiteral("shown");
    const auto [said, exitCode] = m_bench->run(plan);
    QVERIFY2(exitCode == 0, qPrintable(said));
    QCOMPARE(m_bench->read(QStringLiteral("asked")).count('\n'), 3);
}

void TestRunbook::whatWasDoneByHandIsLookedAt_data()
{
    QTest::addColumn<QByteArray>("answers"); // to the question about the old primary
    QTest::addColumn<QByteArray>("typed");
    QTest::addColumn<QString>("says");
    const QByteArray twice = "\n\n";
    QTest::newRow("it follows") << QByteArray("printf 'is\037takes_writes\nt\037f\n'; exit") << twice << QString();
    QTest::newRow("it writes") << QByteArray("printf 'is\037takes_writes\nf\037t\n'; exit") << twice
                               << QStringLiteral("pg1 does not look as if that had been done");
    QTest::newRow("it needs a moment") << QByteArray(
                                              "echo . >>\"$at/asked\"; if [ $(wc -l <\"$at/asked\") -lt 3 ]; then "
                                              "echo refused >&2; exit 2; fi")
                                       << twice << QString();
    QTest::newRow("nobody is there") << QByteArray() << QByteArray()
                                     << QStringLiteral("FAILED: nobody is there to do it: On the host of pg1: put");
}

/// Enter says that somebody did something; what they did, the server tells.
void TestRunbook::whatWasDoneByHandIsLookedAt()
{
    QFETCH(QByteArray, answers);
    QFETCH(QByteArray, typed);
    QFETCH(QString, says);
    Facts facts = m_bench->facts();
    facts.nodes[pg1].host = HostAccess{.error = QStringLiteral("no command")};
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY(mayRun(plan, true));
    m_bench->typed = typed;
    QVERIFY(m_bench->write(QStringLiteral("answers"), "case $in in *takes_writes*) " + answers +
                                                          " ;; *'SELECT false'*) echo 'Connection refused' >&2; "
                                                          "exit 2 ;; esac\n" +
                                                          RunbookBench::conninfo()));
    const auto [said, exitCode] = m_bench->run(plan);
    QVERIFY2((exitCode == 0) == says.isEmpty(), qPrintable(said));
    QVERIFY2(said.contains(says), qPrintable(said));
}

QTEST_GUILESS_MAIN(TestRunbook)
#include "tst_runbook.moc"
