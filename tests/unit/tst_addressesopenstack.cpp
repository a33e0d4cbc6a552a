// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

using namespace addressbench;

/// Neutron's floating IPs, behind a login to Keystone.
class TestAddressesOpenStack : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void loginByPassword();
    void loginByApplication();
    void session_data();
    void session();
    void requests();
    void addresses();
    void ports();
    void pages();
    void assigned();
    void faults_data();
    void faults();
};

namespace {

const Account kAt{.baseUrl = QStringLiteral("https://keystone.example:5000"),
                  .region = QStringLiteral("RegionOne"),
                  .networkUrl = QStringLiteral("https://net.example:9696")};
const Address kAddress{.id = QStringLiteral("2f245a7b"), .ip = QStringLiteral("203.0.113.7")};

const char kToken[] = R"({"token": {"methods": ["password"], "expires_at": "2026-11-06T23:14:00.000000Z", "catalog": [
 {"type": "compute", "endpoints": [{"interface": "public", "region_id": "RegionOne", "url": "https://nova.example"}]},
 {"type": "network", "endpoints": [
  {"interface": "internal", "region_id": "RegionOne", "url": "http://10.0.0.1:9696"},
  {"interface": "public", "region_id": "RegionTwo", "url": "https://two.example:9696"},
  {"interface": "public", "region_id": "RegionOne", "region": "RegionOne", "url": "https://net.example:9696/"}]}]}})";

const char kFloatingIp[] = R"({"floatingip": {"id": "2f245a7b", "floating_ip_address": "203.0.113.7", "status": "DOWN",
 "port_id": "ce705c24", "fixed_ip_address": "10.0.0.2", "router_id": "d23abc8d",
 "port_details": {"name": "pg2-port", "status": "ACTIVE", "device_id": "8e3941b4"}}})";

const char kPorts[] = R"({"ports": [
 {"id": "ce705c24", "name": "", "device_id": "8e3941b4", "device_owner": "compute:nova", "status": "ACTIVE",
  "admin_state_up": true, "fixed_ips": [{"subnet_id": "a", "ip_address": "10.0.0.2"}]},
 {"id": "d80b1a3b", "name": "pg3", "device_owner": "", "status": "DOWN", "admin_state_up": false,
  "fixed_ips": [{"ip_address": "10.0.0.3"}, {"ip_address": "10.0.0.33"}]},
 {"id": "f71a6703", "name": "gateway", "device_owner": "network:router_interface", "status": "ACTIVE",
  "fixed_ips": [{"ip_address": "10.0.0.1"}]}]})";

QByteArray neutron(const char *type)
{
    return QByteArray(R"({"NeutronError": {"type": ")") + type + R"(", "message": "said so", "detail": ""}})";
}

} // namespace

void TestAddressesOpenStack::loginByPassword()
{
    Account at = kAt;
    at.names = {{QStringLiteral("OS_USERNAME"), QStringLiteral("dba")},
                {QStringLiteral("OS_PROJECT_NAME"), QStringLiteral("orders")},
                {QStringLiteral("OS_USER_DOMAIN_NAME"), QStringLiteral("people")}};
    const Request request = *provider("openstack").login(at);
    QCOMPARE(request.url, QStringLiteral("https://keystone.example:5000/v3/auth/tokens"));
    QVERIFY(request.method == "POST" && request.auth == Auth::None && !request.changes);
    const auto sent = bodyWithSecrets(request, [](const QString &name) {
        return name == QLatin1String("OS_PASSWORD") ? QStringLiteral("s3cret") : QString();
    });
    const QJsonObject expected = QJsonDocument::fromJson(R"({"auth": {
        "identity": {"methods": ["password"],
                     "password": {"user": {"name": "dba", "domain": {"name": "people"}, "password": "s3cret"}}},
        "scope": {"project": {"name": "orders", "domain": {"name": "Default"}}}}})")
                                     .object();
    QCOMPARE(QJsonDocument::fromJson(*sent).object(), expected);
    QVERIFY(!request.body.contains("s3cret"));
    at.names.insert(QStringLiteral("OS_PROJECT_ID"), QStringLiteral("p1"));
    at.baseUrl += QStringLiteral("/v3");
    const Request byId = *provider("openstack").login(at);
    QVERIFY(byId.body.contains(R"("project":{"id":"p1"})"));
    QCOMPARE(byId.url, QStringLiteral("https://keystone.example:5000/v3/auth/tokens"));
}

