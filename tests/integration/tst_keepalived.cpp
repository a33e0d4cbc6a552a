// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"
#include "support/labaddress.h"
#include "support/labsql.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::CommitClient;
using testsupport::Lab;

/// An address that keepalived moves on the hosts, by asking each whether its server is the primary.
class TestKeepalived : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void isShown();
    void isNotMovedByHand();
    void otherProviderRefuses();
    void followsThereAndBack();
    void runbookWaitsAsWell();
    void thatDoesNotFollowIsTold();
    void withoutItOnTheCandidateRefuses();

private:
    ConsoleRun console(const QStringList &arguments) const
    {
        return integration::runConsole(arguments, m_directory.path());
    }
    QString clusterFile(const QString &provider) const;
    void startKeepalived(int node) const;
    bool stopKeepalived(int node) const;
    QStringList holders() const { return testsupport::holdersOf(*m_lab); }
    void awaitWhole() const;

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
};

void TestKeepalived::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    Lab::Options options;
    options.cascading = false;
    auto lab = Lab::start(Lab::Variant::Plain, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    for (int i = 0; i < m_lab->nodeCount(); ++i) {
        startKeepalived(i);
    }
    QTRY_COMPARE_WITH_TIMEOUT(holders(), QStringList({m_lab->node(0).name}), 30'000);
}

/// As a person would write it: the host whose server takes writes has it, all others have a fault.
void TestKeepalived::startKeepalived(int node) const
{
    const testsupport::LabServer &server = m_lab->node(node);
    const QString own = m_directory.filePath(server.name);
    QFile script(own + QStringLiteral(".sh")), conf(own + QStringLiteral(".conf"));
    QVERIFY(script.open(QIODevice::WriteOnly | QIODevice::Truncate));
    script.write(QStringLiteral("#!/bin/sh\n[ \"$('%1/psql' -X -At -d '%2' -c 'SELECT pg_is_in_recovery()')\" = f ]\n")
                     .arg(server.bin, server.conninfo(QStringLiteral("postgres")))
                     .toUtf8());
    script.close();
    script.setPermissions(script.permissions() | QFile::ExeOwner | QFile::ExeUser);
    QVERIFY(conf.open(QIODevice::WriteOnly | QIODevice::Truncate));
    conf.write(QStringLiteral("global_defs {\n  router_id %1\n  script_user root\n}\n"
                              "vrrp_script primary {\n  script \"%2\" # asks the server\n  interval 1\n  timeout 1\n"
                              "  rise 1\n  fall 1\n  init_fail\n}\n"
                              "vrrp_instance write {\n  state BACKUP\n  interface %3\n  virtual_router_id 51\n"
                              "  priority %4\n  version 3\n  advert_int 0.2\n"
                              "  virtual_ipaddress {\n    %5/%6 dev %3\n  }\n  track_script {\n    primary\n  }\n}\n")
                   .arg(server.name, script.fileName(), Lab::interface())
                   .arg(100 + node)
                   .arg(m_lab->floatingAddress())
                   .arg(Lab::prefixLength())
                   .toUtf8());
    conf.close();
    // In the background it would keep our pipes open.
    const auto started = m_lab->exec(
        node,
        {QStringLiteral("sh"), QStringLiteral("-c"),
         QStringLiteral("keepalived --vrrp -f \"$1.conf\" -p \"$1.pid\" -r \"$1.vrrp\" >\"$1.log\" 2>&1 </dev/null"),
         QStringLiteral("sh"), own});
    QVERIFY2(started.ok(), (started.out + started.err).constData());
}

bool TestKeepalived::stopKeepalived(int node) const
{
    QFile pid(m_directory.filePath(m_lab->node(node).name + QStringLiteral(".pid")));
    if (!pid.open(QIODevice::ReadOnly)) {
        return false;
    }
    const QString number = QString::fromLatin1(pid.readAll().trimmed());
    return testsupport::run({QStringLiteral("kill"), number}).ok() &&
           QTest::qWaitFor([&] { return !QFile::exists(QStringLiteral("/proc/") + number); }, 20'000);
}

QString TestKeepalived::clusterFile(const QString &provider) const
{
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = cluster::ManagerKind::None;
    config.addresses = {testsupport::writeAddress(*m_lab, provider)};
    const QString file = m_directory.filePath(provider + QStringLiteral(".toml"));
    return cluster::saveClusterFile(config, file) ? file : QString();
}

void TestKeepalived::awaitWhole() const
{
    QTRY_VERIFY_WITH_TIMEOUT(m_lab->primary() >= 0, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(m_lab->node(m_lab->primary())
                                  .value(QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = "
                                                        "'streaming'")),
                              QStringLiteral("2"), 20'000);
}

void TestKeepalived::isShown()
{
    const ConsoleRun shown =
        console({QStringLiteral("address"), clusterFile(QStringLiteral("keepalived")), QStringLiteral("--json")});
    QVERIFY2(shown.exitCode == 0, shown.text.constData());
    const QJsonObject address = shown.last().value(QStringLiteral("addresses")).toArray().first().toObject();
    QCOMPARE(address.value(QStringLiteral("holders")).toArray(), QJsonArray({m_lab->node(0).name}));
    QCOMPARE(address.value(QStringLiteral("answers")).toString(), m_lab->node(0).name);
    QVERIFY2(address.value(QStringLiteral("verdict")).toString() == QLatin1String("ok"), shown.text.constData());
    // Of each host its own, although their processes are all seen on each.
    const QJsonArray owners = address.value(QStringLiteral("owners")).toArray();
    QCOMPARE(owners.size(), 3);
    for (int i = 0; i < 3; ++i) {
        const QJsonObject owner = owners[i].toObject();
        QCOMPARE(owner.value(QStringLiteral("node")).toString(), m_lab->node(i).name);
        QCOMPARE(owner.value(QStringLiteral("owner")).toString(), QStringLiteral("keepalived"));
        QCOMPARE(owner.value(QStringLiteral("file")).toString(),
                 m_directory.filePath(m_lab->node(i).name + QStringLiteral(".conf")));
        QCOMPARE(owner.value(QStringLiteral("part")).toString(),
                 QStringLiteral("vrrp_instance write, state BACKUP, priority %1").arg(100 + i));
        QCOMPARE(owner.value(QStringLiteral("follows_primary")).toBool(), true);
    }
}

void TestKeepalived::isNotMovedByHand()
{
    const ConsoleRun refused =
        console({QStringLiteral("address"), clusterFile(QStringLiteral("keepalived")), QStringLiteral("assign"),
                 QStringLiteral("write"), m_lab->node(0).name, QStringLiteral("--yes"), QStringLiteral("--json")});
    QVERIFY2(refused.exitCode == 1, refused.text.constData());
    QCOMPARE(refused.check(QStringLiteral("address_owner")), QStringLiteral("failed"));
    QVERIFY2(refused.text.contains("it is keepalived's") && refused.text.contains("howdah switchover CLUSTER --to pg1"),
             refused.text.constData());
    QCOMPARE(holders(), QStringList({m_lab->node(0).name}));
}

/// The cluster file says that the console moves it, and keepalived would take it back.
void TestKeepalived::otherProviderRefuses()
{
    const QString file = clusterFile(QStringLiteral("host"));
    const ConsoleRun refused = console({QStringLiteral("switchover"), file, QStringLiteral("--to"), m_lab->node(1).name,
                                        QStringLiteral("--yes"), QStringLiteral("--json")});
    QVERIFY2(refused.exitCode == 1, refused.text.constData());
    QCOMPARE(refused.check(QStringLiteral("address_owner")), QStringLiteral("failed"));
    QVERIFY2(refused.text.contains("vrrp_instance write"), refused.text.constData());
    const ConsoleRun shown = console({QStringLiteral("address"), file, QStringLiteral("--json")});
    QCOMPARE(shown.last()
                 .value(QStringLiteral("addresses"))
                 .toArray()
                 .first()
                 .toObject()
                 .value(QStringLiteral("finding"))
                 .toString(),
             QStringLiteral("address_owned"));
    QCOMPARE(m_lab->primary(), 0);
}

void TestKeepalived::followsThereAndBack()
{
    for (const int to : {1, 0}) {
        awaitWhole();
        QTRY_COMPARE_WITH_TIMEOUT(holders(), QStringList({m_lab->node(m_lab->primary()).name}), 30'000);
        CommitClient client({QStringLiteral("host=%1 user=postgres dbname=postgres").arg(m_lab->floatingAddress())});
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 50, 15'000);
        const ConsoleRun ended =
            console({QStringLiteral("switchover"), clusterFile(QStringLiteral("keepalived")), QStringLiteral("--to"),
                     m_lab->node(to).name, QStringLiteral("--yes"), QStringLiteral("--json")});
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        QCOMPARE(ended.check(QStringLiteral("address_follows")), QStringLiteral("passed"));
        QCOMPARE(m_lab->primary(), to);
        // Seen by the console before it was done: nobody waits here.
        QCOMPARE(holders(), QStringList({m_lab->node(to).name}));
        const qint64 before = client.acknowledged();
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 20, 15'000);
        client.stop();
        qInfo("moved by keepalived to pg%d: writes waited %.0f ms", to + 1, client.worstGapMs());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
    }
}

void TestKeepalived::runbookWaitsAsWell()
{
    awaitWhole();
    const QString script = m_directory.filePath(QStringLiteral("runbook.sh"));
    const int to = m_lab->primary() == 0 ? 1 : 0;
    const ConsoleRun dry = console({QStringLiteral("switchover"), clusterFile(QStringLiteral("keepalived")),
                                    QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--dry-run"),
                                    QStringLiteral("--runbook"), script, QStringLiteral("--json")});
    QVERIFY2(dry.exitCode == 0, dry.text.constData());
    const auto ran = testsupport::run({QStringLiteral("sh"), script}, 120'000);
    QVERIFY2(ran.ok(), (ran.out + ran.err).right(2000).constData());
    QCOMPARE(m_lab->primary(), to);
    QCOMPARE(holders(), QStringList({m_lab->node(to).name}));
}

/// Its script says no wherever the primary is: nobody waits for ever, and what is left is said and can be finished.
void TestKeepalived::thatDoesNotFollowIsTold()
{
    awaitWhole();
    const int from = m_lab->primary();
    const int to = from == 0 ? 1 : 0;
    QTRY_COMPARE_WITH_TIMEOUT(holders(), QStringList({m_lab->node(from).name}), 30'000);
    const QString script = m_directory.filePath(m_lab->node(to).name + QStringLiteral(".sh"));
    // One that is not there would be as good as none: keepalived goes on without it.
    const QString good = script + QStringLiteral(".good");
    QVERIFY(testsupport::run({QStringLiteral("cp"), QStringLiteral("-p"), script, good}).ok());
    QFile no(script);
    QVERIFY(no.open(QIODevice::WriteOnly | QIODevice::Truncate));
    no.write("#!/bin/sh\nexit 1\n");
    no.close();
    const QString file = clusterFile(QStringLiteral("keepalived"));
    const ConsoleRun ended = console({QStringLiteral("switchover"), file, QStringLiteral("--to"), m_lab->node(to).name,
                                      QStringLiteral("--yes"), QStringLiteral("--json")});
    QVERIFY2(ended.exitCode == 3, ended.text.right(2000).constData());
    const QByteArray remains =
        QJsonDocument(ended.last().value(QStringLiteral("remains")).toArray()).toJson(QJsonDocument::Compact);
    QVERIFY2(remains.contains("keepalived moves it, nobody else") && !remains.contains("by hand"), remains.constData());
    QCOMPARE(m_lab->primary(), to);
    QCOMPARE(holders(), QStringList());
    QVERIFY(testsupport::run({QStringLiteral("mv"), good, script}).ok());
    QTRY_COMPARE_WITH_TIMEOUT(holders(), QStringList({m_lab->node(to).name}), 30'000);
    const ConsoleRun finished =
        console({QStringLiteral("journal"), file, QStringLiteral("resume"), QStringLiteral("--json")});
    QVERIFY2(finished.exitCode == 0, finished.text.right(2000).constData());
}

void TestKeepalived::withoutItOnTheCandidateRefuses()
{
    awaitWhole();
    QVERIFY(stopKeepalived(2));
    const QString file = clusterFile(QStringLiteral("keepalived"));
    const ConsoleRun refused = console({QStringLiteral("switchover"), file, QStringLiteral("--to"), m_lab->node(2).name,
                                        QStringLiteral("--yes"), QStringLiteral("--json")});
    QVERIFY2(refused.exitCode == 1, refused.text.constData());
    QVERIFY2(refused.text.contains("keepalived does not run there"), refused.text.constData());
    const ConsoleRun checked = console({QStringLiteral("check"), file, QStringLiteral("--json")});
    QVERIFY2(checked.text.contains("address_no_owner:write"), checked.text.constData());
    QVERIFY(m_lab->primary() != 2);
    startKeepalived(2);
}

QTEST_GUILESS_MAIN(TestKeepalived)
#include "tst_keepalived.moc"
