// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include "runbookbench.h"

using namespace howdah::unit;

namespace {

/// For "answers" and "hosts": kills whoever runs the script, as nobody can ignore.
constexpr const char *kKillScript = R"sh(up=$$
  while :; do
    read -r _ _ _ parent _ <"/proc/$up/stat"
    case $(tr '\0' ' ' <"/proc/$parent/cmdline") in *runbook.sh*) up=$parent ;; *) break ;; esac
  done
  kill -9 "$up"
)sh";

const QString kMark = QStringLiteral("runbook.sh.begun");
const QString kValues = QStringLiteral("runbook.sh.values");
const QString kResume = QStringLiteral("resume");

} // namespace

/// Past the promotion there is only forward: how the script of a switchover goes on where an earlier run has died.
class TestRunbookResume : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_bench = std::make_unique<RunbookBench>(); }
    void nothingBegun();
    void killedBeforeThePromotion();
    void killedRightAfterThePromotion_data() { RunbookBench::everyShell(); }
    void killedRightAfterThePromotion();
    void killedAsItWasAskedFor_data();
    void killedAsItWasAskedFor();
    void notBesideAnother_data();
    void notBesideAnother();
    void whatFailedIsDoneAgain();
    void whatShowsIsNotDoneAgain_data();
    void whatShowsIsNotDoneAgain();
    void poolersAreLetGo_data();
    void poolersAreLetGo();
    void whatSomebodyDidIsNotAskedFor();
    void valuesOfTheRunBefore_data();
    void valuesOfTheRunBefore();
    void interruptedBeforeItBegan();
    void planWithoutReturn();
    void passesShellcheck_data();
    void passesShellcheck();

private:
    QByteArray sent() const { return m_bench->read(QStringLiteral("statements")); }
    void forget() { QVERIFY(m_bench->write(QStringLiteral("statements"), {})); }
    bool has(const QString &file) const { return QFile::exists(m_bench->path(file)); }
    /// What a run leaves behind that has died past the promotion.
    void died();

    std::unique_ptr<RunbookBench> m_bench;
};

void TestRunbookResume::died()
{
    QVERIFY(m_bench->write(kMark, {}));
    QVERIFY(m_bench->write(kValues, "# slots\n# stop\n"));
}

void TestRunbookResume::nothingBegun()
{
    const auto [said, exitCode] = m_bench->run(m_bench->plan(), {kResume});
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("nothing was begun, or all was done or taken back")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("Nothing was changed")), qPrintable(said));
    const auto [more, usage] = m_bench->run(m_bench->plan(), {kResume, QStringLiteral("stop")});
    QCOMPARE(usage, 64);
    QVERIFY2(more.contains(QStringLiteral("there is no \"resume stop\"")), qPrintable(more));
    QCOMPARE(sent(), QByteArray());
}

/// Until then all can be taken back, and nothing may be left out.
void TestRunbookResume::killedBeforeThePromotion()
{
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QVERIFY(m_bench->write(QStringLiteral("hosts"),
                           QByteArray("case \"$*\" in *howdah-stop*) ") + kKillScript + " ;; esac\n"));
    QVERIFY(m_bench->run(m_bench->plan()).second != 0);
    QVERIFY(!has(kMark) && has(kValues));
    forget();
    const auto [said, exitCode] = m_bench->run(m_bench->plan(), {kResume});
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("\"Promote pg2\" was not begun. Take back what was (sh ")), qPrintable(said));
    QCOMPARE(sent(), QByteArray());
    // And what begins anew says the same.
    QVERIFY(m_bench->run(m_bench->plan()).first.contains(QStringLiteral("Take it back first (sh ")));
    QVERIFY(m_bench->write(QStringLiteral("hosts"), {}));
    const auto [undone, undoneCode] = m_bench->run(m_bench->plan(), {QStringLiteral("undo")});
    QVERIFY2(undoneCode == 0 && undone.contains(QStringLiteral("undo: Stop pg1")), qPrintable(undone));
    QVERIFY(!has(kValues));
}

