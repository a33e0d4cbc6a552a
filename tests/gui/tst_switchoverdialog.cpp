// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "charts/outageplot.h"
#include "core/clock.h"
#include "keeppicture.h"
#include "operations/plantext.h"
#include "operations/proofs.h"
#include "shell/mainwindow.h"
#include "shell/switchoverdialog.h"
#include "shell/switchoverstrip.h"
#include "support/plans.h"
#include "support/snapshots.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/noticebar.h"

using namespace howdah;
using namespace howdah::shell;
using namespace howdah::testsupport;
using operations::CheckResult;
using operations::Outcome;
using operations::StepState;

/// The dialog of a switchover, driven as a person does, with plans as they come from the engine.
class TestSwitchoverDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void asksForAPlanOfTheFirst();
    void warningsMustBeAccepted();
    void planningLooksAsDrawn();
    void probeIsOfferedAndNotTicked();
    void runningLooksAsDrawn();
    void withoutAProbeTheStepsTell();
    void refusalLeavesNoButton();
    void planOfAnotherTargetIsLeftAlone();
    void primaryIsNoCandidateBeforeItIsKnown();
    void runsAndEnds();
    void cancelOnlyBeforeTheReturn();
    void dryRunTellsAll();
    void runbookIsExported();
    void detailIsPlainText();
    void windowStaysOpenWhileItRuns();
    void putAsideItGoesOn();
    void menuOfANode();
    void repmgrMayBeLeftOut();
};

namespace {

cluster::ClusterState stateOf(const cluster::Snapshot &snapshot)
{
    cluster::ClusterState state;
    state.snapshot = std::make_shared<const cluster::Snapshot>(snapshot);
    state.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    return state;
}

template<typename T>
T *part(QWidget &of, const char *name)
{
    T *found = of.findChild<T *>(QLatin1String(name));
    Q_ASSERT(found);
    return found;
}

struct Shown {
    Shown()
        : dialog(QStringLiteral("orders"), {})
    {
        dialog.setState(stateOf(threeNodes()));
        dialog.show();
    }
    QPushButton *run() { return part<QPushButton>(dialog, "switchover-run"); }
    QPushButton *cancel() { return part<QPushButton>(dialog, "switchover-cancel"); }
    /// The ticks of the warnings.
    QList<QCheckBox *> accepts() { return dialog.findChildren<QCheckBox *>(QStringLiteral("accept-slots")); }
    void acceptAll()
    {
        for (QCheckBox *tick : accepts()) {
            tick->setChecked(true);
        }
    }
    QString sentence() { return part<widgets::Label>(dialog, "switchover-sentence")->text(); }
    void click(QWidget *widget) { QTest::mouseClick(widget, Qt::LeftButton); }

