// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/heldcredentials.h"

#include <algorithm>
#include <cstring>

#include "addresses/providers.h"

namespace howdah::addresses {

using core::Error;

namespace {

constexpr qsizetype kLongest = 8192; ///< a session token of AWS has some 1000 characters

QStringList variablesOf(const CredentialSet &set)
{
    QStringList names;
    for (const Credential &credential : set) {
        names += credential.variables;
    }
    return names;
}

QList<QStringList> credentialsOf(const ProviderInfo &provider)
{
    QList<QStringList> all;
    for (const CredentialSet &set : provider.credentials) {
        all.append(variablesOf(set));
    }
    return all;
}

bool hasAny(const QStringList &variables, const Lookup &lookup)
{
    return std::any_of(variables.begin(), variables.end(),
                       [&lookup](const QString &name) { return !lookup(name).trimmed().isEmpty(); });
}

void overwrite(Values &values)
{
    for (QString &value : values) {
        explicit_bzero(value.data(), static_cast<std::size_t>(value.size()) * sizeof(QChar));
    }
    values.clear();
}

} // namespace

Lookup environment()
{
    return [](const QString &name) { return qEnvironmentVariable(name.toLocal8Bit().constData()); };
}

Lookup lookupIn(const Values &values)
{
    return [values](const QString &name) { return values.value(name); };
}

QString accountKeyOf(const ProviderInfo &provider)
{
    const auto &all = providers();
    const auto first = std::find_if(all.begin(), all.end(), [&provider](const Provider *one) {
        return credentialsOf(one->info()) == credentialsOf(provider);
    });
    return first == all.end() ? provider.key : (*first)->info().key;
}

const Provider *providerOfAccount(const QString &account)
{
    const Provider *provider = providerOf(account);
    return provider && accountKeyOf(provider->info()) == account ? provider : nullptr;
}

QStringList accountKeys()
{
    QStringList keys;
    for (const Provider *provider : providers()) {
        if (const QString key = accountKeyOf(provider->info()); !keys.contains(key)) {
            keys.append(key);
        }
    }
    return keys;
}

QStringList variablesOf(const ProviderInfo &provider)
{
    QStringList names = provider.endpointVariables + provider.regionVariables;
    for (const QStringList &set : credentialsOf(provider)) {
        names += set;
    }
    names.removeDuplicates();
    return names;
}

std::vector<Field> fieldsOf(const ProviderInfo &provider, const CredentialSet &set)
{
    std::vector<Field> fields;
    if (provider.defaultUrl.isEmpty()) {
        fields.push_back({.variable = provider.endpointVariables.value(0), .isSecret = false});
    }
    if (!provider.regionVariables.isEmpty()) {
        fields.push_back(
            {.variable = provider.regionVariables.first(), .isSecret = false, .isNeeded = provider.needsRegion});
    }
    for (const Credential &credential : set) {
        fields.push_back({credential.variables.first(), credential.isSecret, credential.isNeeded});
    }
    return fields;
}

core::Result<void> checkedEntry(const ProviderInfo &provider, const Values &values)
{
    const QStringList known = variablesOf(provider);
    for (auto value = values.begin(); value != values.end(); ++value) {
        if (!known.contains(value.key())) {
            return core::failure(Error::Kind::Invalid,
                                 QStringLiteral("%1 has no such variable. Nothing was kept.").arg(provider.title),
                                 QStringLiteral("It knows: %1.").arg(known.join(QStringLiteral(", "))));
        }
        const bool isPlain = std::all_of(value->begin(), value->end(), [](QChar c) { return c.isPrint(); });
        if (!isPlain || value->size() > kLongest) {
            return core::failure(
                Error::Kind::Invalid,
                QStringLiteral("What was given for %1 is too long, or has characters in it that do not print. "
                               "Nothing was kept.")
                    .arg(value.key()));
        }
    }
    if (const QString lacks = lacking(provider, lookupIn(values)); !lacks.isEmpty()) {
        return core::failure(
            Error::Kind::Invalid,
            QStringLiteral("The credentials for %1 are not complete. Nothing was kept.").arg(provider.title),
            QStringLiteral("Give %1 too.").arg(lacks));
    }
    for (const QString &name : provider.endpointVariables) {
        if (const QString url = values.value(name); !url.isEmpty()) {
            if (const auto checked = checkedUrl(url); !checked) {
                return tl::unexpected(checked.error());
            }
        }
    }
    return {};
}

HeldCredentials &HeldCredentials::instance()
{
    static HeldCredentials held;
    return held;
}

HeldCredentials::~HeldCredentials()
{
    dropAll();
}

void HeldCredentials::hold(const QString &account, Source source, const Values &values)
{
    const QMutexLocker locker(&m_mutex);
    Values &place = m_held[{account, source}];
    overwrite(place);
    place = values;
    ++m_changes;
}

void HeldCredentials::dropAll()
{
    const QMutexLocker locker(&m_mutex);
    for (auto &[key, values] : m_held) {
        overwrite(values);
    }
    m_held.clear();
    ++m_changes;
}

Values HeldCredentials::values(const QString &account, Source source) const
{
    const QMutexLocker locker(&m_mutex);
    const auto found = m_held.find({account, source});
    return found == m_held.end() ? Values() : found->second;
}

QStringList HeldCredentials::names(const QString &account, Source source) const
{
    QStringList names = values(account, source).keys();
    names.sort();
    return names;
}

std::optional<Source> HeldCredentials::used(const ProviderInfo &provider) const
{
    if (completeCredentials(provider, environment())) {
        return Source::Environment;
    }
    for (const Source source : {Source::Run, Source::Keyring}) {
        if (completeCredentials(provider, lookupIn(values(accountKeyOf(provider), source)))) {
            return source;
        }
    }
    return {};
}

Lookup HeldCredentials::lookup(const ProviderInfo &provider) const
{
    const Lookup outside = environment();
    const Source source = used(provider).value_or(Source::Environment);
    if (source == Source::Environment) {
        return outside;
    }
    const Values held = values(accountKeyOf(provider), source);
    const Lookup own = lookupIn(held);
    QStringList theirs; // of the environment
    if (!hasAny(provider.endpointVariables, own)) {
        theirs += provider.endpointVariables;
    }
    if (hasAny(provider.regionVariables, outside) || !hasAny(provider.regionVariables, own)) {
        theirs += provider.regionVariables;
    }
    return [own, outside, theirs](const QString &name) { return theirs.contains(name) ? outside(name) : own(name); };
}

int HeldCredentials::changes() const
{
    const QMutexLocker locker(&m_mutex);
    return m_changes;
}

} // namespace howdah::addresses
