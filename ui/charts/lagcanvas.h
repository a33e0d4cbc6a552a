// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "charts/customplot.h"

#include "charts/plotdata.h"
#include "charts/scales.h"

namespace howdah::charts {

/// What the canvas has to know beside the data.
struct CanvasFrame {
    qint64 wallOffsetMs = 0; ///< wall minus monotonic, at the right end
    std::vector<PlotLimit> limits;
    QString emptyText;
};

/// The plot itself: axes, lines, areas, labels at the right end, what is foretold, crosshair with its panel. Only
/// paints; LagPlot owns the input. Its labels are painted here because QCustomPlot can neither keep them apart nor
/// follow the theme.
class LagCanvas : public QCustomPlot {
    Q_OBJECT
public:
    explicit LagCanvas(QWidget *parent);

    void present(PlotData plotted, const PlotQuery &query, const CanvasFrame &frame);
    /// Repaints the crosshair's layer alone.
    void setReading(std::optional<Reading> reading);

    QRect plotRect() const { return m_lag->rect(); }
    double keyAt(double pixel) const { return m_lag->axis(QCPAxis::atBottom)->pixelToCoord(pixel); }
    double pixelAt(double key) const { return m_lag->axis(QCPAxis::atBottom)->coordToPixel(key); }
    int replots() const { return m_replots; }
    /// Pictures of its layers that it holds in memory: none while it is hidden.
    int buffers() const { return static_cast<int>(mPaintBuffers.size()); }

protected:
    void hideEvent(QHideEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void setUpAxes(QCPAxisRect *rect);
    void arrangeRects();
    void fillLines();
    void fillStack();
    void fillWal();
    void setGraphs(std::size_t count);
    void setTicks();
    void setTimeTicks(QCPAxisRect *rect, bool labels);
    void setMargins();
    qreal labelsWidth() const;
    void recolour();
    void setScales();
    qint64 shownToMs() const { return m_query.toMs + m_query.aheadMs; }
    bool isSeen(const PlotLimit &limit) const { return limit.value <= m_scale.top; }
    bool hasLine(const QString &name) const;
    /// Of a line, and of the words beside it.
    QColor inkOf(int series, bool main) const;
    QColor wordInkOf(int series, bool main) const;

    /// Of the panel: left and right end, the heading's baseline, the width of the column of times with its gap.
    struct PanelColumns {
        qreal left = 0, right = 0, base = 0, seconds = 0;
    };

    // canvaslabels.cpp
    void paintLabels(QPainter *painter) const;
    void paintEndLabels(QPainter *painter) const;
    void paintEndLabel(QPainter *painter, const PlotLine &line, qreal base) const;
    void paintStageKey(QPainter *painter) const;
    void paintLimits(QPainter *painter) const;
    void paintLimitLabel(QPainter *painter, const PlotLimit &limit, qreal base) const;
    void paintPeak(QPainter *painter) const;
    void paintWalLabels(QPainter *painter) const;
    void paintEmpty(QPainter *painter) const;
    // canvasforecast.cpp
    void paintAhead(QPainter *painter) const;
    void paintForecast(QPainter *painter) const;
    void paintForecastEnd(QPainter *painter, QPointF end) const;
    void paintNow(QPainter *painter, qreal x) const;
    qreal clearOfLimits(qreal base) const;
    void paintNowLabels(QPainter *painter) const;
    void paintLimitNote(QPainter *painter, const PlotLimit &limit) const;
    void paintLeftOut(QPainter *painter) const;
    // canvasreading.cpp
    void paintReading(QPainter *painter) const;
    void paintPanel(QPainter *painter, qreal x) const;
    void paintPanelRows(QPainter *painter, const PanelColumns &at, const std::vector<ReadingRow> &rows) const;

    double valuePixel(double value) const { return m_lag->axis(QCPAxis::atLeft)->coordToPixel(value); }

    PlotData m_data;
    PlotQuery m_query;
    CanvasFrame m_frame;
    Scale m_scale, m_walScale;
    std::optional<Reading> m_reading;
    QCPAxisRect *m_lag = nullptr;
    QCPAxisRect *m_wal = nullptr;
    QCPGraph *m_walGraph = nullptr;
    std::vector<QCPGraph *> m_graphs;
    int m_replots = 0;
    bool m_putAway = false;
};

} // namespace howdah::charts
