// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/lagplot.h"

#include <algorithm>
#include <cmath>

#include "charts/lagcanvas.h"
#include "core/units.h"
#include "theme/focusring.h"
#include "theme/theme.h"

namespace howdah::charts {
namespace {

constexpr qint64 kFirstMs = 60'000; ///< how much is shown at the very start
constexpr qint64 kSlowestMs = 5000; ///< between two replots while time goes on
constexpr int kAfterFrameMs = 20;

} // namespace

LagPlot::LagPlot(QWidget *parent)
    : QWidget(parent)
    , m_canvas(new LagCanvas(this))
    , m_ring(new theme::FocusRing(this))
{
    setObjectName(QStringLiteral("lagPlot"));
    m_canvas->setObjectName(QStringLiteral("lagCanvas"));
    m_ring->setObjectName(QStringLiteral("lagFocusRing"));
    setAccessibleName(tr("Replay lag over time"));
    setWhatsThis(tr("Left, Right, Page Up and Page Down pan, + and - zoom, Home goes back to the whole range at now. "
                    "Ctrl+Left and Ctrl+Right read the values at a time, Escape hides them."));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_pending.setSingleShot(true);
    connect(&m_pending, &QTimer::timeout, this, &LagPlot::replot);
    connect(&theme::Theme::instance(), &theme::Theme::changed, this, &LagPlot::schedule);
}

void LagPlot::setHistory(const history::LagHistory *history)
{
    m_history = history;
    m_drawn = {};
    schedule();
}

void LagPlot::refresh()
{
    // A day moves on by a pixel every two minutes; then only what stands at the right end is worth a replot.
    const qint64 perPixel = (m_query.toMs - m_query.fromMs) / std::max(1, m_query.columns);
    if (m_drawn.anything && nowMs() - m_plottedMs < std::min<qint64>(perPixel / 2, kSlowestMs)) {
        return;
    }
    // After the frame that shows the new numbers, in one of its own: together they would be late.
    if (isVisible() && !m_pending.isActive()) {
        m_pending.start(m_drawn.anything ? kAfterFrameMs : 0);
    }
}

int LagPlot::buffers() const
{
    return m_canvas->buffers();
}

/// Whatever changed, and however often: one replot when control is back in the event loop.
void LagPlot::schedule()
{
    if (isVisible()) {
        m_pending.start(0);
    }
}

void LagPlot::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    schedule();
}

void LagPlot::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_canvas->setGeometry(rect());
    m_ring->setGeometry(rect());
    schedule();
}

void LagPlot::setUnit(Unit unit)
{
    m_query.unit = unit;
    schedule();
}

void LagPlot::setGrouping(Grouping grouping)
{
    m_query.grouping = grouping;
    if (grouping == Grouping::BySlot) {
        m_query.unit = Unit::Bytes;
        setAccessibleName(tr("WAL held by slots over time"));
    }
    schedule();
}

void LagPlot::setNode(const QString &node)
{
    m_query.node = node;
    schedule();
}

void LagPlot::setSlot(const QString &key, const Outlook &outlook)
{
    // Every tick has another forecast: refresh() knows how often that is worth a replot.
    const bool differs = key != m_query.node || outlook.verdict != m_query.outlook.verdict ||
                         outlook.foretells() != m_query.outlook.foretells();
    m_query.node = key;
    m_query.outlook = outlook;
    if (differs) {
        schedule();
    }
}

void LagPlot::setWalShown(bool shown)
{
    m_query.wal = shown;
    schedule();
}

void LagPlot::setThresholds(const cluster::Thresholds &thresholds)
{
    m_thresholds = thresholds;
    schedule();
}

void LagPlot::setSyncNodes(const QStringList &nodes)
{
    if (nodes == m_syncNodes) {
        return; // told with every tick: refresh() decides when that is worth a replot
    }
    m_syncNodes = nodes;
    schedule();
}

