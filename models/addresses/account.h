// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "addresses/provider.h"

namespace howdah::addresses {

/// The value that goes by a name: of an environment variable, say, or of an entry of the keyring. Empty: none.
using Lookup = std::function<QString(const QString &)>;

/// Base URL, region and what else is no secret, by the names that the provider's own tools use. An error names what is
/// missing, and refuses a base URL that would carry secrets in clear over a network that is not one's own.
core::Result<Account> accountOf(const ProviderInfo &provider, const Lookup &lookup);

/// The value of a credential; empty: none. May be secret.
QString credentialValue(const Credential &credential, const Lookup &lookup);
/// Which variables are missing; empty: none.
QString lacking(const ProviderInfo &provider, const Lookup &lookup);
/// The first set that is complete. An error names what each of them lacks, and the rights that are needed.
core::Result<CredentialSet> completeCredentials(const ProviderInfo &provider, const Lookup &lookup);

/// The request's body with its secrets in it, as it is sent: never shown, logged or journaled.
core::Result<QByteArray> bodyWithSecrets(const Request &request, const Lookup &lookup);

/// Whether requests with secrets may be sent there: https, or http to this machine or a private network. What is no
/// URL, or has a user, a query or a fragment in it, is an error.
core::Result<QString> checkedUrl(const QString &text);

} // namespace howdah::addresses
