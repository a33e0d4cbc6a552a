// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

using namespace addressbench;

/// DigitalOcean: what it is asked, what it answers, and what it answers besides.
class TestAddressesDigitalOcean : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void requests();
    void addresses();
    void droplets();
    void pages_data();
    void pages();
    void actions_data();
    void actions();
    void pendingEvents();
    void faults_data();
    void faults();
};

namespace {

const QString kBase = QStringLiteral("http://127.0.0.1:4010");
const Address kAddress{.id = QStringLiteral("203.0.113.7"), .ip = QStringLiteral("203.0.113.7")};
const Place kPlace{.targetId = QStringLiteral("3164444"), .targetName = QStringLiteral("pg2")};

const char kDroplet[] = R"({"droplets": [{"id": 3164444, "name": "pg2", "status": "active", "locked": false,
 "region": {"slug": "fra1", "name": "Frankfurt 1"}, "networks": {
  "v4": [{"ip_address": "10.114.0.2", "type": "private"}, {"ip_address": "198.51.100.2", "type": "public"}],
  "v6": [{"ip_address": "2001:DB8::2", "netmask": 64, "type": "public"}]}}], "links": {}, "meta": {"total": 1}})";

} // namespace

void TestAddressesDigitalOcean::requests()
{
    const Provider &each = provider("digitalocean");
    const Account at = account(kBase);
    QCOMPARE(line(each.listAddresses(at, {})), "GET http://127.0.0.1:4010/v2/reserved_ips?per_page=100&page=1");
    QCOMPARE(line(each.listTargets(at, QStringLiteral("2"))),
             "GET http://127.0.0.1:4010/v2/droplets?per_page=100&page=2");
    const Request assign = each.assign(at, kAddress, kPlace);
    QCOMPARE(line(assign), "POST http://127.0.0.1:4010/v2/reserved_ips/203.0.113.7/actions "
                           R"({"droplet_id":3164444,"type":"assign"})");
    QCOMPARE(assign.contentType, "application/json");
    QVERIFY(assign.changes && !each.listAddresses(at, {}).changes);
    QVERIFY(!each.rehearse(at, kAddress, kPlace) && !each.login(at));
    QCOMPARE(assign.auth, Auth::Bearer);
    Address odd = kAddress;
    odd.id = QStringLiteral("../droplets?x#y");
    QCOMPARE(line(each.readAddress(at, odd)), "GET http://127.0.0.1:4010/v2/reserved_ips/..%2Fdroplets%3Fx%23y");
}

void TestAddressesDigitalOcean::addresses()
{
    const Provider &each = provider("digitalocean");
    const char body[] = R"({"reserved_ips": [
     {"ip": "203.0.113.7", "region": {"slug": "fra1"}, "droplet": {"id": 3164444, "name": "pg2"}, "locked": false},
     {"ip": "203.0.113.8", "region": {"slug": "fra1"}, "droplet": null, "locked": true},
     {"ip": "203.0.113.9", "region": {"slug": "nyc3"}, "locked": false, "project_id": "x"}], "meta": {"total": 3}})";
    const auto list = each.addresses({}, answer(200, body));
    QVERIFY(list);
    QCOMPARE(list->items.size(), size_t(3));
    const Address held{.id = QStringLiteral("203.0.113.7"),
                       .ip = QStringLiteral("203.0.113.7"),
                       .region = QStringLiteral("fra1"),
                       .targetId = QStringLiteral("3164444"),
                       .targetName = QStringLiteral("pg2")};
    QCOMPARE(list->items.at(0), held);
    QVERIFY(list->items.at(1).isHolderKnown && list->items.at(1).targetId.isEmpty());
    QVERIFY(!list->items.at(1).lock.isEmpty());
    QVERIFY(!list->items.at(2).isHolderKnown); // the token may not see droplets

    // One that can't be read might be the one that is looked for.
    for (const char *droplet : {"\"3164444\"", "7", "[]", R"({"name": "pg2"})", R"({"id": "3164444"})",
                                R"({"id": 1.5})", R"({"id": -1})", "true"}) {
        const QByteArray one = QByteArray(R"({"reserved_ips": [{"ip": "203.0.113.7", "droplet": )") + droplet + "}]}";
        QCOMPARE(faultOf(each.addresses({}, answer(200, one))), QStringLiteral("garbled"));
    }
    for (const char *ip : {"7", "null", "\"pg2\"", "\"203.0.113\"", "[]", "\"\""}) {
        const QByteArray one = QByteArray(R"({"reserved_ip": {"droplet": null, "ip": )") + ip + "}}";
        QCOMPARE(faultOf(each.address({}, answer(200, one))), QStringLiteral("garbled"));
    }
}

