// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDate>

#include "tables/clustertable.h"
#include "tables/roleabilities.h"

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

    /// Builds nothing when neither the list of roles nor who replicates has changed: there may be thousands of roles.
    void setState(const cluster::ClusterState &state) override;

protected:
    std::vector<Row> rows(const StateView &view) const override;

private:
    /// All that the rows are made from.
    struct Basis {
        std::shared_ptr<const std::vector<cluster::DatabaseRole>> roles; ///< shared between samples until read anew
        int serverVersionNum = 0;
        bool fresh = false;
        std::vector<RoleUse> uses;
        bool usesKnown = false;
        QDate day; ///< times of another day carry their date

        bool operator==(const Basis &) const = default;
    };
    Basis m_basis;
};

} // namespace howdah::tables
