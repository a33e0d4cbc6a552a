// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/noticebar.h"

#include <QBoxLayout>
#include <QPainter>
#include <QPushButton>

#include "theme/glyphs.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/label.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

NoticeBar::NoticeBar(const QString &name, QWidget *parent)
    : QWidget(parent)
    , m_message(new Label(FontRole::BodyStrong, Token::Text1))
    , m_hint(new Label(FontRole::Small, Token::Text2))
    , m_layout(new QHBoxLayout(this))
{
    setObjectName(name + QStringLiteral("-bar"));
    m_message->setObjectName(name + QStringLiteral("-text"));
    m_hint->setObjectName(name + QStringLiteral("-hint"));
    for (Label *label : {m_message, m_hint}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    auto *text = new QVBoxLayout;
    text->setSpacing(2);
    text->addWidget(m_message);
    text->addWidget(m_hint);
    m_layout->setContentsMargins(metric::kPanePadding + metric::kSpace6, metric::kSpace2, metric::kSpace2,
                                 metric::kSpace2);
    m_layout->setSpacing(metric::kSpace2);
    m_layout->addLayout(text, 1);
    hide();
}

void NoticeBar::setNotice(cluster::Verdict verdict, const QString &message, const QString &hint)
{
    m_verdict = verdict;
    m_message->setText(message);
    m_hint->setText(hint);
    m_hint->setVisible(!hint.isEmpty());
    setAccessibleName(message);
    setAccessibleDescription(hint);
    update();
}

QPushButton *NoticeBar::addButton(const QString &name, const QString &text)
{
    auto *button = new QPushButton(text);
    button->setObjectName(name);
    button->setAccessibleName(QString(text).remove(QLatin1Char('&')));
    button->setAutoDefault(false);
    m_layout->setContentsMargins(metric::kPanePadding + metric::kSpace6, metric::kSpace2, metric::kPanePadding,
                                 metric::kSpace2);
    m_layout->addWidget(button);
    return button;
}

void NoticeBar::addWidget(QWidget *widget)
{
    m_layout->addWidget(widget, 0, Qt::AlignTop);
}

QString NoticeBar::text() const
{
    return m_message->text();
}

void NoticeBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme::color(theme::verdictTint(m_verdict)));
    painter.fillRect(QRect(0, 0, 3, height()), theme::color(theme::verdictMark(m_verdict)));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme::color(Token::Hairline));
    // In the middle of the first line, wherever the layout has put the text.
    const QRect room = m_message->contentsRect().translated(m_message->pos());
    const QFontMetrics metrics = m_message->fontMetrics();
    const int lines = metrics.boundingRect(room, Qt::TextWordWrap, m_message->text()).height();
    const int top = room.y() + std::max(0, (room.height() - lines) / 2);
    theme::paintVerdict(&painter, QRectF(metric::kPanePadding, top + (metrics.height() - 16) / 2, 16, 16), m_verdict);
}

} // namespace howdah::widgets
