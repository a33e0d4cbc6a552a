// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/peeraddress.h"

#include <QHostAddress>

#include "cluster/positions.h"
#include "postgres/conninfo.h"

namespace howdah::operations {

std::pair<QString, QString> addressForPeers(const cluster::ClusterConfig &config, const cluster::ClusterState &state,
                                            int node)
{
    const cluster::NodeStatus &status = state.snapshot->nodes[cluster::at(node)];
    QString port = status.sample ? status.sample->setting(QLatin1String("port")) : QString();
    QString host;
    for (const cluster::NodeConfig &one : config.nodes) {
        const auto conninfo = postgres::Conninfo::parse(one.conninfo);
        if (one.name == status.name && conninfo) {
            const postgres::Conninfo::Place place = conninfo->places().front();
            host = place.isSocket() ? QString() : place.host.isEmpty() ? place.hostaddr : place.host;
            port = port.isEmpty() ? place.port : port;
        }
    }
    const bool here = host.isEmpty() || host == QLatin1String("localhost") || QHostAddress(host).isLoopback();
    if (here) {
        for (const cluster::Edge &edge : state.assessment->topology.edges) {
            if (edge.to == node && edge.sender && !edge.sender->clientAddr.isEmpty()) {
                host = edge.sender->clientAddr;
            }
        }
    }
    return {host.isEmpty() ? status.hostaddr : host, port};
}

} // namespace howdah::operations
