// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QJsonArray>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "app/journalcommand.h"
#include "app/outagetext.h"
#include "app/planoffer.h"
#include "app/statejson.h"
#include "app/statetext.h"
#include "app/switchovercommand.h"
#include "app/unfinished.h"
#include "support/plans.h"
#include "support/snapshots.h"

using namespace howdah;
using namespace howdah::app;
using namespace howdah::operations;
using cluster::Verdict;

namespace {

const QString kOrders = QStringLiteral("orders.toml");

/// An operation on the cluster of smallPlan() whose console died at that step.
Operation interruptedAt(std::size_t step)
{
    Operation one;
    one.id = QStringLiteral("20261127-100000-switchover");
    one.plan = testsupport::smallPlan();
    one.startedMs = 1'000'000;
    one.steps.resize(one.plan.steps.size());
    for (std::size_t i = 0; i < step; ++i) {
        one.steps[i].state = StepState::Done;
    }
    one.steps[step].state = StepState::Started;
    return one;
}

cluster::ClusterState assessed(const cluster::Snapshot &snapshot)
{
    return {std::make_shared<const cluster::Snapshot>(snapshot),
            std::make_shared<const cluster::Assessment>(cluster::assess(snapshot, cluster::Thresholds::forOneLook()))};
}

cluster::ClusterState stateOf(const cluster::Snapshot &snapshot, const Journal &journal,
                              const QString &asNamed = kOrders)
{
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        config.nodes.emplace_back().name = node.name;
    }
    return {std::make_shared<const cluster::Snapshot>(snapshot),
            std::make_shared<const cluster::Assessment>(withUnfinished(assessed(snapshot), journal, config, asNamed))};
}

QString remedyOf(const cluster::ClusterState &state, const char *id)
{
    const auto &findings = state.assessment->findings;
    const auto at = std::find_if(findings.begin(), findings.end(),
                                 [id](const cluster::Finding &one) { return one.id == QLatin1String(id); });
    return at == findings.end() ? QString() : at->remedy;
}

} // namespace

/// What the command line says of operations: of those that were not finished, and at the end of each.
class TestCommandWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void unfinishedIsTheFirstAdvice();
    void unfinishedBeforeTheOutageIsAWarning();
    void otherTroubleKeepsItsAdvice();
    void runningIsNotDisturbed();
    void restOfItComesFirst();
    void severityIsWhatIsSeen();
    void unreadableJournalIsUnknown();
    void commandsHaveNoPassword();
    void whatHasEndedIsNoFinding();
    void refusalNamesItsChecks();
    void warningsAreAccepted();
    void doneInOneLine();
    void unknownOperation();
    void keepsRunbooks();

private:
    QTemporaryDir m_home;
};

void TestCommandWords::initTestCase()
{
    qputenv("XDG_DATA_HOME", m_home.path().toUtf8());
}

void TestCommandWords::unfinishedIsTheFirstAdvice()
{
    cluster::Snapshot snapshot = testsupport::threeNodes();
    testsupport::takeDown(snapshot, QStringLiteral("pg1"));
    const cluster::ClusterState before = stateOf(snapshot, {});
    const auto isNoWritable = [](const cluster::Finding &one) { return one.id == QLatin1String("no_writable"); };
    const auto &findings = before.assessment->findings;
    const bool nobodyWrites = std::any_of(findings.begin(), findings.end(), isNoWritable);

    const cluster::ClusterState state = stateOf(snapshot, {{interruptedAt(1)}, {}});
    const auto &now = state.assessment->findings;
    QCOMPARE(now.size(), findings.size() + 1);
    QCOMPARE(now.front().id, QStringLiteral("unfinished:20261127-100000-switchover"));
    QVERIFY(state.assessment->verdict == Verdict::Critical);
    QCOMPARE(checkExitCode(checkVerdict(state)), 2);
    QCOMPARE(now.front().title, QStringLiteral("Operation 20261127-100000-switchover (Switch over orders from pg1 to "
                                               "pg2) was interrupted at \"Stop pg1, fast\""));
    const QString commands = QStringLiteral("howdah journal orders.toml resume 20261127-100000-switchover, or howdah "
                                            "journal orders.toml undo 20261127-100000-switchover");
    QVERIFY2(now.front().remedy.contains(commands), qPrintable(now.front().remedy));
    QVERIFY(nobodyWrites);
    const auto other = std::find_if(now.begin(), now.end(), isNoWritable);
    QVERIFY2(other->remedy.contains(commands) && !other->remedy.contains(QStringLiteral("promote the standby")),
             qPrintable(other->remedy));

    const QString text = stateText(state);
    QVERIFY2(text.contains(QStringLiteral("\nCritical: Operation 20261127-100000-switchover")), qPrintable(text));
    QVERIFY2(checkText(state).startsWith(QStringLiteral("HOWDAH CRITICAL - orders: Operation 2026")) ||
                 checkText(state).contains(QStringLiteral(": Operation 20261127")),
             qPrintable(checkText(state)));
    QVERIFY2(checkText(state).contains(commands), qPrintable(checkText(state)));
    const QJsonObject first = stateJson(state).value(QLatin1String("findings")).toArray().at(0).toObject();
    QCOMPARE(first.value(QLatin1String("id")).toString(), now.front().id);

    // Past the point of no return only forward is offered.
    const cluster::ClusterState past = stateOf(snapshot, {{interruptedAt(2)}, {}});
    QVERIFY(!past.assessment->findings.front().remedy.contains(QStringLiteral(" undo ")));
    QVERIFY(past.assessment->findings.front().remedy.contains(QStringLiteral(" resume ")));
}

