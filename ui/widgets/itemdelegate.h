// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace howdah::widgets {

/// Paints every cell of our tables from the roles in tables/roles.h: glyph and word of a state, numbers in the fixed
/// font, non-values in italics, limit bars, slot marks, role icons, stale rows in grey.
class ItemDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

    /// The row under the pointer, -1 for none: its whole width is lit, not only one cell.
    void setHoverRow(int row) { m_hoverRow = row; }

private:
    int m_hoverRow = -1;
};

} // namespace howdah::widgets
