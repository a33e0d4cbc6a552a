// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "charts/customplot.h"

#include <functional>

namespace howdah::charts {

/// Calls a function to paint, on a layer of the plot.
class Overlay : public QCPAbstractItem {
public:
    Overlay(QCustomPlot *plot, const QString &layer, std::function<void(QPainter *)> paint)
        : QCPAbstractItem(plot)
        , m_paint(std::move(paint))
    {
        setLayer(layer);
        setClipToAxisRect(false);
        setSelectable(false);
    }
    double selectTest(const QPointF &, bool, QVariant *) const override { return -1; }

protected:
    void draw(QCPPainter *painter) override
    {
        // QCPPainter shifts by half a pixel while it is told to smooth; lines here are placed on pixels already.
        painter->setAntialiasing(false);
        painter->setRenderHint(QPainter::Antialiasing);
        m_paint(painter);
    }

private:
    std::function<void(QPainter *)> m_paint;
};

} // namespace howdah::charts
