// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "app/invocation.h"

using namespace howdah::app;

class TestInvocation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void accepts_data();
    void accepts();
    void rejects_data();
    void rejects();
    void helpNamesEveryCommand();
};

void TestInvocation::accepts_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("command");
    QTest::addColumn<QString>("cluster");
    const auto row = [](const char *line, Command command, const char *cluster) {
        QTest::newRow(line) << QString::fromLatin1(line).split(QLatin1Char(' '), Qt::SkipEmptyParts)
                            << static_cast<int>(command) << QString::fromLatin1(cluster);
    };
    row("", Command::Open, "");
    row("open", Command::Open, "");
    row("open orders", Command::Open, "orders");
    row("open demo --screenshot a.png --page slots --theme dark --size 1280x800", Command::Open, "demo");
    row("open demo --screenshot a.png --after 60", Command::Open, "demo");
    row("status orders", Command::Status, "orders");
    row("status --json orders", Command::Status, "orders");
    row("--json status orders", Command::Status, "orders");
    row("check ./orders.toml", Command::Check, "./orders.toml");
    row("discover host=a -o b.toml", Command::Discover, "host=a");
    row("discover host=a -o b.toml --force", Command::Discover, "host=a");
    row("demo", Command::Demo, "");
    row("demo stop", Command::Demo, "");
    row("switchover orders --to pg2 --accept no_long_transaction,not_restarted", Command::Switchover, "orders");
    row("address orders", Command::Address, "orders");
    row("address orders list --json", Command::Address, "orders");
    row("address orders assign write pg2 --dry-run", Command::Address, "orders");
    row("address orders assign write pg2 --dry-run --runbook a.sh", Command::Address, "orders");
    row("address orders assign write pg2 --accept addresses:write", Command::Address, "orders");
    row("address orders script", Command::AddressScript, "orders");
    row("address orders script write -o a.sh --force", Command::AddressScript, "orders");
    row("address lint a.sh b.conf --json", Command::AddressLint, "");
    row("credentials", Command::Credentials, "");
    row("credentials list --json", Command::Credentials, "");
    row("credentials import hcloud --context prod --yes", Command::Credentials, "");
    row("credentials set hetzner", Command::Credentials, "");
    row("credentials remove aws --json", Command::Credentials, "");
    row("--help", Command::Help, "");
    row("status --help", Command::Help, "");
    row("--version", Command::Version, "");
}

void TestInvocation::accepts()
{
    QFETCH(QStringList, arguments);
    const auto invocation = parseArguments(arguments);
    QVERIFY2(invocation, qPrintable(invocation ? QString() : invocation.error().message));
    QTEST(static_cast<int>(invocation->command), "command");
    QTEST(invocation->cluster, "cluster");
    QCOMPARE(invocation->json, arguments.contains(QStringLiteral("--json")));
}

void TestInvocation::rejects_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("named");
    const auto row = [](const char *line, const char *named) {
        QTest::newRow(line) << QString::fromLatin1(line).split(QLatin1Char(' '), Qt::SkipEmptyParts)
                            << QString::fromLatin1(named);
    };
    row("frobnicate", "frobnicate");
    row("status", "cluster");
    row("check", "cluster");
    row("discover", "connection string");
    row("status a b", "b");
    row("demo restart", "restart");
    row("status --frob a", "--frob");
    row("status a -o b", "-o");
    row("discover host=a -o", "-o");
    row("discover host=a --force", "--force");
    row("switchover a --to b --yes --accept slots", "--accept");
    row("patroni a pause --yes --accept slots", "--accept");
    row("address", "cluster");
    row("address a move", "move");
    row("address a assign write", "NAME NODE");
    row("address a assign write pg2 pg3", "pg3");
    row("address a list pg2", "pg2");
    row("address a list --runbook a.sh", "--runbook");
    row("patroni a status --runbook a.sh", "--runbook");
    row("address a --yes", "--yes");
    row("address a list -o a.sh", "-o goes");
    row("address a script write pg2", "pg2");
    row("address a script --force", "--force");
    row("address a script --yes", "--yes");
    row("address lint", "FILE");
    row("address lint a.sh --dry-run", "--json");
    row("address a --to pg2", "--to");
    row("credentials show", "show");
    row("credentials list hetzner", "too many");
    row("credentials import terraform", "doctl, hcloud, aws, openstack");
    row("credentials import", "doctl, hcloud, aws, openstack");
    row("credentials set", "digitalocean, hetzner, hetzner-robot, aws, openstack");
    row("credentials set hetzner a-token", "never from an argument");
    row("credentials set hetzner --yes", "--yes");
    row("credentials remove hetzner --context a", "--context");
    row("credentials list --dry-run", "--dry-run");
    row("status a --context b", "--context");
    row("address a assign write pg2 --native", "--native");
    row("status a --force", "--force");
    // Twice: neither is taken for the one that was meant.
    row("switchover a --to pg2 --to pg3", "--to takes one value, not both \"pg2\" and \"pg3\"");
    row("switchover a --to pg2 --to pg2", "--to");
    row("switchover a --to pg2 --accept slots --accept archive", "--accept");
    row("switchover a --to pg2 --dry-run --runbook a.md --runbook b.sh", "--runbook");
    row("patroni a switchover-at 2030-01-01T00:00Z --to pg2 --to pg3", "--to takes one value");
    row("patroni a pause --dry-run --runbook a.md --runbook b.sh", "--runbook");
    row("patroni a pause --accept slots --accept archive", "--accept");
    row("address a assign write pg2 --accept slots --accept archive", "--accept");
    row("address a assign write pg2 --dry-run --runbook a.md --runbook b.sh", "--runbook");
    row("discover host=a -o b.toml -o c.toml", "-o takes one value");
    row("discover host=a -o b.toml --output c.toml", "--output takes one value");
    row("open --page slots --page roles", "--page");
    row("open --theme light --theme dark", "--theme");
    row("open --size 1280x800 --size 800x600", "--size");
    row("open --screenshot a.png --screenshot b.png", "--screenshot");
    row("open --screenshot a.png --after 10 --after 20", "--after");
    row("open --theme blue", "--theme");
    row("open --page bogus", "overview, replication, slots, addresses, roles, settings, journal, not \"bogus\"");
    row("open demo --page Slots", "Slots");
    row("open --size big", "--size");
    row("open --size 0x0", "--size");
    row("open --after 10", "--screenshot");
    row("open --screenshot a.png --after 0", "--after");
    row("open --screenshot a.png --after soon", "--after");
}

void TestInvocation::rejects()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, named);
    const auto invocation = parseArguments(arguments);
    QVERIFY(!invocation);
    QVERIFY2(invocation.error().message.contains(named), qPrintable(invocation.error().message));
    QVERIFY(!invocation.error().hint.isEmpty());
}

void TestInvocation::helpNamesEveryCommand()
{
    for (const char *command :
         {"open", "demo", "discover", "status", "check", "--json", "--screenshot", "--force", "credentials"}) {
        QVERIFY2(helpText().contains(QLatin1String(command)), command);
    }
}

QTEST_APPLESS_MAIN(TestInvocation)
#include "tst_invocation.moc"
