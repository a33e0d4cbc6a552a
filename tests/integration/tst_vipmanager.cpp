// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"
#include "support/labaddress.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::CommitClient;
using testsupport::Lab;

/// An address that vip-manager moves to whoever holds Patroni's leader key.
class TestVipManager : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void isShown();
    void isNotMovedByHand();
    void followsThereAndBack();
    void withoutHostsIsProvedAllTheSame();

private:
    ConsoleRun console(const QStringList &arguments) const
    {
        return integration::runConsole(arguments, m_directory.path());
    }
    ConsoleRun switchover(int to, const QStringList &more) const
    {
        return console(QStringList{QStringLiteral("switchover"), clusterFile(), QStringLiteral("--to"),
                                   m_lab->node(to).name, QStringLiteral("--json")} +
                       more);
    }
    QString clusterFile(bool hosts = true) const;
    void startVipManager(int node) const;
    QStringList holders() const { return testsupport::holdersOf(*m_lab); }
    bool isWhole() const;

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
};

void TestVipManager::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    Lab::Options options;
    options.etcd = 2; // what vip-manager 1 speaks
    auto lab = Lab::start(Lab::Variant::Patroni, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    for (int i = 0; i < m_lab->nodeCount(); ++i) {
        startVipManager(i);
    }
    QTRY_COMPARE_WITH_TIMEOUT(holders(), QStringList({m_lab->node(0).name}), 30'000);
}

/// In each of the ways that it can be told: a file, words, the environment.
void TestVipManager::startVipManager(int node) const
{
    const QString name = m_lab->node(node).name;
    QFile file(m_directory.filePath(name + QStringLiteral(".yml")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QString store = m_lab->node(0).host.section(QLatin1Char('.'), 0, 2) + QStringLiteral(".10");
    file.write(
        QStringLiteral("# of %1\ninterface: %2\nnetmask: %3\ntrigger-key: \"/service/orders/leader\" # ours\n"
                       "dcs-type: etcd\ndcs-endpoints:\n  - http://%4:2379\n%5")
            .arg(name, Lab::interface(), QString::number(Lab::prefixLength()), store,
                 node == 0 ? QStringLiteral("ip: '%1'\ntrigger-value: pg1\n").arg(m_lab->floatingAddress()) : QString())
            .toUtf8());
    file.close();
    const QStringList words{QStringLiteral("--ip=") + m_lab->floatingAddress(), QStringLiteral("--trigger-value"),
                            name};
    const QString given = QStringLiteral("VIP_IP=%1 VIP_TRIGGER_VALUE=%2").arg(m_lab->floatingAddress(), name);
    const auto started = m_lab->exec(
        node,
        QStringList{QStringLiteral("sh"), QStringLiteral("-c"),
                    QStringLiteral("file=$1; shift; %1 setsid vip-manager --config \"$file\" \"$@\" >\"$file.log\" "
                                   "2>&1 </dev/null &")
                        .arg(node == 2 ? given : QString()),
                    QStringLiteral("sh"), file.fileName()} +
            (node == 1 ? words : QStringList()));
    QVERIFY2(started.ok(), (started.out + started.err).constData());
}

QString TestVipManager::clusterFile(bool hosts) const
{
    cluster::ClusterConfig config = m_lab->config();
    if (!hosts) {
        config = integration::withoutHosts(config);
    }
    config.name = QStringLiteral("orders");
    config.addresses = {testsupport::writeAddress(*m_lab, QStringLiteral("vip-manager"))};
    const QString file = m_directory.filePath(hosts ? QStringLiteral("orders.toml") : QStringLiteral("blind.toml"));
    return cluster::saveClusterFile(config, file) ? file : QString();
}

bool TestVipManager::isWhole() const
{
    const int from = m_lab->primary();
    return from >= 0 && m_lab->node(from).value(
                            QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) ==
                            QLatin1String("2");
}

void TestVipManager::isShown()
{
    const ConsoleRun shown = console({QStringLiteral("address"), clusterFile(), QStringLiteral("--json")});
    QVERIFY2(shown.exitCode == 0, shown.text.constData());
    const QJsonObject address = shown.last().value(QStringLiteral("addresses")).toArray().first().toObject();
    QCOMPARE(address.value(QStringLiteral("holders")).toArray(), QJsonArray({m_lab->node(0).name}));
    QVERIFY2(address.value(QStringLiteral("verdict")).toString() == QLatin1String("ok"), shown.text.constData());
    const QJsonArray owners = address.value(QStringLiteral("owners")).toArray();
    QCOMPARE(owners.size(), 3);
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(owners[i].toObject().value(QStringLiteral("owner")).toString(), QStringLiteral("vip-manager"));
        QCOMPARE(owners[i].toObject().value(QStringLiteral("part")).toString(),
                 QStringLiteral("watches /service/orders/leader for %1").arg(m_lab->node(i).name));
    }
}

void TestVipManager::isNotMovedByHand()
{
    const ConsoleRun refused =
        console({QStringLiteral("address"), clusterFile(), QStringLiteral("assign"), QStringLiteral("write"),
                 m_lab->node(0).name, QStringLiteral("--yes"), QStringLiteral("--json")});
    QVERIFY2(refused.exitCode == 1, refused.text.constData());
    QCOMPARE(refused.check(QStringLiteral("address_owner")), QStringLiteral("failed"));
    QVERIFY2(refused.text.contains("Patroni's leader key") &&
                 refused.text.contains("howdah switchover CLUSTER --to pg1") &&
                 refused.text.contains("Switchover\xE2\x80\xA6"),
             refused.text.constData());
    QCOMPARE(holders(), QStringList({m_lab->node(0).name}));
}

void TestVipManager::followsThereAndBack()
{
    for (const int to : {1, 2, 0}) {
        QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 60'000);
        CommitClient client({QStringLiteral("host=%1 user=postgres dbname=postgres").arg(m_lab->floatingAddress())});
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 50, 15'000);
        const ConsoleRun ended = switchover(to, {QStringLiteral("--yes")});
        QVERIFY2(ended.exitCode == 0, ended.text.right(3000).constData());
        QCOMPARE(ended.check(QStringLiteral("address_follows")), QStringLiteral("passed"));
        QCOMPARE(m_lab->primary(), to);
        QCOMPARE(holders(), QStringList({m_lab->node(to).name}));
        const qint64 before = client.acknowledged();
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 20, 15'000);
        client.stop();
        qInfo("moved by vip-manager to pg%d: writes waited %.0f ms", to + 1, client.worstGapMs());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
    }
}

/// Who may run nothing on the hosts is warned, and sees by SQL where the address leads.
void TestVipManager::withoutHostsIsProvedAllTheSame()
{
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 60'000);
    const int to = m_lab->primary() == 0 ? 1 : 0;
    const ConsoleRun ended = console({QStringLiteral("switchover"), clusterFile(false), QStringLiteral("--to"),
                                      m_lab->node(to).name, QStringLiteral("--json"), QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 0, ended.text.right(3000).constData());
    QCOMPARE(ended.check(QStringLiteral("address_follows")), QStringLiteral("warning"));
    QCOMPARE(holders(), QStringList({m_lab->node(to).name}));
}

QTEST_GUILESS_MAIN(TestVipManager)
#include "tst_vipmanager.moc"
