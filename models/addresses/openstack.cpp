// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>
#include <algorithm>

#include "addresses/account.h"
#include "addresses/json.h"
#include "addresses/provider.h"

namespace howdah::addresses {

namespace {

constexpr int kPerPage = 100;

// Keystone: {"error": {"code", "title", "message"}}; Neutron: {"NeutronError": {"type", "message", "detail"}}.
Said said(const QByteArray &body)
{
    const QJsonObject object = jsonObject(body).value_or(QJsonObject());
    const QJsonObject neutron = object.value(QLatin1String("NeutronError")).toObject();
    if (!neutron.isEmpty()) {
        return {.code = jsonName(neutron, "type"), .message = jsonName(neutron, "message")};
    }
    const QJsonObject keystone = object.value(QLatin1String("error")).toObject();
    return {.code = jsonName(keystone, "title"), .message = jsonName(keystone, "message")};
}

std::optional<Address> addressOf(const QJsonObject &object)
{
    const std::optional<QString> port = jsonOptionalText(object, "port_id");
    const std::optional<QString> fixed = jsonOptionalText(object, "fixed_ip_address");
    const std::optional<QString> ip = jsonIp(object.value(QLatin1String("floating_ip_address")));
    const QString id = jsonName(object, "id");
    if (id.isEmpty() || !ip || !port || !fixed) {
        return std::nullopt;
    }
    Address address{.id = id, .ip = *ip, .targetId = *port};
    address.isHolderKnown = object.contains(QLatin1String("port_id"));
    const QJsonObject details = object.value(QLatin1String("port_details")).toObject();
    address.targetName = jsonName(details, "name");
    address.insideIp = *fixed;
    return address; // status: ACTIVE follows later, and with some drivers never
}

Target::State stateOf(const QString &word)
{
    if (word == QLatin1String("ACTIVE")) {
        return Target::State::Up;
    }
    // With some drivers a port that works stays DOWN for good.
    return word == QLatin1String("ERROR") ? Target::State::Down : Target::State::Unknown;
}

std::optional<Target> targetOf(const QJsonObject &object)
{
    const QJsonValue fixed = object.value(QLatin1String("fixed_ips"));
    Target target{.id = jsonName(object, "id"), .name = jsonName(object, "name")};
    if (target.id.isEmpty() || !fixed.isArray()) {
        return std::nullopt;
    }
    if (target.name.isEmpty()) {
        target.name = jsonName(object, "device_id");
    }
    target.stateWord = jsonName(object, "status");
    target.state = stateOf(target.stateWord);
    const QJsonValue isWanted = object.value(QLatin1String("admin_state_up"));
    if (isWanted.isBool() && !isWanted.toBool()) {
        target.lock = QStringLiteral("it is switched off (admin_state_up)");
    }
    const QJsonArray list = fixed.toArray();
    for (const auto &each : list) {
        const std::optional<QString> ip = jsonIp(each.toObject().value(QLatin1String("ip_address")));
        if (!ip) {
            return std::nullopt;
        }
        target.ips.push_back({.ip = *ip, .insideIp = *ip});
    }
    return target;
}

// A router, a DHCP server, a floating address have ports as well; what carries a machine says compute:ZONE, or nothing
// where somebody made it by hand.
bool isMachine(const QString &owner)
{
    return owner.isEmpty() || owner.startsWith(QLatin1String("compute:")) ||
           owner.startsWith(QLatin1String("baremetal:"));
}

template<const char *key>
QString nextPage(const QJsonObject &answer)
{
    const QJsonArray links = answer.value(QLatin1String(key)).toArray();
    for (const auto &each : links) {
        const QJsonObject link = each.toObject();
        if (link.value(QLatin1String("rel")).toString() == QLatin1String("next")) {
            return queryValue(link.value(QLatin1String("href")).toString(), QStringLiteral("marker"));
        }
    }
    return {};
}

constexpr char kAddressLinks[] = "floatingips_links";
constexpr char kPortLinks[] = "ports_links";

QJsonObject scopeOf(const Account &account)
{
    const QString id = account.names.value(QStringLiteral("OS_PROJECT_ID"));
    if (!id.isEmpty()) {
        return {{QStringLiteral("project"), QJsonObject{{QStringLiteral("id"), id}}}};
    }
    const QJsonObject domain{{QStringLiteral("name"), account.names.value(QStringLiteral("OS_PROJECT_DOMAIN_NAME"),
                                                                          QStringLiteral("Default"))}};
    return {{QStringLiteral("project"),
             QJsonObject{{QStringLiteral("name"), account.names.value(QStringLiteral("OS_PROJECT_NAME"))},
                         {QStringLiteral("domain"), domain}}}};
}

QJsonObject passwordLogin(const Account &account)
{
    const QJsonObject domain{{QStringLiteral("name"),
                              account.names.value(QStringLiteral("OS_USER_DOMAIN_NAME"), QStringLiteral("Default"))}};
    const QJsonObject user{{QStringLiteral("name"), account.names.value(QStringLiteral("OS_USERNAME"))},
                           {QStringLiteral("domain"), domain}};
    const QJsonObject identity{{QStringLiteral("methods"), QJsonArray{QStringLiteral("password")}},
                               {QStringLiteral("password"), QJsonObject{{QStringLiteral("user"), user}}}};
    return {{QStringLiteral("identity"), identity}, {QStringLiteral("scope"), scopeOf(account)}};
}

// Is bound to a project by itself.
QJsonObject applicationLogin(const QString &id)
{
    const QJsonObject credential{{QStringLiteral("id"), id}};
    const QJsonObject identity{{QStringLiteral("methods"), QJsonArray{QStringLiteral("application_credential")}},
                               {QStringLiteral("application_credential"), credential}};
    return {{QStringLiteral("identity"), identity}};
}

// What the catalogue has under type network, for the public, in the region; the first one where none is wanted.
QString networkUrlOf(const QJsonArray &catalog, const QString &region)
{
    for (const auto &service : catalog) {
        if (jsonName(service.toObject(), "type") != QLatin1String("network")) {
            continue;
        }
        const QJsonArray endpoints = service.toObject().value(QLatin1String("endpoints")).toArray();
        for (const auto &each : endpoints) {
            const QJsonObject endpoint = each.toObject();
            const bool isThere =
                region.isEmpty() || jsonName(endpoint, "region_id") == region || jsonName(endpoint, "region") == region;
            if (isThere && jsonName(endpoint, "interface") == QLatin1String("public")) {
                return endpoint.value(QLatin1String("url")).toString();
            }
        }
    }
    return {};
}

ProviderInfo openStackInfo()
{
    ProviderInfo info;
    info.key = QStringLiteral("openstack");
    info.title = QStringLiteral("OpenStack");
    info.auth = Auth::XToken;
    info.credentials = {
        {{.variables = {QStringLiteral("OS_APPLICATION_CREDENTIAL_ID")}, .isSecret = false},
         {.variables = {QStringLiteral("OS_APPLICATION_CREDENTIAL_SECRET")}}},
        {{.variables = {QStringLiteral("OS_USERNAME")}, .isSecret = false},
         {.variables = {QStringLiteral("OS_PASSWORD")}},
         {.variables = {QStringLiteral("OS_USER_DOMAIN_NAME")}, .isSecret = false, .isNeeded = false},
         {.variables = {QStringLiteral("OS_PROJECT_ID")}, .isSecret = false, .isNeeded = false},
         {.variables = {QStringLiteral("OS_PROJECT_NAME"), QStringLiteral("OS_PROJECT_ID")}, .isSecret = false},
         {.variables = {QStringLiteral("OS_PROJECT_DOMAIN_NAME")}, .isSecret = false, .isNeeded = false}}};
    info.rights = QStringLiteral("the role member in the project of the address and the ports; for an application "
                                 "credential the access rules GET /v2.0/ports, GET /v2.0/floatingips, GET and PUT "
                                 "/v2.0/floatingips/*");
    info.endpointVariables = QStringList{QStringLiteral("OS_AUTH_URL")};
    info.regionVariables = QStringList{QStringLiteral("OS_REGION_NAME")};
    return info; // not bound to a region: whoever is asked is one region
}

/// Floating IPs of Neutron, by a token of Keystone. A target is a port: that is what an address leads to.
/// Source: docs.openstack.org/api-ref/identity/v3 and /network/v2.
class OpenStack final : public Provider {
public:
    const ProviderInfo &info() const override { return m_info; }

