// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/clustertable.h"

namespace howdah::tables {

/// The topology in words: a row a node, in the order of the cluster file. Keys are the nodes' names.
class NodesModel : public ClusterTable {
    Q_OBJECT

public:
    explicit NodesModel(QObject *parent = nullptr);

protected:
    std::vector<Row> rows(const StateView &view) const override;

private:
    Row rowFor(const StateView &view, int node) const;
};

} // namespace howdah::tables
