// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/outagecanvas.h"

#include <cmath>

#include "charts/canvasparts.h"
#include "charts/overlay.h"

namespace howdah::charts {

using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr int kTop = 14, kRight = 16, kLeft = 52;
constexpr int kBars = 74; ///< below the labels of the axis
constexpr double kBarHeight = 8;
constexpr int kBarColors[] = {7, 2, 0, 3, 4, 5, 6, 1}; ///< series that are told apart side by side

/// On a pixel, so that a line of 1 px is one.
double crisp(double value)
{
    return std::floor(value) + 0.5;
}

} // namespace

OutageCanvas::OutageCanvas(QWidget *parent)
    : QCustomPlot(parent)
    , m_acknowledged(nullptr)
    , m_refused(nullptr)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    setUp();
}

void OutageCanvas::setUp()
{
    setNotAntialiasedElements(QCP::aeAxes | QCP::aeGrid);
    setAntialiasedElements(QCP::aePlottables | QCP::aeItems | QCP::aeScatters);
    axisRect()->setAutoMargins(QCP::msNone);
    axisRect()->setupFullAxesBox(false);
    xAxis2->setVisible(false);
    yAxis2->setVisible(false);
    for (QCPAxis *axis : {xAxis, yAxis}) {
        axis->setTicker(QSharedPointer<QCPAxisTickerText>::create());
        axis->setSubTicks(false);
    }
    xAxis->grid()->setVisible(false);
    xAxis->setTickLength(0, 5);
    xAxis->setTickLabelPadding(6);
    yAxis->setBasePen(Qt::NoPen);
    yAxis->setTickPen(Qt::NoPen);
    yAxis->setTickLength(0, 0);
    yAxis->setTickLabelPadding(8);
    m_refused = addGraph();
    m_acknowledged = addGraph();
    for (QCPGraph *graph : {m_refused, m_acknowledged}) {
        graph->setLineStyle(QCPGraph::lsNone);
        graph->setAdaptiveSampling(false);
        graph->setSelectable(QCP::stNone);
    }
    addLayer(QStringLiteral("labels"));
    new Overlay(this, QStringLiteral("background"), [this](QPainter *painter) { paintBand(painter); });
    new Overlay(this, QStringLiteral("labels"), [this](QPainter *painter) { paintLabels(painter); });
}

void OutageCanvas::recolour()
{
    setBackground(QBrush(color(Token::Surface)));
    for (QCPAxis *axis : {xAxis, yAxis}) {
        axis->setTickLabelColor(color(Token::Text3));
        axis->setTickLabelFont(theme::pixelFont(FontRole::FixedCaption));
    }
    xAxis->setBasePen(color(Token::Axis));
    xAxis->setTickPen(color(Token::Axis));
    yAxis->grid()->setPen(color(Token::Grid));
    yAxis->grid()->setZeroLinePen(color(Token::Grid));
    QCPScatterStyle dot(QCPScatterStyle::ssDisc, color(Token::Standby), color(Token::Standby), 4);
    m_acknowledged->setScatterStyle(dot);
    m_refused->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCross, QPen(color(Token::Text3), 1), Qt::NoBrush, 5));
}

void OutageCanvas::setTicks()
{
    auto ticker = xAxis->ticker().dynamicCast<QCPAxisTickerText>();
    ticker->clear();
    const double span = m_drawing.toMs - m_drawing.fromMs;
    const double step = niceStep(span / std::clamp(axisRect()->width() / 90.0, 2.0, 7.0));
    for (double at = std::ceil(m_drawing.fromMs / step) * step; at <= m_drawing.toMs; at += step) {
        const bool last = at + step > m_drawing.toMs;
        const QString number = QString::number(std::lround(at));
        ticker->addTick(at, last ? tr("%1 ms").arg(number) : number);
    }
    auto values = yAxis->ticker().dynamicCast<QCPAxisTickerText>();
    values->clear();
    for (const double tick : m_drawing.scale.ticks()) {
        values->addTick(tick, m_drawing.scale.label(tick));
    }
}

