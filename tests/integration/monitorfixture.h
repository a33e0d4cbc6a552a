// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

#include "cluster/topology.h"
#include "core/clock.h"
#include "monitor/clustermonitor.h"
#include "support/localcluster.h"

namespace howdah::testsupport {

/// Two servers on loopback, and a monitor that watches them or something else: what tests of sampling begin with.
class MonitorFixture : public QObject {
protected:
    void startServers()
    {
        LocalCluster::Options options;
        options.nodes = 2;
        options.settings = {QStringLiteral("wal_level=logical"), QStringLiteral("wal_retrieve_retry_interval=100ms")};
        auto servers = LocalCluster::start(options);
        QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
        m_servers = std::move(*servers);
    }

    // A test that failed half-way leaves no dead server to the next one.
    void reviveServers()
    {
        for (int i = 0; i < m_servers->nodeCount(); ++i) {
            m_servers->node(i).thaw();
            if (m_servers->node(i).pid() == 0) {
                QVERIFY(m_servers->node(i).start().ok());
            }
        }
    }

    void forget()
    {
        m_monitor.reset();
        m_state = {};
    }

    void watch(const cluster::ClusterConfig &config, const core::Clock &clock = core::systemClock())
    {
        m_states = 0;
        m_monitor = std::make_unique<monitor::ClusterMonitor>(config, clock);
        connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this,
                [this](const cluster::ClusterState &state) {
                    m_state = state;
                    ++m_states;
                });
        m_monitor->start();
        QTRY_VERIFY_WITH_TIMEOUT(
            m_state.snapshot && m_monitor->isSettled() && link() != key(cluster::LinkState::Connecting), 10'000);
    }

    void watchConninfo(const QString &conninfo)
    {
        cluster::ClusterConfig config;
        config.name = QStringLiteral("test");
        cluster::NodeConfig node;
        node.name = QStringLiteral("pg1");
        node.conninfo = conninfo;
        config.nodes.push_back(node);
        watch(config);
    }

    // As text: a failed comparison then says what it found.
    static QString key(cluster::LinkState state) { return cluster::linkKey(state); }
    QString link(std::size_t node = 0) const { return key(m_state.snapshot->nodes.at(node).link); }
    const cluster::NodeSample *sample(std::size_t node = 0) const
    {
        return m_state.snapshot->nodes.at(node).sample.get();
    }

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<monitor::ClusterMonitor> m_monitor;
    cluster::ClusterState m_state;
    int m_states = 0;
};

} // namespace howdah::testsupport
