// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "app/clusterlook.h"
#include "app/invocation.h"
#include "app/operationrun.h"
#include "operations/address/lookall.h"

namespace howdah::app {

/// `address`: who has each address of a cluster and who answers there, or the move of one of them.
class AddressCommand : public QObject {
    Q_OBJECT
public:
    explicit AddressCommand(Invocation invocation, QObject *parent = nullptr);
    ~AddressCommand() override;

    void start();
    /// Somebody wants it to end; false when no operation runs.
    bool interrupt() { return m_run && m_run->interrupt(); }

Q_SIGNALS:
    void finished(int exitCode);

private:
    void stateChanged(const cluster::ClusterState &state, bool conclusive);
    void look();
    void show();
    void assign();

    Invocation m_invocation;
    ClusterLook m_look;
    QTimer m_deadline;
    cluster::ClusterState m_state;
    std::unique_ptr<OperationRun> m_run;
    operations::address::LookAll *m_addresses = nullptr; ///< once they are asked
    operations::address::LookAll::Found m_facts;
};

} // namespace howdah::app
