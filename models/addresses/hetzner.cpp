// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>

#include "addresses/json.h"
#include "addresses/provider.h"

namespace howdah::addresses {

namespace {

constexpr int kPerPage = 50; // the most that it gives

Said said(const QByteArray &body)
{
    const QJsonObject error = jsonObject(body).value_or(QJsonObject()).value(QLatin1String("error")).toObject();
    return {.code = jsonName(error, "code"), .message = jsonName(error, "message")};
}

// A floating address of one zone can't lead to a server of another; within it any location will do.
QString zoneOf(const QJsonObject &location)
{
    return jsonName(location, "network_zone");
}

Target::State stateOf(const QString &word)
{
    if (word == QLatin1String("running")) {
        return Target::State::Up;
    }
    static const QStringList down{QStringLiteral("off"),       QStringLiteral("initializing"),
                                  QStringLiteral("starting"),  QStringLiteral("stopping"),
                                  QStringLiteral("deleting"),  QStringLiteral("migrating"),
                                  QStringLiteral("rebuilding")};
    return down.contains(word) ? Target::State::Down : Target::State::Unknown;
}

// ip: an address, or for IPv6 the network that is the server's. null: it has none.
bool addIp(Target &target, const QJsonValue &value, bool isPublic)
{
    if (value.isUndefined() || value.isNull()) {
        return true;
    }
    const std::optional<QString> ip = jsonIp(value, true);
    if (ip) {
        target.ips.push_back({.ip = *ip, .isPublic = isPublic});
    }
    return ip.has_value();
}

bool addIps(Target &target, const QJsonObject &server)
{
    const QJsonObject publicNet = server.value(QLatin1String("public_net")).toObject();
    for (const char *family : {"ipv4", "ipv6"}) {
        if (!addIp(target, publicNet.value(QLatin1String(family)).toObject().value(QLatin1String("ip")), true)) {
            return false;
        }
    }
    const QJsonArray networks = server.value(QLatin1String("private_net")).toArray();
    for (const auto &each : networks) {
        const QJsonObject network = each.toObject();
        if (!addIp(target, network.value(QLatin1String("ip")), false)) {
            return false;
        }
        const QJsonArray aliases = network.value(QLatin1String("alias_ips")).toArray();
        for (const auto &alias : aliases) {
            if (!addIp(target, alias, false)) {
                return false;
            }
        }
    }
    return true;
}

std::optional<Target> targetOf(const QJsonObject &object)
{
    const std::optional<QString> id = jsonId(object.value(QLatin1String("id")));
    if (!id || !object.value(QLatin1String("public_net")).isObject()) {
        return std::nullopt;
    }
    Target target{.id = *id, .name = jsonName(object, "name")};
    // The location stood in the datacenter before servers had one of their own.
    const QJsonObject datacenter = object.value(QLatin1String("datacenter")).toObject();
    target.region = zoneOf(object.value(QLatin1String("location")).toObject());
    if (target.region.isEmpty()) {
        target.region = zoneOf(datacenter.value(QLatin1String("location")).toObject());
    }
    target.stateWord = jsonName(object, "status");
    target.state = stateOf(target.stateWord);
    if (object.value(QLatin1String("locked")).toBool()) {
        target.lock = QStringLiteral("an action on it is not over yet");
    }
    return addIps(target, object) ? std::optional(target) : std::nullopt;
}

std::optional<Address> addressOf(const QJsonObject &object)
{
    const std::optional<QString> id = jsonId(object.value(QLatin1String("id")));
    const std::optional<QString> ip = jsonIp(object.value(QLatin1String("ip")), true);
    const QJsonValue server = object.value(QLatin1String("server"));
    const std::optional<QString> targetId = server.isNull() ? std::optional(QString()) : jsonId(server);
    if (!id || !ip || !targetId) {
        return std::nullopt;
    }
    Address address{.id = *id, .ip = *ip};
    address.region = zoneOf(object.value(QLatin1String("home_location")).toObject());
    address.targetId = *targetId;
    if (object.value(QLatin1String("blocked")).toBool()) {
        address.lock = QStringLiteral("it is blocked");
    }
    return address; // its protection is against deletion only
}

// error is filled in some answers of success too: the status alone counts.
std::optional<Operation> operationOf(const QJsonObject &object)
{
    const std::optional<QString> id = jsonId(object.value(QLatin1String("id")));
    const QString status = jsonName(object, "status");
    if (!id) {
        return std::nullopt;
    }
    Operation operation{.id = *id, .what = jsonName(object, "command")};
    if (status == QLatin1String("success")) {
        operation.state = Operation::State::Done;
    } else if (status == QLatin1String("error")) {
        operation.state = Operation::State::Errored;
        operation.message = jsonName(object.value(QLatin1String("error")).toObject(), "message");
    } else if (status != QLatin1String("running")) {
        return std::nullopt;
    }
    return operation;
}

QString nextPage(const QJsonObject &answer)
{
    const QJsonObject meta = answer.value(QLatin1String("meta")).toObject();
    return jsonId(meta.value(QLatin1String("pagination")).toObject().value(QLatin1String("next_page")))
        .value_or(QString());
}

ProviderInfo hetznerInfo()
{
    ProviderInfo info;
    info.key = QStringLiteral("hetzner");
    info.title = QStringLiteral("Hetzner Cloud");
    info.auth = Auth::Bearer;
    info.credentials = {{{.variables = {QStringLiteral("HCLOUD_TOKEN")}}}};
    info.rights =
        QStringLiteral("a token with \"Read & Write\" of the project that the address and the servers are in");
    info.endpointVariables = QStringList{QStringLiteral("HCLOUD_ENDPOINT")};
    info.defaultUrl = QStringLiteral("https://api.hetzner.cloud/v1");
    info.isBoundToRegion = true;
    info.guestNote = QStringLiteral("The address has to be configured on an interface of every server that it may lead "
                                    "to.");
    info.fallbackKey = QStringLiteral("hetzner-robot");
    return info;
}

/// Floating IPs of Hetzner Cloud.
/// Source: docs.hetzner.cloud
class Hetzner final : public Provider {
public:
    const ProviderInfo &info() const override { return m_info; }

