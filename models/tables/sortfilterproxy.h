// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>

namespace howdah::tables {

/// Sorts a table by its raw values, those without one always last, and filters it: a row stays when every word of the
/// filter is found, whatever the case, in one of the visible columns.
class SortFilterProxy : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit SortFilterProxy(QObject *parent = nullptr);

    void setFilterText(const QString &text);
    /// Source columns that are hidden in the view: what is not seen is not searched.
    void setHiddenColumns(const QSet<int> &columns);

protected:
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;
    bool filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const override;

private:
    QStringList m_words;
    QSet<int> m_hidden;
};

} // namespace howdah::tables