void TestRunbookResume::killedRightAfterThePromotion()
{
    QFETCH(QString, shell);
    m_bench->useShell(shell);
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QVERIFY(m_bench->write(QStringLiteral("hosts"), "printf '%s\\n' \"$*\" >>\"$at/told\"\n"
                                                    "case \"$*\" in *howdah-clear*) " +
                                                        QByteArray(kKillScript) + " ;; esac\n"));
    QVERIFY(m_bench->run(m_bench->plan()).second != 0);
    QVERIFY(sent().contains("SELECT pg_promote(false)"));
    QVERIFY(has(kMark) && has(kValues));
    QVERIFY(m_bench->write(QStringLiteral("hosts"), "printf '%s\\n' \"$*\" >>\"$at/told\"\n"));
    // What is next is said by whatever somebody tries first.
    const QString goOn = QStringLiteral("to go on: sh %1 resume\n").arg(m_bench->path(QStringLiteral("runbook.sh")));
    forget();
    const auto [anew, refused] = m_bench->run(m_bench->plan());
    QVERIFY2(refused == 1 && anew.contains(goOn) && anew.contains(QStringLiteral("has begun \"Promote pg2\"")),
             qPrintable(anew));
    QVERIFY2(!anew.contains(QStringLiteral("undo")), qPrintable(anew));
    QCOMPARE(sent(), QByteArray());
    QVERIFY(m_bench->write(QStringLiteral("told"), {}));
    const auto [said, exitCode] = m_bench->run(m_bench->plan(), {kResume});
    QVERIFY2(exitCode == 0, qPrintable(said));
    for (const char *title : {"Was it done: Promote pg2\n", "Start pg1 as a standby", "Drop leftovers",
                              "Prove the result on every node", "done\n"}) {
        QVERIFY2(said.contains(QLatin1String(title)), qPrintable(said));
    }
    // What comes after, all of it, and nothing of what came before.
    const QByteArray told = m_bench->read(QStringLiteral("told"));
    QVERIFY2(told.contains("howdah-clear") && told.contains("howdah-start"), told.constData());
    QVERIFY2(sent().contains("RESET wal_retrieve_retry_interval") && sent().contains("pg_logical_emit_message"),
             sent().constData());
    for (const char *before : {"pg_promote", "CHECKPOINT", "ALTER SYSTEM SET", "pg_create", "primary_conninfo"}) {
        QVERIFY2(!sent().contains(before), sent().constData());
    }
    QVERIFY2(!told.contains("howdah-stop"), told.constData());
    QVERIFY(!has(kMark) && !has(kValues));
    QVERIFY2(m_bench->run(m_bench->plan(), {kResume}).first.contains(QStringLiteral("all was done")), qPrintable(said));
}

void TestRunbookResume::killedAsItWasAskedFor_data()
{
    QTest::addColumn<bool>("isPossible"); // to prove that it will not come
    QTest::addColumn<QString>("says");
    QTest::newRow("can be proved") << true << QStringLiteral("runbook.sh undo, which proves first that it will not");
    QTest::newRow("can't be proved") << false << QStringLiteral("Before anything else find out whether pg2 was");
}

/// It may have been sent, or not.
void TestRunbookResume::killedAsItWasAskedFor()
{
    QFETCH(bool, isPossible);
    QFETCH(QString, says);
    Facts facts = m_bench->facts();
    if (!isPossible) {
        facts.nodes[pg2].host = HostAccess{.error = QStringLiteral("no command")};
    }
    Plan plan = planSwitchover(facts, pg2);
    QVERIFY(mayRun(plan, true));
    for (Step &step : plan.steps) {
        step.deadlineMs = step.pointOfNoReturn ? 1000 : step.deadlineMs;
    }
    QVERIFY(m_bench->write(QStringLiteral("answers"),
                           RunbookBench::conninfo() + "case $in in *pg_promote*) " + kKillScript + " ;; esac\n"));
    QVERIFY(m_bench->run(plan).second != 0);
    QVERIFY(has(kMark));
    QVERIFY(m_bench->write(QStringLiteral("answers"), "case $in in 'SELECT NOT pg_is_in_recovery()'*) "
                                                      "printf 'is\\nf\\n'; exit ;; esac\n"));
    forget();
    const auto [said, exitCode] = m_bench->run(plan, {kResume});
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("FAILED: it is not proved that this was done: Promote pg2. Nothing was "
                                          "changed. It may still come: wait, then go on. ")),
             qPrintable(said));
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("runbook.sh resume\n")), qPrintable(said));
    QVERIFY(has(kMark) && has(kValues));
    for (const QByteArray &one : sent().split('\n')) { // it has only asked
        QVERIFY2(one.isEmpty() || one == "--" || one.startsWith("SELECT NOT pg_is_in_recovery()"), sent().constData());
    }
    QVERIFY(m_bench->write(QStringLiteral("answers"), {}));
    const auto [undone, undoneCode] = m_bench->run(plan, {QStringLiteral("undo")});
    QVERIFY2((undoneCode == 0) == isPossible, qPrintable(undone));
    QCOMPARE(has(kMark), !isPossible);
}

