// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology.h"

namespace howdah::cluster {

Topology buildTopology(const Snapshot &snapshot)
{
    Topology topology;
    topology.places.resize(snapshot.nodes.size());
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        const NodeStatus &node = snapshot.nodes[i];
        Place &place = topology.places[i];
        place.node = static_cast<int>(i);
        if (node.kind == NodeKind::Witness) {
            place.role = NodeRole::Witness;
        } else if (node.sample) {
            place.role = node.sample->inRecovery ? NodeRole::Standby : NodeRole::Primary;
        }
        place.roleIsStale = node.sample && !isFresh(snapshot, node);
        place.writable = place.role == NodeRole::Primary && !place.roleIsStale;
        if (place.writable) {
            topology.writable.push_back(place.node);
        }
    }
    topology.primary = topology.writable.size() == 1 ? topology.writable.front() : -1;
    return topology;
}

} // namespace howdah::cluster
