// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QFileDialog>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>

#include "operations/report.h"
#include "pagefixture.h"
#include "support/journals.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/noticebar.h"

using namespace howdah;
using namespace howdah::testsupport;
using operations::Finish;
using operations::Outcome;
using operations::StepState;

/// The journal's page, driven as a person does, with journals as the follower tells them.
class TestJournalPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { preparePages(m_directory); }
    void init()
    {
        QSettings().clear();
        m_page = shownPage(QStringLiteral("journal"));
    }
    void cleanup() { m_page.reset(); }
    void saysWhatWillStandHere();
    void showsTheInterruptedFirst();
    void waysFollowTheRule();
    void followsARunningOne();
    void detailsOfTheSelected();
    void filtersAndShowsSubjects();
    void namesUnreadableFiles();
    void exportsAndCopies();
    void isNamed();
    void looks();

private:
    template<typename T>
    T *part(const char *name) const
    {
        T *found = m_page->findChild<T *>(QLatin1String(name));
        Q_ASSERT(found);
        return found;
    }
    widgets::DataTable &table() const { return *part<widgets::DataTable>("operations-table"); }
    QPushButton *resume() const { return part<QPushButton>("journal-resume"); }
    QPushButton *undo() const { return part<QPushButton>("journal-undo"); }
    static operations::JournalState full();

    QTemporaryDir m_directory;
    std::unique_ptr<pages::Page> m_page;
};

