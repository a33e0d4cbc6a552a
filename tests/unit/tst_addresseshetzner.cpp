// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

using namespace addressbench;

/// Hetzner's two APIs: floating IPs of the cloud, and failover IPs of dedicated servers.
class TestAddressesHetzner : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cloudRequests();
    void cloudAddresses();
    void cloudServers();
    void cloudPages_data();
    void cloudPages();
    void cloudActions_data();
    void cloudActions();
    void cloudPending();
    void cloudAlreadyAssigned();
    void cloudFaults_data();
    void cloudFaults();
    void robotRequests();
    void robotAddresses();
    void robotServers();
    void robotAssigned_data();
    void robotAssigned();
    void robotFaults_data();
    void robotFaults();
};

namespace {

const Address kFloating{.id = QStringLiteral("4711"), .ip = QStringLiteral("131.232.99.1")};
const Place kServer{.targetId = QStringLiteral("42"), .targetName = QStringLiteral("pg2")};
const Address kFailover{.id = QStringLiteral("123.123.123.123"), .ip = QStringLiteral("123.123.123.123")};

const char kFloatingIps[] = R"({"floating_ips": [
 {"id": 4711, "name": "orders", "ip": "131.232.99.1", "type": "ipv4", "server": 42, "blocked": false,
  "home_location": {"name": "fsn1", "network_zone": "eu-central"}, "protection": {"delete": true}},
 {"id": 4712, "name": "six", "ip": "2001:db8::/64", "type": "ipv6", "server": null, "blocked": true,
  "home_location": {"name": "hil", "network_zone": "us-west"}, "protection": {"delete": false}}],
 "meta": {"pagination": {"page": 1, "per_page": 50, "previous_page": null, "next_page": null, "last_page": 1,
  "total_entries": 2}}})";

const char kServers[] = R"({"servers": [
 {"id": 42, "name": "pg2", "status": "running", "locked": false,
  "public_net": {"ipv4": {"ip": "1.2.3.4", "blocked": false}, "ipv6": {"ip": "2001:db8:2::/64"}, "floating_ips": [4711]},
  "private_net": [{"network": 1, "ip": "10.0.0.2", "alias_ips": ["10.0.0.77"]}],
  "datacenter": {"name": "fsn1-dc8", "location": {"name": "fsn1", "network_zone": "eu-central"}}},
 {"id": 43, "name": "pg3", "status": "off", "locked": true, "public_net": {"ipv4": null, "ipv6": null},
  "private_net": [], "location": {"name": "ash", "network_zone": "us-east"}}], "meta": {"pagination": {"next_page": 2}}})";

QByteArray error(const char *code, const char *message = "said so")
{
    return QByteArray(R"({"error": {"code": ")") + code + R"(", "message": ")" + message + R"(", "details": null}})";
}

} // namespace

void TestAddressesHetzner::cloudRequests()
{
    const Provider &each = provider("hetzner");
    const Account at = account(QStringLiteral("https://api.hetzner.cloud/v1"));
    QCOMPARE(line(each.listAddresses(at, {})), "GET https://api.hetzner.cloud/v1/floating_ips?per_page=50&page=1");
    QCOMPARE(line(each.listTargets(at, QStringLiteral("2"))),
             "GET https://api.hetzner.cloud/v1/servers?per_page=50&page=2");
    QCOMPARE(line(each.readAddress(at, kFloating)), "GET https://api.hetzner.cloud/v1/floating_ips/4711");
    const Request assign = each.assign(at, kFloating, kServer);
    QCOMPARE(line(assign), R"(POST https://api.hetzner.cloud/v1/floating_ips/4711/actions/assign {"server":42})");
    QVERIFY(assign.changes && assign.auth == Auth::Bearer && assign.contentType == "application/json");
    QCOMPARE(line(*each.poll(at, kFloating, {.id = QStringLiteral("13")})),
             "GET https://api.hetzner.cloud/v1/actions/13");
    QVERIFY(!each.rehearse(at, kFloating, kServer));
}

void TestAddressesHetzner::cloudAddresses()
{
    const Provider &each = provider("hetzner");
    const auto list = each.addresses({}, answer(200, kFloatingIps));
    QVERIFY(list);
    const Address first{.id = QStringLiteral("4711"),
                        .ip = QStringLiteral("131.232.99.1"),
                        .region = QStringLiteral("eu-central"),
                        .targetId = QStringLiteral("42")};
    QCOMPARE(list->items.at(0), first); // its protection is against deletion
    QCOMPARE(list->items.at(1).ip, QStringLiteral("2001:db8::/64"));
    QVERIFY(list->items.at(1).targetId.isEmpty() && !list->items.at(1).lock.isEmpty());
    for (const char *server : {"\"42\"", "4.5", "{}", "true"}) {
        QCOMPARE(
            faultOf(each.addresses(
                {},
                answer(200, QByteArray(kFloatingIps).replace("\"server\": 42", QByteArray("\"server\": ") + server)))),
            QStringLiteral("garbled"));
    }
    // A read-back without the key is no proof of anything.
    QCOMPARE(faultOf(each.address({}, answer(200, R"({"floating_ip": {"id": 4711, "ip": "131.232.99.1"}})"))),
             QStringLiteral("garbled"));
}

