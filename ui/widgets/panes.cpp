// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panes.h"

#include <QPainter>
#include <QPushButton>
#include <QTabBar>

#include "theme/glyphs.h"
#include "theme/metrics.h"
#include "widgets/buttons.h"
#include "widgets/label.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Height;
using theme::Theme;
using theme::Token;
namespace metric = theme::metric;

PaneHeader::PaneHeader(const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_title(new Label(title, FontRole::SmallStrong, Token::Text1))
    , m_subtitle(new Label(FontRole::Caption, Token::Text3))
    , m_caption(new Label(FontRole::Caption, Token::Text3))
    , m_verdict(new VerdictLabel)
    , m_layout(new QHBoxLayout(this))
{
    const QString name = objectNameFor(title);
    setObjectName(name + QStringLiteral("-head"));
    m_title->setObjectName(name + QStringLiteral("-title"));
    m_subtitle->setObjectName(name + QStringLiteral("-subtitle"));
    m_caption->setObjectName(name + QStringLiteral("-caption"));
    m_verdict->setObjectName(name + QStringLiteral("-verdict"));
    m_title->setGivesWay(); // it may have the name of a node in it, and no name is to widen the window
    m_subtitle->setElided(true);
    m_layout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    m_layout->setSpacing(metric::kSpace2);
    m_layout->addWidget(m_title);
    m_layout->addWidget(m_subtitle, 1);
    m_layout->addWidget(m_caption);
    m_layout->addWidget(m_verdict);
    m_verdict->hide();
    setFixedHeight(Theme::instance().height(Height::PaneHead));
}

void PaneHeader::setTitle(const QString &title)
{
    m_title->setText(title);
}

void PaneHeader::setSubtitle(const QString &text)
{
    m_subtitle->setText(text);
}

void PaneHeader::setCaption(const QString &text)
{
    m_caption->setText(text);
}

void PaneHeader::setVerdict(cluster::Verdict verdict, const QString &word)
{
    m_verdict->setVerdict(verdict, word);
    m_verdict->setVisible(!word.isEmpty());
}

void PaneHeader::addWidget(QWidget *widget)
{
    m_layout->addWidget(widget);
}

PageHead::PageHead(const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_title(new Label(title, FontRole::Heading, Token::Text1))
    , m_subtitle(new Label(FontRole::Small, Token::Text3))
    , m_layout(new QHBoxLayout(this))
    , m_name(objectNameFor(title))
{
    setObjectName(m_name + QStringLiteral("-page-head"));
    m_title->setObjectName(m_name + QStringLiteral("-page-title"));
    m_subtitle->setObjectName(m_name + QStringLiteral("-page-subtitle"));
    m_subtitle->setElided(true);
    m_layout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 1);
    m_layout->setSpacing(metric::kSpace2);
    m_layout->addWidget(m_title);
    m_layout->addSpacing(metric::kSpace2);
    m_layout->addWidget(m_subtitle, 1);
    setFixedHeight(Theme::instance().height(Height::PageHead));
}

void PageHead::setSubtitle(const QString &text)
{
    m_subtitle->setText(text);
}

QTabBar *PageHead::addTabs(const QStringList &titles)
{
    auto *tabs = new QTabBar;
    tabs->setObjectName(m_name + QStringLiteral("-tabs"));
    tabs->setAccessibleName(m_title->text());
    tabs->setDrawBase(false);
    tabs->setExpanding(false);
    for (const QString &title : titles) {
        tabs->addTab(title);
    }
    m_layout->insertWidget(2, tabs, 0, Qt::AlignBottom);
    return tabs;
}

void PageHead::addWidget(QWidget *widget)
{
    m_layout->addWidget(widget);
}

void PageHead::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme::color(Token::Surface));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme::color(Token::Hairline));
}

VerdictLabel::VerdictLabel(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("verdict-label"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void VerdictLabel::setVerdict(cluster::Verdict verdict, const QString &word)
{
    if (verdict == m_verdict && word == m_word) {
        return;
    }
    m_verdict = verdict;
    m_word = word;
    setAccessibleName(word);
    updateGeometry();
    update();
}

QSize VerdictLabel::sizeHint() const
{
    const QFontMetrics metrics(theme::font(FontRole::SmallStrong));
    return {14 + 6 + metrics.horizontalAdvance(m_word) + 1, std::max(16, metrics.height())};
}

void VerdictLabel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    theme::paintVerdict(&painter, QRectF(0, (height() - 14) / 2, 14, 14), m_verdict);
    painter.setFont(theme::font(FontRole::SmallStrong));
    painter.setPen(theme::color(theme::verdictText(m_verdict)));
    painter.drawText(rect().adjusted(20, 0, 0, 0), Qt::AlignVCenter | Qt::TextSingleLine, m_word);
}

EmptyState::EmptyState(const QString &sentence, QWidget *parent)
    : QWidget(parent)
    , m_sentence(new Label(sentence, FontRole::Body, Token::Text2))
    , m_buttons(new QHBoxLayout)
{
    setObjectName(QStringLiteral("empty-state"));
    m_sentence->setObjectName(QStringLiteral("empty-sentence"));
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(metric::kSpace4);
    layout->addStretch(2);
    layout->addWidget(m_sentence);
    m_buttons->setSpacing(metric::kSpace2);
    m_buttons->addStretch();
    m_buttons->addStretch();
    layout->addLayout(m_buttons);
    layout->addStretch(3);
}

void EmptyState::setSentence(const QString &sentence)
{
    m_sentence->setText(sentence);
}

QPushButton *EmptyState::addButton(const QString &text)
{
    auto *button = new QPushButton(text);
    button->setObjectName(objectNameFor(text));
    button->setAccessibleName(text);
    m_buttons->insertWidget(m_buttons->count() - 1, button);
    return button;
}

Hairline::Hairline(Qt::Orientation orientation, QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("hairline"));
    if (orientation == Qt::Horizontal) {
        setFixedHeight(1);
    } else {
        setFixedWidth(1);
    }
}

void Hairline::paintEvent(QPaintEvent *)
{
    QPainter(this).fillRect(rect(), theme::color(Token::Hairline));
}

Ground::Ground(bool surface, QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("ground"));
    setBackgroundRole(surface ? QPalette::Base : QPalette::Window);
    setAutoFillBackground(true);
}

} // namespace howdah::widgets
