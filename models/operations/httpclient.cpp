// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/httpclient.h"

#include <QFileInfo>
#include <QNetworkProxy>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTimer>
#include <algorithm>

#include "addresses/heldcredentials.h"
#include "core/redact.h"
#include "core/servertext.h"
#include "operations/httpmessage.h"
#include "operations/provideraccess.h"

namespace howdah::operations {

using core::Error;

namespace {

constexpr int kRenewS = 60;                             ///< before a token expires: whatever it is for takes a moment
constexpr const char *kTokenHeader = "x-subject-token"; ///< names of headers are in small letters here
constexpr qsizetype kLeastSecret = 8;
constexpr const char *kHidden = "********";

/// One request on its way. Deletes itself when it is answered.
class Exchange : public QObject {
public:
    Exchange(const HttpRequest &request, QUrl url, QByteArray message, int deadlineMs, HttpClient::Done done,
             QObject *parent)
        : QObject(parent)
        , m_url(std::move(url))
        , m_message(std::move(message))
        , m_parser(request.method == QLatin1String("HEAD"))
        , m_done(std::move(done))
    {
        m_socket.setProxy(QNetworkProxy::NoProxy);
        m_deadline.setSingleShot(true);
        m_deadline.setTimerType(Qt::PreciseTimer); // a coarse one may end before its time
        connect(&m_deadline, &QTimer::timeout, this, [this, deadlineMs] {
            fail(Error::Kind::Timeout, QStringLiteral("no answer within %1 ms").arg(deadlineMs));
        });
        connect(&m_socket, &QSslSocket::readyRead, this, [this] { read(false); });
        connect(&m_socket, &QSslSocket::errorOccurred, this, [this](QAbstractSocket::SocketError error) {
            if (error == QAbstractSocket::RemoteHostClosedError && m_sent) {
                read(true);
            } else {
                fail(Error::Kind::Connection, core::sanitized(m_socket.errorString(), 300));
            }
        });
        m_deadline.start(deadlineMs);
        // Some errors come from within connectToHost().
        QTimer::singleShot(0, this, [this, file = certificatesOf(request)] { open(file); });
    }

private:
    void open(const QByteArray &file)
    {
        const bool encrypted = m_url.scheme() == QLatin1String("https");
        if (encrypted && !file.isEmpty()) {
            QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
            const QString path = QString::fromLocal8Bit(file);
            if (!QFileInfo(path).isFile() || !configuration.addCaCertificates(path)) {
                fail(Error::Kind::Invalid, QStringLiteral("%1 has no certificates to be trusted").arg(path));
                return;
            }
            m_socket.setSslConfiguration(configuration);
        }
        if (encrypted) {
            connect(&m_socket, &QSslSocket::encrypted, this, &Exchange::write);
            m_socket.connectToHostEncrypted(m_url.host(), static_cast<quint16>(m_url.port(443)));
        } else {
            connect(&m_socket, &QSslSocket::connected, this, &Exchange::write);
            m_socket.connectToHost(m_url.host(), static_cast<quint16>(m_url.port(80)));
        }
    }

    void write()
    {
        // From here on nobody knows how much of it arrives.
        m_sent = true;
        m_socket.write(m_message);
    }

    void read(bool closed)
    {
        const auto answer = m_parser.feed(m_socket.readAll(), closed);
        if (!answer) {
            fail(answer.error().kind, answer.error().message);
        } else if (*answer) {
            finish(**answer);
        }
    }

    void fail(Error::Kind kind, const QString &why)
    {
        const QString where = core::redacted(m_url.toDisplayString());
        finish(
            tl::unexpected(HandsFailure{{.kind = kind, .message = QStringLiteral("%1: %2").arg(where, why)}, m_sent}));
    }

    void finish(Handed<HttpAnswer> result)
    {
        m_deadline.stop();
        m_socket.disconnect(this);
        m_socket.abort();
        deleteLater();
        if (const HttpClient::Done done = std::exchange(m_done, nullptr)) {
            done(std::move(result));
        }
    }

