// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QVariant>
#include <optional>
#include <vector>

#include "tables/roles.h"

namespace howdah::tables {

/// A cell, computed once an update; data() only hands it out.
struct Cell {
    QString text = {};
    QVariant sort = {}; ///< raw value; invalid: sorts last
    bool nonValue = false;
    bool strong = false;
    std::optional<cluster::Verdict> verdict = {};
    std::optional<cluster::Verdict> tone = {};
    QString icon = {};
    std::optional<cluster::NodeRole> nodeRole = {};
    std::optional<SlotMark> mark = {};
    std::optional<Bar> bar = {};
    QString secondary = {};
    QString span = {};
    QString toolTip = {}; ///< plain text
    std::optional<bool> radio = {};
    std::optional<Spark> spark = {};

    bool operator==(const Cell &) const = default;
};

/// A column: what its header says and how its cells stand.
struct Column {
    QString key;
    QString title;
    QString sqlName = {}; ///< "pg_stat_replication.sent_lsn"; empty for what we compute ourselves
    QString toolTip = {}; ///< plain text: what the number means
    int width = 12;       ///< in average characters
    bool number = false;  ///< right-aligned
    bool fixed = false;   ///< fixed font
    bool shown = true;    ///< by default
    bool stretch = false; ///< takes what is left over
    int givesWay = 0;     ///< not 0: left out where the table is too narrow for all, lower numbers first

    bool operator==(const Column &) const = default;
};

/// A row. Its key is the same for as long as it is the same thing.
struct Row {
    QString key;
    bool stale = false;
    std::vector<Cell> cells = {};
    RowForm form = RowForm::Ordinary;
    bool band = false;

    bool operator==(const Row &) const = default;
};

/// A flat table that is fed whole new contents and turns them into the fewest signals: removals, moves, insertions, and
/// one dataChanged for each run of changed rows. It is never reset by a tick, so selection, current cell and scroll
/// position stay. Lives in the window's thread.
class KeyedTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    explicit KeyedTableModel(std::vector<Column> columns, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const final;
    int columnCount(const QModelIndex &parent = {}) const final;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const final;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const final;

    const std::vector<Column> &columns() const { return m_columns; }
    /// -1 when there is none.
    int columnOf(const QString &key) const;
    /// -1 when there is none.
    int rowOf(const QString &key) const;
    const Row &row(int number) const { return m_rows.at(static_cast<std::size_t>(number)); }

protected:
    /// Makes the table say rows, in their order. Each row has a cell for each column; keys are unique (of two rows with
    /// one key the later is dropped).
    void merge(std::vector<Row> rows);
    /// For the rare table whose columns follow the data: resets the model, and only when they differ.
    void setColumns(std::vector<Column> columns);

private:
    void removeMissing(const std::vector<Row> &rows);
    void moveIntoOrder(const std::vector<Row> &rows);
    void moveRow(int from, int before);
    void rearrange(const std::vector<int> &order);
    void insertNew(std::vector<Row> &rows);
    void updateChanged(std::vector<Row> &rows);

    std::vector<Column> m_columns;
    std::vector<Row> m_rows;
};

} // namespace howdah::tables