void TestAddressesOpenStack::loginByApplication()
{
    Account at = kAt;
    at.names = {{QStringLiteral("OS_APPLICATION_CREDENTIAL_ID"), QStringLiteral("a1")},
                {QStringLiteral("OS_USERNAME"), QStringLiteral("dba")}};
    const Request request = *provider("openstack").login(at);
    const auto sent = bodyWithSecrets(request, [](const QString &name) { return name.right(6); });
    const QJsonObject expected =
        QJsonDocument::fromJson(R"({"auth": {"identity": {"methods": ["application_credential"],
        "application_credential": {"id": "a1", "secret": "SECRET"}}}})")
            .object();
    QCOMPARE(QJsonDocument::fromJson(*sent).object(), expected); // no scope: it has its own
}

void TestAddressesOpenStack::session_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<QString>("region");
    QTest::addColumn<QString>("url"); // empty: none
    const QByteArray good = kToken;
    QTest::newRow("the region") << good << QByteArray("gAAAA") << "RegionOne"
                                << "https://net.example:9696";
    QTest::newRow("another region") << good << QByteArray("gAAAA") << "RegionTwo"
                                    << "https://two.example:9696";
    QTest::newRow("any region") << good << QByteArray("gAAAA") << ""
                                << "https://two.example:9696";
    QTest::newRow("no such region") << good << QByteArray("gAAAA") << "RegionThree"
                                    << "";
    QTest::newRow("no token") << good << QByteArray() << "RegionOne"
                              << "";
    QTest::newRow("no end") << QByteArray(good).replace("expires_at", "x") << QByteArray("gAAAA") << "RegionOne"
                            << "";
    QTest::newRow("no catalogue") << QByteArray(good).replace("catalog", "x") << QByteArray("gAAAA") << "RegionOne"
                                  << "";
    QTest::newRow("in clear") << QByteArray(good).replace("https://net", "http://net") << QByteArray("gAAAA")
                              << "RegionOne"
                              << "";
    QTest::newRow("half") << good.left(300) << QByteArray("gAAAA") << "RegionOne"
                          << "";
}

void TestAddressesOpenStack::session()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, token);
    QFETCH(QString, region);
    QFETCH(QString, url);
    Account at = kAt;
    at.region = region;
    const auto session = provider("openstack").loggedIn(at, answer(201, body, {{"x-subject-token", token}}));
    QCOMPARE(session ? session->networkUrl : QString(), url);
    if (session) {
        QCOMPARE(session->token, token);
        QCOMPARE(session->expires.toUTC(), QDateTime::fromString(QStringLiteral("2026-11-06T23:14:00Z"), Qt::ISODate));
    } else {
        QVERIFY(isTold(session.error()) && !session.error().error.message.contains(QLatin1String("gAAAA")));
    }
}

void TestAddressesOpenStack::requests()
{
    const Provider &each = provider("openstack");
    QCOMPARE(line(each.listAddresses(kAt, {})), "GET https://net.example:9696/v2.0/floatingips?limit=100");
    QCOMPARE(line(each.listTargets(kAt, QStringLiteral("f71a 6703"))),
             "GET https://net.example:9696/v2.0/ports?limit=100&marker=f71a%206703");
    Account versioned = kAt;
    versioned.networkUrl += QStringLiteral("/v2.0");
    QCOMPARE(line(each.readAddress(versioned, kAddress)), "GET https://net.example:9696/v2.0/floatingips/2f245a7b");
    const Request assign = each.assign(kAt, kAddress, {.targetId = QStringLiteral("ce705c24")});
    QCOMPARE(line(assign),
             R"(PUT https://net.example:9696/v2.0/floatingips/2f245a7b {"floatingip":{"port_id":"ce705c24"}})");
    QVERIFY(assign.auth == Auth::XToken && assign.changes);
    const Place second{.targetId = QStringLiteral("d80b1a3b"), .insideIp = QStringLiteral("10.0.0.33")};
    QVERIFY(each.assign(kAt, kAddress, second).body.contains(R"("fixed_ip_address":"10.0.0.33")"));
}

void TestAddressesOpenStack::addresses()
{
    const Provider &each = provider("openstack");
    const Address read = *each.address(kAt, answer(200, kFloatingIp));
    const Address expected{.id = QStringLiteral("2f245a7b"),
                           .ip = QStringLiteral("203.0.113.7"),
                           .targetId = QStringLiteral("ce705c24"),
                           .targetName = QStringLiteral("pg2-port"),
                           .insideIp = QStringLiteral("10.0.0.2")};
    QCOMPARE(read, expected);
    const auto changed = [&each](const char *what, const char *with) {
        return each.address(kAt, answer(200, QByteArray(kFloatingIp).replace(what, with)));
    };
    QVERIFY(changed("\"ce705c24\"", "null")->targetId.isEmpty());
    QVERIFY(!changed("\"port_id\"", "\"x\"")->isHolderKnown);
    QCOMPARE(faultOf(changed("\"ce705c24\"", "7")), QStringLiteral("garbled"));
    QCOMPARE(faultOf(changed("\"203.0.113.7\"", "\"x\"")), QStringLiteral("garbled"));
    QCOMPARE(faultOf(changed("\"id\": \"2f245a7b\"", "\"id\": 3")), QStringLiteral("garbled"));
}

