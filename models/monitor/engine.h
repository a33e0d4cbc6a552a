// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QMutex>
#include <QObject>
#include <QThread>

#include "cluster/health.h"

namespace howdah::monitor {

class ClusterMonitor;

/// The engine thread's door: lives in the window's thread and passes wishes in and values out. Every socket and timer
/// behind it lives in a thread of its own. When the window is slow it gets the newest state only, never a backlog.
class Engine : public QObject {
    Q_OBJECT
public:
    explicit Engine(QObject *parent = nullptr);
    /// Ends the thread; nothing is emitted afterwards.
    ~Engine() override;

    /// Starts to sample; a cluster of that name which is open already is replaced.
    void openCluster(const cluster::ClusterConfig &config);
    void closeCluster(const QString &name);
    /// Reads everything anew, also what is read seldom, and connects without waiting for the backoff.
    void refresh(const QString &name);
    void setPaused(const QString &name, bool paused);

Q_SIGNALS:
    void stateChanged(const howdah::cluster::ClusterState &state);

private:
    void post(const cluster::ClusterState &state); // engine thread
    void deliver();                                // window thread

    QThread m_thread;
    QObject *m_room = nullptr;                   ///< lives in the engine thread, parent of all monitors
    QHash<QString, ClusterMonitor *> m_monitors; ///< engine thread only

    QMutex m_mutex;
    QHash<QString, cluster::ClusterState> m_newest;
    bool m_deliveryPending = false;
};

} // namespace howdah::monitor
