// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>

#include "app/invocation.h"
#include "operations/finishing.h"
#include "operations/livehands.h"
#include "operations/probe/probe.h"
#include "operations/runner.h"

class QSocketNotifier;

namespace howdah::app {

/// An error where a file is there: somebody may go by it.
core::Result<void> mayWriteRunbook(const QString &path);

/// Runs one operation for the command line: prints its steps as they end, takes Ctrl-C for a wish to cancel, and ends
/// with the exit code that the outcome asks for.
class OperationRun : public QObject {
    Q_OBJECT
public:
    /// asNamed: the cluster as the command line takes it, for the commands that finish what ends half-way.
    OperationRun(bool json, cluster::ClusterConfig config, QString asNamed, QObject *parent = nullptr);
    ~OperationRun() override;

    operations::LiveHands &hands() { return *m_hands; }

    void start(const operations::Plan &plan);
    /// Shows it, and writes its runbook where one is asked for, over no file that is there. True when its checks and
    /// what was asked for let it be started: see reasonNotToRun(). Else all is said, and finished() was emitted.
    bool offer(const operations::Plan &plan, const Invocation &invocation);
    /// The same, while a probe commits through settings; not begun when that can't.
    void start(const operations::Plan &plan, const operations::probe::Settings &settings);
    /// Goes on with the operation of that journal file, or takes it back.
    void finish(const QString &path, operations::Finish how);
    /// Somebody wants it to end: what can be taken back is, and the rest goes on. False: nothing runs yet.
    bool interrupt();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void take(std::unique_ptr<operations::JournalWriter> journal, const operations::Plan &plan);
    void printOutput(const QString &node, const QString &line) const;
    void stepChanged(int index, const operations::StepRecord &record);
    void ended(operations::Outcome outcome, const QStringList &remains);
    QString cameOf(operations::Outcome outcome, const std::optional<operations::probe::Measured> &measured) const;
    void report(operations::Outcome outcome, const QStringList &remains,
                const std::optional<operations::probe::Measured> &measured);

    std::optional<operations::Operation> leftHalfWay() const;
    core::Result<void> writeRunbook(const operations::Plan &plan, const QString &path) const;

    bool m_json;
    cluster::ClusterConfig m_config;
    QString m_asNamed;
    std::unique_ptr<operations::LiveHands> m_hands;
    std::unique_ptr<operations::Runner> m_runner;
    std::unique_ptr<operations::probe::Probe> m_probe;
    qint64 m_startedMs = 0;
    std::optional<operations::Finish> m_takenUp; ///< an operation that another console has left, and how
    std::optional<qint64> m_tookMs;              ///< it has ended
};

} // namespace howdah::app
