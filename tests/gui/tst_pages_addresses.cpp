// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPushButton>
#include <QSignalSpy>

#include "charts/answerbands.h"
#include "history/answerhistory.h"
#include "history/laghistory.h"
#include "pagefixture.h"
#include "support/journals.h"
#include "support/sights.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"

using namespace howdah;
using namespace howdah::testsupport;

namespace {

/// A day of looks, the last one now.
history::AnswerHistory aDay(qint64 now)
{
    using history::Answer;
    history::AnswerHistory answers;
    constexpr qint64 kMinuteMs = 60'000;
    for (qint64 at = now - 24 * 60 * kMinuteMs; at <= now; at += 15'000) {
        const qint64 minutes = (now - at) / kMinuteMs;
        const int ms = at / 15'000 % 97 == 0 ? 12 : 4 + static_cast<int>(minutes / 180 % 2);
        answers.add(QStringLiteral("write"), at,
                    minutes >= 30   ? Answer{Answer::By::Node, QStringLiteral("pg2"), ms}
                    : minutes >= 24 ? Answer{}
                                    : Answer{Answer::By::Node, QStringLiteral("pg1"), ms});
        answers.add(QStringLiteral("read"), at,
                    {Answer::By::Node, minutes > 600 ? QStringLiteral("pg1") : QStringLiteral("pg2"), ms});
        answers.add(QStringLiteral("gateway"), at,
                    minutes > 900 && minutes < 1000 ? Answer{Answer::By::Stranger, {}, ms}
                                                    : Answer{Answer::By::Node, QStringLiteral("pg1"), ms});
        if (minutes < 300) {
            answers.add(QStringLiteral("office"), at, {});
        }
    }
    return answers;
}

} // namespace

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
    void tellsWhoAnswered();
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

/// Until an hour ago it was pg2, then nobody for a while, then pg1.
void TestAddressesPage::tellsWhoAnswered()
{
    const qint64 now = m_state.snapshot->takenMonotonicMs;
    history::LagHistory lag; // of which the wall clock is known
    lag.add(m_state);
    const history::AnswerHistory answers = aDay(now);
    m_page->setHistory(&lag);
    m_page->setAnswers(&answers);
    show(someSights(m_state));
    auto *bands = m_page->findChild<charts::AnswerBands *>(QStringLiteral("answer-bands"));
    QVERIFY(bands && bands->isVisible());
    const QRect band = bands->bandRect(QStringLiteral("write"));
    const auto at = [&](double share) {
        return bands->tellAt({band.left() + static_cast<int>(share * band.width()), band.center().y()});
    };
    QVERIFY2(at(0.5).startsWith(QStringLiteral("write: pg2 from ")), qPrintable(at(0.5)));
    QVERIFY2(at(0.99).startsWith(QStringLiteral("write: pg1 since ")), qPrintable(at(0.99)));
    QVERIFY(bands->accessibleDescription().contains(QStringLiteral("write: pg1 since ")));
    auto *range = m_page->findChild<widgets::SegmentedControl *>(QStringLiteral("range-of-who-answered"));
    QVERIFY(range);
    range->setCurrentIndex(1); // the last hour: half of it pg2, some of it nobody
    QVERIFY2(at(0.2).startsWith(QStringLiteral("write: pg2 from ")), qPrintable(at(0.2)));
    QVERIFY2(at(0.55).startsWith(QStringLiteral("write: nobody from ")), qPrintable(at(0.55)));
    QVERIFY2(at(0.9).startsWith(QStringLiteral("write: pg1 since ")), qPrintable(at(0.9)));
    m_page->setAnswers(nullptr);
    m_page->setHistory(nullptr);
    QCOMPARE(at(0.9), QString());
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
    history::LagHistory lag;
    lag.add(m_state);
    const history::AnswerHistory answers = aDay(m_state.snapshot->takenMonotonicMs);
    m_page->setHistory(&lag);
    m_page->setAnswers(&answers);
    show(someSights(m_state));
    takeScreenshots(*m_page, QStringLiteral("addresses"));
    table().selectKey(QStringLiteral("office"));
    takeScreenshots(*m_page, QStringLiteral("addresses-wrong"));
    QVERIFY(m_page->minimumSizeHint().width() <= kSmallPage.width());
    m_page->setAnswers(nullptr);
    m_page->setHistory(nullptr);
}

QTEST_MAIN(TestAddressesPage)
#include "tst_pages_addresses.moc"
