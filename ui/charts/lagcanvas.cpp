// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/lagcanvas.h"

#include <QDateTime>
#include <cmath>

#include "charts/canvasparts.h"
#include "charts/overlay.h"

namespace howdah::charts {

using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr qreal kWalHeight = 80;
constexpr int kWalTitle = 40;

double keyOf(qint64 monotonicMs)
{
    return static_cast<double>(monotonicMs) / 1000;
}

/// The points for a graph. One known moment between two gaps would be no line at all: it becomes one as wide as itself.
QVector<QCPGraphData> graphData(const std::vector<history::SeriesPoint> &points)
{
    QVector<QCPGraphData> out;
    out.reserve(static_cast<int>(points.size()));
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double key = keyOf(points[i].monotonicMs);
        out.append({key, points[i].value});
        const bool alone = !std::isnan(points[i].value) && (i == 0 || std::isnan(points[i - 1].value)) &&
                           (i + 1 == points.size() || std::isnan(points[i + 1].value));
        if (alone) {
            out.append({key + 0.9, points[i].value});
        }
    }
    return out;
}

} // namespace

LagCanvas::LagCanvas(QWidget *parent)
    : QCustomPlot(parent)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    setNotAntialiasedElements(QCP::aeAxes | QCP::aeGrid);
    setAntialiasedElements(QCP::aePlottables | QCP::aeItems | QCP::aeFills);
    plotLayout()->setRowSpacing(0);
    m_lag = axisRect(0);
    setUpAxes(m_lag);
    addLayer(QStringLiteral("labels"));
    addLayer(QStringLiteral("crosshair"));
    // A layer with a buffer of its own: the pointer moves without painting the lines anew.
    layer(QStringLiteral("crosshair"))->setMode(QCPLayer::lmBuffered);
    new Overlay(this, QStringLiteral("background"), [this](QPainter *painter) { paintAhead(painter); });
    new Overlay(this, QStringLiteral("labels"), [this](QPainter *painter) { paintLabels(painter); });
    new Overlay(this, QStringLiteral("crosshair"), [this](QPainter *painter) { paintReading(painter); });
    connect(this, &QCustomPlot::afterReplot, this, [this] {
        ++m_replots;
        if (m_putAway) {
            mPaintBuffers.clear(); // the replot that QCustomPlot's constructor queues may come when it is hidden again
        }
    });
}

void LagCanvas::setUpAxes(QCPAxisRect *rect)
{
    rect->setAutoMargins(QCP::msNone);
    for (QCPAxis *axis : rect->axes()) {
        axis->setLayer(QStringLiteral("axes"));
    }
    rect->axis(QCPAxis::atTop)->setVisible(false);
    rect->axis(QCPAxis::atRight)->setVisible(false);
    for (const auto type : {QCPAxis::atLeft, QCPAxis::atBottom}) {
        rect->axis(type)->setTicker(QSharedPointer<QCPAxisTickerText>::create());
    }
    QCPAxis *bottom = rect->axis(QCPAxis::atBottom);
    bottom->grid()->setVisible(false);
    bottom->setTickLength(0, 5);
    bottom->setSubTickLength(0, 3);
    bottom->setTickLabelPadding(6);
    QCPAxis *left = rect->axis(QCPAxis::atLeft);
    left->setBasePen(Qt::NoPen);
    left->setTickPen(Qt::NoPen);
    left->setSubTicks(false);
    left->setTickLength(0, 0);
    left->setTickLabelPadding(8);
}

void LagCanvas::present(PlotData plotted, const PlotQuery &query, const CanvasFrame &frame)
{
    m_data = std::move(plotted);
    m_query = query;
    m_frame = frame;
    setScales();
    arrangeRects();
    recolour();
    m_lag->axis(QCPAxis::atBottom)->setRange(keyOf(query.fromMs), keyOf(shownToMs()));
    m_lag->axis(QCPAxis::atLeft)->setRange(0, m_scale.top);
    if (query.grouping == Grouping::ByStage) {
        fillStack();
    } else {
        fillLines();
    }
    fillWal();
    setMargins();
    setTicks();
    replot(rpQueuedRefresh); // the caller has waited for the event loop already
}

void LagCanvas::setScales()
{
    double highest = m_data.highest;
    if (m_data.forecast && m_data.forecast->toMs <= shownToMs()) {
        // Above its end stand the rate and the time, and above them how it was come by.
        const double share = (3 * lineHeight() + 12) / std::max(100.0, height() - 3 * lineHeight());
        highest = std::max(highest, m_data.forecast->to / (1 - std::min(0.5, share)));
    }
    m_scale = m_query.unit == Unit::Bytes ? bytesScale(highest) : secondsScale(highest);
    m_walScale = rateScale(m_data.highestWal);
}

