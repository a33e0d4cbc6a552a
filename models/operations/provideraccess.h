// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUrl>

#include "addresses/account.h"
#include "operations/hands.h"

namespace howdah::operations {

/// Where a provider's credentials, base URL and region are looked for now: the environment, and what this console was
/// given beside it.
addresses::Lookup credentialsOf(const addresses::ProviderInfo &provider);

/// What a request to a provider goes out with. Secret: never shown, logged or journaled.
struct ProviderAccess {
    std::vector<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;
    QByteArrayList secrets; ///< of it: none of them may come back in an answer
};

/// Adds what the provider wants to know of who asks, out of credentialsOf(). session: of a provider that wants a login.
/// An error names the variables that are missing, and refuses what does not go to the provider's own base URL: a token
/// goes nowhere else, whatever a plan says.
core::Result<ProviderAccess> accessFor(const HttpRequest &request, const QUrl &url, const addresses::Session &session,
                                       const QDateTime &now);

/// The request for a login, where the provider wants one. An error: its account is not given.
core::Result<std::optional<HttpRequest>> loginOf(const QString &provider);
/// What that gave. An error says why there is no session.
core::Result<addresses::Session> sessionFrom(const QString &provider, const HttpAnswer &answer);

/// A request of the provider's rules, as hands take it.
HttpRequest asRequest(const addresses::Request &request, const QString &provider);
/// What came back, as those rules read it.
addresses::Answer asAnswer(const HttpAnswer &answer);

/// The file with certificates that are trusted besides, by the variable that the provider's own tools have for it.
QByteArray certificatesOf(const HttpRequest &request);

/// The credentials with which a provider may turn somebody away who had better not go on trying: it blocks an IP
/// address or locks an account. Empty of those who don't.
QByteArray fingerprintOf(const HttpRequest &request, const ProviderAccess &access);

} // namespace howdah::operations
