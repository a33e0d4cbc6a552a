// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/sigv4.h"

#include <QCryptographicHash>
#include <QMessageAuthenticationCode>
#include <algorithm>
#include <map>

namespace howdah::addresses {

namespace {

using Pairs = std::vector<std::pair<QByteArray, QByteArray>>;

constexpr const char *kAlgorithm = "AWS4-HMAC-SHA256";
constexpr const char *kDateHeader = "X-Amz-Date";
constexpr const char *kTokenHeader = "X-Amz-Security-Token";
constexpr const char *kHashHeader = "x-amz-content-sha256";

QByteArray hashed(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

QByteArray keyed(const QByteArray &key, const QByteArray &text)
{
    return QMessageAuthenticationCode::hash(text, key, QCryptographicHash::Sha256);
}

/// Everything but letters, digits and "-._~" as %XX, in capitals.
QByteArray encoded(const QByteArray &bytes, const QByteArray &alsoPlain = {})
{
    return bytes.toPercentEncoding(alsoPlain);
}

QByteArray stamp(const AwsSigning &signing)
{
    return signing.at.toUTC().toString(QStringLiteral("yyyyMMdd'T'HHmmss'Z'")).toLatin1();
}

QByteArray scope(const AwsSigning &signing)
{
    return stamp(signing).left(8) + '/' + signing.region + '/' + signing.service + "/aws4_request";
}

/// RFC 3986, section 5.2.4, and one slash where there are several.
QByteArray normalized(const QByteArray &path)
{
    QList<QByteArray> kept;
    const QList<QByteArray> segments = path.split('/');
    for (const QByteArray &segment : segments) {
        if (segment == ".." && !kept.isEmpty()) {
            kept.removeLast();
        } else if (!segment.isEmpty() && segment != "." && segment != "..") {
            kept.append(segment);
        }
    }
    const QByteArray &last = segments.last();
    const bool open = !kept.isEmpty() && (last.isEmpty() || last == "." || last == "..");
    return '/' + kept.join('/') + (open ? "/" : "");
}

Pairs queryPairs(const QByteArray &query)
{
    Pairs pairs;
    const QList<QByteArray> parts = query.split('&');
    for (const QByteArray &part : parts) {
        const qsizetype equals = part.indexOf('=');
        const QByteArray name = equals < 0 ? part : part.left(equals);
        const QByteArray value = equals < 0 ? QByteArray() : part.mid(equals + 1);
        if (!part.isEmpty()) {
            pairs.emplace_back(encoded(QByteArray::fromPercentEncoding(name)),
                               encoded(QByteArray::fromPercentEncoding(value)));
        }
    }
    return pairs;
}

QByteArray joined(Pairs pairs)
{
    std::sort(pairs.begin(), pairs.end());
    QList<QByteArray> parts;
    for (const auto &[name, value] : pairs) {
        parts.append(name + '=' + value);
    }
    return parts.join('&');
}

/// Names in small letters, values without needless blanks, those of one name in one.
std::map<QByteArray, QByteArray> canonicalHeaders(const Pairs &headers)
{
    std::map<QByteArray, QByteArray> all;
    for (const auto &[name, value] : headers) {
        const QByteArray key = name.toLower();
        const QByteArray plain = value.simplified();
        const auto [at, isNew] = all.emplace(key, plain);
        if (!isNew) {
            at->second += ',' + plain;
        }
    }
    return all;
}

QByteArray signedNames(const std::map<QByteArray, QByteArray> &headers)
{
    QList<QByteArray> names;
    for (const auto &header : headers) {
        names.append(header.first);
    }
    return names.join(';');
}

/// What the first form adds to the headers before it signs them.
Pairs ownHeaders(const AwsRequest &request, const AwsSigning &signing)
{
    Pairs own{{kDateHeader, stamp(signing)}};
    if (signing.sendsBodyHash) {
        own.emplace_back(kHashHeader, hashed(request.body));
    }
    if (!signing.key.sessionToken.isEmpty() && signing.signsToken) {
        own.emplace_back(kTokenHeader, signing.key.sessionToken);
    }
    return own;
}

std::map<QByteArray, QByteArray> headersToSign(const AwsRequest &request, const AwsSigning &signing, bool signedQuery)
{
    Pairs headers = request.headers;
    if (!signedQuery) {
        const Pairs own = ownHeaders(request, signing);
        headers.insert(headers.end(), own.begin(), own.end());
    }
    return canonicalHeaders(headers);
}

QByteArray unsignedQuery(const AwsRequest &request, const AwsSigning &signing, int expiresS)
{
    Pairs pairs = queryPairs(request.query);
    pairs.emplace_back("X-Amz-Algorithm", kAlgorithm);
    pairs.emplace_back("X-Amz-Credential", encoded(signing.key.id + '/' + scope(signing)));
    pairs.emplace_back(kDateHeader, stamp(signing));
    pairs.emplace_back("X-Amz-Expires", QByteArray::number(expiresS));
    pairs.emplace_back("X-Amz-SignedHeaders", encoded(signedNames(headersToSign(request, signing, true))));
    if (!signing.key.sessionToken.isEmpty() && signing.signsToken) {
        pairs.emplace_back(kTokenHeader, encoded(signing.key.sessionToken));
    }
    return joined(std::move(pairs));
}

} // namespace

QByteArray awsCanonicalRequest(const AwsRequest &request, const AwsSigning &signing, bool signedQuery, int expiresS)
{
    const QByteArray path = request.path.isEmpty() ? QByteArray("/") : request.path;
    const auto headers = headersToSign(request, signing, signedQuery);
    QByteArray text = request.method + '\n' + encoded(signing.normalizesPath ? normalized(path) : path, "/") + '\n' +
                      (signedQuery ? unsignedQuery(request, signing, expiresS) : joined(queryPairs(request.query))) +
                      '\n';
    for (const auto &[name, value] : headers) {
        text += name + ':' + value + '\n';
    }
    return text + '\n' + signedNames(headers) + '\n' + hashed(request.body);
}

QByteArray awsStringToSign(const QByteArray &canonicalRequest, const AwsSigning &signing)
{
    return QByteArray(kAlgorithm) + '\n' + stamp(signing) + '\n' + scope(signing) + '\n' + hashed(canonicalRequest);
}

QByteArray awsSignature(const QByteArray &stringToSign, const AwsSigning &signing)
{
    QByteArray key = keyed("AWS4" + signing.key.secret, stamp(signing).left(8));
    for (const QByteArray &part : {signing.region, signing.service, QByteArray("aws4_request")}) {
        key = keyed(key, part);
    }
    return keyed(key, stringToSign).toHex();
}

Pairs awsHeaders(const AwsRequest &request, const AwsSigning &signing)
{
    const QByteArray canonical = awsCanonicalRequest(request, signing, false, 0);
    Pairs headers = ownHeaders(request, signing);
    if (!signing.key.sessionToken.isEmpty() && !signing.signsToken) {
        headers.emplace_back(kTokenHeader, signing.key.sessionToken);
    }
    headers.emplace_back("Authorization",
                         QByteArray(kAlgorithm) + " Credential=" + signing.key.id + '/' + scope(signing) +
                             ", SignedHeaders=" + signedNames(headersToSign(request, signing, false)) +
                             ", Signature=" + awsSignature(awsStringToSign(canonical, signing), signing));
    return headers;
}

QByteArray awsQuery(const AwsRequest &request, const AwsSigning &signing, int expiresS)
{
    const QByteArray canonical = awsCanonicalRequest(request, signing, true, expiresS);
    QByteArray query = unsignedQuery(request, signing, expiresS);
    if (!signing.key.sessionToken.isEmpty() && !signing.signsToken) {
        query += QByteArray("&") + kTokenHeader + '=' + encoded(signing.key.sessionToken);
    }
    return query + "&X-Amz-Signature=" + awsSignature(awsStringToSign(canonical, signing), signing);
}

} // namespace howdah::addresses
