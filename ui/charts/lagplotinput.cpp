// SPDX-License-Identifier: GPL-3.0-or-later
// Wheel and pointer: what part of the past is looked at.
#include <QFocusEvent>
#include <QWheelEvent>
#include <cmath>

#include "charts/lagcanvas.h"
#include "charts/lagplot.h"
#include "theme/focusring.h"

namespace howdah::charts {

void LagPlot::zoom(double factor, double atShare)
{
    const auto span = static_cast<double>(m_query.toMs - m_query.fromMs);
    const double newSpan = std::clamp(span * factor, double(kShortestSpanMs), double(kLongestSpanMs));
    const double anchor = static_cast<double>(m_query.fromMs) + span * atShare;
    const qint64 from = std::llround(anchor - newSpan * atShare);
    setView(from, from + std::llround(newSpan));
    noteView();
}

void LagPlot::pan(double share)
{
    const qint64 by = std::llround(static_cast<double>(m_query.toMs - m_query.fromMs) * share);
    setView(m_query.fromMs + by, m_query.toMs + by);
    noteView();
}

void LagPlot::hover(std::optional<int> x)
{
    m_pointer = x;
    const QRect area = m_canvas->plotRect();
    std::optional<Reading> reading;
    if (x && *x >= area.left() && *x <= area.right() + 1 && !m_drag.active && m_drawn.anything) {
        reading = readingAt(m_history, m_query, std::llround(m_canvas->keyAt(*x) * 1000));
    } else if (m_cursorMs && (*m_cursorMs < m_query.fromMs || *m_cursorMs > m_query.toMs)) {
        m_cursorMs.reset(); // out of view
    } else if (m_cursorMs && m_drawn.anything) {
        reading = readingAt(m_history, m_query, *m_cursorMs);
    }
    if (!reading && !m_reading) {
        return;
    }
    m_reading = std::move(reading);
    m_canvas->setReading(m_reading);
}

void LagPlot::wheelEvent(QWheelEvent *event)
{
    const QRect area = m_canvas->plotRect();
    const double steps = event->angleDelta().y() / 120.0;
    if (!area.contains(event->position().toPoint()) || steps == 0) {
        event->ignore();
        return;
    }
    // Over the time ahead it is now that stays where it is.
    const double at = m_canvas->keyAt(event->position().x()) * 1000 - static_cast<double>(m_query.fromMs);
    const double share = at / static_cast<double>(std::max<qint64>(1, m_query.toMs - m_query.fromMs));
    zoom(std::pow(0.8, steps), std::clamp(share, 0.0, 1.0));
    event->accept();
}

void LagPlot::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    dropCursor();
    // As it is drawn now: away from now there is no time ahead, and the same pixels would be less time.
    const auto shown = static_cast<double>(m_query.toMs - m_query.fromMs + m_query.aheadMs);
    m_drag = {true, event->position().toPoint().x(), m_query.fromMs, shown / std::max(1, m_canvas->plotRect().width())};
    setCursor(Qt::ClosedHandCursor);
    hover(m_pointer);
}

void LagPlot::mouseMoveEvent(QMouseEvent *event)
{
    const int x = event->position().toPoint().x();
    if (m_drag.active) {
        const qint64 span = m_query.toMs - m_query.fromMs;
        const qint64 from = m_drag.fromMs - std::llround((x - m_drag.x) * m_drag.msPerPixel);
        if (from != m_query.fromMs) {
            setView(from, from + span);
            noteView();
        }
        return;
    }
    dropCursor();
    hover(x);
}

void LagPlot::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton) {
        return;
    }
    m_drag.active = false;
    unsetCursor();
    hover(event->position().toPoint().x());
}

void LagPlot::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton) {
        resetView();
    }
}

void LagPlot::leaveEvent(QEvent *event)
{
    QWidget::leaveEvent(event);
    hover(std::nullopt);
}

void LagPlot::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    m_ring->showFor(event->reason());
}

void LagPlot::focusOutEvent(QFocusEvent *event)
{
    QWidget::focusOutEvent(event);
    m_ring->hide();
    if (event->reason() != Qt::ActiveWindowFocusReason && event->reason() != Qt::PopupFocusReason) {
        dropCursor();
    }
}

} // namespace howdah::charts
