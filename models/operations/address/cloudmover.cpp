// SPDX-License-Identifier: GPL-3.0-or-later
// Addresses at a provider that is asked over HTTP: one request leads it to another machine, and what the provider says
// when it is read back is the proof.
#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>

#include "addresses/providers.h"
#include "core/sentences.h"
#include "operations/address/mover.h"
#include "operations/provideraccess.h"

namespace howdah::operations::address {

using Verdict = addresses::Fitness::Verdict;

namespace {

constexpr int kPollMs = 500;
constexpr int kRobotPollMs = 5000; ///< takes a minute or more, and counts requests by the hour
constexpr int kDeadlineMs = 60'000;
constexpr int kReadingMs = 30'000; ///< beside what the assignment itself may take
constexpr int kExpectedMs = 3000;

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

/// Whose rules hold for the address. Only of a move whose provider is one of them.
const addresses::Provider &providerOf(const Move &move)
{
    const addresses::Provider *known = addresses::providerOf(move.facts.cloud.provider);
    return known ? *known : *addresses::providerOf(move.address.provider);
}

/// Some answer when all is done, which takes a minute or more.
int deadlineMs(const Move &move)
{
    return std::max(kDeadlineMs, providerOf(move).info().deadlineMs + kReadingMs);
}

QString named(const QString &name, const QString &id)
{
    return name.isEmpty() || name == id ? id : QStringLiteral("%1 (%2)").arg(name, id);
}

Check checkCredentials(const Move &move)
{
    const CloudFacts &cloud = move.facts.cloud;
    const addresses::ProviderInfo &info = providerOf(move).info();
    const About about{QStringLiteral("address_credentials"),
                      tr("%1 takes our credentials, for %2").arg(info.title, move.address.ip)};
    if (cloud.provider.isEmpty()) {
        return madeCheck(move, about, CheckResult::Unknown, tr("it was not asked"), tr("Ask again."));
    }
    if (cloud.lacksCredentials || cloud.error.kind == core::Error::Kind::Denied) {
        return madeCheck(move, about, CheckResult::Failed, cloud.error.message, cloud.error.hint);
    }
    if (!cloud.error.message.isEmpty() && cloud.address.id.isEmpty() &&
        cloud.error.kind != core::Error::Kind::NotFound) {
        return madeCheck(move, about, CheckResult::Unknown, cloud.error.message,
                         cloud.error.hint.isEmpty() ? tr("See what keeps this machine from asking it.")
                                                    : cloud.error.hint);
    }
    return madeCheck(move, about, CheckResult::Passed, tr("it answers; they need %1").arg(info.rights));
}

Check checkHolder(const Move &move)
{
    const CloudFacts &cloud = move.facts.cloud;
    const addresses::ProviderInfo &info = providerOf(move).info();
    const About about{QStringLiteral("address_holder"), tr("%1 says where %2 leads").arg(info.title, move.address.ip)};
    if (!cloud.isKnown()) {
        return madeCheck(move, about,
                         cloud.error.kind == core::Error::Kind::NotFound ? CheckResult::Failed : CheckResult::Unknown,
                         cloud.error.message, cloud.error.hint);
    }
    const addresses::Fitness movable = addresses::isMovable(info, cloud.address);
    if (movable.verdict != Verdict::Yes) {
        return madeCheck(move, about, movable.verdict == Verdict::No ? CheckResult::Failed : CheckResult::Unknown,
                         movable.why.message, movable.why.hint);
    }
    if (cloud.address.targetId.isEmpty()) {
        return madeCheck(move, about, CheckResult::Warning, tr("it leads nowhere"),
                         tr("It is led to %1 all the same, and there is no way back.").arg(move.to));
    }
    const QString machine = named(cloud.address.targetName, cloud.address.targetId);
    if (cloud.holder.isEmpty()) {
        return madeCheck(move, about, CheckResult::Warning,
                         tr("it leads to %1, which is the machine of none of the nodes").arg(machine),
                         tr("It is taken from there: see that nobody else needs it."));
    }
    return madeCheck(move, about, CheckResult::Passed,
                     cloud.holder == move.to ? tr("it leads to %1 already").arg(move.to)
                                             : tr("it leads to %1, %2").arg(cloud.holder, machine));
}

/// A thing that the provider has told. unknown: what it comes to when it does not say.
Check checkFitness(const Move &move, const About &about, const addresses::Fitness &fitness, const QString &yes,
                   CheckResult unknown)
{
    switch (fitness.verdict) {
    case Verdict::Yes:
        return madeCheck(move, about, CheckResult::Passed, yes);
    case Verdict::No:
        return madeCheck(move, about, CheckResult::Failed, fitness.why.message, fitness.why.hint);
    case Verdict::Unknown:
        break;
    }
    return madeCheck(move, about, unknown, fitness.why.message, fitness.why.hint);
}

std::vector<Check> checkMachine(const Move &move)
{
    const addresses::ProviderInfo &info = providerOf(move).info();
    const auto machine = move.facts.cloud.machines.constFind(move.to);
    const About about{QStringLiteral("address_machine"), tr("%1's machine is known there").arg(move.to), move.to};
    const QString remedy = tr("An address is led to a machine that is known by its IP address, and to no other.");
    if (machine == move.facts.cloud.machines.constEnd()) {
        return {madeCheck(move, about, CheckResult::Unknown, tr("it was not asked for"), remedy)};
    }
    if (!machine->error.isEmpty()) {
        return {madeCheck(move, about, CheckResult::Failed, machine->error, remedy)};
    }
    std::vector<Check> all{
        madeCheck(move, about, CheckResult::Passed,
                  named(machine->place.targetName, machine->place.targetId) +
                      (info.guestNote.isEmpty() ? QString() : QStringLiteral(". ") + info.guestNote))};
    all.push_back(checkFitness(
        move, {QStringLiteral("address_region"), tr("%1 is where the address can lead").arg(move.to), move.to},
        machine->region,
        info.isBoundToRegion ? tr("both are in %1").arg(move.facts.cloud.address.region)
                             : tr("it is not bound to a region"),
        CheckResult::Unknown));
    // Who does not say whether a machine runs never does, and PostgreSQL answers on it: another check sees to that.
    all.push_back(
        checkFitness(move, {QStringLiteral("address_state"), tr("%1's machine can be given it").arg(move.to), move.to},
                     machine->takes, tr("it is up, and under no lock"), CheckResult::Passed));
    all.push_back(checkFitness(move, {QStringLiteral("address_quiet"), tr("Nothing else is going on there"), move.to},
                               machine->quiet, tr("no event that it would have to wait for"), CheckResult::Unknown));
    if (machine->allowed.verdict != Verdict::Unknown || !machine->allowed.why.message.isEmpty()) {
        all.push_back(
            checkFitness(move, {QStringLiteral("address_allowed"), tr("We may move it to %1").arg(move.to), move.to},
                         machine->allowed, tr("%1 says so (dry run)").arg(info.title), CheckResult::Unknown));
    }
    return all;
}

std::vector<Check> checks(const Move &move)
{
    std::vector<Check> all{checkCredentials(move)};
    if (all.front().result != CheckResult::Passed) {
        return all;
    }
    all.push_back(checkHolder(move));
    if (move.facts.cloud.isKnown()) {
        for (Check &one : checkMachine(move)) {
            all.push_back(std::move(one));
        }
    }
    return all;
}

/// What leads the address to a place.
class Way {
public:
    Way(const Move &move, addresses::Place place, QString node, const char *suffix)
        : m_move(move)
        , m_provider(providerOf(move))
        , m_place(std::move(place))
        , m_node(std::move(node))
    {
        static const QRegularExpression odd(QStringLiteral("[^a-z0-9_]"));
        m_operation = QStringLiteral("address_%1_%2")
                          .arg(move.address.name, QLatin1String(suffix))
                          .toLower()
                          .replace(odd, QStringLiteral("_"));
    }

