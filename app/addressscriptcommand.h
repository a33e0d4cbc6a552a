// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "app/clusterlook.h"
#include "app/invocation.h"
#include "app/operationrun.h"
#include "operations/address/lookall.h"
#include "operations/address/promotescript.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {
class RepmgrGatherer;
} // namespace howdah::operations::switchover

namespace howdah::app {

/// `address CLUSTER script`: what repmgr's promote_command runs so that an address follows the primary.
class AddressScriptCommand : public QObject {
    Q_OBJECT
public:
    explicit AddressScriptCommand(Invocation invocation, QObject *parent = nullptr);
    ~AddressScriptCommand() override;

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void stateChanged(const cluster::ClusterState &state, bool conclusive);
    core::Result<cluster::AddressConfig> chosen() const;
    void askRepmgr();
    void askAddress();
    void write();
    void refuse(const core::Error &error);

    Invocation m_invocation;
    ClusterLook m_look;
    QTimer m_deadline;
    cluster::ClusterState m_state;
    std::unique_ptr<OperationRun> m_run; ///< for its hands
    operations::switchover::RepmgrGatherer *m_repmgr = nullptr;
    operations::address::LookAll *m_address = nullptr;
    operations::switchover::RepmgrFacts m_members;
    operations::address::PromoteFacts m_facts;
};

} // namespace howdah::app
