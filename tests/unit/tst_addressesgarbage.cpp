// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

#include <QJsonArray>

using namespace addressbench;

/// Whatever answers, it is no success unless it is one: every reader of every provider, on what no provider sends.
class TestAddressesGarbage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void neverASuccess_data();
    void neverASuccess();
    void cutShort_data();
    void cutShort();
    void otherTypes_data();
    void otherTypes();
};

namespace {

/// Asks every reader that changes or proves something, and those that list; whether any took the answer.
QStringList takenBy(const Provider &each, const Answer &given)
{
    const Account at = account(QStringLiteral("http://127.0.0.1"), QStringLiteral("r"));
    QStringList taken;
    const auto note = [&taken](const char *reader, const auto &answered) {
        if (answered) {
            taken.append(QLatin1String(reader));
        }
    };
    note("addresses", each.addresses(at, given));
    note("targets", each.targets(at, given));
    note("address", each.address(at, given));
    note("assigned", each.assigned(at, given));
    note("polled", each.polled(given));
    note("pendingEvents", each.pendingEvents(given));
    note("rehearsed", each.rehearsed(given));
    note("loggedIn", each.loggedIn(at, given));
    return taken;
}

// An answer that says yes in the form of each provider, to be spoiled.
QHash<QString, QByteArray> goodAnswers()
{
    return {
        {QStringLiteral("digitalocean"),
         R"({"action":{"id":1,"status":"completed"},"reserved_ip":{"ip":"203.0.113.7","droplet":{"id":2}},"reserved_ips":[{"ip":"203.0.113.7","droplet":null}],"droplets":[{"id":2,"networks":{"v4":[{"ip_address":"10.0.0.2","type":"private"}]}}],"actions":[{"id":1,"status":"completed"}]})"},
        {QStringLiteral("hetzner"),
         R"({"action":{"id":1,"status":"success"},"floating_ip":{"id":1,"ip":"203.0.113.7","server":2},"floating_ips":[{"id":1,"ip":"203.0.113.7","server":2}],"servers":[{"id":2,"public_net":{"ipv4":{"ip":"10.0.0.2"}}}],"actions":[{"id":1,"status":"success"}]})"},
        {QStringLiteral("hetzner-robot"), R"({"failover":{"ip":"203.0.113.7","active_server_ip":"10.0.0.2"}})"},
        {QStringLiteral("aws"),
         "<AssociateAddressResponse><return>true</return><associationId>a</associationId></AssociateAddressResponse>"},
        {QStringLiteral("openstack"),
         R"({"floatingip":{"id":"a","floating_ip_address":"203.0.113.7","port_id":"p"},"floatingips":[],"ports":[{"id":"p","fixed_ips":[{"ip_address":"10.0.0.2"}]}]})"},
    };
}

// The value with its n-th inner value replaced; n counts down and is below 0 once that was done.
QJsonValue spoiled(const QJsonValue &value, int &n, const QJsonValue &with)
{
    if (n-- == 0) {
        return with;
    }
    if (value.isObject()) {
        QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end() && n >= 0; ++it) {
            *it = spoiled(*it, n, with);
        }
        return object;
    }
    if (value.isArray()) {
        QJsonArray list = value.toArray();
        for (auto it = list.begin(); it != list.end() && n >= 0; ++it) {
            *it = spoiled(*it, n, with);
        }
        return list;
    }
    return value;
}

} // namespace