    SwitchoverDialog dialog;
};

operations::Plan withoutWarnings()
{
    operations::Plan plan = smallPlan();
    plan.checks.resize(2);
    return plan;
}

/// A plan of the size of a real one.
operations::Plan richPlan()
{
    using namespace operations;
    Plan plan = smallPlan();
    plan.checks.clear();
    const auto check = [&](const char *group, const char *title, const char *evidence,
                           CheckResult result = CheckResult::Passed) {
        Check one;
        one.id = result == CheckResult::Warning ? QStringLiteral("slots")
                                                : QStringLiteral("check_%1").arg(plan.checks.size());
        one.group = QLatin1String(group);
        one.title = QLatin1String(title);
        one.evidence = QLatin1String(evidence);
        one.result = result;
        plan.checks.push_back(one);
    };
    check("The cluster", "Has one primary", "pg1");
    check("pg2 can take over", "Streams from pg1", "sync, timeline 7, same system identifier");
    check("pg2 can take over", "Has what pg1 has", "24 kB to flush, limit 16 MB");
    check("pg2 can take over", "Replays freely", "312 kB to replay, not paused, no delay");
    check("pg2 can take over", "Settings are not lower", "6 of 6 max_ settings equal or higher");
    check("pg2 can take over", "Has room for followers", "7 of 10 senders free, 7 of 10 slots, 2 needed");
    check("pg2 can take over", "Lets everybody in", "pg_hba as on pg1, 9 rules");
    check("pg1 stops cleanly", "Every receiver is known", "standbys 2, logical 0, others 0");
    check("pg1 stops cleanly", "Archive keeps up", "1 waiting, the last attempt worked");
    check("pg1 stops cleanly", "No base backup runs", "none on any node");
    check("pg1 stops cleanly", "No long transaction", "longest 0.8 s, 0 prepared");
    check("pg1 stops cleanly", "Nobody else manages it", "no manager, no daemon of one");
    check("Afterwards", "Slot analytics_cdc stays behind on pg1", "logical, no failover slot, no consumer",
          CheckResult::Warning);
    plan.checks.back().remedy =
        QStringLiteral("Its consumer starts over with a new copy of its tables, or loses what lies between.");
    check("Afterwards", "Commits will not wait", "synchronous_standby_names is empty");
    check("Way back for pg1", "Its host takes commands", "as postgres");
    plan.steps.clear();
    const auto step = [&](const char *id, Phase phase, const char *title, const QStringList &nodes, int expectedMs,
                          int lane = 0) {
        Step one = smallPlan().steps.front();
        one.id = QLatin1String(id);
        one.phase = phase;
        one.title = QLatin1String(title);
        one.nodes = nodes;
        one.expectedMs = expectedMs;
        one.lane = lane;
        one.actions[0].node = nodes.last();
        one.actions[0].sql = QStringLiteral("SELECT '%1'").arg(one.id);
        plan.steps.push_back(one);
    };
    const QString pg1 = QStringLiteral("pg1"), pg2 = QStringLiteral("pg2"), pg3 = QStringLiteral("pg3");
    step("lock", Phase::Prepare, "Take the cluster lock on pg1", {pg1}, 10);
    step("slots", Phase::Prepare, "Create slots pg1, pg3", {pg2}, 20);
    step("prepare_pg1", Phase::Prepare, "Prepare pg1 to return as a standby", {pg1}, 40);
    step("fetch", Phase::Prepare, "Fetch WAL without pauses", {pg2}, 30);
    step("checkpoint", Phase::Prepare, "Checkpoint until little is left", {pg1, pg2}, 2100);
    step("stop", Phase::Outage, "Stop pg1, fast", {pg1}, 42);
    step("prove", Phase::Outage, "Prove that pg2 holds everything", {pg1, pg2}, 20);
    step("promote", Phase::Outage, "Promote pg2", {pg2}, 48);
    step("rejoin", Phase::After, "Start pg1 as a standby of pg2", {pg1}, 1400, 1);
    step("follow_pg3", Phase::After, "Let pg3 follow pg2", {pg3}, 300, 1);
    step("tidy", Phase::After, "Drop leftovers, restore settings", {pg1, pg2}, 60);
    step("proof", Phase::After, "Prove the result on every node", {pg1, pg3}, 300);
    plan.steps[7].pointOfNoReturn = true;
    plan.steps[7].undo.clear();
    plan.steps[7].remedy = QStringLiteral("Find out whether pg2 was promoted.");
    plan.steps[6].actions[0].shows = {kShowsNothingLost};
    plan.steps[8].actions[0].shows = {kShowsFollows + pg1};
    plan.steps[9].actions[0].shows = {kShowsFollows + pg3};
    const auto action = [](const QString &node, const QString &text, const QStringList &shows) {
        Action one;
        one.node = node;
        one.sql = QStringLiteral("SELECT 1");
        one.text = text;
        one.shows = shows;
        return one;
    };
    plan.steps[11].deadlineMs = 30'000;
    plan.steps[11].actions = {action(pg2, QStringLiteral("pg2 is the primary"), {kShowsOneWritable}),
                              action(pg2, {}, {kShowsWritten}),
                              action(pg1, QStringLiteral("pg1 has it"), {kShowsOneWritable, kShowsSeen}),
                              action(pg3, QStringLiteral("pg3 has it"), {kShowsOneWritable, kShowsSeen}),
                              action(pg2, QStringLiteral("slot pg1 is in use"), {kShowsSlot}),
                              action(pg2, QStringLiteral("slot pg3 is in use"), {kShowsSlot})};
    return plan;
}

/// Everything but the last slot, as the runner tells it.
void runTo(SwitchoverDialog &dialog, const operations::Plan &plan, qint64 began)
{
    using operations::ActionNote;
    const int took[] = {8, 19, 41, 26, 1940, 46, 7, 51, 1380, 310, 64, 0};
    const int at[] = {0, 9, 30, 72, 100, 2041, 2087, 2094, 2145, 2145, 3526, 3600};
    for (int i = 0; i < static_cast<int>(plan.steps.size()); ++i) {
        dialog.setStep(i, {StepState::Started, began + at[i], 0, {}});
        const auto actions = static_cast<int>(plan.steps[static_cast<std::size_t>(i)].actions.size());
        for (int n = 0; n < actions; ++n) {
            const bool holds = i < 11 || n < 5;
            dialog.setAction(i, {ActionNote::List::Actions, n,
                                 holds ? ActionNote::State::Held : ActionNote::State::Asked, began + at[i] + 4 * n,
                                 i == 8 || i == 9 ? QStringLiteral("streaming, timeline 8") : QString()});
        }
        if (i < 11) {
            dialog.setStep(i, {StepState::Done, began + at[i], began + at[i] + took[i], {}});
        }
    }
}

/// A gap of 118 ms from `at`.
operations::probe::Measured measuredFrom(qint64 at)
{
    operations::probe::Measured measured;
    measured.through = QStringLiteral("address write");
    measured.acknowledged = 14'902;
    const auto zero = static_cast<double>(at);
    measured.gap = operations::probe::Gap{zero, zero + 118, false};
    for (int i = 0; i < 19; ++i) {
        const double t = -45 + i * 2.4;
        measured.around.push_back({zero + t - 2, 1.6 + std::fmod(std::abs(t), 0.7), true});
    }
    for (int i = 0; i < 53; ++i) {
        measured.around.push_back({zero + 1 + i * 2.2, 1, false});
        ++measured.refused;
    }
    for (int i = 0; i < 22; ++i) {
        const double t = 118 + i * 2.4;
        measured.around.push_back({zero + t - 2, std::max(1.7, 6 - (t - 118) / 6) + std::fmod(t, 0.5), true});
    }
    measured.lost = 0;
    measured.counted = 14'902;
    measured.timelineBefore = 7;
    measured.timelineCounted = 8;
    return measured;
}

} // namespace

