// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

#include <QFile>
#include <QJsonArray>
#include <QUrl>
#include <QUrlQuery>
#include <algorithm>

using namespace addressbench;

/// DigitalOcean: requests as its OpenAPI wants them, answers as it documents them, and what it answers besides.
class TestAddressesDigitalOcean : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void requests();
    void contract_data();
    void contract();
    void examples_data();
    void examples();
    void addresses();
    void droplets();
    void pages_data();
    void pages();
    void actions_data();
    void actions();
    void pendingEvents();
    void faults_data();
    void faults();

private:
    QJsonValue resolved(QJsonValue value) const;
    QJsonObject operationFor(const Request &request) const;
    QJsonObject m_spec;
};

namespace {

const QString kBase = QStringLiteral("http://127.0.0.1:4010");
const Address kAddress{.id = QStringLiteral("203.0.113.7"), .ip = QStringLiteral("203.0.113.7")};
const Place kPlace{.targetId = QStringLiteral("3164444"), .targetName = QStringLiteral("pg2")};

const char kDroplet[] = R"({"droplets": [{"id": 3164444, "name": "pg2", "status": "active", "locked": false,
 "region": {"slug": "fra1", "name": "Frankfurt 1"}, "networks": {
  "v4": [{"ip_address": "10.114.0.2", "type": "private"}, {"ip_address": "198.51.100.2", "type": "public"}],
  "v6": [{"ip_address": "2001:DB8::2", "netmask": 64, "type": "public"}]}}], "links": {}, "meta": {"total": 1}})";

std::vector<std::pair<QString, Request>> allRequests()
{
    std::vector<std::pair<QString, Request>> all;
    for (const char *key : {"digitalocean", "digitalocean-floating"}) {
        const Provider &each = provider(key);
        const Account at = account(kBase);
        const Operation operation{.id = QStringLiteral("72531856")};
        const QString name = QLatin1String(key) + QLatin1String(": ");
        all.emplace_back(name + QStringLiteral("addresses"), each.listAddresses(at, {}));
        all.emplace_back(name + QStringLiteral("addresses, page 3"), each.listAddresses(at, QStringLiteral("3")));
        all.emplace_back(name + QStringLiteral("droplets"), each.listTargets(at, {}));
        all.emplace_back(name + QStringLiteral("address"), each.readAddress(at, kAddress));
        all.emplace_back(name + QStringLiteral("assign"), each.assign(at, kAddress, kPlace));
        all.emplace_back(name + QStringLiteral("poll"), *each.poll(at, kAddress, operation));
        for (const Request &request : each.pending(at, kAddress, kPlace)) {
            all.emplace_back(name + QStringLiteral("pending ") + request.url, request);
        }
    }
    return all;
}

// "/v2/reserved_ips/{reserved_ip}" for "/v2/reserved_ips/203.0.113.7".
bool fits(const QString &path, const QString &form)
{
    const QStringList parts = path.split(QLatin1Char('/'));
    const QStringList forms = form.split(QLatin1Char('/'));
    return parts.size() == forms.size() &&
           std::equal(parts.begin(), parts.end(), forms.begin(), [](const QString &part, const QString &of) {
               return of.startsWith(QLatin1Char('{')) || part == of;
           });
}

// Every object in an answer's description that is an example, and has the key.
void collect(const QJsonValue &value, const QString &key, std::vector<QJsonObject> &found)
{
    if (value.isArray()) {
        const QJsonArray list = value.toArray();
        for (const auto &each : list) {
            collect(each, key, found);
        }
        return;
    }
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        const bool isExample = it.key() == QLatin1String("example") || it.key() == QLatin1String("value");
        if (isExample && it->toObject().contains(key)) {
            found.push_back(it->toObject());
        } else {
            collect(*it, key, found);
        }
    }
}

} // namespace

void TestAddressesDigitalOcean::initTestCase()
{
    QFile file(qEnvironmentVariable("HOWDAH_SOURCE_DIR") + QStringLiteral("/../shared/data/digitalocean-openapi.json"));
    if (file.open(QIODevice::ReadOnly)) {
        m_spec = QJsonDocument::fromJson(file.readAll()).object();
    }
}

