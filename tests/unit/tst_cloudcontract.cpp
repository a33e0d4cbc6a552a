// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFileInfo>
#include <QProcess>
#include <QTcpServer>

#include "cloudbench.h"

using namespace howdah::unit;

/// DigitalOcean's own contract, served by Prism, which refuses every request that is not as the contract has it.
class TestCloudContract : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void moveIsAsTheContractHasIt();

private:
    QProcess m_prism;
    QString m_url;
};

void TestCloudContract::initTestCase()
{
    const QString contract =
        qEnvironmentVariable("HOWDAH_SOURCE_DIR") + QStringLiteral("/../shared/data/digitalocean-openapi.json");
    if (!QFileInfo::exists(contract)) {
        QSKIP("needs DigitalOcean's OpenAPI beside the checkout");
    }
    // What npm has here: no test reaches the internet.
    QProcess find;
    find.start(QStringLiteral("npx"), {QStringLiteral("--offline"), QStringLiteral("--yes"), QStringLiteral("-p"),
                                       QStringLiteral("@stoplight/prism-cli@5.14.2"), QStringLiteral("-c"),
                                       QStringLiteral("command -v prism")});
    const bool isOver = QTest::qWaitFor([&find] { return find.state() == QProcess::NotRunning; }, 30'000);
    const QString program = QString::fromLocal8Bit(find.readAllStandardOutput()).trimmed();
    if (!isOver || program.isEmpty()) {
        find.kill();
        find.waitForFinished();
        QSKIP("needs Prism (npx --yes @stoplight/prism-cli@5.14.2 --version), where this machine has it");
    }
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    const QString port = QString::number(free.serverPort());
    free.close();
    m_url = QStringLiteral("http://127.0.0.1:") + port;
    m_prism.setProcessChannelMode(QProcess::MergedChannels);
    m_prism.start(QStringLiteral("node"), {program, QStringLiteral("mock"), QStringLiteral("-h"),
                                           QStringLiteral("127.0.0.1"), QStringLiteral("-p"), port, contract});
    QByteArray said;
    const bool isUp = QTest::qWaitFor(
        [&] {
            said += m_prism.readAll();
            return said.contains("Prism is listening") || m_prism.state() == QProcess::NotRunning;
        },
        60'000);
    QVERIFY2(isUp && m_prism.state() != QProcess::NotRunning, said.right(500).constData());
}

void TestCloudContract::cleanupTestCase()
{
    m_prism.kill();
    m_prism.waitForFinished();
}

/// Of its examples one address leads nowhere in the list, and to droplet 3164444 when it is read alone.
void TestCloudContract::moveIsAsTheContractHasIt()
{
    Cloud cloud(Style::DigitalOcean);
    qputenv("DIGITALOCEAN_API_URL", m_url.toLatin1());
    cloud.hands.patienceMs = 5000;
    cloud.facts.config.addresses.front().ip = QStringLiteral("45.55.96.47");
    cloud.facts.config.nodes[0].conninfo = QStringLiteral("host=192.241.165.154");
    cloud.facts.config.nodes[1].conninfo = QStringLiteral("host=162.243.0.4");
    cloud.look();
    const auto &facts = cloud.facts.address.cloud;
    QVERIFY2(facts.isKnown(), qPrintable(facts.error.message));
    QCOMPARE(facts.machines.value(pg1).place.targetId, QStringLiteral("3164444"));
    QCOMPARE(facts.machines.value(pg2).place.targetId, QStringLiteral("3164459"));
    const Plan plan = cloud.plan();
    QVERIFY2(mayRun(plan, true), qPrintable(all(plan.checks)));
    cloud.run(plan);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QVERIFY(cloud.hands.told.filter(QStringLiteral("POST ")).size() == 1);
    // It is done at once, so that nobody asks after it; by hand, whether it could be asked after.
    QVERIFY(cloud.hands.told.filter(QStringLiteral("/actions/")).isEmpty());
    HttpRequest poll{
        QStringLiteral("GET"), m_url + QStringLiteral("/v2/reserved_ips/45.55.96.47/actions/72531856"), {}};
    poll.ask.provider = QStringLiteral("digitalocean");
    std::optional<int> status;
    cloud.hands.http(poll, 5000, [&](const Handed<HttpAnswer> &answer) { status = answer ? answer->status : 0; });
    QTRY_VERIFY(status.has_value());
    QCOMPARE(*status, 200);
}

QTEST_GUILESS_MAIN(TestCloudContract)
#include "tst_cloudcontract.moc"
