// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "postgres/rows.h"

namespace howdah::managers {

/// A row of repmgr.nodes, with upstream_node_id and the rest as repmgr 4 and 5 have them.
/// https://www.repmgr.org/docs/current/repmgr-internals.html
struct RepmgrNode {
    int id = 0;
    std::optional<int> upstreamId;
    bool active = false; ///< false: repmgr takes it for failed
    QString name;
    QString type; ///< primary, standby, witness
    QString location;
    int priority = 0;
    QString conninfo; ///< how the nodes reach each other, with repmgr's own user; may hold a password
    QString slotName;
    QString configFile;

    bool isWitness() const { return type == QLatin1String("witness"); }
    bool operator==(const RepmgrNode &) const = default;
};

/// Reads repmgr.nodes. For a session in the database that has the extension; 42P01 and 3F000: it is not there.
QByteArray repmgrNodesSql();

/// What that SQL gave. Rows without a name or conninfo are kept: repmgr allows neither, so they are worth seeing.
std::vector<RepmgrNode> readRepmgrNodes(const postgres::Rows &rows);

/// The node_id of the server asked, as its own shared library knows it; column local_id, -1 or NULL when it doesn't.
QByteArray repmgrLocalNodeSql();

} // namespace howdah::managers
