// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPolygonF>
#include <vector>

#include "topology/faces.h"

class QPainter;

namespace howdah::topology {

/// The spark as lines within rect, one for each run without a gap, on a scale as high as the largest value: a line that
/// comes from 0 fills rect, one that only trembles stays near the middle. A lone point becomes a line 1 px long. Pure.
std::vector<QPolygonF> sparkLines(const Spark &spark, const QRectF &rect);

void paintSpark(QPainter *painter, const Spark &spark, const QRectF &rect, const QColor &color);

} // namespace howdah::topology
