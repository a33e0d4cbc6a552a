// SPDX-License-Identifier: GPL-3.0-or-later
#include "toolfiles/standing.h"

#include <QDir>
#include <QFileInfo>

#include "addresses/providers.h"
#include "core/servertext.h"

namespace howdah::toolfiles {

using addresses::Source;

namespace {

/// Also a link that leads nowhere: reading it says why.
bool isThere(const QString &path)
{
    const QFileInfo file(path);
    return !path.isEmpty() && (file.exists() || file.isSymLink());
}

} // namespace

Surroundings surroundings()
{
    return {addresses::environment(), QDir::homePath(), QDir::currentPath()};
}

Offer offerOf(const Tool &tool, const Surroundings &where)
{
    Offer offer{.tool = tool.name,
                .account = tool.account,
                .files = {},
                .contextWord = tool.contextWord,
                .context = firstSet(where, tool.contextVariables),
                .variables = tool.variables};
    const Paths paths = tool.paths(where);
    for (const QString &path : {paths.first, paths.second}) {
        if (isThere(path)) {
            offer.files.append(path);
        }
    }
    return offer;
}

Standing standingOf(const QString &account, const addresses::HeldCredentials &held, const Surroundings &where)
{
    Standing standing;
    standing.account = account;
    const addresses::Provider *provider = addresses::providerOfAccount(account);
    if (!provider) {
        return standing;
    }
    const addresses::ProviderInfo &info = provider->info();
    standing.title = info.title;
    standing.rights = info.rights;
    standing.used = held.used(info);
    for (const QString &name : addresses::variablesOf(info)) {
        if (!where.environment(name).trimmed().isEmpty()) {
            standing.environment.append(name);
        }
    }
    standing.run = held.names(account, Source::Run);
    standing.keyring = held.names(account, Source::Keyring);
    standing.fields = addresses::fieldsOf(info, info.credentials.front());
    for (const Tool &tool : tools()) {
        Offer offer = offerOf(tool, where);
        if (tool.account == account && !offer.files.isEmpty()) {
            standing.offers.push_back(std::move(offer));
        }
    }
    return standing;
}

QString consentText(const Offer &offer, const QString &context, const QString &rights, bool inKeyring)
{
    const QString wanted = context.isEmpty() ? offer.context : context;
    const QString which =
        wanted.isEmpty() ? QStringLiteral("the %1 that %2 itself uses").arg(offer.contextWord, offer.tool)
                         : QStringLiteral("the %1 \"%2\"").arg(offer.contextWord, core::sanitizedName(wanted.left(80)));
    return QStringLiteral("Howdah would read %1, and change nothing there. From %2 it would take, as far as they are "
                          "there: %3. %4\nThe least that suffices: %5.")
        .arg(offer.files.join(QStringLiteral(" and ")), which, offer.variables.join(QStringLiteral(", ")),
             inKeyring ? QStringLiteral("They would be kept in the desktop's keyring, and shown nowhere.")
                       : QStringLiteral("They would be held until the console is closed, and kept nowhere."),
             rights);
}

QString toString(Source source)
{
    switch (source) {
    case Source::Environment:
        return QStringLiteral("the environment");
    case Source::Run:
        return QStringLiteral("this run only");
    case Source::Keyring:
        break;
    }
    return QStringLiteral("the desktop's keyring");
}

} // namespace howdah::toolfiles
