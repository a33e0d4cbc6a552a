// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDeadlineTimer>
#include <QHash>
#include <QObject>
#include <functional>
#include <memory>

#include "addresses/provider.h"
#include "operations/credentialturns.h"

namespace howdah::operations {

/// Sends requests to REST APIs: HTTP/1.1 over a connection of its own for each, over TLS where the URL says https.
/// A request is sent once: QNetworkAccessManager sends one anew, up to twice, when the connection closes before an
/// answer (QHttpNetworkConnectionChannel::_q_error), and a switchover asked for twice is two. No redirects, no
/// proxies, no cookies, a deadline for the whole, at most 1 MiB of answer. Engine thread.
///
/// To a provider of floating addresses it goes with the account's secrets (credentialsOf()); where that wants a login
/// first, the client logs in, and once more when the token is not accepted any more, or the secrets are others. A token
/// is in memory only, and no secret of a request comes back in its answer.
class HttpClient : public QObject {
    Q_OBJECT
public:
    using Done = std::function<void(Handed<HttpAnswer>)>;
    using QObject::QObject;

    /// done is called once, never from within the call, and never after cancelAll() or the end of the client. Its
    /// failure says whether the request may have reached the other side.
    void send(const HttpRequest &request, int deadlineMs, Done done);
    void cancelAll();

private:
    void refuse(const core::Error &error, const Done &done);
    void toProvider(const HttpRequest &request, const QUrl &url, const QDeadlineTimer &deadline, const Done &done,
                    int logins = 0);
    void logIn(const HttpRequest &login, const QDeadlineTimer &deadline, const Done &done,
               const std::function<void()> &after = {});

    QHash<QString, addresses::Session> m_sessions; ///< by provider
    int m_credentials = 0;                         ///< those that the sessions were opened with
    CredentialTurns m_turns{this};
    std::shared_ptr<int> m_wanted = std::make_shared<int>(); ///< by what is under way; another one drops all of that
};

} // namespace howdah::operations