void OutageCanvas::present(const OutageDrawing &drawing)
{
    m_drawing = drawing;
    recolour();
    const auto line = static_cast<int>(lineHeight());
    axisRect()->setMargins(QMargins(kLeft, kTop, kRight, line + 12 + kBars));
    xAxis->setRange(drawing.fromMs, drawing.toMs);
    yAxis->setRange(0, drawing.scale.top);
    QVector<QCPGraphData> dots, crosses;
    for (const OutagePoint &point : drawing.acknowledged) {
        dots.append({point.ms, point.took});
    }
    for (const double at : drawing.refused) {
        crosses.append({at, drawing.scale.top * 0.07});
    }
    m_acknowledged->data()->set(dots, true);
    m_refused->data()->set(crosses, true);
    setTicks();
    replot(rpQueuedRefresh);
}

void OutageCanvas::paintBand(QPainter *painter) const
{
    if (!m_drawing.hasGap) {
        return;
    }
    const QRectF plot = axisRect()->rect();
    const double left = crisp(x(0)), right = crisp(std::min(x(m_drawing.gapMs), plot.right()));
    painter->fillRect(QRectF(left, plot.top(), right - left, plot.height()), color(Token::RoleTint));
    painter->setPen(QPen(color(Token::Text2), 1));
    for (const double at : {left, right}) {
        painter->drawLine(QPointF(at, plot.top()), QPointF(at, plot.bottom()));
    }
    QPen dots(color(Token::Text3), 1);
    dots.setDashPattern({1, 3});
    painter->setPen(dots);
    for (const OutageBar &bar : m_drawing.bars) {
        const double at = crisp(x(bar.toMs));
        if (!bar.running && at > left + 1 && at < right - 1) {
            painter->drawLine(QPointF(at, plot.top() + plot.height() * 0.5),
                              QPointF(at, plot.bottom() + lineHeight() + 20));
        }
    }
}

void OutageCanvas::paintLabels(QPainter *painter) const
{
    const QRectF plot = axisRect()->rect();
    const QString about = tr("time to commit");
    // Beside the gap, not across its edge.
    const double room = (m_drawing.hasGap ? std::min(x(0), plot.right()) : plot.right()) - plot.left();
    const double spare = room - textWidth(about, FontRole::Small);
    if (spare > 0) {
        paintText(painter, about,
                  {.at = {plot.left() + std::min(6.0, spare / 2), plot.top() + lineHeight()},
                   .color = color(Token::Text3),
                   .halo = true});
    }
    paintKey(painter);
    if (!m_drawing.hasGap) {
        return;
    }
    const double left = x(0), right = std::min(x(m_drawing.gapMs), plot.right());
    const double middle = (left + right) / 2;
    const double base = plot.top() + plot.height() * 0.3;
    const QString number = m_drawing.gapText();
    const double wide = textWidth(number, FontRole::Figure);
    paintText(painter, number,
              {.at = {middle, base},
               .font = FontRole::Figure,
               .color = color(Token::Text1),
               .align = Qt::AlignHCenter,
               .halo = wide > right - left - 8});
    paintText(painter, m_drawing.isOpen ? tr("without a commit so far") : tr("without a commit"),
              {.at = {middle, base + lineHeight() + 4},
               .color = color(Token::Text2),
               .align = Qt::AlignHCenter,
               .halo = true,
               .ground = Token::RoleTint});
    painter->setPen(QPen(color(Token::Text2), 1));
    const double y = crisp(base - QFontMetricsF(theme::pixelFont(FontRole::Figure)).capHeight() / 2);
    if (right - left > wide + 40) {
        painter->drawLine(QPointF(left, y), QPointF(middle - wide / 2 - 12, y));
        painter->drawLine(QPointF(middle + wide / 2 + 12, y), QPointF(right, y));
    }
    paintBars(painter);
}

