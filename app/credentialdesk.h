// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>
#include <functional>
#include <vector>

#include "cluster/clusterconfig.h"
#include "keyring/keyring.h"
#include "toolfiles/standing.h"

namespace howdah::app {

/// Brings credentials of providers to where requests find them (HeldCredentials): out of the desktop's keyring, out of
/// a tool's own files, or as somebody enters them. Asks the keyring only where the environment does not do, and reads a
/// tool's files only when it is told to. Main thread; done is called once, and never after its end.
class CredentialDesk : public QObject {
    Q_OBJECT
public:
    explicit CredentialDesk(QObject *parent = nullptr);

    using Done = std::function<void(core::Result<void>)>;

    /// The accounts that the addresses of a cluster are asked with, also by a provider that may know them instead.
    static QStringList accountsOf(const cluster::ClusterConfig &config);
    /// Reads what the keyring has of a cluster's accounts, where one that its file names is complete nowhere else:
    /// nobody is asked for the keyring's password for nothing. Then done is called at once. An error says why the
    /// keyring is of no use; everything goes on without it.
    void load(const cluster::ClusterConfig &config, const Done &done);
    /// Whatever the environment has: what the keyring has beside it is to be told.
    void loadAll(const QStringList &accounts, const Done &done);

    std::vector<toolfiles::Standing> standings(const QStringList &accounts) const;

    /// In the keyring, or for this run only.
    enum class Place { Keyring, Run };
    void keep(const QString &account, const addresses::Values &values, Place place, const Done &done);
    /// The user has said yes to consentText(). The answer has the context's name and what is to be said of the files.
    void import(const QString &tool, const QString &context, Place place,
                std::function<void(core::Result<QStringList>)> done);
    /// From the keyring and from this run; the environment is not ours.
    void remove(const QString &account, const Done &done);

Q_SIGNALS:
    void changed(); ///< what requests go out with is another

private:
    void read(QStringList accounts, const Done &done);
    void hold(const QString &account, addresses::Source source, const addresses::Values &values);

    keyring::Keyring m_keyring;
    QSet<QString> m_read; ///< accounts that the keyring has told of
};

} // namespace howdah::app
