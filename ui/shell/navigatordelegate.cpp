// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/navigatordelegate.h"

#include <QPainter>
#include <QWidget>

#include "theme/glyphs.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"

namespace howdah::shell {

using cluster::Verdict;
using theme::FontRole;
using theme::Height;
using theme::Theme;
using theme::Token;

namespace {

constexpr int kGapBelowPages = 4;

} // namespace

QSize NavigatorDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Theme &theme = Theme::instance();
    const bool page = index.data(IsPageRole).toBool();
    const int below = index.data(LastPageRole).toBool() ? kGapBelowPages : 0;
    return {option.rect.width(), theme.height(page ? Height::PageRow : Height::Row) + below};
}

void NavigatorDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    QRect row = option.rect;
    row.setLeft(0);
    row.setHeight(row.height() - (index.data(LastPageRole).toBool() ? kGapBelowPages : 0));
    const bool page = index.data(IsPageRole).toBool();
    const bool selected = option.state & QStyle::State_Selected;
    const bool focused = selected && (option.state & QStyle::State_HasFocus);
    if (selected) {
        const bool active = option.state & QStyle::State_Active;
        painter->fillRect(row, theme::color(active ? Token::Selection : Token::SelectionInactive));
        painter->fillRect(QRect(row.x(), row.y(), 2, row.height()), theme::color(Token::Accent));
    } else if (option.state & QStyle::State_MouseOver) {
        painter->fillRect(row, theme::color(Token::Hover));
    }
    if (focused) {
        theme::paintFocusRing(painter, row, 0);
    }
    const QVariant verdict = index.data(NavVerdictRole);
    int right = row.right() - 11;
    if (page && verdict.isValid()) {
        theme::paintVerdict(painter, QRect(right - 13, row.y() + (row.height() - 14) / 2, 14, 14),
                            static_cast<Verdict>(verdict.toInt()));
        right -= 18;
    } else if (!page && verdict.isValid()) {
        theme::paintVerdict(painter, QRect(16, row.y() + (row.height() - 16) / 2, 16, 16),
                            static_cast<Verdict>(verdict.toInt()));
    }
    const QString note = index.data(NoteRole).toString();
    const QFont caption = theme::font(FontRole::Caption);
    const QFontMetrics noteMetrics(caption);
    const int noteWidth = noteMetrics.horizontalAdvance(note);
    painter->setFont(caption);
    painter->setPen(theme::color(selected ? Token::Text2 : Token::Text3));
    painter->drawText(QRect(right - noteWidth, row.y(), noteWidth + 1, row.height()), Qt::AlignVCenter, note);

    const bool bold = page ? selected : index.data(ChosenRole).toBool();
    const QFont face = theme::font(bold ? FontRole::BodyStrong : FontRole::Body);
    const int left = 40;
    const int room = right - noteWidth - 8 - left;
    painter->setFont(face);
    painter->setPen(theme::color(page && !selected ? Token::Text2 : Token::Text1));
    painter->drawText(QRect(left, row.y(), room, row.height()), Qt::AlignVCenter | Qt::TextSingleLine,
                      QFontMetrics(face).elidedText(index.data().toString(), Qt::ElideRight, room));
    painter->restore();
}

} // namespace howdah::shell
