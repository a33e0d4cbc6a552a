// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <memory>

#include "cluster/clusterconfig.h"
#include "operations/finishing.h"
#include "operations/livehands.h"
#include "operations/probe/probe.h"
#include "operations/runner.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {
class Gatherer;
}

namespace howdah::app {

class MovePlanner;

/// What stands behind one dialog of an operation, in the engine thread: runs the plan that it is given. Of a switchover
/// and of a move of an address it makes the plans as well: asks the nodes what one needs, and makes one of each new
/// state.
class SwitchoverDesk : public QObject {
    Q_OBJECT
public:
    explicit SwitchoverDesk(cluster::ClusterConfig config);
    ~SwitchoverDesk() override;

public Q_SLOTS:
    void setState(const howdah::cluster::ClusterState &state);
    /// What providers are asked with is another: the next state has all asked anew.
    void lookAgain();
    /// From now on plans are of this target. natively: not through a manager.
    void plan(const QString &target, bool natively);
    /// From now on plans are of a move of that address to that node.
    void planMove(const QString &address, const QString &node);
    /// probes: an application of ours commits meanwhile; the plan is not begun when that can't.
    void run(const howdah::operations::Plan &plan, bool probes);
    /// Goes on with the operation of that journal file, or takes it back; refuses what can't be finished so.
    void finish(const QString &path, howdah::operations::Finish how);
    void cancel();

Q_SIGNALS:
    void begun(const QString &id); ///< the journal has it
    void planned(const howdah::operations::Plan &plan);
    /// Of those who could take over instead, each time after planned().
    void othersPlanned(const std::vector<howdah::operations::Plan> &plans);
    void stepChanged(int index, const howdah::operations::StepRecord &record);
    void actionChanged(int index, const howdah::operations::ActionNote &note);
    /// By which way a probe would commit; or why it can't.
    void probeKnown(const QString &through, int everyMs, const QString &problem);
    void measured(const howdah::operations::probe::Measured &measured);
    void outputArrived(const QString &node, const QString &line);
    void ended(howdah::operations::Outcome outcome, const QStringList &remains);

private:
    operations::LiveHands &hands();
    void begin(std::unique_ptr<operations::JournalWriter> journal, const operations::Plan &plan);
    void gather();
    void publish();
    operations::Plan planFor(const QString &target);
    void noteTrend();
    void readJournal();
    void tellProbe();
    void begin(const operations::Plan &plan);
    void notBegun(const QStringList &why);
    void runnerEnded(operations::Outcome outcome, const QStringList &remains);

    cluster::ClusterConfig m_config;
    cluster::ClusterState m_state;
    QString m_target;
    bool m_natively = false;
    std::unique_ptr<operations::LiveHands> m_hands; ///< made in the engine thread
    MovePlanner *m_mover = nullptr;                 ///< once an address is to be moved
    std::optional<operations::switchover::Facts> m_facts;
    operations::switchover::Gatherer *m_gatherer = nullptr;
    QElapsedTimer m_gathered;
    /// How a node was seen to replay.
    struct Replay {
        std::vector<qint64> toFlush;                         ///< bytes, over the last states
        std::vector<qint64> left;                            ///< bytes to replay, likewise
        std::optional<double> rate;                          ///< the most, bytes a second
        std::optional<std::pair<qint64, cluster::Lsn>> last; ///< monotonic ms and position of the last state
    };
    QHash<QString, Replay> m_replays; ///< by node
    /// What the journal had when it was looked at.
    struct Past {
        operations::switchover::Estimates estimates;
        std::optional<operations::Unfinished> unfinished;
        QStringList unreadable;
    };
    std::optional<Past> m_past;
    bool m_journalAsked = false;
    bool m_cancelled = false;
    QString m_toldPrimary; ///< for which probeKnown() was said
    std::unique_ptr<operations::probe::Probe> m_probe;
    std::unique_ptr<operations::Runner> m_runner;
};

} // namespace howdah::app
