// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "operations/address/mover.h"
#include "operations/address/owners.h"
#include "support/sights.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::operations::address;
using namespace howdah::testsupport;

namespace {

const QString kIp = QStringLiteral("10.0.0.50");

OwnerFacts ownerOf(const char *owner, const char *node)
{
    OwnerFacts one;
    one.node = QLatin1String(node);
    one.owner = QLatin1String(owner);
    one.file = QStringLiteral("/etc/own.conf");
    one.has = one.follows = true;
    const bool keepalived = one.owner == QLatin1String("keepalived");
    one.part = keepalived ? QStringLiteral("vrrp_instance VI_1") : QStringLiteral("/service/orders/leader");
    one.wants = keepalived ? QStringList{QStringLiteral("priority 100")} : QStringList{one.node};
    return one;
}

Move ownedMove(const char *owner)
{
    Move move;
    move.address.name = QStringLiteral("write");
    move.address.ip = kIp;
    move.address.provider = QLatin1String(owner);
    move.address.interface = QStringLiteral("eth0");
    move.from = QStringLiteral("pg1");
    move.to = QStringLiteral("pg2");
    move.systemIdentifier = QStringLiteral("7");
    move.byPatroni = true;
    move.facts.writable = true;
    move.facts.systemIdentifier = QStringLiteral("7");
    move.facts.claims = {{QStringLiteral("pg1"), QStringLiteral("eth0"), QStringLiteral("10.0.0.50/32")}};
    move.facts.fitness[QStringLiteral("pg1")] = {};
    move.facts.owners = {ownerOf(owner, "pg1"), ownerOf(owner, "pg2")};
    return move;
}

QStringList resultsOf(const Move &move)
{
    QStringList all;
    for (const Check &check : checksOf(move)) {
        all.append(check.id + QLatin1Char(' ') + toString(check.result));
    }
    return all;
}

using Change = void (*)(Move &);

} // namespace

Q_DECLARE_METATYPE(Change)

/// Addresses that somebody on the hosts moves by himself.
class TestAddressOwners : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepalivedIsRead_data();
    void keepalivedIsRead();
    void vipManagerIsRead_data();
    void vipManagerIsRead();
    void whatIsNotReadIsTold();
    void isChecked_data();
    void isChecked();
    void handIsRefused();
    void itsMoveIsWaitedFor();
    void truthNamesTheOwner();
};

void TestAddressOwners::keepalivedIsRead_data()
{
    QTest::addColumn<QStringList>("lines");
    QTest::addColumn<QString>("part"); ///< empty: it does not have it
    QTest::addColumn<bool>("follows");
    const auto row = [](const char *name, const char *text, const char *part, bool follows) {
        QTest::newRow(name) << QString::fromLatin1(text).split(QLatin1Char('\n')) << QString::fromLatin1(part)
                            << follows;
    };
    row("as people write it",
        "vrrp_script chk {\n  script \"\"\n  interval 1\n}\nvrrp_instance VI_1 {\n  state BACKUP\n  interface eth0\n"
        "  priority 101\n  authentication {\n    auth_type PASS\n    auth_pass x\n  }\n  virtual_ipaddress {\n"
        "    10.0.0.50/24 dev eth0\n  }\n  track_script {\n    chk\n  }\n}",
        "vrrp_instance VI_1, state BACKUP, priority 101", true);
    row("on few lines", "vrrp_instance a { priority 9\nvirtual_ipaddress { 10.0.0.50 }\ntrack_process { postgres } }",
        "vrrp_instance a, priority 9", true);
    row("braces of their own lines", "vrrp_instance a\n{\nvirtual_ipaddress\n{\n10.0.0.49\n10.0.0.50/32\n}\n}",
        "vrrp_instance a", false);
    row("the second of two",
        "vrrp_instance a { virtual_ipaddress { 10.0.0.5 }\ntrack_script { chk } }\n"
        "vrrp_instance b { virtual_ipaddress { 10.0.0.50 } }",
        "vrrp_instance b", false);
    row("its group tracks",
        "vrrp_sync_group g {\n group {\n  b\n }\n track_script {\n  chk\n }\n}\n"
        "vrrp_instance b { virtual_ipaddress { 10.0.0.50 } }",
        "vrrp_instance b", true);
    row("another group tracks",
        "vrrp_sync_group g {\n group {\n  a\n }\n track_script {\n  chk\n }\n}\n"
        "vrrp_instance b { virtual_ipaddress { 10.0.0.50 } }",
        "vrrp_instance b", false);
    row("a longer address", "vrrp_instance a { virtual_ipaddress { 10.0.0.500/24 10.0.0.5/24 } }", "", false);
    row("excluded from the packets, and there", "vrrp_instance a { virtual_ipaddress_excluded { 10.0.0.50 } }",
        "vrrp_instance a", false);
    row("a server behind it", "virtual_server 10.0.0.50 5432 {\n real_server 10.0.0.1 5432 {\n weight 1\n }\n}", "",
        false);
    row("nothing", "", "", false);
    row("braces too many", "} } vrrp_instance a { } }\n{", "", false);
}

