// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/clustertable.h"

namespace howdah::tables {

/// The publications of the session's database, from the node whose catalogs speak for the cluster: standbys hold the
/// same. Keys are names.
class PublicationsModel : public ClusterTable {
    Q_OBJECT

public:
    explicit PublicationsModel(QObject *parent = nullptr);

protected:
    std::vector<Row> rows(const StateView &view) const override;
};

/// The subscriptions of every database, with their apply workers, from the same node. Keys are "database/name".
class SubscriptionsModel : public ClusterTable {
    Q_OBJECT

public:
    explicit SubscriptionsModel(QObject *parent = nullptr);

protected:
    std::vector<Row> rows(const StateView &view) const override;
};

} // namespace howdah::tables
