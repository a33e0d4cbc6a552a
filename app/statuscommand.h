// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include "app/clusterlook.h"
#include "app/invocation.h"
#include "cluster/health.h"

namespace howdah::app {

/// `status` and `check`: samples until every node has answered or said why not, prints one state, ends.
class StatusCommand : public QObject {
    Q_OBJECT
public:
    StatusCommand(Invocation invocation, QObject *parent = nullptr);

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void stateChanged(const cluster::ClusterState &state, bool conclusive);
    void report();
    void fail(const core::Error &error);

    Invocation m_invocation;
    ClusterLook m_look;
    QTimer m_deadline;
    cluster::ClusterState m_state;
    bool m_reported = false;
};

} // namespace howdah::app
