// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/keyedtablemodel.h"
#include "tables/stateview.h"

namespace howdah::tables {

/// A table over the states of one cluster. Each tick: setState(). The last known rows stay, marked stale, while a node
/// does not answer.
class ClusterTable : public KeyedTableModel {
    Q_OBJECT

public:
    using KeyedTableModel::KeyedTableModel;

    /// A state without a snapshot or an assessment empties the table.
    virtual void setState(const cluster::ClusterState &state);
    /// Limits for the bars; from the next setState on.
    void setThresholds(const cluster::Thresholds &thresholds) { m_thresholds = thresholds; }

protected:
    /// The table's rows, a cell for each column, in the table's own order.
    virtual std::vector<Row> rows(const StateView &view) const = 0;
    const cluster::Thresholds &thresholds() const { return m_thresholds; }

    /// A bar for a lag of a standby against the limits of its kind, whichever of bytes and seconds is nearer to its
    /// own; without either an empty cell.
    Cell lagBar(std::optional<qint64> bytes, std::optional<double> seconds, bool sync) const;

private:
    cluster::Thresholds m_thresholds;
};

} // namespace howdah::tables
