// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>

#include "app/credentialdesk.h"
#include "app/invocation.h"
#include "app/operationrun.h"

namespace howdah::app {

/// `journal`: what was done to a cluster, and the end of what was interrupted.
class JournalCommand : public QObject {
    Q_OBJECT
public:
    JournalCommand(Invocation invocation, QObject *parent = nullptr);
    ~JournalCommand() override;

    void start();
    /// Somebody wants it to end; false when no operation runs.
    bool interrupt() { return m_run && m_run->interrupt(); }

Q_SIGNALS:
    void finished(int exitCode);

private:
    const operations::Operation *finishable(const operations::Journal &journal, operations::Finish how) const;
    core::Error noSuchOperation(const operations::Journal &journal) const;
    QString howToFinish(const operations::Journal &journal, const operations::Operation &operation) const;
    int show(const operations::Journal &journal, const QString &cluster) const;
    void finish(const operations::Journal &journal, const cluster::ClusterConfig &config);

    Invocation m_invocation;
    CredentialDesk m_credentials;
    std::unique_ptr<OperationRun> m_run;
};

} // namespace howdah::app
