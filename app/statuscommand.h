// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "app/invocation.h"
#include "cluster/health.h"

namespace howdah::monitor {
class ClusterMonitor;
class Discovery;
} // namespace howdah::monitor

namespace howdah::app {

/// `status` and `check`: samples until every node has answered or said why not, prints one state, ends.
class StatusCommand : public QObject {
    Q_OBJECT
public:
    StatusCommand(Invocation invocation, QObject *parent = nullptr);
    ~StatusCommand() override;

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void monitorCluster(const cluster::ClusterConfig &config);
    void stateChanged(const cluster::ClusterState &state);
    void report();
    void fail(const core::Error &error);

    Invocation m_invocation;
    std::unique_ptr<monitor::Discovery> m_discovery;
    std::unique_ptr<monitor::ClusterMonitor> m_monitor;
    QTimer m_deadline;
    cluster::ClusterState m_state;
    bool m_reported = false;
};

} // namespace howdah::app
