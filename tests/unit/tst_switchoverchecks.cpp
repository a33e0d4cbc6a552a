// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "operations/switchover/gather.h"
#include "operations/switchover/switchoverplan.h"
#include "operations/switchover/tryconnections.h"
#include "postgres/conninfo.h"
#include "switchoverfacts.h"

using namespace howdah::unit;
namespace cluster = howdah::cluster;
namespace hosts = howdah::hosts;
namespace postgres = howdah::postgres;

using Change = std::function<void(Facts &, cluster::Snapshot &)>;
Q_DECLARE_METATYPE(Change)

/// More of what a switchover is refused for, and what is made of what was found on a host.
class TestSwitchoverChecks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void checks_data();
    void checks();
    void hostOfAnotherServer_data();
    void hostOfAnotherServer();
    void hostKnownByASession();
    void connectionsAreJudged_data();
    void connectionsAreJudged();
    void followersConninfo();
    void hosts_data();
    void hosts();
    void backupsAreAskedFor();
    void doors_data();
    void doors();
};

namespace {

const QString kData = QStringLiteral("/data");

QString pidFile(int pid, qint64 startedS, int port)
{
    return QStringLiteral("%1\n/data\n%2\n%3\n/run/postgresql\n*\n  12345  7\n").arg(pid).arg(startedS).arg(port);
}

/// The same as it comes from the host.
QString hostPidFile(int pid, qint64 startedS, int port)
{
    return pidFile(pid, startedS, port).replace(QLatin1Char('\n'), QLatin1Char('|'));
}

hosts::HostFacts onHost()
{
    hosts::HostFacts facts;
    facts.settings = {.dataDirectory = kData,
                      .configFile = {},
                      .port = 5432,
                      .startedS = 1'700'000'003,
                      .pidFile = pidFile(4711, 1'700'000'000, 5432) + QStringLiteral("ready   \n")};
    facts.user = facts.owner = QStringLiteral("postgres");
    facts.uid = 101;
    facts.readable = facts.writable = facts.alive = true;
    facts.pid = 4711;
    facts.parentPid = 1;
    facts.initName = QStringLiteral("systemd");
    facts.pidFile = hostPidFile(4711, 1'700'000'000, 5432);
    facts.arguments = {QStringLiteral("/bin/postgres"), QStringLiteral("-D"), kData};
    facts.programs = {QStringLiteral("/bin/pg_ctl"), QStringLiteral("/bin/pg_controldata")};
    return facts;
}

void archiverOf(cluster::Snapshot &snapshot, int ready)
{
    setSetting(edit(snapshot, pg1), QStringLiteral("archive_mode"), QStringLiteral("on"));
    cluster::Archiver archiver;
    archiver.readyCount = ready;
    archiver.lastArchivedTime = edit(snapshot, pg1).serverTime;
    edit(snapshot, pg1).archiver = archiver;
}

cluster::Sender stranger(cluster::Snapshot &snapshot, const char *application, const char *state)
{
    cluster::Sender other = edit(snapshot, pg1).senders.front();
    other.pid += 1000;
    other.applicationName = QString::fromLatin1(application);
    other.slotName.clear();
    other.slotType.clear();
    other.clientAddr = QStringLiteral("10.9.9.9");
    other.state = QString::fromLatin1(state);
    return other;
}

} // namespace

void TestSwitchoverChecks::checks_data()
{
    QTest::addColumn<QString>("check");
    QTest::addColumn<QString>("result");
    QTest::addColumn<QString>("says");
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, const char *check, const char *result, const char *says,
                        const Change &change) {
        QTest::newRow(name) << QString::fromLatin1(check) << QString::fromLatin1(result) << QString::fromUtf8(says)
                            << change;
    };
    row("much is on the way", "candidate_flushed", "failed", "", [](Facts &, auto &s) {
        cluster::NodeSample &primary = edit(s, pg1);
        primary.currentLsn = cluster::Lsn{primary.currentLsn->value + (64ULL << 20)};
    });
    row("the archiver is behind", "archive", "warning", "16 waiting", [](Facts &, auto &s) { archiverOf(s, 16); });
    row("the archiver is far behind", "archive", "failed", "128 waiting", [](Facts &, auto &s) { archiverOf(s, 128); });
    row("the archiver keeps up", "archive", "passed", "15 waiting", [](Facts &, auto &s) { archiverOf(s, 15); });
    row("no walsender left", "candidate_room", "failed", "0 of 0 senders free",
        [](Facts &, auto &s) { setSetting(edit(s, pg2), QStringLiteral("max_wal_senders"), QStringLiteral("0")); });
    row("prepared transactions", "no_long_transaction", "warning", "2 prepared", [](Facts &, auto &s) {
        cluster::Activity activity;
        activity.states = cluster::SessionStates{};
        activity.preparedCount = 2;
        edit(s, pg1).activity = activity;
    });
    row("sessions unread", "no_long_transaction", "unknown", "",
        [](Facts &, auto &s) { edit(s, pg1).activity.reset(); });
    row("backups unread", "no_base_backup", "unknown", "",
        [](Facts &, auto &s) { edit(s, pg2).unreadable.insert(QStringLiteral("base_backups"), {}); });
    row("a backup tool is at it", "no_base_backup", "failed", "pg1: pgBackRest [backup]",
        [](Facts &f, auto &) { f.nodes[pg1].sql.backups = {QStringLiteral("pgBackRest [backup]")}; });
    row("a backup is streamed", "walsenders_known", "warning", "backups 1, unknown 0: pg_receivewal",
        [](Facts &, auto &s) { edit(s, pg1).senders.push_back(stranger(s, "pg_receivewal", "streaming")); });
    row("somebody unknown", "walsenders_known", "warning", "backups 0, unknown 1: whoever",
        [](Facts &, auto &s) { edit(s, pg1).senders.push_back(stranger(s, "whoever", "streaming")); });
    row("somebody unknown is silent", "walsenders_known", "failed", "whoever", [](Facts &, auto &s) {
        cluster::Sender other = stranger(s, "whoever", "streaming");
        other.replyTime = edit(s, pg1).serverTime.addSecs(-50);
        edit(s, pg1).senders.push_back(other);
    });
    for (const int ago : {1, 50}) { // a standby that this console can't ask, and its primary hears
        row(ago < 10 ? "who can't be asked replies" : "who can't be asked is silent", "walsenders_known",
            ago < 10 ? "passed" : "failed", ago < 10 ? "standbys 2" : "no reply for 12 s or longer: pg3",
            [ago](Facts &f, auto &s) {
                s = withSibling();
                f.nodes.insert(pg3, able(pg3));
                senderOf(edit(s, pg1), pg3)->replyTime = edit(s, pg1).serverTime.addSecs(-ago);
                s.nodes.back().link = cluster::LinkState::Unreachable; // from here alone
            });
    }
    using Came = Connection::Came;
    const auto came = [](const QString &from, Came how, const char *said) {
        return [=](Facts &f, auto &s) {
            s = withSibling();
            f.nodes.insert(pg3, able(pg3));
            f.nodes[from].connections[pg2] = {how, QString::fromUtf8(said)};
        };
    };
    row("followers get in", "followers_connect", "passed", "pg1, pg3", came(pg1, Came::In, "came in"));
    row("a firewall keeps the old primary out", "followers_connect", "failed", "pg1: timeout expired",
        came(pg1, Came::Nowhere, "timeout expired"));
    row("another cluster answers the sibling", "followers_connect", "failed", "pg3: another",
        came(pg3, Came::Nowhere, "another cluster's server"));
    row("its password was not tried", "followers_connect", "passed", "pg1 (its password was not tried), pg3",
        came(pg1, Came::ToPassword, "is asked for its password"));
    row("nobody knows", "followers_connect", "warning", "pg3: certificate", came(pg3, Came::Unclear, "certificate"));
    row("the old primary's host can't try", "followers_connect", "warning", "not tried from pg1",
        [](Facts &f, auto &) { f.nodes[pg1].connections.clear(); });
    row("a sibling's host could not try", "followers_connect", "warning", "not tried from pg3 (no answer)",
        came(pg3, Came::Untried, "no answer"));
    row("a sibling's host takes no commands", "followers_connect", "passed", "pg1; not tried from pg3",
        [came](Facts &f, auto &s) {
            came(pg3, Came::Untried, "")(f, s);
            f.nodes[pg3].host = HostAccess{.error = QStringLiteral("no command")};
        });
    row("who is at a backup can't be seen", "no_base_backup", "unknown", "on every node",
        [](Facts &f, auto &) { f.nodes[pg1].sql.seesSessions = false; });
    row("its program that proves the stop is missing", "start_stop", "failed", "no pg_controldata",
        [](Facts &f, auto &) { f.nodes[pg1].host.pgControlData.clear(); });
    row("a host that nobody could look at", "not_managed", "passed", "by the cluster file alone on pg2",
        [](Facts &f, auto &) { f.nodes[pg2].host.user.clear(); });
    row("its host is likely, not proved", "host_command", "warning", "likely by port",
        [](Facts &f, auto &) { f.nodes[pg1].host.isSurelyTheServers = false; });
    row("pg_rewind would find torn pages", "rewindable", "warning", "full_page_writes is off",
        [](Facts &, auto &s) { setSetting(edit(s, pg1), QStringLiteral("full_page_writes"), QStringLiteral("off")); });
    row("a failover slot", "slots", "warning", "a failover slot that pg2 has not synced yet", [](Facts &, auto &s) {
        cluster::Slot slot;
        slot.slotName = QStringLiteral("analytics_cdc");
        slot.slotType = QStringLiteral("logical");
        slot.failover = true;
        edit(s, pg1).replicationSlots.push_back(slot);
    });
    row("a failover slot that is synced", "slots", "passed", "synced on pg2", [](Facts &, auto &s) {
        cluster::Slot slot;
        slot.slotName = QStringLiteral("analytics_cdc");
        slot.slotType = QStringLiteral("logical");
        slot.failover = true;
        edit(s, pg1).replicationSlots.push_back(slot);
        slot.synced = true;
        edit(s, pg2).replicationSlots.push_back(slot);
    });
    row("a start takes over what was not reloaded", "pending_restart", "warning",
        "a restart changes shared_preload_libraries to nonesuch, archive_mode", [](Facts &f, auto &) {
            f.nodes[pg1].sql.startChanges = {{QStringLiteral("shared_preload_libraries"), QStringLiteral("nonesuch")}};
            f.nodes[pg1].sql.waitForRestart = {QStringLiteral("shared_preload_libraries"),
                                               QStringLiteral("archive_mode")};
        });
    row("it would not start as a standby", "pending_restart", "failed",
        "a restart changes max_connections to 5, below what pg2 has", [](Facts &f, auto &) {
            f.nodes[pg1].sql.startChanges = {{QStringLiteral("max_connections"), QStringLiteral("5")}};
        });
    row("it would not start at all", "pending_restart", "failed", "it would not start: postgresql.conf:8: syntax error",
        [](Facts &f, auto &) { f.nodes[pg1].sql.fileErrors = {QStringLiteral("postgresql.conf:8: syntax error")}; });
    row("a copy that is not ready", "slots", "warning", "a failover slot that pg2 has not synced yet",
        [](Facts &, auto &s) {
            cluster::Slot slot;
            slot.slotName = QStringLiteral("analytics_cdc");
            slot.slotType = QStringLiteral("logical");
            slot.failover = true;
            edit(s, pg1).replicationSlots.push_back(slot);
            slot.synced = slot.temporary = true;
            edit(s, pg2).replicationSlots.push_back(slot);
        });
    row("a sibling's slot is lost on the candidate", "siblings", "failed", "pg3: its slot pg3 cannot be used on pg2",
        [](Facts &f, auto &s) {
            s = withSibling();
            f.nodes.insert(pg3, able(pg3));
            setSetting(edit(s, pg3), QStringLiteral("primary_slot_name"), pg3);
            cluster::Slot slot;
            slot.slotName = pg3;
            slot.slotType = QStringLiteral("physical");
            slot.walStatus = QStringLiteral("lost");
            edit(s, pg2).replicationSlots.push_back(slot);
        });
    row("a sibling of version 12", "siblings", "failed", "before version 13 it must be restarted",
        [](Facts &f, auto &s) {
            s = withSibling();
            f.nodes.insert(pg3, able(pg3));
            f.nodes[pg3] = able(pg3);
            edit(s, pg3).serverVersionNum = 120000;
        });
    row("its command leads elsewhere", "host_command", "failed", "another server runs", [](Facts &f, auto &) {
        f.nodes[pg1].host = HostAccess{.foreign = QStringLiteral("another server runs in /data on that host")};
    });
}

void TestSwitchoverChecks::checks()
{
    QFETCH(QString, check);
    QFETCH(QString, result);
    QFETCH(QString, says);
    QFETCH(Change, change);
    const Plan plan = planAfter(change);
    QVERIFY2(found(plan.checks, check) == result, qPrintable(all(plan.checks)));
    QVERIFY2(all(plan.checks).contains(says), qPrintable(all(plan.checks)));
    QCOMPARE(mayRun(plan, true), result == QLatin1String("warning") || result == QLatin1String("passed"));
    for (const Check &one : plan.checks) {
        QVERIFY2(one.result == CheckResult::Passed || !one.remedy.isEmpty(), qPrintable(one.id));
    }
}

void TestSwitchoverChecks::hostOfAnotherServer_data()
{
    QTest::addColumn<hosts::HostFacts>("facts");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, const char *why, const std::function<void(hosts::HostFacts &)> &change) {
        hosts::HostFacts facts = onHost();
        change(facts);
        QTest::newRow(name) << facts << QString::fromLatin1(why);
    };
    row("the same", "", [](auto &) {});
    row("its state is another by now", "", [](auto &f) { f.settings.pidFile += QStringLiteral("standby\n"); });
    row("another process", "another server runs in /data on that host: process 815, port 5432",
        [](auto &f) { f.pidFile = hostPidFile(815, 1'700'000'000, 5432); });
    row("started at another time", "another server runs in /data on that host",
        [](auto &f) { f.pidFile = hostPidFile(4711, 1'700'000'001, 5432); });
    row("another port", "another server runs in /data on that host",
        [](auto &f) { f.pidFile = hostPidFile(4711, 1'700'000'000, 5433); });
    row("none runs", "no server runs in /data on that host", [](auto &f) { f.pidFile.clear(); });
    row("the directory can't be read", "", [](auto &f) {
        f.pidFile.clear();
        f.readable = false;
    });
    row("by its start alone", "", [](auto &f) { f.settings.pidFile.clear(); });
    row("started an hour before", "another server runs in /data on that host", [](auto &f) {
        f.settings.pidFile.clear();
        f.pidFile = hostPidFile(4711, 1'700'000'000 - 3600, 5432);
    });
    row("started after it answered", "another server runs in /data on that host", [](auto &f) {
        f.settings.pidFile.clear();
        f.pidFile = hostPidFile(4711, 1'700'000'010, 5432);
    });
    row("nothing is known of the server", "", [](auto &f) {
        f.settings.pidFile.clear();
        f.settings.startedS = 0;
    });
}

/// Every node of a cluster has the same directory, as a rule: only what is in it tells whose host a command leads to.
void TestSwitchoverChecks::hostOfAnotherServer()
{
    QFETCH(hosts::HostFacts, facts);
    QFETCH(QString, why);
    const QString said = facts.whyAnotherServer();
    QVERIFY2(why.isEmpty() ? said.isEmpty() : said.startsWith(why), qPrintable(said));
    cluster::NodeConfig config;
    config.command = {QStringLiteral("ssh"), QStringLiteral("h")};
    const HostAccess access = hostAccessFrom(facts, config);
    QCOMPARE(access.foreign.isEmpty(), why.isEmpty());
    QCOMPARE(access.isSurelyTheServers, why.isEmpty() && !facts.settings.pidFile.isEmpty() && !facts.pidFile.isEmpty());
    QVERIFY(why.isEmpty() || !access.isPossible());
}

/// Where SQL may not read postmaster.pid, a session of the server's must be one of its processes there.
void TestSwitchoverChecks::hostKnownByASession()
{
    hosts::HostFacts facts = onHost();
    facts.settings.pidFile.clear();
    QVERIFY(!facts.isSurelyTheServers());
    facts.settings.sessionPid = 5000;
    facts.settings.sessionPeer = QStringLiteral("(41234)");
    facts.sessionParentPid = 4711;
    facts.sessionTitle = QStringLiteral("postgres: dba postgres 10.0.0.5(41234) idle  ");
    QVERIFY(facts.isSurelyTheServers());
    QVERIFY(facts.whyAnotherServer().isEmpty());
    facts.sessionTitle = QStringLiteral("postgres: dba postgres 10.0.0.5(41234)");
    QVERIFY(facts.isSurelyTheServers());
    facts.sessionTitle = QStringLiteral("postgres: dba postgres 10.0.0.5(41235) idle"); // as in another container
    QVERIFY(!facts.isSurelyTheServers());
    facts.sessionTitle = QStringLiteral("postgres: dba postgres 10.0.0.5(41234) idle");
    facts.sessionParentPid = 1;
    QVERIFY(!facts.isSurelyTheServers());
    facts.sessionParentPid = 4711;
    facts.pidFile = hostPidFile(4711, 1'700'000'000 - 3600, 5432); // another one, whatever else fits
    QVERIFY(!facts.isSurelyTheServers());
}

void TestSwitchoverChecks::connectionsAreJudged_data()
{
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("said");
    QTest::addColumn<bool>("mayHavePassword");
    QTest::addColumn<int>("came");
    QTest::addColumn<QString>("evidence");
    using Came = Connection::Came;
    const auto row = [](const char *name, int exitCode, const char *said, bool password, Came came,
                        const char *evidence) {
        QTest::newRow(name) << exitCode << QString::fromUtf8(said) << password << static_cast<int>(came)
                            << QString::fromUtf8(evidence);
    };
    row("in", 0, "7391|2|0/3000060|", false, Came::In, "came in");
    row("elsewhere", 0, "7392|2|0/3000060|", false, Came::Nowhere, "another cluster's server");
    row("in, and nothing said", 0, "", false, Came::Unclear, "is not known");
    row("pg_hba", 2,
        "psql: error: connection to server at \"10.0.0.12\", port 5432 failed: FATAL:  no pg_hba.conf entry for "
        "replication connection from host \"10.0.0.11\", user \"replicator\", no encryption",
        true, Came::Nowhere, "no pg_hba.conf entry");
    row("refused", 2,
        "psql: error: connection to server at \"10.0.0.12\", port 5432 failed: Connection refused Is the server "
        "running",
        true, Came::Nowhere, "Connection refused");
    row("firewall", 2, "psql: error: connection to server at \"h\", port 5432 failed: timeout expired", true,
        Came::Nowhere, "timeout expired");
    row("name", 2, "psql: error: could not translate host name \"db2\" to address: Name or service not known", false,
        Came::Nowhere, "could not translate host name");
    row("password of the conninfo", 2, "psql: error: failed: fe_sendauth: no password supplied", true, Came::ToPassword,
        "is asked for its password");
    row("password of nobody", 2, "psql: error: failed: fe_sendauth: no password supplied", false, Came::Unclear,
        ".pgpass");
    row("wrong in .pgpass", 2, "failed: FATAL:  password authentication failed for user \"replicator\"", false,
        Came::Nowhere, "password authentication failed");
    row("wrong in .pgpass, another in the conninfo", 2,
        "failed: FATAL:  password authentication failed for user \"replicator\"", true, Came::ToPassword, "");
    row("no walsender left", 2,
        "failed: FATAL:  number of requested standby connections exceeds max_wal_senders (currently 10)", false,
        Came::Unclear, "max_wal_senders");
    row("certificate", 2, "failed: SSL error: certificate verify failed", false, Came::Unclear, "certificate");
    row("no psql", 127, "", false, Came::Unclear, "code 127");
    row("a secret is not passed on", 2, "failed: FATAL:  whatever password=hunter2", false, Came::Unclear, "password=");
}

void TestSwitchoverChecks::connectionsAreJudged()
{
    QFETCH(int, exitCode);
    QFETCH(QString, said);
    QFETCH(bool, mayHavePassword);
    const Connection tried = connectionFrom(exitCode, said, QStringLiteral("7391"), mayHavePassword);
    QTEST(static_cast<int>(tried.came), "came");
    QFETCH(QString, evidence);
    QVERIFY2(tried.evidence.contains(evidence), qPrintable(tried.evidence));
    QVERIFY(!tried.evidence.contains(QLatin1String("hunter2")));
}

/// As the walreceiver would connect, with neither a password nor a database.
void TestSwitchoverChecks::followersConninfo()
{
    cluster::Snapshot snapshot = withSibling();
    setSetting(edit(snapshot, pg2), QStringLiteral("primary_conninfo"),
               QStringLiteral("host=10.0.0.11 port=5433 user=replicator password=******** dbname=postgres "
                              "sslmode=require application_name='pg 2'"));
    const Facts facts = factsOf(snapshot);
    const auto conninfo = postgres::Conninfo::parse(followerConninfo(facts, 0, 1));
    QVERIFY(conninfo);
    QCOMPARE(conninfo->value(QStringLiteral("host")), snapshot.nodes[1].host);
    QCOMPARE(conninfo->value(QStringLiteral("port")), QStringLiteral("5432"));
    QCOMPARE(conninfo->value(QStringLiteral("user")), QStringLiteral("replicator"));
    QCOMPARE(conninfo->value(QStringLiteral("sslmode")), QStringLiteral("require"));
    QCOMPARE(conninfo->value(QStringLiteral("replication")), QStringLiteral("true"));
    QVERIFY(!conninfo->hasPassword());
    QVERIFY(!followerConninfo(facts, 0, 1).contains(QLatin1String("dbname")));
    QCOMPARE(postgres::Conninfo::parse(followerConninfo(facts, 2, 1))->value(QStringLiteral("sslmode")),
             QStringLiteral("prefer")); // as pg3's own says
    setSetting(edit(snapshot, pg2), QStringLiteral("primary_conninfo"), QString());
    QVERIFY(followerConninfo(factsOf(snapshot), 0, 1).isEmpty());
}

void TestSwitchoverChecks::hosts_data()
{
    QTest::addColumn<hosts::HostFacts>("facts");
    QTest::addColumn<QStringList>("rootCommand");
    QTest::addColumn<bool>("possible");
    QTest::addColumn<bool>("restarts");
    QTest::addColumn<QString>("stop");
    const auto unit = [](const char *restart) {
        hosts::HostFacts facts = onHost();
        facts.systemd = true;
        facts.unit = QStringLiteral("postgresql.service");
        facts.unitLoadState = QStringLiteral("loaded");
        facts.unitMainPid = facts.pid;
        facts.unitRestart = QString::fromLatin1(restart);
        facts.sudoSystemctl = true;
        return facts;
    };
    QTest::newRow("pg_ctl") << onHost() << QStringList() << true << false << QString();
    QTest::newRow("systemd, no restart") << unit("no") << QStringList() << true << false << QString();
    // Stopped in another way it would be started again at once.
    QTest::newRow("systemd, always") << unit("always") << QStringList() << true << false
                                     << QStringLiteral("sudo -n systemctl --no-block stop postgresql.service");
    QTest::newRow("systemd, always, root by another way")
        << unit("always") << QStringList{QStringLiteral("ssh"), QStringLiteral("root@h")} << true << true << QString();
    hosts::HostFacts container = onHost();
    container.pid = 1;
    container.pidFile = hostPidFile(1, 1'700'000'000, 5432);
    container.settings.pidFile = pidFile(1, 1'700'000'000, 5432);
    container.container = QStringLiteral("docker");
    // It ends with its server, and nothing can be looked at, or put into its files, until it runs again.
    QTest::newRow("a container's main process") << container << QStringList() << false << true << QString();
}

void TestSwitchoverChecks::hosts()
{
    QFETCH(hosts::HostFacts, facts);
    QFETCH(QStringList, rootCommand);
    QFETCH(bool, possible);
    QFETCH(bool, restarts);
    QFETCH(QString, stop);
    cluster::NodeConfig config;
    config.command = facts.container.isEmpty()
                         ? QStringList{QStringLiteral("ssh"), QStringLiteral("h")}
                         : QStringList{QStringLiteral("docker"), QStringLiteral("exec"), QStringLiteral("pg1")};
    config.rootCommand = rootCommand;
    const HostAccess access = hostAccessFrom(facts, config);
    QVERIFY2(access.isPossible() == possible, qPrintable(access.error + access.foreign));
    QCOMPARE(access.restartsByItself, restarts);
    QCOMPARE(access.stop.join(QLatin1Char(' ')), stop);
    if (!possible) {
        QVERIFY2(access.error.contains(QStringLiteral("container")), qPrintable(access.error));
    }
}

/// pg_is_in_backup() is not there any more from 15 on.
void TestSwitchoverChecks::backupsAreAskedFor()
{
    QVERIFY(rightsSql(140000).contains(QStringLiteral("pg_is_in_backup()")));
    QVERIFY(!rightsSql(150000).contains(QStringLiteral("pg_is_in_backup()")));
    Table table;
    table.columns = {QStringLiteral("role"), QStringLiteral("backups")};
    table.rows = {{QStringLiteral("dba"), QStringLiteral("pgBackRest [backup]\nprocess 7")}};
    QCOMPARE(accessFrom(table).backups.size(), 2);
}

void TestSwitchoverChecks::doors_data()
{
    QTest::addColumn<std::vector<HbaRule>>("rules");
    QTest::addColumn<int>("lets"); // 1, 0, or -1 for nobody knows
    const QString user = QStringLiteral("replicator");
    const auto row = [](const char *name, std::vector<HbaRule> rules, int lets) {
        QTest::newRow(name) << std::move(rules) << lets;
    };
    row("none", {}, 0);
    row("everybody", {hba(QStringLiteral("all"), QStringLiteral("all"), {})}, 1);
    row("net", {hba(user, QStringLiteral("10.0.0.0"), QStringLiteral("255.255.255.0"))}, 1);
    row("other net", {hba(user, QStringLiteral("10.0.1.0"), QStringLiteral("255.255.255.0"))}, 0);
    row("other user", {hba(QStringLiteral("app"), QStringLiteral("10.0.0.0"), QStringLiteral("255.255.255.0"))}, 0);
    row("first decides",
        {hba(user, QStringLiteral("10.0.0.12"), QStringLiteral("255.255.255.255"), QStringLiteral("reject")),
         hba(user, QStringLiteral("all"), {})},
        0);
    row("group", {hba(QStringLiteral("+repl"), QStringLiteral("all"), {})}, -1);
    row("host name", {hba(user, QStringLiteral(".example.com"), {})}, -1);
    row("same net", {hba(user, QStringLiteral("samenet"), {})}, -1);
    row("version 6", {hba(user, QStringLiteral("fd00::"), QStringLiteral("ffff::"))}, 0);
    HbaRule database = hba(user, QStringLiteral("all"), {});
    database.databases = {QStringLiteral("all")}; // does not mean replication
    row("all databases", {database}, 0);
    HbaRule invalid = hba(user, QStringLiteral("all"), {});
    invalid.error = QStringLiteral("invalid authentication method");
    row("invalid line", {invalid}, 0);
}

void TestSwitchoverChecks::doors()
{
    QFETCH(std::vector<HbaRule>, rules);
    QFETCH(int, lets);
    const auto answer = letsReplicate(rules, QStringLiteral("replicator"), QStringLiteral("10.0.0.12"));
    QCOMPARE(answer ? static_cast<int>(*answer) : -1, lets);
}

QTEST_GUILESS_MAIN(TestSwitchoverChecks)
#include "tst_switchoverchecks.moc"