void LagPlot::setRange(Range range)
{
    const bool differs = range != m_range;
    m_range = range;
    resetView();
    if (differs) {
        Q_EMIT rangeChanged(range);
    }
}

qint64 LagPlot::spanOfRange() const
{
    switch (m_range) {
    case Range::FiveMinutes:
        return 5 * 60'000;
    case Range::QuarterHour:
        return 15 * 60'000;
    case Range::Hour:
        return 60 * 60'000;
    case Range::Day:
        break;
    }
    return kLongestSpanMs;
}

qint64 LagPlot::nowMs() const
{
    return m_history && !m_history->isEmpty() ? m_history->newestMs() : 0;
}

/// The whole range, or what is known of it: a minute of data in an empty quarter of an hour would be a thin strip.
qint64 LagPlot::spanNow() const
{
    const qint64 known = m_history && !m_history->isEmpty() ? nowMs() - m_history->oldestMs() : 0;
    return std::clamp(known, kFirstMs, spanOfRange());
}

std::optional<qint64> LagPlot::knownSinceMs() const
{
    if (!m_whole || !m_following || !m_history || m_history->isEmpty() || spanNow() >= spanOfRange()) {
        return {};
    }
    return m_history->oldestMs();
}

void LagPlot::noteView()
{
    if (const std::pair live(m_following, m_whole); live != m_toldLive) {
        m_toldLive = live;
        Q_EMIT liveChanged();
    }
    const std::optional<qint64> since = knownSinceMs();
    if (since == m_knownSinceMs) {
        return;
    }
    m_knownSinceMs = since;
    Q_EMIT knownSinceChanged();
}

void LagPlot::resetView()
{
    setView(nowMs() - spanNow(), nowMs());
    m_whole = true;
    noteView();
}

/// Keeps the length and moves what would lie after now; says so when the view is another.
void LagPlot::setView(qint64 from, qint64 to)
{
    const qint64 span = std::clamp(to - from, kShortestSpanMs, kLongestSpanMs);
    to = std::clamp(to, nowMs() - kLongestSpanMs + span, nowMs());
    const bool following = to >= nowMs();
    const bool same = m_query.fromMs == to - span && m_query.toMs == to && following == m_following;
    m_query.fromMs = to - span;
    m_query.toMs = to;
    m_following = following;
    m_whole = false;
    schedule();
    if (!same) {
        Q_EMIT viewChanged(following);
    }
}

std::optional<double> LagPlot::warnAt() const
{
    const bool bytes = m_query.unit == Unit::Bytes;
    const bool sync = m_query.grouping == Grouping::ByStage && m_syncNodes.contains(m_query.node);
    const cluster::LagLimits limits = m_thresholds.lagLimits(sync);
    return bytes ? static_cast<double>(limits.warnBytes) : limits.warnSeconds;
}

std::vector<PlotLimit> LagPlot::limits() const
{
    const auto text = [this](const QString &what, double value) { return what.arg(numberOf(value)); };
    if (m_query.grouping != Grouping::BySlot) {
        const double warn = *warnAt();
        return {{warn, text(tr("warn at %1"), warn)}};
    }
    const auto warn = static_cast<double>(m_thresholds.slotRetainedWarnBytes);
    const auto critical = static_cast<double>(m_thresholds.slotRetainedCriticalBytes);
    std::vector<PlotLimit> limits{{warn, text(tr("warn at %1"), warn)},
                                  {critical, text(tr("critical at %1"), critical), PlotLimit::Kind::Critical}};
    if (m_query.outlook.limit) {
        const double limit = *m_query.outlook.limit;
        limits.push_back({limit, text(tr("limit %1"), limit), PlotLimit::Kind::Loss,
                          tr("max_slot_wal_keep_size\npast it the slot is lost")});
    }
    std::sort(limits.begin(), limits.end(), [](const PlotLimit &a, const PlotLimit &b) { return a.value < b.value; });
    return limits;
}

