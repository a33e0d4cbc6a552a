// SPDX-License-Identifier: GPL-3.0-or-later
#include "managers/repmgr.h"

namespace howdah::managers {

QByteArray repmgrNodesSql()
{
    return "SELECT node_id, upstream_node_id, active, node_name, type, location, priority, conninfo, slot_name, "
           "config_file FROM repmgr.nodes ORDER BY node_id";
}

std::vector<RepmgrNode> readRepmgrNodes(const postgres::Rows &rows)
{
    const int id = rows.column("node_id");
    const int upstream = rows.column("upstream_node_id");
    const int active = rows.column("active");
    const int name = rows.column("node_name");
    const int type = rows.column("type");
    const int location = rows.column("location");
    const int priority = rows.column("priority");
    const int conninfo = rows.column("conninfo");
    const int slot = rows.column("slot_name");
    const int config = rows.column("config_file");

    std::vector<RepmgrNode> nodes;
    for (int row = 0; row < rows.count(); ++row) {
        RepmgrNode node;
        node.id = static_cast<int>(rows.integer(row, id).value_or(0));
        if (const auto value = rows.integer(row, upstream)) {
            node.upstreamId = static_cast<int>(*value);
        }
        node.active = rows.flag(row, active);
        node.name = rows.name(row, name);
        node.type = rows.name(row, type);
        node.location = rows.name(row, location);
        node.priority = static_cast<int>(rows.integer(row, priority).value_or(0));
        node.conninfo = rows.text(row, conninfo);
        node.slotName = rows.name(row, slot);
        node.configFile = rows.name(row, config);
        nodes.push_back(node);
    }
    return nodes;
}

QByteArray repmgrLocalNodeSql()
{
    return "SELECT repmgr.get_local_node_id() AS local_id";
}

} // namespace howdah::managers
