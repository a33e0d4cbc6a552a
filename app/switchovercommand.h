// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "app/clusterlook.h"
#include "app/invocation.h"
#include "app/operationrun.h"
#include "operations/switchover/gather.h"

namespace howdah::app {

/// `switchover`: looks, checks, shows the plan, and runs it when it is told to.
class SwitchoverCommand : public QObject {
    Q_OBJECT
public:
    SwitchoverCommand(Invocation invocation, QObject *parent = nullptr);
    ~SwitchoverCommand() override;

    void start();
    /// Somebody wants it to end; false when no operation runs.
    bool interrupt() { return m_run && m_run->interrupt(); }

Q_SIGNALS:
    void finished(int exitCode);

private:
    void stateChanged(const cluster::ClusterState &state, bool conclusive);
    void gathered(const operations::switchover::Facts &facts);
    void run(const operations::Plan &plan);

    Invocation m_invocation;
    ClusterLook m_look;
    QTimer m_deadline;
    cluster::ClusterState m_state;
    int m_states = 0; ///< conclusive ones
    std::unique_ptr<OperationRun> m_run;
    operations::switchover::Gatherer *m_gatherer = nullptr;
};

} // namespace howdah::app