QJsonValue TestAddressesDigitalOcean::resolved(QJsonValue value) const
{
    while (value.toObject().contains(QStringLiteral("$ref"))) {
        const QString reference =
            QUrl::fromPercentEncoding(value.toObject().value(QStringLiteral("$ref")).toString().toUtf8());
        QJsonValue at = m_spec;
        const QStringList steps = reference.mid(2).split(QLatin1Char('/'));
        for (QString step : steps) {
            step.replace(QLatin1String("~1"), QLatin1String("/"));
            at = at.isArray() ? at.toArray().at(step.toInt()) : at.toObject().value(step);
        }
        value = at;
    }
    return value;
}

QJsonObject TestAddressesDigitalOcean::operationFor(const Request &request) const
{
    const QString path = QUrl(request.url).path();
    const QJsonObject paths = m_spec.value(QStringLiteral("paths")).toObject();
    for (auto it = paths.begin(); it != paths.end(); ++it) {
        if (fits(path, it.key())) {
            return it->toObject().value(QString::fromLatin1(request.method).toLower()).toObject();
        }
    }
    return {};
}

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
    for (const auto &[name, request] : allRequests()) {
        QCOMPARE(request.auth, Auth::Bearer);
    }
    Address odd = kAddress;
    odd.id = QStringLiteral("../droplets?x#y");
    QCOMPARE(line(each.readAddress(at, odd)), "GET http://127.0.0.1:4010/v2/reserved_ips/..%2Fdroplets%3Fx%23y");
}

void TestAddressesDigitalOcean::contract_data()
{
    QTest::addColumn<size_t>("index");
    const auto all = allRequests();
    for (size_t i = 0; i < all.size(); ++i) {
        QTest::newRow(qPrintable(all.at(i).first)) << i;
    }
}

void TestAddressesDigitalOcean::contract()
{
    if (m_spec.isEmpty()) {
        QSKIP("needs DigitalOcean's OpenAPI beside the checkout");
    }
    QFETCH(size_t, index);
    const Request request = allRequests().at(index).second;
    const QJsonObject operation = operationFor(request);
    QVERIFY2(!operation.isEmpty(), line(request).constData());

    QHash<QString, QJsonObject> parameters;
    const QJsonArray declared = operation.value(QStringLiteral("parameters")).toArray();
    for (const auto &each : declared) {
        const QJsonObject parameter = resolved(each).toObject();
        parameters.insert(parameter.value(QStringLiteral("name")).toString(), parameter);
    }
    for (const auto &[name, value] : QUrlQuery(QUrl(request.url)).queryItems()) {
        QVERIFY2(parameters.contains(name), qPrintable(name));
        const QJsonObject schema = resolved(parameters.value(name).value(QStringLiteral("schema"))).toObject();
        QVERIFY(value.toInt() >= schema.value(QStringLiteral("minimum")).toInt(1) &&
                value.toInt() <= schema.value(QStringLiteral("maximum")).toInt(INT_MAX));
    }

    // The least scopes are those that the operations want, and no others.
    const QJsonArray security = operation.value(QStringLiteral("security")).toArray();
    const QJsonArray scopes = security.first().toObject().value(QStringLiteral("bearer_auth")).toArray();
    QVERIFY(!scopes.isEmpty());
    for (const auto &scope : scopes) {
        QVERIFY2(provider("digitalocean").info().rights.contains(scope.toString()), qPrintable(scope.toString()));
    }

    const QJsonObject sent = QJsonDocument::fromJson(request.body).object();
    QCOMPARE(operation.contains(QStringLiteral("requestBody")), !sent.isEmpty());
    if (sent.isEmpty()) {
        return;
    }
    QJsonObject fields;
    const QJsonArray forms =
        operation.value(QStringLiteral("requestBody"))[QStringLiteral("content")][QStringLiteral("application/json")]
            .toObject()
            .value(QStringLiteral("schema"))[QStringLiteral("anyOf")]
            .toArray();
    for (const auto &form : forms) {
        const QJsonArray parts = resolved(form)[QStringLiteral("allOf")].toArray();
        for (const auto &part : parts) {
            const QJsonObject properties = resolved(part)[QStringLiteral("properties")].toObject();
            for (auto it = properties.begin(); it != properties.end(); ++it) {
                fields.insert(it.key(), *it);
            }
        }
    }
    for (auto it = sent.begin(); it != sent.end(); ++it) {
        const QJsonObject field = resolved(fields.value(it.key())).toObject();
        const QString type = field.value(QStringLiteral("type")).toString();
        QVERIFY2(type == (it->isString() ? QLatin1String("string") : QLatin1String("integer")), qPrintable(it.key()));
        const QJsonArray words = field.value(QStringLiteral("enum")).toArray();
        QVERIFY(words.isEmpty() || words.contains(*it));
    }
}

