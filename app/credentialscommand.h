// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/credentialdesk.h"
#include "app/invocation.h"
#include "app/terminal.h"

namespace howdah::app {

/// `credentials`: what this console has to ask providers with, where that comes from, and how it gets into the
/// desktop's keyring. Never shows a value.
class CredentialsCommand : public QObject {
    Q_OBJECT
public:
    explicit CredentialsCommand(Invocation invocation, QObject *parent = nullptr);

    void start();
    /// Nothing of it needs to be taken back; what is typed is seen again.
    bool interrupt() { return false; }

Q_SIGNALS:
    void finished(int exitCode);

private:
    void list(const core::Result<void> &keyring);
    void import();
    void readFiles();
    void set();
    void choose(const addresses::ProviderInfo &info, std::size_t set);
    void askField(const addresses::ProviderInfo &info, std::size_t field);
    void readLines(const addresses::ProviderInfo &info);
    void takeLine(const addresses::ProviderInfo &info, const QString &line);
    void keep();
    void remove();
    void end(const core::Result<void> &result, const QString &sentence, const QStringList &notes = {});
    QString title() const;

    Invocation m_invocation;
    CredentialDesk m_desk;
    Terminal m_terminal;
    std::vector<addresses::Field> m_fields; ///< that a person is asked for
    std::size_t m_set = 0;                  ///< of the provider's sets of credentials
    addresses::Values m_values;
};

} // namespace howdah::app
