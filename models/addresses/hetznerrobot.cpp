// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>

#include "addresses/ip.h"
#include "addresses/json.h"
#include "addresses/provider.h"

namespace howdah::addresses {

namespace {

constexpr int kLockedWaitMs = 10'000;

Said said(const QByteArray &body)
{
    const QJsonObject error = jsonObject(body).value_or(QJsonObject()).value(QLatin1String("error")).toObject();
    Said words{.code = jsonName(error, "code"), .message = jsonName(error, "message")};
    if (words.code == QLatin1String("RATE_LIMIT_EXCEEDED")) {
        words.waitMs = static_cast<int>(qBound(0.0, error.value(QLatin1String("interval")).toDouble(), 3600.0) * 1000);
    } else if (words.code == QLatin1String("FAILOVER_LOCKED")) {
        words.waitMs = kLockedWaitMs;
    }
    return words;
}

std::optional<Address> failoverOf(const QJsonObject &object)
{
    const std::optional<QString> ip = jsonIp(object.value(QLatin1String("ip")));
    const QJsonValue active = object.value(QLatin1String("active_server_ip"));
    const std::optional<QString> target = active.isNull() ? std::optional(QString()) : jsonIp(active);
    if (!ip || !target) {
        return std::nullopt;
    }
    return Address{.id = *ip, .ip = *ip, .targetId = *target};
}

// Everything in Robot's answers is in an object of its kind: {"failover": {…}}.
std::optional<Address> addressOf(const QJsonObject &object)
{
    return failoverOf(object.value(QLatin1String("failover")).toObject());
}

bool addIps(Target &target, const QJsonArray &list, const QString &family)
{
    for (const auto &each : list) {
        const QJsonValue value = family.isEmpty() ? QJsonValue(each) : each.toObject().value(QLatin1String("ip"));
        const QString mask = each.toObject().value(QLatin1String("mask")).toVariant().toString();
        const QString text = mask.isEmpty() ? value.toString() : value.toString() + QLatin1Char('/') + mask;
        const QString ip = normalIpOrNetwork(text);
        if (ip.isEmpty()) {
            return false;
        }
        target.ips.push_back({.ip = ip, .isPublic = true});
    }
    return true;
}

std::optional<Target> targetOf(const QJsonObject &object)
{
    const QJsonObject server = object.value(QLatin1String("server")).toObject();
    const QJsonValue main = server.value(QLatin1String("server_ip"));
    const std::optional<QString> number = jsonId(server.value(QLatin1String("server_number")));
    if (!number || (!main.isNull() && !jsonIp(main))) {
        return std::nullopt;
    }
    // A failover address is routed to a server's main IP: that is its name here. One without (IPv6 alone) has none.
    Target target{.id = jsonIp(main).value_or(QString()), .name = jsonName(server, "server_name")};
    target.region = jsonName(server, "dc");
    target.stateWord = jsonName(server, "status"); // of its order: whether it runs, Robot does not say
    if (target.stateWord == QLatin1String("in process")) {
        target.state = Target::State::Down;
    }
    if (!target.id.isEmpty()) {
        target.ips.push_back({.ip = target.id, .isPublic = true});
    }
    const bool areRead = addIps(target, server.value(QLatin1String("ip")).toArray(), QString()) &&
                         addIps(target, server.value(QLatin1String("subnet")).toArray(), QStringLiteral("subnet"));
    return areRead ? std::optional(target) : std::nullopt;
}

ProviderInfo robotInfo()
{
    ProviderInfo info;
    info.key = QStringLiteral("hetzner-robot");
    info.title = QStringLiteral("Hetzner Robot");
    info.auth = Auth::Basic;
    // As Ansible's collection community.hrobot names them.
    info.credentials = {{{.variables = {QStringLiteral("HROBOT_API_USER")}, .isSecret = false},
                         {.variables = {QStringLiteral("HROBOT_API_PASSWORD")}}}};
    info.rights = QStringLiteral("a user of the web service (in Robot: Settings, Web service and app settings); after "
                                 "three wrong logins Robot shuts this machine's IP address out for ten minutes");
    info.endpointVariables = QStringList{QStringLiteral("HROBOT_ENDPOINT")}; // no tool has one: the name is ours
    info.defaultUrl = QStringLiteral("https://robot-ws.your-server.de");
    info.guestNote = QStringLiteral("The address has to be configured on an interface of every server that it may lead "
                                    "to.");
    info.deadlineMs = 180'000; // switching takes up to a minute or more, and it answers afterwards
    return info;
}

/// Failover IPs of Hetzner's dedicated servers.
/// Source: robot.hetzner.com/doc/webservice/en.html
class HetznerRobot final : public Provider {
public:
    const ProviderInfo &info() const override { return m_info; }