void TestSwitchoverDialog::initTestCase()
{
    theme::Theme::instance().install(*qApp);
}

void TestSwitchoverDialog::asksForAPlanOfTheFirst()
{
    SwitchoverDialog dialog(QStringLiteral("orders"), {});
    QSignalSpy asked(&dialog, &SwitchoverDialog::planRequested);
    dialog.setState(stateOf(threeNodes()));
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked.first().first().toString(), QStringLiteral("pg2"));
    dialog.setState(stateOf(threeNodes())); // the choice stays
    QCOMPARE(asked.count(), 1);
    part<widgets::DataTable>(dialog, "candidates-table")->selectKey(QStringLiteral("pg3"));
    QCOMPARE(asked.last().first().toString(), QStringLiteral("pg3"));
    SwitchoverDialog early(QStringLiteral("orders"), {});
    QSignalSpy askedEarly(&early, &SwitchoverDialog::planRequested);
    cluster::Snapshot unknown = threeNodes();
    neverSeen(unknown, QStringLiteral("pg1"));
    early.setState(stateOf(unknown));
    QCOMPARE(askedEarly.count(), 0);
    QCOMPARE(part<widgets::Label>(early, "switchover-sentence")->text(), QStringLiteral("The primary is not known."));
    early.setState(stateOf(threeNodes()));
    QCOMPARE(askedEarly.count(), 1);
    SwitchoverDialog proposed(QStringLiteral("orders"), QStringLiteral("pg3"));
    QSignalSpy askedFor(&proposed, &SwitchoverDialog::planRequested);
    proposed.setState(stateOf(threeNodes()));
    QCOMPARE(askedFor.last().first().toString(), QStringLiteral("pg3"));
}

void TestSwitchoverDialog::warningsMustBeAccepted()
{
    Shown shown;
    QVERIFY(!shown.run()->isEnabled()); // nothing is known yet
    shown.dialog.setPlan(smallPlan());
    QVERIFY(!shown.run()->isEnabled());
    QCOMPARE(shown.accepts().size(), 2);
    QVERIFY(shown.accepts().first()->isVisible());
    QVERIFY2(shown.sentence().contains(QStringLiteral("Accept the 2 warnings")), qPrintable(shown.sentence()));
    QSignalSpy runs(&shown.dialog, &SwitchoverDialog::runRequested);
    shown.click(shown.run());
    QCOMPARE(runs.count(), 0);
    shown.accepts().first()->setFocus();
    QTest::keyClick(shown.accepts().first(), Qt::Key_Space); // one of two
    QVERIFY(!shown.run()->isEnabled());
    shown.acceptAll();
    QVERIFY(shown.run()->isEnabled());
    QVERIFY2(shown.sentence().startsWith(QStringLiteral("2 warnings, accepted.")), qPrintable(shown.sentence()));
    shown.dialog.setPlan(smallPlan()); // read again: what was accepted stays so
    QVERIFY(shown.run()->isEnabled());
    operations::Plan third = smallPlan();
    third.checks.push_back(third.checks.back());
    third.checks.back().title = QStringLiteral("Slot c stays behind");
    shown.dialog.setPlan(third); // a new one is not among them
    QVERIFY(!shown.run()->isEnabled());
    QCOMPARE(shown.accepts().size(), 3);
    shown.dialog.setPlan(smallPlan());
    QVERIFY(shown.run()->isEnabled());
    // A check that begins to fail takes the button away again.
    operations::Plan failing = smallPlan();
    failing.checks[0].result = CheckResult::Failed;
    shown.dialog.setPlan(failing);
    QVERIFY(!shown.run()->isEnabled());
    shown.dialog.setPlan(withoutWarnings());
    QVERIFY(shown.run()->isEnabled());
    QVERIFY(shown.accepts().isEmpty());
    // Another candidate's warnings are another's.
    shown.dialog.setPlan(smallPlan());
    shown.acceptAll();
    part<widgets::DataTable>(shown.dialog, "candidates-table")->selectKey(QStringLiteral("pg3"));
    operations::Plan other = smallPlan();
    other.to = QStringLiteral("pg3");
    shown.dialog.setPlan(other);
    QVERIFY(!shown.run()->isEnabled());
}