    Request listAddresses(const Account &account, const QString &page) const override
    {
        return list(account, QStringLiteral("floating_ips"), page);
    }
    Request listTargets(const Account &account, const QString &page) const override
    {
        return list(account, QStringLiteral("servers"), page);
    }
    Request readAddress(const Account &account, const Address &address) const override
    {
        return get(account, QStringLiteral("floating_ips/") + urlPart(address.id));
    }
    // Never unassigned first: if the second step failed, the address would lead nowhere.
    Request assign(const Account &account, const Address &address, const Place &place) const override
    {
        Request request = get(account, QStringLiteral("floating_ips/%1/actions/assign").arg(urlPart(address.id)));
        request.method = "POST";
        request.contentType = "application/json";
        request.body = QJsonDocument(QJsonObject{{QStringLiteral("server"), place.targetId.toLongLong()}})
                           .toJson(QJsonDocument::Compact);
        request.changes = true;
        return request;
    }
    std::optional<Request> poll(const Account &account, const Address & /*address*/,
                                const Operation &operation) const override
    {
        return get(account, QStringLiteral("actions/") + urlPart(operation.id));
    }
    std::vector<Request> pending(const Account &account, const Address &address, const Place &place) const override
    {
        const QString running = QStringLiteral("actions?status=running&per_page=50");
        return {get(account, QStringLiteral("floating_ips/%1/%2").arg(urlPart(address.id), running)),
                get(account, QStringLiteral("servers/%1/%2").arg(urlPart(place.targetId), running))};
    }

    Answered<Listing<Address>> addresses(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonListing<Address>(m_speech, Call::ListAddresses, answer, QStringLiteral("floating_ips"), addressOf,
                                    nextPage);
    }
    Answered<Listing<Target>> targets(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonListing<Target>(m_speech, Call::ListTargets, answer, QStringLiteral("servers"), targetOf, nextPage);
    }
    Answered<Address> address(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonOne<Address>(m_speech, Call::ReadAddress, answer, QStringLiteral("floating_ip"), addressOf);
    }
    Answered<Operation> assigned(const Account & /*account*/, const Answer &answer) const override
    {
        auto operation = jsonOne<Operation>(m_speech, Call::Assign, answer, QStringLiteral("action"), operationOf);
        if (!operation && operation.error().code == QLatin1String("floating_ip_assigned")) {
            // To whom, reading it back tells: it is the proof in any case.
            return Operation{.state = Operation::State::Done,
                             .what = QStringLiteral("assign_floating_ip"),
                             .message = operation.error().error.message};
        }
        return operation;
    }
    Answered<Operation> polled(const Answer &answer) const override
    {
        return jsonOne<Operation>(m_speech, Call::Poll, answer, QStringLiteral("action"), operationOf);
    }
    Answered<std::vector<Operation>> pendingEvents(const Answer &answer) const override
    {
        return stillRunning(
            jsonListing<Operation>(m_speech, Call::Pending, answer, QStringLiteral("actions"), operationOf, nextPage));
    }

protected:
    const Speech &speech() const override { return m_speech; }

private:
    Request get(const Account &account, const QString &path) const
    {
        return {.method = "GET", .url = account.baseUrl + QLatin1Char('/') + path, .auth = m_info.auth};
    }
    Request list(const Account &account, const QString &collection, const QString &page) const
    {
        return get(account, QStringLiteral("%1?per_page=%2&page=%3")
                                .arg(collection)
                                .arg(kPerPage)
                                .arg(page.isEmpty() ? QStringLiteral("1") : urlPart(page)));
    }

    ProviderInfo m_info = hetznerInfo();
    Speech m_speech{m_info.title,
                    m_info.credentials.front().front().variables.first(),
                    m_info.rights,
                    m_info.endpointVariables.first(),
                    &said,
                    {{"rate_limit_exceeded", FaultKind::RetryLater},
                     {"conflict", FaultKind::RetryLater},
                     {"locked", FaultKind::RetryLater},
                     {"bad_gateway", FaultKind::RetryLater},
                     {"timeout", FaultKind::RetryLater},
                     {"service_error", FaultKind::RetryLater},
                     {"maintenance", FaultKind::RetryLater},
                     {"resource_unavailable", FaultKind::RetryLater},
                     {"unauthorized", FaultKind::Unauthorized},
                     {"forbidden", FaultKind::Forbidden},
                     {"token_readonly", FaultKind::Forbidden},
                     {"protected", FaultKind::Protected},
                     {"not_found", FaultKind::NotFound},
                     {"invalid_input", FaultKind::WrongRequest}}};
};

} // namespace

const Provider &hetznerProvider();

const Provider &hetznerProvider()
{
    static const Hetzner provider;
    return provider;
}

} // namespace howdah::addresses
