// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <QPainterPath>

#include "theme/glyphs.h"
#include "topology/items.h"

namespace howdah::topology {

using cluster::EdgeState;
using cluster::Verdict;
using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

/// The line with corners rounded by 6 px.
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

QFont fontOf(const TextLine &line)
{
    QFont font = theme::pixelFont(line.font);
    font.setItalic(line.italic);
    if (line.strong) {
        font.setWeight(QFont::DemiBold);
    }
    return font;
}

QPen dashed(QPen pen, qreal on, qreal off)
{
    // Patterns count in pen widths.
    pen.setDashPattern({on / pen.widthF(), off / pen.widthF()});
    pen.setCapStyle(Qt::FlatCap);
    return pen;
}

} // namespace

qreal textWidth(const QString &text, FontRole font)
{
    return QFontMetricsF(theme::pixelFont(font)).horizontalAdvance(text);
}

qreal paintText(QPainter *painter, const QString &text, const TextLine &line)
{
    if (text.isEmpty() || line.width <= 0) {
        return 0;
    }
    const QFont font = fontOf(line);
    const QFontMetricsF metrics(font);
    const QString shown = metrics.horizontalAdvance(text) <= line.width + 0.5
                              ? text
                              : metrics.elidedText(text, Qt::ElideRight, line.width);
    const qreal width = metrics.horizontalAdvance(shown);
    QPointF at = line.at;
    if (line.align & Qt::AlignRight) {
        at.rx() -= width;
    } else if (line.align & Qt::AlignHCenter) {
        at.rx() -= width / 2;
    }
    painter->setFont(font);
    painter->setPen(line.color);
    painter->drawText(at, shown);
    return width;
}

qreal fontFactor()
{
    constexpr qreal kMockup = 13;
    const qreal factor = theme::pixelFont(FontRole::Body).pixelSize() / kMockup;
    return std::abs(factor - 1) < 0.08 ? 1 : std::clamp<qreal>(factor, 0.8, 3);
}

QString plainToolTip(const QString &text)
{
    return text.isEmpty() ? QString() : QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped());
}

