// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>

#include "consolerun.h"
#include "support/lab.h"
#include "support/localcluster.h"
#include "unit/cloudbench.h"

using namespace howdah::unit;
using howdah::core::Error;
using howdah::integration::ConsoleRun;
using howdah::testsupport::Lab;
using howdah::testsupport::LocalCluster;

namespace {

const QString kOutside = QStringLiteral("203.0.113.");

/// The move to the primary; what takes it back has its time, for Neutron takes its own.
Plan patient(Cloud &cloud, int stepMs)
{
    Plan plan = cloud.plan(stepMs);
    for (Step &step : plan.steps) {
        for (Action &action : step.undo) {
            action.deadlineMs = 30'000;
        }
    }
    return plan;
}

/// Whether a token that is given now is taken.
bool isLetIn(const Cloud &cloud)
{
    WireHands fresh;
    fresh.patienceMs = 20'000;
    std::optional<address::CloudFacts> found;
    address::CloudLook asks(cloud.facts.config.addresses.front(), fresh);
    asks.start(cloud.facts.config.nodes, [&](const address::CloudFacts &one) { found = one; });
    return QTest::qWaitFor([&] { return found.has_value(); }, 30'000) && found->isKnown();
}

} // namespace

/// Addresses of the real Neutron, moved by whoever the real Keystone lets in.
class TestOpenStack : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void movesFromPortToPortAndBack_data();
    void movesFromPortToPortAndBack();
    void tokenThatIsTakenBackIsReplaced();
    void wrongPasswordIsAskedOnce();
    void credentialThatMayOnlyReadMovesNothing();
    void portThatHasAnotherRefuses();
    void addressThatIsNotThere();
    void movedByTheProgram();

private:
    /// Asks as the administrator, apart from the code that is tested.
    QJsonObject admin(const QByteArray &method, const QString &url, const QJsonObject &body = {},
                      int *status = nullptr);
    QString neutron(const QString &path) const
    {
        return m_made[QStringLiteral("network_url")].toString() + QStringLiteral("/v2.0/") + path;
    }
    QJsonObject world(const char *name) const
    {
        return m_made[QStringLiteral("worlds")][QLatin1String(name)].toObject();
    }
    QString port(const char *world, int index) const
    {
        return this->world(world).value(QStringLiteral("ports"))[index].toString();
    }
    void lead(const char *world, int index);
    /// The port that an address leads to.
    QString leadsTo(const QString &address);
    QString leadsTo(const char *world)
    {
        return leadsTo(this->world(world).value(QStringLiteral("address")).toString());
    }
    /// An address of the first world besides; leads to that port, without one nowhere.
    QString makeAddress(const QString &ip, int port = -1);
    void asUser(const char *password = nullptr) const;
    void asCredential(const char *name) const;
    /// How often Keystone has refused a login.
    int refusals() const;

    std::unique_ptr<LocalCluster> m_databases;
    std::unique_ptr<Lab> m_lab;
    QTemporaryDir m_directory;
    QProcess m_services;
    QJsonDocument m_made;
    QNetworkAccessManager m_network;
};

