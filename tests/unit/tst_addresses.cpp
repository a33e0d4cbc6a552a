// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

#include "addresses/ip.h"
#include "addresses/walk.h"

using namespace addressbench;

/// What is the same for all providers of floating addresses: credentials, faults, and what is concluded from answers.
class TestAddresses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void registry();
    void ips_data();
    void ips();
    void baseUrls_data();
    void baseUrls();
    void regionIsAWord();
    void credentialsAreNamed();
    void secretsComeLast();
    void waits_data();
    void waits();
    void nothingSecretIsRepeated();
    void pagesEnd();
};

namespace {

Lookup from(const QHash<QString, QString> &values)
{
    return [values](const QString &name) { return values.value(name); };
}

} // namespace

void TestAddresses::registry()
{
    QStringList keys;
    for (const Provider *each : providers()) {
        const ProviderInfo &info = each->info();
        keys.append(info.key);
        QVERIFY2(!info.title.isEmpty() && !info.rights.isEmpty() && !info.credentials.empty() && info.deadlineMs > 0 &&
                     !info.endpointVariables.isEmpty() && info.auth != Auth::None,
                 qPrintable(info.key));
        QVERIFY2(info.fallbackKey.isEmpty() || providerOf(info.fallbackKey), qPrintable(info.key));
    }
    QCOMPARE(keys, QStringList({QStringLiteral("digitalocean"), QStringLiteral("digitalocean-floating"),
                                QStringLiteral("hetzner"), QStringLiteral("hetzner-robot"), QStringLiteral("aws"),
                                QStringLiteral("openstack")}));
    QVERIFY(!providerOf(QStringLiteral("host")));
}

void TestAddresses::ips_data()
{
    QTest::addColumn<QString>("known");
    QTest::addColumn<QString>("ip");
    QTest::addColumn<bool>("covers");
    QTest::newRow("the same") << "10.0.0.5"
                              << "10.0.0.5" << true;
    QTest::newRow("another") << "10.0.0.5"
                             << "10.0.0.50" << false;
    QTest::newRow("written otherwise") << "2001:db8::1"
                                       << "2001:0DB8:0:0::1" << true;
    QTest::newRow("IPv4 in IPv6") << "10.0.0.5"
                                  << "::ffff:10.0.0.5" << true;
    QTest::newRow("with a scope") << "fe80::1"
                                  << "fe80::1%eth0" << true;
    QTest::newRow("in a network") << "2001:db8:1::/64"
                                  << "2001:db8:1::77" << true;
    QTest::newRow("beside a network") << "2001:db8:1::/64"
                                      << "2001:db8:2::77" << false;
    QTest::newRow("everything") << "0.0.0.0/0"
                                << "10.0.0.5" << false;
    QTest::newRow("a name") << "pg1"
                            << "pg1" << false;
    QTest::newRow("nothing") << ""
                             << "" << false;
    QTest::newRow("short form") << "127.1"
                                << "127.0.0.1" << false;
}

void TestAddresses::ips()
{
    QFETCH(QString, known);
    QFETCH(QString, ip);
    QTEST(covers(known, ip), "covers");
}

void TestAddresses::baseUrls_data()
{
    QTest::addColumn<QString>("given");
    QTest::addColumn<QString>("base"); // empty: refused
    QTest::newRow("left out") << ""
                              << "https://api.digitalocean.com";
    QTest::newRow("https") << "https://do.example/"
                           << "https://do.example";
    QTest::newRow("a path") << "https://proxy.example/do//"
                            << "https://proxy.example/do";
    QTest::newRow("this machine") << "http://127.0.0.1:4010"
                                  << "http://127.0.0.1:4010";
    QTest::newRow("this machine by name") << "http://localhost:4010"
                                          << "http://localhost:4010";
    QTest::newRow("a private network") << "http://10.11.12.13"
                                       << "http://10.11.12.13";
    QTest::newRow("in clear") << "http://do.example"
                              << "";
    QTest::newRow("in clear by IP") << "http://8.8.8.8"
                                    << "";
    QTest::newRow("a password") << "https://me:secret@do.example"
                                << "";
    QTest::newRow("a query") << "https://do.example/?a=b"
                             << "";
    QTest::newRow("another scheme") << "ftp://do.example"
                                    << "";
    QTest::newRow("no URL") << "do.example"
                            << "";
}

