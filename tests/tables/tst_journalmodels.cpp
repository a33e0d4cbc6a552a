// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QTest>

#include "printed.h"
#include "support/journals.h"
#include "tables/journalmodels.h"

using namespace howdah;
using namespace howdah::tables;
using namespace howdah::testsupport;
using operations::JournalState;
using operations::Operation;
using operations::Outcome;
using operations::StepState;

/// The journal of a cluster as tables and sentences.
class TestJournalModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void newestFirstWhatWaitsBeforeAll();
    void followsAnOperation();
    void stepsTellAll();
    void sentences();
    void story();
};

namespace {

QStringList keys(const KeyedTableModel &model)
{
    QStringList all;
    for (int row = 0; row < model.rowCount(); ++row) {
        all.append(model.row(row).key);
    }
    return all;
}

QString text(const KeyedTableModel &model, const QString &key, const char *column)
{
    return printedCell(model.index(model.rowOf(key), model.columnOf(QLatin1String(column))));
}

} // namespace

void TestJournalModels::newestFirstWhatWaitsBeforeAll()
{
    JournalModel model;
    const QAbstractItemModelTester tester(&model);
    // Undone since, so that the interrupted one is still to be finished.
    const JournalState state = journalOf({journaled(QStringLiteral("c"), Outcome::Undone, 1000, 400),
                                          journaled(QStringLiteral("b"), Outcome::Interrupted, 60'000),
                                          journaled(QStringLiteral("a"), Outcome::Done, 200'000'000, 900)});
    model.setJournal(state, kNowWallMs);
    QCOMPARE(keys(model), QStringList({QStringLiteral("b"), QStringLiteral("c"), QStringLiteral("a")}));
    QCOMPARE(text(model, QStringLiteral("b"), "outcome"), QStringLiteral("!! interrupted"));
    QCOMPARE(text(model, QStringLiteral("b"), "took"), QStringLiteral("<n/a>"));
    QCOMPARE(text(model, QStringLiteral("b"), "operation"), QStringLiteral("Switchover"));
    QCOMPARE(text(model, QStringLiteral("b"), "way"), QStringLiteral("pg1 → pg2"));
    QCOMPARE(text(model, QStringLiteral("c"), "outcome"), QStringLiteral("! undone"));
    QCOMPARE(text(model, QStringLiteral("a"), "outcome"), QStringLiteral("ok done"));
    QCOMPARE(text(model, QStringLiteral("a"), "took"), QStringLiteral("900 ms"));
    QCOMPARE(text(model, QStringLiteral("a"), "id"), QStringLiteral("a"));
    // Behind a later one that left its marks nobody goes on with it: it stands by its time.
    const JournalState overtaken = journalOf({journaled(QStringLiteral("c"), Outcome::Done, 1000, 400),
                                              journaled(QStringLiteral("b"), Outcome::Interrupted, 60'000)});
    model.setJournal(overtaken, kNowWallMs);
    QCOMPARE(keys(model), QStringList({QStringLiteral("c"), QStringLiteral("b")}));
    model.setJournal({}, kNowWallMs);
    QCOMPARE(model.rowCount(), 0);
}

void TestJournalModels::followsAnOperation()
{
    JournalModel model;
    const QAbstractItemModelTester tester(&model);
    for (const auto &[outcome, shown] :
         {std::pair(Outcome::Running, "? running"), std::pair(Outcome::Interrupted, "!! interrupted"),
          std::pair(Outcome::Running, "? running"), std::pair(Outcome::Done, "ok done")}) {
        model.setJournal(journalOf({journaled(QStringLiteral("a"), outcome, 1000)}), kNowWallMs);
        QCOMPARE(text(model, QStringLiteral("a"), "outcome"), QLatin1String(shown));
    }
}

void TestJournalModels::stepsTellAll()
{
    JournalStepsModel model;
    const QAbstractItemModelTester tester(&model);
    Operation one = journaled(QStringLiteral("a"), Outcome::Incomplete, 1000, 900);
    one.steps[0] = {StepState::Done, 1'000, 1'042, {}};
    one.steps[1] = {StepState::UndoFailed, 2'000, 3'500, QStringLiteral("no answer")};
    one.steps[2] = {StepState::Started, 4'000, 0, {}};
    model.setOperation(one);
    QCOMPARE(keys(model), QStringList({QStringLiteral("phase/While applications write"), QStringLiteral("lock"),
                                       QStringLiteral("phase/Writes wait"), QStringLiteral("stop"),
                                       QStringLiteral("point-of-no-return"), QStringLiteral("promote"),
                                       QStringLiteral("phase/Applications write again"), QStringLiteral("rejoin")}));
    QCOMPARE(text(model, QStringLiteral("lock"), "state"), QStringLiteral("ok done"));
    QCOMPARE(text(model, QStringLiteral("lock"), "took"), QStringLiteral("42 ms"));
    QVERIFY(text(model, QStringLiteral("lock"), "started").endsWith(QStringLiteral(":01.000")));
    QCOMPARE(text(model, QStringLiteral("stop"), "state"), QStringLiteral("!! undo failed"));
    QCOMPARE(text(model, QStringLiteral("stop"), "remark"), QStringLiteral("no answer"));
    QCOMPARE(text(model, QStringLiteral("promote"), "state"), QStringLiteral("? started"));
    QCOMPARE(text(model, QStringLiteral("promote"), "took"), QString());
    QCOMPARE(text(model, QStringLiteral("rejoin"), "state"), QStringLiteral("<waiting>"));
    model.setOperation({});
    QCOMPARE(model.rowCount(), 0);
}

void TestJournalModels::sentences()
{
    QCOMPARE(journalSummary({}), QString());
    QVERIFY(journalEmptySentence({}).startsWith(QStringLiteral("Reading")));
    QVERIFY(journalEmptySentence(journalOf({})).contains(QStringLiteral("Nothing has been done")));
    QCOMPARE(journalSummary(journalOf({journaled(QStringLiteral("a"), Outcome::Done, 1000, 900)})),
             QStringLiteral("1 operation"));
    QCOMPARE(journalSummary(journalOf({journaled(QStringLiteral("b"), Outcome::Interrupted, 1000),
                                       journaled(QStringLiteral("a"), Outcome::Done, 9000, 900)})),
             QStringLiteral("2 operations, 1 interrupted"));
    QCOMPARE(journalSummary(journalOf({journaled(QStringLiteral("b"), Outcome::Running, 1000)})),
             QStringLiteral("1 operation, one is running"));
    JournalState broken = journalOf({});
    broken.unreadable = {QStringLiteral("cannot read x"), QStringLiteral("line 3 of y is not a journal's")};
    QCOMPARE(journalUnreadable(broken), QStringLiteral("cannot read x\nline 3 of y is not a journal's"));
    QCOMPARE(journalUnreadable(journalOf({})), QString());
}

void TestJournalModels::story()
{
    const auto told = [](const Operation &one, const operations::Finishing &may) {
        QStringList lines;
        for (const auto &[word, sentence] : journalStory(one, may)) {
            lines.append(word + QStringLiteral(": ") + sentence);
        }
        return lines.join(QLatin1Char('\n'));
    };
    Operation one = journaled(QStringLiteral("a"), Outcome::Interrupted, 1000);
    one.steps[0] = {StepState::Done, 1'000, 1'042, {}};
    const QString open = told(one, operations::finishing(one, nullptr));
    QVERIFY2(open.contains(QStringLiteral("Stands: Done: 1 of 4 steps")), qPrintable(open));
    QVERIFY2(open.contains(QStringLiteral("undo takes back what was done")), qPrintable(open));
    one.steps[2] = {StepState::Started, 4'000, 0, {}};
    const QString past = told(one, operations::finishing(one, nullptr));
    QVERIFY2(past.contains(QStringLiteral("It can't be undone: \"Promote pg2\" was begun")), qPrintable(past));
    const Operation later = journaled(QStringLiteral("b"), Outcome::Done, 500, 100);
    const QString overtaken = told(one, operations::finishing(one, &later));
    QVERIFY2(overtaken.contains(QStringLiteral("By hand: It can't be finished from here")), qPrintable(overtaken));
    Operation undone = journaled(QStringLiteral("a"), Outcome::Undone, 1000, 100);
    undone.remains = {QStringLiteral("cancelled")};
    const QString why = told(undone, operations::finishing(undone, nullptr));
    QVERIFY2(why.contains(QStringLiteral("Why: cancelled")), qPrintable(why));
    const Operation done = journaled(QStringLiteral("a"), Outcome::Done, 1000, 100);
    QCOMPARE(told(done, operations::finishing(done, nullptr)), QStringLiteral("Remains: Nothing: it came to its end."));
    const auto facts = journalFacts(done);
    QCOMPARE(facts[0], (JournalFact{QStringLiteral("From → to"), QStringLiteral("pg1 → pg2")}));
    QCOMPARE(facts[3], (JournalFact{QStringLiteral("Took"), QStringLiteral("100 ms"), true}));
    QVERIFY(journalFacts(one)[2].nonValue);
}

QTEST_GUILESS_MAIN(TestJournalModels)
#include "tst_journalmodels.moc"
