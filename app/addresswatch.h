// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <memory>

#include "operations/address/lookall.h"
#include "operations/address/sight.h"
#include "operations/livehands.h"

namespace howdah::app {

/// Looks at the addresses of one cluster for as long as a window has it open: who answers there every few seconds, over
/// a new connection as an application's, and the hosts less often; at once when another node is the primary. Lives in
/// the engine thread.
class AddressWatch : public QObject {
    Q_OBJECT
public:
    explicit AddressWatch(cluster::ClusterConfig config);
    ~AddressWatch() override;

    /// A new state of the cluster: what is seen is judged by it.
    void setState(const cluster::ClusterState &state);

    /// What providers are asked with is another: their answers are asked for anew with the next state.
    void lookAgain();

Q_SIGNALS:
    void sightsChanged(const std::shared_ptr<const howdah::operations::address::Sights> &sights);

private:
    bool isDue(const QElapsedTimer &last, qint64 everyMs) const;
    qint64 hostsMs() const;
    void look(bool hosts);
    void looked(const operations::address::LookAll::Found &found, bool hosts);

    cluster::ClusterConfig m_config;
    cluster::ClusterState m_state;
    operations::address::Sights m_sights;
    std::unique_ptr<operations::LiveHands> m_hands; ///< made in the engine thread
    operations::address::LookAll *m_look = nullptr;
    QElapsedTimer m_asked;
    QElapsedTimer m_hostsAsked;
    QString m_primary; ///< as the last look had it
};

} // namespace howdah::app