void TestAddressesOpenStack::ports()
{
    const Provider &each = provider("openstack");
    const auto list = each.targets(kAt, answer(200, kPorts));
    QVERIFY(list);
    QCOMPARE(list->items.size(), size_t(2)); // a router's port is no machine
    QCOMPARE(list->items.at(0).name, QStringLiteral("8e3941b4"));
    QCOMPARE(list->items.at(0).state, Target::State::Up);
    QCOMPARE(list->items.at(1).state, Target::State::Unknown); // DOWN is no proof
    QVERIFY(!list->items.at(1).lock.isEmpty());
    const auto match = matchNode(QStringLiteral("pg3"), {QStringLiteral("10.0.0.33")}, list->items, {});
    QCOMPARE(match->place.insideIp, QStringLiteral("10.0.0.33"));
    QCOMPARE(matchNode(QStringLiteral("pg2"), {QStringLiteral("10.0.0.2")}, list->items, {})->place.insideIp,
             QString());
    QCOMPARE(faultOf(each.targets(kAt, answer(200, QByteArray(kPorts).replace("\"10.0.0.33\"", "{}")))),
             QStringLiteral("garbled"));
}

void TestAddressesOpenStack::pages()
{
    const char body[] = R"({"ports": [], "ports_links": [
        {"rel": "previous", "href": "https://evil.example/v2.0/ports?marker=aaa&page_reverse=True"},
        {"rel": "next", "href": "https://evil.example/v2.0/ports?limit=100&marker=f71a6703"}]})";
    const auto list = provider("openstack").targets(kAt, answer(200, body));
    QCOMPARE(list->next, QStringLiteral("f71a6703"));
    QVERIFY(provider("openstack").listTargets(kAt, list->next).url.startsWith(kAt.networkUrl));
    QCOMPARE(provider("openstack").addresses(kAt, answer(200, R"({"floatingips": []})"))->next, QString());
}

void TestAddressesOpenStack::assigned()
{
    const Provider &each = provider("openstack");
    const auto done = each.assigned(kAt, answer(200, kFloatingIp));
    QVERIFY(done && done->state == Operation::State::Done);
    QVERIFY(!each.poll(kAt, kAddress, *done));
    const auto odd = each.assigned(kAt, answer(200, "{}"));
    QVERIFY(!odd && odd.error().mayHaveHappened);
}

void TestAddressesOpenStack::faults_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("fault");
    QTest::newRow("expired") << 401
                             << QByteArray(R"({"error": {"code": 401, "title": "Unauthorized", "message": "expired"}})")
                             << "unauthorized Unauthorized";
    QTest::newRow("policy") << 403 << neutron("PolicyNotAuthorized") << "forbidden PolicyNotAuthorized";
    QTest::newRow("no port") << 404 << neutron("PortNotFound") << "not found PortNotFound";
    QTest::newRow("no address") << 404 << neutron("FloatingIPNotFound") << "not found FloatingIPNotFound";
    QTest::newRow("no router") << 404 << neutron("ExternalGatewayForFloatingIPNotFound")
                               << "wrong request ExternalGatewayForFloatingIPNotFound";
    QTest::newRow("has another") << 409 << neutron("FloatingIPPortAlreadyAssociated")
                                 << "protected FloatingIPPortAlreadyAssociated";
    QTest::newRow("busy") << 409 << neutron("RetryRequest") << "retry RetryRequest";
    QTest::newRow("bad") << 400 << neutron("HTTPBadRequest") << "wrong request HTTPBadRequest";
    QTest::newRow("server") << 500 << neutron("HTTPInternalServerError") << "retry HTTPInternalServerError";
    QTest::newRow("HTML") << 503 << QByteArray("<html>") << "retry";
    QTest::newRow("another service") << 404 << QByteArray("404 Not Found") << "garbled";
}

void TestAddressesOpenStack::faults()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const auto assigned = provider("openstack").assigned(kAt, answer(status, body));
    QTEST(faultOf(assigned), "fault");
    QVERIFY2(isTold(assigned.error()), qPrintable(assigned.error().error.message));
}

QTEST_GUILESS_MAIN(TestAddressesOpenStack)
#include "tst_addressesopenstack.moc"
