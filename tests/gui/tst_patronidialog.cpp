// SPDX-License-Identifier: GPL-3.0-or-later
// What the window asks of Patroni: its menus and its dialogs, driven as a person does, with what Patroni would say.
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDateTimeEdit>
#include <QGuiApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/clock.h"
#include "keeppicture.h"
#include "shell/finishdialog.h"
#include "shell/mainwindow.h"
#include "shell/patroni/historydialog.h"
#include "shell/patroni/patronidialog.h"
#include "shell/switchoverdialog.h"
#include "support/journals.h"
#include "support/patroni.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/noticebar.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::shell;
using namespace howdah::testsupport;
using operations::ActionNote;
using operations::Outcome;
using operations::StepState;
using operations::patroni::PatroniFacts;
using operations::patroni::Request;

class TestPatroniDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void onlyWherePatroniManages();
    void actionsSayWhyNot();
    void paletteOffersThem();
    void nodeMenu();
    void nodesTableHasTheSameMenu();
    void pauseRunsWhatWasShown();
    void resumeWhenPaused();
    void restartOfAReplica();
    void reinitializeWantsTheName();
    void putAsideItGoesOn();
    void scheduleAndCancel();
    void configIsEdited();
    void configErrorHasItsLine();
    void configOfOthersStays();
    void secretConfigIsMasked();
    void silentPatroniIsSaid();
    void history();
    void journaledOnesAreTakenUpHere();
    void everythingHasAName();

private:
    template<typename T>
    T *part(const char *name) const
    {
        return m_window->findChild<T *>(QLatin1String(name));
    }
    QAction *action(const char *name) const { return part<QAction>(name); }
    PatroniDialog *dialog() const { return part<PatroniDialog>("patroni-dialog"); }
    QPushButton *run() const { return part<QPushButton>("patroni-run"); }
    QString sentence() const { return part<widgets::Label>("patroni-sentence")->text(); }
    void click(const char *name) const { QTest::mouseClick(part<QWidget>(name), Qt::LeftButton); }
    void give(const PatroniFacts &facts) { m_window->setPatroni(kOrders, std::make_shared<const PatroniFacts>(facts)); }
    void acceptWarnings() const;
    /// Its steps as a runner tells them, all proved.
    void done(const operations::Plan &plan);
    QMenu *menuOf(const QString &node) const;
    /// The plan that was asked to be run last.
    operations::Plan asked() const { return m_runs->last().at(1).value<operations::Plan>(); }
    /// Kept where HOWDAH_TEST_PICTURES names a folder, to be looked at.

    const QString kOrders = QStringLiteral("orders");
    QTemporaryDir m_settings;
    FakeClock m_clock;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<QSignalSpy> m_runs;
};

namespace {

cluster::ClusterState patroniState()
{
    cluster::Snapshot snapshot = threeNodes();
    snapshot.manager = cluster::ManagerKind::Patroni;
    return stateOf(snapshot, QStringLiteral("orders"));
}

} // namespace

void TestPatroniDialog::initTestCase()
{
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    theme::Theme::instance().install(*qApp);
}

void TestPatroniDialog::init()
{
    QSettings().clear();
    m_window = std::make_unique<MainWindow>(m_clock);
    m_window->resize(1280, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_window->clusterOpened(kOrders);
    m_window->setClusterState(patroniState());
    m_runs = std::make_unique<QSignalSpy>(m_window.get(), &MainWindow::operationRunRequested);
}

void TestPatroniDialog::cleanup()
{
    m_runs.reset();
    m_window.reset();
    theme::Theme::instance().setMode(theme::Mode::Light);
}

void TestPatroniDialog::acceptWarnings() const
{
    for (QCheckBox *tick : dialog()->findChildren<QCheckBox *>()) {
        if (tick->objectName().startsWith(QLatin1String("accept-"))) {
            tick->setChecked(true);
        }
    }
}

void TestPatroniDialog::done(const operations::Plan &plan)
{
    const qint64 began = core::systemClock().wallMs() - 4000;
    m_window->operationBegun(kOrders, QStringLiteral("one"));
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const int index = static_cast<int>(i);
        const qint64 at = began + 900 * index;
        m_window->operationStepChanged(kOrders, index, {StepState::Started, at, 0, {}});
        const auto hold = [&](ActionNote::List list, std::size_t count) {
            for (std::size_t n = 0; n < count; ++n) {
                m_window->operationActionChanged(kOrders, index,
                                                 {list, static_cast<int>(n), ActionNote::State::Held, at + 400, {}});
            }
        };
        hold(ActionNote::List::Actions, plan.steps[i].actions.size());
        hold(ActionNote::List::Verify, plan.steps[i].verify.size());
        m_window->operationStepChanged(kOrders, index, {StepState::Done, at, at + 800, {}});
    }
    m_window->operationEnded(kOrders, Outcome::Done, {});
}