void TestAddressesHetzner::cloudServers()
{
    const Provider &each = provider("hetzner");
    const auto list = each.targets({}, answer(200, kServers));
    QVERIFY(list);
    const Target &first = list->items.at(0);
    QCOMPARE(first.region, QStringLiteral("eu-central"));
    QCOMPARE(first.state, Target::State::Up);
    QCOMPARE(first.ips, (std::vector<TargetIp>{{.ip = QStringLiteral("1.2.3.4"), .isPublic = true},
                                               {.ip = QStringLiteral("2001:db8:2::/64"), .isPublic = true},
                                               {.ip = QStringLiteral("10.0.0.2")},
                                               {.ip = QStringLiteral("10.0.0.77")}}));
    QCOMPARE(list->items.at(1).region, QStringLiteral("us-east"));
    QCOMPARE(list->items.at(1).state, Target::State::Down);
    QVERIFY(!list->items.at(1).lock.isEmpty());
    QCOMPARE(list->next, QStringLiteral("2"));
    const auto match =
        matchNode(QStringLiteral("pg2"), {QStringLiteral("131.232.99.1"), QStringLiteral("2001:db8:2::5")}, list->items,
                  {QStringLiteral("131.232.99.1")});
    QCOMPARE(match->place.targetId, QStringLiteral("42"));
}

void TestAddressesHetzner::cloudPages_data()
{
    QTest::addColumn<QByteArray>("meta");
    QTest::addColumn<QString>("next");
    QTest::newRow("none") << QByteArray("null") << "";
    QTest::newRow("the last") << QByteArray(R"({"pagination": {"page": 3, "next_page": null}})") << "";
    QTest::newRow("more") << QByteArray(R"({"pagination": {"page": 3, "next_page": 4}})") << "4";
    QTest::newRow("a word") << QByteArray(R"({"pagination": {"next_page": "4"}})") << "";
}

void TestAddressesHetzner::cloudPages()
{
    QFETCH(QByteArray, meta);
    const auto list = provider("hetzner").addresses({}, answer(200, R"({"floating_ips": [], "meta": )" + meta + '}'));
    QVERIFY(list);
    QTEST(list->next, "next");
}

void TestAddressesHetzner::cloudActions_data()
{
    QTest::addColumn<QByteArray>("action");
    QTest::addColumn<int>("state"); // -1: garbled
    const QByteArray filled = R"("error": {"code": "action_failed", "message": "Action failed"})";
    QTest::newRow("running") << QByteArray(R"({"id": 13, "status": "running", "progress": 50, "error": null})") << 0;
    QTest::newRow("done") << QByteArray(R"({"id": 13, "status": "success", "progress": 100, "error": null})") << 1;
    // As in the example of its own description.
    QTest::newRow("done, with an error beside it")
        << QByteArray(R"({"id": 13, "status": "success", )") + filled + '}' << 1;
    QTest::newRow("failed") << QByteArray(R"({"id": 13, "status": "error", "progress": 100, )") + filled + '}' << 2;
    QTest::newRow("complete, but not done") << QByteArray(R"({"id": 13, "status": "running", "progress": 100})") << 0;
    QTest::newRow("a new word") << QByteArray(R"({"id": 13, "status": "done"})") << -1;
    QTest::newRow("no id") << QByteArray(R"({"status": "success"})") << -1;
}

void TestAddressesHetzner::cloudActions()
{
    QFETCH(QByteArray, action);
    QFETCH(int, state);
    const QByteArray body = R"({"action": )" + action + '}';
    const auto assigned = provider("hetzner").assigned({}, answer(201, body));
    const auto polled = provider("hetzner").polled(answer(200, body));
    QCOMPARE(assigned ? static_cast<int>(assigned->state) : -1, state);
    QCOMPARE(polled ? static_cast<int>(polled->state) : -1, state);
    if (state == 2) {
        QCOMPARE(polled->message, QStringLiteral("Action failed"));
    }
    QVERIFY(polled || polled.error().mayHaveHappened);
}

void TestAddressesHetzner::cloudPending()
{
    const auto events = provider("hetzner").pendingEvents(answer(200, R"({"actions": [
        {"id": 1, "status": "running", "command": "create_image"}, {"id": 2, "status": "success"}]})"));
    QCOMPARE(events->size(), size_t(1));
    QCOMPARE(events->front().what, QStringLiteral("create_image"));
}

