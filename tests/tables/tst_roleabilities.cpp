// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tables/roleabilities.h"

using namespace howdah;
using namespace howdah::tables;
using cluster::DatabaseRole;

class TestRoleAbilities : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void says_data();
    void says();
};

void TestRoleAbilities::says_data()
{
    QTest::addColumn<DatabaseRole>("role");
    QTest::addColumn<int>("version");
    QTest::addColumn<int>("ability");
    QTest::addColumn<QString>("said");
    const auto row = [](const char *name, const DatabaseRole &role, int version, Ability ability, const char *said) {
        QTest::newRow(name) << role << version << static_cast<int>(ability) << QString::fromLatin1(said);
    };
    DatabaseRole nobody;
    nobody.rolname = QStringLiteral("app");
    nobody.rolinherit = true;
    nobody.rolcanlogin = true;
    DatabaseRole super = nobody;
    super.rolsuper = true;
    DatabaseRole replicator = nobody;
    replicator.rolreplication = true;
    DatabaseRole locked = replicator;
    locked.rolcanlogin = false;
    DatabaseRole monitor = nobody;
    monitor.memberOf = {QStringLiteral("pg_monitor"), QStringLiteral("pg_read_all_stats")};
    monitor.inheritsFrom = monitor.memberOf;
    DatabaseRole shy = nobody;
    shy.memberOf = shy.afterSetRole = monitor.memberOf;
    DatabaseRole half = nobody; // the farther is inherited, the nearer needs SET ROLE
    half.memberOf = monitor.memberOf;
    half.inheritsFrom = {QStringLiteral("pg_monitor")};
    half.afterSetRole = {QStringLiteral("pg_read_all_stats")};
    DatabaseRole admin = nobody; // WITH INHERIT FALSE, SET FALSE: it may only hand it on
    admin.memberOf = monitor.memberOf;
    DatabaseRole maintainer = nobody;
    maintainer.inheritsFrom = {QStringLiteral("pg_checkpoint"), QStringLiteral("pg_signal_backend"),
                               QStringLiteral("pg_create_subscription")};
    DatabaseRole itself = nobody;
    itself.rolname = QStringLiteral("pg_signal_backend");

    row("superuser may all", super, 120000, Ability::Promote, "yes: superuser");
    row("superuser replicates", super, 120000, Ability::ConnectAsClient, "yes: superuser");
    row("replicator connects", replicator, 150000, Ability::ConnectAsClient, "yes: REPLICATION");
    row("replicator has slots", replicator, 150000, Ability::ManageSlots, "yes: REPLICATION");
    row("no login", locked, 150000, Ability::ConnectAsClient, "no: needs LOGIN");
    row("no login, but slots", locked, 150000, Ability::ManageSlots, "yes: REPLICATION");
    row("replicator does not see", replicator, 150000, Ability::ReadStatistics, "no: needs pg_read_all_stats");
    row("monitor sees", monitor, 150000, Ability::ReadStatistics, "yes: pg_read_all_stats");
    row("monitor lists WAL", monitor, 150000, Ability::ListWal, "yes: pg_monitor");
    row("monitor does not connect", monitor, 150000, Ability::ConnectAsClient, "no: needs REPLICATION");
    row(
        "inherited although NOINHERIT",
        [&] {
            DatabaseRole granted = monitor; // from 16 on the grant decides
            granted.rolinherit = false;
            return granted;
        }(),
        160000, Ability::ReadStatistics, "yes: pg_read_all_stats");
    row("what is inherited counts first", half, 160000, Ability::ReadStatistics, "yes: pg_monitor");
    row("neither inherited nor to be set", admin, 160000, Ability::ReadStatistics, "no: needs pg_read_all_stats");
    row("only after SET ROLE", shy, 150000, Ability::ReadStatistics, "after SET ROLE: pg_read_all_stats");
    row("checkpoint 15", maintainer, 150000, Ability::Checkpoint, "yes: pg_checkpoint");
    row("checkpoint 14", maintainer, 140000, Ability::Checkpoint, "no: needs superuser before PostgreSQL 15");
    row("checkpoint nobody", nobody, 170000, Ability::Checkpoint, "no: needs pg_checkpoint");
    row("signal", maintainer, 130000, Ability::SignalBackends, "yes: pg_signal_backend");
    row("predefined itself", itself, 130000, Ability::SignalBackends, "yes: pg_signal_backend");
    row("subscription 16", maintainer, 160000, Ability::CreateSubscription, "yes: pg_create_subscription");
    row("subscription 15", maintainer, 150000, Ability::CreateSubscription, "no: needs superuser before PostgreSQL 16");
    row("promote", nobody, 150000, Ability::Promote, "by grant: needs EXECUTE on pg_promote");
}

void TestRoleAbilities::says()
{
    QFETCH(DatabaseRole, role);
    QFETCH(int, version);
    QFETCH(int, ability);
    const std::vector<RoleAbility> all = abilitiesOf(role, version);
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
        QCOMPARE(static_cast<int>(all[static_cast<std::size_t>(i)].ability), i);
        QVERIFY(!toString(all[static_cast<std::size_t>(i)].ability).isEmpty());
    }
    const RoleAbility &one = all.at(static_cast<std::size_t>(ability));
    QTEST(toString(one.grant) + QLatin1String(": ") + one.through, "said");
}

QTEST_GUILESS_MAIN(TestRoleAbilities)
#include "tst_roleabilities.moc"