QMenu *TestPatroniDialog::menuOf(const QString &node) const
{
    QMetaObject::invokeMethod(part<QWidget>("topologyView"), "nodeMenuRequested", Q_ARG(QString, node),
                              Q_ARG(QPoint, QPoint(10, 10)));
    return part<QMenu>("node-menu");
}

void TestPatroniDialog::onlyWherePatroniManages()
{
    const char *names[] = {"action-patroni-pause", "action-patroni-schedule", "action-patroni-cancel",
                           "action-patroni-config", "action-patroni-history"};
    give(calmPatroni(3));
    for (const char *name : names) {
        QVERIFY2(action(name)->isVisible(), name);
        QVERIFY2(!action(name)->text().isEmpty(), name);
    }
    cluster::Snapshot snapshot = threeNodes();
    snapshot.manager = cluster::ManagerKind::Repmgr;
    m_window->setClusterState(stateOf(snapshot, kOrders));
    for (const char *name : names) {
        QVERIFY2(!action(name)->isVisible(), name);
    }
    QMenu *menu = menuOf(QStringLiteral("pg2"));
    QVERIFY(menu && !menu->findChild<QAction *>(QStringLiteral("node-restart")));
    m_window->openPatroni(kOrders, {.kind = Request::Kind::Pause});
    QVERIFY(!dialog());
}

void TestPatroniDialog::actionsSayWhyNot()
{
    auto *pause = action("action-patroni-pause");
    QVERIFY(!pause->isEnabled());
    QVERIFY2(pause->toolTip().contains(QStringLiteral("not answered yet")), qPrintable(pause->toolTip()));
    give(calmPatroni(3));
    QVERIFY(pause->isEnabled() && action("action-patroni-schedule")->isEnabled());
    QVERIFY(!action("action-patroni-cancel")->isEnabled());
    QVERIFY(action("action-patroni-cancel")->toolTip().contains(QStringLiteral("none is scheduled")));
    PatroniFacts facts = calmPatroni(3);
    facts.cluster.switchoverAt = QStringLiteral("2026-11-28T03:00:00+01:00");
    give(facts);
    QVERIFY(action("action-patroni-cancel")->isEnabled() && !action("action-patroni-schedule")->isEnabled());
    facts.error = QStringLiteral("<b>refused</b>");
    give(facts);
    for (const char *name : {"pause", "schedule", "cancel", "config", "history"}) {
        const QAction *one = action(qPrintable(QStringLiteral("action-patroni-%1").arg(QLatin1String(name))));
        QVERIFY2(!one->isEnabled(), name);
        QVERIFY2(!one->toolTip().contains(QStringLiteral("<b>refused")), qPrintable(one->toolTip())); // plain text
    }
    auto *menu = part<QMenu>("menu-cluster");
    QVERIFY(menu && menu->toolTipsVisible());
    QVERIFY(menu->actions().contains(pause));
    give(calmPatroni(3));
    menu->popup(m_window->mapToGlobal(QPoint(100, 30)));
    testsupport::keepPicture(menu, QStringLiteral("patroni-menu"));
    menu->close();
}

