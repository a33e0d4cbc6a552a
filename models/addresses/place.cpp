// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/place.h"

#include <algorithm>
#include <set>

#include "addresses/ip.h"

namespace howdah::addresses {

namespace {

using core::Error;

QString named(const QString &name, const QString &id)
{
    return name.isEmpty() || name == id ? id : QStringLiteral("%1 (%2)").arg(name, id);
}

QString named(const Target &target)
{
    return named(target.name, target.id);
}

Fitness unfit(Fitness::Verdict verdict, Error::Kind kind, const QString &what, const QString &hint)
{
    return {verdict, Error{.kind = kind, .message = what + QStringLiteral(" Nothing was changed."), .hint = hint}};
}

// Those of the node that can tell machines apart.
QStringList tellingIps(const QStringList &nodeIps, const QStringList &floatingIps)
{
    QStringList telling;
    for (const QString &ip : nodeIps) {
        const bool moves = std::any_of(floatingIps.begin(), floatingIps.end(),
                                       [&ip](const QString &floating) { return covers(floating, ip); });
        if (!moves && !isOfEveryMachine(ip)) {
            telling.append(normalIp(ip));
        }
    }
    telling.removeDuplicates();
    return telling;
}

const TargetIp *fitting(const Target &target, const QStringList &ips)
{
    for (const QString &ip : ips) {
        const auto found = std::find_if(target.ips.begin(), target.ips.end(),
                                        [&ip](const TargetIp &own) { return covers(own.ip, ip); });
        if (found != target.ips.end()) {
            return &*found;
        }
    }
    return nullptr;
}

Place placeOn(const Target &target, const TargetIp &ip)
{
    std::set<std::pair<QString, QString>> choices;
    for (const TargetIp &own : target.ips) {
        choices.emplace(own.interfaceId, own.insideIp);
    }
    Place place{.targetId = target.id, .targetName = target.name};
    if (choices.size() > 1) {
        place.interfaceId = ip.interfaceId;
        place.insideIp = ip.insideIp;
    }
    return place;
}

} // namespace

core::Result<Match> matchNode(const QString &node, const QStringList &nodeIps, const std::vector<Target> &targets,
                              const QStringList &floatingIps)
{
    const QStringList ips = tellingIps(nodeIps, floatingIps);
    std::vector<std::pair<const Target *, const TargetIp *>> found;
    QStringList names;
    for (const Target &target : targets) {
        if (const TargetIp *ip = fitting(target, ips)) {
            found.emplace_back(&target, ip);
            names.append(named(target));
        }
    }
    if (found.size() == 1) {
        return Match{*found.front().first, placeOn(*found.front().first, *found.front().second)};
    }
    Error error{.node = node};
    if (ips.isEmpty()) {
        error.kind = Error::Kind::Invalid;
        error.message =
            QStringLiteral("No IP address of %1 is known that is its machine's own. Nothing was changed.").arg(node);
        error.hint = QStringLiteral("Connect it by an address of its machine, not by one that moves.");
    } else if (found.empty()) {
        error.kind = Error::Kind::NotFound;
        error.message = QStringLiteral("None of the provider's %1 machines has an IP address of %2 (%3). Nothing was "
                                       "changed.")
                            .arg(targets.size())
                            .arg(node, ips.join(QLatin1String(", ")));
        error.hint = QStringLiteral("Check that the credentials belong to the project or account of its machine.");
    } else {
        error.message = QStringLiteral("Several of the provider's machines have an IP address of %1 (%2): %3. Nothing "
                                       "was changed.")
                            .arg(node, ips.join(QLatin1String(", ")), names.join(QLatin1String(", ")));
        error.hint = QStringLiteral("Connect it by an address that only its own machine has, a public one perhaps.");
    }
    return tl::unexpected(error);
}

core::Result<Address> addressWithIp(const ProviderInfo &provider, const QString &ip,
                                    const std::vector<Address> &addresses)
{
    const auto fits = [&ip](const Address &address) { return covers(address.ip, ip); };
    const auto found = std::find_if(addresses.begin(), addresses.end(), fits);
    if (found == addresses.end()) {
        return core::failure(Error::Kind::NotFound,
                             QStringLiteral("%1 is none of the %2 floating addresses that %3 shows. Nothing was "
                                            "changed.")
                                 .arg(ip)
                                 .arg(addresses.size())
                                 .arg(provider.title),
                             QStringLiteral("Check the address, and the project or account of the credentials."));
    }
    if (std::count_if(addresses.begin(), addresses.end(), fits) > 1) {
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("%1 shows %2 more than once. Nothing was changed.").arg(provider.title, ip),
                             QStringLiteral("Look at the address in its control panel."));
    }
    return *found;
}

bool leadsTo(const Address &address, const Place &place)
{
    return address.isHolderKnown && !place.targetId.isEmpty() && address.targetId == place.targetId &&
           (place.interfaceId.isEmpty() || address.interfaceId == place.interfaceId) &&
           (place.insideIp.isEmpty() || address.insideIp == place.insideIp);
}

