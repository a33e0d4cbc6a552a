// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <memory>

#include "cluster/health.h"
#include "operations/livehands.h"
#include "operations/patroni/patronifacts.h"

namespace howdah::app {

/// Asks Patroni about one cluster, for a window that shows it: every now and then as states come, more often while
/// somebody makes a plan of it. Lives in the engine thread.
class PatroniWatch : public QObject {
    Q_OBJECT
public:
    explicit PatroniWatch(cluster::ClusterConfig config);
    ~PatroniWatch() override;

    /// A new state of the cluster; Patroni is asked when its last answer is too old.
    void setState(const cluster::ClusterState &state);
    /// Asks now, or as soon as what is being asked was answered: that may be older than what the caller knows.
    void ask(bool closely);
    void askHistory();

Q_SIGNALS:
    void factsChanged(const std::shared_ptr<const howdah::operations::patroni::PatroniFacts> &facts);
    void historyRead(const std::vector<howdah::managers::PatroniTurn> &turns);
    void historyFailed(const howdah::core::Error &error);

private:
    void gather();
    operations::LiveHands &hands();

    cluster::ClusterConfig m_config;
    cluster::ClusterState m_state;
    std::unique_ptr<operations::LiveHands> m_hands; ///< made in the engine thread
    operations::patroni::PatroniGatherer *m_gatherer = nullptr;
    QElapsedTimer m_asked;
    QString m_base; ///< who answered last
    bool m_closely = false;
    bool m_again = false;
};

} // namespace howdah::app