void TestPatroniDialog::paletteOffersThem()
{
    PatroniFacts facts = calmPatroni(3);
    facts.cluster.paused = true;
    give(facts);
    action("action-palette")->trigger();
    auto *field = part<QLineEdit>("palette-field");
    QVERIFY(field);
    field->setText(QStringLiteral("patroni"));
    auto *list = part<QListWidget>("palette-list");
    QVERIFY(list);
    QStringList titles;
    for (int i = 0; i < list->count(); ++i) {
        titles << list->item(i)->text();
    }
    QVERIFY2(titles.contains(QStringLiteral("Resume Patroni…")), qPrintable(titles.join(QLatin1Char('|'))));
    QVERIFY(titles.contains(QStringLiteral("Patroni's configuration…")));
    QVERIFY(titles.contains(QStringLiteral("Patroni's history…")));
    QTest::keyClick(field, Qt::Key_Escape);
}

void TestPatroniDialog::nodeMenu()
{
    QMenu *early = menuOf(QStringLiteral("pg2"));
    QVERIFY(early);
    QVERIFY(!early->findChild<QAction *>(QStringLiteral("node-restart"))->isEnabled()); // nothing is known yet
    QVERIFY(
        early->findChild<QAction *>(QStringLiteral("node-restart"))->text().contains(QStringLiteral("answered yet")));
    delete early;
    give(calmPatroni(3));
    QMenu *leader = menuOf(QStringLiteral("pg1"));
    QVERIFY(leader->findChild<QAction *>(QStringLiteral("node-restart"))->isEnabled());
    const auto *anew = leader->findChild<QAction *>(QStringLiteral("node-reinitialize"));
    QVERIFY(!anew->isEnabled() && anew->text().contains(QStringLiteral("it leads")));
    delete leader;
    QMenu *replica = menuOf(QStringLiteral("pg2"));
    QVERIFY(replica->findChild<QAction *>(QStringLiteral("node-reinitialize"))->isEnabled());
    replica->findChild<QAction *>(QStringLiteral("node-restart"))->trigger();
    QVERIFY(dialog());
    QCOMPARE(dialog()->windowTitle(), QStringLiteral("Restart PostgreSQL on pg2"));
}

void TestPatroniDialog::nodesTableHasTheSameMenu()
{
    give(calmPatroni(3));
    auto *table = part<widgets::DataTable>("nodes-table");
    QVERIFY(table);
    QVERIFY(table->selectKey(QStringLiteral("pg3")));
    const QPoint at = table->visualRect(table->currentIndex()).center();
    Q_EMIT table->customContextMenuRequested(at);
    auto *menu = part<QMenu>("node-menu");
    QVERIFY(menu);
    QCOMPARE(menu->accessibleName(), QStringLiteral("Node pg3"));
    QVERIFY(menu->findChild<QAction *>(QStringLiteral("node-reinitialize")));
    if (const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES"); !folder.isEmpty()) {
        // At once: a menu closes, and is gone, when something else happens.
        QVERIFY(menu->grab().save(folder + QStringLiteral("/patroni-node-menu-light.png")));
    }
}

