// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology/sparkline.h"

#include <QPainter>
#include <cmath>

namespace howdah::topology {

std::vector<QPolygonF> sparkLines(const Spark &spark, const QRectF &rect)
{
    double lowest = std::numeric_limits<double>::infinity();
    double highest = -lowest;
    for (const history::SeriesPoint &point : spark.points) {
        if (point.monotonicMs >= spark.fromMs && !std::isnan(point.value)) {
            lowest = std::min(lowest, point.value);
            highest = std::max(highest, point.value);
        }
    }
    std::vector<QPolygonF> lines;
    if (lowest > highest || spark.toMs <= spark.fromMs) {
        return lines;
    }
    // The scale is the value itself, not its range: what only trembles shall not look like an alarm.
    const double range = std::max(highest, 1e-9);
    const double middle = (highest + lowest) / 2;
    QPolygonF run;
    const auto finish = [&] {
        if (run.size() == 1) {
            run << run.first() + QPointF(1, 0);
        }
        if (!run.isEmpty()) {
            lines.push_back(run);
        }
        run.clear();
    };
    for (const history::SeriesPoint &point : spark.points) {
        if (point.monotonicMs < spark.fromMs) {
            continue;
        }
        if (std::isnan(point.value)) {
            finish();
            continue;
        }
        const double share =
            static_cast<double>(point.monotonicMs - spark.fromMs) / static_cast<double>(spark.toMs - spark.fromMs);
        run << QPointF(rect.left() + share * rect.width(),
                       rect.center().y() - (point.value - middle) / range * rect.height());
    }
    finish();
    return lines;
}

void paintSpark(QPainter *painter, const Spark &spark, const QRectF &rect, const QColor &color)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(color, 1.25, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(Qt::NoBrush);
    for (const QPolygonF &line : sparkLines(spark, rect)) {
        painter->drawPolyline(line);
    }
    painter->restore();
}

} // namespace howdah::topology