void TestCommandWords::unfinishedBeforeTheOutageIsAWarning()
{
    Operation halfWay = interruptedAt(1);
    halfWay.outcome = Outcome::Incomplete; // its own console said what is left
    for (const Operation &one : {interruptedAt(0), interruptedAt(3), halfWay}) {
        const cluster::ClusterState state = stateOf(testsupport::threeNodes(), {{one}, {}});
        QCOMPARE(state.assessment->findings.size(), std::size_t(1));
        QVERIFY(state.assessment->verdict == Verdict::Warning);
        QCOMPARE(checkExitCode(checkVerdict(state)), 1);
    }
}

/// What was left weeks ago, or before anything was stopped, has nothing to do with a primary that is gone today.
void TestCommandWords::otherTroubleKeepsItsAdvice()
{
    cluster::Snapshot snapshot = testsupport::threeNodes();
    testsupport::takeDown(snapshot, QStringLiteral("pg1"));
    const QString advice = remedyOf(stateOf(snapshot, {}), "no_writable");
    QVERIFY(!advice.isEmpty());
    for (const Operation &one : {interruptedAt(0), interruptedAt(3)}) {
        const cluster::ClusterState state = stateOf(snapshot, {{one}, {}});
        QCOMPARE(remedyOf(state, "no_writable"), advice);
        QVERIFY(!remedyOf(state, "unfinished:20261127-100000-switchover").isEmpty());
    }
}

/// Another console is at it: nobody is told to promote, or to drop a slot, beside it.
void TestCommandWords::runningIsNotDisturbed()
{
    Operation running = interruptedAt(1);
    running.outcome = Outcome::Running;
    cluster::Snapshot snapshot = testsupport::busyCluster(); // with a slot that nobody uses
    cluster::ClusterState state = stateOf(snapshot, {{running}, {}});
    QVERIFY(state.assessment->verdict == Verdict::Warning);
    const auto &findings = state.assessment->findings;
    const bool warned = std::any_of(findings.begin(), findings.end(), [](const cluster::Finding &one) {
        return one.id.startsWith(QLatin1String("slot")) && one.remedy.contains(QStringLiteral("Drop none before"));
    });
    QVERIFY(warned);
    testsupport::takeDown(snapshot, QStringLiteral("pg1"));
    state = stateOf(snapshot, {{running}, {}});
    QVERIFY2(
        remedyOf(state, "no_writable").startsWith(QStringLiteral("Promote nothing by hand: an operation is running")),
        qPrintable(remedyOf(state, "no_writable")));
    QVERIFY(remedyOf(state, "unfinished:20261127-100000-switchover").startsWith(QStringLiteral("Change nothing")));
}

/// After the promotion the old primary is down for no other reason.
void TestCommandWords::restOfItComesFirst()
{
    cluster::Snapshot snapshot = testsupport::threeNodes();
    testsupport::takeDown(snapshot, QStringLiteral("pg2"));
    cluster::ClusterState state = assessed(snapshot);
    cluster::Assessment assessment = *state.assessment;
    assessment.verdict = Verdict::Critical;
    state.assessment = std::make_shared<const cluster::Assessment>(assessment);
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes.emplace_back().name = QStringLiteral("pg2");
    const auto now = withUnfinished(state, {{interruptedAt(3)}, {}}, config, kOrders);
    QVERIFY(now.findings.front().id.startsWith(QLatin1String("unfinished:")));
    QVERIFY(now.findings.front().severity == Verdict::Critical);
}

