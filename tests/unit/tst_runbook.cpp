// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "operations/plantext.h"
#include "operations/runbook.h"
#include "operations/switchover/switchoverplan.h"
#include "switchoverfacts.h"

using namespace howdah::unit;

/// The script of a switchover as a person runs it, with servers that are made up.
class TestRunbook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void saysWhenAndWhere();
    void refusedPlanDoesNothing();
    void wayBackNeedsAnAnswer_data();
    void wayBackNeedsAnAnswer();

private:
    /// What the script says, and its exit code.
    std::pair<QString, int> run(const Plan &plan, const QStringList &arguments, const QString &answer);

    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestRunbook::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
}

std::pair<QString, int> TestRunbook::run(const Plan &plan, const QStringList &arguments, const QString &answer)
{
    const QString script = m_directory->filePath(QStringLiteral("runbook.sh"));
    const Facts facts = factsOf(prepared(healthyPair()));
    if (!saveRunbook(plan, facts.config, script)) {
        return {QStringLiteral("it was not written"), -1};
    }
    QFile psql(m_directory->filePath(QStringLiteral("psql")));
    if (!psql.open(QIODevice::WriteOnly)) {
        return {QStringLiteral("there is no psql"), -1};
    }
    psql.write("#!/bin/sh\n[ \"$ANSWER\" ] || { echo 'connection refused' >&2; exit 2; }\nprintf 'c\\n%s\\n' "
               "\"$ANSWER\"\n");
    psql.close();
    psql.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    QProcess process;
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    all.insert(QStringLiteral("PATH"), m_directory->path() + QLatin1Char(':') + qEnvironmentVariable("PATH"));
    all.insert(QStringLiteral("ANSWER"), answer);
    process.setProcessEnvironment(all);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("sh"), QStringList{script} + arguments);
    const bool ended = QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 60'000) &&
                       process.exitCode() >= 0;
    return {QString::fromUtf8(process.readAll()), ended ? process.exitCode() : -1};
}

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
    const auto [said, exitCode] = run(plan, {}, QStringLiteral("t"));
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("Replays freely: replay is paused")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("Nothing was changed")), qPrintable(said));
    QCOMPARE(run(plan, {QStringLiteral("undo")}, QStringLiteral("t")).second, 1);
}

void TestRunbook::wayBackNeedsAnAnswer_data()
{
    QTest::addColumn<QString>("answer");
    QTest::addColumn<QString>("failed");
    const QString promoted = QStringLiteral("FAILED: nobody has promoted pg2 meanwhile");
    QTest::newRow("the candidate says nothing") << QString() << promoted;
    QTest::newRow("it is the primary") << QStringLiteral("f") << promoted;
    QTest::newRow("it is a standby") << QStringLiteral("t") << QStringLiteral("FAILED: pg1 may start as the primary");
}

/// Somebody may run it days later: the old primary is started only when it is known that there is no other.
void TestRunbook::wayBackNeedsAnAnswer()
{
    QFETCH(QString, answer);
    QFETCH(QString, failed);
    const Plan plan = planSwitchover(factsOf(prepared(healthyPair())), pg2);
    QVERIFY(mayRun(plan, true));
    const auto [said, exitCode] = run(plan, {QStringLiteral("undo"), QStringLiteral("stop")}, answer);
    QCOMPARE(exitCode, 1); // there is no server to be started
    QVERIFY2(said.contains(failed), qPrintable(said));
}

QTEST_GUILESS_MAIN(TestRunbook)
#include "tst_runbook.moc"