void OutageCanvas::paintKey(QPainter *painter) const
{
    const QRectF plot = axisRect()->rect();
    const QString words[] = {tr("acknowledged"), tr("refused, retried")};
    const double wide = std::max(textWidth(words[0], FontRole::Caption), textWidth(words[1], FontRole::Caption));
    const double left = plot.right() - wide - 2;
    // A slow commit may be drawn behind it, and a long gap may reach so far.
    painter->fillRect(QRectF(left - 18, plot.top() + 1, plot.right() - left + 18, 2 * (lineHeight() + 2) + 5),
                      color(Token::Surface));
    for (int i = 0; i < 2; ++i) {
        const QPointF at(left, plot.top() + (i + 1) * (lineHeight() + 2));
        paintText(painter, words[i], {.at = at, .color = color(Token::Text2), .halo = true});
        const QPointF mark(left - 9, at.y() - lineHeight() * 0.3);
        if (i == 0) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(color(Token::Standby));
            painter->drawEllipse(mark, 2.5, 2.5);
        } else {
            painter->setPen(QPen(color(Token::Text3), 1));
            painter->drawLine(mark + QPointF(-2.5, -2.5), mark + QPointF(2.5, 2.5));
            painter->drawLine(mark + QPointF(-2.5, 2.5), mark + QPointF(2.5, -2.5));
        }
    }
}

void OutageCanvas::paintBars(QPainter *painter) const
{
    const QRectF plot = axisRect()->rect();
    const double top = plot.bottom() + lineHeight() + 20;
    for (int i = 0; i < 2; ++i) {
        paintText(
            painter, i == 0 ? tr("Steps") : tr("in ms"),
            {.at = {plot.left() - kLeft + 16, top + kBarHeight + i * lineHeight()}, .color = color(Token::Text3)});
    }
    double endOfFirst = plot.left(), endOfSecond = plot.left();
    for (std::size_t i = 0; i < m_drawing.bars.size(); ++i) {
        const OutageBar &bar = m_drawing.bars[i];
        const double left = std::max(x(bar.fromMs), plot.left());
        const double right = std::min(x(bar.toMs), plot.right());
        if (right < plot.left() || left > plot.right()) {
            continue;
        }
        const QRectF rect(left, top, std::max(1.0, right - left - 1), kBarHeight);
        painter->fillRect(rect, theme::Theme::instance().series(kBarColors[i % std::size(kBarColors)]));
        paintBarLabel(painter, bar, rect, endOfFirst, endOfSecond);
    }
}

/// Below its bar, in the first line where there is room, else in the second with a tick that leads there.
void OutageCanvas::paintBarLabel(QPainter *painter, const OutageBar &bar, QRectF rect, double &endOfFirst,
                                 double &endOfSecond) const
{
    const QString words = bar.running ? tr("%1 …").arg(bar.name)
                                      : QStringLiteral("%1 %2").arg(bar.name).arg(std::lround(bar.toMs - bar.fromMs));
    const double wide = textWidth(words, FontRole::Caption);
    const double middle = rect.center().x();
    const bool first = middle - wide / 2 > endOfFirst + 6 && wide <= rect.width() + 24;
    double &end = first ? endOfFirst : endOfSecond;
    const double left = std::min(std::max(middle - wide / 2, end + 8), axisRect()->right() - wide);
    end = left + wide;
    const double base = rect.bottom() + lineHeight() + (first ? 4 : lineHeight() + 6);
    if (!first) {
        painter->setPen(QPen(color(Token::Text3), 1));
        painter->drawLine(QPointF(crisp(middle), rect.bottom() + 2), QPointF(crisp(middle), base - lineHeight() + 3));
    }
    paintText(painter, words, {.at = {left, base}, .color = color(Token::Text1)});
}

} // namespace howdah::charts
