// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QMutex>
#include <QStringList>
#include <map>
#include <optional>

#include "addresses/account.h"

namespace howdah::addresses {

/// The environment of this process.
Lookup environment();

/// Values by the names of the variables that they go by. Secret: never shown, logged or journaled.
using Values = QHash<QString, QString>;
Lookup lookupIn(const Values &values);

/// Where credentials come from, in the order in which they are looked for.
enum class Source {
    Environment,
    Run,     ///< given to this console, and kept nowhere
    Keyring, ///< the desktop's, as it was read when it was needed
};

/// Under which a provider's credentials are held and kept: its key, or that of the first provider with the very same
/// ones.
QString accountKeyOf(const ProviderInfo &provider);
/// The provider that such a key is of; nullptr: none.
const Provider *providerOfAccount(const QString &account);
/// All such keys.
QStringList accountKeys();
/// Every variable that an entry may have: base URL, region, credentials.
QStringList variablesOf(const ProviderInfo &provider);

/// What a person enters to give a provider's credentials.
struct Field {
    QString variable;
    bool isSecret = true;
    bool isNeeded = true;
    bool operator==(const Field &) const = default;
};
/// The base URL where there is none by itself, the region, then one set of credentials.
std::vector<Field> fieldsOf(const ProviderInfo &provider, const CredentialSet &set);

/// Whether an entry of these values can be used: complete, of this provider's variables only, each on one line.
core::Result<void> checkedEntry(const ProviderInfo &provider, const Values &values);

/// The credentials that this console was given beside the environment: in memory only, overwritten when they are
/// dropped. One for the whole program, as the environment is. Thread-safe.
class HeldCredentials {
public:
    static HeldCredentials &instance();
    HeldCredentials() = default;
    ~HeldCredentials();
    HeldCredentials(const HeldCredentials &) = delete;
    HeldCredentials &operator=(const HeldCredentials &) = delete;
    HeldCredentials(HeldCredentials &&) = delete;
    HeldCredentials &operator=(HeldCredentials &&) = delete;

    /// In place of what was held of that account from that source, which is not the environment. Empty: nothing is.
    void hold(const QString &account, Source source, const Values &values);
    void dropAll();
    /// The names alone.
    QStringList names(const QString &account, Source source) const;
    /// The first source whose credentials are complete. Empty: none.
    std::optional<Source> used(const ProviderInfo &provider) const;
    /// What a request to that provider goes out with. Credentials are those of one source: half of a pair from here
    /// and half from there would be none. A base URL that is kept with them goes before the environment's, since they
    /// are meant for it; the environment's region goes before a kept one.
    Lookup lookup(const ProviderInfo &provider) const;
    /// Another number after each change: who has logged in with what was held before does so anew.
    int changes() const;

private:
    Values values(const QString &account, Source source) const;

    mutable QMutex m_mutex;
    std::map<std::pair<QString, Source>, Values> m_held;
    int m_changes = 0;
};

} // namespace howdah::addresses
