// SPDX-License-Identifier: GPL-3.0-or-later
// What the window gives and takes of credentials, and when the keyring is read: as a cluster that needs it is opened.
#include "app/addresswatch.h"
#include "app/switchoverdesk.h"
#include "app/windowcommand.h"

namespace howdah::app {

void WindowCommand::connectCredentials()
{
    using shell::MainWindow;
    connect(&m_window, &MainWindow::credentialsRequested, this, &WindowCommand::showCredentials);
    connect(&m_window, &MainWindow::credentialsEntered, this,
            [this](const QString &cluster, const QString &account, const addresses::Values &values, bool inKeyring) {
                m_credentials.keep(account, values, placeOf(inKeyring),
                                   [this, cluster, account, inKeyring](const core::Result<void> &kept) {
                                       answerCredentials(cluster, account, kept,
                                                         inKeyring ? tr("Kept in the desktop's keyring.")
                                                                   : tr("Held until the console is closed."));
                                   });
            });
    connect(&m_window, &MainWindow::credentialsImportRequested, this,
            [this](const QString &cluster, const QString &account, const QString &tool, const QString &context,
                   bool inKeyring) {
                m_credentials.import(tool, context, placeOf(inKeyring),
                                     [this, cluster, account, tool](const core::Result<QStringList> &said) {
                                         const QString sentence =
                                             said ? tr("Taken from \"%1\" of %2. %3")
                                                        .arg(said->first(), tool, said->mid(1).join(QLatin1Char(' ')))
                                                  : QString();
                                         answerCredentials(cluster, account,
                                                           said ? core::Result<void>() : tl::unexpected(said.error()),
                                                           sentence.trimmed());
                                     });
            });
    connect(&m_window, &MainWindow::credentialsRemoveRequested, this,
            [this](const QString &cluster, const QString &account) {
                m_credentials.remove(account, [this, cluster, account](const core::Result<void> &removed) {
                    answerCredentials(cluster, account, removed, tr("Removed from the keyring and from this console."));
                });
            });
    connect(&m_credentials, &CredentialDesk::changed, this, [this] {
        for (const QPointer<AddressWatch> &watch : std::as_const(m_addressWatches)) {
            if (watch) { // what it saw was asked with others
                QMetaObject::invokeMethod(watch.data(), &AddressWatch::lookAgain);
            }
        }
        tellDesk([](SwitchoverDesk &desk) { desk.lookAgain(); });
    });
}

CredentialDesk::Place WindowCommand::placeOf(bool inKeyring)
{
    return inKeyring ? CredentialDesk::Place::Keyring : CredentialDesk::Place::Run;
}

void WindowCommand::answerCredentials(const QString &cluster, const QString &account, const core::Result<void> &result,
                                      const QString &sentence)
{
    const QString said =
        result ? sentence : (result.error().message + QLatin1Char(' ') + result.error().hint).trimmed();
    m_window.credentialsAnswered(cluster, account, said, !result);
    showCredentials(cluster);
}

void WindowCommand::showCredentials(const QString &cluster)
{
    const QStringList accounts = CredentialDesk::accountsOf(m_configs.value(cluster));
    m_credentials.loadAll(accounts, [this, cluster, accounts](const core::Result<void> &keyring) {
        m_window.setCredentials(cluster, m_credentials.standings(accounts),
                                keyring ? QString() : keyring.error().message);
    });
}

} // namespace howdah::app