void TestPatroniDialog::pauseRunsWhatWasShown()
{
    give(calmPatroni(3));
    QSignalSpy opened(m_window.get(), &MainWindow::operationOpened);
    QSignalSpy asks(m_window.get(), &MainWindow::patroniAsked);
    action("action-patroni-pause")->trigger();
    QVERIFY(dialog());
    QCOMPARE(opened.count(), 1);
    QCOMPARE(asks.count(), 1);
    QVERIFY(asks.first().at(1).toBool()); // closely
    QVERIFY(!run()->isEnabled());         // the warning is not accepted
    QVERIFY2(sentence().contains(QStringLiteral("Accept the warning")), qPrintable(sentence()));
    QVERIFY(run()->toolTip().contains(QStringLiteral("Accept the warning")));
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-pause"));
    acceptWarnings();
    QVERIFY(run()->isEnabled());
    give(calmPatroni(3)); // read again: what was accepted stays so
    QVERIFY(run()->isEnabled());
    click("patroni-run");
    QCOMPARE(m_runs->count(), 1);
    QCOMPARE(asked().operation, QStringLiteral("patroni-pause"));
    QVERIFY(!m_runs->last().at(2).toBool()); // no probe
    QVERIFY(dialog()->isRunning() && m_window->isOperating());
    QVERIFY(!part<QWidget>("patroni-form")->isVisible());
    QVERIFY(!m_window->close());
    give(PatroniFacts(calmPatroni(2))); // comes too late for the plan
    done(asked());
    QCOMPARE(sentence(), QStringLiteral("Patroni is paused: nobody takes over from a primary that fails."));
    auto *proofs = part<widgets::DataTable>("proof-table");
    QCOMPARE(proofs->model()->rowCount(), 4); // three members and the journal
    for (int row = 0; row < 4; ++row) {
        QCOMPARE(proofs->model()->index(row, 0).data(tables::VerdictRole).toInt(),
                 static_cast<int>(cluster::Verdict::Ok));
    }
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-pause-done"));
    click("patroni-report");
    const QString report = QGuiApplication::clipboard()->text();
    QVERIFY2(report.contains(QStringLiteral("Pause Patroni on orders")) &&
                 report.contains(QStringLiteral("pg2 has paused")),
             qPrintable(report));
    QVERIFY(!report.contains(QStringLiteral("Writes waited")));
    QCOMPARE(part<QPushButton>("patroni-cancel")->text(), QStringLiteral("Close"));
    click("patroni-cancel");
    QTRY_VERIFY(!dialog());
    QVERIFY(!asks.last().at(1).toBool()); // and no more closely
}

void TestPatroniDialog::resumeWhenPaused()
{
    PatroniFacts facts = calmPatroni(3);
    facts.cluster.paused = true;
    give(facts);
    auto *pause = action("action-patroni-pause");
    QCOMPARE(QString(pause->text()).remove(QLatin1Char('&')), QStringLiteral("Resume Patroni…"));
    pause->trigger();
    QVERIFY(dialog() && run()->isEnabled());
    QTest::keyClick(dialog(), Qt::Key_Return); // the one filled button is the default
    QCOMPARE(m_runs->count(), 1);
    QCOMPARE(asked().operation, QStringLiteral("patroni-resume"));
    QSignalSpy cancels(m_window.get(), &MainWindow::operationCancelRequested);
    QTest::keyClick(dialog(), Qt::Key_Escape);
    QCOMPARE(cancels.count(), 1);
    m_window->operationEnded(kOrders, Outcome::Undone, {QStringLiteral("HTTP status 401")});
    QCOMPARE(sentence(), QStringLiteral("Failed and undone: the cluster is as before."));
    QVERIFY(part<QPlainTextEdit>("patroni-output")->toPlainText().contains(QStringLiteral("HTTP status 401")));
}

void TestPatroniDialog::restartOfAReplica()
{
    give(calmPatroni(3));
    m_window->openPatroni(kOrders, {.kind = Request::Kind::Restart, .node = QStringLiteral("pg2")});
    const auto *about = part<widgets::Label>("patroni-about");
    QVERIFY2(about->text().contains(QStringLiteral("the primary goes on")), qPrintable(about->text()));
    QVERIFY(about->textFormat() == Qt::PlainText);
    QVERIFY(part<QPlainTextEdit>("patroni-detail")->toPlainText().contains(QStringLiteral("POST")));
    click("patroni-dry-run");
    const auto *text = part<QPlainTextEdit>("dry-run-text");
    QVERIFY(text && text->toPlainText().contains(QStringLiteral("/restart")));
    click("dry-run-close");
    acceptWarnings();
    click("patroni-run");
    QCOMPARE(asked().operation, QStringLiteral("patroni-restart"));
    done(asked());
    QCOMPARE(sentence(), QStringLiteral("pg2 has been restarted."));
    click("patroni-cancel");
    QTRY_VERIFY(!dialog());
    m_window->openPatroni(kOrders, {.kind = Request::Kind::Restart, .node = QStringLiteral("pg1")});
    QVERIFY(part<widgets::Label>("patroni-about")->text().contains(QStringLiteral("writes wait")));
}