// Then the proof decides, as it does always.
void TestAddressesHetzner::cloudAlreadyAssigned()
{
    const Provider &each = provider("hetzner");
    const auto assigned = each.assigned({}, answer(422, error("floating_ip_assigned")));
    QVERIFY(assigned && assigned->state == Operation::State::Done && assigned->id.isEmpty());
    const auto read = each.addresses({}, answer(200, kFloatingIps));
    QVERIFY(judged(each.info(), kFloating, read->items.front(), kServer));
    QVERIFY(!judged(each.info(), kFloating, read->items.front(), Place{.targetId = QStringLiteral("43")}));
}

void TestAddressesHetzner::cloudFaults_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("fault");
    const auto row = [](int status, const char *code, const char *fault) {
        QTest::newRow(code) << status << error(code)
                            << QStringLiteral("%1 %2").arg(QLatin1String(fault), QLatin1String(code));
    };
    row(409, "conflict", "retry");
    row(423, "locked", "retry");
    row(429, "rate_limit_exceeded", "retry");
    row(502, "bad_gateway", "retry");
    row(504, "timeout", "retry");
    row(503, "unavailable", "retry");
    row(403, "token_readonly", "forbidden");
    row(403, "forbidden", "forbidden");
    row(401, "unauthorized", "unauthorized");
    row(403, "protected", "protected");
    row(404, "not_found", "not found");
    row(422, "invalid_input", "wrong request");
    row(400, "json_error", "wrong request");
    QTest::newRow("HTML") << 500 << QByteArray("<html>") << "retry";
    QTest::newRow("an error that is a word") << 401 << QByteArray(R"({"error": "no"})") << "unauthorized";
    QTest::newRow("HTML 404") << 404 << QByteArray("<html>") << "garbled";
}

void TestAddressesHetzner::cloudFaults()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const auto assigned = provider("hetzner").assigned({}, answer(status, body));
    QTEST(faultOf(assigned), "fault");
    QVERIFY2(isTold(assigned.error()), qPrintable(assigned.error().error.message));
}

void TestAddressesHetzner::robotRequests()
{
    const Provider &each = provider("hetzner-robot");
    const Account at = account(QStringLiteral("https://robot-ws.your-server.de"));
    QCOMPARE(line(each.listAddresses(at, {})), "GET https://robot-ws.your-server.de/failover");
    QCOMPARE(line(each.listTargets(at, {})), "GET https://robot-ws.your-server.de/server");
    QCOMPARE(line(each.readAddress(at, kFailover)), "GET https://robot-ws.your-server.de/failover/123.123.123.123");
    const Request assign = each.assign(at, kFailover, {.targetId = QStringLiteral("78.46.1.93")});
    QCOMPARE(line(assign), "POST https://robot-ws.your-server.de/failover/123.123.123.123 active_server_ip=78.46.1.93");
    QVERIFY(assign.changes && assign.auth == Auth::Basic && assign.contentType == "application/x-www-form-urlencoded");
    QVERIFY(!each.poll(at, kFailover, {}) && each.pending(at, kFailover, {}).empty());
}

void TestAddressesHetzner::robotAddresses()
{
    const Provider &each = provider("hetzner-robot");
    const char one[] =
        R"({"failover": {"ip": "123.123.123.123", "netmask": "255.255.255.255", "server_ip": "78.46.1.93",
        "server_number": 321, "active_server_ip": "78.46.1.93"}})";
    const Address address{.id = QStringLiteral("123.123.123.123"),
                          .ip = QStringLiteral("123.123.123.123"),
                          .targetId = QStringLiteral("78.46.1.93")};
    QCOMPARE(*each.address({}, answer(200, one)), address);
    const QByteArray unrouted =
        QByteArray(one).replace("\"active_server_ip\": \"78.46.1.93\"", "\"active_server_ip\": null");
    const auto list = each.addresses({}, answer(200, QByteArray("[") + one + ',' + unrouted + ']'));
    QCOMPARE(list->items.size(), size_t(2));
    QVERIFY(list->items.at(1).targetId.isEmpty() && list->next.isEmpty());
    QCOMPARE(each.addresses({}, answer(404, error("NOT_FOUND")))->items.size(), size_t(0)); // it has none
    QCOMPARE(faultOf(each.addresses({}, answer(404, "<html>"))), QStringLiteral("garbled"));
    QCOMPARE(faultOf(each.address({}, answer(404, error("NOT_FOUND")))), QStringLiteral("not found NOT_FOUND"));
    QCOMPARE(faultOf(each.addresses({}, answer(200, one))),
             QStringLiteral("garbled")); // one, where a list was asked for
    QCOMPARE(faultOf(each.address({}, answer(200, QByteArray(one).replace("\"78.46.1.93\"}", "7}")))),
             QStringLiteral("garbled"));
    QCOMPARE(faultOf(each.address({}, answer(200, R"({"failover": {"ip": "123.123.123.123"}})"))),
             QStringLiteral("garbled"));
}

