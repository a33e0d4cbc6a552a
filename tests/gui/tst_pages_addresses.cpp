// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPushButton>
#include <QSignalSpy>

#include "pagefixture.h"
#include "support/journals.h"
#include "support/sights.h"
#include "widgets/datatable.h"

using namespace howdah;
using namespace howdah::testsupport;

class TestAddressesPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { preparePages(m_directory); }
    void init();
    void cleanup() { m_page.reset(); }
    void tellsTheTruthOfTheSelected();
    void saysWhenThereIsNone();
    void saysWhatIsWrong();
    void movesTheSelected();
    void showsSubjectWhileHidden();
    void isNamed();
    void looks();

private:
    widgets::DataTable &table() const
    {
        return *m_page->findChild<widgets::DataTable *>(QStringLiteral("addresses-table"));
    }
    QString answer(int number) const
    {
        const auto *label = m_page->findChild<QLabel *>(QStringLiteral("address-answer-%1-answer").arg(number));
        return label && label->isVisible() ? label->text() : QString();
    }
    void show(const operations::address::Sights &sights)
    {
        m_page->setAddresses(std::make_shared<const operations::address::Sights>(sights));
    }

    QTemporaryDir m_directory;
    cluster::ClusterState m_state;
    std::unique_ptr<pages::Page> m_page;
};

void TestAddressesPage::init()
{
    QSettings().clear();
    m_state = stateOf(startedApart(healthyPair()));
    m_page = shownPage(QStringLiteral("addresses"));
    m_page->setState(m_state);
}

void TestAddressesPage::tellsTheTruthOfTheSelected()
{
    show(someSights(m_state));
    QCOMPARE(table().selectedKey(), QStringLiteral("write"));
    QCOMPARE(answer(0), QStringLiteral("pg1, says its host"));
    QCOMPARE(answer(3), QStringLiteral("pg1, as it must be"));
    table().selectKey(QStringLiteral("read"));
    QTRY_COMPARE(answer(0), QStringLiteral("pg2, says its host"));
    QCOMPARE(answer(3), QStringLiteral("no, as it must be"));
    show(someSights(m_state)); // a look later
    QCOMPARE(table().selectedKey(), QStringLiteral("read"));
}

void TestAddressesPage::saysWhenThereIsNone()
{
    QVERIFY(shownText(*m_page).contains(QStringLiteral("The cluster file has no [[address]].")));
    const auto *move = m_page->findChild<QPushButton *>(QStringLiteral("address-move"));
    QVERIFY(move && !move->isEnabled());
    show(someSights(m_state));
    QVERIFY(move->isEnabled());
    show({});
    QVERIFY(!move->isEnabled());
}

void TestAddressesPage::saysWhatIsWrong()
{
    show(someSights(m_state));
    QVERIFY(!shownText(*m_page).contains(QStringLiteral("What is wrong")));
    table().selectKey(QStringLiteral("office"));
    QTRY_VERIFY(shownText(*m_page).contains(QStringLiteral("What is wrong")));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("nothing answers PostgreSQL there: connection timed out")));
}

void TestAddressesPage::movesTheSelected()
{
    show(someSights(m_state));
    table().selectKey(QStringLiteral("gateway"));
    QSignalSpy asked(m_page.get(), &pages::Page::moveRequested);
    QTest::mouseClick(m_page->findChild<QPushButton *>(QStringLiteral("address-move")), Qt::LeftButton);
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked.first().first().toString(), QStringLiteral("gateway"));
}

/// A finding leads here before the page was ever seen.
void TestAddressesPage::showsSubjectWhileHidden()
{
    m_page = makePage(QStringLiteral("addresses"));
    m_page->setState(m_state);
    show(someSights(m_state));
    m_page->showSubject(QStringLiteral("gateway"));
    m_page->resize(kSmallPage);
    m_page->show();
    QCOMPARE(table().selectedKey(), QStringLiteral("gateway"));
}

void TestAddressesPage::isNamed()
{
    show(someSights(m_state));
    QCOMPARE(namelessWidgets(*m_page), QStringList());
}

void TestAddressesPage::looks()
{
    operations::Operation operation =
        journaled(QStringLiteral("20261127-100000-switchover"), operations::Outcome::Done, 60'000, 5000);
    operation.plan.steps.front().id = QStringLiteral("address_write");
    m_page->setJournal(journalOf({journaledUpTo(operation, 1)}));
    show(someSights(m_state));
    takeScreenshots(*m_page, QStringLiteral("addresses"));
    table().selectKey(QStringLiteral("office"));
    takeScreenshots(*m_page, QStringLiteral("addresses-wrong"));
    QVERIFY(m_page->minimumSizeHint().width() <= kSmallPage.width());
}

QTEST_MAIN(TestAddressesPage)
#include "tst_pages_addresses.moc"
