// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>

#include "addresses/json.h"
#include "addresses/provider.h"

namespace howdah::addresses {

namespace {

// An answer is read up to 1 MiB, and a droplet is some 4 KB of it; 200 to a page would be too near.
constexpr int kPerPage = 100;

// DigitalOcean has no code of its own for it: 422 unprocessable_entity, and these words.
constexpr const char *kPendingCode = "pending_event";

Said said(const QByteArray &body)
{
    const std::optional<QJsonObject> object = jsonObject(body);
    if (!object) {
        return {};
    }
    Said words{.code = jsonName(*object, "id"), .message = jsonName(*object, "message")};
    if (words.message.contains(QLatin1String("pending event"), Qt::CaseInsensitive)) {
        words.code = QLatin1String(kPendingCode);
    }
    return words;
}

QString regionOf(const QJsonObject &object)
{
    return jsonName(object.value(QLatin1String("region")).toObject(), "slug");
}

Target::State stateOf(const QString &word)
{
    if (word == QLatin1String("active")) {
        return Target::State::Up;
    }
    const bool isDown =
        word == QLatin1String("off") || word == QLatin1String("new") || word == QLatin1String("archive");
    return isDown ? Target::State::Down : Target::State::Unknown;
}

std::optional<Target> targetOf(const QJsonObject &object)
{
    const std::optional<QString> id = jsonId(object.value(QLatin1String("id")));
    const QJsonValue networks = object.value(QLatin1String("networks"));
    if (!id || !networks.isObject()) {
        return std::nullopt;
    }
    Target target{.id = *id, .name = jsonName(object, "name"), .region = regionOf(object)};
    target.stateWord = jsonName(object, "status");
    target.state = stateOf(target.stateWord);
    if (object.value(QLatin1String("locked")).toBool()) {
        target.lock = QStringLiteral("an event of it is not over yet");
    }
    for (const char *family : {"v4", "v6"}) {
        const QJsonArray list = networks.toObject().value(QLatin1String(family)).toArray();
        for (const auto &each : list) {
            const QJsonObject network = each.toObject();
            const std::optional<QString> ip = jsonIp(network.value(QLatin1String("ip_address")));
            if (!ip) {
                return std::nullopt;
            }
            target.ips.push_back({.ip = *ip, .isPublic = jsonName(network, "type") == QLatin1String("public")});
        }
    }
    return target;
}

std::optional<Address> addressOf(const QJsonObject &object)
{
    const std::optional<QString> ip = jsonIp(object.value(QLatin1String("ip")));
    if (!ip) {
        return std::nullopt;
    }
    Address address{.id = *ip, .ip = *ip, .region = regionOf(object)};
    if (object.value(QLatin1String("locked")).toBool()) {
        address.lock = QStringLiteral("an event of it is not over yet");
    }
    // null: it leads nowhere. Missing: the token may not see droplets.
    const QJsonValue droplet = object.value(QLatin1String("droplet"));
    address.isHolderKnown = !droplet.isUndefined();
    if (droplet.isObject()) {
        const std::optional<QString> id = jsonId(droplet.toObject().value(QLatin1String("id")));
        if (!id) {
            return std::nullopt;
        }
        address.targetId = *id;
        address.targetName = jsonName(droplet.toObject(), "name");
    } else if (!droplet.isUndefined() && !droplet.isNull()) {
        return std::nullopt;
    }
    return address;
}

std::optional<Operation> operationOf(const QJsonObject &object)
{
    const std::optional<QString> id = jsonId(object.value(QLatin1String("id")));
    const QString status = jsonName(object, "status");
    if (!id) {
        return std::nullopt;
    }
    Operation operation{.id = *id, .what = jsonName(object, "type")};
    if (status == QLatin1String("completed")) {
        operation.state = Operation::State::Done;
    } else if (status == QLatin1String("errored")) {
        operation.state = Operation::State::Errored;
    } else if (status != QLatin1String("in-progress")) {
        return std::nullopt;
    }
    return operation;
}

// links is left out, or empty, when there is but one page.
QString nextPage(const QJsonObject &answer)
{
    const QJsonObject pages = answer.value(QLatin1String("links")).toObject().value(QLatin1String("pages")).toObject();
    return queryValue(pages.value(QLatin1String("next")).toString(), QStringLiteral("page"));
}

/// Reserved IPs of DigitalOcean, or the floating IPs that they were before 2022: the same things in other words, which
/// services that speak its older API still use.
/// Source: docs.digitalocean.com/reference/api, and its OpenAPI description.
class DigitalOcean final : public Provider {
public:
    DigitalOcean(const QString &key, const QString &collection, const QString &fallbackKey)
        : m_collection(collection)
        , m_one(collection.chopped(1))
    {
        m_info.key = key;
        m_info.title = QStringLiteral("DigitalOcean");
        m_info.auth = Auth::Bearer;
        m_info.credentials = {
            {{.variables = {QStringLiteral("DIGITALOCEAN_ACCESS_TOKEN"), QStringLiteral("DIGITALOCEAN_TOKEN")}}}};
        m_info.rights = QStringLiteral("the scopes reserved_ip:read, reserved_ip:update and droplet:read");
        m_info.endpointVariables = QStringList{QStringLiteral("DIGITALOCEAN_API_URL")};
        m_info.defaultUrl = QStringLiteral("https://api.digitalocean.com");
        m_info.isBoundToRegion = true;
        m_info.guestNote =
            QStringLiteral("What comes by the address arrives at the droplet's anchor IP: PostgreSQL has "
                           "to listen there, or on all addresses.");
        m_info.fallbackKey = fallbackKey;
        m_speech = {
            m_info.title,  m_info.credentials.front().front().variables.first(),
            m_info.rights, m_info.endpointVariables.first(),
            &said,         {{kPendingCode, FaultKind::RetryLater}, {"too_many_requests", FaultKind::RetryLater}}};
    }

