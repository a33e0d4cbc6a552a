// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>

#include "hosts/hostfacts.h"
#include "operations/hands.h"
#include "operations/switchover/access.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// Asks every node of a cluster what a plan needs to know beside its sample: what the acting session may do, and how
/// its host starts and stops the server. All nodes at once; what can't be asked is a fact as well. Used once. Engine
/// thread.
class Gatherer : public QObject {
    Q_OBJECT
public:
    /// hands must outlive it.
    Gatherer(cluster::ClusterConfig config, cluster::ClusterState state, Hands &hands, QObject *parent = nullptr);

    /// done is called once, within some seconds.
    void start(std::function<void(Facts)> done);

private:
    void askRights(const QString &node, int version);
    void askHba(const QString &node);
    void askFileSettings(const QString &node);
    void askHost(const QString &node);
    void askPatroni();
    void askMonitor();
    void askAddress(const cluster::AddressConfig &address);
    void askPooler(const QString &name);
    void askWholePooler(const QString &name);
    void askPoolerVersion(const QString &name);
    void one();
    bool isDoneByHosts() const;
    void askFollowers();
    void askManager();

    Facts m_facts;
    Hands &m_hands;
    std::function<void(Facts)> m_done;
    QHash<QString, QString> m_pidFiles; ///< by node
    int m_left = 0;
};

} // namespace howdah::operations::switchover