operations::JournalState TestJournalPage::full()
{
    operations::Operation open =
        journaledUpTo(journaled(QStringLiteral("20261112-130602-switchover"), Outcome::Interrupted, 180'000), 1, true);
    open.output = {QStringLiteral("pg1: waiting for server to shut down")};
    operations::Operation done =
        journaledUpTo(journaled(QStringLiteral("20261112-101500-switchover"), Outcome::Done, 10'000'000, 900), 4);
    operations::Operation undone =
        journaled(QStringLiteral("20261101-091500-switchover"), Outcome::Undone, 900'000'000, 1'400);
    undone.remains = {QStringLiteral("Stop pg1, fast: no answer in time")};
    undone.steps[0] = {StepState::Undone, undone.startedMs, undone.startedMs + 20, {}};
    undone.steps[1] = {StepState::Undone, undone.startedMs + 20, undone.startedMs + 900,
                       QStringLiteral("no answer in time")};
    return journalOf({open, done, undone});
}

void TestJournalPage::saysWhatWillStandHere()
{
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Reading the journal")));
    m_page->setJournal(journalOf({}));
    QVERIFY2(shownText(*m_page).contains(QStringLiteral("Each switchover will stand here")),
             qPrintable(shownText(*m_page)));
    QVERIFY(!part<QWidget>("journal-below")->isVisible());
}

void TestJournalPage::showsTheInterruptedFirst()
{
    m_page->setJournal(full());
    QCOMPARE(table().model()->rowCount(), 3);
    QCOMPARE(table().selectedKey(), QStringLiteral("20261112-130602-switchover"));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("3 operations, 1 interrupted")));
    QVERIFY2(shownText(*m_page).contains(QStringLiteral("Done: 1 of 4 steps")), qPrintable(shownText(*m_page)));
    QVERIFY(resume()->isVisible() && resume()->isEnabled());
    QVERIFY(undo()->isVisible() && undo()->isEnabled());
    QSignalSpy finishes(m_page.get(), &pages::Page::finishRequested);
    QTest::mouseClick(resume(), Qt::LeftButton);
    QTest::mouseClick(undo(), Qt::LeftButton);
    QCOMPARE(finishes.count(), 2);
    QCOMPARE(finishes[0][0].toString(), QStringLiteral("20261112-130602-switchover"));
    QCOMPARE(finishes[0][1].value<Finish>(), Finish::Resume);
    QCOMPARE(finishes[1][1].value<Finish>(), Finish::Undo);
}

void TestJournalPage::waysFollowTheRule()
{
    // Past the point of no return only forward.
    m_page->setJournal(journalOf({journaledUpTo(journaled(QStringLiteral("a"), Outcome::Interrupted, 1000), 2, true)}));
    QVERIFY(resume()->isEnabled());
    QVERIFY(!undo()->isEnabled());
    QVERIFY2(undo()->toolTip().contains(QStringLiteral("Promote pg2")), qPrintable(undo()->toolTip()));
    QSignalSpy finishes(m_page.get(), &pages::Page::finishRequested);
    QTest::mouseClick(undo(), Qt::LeftButton);
    QCOMPARE(finishes.count(), 0);
    // One that ended has nothing to be finished.
    m_page->setJournal(journalOf({journaled(QStringLiteral("a"), Outcome::Done, 1000, 500)}));
    QVERIFY(!resume()->isVisible());
    QVERIFY(!undo()->isVisible());
    // Behind a later one it is left to people.
    m_page->setJournal(journalOf({journaled(QStringLiteral("b"), Outcome::Done, 1000, 500),
                                  journaled(QStringLiteral("a"), Outcome::Interrupted, 9000)}));
    QVERIFY(table().selectKey(QStringLiteral("a")));
    QVERIFY(resume()->isVisible() && !resume()->isEnabled());
    QVERIFY(!undo()->isEnabled());
}

void TestJournalPage::followsARunningOne()
{
    m_page->setJournal(journalOf({journaledUpTo(journaled(QStringLiteral("a"), Outcome::Running, 1000), 1, true)}));
    const auto state = [this](int row) {
        const QAbstractItemModel &steps = *part<widgets::DataTable>("steps-of-the-operation-table")->model();
        return steps.index(row, 3).data().toString();
    };
    QCOMPARE(state(1), QStringLiteral("done"));
    QCOMPARE(state(3), QStringLiteral("started"));
    QVERIFY(!resume()->isVisible()); // somebody is at it
    operations::Operation on = journaledUpTo(journaled(QStringLiteral("a"), Outcome::Running, 1000), 2, true);
    on.output = {QStringLiteral("pg1: server stopped")};
    m_page->setJournal(journalOf({on}));
    QCOMPARE(state(3), QStringLiteral("done"));
    QCOMPARE(part<QPlainTextEdit>("journal-output")->toPlainText(), QStringLiteral("pg1: server stopped"));
    m_page->setJournal(journalOf({journaledUpTo(journaled(QStringLiteral("a"), Outcome::Done, 1000, 900), 4)}));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Nothing: it came to its end.")));
    QCOMPARE(table().selectedKey(), QStringLiteral("a"));
}

void TestJournalPage::detailsOfTheSelected()
{
    m_page->setJournal(full());
    QVERIFY(table().selectKey(QStringLiteral("20261101-091500-switchover")));
    QVERIFY2(shownText(*m_page).contains(QStringLiteral("Stop pg1, fast: no answer in time")),
             qPrintable(shownText(*m_page)));
    auto *which = m_page->findChild<widgets::SegmentedControl *>();
    auto *stack = part<QStackedWidget>("journal-details");
    which->setCurrentIndex(1);
    QVERIFY(part<widgets::DataTable>("checks-of-the-operation-table")->isVisible());
    QVERIFY(part<widgets::DataTable>("checks-of-the-operation-table")->model()->rowCount() > 4);
    which->setCurrentIndex(2);
    QCOMPARE(stack->currentIndex(), 2);
    QVERIFY(part<QPlainTextEdit>("journal-output")->isReadOnly());
    // What a server wrote is text.
    operations::Operation rich = journaled(QStringLiteral("a"), Outcome::Done, 1000, 900);
    rich.output = {QStringLiteral("<b>bold</b>")};
    m_page->setJournal(journalOf({rich}));
    QCOMPARE(part<QPlainTextEdit>("journal-output")->toPlainText(), QStringLiteral("<b>bold</b>"));
}

void TestJournalPage::filtersAndShowsSubjects()
{
    m_page->setJournal(full());
    m_page->findChild<QLineEdit *>()->setText(QStringLiteral("undone"));
    QCOMPARE(table().model()->rowCount(), 1);
    m_page->findChild<QLineEdit *>()->clear();
    m_page->showSubject(QStringLiteral("20261112-101500-switchover"));
    QCOMPARE(table().selectedKey(), QStringLiteral("20261112-101500-switchover"));
    // One that is not there yet is shown as soon as it is.
    m_page->showSubject(QStringLiteral("20261112-140000-switchover"));
    operations::JournalState later = full();
    later.operations.insert(later.operations.begin(),
                            std::make_shared<const operations::Operation>(
                                journaled(QStringLiteral("20261112-140000-switchover"), Outcome::Running, 10)));
    m_page->setJournal(later);
    QCOMPARE(table().selectedKey(), QStringLiteral("20261112-140000-switchover"));
    // While nobody looks nothing is built; what came meanwhile is there at once.
    m_page->hide();
    m_page->setJournal(journalOf({}));
    QCOMPARE(table().model()->rowCount(), 4);
    m_page->show();
    QCOMPARE(table().model()->rowCount(), 0);
}

void TestJournalPage::namesUnreadableFiles()
{
    auto *bar = part<widgets::NoticeBar>("journal-unreadable-bar");
    m_page->setJournal(full());
    QVERIFY(!bar->isVisible());
    operations::JournalState broken = full();
    broken.unreadable = {QStringLiteral("line 3 of /journal/x.jsonl is not a journal's")};
    m_page->setJournal(broken);
    QVERIFY(bar->isVisible());
    QVERIFY(shownText(*m_page).contains(QStringLiteral("/journal/x.jsonl")));
    QCOMPARE(table().model()->rowCount(), 3);
}

void TestJournalPage::exportsAndCopies()
{
    const operations::JournalState journal = full();
    m_page->setJournal(journal);
    QTest::mouseClick(part<QPushButton>("journal-copy"), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), operations::toReport(*journal.operations.front()));
    QSignalSpy exports(m_page.get(), &pages::Page::journalExportRequested);
    QTest::mouseClick(part<QPushButton>("journal-export"), Qt::LeftButton);
    auto *dialog = m_page->findChild<QFileDialog *>(QStringLiteral("journal-export-dialog"));
    QVERIFY(dialog);
    QCOMPARE(dialog->selectedFiles().size(), 1);
    QVERIFY(dialog->selectedFiles().first().endsWith(QStringLiteral("20261112-130602-switchover.md")));
    dialog->setDirectory(m_directory.path());
    dialog->findChild<QLineEdit *>(QStringLiteral("fileNameEdit"))
        ->setText(m_directory.filePath(QStringLiteral("out.jsonl")));
    QMetaObject::invokeMethod(dialog, "accept");
    QCOMPARE(exports.count(), 1);
    QCOMPARE(exports[0][0].toString(), QStringLiteral("/journal/20261112-130602-switchover.jsonl"));
    QCOMPARE(exports[0][1].toString(), m_directory.filePath(QStringLiteral("out.jsonl")));
}

void TestJournalPage::isNamed()
{
    m_page->setJournal(full());
    QCOMPARE(namelessWidgets(*m_page), QStringList());
}

void TestJournalPage::looks()
{
    operations::JournalState journal = full();
    m_page->setJournal(journal);
    takeScreenshots(*m_page, QStringLiteral("journal"));
    journal.unreadable = {QStringLiteral("line 3 of /home/dba/.local/share/howdah/journal/x.jsonl is not a journal's")};
    m_page->setJournal(journal);
    table().selectKey(QStringLiteral("20261101-091500-switchover"));
    m_page->findChild<widgets::SegmentedControl *>()->setCurrentIndex(1);
    takeScreenshots(*m_page, QStringLiteral("journal-unreadable"));
    m_page->setJournal(journalOf({}));
    takeScreenshots(*m_page, QStringLiteral("journal-empty"));
}

QTEST_MAIN(TestJournalPage)
#include "tst_pages_journal.moc"