    std::vector<Action> actions() const
    {
        const CloudFacts &cloud = m_move.facts.cloud;
        std::vector<Action> all{made(m_provider.assign(cloud.account, cloud.address, m_place), Errand::Kind::Assign,
                                     tr("%1 is led to %2").arg(m_move.address.ip, m_node))};
        const QString id = QStringLiteral("OPERATION");
        if (auto poll = m_provider.poll(cloud.account, cloud.address, {.id = id})) {
            poll->url.replace(id, QStringLiteral(":{%1}").arg(m_operation));
            all.push_back(made(*poll, Errand::Kind::Poll, tr("the move of %1 is done").arg(m_move.address.ip)));
        }
        all.push_back(readBack());
        return all;
    }

    Action readBack() const
    {
        const CloudFacts &cloud = m_move.facts.cloud;
        return made(m_provider.readAddress(cloud.account, cloud.address), Errand::Kind::ReadBack,
                    tr("%1 leads to %2").arg(m_move.address.ip, m_node));
    }

private:
    Action made(const addresses::Request &request, Errand::Kind kind, const QString &text) const
    {
        const addresses::Address &address = m_move.facts.cloud.address;
        const HttpRequest asked = asRequest(request, m_provider.info().key);
        Action action;
        action.kind = Action::Kind::Http;
        action.node = m_provider.info().title;
        action.text = text;
        action.pollMs = m_provider.info().key == QLatin1String("hetzner-robot") ? kRobotPollMs : kPollMs;
        action.deadlineMs = deadlineMs(m_move); // when it is taken back as well
        action.http.method = asked.method;
        action.http.url = asked.url;
        action.http.body = asked.body;
        action.http.contentType = asked.contentType;
        action.http.ask = asked.ask;
        action.http.errand = Errand{kind,
                                    address.id,
                                    address.ip,
                                    m_place.targetId,
                                    m_place.targetName,
                                    m_place.interfaceId,
                                    m_place.insideIp,
                                    m_operation};
        return action;
    }

