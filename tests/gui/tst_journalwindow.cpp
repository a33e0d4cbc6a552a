// SPDX-License-Identifier: GPL-3.0-or-later
// What the window says of an operation that was interrupted, and what it asks before it goes on with one.
#include <QAction>
#include <QDir>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "shell/finishdialog.h"
#include "shell/mainwindow.h"
#include "shell/navigator.h"
#include "shell/navigatordelegate.h"
#include "shell/render.h"
#include "shell/switchoverdialog.h"
#include "support/journals.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/noticebar.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::testsupport;
using operations::Finish;
using operations::Outcome;

class TestJournalWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_window.reset(); }
    void noticeComesAndGoes();
    void noticeIsOfItsClusterOnly();
    void cannotBeDismissed();
    void undoOnlyBeforeTheReturn();
    void asksBeforeItGoesOn();
    void finishedElsewhereWhileAsked();
    void refusesWithoutNodes();
    void refusalSaysSo();
    void journalIsOneKeyAway();
    void showsWhatRanInTheJournal();
    void looks();

private:
    template<typename T>
    T *part(const char *name) const
    {
        const auto all = m_window->findChildren<T *>(QLatin1String(name));
        const auto shown = std::find_if(all.begin(), all.end(), [](const T *one) { return one->isVisible(); });
        return shown != all.end() ? *shown : all.value(0);
    }
    widgets::NoticeBar *notice() const { return part<widgets::NoticeBar>("interrupted-bar"); }
    void click(const char *name) const { QTest::mouseClick(part<QPushButton>(name), Qt::LeftButton); }
    static operations::Operation interrupted(std::size_t done = 1)
    {
        return journaledUpTo(journaled(QStringLiteral("20261112-130602-switchover"), Outcome::Interrupted, 180'000),
                             done, true);
    }

    QTemporaryDir m_settings;
    FakeClock m_clock;
    std::unique_ptr<shell::MainWindow> m_window;
};

void TestJournalWindow::initTestCase()
{
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    theme::Theme::instance().install(*qApp);
}

