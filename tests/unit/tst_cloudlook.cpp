// SPDX-License-Identifier: GPL-3.0-or-later
#include "cloudbench.h"
#include "operations/address/lookall.h"
#include "operations/address/mover.h"
#include "operations/address/truth.h"

using namespace howdah::unit;
using Upset = ProviderDouble::Upset;
using Upsets = QList<Upset>;

namespace {

using Change = void (*)(Cloud &);

QByteArray http(int status, const QByteArray &body, const QByteArray &headers = {})
{
    return ProviderDouble::http(status, body, headers);
}

/// Each check that is not passed, with its evidence and what to do.
QString problems(const Plan &plan)
{
    QString text;
    for (const Check &one : plan.checks) {
        if (one.result != CheckResult::Passed) {
            text += one.id + QLatin1Char(' ') + howdah::operations::toString(one.result) + QStringLiteral(": ") +
                    one.evidence + QStringLiteral(" | ") + one.remedy + QLatin1Char('\n');
        }
    }
    return text;
}

} // namespace

Q_DECLARE_METATYPE(Change)

/// What a provider is asked before an address moves, and what its answers come to.
class TestCloudLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatKeepsItIsToldInWords_data();
    void whatKeepsItIsToldInWords();
    void busyOnesAreAskedAgain();
    void namesProveNothing();
    void olderFormOfTheProvider();
    void whoIsTurnedAwayDoesNotAskAgain_data();
    void whoIsTurnedAwayDoesNotAskAgain();
    void silenceIsWaitedForOnce();
    void holderIsKnown();
    void nothingIsChanged();
};