void TestPatroniDialog::reinitializeWantsTheName()
{
    give(calmPatroni(3));
    m_window->openPatroni(kOrders, {.kind = Request::Kind::Reinitialize, .node = QStringLiteral("pg2")});
    auto *typed = part<QLineEdit>("patroni-confirm");
    QVERIFY(typed && typed->isVisible());
    acceptWarnings();
    QVERIFY(!run()->isEnabled());
    QVERIFY2(sentence().contains(QStringLiteral("Type pg2")), qPrintable(sentence()));
    QTest::keyClicks(typed, QStringLiteral("pg1"));
    QVERIFY(!run()->isEnabled());
    typed->clear();
    QTest::keyClicks(typed, QStringLiteral("pg2"));
    QVERIFY(run()->isEnabled());
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-reinitialize"));
    give(calmPatroni(3)); // what was typed stays
    QVERIFY(run()->isEnabled());
    click("patroni-run");
    QCOMPARE(asked().operation, QStringLiteral("patroni-reinitialize"));
    m_window->operationStepChanged(kOrders, 0, {StepState::Done, core::systemClock().wallMs() - 9000, 0, {}});
    m_window->operationStepChanged(kOrders, 1, {StepState::Started, core::systemClock().wallMs() - 8000, 0, {}});
    m_window->operationActionChanged(
        kOrders, 1, {ActionNote::List::Verify, 0, ActionNote::State::Asked, core::systemClock().wallMs() - 7000, {}});
    const auto *steps = part<QWidget>("patroni-steps")->findChild<widgets::DataTable *>()->model();
    const auto said = [steps] {
        QStringList texts;
        for (int row = 0; row < steps->rowCount(); ++row) {
            texts << steps->index(row, 0).data().toString();
        }
        return texts.join(QLatin1Char('|'));
    };
    QTRY_VERIFY2(said().contains(QStringLiteral("Waits until pg2 is copied and streams")), qPrintable(said()));
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-reinitialize-running"));
}

void TestPatroniDialog::putAsideItGoesOn()
{
    give(calmPatroni(3));
    m_window->openPatroni(kOrders, {.kind = Request::Kind::Reinitialize, .node = QStringLiteral("pg2")});
    acceptWarnings();
    part<QLineEdit>("patroni-confirm")->setText(QStringLiteral("pg2"));
    click("patroni-run");
    m_window->operationBegun(kOrders, QStringLiteral("one"));
    m_window->operationStepChanged(kOrders, 1, {StepState::Started, 1000, 0, {}});
    click("patroni-cancel"); // it says Close by now
    auto *bar = part<widgets::NoticeBar>("running-bar");
    QVERIFY(!dialog()->isVisible() && dialog()->isRunning() && bar->isVisible());
    // Whoever wants something else is shown what runs.
    action("action-switchover")->trigger();
    QVERIFY(dialog()->isVisible() && !part<SwitchoverDialog>("switchover-dialog"));
    click("patroni-cancel");
    m_window->operationEnded(kOrders, Outcome::Done, {});
    QCOMPARE(bar->text(), QStringLiteral("pg2 was copied anew, and streams."));
    click("running-show");
    QVERIFY(dialog()->isVisible());
}