bool LagCanvas::hasLine(const QString &name) const
{
    return std::any_of(m_data.lines.begin(), m_data.lines.end(),
                       [&name](const PlotLine &line) { return line.name == name; });
}

QColor LagCanvas::inkOf(int series, bool main) const
{
    if (m_query.grouping != Grouping::BySlot) {
        return theme::Theme::instance().series(series);
    }
    // The colours are for the one that is looked at; the others are there to compare it with.
    return !main                                                   ? color(Token::Text3)
           : m_query.outlook.verdict == cluster::Verdict::Critical ? color(Token::Critical)
           : m_query.outlook.verdict == cluster::Verdict::Warning  ? color(Token::WarningMark)
                                                                   : theme::Theme::instance().series(0);
}

QColor LagCanvas::wordInkOf(int series, bool main) const
{
    const bool warns =
        m_query.grouping == Grouping::BySlot && main && m_query.outlook.verdict == cluster::Verdict::Warning;
    return warns ? color(Token::Warning) : inkOf(series, main);
}

void LagCanvas::arrangeRects()
{
    const bool wanted = m_query.wal && height() >= 240;
    if (wanted == (m_wal != nullptr)) {
        return;
    }
    if (wanted) {
        m_wal = new QCPAxisRect(this);
        setUpAxes(m_wal);
        plotLayout()->addElement(1, 0, m_wal);
        m_wal->setMinimumSize(0, static_cast<int>(kWalHeight));
        m_wal->setMaximumSize(QWIDGETSIZE_MAX, static_cast<int>(kWalHeight));
        m_walGraph = addGraph(m_wal->axis(QCPAxis::atBottom), m_wal->axis(QCPAxis::atLeft));
    } else {
        removeGraph(m_walGraph);
        m_walGraph = nullptr;
        plotLayout()->remove(m_wal);
        plotLayout()->simplify();
        m_wal = nullptr;
    }
}

void LagCanvas::setGraphs(std::size_t count)
{
    for (; m_graphs.size() > count; m_graphs.pop_back()) {
        removeGraph(m_graphs.back());
    }
    while (m_graphs.size() < count) {
        m_graphs.push_back(addGraph(m_lag->axis(QCPAxis::atBottom), m_lag->axis(QCPAxis::atLeft)));
        m_graphs.back()->setAdaptiveSampling(false); // decimated already, with its own promise about peaks
        m_graphs.back()->setSelectable(QCP::stNone);
    }
}

void LagCanvas::fillLines()
{
    setGraphs(m_data.lines.size());
    for (std::size_t i = 0; i < m_graphs.size(); ++i) {
        // The first node's line lies on top.
        const PlotLine &line = m_data.lines[m_graphs.size() - 1 - i];
        QPen pen(inkOf(line.color, line.main), m_query.grouping == Grouping::BySlot && !line.main ? 1 : 1.75);
        pen.setJoinStyle(Qt::RoundJoin);
        m_graphs[i]->setPen(pen);
        m_graphs[i]->setBrush(Qt::NoBrush);
        m_graphs[i]->setChannelFillGraph(nullptr);
        m_graphs[i]->data()->set(graphData(line.points), true);
    }
}

void LagCanvas::fillStack()
{
    setGraphs(4);
    const PlotStack &stack = m_data.stack;
    for (std::size_t i = 0; i < 4; ++i) {
        std::vector<history::SeriesPoint> points;
        points.reserve(stack.at.size());
        for (std::size_t p = 0; p < stack.at.size(); ++p) {
            points.push_back({stack.at[p], stack.tops[i][p]});
        }
        QCPGraph *graph = m_graphs[i];
        // [0] is replay, the last stage.
        const QColor fill = theme::Theme::instance().stage(3 - static_cast<int>(i));
        graph->setBrush(fill);
        // Only the whole has an outline.
        graph->setPen(i == 3 ? QPen(theme::Theme::instance().stage(1), 1.25) : QPen(Qt::NoPen));
        graph->setChannelFillGraph(i == 0 ? nullptr : m_graphs[i - 1]);
        graph->data()->set(graphData(points), true);
    }
}

void LagCanvas::fillWal()
{
    if (!m_wal) {
        return;
    }
    QPen pen(theme::Theme::instance().series(0), 1.25);
    pen.setJoinStyle(Qt::RoundJoin);
    m_walGraph->setPen(pen);
    m_walGraph->setAdaptiveSampling(false);
    m_walGraph->data()->set(graphData(m_data.wal.points), true);
    m_wal->axis(QCPAxis::atBottom)->setRange(keyOf(m_query.fromMs), keyOf(shownToMs()));
    m_wal->axis(QCPAxis::atLeft)->setRange(0, m_walScale.top);
}

