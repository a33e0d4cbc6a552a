// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/slotmath.h"
#include "tables/clustertable.h"

namespace howdah::tables {

/// pg_replication_slots of every node, with what each holds back, for whom, and since when nobody takes it. Keys are
/// "node/slot".
class SlotsModel : public ClusterTable {
    Q_OBJECT

public:
    explicit SlotsModel(QObject *parent = nullptr);

    static QString keyOf(const QString &node, const QString &slot) { return cluster::slotPath(node, slot); }

protected:
    std::vector<Row> rows(const StateView &view) const override;

private:
    Row rowFor(const StateView &view, int node, int slot) const;
};

/// WAL held by slots, most first: what the overview's bars show. Columns "slot", "bar" and "held"; keys as SlotsModel.
/// A slot that holds nothing, and a copy kept by a standby, has no row.
class SlotBars : public ClusterTable {
    Q_OBJECT

public:
    explicit SlotBars(QObject *parent = nullptr);

protected:
    std::vector<Row> rows(const StateView &view) const override;
};

} // namespace howdah::tables
