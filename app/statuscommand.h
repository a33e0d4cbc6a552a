// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "app/clusterlook.h"
#include "app/invocation.h"
#include "cluster/health.h"
#include "operations/address/lookall.h"
#include "operations/address/sight.h"
#include "operations/livehands.h"

namespace howdah::app {

/// `status` and `check`: samples until every node has answered or said why not, asks about the addresses, prints one
/// state, ends.
class StatusCommand : public QObject {
    Q_OBJECT
public:
    StatusCommand(Invocation invocation, QObject *parent = nullptr);

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void stateChanged(const cluster::ClusterState &state, bool conclusive);
    /// Where the cluster file has addresses they are asked about as well.
    void lookAtAddresses();
    void report();
    void fail(const core::Error &error);

    Invocation m_invocation;
    ClusterLook m_look;
    QTimer m_deadline;
    cluster::ClusterState m_state;
    bool m_reported = false;
    std::unique_ptr<operations::LiveHands> m_hands;
    operations::address::LookAll *m_addresses = nullptr; ///< once they are asked
    operations::address::Sights m_sights;
};

} // namespace howdah::app