core::Result<void> judged(const ProviderInfo &provider, const Address &address, const Address &readBack,
                          const Place &place)
{
    if (readBack.id != address.id || readBack.ip != address.ip) {
        return core::failure(Error::Kind::Server,
                             QStringLiteral("%1 was asked for %2 and answered with %3: where %2 leads is not known.")
                                 .arg(provider.title, address.ip, readBack.ip),
                             QStringLiteral("Check its base URL and whether a proxy stands in between."));
    }
    if (leadsTo(readBack, place)) {
        return {};
    }
    const QString wanted = named(place.targetName, place.targetId);
    if (!readBack.isHolderKnown) {
        return core::failure(Error::Kind::Denied,
                             QStringLiteral("%1 does not say where %2 leads: whether it leads to %3 is not known.")
                                 .arg(provider.title, readBack.ip, wanted),
                             QStringLiteral("The credentials need: %1.").arg(provider.rights));
    }
    QString holder = QStringLiteral("leads nowhere");
    if (readBack.targetId == place.targetId) {
        holder = QStringLiteral("leads to another interface of %1").arg(wanted);
    } else if (!readBack.targetId.isEmpty()) {
        holder = QStringLiteral("leads to %1, not to %2").arg(named(readBack.targetName, readBack.targetId), wanted);
    }
    return core::failure(Error::Kind::Server,
                         QStringLiteral("%1 says that %2 %3.").arg(provider.title, readBack.ip, holder),
                         QStringLiteral("Read it again in a while; if it stays so, move it again: that does no harm."));
}

Fitness sameRegion(const ProviderInfo &provider, const Address &address, const Target &target)
{
    if (!provider.isBoundToRegion || (!address.region.isEmpty() && address.region == target.region)) {
        return {};
    }
    if (address.region.isEmpty() || target.region.isEmpty()) {
        return unfit(Fitness::Verdict::Unknown, Error::Kind::Server,
                     QStringLiteral("%1 does not say whether %2 and %3 are in the same region.")
                         .arg(provider.title, address.ip, named(target)),
                     QStringLiteral("Look at both in its control panel."));
    }
    return unfit(Fitness::Verdict::No, Error::Kind::Invalid,
                 QStringLiteral("%1 is in %2, %3 in %4: %5 moves an address within its region only.")
                     .arg(address.ip, address.region, named(target), target.region, provider.title),
                 QStringLiteral("Take an address and a machine of the same region."));
}

Fitness takesAddresses(const ProviderInfo &provider, const Target &target)
{
    if (!target.lock.isEmpty()) {
        return unfit(Fitness::Verdict::No, Error::Kind::Denied,
                     QStringLiteral("%1 has %2 under a lock: %3.").arg(provider.title, named(target), target.lock),
                     QStringLiteral("Wait until that is over, then try again."));
    }
    if (target.state == Target::State::Down) {
        return unfit(
            Fitness::Verdict::No, Error::Kind::Invalid,
            QStringLiteral("%1 says that %2 is not running (%3).").arg(provider.title, named(target), target.stateWord),
            QStringLiteral("Start it, or choose another node."));
    }
    if (target.state == Target::State::Unknown) {
        return unfit(
            Fitness::Verdict::Unknown, Error::Kind::Server,
            QStringLiteral("%1 does not say whether %2 is running%3.")
                .arg(provider.title, named(target),
                     target.stateWord.isEmpty() ? QString() : QStringLiteral(" (\"%1\")").arg(target.stateWord)),
            QStringLiteral("That PostgreSQL answers on the node is the better proof."));
    }
    return {};
}

Fitness isMovable(const ProviderInfo &provider, const Address &address)
{
    if (!address.lock.isEmpty()) {
        return unfit(Fitness::Verdict::No, Error::Kind::Denied,
                     QStringLiteral("%1 would not move %2 now: %3.").arg(provider.title, address.ip, address.lock),
                     QStringLiteral("Wait until that is over, or lift it in the control panel, then try again."));
    }
    if (!address.isHolderKnown) {
        return unfit(Fitness::Verdict::Unknown, Error::Kind::Denied,
                     QStringLiteral("%1 does not say where %2 leads, so that a move could not be proved.")
                         .arg(provider.title, address.ip),
                     QStringLiteral("The credentials need: %1.").arg(provider.rights));
    }
    return {};
}

Fitness isQuiet(const ProviderInfo &provider, const std::vector<Operation> &events)
{
    const auto running = std::find_if(events.begin(), events.end(),
                                      [](const Operation &event) { return event.state == Operation::State::Running; });
    if (running == events.end()) {
        return {};
    }
    return unfit(Fitness::Verdict::No, Error::Kind::Server,
                 QStringLiteral("%1 is still busy with another event (%2) of the address or the machine.")
                     .arg(provider.title, named(running->what, running->id)),
                 QStringLiteral("Wait until that is over, then try again."));
}

} // namespace howdah::addresses