void TestAddresses::baseUrls()
{
    QFETCH(QString, given);
    QFETCH(QString, base);
    const auto found =
        accountOf(provider("digitalocean").info(), from({{QStringLiteral("DIGITALOCEAN_API_URL"), given}}));
    QCOMPARE(found ? found->baseUrl : QString(), base);
    QVERIFY(found || (!found.error().hint.isEmpty() && !found.error().message.contains(QLatin1String("secret"))));
}

void TestAddresses::regionIsAWord()
{
    const ProviderInfo &aws = provider("aws").info();
    const QString region = QStringLiteral("AWS_REGION");
    const QString fallback = QStringLiteral("AWS_DEFAULT_REGION");
    QCOMPARE(accountOf(aws, from({{fallback, QStringLiteral("eu-west-1")}}))->baseUrl,
             QStringLiteral("https://ec2.eu-west-1.amazonaws.com"));
    QVERIFY(accountOf(aws, from({})).error().hint.contains(QStringLiteral("AWS_REGION or AWS_DEFAULT_REGION")));
    QVERIFY(!accountOf(aws, from({{region, QStringLiteral("evil.example/x")}})));
    QVERIFY(!accountOf(provider("openstack").info(), from({}))); // has no base URL of its own
}

void TestAddresses::credentialsAreNamed()
{
    const ProviderInfo &digitalOcean = provider("digitalocean").info();
    const core::Error error = completeCredentials(digitalOcean, from({})).error();
    QCOMPARE(error.kind, core::Error::Kind::Denied);
    for (const char *word : {"DIGITALOCEAN_ACCESS_TOKEN", "reserved_ip:read", "reserved_ip:update", "droplet:read"}) {
        QVERIFY2(error.hint.contains(QLatin1String(word)), qPrintable(error.hint));
    }
    const auto second =
        completeCredentials(digitalOcean, from({{QStringLiteral("DIGITALOCEAN_TOKEN"), QStringLiteral("t")}}));
    QCOMPARE(credentialValue(second->front(), from({{QStringLiteral("DIGITALOCEAN_TOKEN"), QStringLiteral("t")}})),
             QStringLiteral("t"));

    const ProviderInfo &openStack = provider("openstack").info();
    QHash<QString, QString> values{{QStringLiteral("OS_USERNAME"), QStringLiteral("dba")},
                                   {QStringLiteral("OS_PROJECT_NAME"), QStringLiteral("orders")}};
    const QString hint = completeCredentials(openStack, from(values)).error().hint;
    QVERIFY2(hint.contains(QStringLiteral("OS_PASSWORD")) && !hint.contains(QStringLiteral("OS_USERNAME")),
             qPrintable(hint));
    values.insert(QStringLiteral("OS_PASSWORD"), QStringLiteral("secret"));
    QVERIFY(completeCredentials(openStack, from(values)));
    values.insert(QStringLiteral("OS_AUTH_URL"), QStringLiteral("https://keystone.example:5000/v3"));
    const Account found = *accountOf(openStack, from(values));
    QVERIFY(!found.names.values().contains(QStringLiteral("secret")));
}

void TestAddresses::secretsComeLast()
{
    Request request;
    request.body = R"({"auth":{"identity":{"methods":["password"]}}})";
    request.bodySecrets = {{{QStringLiteral("auth"), QStringLiteral("identity"), QStringLiteral("password")},
                            {QStringLiteral("OS_PASSWORD")}}};
    const auto body = bodyWithSecrets(request, from({{QStringLiteral("OS_PASSWORD"), QStringLiteral("a\"b")}}));
    const QJsonObject identity =
        QJsonDocument::fromJson(*body)[QStringLiteral("auth")][QStringLiteral("identity")].toObject();
    QCOMPARE(identity.value(QStringLiteral("password")).toString(), QStringLiteral("a\"b"));
    QVERIFY(identity.contains(QStringLiteral("methods")));
    QVERIFY(!bodyWithSecrets(request, from({})));
    request.bodySecrets.clear();
    QCOMPARE(*bodyWithSecrets(request, from({})), request.body);
}

