// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QPointer>
#include <QThread>
#include <QTimer>
#include <functional>
#include <memory>

#include "app/credentialdesk.h"
#include "app/demo/demorunner.h"
#include "app/invocation.h"
#include "cluster/health.h"
#include "monitor/engine.h"
#include "operations/address/sight.h"
#include "operations/journalfollower.h"
#include "shell/mainwindow.h"

namespace howdah::app {

class AddressWatch;
class PatroniWatch;
class SwitchoverDesk;

/// `open`: the window wired to the engine. What the user wants goes from one to the other as a signal; what the engine
/// knows comes back as a value.
class WindowCommand : public QObject {
    Q_OBJECT
public:
    explicit WindowCommand(Invocation invocation);
    ~WindowCommand() override;

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void connectWindow();
    void openFirst();
    void openCluster(const cluster::ClusterConfig &config);
    bool refused(const cluster::ClusterConfig &config);
    void openOrSay(const QString &cluster);
    void closeCluster(const QString &name);
    void saveCluster(const cluster::ClusterConfig &config, const QString &path);
    void startDemo();
    void say(const core::Error &error);
    void sayWhatIsMissing(qsizetype outOf);
    static QStringList remembered();
    static void remember(const QString &place);
    static void forget(const QString &place);
    void rememberShown(const QString &name);
    void stateChanged(const cluster::ClusterState &state);
    void connectSwitchover();
    void openDesk(const QString &cluster);
    /// Runs what in the desk's thread, when there is a desk.
    void tellDesk(const std::function<void(SwitchoverDesk &)> &what);
    void tellDeskState(const cluster::ClusterState &state);
    void connectPatroni();
    /// Has Patroni asked about a cluster that it manages, as long as that is in front or has a dialog.
    void watchPatroni(const cluster::ClusterState &state);
    void endWatch(const QString &cluster);
    /// Runs what in the watch's thread, when there is one of that cluster.
    void tellWatch(const QString &cluster, const std::function<void(PatroniWatch &)> &what);
    /// Has the addresses of a cluster looked at as long as it is open.
    void watchAddresses(const cluster::ClusterState &state);
    void endAddressWatch(const QString &cluster);
    /// Whether the keyring was asked for what the addresses' providers want, or takes its time.
    bool isKeyringDone(const QString &cluster);
    void connectCredentials();
    void showCredentials(const QString &cluster);
    void answerCredentials(const QString &cluster, const QString &account, const core::Result<void> &result,
                           const QString &sentence);
    static CredentialDesk::Place placeOf(bool inKeyring);
    void writeRunbook(const QString &cluster, const operations::Plan &plan, const QString &path);
    void followJournal();
    void takeScreenshot();

    Invocation m_invocation;
    monitor::Engine m_engine;
    bool m_restoring = false; ///< what was open when the program last ended
    shell::MainWindow m_window;
    std::unique_ptr<demo::DemoRunner> m_demo;
    QHash<QString, QString> m_open;     ///< name → its file, by which it is found again; empty: it was typed
    std::vector<core::Error> m_missing; ///< why what was open before is not, while that is being opened again
    /// What was left half-way is part of whether a cluster is all right.
    cluster::ClusterState withJournal(const cluster::ClusterState &state) const;
    /// So are its addresses.
    cluster::ClusterState withMore(const cluster::ClusterState &state) const;

    operations::Journal m_leftOver;                   ///< of clusters that have such: their operations
    QHash<QString, cluster::ClusterConfig> m_configs; ///< by name, with the nodes that were discovered
    QPointer<SwitchoverDesk> m_desk;                  ///< of the dialog that is open; lives in the engine thread
    QString m_deskCluster;
    QHash<QString, QPointer<PatroniWatch>> m_watches;        ///< by cluster; they live in the engine thread
    QHash<QString, QPointer<AddressWatch>> m_addressWatches; ///< likewise
    QHash<QString, std::shared_ptr<const operations::address::Sights>> m_sights; ///< by cluster, as they were seen last
    CredentialDesk m_credentials;
    QHash<QString, QElapsedTimer> m_keyringAsked; ///< by cluster; not valid: it has answered
    QString m_pageWanted;
    QTimer m_screenshotDeadline;
    int m_statesBeforeScreenshot = 0;
    QThread m_journalThread; ///< waits for the disk, so that nobody else does
};

} // namespace howdah::app