/// A new tick, or the first: the window moves on with its length, and with what is foretold from now.
void LagPlot::follow()
{
    const bool any = m_query.toMs > m_query.fromMs;
    const qint64 span = m_whole || !any ? spanNow() : m_query.toMs - m_query.fromMs;
    Spans spans{span, 0};
    if (m_query.grouping == Grouping::BySlot) {
        spans = spansFor(m_query.outlook, span, m_whole ? spanOfRange() : span);
    }
    m_query.toMs = nowMs();
    m_query.fromMs = m_query.toMs - spans.pastMs;
    m_query.aheadMs = spans.aheadMs;
}

QString LagPlot::emptyText() const
{
    if (!m_history || m_history->isEmpty()) {
        return tr("Nothing has been sampled yet.");
    }
    if (m_query.grouping == Grouping::BySlot) {
        return tr("No slot is known to have held WAL in this time.");
    }
    const bool asksForNode = m_query.grouping == Grouping::ByStage && m_query.node.isEmpty();
    return asksForNode ? tr("No standby is selected.") : tr("No lag was known in this time.");
}

void LagPlot::replot()
{
    if (!isVisible()) {
        return;
    }
    m_query.aheadMs = 0;
    if (m_following) {
        follow();
    }
    // The labels at the right end are not known yet: at least so many pixels are left. The past has its share of them.
    const auto past = static_cast<double>(m_query.toMs - m_query.fromMs);
    const double share = past / std::max(1.0, past + static_cast<double>(m_query.aheadMs));
    m_query.columns = std::max(50, static_cast<int>((width() - 144) * share));
    m_plottedMs = nowMs();
    m_drawn = plotData(m_history, m_query);
    if (!m_drawn.forecast && m_query.aheadMs > 0) {
        m_query.aheadMs = 0; // a gap has no way on
    }
    CanvasFrame frame;
    frame.limits = limits();
    if (m_history) {
        frame.wallOffsetMs = m_history->wallMs(m_query.toMs) - m_query.toMs;
    }
    frame.emptyText = emptyText();
    m_canvas->present(m_drawn, m_query, frame);
    noteView();
    ++m_replots;
    hover(m_pointer);
    describe();
}

QRect LagPlot::plotRect() const
{
    return m_canvas->plotRect();
}

QString LagPlot::numberOf(double value) const
{
    return m_query.unit == Unit::Bytes ? core::formatBytes(std::llround(value)) : core::formatSeconds(value);
}

QStringList LagPlot::forecastWords() const
{
    QStringList words;
    if (m_drawn.forecast) {
        words
            << tr("full at %1").arg(localMoment(m_history->wallMs(m_drawn.forecast->toMs), m_history->wallMs(nowMs())));
    }
    if (m_drawn.leftOut > 0) {
        words << m_drawn.leftOutText();
    }
    return words;
}

/// What the plot says, in words: for a screen reader.
void LagPlot::describe()
{
    QStringList parts;
    if (m_history && !m_history->isEmpty()) {
        parts << tr("from %1 to %2")
                     .arg(localTime(m_history->wallMs(m_query.fromMs), true),
                          localTime(m_history->wallMs(m_query.toMs), true));
    }
    for (const PlotLine &line : m_drawn.lines) {
        parts << line.name + QLatin1Char(' ') +
                     (line.gone                              ? tr("gone")
                      : line.lastWord.isEmpty() && line.last ? numberOf(*line.last)
                                                             : line.lastWord);
    }
    if (m_query.grouping == Grouping::ByStage && m_drawn.anything) {
        parts << tr("stages of %1").arg(m_query.node);
    }
    if (m_drawn.anything) {
        parts << forecastWords() << tr("highest %1").arg(numberOf(m_drawn.highest));
    } else {
        parts << tr("nothing to show");
    }
    const QString text = m_cursorMs && m_reading ? m_reading->text() : parts.join(QStringLiteral(", "));
    if (text != accessibleDescription()) {
        setAccessibleDescription(text);
    }
}

} // namespace howdah::charts
