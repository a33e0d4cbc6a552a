// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QRectF>

class QPainter;

namespace howdah::theme {

/// A rounded rectangle with a crisp border of 1 px inside rect; an invalid colour leaves that part out.
void paintRounded(QPainter *painter, const QRectF &rect, qreal radius, const QColor &fill, const QColor &border);

/// The 2 px ring around what has the keyboard, drawn just inside rect.
void paintFocusRing(QPainter *painter, const QRectF &rect, qreal radius);

} // namespace howdah::theme
