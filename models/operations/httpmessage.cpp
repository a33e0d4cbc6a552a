// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/httpmessage.h"

#include "core/redact.h"
#include "core/servertext.h"

namespace howdah::operations {

using core::Error;

namespace {

constexpr qsizetype kLargestAnswer = 1 << 20;
constexpr qsizetype kLargestHead = 64 << 10;

QByteArray fromEnvironment(const QString &name, const char *what)
{
    return qgetenv((name + QLatin1Char('_') + QLatin1String(what)).toLatin1().constData());
}

QByteArray authorization(const QString &name)
{
    if (name.isEmpty()) {
        return {};
    }
    const QByteArray token = fromEnvironment(name, "TOKEN");
    const QByteArray user = fromEnvironment(name, "USER");
    QByteArray value = !token.isEmpty()  ? "Bearer " + token
                       : !user.isEmpty() ? "Basic " + (user + ':' + fromEnvironment(name, "PASSWORD")).toBase64()
                                         : QByteArray();
    // A line break in a token would begin a header of its own.
    value.replace('\r', "").replace('\n', "");
    return value.isEmpty() ? value : "Authorization: " + value + "\r\n";
}

tl::unexpected<Error> noAnswer(const QString &why)
{
    return core::failure(Error::Kind::Server, why);
}

} // namespace

core::Result<QUrl> apiUrl(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    const bool known = url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
    if (!url.isValid() || !known || url.host().isEmpty() || !url.userInfo().isEmpty()) {
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("\"%1\" is not the URL of a REST API").arg(core::redacted(text)),
                             QStringLiteral("Write it as http://10.0.0.11:8008, without user or password."));
    }
    return url;
}

QByteArray targetOf(const QUrl &url)
{
    QByteArray path = url.path(QUrl::FullyEncoded).toLatin1();
    path = path.isEmpty() ? QByteArray("/") : path;
    return url.hasQuery() ? path + '?' + url.query(QUrl::FullyEncoded).toLatin1() : path;
}

QByteArray hostOf(const QUrl &url)
{
    QByteArray host = url.host(QUrl::FullyEncoded).toLatin1();
    host = host.contains(':') && !host.startsWith('[') ? '[' + host + ']' : host;
    return url.port() > 0 ? host + ':' + QByteArray::number(url.port()) : host;
}

namespace {

QByteArray message(const HttpRequest &request, const QUrl &url, const QByteArray &whoAsks, const QByteArray &body)
{
    QByteArray text = request.method.toLatin1() + ' ' + targetOf(url) + " HTTP/1.1\r\nHost: " + hostOf(url) +
                      "\r\nUser-Agent: howdah\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n" +
                      whoAsks;
    if (!body.isEmpty()) {
        text += "Content-Type: " +
                (request.contentType.isEmpty() ? QByteArray("application/json") : request.contentType.toLatin1()) +
                "\r\n";
    }
    if (!body.isEmpty() || (request.method != QLatin1String("GET") && request.method != QLatin1String("HEAD"))) {
        text += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    }
    return text + "\r\n" + body;
}

} // namespace

QByteArray httpMessage(const HttpRequest &request, const QUrl &url)
{
    return message(request, url, request.anonymous ? QByteArray() : authorization(request.credentials),
                   request.body.toUtf8());
}

QByteArray httpMessage(const HttpRequest &request, const QUrl &url, const ProviderAccess &access)
{
    QByteArray whoAsks;
    for (const auto &[name, value] : access.headers) {
        whoAsks += name + ": " + QByteArray(value).replace('\r', "").replace('\n', "") + "\r\n";
    }
    return message(request, url, whoAsks, access.body);
}

core::Result<bool> HttpParser::readHead()
{
    while (!m_headRead) {
        const qsizetype end = m_bytes.indexOf("\r\n\r\n");
        if (end < 0) {
            if (m_bytes.size() > kLargestHead) {
                return noAnswer(QStringLiteral("it is no HTTP that answers"));
            }
            return false;
        }
        const QList<QByteArray> lines = m_bytes.left(end).split('\n');
        m_bytes.remove(0, end + 4);
        const QList<QByteArray> first = lines.first().simplified().split(' ');
        m_status = first.size() > 1 && first.first().startsWith("HTTP/1.") ? first[1].toInt() : 0;
        if (m_status < 100 || m_status > 599) {
            return noAnswer(QStringLiteral("it is no HTTP that answers"));
        }
        for (qsizetype i = 1; i < lines.size(); ++i) {
            const qsizetype colon = lines[i].indexOf(':');
            const QByteArray name = lines[i].left(colon).trimmed().toLower();
            const QByteArray verbatim = lines[i].mid(colon + 1).trimmed();
            const QByteArray value = verbatim.toLower();
            m_headers.emplace_back(name, verbatim);
            if (name == "transfer-encoding") {
                m_isChunked = value.endsWith("chunked");
            } else if (name == "content-length") {
                bool isNumber = false;
                m_length = value.toLongLong(&isNumber);
                if (!isNumber || m_length < 0) {
                    return noAnswer(QStringLiteral("its answer has no length that is a number"));
                }
            }
        }
        m_headRead = m_status >= 200; // 1xx: the answer itself follows
        if (!m_headRead) {
            m_headers.clear();
        }
    }
    return true;
}

core::Result<std::optional<QByteArray>> HttpParser::chunked() const
{
    QByteArray body;
    qsizetype at = 0;
    while (true) {
        const qsizetype end = m_bytes.indexOf("\r\n", at);
        if (end < 0) {
            return std::nullopt;
        }
        bool isNumber = false;
        const QByteArray size = m_bytes.mid(at, end - at);
        const qlonglong length = size.split(';').first().trimmed().toLongLong(&isNumber, 16);
        if (!isNumber || length < 0 || length > kLargestAnswer) {
            return noAnswer(QStringLiteral("its answer is not in whole chunks"));
        }
        if (length == 0) {
            return body; // what may follow are trailers
        }
        if (m_bytes.size() < end + 2 + length + 2) {
            return std::nullopt;
        }
        body += m_bytes.mid(end + 2, length);
        at = end + 2 + length + 2;
    }
}

core::Result<std::optional<HttpAnswer>> HttpParser::feed(const QByteArray &bytes, bool closed)
{
    m_bytes += bytes;
    if (m_bytes.size() > kLargestAnswer + kLargestHead || m_length > kLargestAnswer) {
        return noAnswer(QStringLiteral("it answers with too much"));
    }
    const auto head = readHead();
    if (!head) {
        return tl::unexpected(head.error());
    }
    std::optional<QByteArray> body;
    if (*head) {
        if (m_bodyless || m_status == 204 || m_status == 304) {
            body = QByteArray();
        } else if (m_isChunked) {
            const auto whole = chunked();
            if (!whole) {
                return tl::unexpected(whole.error());
            }
            body = *whole;
        } else if (m_length >= 0 ? m_bytes.size() >= m_length : closed) {
            body = m_length >= 0 ? m_bytes.left(m_length) : m_bytes;
        }
    }
    if (body) {
        return HttpAnswer{m_status, core::sanitized(QByteArrayView(*body), kLargestAnswer), m_headers};
    }
    if (closed) {
        return noAnswer(m_headRead || !m_bytes.isEmpty()
                            ? QStringLiteral("its answer is cut short")
                            : QStringLiteral("it closed the connection without an answer"));
    }
    return std::nullopt;
}

} // namespace howdah::operations