void TestJournalWindow::init()
{
    QSettings().clear();
    m_window = std::make_unique<shell::MainWindow>(m_clock);
    m_window->resize(1280, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_window->clusterOpened(QStringLiteral("orders"));
    m_window->setClusterState(stateOf(threeNodes(), QStringLiteral("orders")));
}

void TestJournalWindow::noticeComesAndGoes()
{
    QVERIFY(!notice()->isVisible());
    m_window->setJournal(journalOf({interrupted()}));
    QVERIFY(notice()->isVisible());
    QVERIFY2(notice()->text().contains(QStringLiteral("Switch over orders from pg1 to pg2")),
             qPrintable(notice()->text()));
    const QString hint = notice()->accessibleDescription();
    QVERIFY2(hint.contains(QStringLiteral("Done: 1 of 4 steps")), qPrintable(hint));
    QVERIFY2(hint.contains(QStringLiteral("not known: \"Stop pg1, fast\"")), qPrintable(hint));
    QVERIFY2(hint.contains(QStringLiteral("Not done: \"Promote pg2\"")), qPrintable(hint));
    // Another console takes it up, and ends it.
    operations::Operation running = interrupted();
    running.outcome = Outcome::Running;
    m_window->setJournal(journalOf({running}));
    QVERIFY(!notice()->isVisible());
    m_window->setJournal(journalOf({interrupted(2)}));
    QVERIFY(notice()->isVisible());
    running.outcome = Outcome::Done;
    running.endedMs = kNowWallMs;
    m_window->setJournal(journalOf({running}));
    QVERIFY(!notice()->isVisible());
    // What ended half-way was told then; a bar for ever would be no news.
    running.outcome = Outcome::Incomplete;
    m_window->setJournal(journalOf({running}));
    QVERIFY(!notice()->isVisible());
}

void TestJournalWindow::noticeIsOfItsClusterOnly()
{
    m_window->setJournal(journalOf({interrupted()}));
    // One that is opened later is told the same.
    m_window->clusterOpened(QStringLiteral("billing"));
    m_window->setClusterState(stateOf(threeNodes(), QStringLiteral("billing")));
    QVERIFY(!notice()->isVisible());
    // It is seen from there all the same: first among the clusters, though its servers are well.
    QCOMPARE(m_window->currentCluster(), QStringLiteral("billing"));
    QCOMPARE(m_window->clusters().first(), QStringLiteral("orders"));
    const QTreeWidgetItem *line = part<shell::Navigator>("navigator")->topLevelItem(0);
    QCOMPARE(line->data(0, shell::NoteRole).toString(), QStringLiteral("interrupted"));
    QCOMPARE(line->data(0, shell::NavVerdictRole).toInt(), static_cast<int>(cluster::Verdict::Critical));
    m_window->showCluster(QStringLiteral("orders"));
    QVERIFY(notice()->isVisible());
    m_window->clusterClosed(QStringLiteral("orders"));
    m_window->clusterOpened(QStringLiteral("orders"));
    QVERIFY(notice()->isVisible());
}

void TestJournalWindow::cannotBeDismissed()
{
    m_window->setJournal(journalOf({interrupted()}));
    const QStringList pages = shell::MainWindow::pageIds();
    for (const QString &page : pages) {
        m_window->showPage(page);
        QVERIFY2(notice()->isVisible(), qPrintable(page));
    }
    QTest::keyClick(part<QPushButton>("interrupted-show"), Qt::Key_Escape);
    QTest::keyClick(m_window.get(), Qt::Key_Escape);
    QVERIFY(notice()->isVisible());
    // The navigator says it, too.
    const auto *navigator = part<shell::Navigator>("navigator");
    const QTreeWidgetItem *cluster = navigator->topLevelItem(0);
    const QTreeWidgetItem *journal = cluster->child(cluster->childCount() - 1);
    QCOMPARE(journal->data(0, shell::IdRole).toString(), QStringLiteral("journal"));
    QCOMPARE(journal->data(0, shell::NavVerdictRole).toInt(), static_cast<int>(cluster::Verdict::Critical));
    m_window->setJournal(journalOf({}));
    QVERIFY(!journal->data(0, shell::NavVerdictRole).isValid());
}

void TestJournalWindow::undoOnlyBeforeTheReturn()
{
    m_window->setJournal(journalOf({interrupted(1)}));
    QVERIFY(part<QPushButton>("interrupted-undo")->isEnabled());
    m_window->setJournal(journalOf({interrupted(2)}));
    QVERIFY(!part<QPushButton>("interrupted-undo")->isEnabled());
    QVERIFY(part<QPushButton>("interrupted-undo")->toolTip().contains(QStringLiteral("Promote pg2")));
    QVERIFY(notice()->accessibleDescription().contains(QStringLiteral("only forward is safe")));
    QVERIFY(part<QPushButton>("interrupted-resume")->isEnabled());
}

void TestJournalWindow::asksBeforeItGoesOn()
{
    m_window->setJournal(journalOf({interrupted()}));
    QSignalSpy finishes(m_window.get(), &shell::MainWindow::finishRequested);
    QSignalSpy opened(m_window.get(), &shell::MainWindow::operationOpened);
    click("interrupted-undo");
    auto *asked = part<shell::FinishDialog>("finish-dialog");
    QVERIFY(asked && asked->isVisible());
    QVERIFY2(part<widgets::Label>("finish-next")->text().contains(QStringLiteral("Stop pg1, fast")),
             qPrintable(part<widgets::Label>("finish-next")->text()));
    QTest::keyClick(asked, Qt::Key_Return); // no key that was meant for something else
    QTest::keyClick(asked, Qt::Key_Escape);
    QTRY_VERIFY(!part<shell::FinishDialog>("finish-dialog"));
    QCOMPARE(finishes.count(), 0);
    QVERIFY(!m_window->isOperating());

    click("interrupted-resume");
    click("finish-yes");
    QCOMPARE(opened.count(), 1);
    QCOMPARE(finishes.count(), 1);
    QCOMPARE(finishes[0][0].toString(), QStringLiteral("orders"));
    QCOMPARE(finishes[0][1].toString(), interrupted().path);
    QCOMPARE(finishes[0][2].value<Finish>(), Finish::Resume);
    QVERIFY(m_window->isOperating());
    // What was done before stands in the dialog of the run.
    auto *dialog = part<shell::SwitchoverDialog>("switchover-dialog");
    QVERIFY(dialog && dialog->isVisible());
    const auto *steps = dialog->findChild<widgets::DataTable *>(QStringLiteral("steps-table"));
    QCOMPARE(steps->model()->index(1, 5).data().toString(), QStringLiteral("done"));
    QCOMPARE(steps->model()->index(3, 5).data().toString(), QStringLiteral("started"));
    m_window->operationStepChanged(QStringLiteral("orders"), 1, {operations::StepState::Done, 1000, 1100, {}});
    QCOMPARE(steps->model()->index(3, 5).data().toString(), QStringLiteral("done"));
    m_window->operationEnded(QStringLiteral("orders"), Outcome::Done, {});
    QVERIFY(!m_window->isOperating());
    QCOMPARE(dialog->findChild<widgets::Label *>(QStringLiteral("switchover-sentence"))->text(),
             QStringLiteral("pg2 is the primary; pg1 follows it."));
}

void TestJournalWindow::finishedElsewhereWhileAsked()
{
    m_window->setJournal(journalOf({interrupted()}));
    click("interrupted-resume");
    auto *yes = part<QPushButton>("finish-yes");
    QVERIFY(yes->isEnabled());
    operations::Operation done = interrupted();
    done.outcome = Outcome::Running;
    m_window->setJournal(journalOf({done}));
    QVERIFY(!yes->isEnabled());
    QVERIFY2(part<widgets::Label>("finish-next")->text().contains(QStringLiteral("another console is at it")),
             qPrintable(part<widgets::Label>("finish-next")->text()));
    m_window->setJournal(journalOf({}));
    QVERIFY(!yes->isEnabled());
}

void TestJournalWindow::refusesWithoutNodes()
{
    operations::Operation other = interrupted();
    other.plan.cluster = QStringLiteral("billing");
    m_window->clusterOpened(QStringLiteral("billing"));
    m_window->setJournal(journalOf({other}));
    click("interrupted-resume");
    QVERIFY(!part<shell::FinishDialog>("finish-dialog"));
    QVERIFY(part<widgets::NoticeBar>("message-bar")->text().contains(QStringLiteral("was not touched")));
}

void TestJournalWindow::refusalSaysSo()
{
    m_window->setJournal(journalOf({interrupted()}));
    click("interrupted-undo");
    click("finish-yes");
    m_window->operationEnded(QStringLiteral("orders"), Outcome::Refused, {QStringLiteral("another console is at it")});
    auto *dialog = part<shell::SwitchoverDialog>("switchover-dialog");
    QCOMPARE(dialog->findChild<widgets::Label *>(QStringLiteral("switchover-sentence"))->text(),
             QStringLiteral("Not begun: see the output. Nothing was changed."));
    QVERIFY(dialog->findChild<QPlainTextEdit *>(QStringLiteral("switchover-output"))
                ->toPlainText()
                .contains(QStringLiteral("another console is at it")));
}

void TestJournalWindow::journalIsOneKeyAway()
{
    QTest::keyClick(m_window.get(), Qt::Key_7, Qt::AltModifier);
    QCOMPARE(m_window->currentPage(), QStringLiteral("journal"));
    m_window->showPage(QStringLiteral("overview"));
    QTest::mouseClick(part<QWidget>("tool-page-journal"), Qt::LeftButton);
    QCOMPARE(m_window->currentPage(), QStringLiteral("journal"));
}

void TestJournalWindow::showsWhatRanInTheJournal()
{
    m_window->openSwitchover(QStringLiteral("orders"), QStringLiteral("pg2"));
    auto *dialog = part<shell::SwitchoverDialog>("switchover-dialog");
    operations::Plan plan = smallPlan();
    plan.checks.resize(2);
    m_window->switchoverPlanned(QStringLiteral("orders"), plan);
    QVERIFY(!dialog->findChild<QPushButton *>(QStringLiteral("switchover-journal"))->isVisible());
    QTest::mouseClick(dialog->findChild<QPushButton *>(QStringLiteral("switchover-run")), Qt::LeftButton);
    m_window->operationBegun(QStringLiteral("orders"), QStringLiteral("20261112-140000-switchover"));
    m_window->setJournal(
        journalOf({journaled(QStringLiteral("20261112-140000-switchover"), Outcome::Running, 10),
                   journaled(QStringLiteral("20261112-130000-switchover"), Outcome::Done, 90'000, 900)}));
    m_window->operationEnded(QStringLiteral("orders"), Outcome::Done, {});
    QTest::mouseClick(dialog->findChild<QPushButton *>(QStringLiteral("switchover-journal")), Qt::LeftButton);
    QCOMPARE(m_window->currentPage(), QStringLiteral("journal"));
    QCOMPARE(part<widgets::DataTable>("operations-table")->selectedKey(), QStringLiteral("20261112-140000-switchover"));
    QTRY_VERIFY(!part<shell::SwitchoverDialog>("switchover-dialog"));
}

/// Pictures into $HOWDAH_TEST_PICTURES when that is set.
void TestJournalWindow::looks()
{
    const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES");
    if (folder.isEmpty()) {
        return;
    }
    QDir().mkpath(folder);
    m_window->setJournal(journalOf({interrupted()}));
    for (const auto mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::Theme::instance().setMode(mode);
        for (const char *page : {"overview", "journal"}) {
            m_window->showPage(QLatin1String(page));
            for (const QSize size : {QSize(1280, 800), QSize(2560, 1440)}) {
                m_window->resize(size);
                QCoreApplication::processEvents();
                const QString path = QStringLiteral("%1/interrupted-%2-%3-%4.png")
                                         .arg(folder, QLatin1String(page), theme::modeKey(mode))
                                         .arg(size.width());
                QVERIFY(shell::renderWindow(*m_window, size, path));
            }
        }
        click("interrupted-resume");
        auto *dialog = part<shell::FinishDialog>("finish-dialog");
        QCoreApplication::processEvents();
        QVERIFY(dialog->grab().save(QStringLiteral("%1/finish-%2.png").arg(folder, theme::modeKey(mode))));
        dialog->close();
        QTRY_VERIFY(!part<shell::FinishDialog>("finish-dialog"));
    }
    theme::Theme::instance().setMode(theme::Mode::Light);
}

QTEST_MAIN(TestJournalWindow)
#include "tst_journalwindow.moc"