void TestOpenStack::initTestCase()
{
    const QString python = QStringLiteral("/usr/bin/python3");
    QProcess probe;
    probe.start(python, {QStringLiteral("-c"), QStringLiteral("import keystone, neutron, psycopg2")});
    if (!probe.waitForFinished(60'000) || probe.exitCode() != 0 ||
        !QFileInfo::exists(QStringLiteral("/usr/bin/keystone-wsgi-public"))) {
        QSKIP("needs Keystone and Neutron (python3-keystone, python3-neutron), where this machine has it");
    }
    auto databases = LocalCluster::start();
    QVERIFY2(databases, databases ? "" : qPrintable(databases.error().message));
    m_databases = std::move(*databases);
    const auto &server = m_databases->node(0);
    QStringList arguments{qEnvironmentVariable("HOWDAH_SOURCE_DIR") + QStringLiteral("/tests/support/openstack.py"),
                          m_directory.path()};
    for (const char *name : {"keystone", "neutron"}) {
        QVERIFY(server.sql(QStringLiteral("CREATE DATABASE ") + QLatin1String(name)));
        arguments.append(QStringLiteral("postgresql://postgres@%1:%2/%3")
                             .arg(server.host)
                             .arg(server.port)
                             .arg(QLatin1String(name)));
    }
    arguments.append(QStringLiteral("paper,10.0.0.0/24,203.0.113.0/24,203.0.113.7,10.0.0.11,10.0.0.12"));
    if (Lab::possible()) {
        Lab::Options options;
        options.cascading = false;
        auto lab = Lab::start(Lab::Variant::Plain, options);
        QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
        m_lab = std::move(*lab);
        const QString floating = m_lab->floatingAddress(); // the lab's network in two halves
        const QString net = floating.left(floating.lastIndexOf(QLatin1Char('.')));
        arguments.append(QStringLiteral("lab,%1.0/26,%1.64/26,%2,%3,%4")
                             .arg(net, floating, m_lab->node(0).host, m_lab->node(1).host));
    }
    m_services.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_services.start(python, arguments);
    QVERIFY(QTest::qWaitFor([this] { return m_services.canReadLine() || m_services.state() == QProcess::NotRunning; },
                            300'000));
    m_made = QJsonDocument::fromJson(m_services.readLine());
    QVERIFY(m_made.isObject());
}

void TestOpenStack::cleanupTestCase()
{
    m_services.closeWriteChannel();
    m_services.waitForFinished();
}

QJsonObject TestOpenStack::admin(const QByteArray &method, const QString &url, const QJsonObject &body, int *status)
{
    QNetworkRequest request{QUrl(url)};
    request.setRawHeader("X-Auth-Token", m_made[QStringLiteral("admin_token")].toString().toLatin1());
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    const std::unique_ptr<QNetworkReply> reply(m_network.sendCustomRequest(
        request, method, body.isEmpty() ? QByteArray() : QJsonDocument(body).toJson(QJsonDocument::Compact)));
    if (!QTest::qWaitFor([&reply] { return reply->isFinished(); }, 60'000)) {
        return {};
    }
    const QByteArray text = reply->readAll();
    if (status) {
        *status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    } else if (reply->error() != QNetworkReply::NoError) {
        qWarning("%s %s: %s", method.constData(), qPrintable(url), text.constData());
    }
    return QJsonDocument::fromJson(text).object();
}

void TestOpenStack::lead(const char *world, int index)
{
    const QString address = this->world(world).value(QStringLiteral("address")).toString();
    admin("PUT", neutron(QStringLiteral("floatingips/") + address),
          {{QStringLiteral("floatingip"), QJsonObject{{QStringLiteral("port_id"), port(world, index)}}}});
    QCOMPARE(leadsTo(world), port(world, index));
}

QString TestOpenStack::leadsTo(const QString &address)
{
    return admin("GET", neutron(QStringLiteral("floatingips/") + address))[QStringLiteral("floatingip")]
        .toObject()
        .value(QStringLiteral("port_id"))
        .toString();
}

QString TestOpenStack::makeAddress(const QString &ip, int port)
{
    QJsonObject wanted{{QStringLiteral("floating_network_id"), world("paper").value(QStringLiteral("outside"))},
                       {QStringLiteral("floating_ip_address"), ip},
                       {QStringLiteral("tenant_id"), m_made[QStringLiteral("project_id")]}};
    if (port >= 0) {
        wanted.insert(QStringLiteral("port_id"), this->port("paper", port));
    }
    return admin("POST", neutron(QStringLiteral("floatingips")), {{QStringLiteral("floatingip"), wanted}})
        .value(QStringLiteral("floatingip"))
        .toObject()
        .value(QStringLiteral("id"))
        .toString();
}

void TestOpenStack::asUser(const char *password) const
{
    qunsetenv("OS_APPLICATION_CREDENTIAL_ID");
    qunsetenv("OS_APPLICATION_CREDENTIAL_SECRET");
    qputenv("OS_AUTH_URL", m_made[QStringLiteral("auth_url")].toString().toLatin1());
    qputenv("OS_USERNAME", m_made[QStringLiteral("user")].toString().toLatin1());
    qputenv("OS_PASSWORD", password ? QByteArray(password) : m_made[QStringLiteral("password")].toString().toLatin1());
    qputenv("OS_PROJECT_NAME", m_made[QStringLiteral("project")].toString().toLatin1());
    qputenv("OS_REGION_NAME", "RegionOne");
}

void TestOpenStack::asCredential(const char *name) const
{
    asUser();
    const QJsonValue known = m_made[QStringLiteral("credentials")][QLatin1String(name)];
    qunsetenv("OS_USERNAME");
    qunsetenv("OS_PASSWORD");
    qputenv("OS_APPLICATION_CREDENTIAL_ID", known[QStringLiteral("id")].toString().toLatin1());
    qputenv("OS_APPLICATION_CREDENTIAL_SECRET", known[QStringLiteral("secret")].toString().toLatin1());
}

int TestOpenStack::refusals() const
{
    QFile file(m_directory.filePath(QStringLiteral("keystone.out")));
    return file.open(QIODevice::ReadOnly)
               ? static_cast<int>(file.readAll().count("POST /v3/auth/tokens HTTP/1.1\" 401"))
               : -1;
}

void TestOpenStack::movesFromPortToPortAndBack_data()
{
    QTest::addColumn<QByteArray>("credential");
    QTest::newRow("user and password") << QByteArray();
    QTest::newRow("application credential") << QByteArray("least");
}

void TestOpenStack::movesFromPortToPortAndBack()
{
    QFETCH(QByteArray, credential);
    Cloud cloud(Style::OpenStack);
    cloud.hands.patienceMs = 20'000;
    credential.isEmpty() ? asUser() : asCredential(credential.constData());
    lead("paper", 1);
    cloud.look();
    const auto &facts = cloud.facts.address.cloud;
    QVERIFY2(facts.isKnown(), qPrintable(facts.error.message));
    QCOMPARE(facts.address.id, world("paper").value(QStringLiteral("address")).toString());
    QCOMPARE(facts.holder, pg2);
    QCOMPARE(facts.machines.value(pg1).place.targetId, port("paper", 0));
    QCOMPARE(facts.machines.value(pg2).place.targetId, port("paper", 1));
    const Plan plan = patient(cloud, 60'000);
    QVERIFY2(mayRun(plan, false), qPrintable(all(plan.checks)));
    cloud.run(plan);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QCOMPARE(leadsTo("paper"), port("paper", 0));
    // It is there already, and that is as good.
    cloud.run(plan);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    // Somebody else answers: back to where it led.
    lead("paper", 1);
    cloud.look();
    const Plan unproved = patient(cloud, 8000);
    cloud.hands.answers[stepOf(unproved, QStringLiteral("address_write"))->verify.front().sql] =
        FakeHands::one(QStringLiteral("f"));
    cloud.run(unproved);
    QVERIFY2(cloud.outcome == QLatin1String("undone"), qPrintable(cloud.outcome + cloud.remains));
    QCOMPARE(leadsTo("paper"), port("paper", 1));
    QVERIFY(cloud.provider.requests.isEmpty()); // nobody asked the double
}

/// Whoever changes a password takes back every token.
void TestOpenStack::tokenThatIsTakenBackIsReplaced()
{
    Cloud cloud(Style::OpenStack);
    cloud.hands.patienceMs = 20'000;
    asUser();
    lead("paper", 1);
    cloud.look();
    const Plan plan = patient(cloud, 60'000);
    QVERIFY2(mayRun(plan, false), qPrintable(all(plan.checks)));
    int status = 0;
    admin("PATCH",
          QStringLiteral("%1/v3/users/%2")
              .arg(m_made[QStringLiteral("auth_url")].toString(), m_made[QStringLiteral("user_id")].toString()),
          {{QStringLiteral("user"), QJsonObject{{QStringLiteral("password"), m_made[QStringLiteral("password")]}}}},
          &status);
    QCOMPARE(status, 200);
    // Those that it gives within the same second are taken back as well.
    QTRY_VERIFY_WITH_TIMEOUT(isLetIn(cloud), 30'000);
    cloud.run(plan);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QCOMPARE(leadsTo("paper"), port("paper", 0));
}

void TestOpenStack::wrongPasswordIsAskedOnce()
{
    Cloud cloud(Style::OpenStack);
    cloud.hands.patienceMs = 20'000;
    lead("paper", 1);
    asUser();
    cloud.look();
    const Plan plan = patient(cloud, 10'000);
    asUser("sesame-wrong");
    const int before = refusals();
    QVERIFY(before >= 0);
    cloud.look();
    QCOMPARE(refusals(), before + 1);
    const Error &why = cloud.facts.address.cloud.error;
    QCOMPARE(why.kind, Error::Kind::Denied);
    QVERIFY2(why.message.startsWith(QStringLiteral("Logging in failed: OpenStack refuses the credentials.")) &&
                 why.message.endsWith(QStringLiteral("Nothing was changed.")) &&
                 why.hint.contains(QStringLiteral("OS_PASSWORD")),
             qPrintable(why.message + why.hint));
    QVERIFY(!mayRun(cloud.plan(), true));
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.error.kind, Error::Kind::Denied);
    // In the middle of a move, with the way back and all: a console that has no session yet.
    WireHands fresh;
    fresh.patienceMs = 20'000;
    qputenv("OS_PASSWORD", "sesame-wronger");
    auto journal = JournalWriter::create(cloud.directory.path(), plan, howdah::core::systemClock().wallMs());
    Runner runner(plan, fresh, std::move(*journal), howdah::core::systemClock());
    std::optional<Outcome> over;
    QString remains;
    connect(&runner, &Runner::ended, &runner, [&](Outcome how, const QStringList &left) {
        over = how;
        remains = left.join(QLatin1Char('\n'));
    });
    runner.start();
    QTRY_VERIFY_WITH_TIMEOUT(over.has_value(), 60'000);
    QVERIFY(*over != Outcome::Done);
    QCOMPARE(leadsTo("paper"), port("paper", 1));
    QCOMPARE(refusals(), before + 2);
    QVERIFY2(!remains.contains(QStringLiteral("sesame")), qPrintable(remains));
    // The right one is not locked out.
    asUser();
    cloud.look();
    QVERIFY2(cloud.facts.address.cloud.isKnown(), qPrintable(cloud.facts.address.cloud.error.message));
}

void TestOpenStack::credentialThatMayOnlyReadMovesNothing()
{
    Cloud cloud(Style::OpenStack);
    cloud.hands.patienceMs = 20'000;
    asCredential("reading");
    lead("paper", 1);
    cloud.look();
    QVERIFY2(cloud.facts.address.cloud.isKnown(), qPrintable(cloud.facts.address.cloud.error.message));
    cloud.run(patient(cloud, 20'000));
    QVERIFY(cloud.outcome != QLatin1String("done"));
    QCOMPARE(leadsTo("paper"), port("paper", 1));
    QVERIFY2(cloud.remains.contains(QStringLiteral("Moving the address failed: OpenStack refuses the credentials")) &&
                 cloud.remains.contains(QStringLiteral("PUT /v2.0/floatingips/*")),
             qPrintable(cloud.remains));
}

void TestOpenStack::portThatHasAnotherRefuses()
{
    Cloud cloud(Style::OpenStack);
    cloud.hands.patienceMs = 20'000;
    asUser();
    lead("paper", 1);
    const QString other = makeAddress(kOutside + QStringLiteral("70"), 0);
    QVERIFY(!other.isEmpty());
    cloud.look();
    cloud.run(patient(cloud, 20'000));
    admin("DELETE", neutron(QStringLiteral("floatingips/") + other));
    QVERIFY2(cloud.outcome == QLatin1String("undone"), qPrintable(cloud.outcome + cloud.remains));
    QCOMPARE(leadsTo("paper"), port("paper", 1));
    QVERIFY2(cloud.remains.contains(QStringLiteral("OpenStack keeps things as they are")) &&
                 cloud.remains.contains(QStringLiteral("FloatingIPPortAlreadyAssociated")),
             qPrintable(cloud.remains));
}

void TestOpenStack::addressThatIsNotThere()
{
    Cloud cloud(Style::OpenStack);
    cloud.hands.patienceMs = 20'000;
    asUser();
    auto &ip = cloud.facts.config.addresses.front().ip;
    ip = kOutside + QStringLiteral("71");
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.error.kind, Error::Kind::NotFound);
    QVERIFY(!mayRun(cloud.plan(), true));
    // It was there when the plan was made.
    const QString gone = makeAddress(ip);
    cloud.look();
    QVERIFY2(cloud.facts.address.cloud.isKnown(), qPrintable(cloud.facts.address.cloud.error.message));
    const Plan plan = patient(cloud, 20'000);
    admin("DELETE", neutron(QStringLiteral("floatingips/") + gone));
    cloud.run(plan);
    QVERIFY(cloud.outcome != QLatin1String("done"));
    QVERIFY2(cloud.remains.contains(QStringLiteral("OpenStack does not know what it was asked for")),
             qPrintable(cloud.remains));
}

void TestOpenStack::movedByTheProgram()
{
    if (!m_lab) {
        QSKIP("needs root: network namespaces");
    }
    howdah::cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = howdah::cluster::ManagerKind::None;
    howdah::cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = m_lab->floatingAddress();
    address.provider = QStringLiteral("openstack");
    config.addresses = {address};
    const QString file = m_directory.filePath(QStringLiteral("orders.toml"));
    QVERIFY(howdah::cluster::saveClusterFile(config, file));
    QTemporaryDir home;
    QByteArray said;
    const auto run = [&](const QStringList &more) {
        ConsoleRun ended = howdah::integration::runConsole(
            QStringList{QStringLiteral("address"), file} + more + QStringList{QStringLiteral("--json")}, home.path());
        said += ended.text;
        return ended;
    };
    // What no Neutron of a test does: the packets get there.
    QVERIFY(m_lab->addAddress(0, m_lab->floatingAddress()));
    lead("lab", 1);
    const QStringList assign{QStringLiteral("assign"), QStringLiteral("write"), QStringLiteral("pg1")};
    asUser("sesame-wrong");
    const int before = refusals();
    ConsoleRun ended = run(assign + QStringList{QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(ended.check(QStringLiteral("address_credentials")), QStringLiteral("failed"));
    QCOMPARE(refusals(), before + 1);
    asCredential("least");
    ended = run(assign + QStringList{QStringLiteral("--dry-run")});
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QCOMPARE(leadsTo("lab"), port("lab", 1));
    ended = run(assign + QStringList{QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QCOMPARE(leadsTo("lab"), port("lab", 0));
    ended = run({QStringLiteral("list")});
    const QJsonObject only = ended.last().value(QStringLiteral("addresses"))[0].toObject();
    QVERIFY2(only.value(QStringLiteral("verdict")).toString() == QLatin1String("ok"), ended.text.constData());
    QCOMPARE(only.value(QStringLiteral("holders"))[0].toString(), QStringLiteral("pg1"));
    QCOMPARE(only.value(QStringLiteral("answers")).toString(), QStringLiteral("pg1"));
    // To a standby it does not go, and nobody asks Neutron for it.
    ended = run({QStringLiteral("assign"), QStringLiteral("write"), QStringLiteral("pg2"), QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(leadsTo("lab"), port("lab", 0));
    const QByteArray secret = qgetenv("OS_APPLICATION_CREDENTIAL_SECRET");
    QVERIFY(secret.size() > 20 && !said.contains(secret) && !said.contains("sesame") && !said.contains("gAAAA"));
    QProcess grep;
    grep.start(QStringLiteral("grep"),
               {QStringLiteral("-rlE"), QStringLiteral("sesame|gAAAA|") + QString::fromLatin1(secret), home.path()});
    QVERIFY(grep.waitForFinished());
    QCOMPARE(grep.readAllStandardOutput(), QByteArray());
}

QTEST_GUILESS_MAIN(TestOpenStack)
#include "tst_openstack.moc"
