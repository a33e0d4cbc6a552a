// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/httpclient.h"

#include <QNetworkProxy>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTimer>

#include "core/redact.h"
#include "core/servertext.h"
#include "operations/httpmessage.h"

namespace howdah::operations {

using core::Error;

namespace {

/// One request on its way. Deletes itself when it is answered.
class Exchange : public QObject {
public:
    Exchange(const HttpRequest &request, QUrl url, int deadlineMs, HttpClient::Done done, QObject *parent)
        : QObject(parent)
        , m_url(std::move(url))
        , m_message(httpMessage(request, m_url))
        , m_parser(request.method == QLatin1String("HEAD"))
        , m_done(std::move(done))
    {
        m_socket.setProxy(QNetworkProxy::NoProxy);
        m_deadline.setSingleShot(true);
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
        QTimer::singleShot(0, this, [this, credentials = request.credentials] { open(credentials); });
    }

private:
    void open(const QString &credentials)
    {
        const bool encrypted = m_url.scheme() == QLatin1String("https");
        const QByteArray file =
            credentials.isEmpty() ? QByteArray() : qgetenv((credentials.toLatin1() + "_CACERT").constData());
        if (encrypted && !file.isEmpty()) {
            QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
            configuration.addCaCertificates(QString::fromLocal8Bit(file));
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
        QTimer::singleShot(0, this, [error = url.error(), wanted] {
            wanted(tl::unexpected(HandsFailure{error, false}));
        });
        return;
    }
    new Exchange(request, *url, deadlineMs, wanted, this);
}

void HttpClient::cancelAll()
{
    m_wanted = std::make_shared<int>();
    for (QObject *exchange : findChildren<QObject *>(QString(), Qt::FindDirectChildrenOnly)) {
        exchange->deleteLater(); // it may be the one that is just telling its answer
    }
}

} // namespace howdah::operations
