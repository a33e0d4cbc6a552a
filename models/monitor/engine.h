// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QMutex>
#include <QObject>
#include <QThread>
#include <QTimer>

#include "cluster/health.h"
#include "monitor/discoveryfacts.h"

namespace howdah::monitor {

class ClusterMonitor;
class Discovery;

/// The engine thread's door: lives in the window's thread and passes wishes in and values out. Every socket and timer
/// behind it lives in a thread of its own. When the window is slow it gets the newest state only, never a backlog.
class Engine : public QObject {
    Q_OBJECT
public:
    explicit Engine(QObject *parent = nullptr);
    /// Ends the thread; nothing is emitted afterwards.
    ~Engine() override;

    /// Starts to sample; a cluster of that name which is open already is replaced. When only one node is named, the
    /// rest is discovered first. Only states of the newest opening are delivered from here on.
    void openCluster(const cluster::ClusterConfig &config);
    /// No state of that cluster is delivered any more, not even one that waits to be.
    void closeCluster(const QString &name);
    /// Reads everything anew, also what is read seldom, and connects without waiting for the backoff. While the other
    /// nodes are still being found, this and setPaused() count from the moment when they are.
    void refresh(const QString &name);
    void setPaused(const QString &name, bool paused);
    /// Ends in discovered() or discoveryFailed(); one at a time, a new one replaces the one before.
    void discover(const QString &conninfo);

    /// Moves an object without a parent into the engine thread, where it ends with it.
    void adopt(QObject *object);

Q_SIGNALS:
    /// The nodes of a cluster are known, also those that were discovered; it is sampled from now on.
    void clusterKnown(const howdah::cluster::ClusterConfig &config);
    void discovered(const howdah::monitor::DiscoveryResult &result);
    void discoveryFailed(const howdah::core::Error &error);
    void stateChanged(const howdah::cluster::ClusterState &state);

private:
    /// A cluster from openCluster() to closeCluster(). Engine thread only.
    struct Opening {
        quint64 run = 0;                   ///< tells it from an earlier one of the same name
        Discovery *completing = nullptr;   ///< while the other nodes are being found
        ClusterMonitor *monitor = nullptr; ///< from then on
        bool paused = false;               ///< asked for while completing
        bool refresh = false;              ///< likewise
    };
    struct Posted {
        quint64 run = 0;
        cluster::ClusterState state;
    };

    void complete(const cluster::ClusterConfig &config);        // engine thread
    void monitorCluster(const cluster::ClusterConfig &config);  // engine thread
    void end(const QString &name);                              // engine thread
    void post(quint64 run, const cluster::ClusterState &state); // engine thread
    void deliver();                                             // window thread
    void forgetNewest(const QString &name);

    QThread m_thread;
    QObject *m_room = nullptr; ///< lives in the engine thread, parent of all monitors
    // Engine thread only.
    QHash<QString, Opening> m_openings;
    Discovery *m_discovery = nullptr; ///< the one asked for by discover()
    // Window's thread only.
    int m_discoverRun = 0; ///< tells a late answer from the one that is awaited
    quint64 m_lastRun = 0;
    QHash<QString, quint64> m_runs; ///< of the clusters that are open

    QMutex m_mutex;
    QHash<QString, Posted> m_newest;
    bool m_deliveryPending = false;
    QTimer m_rest; ///< window thread; between two deliveries
};

} // namespace howdah::monitor
