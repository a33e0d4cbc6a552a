// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/clustertable.h"

namespace howdah::tables {

/// pg_stat_wal_receiver of every standby, every column of it; a standby without a receiver has its row too. Keys are
/// the nodes' names.
class ReceiversModel : public ClusterTable {
    Q_OBJECT

public:
    explicit ReceiversModel(QObject *parent = nullptr);

protected:
    std::vector<Row> rows(const StateView &view) const override;

private:
    Row rowFor(const StateView &view, int node) const;
};

} // namespace howdah::tables
