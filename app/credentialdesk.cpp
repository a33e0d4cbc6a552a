// SPDX-License-Identifier: GPL-3.0-or-later
#include "credentialdesk.h"

#include <algorithm>

#include "addresses/providers.h"
#include "toolfiles/readfile.h"

namespace howdah::app {

using addresses::HeldCredentials;
using addresses::Source;

namespace {
constexpr int kKeyringMs = 30'000; // it may ask its user for a password first
} // namespace

CredentialDesk::CredentialDesk(QObject *parent)
    : QObject(parent)
    , m_keyring(kKeyringMs)
{
}

QStringList CredentialDesk::accountsOf(const cluster::ClusterConfig &config)
{
    QStringList accounts;
    for (const cluster::AddressConfig &address : config.addresses) {
        // One that does not know the address hands it on to its fallback.
        for (const addresses::Provider *provider = addresses::providerOf(address.provider); provider;
             provider = addresses::providerOf(provider->info().fallbackKey)) {
            if (const QString key = addresses::accountKeyOf(provider->info()); !accounts.contains(key)) {
                accounts.append(key);
            }
        }
    }
    return accounts;
}

void CredentialDesk::load(const cluster::ClusterConfig &config, const Done &done)
{
    const HeldCredentials &held = HeldCredentials::instance();
    const auto &all = config.addresses;
    const bool isWanted = std::any_of(all.begin(), all.end(), [&held](const cluster::AddressConfig &address) {
        const addresses::Provider *provider = addresses::providerOf(address.provider);
        return provider && !held.used(provider->info());
    });
    QStringList wanted = isWanted ? accountsOf(config) : QStringList();
    wanted.removeIf([&held](const QString &account) {
        return held.used(addresses::providerOfAccount(account)->info()).has_value();
    });
    loadAll(wanted, done);
}

void CredentialDesk::loadAll(const QStringList &accounts, const Done &done)
{
    QStringList wanted = accounts;
    wanted.removeIf([this](const QString &account) { return m_read.contains(account); });
    read(wanted, done);
}

void CredentialDesk::read(QStringList accounts, const Done &done)
{
    if (accounts.isEmpty()) {
        done({});
        return;
    }
    const QString account = accounts.takeFirst();
    m_keyring.read(account, [this, account, accounts, done](const core::Result<addresses::Values> &values) {
        if (!values && values.error().kind != core::Error::Kind::Invalid) { // it would not answer for the others either
            done(tl::unexpected(values.error()));
            return;
        }
        m_read.insert(account);
        if (values && !values->isEmpty()) {
            hold(account, Source::Keyring, *values);
        }
        read(
            accounts, values ? done : [done, error = values.error()](const core::Result<void> &rest) {
                done(rest ? tl::unexpected(error) : rest);
            });
    });
}

void CredentialDesk::hold(const QString &account, Source source, const addresses::Values &values)
{
    HeldCredentials::instance().hold(account, source, values);
    Q_EMIT changed();
}

std::vector<toolfiles::Standing> CredentialDesk::standings(const QStringList &accounts) const
{
    std::vector<toolfiles::Standing> all;
    for (const QString &account : accounts) {
        all.push_back(toolfiles::standingOf(account, HeldCredentials::instance(), toolfiles::surroundings()));
    }
    return all;
}

void CredentialDesk::keep(const QString &account, const addresses::Values &values, Place place, const Done &done)
{
    const addresses::Provider *provider = addresses::providerOfAccount(account);
    if (!provider) {
        done(core::failure(core::Error::Kind::NotFound, QStringLiteral("There is no such provider."),
                           QStringLiteral("There are: %1.").arg(addresses::accountKeys().join(QStringLiteral(", ")))));
        return;
    }
    if (const auto checked = addresses::checkedEntry(provider->info(), values); !checked) {
        done(checked);
        return;
    }
    if (place == Place::Run) {
        hold(account, Source::Run, values);
        done({});
        return;
    }
    m_keyring.write(account, values, [this, account, values, done](const core::Result<void> &written) {
        if (written) {
            m_read.insert(account);
            HeldCredentials::instance().hold(account, Source::Run, {}); // or it would go before
            hold(account, Source::Keyring, values);
        }
        done(written);
    });
}

void CredentialDesk::import(const QString &tool, const QString &context, Place place,
                            std::function<void(core::Result<QStringList>)> done)
{
    const toolfiles::Tool *of = toolfiles::toolOf(tool);
    if (!of) {
        done(core::failure(core::Error::Kind::NotFound, QStringLiteral("Howdah reads no files of such a tool.")));
        return;
    }
    const toolfiles::Surroundings where = toolfiles::surroundings();
    const QString wanted = context.isEmpty() ? toolfiles::firstSet(where, of->contextVariables) : context;
    const auto taken = toolfiles::takeFrom(*of, of->paths(where), wanted);
    if (!taken) {
        done(tl::unexpected(taken.error()));
        return;
    }
    const QStringList said = QStringList{taken->context.name} + taken->warnings;
    keep(of->account, taken->context.values, place, [said, done = std::move(done)](const core::Result<void> &kept) {
        if (kept) {
            done(said);
        } else {
            done(tl::unexpected(kept.error()));
        }
    });
}

void CredentialDesk::remove(const QString &account, const Done &done)
{
    hold(account, Source::Run, {});
    m_keyring.remove(account, [this, account, done](const core::Result<void> &removed) {
        if (removed) {
            hold(account, Source::Keyring, {});
        }
        done(removed);
    });
}

} // namespace howdah::app