void TestSwitchoverDialog::planningLooksAsDrawn()
{
    Shown shown;
    QHash<QString, tables::Spark> trends;
    for (int i = 0; i < 60; ++i) {
        trends[QStringLiteral("pg2")].values.push_back(300 + 20 * (i % 3));
        trends[QStringLiteral("pg3")].values.push_back(100 + (i % 7) * 5);
    }
    shown.dialog.setState(stateOf(threeNodes()), trends);
    operations::Plan plan = richPlan();
    shown.dialog.setPlan(plan);
    shown.dialog.setProbe(QStringLiteral("pg1, pg2, pg3"), 2, {});
    QCOMPARE(shown.dialog.focusWidget(), part<QWidget>(shown.dialog, "candidates-table"));
    shown.accepts().first()->setChecked(true);
    testsupport::keepPicture(&shown.dialog, QStringLiteral("switchover-planning"));
    // Groups fold by mouse and by keyboard.
    auto *table = part<widgets::DataTable>(shown.dialog, "checks-table");
    const int before = table->model()->rowCount();
    table->selectKey(QStringLiteral("group/pg1 stops cleanly"));
    shown.dialog.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&shown.dialog));
    table->setFocus();
    QTest::keyClick(table, Qt::Key_Space);
    QVERIFY(table->model()->rowCount() < before);
    QTest::keyClick(table, Qt::Key_Return);
    QCOMPARE(table->model()->rowCount(), before);
    const QRect row = table->visualRect(table->currentIndex());
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, row.center());
    QVERIFY(table->model()->rowCount() < before);
    // What stands below is of the step that is selected.
    part<widgets::DataTable>(shown.dialog, "plan-table")->selectKey(QStringLiteral("promote"));
    const QString detail = part<QPlainTextEdit>(shown.dialog, "switchover-detail")->toPlainText();
    QVERIFY2(detail.contains(QStringLiteral("Cannot be undone")), qPrintable(detail));
}

void TestSwitchoverDialog::probeIsOfferedAndNotTicked()
{
    Shown shown;
    auto *measure = part<QCheckBox>(shown.dialog, "switchover-measure");
    QVERIFY(!measure->isEnabled());
    shown.dialog.setPlan(withoutWarnings());
    shown.dialog.setProbe(QStringLiteral("address write"), 2, {});
    QVERIFY(measure->isEnabled() && !measure->isChecked());
    QVERIFY(measure->accessibleDescription().contains(QStringLiteral("address write")));
    measure->setChecked(true);
    shown.dialog.setProbe({}, 0, QStringLiteral("the conninfo of [probe] can't be used"));
    QVERIFY(!measure->isEnabled() && !measure->isChecked());
    shown.dialog.setProbe(QStringLiteral("address write"), 2, {});
    measure->setChecked(true);
    QSignalSpy runs(&shown.dialog, &SwitchoverDialog::runRequested);
    shown.click(shown.run());
    QCOMPARE(runs.first().at(1).toBool(), true);
}

void TestSwitchoverDialog::runningLooksAsDrawn()
{
    Shown shown;
    const operations::Plan plan = richPlan();
    shown.dialog.setPlan(plan);
    shown.acceptAll();
    shown.dialog.setProbe(QStringLiteral("address write"), 2, {});
    part<QCheckBox>(shown.dialog, "switchover-measure")->setChecked(true);
    shown.click(shown.run());
    QVERIFY(shown.dialog.isRunning());
    auto *strip = part<SwitchoverStrip>(shown.dialog, "switchover-strip");
    QCOMPARE(strip->facts().fromWord, QStringLiteral("is primary"));
    QVERIFY(strip->facts().figures[0].nonValue); // nothing has waited yet
    QVERIFY(strip->facts().figures[1].nonValue); // and nothing was counted
    const qint64 began = core::systemClock().wallMs() - 6400;
    runTo(shown.dialog, plan, began);
    shown.dialog.setMeasured(measuredFrom(began + 2041));
    shown.dialog.addOutput(QStringLiteral("pg2"), QStringLiteral("in use: pg1, pg3"));
    QCOMPARE(strip->facts().figures[0].value, QStringLiteral("118 ms"));
    QCOMPARE(strip->facts().figures[0].note, QStringLiteral("estimate was 110 ms"));
    QCOMPARE(strip->facts().figures[1].value, QStringLiteral("0"));
    QVERIFY(!strip->facts().figures[1].nonValue);
    QCOMPARE(strip->facts().toWord, QStringLiteral("is primary"));
    auto *proofs = part<widgets::DataTable>(shown.dialog, "proof-table");
    const auto verdictOf = [&](const QString &key) {
        proofs->selectKey(key);
        return proofs->currentIndex().siblingAtColumn(0).data(tables::VerdictRole);
    };
    QCOMPARE(verdictOf(QStringLiteral("nothing_lost")).toInt(), static_cast<int>(cluster::Verdict::Ok));
    QVERIFY(verdictOf(QStringLiteral("follows/pg1")).isValid());
    QVERIFY(!verdictOf(QStringLiteral("slot")).isValid()); // one is not in use yet
    QVERIFY(!verdictOf(QStringLiteral("journal")).isValid());
    auto *plot = part<charts::OutagePlot>(shown.dialog, "outage-plot");
    QTRY_VERIFY(plot->drawn().hasGap);
    QCOMPARE(plot->drawn().gapText(), QStringLiteral("118 ms"));
    QVERIFY2(plot->accessibleDescription().contains(QStringLiteral("118 ms without a commit")),
             qPrintable(plot->accessibleDescription()));
    testsupport::keepPicture(&shown.dialog, QStringLiteral("switchover-running"));
    shown.click(part<QPushButton>(shown.dialog, "switchover-report"));
    const QString report = QGuiApplication::clipboard()->text();
    QVERIFY2(report.contains(QStringLiteral("Writes waited: 118 ms")) && report.contains(QStringLiteral("Promote pg2")),
             qPrintable(report));
    shown.dialog.setEnded(Outcome::Incomplete, {QStringLiteral("slot pg3 is not in use")});
    QCOMPARE(verdictOf(QStringLiteral("slot")).toInt(), static_cast<int>(cluster::Verdict::Critical));
}

