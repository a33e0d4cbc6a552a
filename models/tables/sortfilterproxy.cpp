// SPDX-License-Identifier: GPL-3.0-or-later
#include "sortfilterproxy.h"

#include <QSet>

#include "tables/roles.h"

namespace howdah::tables {

SortFilterProxy::SortFilterProxy(QObject *parent)
    : QSortFilterProxyModel(parent)
{
    setDynamicSortFilter(true);
    setSortRole(SortRole);
}

void SortFilterProxy::setFilterText(const QString &text)
{
    const QStringList words = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words != m_words) {
        m_words = words;
        invalidateRowsFilter();
    }
}

void SortFilterProxy::setHiddenColumns(const QSet<int> &columns)
{
    if (columns != m_hidden) {
        m_hidden = columns;
        invalidateRowsFilter();
    }
}

bool SortFilterProxy::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const QVariant a = left.data(SortRole);
    const QVariant b = right.data(SortRole);
    if (a.isValid() != b.isValid()) {
        return a.isValid() == (sortOrder() == Qt::AscendingOrder);
    }
    if (a.isValid()) {
        const bool text = a.typeId() == QMetaType::QString && b.typeId() == QMetaType::QString;
        const QPartialOrdering order = text ? QPartialOrdering(QPartialOrdering::Equivalent) : QVariant::compare(a, b);
        const int difference = text ? QString::compare(a.toString(), b.toString(), Qt::CaseInsensitive)
                               : order == QPartialOrdering::Less    ? -1
                               : order == QPartialOrdering::Greater ? 1
                                                                    : 0;
        if (difference != 0) {
            return difference < 0;
        }
    }
    // Equals keep the table's own order in both directions, so that nothing jumps about from tick to tick.
    return sortOrder() == Qt::AscendingOrder ? left.row() < right.row() : left.row() > right.row();
}

bool SortFilterProxy::filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const
{
    if (m_words.isEmpty()) {
        return true;
    }
    QString all;
    const int columns = sourceModel()->columnCount(sourceParent);
    for (int column = 0; column < columns; ++column) {
        if (m_hidden.contains(column)) {
            continue;
        }
        const QModelIndex index = sourceModel()->index(sourceRow, column, sourceParent);
        // A line end between the cells: no word reaches over it.
        for (const int role : {int(Qt::DisplayRole), int(SecondaryRole), int(SpanTextRole)}) {
            all += index.data(role).toString() + QLatin1Char('\n');
        }
    }
    return std::all_of(m_words.cbegin(), m_words.cend(),
                       [&](const QString &word) { return all.contains(word, Qt::CaseInsensitive); });
}

} // namespace howdah::tables
