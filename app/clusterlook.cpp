// SPDX-License-Identifier: GPL-3.0-or-later
#include "clusterlook.h"

#include "app/clusters.h"
#include "app/output.h"
#include "core/clock.h"
#include "monitor/clustermonitor.h"
#include "monitor/completion.h"
#include "monitor/discovery.h"

namespace howdah::app {

ClusterLook::ClusterLook(QObject *parent)
    : QObject(parent)
{
}

ClusterLook::~ClusterLook() = default;

void ClusterLook::start(const QString &cluster)
{
    const auto config = findCluster(cluster);
    if (!config) {
        Q_EMIT failed(config.error());
        return;
    }
    const bool acts = m_asksWhoManages && config->manager == cluster::ManagerKind::Auto;
    if (!monitor::needsDiscovery(*config) && !acts) {
        watch(*config);
        return;
    }
    monitor::DiscoveryOptions options;
    options.patroniUrl = config->patroniUrl;
    options.autoFailoverMonitor = config->autoFailoverMonitor;
    m_discovery = std::make_unique<monitor::Discovery>(options);
    connect(m_discovery.get(), &monitor::Discovery::finished, this,
            [this, one = *config](const core::Result<monitor::DiscoveryResult> &result) {
                // A node that can't be reached is worth a status too: it says why.
                watch(result ? monitor::completed(one, *result) : one);
            });
    m_discovery->start(config->nodes.front().conninfo);
}

void ClusterLook::watch(const cluster::ClusterConfig &config)
{
    m_config = config;
    if (!m_asksKeyring) {
        sample();
        return;
    }
    m_credentials.load(config, [this](const core::Result<void> &keyring) {
        sayKeyring(keyring);
        sample();
    });
}

void ClusterLook::sample()
{
    m_monitor = std::make_unique<monitor::ClusterMonitor>(m_config, core::systemClock());
    connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this, [this](const cluster::ClusterState &state) {
        Q_EMIT stateChanged(state, cluster::isConclusive(*state.snapshot));
    });
    Q_EMIT started();
    m_monitor->start();
}

void ClusterLook::stop()
{
    if (m_monitor) {
        disconnect(m_monitor.get(), nullptr, this, nullptr);
        m_monitor.release()->deleteLater(); // we may be within its signal
    }
}

} // namespace howdah::app