void TestSwitchoverDialog::withoutAProbeTheStepsTell()
{
    Shown shown;
    const operations::Plan plan = richPlan();
    shown.dialog.setPlan(plan);
    shown.acceptAll();
    shown.click(shown.run());
    runTo(shown.dialog, plan, core::systemClock().wallMs() - 6400);
    auto *strip = part<SwitchoverStrip>(shown.dialog, "switchover-strip");
    QCOMPARE(strip->facts().figures[0].caption, QStringLiteral("Writes waited, by the steps"));
    QCOMPARE(strip->facts().figures[0].value, QStringLiteral("104 ms"));
    QCOMPARE(strip->facts().figures[1].value, QStringLiteral("not measured"));
    QVERIFY(!part<QWidget>(shown.dialog, "outage-plot")->isVisible());
    QVERIFY(part<QWidget>(shown.dialog, "switchover-no-probe")->isVisible());
    testsupport::keepPicture(&shown.dialog, QStringLiteral("switchover-no-probe"));
}

void TestSwitchoverDialog::refusalLeavesNoButton()
{
    for (const CheckResult result : {CheckResult::Failed, CheckResult::Unknown}) {
        Shown shown;
        operations::Plan plan = withoutWarnings();
        plan.checks[0].result = result;
        shown.dialog.setPlan(plan);
        QVERIFY(!shown.run()->isEnabled());
        QVERIFY2(shown.sentence().contains(QStringLiteral("Nothing is changed")), qPrintable(shown.sentence()));
    }
}

void TestSwitchoverDialog::planOfAnotherTargetIsLeftAlone()
{
    Shown shown;
    operations::Plan late = withoutWarnings();
    late.to = QStringLiteral("pg3");
    shown.dialog.setPlan(late);
    QVERIFY(!shown.run()->isEnabled());
}

// Opened before the nodes have answered, the table has the keyboard and takes its first row for chosen.
void TestSwitchoverDialog::primaryIsNoCandidateBeforeItIsKnown()
{
    cluster::Snapshot unknown = threeNodes();
    for (cluster::NodeStatus &node : unknown.nodes) {
        neverSeen(unknown, node.name);
    }
    SwitchoverDialog dialog(QStringLiteral("orders"), {});
    QSignalSpy asked(&dialog, &SwitchoverDialog::planRequested);
    dialog.setState(stateOf(unknown));
    dialog.show();
    dialog.setState(stateOf(unknown));
    QCOMPARE(part<widgets::DataTable>(dialog, "candidates-table")->model()->rowCount(), 0);
    dialog.setState(stateOf(threeNodes()));
    QTRY_COMPARE(dialog.target(), QStringLiteral("pg2"));
    QCOMPARE(asked.last().first().toString(), QStringLiteral("pg2"));
    // Who was a candidate remains one while nobody is known to be the primary any more.
    cluster::Snapshot down = threeNodes();
    takeDown(down, QStringLiteral("pg1"));
    dialog.setState(stateOf(down));
    QCOMPARE(part<widgets::DataTable>(dialog, "candidates-table")->model()->rowCount(), 2);
    QCOMPARE(dialog.target(), QStringLiteral("pg2"));
    // So it is when the dialog is opened only then: a plan says why it can't be.
    SwitchoverDialog late(QStringLiteral("orders"), QStringLiteral("pg3"));
    QSignalSpy askedLate(&late, &SwitchoverDialog::planRequested);
    late.setState(stateOf(down));
    QTRY_COMPARE(askedLate.size(), qsizetype(1));
    QCOMPARE(askedLate.last().first().toString(), QStringLiteral("pg3"));
    SwitchoverDialog nobody(QStringLiteral("orders"), {});
    nobody.setState(stateOf(unknown));
    QCOMPARE(part<widgets::Label>(nobody, "switchover-sentence")->text(),
             QStringLiteral("Neither a primary nor a standby is known."));
    // Another has switched over: who was chosen is the primary now, and its row goes.
    cluster::Snapshot changed = threeNodes();
    std::swap(changed.nodes[0].name, changed.nodes[1].name);
    dialog.setState(stateOf(changed));
    QTRY_VERIFY(dialog.target() != QStringLiteral("pg2"));
    QCOMPARE(asked.last().first().toString(), dialog.target());
}

