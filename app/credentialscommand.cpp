// SPDX-License-Identifier: GPL-3.0-or-later
#include "credentialscommand.h"

#include <QJsonArray>

#include "addresses/providers.h"
#include "app/credentialstext.h"
#include "app/output.h"

namespace howdah::app {

using addresses::Field;
using addresses::ProviderInfo;
using core::Error;

CredentialsCommand::CredentialsCommand(Invocation invocation, QObject *parent)
    : QObject(parent)
    , m_invocation(std::move(invocation))
{
}

QString CredentialsCommand::title() const
{
    const addresses::Provider *provider = addresses::providerOfAccount(m_invocation.target);
    return provider ? provider->info().title : m_invocation.target;
}

void CredentialsCommand::start()
{
    const QString &action = m_invocation.credentialsAction;
    if (action == QLatin1String("list")) {
        m_desk.loadAll(addresses::accountKeys(), [this](const core::Result<void> &keyring) { list(keyring); });
    } else if (action == QLatin1String("import")) {
        import();
    } else if (!addresses::providerOfAccount(m_invocation.target)) {
        end(core::failure(Error::Kind::NotFound,
                          QStringLiteral("There is no provider \"%1\" with credentials.").arg(m_invocation.target),
                          QStringLiteral("There are: %1.").arg(addresses::accountKeys().join(QStringLiteral(", ")))),
            {});
    } else if (action == QLatin1String("set")) {
        set();
    } else {
        remove();
    }
}

void CredentialsCommand::list(const core::Result<void> &keyring)
{
    const auto standings = m_desk.standings(addresses::accountKeys());
    if (m_invocation.json) {
        printJson({{QStringLiteral("credentials"), standingsJson(standings)},
                   {QStringLiteral("keyring"), keyring ? QJsonValue() : keyring.error().message},
                   {QStringLiteral("result"), QStringLiteral("done")}});
    } else {
        print(standingsText(standings, keyring ? nullptr : &keyring.error()));
    }
    Q_EMIT finished(kDone);
}

void CredentialsCommand::import()
{
    const toolfiles::Tool *tool = toolfiles::toolOf(m_invocation.target);
    const toolfiles::Offer offer = toolfiles::offerOf(*tool, toolfiles::surroundings());
    if (offer.files.isEmpty()) {
        end(core::failure(Error::Kind::NotFound,
                          QStringLiteral("There is no file of %1's: %2 is not there. Nothing was kept.")
                              .arg(tool->name, tool->paths(toolfiles::surroundings()).first)),
            {});
        return;
    }
    const ProviderInfo &info = addresses::providerOfAccount(tool->account)->info();
    printError(toolfiles::consentText(offer, m_invocation.context, info.rights, true) + QLatin1Char('\n'));
    if (m_invocation.yes) {
        readFiles();
        return;
    }
    if (!m_terminal.isPerson()) {
        end(core::failure(Error::Kind::Denied, QStringLiteral("Nobody is there to say yes. Nothing was read."),
                          QStringLiteral("Say --yes.")),
            {});
        return;
    }
    m_terminal.ask(QStringLiteral("Read it? [y/N] "), false, [this](const std::optional<QString> &answer) {
        const QString word = answer.value_or(QString()).trimmed().toLower();
        if (word == QLatin1String("y") || word == QLatin1String("yes")) {
            readFiles();
        } else {
            end(core::failure(Error::Kind::Cancelled, QStringLiteral("Nothing was read.")), {});
        }
    });
}

void CredentialsCommand::readFiles()
{
    const QString tool = m_invocation.target;
    const QString account = toolfiles::toolOf(tool)->account;
    // What can't be kept need not be read.
    m_desk.loadAll({account}, [this, tool](const core::Result<void> &keyring) {
        if (!keyring) {
            end(keyring, {});
            return;
        }
        m_desk.import(tool, m_invocation.context, CredentialDesk::Place::Keyring,
                      [this, tool](const core::Result<QStringList> &said) {
                          if (!said) {
                              end(tl::unexpected(said.error()), {});
                              return;
                          }
                          end({},
                              QStringLiteral("The desktop's keyring has what %1's %2 \"%3\" had.")
                                  .arg(tool, toolfiles::toolOf(tool)->contextWord, said->first()),
                              said->mid(1));
                      });
    });
}

void CredentialsCommand::set()
{
    m_desk.loadAll({m_invocation.target}, [this](const core::Result<void> &keyring) {
        if (!keyring) { // what can't be kept need not be typed
            end(keyring, {});
            return;
        }
        const ProviderInfo &info = addresses::providerOfAccount(m_invocation.target)->info();
        if (!m_terminal.isPerson()) {
            readLines(info);
            return;
        }
        printError(QStringLiteral("The least that suffices: %1.\n").arg(info.rights));
        choose(info, 0);
    });
}

/// With several sets, the first is asked for; who gives nothing there is asked for the next.
void CredentialsCommand::choose(const ProviderInfo &info, std::size_t set)
{
    m_set = set;
    m_fields = addresses::fieldsOf(info, info.credentials[set]);
    if (set > 0) { // the others were asked for already
        std::erase_if(m_fields, [this](const Field &field) { return m_values.contains(field.variable); });
    }
    askField(info, 0);
}

void CredentialsCommand::askField(const ProviderInfo &info, std::size_t field)
{
    if (field == m_fields.size()) {
        keep();
        return;
    }
    const Field &asked = m_fields[field];
    const bool isFirstOfSet = asked.variable == info.credentials[m_set].front().variables.first();
    const bool hasMore = m_set + 1 < info.credentials.size();
    QString question = asked.variable;
    if (isFirstOfSet && hasMore) {
        question += QStringLiteral(" (nothing: another way to log in)");
    } else if (!asked.isNeeded) {
        question += QStringLiteral(" (or nothing)");
    }
    question += asked.isSecret ? QStringLiteral(", which is not shown: ") : QStringLiteral(": ");
    m_terminal.ask(question, asked.isSecret, [this, &info, field, isFirstOfSet, hasMore](std::optional<QString> line) {
        if (!line) {
            end(core::failure(Error::Kind::Cancelled, QStringLiteral("Nothing was kept.")), {});
            return;
        }
        const QString value = line->trimmed();
        if (value.isEmpty() && isFirstOfSet && hasMore) {
            choose(info, m_set + 1);
            return;
        }
        if (!value.isEmpty()) {
            m_values.insert(m_fields[field].variable, value);
        }
        askField(info, field + 1);
    });
}

/// Of a script: NAME=VALUE in each line; where one value is all that there is, it alone does.
void CredentialsCommand::readLines(const ProviderInfo &info)
{
    m_terminal.ask({}, true, [this, &info](const std::optional<QString> &line) {
        if (!line) {
            keep();
            return;
        }
        takeLine(info, line->trimmed());
        readLines(info);
    });
}

void CredentialsCommand::takeLine(const ProviderInfo &info, const QString &line)
{
    const qsizetype sign = line.indexOf(QLatin1Char('='));
    const addresses::CredentialSet &set = info.credentials.front();
    if (sign > 0 && addresses::variablesOf(info).contains(line.left(sign))) {
        m_values.insert(line.left(sign), line.mid(sign + 1));
    } else if (!line.isEmpty() && set.size() == 1 && m_values.isEmpty()) {
        m_values.insert(set.front().variables.first(), line);
    } else if (!line.isEmpty()) {
        m_values.insert(QStringLiteral("?"), {}); // refused below, whatever it was
    }
}

void CredentialsCommand::keep()
{
    m_desk.keep(m_invocation.target, m_values, CredentialDesk::Place::Keyring, [this](const core::Result<void> &kept) {
        end(kept, QStringLiteral("The desktop's keyring has the credentials for %1.").arg(title()));
    });
    m_values.clear();
}

void CredentialsCommand::remove()
{
    m_desk.remove(m_invocation.target, [this](const core::Result<void> &removed) {
        end(removed, QStringLiteral("The desktop's keyring has no credentials for %1 any more.").arg(title()));
    });
}

void CredentialsCommand::end(const core::Result<void> &result, const QString &sentence, const QStringList &notes)
{
    if (!result) {
        Q_EMIT finished(printFailure(result.error(), m_invocation.json, kRefused));
        return;
    }
    for (const QString &note : notes) {
        printError(QStringLiteral("howdah: %1\n").arg(note));
    }
    if (m_invocation.json) {
        printJson({{QStringLiteral("done"), sentence},
                   {QStringLiteral("notes"), QJsonArray::fromStringList(notes)},
                   {QStringLiteral("result"), QStringLiteral("done")}});
    } else {
        print(sentence + QLatin1Char('\n'));
    }
    Q_EMIT finished(kDone);
}

} // namespace howdah::app
