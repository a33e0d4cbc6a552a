// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "cluster/clusterconfig.h"
#include "support/lab.h"
#include "support/providerdouble.h"

using namespace howdah;
using testsupport::Lab;
using testsupport::Output;
using testsupport::ProviderDouble;

/// repmgrd promotes by the script that the console writes, with nobody there, and the address at a provider follows: a
/// double on the bridge, since no real one can be had.
class TestPromoteFailover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void addressFollows();
    void busyProviderIsAskedAgain();
    void failedPromotionLeavesIt();
    void deadProviderKeepsNobodyFromThePromotion();

private:
    QString at(int node, const char *file) const
    {
        return QStringLiteral("%1/%2/%3").arg(m_lab->directory(), m_lab->node(node).name, QLatin1String(file));
    }
    QByteArray log(int node) const
    {
        QFile file(at(node, "repmgr.log"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QString script() const { return m_lab->directory() + QStringLiteral("/promote.sh"); }
    void writeScript();
    void configure(int node, const QByteArray &more = {});
    void startDaemons() const;
    std::pair<int, QByteArray> run(int node, const QStringList &arguments) const;
    bool isPrimary(int node) const
    {
        return m_lab->node(node).value(QStringLiteral("SELECT pg_is_in_recovery()")) == QLatin1String("f");
    }
    qsizetype posts() const
    {
        return std::count_if(m_provider->requests.begin(), m_provider->requests.end(),
                             [](const QByteArray &one) { return one.startsWith("POST"); });
    }

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<Lab> m_lab;
    std::unique_ptr<ProviderDouble> m_provider;
};

namespace {

/// While it runs, this process answers as the provider.
std::pair<int, QByteArray> ran(const QStringList &argv)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(argv.first(), argv.sliced(1));
    const bool ended = QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 90'000);
    return {ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAll()};
}

} // namespace

void TestPromoteFailover::init()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    m_directory = std::make_unique<QTemporaryDir>();
    auto lab = Lab::start(Lab::Variant::Repmgr, Lab::Options());
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    const QString subnet = m_lab->node(0).host.section(QLatin1Char('.'), 0, 2);
    m_provider = std::make_unique<ProviderDouble>(ProviderDouble::Style::DigitalOcean,
                                                  QHostAddress(subnet + QStringLiteral(".1")));
    m_provider->network = subnet.toLatin1();
    writeScript();
}

void TestPromoteFailover::cleanup()
{
    m_lab.reset();
    m_provider.reset();
}