void TestCloudLook::whatKeepsItIsToldInWords_data()
{
    QTest::addColumn<Style>("style");
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("check"); // and its result
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, Style style, const char *check, const char *says, Change change) {
        QTest::newRow(name) << style << change << QString::fromLatin1(check) << QString::fromLatin1(says);
    };
    const Style ocean = Style::DigitalOcean;
    row("no token", ocean, "address_credentials:write failed", "Set DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN",
        [](Cloud &) { qunsetenv("DIGITALOCEAN_ACCESS_TOKEN"); });
    row("no region", Style::Aws, "address_credentials:write failed", "Set AWS_REGION or AWS_DEFAULT_REGION",
        [](Cloud &) { qunsetenv("AWS_REGION"); });
    row("half of the credentials", Style::OpenStack, "address_credentials:write failed",
        "OS_APPLICATION_CREDENTIAL_SECRET", [](Cloud &) { qunsetenv("OS_APPLICATION_CREDENTIAL_SECRET"); });
    row("base URL without TLS", ocean, "address_credentials:write failed", "is not encrypted",
        [](Cloud &) { qputenv("DIGITALOCEAN_API_URL", "http://203.0.113.99"); });
    row("wrong token", ocean, "address_credentials:write failed", "refuses the credentials",
        [](Cloud &) { qputenv("DIGITALOCEAN_ACCESS_TOKEN", "wrong-token"); });
    row("wrong secret", Style::OpenStack, "address_credentials:write failed", "Logging in failed",
        [](Cloud &) { qputenv("OS_APPLICATION_CREDENTIAL_SECRET", "wrong"); });
    row("no right to see machines", ocean, "address_credentials:write failed", "droplet:read", [](Cloud &c) {
        c.provider.upsets = {{"GET /v2/droplets", -1, http(403, R"({"id":"forbidden","message":"no"})")}};
    });
    row("a page", ocean, "address_credentials:write unknown", "is not the API of DigitalOcean", [](Cloud &c) {
        c.provider.upsets = {{"GET", -1, http(200, "<html>Please log in</html>")}};
    });
    row("garbage", ocean, "address_credentials:write unknown", "no HTTP that answers", [](Cloud &c) {
        c.provider.upsets = {{"GET", -1, "\x01\x02\x03 garbage\r\n\r\n"}};
    });
    row("half a reply", Style::Hetzner, "address_credentials:write unknown", "cut short", [](Cloud &c) {
        c.provider.upsets = {{"GET", -1, http(200, "{\"floating_ips\":[]}").chopped(5)}};
    });
    row("silence", Style::Hetzner, "address_credentials:write unknown", "no answer within", [](Cloud &c) {
        c.provider.upsets = {{"GET", -1, {}}};
    });
    row("no such address", ocean, "address_holder:write failed", "none of the 1 floating addresses",
        [](Cloud &c) { c.facts.config.addresses.front().ip = QStringLiteral("203.0.113.8"); });
    row("held by nobody", ocean, "address_holder:write warning", "it leads nowhere",
        [](Cloud &c) { c.provider.holder.clear(); });
    row("held by a stranger", Style::Hetzner, "address_holder:write warning", "machine of none of the nodes",
        [](Cloud &c) { c.provider.holder = "333"; });
    row("not its machine", ocean, "address_machine:write:pg1 failed", "None of the provider's 2 machines",
        [](Cloud &c) { c.facts.config.nodes.front().conninfo = QStringLiteral("host=10.0.0.99"); });
    row("reached by what moves", ocean, "address_machine:write:pg1 failed", "that is its machine's own",
        [](Cloud &c) { c.facts.config.nodes.front().conninfo = QStringLiteral("host=203.0.113.7"); });
    row("another event", ocean, "address_quiet:write:pg1 failed", "another event (snapshot (9))", [](Cloud &c) {
        c.provider.upsets = {{"GET /v2/droplets/111/actions", -1,
                              http(200, R"({"actions":[{"id":9,"type":"snapshot","status":"in-progress"}]})")}};
    });
    row("events are not told", ocean, "address_quiet:write:pg1 unknown", "Asking for pending events failed",
        [](Cloud &c) {
            c.provider.upsets = {{"GET /v2/droplets/111/actions", -1, http(200, "{}")}};
        });
    row("not allowed", Style::Aws, "address_allowed:write:pg1 failed", "ec2:AssociateAddress", [](Cloud &c) {
        c.provider.upsets = {{"DryRun", -1,
                              http(403, "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no"
                                        "</Message></Error></Errors></Response>")}};
    });
    row("stopped", Style::Hetzner, "address_state:write:pg1 failed", "is not running (off)", [](Cloud &c) {
        c.provider.upsets = {
            {"GET /v1/servers?", -1,
             http(200, R"({"servers":[{"id":111,"name":"db-a","status":"off","public_net":{"ipv4":)"
                       R"({"ip":"10.0.0.11"}},"location":{"network_zone":"eu-central"}}],"meta":{}})")}};
    });
    row("elsewhere", Style::Hetzner, "address_region:write:pg1 failed", "within its region only", [](Cloud &c) {
        c.provider.upsets = {
            {"GET /v1/servers?", -1,
             http(200, R"({"servers":[{"id":111,"name":"db-a","status":"running","public_net":{"ipv4":)"
                       R"({"ip":"10.0.0.11"}},"location":{"network_zone":"us-east"}}],"meta":{}})")}};
    });
}

void TestCloudLook::whatKeepsItIsToldInWords()
{
    QFETCH(Style, style);
    QFETCH(Change, change);
    QFETCH(QString, check);
    QFETCH(QString, says);
    Cloud cloud(style);
    change(cloud);
    cloud.look();
    const Plan plan = cloud.plan();
    const QString text = problems(plan);
    QVERIFY2(text.contains(check) && text.contains(says), qPrintable(text));
    QCOMPARE(mayRun(plan, true), check.endsWith(QLatin1String("warning")));
    QVERIFY(!text.contains(QLatin1Char('<')) && !text.contains(QLatin1String("sesame")));
    for (const Check &one : plan.checks) {
        QCOMPARE(one.remedy.isEmpty(), one.result == CheckResult::Passed);
    }
    for (const QByteArray &request : std::as_const(cloud.provider.requests)) { // nothing but questions
        QVERIFY2(request.startsWith("GET") || request.contains("Action=Describe") || request.contains("DryRun=true") ||
                     request.startsWith("POST /v3/auth/tokens"),
                 request.constData());
    }
}

