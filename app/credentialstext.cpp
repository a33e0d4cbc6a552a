// SPDX-License-Identifier: GPL-3.0-or-later
#include "credentialstext.h"

#include <QJsonObject>

#include "addresses/providers.h"
#include "app/statetext.h"

namespace howdah::app {

using toolfiles::Standing;

namespace {

QString key(const std::optional<addresses::Source> &source)
{
    if (!source) {
        return {};
    }
    switch (*source) {
    case addresses::Source::Environment:
        return QStringLiteral("environment");
    case addresses::Source::Run:
        return QStringLiteral("run");
    case addresses::Source::Keyring:
        break;
    }
    return QStringLiteral("keyring");
}

QString line(const QString &what, const QString &value)
{
    return QStringLiteral("  %1 %2\n").arg(what, -12).arg(value);
}

QString textOf(const Standing &standing, bool keyringWorks)
{
    const QString nothing = QStringLiteral("nothing");
    const auto named = [&nothing](const QStringList &names) {
        return names.isEmpty() ? nothing : names.join(QStringLiteral(", "));
    };
    QString text = QStringLiteral("%1 (%2)\n").arg(standing.title, standing.account);
    text += line(QStringLiteral("used"), standing.used ? toolfiles::toString(*standing.used) : nothing);
    text += line(QStringLiteral("environment"), named(standing.environment));
    text += line(QStringLiteral("keyring"),
                 keyringWorks || !standing.keyring.isEmpty() ? named(standing.keyring) : QStringLiteral("not known"));
    for (const toolfiles::Offer &offer : standing.offers) {
        text += line(QStringLiteral("to import"), QStringLiteral("howdah credentials import %1   (%2)")
                                                      .arg(offer.tool, offer.files.join(QStringLiteral(", "))));
    }
    return text + line(QStringLiteral("least rights"), standing.rights);
}

} // namespace

QString standingsText(const std::vector<Standing> &standings, const core::Error *keyring)
{
    QString text;
    for (const Standing &standing : standings) {
        text += textOf(standing, !keyring) + QLatin1Char('\n');
    }
    return text +
           (keyring ? errorText(*keyring)
                    : QStringLiteral("The environment goes before the desktop's keyring. To keep credentials "
                                     "there: howdah credentials set PROVIDER.")) +
           QLatin1Char('\n');
}

QJsonArray standingsJson(const std::vector<Standing> &standings)
{
    QJsonArray all;
    for (const Standing &standing : standings) {
        QJsonArray variables;
        for (const QString &name : addresses::variablesOf(addresses::providerOfAccount(standing.account)->info())) {
            variables.append(QJsonObject{{QStringLiteral("name"), name},
                                         {QStringLiteral("environment"), standing.environment.contains(name)},
                                         {QStringLiteral("keyring"), standing.keyring.contains(name)}});
        }
        QJsonArray files;
        for (const toolfiles::Offer &offer : standing.offers) {
            files.append(QJsonObject{{QStringLiteral("tool"), offer.tool},
                                     {QStringLiteral("files"), QJsonArray::fromStringList(offer.files)}});
        }
        const QString used = key(standing.used);
        all.append(QJsonObject{{QStringLiteral("provider"), standing.account},
                               {QStringLiteral("title"), standing.title},
                               {QStringLiteral("used"), used.isEmpty() ? QJsonValue() : used},
                               {QStringLiteral("variables"), variables},
                               {QStringLiteral("importable"), files},
                               {QStringLiteral("rights"), standing.rights}});
    }
    return all;
}

} // namespace howdah::app
