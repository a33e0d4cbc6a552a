// SPDX-License-Identifier: GPL-3.0-or-later
#include <QUrlQuery>
#include <algorithm>

#include "addresses/ip.h"
#include "addresses/json.h"
#include "addresses/provider.h"
#include "addresses/xml.h"
#include "core/servertext.h"

namespace howdah::addresses {

namespace {

// An answer is read up to 1 MiB, and an instance with its interfaces is some 8 KB of it.
constexpr int kPerPage = 50;
constexpr const char *kVersion = "2016-11-15";
constexpr const char *kPermitted = "DryRunOperation";

using Parameters = std::vector<std::pair<QByteArray, QString>>;

QString nameIn(const XmlNode &node, const char *child)
{
    return core::sanitizedName(node.value(child));
}

Said said(const QByteArray &body)
{
    const XmlNode error = xmlRoot(body).value_or(XmlNode()).child("Errors").child("Error");
    return {.code = nameIn(error, "Code"), .message = nameIn(error, "Message")};
}

QString nameTag(const XmlNode &node)
{
    const std::vector<XmlNode> &tags = node.child("tagSet").children;
    const auto name = std::find_if(tags.begin(), tags.end(),
                                   [](const XmlNode &tag) { return tag.value("key") == QLatin1String("Name"); });
    return name == tags.end() ? QString() : nameIn(*name, "value");
}

std::optional<Address> addressOf(const XmlNode &item, const QString &region)
{
    const QString ip = normalIp(item.value("publicIp"));
    const QString id = item.value("allocationId");
    if (ip.isEmpty() || id.isEmpty()) {
        return std::nullopt;
    }
    Address address{.id = id, .ip = ip, .region = region};
    address.targetId = item.value("instanceId");
    address.interfaceId = item.value("networkInterfaceId");
    address.insideIp = normalIp(item.value("privateIpAddress"));
    if (!address.interfaceId.isEmpty() && address.targetId.isEmpty()) {
        address.targetId = address.interfaceId; // of a load balancer, a NAT gateway: no instance, but taken
    }
    if (!item.value("serviceManaged").isEmpty()) {
        address.lock = QStringLiteral("a service of AWS manages it");
    }
    return address;
}

// One private address of an interface, and what public one leads there: that follows the private one, it is not the
// machine's own when it is elastic, which whoever matches machines knows.
bool addPrivate(Target &target, const XmlNode &item, const QString &interfaceId)
{
    const QString inside = normalIp(item.value("privateIpAddress"));
    if (inside.isEmpty()) {
        return false;
    }
    target.ips.push_back({.ip = inside, .interfaceId = interfaceId, .insideIp = inside});
    const QString outside = normalIp(item.child("association").value("publicIp"));
    if (!outside.isEmpty()) {
        target.ips.push_back({.ip = outside, .isPublic = true, .interfaceId = interfaceId, .insideIp = inside});
    }
    return true;
}

bool addInterface(Target &target, const XmlNode &interface)
{
    const QString id = interface.value("networkInterfaceId");
    for (const XmlNode &item : interface.child("privateIpAddressesSet").children) {
        if (!addPrivate(target, item, id)) {
            return false;
        }
    }
    // An address of the other family can't be led to: it stands for the interface, which has a primary private one.
    const QString inside = normalIp(interface.value("privateIpAddress"));
    for (const XmlNode &item : interface.child("ipv6AddressesSet").children) {
        const QString ip = normalIp(item.value("ipv6Address"));
        if (!ip.isEmpty() && !inside.isEmpty()) {
            target.ips.push_back({.ip = ip, .isPublic = true, .interfaceId = id, .insideIp = inside});
        }
    }
    return !id.isEmpty();
}

Target::State stateOf(const QString &word)
{
    if (word == QLatin1String("running")) {
        return Target::State::Up;
    }
    static const QStringList down{QStringLiteral("pending"), QStringLiteral("shutting-down"),
                                  QStringLiteral("terminated"), QStringLiteral("stopping"), QStringLiteral("stopped")};
    return down.contains(word) ? Target::State::Down : Target::State::Unknown;
}

std::optional<Target> targetOf(const XmlNode &item, const QString &region)
{
    Target target{.id = item.value("instanceId"), .name = nameTag(item), .region = region};
    target.stateWord = nameIn(item.child("instanceState"), "name");
    target.state = stateOf(target.stateWord);
    if (target.id.isEmpty()) {
        return std::nullopt;
    }
    for (const XmlNode &interface : item.child("networkInterfaceSet").children) {
        if (!addInterface(target, interface)) {
            return std::nullopt;
        }
    }
    const QString own = normalIp(item.value("privateIpAddress"));
    if (target.ips.empty() && !own.isEmpty()) { // services that speak this API, and do not tell of interfaces
        target.ips.push_back({.ip = own});
        const QString outside = normalIp(item.value("ipAddress"));
        if (!outside.isEmpty()) {
            target.ips.push_back({.ip = outside, .isPublic = true});
        }
    }
    return target;
}

ProviderInfo awsInfo()
{
    ProviderInfo info;
    info.key = QStringLiteral("aws");
    info.title = QStringLiteral("AWS EC2");
    info.auth = Auth::SigV4;
    info.credentials = {{{.variables = {QStringLiteral("AWS_ACCESS_KEY_ID")}, .isSecret = false},
                         {.variables = {QStringLiteral("AWS_SECRET_ACCESS_KEY")}},
                         {.variables = {QStringLiteral("AWS_SESSION_TOKEN")}, .isNeeded = false}}};
    info.rights = QStringLiteral("the actions ec2:DescribeAddresses, ec2:DescribeInstances and ec2:AssociateAddress");
    info.endpointVariables = {QStringLiteral("AWS_ENDPOINT_URL_EC2"), QStringLiteral("AWS_ENDPOINT_URL")};
    info.defaultUrl = QStringLiteral("https://ec2.{region}.amazonaws.com"); // other partitions set the variable
    info.regionVariables = {QStringLiteral("AWS_REGION"), QStringLiteral("AWS_DEFAULT_REGION")};
    info.needsRegion = true;
    info.isBoundToRegion = true;
    return info;
}

/// Elastic IPs of EC2, by its query API.
/// Source: docs.aws.amazon.com/AWSEC2/latest/APIReference, and botocore's description of the service.
class Aws final : public Provider {
public:
    const ProviderInfo &info() const override { return m_info; }

