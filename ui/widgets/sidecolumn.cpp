// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sidecolumn.h"

#include <QKeyEvent>
#include <QScrollBar>

#include "theme/focusring.h"
#include "theme/metrics.h"
#include "theme/theme.h"

namespace howdah::widgets {

SideColumn::SideColumn(QWidget *content, const QString &name, QWidget *parent)
    : QScrollArea(parent)
    , m_ring(new theme::FocusRing(this))
{
    m_ring->setObjectName(QStringLiteral("side-column-ring"));
    setAccessibleName(name);
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWidgetResizable(true);
    setFixedWidth(theme::metric::kSideColumnWidth);
    // As wide as its room, whatever it would like to be: it is made of lines that can be cut or wrapped.
    content->setMinimumWidth(1);
    setWidget(content);
    verticalScrollBar()->setSingleStep(theme::Theme::instance().height(theme::Height::Row));
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, &SideColumn::takeKeyboardIfNeeded);
    takeKeyboardIfNeeded();
}

void SideColumn::takeKeyboardIfNeeded()
{
    // Who stands there when room comes is not thrown out: without a focus the keyboard would be nowhere.
    const bool needed = verticalScrollBar()->maximum() > 0 || hasFocus();
    setFocusPolicy(needed ? Qt::TabFocus : Qt::NoFocus);
}

void SideColumn::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    m_ring->setGeometry(viewport()->geometry());
    m_ring->raise();
}

void SideColumn::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Home) {
        verticalScrollBar()->setValue(0);
    } else if (event->key() == Qt::Key_End) {
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    } else {
        QScrollArea::keyPressEvent(event);
        return;
    }
    event->accept();
}

void SideColumn::focusInEvent(QFocusEvent *event)
{
    QScrollArea::focusInEvent(event);
    m_ring->showFor(event->reason());
}

void SideColumn::focusOutEvent(QFocusEvent *event)
{
    QScrollArea::focusOutEvent(event);
    m_ring->hide();
    takeKeyboardIfNeeded();
}

} // namespace howdah::widgets
