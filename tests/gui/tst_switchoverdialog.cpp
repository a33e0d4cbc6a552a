// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QCheckBox>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "shell/mainwindow.h"
#include "shell/switchoverdialog.h"
#include "support/plans.h"
#include "support/snapshots.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/label.h"

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
    void refusalLeavesNoButton();
    void planOfAnotherTargetIsLeftAlone();
    void runsAndEnds();
    void cancelOnlyBeforeTheReturn();
    void detailIsPlainText();
    void windowStaysOpenWhileItRuns();
    void menuOfANode();
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
    QCheckBox *accept() { return part<QCheckBox>(dialog, "switchover-accept"); }
    QString sentence() { return part<widgets::Label>(dialog, "switchover-sentence")->text(); }
    void click(QWidget *widget) { QTest::mouseClick(widget, Qt::LeftButton); }

    SwitchoverDialog dialog;
};

/// Kept where HOWDAH_TEST_PICTURES names a folder, to be looked at.
void keepPicture(QWidget &widget, const QString &name)
{
    const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES");
    if (!folder.isEmpty()) {
        for (const theme::Mode mode : {theme::Mode::Light, theme::Mode::Dark}) {
            theme::Theme::instance().setMode(mode);
            QCoreApplication::processEvents();
            QVERIFY(widget.grab().save(QStringLiteral("%1/%2-%3.png").arg(folder, name, theme::modeKey(mode))));
        }
    }
}

operations::Plan withoutWarnings()
{
    operations::Plan plan = smallPlan();
    plan.checks.resize(2);
    return plan;
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
    QCOMPARE(askedEarly.count(), 0); // the primary is not known yet
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
    QVERIFY(shown.accept()->isVisible());
    QSignalSpy runs(&shown.dialog, &SwitchoverDialog::runRequested);
    shown.click(shown.run());
    QCOMPARE(runs.count(), 0);
    shown.accept()->setChecked(true);
    QVERIFY(shown.run()->isEnabled());
    keepPicture(shown.dialog, QStringLiteral("switchover-checks"));
    // A check that begins to fail takes the button away again.
    operations::Plan failing = smallPlan();
    failing.checks[0].result = CheckResult::Failed;
    shown.dialog.setPlan(failing);
    QVERIFY(!shown.run()->isEnabled());
    shown.dialog.setPlan(withoutWarnings());
    QVERIFY(shown.run()->isEnabled());
    QVERIFY(!shown.accept()->isVisible());
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
    keepPicture(shown.dialog, QStringLiteral("switchover-done"));
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
    QVERIFY(!shown.cancel()->isEnabled());
    shown.dialog.setEnded(Outcome::Incomplete, {QStringLiteral("see to pg1")});
    QVERIFY(shown.cancel()->isEnabled());
    QVERIFY(
        part<QPlainTextEdit>(shown.dialog, "switchover-output")->toPlainText().contains(QStringLiteral("see to pg1")));
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
    QSignalSpy opened(&window, &MainWindow::switchoverOpened);
    QSignalSpy runs(&window, &MainWindow::switchoverRunRequested);
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

QTEST_MAIN(TestSwitchoverDialog)
#include "tst_switchoverdialog.moc"