    QUrl m_url;
    QByteArray m_message;
    HttpParser m_parser;
    HttpClient::Done m_done;
    QSslSocket m_socket;
    QTimer m_deadline;
    bool m_sent = false;
};

/// A server that repeats what it was sent would bring a secret to the screen.
Handed<HttpAnswer> without(Handed<HttpAnswer> answer, const QByteArrayList &secrets)
{
    if (!answer) {
        return answer;
    }
    for (const QByteArray &secret : secrets) {
        if (secret.size() < kLeastSecret) {
            continue; // it would make holes everywhere
        }
        answer->body.replace(QString::fromUtf8(secret), QLatin1String(kHidden));
        for (auto &[name, value] : answer->headers) {
            value.replace(secret, kHidden);
        }
    }
    return answer;
}

int leftOf(const QDeadlineTimer &deadline)
{
    return static_cast<int>(std::max<qint64>(1, deadline.remainingTime()));
}

} // namespace

void HttpClient::send(const HttpRequest &request, int deadlineMs, Done done)
{
    const Done wanted = [known = std::weak_ptr<int>(m_wanted), done = std::move(done)](Handed<HttpAnswer> result) {
        if (!known.expired()) {
            done(std::move(result));
        }
    };
    const auto url = apiUrl(request.url);
    if (!url) {
        refuse(url.error(), wanted);
        return;
    }
    if (request.ask.provider.isEmpty()) {
        new Exchange(request, *url, httpMessage(request, *url), deadlineMs, wanted, this);
    } else {
        toProvider(request, *url, QDeadlineTimer(deadlineMs), wanted);
    }
}

/// It was not sent.
void HttpClient::refuse(const Error &error, const Done &done)
{
    QTimer::singleShot(0, this, [error, done] { done(tl::unexpected(HandsFailure{error, false})); });
}

void HttpClient::toProvider(const HttpRequest &request, const QUrl &url, const QDeadlineTimer &deadline,
                            const Done &done, int logins)
{
    if (const int changes = addresses::HeldCredentials::instance().changes(); changes != m_credentials) {
        m_sessions.clear();
        m_credentials = changes;
    }
    const QString key = request.ask.provider;
    const auto login = loginOf(key);
    if (!login) {
        refuse(login.error(), done);
        return;
    }
    if (*login && (*login)->url == request.url) {
        logIn(**login, deadline, done);
        return;
    }
    const QDateTime now = QDateTime::currentDateTimeUtc();
    // One that has just been given may be short.
    const bool isOpen =
        m_sessions.contains(key) && (logins > 0 || m_sessions.value(key).expires > now.addSecs(kRenewS));
    if (*login && !isOpen) {
        logIn(
            **login, deadline,
            [this, request, url, deadline, done, logins](const Handed<HttpAnswer> &answer) {
                if (answer && m_sessions.contains(request.ask.provider)) {
                    toProvider(request, url, deadline, done, logins + 1);
                } else {
                    done(answer);
                }
            },
            // Somebody else has logged in meanwhile, which is as good.
            [this, request, url, deadline, done, logins] { toProvider(request, url, deadline, done, logins); });
        return;
    }
    const auto access = accessFor(request, url, m_sessions.value(key), now);
    if (!access) {
        refuse(access.error(), done);
        return;
    }
    const QByteArray fingerprint = fingerprintOf(request, *access);
    if (!m_turns.mayAsk(
            fingerprint,
            [this, request, url, deadline, done, logins] { toProvider(request, url, deadline, done, logins); }, done)) {
        return;
    }
    const bool again = *login && logins == 0;
    const Done arrived = [this, request, url, deadline, done, logins, again, fingerprint,
                          secrets = access->secrets](Handed<HttpAnswer> answer) {
        m_turns.asked(fingerprint, answer, CredentialTurns::Memory::Forever);
        if (answer && answer->status == 401 && again) { // nothing was done: the token may have been taken back
            m_sessions.remove(request.ask.provider);
            toProvider(request, url, deadline, done, logins + 1);
            return;
        }
        done(without(std::move(answer), secrets));
    };
    new Exchange(request, url, httpMessage(request, url, *access), leftOf(deadline), arrived, this);
}

/// done gets the answer without its token, and a failure where that gives no session. Whoever has to wait for another
/// login goes on with `after`, where that is given.
void HttpClient::logIn(const HttpRequest &login, const QDeadlineTimer &deadline, const Done &done,
                       const std::function<void()> &after)
{
    const QString key = login.ask.provider;
    const auto access = accessFor(login, QUrl(login.url), {}, QDateTime::currentDateTimeUtc());
    if (!access) {
        refuse(access.error(), done);
        return;
    }
    const QByteArray fingerprint = fingerprintOf(login, *access);
    if (!m_turns.mayAsk(
            fingerprint, after ? after : [this, login, deadline, done] { logIn(login, deadline, done); }, done)) {
        return;
    }
    m_sessions.remove(key);
    const Done arrived = [this, key, done, fingerprint, secrets = access->secrets](Handed<HttpAnswer> answer) {
        m_turns.asked(fingerprint, answer, CredentialTurns::Memory::AWhile);
        if (!answer) {
            answer.error().mayHaveHappened = false; // a login changes nothing
        } else if (answer->status / 100 == 2) {
            const auto session = sessionFrom(key, *answer);
            if (!session) {
                done(tl::unexpected(HandsFailure{session.error(), false}));
                return;
            }
            m_sessions.insert(key, *session);
            for (auto &[name, value] : answer->headers) {
                value = name == kTokenHeader ? QByteArray("kept") : value;
            }
        }
        done(without(std::move(answer), secrets));
    };
    new Exchange(login, QUrl(login.url), httpMessage(login, QUrl(login.url), *access), leftOf(deadline), arrived, this);
}

void HttpClient::cancelAll()
{
    m_wanted = std::make_shared<int>();
    m_turns.clear();
    for (QObject *exchange : findChildren<QObject *>(QString(), Qt::FindDirectChildrenOnly)) {
        exchange->deleteLater(); // it may be the one that is just telling its answer
    }
}

} // namespace howdah::operations
