// SPDX-License-Identifier: GPL-3.0-or-later
// What is foretold of a slot: the time ahead, now, and the dashed line to where it is full. And what stands beside it.
#include <cmath>

#include "charts/canvasparts.h"
#include "charts/lagcanvas.h"
#include "core/units.h"

namespace howdah::charts {

using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr qreal kRing = 4, kGap = 8;

QString words(const char *text)
{
    return QCoreApplication::translate("LagPlot", text);
}

double keyOf(qint64 monotonicMs)
{
    return static_cast<double>(monotonicMs) / 1000;
}

void paintRing(QPainter *painter, QPointF at, const QColor &ink)
{
    painter->setPen(QPen(ink, 1.75));
    painter->setBrush(color(Token::Surface));
    painter->drawEllipse(at, kRing, kRing);
}

} // namespace

/// The ground of what is to come is another, so that nobody takes it for measured.
void LagCanvas::paintAhead(QPainter *painter) const
{
    if (m_query.aheadMs > 0) {
        const qreal x = std::floor(pixelAt(keyOf(m_query.toMs)));
        painter->fillRect(QRectF(QPointF(x, m_lag->top()), QPointF(m_lag->right() + 1, m_lag->bottom() + 1)),
                          color(Token::Canvas));
    }
}

void LagCanvas::paintForecast(QPainter *painter) const
{
    if (m_query.aheadMs <= 0) {
        return;
    }
    paintNow(painter, std::floor(pixelAt(keyOf(m_query.toMs))) + 0.5);
    if (m_data.forecast) {
        const Forecast &forecast = *m_data.forecast;
        const bool inSight = forecast.toMs <= shownToMs();
        const qint64 endMs = inSight ? forecast.toMs : shownToMs();
        const QPointF start(pixelAt(keyOf(forecast.fromMs)), valuePixel(forecast.from));
        const QPointF end(pixelAt(keyOf(endMs)), valuePixel(forecast.at(endMs)));
        QPen pen(inkOf(0, true), 1.75);
        pen.setDashPattern({3, 2.3});
        pen.setCapStyle(Qt::FlatCap);
        painter->setPen(pen);
        painter->drawLine(start, end);
        if (inSight) {
            paintForecastEnd(painter, end);
        }
    }
    paintNowLabels(painter);
}

/// Where it is full: the rate that leads there, and when.
void LagCanvas::paintForecastEnd(QPainter *painter, QPointF end) const
{
    const Forecast &forecast = *m_data.forecast;
    const qint64 offset = m_frame.wallOffsetMs;
    const QString time = localMoment(forecast.toMs + offset, forecast.fromMs + offset);
    const QString rate = words("%1/s").arg(core::formatBytes(std::llround(forecast.bytesPerSecond())));
    const qreal half =
        std::ceil(std::max(textWidth(time, FontRole::FixedStrong), textWidth(rate, FontRole::Caption)) / 2);
    const qreal x = std::min(end.x(), m_lag->right() - half - 2);
    const qreal base = end.y() - kRing - kGap;
    CanvasText style{{x, base}, FontRole::FixedStrong, wordInkOf(0, true), Qt::AlignHCenter};
    style.halo = true;
    style.ground = Token::Canvas;
    paintText(painter, time, style);
    style = {{x, base - lineHeight()}, FontRole::Caption, color(Token::Text2), Qt::AlignHCenter};
    style.halo = true;
    style.ground = Token::Canvas;
    paintText(painter, rate, style);
    paintRing(painter, end, inkOf(0, true));
}

/// The line between what was measured and what is foretold, named on both sides.
void LagCanvas::paintNow(QPainter *painter, qreal x) const
{
    painter->setPen(QPen(color(Token::Text2), 1));
    painter->drawLine(QPointF(x, m_lag->top()), QPointF(x, m_lag->bottom()));
    const qreal base = m_lag->top() + lineHeight() - 2.0;
    CanvasText style{{x - kGap, base}, FontRole::SmallStrong, color(Token::Text1), Qt::AlignRight};
    style.halo = true;
    paintText(painter, words("now"), style);
    style = {{x - kGap, base + lineHeight()}, FontRole::FixedCaption, color(Token::Text2), Qt::AlignRight};
    style.halo = true;
    paintText(painter, localTime(m_query.toMs + m_frame.wallOffsetMs, false), style);
    if (!m_data.forecast) {
        return;
    }
    QStringList lines{words("forecast: at the rate of the last 10 min")};
    if (m_data.forecast->toMs > shownToMs()) {
        const qint64 offset = m_frame.wallOffsetMs;
        const QString end = localMoment(m_data.forecast->toMs + offset, m_query.toMs + offset);
        lines = {words("forecast: full at %1").arg(end), words("at the rate of the last 10 min")};
    }
    for (qsizetype i = 0; i < lines.size(); ++i) {
        style = {{x + kGap, base + static_cast<qreal>(i) * lineHeight()}, FontRole::Caption, color(Token::Text2)};
        style.halo = true;
        style.ground = Token::Canvas;
        style.width = m_lag->right() - x - kGap;
        paintText(painter, lines[i], style);
    }
}

