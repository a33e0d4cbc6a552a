// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include "printed.h"
#include "tables/cells.h"
#include "tables/keyedtablemodel.h"
#include "tables/sortfilterproxy.h"

using namespace howdah;
using namespace howdah::tables;

namespace {

/// A table that can be told what to say.
class Told : public KeyedTableModel {
public:
    Told()
        : KeyedTableModel({{.key = QStringLiteral("name"), .title = QStringLiteral("Name")},
                           {.key = QStringLiteral("number"), .title = QStringLiteral("Number"), .number = true},
                           {.key = QStringLiteral("more"), .title = QStringLiteral("More"), .shown = false}})
    {
    }
    using KeyedTableModel::merge;
    using KeyedTableModel::setColumns;

    /// "a b=2 c": keys, with numbers where given.
    void say(const QString &words)
    {
        std::vector<Row> rows;
        for (const QString &word : words.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
            const QStringList parts = word.split(QLatin1Char('='));
            const Cell number = parts.size() > 1 ? bytesCell(parts[1].toLongLong()) : nonValue(QStringLiteral("idle"));
            rows.push_back(
                {.key = parts[0], .cells = {nameCell(parts[0]), number, textCell(QStringLiteral("hidden"))}});
        }
        merge(std::move(rows));
    }
    QString keys() const
    {
        QStringList keys;
        for (int i = 0; i < rowCount(); ++i) {
            keys.append(row(i).key);
        }
        return keys.join(QLatin1Char(' '));
    }
};

/// Counts what a model says between two looks.
struct Signals {
    explicit Signals(QAbstractItemModel &model)
        : inserted(&model, &QAbstractItemModel::rowsInserted)
        , removed(&model, &QAbstractItemModel::rowsRemoved)
        , moved(&model, &QAbstractItemModel::rowsMoved)
        , changed(&model, &QAbstractItemModel::dataChanged)
        , reset(&model, &QAbstractItemModel::modelReset)
        , layout(&model, &QAbstractItemModel::layoutChanged)
    {
    }
    QString counts()
    {
        QStringList all;
        const std::initializer_list<std::pair<const char *, QSignalSpy *>> spies = {
            {"inserted", &inserted}, {"removed", &removed}, {"moved", &moved},
            {"changed", &changed},   {"reset", &reset},     {"layout", &layout}};
        for (const auto &[name, spy] : spies) {
            if (!spy->isEmpty()) {
                all.append(QLatin1String(name) + QLatin1Char(' ') + QString::number(spy->size()));
            }
            spy->clear();
        }
        return all.join(QLatin1String(", "));
    }
    QSignalSpy inserted, removed, moved, changed, reset, layout;
};

} // namespace

class TestKeyedTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void merges_data();
    void merges();
    void keepsSelection();
    void anyOrderToAnyOther();
    void dropsDuplicates();
    void sayEscaped();
    void sortsByRawValues();
    void filters();
    void proxyFollows();
    void tenThousandRows();
    void newColumnsReset();
};

void TestKeyedTable::merges_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("counts");
    const auto row = [](const char *name, const char *before, const char *after, const char *counts) {
        QTest::newRow(name) << QString::fromLatin1(before) << QString::fromLatin1(after) << QString::fromLatin1(counts);
    };
    row("nothing new", "a=1 b=2", "a=1 b=2", "");
    row("one value", "a=1 b=2 c=3", "a=1 b=9 c=3", "changed 1");
    row("a run of values", "a=1 b=2 c=3 d=4", "a=1 b=8 c=9 d=4", "changed 1");
    row("two runs", "a=1 b=2 c=3", "a=9 b=2 c=9", "changed 2");
    row("first", "", "a b c", "inserted 1");
    row("in the middle", "a d", "a b c d", "inserted 1");
    row("two places", "b d", "a b c d", "inserted 2");
    row("at the end", "a", "a b", "inserted 1");
    row("all go", "a b c", "", "removed 1");
    row("two runs go", "a b c d e", "c", "removed 2");
    row("one goes, one comes", "a b c", "a c d", "inserted 1, removed 1");
    row("first to last", "a b c d", "b c d a", "moved 1");
    row("last to first", "a b c d", "d a b c", "moved 1");
    row("swap", "a b c", "a c b", "moved 1");
    row("reverse", "a b c d", "d c b a", "moved 3");
    row("everything", "a=1 b=2 c=3 d=4", "d=4 x a=9 c=3", "inserted 1, removed 1, moved 1, changed 1");
}

