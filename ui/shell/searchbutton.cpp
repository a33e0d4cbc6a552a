// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/searchbutton.h"

#include <QPainter>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"

namespace howdah::shell {

using theme::FontRole;
using theme::Token;

SearchButton::SearchButton(QWidget *parent)
    : QAbstractButton(parent)
{
    setObjectName(QStringLiteral("tool-search"));
    setText(tr("Find a page, node, slot or action"));
    setAccessibleName(text());
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize SearchButton::sizeHint() const
{
    const QFontMetrics small(theme::font(FontRole::Small));
    const QFontMetrics caption(theme::font(FontRole::Caption));
    const int needed = 30 + small.horizontalAdvance(text()) + 16 + caption.horizontalAdvance(tr("Ctrl+K")) + 9;
    return {std::max(288, needed), theme::Theme::instance().height(theme::Height::Button)};
}

void SearchButton::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    theme::paintRounded(&painter, rect(), theme::metric::kRadiusControl,
                        theme::color(underMouse() ? Token::Hover : Token::Surface), theme::color(Token::ControlBorder));
    theme::paintIcon(&painter, QRect(8, (height() - 14) / 2, 14, 14), QStringLiteral("search"),
                     theme::color(Token::Text3));
    painter.setPen(theme::color(Token::Text3));
    painter.setFont(theme::font(FontRole::Small));
    painter.drawText(rect().adjusted(30, 0, -8, 0), Qt::AlignVCenter | Qt::TextSingleLine, text());
    painter.setFont(theme::font(FontRole::Caption));
    painter.drawText(rect().adjusted(8, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, tr("Ctrl+K"));
    if (hasFocus()) {
        theme::paintFocusRing(&painter, rect(), theme::metric::kRadiusControl);
    }
}

} // namespace howdah::shell
