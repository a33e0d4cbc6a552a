// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <QPainterPath>

#include "theme/glyphs.h"
#include "topology/items.h"

namespace howdah::topology {

using cluster::Verdict;
using theme::color;
using theme::FontRole;
using theme::Token;

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

void ConsumerItem::setPlace(const PlacedConsumer &placed)
{
    if (placed == m_placed) {
        return;
    }
    prepareGeometryChange();
    m_placed = placed;
    update();
}

QRectF ConsumerItem::boundingRect() const
{
    return (m_placed.line.boundingRect() | m_placed.trunk.boundingRect() | m_placed.text).adjusted(-8, -8, 8, 8);
}

QPainterPath ConsumerItem::shape() const
{
    QPainterPath path = nearLine(m_placed.line);
    path.addRect(m_placed.text);
    return path;
}

FontRole ConsumerItem::bytesFont() const
{
    return m_face.verdict == Verdict::Ok ? FontRole::Fixed : FontRole::FixedStrong;
}

qreal ConsumerItem::detailRoom() const
{
    const qreal f = fontFactor();
    if (m_placed.wide) {
        const qreal bytes = textWidth(m_face.bytes, bytesFont());
        return m_placed.text.width() - 14 * f - 10 - bytes - 10 - m_placed.nameWidth - 8;
    }
    return m_placed.text.width() - (m_face.verdict == Verdict::Ok || m_placed.bytesBelow ? 0 : 16 * f);
}

qreal ConsumerItem::nameRoom() const
{
    const bool shares = !m_placed.bytesBelow && !m_face.bytes.isEmpty();
    return m_placed.wide ? m_placed.nameWidth
                         : m_placed.text.width() - (shares ? textWidth(m_face.bytes, bytesFont()) + 6 : 0);
}

bool ConsumerItem::isWhole() const
{
    const qreal detail = m_placed.detailLines > 1 ? foldedWidth(m_face.detail, FontRole::Caption)
                                                  : textWidth(m_face.detail, FontRole::Caption);
    return textWidth(m_face.name, FontRole::Small) <= nameRoom() + 0.5 && detail <= detailRoom() + 0.5;
}

void ConsumerItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    if (m_placed.line.size() < 2) {
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    paintLine(painter);
    if (m_placed.wide) {
        paintWide(painter);
    } else {
        paintStacked(painter);
    }
}

void ConsumerItem::paintLine(QPainter *painter) const
{
    const bool calm = m_face.verdict == Verdict::Ok;
    const QColor ink = color(calm ? Token::Text2 : theme::verdictMark(m_face.verdict));
    const QPen solid(ink, 1.25, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    painter->setBrush(Qt::NoBrush);
    if (!m_placed.trunk.isEmpty()) {
        painter->setPen(QPen(color(Token::Text2), 1.25));
        painter->drawPolyline(m_placed.trunk);
    }
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

void ConsumerItem::paintWide(QPainter *painter) const
{
    const qreal f = fontFactor();
    const bool calm = m_face.verdict == Verdict::Ok;
    const QRectF room = m_placed.text;
    const qreal base = m_placed.line.back().y() + 4.5 * f;
    const qreal glyph = 14 * f;
    const QColor word = color(calm ? Token::Text3 : theme::verdictText(m_face.verdict));
    const QColor figure = color(calm ? Token::Text2 : theme::verdictText(m_face.verdict));
    const qreal left = room.left() + m_placed.nameWidth + 8;
    paintText(painter, m_face.name, {{room.left(), base}, m_placed.nameWidth, FontRole::Small, color(Token::Text1)});
    paintText(painter, m_face.detail, {{left, base}, detailRoom(), FontRole::Caption, word});
    paintText(painter, m_face.bytes, {{room.right() - glyph - 10, base}, 90 * f, bytesFont(), figure, Qt::AlignRight});
    if (!calm) {
        theme::paintVerdict(painter, QRectF(room.right() - glyph, base - glyph + 3, glyph, glyph), m_face.verdict);
    }
}

/// Name and bytes in the first line, or below one another, then the detail.
void ConsumerItem::paintStacked(QPainter *painter) const
{
    const qreal f = fontFactor();
    const bool calm = m_face.verdict == Verdict::Ok;
    const QRectF room = m_placed.text;
    qreal base = m_placed.line.back().y() + 4.5 * f;
    const QColor word = color(calm ? Token::Text3 : theme::verdictText(m_face.verdict));
    const QColor figure = color(calm ? Token::Text2 : theme::verdictText(m_face.verdict));
    paintText(painter, m_face.name, {{room.left(), base}, nameRoom(), FontRole::Small, color(Token::Text1)});
    if (!m_placed.bytesBelow) {
        paintText(painter, m_face.bytes, {{room.right(), base}, room.width(), bytesFont(), figure, Qt::AlignRight});
    }
    base += 14.5 * f;
    qreal left = room.left();
    if (!calm) {
        const qreal glyph = 12 * f;
        theme::paintVerdict(painter, QRectF(left, base - glyph + 2, glyph, glyph), m_face.verdict);
        left += 16 * f;
    }
    if (m_placed.bytesBelow) {
        paintText(painter, m_face.bytes, {{left, base}, room.right() - left, bytesFont(), figure});
        base += 14 * f;
        left = room.left();
    }
    const qreal width = detailRoom();
    const QStringList lines =
        m_placed.detailLines > 1 ? foldedText(m_face.detail, FontRole::Caption, width) : QStringList(m_face.detail);
    for (const QString &line : lines) {
        paintText(painter, line, {{left, base}, width, FontRole::Caption, word});
        base += 14 * f;
    }
}

} // namespace howdah::topology
