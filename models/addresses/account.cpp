// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/account.h"

#include <QHostAddress>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QUrl>

#include "addresses/json.h"

namespace howdah::addresses {

namespace {

using core::Error;

QString firstOf(const QStringList &variables, const Lookup &lookup)
{
    for (const QString &variable : variables) {
        const QString value = lookup(variable).trimmed();
        if (!value.isEmpty()) {
            return value;
        }
    }
    return {};
}

QString either(const QStringList &variables)
{
    return variables.join(QStringLiteral(" or "));
}

bool isOwnNetwork(const QString &host)
{
    const QHostAddress address(host);
    if (address.isNull()) {
        return host == QLatin1String("localhost");
    }
    // QHostAddress::isPrivateUse() came with Qt 6.6. RFC 1918.
    const bool isPrivate = address.isInSubnet(QHostAddress(QStringLiteral("10.0.0.0")), 8) ||
                           address.isInSubnet(QHostAddress(QStringLiteral("172.16.0.0")), 12) ||
                           address.isInSubnet(QHostAddress(QStringLiteral("192.168.0.0")), 16) ||
                           address.isUniqueLocalUnicast();
    return isPrivate || address.isLoopback() || address.isLinkLocal();
}

QStringList missing(const CredentialSet &set, const Lookup &lookup)
{
    QStringList names;
    for (const Credential &credential : set) {
        if (credential.isNeeded && firstOf(credential.variables, lookup).isEmpty()) {
            names.append(either(credential.variables));
        }
    }
    return names;
}

// A region stands in the host's name.
bool isRegion(const QString &text)
{
    static const QRegularExpression form(QStringLiteral("^[A-Za-z0-9_.-]{1,64}$"));
    return form.match(text).hasMatch();
}

// Makes the objects of the path where they are not there yet.
QJsonObject filled(QJsonObject object, const QStringList &path, const QString &value)
{
    const QString &key = path.first();
    if (path.size() == 1) {
        object.insert(key, value);
    } else {
        object.insert(key, filled(object.value(key).toObject(), path.mid(1), value));
    }
    return object;
}

} // namespace

core::Result<QString> checkedUrl(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    const bool isHttp = url.scheme() == QLatin1String("http");
    if (!url.isValid() || url.host().isEmpty() || (!isHttp && url.scheme() != QLatin1String("https")) ||
        !url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment()) {
        // Not the text itself: it may have a password in it.
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("The base URL of the provider is none: it begins with https:// and has no "
                                            "user, query or fragment in it. Nothing was asked."));
    }
    if (isHttp && !isOwnNetwork(url.host())) {
        return core::failure(
            Error::Kind::Denied,
            QStringLiteral("The base URL %1 is not encrypted, and the credentials would be readable on "
                           "the way. Nothing was asked.")
                .arg(text),
            QStringLiteral("Write https://."));
    }
    QString plain = url.toString(QUrl::FullyEncoded);
    while (plain.endsWith(QLatin1Char('/'))) {
        plain.chop(1);
    }
    return plain;
}

core::Result<Account> accountOf(const ProviderInfo &provider, const Lookup &lookup)
{
    Account account;
    account.region = firstOf(provider.regionVariables, lookup);
    if (provider.needsRegion && account.region.isEmpty()) {
        return core::failure(
            Error::Kind::Invalid,
            QStringLiteral("%1 has to be asked in a region, and none is given. Nothing was asked.").arg(provider.title),
            QStringLiteral("Set %1.").arg(either(provider.regionVariables)));
    }
    if (!account.region.isEmpty() && !isRegion(account.region)) {
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("The region of %1 is no word. Nothing was asked.").arg(provider.title),
                             QStringLiteral("Correct %1.").arg(either(provider.regionVariables)));
    }
    QString url = firstOf(provider.endpointVariables, lookup);
    if (url.isEmpty()) {
        url = provider.defaultUrl;
        url.replace(QLatin1String("{region}"), account.region);
    }
    if (url.isEmpty()) {
        return core::failure(
            Error::Kind::Invalid,
            QStringLiteral("Where %1 is to be asked is not given. Nothing was asked.").arg(provider.title),
            QStringLiteral("Set %1.").arg(either(provider.endpointVariables)));
    }
    const core::Result<QString> checked = checkedUrl(url);
    if (!checked) {
        Error error = checked.error();
        error.hint =
            error.hint.isEmpty() ? QStringLiteral("Correct %1.").arg(either(provider.endpointVariables)) : error.hint;
        return tl::unexpected(error);
    }
    account.baseUrl = *checked;
    for (const CredentialSet &set : provider.credentials) {
        for (const Credential &credential : set) {
            const QString value = credential.isSecret ? QString() : firstOf(credential.variables, lookup);
            if (!value.isEmpty()) {
                account.names.insert(credential.variables.first(), value);
            }
        }
    }
    return account;
}

QString credentialValue(const Credential &credential, const Lookup &lookup)
{
    return firstOf(credential.variables, lookup);
}

QString lacking(const ProviderInfo &provider, const Lookup &lookup)
{
    QStringList lacks;
    for (const CredentialSet &set : provider.credentials) {
        const QStringList names = missing(set, lookup);
        if (names.isEmpty()) {
            return {};
        }
        lacks.append(names.join(QStringLiteral(" and ")));
    }
    return lacks.join(QStringLiteral(", or else "));
}

core::Result<CredentialSet> completeCredentials(const ProviderInfo &provider, const Lookup &lookup)
{
    for (const CredentialSet &set : provider.credentials) {
        if (missing(set, lookup).isEmpty()) {
            return set;
        }
    }
    return core::failure(
        Error::Kind::Denied, QStringLiteral("There are no credentials for %1. Nothing was asked.").arg(provider.title),
        QStringLiteral("Set %1, or give it by \"howdah credentials\" or by Credentials… on the page Addresses. They "
                       "need: %2.")
            .arg(lacking(provider, lookup), provider.rights));
}

core::Result<QByteArray> bodyWithSecrets(const Request &request, const Lookup &lookup)
{
    if (request.bodySecrets.empty()) {
        return request.body;
    }
    std::optional<QJsonObject> body = jsonObject(request.body);
    if (!body) {
        return core::failure(Error::Kind::Invalid, QStringLiteral("The request's body takes no secrets."));
    }
    for (const BodySecret &secret : request.bodySecrets) {
        const QString value = firstOf(secret.variables, lookup);
        if (value.isEmpty() || secret.path.isEmpty()) {
            return core::failure(Error::Kind::Denied,
                                 QStringLiteral("%1 is not set. Nothing was asked.").arg(either(secret.variables)));
        }
        body = filled(*body, secret.path, value);
    }
    return QJsonDocument(*body).toJson(QJsonDocument::Compact);
}

} // namespace howdah::addresses