void TestAddresses::waits_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("waitMs");
    QTest::newRow("seconds") << 429 << QByteArray("Retry-After") << QByteArray("7") << 7000;
    QTest::newRow("a date") << 503 << QByteArray("retry-after") << QByteArray("Fri, 06 Nov 2026 22:14:30 GMT") << 30000;
    QTest::newRow("at once") << 429 << QByteArray("retry-after") << QByteArray("0") << 200;
    QTest::newRow("long gone") << 503 << QByteArray("retry-after") << QByteArray("Fri, 06 Nov 2020 22:14:30 GMT")
                               << 200;
    QTest::newRow("for ever") << 429 << QByteArray("retry-after") << QByteArray("9223372036854775807") << 3600000;
    QTest::newRow("garbage") << 429 << QByteArray("retry-after") << QByteArray("soon") << 5000;
    QTest::newRow("negative") << 429 << QByteArray("retry-after") << QByteArray("-3") << 5000;
    QTest::newRow("reset") << 429 << QByteArray("RateLimit-Reset") << QByteArray("1794003260") << 20000;
    QTest::newRow("reset says nothing of errors")
        << 500 << QByteArray("ratelimit-reset") << QByteArray("1794003260") << 2000;
    QTest::newRow("nothing") << 429 << QByteArray("x") << QByteArray("y") << 5000;
}

void TestAddresses::waits()
{
    QFETCH(int, status);
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, value);
    const auto found =
        provider("digitalocean").assigned({}, answer(status, "{}", {{"x-request-id", "1"}, {header, value}}));
    QCOMPARE(kindName(found.error().kind), QStringLiteral("retry"));
    QTEST(found.error().waitMs, "waitMs");
    // A refusal in words did nothing; an error of the server's may have come too late for that.
    QCOMPARE(found.error().mayHaveHappened, status >= 500);
    QVERIFY(isTold(found.error()));
}

void TestAddresses::nothingSecretIsRepeated()
{
    const QByteArray body =
        R"({"id":"unauthorized","message":"bad header Authorization: Bearer dop_v1_abcdef<b>\u001b[31m"})";
    const auto found = provider("digitalocean").addresses({}, answer(401, body));
    const QString all = found.error().error.message + found.error().error.hint;
    QVERIFY2(!all.contains(QLatin1String("dop_v1_abcdef")), qPrintable(all));
    QVERIFY(!all.contains(QChar(0x1b)));
}

void TestAddresses::pagesEnd()
{
    Walk<Target> walk;
    QVERIFY(walk.take({{machine("1", {}), machine("2", {})}, QStringLiteral("2")}));
    QCOMPARE(walk.next(), QStringLiteral("2"));
    QVERIFY(!walk.isWhole());
    QVERIFY(walk.take({{machine("2", {QStringLiteral("10.0.0.2")}), machine("3", {})}, {}}));
    QVERIFY(walk.isWhole());
    QCOMPARE(walk.items().size(), size_t(3));
    QCOMPARE(walk.items().at(1).ips.size(), size_t(1)); // as the later page has it

    Walk<Target> circle;
    QVERIFY(circle.take({{}, QStringLiteral("2")}));
    QVERIFY(circle.take({{}, QStringLiteral("3")}));
    QVERIFY(!circle.take({{}, QStringLiteral("2")}));

    Walk<Target> endless;
    int pages = 0;
    while (pages < 2 * kMostPages && endless.take({{}, QString::number(pages)})) {
        ++pages;
    }
    QCOMPARE(pages, kMostPages);
}

QTEST_GUILESS_MAIN(TestAddresses)
#include "tst_addresses.moc"
