// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/lagplot.h"

#include <QFocusEvent>
#include <QPainter>
#include <QWheelEvent>
#include <cmath>

#include "charts/lagcanvas.h"
#include "core/units.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"

namespace howdah::charts {
namespace {

constexpr qint64 kShortestMs = 10'000;
constexpr qint64 kFirstMs = 60'000; ///< how much is shown at the very start
constexpr qint64 kSlowestMs = 5000; ///< between two replots while time goes on
constexpr qint64 kLongestMs = 24 * 3'600'000LL;

class FocusRing : public QWidget {
public:
    explicit FocusRing(QWidget *parent)
        : QWidget(parent)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        theme::paintFocusRing(&painter, QRectF(rect()), theme::metric::kRadiusControl);
    }
};

} // namespace

LagPlot::LagPlot(QWidget *parent)
    : QWidget(parent)
    , m_canvas(new LagCanvas(this))
    , m_ring(new FocusRing(this))
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
    m_pending.setInterval(0);
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
    schedule();
}

int LagPlot::buffers() const
{
    return m_canvas->buffers();
}

/// Whatever changed, and however often: one replot when control is back in the event loop.
void LagPlot::schedule()
{
    if (isVisible()) {
        m_pending.start();
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
    schedule();
}

void LagPlot::setNode(const QString &node)
{
    m_query.node = node;
    schedule();
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
    return kLongestMs;
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
    const qint64 span = std::clamp(to - from, kShortestMs, kLongestMs);
    to = std::clamp(to, nowMs() - kLongestMs + span, nowMs());
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

void LagPlot::zoom(double factor, double atShare)
{
    const auto span = static_cast<double>(m_query.toMs - m_query.fromMs);
    const double newSpan = std::clamp(span * factor, double(kShortestMs), double(kLongestMs));
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

bool LagPlot::asksForNode() const
{
    return m_query.grouping == Grouping::ByStage && m_query.node.isEmpty();
}

std::optional<double> LagPlot::warnAt() const
{
    const bool bytes = m_query.unit == Unit::Bytes;
    const bool sync = m_query.grouping == Grouping::ByStage && m_syncNodes.contains(m_query.node);
    if (bytes) {
        return static_cast<double>(sync ? m_thresholds.syncLagWarnBytes : m_thresholds.asyncLagWarnBytes);
    }
    return sync ? m_thresholds.syncLagWarnSeconds : m_thresholds.asyncLagWarnSeconds;
}

void LagPlot::replot()
{
    if (!isVisible()) {
        return;
    }
    if (m_following) {
        // A new tick, or the first: the window moves on with its length.
        const bool any = m_query.toMs > m_query.fromMs;
        const qint64 span = m_whole || !any ? spanNow() : m_query.toMs - m_query.fromMs;
        m_query.toMs = nowMs();
        m_query.fromMs = m_query.toMs - span;
    }
    // The labels at the right end are not known yet: at least so many pixels are left.
    m_query.columns = std::max(50, width() - 144);
    m_plottedMs = nowMs();
    m_drawn = plotData(m_history, m_query);
    CanvasFrame frame;
    frame.warnAt = warnAt();
    if (m_history) {
        frame.wallOffsetMs = m_history->wallMs(m_query.toMs) - m_query.toMs;
    }
    frame.emptyText = !m_history || m_history->isEmpty() ? tr("Nothing has been sampled yet.")
                      : asksForNode()                    ? tr("No standby is selected.")
                                                         : tr("No lag was known in this time.");
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

/// What the plot says, in words: for a screen reader.
void LagPlot::describe()
{
    const auto number = [this](double value) {
        return m_query.unit == Unit::Bytes ? core::formatBytes(std::llround(value)) : core::formatSeconds(value);
    };
    QStringList parts;
    if (m_history && !m_history->isEmpty()) {
        parts << tr("from %1 to %2")
                     .arg(localTime(m_history->wallMs(m_query.fromMs), true),
                          localTime(m_history->wallMs(m_query.toMs), true));
    }
    for (const PlotLine &line : m_drawn.lines) {
        parts << line.name + QLatin1Char(' ') +
                     (line.lastWord.isEmpty() && line.last ? number(*line.last) : line.lastWord);
    }
    if (m_query.grouping == Grouping::ByStage && m_drawn.anything) {
        parts << tr("stages of %1").arg(m_query.node);
    }
    if (m_drawn.anything) {
        parts << tr("highest %1").arg(number(m_drawn.highest));
    } else {
        parts << tr("nothing to show");
    }
    const QString text = m_cursorMs && m_reading ? m_reading->text() : parts.join(QStringLiteral(", "));
    if (text != accessibleDescription()) {
        setAccessibleDescription(text);
    }
}

void LagPlot::wheelEvent(QWheelEvent *event)
{
    const QRect area = m_canvas->plotRect();
    const double steps = event->angleDelta().y() / 120.0;
    if (!area.contains(event->position().toPoint()) || steps == 0) {
        event->ignore();
        return;
    }
    const double share = (event->position().x() - area.left()) / std::max(1, area.width());
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
    m_drag = {true, event->position().toPoint().x(), m_query.fromMs};
    setCursor(Qt::ClosedHandCursor);
    hover(m_pointer);
}

void LagPlot::mouseMoveEvent(QMouseEvent *event)
{
    const int x = event->position().toPoint().x();
    if (m_drag.active) {
        const qint64 span = m_query.toMs - m_query.fromMs;
        const double perPixel = static_cast<double>(span) / std::max(1, m_canvas->plotRect().width());
        const qint64 from = m_drag.fromMs - std::llround((x - m_drag.x) * perPixel);
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
    // A click, or a window that comes to the front, is no wish to see where the keyboard is.
    const Qt::FocusReason reason = event->reason();
    m_ring->setVisible(reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason ||
                       reason == Qt::ShortcutFocusReason || reason == Qt::OtherFocusReason);
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
