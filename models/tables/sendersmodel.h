// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/clustertable.h"

namespace howdah::tables {

/// pg_stat_replication of every node: a row a walsender with every column of the view, and a row for each slot that
/// keeps WAL for somebody who isn't there. Distances are against the sending node's own position and include the stages
/// before, as write_lag, flush_lag and replay_lag do. A sender with a slot and the slot without its sender share a key,
/// so that a row that loses its consumer stays the selected row.
class SendersModel : public ClusterTable {
    Q_OBJECT

public:
    explicit SendersModel(QObject *parent = nullptr);

    /// The key of the row that feeds a node, "" when there is none.
    static QString keyForStandby(const cluster::ClusterState &state, const QString &node);

protected:
    std::vector<Row> rows(const StateView &view) const override;

private:
    Row senderRow(const StateView &view, int node, const cluster::Sender &sender) const;
    Row absentRow(const StateView &view, int node, int slot) const;
};

} // namespace howdah::tables