    Request listAddresses(const Account &account, const QString & /*page*/) const override
    {
        return query(account, "DescribeAddresses", {}); // has no pages
    }
    Request listTargets(const Account &account, const QString &page) const override
    {
        Parameters parameters{{"MaxResults", QString::number(kPerPage)}};
        if (!page.isEmpty()) {
            parameters.emplace_back("NextToken", page);
        }
        return query(account, "DescribeInstances", parameters);
    }
    Request readAddress(const Account &account, const Address &address) const override
    {
        return query(account, "DescribeAddresses", {{"AllocationId.1", address.id}});
    }
    Request assign(const Account &account, const Address &address, const Place &place) const override
    {
        Request request = query(account, "AssociateAddress", association(address, place));
        request.changes = true;
        return request;
    }
    std::optional<Request> rehearse(const Account &account, const Address &address, const Place &place) const override
    {
        Parameters parameters = association(address, place);
        parameters.emplace_back("DryRun", QStringLiteral("true"));
        return query(account, "AssociateAddress", parameters);
    }

    Answered<Listing<Address>> addresses(const Account &account, const Answer &answer) const override
    {
        return list(account, Call::ListAddresses, answer);
    }
    Answered<Listing<Target>> targets(const Account &account, const Answer &answer) const override
    {
        const Answered<XmlNode> root = rootOf(Call::ListTargets, answer, "DescribeInstancesResponse");
        if (!root) {
            return tl::unexpected(root.error());
        }
        Listing<Target> listing{{}, root->value("nextToken")};
        bool isRead = root->has("reservationSet");
        for (const XmlNode &reservation : root->child("reservationSet").children) {
            for (const XmlNode &item : reservation.child("instancesSet").children) {
                const std::optional<Target> target = targetOf(item, account.region);
                isRead = isRead && target;
                listing.items.push_back(target.value_or(Target()));
            }
        }
        if (!isRead) {
            return m_speech.garbled(Call::ListTargets, answer, QStringLiteral("The answer has no proper instances."));
        }
        // A terminated instance is listed for an hour, and its addresses may be somebody else's by then.
        std::erase_if(listing.items,
                      [](const Target &target) { return target.stateWord == QLatin1String("terminated"); });
        return listing;
    }
    Answered<Address> address(const Account &account, const Answer &answer) const override
    {
        const auto all = list(account, Call::ReadAddress, answer);
        if (!all) {
            return tl::unexpected(all.error());
        }
        if (all->items.size() != 1) {
            return m_speech.garbled(Call::ReadAddress, answer, QStringLiteral("The answer is not about one address."));
        }
        return all->items.front();
    }
    Answered<Operation> assigned(const Account & /*account*/, const Answer &answer) const override
    {
        const Answered<XmlNode> root = rootOf(Call::Assign, answer, "AssociateAddressResponse");
        if (!root) {
            return tl::unexpected(root.error());
        }
        if (root->value("associationId").isEmpty() && root->value("return") != QLatin1String("true")) {
            return m_speech.garbled(Call::Assign, answer,
                                    QStringLiteral("The answer does not tell of an association."));
        }
        return Operation{.state = Operation::State::Done, .what = QStringLiteral("AssociateAddress")};
    }
    Answered<void> rehearsed(const Answer &answer) const override
    {
        const auto checked = m_speech.check(Call::Rehearse, answer);
        if (checked) { // it says "permitted" as an error: this is no dry run
            return m_speech.garbled(
                Call::Rehearse, answer,
                QStringLiteral("It does not seem to know dry runs: the address may have been moved."));
        }
        return checked.error().code == QLatin1String(kPermitted) ? Answered<void>() : checked;
    }

protected:
    const Speech &speech() const override { return m_speech; }

private:
    Request query(const Account &account, const char *action, const Parameters &parameters) const
    {
        QByteArray body = QByteArray("Action=") + action + "&Version=" + kVersion;
        for (const auto &[name, value] : parameters) {
            body += '&' + name + '=' + urlPart(value).toLatin1();
        }
        return {.method = "POST",
                .url = account.baseUrl + QLatin1Char('/'),
                .contentType = "application/x-www-form-urlencoded; charset=utf-8",
                .body = body,
                .auth = m_info.auth,
                .signingService = QStringLiteral("ec2"),
                .signingRegion = account.region};
    }