void TestCloudLook::busyOnesAreAskedAgain()
{
    Cloud cloud(Style::DigitalOcean);
    cloud.provider.upsets = {
        {"GET /v2/droplets?", 1, http(429, R"({"id":"too_many_requests"})", "Retry-After: 1\r\n")},
        {"GET /v2/reserved_ips?", 1, http(503, R"({"id":"service_unavailable"})", "retry-after: 0\r\n")}};
    cloud.look();
    QVERIFY2(mayRun(cloud.plan(), false), qPrintable(problems(cloud.plan())));
    // Who wants to be left alone for an hour is told as that.
    cloud.provider.upsets = {{"GET", -1, http(429, R"({"id":"too_many_requests"})", "Retry-After: 3600\r\n")}};
    QElapsedTimer clock;
    clock.start();
    cloud.look();
    QVERIFY(clock.elapsed() < 2000);
    QVERIFY2(problems(cloud.plan()).contains(QStringLiteral("Try again in 3600 s")),
             qPrintable(problems(cloud.plan())));
}

/// A machine that is called as the node is, with another IP, is another one.
void TestCloudLook::namesProveNothing()
{
    Cloud cloud(Style::DigitalOcean);
    cloud.facts.config.nodes.front().name = QStringLiteral("db-b");
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.machines.value(QStringLiteral("db-b")).place.targetId, QStringLiteral("111"));
    QCOMPARE(cloud.facts.address.cloud.holder, pg2);
    // A name that leads to its machine is as good as an IP. localhost is every machine's.
    cloud.facts.config.nodes.front().conninfo = QStringLiteral("host=localhost");
    cloud.look();
    QVERIFY(!cloud.facts.address.cloud.machines.value(QStringLiteral("db-b")).error.isEmpty());
    cloud.facts.config.nodes.front().conninfo = QStringLiteral("host=somewhere.invalid hostaddr=10.0.0.11");
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.machines.value(QStringLiteral("db-b")).place.targetId, QStringLiteral("111"));
}

void TestCloudLook::olderFormOfTheProvider()
{
    Cloud cloud(Style::DigitalOcean);
    const QByteArray droplet = R"({"id":222,"name":"db-b"})";
    cloud.provider.upsets = {
        {"GET /v2/reserved_ips?", -1, http(200, R"({"reserved_ips":[]})")},
        {"GET /v2/floating_ips?", -1,
         http(200, R"({"floating_ips":[{"ip":"203.0.113.7","region":{"slug":"fra1"},"droplet":)" + droplet + "}]}")},
        {"GET /v2/floating_ips/203.0.113.7/actions", -1, http(200, R"({"actions":[]})")}};
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.provider, QStringLiteral("digitalocean-floating"));
    const Plan plan = cloud.plan();
    QVERIFY2(mayRun(plan, false), qPrintable(problems(plan)));
    QVERIFY(stepOf(plan, QStringLiteral("address_write"))
                ->actions.front()
                .http.url.endsWith(QStringLiteral("/v2/floating_ips/203.0.113.7/actions")));
    // In neither of them: the one in the cluster file has the word.
    cloud.provider.upsets[1].bytes = http(200, R"({"floating_ips":[]})");
    cloud.look();
    QVERIFY(problems(cloud.plan()).contains(QStringLiteral("none of the 0 floating addresses")));
}

void TestCloudLook::whoIsTurnedAwayDoesNotAskAgain_data()
{
    QTest::addColumn<Style>("style");
    QTest::addColumn<QByteArray>("variable");
    QTest::newRow("hetzner-robot") << Style::Robot << QByteArray("HROBOT_API_PASSWORD");
    QTest::newRow("openstack") << Style::OpenStack << QByteArray("OS_APPLICATION_CREDENTIAL_SECRET");
}

