// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <functional>

#include "cluster/clusterconfig.h"
#include "operations/address/facts.h"
#include "operations/hands.h"

namespace howdah::operations::address {

/// Asks who answers on one address, of one that stands on hosts which of them have it and could take it and who moves
/// addresses there by himself, of "haproxy" what the gateways do (GatewayLook), and of those that are asked over HTTP
/// what they say (CloudLook): all at once, what can't be asked is a fact as well. Changes nothing. Used once. Engine
/// thread.
class Look : public QObject {
    Q_OBJECT
public:
    /// hands must outlive it.
    Look(cluster::AddressConfig address, Hands &hands, QObject *parent = nullptr);

    enum class Depth {
        Server, ///< who answers PostgreSQL there, and nothing else: cheap, on a new connection
        Whole,  ///< and the hosts, the gateways, or the provider
        Spare,  ///< as Whole, but without a provider that shuts out who comes with a wrong password again and again
    };
    /// hosts: who may have it; a witness has a host as well. done is called once, within some seconds; a provider that
    /// is busy may take 15.
    void start(const std::vector<cluster::NodeConfig> &hosts, std::function<void(Facts)> done,
               Depth depth = Depth::Whole);

private:
    void askServer();
    void askCertificate();
    void askGateways(const std::vector<cluster::NodeConfig> &hosts);
    void askClaims(const QString &node);
    void askFitness(const QString &node);
    void askLinks(const std::vector<cluster::NodeConfig> &hosts);
    void askOwners(const QString &node, bool asRoot);
    void askHost(const QString &node, const char *script, const QStringList &words, bool asRoot,
                 std::function<void(const QString &why, const QString &said)> done);
    void one();

    cluster::AddressConfig m_address;
    Hands &m_hands;
    Facts m_facts;
    std::function<void(Facts)> m_done;
    QElapsedTimer m_asked;
    int m_port = 0; ///< to ask for the certificate there; 0: it is not asked for
    int m_left = 0;
};

/// What a host has said, line by line; of what it does not understand nothing is taken.
std::vector<Claim> claimsFrom(const QString &node, const QString &output);
Fitness fitnessFrom(const QString &output);

} // namespace howdah::operations::address