/// The baseline of two lines of words, moved up until no limit is drawn through them.
qreal LagCanvas::clearOfLimits(qreal base) const
{
    for (const PlotLimit &limit : m_frame.limits) { // from the lowest to the highest
        const qreal y = valuePixel(limit.value);
        if (isSeen(limit) && y < base + 4 && y > base - 2 * lineHeight()) {
            base = y - 5;
        }
    }
    return base;
}

/// The lines end at now, in the middle of the plot, and have their names there: the one that stands out at its left,
/// where nothing is foretold, the others at its right.
void LagCanvas::paintNowLabels(QPainter *painter) const
{
    const qreal x = pixelAt(keyOf(m_query.toMs));
    std::vector<const PlotLine *> others;
    std::vector<double> wanted;
    for (const PlotLine &line : m_data.lines) {
        const std::optional<double> last = line.last ? line.last : lastKnown(line);
        if (!last || line.gone || (line.main && !line.last)) {
            continue;
        }
        const qreal y = valuePixel(std::min(*last, m_scale.top));
        if (!line.main) {
            others.push_back(&line);
            wanted.push_back(y);
            continue;
        }
        // Below where "now" stands already.
        const bool above = y - 3 * lineHeight() - kGap > m_lag->top() + 2 * lineHeight();
        const qreal base = above ? clearOfLimits(y - kRing - kGap) : y + kRing + kGap + 2 * lineHeight();
        CanvasText style{{x - kGap, base}, FontRole::FixedStrong, wordInkOf(line.color, true), Qt::AlignRight};
        style.halo = true;
        style.width = x - kGap - m_lag->left();
        paintText(painter, core::formatBytes(std::llround(*line.last)), style);
        style = {{x - kGap, base - lineHeight()}, FontRole::SmallStrong, color(Token::Text1), Qt::AlignRight};
        style.halo = true;
        style.width = x - kGap - m_lag->left();
        paintText(painter, line.name, style);
        paintRing(painter, {x, y}, inkOf(line.color, true));
    }
    const auto places = spreadLabels(wanted, lineHeight() + 1, m_lag->top() + 2 * lineHeight(), m_lag->bottom() - 4.0);
    for (std::size_t i = 0; i < others.size(); ++i) {
        if (!std::isnan(places[i])) {
            const PlotLine &line = *others[i];
            const QString value = line.last ? core::formatBytes(std::llround(*line.last)) : line.lastWord;
            const QString text = line.name + QLatin1Char(' ') + value;
            CanvasText style{{x + kGap, std::round(places[i]) + 4}, FontRole::Caption, color(Token::Text3)};
            style.width = std::max(24.0, m_lag->right() - x - kGap);
            // The dashes of a limit may run here: through a halo they would be seen.
            const qreal wide = std::min(style.width, textWidth(text, style.font));
            painter->fillRect(QRectF(style.at.x() - 3, style.at.y() - lineHeight() + 3, wide + 6, lineHeight()),
                              color(Token::Canvas));
            paintText(painter, text, style);
        }
    }
}

void LagCanvas::paintLimitNote(QPainter *painter, const PlotLimit &limit) const
{
    const qreal y = valuePixel(limit.value);
    const qreal room = m_query.aheadMs > 0 ? pixelAt(keyOf(m_query.toMs)) - m_lag->left() : m_lag->width();
    const QStringList lines = limit.note.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    double highest = 0;
    for (const PlotLine &line : m_data.lines) {
        for (const history::SeriesPoint &point : line.points) {
            highest = std::isnan(point.value) ? highest : std::max(highest, point.value);
        }
    }
    // Not over what is drawn.
    const qreal below = y + (static_cast<qreal>(lines.size()) + 0.5) * lineHeight();
    if (lines.isEmpty() || below > valuePixel(std::min(highest, m_scale.top)) - kGap) {
        return;
    }
    qreal base = y + lineHeight() + 2;
    for (const QString &line : lines) {
        CanvasText style{{m_lag->left() + kGap, base}, FontRole::Caption, color(Token::Text3)};
        style.halo = true;
        style.width = room - 2 * kGap;
        paintText(painter, line, style);
        base += lineHeight();
    }
}

/// Below the axis: who is not drawn, and how little that is.
void LagCanvas::paintLeftOut(QPainter *painter) const
{
    if (m_data.leftOut > 0) {
        CanvasText style{{m_lag->left() + 0.0, height() - 8.0}, FontRole::Caption, color(Token::Text3)};
        style.width = width() - m_lag->left() - 16.0;
        paintText(painter, m_data.leftOutText(), style);
    }
}

} // namespace howdah::charts