void TestAddressOwners::keepalivedIsRead()
{
    QFETCH(QStringList, lines);
    QFETCH(QString, part);
    QFETCH(bool, follows);
    QString said = QStringLiteral("owner keepalived\nfile /etc/keepalived/keepalived.conf\n");
    for (const QString &line : lines) {
        said += QStringLiteral("conf ") + line + QLatin1Char('\n');
    }
    const std::vector<OwnerFacts> owners = ownersFrom(QStringLiteral("pg1"), kIp, said);
    QCOMPARE(owners.size(), std::size_t(1));
    QCOMPARE(owners.front().node, QStringLiteral("pg1"));
    QCOMPARE(owners.front().owner, QStringLiteral("keepalived"));
    QCOMPARE(owners.front().file, QStringLiteral("/etc/keepalived/keepalived.conf"));
    QCOMPARE(owners.front().has, !part.isEmpty());
    QCOMPARE(owners.front().has ? partText(owners.front()) : QString(), part);
    QCOMPARE(owners.front().follows, follows);
}

void TestAddressOwners::vipManagerIsRead_data()
{
    QTest::addColumn<QString>("said");
    QTest::addColumn<QString>("text"); ///< empty: it does not have it
    QTest::addColumn<bool>("follows");
    const auto row = [](const char *name, const char *said, const char *text, bool follows) {
        QTest::newRow(name) << QString::fromLatin1(said) << QString::fromLatin1(text) << follows;
    };
    row("a file",
        "file /etc/vip.yml\nconf ip \"10.0.0.50\" # ours\nconf trigger-key '/service/orders/leader'\n"
        "conf trigger-value pg1 # me\n",
        "watches /service/orders/leader for pg1", true);
    row("flags before the environment before the file",
        "flag trigger-value pg2\nenv trigger-value pg3\nenv ip 10.0.0.50\nconf ip 10.0.0.9\n"
        "conf trigger-key /service/orders/leader\n",
        "watches /service/orders/leader for pg2", true);
    row("older names", "env ip 10.0.0.50\nenv key /service/orders/leader\nenv host pg1\nenv type etcd\n",
        "watches /service/orders/leader for pg1", true);
    row("its host's name", "flag ip 10.0.0.50\nflag trigger-key /service/orders/leader\n",
        "watches /service/orders/leader for its host's name", true);
    row("asks Patroni", "conf ip 10.0.0.50\nconf dcs-type patroni\nconf trigger-key /leader\nconf trigger-value 200\n",
        "watches Patroni, /leader", true);
    row("another key", "conf ip 10.0.0.50\nconf trigger-key /here\nconf trigger-value pg1\n", "watches /here for pg1",
        false);
    row("another address", "conf ip 10.0.0.51\nconf trigger-key /service/orders/leader\n", "", true);
    row("nothing", "", "", false);
}

void TestAddressOwners::vipManagerIsRead()
{
    QFETCH(QString, said);
    QFETCH(QString, text);
    QFETCH(bool, follows);
    const auto owners = ownersFrom(QStringLiteral("pg1"), kIp, QStringLiteral("owner vip-manager\n") + said);
    QCOMPARE(owners.size(), std::size_t(1));
    QCOMPARE(owners.front().has, !text.isEmpty());
    QCOMPARE(owners.front().has ? partText(owners.front()) : QString(), text);
    QCOMPARE(owners.front().follows, follows);
}

void TestAddressOwners::whatIsNotReadIsTold()
{
    const auto owners = ownersFrom(QStringLiteral("pg1"), kIp,
                                   QStringLiteral("noise\nowner somebody\nconf x\nowner keepalived\nfile /etc/k.conf\n"
                                                  "unread postgres may not read /etc/k.conf\ntest bad\ntest worse\n"
                                                  "owner vip-manager\nflag ip 10.0.0.50\n"));
    QCOMPARE(owners.size(), std::size_t(2));
    QCOMPARE(owners.front().problem, QStringLiteral("postgres may not read /etc/k.conf"));
    QCOMPARE(owners.front().complaint, QStringLiteral("bad; worse"));
    QVERIFY(!owners.front().has && owners.back().has);
    // What only keepalived itself resolves is not "no".
    for (const char *line : {"$VIP dev eth0", "@pg1 10.0.0.50"}) {
        const auto unresolved = ownersFrom(QStringLiteral("pg1"), kIp,
                                           QStringLiteral("owner keepalived\nfile /etc/k.conf\nconf vrrp_instance a {\n"
                                                          "conf virtual_ipaddress {\nconf %1\nconf }\nconf }\n")
                                               .arg(QLatin1String(line)));
        QVERIFY(!unresolved.front().has);
        QVERIFY2(unresolved.front().problem.contains(QString::fromLatin1(line).section(QLatin1Char(' '), 0, 0)),
                 qPrintable(unresolved.front().problem));
    }
}

