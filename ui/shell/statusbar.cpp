// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/statusbar.h"

#include <QBoxLayout>
#include <QDateTime>
#include <QLocale>
#include <QPainter>

#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/label.h"

namespace howdah::shell {

using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

StatusBar::StatusBar(QWidget *parent)
    : QWidget(parent)
    , m_text(new widgets::Label(FontRole::Caption, Token::Text3))
    , m_clock(new widgets::Label(FontRole::Caption, Token::Text3))
{
    setObjectName(QStringLiteral("status-bar"));
    setAccessibleName(tr("Status"));
    m_text->setObjectName(QStringLiteral("status-text"));
    m_text->setElided(true);
    m_clock->setObjectName(QStringLiteral("status-clock"));
    setFixedHeight(theme::Theme::instance().height(theme::Height::StatusBar));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(metric::kPanePadding, 1, metric::kPanePadding, 0);
    layout->setSpacing(metric::kSpace4);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_clock);
}

void StatusBar::setText(const QString &text)
{
    m_text->setText(text);
    setAccessibleDescription(text);
}

QString StatusBar::text() const
{
    return m_text->text();
}

void StatusBar::setWallMs(qint64 wallMs)
{
    const QDateTime now = QDateTime::fromMSecsSinceEpoch(wallMs);
    m_clock->setText(QLocale(QLocale::English).toString(now, QStringLiteral("ddd d MMM yyyy, HH:mm:ss ")) +
                     now.timeZoneAbbreviation());
}

void StatusBar::paintEvent(QPaintEvent *)
{
    QPainter(this).fillRect(QRect(0, 0, width(), 1), theme::color(Token::Hairline));
}

} // namespace howdah::shell