/// Somebody may have brought the primary back by hand, and a last will the pooler.
void TestCommandWords::severityIsWhatIsSeen()
{
    const auto severity = [](const Operation &one) {
        return stateOf(testsupport::threeNodes(), {{one}, {}}).assessment->findings.front().severity;
    };
    Operation stopped = interruptedAt(1);
    QVERIFY(severity(stopped) == Verdict::Warning); // one node takes writes
    Action &action = stopped.plan.steps[1].actions[0];
    action.lastWill = LastWill{QStringLiteral("RESUME"), QStringLiteral("not paused"), 1000, {}, {}};
    QVERIFY(severity(stopped) == Verdict::Critical); // not those who come through the pooler
    WillRecord will;
    will.node = action.node;
    will.sql = QStringLiteral("RESUME");
    stopped.wills = {will};
    QVERIFY(severity(stopped) == Verdict::Critical);
    stopped.wills[0].taken = true;
    stopped.steps[1].startedMs = 1000;
    QVERIFY(severity(stopped) == Verdict::Critical); // but not of this pause: it was left for an earlier one
    stopped.wills[0].atMs = stopped.steps[1].startedMs + 1;
    QVERIFY(severity(stopped) == Verdict::Warning);
}

void TestCommandWords::unreadableJournalIsUnknown()
{
    const cluster::ClusterState state = stateOf(testsupport::threeNodes(), {{}, {QStringLiteral("a.jsonl: cut off")}});
    QCOMPARE(checkExitCode(checkVerdict(state)), 3);
    QVERIFY2(checkText(state).contains(QStringLiteral("a.jsonl: cut off")), qPrintable(checkText(state)));
    // A window says so as well, where nothing else is left; and what runs it shows elsewhere.
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes.emplace_back().name = QStringLiteral("pg1");
    const cluster::ClusterState healthy = stateOf(testsupport::threeNodes(), {});
    const auto verdict = [&](const Journal &left) { return withLeftOver(healthy, left, config).assessment->verdict; };
    const Verdict before = healthy.assessment->verdict;
    QVERIFY(verdict({}) == before);
    QVERIFY(verdict({{}, {QStringLiteral("a.jsonl: cut off")}}) == Verdict::Unknown);
    Operation running = interruptedAt(1);
    running.outcome = Outcome::Running;
    QVERIFY(verdict({{running}, {}}) == before);
}

void TestCommandWords::commandsHaveNoPassword()
{
    const cluster::ClusterState state = stateOf(testsupport::threeNodes(), {{interruptedAt(1)}, {}},
                                                QStringLiteral("host=pg1 user=dba password=hunter2"));
    const QString remedy = state.assessment->findings.front().remedy;
    QVERIFY2(!remedy.contains(QLatin1String("hunter2")) && !remedy.contains(QLatin1String("***")), qPrintable(remedy));
    QVERIFY2(remedy.contains(QStringLiteral("host=pg1")) && remedy.contains(QStringLiteral("user=dba")),
             qPrintable(remedy));
}

void TestCommandWords::whatHasEndedIsNoFinding()
{
    Operation one = interruptedAt(1);
    for (const Outcome outcome : {Outcome::Done, Outcome::Undone, Outcome::Refused}) {
        one.outcome = outcome;
        QVERIFY(stateOf(testsupport::threeNodes(), {{one}, {}}).assessment->findings.empty());
    }
    one = interruptedAt(1);
    one.plan.cluster = QStringLiteral("another");
    QVERIFY(stateOf(testsupport::threeNodes(), {{one}, {}}).assessment->findings.empty());
    one = interruptedAt(1); // of another cluster that is called the same
    one.plan.from = QStringLiteral("a");
    one.plan.to = QStringLiteral("b");
    QVERIFY(stateOf(testsupport::threeNodes(), {{one}, {}}).assessment->findings.empty());
}

void TestCommandWords::refusalNamesItsChecks()
{
    Plan plan = testsupport::smallPlan();
    plan.checks[0].result = CheckResult::Failed;
    plan.checks[0].evidence = QStringLiteral("it is paused");
    plan.checks[1].result = CheckResult::Unknown;
    plan.checks[1].evidence = QStringLiteral("nobody answers.");
    QCOMPARE(refusalText(plan),
             QStringLiteral("Refused by what was checked; failed: \"Streams from the primary\" (it is paused); could "
                            "not be made: \"Archive keeps up\" (nobody answers.). Nothing was changed."));
}

