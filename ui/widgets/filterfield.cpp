// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/filterfield.h"

#include <QKeyEvent>
#include <QPainter>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/buttons.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Token;

FilterField::FilterField(const QString &name, const QString &placeholder, const QString &shortcut, QWidget *parent)
    : QLineEdit(parent)
    , m_shortcut(shortcut)
{
    setObjectName(objectNameFor(name));
    setAccessibleName(name);
    setPlaceholderText(placeholder);
    setFont(theme::font(FontRole::Small));
    setTextMargins(20, 0, 0, 0);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize FilterField::sizeHint() const
{
    return {200, theme::Theme::instance().height(theme::Height::Button)};
}

void FilterField::paintEvent(QPaintEvent *event)
{
    QLineEdit::paintEvent(event);
    QPainter painter(this);
    theme::paintIcon(&painter, QRect(8, (height() - 14) / 2, 14, 14), QStringLiteral("search"),
                     theme::color(Token::Text3));
    if (text().isEmpty() && !m_shortcut.isEmpty()) {
        painter.setFont(theme::font(FontRole::Caption));
        painter.setPen(theme::color(Token::Text3));
        painter.drawText(rect().adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, m_shortcut);
    }
}

void FilterField::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty()) {
        clear();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

} // namespace howdah::widgets