void TestSwitchoverDialog::runsAndEnds()
{
    Shown shown;
    shown.dialog.setPlan(withoutWarnings());
    QSignalSpy runs(&shown.dialog, &SwitchoverDialog::runRequested);
    shown.click(shown.run());
    QCOMPARE(runs.count(), 1);
    QVERIFY(runs.first().first().value<operations::Plan>() == withoutWarnings()); // what was shown is what runs
    QVERIFY(shown.dialog.isRunning());
    QVERIFY(!shown.run()->isVisible());
    shown.dialog.setPlan(smallPlan()); // comes too late
    for (int i = 0; i < 4; ++i) {
        shown.dialog.setStep(i, {StepState::Started, 1000, 0, {}});
        shown.dialog.setStep(i, {StepState::Done, 1000, 1040, {}});
    }
    shown.dialog.addOutput(QStringLiteral("pg1"), QStringLiteral("server stopped"));
    shown.dialog.setEnded(Outcome::Done, {});
    testsupport::keepPicture(&shown.dialog, QStringLiteral("switchover-done"));
    QVERIFY(!shown.dialog.isRunning());
    QCOMPARE(shown.sentence(), QStringLiteral("pg2 is the primary; pg1 follows it."));
    QVERIFY(part<QPlainTextEdit>(shown.dialog, "switchover-output")
                ->toPlainText()
                .contains(QStringLiteral("pg1: server stopped")));
    QCOMPARE(shown.cancel()->text(), QStringLiteral("Close"));
    shown.click(shown.cancel());
    QVERIFY(!shown.dialog.isVisible());
}

void TestSwitchoverDialog::cancelOnlyBeforeTheReturn()
{
    Shown shown;
    shown.dialog.setPlan(withoutWarnings());
    shown.click(shown.run());
    QSignalSpy cancels(&shown.dialog, &SwitchoverDialog::cancelRequested);
    QTest::keyClick(&shown.dialog, Qt::Key_Escape);
    QCOMPARE(cancels.count(), 1);
    QVERIFY(shown.dialog.isVisible()); // it stays until it is undone
    shown.dialog.setStep(2, {StepState::Started, 1000, 0, {}});
    // From here on it goes on, whoever looks; what closes the window does not stop it, nor delete the dialog.
    QCOMPARE(shown.cancel()->text(), QStringLiteral("Close"));
    QVERIFY(shown.dialog.sentence().endsWith(QStringLiteral("Closing does not stop it.")));
    shown.dialog.close();
    QVERIFY(!shown.dialog.isVisible() && shown.dialog.isRunning());
    shown.dialog.open();
    shown.click(shown.cancel());
    QVERIFY(!shown.dialog.isVisible() && shown.dialog.isRunning());
    QCOMPARE(cancels.count(), 1);
    shown.dialog.open();
    shown.dialog.setEnded(Outcome::Incomplete, {QStringLiteral("see to pg1")});
    QVERIFY(shown.cancel()->isEnabled());
    QVERIFY(
        part<QPlainTextEdit>(shown.dialog, "switchover-output")->toPlainText().contains(QStringLiteral("see to pg1")));
}

void TestSwitchoverDialog::dryRunTellsAll()
{
    Shown shown;
    QVERIFY(!part<QPushButton>(shown.dialog, "switchover-dry-run")->isEnabled()); // before there is a plan
    const operations::Plan plan = withoutWarnings();
    shown.dialog.setPlan(plan);
    QSignalSpy runs(&shown.dialog, &SwitchoverDialog::runRequested);
    shown.click(part<QPushButton>(shown.dialog, "switchover-dry-run"));
    const auto *text = part<QPlainTextEdit>(shown.dialog, "dry-run-text");
    QVERIFY(text && text->isVisible());
    QCOMPARE(text->toPlainText(), operations::planText(plan)); // as plain text, whatever is in it
    QVERIFY(text->toPlainText().contains(QStringLiteral("pg1: SELECT '<b>promote</b>'")));
    shown.click(part<QPushButton>(shown.dialog, "dry-run-copy"));
    QCOMPARE(QGuiApplication::clipboard()->text(), text->toPlainText());
    testsupport::keepPicture(part<QDialog>(shown.dialog, "dry-run-dialog"), QStringLiteral("dry-run"));
    shown.click(part<QPushButton>(shown.dialog, "dry-run-close"));
    QTRY_VERIFY(!shown.dialog.findChild<QDialog *>(QStringLiteral("dry-run-dialog")));
    QCOMPARE(runs.count(), 0);
}