void TestAddressOwners::isChecked_data()
{
    QTest::addColumn<QByteArray>("owner");
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *owner, const char *name, const char *expected, Change change) {
        QTest::addRow("%s, %s", owner, name) << QByteArray(owner) << change << QString::fromLatin1(expected);
    };
    for (const char *owner : {"keepalived", "vip-manager"}) {
        row(owner, "all is well", "address_follows:write passed", [](Move &) {});
        row(owner, "all is well there", "address_owner:write:pg2 passed", [](Move &) {});
        row(owner, "does not run", "address_owner:write:pg2 failed", [](Move &m) { m.facts.owners.pop_back(); });
        row(owner, "does not have it", "address_owner:write:pg2 failed",
            [](Move &m) { m.facts.owners.back().has = false; });
        row(owner, "does not have it on the way back", "address_owner:write:pg1 failed",
            [](Move &m) { m.facts.owners.front().has = false; });
        row(owner, "can't be read", "address_owner:write:pg2 warning", [](Move &m) {
            m.facts.owners.back().has = false;
            m.facts.owners.back().problem = QStringLiteral("postgres may not read it");
        });
        row(owner, "can't be asked", "address_owner:write:pg2 warning",
            [](Move &m) { m.facts.ownersUnasked[QStringLiteral("pg2")] = QStringLiteral("no route to host"); });
        row(owner, "neither it nor who answers can be asked", "address_owner:write:pg2 unknown", [](Move &m) {
            m.facts.ownersUnasked[QStringLiteral("pg2")] = m.facts.error = QStringLiteral("no route to host");
        });
        row(owner, "complains", "address_owner:write:pg2 warning",
            [](Move &m) { m.facts.owners.back().complaint = QStringLiteral("unknown keyword"); });
        row(owner, "follows nothing", "address_follows:write warning",
            [](Move &m) { m.facts.owners.back().follows = false; });
        row(owner, "two have it", "address_holder:write failed", [](Move &m) {
            m.facts.claims.push_back({QStringLiteral("pg3"), QStringLiteral("eth0"), QStringLiteral("10.0.0.50/32")});
        });
        row(owner, "nobody has it", "address_holder:write warning", [](Move &m) { m.facts.claims.clear(); });
    }
    row("vip-manager", "watches another key", "address_follows:write failed",
        [](Move &m) { m.facts.owners.back().part = QStringLiteral("/service/stock/leader"); });
    row("vip-manager", "both for one name", "address_follows:write failed",
        [](Move &m) { m.facts.owners.back().wants = m.facts.owners.front().wants; });
    row("vip-manager", "both ask their own Patroni", "address_follows:write passed", [](Move &m) {
        for (OwnerFacts &one : m.facts.owners) {
            one.asksPatroni = true;
            one.wants = {QStringLiteral("200")};
        }
    });
    row("vip-manager", "not by Patroni", "address_follows:write warning", [](Move &m) { m.byPatroni = false; });
    row("keepalived", "not by Patroni", "address_follows:write passed", [](Move &m) { m.byPatroni = false; });
    // What it has is not moved by hand.
    row("keepalived", "and the cluster file says host", "address_owner:write failed",
        [](Move &m) { m.address.provider = QStringLiteral("host"); });
    row("vip-manager", "and the cluster file says host", "address_owner:write failed",
        [](Move &m) { m.address.provider = QStringLiteral("host"); });
    row("keepalived", "and whether it has it is not known", "address_owner:write warning", [](Move &m) {
        m.address.provider = QStringLiteral("host");
        for (OwnerFacts &one : m.facts.owners) {
            one.has = false;
            one.problem = QStringLiteral("it has $VIP among its addresses, which is not resolved");
        }
    });
}

void TestAddressOwners::isChecked()
{
    QFETCH(QByteArray, owner);
    QFETCH(Change, change);
    QFETCH(QString, expected);
    Move move = ownedMove(owner.constData());
    change(move);
    const QStringList results = resultsOf(move);
    QVERIFY2(results.contains(expected), qPrintable(results.join(QStringLiteral("; "))));
    for (const Check &check : checksOf(move)) {
        QCOMPARE(check.remedy.isEmpty(), check.result == CheckResult::Passed);
    }
}

