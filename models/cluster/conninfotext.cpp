// SPDX-License-Identifier: GPL-3.0-or-later
#include "conninfotext.h"

#include <QHash>
#include <QRegularExpression>
#include <QUrl>

#include "core/redact.h"

namespace howdah::cluster {

namespace {
// One key=value of a conninfo or of a URI's query, and the span of text that it takes.
struct Pair {
    QString key;
    QString value;
    qsizetype begin = 0;
    qsizetype end = 0;
};

bool isSecret(const QString &key)
{
    static const QStringList secrets{QStringLiteral("password"), QStringLiteral("sslpassword"),
                                     QStringLiteral("oauth_client_secret"), QStringLiteral("scram_client_key"),
                                     QStringLiteral("scram_server_key")};
    return secrets.contains(key, Qt::CaseInsensitive); // libpq knows no PASSWORD, but it was meant as one
}

bool isUri(const QString &conninfo)
{
    return conninfo.startsWith(QLatin1String("postgresql://")) || conninfo.startsWith(QLatin1String("postgres://"));
}

qsizetype skipBlanks(const QString &text, qsizetype at)
{
    while (at < text.size() && text.at(at).isSpace()) {
        ++at;
    }
    return at;
}

// Reads a value, quoted or not, and leaves at behind it. False: the quote is never closed.
bool readValue(const QString &text, qsizetype &at, QString &value)
{
    const bool quoted = at < text.size() && text.at(at) == QLatin1Char('\'');
    at += quoted ? 1 : 0;
    while (at < text.size()) {
        const QChar c = text.at(at);
        if (quoted ? c == QLatin1Char('\'') : c.isSpace()) {
            break;
        }
        if (c == QLatin1Char('\\') && at + 1 < text.size()) {
            ++at;
        }
        value += text.at(at);
        ++at;
    }
    if (!quoted) {
        return true;
    }
    if (at >= text.size()) {
        return false;
    }
    ++at;
    return true;
}

// The pairs of the key=value form; wellFormed says whether libpq would agree.
std::vector<Pair> keyValuePairs(const QString &text, bool &wellFormed)
{
    std::vector<Pair> pairs;
    wellFormed = true;
    qsizetype at = skipBlanks(text, 0);
    while (at < text.size()) {
        Pair pair;
        pair.begin = at;
        while (at < text.size() && text.at(at) != QLatin1Char('=') && !text.at(at).isSpace()) {
            pair.key += text.at(at++);
        }
        at = skipBlanks(text, at);
        if (at >= text.size() || text.at(at) != QLatin1Char('=')) {
            wellFormed = false;
            return pairs;
        }
        at = skipBlanks(text, at + 1);
        wellFormed = readValue(text, at, pair.value) && wellFormed;
        pair.end = at;
        pairs.push_back(pair);
        at = skipBlanks(text, at);
    }
    return pairs;
}

// A URI's parts. libpq ends the userinfo at the first '@' before any '/'; here it goes on to the last one that can
// belong to it, so that no part of a password that was not encoded is taken for a host.
struct Uri {
    qsizetype userInfoBegin = 0;
    qsizetype userInfoEnd = 0; // the '@'; equal to userInfoBegin when there is none
    QString hosts;             // "h1:5432,h2"
    qsizetype queryBegin = -1; // behind the '?'
    std::vector<Pair> query;
};

// Where the userinfo that begins at begin ends: the place of its '@', or begin when there is none.
qsizetype userInfoEnd(const QString &text, qsizetype begin)
{
    static const QRegularExpression authorityEnd(QStringLiteral("[/?]"));
    const qsizetype slash = text.indexOf(QLatin1Char('/'), begin);
    const qsizetype first = text.indexOf(QLatin1Char('@'), begin);
    if (first < 0) {
        return begin;
    }
    if (slash >= 0 && slash < first) {
        // Behind a host's colon stands a number: anything else is a password with a slash in it.
        static const QRegularExpression cutPassword(QStringLiteral("^[^\\[:/?@]*:(?!\\d*[/?,])"));
        return cutPassword.match(text.mid(begin)).hasMatch() ? text.lastIndexOf(QLatin1Char('@')) : begin;
    }
    const qsizetype end = text.indexOf(authorityEnd, first);
    return text.lastIndexOf(QLatin1Char('@'), end < 0 ? -1 : end);
}

Uri cutUri(const QString &text)
{
    Uri uri;
    uri.userInfoBegin = text.indexOf(QLatin1String("://")) + 3;
    uri.userInfoEnd = userInfoEnd(text, uri.userInfoBegin);
    const bool hasUserInfo = text.mid(uri.userInfoEnd, 1) == QLatin1String("@");
    const qsizetype hostBegin = uri.userInfoEnd + (hasUserInfo ? 1 : 0);
    qsizetype hostEnd = hostBegin;
    while (hostEnd < text.size() && text.at(hostEnd) != QLatin1Char('/') && text.at(hostEnd) != QLatin1Char('?')) {
        ++hostEnd;
    }
    uri.hosts = text.mid(hostBegin, hostEnd - hostBegin);
    const qsizetype mark = text.indexOf(QLatin1Char('?'), hostEnd);
    if (mark < 0) {
        return uri;
    }
    uri.queryBegin = mark + 1;
    for (qsizetype begin = uri.queryBegin; begin <= text.size();) {
        qsizetype end = text.indexOf(QLatin1Char('&'), begin);
        end = end < 0 ? text.size() : end;
        const QString part = text.mid(begin, end - begin);
        const qsizetype equals = part.indexOf(QLatin1Char('='));
        const auto decoded = [](const QString &encoded) { return QUrl::fromPercentEncoding(encoded.toUtf8()); };
        uri.query.push_back({decoded(equals < 0 ? part : part.left(equals)),
                             equals < 0 ? QString() : decoded(part.mid(equals + 1)), begin, end});
        begin = end + 1;
    }
    return uri;
}

QString uriWithoutPassword(const QString &text)
{
    const Uri uri = cutUri(text);
    QString result = text;
    if (uri.queryBegin >= 0) {
        QStringList kept;
        for (const Pair &pair : uri.query) {
            if (!isSecret(pair.key)) {
                kept += text.mid(pair.begin, pair.end - pair.begin);
            }
        }
        result.truncate(kept.isEmpty() ? uri.queryBegin - 1 : uri.queryBegin);
        result += kept.join(QLatin1Char('&'));
    }
    const QString userInfo = text.mid(uri.userInfoBegin, uri.userInfoEnd - uri.userInfoBegin);
    if (const qsizetype colon = userInfo.indexOf(QLatin1Char(':')); colon >= 0) {
        result.remove(uri.userInfoBegin + colon, userInfo.size() - colon);
    }
    return result;
}

// The secrets of a well-formed conninfo, decoded.
std::vector<Pair> secretsOf(const QString &text)
{
    bool wellFormed = true;
    std::vector<Pair> secrets;
    if (isUri(text)) {
        const Uri uri = cutUri(text);
        const QString userInfo = text.mid(uri.userInfoBegin, uri.userInfoEnd - uri.userInfoBegin);
        if (const qsizetype colon = userInfo.indexOf(QLatin1Char(':')); colon >= 0) {
            secrets.push_back(
                {QStringLiteral("password"), QUrl::fromPercentEncoding(userInfo.mid(colon + 1).toUtf8())});
        }
        secrets.insert(secrets.end(), uri.query.cbegin(), uri.query.cend());
    } else {
        secrets = keyValuePairs(text, wellFormed);
    }
    std::erase_if(secrets, [](const Pair &pair) { return !isSecret(pair.key); });
    return wellFormed ? secrets : std::vector<Pair>();
}

std::vector<HostPort> zipHosts(const QStringList &hosts, const QStringList &ports)
{
    std::vector<HostPort> result;
    for (qsizetype i = 0; i < hosts.size(); ++i) {
        // One port stands for all hosts.
        const QString port = ports.size() == 1 ? ports.first() : ports.value(i);
        result.push_back({hosts.at(i).trimmed(), port.trimmed().toInt()});
    }
    return result;
}

std::vector<HostPort> hostsOfPairs(const std::vector<Pair> &pairs)
{
    QHash<QString, QString> values;
    for (const Pair &pair : pairs) {
        values.insert(pair.key, pair.value);
    }
    const QString names = values.value(QStringLiteral("host"));
    const QString list = names.isEmpty() ? values.value(QStringLiteral("hostaddr")) : names;
    if (list.isEmpty()) {
        return {};
    }
    return zipHosts(list.split(QLatin1Char(',')), values.value(QStringLiteral("port")).split(QLatin1Char(',')));
}
} // namespace

bool holdsPassword(const QString &conninfo)
{
    const QString text = conninfo.trimmed();
    if (isUri(text)) {
        return uriWithoutPassword(text) != text;
    }
    bool wellFormed = true;
    for (const Pair &pair : keyValuePairs(text, wellFormed)) {
        if (isSecret(pair.key)) {
            return true;
        }
    }
    return !wellFormed && core::redacted(text) != text;
}

QString withoutPassword(const QString &conninfo)
{
    const QString text = conninfo.trimmed();
    if (isUri(text)) {
        return uriWithoutPassword(text);
    }
    bool wellFormed = true;
    const std::vector<Pair> pairs = keyValuePairs(text, wellFormed);
    if (!wellFormed) {
        return core::redacted(text);
    }
    QStringList kept;
    for (const Pair &pair : pairs) {
        if (!isSecret(pair.key)) {
            kept += text.mid(pair.begin, pair.end - pair.begin);
        }
    }
    return kept.size() == static_cast<qsizetype>(pairs.size()) ? text : kept.join(QLatin1Char(' '));
}

QString withPasswordOf(const QString &source, const QString &conninfo)
{
    QString text = conninfo.trimmed();
    bool wellFormed = true;
    if (!isUri(text)) {
        keyValuePairs(text, wellFormed);
    }
    if (!wellFormed || holdsPassword(text)) {
        return text;
    }
    for (const Pair &secret : secretsOf(source.trimmed())) {
        if (isUri(text)) {
            text += cutUri(text).queryBegin < 0 ? QLatin1Char('?') : QLatin1Char('&');
            text += secret.key + QLatin1Char('=') + QString::fromLatin1(QUrl::toPercentEncoding(secret.value));
            continue;
        }
        QString quoted = secret.value;
        quoted.replace(QLatin1Char('\\'), QLatin1String("\\\\")).replace(QLatin1Char('\''), QLatin1String("\\'"));
        text += QStringLiteral("%1%2='%3'").arg(text.isEmpty() ? QString() : QStringLiteral(" "), secret.key, quoted);
    }
    return text;
}

QString urlWithoutPassword(const QString &url)
{
    const qsizetype begin = url.indexOf(QLatin1String("://"));
    if (begin < 0) {
        return url;
    }
    const qsizetype slash = url.indexOf(QLatin1Char('/'), begin + 3);
    const qsizetype at = url.lastIndexOf(QLatin1Char('@'), slash < 0 ? -1 : slash);
    const qsizetype colon = url.indexOf(QLatin1Char(':'), begin + 3);
    return at > begin && colon >= 0 && colon < at ? url.left(colon) + url.mid(at) : url;
}

std::vector<HostPort> hostsOf(const QString &conninfo)
{
    const QString text = conninfo.trimmed();
    if (!isUri(text)) {
        bool wellFormed = true;
        return hostsOfPairs(keyValuePairs(text, wellFormed));
    }
    const Uri uri = cutUri(text);
    if (const std::vector<HostPort> fromQuery = hostsOfPairs(uri.query); !fromQuery.empty()) {
        return fromQuery;
    }
    std::vector<HostPort> result;
    for (const QString &part : uri.hosts.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        HostPort host = splitAddress(part);
        host.host = QUrl::fromPercentEncoding(host.host.toUtf8());
        result.push_back(host);
    }
    return result;
}

QString conninfoValue(const QString &conninfo, const QString &key)
{
    const QString text = conninfo.trimmed();
    bool wellFormed = true;
    QString result;
    for (const Pair &pair : isUri(text) ? cutUri(text).query : keyValuePairs(text, wellFormed)) {
        if (pair.key == key) {
            result = pair.value; // the last one counts
        }
    }
    return result;
}

HostPort splitAddress(const QString &address)
{
    HostPort result{address, 0};
    if (address.startsWith(QLatin1Char('['))) {
        const qsizetype close = address.indexOf(QLatin1Char(']'));
        result.host = address.mid(1, (close < 0 ? address.size() : close) - 1);
        result.port = close < 0 ? 0 : address.mid(close + 2).toInt();
        return result;
    }
    const qsizetype colon = address.lastIndexOf(QLatin1Char(':'));
    // More than one colon and no brackets: an IPv6 address without a port.
    if (colon < 0 || address.indexOf(QLatin1Char(':')) != colon) {
        return result;
    }
    bool ok = false;
    const int port = address.mid(colon + 1).toInt(&ok);
    if (ok) {
        result = {address.left(colon), port};
    }
    return result;
}

} // namespace howdah::cluster