/// In the form that is chosen, and as the plan was when it was asked for.
void TestSwitchoverDialog::runbookIsExported()
{
    Shown shown;
    QVERIFY(!part<QPushButton>(shown.dialog, "switchover-export")->isEnabled()); // before there is a plan
    const operations::Plan plan = withoutWarnings();
    shown.dialog.setPlan(plan);
    QSignalSpy exports(&shown.dialog, &SwitchoverDialog::exportRequested);
    shown.click(part<QPushButton>(shown.dialog, "switchover-export"));
    auto *dialog = part<QFileDialog>(shown.dialog, "switchover-export-dialog");
    QVERIFY(dialog);
    QCOMPARE(QFileInfo(dialog->selectedFiles().first()).fileName(), QStringLiteral("switchover-pg2.md"));
    dialog->selectNameFilter(QStringLiteral("Shell script (*.sh)"));
    Q_EMIT dialog->filterSelected(QStringLiteral("Shell script (*.sh)"));
    QCOMPARE(QFileInfo(dialog->selectedFiles().first()).fileName(), QStringLiteral("switchover-pg2.sh"));
    operations::Plan later = plan;
    later.title += QStringLiteral(" later");
    shown.dialog.setPlan(later);
    QTemporaryDir directory;
    dialog->findChild<QLineEdit *>(QStringLiteral("fileNameEdit"))
        ->setText(directory.filePath(QStringLiteral("switchover-pg2.sh")));
    QMetaObject::invokeMethod(dialog, "accept");
    QCOMPARE(exports.count(), 1);
    QCOMPARE(exports.first().at(0).value<operations::Plan>(), plan);
    QCOMPARE(exports.first().at(1).toString(), directory.filePath(QStringLiteral("switchover-pg2.sh")));
}

void TestSwitchoverDialog::detailIsPlainText()
{
    Shown shown;
    shown.dialog.setPlan(withoutWarnings());
    part<widgets::DataTable>(shown.dialog, "plan-table")->selectKey(QStringLiteral("stop"));
    const QString detail = part<QPlainTextEdit>(shown.dialog, "switchover-detail")->toPlainText();
    QVERIFY2(detail.contains(QStringLiteral("pg1: SELECT '<b>stop</b>'")), qPrintable(detail));
}

void TestSwitchoverDialog::windowStaysOpenWhileItRuns()
{
    MainWindow window;
    window.clusterOpened(QStringLiteral("orders"));
    window.setClusterState(stateOf(threeNodes()));
    window.show();
    QSignalSpy opened(&window, &MainWindow::operationOpened);
    QSignalSpy runs(&window, &MainWindow::operationRunRequested);
    window.findChild<QAction *>(QStringLiteral("action-switchover"))->trigger();
    QCOMPARE(opened.count(), 1);
    auto *dialog = window.findChild<SwitchoverDialog *>();
    QVERIFY(dialog);
    window.switchoverPlanned(QStringLiteral("orders"), withoutWarnings());
    QTest::mouseClick(part<QPushButton>(*dialog, "switchover-run"), Qt::LeftButton);
    QCOMPARE(runs.count(), 1);
    QVERIFY(window.isOperating());
    QVERIFY(!window.close());
    window.operationEnded(QStringLiteral("orders"), Outcome::Done, {});
    QVERIFY(!window.isOperating());
    dialog->close();
    QVERIFY(window.close());
}

