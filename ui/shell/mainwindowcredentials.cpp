// SPDX-License-Identifier: GPL-3.0-or-later
// What providers of addresses are asked with, as far as the window is concerned: it shows names, and hands values on.
#include "shell/credentialsdialog.h"
#include "shell/mainwindow.h"

namespace howdah::shell {

void MainWindow::openCredentials(const QString &cluster)
{
    if (m_credentials) {
        m_credentials->close();
    }
    m_credentials = new CredentialsDialog(cluster, this);
    m_credentials->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_credentials, &CredentialsDialog::entered, this,
            [this, cluster](const QString &account, const addresses::Values &values, bool inKeyring) {
                Q_EMIT credentialsEntered(cluster, account, values, inKeyring);
            });
    connect(m_credentials, &CredentialsDialog::importRequested, this,
            [this, cluster](const QString &account, const QString &tool, const QString &context, bool inKeyring) {
                Q_EMIT credentialsImportRequested(cluster, account, tool, context, inKeyring);
            });
    connect(m_credentials, &CredentialsDialog::removeRequested, this,
            [this, cluster](const QString &account) { Q_EMIT credentialsRemoveRequested(cluster, account); });
    m_credentials->open();
    Q_EMIT credentialsRequested(cluster);
}

void MainWindow::setCredentials(const QString &cluster, const std::vector<toolfiles::Standing> &standings,
                                const QString &keyring)
{
    if (m_credentials && m_credentials->cluster() == cluster) {
        m_credentials->setStandings(standings, keyring);
    }
}

void MainWindow::credentialsAnswered(const QString &cluster, const QString &account, const QString &text, bool isError)
{
    if (m_credentials && m_credentials->cluster() == cluster) {
        m_credentials->say(account, text, isError);
    }
}

} // namespace howdah::shell