void TestKeyedTable::merges()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    Told model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.say(before);
    Signals seen(model);
    model.say(after);
    QTEST(seen.counts(), "counts");
    Told fresh;
    fresh.say(after);
    QCOMPARE(printedTable(model, true), printedTable(fresh, true));
}

void TestKeyedTable::keepsSelection()
{
    Told model;
    model.say(QStringLiteral("a=1 b=2 c=3"));
    QItemSelectionModel selection(&model);
    selection.select(model.index(1, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    selection.setCurrentIndex(model.index(1, 0), QItemSelectionModel::NoUpdate);
    for (const char *words : {"x a=1 b=5 c=3", "c a b=7", "b", "b=1 a c d"}) {
        model.say(QString::fromLatin1(words));
        QCOMPARE(selection.selectedRows().size(), 1);
        QCOMPARE(selection.selectedRows().constFirst().data(KeyRole).toString(), QStringLiteral("b"));
        QCOMPARE(selection.currentIndex().data(KeyRole).toString(), QStringLiteral("b"));
    }
    model.say(QStringLiteral("a c"));
    QVERIFY(selection.selectedRows().isEmpty());
}

void TestKeyedTable::anyOrderToAnyOther()
{
    QRandomGenerator random(20261112);
    Told model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    QPersistentModelIndex watched;
    for (int round = 0; round < 300; ++round) {
        QStringList keys{QStringLiteral("always")};
        // Now and then so many that they are rearranged at once.
        const int most = round % 50 == 0 ? 300 : 20;
        for (int i = 0; i < most; ++i) {
            if (random.bounded(3) > 0) {
                keys.append(QStringLiteral("k%1").arg(i));
            }
        }
        std::shuffle(keys.begin(), keys.end(), random);
        const QString words = keys.join(QLatin1Char(' '));
        model.say(words);
        QCOMPARE(model.keys(), words);
        if (round == 0) {
            watched = model.index(model.rowOf(QStringLiteral("always")), 0);
        }
        QCOMPARE(watched.data(KeyRole).toString(), QStringLiteral("always"));
    }
    QCOMPARE(reset.size(), 0);
}

void TestKeyedTable::dropsDuplicates()
{
    Told model;
    model.say(QStringLiteral("a=1 b a=2"));
    QCOMPARE(model.keys(), QStringLiteral("a b"));
    QCOMPARE(model.index(0, 1).data(SortRole).toLongLong(), 1);
}

void TestKeyedTable::sayEscaped()
{
    Told model;
    Cell evil = textCell(QStringLiteral("<b>x</b>\n& y"));
    model.merge({{.key = QStringLiteral("k"), .cells = {evil, Cell{}, Cell{}}}});
    QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("<b>x</b>\n& y"));
    QCOMPARE(model.index(0, 0).data(Qt::ToolTipRole).toString(),
             QStringLiteral("<qt>&lt;b&gt;x&lt;/b&gt;<br>&amp; y</qt>"));
    QVERIFY(model.index(0, 1).data(Qt::ToolTipRole).toString().isEmpty());
}

void TestKeyedTable::sortsByRawValues()
{
    Told model;
    SortFilterProxy proxy;
    QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
    proxy.setSourceModel(&model);
    const auto order = [&] {
        QString keys;
        for (int i = 0; i < proxy.rowCount(); ++i) {
            keys += proxy.index(i, 0).data().toString();
        }
        return keys;
    };
    // As text "1.0 kB" would come before "9 B"; what has no value stands last, up and down; equals keep their order.
    model.say(QStringLiteral("a=2048 b=9 c d=1024 e f=9"));
    proxy.sort(1, Qt::AscendingOrder);
    QCOMPARE(order(), QStringLiteral("bfdace"));
    proxy.sort(1, Qt::DescendingOrder);
    QCOMPARE(order(), QStringLiteral("adbfce"));
    model.say(QStringLiteral("a=2048 b=9 c=4096 d=1024 e f=9"));
    QCOMPARE(order(), QStringLiteral("cadbfe"));
    proxy.sort(0, Qt::AscendingOrder);
    QCOMPARE(order(), QStringLiteral("abcdef"));
}

void TestKeyedTable::filters()
{
    Told model;
    SortFilterProxy proxy;
    QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
    proxy.setSourceModel(&model);
    model.say(QStringLiteral("Alpha=1 beta=2048 gamma"));
    QCOMPARE(proxy.rowCount(), 3);
    proxy.setFilterText(QStringLiteral("ALPHA"));
    QCOMPARE(proxy.rowCount(), 1);
    proxy.setFilterText(QStringLiteral("a kb"));
    QCOMPARE(proxy.rowCount(), 1);
    QCOMPARE(proxy.index(0, 0).data().toString(), QStringLiteral("beta"));
    proxy.setFilterText(QStringLiteral("  idle "));
    QCOMPARE(proxy.rowCount(), 1);
    proxy.setFilterText(QStringLiteral("hidden"));
    QCOMPARE(proxy.rowCount(), 3);
    proxy.setHiddenColumns({2});
    QCOMPARE(proxy.rowCount(), 0);
    proxy.setFilterText(QString());
    QCOMPARE(proxy.rowCount(), 3);
}

void TestKeyedTable::proxyFollows()
{
    Told model;
    SortFilterProxy proxy;
    QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
    proxy.setSourceModel(&model);
    proxy.sort(1, Qt::DescendingOrder);
    model.say(QStringLiteral("a=1 b=2 c=3"));
    QItemSelectionModel selection(&proxy);
    selection.select(proxy.index(1, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    QSignalSpy reset(&proxy, &QAbstractItemModel::modelReset);
    model.say(QStringLiteral("c=3 b=9 a=1 d=4"));
    QCOMPARE(selection.selectedRows().size(), 1);
    QCOMPARE(selection.selectedRows().constFirst().row(), 0);
    QCOMPARE(selection.selectedRows().constFirst().data().toString(), QStringLiteral("b"));
    QCOMPARE(reset.size(), 0);
}

void TestKeyedTable::tenThousandRows()
{
    QStringList words;
    for (int i = 0; i < 10'000; ++i) {
        words.append(QStringLiteral("row%1=%2").arg(i).arg(i));
    }
    Told model;
    SortFilterProxy proxy;
    proxy.setSourceModel(&model);
    model.say(words.join(QLatin1Char(' ')));
    proxy.sort(1, Qt::DescendingOrder);
    QCOMPARE(proxy.index(0, 0).data().toString(), QStringLiteral("row9999"));
    Signals seen(model);
    words[5000] = QStringLiteral("row5000=77777");
    model.say(words.join(QLatin1Char(' ')));
    QCOMPARE(seen.counts(), QStringLiteral("changed 1"));
    QCOMPARE(proxy.index(0, 0).data().toString(), QStringLiteral("row5000"));
    std::reverse(words.begin(), words.end());
    model.say(words.join(QLatin1Char(' ')));
    QCOMPARE(seen.counts(), QStringLiteral("layout 1"));
    QCOMPARE(model.row(0).key, QStringLiteral("row9999"));
    model.say(QString());
    QCOMPARE(seen.counts(), QStringLiteral("removed 1"));
}

void TestKeyedTable::newColumnsReset()
{
    Told model;
    model.say(QStringLiteral("a b"));
    Signals seen(model);
    model.setColumns(std::vector<Column>(model.columns()));
    QCOMPARE(seen.counts(), QString());
    model.setColumns({{.key = QStringLiteral("one"), .title = QStringLiteral("One")}});
    QCOMPARE(seen.counts(), QStringLiteral("reset 1"));
    QCOMPARE(model.columnCount(), 1);
}

QTEST_GUILESS_MAIN(TestKeyedTable)
#include "tst_keyedtable.moc"
