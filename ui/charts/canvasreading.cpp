// SPDX-License-Identifier: GPL-3.0-or-later
// The crosshair and the panel with what was known then.
#include <cmath>
#include <limits>

#include "charts/canvasparts.h"
#include "charts/lagcanvas.h"
#include "theme/metrics.h"
#include "theme/paint.h"

namespace howdah::charts {

using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr qreal kPad = 12, kMark = 14, kColumnGap = 14, kDot = 3;
constexpr std::size_t kMostRows = 10;

qreal rowHeight()
{
    return std::max<qreal>(18, lineHeight() + 4);
}

void paintDot(QPainter *painter, QPointF at, const QColor &ink)
{
    painter->setPen(QPen(ink, 1.5));
    painter->setBrush(color(Token::Surface));
    painter->drawEllipse(at, kDot, kDot);
}

/// The rows that have room: the one that stands out and those furthest behind, in their order.
std::vector<ReadingRow> shownRows(const std::vector<ReadingRow> &rows)
{
    if (rows.size() <= kMostRows) {
        return rows;
    }
    const auto valueOf = [](const ReadingRow &row) {
        return row.main ? std::numeric_limits<double>::infinity() : row.value.value_or(-1);
    };
    std::vector<double> values;
    for (const ReadingRow &row : rows) {
        values.push_back(valueOf(row));
    }
    std::nth_element(values.begin(), values.begin() + kMostRows - 1, values.end(), std::greater<>());
    const double least = values[kMostRows - 1];
    std::vector<ReadingRow> out;
    for (const ReadingRow &row : rows) {
        if (valueOf(row) >= least && out.size() < kMostRows) {
            out.push_back(row);
        }
    }
    return out;
}

} // namespace

void LagCanvas::paintReading(QPainter *painter) const
{
    if (!m_reading || !m_data.anything) {
        return;
    }
    const double key = static_cast<double>(m_reading->monotonicMs) / 1000;
    const qreal x = std::floor(pixelAt(key)) + 0.5;
    if (x < m_lag->left() || x > m_lag->right() + 2) { // the newest sample stands on the edge
        return;
    }
    painter->setPen(QPen(color(Token::Text2), 1));
    painter->drawLine(QPointF(x, m_lag->top()), QPointF(x, m_wal ? m_wal->bottom() : m_lag->bottom()));
    if (m_query.grouping == Grouping::ByStage) {
        if (m_reading->value) {
            paintDot(painter, {x, valuePixel(std::min(*m_reading->value, m_scale.top))},
                     theme::Theme::instance().stage(0));
        }
    } else {
        for (const ReadingRow &row : m_reading->rows) {
            if (row.value && *row.value <= m_scale.top && hasLine(row.name)) {
                paintDot(painter, {x, valuePixel(*row.value)}, inkOf(row.color, row.main));
            }
        }
    }
    if (m_wal && m_reading->wal) {
        const QPointF at(x, m_wal->axis(QCPAxis::atLeft)->coordToPixel(std::min(*m_reading->wal, m_walScale.top)));
        const QColor ink = theme::Theme::instance().series(0);
        paintDot(painter, at, ink);
        const QString text = m_walScale.number(*m_reading->wal);
        const bool left = x + 12 + textWidth(text, FontRole::FixedCaption) > m_wal->right();
        const qreal wide = textWidth(text, FontRole::FixedCaption);
        const qreal base = std::max<qreal>(at.y() - 8, m_wal->top() + 10);
        const qreal begin = left ? x - 9 - wide : x + 9;
        // The line runs to and fro here: a halo would not be enough.
        painter->fillRect(QRectF(begin - 3, base - lineHeight() + 3, wide + 6, lineHeight()), color(Token::Surface));
        const CanvasText style{{begin, base}, FontRole::FixedCaption, ink};
        paintText(painter, text, style);
    }
    paintPanel(painter, x);
}

