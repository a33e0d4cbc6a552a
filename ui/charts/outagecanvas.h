// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "charts/customplot.h"

#include "charts/outagedata.h"

namespace howdah::charts {

/// Paints an outage; OutagePlot owns the data and the input.
class OutageCanvas : public QCustomPlot {
    Q_OBJECT
public:
    explicit OutageCanvas(QWidget *parent);

    void present(const OutageDrawing &drawing);
    int plotWidth() const { return axisRect()->width(); }

private:
    void setUp();
    void recolour();
    void setTicks();
    double x(double ms) const { return xAxis->coordToPixel(ms); }
    void paintBand(QPainter *painter) const;
    void paintLabels(QPainter *painter) const;
    void paintKey(QPainter *painter) const;
    void paintBars(QPainter *painter) const;
    void paintBarLabel(QPainter *painter, const OutageBar &bar, QRectF rect, double &endOfFirst,
                       double &endOfSecond) const;

    OutageDrawing m_drawing;
    QCPGraph *m_acknowledged;
    QCPGraph *m_refused;
};

} // namespace howdah::charts
