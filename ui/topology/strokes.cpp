// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <QPainterPath>

#include "topology/items.h"

namespace howdah::topology {

using theme::color;
using theme::Token;

QPainterPath rounded(const QPolygonF &line, qreal cutEnd)
{
    QPainterPath path;
    if (line.size() < 2) {
        return path;
    }
    constexpr qreal kRadius = 6;
    path.moveTo(line.front());
    for (int i = 1; i + 1 < line.size(); ++i) {
        const QLineF in(line[i], line[i - 1]);
        const QLineF out(line[i], line[i + 1]);
        const qreal radius = std::min({kRadius, in.length() / 2, out.length() / 2});
        path.lineTo(in.length() > 0 ? in.pointAt(radius / in.length()) : line[i]);
        path.quadTo(line[i], out.length() > 0 ? out.pointAt(radius / out.length()) : line[i]);
    }
    path.lineTo(line.back() - QPointF(cutEnd, 0));
    return path;
}

void drawOpenHead(QPainter *painter, QPointF tip)
{
    painter->drawPolyline(QPolygonF({tip + QPointF(-7, -5.5), tip, tip + QPointF(-7, 5.5)}));
}

void drawCross(QPainter *painter, QPointF centre)
{
    painter->drawLine(centre + QPointF(-4, -4), centre + QPointF(4, 4));
    painter->drawLine(centre + QPointF(-4, 4), centre + QPointF(4, -4));
}

QPen dashed(QPen pen, qreal on, qreal off)
{
    // Patterns count in pen widths.
    pen.setDashPattern({on / pen.widthF(), off / pen.widthF()});
    pen.setCapStyle(Qt::FlatCap);
    return pen;
}

void paintPort(QPainter *painter, QPointF centre, bool used, const QColor &ink)
{
    painter->save();
    painter->setPen(QPen(ink, 1.5, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter->setBrush(used ? ink : color(Token::Canvas));
    painter->drawRect(QRectF(centre.x() - 3.5, centre.y() - 3.5, 7, 7));
    painter->restore();
}

QPainterPath nearLine(const QPolygonF &line)
{
    QPainterPath path;
    path.setFillRule(Qt::WindingFill);
    for (int i = 0; i + 1 < line.size(); ++i) {
        path.addRect(QRectF(line[i], line[i + 1]).normalized().adjusted(-5, -5, 5, 5));
    }
    return path;
}

} // namespace howdah::topology
