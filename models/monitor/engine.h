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
    /// rest is discovered first.
    void openCluster(const cluster::ClusterConfig &config);
    void closeCluster(const QString &name);
    /// Reads everything anew, also what is read seldom, and connects without waiting for the backoff.
    void refresh(const QString &name);
    void setPaused(const QString &name, bool paused);
    /// Ends in discovered() or discoveryFailed(); one at a time, a new one replaces the one before.
    void discover(const QString &conninfo);

Q_SIGNALS:
    void discovered(const howdah::monitor::DiscoveryResult &result);
    void discoveryFailed(const howdah::core::Error &error);
    void stateChanged(const howdah::cluster::ClusterState &state);

private:
    void monitorCluster(const cluster::ClusterConfig &config); // engine thread
    void post(const cluster::ClusterState &state);             // engine thread
    void deliver();                                            // window thread

    QThread m_thread;
    QObject *m_room = nullptr; ///< lives in the engine thread, parent of all monitors
    // Engine thread only.
    QHash<QString, ClusterMonitor *> m_monitors;
    QHash<QString, Discovery *> m_completing; ///< clusters whose other nodes are being found
    Discovery *m_discovery = nullptr;         ///< the one asked for by discover()
    int m_discoverRun = 0;                    ///< window's thread: tells a late answer from the one that is awaited

    QMutex m_mutex;
    QHash<QString, cluster::ClusterState> m_newest;
    bool m_deliveryPending = false;
    QTimer m_rest; ///< window thread; between two deliveries
};

} // namespace howdah::monitor