void LagCanvas::paintPanel(QPainter *painter, qreal x) const
{
    const std::vector<ReadingRow> rows = shownRows(m_reading->rows);
    const std::size_t hidden = m_reading->rows.size() - rows.size();
    qreal names = textWidth(m_reading->time, FontRole::SmallStrong) - kMark;
    qreal bytes = textWidth(m_reading->totalBytes, FontRole::FixedStrong);
    qreal seconds = textWidth(m_reading->totalSeconds, FontRole::FixedStrong);
    for (const ReadingRow &row : rows) {
        names = std::max(names, std::min<qreal>(textWidth(row.name, FontRole::Small), 160));
        bytes = std::max(bytes, textWidth(row.bytes, FontRole::Fixed));
        seconds = std::max({seconds, textWidth(row.seconds, FontRole::Fixed),
                            row.seconds.isEmpty() ? textWidth(row.word, FontRole::Small) : 0});
    }
    const qreal height = 2 * kPad + rowHeight() * static_cast<qreal>(rows.size() + 1 + (hidden ? 1 : 0)) + 2;
    const qreal gap = seconds > 0 ? kColumnGap : 0;
    const QSizeF size(std::ceil(2 * kPad + kMark + names + kColumnGap + bytes + gap + seconds), height);
    const bool left = x + 14 + size.width() > width() - 4;
    QRectF panel(QPointF(left ? std::max<qreal>(4, x - 14 - size.width()) : x + 14, m_lag->top() + 2.0), size);
    panel.moveTopLeft(QPointF(std::floor(panel.left()), std::floor(panel.top())));
    theme::paintRounded(painter, panel, theme::metric::kRadiusControl, color(Token::Raised), color(Token::Border));

    const qreal right = panel.right() - kPad;
    const qreal base = panel.top() + kPad + rowHeight() - 6;
    paintText(painter, m_reading->time, {{panel.left() + kPad, base}, FontRole::SmallStrong, color(Token::Text1)});
    paintText(painter, m_reading->totalSeconds,
              {{right, base}, FontRole::FixedStrong, color(Token::Text1), Qt::AlignRight});
    paintText(painter, m_reading->totalBytes,
              {{right - seconds - gap, base}, FontRole::FixedStrong, color(Token::Text1), Qt::AlignRight});
    paintPanelRows(painter, {panel.left() + kPad, right, base, seconds + gap}, rows);
    if (hidden > 0) {
        const qreal y = base + rowHeight() * static_cast<qreal>(rows.size() + 1) + 2;
        const QString more = m_query.grouping == Grouping::BySlot
                                 ? QCoreApplication::translate("LagPlot", "and %1 that held less")
                                 : QCoreApplication::translate("LagPlot", "and %1 less behind");
        paintText(painter, more.arg(hidden),
                  {{panel.left() + kPad + kMark, y}, FontRole::Caption, color(Token::Text3)});
    }
}

void LagCanvas::paintPanelRows(QPainter *painter, const PanelColumns &at, const std::vector<ReadingRow> &rows) const
{
    const bool stages = m_query.grouping == Grouping::ByStage;
    qreal y = at.base + 2;
    for (const ReadingRow &row : rows) {
        y += rowHeight();
        const QColor ink = stages ? theme::Theme::instance().stage(row.color) : inkOf(row.color, row.main);
        painter->fillRect(stages ? QRectF(at.left, y - 8, 8, 8) : QRectF(at.left, y - 5, 8, 2), ink);
        CanvasText name{{at.left + kMark, y}, FontRole::Small, color(Token::Text2)};
        name.width = 160;
        paintText(painter, row.name, name);
        paintText(painter, row.bytes,
                  {{at.right - at.seconds, y}, FontRole::Fixed, color(Token::Text1), Qt::AlignRight});
        if (!row.seconds.isEmpty()) {
            paintText(painter, row.seconds, {{at.right, y}, FontRole::Fixed, color(Token::Text1), Qt::AlignRight});
        } else {
            CanvasText word{{at.right, y}, FontRole::Small, color(Token::Text3), Qt::AlignRight};
            word.italic = true;
            paintText(painter, row.word, word);
        }
    }
}

} // namespace howdah::charts
