// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/provideraccess.h"

#include <QCryptographicHash>

#include "addresses/heldcredentials.h"
#include "addresses/providers.h"
#include "addresses/sigv4.h"
#include "operations/httpmessage.h"

namespace howdah::operations {

using addresses::Account;
using addresses::Auth;
using addresses::Provider;
using core::Error;

namespace {

struct Who {
    const Provider *provider = nullptr;
    addresses::Lookup lookup;
    Account account;
};

core::Result<Who> whoOf(const QString &key)
{
    const Provider *provider = addresses::providerOf(key);
    if (!provider) {
        return core::failure(Error::Kind::Invalid, QStringLiteral("there is no provider \"%1\"").arg(key));
    }
    addresses::Lookup lookup = credentialsOf(provider->info());
    auto account = addresses::accountOf(provider->info(), lookup);
    if (!account) {
        return tl::unexpected(account.error());
    }
    return Who{provider, std::move(lookup), *std::move(account)};
}

bool isBelow(const QString &url, const QString &base)
{
    return !base.isEmpty() && (url == base || url.startsWith(base + QLatin1Char('/')));
}

/// The values of a set, in its order; empty where one is not given.
std::vector<QByteArray> valuesOf(const addresses::CredentialSet &set, const addresses::Lookup &lookup)
{
    std::vector<QByteArray> values;
    for (const addresses::Credential &one : set) {
        values.push_back(addresses::credentialValue(one, lookup).toUtf8());
    }
    return values;
}

void signWith(ProviderAccess &access, const HttpRequest &request, const QUrl &url,
              const std::vector<QByteArray> &values, const QDateTime &now)
{
    const QByteArray target = targetOf(url);
    const qsizetype question = target.indexOf('?');
    addresses::AwsRequest aws{.method = request.method.toLatin1(),
                              .path = target.left(question),
                              .query = question < 0 ? QByteArray() : target.mid(question + 1),
                              .headers = {{"Host", hostOf(url)}},
                              .body = access.body};
    if (!access.body.isEmpty()) {
        aws.headers.emplace_back("Content-Type", request.contentType.toLatin1());
    }
    const addresses::AwsSigning signing{.key = {values.at(0), values.at(1), values.at(2)},
                                        .region = request.ask.signingRegion.toLatin1(),
                                        .service = request.ask.signingService.toLatin1(),
                                        .at = now};
    access.headers = addresses::awsHeaders(aws, signing);
}

} // namespace

addresses::Lookup credentialsOf(const addresses::ProviderInfo &provider)
{
    return addresses::HeldCredentials::instance().lookup(provider);
}

core::Result<ProviderAccess> accessFor(const HttpRequest &request, const QUrl &url, const addresses::Session &session,
                                       const QDateTime &now)
{
    const auto who = whoOf(request.ask.provider);
    if (!who) {
        return tl::unexpected(who.error());
    }
    const addresses::ProviderInfo &info = who->provider->info();
    const auto set = addresses::completeCredentials(info, who->lookup);
    if (!set) {
        return tl::unexpected(set.error());
    }
    ProviderAccess access{.headers = {}, .body = request.body.toUtf8(), .secrets = {}};
    const auto login = who->provider->login(who->account);
    const std::vector<QByteArray> values = valuesOf(*set, who->lookup);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (set->at(i).isSecret && !values[i].isEmpty()) {
            access.secrets.append(values[i]);
        }
    }
    if (login && login->url == request.url) {
        const auto body = addresses::bodyWithSecrets(*login, who->lookup);
        if (!body) {
            return tl::unexpected(body.error());
        }
        access.body = *body;
        return access;
    }
    if (!isBelow(request.url, login ? session.networkUrl : who->account.baseUrl)) {
        return core::failure(Error::Kind::Denied,
                             QStringLiteral("%1 is not where %2 is asked by now, and its credentials go nowhere else. "
                                            "Nothing was asked.")
                                 .arg(request.url, info.title),
                             QStringLiteral("Make the plan anew, or set %1 as it was.")
                                 .arg(info.endpointVariables.join(QStringLiteral(" or "))));
    }
    switch (info.auth) {
    case Auth::Bearer:
        access.headers = {{"Authorization", "Bearer " + values.at(0)}};
        break;
    case Auth::Basic:
        access.secrets.append((values.at(0) + ':' + values.at(1)).toBase64());
        access.headers = {{"Authorization", "Basic " + access.secrets.last()}};
        break;
    case Auth::SigV4:
        signWith(access, request, url, values, now);
        break;
    case Auth::XToken:
        access.headers = {{"X-Auth-Token", session.token}};
        access.secrets.append(session.token);
        break;
    case Auth::None:
        break;
    }
    return access;
}

core::Result<std::optional<HttpRequest>> loginOf(const QString &provider)
{
    const auto who = whoOf(provider);
    if (!who) {
        return tl::unexpected(who.error());
    }
    const auto login = who->provider->login(who->account);
    return login ? std::optional(asRequest(*login, provider)) : std::nullopt;
}

core::Result<addresses::Session> sessionFrom(const QString &provider, const HttpAnswer &answer)
{
    const auto who = whoOf(provider);
    if (!who) {
        return tl::unexpected(who.error());
    }
    auto session = who->provider->loggedIn(who->account, asAnswer(answer));
    if (!session) {
        return tl::unexpected(session.error().error);
    }
    return *std::move(session);
}

HttpRequest asRequest(const addresses::Request &request, const QString &provider)
{
    return {.method = QString::fromLatin1(request.method),
            .url = request.url,
            .body = QString::fromUtf8(request.body),
            .contentType = QString::fromLatin1(request.contentType),
            .ask = {provider, request.signingService, request.signingRegion}};
}

addresses::Answer asAnswer(const HttpAnswer &answer)
{
    return {.status = answer.status,
            .headers = answer.headers,
            .body = answer.body.toUtf8(),
            .at = QDateTime::currentDateTimeUtc()};
}

QByteArray certificatesOf(const HttpRequest &request)
{
    if (request.ask.provider == QLatin1String("openstack")) {
        return qgetenv("OS_CACERT");
    }
    if (request.ask.provider == QLatin1String("aws")) {
        return qgetenv("AWS_CA_BUNDLE");
    }
    return request.credentials.isEmpty() ? QByteArray()
                                         : qgetenv((request.credentials.toLatin1() + "_CACERT").constData());
}

QByteArray fingerprintOf(const HttpRequest &request, const ProviderAccess &access)
{
    const Provider *provider = addresses::providerOf(request.ask.provider);
    // Without a header it is a login, with the credentials in its body.
    const bool isLogin = provider && provider->info().auth == Auth::XToken && access.headers.empty();
    const bool isBasic = provider && provider->info().auth == Auth::Basic && !access.headers.empty();
    if (!isLogin && !isBasic) {
        return {};
    }
    return QCryptographicHash::hash(request.url.section(QLatin1Char('/'), 0, 2).toUtf8() + '\n' +
                                        (isLogin ? access.body : access.headers.front().second),
                                    QCryptographicHash::Sha256);
}

} // namespace howdah::operations
