// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/clustertable.h"

namespace howdah::tables {

/// What each node is: its role, whom it follows, its system and timeline, and as whom we are connected. Keys are the
/// nodes' names.
class NodeRolesModel : public ClusterTable {
    Q_OBJECT

public:
    explicit NodeRolesModel(QObject *parent = nullptr);

protected:
    std::vector<Row> rows(const StateView &view) const override;
};

/// The database roles of the node whose catalogs speak for the cluster, with what each may do in replication and
/// monitoring. Those that PostgreSQL defines come last. Keys are names.
class DatabaseRolesModel : public ClusterTable {
    Q_OBJECT

public:
    explicit DatabaseRolesModel(QObject *parent = nullptr);

protected:
    std::vector<Row> rows(const StateView &view) const override;
};

} // namespace howdah::tables
