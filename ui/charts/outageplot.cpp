// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/outageplot.h"

#include <QFocusEvent>

#include "charts/outagecanvas.h"
#include "theme/focusring.h"
#include "theme/theme.h"

namespace howdah::charts {

OutagePlot::OutagePlot(QWidget *parent)
    : QWidget(parent)
    , m_canvas(new OutageCanvas(this))
    , m_ring(new theme::FocusRing(this))
{
    setObjectName(QStringLiteral("outage-plot"));
    m_canvas->setObjectName(QStringLiteral("outage-canvas"));
    m_ring->setObjectName(QStringLiteral("outage-ring"));
    setAccessibleName(tr("What the applications see"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_pending.setSingleShot(true);
    connect(&m_pending, &QTimer::timeout, this, &OutagePlot::replot);
    connect(&theme::Theme::instance(), &theme::Theme::changed, this, [this] { m_pending.start(0); });
}

void OutagePlot::setOutage(const operations::probe::Measured &measured,
                           const std::vector<operations::OutagePhase> &phases, qint64 nowWallMs)
{
    m_measured = measured;
    m_phases = phases;
    m_nowMs = nowWallMs;
    if (!m_pending.isActive()) {
        m_pending.start(0);
    }
}

void OutagePlot::replot()
{
    m_drawn = outageDrawing(m_measured, m_phases, m_canvas->plotWidth(), m_nowMs);
    setAccessibleDescription(m_drawn.text());
    setToolTip(m_drawn.text());
    m_canvas->present(m_drawn);
}

void OutagePlot::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_canvas->setGeometry(rect());
    m_ring->setGeometry(rect());
    m_pending.start(0);
}

void OutagePlot::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    m_ring->showFor(event->reason());
}

void OutagePlot::focusOutEvent(QFocusEvent *event)
{
    QWidget::focusOutEvent(event);
    m_ring->hide();
}

} // namespace howdah::charts