void TestAddressesHetzner::robotServers()
{
    const Provider &each = provider("hetzner-robot");
    const auto list = each.targets({}, answer(200, R"([
        {"server": {"server_ip": "78.46.1.93", "server_ipv6_net": "2a01:f48:111:4221::", "server_number": 321,
         "server_name": "pg1", "dc": "NBG1-DC1", "status": "ready", "ip": ["78.46.1.93"],
         "subnet": [{"ip": "2a01:f48:111:4221::", "mask": "64"}]}},
        {"server": {"server_ip": null, "server_number": 322, "server_name": "six", "dc": "FSN1-DC10",
         "status": "in process", "ip": null, "subnet": null}}])"));
    QVERIFY(list);
    QCOMPARE(list->items.size(), size_t(1)); // one without a main IP can't hold a failover address
    const Target &target = list->items.front();
    QCOMPARE(target.id, QStringLiteral("78.46.1.93"));
    QCOMPARE(target.state, Target::State::Unknown); // "ready" is the order's state
    QCOMPARE(
        matchNode(QStringLiteral("pg1"), {QStringLiteral("2a01:f48:111:4221::2")}, list->items, {})->place.targetId,
        QStringLiteral("78.46.1.93"));
    QCOMPARE(faultOf(each.targets({}, answer(200, R"([{"server": {"server_ip": "x", "server_number": 1}}])"))),
             QStringLiteral("garbled"));
    QCOMPARE(faultOf(each.targets({}, answer(200, "{}"))), QStringLiteral("garbled"));
}

void TestAddressesHetzner::robotAssigned_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("isDone");
    QTest::newRow("moved") << 200
                           << QByteArray(R"({"failover": {"ip": "123.123.123.123", "active_server_ip": "1.2.3.4"}})")
                           << true;
    QTest::newRow("there already") << 409 << error("FAILOVER_ALREADY_ROUTED") << true;
    QTest::newRow("nothing") << 200 << QByteArray() << false;
    QTest::newRow("another thing") << 200 << QByteArray(R"({"server": {}})") << false;
}

void TestAddressesHetzner::robotAssigned()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const auto assigned = provider("hetzner-robot").assigned({}, answer(status, body));
    QTEST(assigned && assigned->state == Operation::State::Done, "isDone");
    QVERIFY(assigned || assigned.error().mayHaveHappened);
}

void TestAddressesHetzner::robotFaults_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("fault");
    QTest::addColumn<int>("waitMs");
    QTest::newRow("throttled") << 403 << QByteArray(R"({"error": {"status": 403, "code": "RATE_LIMIT_EXCEEDED",
        "max_request": 200, "interval": 600, "message": "rate limit exceeded"}})")
                               << "retry RATE_LIMIT_EXCEEDED" << 600000;
    QTest::newRow("throttled for ever") << 403
                                        << QByteArray(
                                               R"({"error": {"code": "RATE_LIMIT_EXCEEDED", "interval": 1e300}})")
                                        << "retry RATE_LIMIT_EXCEEDED" << 3600000;
    QTest::newRow("locked") << 409 << error("FAILOVER_LOCKED") << "retry FAILOVER_LOCKED" << 10000;
    QTest::newRow("failed") << 500 << error("FAILOVER_FAILED") << "retry FAILOVER_FAILED" << 2000;
    QTest::newRow("no such server") << 404 << error("FAILOVER_NEW_SERVER_NOT_FOUND")
                                    << "not found FAILOVER_NEW_SERVER_NOT_FOUND" << 0;
    QTest::newRow("input") << 400 << error("INVALID_INPUT") << "wrong request INVALID_INPUT" << 0;
    QTest::newRow("login") << 401 << error("UNAUTHORIZED") << "unauthorized UNAUTHORIZED" << 0;
    QTest::newRow("login, no words") << 401 << QByteArray() << "unauthorized" << 0;
    QTest::newRow("forbidden") << 403 << QByteArray() << "forbidden" << 0;
    QTest::newRow("maintenance") << 503 << QByteArray("<html>") << "retry" << 2000;
}

void TestAddressesHetzner::robotFaults()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const auto assigned = provider("hetzner-robot").assigned({}, answer(status, body));
    QTEST(faultOf(assigned), "fault");
    QTEST(assigned.error().waitMs, "waitMs");
    QVERIFY2(isTold(assigned.error()), qPrintable(assigned.error().error.message));
    // Who tries again with a wrong password is shut out.
    QVERIFY(status != 401 || assigned.error().error.hint.contains(QLatin1String("three wrong logins")));
}

QTEST_GUILESS_MAIN(TestAddressesHetzner)
#include "tst_addresseshetzner.moc"
