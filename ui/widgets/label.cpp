// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label.h"

#include <QPainter>

#include "tables/roles.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Theme;
using theme::Token;

Label::Label(FontRole role, Token token, QWidget *parent)
    : Label(QString(), role, token, parent)
{
}

Label::Label(const QString &text, FontRole role, Token token, QWidget *parent)
    : QLabel(parent)
    , m_role(role)
    , m_token(token)
{
    setTextFormat(Qt::PlainText);
    // Left alone, the role follows the ground behind, and the colour set for this one would be lost on a surface.
    setForegroundRole(QPalette::WindowText);
    setText(text);
    restyle();
    connect(&Theme::instance(), &Theme::changed, this, &Label::restyle);
}

void Label::setToken(Token token)
{
    if (token != m_token) {
        m_token = token;
        restyle();
    }
}

void Label::setRole(FontRole role)
{
    if (role != m_role) {
        m_role = role;
        restyle();
    }
}

void Label::setItalic(bool italic)
{
    if (italic != m_italic) {
        m_italic = italic;
        restyle();
    }
}

void Label::setElided(bool elided)
{
    m_elided = elided;
    if (elided) {
        setSizePolicy(QSizePolicy::Ignored, sizePolicy().verticalPolicy());
    }
}

QSize Label::minimumSizeHint() const
{
    const QSize hint = QLabel::minimumSizeHint();
    return m_elided ? QSize(fontMetrics().horizontalAdvance(QStringLiteral("m…")), hint.height()) : hint;
}

void Label::paintEvent(QPaintEvent *event)
{
    if (!m_elided) {
        QLabel::paintEvent(event);
        return;
    }
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width());
    const QString tip = shown == text() ? QString() : tables::plainToolTip(text());
    if (toolTip() != tip) {
        setToolTip(tip);
    }
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(contentsRect(), static_cast<int>(alignment()) | Qt::TextSingleLine, shown);
}

void Label::restyle()
{
    QFont face = theme::font(m_role);
    face.setItalic(m_italic);
    setFont(face);
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, theme::color(m_token));
    setPalette(colors);
}

} // namespace howdah::widgets
