// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "charts/plotdata.h"
#include "cluster/health.h"

namespace howdah::theme {
class FocusRing;
}

namespace howdah::charts {

class LagCanvas;

/// How far nodes are behind, over time: a line a node, or the stages of one node upon each other; or the WAL that slots
/// hold, one of them standing out, with what is foretold of it in the time ahead while its right end is now. Wheel and
/// +/- zoom, dragging and Left/Right pan, double click or Home goes back to the whole range at now; while its right end
/// is now it follows. As long as less is known than the range is long, it shows what is known, growing. What was not
/// known is a gap. The pointer, or Ctrl+Left/Right, shows what was known then; Escape hides it. Window's thread.
class LagPlot : public QWidget {
    Q_OBJECT
public:
    enum class Range { FiveMinutes, QuarterHour, Hour, Day };

    explicit LagPlot(QWidget *parent = nullptr);

    /// Not owned; must outlive the plot or be taken back with nullptr. Read in refresh(), never kept.
    void setHistory(const history::LagHistory *history);
    /// Call once a tick, after LagHistory::add(). Replots once, and only when it can be seen.
    void refresh();

    void setUnit(Unit unit);
    void setGrouping(Grouping grouping);
    /// Whose stages are shown by stage.
    void setNode(const QString &node);
    void setRange(Range range);
    /// By slot: the key of the one that stands out, and what ends it.
    void setSlot(const QString &key, const Outlook &outlook);
    /// Limits are drawn where they are in view. By stage the node's own limit: sync nodes have a lower one.
    void setThresholds(const cluster::Thresholds &thresholds);
    /// Nodes whose limit is that of a synchronous standby.
    void setSyncNodes(const QStringList &nodes);
    /// A second, lower plot of the WAL that the primary wrote.
    void setWalShown(bool shown);

    Unit unit() const { return m_query.unit; }
    Grouping grouping() const { return m_query.grouping; }
    QString node() const { return m_query.node; }
    Range range() const { return m_range; }

    /// True while the right end is now.
    bool isFollowing() const { return m_following; }
    /// False when a part of the range has been zoomed or panned to.
    bool isWhole() const { return m_whole; }
    /// When less is known than the range that is shown is long: since when (monotonic); else empty.
    std::optional<qint64> knownSinceMs() const;
    /// Back to the whole range, with its right end at now.
    void resetView();

    // What is on screen, for tests and for whoever puts it in words.
    qint64 viewFromMs() const { return m_query.fromMs; } ///< monotonic
    qint64 viewToMs() const { return m_query.toMs; }
    const PlotData &drawn() const { return m_drawn; }
    const std::optional<Reading> &reading() const { return m_reading; }
    std::optional<double> warnAt() const;
    /// Of what the plot shows now, in its unit, whether in view or not.
    std::vector<PlotLimit> limits() const;
    qint64 aheadMs() const { return m_query.aheadMs; } ///< shown beyond viewToMs()
    QRect plotRect() const;
    int replots() const { return m_replots; }
    /// Pictures held in memory: none while it is hidden.
    int buffers() const;

    QSize sizeHint() const override { return {848, 275}; }
    QSize minimumSizeHint() const override { return {320, 140}; }

Q_SIGNALS:
    /// Zoomed or panned: following says whether the right end is now.
    void viewChanged(bool following);
    /// knownSinceMs() is another.
    void knownSinceChanged();
    /// isFollowing() or isWhole() is another.
    void liveChanged();
    void rangeChanged(howdah::charts::LagPlot::Range range);

protected:
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    static constexpr qint64 kShortestSpanMs = 10'000;
    static constexpr qint64 kLongestSpanMs = 24 * 3'600'000LL;

    void schedule();
    void replot();
    void setView(qint64 from, qint64 to);
    void zoom(double factor, double atShare);
    void pan(double share);
    void hover(std::optional<int> x);
    // plotkeys.cpp, with keyPressEvent
    bool readByKey(const QKeyEvent &event);
    void moveCursor(int direction);
    bool dropCursor();
    void describe();
    qint64 nowMs() const;
    qint64 spanOfRange() const;
    qint64 spanNow() const;
    void noteView();
    void follow();
    QString emptyText() const;
    QString numberOf(double value) const;
    QStringList forecastWords() const;

    const history::LagHistory *m_history = nullptr;
    LagCanvas *m_canvas = nullptr;
    theme::FocusRing *m_ring = nullptr; ///< shows the focus, above the canvas
    PlotQuery m_query;
    Range m_range = Range::QuarterHour;
    bool m_whole = true; ///< the range, not a part that was zoomed or panned to
    std::optional<qint64> m_knownSinceMs;
    std::pair<bool, bool> m_toldLive = {true, true}; ///< following, whole: as liveChanged last said
    cluster::Thresholds m_thresholds;
    QStringList m_syncNodes;
    PlotData m_drawn;
    std::optional<Reading> m_reading;
    std::optional<int> m_pointer;     ///< x, while it is over the plot
    std::optional<qint64> m_cursorMs; ///< the sample that the keyboard reads, in the pointer's place
    QTimer m_pending;
    bool m_following = true;
    int m_replots = 0;
    qint64 m_plottedMs = 0; ///< newest sample of the last replot
    struct {
        bool active = false;
        int x = 0;
        qint64 fromMs = 0;
        double msPerPixel = 0;
    } m_drag;
};

} // namespace howdah::charts
