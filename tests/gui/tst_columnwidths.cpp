// SPDX-License-Identifier: GPL-3.0-or-later
#include <QStandardItemModel>
#include <QTest>

#include "tables/roles.h"
#include "widgets/columnwidths.h"
#include "widgets/datatable.h"

using namespace howdah::widgets;

class TestColumnWidths : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void shares_data();
    void shares();
    void remembersColumns();
};

void TestColumnWidths::shares_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<QList<int>>("widths");
    QTest::newRow("room to spare is shared, double to those that stretch") << 500 << QList<int>{200, 150, 150};
    QTest::newRow("just what they want") << 300 << QList<int>{100, 100, 100};
    QTest::newRow("down to the contents") << 240 << QList<int>{80, 80, 80};
    QTest::newRow("words give way, numbers don't") << 200 << QList<int>{60, 60, 80};
    QTest::newRow("never below the least") << 50 << QList<int>{40, 40, 80};
}

void TestColumnWidths::shares()
{
    QFETCH(int, width);
    const std::vector<ColumnRoom> columns{{100, 80, 40, true}, {100, 80, 40, false}, {100, 80, 80, false}};
    const std::vector<int> widths = shareWidth(columns, width);
    QTEST(QList<int>(widths.begin(), widths.end()), "widths");
}

void TestColumnWidths::remembersColumns()
{
    QStandardItemModel model(2, 3);
    for (int i = 0; i < 3; ++i) {
        model.setHeaderData(i, Qt::Horizontal, QStringLiteral("c%1").arg(i), howdah::tables::ColumnKeyRole);
    }
    DataTable table(QStringLiteral("First"));
    table.resize(600, 200);
    table.setModel(&model);
    table.show();
    table.setColumnHidden(1, true);
    table.setColumnWidth(0, 222);
    DataTable other(QStringLiteral("Second"));
    other.setModel(&model);
    QVERIFY(other.restoreColumnsState(table.columnsState()));
    QVERIFY(other.isColumnHidden(1));
    QCOMPARE(other.hiddenColumns(), QSet<int>{1});
    QCOMPARE(other.columnWidth(0), 222);
    other.resize(900, 200);
    QCOMPARE(other.columnWidth(0), 222);

    QStandardItemModel changed(2, 4);
    DataTable third(QStringLiteral("Third"));
    third.setModel(&changed);
    QVERIFY(!third.restoreColumnsState(table.columnsState()));
    QVERIFY(!third.restoreColumnsState(QByteArray("rubbish")));
    QVERIFY(!third.restoreColumnsState(QByteArray()));
}

QTEST_MAIN(TestColumnWidths)
#include "tst_columnwidths.moc"