void paintPort(QPainter *painter, QPointF centre, bool used, const QColor &ink)
{
    painter->save();
    painter->setPen(QPen(ink, 1.5, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter->setBrush(used ? ink : color(Token::Canvas));
    painter->drawRect(QRectF(centre.x() - 3.5, centre.y() - 3.5, 7, 7));
    painter->restore();
}

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
    const QRectF words(m_placed.label.x() - 50 * f, m_placed.label.y() - 24 * f, 100 * f, 80 * f);
    return m_placed.line.boundingRect().adjusted(-8, -8, 8, 8) | words;
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
    painter->setPen(stroke);
    painter->setBrush(Qt::NoBrush);
    painter->drawPath(rounded(m_placed.line, solidHead ? 12 : m_face.state == EdgeState::Paused ? 12 : 3));
    paintHead(painter, stroke);
    if (m_face.hasSlot) {
        paintPort(painter, m_placed.line.front(), m_face.slotUsed, stroke.color());
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
        solid.setWidthF(1.75);
        painter->setPen(solid);
        painter->setBrush(Qt::NoBrush);
        const QPointF centre(m_placed.label.x(), m_placed.label.y());
        painter->save();
        painter->setPen(Qt::NoPen);
        painter->setBrush(color(Token::Canvas));
        painter->drawRect(QRectF(centre.x() - 8, centre.y() - 3, 16, 6));
        painter->restore();
        drawCross(painter, centre);
    }
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
    TextLine line{m_placed.label - QPointF(0, 9.5 * f), width, FontRole::Caption, above, Qt::AlignHCenter};
    line.strong = true;
    paintText(painter, m_face.above, line);
    qreal y = m_placed.label.y() + 17.5 * f;
    for (const QString &text : m_face.below) {
        paintText(painter, text, {{m_placed.label.x(), y}, width, FontRole::FixedCaption, below, Qt::AlignHCenter});
        y += 15 * f;
    }
}

ConsumerItem::ConsumerItem()
{
    setZValue(2);
}

bool ConsumerItem::setFace(const ConsumerFace &face)
{
    if (face == m_face) {
        return false;
    }
    m_face = face;
    setToolTip(plainToolTip(face.description));
    update();
    return true;
}

void ConsumerItem::setPlace(const PlacedConsumer &placed, qreal nameWidth)
{
    const bool same = placed.line == m_placed.line && placed.text == m_placed.text && placed.wide == m_placed.wide;
    if (same && nameWidth == m_nameWidth) {
        return;
    }
    prepareGeometryChange();
    m_placed = placed;
    m_nameWidth = nameWidth;
    update();
}

QRectF ConsumerItem::boundingRect() const
{
    return (m_placed.line.boundingRect() | m_placed.text).adjusted(-8, -8, 8, 8);
}

void ConsumerItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    if (m_placed.line.size() < 2) {
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    paintLine(painter);
    paintWords(painter);
}

void ConsumerItem::paintLine(QPainter *painter) const
{
    const bool calm = m_face.verdict == Verdict::Ok;
    const QColor ink = color(calm ? Token::Text2 : theme::verdictMark(m_face.verdict));
    const QPen solid(ink, 1.25, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    painter->setBrush(Qt::NoBrush);
    const QPointF tip = m_placed.line.back();
    painter->setPen(m_face.idle ? dashed(solid, 4, 4) : solid);
    painter->drawPath(rounded(m_placed.line, m_face.idle ? 8 : 0));
    if (m_face.idle) {
        painter->setPen(QPen(ink, 1.5));
        drawCross(painter, tip - QPointF(4, 0));
    } else {
        painter->setPen(solid);
        drawOpenHead(painter, tip);
    }
    if (m_face.hasSlot) {
        paintPort(painter, m_placed.line.front(), !m_face.idle, ink);
    }
}

void ConsumerItem::paintWords(QPainter *painter) const
{
    const qreal f = fontFactor();
    const bool calm = m_face.verdict == Verdict::Ok;
    const QRectF room = m_placed.text;
    const qreal base = m_placed.line.back().y() + 4.5 * f;
    const qreal glyph = 12 * f;
    const FontRole fixed = calm ? FontRole::Fixed : FontRole::FixedStrong;
    const QColor word = color(calm ? Token::Text3 : theme::verdictText(m_face.verdict));
    const QColor figure = color(calm ? Token::Text2 : theme::verdictText(m_face.verdict));
    if (m_placed.wide) {
        const qreal right = room.right() - glyph - 10;
        const qreal bytes = paintText(painter, m_face.bytes, {{right, base}, 90 * f, fixed, figure, Qt::AlignRight});
        paintText(painter, m_face.name, {{room.left(), base}, m_nameWidth, FontRole::Small, color(Token::Text1)});
        const qreal left = room.left() + m_nameWidth + 8;
        paintText(painter, m_face.detail, {{left, base}, right - bytes - 10 - left, FontRole::Caption, word});
        if (!calm) {
            theme::paintVerdict(painter, QRectF(room.right() - glyph - 2, base - glyph + 1.5, glyph + 2, glyph + 2),
                                m_face.verdict);
        }
        return;
    }
    qreal left = room.left();
    if (!calm) {
        theme::paintVerdict(painter, QRectF(left, base + 14.5 * f - glyph + 2, glyph, glyph), m_face.verdict);
        left += glyph + 4;
    }
    paintText(painter, m_face.name, {{room.left(), base}, room.width(), FontRole::Small, color(Token::Text1)});
    left += paintText(painter, m_face.bytes,
                      {{left, base + 14.5 * f}, room.right() - left, FontRole::FixedCaption, figure});
    if (!m_face.bytes.isEmpty()) {
        left += 6;
    }
    paintText(painter, m_face.detail, {{left, base + 14.5 * f}, room.right() - left, FontRole::Caption, word});
}

} // namespace howdah::topology