void TestRunbookResume::notBesideAnother_data()
{
    QTest::addColumn<QByteArray>("answers");
    QTest::addColumn<QString>("says");
    QTest::newRow("the old primary was started as one")
        << QByteArray("case \"$*$in\" in *10.0.0.11*'SELECT pg_is_in_recovery();'*) printf 'is\\nf\\n'; exit ;; esac\n")
        << QStringLiteral("pg1 takes writes as well as pg2");
    QTest::newRow("somebody has the lock")
        << QByteArray("case \"$*$in\" in *10.0.0.12*'NOT EXISTS (SELECT FROM pg_locks'*) printf 'is\\nf\\n'; exit ;; "
                      "esac\n")
        << QStringLiteral("another console holds the cluster lock");
    QTest::newRow("the old primary is down")
        << QByteArray("case \"$*$in\" in *10.0.0.11*'SELECT pg_is_in_recovery();'* | *10.0.0.11*pg_locks*) echo "
                      "refused >&2; exit 2 "
                      ";; esac\n")
        << QString();
}

void TestRunbookResume::notBesideAnother()
{
    QFETCH(QByteArray, answers);
    QFETCH(QString, says);
    died();
    QVERIFY(m_bench->write(QStringLiteral("answers"), answers));
    const auto [said, exitCode] = m_bench->run(m_bench->plan(), {kResume});
    QVERIFY2((exitCode == 0) == says.isEmpty(), qPrintable(said));
    QVERIFY2(said.contains(says), qPrintable(said));
    QCOMPARE(sent().contains("pg_logical_emit_message"), says.isEmpty());
    QCOMPARE(has(kMark), !says.isEmpty());
}

/// Not only who was killed: what could not be done is tried as often as it takes.
void TestRunbookResume::whatFailedIsDoneAgain()
{
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QVERIFY(m_bench->write(QStringLiteral("hosts"), "case \"$*\" in *howdah-start*) exit 7 ;; esac\n"));
    for (const QStringList &arguments : {QStringList(), QStringList{kResume}}) {
        const auto [said, exitCode] = m_bench->run(m_bench->plan(), arguments);
        QCOMPARE(exitCode, 1);
        QVERIFY2(said.contains(QStringLiteral("not done: rejoin tidy\n")), qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("to go on: sh ")) && has(kMark), qPrintable(said));
    }
    QVERIFY(m_bench->write(QStringLiteral("hosts"), {}));
    const auto [said, exitCode] = m_bench->run(m_bench->plan(), {kResume});
    QVERIFY2(exitCode == 0 && !said.contains(QStringLiteral("NOT DONE")), qPrintable(said));
    QVERIFY(!has(kMark) && !has(kValues));
}

void TestRunbookResume::whatShowsIsNotDoneAgain_data()
{
    QTest::addColumn<QByteArray>("shows");
    QTest::addColumn<bool>("again");
    QTest::newRow("it shows") << QByteArray("t") << false;
    QTest::newRow("it does not") << QByteArray("f") << true;
}