void TestAddressesDigitalOcean::droplets()
{
    const Provider &each = provider("digitalocean");
    const auto list = each.targets({}, answer(200, kDroplet));
    QVERIFY(list);
    const Target target{.id = QStringLiteral("3164444"),
                        .name = QStringLiteral("pg2"),
                        .region = QStringLiteral("fra1"),
                        .state = Target::State::Up,
                        .stateWord = QStringLiteral("active"),
                        .ips = {{.ip = QStringLiteral("10.114.0.2")},
                                {.ip = QStringLiteral("198.51.100.2"), .isPublic = true},
                                {.ip = QStringLiteral("2001:db8::2"), .isPublic = true}}};
    QCOMPARE(list->items.front(), target);
    const auto state = [&each](const QByteArray &word) {
        return each.targets({}, answer(200, QByteArray(kDroplet).replace("\"active\"", '"' + word + '"')))
            ->items.front()
            .state;
    };
    QCOMPARE(state("off"), Target::State::Down);
    QCOMPARE(state("new"), Target::State::Down);
    QCOMPARE(state("archive"), Target::State::Down);
    QCOMPARE(state("hibernating"), Target::State::Unknown);
    QVERIFY(!each.targets({}, answer(200, QByteArray(kDroplet).replace("\"locked\": false", "\"locked\": true")))
                 ->items.front()
                 .lock.isEmpty());
    QCOMPARE(faultOf(each.targets({}, answer(200, QByteArray(kDroplet).replace("\"10.114.0.2\"", "12")))),
             QStringLiteral("garbled"));
}

void TestAddressesDigitalOcean::pages_data()
{
    QTest::addColumn<QByteArray>("links");
    QTest::addColumn<QString>("next");
    QTest::newRow("one page") << QByteArray("{}") << "";
    QTest::newRow("the first")
        << QByteArray(R"({"pages": {"next": "https://api.digitalocean.com/v2/reserved_ips?page=2&per_page=100",
        "last": "https://api.digitalocean.com/v2/reserved_ips?page=4"}})")
        << "2";
    QTest::newRow("the last") << QByteArray(R"({"pages": {"first": "https://x/?page=1", "prev": "https://x/?page=3"}})")
                              << "";
    QTest::newRow("elsewhere") << QByteArray(R"({"pages": {"next": "https://evil.example/?page=3"}})") << "3";
    QTest::newRow("null") << QByteArray("null") << "";
    QTest::newRow("no URL") << QByteArray(R"({"pages": {"next": 7}})") << "";
}

void TestAddressesDigitalOcean::pages()
{
    QFETCH(QByteArray, links);
    const Provider &each = provider("digitalocean");
    const auto list = each.addresses({}, answer(200, R"({"reserved_ips": [], "links": )" + links + '}'));
    QVERIFY(list);
    QTEST(list->next, "next");
    // The token goes to the base URL only, whatever a link says.
    QVERIFY(each.listAddresses(account(kBase), list->next).url.startsWith(kBase));
}

void TestAddressesDigitalOcean::actions_data()
{
    QTest::addColumn<QByteArray>("action");
    QTest::addColumn<QString>("found");
    QTest::newRow("running")
        << QByteArray(R"({"id": 72531856, "status": "in-progress", "type": "assign_ip", "completed_at": null})")
        << "72531856 running";
    QTest::newRow("done") << QByteArray(R"({"id": 72531856, "status": "completed", "type": "assign_ip"})")
                          << "72531856 done";
    QTest::newRow("failed") << QByteArray(R"({"id": 72531856, "status": "errored", "type": "assign_ip"})")
                            << "72531856 errored";
    QTest::newRow("a new word") << QByteArray(R"({"id": 72531856, "status": "paused"})") << "garbled";
    QTest::newRow("no word") << QByteArray(R"({"id": 72531856})") << "garbled";
    QTest::newRow("no id") << QByteArray(R"({"status": "completed"})") << "garbled";
    QTest::newRow("a large id") << QByteArray(R"({"id": 9007199254740993, "status": "completed"})")
                                << "9007199254740993 done";
    QTest::newRow("a list") << QByteArray("[]") << "garbled";
    QTest::newRow("nothing") << QByteArray("null") << "garbled";
}

void TestAddressesDigitalOcean::actions()
{
    QFETCH(QByteArray, action);
    QFETCH(QString, found);
    const Provider &each = provider("digitalocean");
    const auto words = [](const Answered<Operation> &operation) {
        static const QStringList states{QStringLiteral(" running"), QStringLiteral(" done"),
                                        QStringLiteral(" errored")};
        return operation ? operation->id + states.at(static_cast<int>(operation->state)) : faultOf(operation);
    };
    const auto assigned = each.assigned({}, answer(201, R"({"action": )" + action + '}'));
    QCOMPARE(words(assigned), found);
    QCOMPARE(words(each.polled(answer(200, R"({"action": )" + action + '}'))), found);
    // It was accepted: what became of it nobody knows.
    QVERIFY(assigned || (assigned.error().mayHaveHappened && isTold(assigned.error())));
}

void TestAddressesDigitalOcean::pendingEvents()
{
    const Provider &each = provider("digitalocean");
    const auto events =
        each.pendingEvents(answer(200, R"({"actions": [{"id": 3, "status": "in-progress", "type": "snapshot"},
        {"id": 2, "status": "completed", "type": "assign_ip"}, {"id": 1, "status": "errored", "type": "resize"}]})"));
    QVERIFY(events);
    QCOMPARE(events->size(), size_t(1));
    QCOMPARE(events->front().what, QStringLiteral("snapshot"));
    QCOMPARE(each.pending(account(kBase), kAddress, kPlace).size(), size_t(2));
}