/// Past the point of no return the dialog can be put aside; the window says how it goes on, and brings it back.
void TestSwitchoverDialog::putAsideItGoesOn()
{
    const QString orders = QStringLiteral("orders");
    MainWindow window;
    window.clusterOpened(orders);
    window.setClusterState(stateOf(threeNodes()));
    window.show();
    QSignalSpy closed(&window, &MainWindow::operationClosed);
    QSignalSpy cancels(&window, &MainWindow::operationCancelRequested);
    auto *action = window.findChild<QAction *>(QStringLiteral("action-switchover"));
    action->trigger();
    const QPointer<SwitchoverDialog> dialog = window.findChild<SwitchoverDialog *>();
    window.switchoverPlanned(orders, withoutWarnings());
    QTest::mouseClick(part<QPushButton>(*dialog, "switchover-run"), Qt::LeftButton);
    window.operationBegun(orders, QStringLiteral("one"));
    auto *bar = window.findChild<widgets::NoticeBar *>(QStringLiteral("running-bar"));
    window.operationStepChanged(orders, 1, {StepState::Started, 1000, 0, {}});
    QTest::mouseClick(part<QPushButton>(*dialog, "switchover-journal"), Qt::LeftButton);
    QVERIFY(dialog->isVisible() && !bar->isVisible()); // before it, to close would be to cancel
    window.operationStepChanged(orders, 2, {StepState::Started, 1000, 0, {}});
    dialog->close();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QVERIFY(dialog && !dialog->isVisible() && bar->isVisible() && window.isOperating());
    QCOMPARE(closed.count() + cancels.count(), 0);
    QVERIFY(!window.close());
    QSignalSpy closes(&window, &MainWindow::closeRequested);
    window.findChild<QAction *>(QStringLiteral("action-close"))->trigger();
    QCOMPARE(closes.count(), 0);

    // Whoever wants another switchover is shown the one that runs.
    action->trigger();
    QVERIFY(dialog->isVisible() && !bar->isVisible());
    QTest::mouseClick(part<QPushButton>(*dialog, "switchover-journal"), Qt::LeftButton);
    QVERIFY(!dialog->isVisible() && bar->isVisible());
    QCOMPARE(window.currentPage(), QStringLiteral("journal"));

    window.operationEnded(orders, Outcome::Done, {});
    QVERIFY(bar->isVisible() && !window.isOperating());
    QCOMPARE(bar->text(), QStringLiteral("pg2 is the primary; pg1 follows it."));
    QTest::mouseClick(window.findChild<QPushButton *>(QStringLiteral("running-show")), Qt::LeftButton);
    QVERIFY(dialog->isVisible() && !bar->isVisible());
    QTest::mouseClick(part<QPushButton>(*dialog, "switchover-cancel"), Qt::LeftButton);
    QCOMPARE(closed.count(), 1);
    QVERIFY(!bar->isVisible());
}

void TestSwitchoverDialog::menuOfANode()
{
    MainWindow window;
    window.clusterOpened(QStringLiteral("orders"));
    window.setClusterState(stateOf(threeNodes()));
    window.resize(1280, 800);
    window.show();
    auto *topology = window.findChild<QWidget *>(QStringLiteral("topologyView"));
    QVERIFY(topology);
    QTRY_VERIFY(topology->isVisible());
    const auto menuFor = [&](const QString &node) {
        QMetaObject::invokeMethod(topology, "nodeMenuRequested", Q_ARG(QString, node), Q_ARG(QPoint, QPoint(10, 10)));
        return window.findChild<QMenu *>(QStringLiteral("node-menu"));
    };
    QMenu *ofPrimary = menuFor(QStringLiteral("pg1"));
    QVERIFY(ofPrimary);
    QVERIFY(!ofPrimary->findChild<QAction *>(QStringLiteral("node-switchover"))->isEnabled());
    delete ofPrimary;
    QMenu *ofStandby = menuFor(QStringLiteral("pg2"));
    QVERIFY(ofStandby);
    ofStandby->findChild<QAction *>(QStringLiteral("node-switchover"))->trigger();
    auto *dialog = window.findChild<SwitchoverDialog *>();
    QVERIFY(dialog);
    QCOMPARE(dialog->target(), QStringLiteral("pg2"));
}

void TestSwitchoverDialog::repmgrMayBeLeftOut()
{
    SwitchoverDialog dialog(QStringLiteral("orders"), {});
    auto *native = part<QCheckBox>(dialog, "switchover-native");
    cluster::Snapshot snapshot = threeNodes();
    snapshot.manager = cluster::ManagerKind::None;
    dialog.setState(stateOf(snapshot));
    dialog.setPlan(smallPlan());
    QVERIFY(native->isHidden()); // there is nobody to leave out
    snapshot.manager = cluster::ManagerKind::Repmgr;
    dialog.setState(stateOf(snapshot));
    dialog.setPlan(smallPlan());
    QVERIFY(!native->isHidden() && !native->isChecked());
    QSignalSpy asked(&dialog, &SwitchoverDialog::planRequested);
    native->click();
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked.first().at(1).toBool(), true);
    // The plan that was on its way is of the other way, and there is no button for what is not shown.
    dialog.setPlan(smallPlan());
    QVERIFY(!part<QPushButton>(dialog, "switchover-run")->isEnabled());
    operations::Plan plan = smallPlan();
    plan.natively = true;
    for (operations::Check &check : plan.checks) {
        check.result = CheckResult::Passed;
    }
    dialog.setPlan(plan);
    QVERIFY(part<QPushButton>(dialog, "switchover-run")->isEnabled());
}

QTEST_MAIN(TestSwitchoverDialog)
#include "tst_switchoverdialog.moc"
