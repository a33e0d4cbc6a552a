// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/messagebar.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QToolButton>

#include "theme/glyphs.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/label.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

MessageBar::MessageBar(QWidget *parent)
    : QWidget(parent)
    , m_message(new Label(FontRole::BodyStrong, Token::Text1))
    , m_hint(new Label(FontRole::Small, Token::Text2))
    , m_close(new QToolButton)
{
    setObjectName(QStringLiteral("message-bar"));
    m_message->setObjectName(QStringLiteral("message-text"));
    m_hint->setObjectName(QStringLiteral("message-hint"));
    for (Label *label : {m_message, m_hint}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_close->setObjectName(QStringLiteral("message-close"));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setToolTip(tr("Close this message"));
    m_close->setIcon(theme::icon(QStringLiteral("close")));
    m_close->setFocusPolicy(Qt::StrongFocus);
    m_close->setAutoRaise(true);
    auto *text = new QVBoxLayout;
    text->setSpacing(2);
    text->addWidget(m_message);
    text->addWidget(m_hint);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(metric::kPanePadding + metric::kSpace6, metric::kSpace2, metric::kSpace2,
                               metric::kSpace2);
    layout->addLayout(text, 1);
    layout->addWidget(m_close, 0, Qt::AlignTop);
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    hide();
}

void MessageBar::showError(const core::Error &error)
{
    const QString where = error.node.isEmpty() ? QString() : error.node + QStringLiteral(": ");
    m_message->setText(where + error.message);
    m_hint->setText(error.hint);
    m_hint->setVisible(!error.hint.isEmpty());
    setAccessibleName(m_message->text());
    setAccessibleDescription(error.hint);
    show();
}

QString MessageBar::text() const
{
    return m_message->text();
}

void MessageBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme::color(Token::CriticalTint));
    painter.fillRect(QRect(0, 0, 3, height()), theme::color(Token::Critical));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme::color(Token::Hairline));
    // In the middle of the first line, wherever the layout has put the text.
    const QRect room = m_message->contentsRect().translated(m_message->pos());
    const QFontMetrics metrics = m_message->fontMetrics();
    const int lines = metrics.boundingRect(room, Qt::TextWordWrap, m_message->text()).height();
    const int top = room.y() + std::max(0, (room.height() - lines) / 2);
    theme::paintVerdict(&painter, QRectF(metric::kPanePadding, top + (metrics.height() - 16) / 2, 16, 16),
                        cluster::Verdict::Critical);
}

void MessageBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape) {
        hide();
        return;
    }
    QWidget::keyPressEvent(event);
}

} // namespace howdah::widgets
