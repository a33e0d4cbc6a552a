// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace howdah::shell {

enum NavigatorRole {
    IdRole = Qt::UserRole + 1, ///< QString: cluster name or page id
    IsPageRole,                ///< bool
    NavVerdictRole,            ///< int of cluster::Verdict; invalid: no glyph
    NoteRole,                  ///< QString at the right
    ChosenRole,                ///< bool: bold
    LastPageRole,              ///< bool: some room below
};

/// Paints the navigator's rows: clusters 28 high with glyph, name and note, pages 26 high with count and glyph.
class NavigatorDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace howdah::shell
