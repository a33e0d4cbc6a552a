// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "support/patroni.h"
#include "tables/cells.h"
#include "tables/patronimodels.h"

using namespace howdah;
using namespace howdah::operations::patroni;
using namespace howdah::tables;
using managers::PatroniTurn;

class TestPatroniModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void historyNewestFirst();
    void historyGrowsWithoutAReset();
    void changesWithTheirEffect();
};

namespace {

constexpr qint64 kNow = 1'795'770'000'000;

std::vector<PatroniTurn> turns()
{
    return {{1, 25'623'960, QStringLiteral("no recovery target specified"), {}, {}},
            {2, 4'294'967'488, QStringLiteral("no recovery target specified"),
             QStringLiteral("2026-11-20T01:00:00.123456+00:00"), QStringLiteral("pg2")}};
}

QString cell(const QAbstractItemModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

} // namespace

void TestPatroniModels::historyNewestFirst()
{
    PatroniHistoryModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTurns(turns(), kNow);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(cell(model, 0, 0), QStringLiteral("2"));
    QCOMPARE(cell(model, 0, 1), QStringLiteral("1/C0"));
    QVERIFY2(cell(model, 0, 2).contains(QStringLiteral("20 Nov")), qPrintable(cell(model, 0, 2)));
    QCOMPARE(cell(model, 0, 3), QStringLiteral("pg2"));
    QCOMPARE(cell(model, 1, 1), QStringLiteral("0/186FD98"));
    // What an older Patroni did not keep is not known, and not empty.
    QCOMPARE(cell(model, 1, 3), unknown());
    QVERIFY(model.index(1, 2).data(NonValueRole).toBool());
}

void TestPatroniModels::historyGrowsWithoutAReset()
{
    PatroniHistoryModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTurns(turns(), kNow);
    const QPersistentModelIndex second = model.index(0, 0);
    const QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    std::vector<PatroniTurn> more = turns();
    more.push_back({3, 5'000'000'000, QStringLiteral("x"), QStringLiteral("not a time"), QStringLiteral("pg1")});
    model.setTurns(more, kNow);
    QCOMPARE(resets.count(), 0);
    QCOMPARE(second.row(), 1);
    QCOMPARE(cell(model, 0, 2), QStringLiteral("not a time")); // as it stands
    model.setTurns({}, kNow);
    QCOMPARE(model.rowCount(), 0);
}

void TestPatroniModels::changesWithTheirEffect()
{
    SettingChangesModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const PatroniFacts facts = testsupport::calmPatroni(2);
    const QString connections = QStringLiteral("postgresql.parameters.max_connections");
    model.setChanges({{connections, QStringLiteral("100"), QStringLiteral("200")},
                      {QStringLiteral("postgresql.parameters.pg_cron.host"), {}, QStringLiteral("\"a\"")},
                      {QStringLiteral("ttl"), QStringLiteral("20"), {}}},
                     facts);
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(cell(model, 0, 1), QStringLiteral("100"));
    QCOMPARE(cell(model, 0, 2), QStringLiteral("200"));
    QCOMPARE(model.index(0, 3).data(VerdictRole).toInt(), static_cast<int>(cluster::Verdict::Warning));
    QCOMPARE(cell(model, 1, 3), unknown());
    QCOMPARE(cell(model, 2, 2), QStringLiteral("not set"));
    QVERIFY(model.index(2, 2).data(NonValueRole).toBool());
    const QPersistentModelIndex kept = model.index(2, 0);
    model.setChanges({{QStringLiteral("ttl"), QStringLiteral("20"), QStringLiteral("25")}}, facts);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(kept.row(), 0);
    QCOMPARE(cell(model, 0, 3), QStringLiteral("at once"));
}

QTEST_GUILESS_MAIN(TestPatroniModels)
#include "tst_patronimodels.moc"
