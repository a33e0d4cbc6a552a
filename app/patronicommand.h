// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "app/clusterlook.h"
#include "app/invocation.h"
#include "app/operationrun.h"
#include "operations/patroni/patronifacts.h"

namespace howdah::app {

/// `patroni`: asks Patroni about a cluster and prints it, or has it do something: checks, the plan, its run.
class PatroniCommand : public QObject {
    Q_OBJECT
public:
    PatroniCommand(Invocation invocation, QObject *parent = nullptr);
    ~PatroniCommand() override;

    void start();
    /// Somebody wants it to end; false when no operation runs.
    bool interrupt() { return m_run && m_run->interrupt(); }

Q_SIGNALS:
    void finished(int exitCode);

private:
    void gather();
    void gathered(const operations::patroni::PatroniFacts &facts);
    void show(const operations::patroni::PatroniFacts &facts);
    void showHistory(const QString &base);
    void act(const operations::patroni::PatroniFacts &facts);
    void tell(const QString &text, QJsonObject object);

    Invocation m_invocation;
    ClusterLook m_look;
    QTimer m_deadline;
    cluster::ClusterState m_state;
    std::unique_ptr<OperationRun> m_run;
    operations::patroni::PatroniGatherer *m_gatherer = nullptr;
};

} // namespace howdah::app