void TestAddressesDigitalOcean::faults_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("fault");
    QTest::newRow("address pending")
        << 422
        << QByteArray(R"({"id": "unprocessable_entity", "message": "The floating IP already has a pending event."})")
        << "retry pending_event";
    QTest::newRow("droplet pending")
        << 422 << QByteArray(R"({"id": "unprocessable_entity", "message": "Droplet already has a pending event"})")
        << "retry pending_event";
    QTest::newRow("refused") << 422
                             << QByteArray(
                                    R"({"id": "unprocessable_entity", "message": "The droplet is in another region."})")
                             << "wrong request unprocessable_entity";
    QTest::newRow("throttled") << 429
                               << QByteArray(R"({"id": "too_many_requests", "message": "API rate limit exceeded."})")
                               << "retry too_many_requests";
    QTest::newRow("expired") << 401 << QByteArray(R"({"id": "unauthorized", "message": "Unable to authenticate you."})")
                             << "unauthorized unauthorized";
    QTest::newRow("read only")
        << 403 << QByteArray(R"({"id": "forbidden", "message": "You are not authorized to perform this operation"})")
        << "forbidden forbidden";
    QTest::newRow("gone")
        << 404 << QByteArray(R"({"id": "not_found", "message": "The resource you were accessing could not be found."})")
        << "not found not_found";
    QTest::newRow("server") << 500 << QByteArray(R"({"id": "server_error", "message": "Unexpected server-side error"})")
                            << "retry server_error";
    QTest::newRow("gateway") << 502 << QByteArray("<html>Bad gateway</html>") << "retry";
    QTest::newRow("HTML 404") << 404 << QByteArray("<html>Not found</html>") << "garbled";
    QTest::newRow("redirect") << 302 << QByteArray() << "garbled";
    QTest::newRow("proxy") << 407 << QByteArray() << "garbled";
    QTest::newRow("nothing") << 0 << QByteArray() << "garbled";
    QTest::newRow("words of other types") << 401 << QByteArray(R"({"id": 7, "message": ["x"]})") << "unauthorized";
}

void TestAddressesDigitalOcean::faults()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const auto assigned = provider("digitalocean").assigned({}, answer(status, body));
    QVERIFY(!assigned);
    QTEST(faultOf(assigned), "fault");
    QVERIFY2(isTold(assigned.error()), qPrintable(assigned.error().error.message));
    const auto listed = provider("digitalocean").targets({}, answer(status, body));
    QVERIFY(isTold(listed.error()) && !listed.error().mayHaveHappened);
}

QTEST_GUILESS_MAIN(TestAddressesDigitalOcean)
#include "tst_addressesdigitalocean.moc"
