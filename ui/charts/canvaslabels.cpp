// SPDX-License-Identifier: GPL-3.0-or-later
// What stands beside and upon the lines: names at their right ends, limits, the peak, the key of the stages.
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "charts/canvasparts.h"
#include "charts/lagcanvas.h"
#include "core/units.h"

namespace howdah::charts {

using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr qreal kNarrowest = 92, kWidest = 190;
constexpr qreal kDash = 6, kLabelLeft = 12; ///< from the right end of the axis

QString endValue(const PlotLine &line, Unit unit)
{
    if (!line.lastWord.isEmpty() || !line.last) {
        return line.lastWord;
    }
    return unit == Unit::Bytes ? core::formatBytes(std::llround(*line.last)) : core::formatSeconds(*line.last);
}

Token wordToken(PlotLimit::Kind kind)
{
    return kind == PlotLimit::Kind::Warning ? Token::Warning : Token::Critical;
}

// One value stands out and is read closely: minutes alone would be coarse.
QString peakTime(double value)
{
    const qint64 seconds = std::llround(value);
    return seconds < 120 || seconds >= 7200
               ? core::formatSeconds(value)
               : QCoreApplication::translate("LagPlot", "%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
}

} // namespace

qreal textWidth(const QString &text, FontRole font)
{
    return QFontMetricsF(theme::pixelFont(font)).horizontalAdvance(text);
}

qreal lineHeight()
{
    return std::max<qreal>(14, std::ceil(QFontMetricsF(theme::pixelFont(FontRole::FixedCaption)).height()));
}

qreal paintText(QPainter *painter, const QString &text, const CanvasText &style)
{
    if (text.isEmpty()) {
        return 0;
    }
    QFont font = theme::pixelFont(style.font);
    font.setItalic(style.italic);
    const QFontMetricsF metrics(font);
    const bool cut = style.width > 0 && metrics.horizontalAdvance(text) > style.width + 0.5;
    const QString shown = cut ? metrics.elidedText(text, Qt::ElideRight, style.width) : text;
    const qreal width = metrics.horizontalAdvance(shown);
    const QPointF at = style.at - QPointF(style.align & Qt::AlignRight     ? width
                                          : style.align & Qt::AlignHCenter ? width / 2
                                                                           : 0,
                                          0);
    if (style.halo) {
        QPainterPath path;
        path.addText(at, font, shown);
        painter->strokePath(path, QPen(color(style.ground), 5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    }
    painter->setFont(font);
    painter->setPen(style.color);
    painter->drawText(at, shown);
    return width;
}

qreal LagCanvas::labelsWidth() const
{
    qreal widest = m_query.grouping == Grouping::ByStage ? 14 + textWidth(stageName(0), FontRole::Caption) : 0;
    if (m_query.grouping == Grouping::ByStage) {
        widest = std::max(widest,
                          textWidth(QCoreApplication::translate("LagPlot", "Stage, in order"), FontRole::Caption) - 4);
    }
    for (const PlotLine &line : m_data.lines) {
        if (m_query.aheadMs > 0 || line.gone) {
            continue; // they have their words where they end
        }
        const QString value = endValue(line, m_query.unit);
        widest =
            std::max(widest, textWidth(line.name, FontRole::Caption) + 5 + textWidth(value, FontRole::FixedCaption));
    }
    for (const PlotLimit &limit : m_frame.limits) {
        if (isSeen(limit)) {
            widest = std::max(widest, textWidth(limit.text, FontRole::Caption) - 4);
        }
    }
    // In steps, so that a growing number does not make the plot breathe.
    return std::clamp(std::ceil((kLabelLeft + widest + 8) / 16) * 16, kNarrowest, kWidest);
}

void LagCanvas::paintLabels(QPainter *painter) const
{
    if (!m_data.anything) {
        paintEmpty(painter);
    } else {
        paintLimits(painter);
        paintForecast(painter);
        if (m_query.grouping == Grouping::ByStage) {
            paintStageKey(painter);
        } else {
            if (m_query.grouping == Grouping::ByNode) {
                paintPeak(painter);
            }
            paintEndLabels(painter);
        }
        paintLeftOut(painter);
    }
    if (m_wal) {
        paintWalLabels(painter);
    }
}

void LagCanvas::paintEmpty(QPainter *painter) const
{
    CanvasText style{QRectF(m_lag->rect()).center(), FontRole::Body, color(Token::Text3), Qt::AlignHCenter};
    style.halo = true;
    style.width = m_lag->width() - 16;
    paintText(painter, m_frame.emptyText, style);
}

void LagCanvas::paintLimits(QPainter *painter) const
{
    for (const PlotLimit &limit : m_frame.limits) {
        if (!isSeen(limit)) {
            continue;
        }
        const qreal y = std::floor(valuePixel(limit.value)) + 0.5;
        QPen pen(color(limit.kind == PlotLimit::Kind::Warning ? Token::WarningMark : Token::Critical), 1);
        if (limit.kind != PlotLimit::Kind::Loss) {
            pen.setDashPattern({5, 3});
        }
        pen.setCapStyle(Qt::FlatCap);
        painter->setPen(pen);
        painter->drawLine(QPointF(m_lag->left(), y), QPointF(m_lag->right(), y));
        paintLimitNote(painter, limit);
        if (m_query.grouping == Grouping::ByStage) {
            paintLimitLabel(painter, limit, y + 3.5);
        }
    }
}

void LagCanvas::paintLimitLabel(QPainter *painter, const PlotLimit &limit, qreal base) const
{
    CanvasText style{{m_lag->right() + kLabelLeft - 4, base}, FontRole::Caption, color(wordToken(limit.kind))};
    style.width = width() - style.at.x() - 4;
    paintText(painter, limit.text, style);
}

std::optional<double> lastKnown(const PlotLine &line)
{
    const auto found = std::find_if(line.points.rbegin(), line.points.rend(),
                                    [](const history::SeriesPoint &point) { return !std::isnan(point.value); });
    return found == line.points.rend() ? std::nullopt : std::optional(found->value);
}

void LagCanvas::paintEndLabels(QPainter *painter) const
{
    struct Label {
        const PlotLine *line = nullptr;
        const PlotLimit *limit = nullptr;
        double y = 0;
    };
    std::vector<Label> labels;
    for (const PlotLimit &limit : m_frame.limits) {
        if (isSeen(limit)) {
            labels.push_back({nullptr, &limit, valuePixel(limit.value)});
        }
    }
    const auto limits = static_cast<std::ptrdiff_t>(labels.size());
    for (const PlotLine &line : m_data.lines) {
        if (m_query.aheadMs > 0 || line.gone) {
            continue;
        }
        const double last = line.last ? *line.last : lastKnown(line).value_or(0);
        labels.push_back({&line, nullptr, valuePixel(std::clamp(last, 0.0, m_scale.top))});
    }
    // Should there be no room for all, the one that stands out and those that are behind furthest keep theirs.
    std::stable_sort(labels.begin() + limits, labels.end(), [](const Label &a, const Label &b) {
        return a.line->main != b.line->main ? a.line->main : a.y < b.y;
    });
    std::vector<double> wanted;
    for (const Label &label : labels) {
        wanted.push_back(label.y);
    }
    const auto places = spreadLabels(wanted, lineHeight() + 1, m_lag->top(), m_lag->bottom() + 4);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (std::isnan(places[i])) {
            continue;
        }
        const qreal base = std::round(places[i]) + 4;
        if (labels[i].limit) {
            paintLimitLabel(painter, *labels[i].limit, base);
        } else {
            paintEndLabel(painter, *labels[i].line, base);
        }
    }
}

void LagCanvas::paintEndLabel(QPainter *painter, const PlotLine &line, qreal base) const
{
    const qreal x = m_lag->right() + kLabelLeft;
    const qreal room = width() - x - 4;
    const bool thin = m_query.grouping == Grouping::BySlot && !line.main;
    painter->setPen(
        QPen(inkOf(line.color, line.main), thin ? 1 : 1.75, line.last ? Qt::SolidLine : Qt::DotLine, Qt::FlatCap));
    painter->drawLine(QPointF(x - 4 - kDash, base - 3.5), QPointF(x - 4, base - 3.5));
    const QColor ink = wordInkOf(line.color, line.main);
    const QString value = endValue(line, m_query.unit);
    const qreal valueWidth = textWidth(value, FontRole::FixedCaption);
    CanvasText name{{x, base}, FontRole::Caption, ink};
    name.width = std::max<qreal>(24, room - 5 - valueWidth);
    const qreal used = paintText(painter, line.name, name);
    paintText(painter, value, {{x + used + 5, base}, FontRole::FixedCaption, ink});
}

void LagCanvas::paintStageKey(QPainter *painter) const
{
    const qreal row = lineHeight() + 4;
    const qreal x = m_lag->right() + 8.0;
    qreal y = m_lag->bottom() - 4 * row + 6;
    if (!m_frame.limits.empty() && isSeen(m_frame.limits.front())) {
        // The limit has its words where it is: the key makes room above, or below where that is too little.
        const qreal limit = valuePixel(m_frame.limits.front().value) + 4;
        if (limit > y - 2 * row && limit - 4 * row - lineHeight() > m_lag->top()) {
            y = std::min(y, limit - 4 * row);
        }
    }
    paintText(painter, QCoreApplication::translate("LagPlot", "Stage, in order"),
              {{x, y - row}, FontRole::Caption, color(Token::Text3)});
    for (int stage = 0; stage < 4; ++stage, y += row) {
        painter->fillRect(QRectF(x, y - 8, 8, 8), theme::Theme::instance().stage(stage));
        paintText(painter, stageName(stage), {{x + 14, y}, FontRole::Caption, color(Token::Text1)});
    }
}

/// The highest point, when it stands out: three times what any line ends at.
void LagCanvas::paintPeak(QPainter *painter) const
{
    const PlotLine *of = nullptr;
    history::SeriesPoint peak;
    double ends = 0;
    for (const PlotLine &line : m_data.lines) {
        ends = std::max(ends, line.last.value_or(0));
        for (const history::SeriesPoint &point : line.points) {
            if (point.monotonicMs >= m_query.fromMs && point.monotonicMs <= m_query.toMs && point.value > peak.value) {
                peak = point;
                of = &line;
            }
        }
    }
    if (!of || peak.value < 3 * ends || peak.value < m_scale.top / 2) {
        return;
    }
    const qreal x = pixelAt(static_cast<double>(peak.monotonicMs) / 1000);
    const qreal y = valuePixel(peak.value) + 6;
    const QString text =
        QCoreApplication::translate("LagPlot", "peak %1")
            .arg(m_query.unit == Unit::Bytes ? core::formatBytes(std::llround(peak.value)) : peakTime(peak.value));
    const bool left = x + 14 + textWidth(text, FontRole::Fixed) > m_lag->right();
    CanvasText style{{left ? x - 14 : x + 14, y}, FontRole::Fixed, inkOf(of->color, false)};
    style.align = left ? Qt::AlignRight : Qt::AlignLeft;
    style.halo = true;
    paintText(painter, text, style);
}

void LagCanvas::paintWalLabels(QPainter *painter) const
{
    const qreal titleY = m_wal->top() - 14;
    const QString title = m_data.wal.name.isEmpty()
                              ? QCoreApplication::translate("LagPlot", "WAL written: not known yet")
                              : QCoreApplication::translate("LagPlot", "WAL written on %1").arg(m_data.wal.name);
    CanvasText heading{{16, titleY}, FontRole::SmallStrong, color(Token::Text1)};
    heading.width = m_wal->width();
    paintText(painter, title, heading);
    const qreal x = m_wal->right() + 8.0;
    paintText(painter, m_walScale.unitName, {{x, m_wal->top() + 4.0}, FontRole::FixedCaption, color(Token::Text3)});
    if (!m_data.wal.last) {
        return;
    }
    const double last = std::min(*m_data.wal.last, m_walScale.top);
    const qreal y =
        std::max<qreal>(m_wal->axis(QCPAxis::atLeft)->coordToPixel(last) + 4, m_wal->top() + 4 + lineHeight());
    paintText(painter, m_walScale.number(*m_data.wal.last),
              {{x, y}, FontRole::FixedCaption, theme::Theme::instance().series(0)});
}

} // namespace howdah::charts