void TestAddressOwners::handIsRefused()
{
    for (const char *owner : {"keepalived", "vip-manager"}) {
        Move move = ownedMove(owner);
        move.alone = true;
        const Check check = checksOf(move).back();
        QCOMPARE(check.id + QLatin1Char(' ') + toString(check.result), QStringLiteral("address_owner:write failed"));
        QVERIFY(check.evidence.contains(QLatin1String(owner)));
        QVERIFY2(check.remedy.contains(QStringLiteral("howdah switchover CLUSTER --to pg2")) &&
                     check.remedy.contains(QStringLiteral("Switchover…")),
                 qPrintable(check.remedy));
        move.address.follows = QStringLiteral("standby");
        QVERIFY(!checksOf(move).back().remedy.contains(QStringLiteral("switchover")));
    }
}

/// Nothing is done about it but to look, again and again.
void TestAddressOwners::itsMoveIsWaitedFor()
{
    Move move = ownedMove("keepalived");
    const std::vector<Step> steps = moveSteps(move);
    QCOMPARE(steps.size(), std::size_t(1));
    const Step &step = steps.front();
    QCOMPARE(step.title, QStringLiteral("See keepalived move address write to pg2"));
    QCOMPARE(step.actions.size(), std::size_t(1));
    QCOMPARE(step.actions.front().node, QStringLiteral("pg2"));
    QVERIFY(step.actions.front().pollMs > 0 && !step.actions.front().asRoot);
    QVERIFY(step.undo.empty());
    QCOMPARE(step.deadlineMs, 60'000);
    QCOMPARE(step.verify.size(), std::size_t(1)); // who answers there
    QVERIFY(step.verify.front().sql.contains(QStringLiteral("pg_is_in_recovery")));
    QVERIFY2(!step.remedy.contains(QStringLiteral("by hand")), qPrintable(step.remedy));
    // From where nobody on it can be asked the host is.
    move.facts.error = QStringLiteral("no route to host");
    QCOMPARE(moveSteps(move).front().verify.front().argv.value(3), QStringLiteral("howdah-has"));
    const Step settle = settleStep(move);
    QCOMPARE(settle.actions.size(), std::size_t(2));
    for (const Action &action : settle.actions) {
        QCOMPARE(action.node, QStringLiteral("pg1"));
        QVERIFY(action.pollMs > 0);
    }
    move.facts.unasked[QStringLiteral("pg1")] = QStringLiteral("no route to host");
    QVERIFY(settleStep(move).actions.empty());
}

void TestAddressOwners::truthNamesTheOwner()
{
    cluster::Snapshot snapshot = startedApart(healthyPair());
    const cluster::ClusterState state{std::make_shared<const cluster::Snapshot>(snapshot),
                                      std::make_shared<const cluster::Assessment>(cluster::assess(snapshot))};
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = kIp;
    address.provider = QStringLiteral("keepalived");
    Facts facts = heldBy(snapshot, QStringLiteral("pg1"));
    facts.owners = {ownerOf("keepalived", "pg1"), ownerOf("keepalived", "pg2")};
    Truth truth = truthOf(address, facts, state);
    QVERIFY2(truth.verdict == cluster::Verdict::Ok && truth.id.isEmpty(), qPrintable(truth.says));
    QCOMPARE(truth.holders, QStringList{QStringLiteral("pg1")});
    Facts other = facts;
    other.owners.pop_back();
    truth = truthOf(address, other, state);
    QCOMPARE(truth.id, QStringLiteral("address_no_owner"));
    QVERIFY(truth.verdict == cluster::Verdict::Warning && truth.says.contains(QStringLiteral("pg2")));
    other.ownersUnasked[QStringLiteral("pg2")] = QStringLiteral("no route to host");
    QVERIFY(truthOf(address, other, state).id.isEmpty());
    // A wrong provider is told where nothing worse is.
    address.provider = QStringLiteral("host");
    truth = truthOf(address, facts, state);
    QCOMPARE(truth.id, QStringLiteral("address_owned"));
    QVERIFY(truth.remedy.contains(QStringLiteral("provider = \"keepalived\"")));
    Facts wrong = heldBy(snapshot, QStringLiteral("pg2"));
    wrong.owners = facts.owners;
    QCOMPARE(truthOf(address, wrong, state).id, QStringLiteral("address_leads_to_standby"));
    address.provider = QStringLiteral("keepalived");
    truth = truthOf(address, wrong, state);
    QCOMPARE(truth.id, QStringLiteral("address_leads_to_standby"));
    QVERIFY2(truth.remedy.startsWith(QStringLiteral("keepalived moves it")), qPrintable(truth.remedy));
}

QTEST_APPLESS_MAIN(TestAddressOwners)
#include "tst_addressowners.moc"