/// As from a console: a program of somebody's that moves an address need not bear it.
void TestRunbookResume::whatShowsIsNotDoneAgain()
{
    QFETCH(QByteArray, shows);
    QFETCH(bool, again);
    Plan plan = m_bench->plan();
    Step move;
    move.id = QStringLiteral("address_write");
    move.title = QStringLiteral("Move the address");
    move.phase = Phase::Outage;
    move.deadlineMs = 20'000;
    Action action;
    action.kind = Action::Kind::Command;
    action.node = pg1;
    action.argv = {QStringLiteral("move-ip")};
    move.actions = {action};
    Action leads;
    leads.node = pg2;
    leads.sql = QStringLiteral("SELECT leads()");
    leads.expectsTrue = true;
    leads.pollMs = 20;
    move.verify = {leads};
    const auto promote =
        std::find_if(plan.steps.begin(), plan.steps.end(), [](const Step &step) { return step.pointOfNoReturn; });
    plan.steps.insert(promote + 1, move);
    died();
    // Once the program ran it shows in any case.
    QVERIFY(m_bench->write(QStringLiteral("answers"), "case $in in *leads*) [ -e \"$at/moved\" ] || { printf 'is\\n" +
                                                          shows + "\\n'; exit; } ;; esac\n"));
    QVERIFY(m_bench->write(QStringLiteral("hosts"), "case \"$*\" in *move-ip*) echo . >>\"$at/moved\" ;; esac\n"));
    const auto [said, exitCode] = m_bench->run(plan, {kResume});
    QVERIFY2(exitCode == 0, qPrintable(said));
    QCOMPARE(m_bench->read(QStringLiteral("moved")), again ? QByteArray(".\n") : QByteArray());
}

void TestRunbookResume::poolersAreLetGo_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("paused still") << QByteArray("exit");
    QTest::newRow("somebody was faster") << QByteArray("echo 'ERROR:  database is not paused' >&2; exit 3");
}

/// Who was killed has left them paused, and their clients wait.
void TestRunbookResume::poolersAreLetGo()
{
    QFETCH(QByteArray, answer);
    Facts facts = m_bench->facts();
    howdah::cluster::PoolerConfig pooler;
    pooler.name = QStringLiteral("pgb1");
    pooler.conninfo = QStringLiteral("host=10.0.0.20 port=6432");
    facts.config.poolers.push_back(pooler);
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY(mayRun(plan, true));
    died();
    QVERIFY(m_bench->write(QStringLiteral("answers"), "case $in in RESUME*) " + answer + " ;; esac\n"));
    const auto [said, exitCode] = m_bench->run(plan, {kResume});
    QVERIFY2(exitCode == 0, qPrintable(said));
    QCOMPARE(sent().count("RESUME;"), 1);
    QVERIFY2(sent().indexOf("RESUME;") < sent().indexOf("pg_logical_emit_message"), sent().constData());
}

/// Nobody is there to press Enter, and nothing is left to be done by hand.
void TestRunbookResume::whatSomebodyDidIsNotAskedFor()
{
    Facts facts = m_bench->facts();
    facts.nodes[pg1].host = HostAccess{.error = QStringLiteral("no command")};
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY(mayRun(plan, true));
    died();
    QVERIFY(m_bench->write(QStringLiteral("answers"), "case $in in *takes_writes*) printf 'is\037takes_writes\\nt\037f"
                                                      "\\n'; exit ;; esac\n"));
    const auto [said, exitCode] = m_bench->run(plan, {kResume});
    QVERIFY2(exitCode == 0, qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("that is so already")), qPrintable(said));
}

void TestRunbookResume::valuesOfTheRunBefore_data()
{
    QTest::addColumn<bool>("orSilent"); // the question that takes one
    QTest::addColumn<bool>("later");    // a step behind takes it
    QTest::addColumn<QString>("says");
    const QString left = QStringLiteral("takes the value monitor_event, which only the run before had read");
    QTest::newRow("what is asked next decides") << true << false << QString();
    QTest::newRow("nothing else tells") << false << false << left;
    QTest::newRow("what is left takes it") << true << true << left;
}