    const ProviderInfo &info() const override { return m_info; }

    Request listAddresses(const Account &account, const QString &page) const override
    {
        return list(account, m_collection, page);
    }
    Request listTargets(const Account &account, const QString &page) const override
    {
        return list(account, QStringLiteral("droplets"), page);
    }
    Request readAddress(const Account &account, const Address &address) const override
    {
        return get(account, QStringLiteral("%1/%2").arg(m_collection, urlPart(address.id)));
    }
    Request assign(const Account &account, const Address &address, const Place &place) const override
    {
        Request request = get(account, QStringLiteral("%1/%2/actions").arg(m_collection, urlPart(address.id)));
        request.method = "POST";
        request.contentType = "application/json";
        request.body = QJsonDocument(QJsonObject{{QStringLiteral("type"), QStringLiteral("assign")},
                                                 {QStringLiteral("droplet_id"), place.targetId.toLongLong()}})
                           .toJson(QJsonDocument::Compact);
        request.changes = true;
        return request;
    }
    // Not /v2/actions/ID: that would need another scope.
    std::optional<Request> poll(const Account &account, const Address &address,
                                const Operation &operation) const override
    {
        return get(account,
                   QStringLiteral("%1/%2/actions/%3").arg(m_collection, urlPart(address.id), urlPart(operation.id)));
    }
    std::vector<Request> pending(const Account &account, const Address &address, const Place &place) const override
    {
        // Newest first: what still runs is on the first page.
        return {
            get(account, QStringLiteral("%1/%2/actions").arg(m_collection, urlPart(address.id))),
            get(account, QStringLiteral("droplets/%1/actions?per_page=%2").arg(urlPart(place.targetId)).arg(kPerPage))};
    }

    Answered<Listing<Address>> addresses(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonListing<Address>(m_speech, Call::ListAddresses, answer, m_collection, addressOf, nextPage);
    }
    Answered<Listing<Target>> targets(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonListing<Target>(m_speech, Call::ListTargets, answer, QStringLiteral("droplets"), targetOf, nextPage);
    }
    Answered<Address> address(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonOne<Address>(m_speech, Call::ReadAddress, answer, m_one, addressOf);
    }
    Answered<Operation> assigned(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonOne<Operation>(m_speech, Call::Assign, answer, QStringLiteral("action"), operationOf);
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
        return {.method = "GET", .url = QStringLiteral("%1/v2/%2").arg(account.baseUrl, path), .auth = m_info.auth};
    }
    Request list(const Account &account, const QString &collection, const QString &page) const
    {
        return get(account, QStringLiteral("%1?per_page=%2&page=%3")
                                .arg(collection)
                                .arg(kPerPage)
                                .arg(page.isEmpty() ? QStringLiteral("1") : urlPart(page)));
    }

    ProviderInfo m_info;
    Speech m_speech;
    QString m_collection; ///< "reserved_ips"
    QString m_one;        ///< "reserved_ip"
};

} // namespace

const Provider &digitalOceanProvider();
const Provider &digitalOceanFloatingProvider();

const Provider &digitalOceanProvider()
{
    static const DigitalOcean provider(QStringLiteral("digitalocean"), QStringLiteral("reserved_ips"),
                                       QStringLiteral("digitalocean-floating"));
    return provider;
}

const Provider &digitalOceanFloatingProvider()
{
    static const DigitalOcean provider(QStringLiteral("digitalocean-floating"), QStringLiteral("floating_ips"),
                                       QString());
    return provider;
}

} // namespace howdah::addresses