void LagCanvas::setTimeTicks(QCPAxisRect *rect, bool labels)
{
    const qint64 span = shownToMs() - m_query.fromMs;
    const TimeStep step =
        timeStep(span, std::max(1, width() - rect->margins().left() - rect->margins().right()),
                 static_cast<int>(textWidth(QStringLiteral("00:00:00"), FontRole::FixedCaption) * 1.7));
    QCPAxis *axis = rect->axis(QCPAxis::atBottom);
    auto ticker = axis->ticker().dynamicCast<QCPAxisTickerText>();
    ticker->clear();
    ticker->setSubTickCount(step.parts - 1);
    // Ticks stand on round times of the wall, in the zone of this console.
    const qint64 zone = 1000LL * QDateTime::fromMSecsSinceEpoch(m_query.toMs + m_frame.wallOffsetMs).offsetFromUtc();
    const qint64 shift = m_frame.wallOffsetMs + zone;
    const auto floored = [&](qint64 local) { return local - ((local % step.stepMs) + step.stepMs) % step.stepMs; };
    for (qint64 local = floored(m_query.fromMs + shift); local <= shownToMs() + shift + step.stepMs;
         local += step.stepMs) {
        ticker->addTick(keyOf(local - shift), labels ? localTime(local - zone, step.stepMs < 60'000) : QString());
    }
    axis->setTickLabels(labels && m_frame.wallOffsetMs != 0); // without a past there is no time to name
}

void LagCanvas::setTicks()
{
    const auto values = [](QCPAxisRect *rect, const Scale &scale) {
        auto ticker = rect->axis(QCPAxis::atLeft)->ticker().dynamicCast<QCPAxisTickerText>();
        ticker->clear();
        for (const double tick : scale.ticks()) {
            ticker->addTick(tick, scale.label(tick));
        }
    };
    values(m_lag, m_scale);
    setTimeTicks(m_lag, !m_wal);
    if (m_wal) {
        Scale bare = m_walScale;
        bare.unitName.clear(); // the unit stands at the right end
        auto ticker = m_wal->axis(QCPAxis::atLeft)->ticker().dynamicCast<QCPAxisTickerText>();
        ticker->clear();
        for (const double tick : bare.ticks()) {
            ticker->addTick(tick, bare.label(tick).trimmed());
        }
        setTimeTicks(m_wal, true);
    }
}

void LagCanvas::setMargins()
{
    const qreal line = lineHeight();
    qreal left = 52;
    for (const double tick : m_scale.ticks()) {
        left = std::max(left, textWidth(m_scale.label(tick), FontRole::FixedCaption) + 20);
    }
    const int right = static_cast<int>(std::ceil(labelsWidth()));
    const int bottom = static_cast<int>(line + 16) + (m_data.leftOut > 0 ? static_cast<int>(line) + 8 : 0);
    m_lag->setMargins(
        QMargins(static_cast<int>(std::ceil(left)), static_cast<int>(line / 2 + 3), right, m_wal ? 8 : bottom));
    if (m_wal) {
        m_wal->setMargins(QMargins(static_cast<int>(std::ceil(left)), kWalTitle, right, bottom));
    }
}

void LagCanvas::recolour()
{
    setBackground(QBrush(color(Token::Surface)));
    for (QCPAxisRect *rect : {m_lag, m_wal}) {
        if (!rect) {
            continue;
        }
        for (const auto type : {QCPAxis::atLeft, QCPAxis::atBottom}) {
            QCPAxis *axis = rect->axis(type);
            axis->setTickLabelColor(color(Token::Text3));
            axis->setTickLabelFont(theme::pixelFont(FontRole::FixedCaption));
        }
        QCPAxis *bottom = rect->axis(QCPAxis::atBottom);
        bottom->setBasePen(color(Token::Axis));
        bottom->setTickPen(color(Token::Axis));
        bottom->setSubTickPen(color(Token::Axis));
        QCPGrid *grid = rect->axis(QCPAxis::atLeft)->grid();
        grid->setPen(color(Token::Grid));
        grid->setZeroLinePen(color(Token::Grid));
    }
}

void LagCanvas::setReading(std::optional<Reading> reading)
{
    m_reading = std::move(reading);
    if (buffers() > 0) {
        layer(QStringLiteral("crosshair"))->replot();
    }
}

// QCustomPlot keeps a picture as large as itself for each of its buffered layers, 5 MB in all: too much for the plots
// of many clusters of which one is looked at.
void LagCanvas::hideEvent(QHideEvent *event)
{
    QCustomPlot::hideEvent(event);
    m_putAway = true;
    mPaintBuffers.clear(); // made anew by the replot that LagPlot starts when it is shown
}

void LagCanvas::showEvent(QShowEvent *event)
{
    m_putAway = false;
    QCustomPlot::showEvent(event);
}

} // namespace howdah::charts