/// As the event from which on pg_auto_failover's monitor is watched.
void TestRunbookResume::valuesOfTheRunBefore()
{
    QFETCH(bool, orSilent);
    QFETCH(bool, later);
    QFETCH(QString, says);
    Plan plan = m_bench->plan();
    for (Step &step : plan.steps) {
        if (step.pointOfNoReturn) {
            Action watch = step.verify.front();
            watch.sql = QStringLiteral("SELECT watched(:{monitor_event})");
            watch.orSilent = orSilent;
            step.verify.insert(step.verify.begin(), watch);
            step.actions.front().captures = {{QStringLiteral("monitor_event"), QStringLiteral("lsn")}};
        } else if (later && step.id == QLatin1String("tidy")) {
            step.actions.front().sql += QStringLiteral(" /* :{monitor_event} */");
        }
    }
    died();
    const auto [said, exitCode] = m_bench->run(plan, {kResume});
    QVERIFY2((exitCode == 0) == says.isEmpty(), qPrintable(said));
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY(!sent().contains("watched"));
    QCOMPARE(sent().isEmpty(), !says.isEmpty());
}

/// A file in which nothing stands says that nothing was begun, and must not be in the way for ever.
void TestRunbookResume::interruptedBeforeItBegan()
{
    QVERIFY(m_bench->write(kValues, {}));
    const auto [refused, refusedCode] = m_bench->run(m_bench->plan());
    QCOMPARE(refusedCode, 1);
    QVERIFY2(refused.contains(QStringLiteral("before it began anything")), qPrintable(refused));
    const auto [undone, undoneCode] = m_bench->run(m_bench->plan(), {QStringLiteral("undo")});
    QCOMPARE(undoneCode, 0);
    QVERIFY2(undone.contains(QStringLiteral("Nothing was changed")), qPrintable(undone));
    QVERIFY(!has(kValues) && sent().isEmpty());
}

void TestRunbookResume::planWithoutReturn()
{
    Plan plan = m_bench->plan();
    std::erase_if(plan.steps, [](const Step &step) { return step.id != QLatin1String("slots"); });
    const auto [said, exitCode] = m_bench->run(plan, {kResume});
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("nothing past which there is only forward")), qPrintable(said));
    QCOMPARE(sent(), QByteArray());
}

void TestRunbookResume::passesShellcheck_data()
{
    QTest::addColumn<Plan>("plan");
    const RunbookBench bench;
    QTest::newRow("switchover") << bench.plan();
    Facts facts = bench.facts();
    facts.nodes[pg1].host = HostAccess{.error = QStringLiteral("no command")};
    QTest::newRow("by hand") << planSwitchover(facts, pg2);
    facts = bench.facts();
    howdah::cluster::PoolerConfig pooler;
    pooler.name = QStringLiteral("pgb1");
    pooler.conninfo = QStringLiteral("host=10.0.0.20 port=6432");
    facts.config.poolers.push_back(pooler);
    QTest::newRow("with a pooler") << planSwitchover(facts, pg2);
    Plan plan = bench.plan();
    std::erase_if(plan.steps, [](const Step &step) { return !step.pointOfNoReturn; });
    plan.steps.front().actions.front().kind = Action::Kind::Http;
    plan.steps.front().actions.front().http.url = QStringLiteral("http://10.0.0.12:8008/switchover");
    plan.steps.front().actions.front().http.credentials = QStringLiteral("HOWDAH_PATRONI");
    QTest::newRow("by HTTP") << plan;
}

void TestRunbookResume::passesShellcheck()
{
    QFETCH(Plan, plan);
    const QString shellcheck = QStandardPaths::findExecutable(QStringLiteral("shellcheck"));
    if (shellcheck.isEmpty()) {
        QSKIP("needs shellcheck");
    }
    (void)m_bench->run(plan, {QStringLiteral("--only-written")});
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(shellcheck, {QStringLiteral("-s"), QStringLiteral("sh"), QStringLiteral("-S"),
                               QStringLiteral("warning"), m_bench->path(QStringLiteral("runbook.sh"))});
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 60'000);
    const QByteArray said = process.readAll();
    QVERIFY2(process.exitCode() == 0, said.constData());
}

QTEST_GUILESS_MAIN(TestRunbookResume)
#include "tst_runbookresume.moc"