void TestPatroniDialog::scheduleAndCancel()
{
    PatroniFacts facts = calmPatroni(3);
    facts.members[2].member.noFailover = true;
    give(facts);
    action("action-patroni-schedule")->trigger();
    auto *candidate = part<QComboBox>("schedule-candidate");
    QVERIFY(candidate);
    QCOMPARE(candidate->count(), 1); // neither the leader nor who may not
    facts.members[2].member.noFailover = false;
    give(facts);
    QCOMPARE(candidate->count(), 2);
    candidate->setCurrentText(QStringLiteral("pg3"));
    auto *at = part<QDateTimeEdit>("schedule-time");
    QVERIFY(at->dateTime() > QDateTime::currentDateTime()); // proposed: tonight
    at->setDateTime(QDateTime::currentDateTime().addSecs(-3600));
    QVERIFY(!run()->isEnabled());
    const QDateTime wanted(QDate::currentDate().addDays(1), QTime(3, 30));
    at->setDateTime(wanted);
    QVERIFY2(run()->isEnabled(), qPrintable(sentence()));
    QCOMPARE(run()->text(), QStringLiteral("&Schedule the switchover to pg3"));
    give(facts);
    QCOMPARE(candidate->currentText(), QStringLiteral("pg3")); // the choice stays
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-schedule"));
    click("patroni-run");
    const operations::Plan plan = asked();
    QCOMPARE(plan.to, QStringLiteral("pg3"));
    const QString body = plan.steps.front().actions.front().http.body;
    const QString said = body.section(QStringLiteral("\"scheduled_at\":\""), 1).section(QLatin1Char('"'), 0, 0);
    const QDateTime sent = QDateTime::fromString(said, Qt::ISODate);
    QVERIFY2(sent.timeSpec() != Qt::LocalTime && sent == wanted, qPrintable(body)); // with its offset
    done(plan);
    click("patroni-cancel");
    QTRY_VERIFY(!dialog());

    facts.cluster.switchoverAt = said;
    facts.cluster.switchoverTo = QStringLiteral("pg3");
    give(facts);
    action("action-patroni-cancel")->trigger();
    QVERIFY(part<widgets::Label>("patroni-about")->text().contains(said));
    QCOMPARE(part<QPushButton>("patroni-cancel")->text(), QStringLiteral("Keep it"));
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-cancel"));
    click("patroni-run");
    QCOMPARE(asked().operation, QStringLiteral("patroni-cancel-switchover"));
}

void TestPatroniDialog::configIsEdited()
{
    give(calmPatroni(3));
    action("action-patroni-config")->trigger();
    auto *text = part<QPlainTextEdit>("config-text");
    QVERIFY(text && !text->isReadOnly());
    QVERIFY(!run()->isEnabled());
    QVERIFY2(sentence().contains(QStringLiteral("Edit a setting")), qPrintable(sentence()));
    QVERIFY(!part<QWidget>("checks-worst")->isVisible()); // nobody has asked for anything: that is no refusal
    QTRY_COMPARE(QApplication::focusWidget(), text);
    QString edited = text->toPlainText();
    edited.replace(QStringLiteral("\"max_connections\": 100"),
                   QStringLiteral("\"max_connections\": 200,\n            \"work_mem\": \"8MB\""));
    edited.replace(QStringLiteral("    \"ttl\": 20\n"), QStringLiteral("    \"ttl\": 25\n"));
    text->setPlainText(edited);
    auto *changes = part<widgets::DataTable>("changes-table");
    QCOMPARE(changes->model()->rowCount(), 3);
    QVERIFY(changes->selectKey(QStringLiteral("postgresql.parameters.max_connections")));
    const QString row = changes->text(true);
    QVERIFY2(row.contains(QStringLiteral("100")) && row.contains(QStringLiteral("200")) &&
                 row.contains(QStringLiteral("restart of PostgreSQL")),
             qPrintable(row));
    QCOMPARE(run()->text(), QStringLiteral("&Change 3 settings"));
    QVERIFY(!run()->isEnabled()); // max_connections waits for a restart: a warning
    QVERIFY(dialog()->findChild<QCheckBox *>(QStringLiteral("accept-patroni_restart")));
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-config"));
    acceptWarnings();
    QVERIFY2(run()->isEnabled(), qPrintable(sentence()));
    click("patroni-run");
    const operations::Action &patch = asked().steps.front().actions.front();
    QCOMPARE(patch.http.method, QStringLiteral("PATCH"));
    QCOMPARE(patch.http.body, QStringLiteral("{\"postgresql\":{\"parameters\":{\"max_connections\":200,"
                                             "\"work_mem\":\"8MB\"}},\"ttl\":25}"));
    done(asked());
    QCOMPARE(sentence(), QStringLiteral("Patroni has the new settings."));
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-config-done"));
}

