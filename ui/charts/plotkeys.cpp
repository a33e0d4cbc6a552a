// SPDX-License-Identifier: GPL-3.0-or-later
// The keyboard: what the mouse does, for those who have none.
#include <QKeyEvent>

#include "charts/lagplot.h"

namespace howdah::charts {

void LagPlot::keyPressEvent(QKeyEvent *event)
{
    if (readByKey(*event)) {
        event->accept();
        return;
    }
    // Zooming while following keeps now where it is.
    const double anchor = m_following ? 1.0 : 0.5;
    switch (event->key()) {
    case Qt::Key_Left:
        pan(-0.1);
        break;
    case Qt::Key_Right:
        pan(0.1);
        break;
    case Qt::Key_PageUp:
        pan(-0.9);
        break;
    case Qt::Key_PageDown:
        pan(0.9);
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoom(0.5, anchor);
        break;
    case Qt::Key_Minus:
        zoom(2, anchor);
        break;
    case Qt::Key_Home:
        resetView();
        break;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    event->accept();
}

/// The crosshair; false for a key that has another meaning.
bool LagPlot::readByKey(const QKeyEvent &event)
{
    if (event.key() == Qt::Key_Escape) {
        return dropCursor();
    }
    const bool sideways = event.key() == Qt::Key_Left || event.key() == Qt::Key_Right;
    if (!sideways || (event.modifiers() & ~Qt::KeypadModifier) != Qt::ControlModifier) {
        return false;
    }
    moveCursor(event.key() == Qt::Key_Left ? -1 : 1);
    return true;
}

/// A hundredth of what is shown, and at least to the next sample; without a reading from the end that it comes from.
void LagPlot::moveCursor(int direction)
{
    if (!m_drawn.anything || m_drag.active) {
        return;
    }
    const qint64 step = direction * std::max<qint64>(1, (m_query.toMs - m_query.fromMs) / 100);
    const qint64 begin = m_reading ? m_reading->monotonicMs : direction < 0 ? m_query.toMs : m_query.fromMs;
    qint64 at = m_reading ? begin + step : begin;
    bool inside = true;
    while (inside) {
        inside = at >= m_query.fromMs && at <= m_query.toMs;
        const auto reading = readingAt(m_history, m_query, std::clamp(at, m_query.fromMs, m_query.toMs));
        const qint64 found = reading ? reading->monotonicMs : -1;
        const bool further = !m_reading || (found - begin) * direction > 0;
        if (reading && further && found >= m_query.fromMs && found <= m_query.toMs) {
            m_cursorMs = found;
            hover(std::nullopt);
            describe();
            return;
        }
        at += step;
    }
}

/// False when there is none.
bool LagPlot::dropCursor()
{
    if (!m_cursorMs) {
        return false;
    }
    m_cursorMs.reset();
    hover(m_pointer);
    describe();
    return true;
}

} // namespace howdah::charts