/// Robot shuts out whoever has tried three times, Keystone locks the account.
void TestCloudLook::whoIsTurnedAwayDoesNotAskAgain()
{
    QFETCH(Style, style);
    QFETCH(QByteArray, variable);
    Cloud cloud(style);
    qputenv(variable.constData(), "mistyped-1");
    for (int i = 0; i < 4; ++i) {
        cloud.look();
        QVERIFY2(problems(cloud.plan()).contains(QStringLiteral("refuse")), qPrintable(problems(cloud.plan())));
    }
    QCOMPARE(cloud.provider.requests.size(), 1);
    // Several addresses are looked at at the same time, and none of them knows of the others.
    std::vector<howdah::cluster::AddressConfig> three(3, cloud.facts.config.addresses.front());
    three[1].name = QStringLiteral("read");
    three[2].name = QStringLiteral("report");
    for (const auto &[secret, isRight] : {std::pair{"mistyped-2", false}, {"sesame-open", true}}) {
        qputenv(variable.constData(), secret);
        cloud.provider.requests.clear();
        std::optional<address::LookAll::Found> found;
        address::LookAll all(three, cloud.hands);
        all.start(cloud.facts.config.nodes, [&](const address::LookAll::Found &one) { found = one; });
        QTRY_VERIFY_WITH_TIMEOUT(found.has_value(), 10'000);
        for (const auto &address : three) {
            QVERIFY2(found->value(address.name).cloud.isKnown() == isRight,
                     qPrintable(found->value(address.name).cloud.error.message));
        }
        QVERIFY(isRight || cloud.provider.requests.size() == 1);
    }
}

/// Who is silent is waited for once, not by one after the other.
void TestCloudLook::silenceIsWaitedForOnce()
{
    Cloud cloud(Style::OpenStack);
    cloud.provider.upsets = {{"POST", -1, {}}};
    std::vector<howdah::cluster::AddressConfig> three(3, cloud.facts.config.addresses.front());
    three[1].name = QStringLiteral("read");
    three[2].name = QStringLiteral("report");
    std::optional<address::LookAll::Found> found;
    address::LookAll all(three, cloud.hands);
    QElapsedTimer clock;
    clock.start();
    all.start(cloud.facts.config.nodes, [&](const address::LookAll::Found &one) { found = one; });
    QTRY_VERIFY_WITH_TIMEOUT(found.has_value(), 10'000);
    QVERIFY2(clock.elapsed() < 2 * cloud.hands.patienceMs, qPrintable(QString::number(clock.elapsed())));
    for (const auto &address : three) {
        const QString why = found->value(address.name).cloud.error.message;
        QVERIFY2(why.contains(QStringLiteral("no answer within 1000 ms")), qPrintable(why));
    }
    // It has come to: they are not kept from asking.
    cloud.provider.upsets.clear();
    cloud.look();
    QVERIFY2(mayRun(cloud.plan(), false), qPrintable(problems(cloud.plan())));
}

void TestCloudLook::holderIsKnown()
{
    Cloud cloud(Style::Hetzner);
    cloud.look();
    address::Truth truth =
        address::truthOf(cloud.facts.config.addresses.front(), cloud.facts.address, cloud.facts.state);
    QVERIFY(truth.holderKnown);
    QCOMPARE(truth.holders, QStringList{pg2});
    cloud.provider.upsets = {{"GET", -1, {}}};
    cloud.look();
    truth = address::truthOf(cloud.facts.config.addresses.front(), cloud.facts.address, cloud.facts.state);
    QVERIFY(!truth.holderKnown && truth.holders.isEmpty());
}

void TestCloudLook::nothingIsChanged()
{
    for (const Style style : {Style::DigitalOcean, Style::Hetzner, Style::Robot, Style::Aws, Style::OpenStack}) {
        Cloud cloud(style);
        cloud.look();
        QCOMPARE(cloud.provider.holder, QByteArray("222"));
    }
}

QTEST_GUILESS_MAIN(TestCloudLook)
#include "tst_cloudlook.moc"