    std::optional<Request> login(const Account &account) const override
    {
        const QString applicationId = account.names.value(QStringLiteral("OS_APPLICATION_CREDENTIAL_ID"));
        const bool byApplication = !applicationId.isEmpty();
        const QJsonObject auth = byApplication ? applicationLogin(applicationId) : passwordLogin(account);
        Request request{.method = "POST", .contentType = "application/json"};
        request.url =
            account.baseUrl + (account.baseUrl.endsWith(QLatin1String("/v3")) ? QStringLiteral("/auth/tokens")
                                                                              : QStringLiteral("/v3/auth/tokens"));
        request.body = QJsonDocument(QJsonObject{{QStringLiteral("auth"), auth}}).toJson(QJsonDocument::Compact);
        const QString root = QStringLiteral("auth");
        const QString identity = QStringLiteral("identity");
        if (byApplication) {
            request.bodySecrets = {
                {{root, identity, QStringLiteral("application_credential"), QStringLiteral("secret")},
                 {QStringLiteral("OS_APPLICATION_CREDENTIAL_SECRET")}}};
        } else {
            request.bodySecrets = {
                {{root, identity, QStringLiteral("password"), QStringLiteral("user"), QStringLiteral("password")},
                 {QStringLiteral("OS_PASSWORD")}}};
        }
        return request;
    }
    Answered<Session> loggedIn(const Account &account, const Answer &answer) const override
    {
        const Answered<QJsonObject> object = jsonAnswer(m_speech, Call::Login, answer);
        if (!object) {
            return tl::unexpected(object.error());
        }
        const QJsonObject token = object->value(QLatin1String("token")).toObject();
        Session session{.token = answer.header("X-Subject-Token").trimmed()};
        session.expires = QDateTime::fromString(jsonName(token, "expires_at"), Qt::ISODateWithMs);
        const core::Result<QString> url =
            checkedUrl(networkUrlOf(token.value(QLatin1String("catalog")).toArray(), account.region));
        if (session.token.isEmpty() || !session.expires.isValid()) {
            return m_speech.garbled(Call::Login, answer, QStringLiteral("The answer has no token."));
        }
        if (!url) {
            return m_speech.garbled(
                Call::Login, answer,
                QStringLiteral("It has no public endpoint of type network in region \"%1\" that can "
                               "be asked.")
                    .arg(account.region));
        }
        session.networkUrl = *url;
        return session;
    }

