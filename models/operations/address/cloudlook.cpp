// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/cloudlook.h"

#include <QHostAddress>
#include <QHostInfo>
#include <QPointer>
#include <QTimer>

#include "addresses/account.h"
#include "addresses/providers.h"
#include "core/sentences.h"
#include "operations/errands.h"
#include "operations/provideraccess.h"
#include "postgres/conninfo.h"

namespace howdah::operations::address {

using addresses::Answer;
using addresses::Answered;
using addresses::Fault;
using addresses::FaultKind;
using addresses::Listing;
using core::Error;

namespace {

constexpr int kDeadlineMs = 15'000;
constexpr int kRequestMs = 6000;
constexpr int kLookUpMs = 4000;

addresses::Fitness unknown(const Error &error)
{
    return {addresses::Fitness::Verdict::Unknown, error};
}

addresses::Fitness fitnessOf(const Fault &fault)
{
    const bool isNo = fault.kind == FaultKind::Forbidden || fault.kind == FaultKind::Unauthorized;
    return {isNo ? addresses::Fitness::Verdict::No : addresses::Fitness::Verdict::Unknown, fault.error};
}

} // namespace

CloudLook::CloudLook(cluster::AddressConfig address, Hands &hands, QObject *parent)
    : QObject(parent)
    , m_config(std::move(address))
    , m_hands(hands)
{
}

void CloudLook::start(const std::vector<cluster::NodeConfig> &nodes, std::function<void(CloudFacts)> done)
{
    m_done = std::move(done);
    m_deadline.setRemainingTime(kDeadlineMs);
    for (const cluster::NodeConfig &node : nodes) {
        if (node.kind == cluster::NodeKind::Data) {
            resolve(node);
        }
    }
    QTimer::singleShot(kLookUpMs, this, [this] {
        const bool waits = m_unresolved > 0 && m_targets.isWhole();
        m_unresolved = 0; // who has not been found by now is matched without
        if (waits) {
            match();
        }
    });
    QTimer::singleShot(0, this, [this] { begin(m_config.provider); });
}

/// Names are anybody's choice, but what the node is connected by leads to its machine.
void CloudLook::resolve(const cluster::NodeConfig &node)
{
    QStringList &ips = m_ips[node.name];
    const auto conninfo = postgres::Conninfo::parse(node.conninfo);
    for (const postgres::Conninfo::Place &place :
         conninfo ? conninfo->places() : std::vector<postgres::Conninfo::Place>()) {
        const QString host = place.hostaddr.isEmpty() ? place.host : place.hostaddr;
        if (place.isSocket() || host.isEmpty()) {
            continue;
        }
        if (!QHostAddress(host).isNull()) {
            ips.append(host);
            continue;
        }
        ++m_unresolved;
        QHostInfo::lookupHost(host, this, [this, name = node.name](const QHostInfo &info) {
            const auto found = info.addresses();
            for (const QHostAddress &ip : found) {
                m_ips[name].append(ip.toString());
            }
            if (m_unresolved > 0 && --m_unresolved == 0 && m_targets.isWhole()) {
                match();
            }
        });
    }
}

void CloudLook::begin(const QString &provider)
{
    m_provider = addresses::providerOf(provider);
    m_facts.provider = provider;
    const auto credentials = addresses::completeCredentials(m_provider->info(), credentialsOf(m_provider->info()));
    const auto account = addresses::accountOf(m_provider->info(), credentialsOf(m_provider->info()));
    if (!credentials || !account) {
        m_facts.lacksCredentials = true;
        fail(credentials ? account.error() : credentials.error());
        return;
    }
    m_facts.account = *account;
    m_addresses = {};
    if (const auto login = m_provider->login(*account)) {
        logIn(*login);
    } else {
        listAddresses();
    }
}

/// The token stays with who sends requests.
void CloudLook::logIn(const addresses::Request &request)
{
    ask<addresses::Session>(
        request, [this](const Answer &answer) { return m_provider->loggedIn(m_facts.account, answer); },
        [this](const Answered<addresses::Session> &session) {
            if (!session) {
                fail(session.error().error);
                return;
            }
            m_facts.account.networkUrl = session->networkUrl;
            listAddresses();
        });
}

void CloudLook::listAddresses()
{
    ask<Listing<addresses::Address>>(
        m_provider->listAddresses(m_facts.account, m_addresses.next()),
        [this](const Answer &answer) { return m_provider->addresses(m_facts.account, answer); },
        [this](Answered<Listing<addresses::Address>> page) {
            if (!page) {
                fail(page.error().error);
                return;
            }
            const auto taken = m_addresses.take(*std::move(page));
            if (!taken) {
                fail(taken.error());
            } else if (m_addresses.isWhole()) {
                addressesListed();
            } else {
                listAddresses();
            }
        });
}

void CloudLook::addressesListed()
{
    const addresses::ProviderInfo &info = m_provider->info();
    const auto address = addresses::addressWithIp(info, m_config.ip, m_addresses.items());
    if (address) {
        m_facts.address = *address;
        m_firstError = {};
        listTargets();
        return;
    }
    const addresses::Provider *other = addresses::providerOf(info.fallbackKey);
    if (other && m_firstError.message.isEmpty() && address.error().kind == Error::Kind::NotFound &&
        addresses::completeCredentials(other->info(), credentialsOf(other->info()))) {
        m_firstError = address.error();
        begin(info.fallbackKey);
        return;
    }
    fail(address.error());
}

void CloudLook::listTargets()
{
    ask<Listing<addresses::Target>>(
        m_provider->listTargets(m_facts.account, m_targets.next()),
        [this](const Answer &answer) { return m_provider->targets(m_facts.account, answer); },
        [this](Answered<Listing<addresses::Target>> page) {
            if (!page) {
                fail(page.error().error);
                return;
            }
            const auto taken = m_targets.take(*std::move(page));
            if (!taken) {
                fail(taken.error());
            } else if (!m_targets.isWhole()) {
                listTargets();
            } else if (m_unresolved == 0) {
                match();
            }
        });
}

void CloudLook::match()
{
    const addresses::ProviderInfo &info = m_provider->info();
    QStringList floating;
    for (const addresses::Address &one : m_addresses.items()) {
        floating.append(one.ip);
    }
    for (auto node = m_ips.constBegin(); node != m_ips.constEnd(); ++node) {
        Machine &machine = m_facts.machines[node.key()];
        const auto found = addresses::matchNode(node.key(), node.value(), m_targets.items(), floating);
        if (!found) {
            machine.error = core::sentences({found.error().message, found.error().hint});
            continue;
        }
        machine.place = found->place;
        machine.region = addresses::sameRegion(info, m_facts.address, found->target);
        machine.takes = addresses::takesAddresses(info, found->target);
        machine.allowed = unknown({});
        if (addresses::leadsTo(m_facts.address, found->place)) {
            m_facts.holder = node.key();
        }
    }
    m_left = 1; // so that nothing is over before all is asked
    askEvents();
    askRights();
    one();
}

void CloudLook::askEvents()
{
    struct Asked {
        addresses::Request request;
        QStringList nodes;
    };
    std::vector<Asked> all;
    for (auto one = m_facts.machines.constBegin(); one != m_facts.machines.constEnd(); ++one) {
        if (!one->error.isEmpty()) {
            continue;
        }
        for (const addresses::Request &request : m_provider->pending(m_facts.account, m_facts.address, one->place)) {
            const auto same = std::find_if(all.begin(), all.end(), [&request](const Asked &other) {
                return other.request.url == request.url && other.request.body == request.body;
            });
            (same == all.end() ? all.emplace_back(Asked{request, {}}) : *same).nodes.append(one.key());
        }
    }
    using Events = std::vector<addresses::Operation>;
    for (const Asked &asked : all) {
        ++m_left;
        ask<Events>(
            asked.request, [this](const Answer &answer) { return m_provider->pendingEvents(answer); },
            [this, nodes = asked.nodes](const Answered<Events> &events) {
                const addresses::Fitness quiet =
                    events ? addresses::isQuiet(m_provider->info(), *events) : fitnessOf(events.error());
                for (const QString &node : nodes) {
                    addresses::Fitness &known = m_facts.machines[node].quiet;
                    known = known.verdict == addresses::Fitness::Verdict::Yes ? quiet : known;
                }
                one();
            });
    }
}

void CloudLook::askRights()
{
    const QStringList nodes = m_facts.machines.keys();
    for (const QString &node : nodes) {
        const Machine &machine = m_facts.machines[node];
        const auto request = machine.error.isEmpty()
                                 ? m_provider->rehearse(m_facts.account, m_facts.address, machine.place)
                                 : std::nullopt;
        if (!request) {
            continue;
        }
        ++m_left;
        ask<void>(
            *request, [this](const Answer &answer) { return m_provider->rehearsed(answer); },
            [this, node](const Answered<void> &allowed) {
                m_facts.machines[node].allowed = allowed ? addresses::Fitness() : fitnessOf(allowed.error());
                one();
            });
    }
}

void CloudLook::one()
{
    if (--m_left == 0) {
        finish();
    }
}

/// Of two providers that don't know it the one in the cluster file has the word.
void CloudLook::fail(const Error &error)
{
    m_facts.error = m_firstError.message.isEmpty() ? error : m_firstError;
    finish();
}

void CloudLook::finish()
{
    if (const auto done = std::exchange(m_done, nullptr)) {
        done(std::move(m_facts));
    }
}

/// What can't be done yet is asked again, as long as there is time.
template<typename T>
void CloudLook::ask(const addresses::Request &request, Read<T> read, Then<T> then)
{
    const QPointer<CloudLook> self(this);
    const int left = static_cast<int>(std::clamp<qint64>(m_deadline.remainingTime(), 1, kRequestMs));
    m_hands.http(
        asRequest(request, m_facts.provider), left, [self, request, read, then](const Handed<HttpAnswer> &came) {
            if (!self) {
                return;
            }
            if (!came) {
                Fault fault;
                fault.error = unheard({.ask = {.provider = self->m_facts.provider}}, came.error()).error;
                then(tl::unexpected(fault));
                return;
            }
            Answered<T> answered = read(asAnswer(*came));
            const int waitMs = answered ? 0 : answered.error().waitMs;
            if (!answered && answered.error().kind == FaultKind::RetryLater &&
                waitMs < self->m_deadline.remainingTime()) {
                QTimer::singleShot(waitMs, self, [self, request, read, then] { self->ask<T>(request, read, then); });
                return;
            }
            then(std::move(answered));
        });
}

} // namespace howdah::operations::address
