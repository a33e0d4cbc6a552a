// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>

#include "cloudbench.h"

using namespace howdah::unit;
using Upset = ProviderDouble::Upset;

namespace {

const QByteArray kLoginPage = "<!DOCTYPE html><html><body>Please log in</body></html>";

QByteArray http(int status, const QByteArray &body, const QByteArray &headers = {})
{
    return ProviderDouble::http(status, body, headers);
}

/// An error as that provider puts it.
QByteArray error(Style style, int status, const QByteArray &code, const QByteArray &headers = {})
{
    switch (style) {
    case Style::DigitalOcean:
        return http(status, "{\"id\":\"" + code + "\",\"message\":\"So it is\"}", headers);
    case Style::Hetzner:
    case Style::Robot:
        return http(status, "{\"error\":{\"code\":\"" + code + "\",\"message\":\"So it is\"}}", headers);
    case Style::Aws:
        return http(status,
                    "<Response><Errors><Error><Code>" + code +
                        "</Code><Message>So it is</Message></Error></Errors></Response>",
                    headers);
    case Style::OpenStack:
        break;
    }
    return http(status, "{\"NeutronError\":{\"type\":\"" + code + "\",\"message\":\"So it is\",\"detail\":\"\"}}",
                headers);
}

/// How it begins to ask for an assignment.
QByteArray assignment(Style style)
{
    return style == Style::OpenStack ? "PUT " : style == Style::Aws ? "Action=AssociateAddress" : "POST ";
}

/// What it says of an assignment that it has carried out.
QByteArray carriedOut(Style style)
{
    switch (style) {
    case Style::DigitalOcean:
        return http(201, R"({"action":{"id":77,"status":"completed","type":"assign_ip"}})");
    case Style::Hetzner:
        return http(201, R"({"action":{"id":77,"status":"success","command":"assign_floating_ip","error":null}})");
    case Style::Robot:
        return http(200, R"({"failover":{"ip":"203.0.113.7","netmask":"255.255.255.255","server_ip":"10.0.0.11",)"
                         R"("server_number":111,"active_server_ip":"10.0.0.11"}})");
    case Style::Aws:
        return http(200, "<AssociateAddressResponse><return>true</return><associationId>eipassoc-1</associationId>"
                         "</AssociateAddressResponse>");
    case Style::OpenStack:
        break;
    }
    return http(200, R"({"floatingip":{"id":"fip-1","floating_ip_address":"203.0.113.7","port_id":"port-111",)"
                     R"("fixed_ip_address":"10.0.0.11","status":"ACTIVE"}})");
}

const char *forbidden(Style style)
{
    return style == Style::Aws         ? "UnauthorizedOperation"
           : style == Style::OpenStack ? "PolicyNotAuthorized"
                                       : "forbidden";
}

const char *gone(Style style)
{
    return style == Style::Aws         ? "InvalidAllocationID.NotFound"
           : style == Style::OpenStack ? "FloatingIPNotFound"
                                       : "not_found";
}

QString titleOf(Style style)
{
    static const QHash<Style, QString> titles{{Style::DigitalOcean, QStringLiteral("DigitalOcean")},
                                              {Style::Hetzner, QStringLiteral("Hetzner Cloud")},
                                              {Style::Robot, QStringLiteral("Hetzner Robot")},
                                              {Style::Aws, QStringLiteral("AWS EC2")},
                                              {Style::OpenStack, QStringLiteral("OpenStack")}};
    return titles.value(style);
}

/// How a provider may fail.
enum class Fault {
    ExpiredToken,
    NoRight,
    Gone,
    Page,
    PageOf502,
    Garbage,
    Half,
    Silence,
    HangsUp,
    Redirect,
    Throttled,
    // Of assignments alone:
    NotMoved, ///< it says that it is done
    Errs,
    ForEver,
};

Upset upsetBy(Fault fault, Style style, const QByteArray &when)
{
    Upset upset{.when = when, .times = -1, .bytes = {}};
    switch (fault) {
    case Fault::ExpiredToken:
        upset.bytes = error(style, 401, style == Style::Aws ? "ExpiredToken" : "unauthorized");
        break;
    case Fault::NoRight:
        upset.bytes = error(style, 403, forbidden(style));
        break;
    case Fault::Gone:
        upset.bytes = error(style, style == Style::Aws ? 400 : 404, gone(style));
        break;
    case Fault::Page:
        upset.bytes = http(200, kLoginPage);
        break;
    case Fault::PageOf502:
        upset.bytes = http(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", "Retry-After: 600\r\n");
        break;
    case Fault::Garbage:
        upset.bytes = http(200, "{\"reserved_ips\":[{\"ip\":17,\x01\x02");
        break;
    case Fault::Half:
        upset.bytes = http(200, "{\"reserved_ips\":[],\"meta\":{}}").chopped(9);
        break;
    case Fault::Silence:
        break;
    case Fault::HangsUp:
        upset.hangsUp = true;
        break;
    case Fault::Redirect:
        upset.bytes = http(302, {}, "Location: http://127.0.0.1:1/elsewhere\r\n");
        break;
    case Fault::Throttled:
        upset.bytes = error(style, 429, "too_many_requests", "Retry-After: 600\r\n");
        break;
    case Fault::NotMoved:
        upset.bytes = carriedOut(style);
        break;
    case Fault::Errs:
    case Fault::ForEver:
        break;
    }
    return upset;
}

constexpr std::array kStyles{Style::DigitalOcean, Style::Hetzner, Style::Robot, Style::Aws, Style::OpenStack};

/// Each of those faults with each provider, and what is said of it.
void rowsOf(const std::vector<std::tuple<Fault, const char *, const char *>> &faults)
{
    QTest::addColumn<Style>("style");
    QTest::addColumn<int>("fault");
    QTest::addColumn<QString>("says");
    for (const Style style : kStyles) {
        for (const auto &[fault, name, says] : faults) {
            const bool hasEvents = style == Style::DigitalOcean || style == Style::Hetzner;
            if (hasEvents || (fault != Fault::Errs && fault != Fault::ForEver)) {
                QTest::newRow(qPrintable(keyOf(style) + QStringLiteral(": ") + QLatin1String(name)))
                    << style << static_cast<int>(fault) << QString::fromUtf8(says);
            }
        }
    }
}

QString problems(const Plan &plan)
{
    QString text;
    for (const Check &one : plan.checks) {
        if (one.result != CheckResult::Passed) {
            text += one.title + QStringLiteral(": ") + one.evidence + QStringLiteral(" | ") + one.remedy +
                    QLatin1Char('\n');
        }
    }
    return text;
}

} // namespace

/// Whatever a provider answers, or does not: it ends in time, in words that say who, which address, what was not
/// changed and what to do, and nothing secret is in them.
class TestCloudFaults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void looking_data();
    void looking();
    void moving_data();
    void moving();
    void answerIsLost_data() { rowsOfStyles(); }
    void answerIsLost();
    void anotherRegion_data();
    void anotherRegion();
    void certificateOfNobodyKnown_data() { rowsOfStyles(); }
    void certificateOfNobodyKnown();

private:
    void isInWords(const Cloud &cloud, const QString &text, const QString &says) const;
};