    Request listAddresses(const Account &account, const QString &page) const override
    {
        return list(account, QStringLiteral("floatingips"), page);
    }
    Request listTargets(const Account &account, const QString &page) const override
    {
        return list(account, QStringLiteral("ports"), page);
    }
    Request readAddress(const Account &account, const Address &address) const override
    {
        return get(account, QStringLiteral("floatingips/") + urlPart(address.id));
    }
    Request assign(const Account &account, const Address &address, const Place &place) const override
    {
        Request request = readAddress(account, address);
        QJsonObject floating{{QStringLiteral("port_id"), place.targetId}};
        if (!place.insideIp.isEmpty()) {
            floating.insert(QStringLiteral("fixed_ip_address"), place.insideIp);
        }
        request.method = "PUT";
        request.contentType = "application/json";
        request.body =
            QJsonDocument(QJsonObject{{QStringLiteral("floatingip"), floating}}).toJson(QJsonDocument::Compact);
        request.changes = true;
        return request;
    }

    Answered<Listing<Address>> addresses(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonListing<Address>(m_speech, Call::ListAddresses, answer, QStringLiteral("floatingips"), addressOf,
                                    nextPage<kAddressLinks>);
    }
    Answered<Listing<Target>> targets(const Account & /*account*/, const Answer &answer) const override
    {
        return ports(answer);
    }
    Answered<Address> address(const Account & /*account*/, const Answer &answer) const override
    {
        return jsonOne<Address>(m_speech, Call::ReadAddress, answer, QStringLiteral("floatingip"), addressOf);
    }
    Answered<Operation> assigned(const Account & /*account*/, const Answer &answer) const override
    {
        const auto address = jsonOne<Address>(m_speech, Call::Assign, answer, QStringLiteral("floatingip"), addressOf);
        if (!address) {
            return tl::unexpected(address.error());
        }
        return Operation{.state = Operation::State::Done, .what = QStringLiteral("update_floatingip")};
    }

protected:
    const Speech &speech() const override { return m_speech; }

private:
    Request get(const Account &account, const QString &path) const
    {
        const bool hasVersion = account.networkUrl.endsWith(QLatin1String("/v2.0"));
        return {.method = "GET",
                .url = account.networkUrl + (hasVersion ? QStringLiteral("/") : QStringLiteral("/v2.0/")) + path,
                .auth = m_info.auth};
    }
    Request list(const Account &account, const QString &collection, const QString &page) const
    {
        const QString first = QStringLiteral("%1?limit=%2").arg(collection).arg(kPerPage);
        return get(account, page.isEmpty() ? first : first + QStringLiteral("&marker=") + urlPart(page));
    }

    Answered<Listing<Target>> ports(const Answer &answer) const
    {
        // One without an id stands for a port that carries no machine.
        const auto read = [](const QJsonObject &port) {
            return isMachine(jsonName(port, "device_owner")) ? targetOf(port) : std::optional(Target());
        };
        auto all = jsonListing<Target>(m_speech, Call::ListTargets, answer, QStringLiteral("ports"), read,
                                       nextPage<kPortLinks>);
        if (all) {
            std::erase_if(all->items, [](const Target &target) { return target.id.isEmpty(); });
        }
        return all;
    }

    ProviderInfo m_info = openStackInfo();
    Speech m_speech{m_info.title,
                    QStringLiteral("OS_APPLICATION_CREDENTIAL_ID and …_SECRET, or OS_USERNAME and OS_PASSWORD"),
                    m_info.rights,
                    m_info.endpointVariables.first(),
                    &said,
                    {{"PolicyNotAuthorized", FaultKind::Forbidden},
                     {"PortNotFound", FaultKind::NotFound},
                     {"FloatingIPNotFound", FaultKind::NotFound},
                     {"ExternalGatewayForFloatingIPNotFound", FaultKind::WrongRequest},
                     // The port has another floating address of that network already.
                     {"FloatingIPPortAlreadyAssociated", FaultKind::Protected}}};
};

} // namespace

const Provider &openStackProvider();

const Provider &openStackProvider()
{
    static const OpenStack provider;
    return provider;
}

} // namespace howdah::addresses