void TestCommandWords::warningsAreAccepted()
{
    Plan plan = testsupport::smallPlan();
    plan.checks.resize(2);
    for (Check &check : plan.checks) {
        check.result = CheckResult::Warning;
    }
    const auto runs = [&plan](bool yes, const QString &accept, bool dryRun = false) {
        Invocation invocation;
        invocation.yes = yes;
        invocation.accept = accept;
        invocation.dryRun = dryRun;
        return !reasonNotToRun(plan, invocation);
    };
    const QString first = plan.checks[0].id, second = plan.checks[1].id;
    QVERIFY(!runs(false, {}));
    QVERIFY(runs(true, {}));
    QVERIFY(!runs(true, first));
    QVERIFY(!runs(false, QStringLiteral("nothing")));
    QVERIFY(runs(false, first + QLatin1Char(',') + second));
    QVERIFY(!runs(false, first + QLatin1Char(',') + second, true));
    plan.checks[1].result = CheckResult::Passed;
    QVERIFY(runs(false, first));
    plan.checks[1].result = CheckResult::Failed;
    QVERIFY(!runs(true, {}));
    QVERIFY(!runs(false, first + QLatin1Char(',') + second));
}

void TestCommandWords::doneInOneLine()
{
    Plan plan = testsupport::smallPlan();
    std::vector<StepRecord> records(plan.steps.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i] = {StepState::Done, static_cast<qint64>(1000 + 100 * i), static_cast<qint64>(1060 + 100 * i), {}};
    }
    QCOMPARE(doneText(plan, records, {}),
             QStringLiteral("pg2 is the primary; pg1 follows it; writes waited 160 ms by its steps"));
    probe::Measured measured;
    measured.gap = probe::Gap{1000, 1211.4, false};
    measured.lost = 0;
    plan.steps.back().id = QStringLiteral("proof");
    plan.steps.back().nodes = {QStringLiteral("pg1"), QStringLiteral("pg3")};
    QCOMPARE(doneText(plan, records, measured),
             QStringLiteral("pg2 is the primary; pg1, pg3 follow it; no commit for 211 ms, as measured, 0 acknowledged "
                            "commits lost"));
    plan.operation = QStringLiteral("patroni_pause");
    QCOMPARE(doneText(plan, records, measured), QString());
}

void TestCommandWords::unknownOperation()
{
    const QString path = m_home.filePath(kOrders);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("name = \"orders\"\n[[node]]\nname = \"pg1\"\nconninfo = \"host=127.0.0.1 port=1\"\n");
    file.close();
    auto writer = JournalWriter::create(journalDirectory(), testsupport::smallPlan(), 1'000'000);
    QVERIFY(writer);
    const QString id = (*writer)->id();
    writer->reset();
    const auto ends = [&path](const QString &action, const QString &operation) {
        Invocation invocation;
        invocation.command = Command::Journal;
        invocation.cluster = path;
        invocation.journalAction = action;
        invocation.operation = operation;
        JournalCommand command(invocation);
        const QSignalSpy spy(&command, &JournalCommand::finished);
        command.start();
        return spy.isEmpty() ? -1 : spy.first().first().toInt();
    };
    for (const char *action : {"show", "resume", "undo"}) {
        QCOMPARE(ends(QLatin1String(action), QStringLiteral("999")), int(kUsage));
    }
    QCOMPARE(ends(QStringLiteral("show"), id), int(kDone));
    QCOMPARE(ends(QStringLiteral("show"), {}), int(kDone));
}

/// A runbook that is there already may be the one that somebody goes by.
void TestCommandWords::keepsRunbooks()
{
    const QString path = m_home.filePath(QStringLiteral("runbook.md"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("mine");
    file.close();
    Invocation invocation;
    invocation.command = Command::Switchover;
    invocation.cluster = QStringLiteral("nowhere");
    invocation.target = QStringLiteral("pg2");
    invocation.runbook = path;
    SwitchoverCommand command(invocation);
    const QSignalSpy spy(&command, &SwitchoverCommand::finished);
    command.start();
    QCOMPARE(spy.size(), 1);
    QCOMPARE(spy.first().first().toInt(), int(kRefused));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("mine"));
}

QTEST_GUILESS_MAIN(TestCommandWords)
#include "tst_commandwords.moc"