void TestPatroniDialog::configErrorHasItsLine()
{
    give(calmPatroni(3));
    action("action-patroni-config")->trigger();
    auto *text = part<QPlainTextEdit>("config-text");
    const QString good = text->toPlainText();
    text->setPlainText(
        QString(good).replace(QStringLiteral("\"loop_wait\": 1,"), QStringLiteral("\"loop_wait\": on,")));
    const auto *problem = part<widgets::Label>("config-problem");
    QVERIFY2(problem->text().startsWith(QStringLiteral("Line 2: ")), qPrintable(problem->text()));
    QCOMPARE(text->extraSelections().size(), 1);
    QCOMPARE(text->extraSelections().constFirst().cursor.blockNumber(), 1);
    QVERIFY(!run()->isEnabled());
    QVERIFY2(sentence().contains(QStringLiteral("Line 2")), qPrintable(sentence()));
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-config-wrong"));
    give(calmPatroni(3)); // what was written stays
    QVERIFY(text->toPlainText() != good);
    click("config-reset");
    QCOMPARE(text->toPlainText(), good);
    QVERIFY(text->extraSelections().isEmpty() && !part<QPushButton>("config-reset")->isEnabled());
}

/// What another console changes while somebody writes is neither lost nor sent back.
void TestPatroniDialog::configOfOthersStays()
{
    give(calmPatroni(3));
    action("action-patroni-config")->trigger();
    auto *text = part<QPlainTextEdit>("config-text");
    const auto with = [](int loopWait) {
        PatroniFacts facts = calmPatroni(3);
        facts.config->whole.insert(QStringLiteral("loop_wait"), loopWait);
        return facts;
    };
    give(with(2)); // nothing was written yet: it is shown as it is now
    QVERIFY(text->toPlainText().contains(QStringLiteral("\"loop_wait\": 2")));
    text->setPlainText(text->toPlainText().replace(QStringLiteral("\"ttl\": 20"), QStringLiteral("\"ttl\": 25")));
    give(with(3));
    QCOMPARE(part<widgets::DataTable>("changes-table")->model()->rowCount(), 1);
    QVERIFY(run()->isEnabled());
    click("patroni-run");
    QCOMPARE(asked().steps.front().actions.front().http.body, QStringLiteral("{\"ttl\":25}"));
}

void TestPatroniDialog::secretConfigIsMasked()
{
    PatroniFacts facts = calmPatroni(3);
    facts.config->whole.insert(QStringLiteral("standby_cluster"),
                               QJsonObject{{QStringLiteral("password"), QStringLiteral("canary-7731")}});
    give(facts);
    action("action-patroni-config")->trigger();
    const auto *text = part<QPlainTextEdit>("config-text");
    QVERIFY(text->isReadOnly() && !text->toPlainText().contains(QStringLiteral("canary")));
    QVERIFY(text->toPlainText().contains(QStringLiteral("********")));
    QVERIFY(!run()->isEnabled());
    QVERIFY2(sentence().contains(QStringLiteral("patronictl edit-config")), qPrintable(sentence()));
    testsupport::keepPicture(dialog(), QStringLiteral("patroni-config-secret"));
}

/// It stops answering while somebody is at it.
void TestPatroniDialog::silentPatroniIsSaid()
{
    give(calmPatroni(3));
    action("action-patroni-pause")->trigger();
    acceptWarnings();
    QVERIFY(run()->isEnabled());
    PatroniFacts silent;
    silent.error = QStringLiteral("Connection refused");
    give(silent);
    QVERIFY(!run()->isEnabled());
    QVERIFY2(sentence().contains(QStringLiteral("Nothing is changed")), qPrintable(sentence()));
    auto *checks = part<QWidget>("patroni-checks")->findChild<widgets::DataTable *>();
    QVERIFY2(checks->text(false).contains(QStringLiteral("Connection refused")), qPrintable(checks->text(false)));
}

