// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <QPainterPath>

#include "theme/glyphs.h"
#include "topology/items.h"

namespace howdah::topology {

using cluster::EdgeState;
using theme::color;
using theme::FontRole;
using theme::Token;

EdgeItem::EdgeItem()
{
    setZValue(2); // its port lies on the card's edge
}

bool EdgeItem::setFace(const EdgeFace &face)
{
    if (face == m_face) {
        return false;
    }
    m_face = face;
    setToolTip(plainToolTip(face.description));
    update();
    return true;
}

void EdgeItem::setPlace(const PlacedEdge &placed)
{
    prepareGeometryChange();
    m_placed = placed;
}

QRectF EdgeItem::boundingRect() const
{
    const qreal f = fontFactor();
    const QRectF words(m_placed.label.x() - m_placed.room / 2, m_placed.label.y() - 24 * f, m_placed.room, 80 * f);
    return m_placed.line.boundingRect().adjusted(-8, -8, 8, 8) | words;
}

QPainterPath EdgeItem::shape() const
{
    QPainterPath path = nearLine(m_placed.line);
    path.addRect(m_placed.words);
    return path;
}

QPen EdgeItem::pen() const
{
    QPen pen(color(Token::Text2), m_face.strong ? 2.5 : 1.25, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    switch (m_face.state) {
    case EdgeState::Streaming:
    case EdgeState::Paused:
        return pen;
    case EdgeState::Catchup:
        return dashed(pen, 8, 4);
    case EdgeState::Broken:
        pen.setColor(color(theme::verdictMark(m_face.verdict)));
        pen.setWidthF(1.25);
        return dashed(pen, 4, 4);
    case EdgeState::SenderOnly:
    case EdgeState::ReceiverOnly:
    case EdgeState::Unknown:
        pen.setColor(color(Token::Unknown));
        pen.setWidthF(1.25);
        return dashed(pen, 2, 4);
    }
    return pen;
}

void EdgeItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    if (m_placed.line.size() < 2) {
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    const QPen stroke = pen();
    const bool solidHead = m_face.strong && stroke.widthF() > 2;
    const qreal cut = solidHead || m_face.state == EdgeState::Paused ? 12 : 3;
    painter->setBrush(Qt::NoBrush);
    const bool several = !m_placed.trunk.isEmpty();
    if (several) {
        // What several edges share says nothing about one of them.
        painter->setPen(QPen(color(Token::Text2), 1.25));
        painter->drawPolyline(m_placed.trunk);
    }
    painter->setPen(stroke);
    painter->drawPath(rounded(several ? m_placed.line.last(2) : m_placed.line, cut));
    paintHead(painter, stroke);
    if (m_face.hasSlot) {
        paintPort(painter, m_placed.line.front(), several || m_face.slotUsed,
                  several ? color(Token::Text2) : stroke.color());
    }
    paintWords(painter, stroke.color());
}

void EdgeItem::paintHead(QPainter *painter, const QPen &stroke) const
{
    const QPointF tip = m_placed.line.back() - QPointF(2, 0);
    QPen solid(stroke.color(), m_face.strong ? 1.5 : 1.25, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
    painter->setPen(solid);
    if (m_face.state == EdgeState::Paused) {
        // Two bars at the receiver: WAL arrives and is not replayed.
        solid.setWidthF(2.5);
        painter->setPen(solid);
        for (const qreal back : {9.0, 4.0}) {
            painter->drawLine(tip + QPointF(-back, -6), tip + QPointF(-back, 6));
        }
    } else if (m_face.strong) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(stroke.color());
        painter->drawPolygon(QPolygonF({tip, tip + QPointF(-11, -5.5), tip + QPointF(-11, 5.5)}));
    } else {
        drawOpenHead(painter, tip);
    }
    if (m_face.state == EdgeState::Broken) {
        paintCross(painter, solid);
    }
}

void EdgeItem::paintCross(QPainter *painter, const QPen &stroke) const
{
    const QPolygonF &line = m_placed.line;
    const QPointF centre = m_placed.room > 0 ? m_placed.label : (line[line.size() / 2 - 1] + line[line.size() / 2]) / 2;
    painter->save();
    painter->setPen(Qt::NoPen);
    painter->setBrush(color(Token::Canvas));
    painter->drawRect(QRectF(centre.x() - 8, centre.y() - 3, 16, 6));
    painter->restore();
    QPen cross(stroke);
    cross.setWidthF(1.75);
    painter->setPen(cross);
    painter->setBrush(Qt::NoBrush);
    drawCross(painter, centre);
}

void EdgeItem::paintWords(QPainter *painter, const QColor &ink) const
{
    const qreal f = fontFactor();
    const bool grey = m_face.state == EdgeState::SenderOnly || m_face.state == EdgeState::ReceiverOnly ||
                      m_face.state == EdgeState::Unknown;
    const bool broken = m_face.state == EdgeState::Broken;
    const QColor above = grey ? ink : broken ? color(theme::verdictText(m_face.verdict)) : color(Token::Text1);
    const QColor below = grey ? ink : broken ? above : color(Token::Text2);
    const qreal width = m_placed.room;
    if (m_placed.brief) {
        const QString words = (QStringList(m_face.above) + m_face.below).join(QStringLiteral("  ")).trimmed();
        paintText(painter, words,
                  {m_placed.label - QPointF(0, 5 * f), width, FontRole::Caption, above, Qt::AlignHCenter});
        return;
    }
    TextLine line{m_placed.label - QPointF(0, 9.5 * f), width, FontRole::Caption, above, Qt::AlignHCenter};
    line.strong = true;
    paintText(painter, m_face.above, line);
    qreal y = m_placed.label.y() + 17.5 * f;
    for (const QString &text : m_face.below) {
        paintText(painter, text, {{m_placed.label.x(), y}, width, FontRole::FixedCaption, below, Qt::AlignHCenter});
        y += 15 * f;
    }
}

} // namespace howdah::topology