    Request listAddresses(const Account &account, const QString & /*page*/) const override
    {
        return get(account, QStringLiteral("failover"));
    }
    Request listTargets(const Account &account, const QString & /*page*/) const override
    {
        return get(account, QStringLiteral("server"));
    }
    Request readAddress(const Account &account, const Address &address) const override
    {
        return get(account, QStringLiteral("failover/") + urlPart(address.id));
    }
    Request assign(const Account &account, const Address &address, const Place &place) const override
    {
        Request request = readAddress(account, address);
        request.method = "POST";
        request.contentType = "application/x-www-form-urlencoded";
        request.body = "active_server_ip=" + urlPart(place.targetId).toLatin1();
        request.changes = true;
        return request;
    }

    Answered<Listing<Address>> addresses(const Account & /*account*/, const Answer &answer) const override
    {
        return list<Address>(Call::ListAddresses, answer, addressOf);
    }
    Answered<Listing<Target>> targets(const Account & /*account*/, const Answer &answer) const override
    {
        auto all = list<Target>(Call::ListTargets, answer, targetOf);
        if (all) {
            std::erase_if(all->items, [](const Target &target) { return target.id.isEmpty(); });
        }
        return all;
    }
    Answered<Address> address(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonOne<Address>(m_speech, Call::ReadAddress, answer, QStringLiteral("failover"), failoverOf);
    }
    Answered<Operation> assigned(const Account & /*account*/, const Answer &answer) const override
    {
        const auto address = jsonOne<Address>(m_speech, Call::Assign, answer, QStringLiteral("failover"), failoverOf);
        Operation done{.state = Operation::State::Done, .what = QStringLiteral("failover")};
        if (!address && address.error().code == QLatin1String("FAILOVER_ALREADY_ROUTED")) {
            done.message = address.error().error.message;
        } else if (!address) {
            return tl::unexpected(address.error());
        }
        return done;
    }

protected:
    const Speech &speech() const override { return m_speech; }

private:
    Request get(const Account &account, const QString &path) const
    {
        return {.method = "GET", .url = account.baseUrl + QLatin1Char('/') + path, .auth = m_info.auth};
    }

    // All at once, as a list without an object around it; 404 when there are none.
    template<typename T, typename Read>
    Answered<Listing<T>> list(Call call, const Answer &answer, Read one) const
    {
        const auto checked = m_speech.check(call, answer);
        if (!checked) {
            const QString &code = checked.error().code;
            const bool isEmpty = answer.status == 404 &&
                                 (code == QLatin1String("NOT_FOUND") || code == QLatin1String("SERVER_NOT_FOUND"));
            return isEmpty ? Answered<Listing<T>>(Listing<T>()) : tl::unexpected(checked.error());
        }
        const QJsonDocument document = QJsonDocument::fromJson(answer.body);
        auto all = jsonAll<T>(document.isArray() ? QJsonValue(document.array()) : QJsonValue(), one);
        if (!all) {
            return m_speech.garbled(call, answer, QStringLiteral("The answer is no proper list."));
        }
        return Listing<T>{*std::move(all), {}};
    }

    ProviderInfo m_info = robotInfo();
    Speech m_speech{m_info.title,
                    QStringLiteral("HROBOT_API_USER and HROBOT_API_PASSWORD"),
                    m_info.rights,
                    m_info.endpointVariables.first(),
                    &said,
                    {{"RATE_LIMIT_EXCEEDED", FaultKind::RetryLater}, // with HTTP 403
                     {"FAILOVER_LOCKED", FaultKind::RetryLater},
                     {"CONFLICT", FaultKind::RetryLater},
                     {"FAILOVER_NEW_SERVER_NOT_FOUND", FaultKind::NotFound}}};
};

} // namespace

const Provider &hetznerRobotProvider();

const Provider &hetznerRobotProvider()
{
    static const HetznerRobot provider;
    return provider;
}

} // namespace howdah::addresses