void TestAddressesDigitalOcean::examples_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("key");
    const auto row = [](const char *path, const char *method, const char *status, const char *key) {
        QTest::addRow("%s %s", method, path) << path << method << status << key;
    };
    row("/v2/reserved_ips", "get", "200", "reserved_ips");
    row("/v2/reserved_ips/{reserved_ip}", "get", "200", "reserved_ip");
    row("/v2/reserved_ips/{reserved_ip}/actions", "post", "201", "action");
    row("/v2/reserved_ips/{reserved_ip}/actions", "get", "200", "actions");
    row("/v2/floating_ips", "get", "200", "floating_ips");
    row("/v2/floating_ips/{floating_ip}", "get", "200", "floating_ip");
    row("/v2/floating_ips/{floating_ip}/actions", "post", "201", "action");
    row("/v2/droplets", "get", "200", "droplets");
    row("/v2/droplets/{droplet_id}/actions", "get", "200", "actions");
    row("/v2/reserved_ips", "get", "401", "message");
    row("/v2/reserved_ips/{reserved_ip}", "get", "404", "message");
    row("/v2/reserved_ips", "get", "429", "message");
    row("/v2/reserved_ips", "get", "500", "message");
}

// What its own description gives as answers is understood.
void TestAddressesDigitalOcean::examples()
{
    if (m_spec.isEmpty()) {
        QSKIP("needs DigitalOcean's OpenAPI beside the checkout");
    }
    QFETCH(QString, path);
    QFETCH(QString, method);
    QFETCH(QString, status);
    QFETCH(QString, key);
    const QJsonValue responses =
        m_spec.value(QStringLiteral("paths"))[path].toObject().value(method)[QStringLiteral("responses")];
    std::vector<QJsonObject> found;
    collect(resolved(responses[status]), key, found);
    QVERIFY(!found.empty());
    const Provider &each =
        provider(path.contains(QLatin1String("floating")) ? "digitalocean-floating" : "digitalocean");
    for (const QJsonObject &example : found) {
        const Answer given = answer(status.toInt(), QJsonDocument(example).toJson());
        if (key == QLatin1String("droplets")) {
            const auto targets = each.targets({}, given);
            QVERIFY2(targets && !targets->items.front().region.isEmpty(), qPrintable(faultOf(targets)));
        } else if (key == QLatin1String("action")) {
            QCOMPARE(faultOf(each.assigned({}, given)), QStringLiteral("none"));
            QCOMPARE(faultOf(each.polled(given)), QStringLiteral("none"));
        } else if (key == QLatin1String("actions")) {
            QCOMPARE(faultOf(each.pendingEvents(given)), QStringLiteral("none"));
        } else if (key.endsWith(QLatin1String("_ips"))) {
            QCOMPARE(faultOf(each.addresses({}, given)), QStringLiteral("none"));
        } else if (key.endsWith(QLatin1String("_ip"))) {
            QCOMPARE(faultOf(each.address({}, given)), QStringLiteral("none"));
        } else {
            static const QHash<QString, FaultKind> kinds{{QStringLiteral("401"), FaultKind::Unauthorized},
                                                         {QStringLiteral("404"), FaultKind::NotFound},
                                                         {QStringLiteral("429"), FaultKind::RetryLater},
                                                         {QStringLiteral("500"), FaultKind::RetryLater}};
            QCOMPARE(kindName(each.address({}, given).error().kind), kindName(kinds.value(status)));
        }
    }
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
