// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QTemporaryDir>
#include <vector>

#include "cluster/clusterconfig.h"

namespace howdah::bench {

/// The program with its window, as a process of its own, without a display and with a home of its own, and what the
/// probe inside it tells. Ends with the object.
class ConsoleWindow {
public:
    /// One stretch in which the window's thread was busy.
    struct Stretch {
        qint64 startNs = 0; ///< of CLOCK_MONOTONIC
        qint64 wallNs = 0;
        qint64 cpuNs = 0;
        bool painted = false;
    };

    ConsoleWindow(const std::vector<cluster::ClusterConfig> &clusters, const QStringList &arguments);
    ~ConsoleWindow();
    Q_DISABLE_COPY_MOVE(ConsoleWindow)

    static qint64 nowNs();
    qint64 pid() const { return m_process.processId(); }

    /// Until the status line has said that many nodes of the shown cluster answer. False when it never did.
    bool waitForNodes(int count, int milliseconds);
    double firstPaintMs() const { return milliseconds(m_firstPaintNs); } ///< since the process was started
    double firstLiveMs() const { return milliseconds(m_firstLiveNs); }   ///< one node's state has been painted
    double allNodesMs() const { return milliseconds(m_allNodesNs); }
    qint64 statesSeen() const { return m_states; }
    QString lastState() const { return m_lastState; }
    const std::vector<Stretch> &stretches() const { return m_stretches; }

private:
    void read();
    double milliseconds(qint64 ns) const { return static_cast<double>(ns - m_startNs) / 1e6; }

    QTemporaryDir m_home;
    QProcess m_process;
    qint64 m_startNs = 0;
    qint64 m_firstPaintNs = 0;
    qint64 m_firstLiveNs = 0;
    qint64 m_allNodesNs = 0;
    qint64 m_states = 0;
    int m_wantedNodes = 0;
    QString m_lastState;
    std::vector<Stretch> m_stretches;
};

} // namespace howdah::bench