void TestAddressesGarbage::neverASuccess_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QByteArray>("body");
    const std::vector<std::pair<const char *, QByteArray>> bodies{
        {"nothing", {}},
        {"blanks", " \r\n\t "},
        {"HTML", "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Sign in</body></html>"},
        {"text", "OK"},
        {"half an object", R"({"action": {"id": 1, "status": "comple)"},
        {"half a list", R"([{"failover": {"ip": "203.0.113.7")"},
        {"an empty object", "{}"},
        {"a list of other things", "[7, null, \"x\", [[]]]"},
        {"null", "null"},
        {"true", "true"},
        {"a number", "7"},
        {"zeros", QByteArray(1000, '\0')},
        {"no UTF-8", "\xff\xfe\x80\x81{\"action\":\xc3\x28}"},
        {"deep", QByteArray("[").repeated(100000)},
        {"deep objects", QByteArray("{\"a\":").repeated(100000)},
        {"two", R"({"action": {"id": 1, "status": "completed"}}{"action": {"id": 1, "status": "completed"}})"},
        {"null for everything", R"({"action": null, "actions": null, "reserved_ip": null, "reserved_ips": null,
            "floating_ip": null, "floating_ips": null, "servers": null, "droplets": null, "failover": null,
            "floatingip": null, "floatingips": null, "ports": null, "token": null})"},
        {"XML of nothing", "<?xml version=\"1.0\"?><Response/>"},
    };
    for (const Provider *each : providers()) {
        for (const auto &[name, body] : bodies) {
            QTest::addRow("%s: %s", qPrintable(each->info().key), name) << each->info().key << body;
        }
    }
}

void TestAddressesGarbage::neverASuccess()
{
    QFETCH(QString, key);
    QFETCH(QByteArray, body);
    for (const int status :
         {0, 100, 200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 599, 999, -1}) {
        QCOMPARE(takenBy(*providerOf(key), answer(status, body)).join(QLatin1Char(' ')), QString());
    }
}

void TestAddressesGarbage::cutShort_data()
{
    QTest::addColumn<QString>("key");
    const auto good = goodAnswers();
    for (auto it = good.begin(); it != good.end(); ++it) {
        QTest::newRow(qPrintable(it.key())) << it.key();
    }
}

void TestAddressesGarbage::cutShort()
{
    QFETCH(QString, key);
    const QByteArray good = goodAnswers().value(key);
    const Provider &each = *providerOf(key);
    QVERIFY(takenBy(each, answer(200, good)).contains(QStringLiteral("assigned"))); // it is good while it is whole
    for (qsizetype length = 0; length < good.size(); ++length) {
        const QStringList taken = takenBy(each, answer(200, good.left(length)));
        QVERIFY2(taken.isEmpty(),
                 qPrintable(taken.join(QLatin1Char(' ')) + QStringLiteral(" took ") + QString::number(length)));
    }
}

void TestAddressesGarbage::otherTypes_data()
{
    cutShort_data();
}

// Any value replaced by one of another type: at most what does not matter goes unnoticed, never where an address leads.
void TestAddressesGarbage::otherTypes()
{
    QFETCH(QString, key);
    const Provider &each = *providerOf(key);
    const QJsonDocument good = QJsonDocument::fromJson(goodAnswers().value(key));
    const auto before = each.address({}, answer(200, good.toJson()));
    for (const QJsonValue &with :
         {QJsonValue(7.5), QJsonValue(true), QJsonValue(QStringLiteral("x y")), QJsonValue(QJsonArray{1}),
          QJsonValue(QJsonObject{{QStringLiteral("a"), 1}}), QJsonValue(-1), QJsonValue(1e300)}) {
        for (int i = 0; i < 60; ++i) {
            int n = i;
            const QJsonValue bad = spoiled(good.object(), n, with);
            const QByteArray body = bad.isObject() ? QJsonDocument(bad.toObject()).toJson() : QByteArray("7");
            const auto after = each.address({}, answer(200, body));
            const bool isAText = with.isString() && key == QLatin1String("openstack"); // its ids are any text
            QVERIFY2(!after || isAText || after->targetId == before->targetId, body.constData());
            QVERIFY(!takenBy(each, answer(200, body)).contains(QStringLiteral("loggedIn")));
        }
    }
}

QTEST_GUILESS_MAIN(TestAddressesGarbage)
#include "tst_addressesgarbage.moc"
