// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "app/credentialdesk.h"
#include "cluster/clusterconfig.h"
#include "cluster/health.h"
#include "core/error.h"

namespace howdah::monitor {
class ClusterMonitor;
class Discovery;
} // namespace howdah::monitor

namespace howdah::app {

/// Finds a cluster, asks one node for the others where only one is named, and the desktop's keyring for the credentials
/// of its addresses' providers, and samples it for those who look once.
class ClusterLook : public QObject {
    Q_OBJECT
public:
    explicit ClusterLook(QObject *parent = nullptr);
    ~ClusterLook() override;

    /// Before start(): who manages the cluster is found out where its file does not say, as whoever acts must know.
    void askWhoManages() { m_asksWhoManages = true; }
    /// Before start(): whoever comes again and again, with nobody there, asks no desktop for its keyring.
    void leaveKeyring() { m_asksKeyring = false; }
    /// CLUSTER of the command line.
    void start(const QString &cluster);
    /// What is watched: complete when the first state has come.
    const cluster::ClusterConfig &config() const { return m_config; }
    void stop();

Q_SIGNALS:
    /// There is no such cluster; nothing follows.
    void failed(const howdah::core::Error &error);
    /// The cluster is known, and its nodes are being asked.
    void started();
    /// A state a tick; conclusive when every node has answered or said why not.
    void stateChanged(const howdah::cluster::ClusterState &state, bool conclusive);

private:
    void watch(const cluster::ClusterConfig &config);
    void sample();

    bool m_asksWhoManages = false;
    bool m_asksKeyring = true;
    cluster::ClusterConfig m_config;
    CredentialDesk m_credentials;
    std::unique_ptr<monitor::Discovery> m_discovery;
    std::unique_ptr<monitor::ClusterMonitor> m_monitor;
};

} // namespace howdah::app
