// SPDX-License-Identifier: GPL-3.0-or-later
// The move of an address from the window: by its dialog, driven as a person does, with plans as the engine makes them.
#include <QAction>
#include <QComboBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "keeppicture.h"
#include "operations/address/moveplan.h"
#include "pages/page.h"
#include "shell/mainwindow.h"
#include "shell/movedialog.h"
#include "support/journals.h"
#include "support/sights.h"
#include "theme/theme.h"
#include "widgets/label.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::shell;
using namespace howdah::testsupport;
using operations::Outcome;
using operations::StepState;

class TestMoveDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void onlyWhereThereAreAddresses();
    void proposesWhatWasSelected();
    void runsWhatWasShown();
    void anotherChoiceForgetsThePlan();
    void journaledOneIsTakenUpHere();
    void everythingHasAName();

private:
    template<typename T>
    T *part(const char *name) const
    {
        return m_window->findChild<T *>(QLatin1String(name));
    }
    MoveDialog *dialog() const { return part<MoveDialog>("move-dialog"); }
    QString sentence() const { return part<widgets::Label>("move-sentence")->text(); }
    void click(const char *name) const { QTest::mouseClick(part<QWidget>(name), Qt::LeftButton); }
    /// The plan that the engine would make of what is chosen.
    operations::Plan planned(const QString &address, const QString &node) const;

    const QString kOrders = QStringLiteral("orders");
    QTemporaryDir m_settings;
    FakeClock m_clock;
    cluster::ClusterState m_state;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<QSignalSpy> m_wanted;
};

void TestMoveDialog::initTestCase()
{
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    theme::Theme::instance().install(*qApp);
}

