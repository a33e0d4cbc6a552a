// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCache>
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

    /// In a table that wraps words, what a cell of that width needs below its first line; else 0.
    int extraHeight(const QStyleOptionViewItem &option, const QModelIndex &index, int width) const;

    /// The row under the pointer, -1 for none: its whole width is lit, not only one cell.
    void setHoverRow(int row) { m_hoverRow = row; }
    /// Without lines between the rows: where headings part them.
    void setUnruled(bool unruled) { m_unruled = unruled; }

private:
    /// Kept by font and text, with any digit taken for the widest.
    int textWidth(const QString &text, const QFont &font) const;

    mutable QCache<QString, int> m_widths{2000};
    int m_hoverRow = -1;
    bool m_unruled = false;
};

} // namespace howdah::widgets