void TestCloudFaults::isInWords(const Cloud &cloud, const QString &text, const QString &says) const
{
    QVERIFY2(text.contains(says), qPrintable(text));
    QVERIFY2(text.contains(titleOf(cloud.style)), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("203.0.113.7")), qPrintable(text));
    static const QRegularExpression outcome(QStringLiteral(
        "Nothing was (changed|asked)|was not moved|leads to .*, not to|is not known before it is read back"));
    QVERIFY2(text.contains(outcome), qPrintable(text));
    static const QRegularExpression advice(
        QStringLiteral("(Check|Try|Give|Look|See|Correct|Set|Lift|Read|Take|Make) [^.]*")); // sentences that begin so
    QVERIFY2(text.contains(advice), qPrintable(text));
    for (const QString &secret : {QStringLiteral("sesame"), QStringLiteral("gAAAA"), QStringLiteral("Signature="),
                                  QString::fromLatin1(cloud.provider.token.toBase64())}) {
        QVERIFY2(!text.contains(secret), qPrintable(secret));
    }
    QVERIFY2(!text.contains(QLatin1Char('<')), qPrintable(text));
}

void TestCloudFaults::looking_data()
{
    rowsOf({{Fault::ExpiredToken, "expired token", "refuses the credentials"},
            {Fault::NoRight, "no right", "does not allow it"},
            {Fault::Page, "a page", "is not the API of"},
            {Fault::PageOf502, "a page of 502", "HTTP 502"},
            {Fault::Garbage, "garbage", "is not the API of"},
            {Fault::Half, "half a reply", "cut short"},
            {Fault::Silence, "silence", "no answer within"},
            {Fault::HangsUp, "hangs up", "closed"},
            {Fault::Redirect, "a redirect", "HTTP 302"},
            {Fault::Throttled, "throttled", "600 s"}});
}

