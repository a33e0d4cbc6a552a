// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QTest>

#include "printed.h"
#include "support/snapshots.h"
#include "tables/roleabilities.h"
#include "tables/rolesmodels.h"

using namespace howdah;
using namespace howdah::tables;
using namespace howdah::testsupport;

namespace {

cluster::ClusterState stateOf(const cluster::Snapshot &snapshot)
{
    return {std::make_shared<const cluster::Snapshot>(snapshot),
            std::make_shared<const cluster::Assessment>(cluster::assess(snapshot))};
}

QString cellOf(const KeyedTableModel &model, const char *key, const char *column)
{
    const int row = model.rowOf(QLatin1String(key));
    return row < 0 ? QStringLiteral("no row") : printedCell(model.index(row, model.columnOf(QLatin1String(column))));
}

using Roles = std::vector<cluster::DatabaseRole>;

} // namespace

/// The tables of the Roles page.
class TestRoleTables : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nodesAndRoles();
    void clientWithoutANameIsOne();
    void buildsOnlyWhatIsNew();
};

void TestRoleTables::nodesAndRoles()
{
    cluster::Snapshot snapshot = busyCluster();
    NodeRolesModel nodes;
    nodes.setState(stateOf(snapshot));
    QCOMPARE(cellOf(nodes, "pg1", "writable"), QStringLiteral("yes"));
    QCOMPARE(cellOf(nodes, "pg1", "follows"), QStringLiteral("<nobody>"));
    QCOMPARE(cellOf(nodes, "pg3", "follows"), QStringLiteral("pg2"));
    QCOMPARE(cellOf(nodes, "wit1", "writable"), QStringLiteral("<n/a>"));
    takeDown(snapshot, QStringLiteral("pg1"));
    nodes.setState(stateOf(snapshot));
    QCOMPARE(cellOf(nodes, "pg1", "writable"), QStringLiteral("<unknown>"));

    DatabaseRolesModel model;
    model.setState(stateOf(busyCluster()));
    QCOMPARE(cellOf(model, "replicator", "connects"), QStringLiteral("yes"));
    QCOMPARE(cellOf(model, "replicator", "promotes"), QStringLiteral("<by grant>"));
    QVERIFY(cellOf(model, "replicator", "replicates").startsWith(QStringLiteral("pg2")));
    QCOMPARE(cellOf(model, "postgres", "promotes"), QStringLiteral("yes"));
    QCOMPARE(cellOf(model, "postgres", "rolconnlimit"), QStringLiteral("<no limit>"));
    QCOMPARE(cellOf(model, "postgres", "replicates"), QStringLiteral("<no>"));
    // A node that does not answer may have a walsender of any role, and its last word is old.
    model.setState(stateOf(snapshot));
    QCOMPARE(cellOf(model, "postgres", "replicates"), QStringLiteral("<unknown>"));
    QVERIFY(cellOf(model, "replicator", "replicates").startsWith(QStringLiteral("pg2 (before)")));
    cluster::Snapshot hidden = busyCluster();
    edit(hidden, QStringLiteral("pg1")).unreadable.insert(QStringLiteral("senders"), QStringLiteral("canceled"));
    model.setState(stateOf(hidden));
    QCOMPARE(cellOf(model, "postgres", "replicates"), QStringLiteral("<unknown>"));
}

// application_name may be empty; whose walsender it is counts all the same.
void TestRoleTables::clientWithoutANameIsOne()
{
    cluster::Snapshot snapshot = busyCluster();
    cluster::NodeSample &primary = edit(snapshot, QStringLiteral("pg1"));
    primary.senders.push_back({.pid = 4711,
                               .usename = QStringLiteral("orders_app"),
                               .clientAddr = QStringLiteral("10.0.0.77"),
                               .state = QStringLiteral("streaming")});
    DatabaseRolesModel model;
    model.setState(stateOf(snapshot));
    QCOMPARE(cellOf(model, "orders_app", "replicates"), QStringLiteral("unnamed"));
    const QModelIndex cell =
        model.index(model.rowOf(QStringLiteral("orders_app")), model.columnOf(QStringLiteral("replicates")));
    QVERIFY(cell.data(Qt::ToolTipRole).toString().contains(QLatin1String("unnamed from 10.0.0.77 on pg1")));
}

// A server may have thousands of roles, and a tick comes every second.
void TestRoleTables::buildsOnlyWhatIsNew()
{
    cluster::Snapshot snapshot = busyCluster();
    const auto list = std::make_shared<Roles>(*edit(snapshot, QStringLiteral("pg1")).roles);
    edit(snapshot, QStringLiteral("pg1")).roles = list;
    DatabaseRolesModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setState(stateOf(snapshot));
    const auto orders = std::find_if(list->begin(), list->end(), [](const cluster::DatabaseRole &role) {
        return role.rolname == QLatin1String("orders_app");
    });
    QVERIFY(orders != list->end());
    // Nobody changes a list that is shared: it is how the test sees whether the same one is read again.
    const auto isReadAnew = [&] {
        orders->rolconnlimit += 2;
        advance(snapshot, 1000);
        model.setState(stateOf(snapshot));
        return cellOf(model, "orders_app", "rolconnlimit") == QString::number(orders->rolconnlimit);
    };
    // Whatever the rows are made from makes them anew: who replicates, what is fresh, the list itself.
    QVERIFY(!isReadAnew());
    edit(snapshot, QStringLiteral("pg1")).senders.clear();
    QVERIFY(isReadAnew());
    QVERIFY(!isReadAnew());
    snapshot.paused = true;
    QVERIFY(isReadAnew());
    QVERIFY(model.row(0).stale);
    QVERIFY(!isReadAnew());
    edit(snapshot, QStringLiteral("pg1")).roles = std::make_shared<const Roles>(Roles{list->front()});
    model.setState(stateOf(snapshot));
    QCOMPARE(model.rowCount(), 1);
    model.setState({});
    QCOMPARE(model.rowCount(), 0);
    model.setState(stateOf(snapshot));
    QCOMPARE(model.rowCount(), 1);
}

QTEST_GUILESS_MAIN(TestRoleTables)
#include "tst_roletables.moc"
