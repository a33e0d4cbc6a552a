// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTest>

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
    QCOMPARE(text.count(QStringLiteral("(the script of step ")), 2); // of the start as well
    QCOMPARE(text.count(QStringLiteral("(the statement of step 1)")), 1);
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
    const QString promoted = QStringLiteral("FAILED: nobody has promoted pg2 meanwhile");
    QTest::newRow("the candidate says nothing") << QString() << promoted;
    QTest::newRow("it is the primary") << QStringLiteral("f") << promoted;
    QTest::newRow("it is a standby") << QStringLiteral("t") << QStringLiteral("FAILED: pg1 runs as the primary again");
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
    const QString notProved = QStringLiteral("FAILED: pg2 has replayed the shutdown checkpoint of pg1: ");
    QTest::newRow("before anything is done")
        << QString() << QStringLiteral("pg_control_system") << silent
        << QStringLiteral("FAILED: pg1 is the primary, and sends to pg2: no answer within 1 s") << 12'000;
    QTest::newRow("while writes wait") << QString() << prove << silent
                                       << notProved + QStringLiteral("no answer within 2 s") << 8000;
    QTest::newRow("gone while writes wait") << QString() << prove << QByteArray("echo 'No route to host' >&2; exit 2")
                                            << notProved + QStringLiteral("No route to host") << 8000;
    const QString both = QStringLiteral("CHECKPOINT|^SELECT 1");
    const QString given = QStringLiteral("FAILED: the checkpoint: nothing at all was said for 1 s");
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

QTEST_GUILESS_MAIN(TestRunbook)
#include "tst_runbook.moc"