    const Move &m_move;
    const addresses::Provider &m_provider;
    addresses::Place m_place;
    QString m_node;
    QString m_operation;
};

bool isReady(const Move &move)
{
    const CloudFacts &cloud = move.facts.cloud;
    return cloud.isKnown() && cloud.machines.contains(move.to) && cloud.machines[move.to].error.isEmpty();
}

std::vector<Action> actions(const Move &move)
{
    return isReady(move) ? Way(move, move.facts.cloud.machines[move.to].place, move.to, "action").actions()
                         : std::vector<Action>();
}

std::vector<Action> proof(const Move &move)
{
    return isReady(move)
               ? std::vector{Way(move, move.facts.cloud.machines[move.to].place, move.to, "action").readBack()}
               : std::vector<Action>();
}

/// To where it led, a machine of none of the nodes maybe.
std::vector<Action> back(const Move &move)
{
    const CloudFacts &cloud = move.facts.cloud;
    const addresses::Address &was = cloud.address;
    if (!isReady(move) || was.targetId.isEmpty() || addresses::leadsTo(was, cloud.machines[move.to].place)) {
        return {};
    }
    const QString node = cloud.holder.isEmpty() ? named(was.targetName, was.targetId) : cloud.holder;
    return Way(move, {was.targetId, was.targetName, was.interfaceId, was.insideIp}, node, "back").actions();
}

} // namespace

const std::vector<Mover> &cloudMovers()
{
    static const std::vector<Mover> movers = [] {
        std::vector<Mover> all;
        for (const addresses::Provider *provider : addresses::providers()) {
            const addresses::ProviderInfo &info = provider->info();
            all.push_back({info.key, checks, actions, back, nullptr, proof, deadlineMs, kExpectedMs});
        }
        return all;
    }();
    return movers;
}

} // namespace howdah::operations::address