/// As somebody does who sets it up: the token is on the console, and then in a file of each host.
void TestPromoteFailover::writeScript()
{
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = QStringLiteral("203.0.113.7");
    address.provider = QStringLiteral("digitalocean");
    config.addresses = {address};
    const QString file = m_directory->filePath(QStringLiteral("orders.toml"));
    QVERIFY(cluster::saveClusterFile(config, file));
    qputenv("DIGITALOCEAN_ACCESS_TOKEN", m_provider->token);
    qputenv("DIGITALOCEAN_API_URL", m_provider->url().toLatin1());
    const QStringList command{qEnvironmentVariable("HOWDAH_BINARY"),
                              QStringLiteral("address"),
                              file,
                              QStringLiteral("script"),
                              QStringLiteral("-o"),
                              script()};
    const auto [code, said] = ran(command);
    QVERIFY2(code == 0 && said.contains("promote_command="), said.constData());
    const auto [again, refused] = ran(command);
    QVERIFY2(again == 1 && refused.contains("is there already"), refused.constData());
    QFile saved(script());
    QVERIFY(saved.open(QIODevice::ReadOnly));
    const auto [told, json] = ran(command.first(4) + QStringList{QStringLiteral("write"), QStringLiteral("--json")});
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    QCOMPARE(object.value(QStringLiteral("result")).toString(), QStringLiteral("done"));
    const auto lines = [](const QString &text) { // but for the comments, which say where it is installed
        return text.split(QLatin1Char('\n')).filter(QRegularExpression(QStringLiteral("^[^#]")));
    };
    QCOMPARE(lines(object.value(QStringLiteral("script")).toString()), lines(QString::fromUtf8(saved.readAll())));
    const auto [clean, findings] = ran({command.first(), QStringLiteral("address"), QStringLiteral("lint"), script()});
    QVERIFY2(clean == 0 && findings == "No findings.\n", findings.constData());
    qunsetenv("DIGITALOCEAN_ACCESS_TOKEN");
    qunsetenv("DIGITALOCEAN_API_URL");
    const QFile::Permissions owner = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;
    QCOMPARE(QFile::permissions(script()) & QFile::Permissions(0x77), QFile::Permissions());
    QVERIFY(QFile::setPermissions(script(),
                                  owner | QFile::ReadOther | QFile::ExeOther | QFile::ReadGroup | QFile::ExeGroup));
    for (int node = 0; node < 2; ++node) {
        QFile secrets(at(node, "secrets"));
        QVERIFY(secrets.open(QIODevice::WriteOnly));
        secrets.write("DIGITALOCEAN_ACCESS_TOKEN=" + m_provider->token + "\n");
        secrets.close();
        QVERIFY(secrets.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(m_lab->exec(node, {QStringLiteral("chown"), QStringLiteral("postgres:"), secrets.fileName()}).ok());
    }
}

void TestPromoteFailover::configure(int node, const QByteArray &more)
{
    QFile file(m_lab->repmgrConfig(node));
    QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Append));
    const QString command =
        QStringLiteral("'%1 -f %2 -s %3").arg(script(), m_lab->repmgrConfig(node), at(node, "secrets"));
    file.write(QStringLiteral("log_file='%1'\npromote_command=%2'\nevent_notification_command=%2 event %n %e %s'\n"
                              "event_notifications='repmgrd_failover_promote,standby_promote,standby_switchover'\n")
                   .arg(at(node, "repmgr.log"), command)
                   .toUtf8() +
               more);
    file.close();
    const auto [code, said] = run(node, {QStringLiteral("check")});
    QVERIFY2(code == 0 && !said.contains("NOT OK"), said.constData());
    const auto [clean, findings] = ran({qEnvironmentVariable("HOWDAH_BINARY"), QStringLiteral("address"),
                                        QStringLiteral("lint"), m_lab->repmgrConfig(node)});
    QVERIFY2(clean == 0, findings.constData());
}

std::pair<int, QByteArray> TestPromoteFailover::run(int node, const QStringList &arguments) const
{
    return ran(m_lab->node(node).prefix +
               QStringList{script(), QStringLiteral("-f"), m_lab->repmgrConfig(node), QStringLiteral("-s"),
                           at(node, "secrets")} +
               arguments);
}