void TestMoveDialog::init()
{
    QSettings().clear();
    m_window = std::make_unique<MainWindow>(m_clock);
    m_window->resize(1280, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_state = stateOf(startedApart(healthyPair()), kOrders);
    m_window->clusterOpened(kOrders);
    m_window->setClusterState(m_state);
    m_wanted = std::make_unique<QSignalSpy>(m_window.get(), &MainWindow::movePlanRequested);
}

void TestMoveDialog::cleanup()
{
    m_wanted.reset();
    m_window.reset();
    theme::Theme::instance().setMode(theme::Mode::Light);
}

operations::Plan TestMoveDialog::planned(const QString &address, const QString &node) const
{
    operations::address::MoveFacts facts;
    facts.config.name = kOrders;
    facts.state = m_state;
    for (const cluster::NodeStatus &one : m_state.snapshot->nodes) {
        cluster::NodeConfig &config = facts.config.nodes.emplace_back();
        config.name = one.name;
        config.conninfo = QStringLiteral("host=%1 user=dba").arg(one.host);
        config.hasCommand = true;
    }
    for (const auto &sight : someSights(m_state)) {
        cluster::AddressConfig config = sight.address;
        config.interface = QStringLiteral("eth0");
        config.prefix = 24;
        config.assign = {QStringLiteral("move"), QStringLiteral("{ip}"), QStringLiteral("{host}")};
        facts.config.addresses.push_back(config);
        if (config.name == address) {
            facts.address = sight.facts;
        }
    }
    return planMove(facts, address, node);
}

void TestMoveDialog::onlyWhereThereAreAddresses()
{
    auto *action = part<QAction>("action-move-address");
    QVERIFY(action && !action->isEnabled());
    action->trigger();
    QVERIFY(!dialog());
    m_window->setAddresses(kOrders, std::make_shared<const operations::address::Sights>(someSights(m_state)));
    QVERIFY(action->isEnabled());
    QSignalSpy opened(m_window.get(), &MainWindow::operationOpened);
    click("tool-move-address");
    QVERIFY(dialog());
    QCOMPARE(opened.size(), 1); // somebody stands by to make its plans
    QCOMPARE(part<QComboBox>("move-address")->currentText(), QStringLiteral("write"));
    QCOMPARE(part<QComboBox>("move-node")->currentText(), QStringLiteral("pg1")); // the primary
    QCOMPARE(m_wanted->last().at(1).toString(), QStringLiteral("write"));
    QCOMPARE(m_wanted->last().at(2).toString(), QStringLiteral("pg1"));
    QVERIFY(!part<QPushButton>("move-run")->isEnabled()); // nothing is checked yet
}

void TestMoveDialog::proposesWhatWasSelected()
{
    m_window->setAddresses(kOrders, std::make_shared<const operations::address::Sights>(someSights(m_state)));
    m_window->showPage(QStringLiteral("addresses"), QStringLiteral("gateway"));
    click("address-move");
    QVERIFY(dialog());
    QCOMPARE(part<QComboBox>("move-address")->currentText(), QStringLiteral("gateway"));
    QVERIFY2(part<widgets::Label>("move-now")->text().contains(QStringLiteral("it leads to the primary, pg1")),
             qPrintable(part<widgets::Label>("move-now")->text()));
}

void TestMoveDialog::runsWhatWasShown()
{
    m_window->setAddresses(kOrders, std::make_shared<const operations::address::Sights>(someSights(m_state)));
    m_window->openMove(kOrders, QStringLiteral("gateway"), QStringLiteral("pg1"));
    const operations::Plan plan = planned(QStringLiteral("gateway"), QStringLiteral("pg1"));
    QVERIFY(mayRun(plan, true));
    m_window->switchoverPlanned(kOrders, plan);
    testsupport::keepPicture(dialog(), QStringLiteral("move-planned"));
    auto *run = part<QPushButton>("move-run");
    QVERIFY2(run->isEnabled(), qPrintable(sentence()));
    QVERIFY(run->text().contains(QStringLiteral("gateway")) && run->text().contains(QStringLiteral("pg1")));
    QSignalSpy runs(m_window.get(), &MainWindow::operationRunRequested);
    QTest::mouseClick(run, Qt::LeftButton);
    QCOMPARE(runs.size(), 1);
    QCOMPARE(runs.first().at(1).value<operations::Plan>(), plan);
    QVERIFY2(sentence().contains(QStringLiteral("Moving gateway to pg1")), qPrintable(sentence()));
    for (int i = 0; i < static_cast<int>(plan.steps.size()); ++i) {
        m_window->operationActionChanged(
            kOrders, i,
            {operations::ActionNote::List::Verify, 0, operations::ActionNote::State::Held, kNowWallMs + 38, {}});
        m_window->operationStepChanged(kOrders, i, {StepState::Done, kNowWallMs, kNowWallMs + 40, {}, kNowWallMs});
    }
    m_window->operationEnded(kOrders, Outcome::Done, {});
    QVERIFY2(sentence().contains(QStringLiteral("gateway leads to pg1")), qPrintable(sentence()));
    testsupport::keepPicture(dialog(), QStringLiteral("move-done"));
}

/// A plan of what was chosen before may be on its way: it is not the one that the button would run.
void TestMoveDialog::anotherChoiceForgetsThePlan()
{
    m_window->setAddresses(kOrders, std::make_shared<const operations::address::Sights>(someSights(m_state)));
    m_window->openMove(kOrders, QStringLiteral("gateway"), QStringLiteral("pg1"));
    const operations::Plan plan = planned(QStringLiteral("gateway"), QStringLiteral("pg1"));
    m_window->switchoverPlanned(kOrders, plan);
    auto *run = part<QPushButton>("move-run");
    QVERIFY(run->isEnabled());
    part<QComboBox>("move-node")->setCurrentText(QStringLiteral("pg2"));
    QCOMPARE(m_wanted->last().at(2).toString(), QStringLiteral("pg2"));
    QVERIFY(!run->isEnabled());
    m_window->switchoverPlanned(kOrders, plan);
    QVERIFY(!run->isEnabled());
    // Nor is a plan of another address whose name begins alike.
    operations::Plan alike = planned(QStringLiteral("gateway"), QStringLiteral("pg2"));
    alike.title.replace(QStringLiteral("gateway"), QStringLiteral("gateway2"));
    m_window->switchoverPlanned(kOrders, alike);
    QVERIFY2(!sentence().contains(QStringLiteral("refuse")), qPrintable(sentence()));
    // To a standby an address for writers does not go.
    m_window->switchoverPlanned(kOrders, planned(QStringLiteral("gateway"), QStringLiteral("pg2")));
    QVERIFY(!run->isEnabled());
    QVERIFY2(sentence().contains(QStringLiteral("refuse")), qPrintable(sentence()));
}

void TestMoveDialog::journaledOneIsTakenUpHere()
{
    operations::Operation interrupted;
    interrupted.id = QStringLiteral("20261127-100000-address");
    interrupted.path = QStringLiteral("/journal/20261127-100000-address.jsonl");
    interrupted.plan = planned(QStringLiteral("gateway"), QStringLiteral("pg1"));
    interrupted.steps.resize(interrupted.plan.steps.size());
    interrupted.steps.front() = {StepState::Done, kNowWallMs - 1000, kNowWallMs - 900, {}, kNowWallMs - 1000};
    interrupted.outcome = Outcome::Interrupted;
    interrupted.startedMs = kNowWallMs - 1000;
    m_window->setJournal(journalOf({interrupted}));
    m_window->finishOperation(kOrders, interrupted.id, operations::Finish::Undo);
    click("finish-yes");
    QVERIFY(dialog());
    QVERIFY(dialog()->isRunning());
}

void TestMoveDialog::everythingHasAName()
{
    m_window->setAddresses(kOrders, std::make_shared<const operations::address::Sights>(someSights(m_state)));
    m_window->openMove(kOrders, {}, {});
    for (const QWidget *widget : dialog()->findChildren<QWidget *>()) {
        if ((widget->focusPolicy() & Qt::TabFocus) != 0 && !widget->focusProxy() &&
            !widget->objectName().startsWith(QLatin1String("qt_"))) {
            QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
        }
    }
}

QTEST_MAIN(TestMoveDialog)
#include "tst_movedialog.moc"
