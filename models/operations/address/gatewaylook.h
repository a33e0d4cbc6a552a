// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>

#include "cluster/clusterconfig.h"
#include "operations/address/facts.h"
#include "operations/hands.h"

namespace howdah::operations::address {

/// Asks every gateway of an address of provider "haproxy" what its backend does, all at once, and resolves the hosts of
/// the nodes, by which its servers are told. Changes nothing. Used once. Engine thread.
class GatewayLook : public QObject {
    Q_OBJECT
public:
    /// hands must outlive it.
    GatewayLook(cluster::AddressConfig address, Hands &hands, QObject *parent = nullptr);

    /// done is called once, within some 8 s, with facts of which only the gateways and nodeIps are known; never from
    /// within the call.
    void start(const std::vector<cluster::NodeConfig> &nodes, std::function<void(Facts)> done);

private:
    void ask(std::size_t gateway);
    void resolve(const cluster::NodeConfig &node);
    void one();

    cluster::AddressConfig m_address;
    Hands &m_hands;
    Facts m_facts;
    std::function<void(Facts)> m_done;
    int m_left = 0;
    int m_unresolved = 0;
};

} // namespace howdah::operations::address
