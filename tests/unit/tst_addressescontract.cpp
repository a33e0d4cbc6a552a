// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

#include <QFile>
#include <QJsonArray>
#include <QUrl>
#include <QUrlQuery>
#include <algorithm>
#include <climits>

using namespace addressbench;

/// DigitalOcean's requests and answers against its own OpenAPI description.
class TestAddressesContract : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void contract_data();
    void contract();
    void examples_data();
    void examples();

private:
    QJsonValue resolved(QJsonValue value) const;
    QJsonObject operationFor(const Request &request) const;
    bool takesQuery(const QJsonObject &operation, const Request &request) const;
    QJsonObject bodyFields(const QJsonObject &operation) const;
    QJsonObject m_spec;
};

namespace {

const QString kBase = QStringLiteral("http://127.0.0.1:4010");
const Address kAddress{.id = QStringLiteral("203.0.113.7"), .ip = QStringLiteral("203.0.113.7")};
const Place kPlace{.targetId = QStringLiteral("3164444"), .targetName = QStringLiteral("pg2")};

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

void TestAddressesContract::initTestCase()
{
    QFile file(qEnvironmentVariable("HOWDAH_SOURCE_DIR") + QStringLiteral("/../shared/data/digitalocean-openapi.json"));
    if (file.open(QIODevice::ReadOnly)) {
        m_spec = QJsonDocument::fromJson(file.readAll()).object();
    }
}

QJsonValue TestAddressesContract::resolved(QJsonValue value) const
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

QJsonObject TestAddressesContract::operationFor(const Request &request) const
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

bool TestAddressesContract::takesQuery(const QJsonObject &operation, const Request &request) const
{
    QHash<QString, QJsonObject> parameters;
    const QJsonArray declared = operation.value(QStringLiteral("parameters")).toArray();
    for (const auto &each : declared) {
        const QJsonObject parameter = resolved(each).toObject();
        parameters.insert(parameter.value(QStringLiteral("name")).toString(), parameter);
    }
    const auto items = QUrlQuery(QUrl(request.url)).queryItems();
    return std::all_of(items.begin(), items.end(), [&](const auto &item) {
        const QJsonObject schema = resolved(parameters.value(item.first).value(QStringLiteral("schema"))).toObject();
        const int value = item.second.toInt();
        return parameters.contains(item.first) && value >= schema.value(QStringLiteral("minimum")).toInt(1) &&
               value <= schema.value(QStringLiteral("maximum")).toInt(INT_MAX);
    });
}

// Of any of the forms that the body may have.
QJsonObject TestAddressesContract::bodyFields(const QJsonObject &operation) const
{
    QJsonObject fields;
    const QJsonValue content = operation.value(QStringLiteral("requestBody"))[QStringLiteral("content")];
    const QJsonArray forms =
        content[QStringLiteral("application/json")][QStringLiteral("schema")][QStringLiteral("anyOf")].toArray();
    for (const auto &form : forms) {
        const QJsonArray parts = resolved(form)[QStringLiteral("allOf")].toArray();
        for (const auto &part : parts) {
            const QJsonObject properties = resolved(part)[QStringLiteral("properties")].toObject();
            for (auto it = properties.begin(); it != properties.end(); ++it) {
                fields.insert(it.key(), *it);
            }
        }
    }
    return fields;
}

void TestAddressesContract::contract_data()
{
    QTest::addColumn<size_t>("index");
    const auto all = m_spec.isEmpty() ? decltype(allRequests()){} : allRequests();
    if (all.empty()) {
        QTest::newRow("none") << size_t(0);
    }
    for (size_t i = 0; i < all.size(); ++i) {
        QTest::newRow(qPrintable(all.at(i).first)) << i;
    }
}

void TestAddressesContract::contract()
{
    if (m_spec.isEmpty()) {
        QSKIP("needs DigitalOcean's OpenAPI beside the checkout");
    }
    QFETCH(size_t, index);
    const Request request = allRequests().at(index).second;
    const QJsonObject operation = operationFor(request);
    QVERIFY2(!operation.isEmpty(), line(request).constData());

    QVERIFY2(takesQuery(operation, request), line(request).constData());

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
    const QJsonObject fields = bodyFields(operation);
    for (auto it = sent.begin(); it != sent.end(); ++it) {
        const QJsonObject field = resolved(fields.value(it.key())).toObject();
        const QString type = field.value(QStringLiteral("type")).toString();
        QVERIFY2(type == (it->isString() ? QLatin1String("string") : QLatin1String("integer")), qPrintable(it.key()));
        const QJsonArray words = field.value(QStringLiteral("enum")).toArray();
        QVERIFY(words.isEmpty() || words.contains(*it));
    }
}

void TestAddressesContract::examples_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("key");
    if (m_spec.isEmpty()) {
        QTest::newRow("none") << QString() << QString() << QString() << QString();
        return;
    }
    const auto row = [](const char *path, const char *method, const char *status, const char *key) {
        QTest::addRow("%s %s %s", method, path, status) << path << method << status << key;
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
void TestAddressesContract::examples()
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

QTEST_GUILESS_MAIN(TestAddressesContract)
#include "tst_addressescontract.moc"