void TestPatroniDialog::history()
{
    give(calmPatroni(3));
    QSignalSpy wanted(m_window.get(), &MainWindow::patroniHistoryRequested);
    action("action-patroni-history")->trigger();
    auto *shown = part<HistoryDialog>("patroni-history-dialog");
    QVERIFY(shown);
    QCOMPARE(wanted.count(), 1);
    auto *table = shown->findChild<widgets::DataTable *>();
    QVERIFY(!table->isVisible()); // not yet
    m_window->setPatroniHistory(kOrders, {{1, 25'623'960, QStringLiteral("no recovery target specified"),
                                           QStringLiteral("2026-11-12T01:12:09.120000+00:00"), QStringLiteral("pg2")},
                                          {2, 4'294'967'488, QStringLiteral("<b>no recovery target specified</b>"),
                                           QStringLiteral("2026-11-20T03:00:01.004000+00:00"), QStringLiteral("pg1")}});
    QVERIFY(table->isVisible());
    QCOMPARE(table->model()->rowCount(), 2);
    testsupport::keepPicture(shown, QStringLiteral("patroni-history"));
    click("patroni-history-copy");
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("<b>no recovery"))); // as it stands
    m_window->patroniHistoryFailed(kOrders, {.message = QStringLiteral("Connection refused")});
    QVERIFY(!table->isVisible());
    click("patroni-history-close");
    QTRY_VERIFY(!part<HistoryDialog>("patroni-history-dialog"));
    m_window->setPatroniHistory(kOrders, {}); // comes too late
}

/// One that was interrupted goes on in a dialog of its own kind.
void TestPatroniDialog::journaledOnesAreTakenUpHere()
{
    operations::Operation one =
        journaled(QStringLiteral("20261112-130602-patroni-restart"), Outcome::Interrupted, 60'000);
    one.plan = operations::patroni::planFor(calmPatroni(3), kOrders,
                                            {.kind = Request::Kind::Restart, .node = QStringLiteral("pg2")},
                                            QDateTime::currentDateTimeUtc());
    one.steps.assign(one.plan.steps.size(), {});
    one = journaledUpTo(one, 1, true);
    m_window->setJournal(journalOf({one}));
    QSignalSpy finishes(m_window.get(), &MainWindow::finishRequested);
    m_window->finishOperation(kOrders, one.id, operations::Finish::Resume);
    auto *ask = part<FinishDialog>("finish-dialog");
    QVERIFY(ask);
    click("finish-yes");
    QTRY_VERIFY(dialog());
    QCOMPARE(finishes.count(), 1);
    QVERIFY(!part<SwitchoverDialog>("switchover-dialog"));
    QCOMPARE(dialog()->windowTitle(), one.plan.title);
    m_window->operationEnded(kOrders, Outcome::Done, {});
    QCOMPARE(sentence(), QStringLiteral("Done, and proved."));
}

void TestPatroniDialog::everythingHasAName()
{
    give(calmPatroni(3));
    for (const Request::Kind kind : {Request::Kind::Reinitialize, Request::Kind::Schedule, Request::Kind::Configure}) {
        m_window->openPatroni(kOrders, {.kind = kind, .node = QStringLiteral("pg2")});
        for (const QWidget *widget : dialog()->findChildren<QWidget *>()) {
            if (widget->focusPolicy() != Qt::NoFocus && widget->isVisible() &&
                !widget->objectName().startsWith(QLatin1String("qt_"))) {
                QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
            }
        }
        for (const QLabel *label : dialog()->findChildren<QLabel *>()) {
            QVERIFY2(label->textFormat() == Qt::PlainText, qPrintable(label->text()));
        }
        dialog()->close();
        QTRY_VERIFY(!dialog());
    }
}

QTEST_MAIN(TestPatroniDialog)
#include "tst_patronidialog.moc"