void TestPromoteFailover::startDaemons() const
{
    for (int node = 0; node < 3; ++node) {
        const Output started = testsupport::run(
            m_lab->node(node).prefix +
            QStringList{QStringLiteral("sh"), QStringLiteral("-c"),
                        QStringLiteral("exec \"$@\" >>\"$0\" 2>&1 </dev/null"), at(node, "repmgrd.log"),
                        m_lab->node(node).bin + QStringLiteral("/repmgrd"), QStringLiteral("-f"),
                        m_lab->repmgrConfig(node), QStringLiteral("--daemonize")});
        QVERIFY2(started.ok(), started.err.constData());
    }
    for (int node = 0; node < 3; ++node) {
        const auto isRunning = [this, node] {
            const Output asked = testsupport::run(
                {m_lab->node(node).bin + QStringLiteral("/psql"), QStringLiteral("-XAtq"), QStringLiteral("-d"),
                 m_lab->node(node).conninfo(QStringLiteral("postgres"), QStringLiteral("repmgr")), QStringLiteral("-c"),
                 QStringLiteral("SELECT repmgr.repmgrd_is_running()")});
            return asked.out.trimmed() == "t";
        };
        QTRY_VERIFY_WITH_TIMEOUT(isRunning(), 30'000);
    }
    m_provider->requests.clear();
}

void TestPromoteFailover::addressFollows()
{
    configure(0);
    configure(1);
    startDaemons();
    QVERIFY(m_lab->node(0).kill());
    QTRY_COMPARE_WITH_TIMEOUT(m_provider->holder, QByteArray("222"), 60'000);
    QVERIFY(isPrimary(1));
    QTRY_VERIFY2_WITH_TIMEOUT(log(1).contains("the address leads to db-b (222), this host"), log(1).constData(),
                              20'000);
    // repmgrd has taken it for what it was.
    QTRY_VERIFY2_WITH_TIMEOUT(log(1).contains("switching to primary monitoring mode"), log(1).constData(), 20'000);
    QVERIFY2(!log(1).contains("promote command failed") && !log(1).contains(m_provider->token), log(1).constData());
    // Whoever was the primary comes back as one, and takes nothing.
    QVERIFY(m_lab->node(0).start().ok());
    QVERIFY(isPrimary(0));
    const auto [code, said] = run(0, {QStringLiteral("move")});
    QVERIFY2(code == 1 && said.contains("another server is a primary of timeline 2, the one here of 1"),
             said.constData());
    QCOMPARE(m_provider->holder, QByteArray("222"));
    const auto [moved, again] = run(1, {QStringLiteral("move")});
    QVERIFY2(moved == 0 && again.contains("it leads here already") && again.contains("a former primary (timeline 1)"),
             again.constData());
}

void TestPromoteFailover::busyProviderIsAskedAgain()
{
    configure(0);
    configure(1);
    startDaemons();
    m_provider->upsets = {
        {"POST", 2,
         ProviderDouble::http(422,
                              R"({"id":"unprocessable_entity","message":"Droplet already has a pending event."})")},
        {"POST", 1, ProviderDouble::http(429, R"({"id":"too_many_requests"})", "retry-after: 1\r\n")}};
    QVERIFY(m_lab->node(0).kill());
    QTRY_COMPARE_WITH_TIMEOUT(m_provider->holder, QByteArray("222"), 60'000);
    QVERIFY(posts() >= 4);
    QVERIFY(isPrimary(1));
}

void TestPromoteFailover::failedPromotionLeavesIt()
{
    configure(0);
    configure(1, "service_promote_command='/bin/false'\npromote_check_timeout=2\n");
    startDaemons();
    QVERIFY(m_lab->node(0).kill());
    QTRY_VERIFY2_WITH_TIMEOUT(log(1).contains("PROMOTION FAILED"), log(1).constData(), 60'000);
    QTRY_VERIFY2_WITH_TIMEOUT(log(1).contains("promote command failed"), log(1).constData(), 20'000);
    QVERIFY(!isPrimary(1));
    QCOMPARE(m_provider->requests, QByteArrayList());
    QCOMPARE(m_provider->holder, QByteArray("111"));
}

void TestPromoteFailover::deadProviderKeepsNobodyFromThePromotion()
{
    configure(0);
    configure(1);
    startDaemons();
    m_provider->upsets = {{"", -1, ProviderDouble::http(503, "<html>down</html>")}};
    QVERIFY(m_lab->node(0).kill());
    QTRY_VERIFY2_WITH_TIMEOUT(log(1).contains("switching to primary monitoring mode"), log(1).constData(), 60'000);
    QVERIFY(isPrimary(1));
    QTRY_VERIFY2_WITH_TIMEOUT(log(1).contains("not moved yet (try 1)"), log(1).constData(), 90'000);
    QCOMPARE(m_provider->holder, QByteArray("111"));
    m_provider->upsets.clear();
    QTRY_COMPARE_WITH_TIMEOUT(m_provider->holder, QByteArray("222"), 60'000);
}

QTEST_GUILESS_MAIN(TestPromoteFailover)
#include "tst_promotefailover.moc"