void TestCloudFaults::looking()
{
    QFETCH(Style, style);
    QFETCH(int, fault);
    QFETCH(QString, says);
    Cloud cloud(style);
    cloud.hands.patienceMs = 300;
    cloud.provider.upsets = {upsetBy(static_cast<Fault>(fault), style, " ")};
    QElapsedTimer clock;
    clock.start();
    cloud.look();
    QVERIFY2(clock.elapsed() < 16'000, qPrintable(QString::number(clock.elapsed())));
    const Plan plan = cloud.plan();
    QVERIFY(!mayRun(plan, true));
    isInWords(cloud, problems(plan), says);
    QCOMPARE(cloud.provider.holder, QByteArray("222"));
}

void TestCloudFaults::moving_data()
{
    rowsOf({{Fault::ExpiredToken, "expired token", "refuses the credentials"},
            {Fault::NoRight, "no right", "does not allow it"},
            {Fault::Gone, "gone", "does not know what it was asked for"},
            {Fault::Page, "a page", "is not the API of"},
            {Fault::PageOf502, "a page of 502", "HTTP 502"},
            {Fault::Garbage, "garbage", "is not the API of"},
            {Fault::Half, "half a reply", "cut short"},
            {Fault::Silence, "silence", "no answer within"},
            {Fault::HangsUp, "hangs up", "closed"},
            {Fault::Redirect, "a redirect", "HTTP 302"},
            {Fault::Throttled, "throttled", "600 s"},
            {Fault::NotMoved, "said to be done, and is not", "not to"},
            {Fault::Errs, "tried and failed", "it has tried, and failed"},
            {Fault::ForEver, "for ever at it", "it is at it"}});
}

void TestCloudFaults::moving()
{
    QFETCH(Style, style);
    QFETCH(int, fault);
    QFETCH(QString, says);
    Cloud cloud(style);
    cloud.look();
    const Plan plan = cloud.plan(900);
    QVERIFY2(mayRun(plan, false), qPrintable(problems(plan)));
    cloud.hands.patienceMs = 300;
    const auto how = static_cast<Fault>(fault);
    if (how == Fault::Errs || how == Fault::ForEver) {
        cloud.provider.errs = how == Fault::Errs;
        cloud.provider.polls = how == Fault::ForEver ? 1'000'000 : 1;
    } else {
        cloud.provider.upsets = {upsetBy(how, style, assignment(style))};
    }
    QElapsedTimer clock;
    clock.start();
    cloud.run(plan);
    QVERIFY2(clock.elapsed() < 6000, qPrintable(QString::number(clock.elapsed())));
    QVERIFY2(cloud.outcome == QLatin1String("undone") || cloud.outcome == QLatin1String("incomplete"),
             qPrintable(cloud.outcome));
    QCOMPARE(cloud.provider.holder, QByteArray("222"));
    isInWords(cloud, cloud.remains, says);
    const QByteArray kept = cloud.journal() + cloud.hands.told.join(QLatin1Char('\n')).toUtf8();
    QVERIFY(!kept.contains("sesame") && !kept.contains("gAAAA-token") && !kept.contains("Signature="));
}

/// It was done, and the connection was lost before that was said.
void TestCloudFaults::answerIsLost()
{
    QFETCH(Style, style);
    for (const bool hangsUp : {true, false}) {
        Cloud cloud(style);
        cloud.provider.polls = 0;
        cloud.look();
        cloud.hands.patienceMs = 500;
        cloud.provider.upsets = {
            {.when = assignment(style), .times = -1, .bytes = {}, .acts = true, .hangsUp = hangsUp}};
        cloud.run(cloud.plan(3000));
        QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
        QCOMPARE(cloud.provider.holder, QByteArray("111"));
    }
}

void TestCloudFaults::anotherRegion_data()
{
    QTest::addColumn<Style>("style");
    QTest::addColumn<QByteArray>("when");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("digitalocean") << Style::DigitalOcean << QByteArray("GET /v2/droplets?")
                                  << http(200, R"({"droplets":[{"id":111,"name":"db-a","status":"active","locked":)"
                                               R"(false,"region":{"slug":"nyc3"},"networks":{"v4":[{"ip_address":)"
                                               R"("10.0.0.11","type":"private"}],"v6":[]}}],"links":{}})");
    QTest::newRow("hetzner") << Style::Hetzner << QByteArray("GET /v1/servers?")
                             << http(200, R"({"servers":[{"id":111,"name":"db-a","status":"running","public_net":)"
                                          R"({"ipv4":{"ip":"10.0.0.11"}},"location":{"network_zone":"us-east"}}],)"
                                          R"("meta":{}})");
}

void TestCloudFaults::anotherRegion()
{
    QFETCH(Style, style);
    QFETCH(QByteArray, when);
    QFETCH(QByteArray, bytes);
    Cloud cloud(style);
    cloud.provider.upsets = {{when, -1, bytes}};
    cloud.look();
    const Plan plan = cloud.plan();
    QVERIFY(!mayRun(plan, true));
    isInWords(cloud, problems(plan), QStringLiteral("within its region only"));
}

void TestCloudFaults::certificateOfNobodyKnown()
{
    QFETCH(Style, style);
    QTemporaryDir directory;
    const QString key = directory.filePath(QStringLiteral("key.pem")),
                  own = directory.filePath(QStringLiteral("own.pem"));
    QProcess openssl;
    openssl.start(QStringLiteral("openssl"),
                  {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
                   QStringLiteral("rsa:2048"), QStringLiteral("-nodes"), QStringLiteral("-keyout"), key,
                   QStringLiteral("-out"), own, QStringLiteral("-days"), QStringLiteral("2"), QStringLiteral("-subj"),
                   QStringLiteral("/CN=elsewhere"), QStringLiteral("-addext"),
                   QStringLiteral("subjectAltName=DNS:elsewhere.invalid")});
    QVERIFY(openssl.waitForFinished(60'000));
    if (openssl.exitCode() != 0) {
        QSKIP("needs openssl");
    }
    QFile keyFile(key);
    QVERIFY(keyFile.open(QIODevice::ReadOnly));
    QSslConfiguration configuration;
    configuration.setPrivateKey(QSslKey(&keyFile, QSsl::Rsa));
    configuration.setLocalCertificateChain(QSslCertificate::fromPath(own));
    QSslServer server;
    server.setSslConfiguration(configuration);
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QByteArray came;
    connect(&server, &QSslServer::pendingConnectionAvailable, &server, [&] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, &server, [&came, socket] { came += socket->readAll(); });
    });
    Cloud cloud(style);
    const QByteArray url = "https://127.0.0.1:" + QByteArray::number(server.serverPort());
    for (const char *name :
         {"DIGITALOCEAN_API_URL", "HCLOUD_ENDPOINT", "HROBOT_ENDPOINT", "AWS_ENDPOINT_URL", "OS_AUTH_URL"}) {
        qputenv(name, url);
    }
    const auto says = [&] {
        cloud.look();
        const Plan plan = cloud.plan();
        [&] { QVERIFY(!mayRun(plan, true)); }();
        return problems(plan);
    };
    isInWords(cloud, says(), QStringLiteral("certificate"));
    // One that is trusted, but of another host.
    if (style == Style::OpenStack || style == Style::Aws) {
        const char *variable = style == Style::OpenStack ? "OS_CACERT" : "AWS_CA_BUNDLE";
        qputenv(variable, own.toLocal8Bit());
        isInWords(cloud, says(), QStringLiteral("host name"));
        qunsetenv(variable);
    }
    QVERIFY2(came.isEmpty(), came.constData()); // no secret went there
}

QTEST_GUILESS_MAIN(TestCloudFaults)
#include "tst_cloudfaults.moc"