    // AllowReassociation is AWS's own default, but not that of all who speak its API.
    static Parameters association(const Address &address, const Place &place)
    {
        Parameters parameters{{"AllocationId", address.id}};
        if (place.interfaceId.isEmpty()) {
            parameters.emplace_back("InstanceId", place.targetId);
        } else {
            parameters.emplace_back("NetworkInterfaceId", place.interfaceId);
            parameters.emplace_back("PrivateIpAddress", place.insideIp);
        }
        parameters.emplace_back("AllowReassociation", QStringLiteral("true"));
        return parameters;
    }

    Answered<XmlNode> rootOf(Call call, const Answer &answer, const char *name) const
    {
        const auto checked = m_speech.check(call, answer);
        if (!checked) {
            return tl::unexpected(checked.error());
        }
        std::optional<XmlNode> root = xmlRoot(answer.body);
        if (!root || root->name != QLatin1String(name)) {
            return m_speech.garbled(call, answer, QStringLiteral("The answer is no %1.").arg(QLatin1String(name)));
        }
        return *std::move(root);
    }

    Answered<Listing<Address>> list(const Account &account, Call call, const Answer &answer) const
    {
        const Answered<XmlNode> root = rootOf(call, answer, "DescribeAddressesResponse");
        if (!root) {
            return tl::unexpected(root.error());
        }
        Listing<Address> listing;
        bool isRead = root->has("addressesSet");
        for (const XmlNode &item : root->child("addressesSet").children) {
            const std::optional<Address> address = addressOf(item, account.region);
            isRead = isRead && address;
            listing.items.push_back(address.value_or(Address()));
        }
        if (!isRead) {
            return m_speech.garbled(call, answer, QStringLiteral("The answer has no proper addresses."));
        }
        return listing;
    }

    ProviderInfo m_info = awsInfo();
    Speech m_speech{m_info.title,
                    QStringLiteral("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
                    m_info.rights,
                    m_info.endpointVariables.last(),
                    &said,
                    {{"RequestLimitExceeded", FaultKind::RetryLater},
                     {"Throttling", FaultKind::RetryLater},
                     {"InternalError", FaultKind::RetryLater},
                     {"Unavailable", FaultKind::RetryLater},
                     {"IncorrectInstanceState", FaultKind::RetryLater},
                     {"AuthFailure", FaultKind::Unauthorized},
                     {"InvalidClientTokenId", FaultKind::Unauthorized},
                     {"SignatureDoesNotMatch", FaultKind::Unauthorized},
                     {"RequestExpired", FaultKind::Unauthorized},
                     {"ExpiredToken", FaultKind::Unauthorized},
                     {"OptInRequired", FaultKind::Forbidden},
                     {"UnauthorizedOperation", FaultKind::Forbidden},
                     {"InvalidAllocationID.NotFound", FaultKind::NotFound},
                     {"InvalidAddress.NotFound", FaultKind::NotFound},
                     {"InvalidInstanceID.NotFound", FaultKind::NotFound},
                     {"InvalidNetworkInterfaceID.NotFound", FaultKind::NotFound},
                     {"OperationNotPermitted", FaultKind::Protected},
                     {"Resource.AlreadyAssociated", FaultKind::Protected},
                     {"Resource.AlreadyAssigned", FaultKind::Protected}}};
};

} // namespace

const Provider &awsProvider();

const Provider &awsProvider()
{
    static const Aws provider;
    return provider;
}

} // namespace howdah::addresses
