// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>

#include "theme/glyphs.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "topology/items.h"
#include "topology/sparkline.h"

namespace howdah::topology {

using cluster::NodeRole;
using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr qreal kTabLeft = 12, kTabHeight = 22, kTabGap = 6;

QColor ink(bool stale, Token token)
{
    return color(stale ? Token::Unknown : token);
}

} // namespace

CardItem::CardItem()
{
    setZValue(1);
    setCacheMode(NoCache);
}

bool CardItem::setFace(const CardFace &face)
{
    if (face == m_face) {
        return false;
    }
    m_face = face;
    setToolTip(plainToolTip(face.description));
    update();
    return true;
}

void CardItem::setPlace(const QRectF &rect)
{
    prepareGeometryChange();
    setPos(rect.topLeft());
    m_size = rect.size();
}

void CardItem::setCurrent(bool current, bool ring)
{
    if (current == m_current && ring == m_ring) {
        return;
    }
    m_current = current;
    m_ring = ring;
    update();
}

void CardItem::setDrag(Drag drag, const Deed &deed)
{
    if (drag == m_drag && deed == m_deed) {
        return;
    }
    m_drag = drag;
    m_deed = deed;
    setOpacity(drag == Drag::Aside || drag == Drag::Source ? 0.45 : 1);
    update();
}

QRectF CardItem::boundingRect() const
{
    return cardRect().adjusted(-6, -kTabHeight * fontFactor() - 6, 6, 6);
}

void CardItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    const qreal f = fontFactor();
    painter->setRenderHint(QPainter::Antialiasing);
    paintTabs(painter, f);
    paintFrame(painter, f);
    if (m_face.roleKind == NodeRole::Witness) {
        paintWitness(painter, f);
    } else {
        paintHead(painter, f);
        paintState(painter, f);
    }
    if (m_drag == Drag::Target || m_drag == Drag::Hovered) {
        paintTarget(painter, f);
    }
    if (m_ring) {
        theme::paintFocusRing(painter, cardRect().adjusted(-4, -4, 5, 5), theme::metric::kRadiusCard + 3);
    }
}

void CardItem::paintFrame(QPainter *painter, qreal f) const
{
    const QRectF frame = cardRect().adjusted(0.5, 0.5, -0.5, -0.5);
    const bool witness = m_face.roleKind == NodeRole::Witness;
    QPen pen(color(m_current ? Token::ControlBorder : Token::Border), 1);
    if (m_face.stale) {
        pen.setColor(color(Token::Unknown));
        pen.setDashPattern({3, 3});
        pen.setCapStyle(Qt::FlatCap);
    } else if (m_face.roleKind == NodeRole::Primary) {
        pen = QPen(color(Token::Primary), 1.5);
    }
    QPainterPath path;
    path.addRoundedRect(frame, theme::metric::kRadiusCard, theme::metric::kRadiusCard);
    if (!witness) {
        painter->fillPath(path, color(Token::Raised));
    }
    if (m_face.stale && !witness) {
        painter->save();
        painter->setClipRect(QRectF(0, 73 * f, m_size.width(), m_size.height()));
        painter->fillPath(path, color(Token::UnknownTint));
        painter->restore();
    }
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawPath(path);
}

/// What letting go here would do, in the room of the state, which is not what is looked at now.
void CardItem::paintTarget(QPainter *painter, qreal f) const
{
    const bool hovered = m_drag == Drag::Hovered;
    const QRectF frame = cardRect().adjusted(1, 1, -1, -1);
    QPainterPath path;
    path.addRoundedRect(frame, theme::metric::kRadiusCard, theme::metric::kRadiusCard);
    painter->save();
    painter->setClipRect(QRectF(0, 73 * f, m_size.width(), m_size.height()));
    painter->fillPath(path, color(hovered ? Token::Selection : Token::Surface));
    painter->restore();
    QPen pen(color(Token::Accent), 2);
    if (!hovered) {
        pen.setDashPattern({3, 2});
        pen.setCapStyle(Qt::FlatCap);
    }
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawPath(path);
    const qreal right = m_size.width() - 13;
    theme::paintIcon(painter, QRectF(12, 80 * f, 16 * f, 16 * f), m_deed.icon, color(Token::Accent));
    paintText(painter, m_deed.text,
              {{18 + 16 * f, 93 * f}, right - 18 - 16 * f, FontRole::SmallStrong, color(Token::Text1)});
    paintText(painter,
              hovered ? QCoreApplication::translate("Topology", "let go: the plan opens")
                      : QCoreApplication::translate("Topology", "drop it here"),
              {{18 + 16 * f, 112 * f}, right - 18 - 16 * f, FontRole::Caption, color(Token::Text2)});
}

std::vector<QRectF> CardItem::tabRects() const
{
    std::vector<QRectF> rects;
    const qreal height = kTabHeight * fontFactor();
    qreal left = kTabLeft;
    for (const AddressTab &tab : m_face.tabs) {
        const qreal wanted =
            25 + textWidth(tab.name, FontRole::Caption) + 14 + textWidth(tab.ip, FontRole::FixedCaption) + 8;
        const qreal width = std::min(wanted, m_size.width() - kTabLeft - left);
        if (width < 40) {
            break;
        }
        rects.emplace_back(left, -height, width, height);
        left += width + kTabGap;
    }
    return rects;
}

QString CardItem::addressAt(QPointF at) const
{
    const std::vector<QRectF> rects = tabRects();
    for (std::size_t i = 0; i < rects.size(); ++i) {
        if (rects[i].contains(at)) {
            return m_face.tabs[i].name;
        }
    }
    return {};
}

void CardItem::paintTabs(QPainter *painter, qreal f) const
{
    const std::vector<QRectF> rects = tabRects();
    for (std::size_t i = 0; i < rects.size(); ++i) {
        paintTab(painter, f, m_face.tabs[i], rects[i]);
    }
}

void CardItem::paintTab(QPainter *painter, qreal f, const AddressTab &tab, const QRectF &rect) const
{
    const qreal left = rect.left(), width = rect.width(), top = rect.top() + 0.5;
    const bool sure = tab.known && !m_face.stale;
    QPainterPath path(QPointF(left + 0.5, 0));
    path.lineTo(left + 0.5, top + 4);
    path.quadTo(left + 0.5, top, left + 4.5, top);
    path.lineTo(left + width - 4.5, top);
    path.quadTo(left + width - 0.5, top, left + width - 0.5, top + 4);
    path.lineTo(left + width - 0.5, 0);
    QPen pen(color(sure ? Token::Border : Token::Unknown), 1);
    if (!sure) {
        pen.setDashPattern({3, 3});
        pen.setCapStyle(Qt::FlatCap);
    }
    painter->setPen(pen);
    painter->setBrush(color(Token::Surface));
    painter->drawPath(path);
    theme::paintIcon(painter, QRectF(left + 8, top + kTabHeight * f / 2 - 6, 12, 12),
                     sure ? QStringLiteral("address") : QStringLiteral("unknown"),
                     color(sure ? Token::Text2 : Token::Unknown));
    const qreal base = -7 * f;
    paintText(painter, tab.name,
              {{left + 25, base}, width - 33, FontRole::Caption, color(sure ? Token::Text1 : Token::Unknown)});
    paintText(painter, tab.ip,
              {{left + width - 8, base},
               width - 45 - textWidth(tab.name, FontRole::Caption),
               FontRole::FixedCaption,
               color(Token::Text2),
               Qt::AlignRight});
}

void CardItem::paintHead(QPainter *painter, qreal f) const
{
    const qreal right = m_size.width() - 13;
    theme::paintRoleBadge(painter, QRectF(12 * f, 12 * f, 28 * f, 28 * f), m_face.roleKind, m_face.stale);
    const qreal timeline =
        paintText(painter, m_face.timeline,
                  {{right, 25 * f}, 70 * f, FontRole::FixedCaption, color(Token::Text3), Qt::AlignRight});
    paintText(painter, m_face.name,
              {{50 * f, 25 * f}, right - 50 * f - timeline - 8, FontRole::Name, color(Token::Text1)});
    paintText(
        painter, m_face.role,
        {{50 * f, 40 * f}, right - 50 * f, FontRole::Caption, ink(m_face.stale, theme::roleText(m_face.roleKind))});
    paintText(painter, m_face.address, {{13, 62 * f}, right - 13, FontRole::FixedCaption, color(Token::Text3)});
    painter->setPen(QPen(color(Token::Hairline), 1));
    painter->drawLine(QPointF(1.5, 72 * f + 0.5), QPointF(m_size.width() - 1.5, 72 * f + 0.5));
}

void CardItem::paintState(QPainter *painter, qreal f) const
{
    const qreal right = m_size.width() - 13;
    theme::paintVerdict(painter, QRectF(12, 81 * f, 14 * f, 14 * f), m_face.verdict);
    const qreal word = paintText(
        painter, m_face.verdictWord,
        {{18 + 14 * f, 93 * f}, right - 32, FontRole::SmallStrong, color(theme::verdictText(m_face.verdict))});
    const qreal detailLeft = 18 + 14 * f + word + 6;
    const qreal detailWidth = right + 6 - detailLeft;
    const bool fits = textWidth(m_face.detail, FontRole::Small) <= detailWidth;
    paintText(painter, m_face.detail,
              {{detailLeft, 93 * f}, detailWidth, fits ? FontRole::Small : FontRole::Caption, color(Token::Text2)});

    qreal end = 13;
    if (!m_face.numbers.isEmpty()) {
        end += paintText(painter, m_face.numbers,
                         {{end, 112 * f}, right - end, FontRole::Fixed, ink(m_face.stale, Token::Text1)});
    }
    if (!m_face.nonNumber.isEmpty()) {
        const qreal left = m_face.numbers.isEmpty() ? end : end + 8;
        TextLine line{{left, 112 * f}, right - left, FontRole::Small, color(Token::Text3)};
        line.italic = true;
        end = left + paintText(painter, m_face.nonNumber, line);
    }
    const QRectF spark(std::max(m_size.width() - 65, end + 10), 101 * f, 0, 11 * f);
    if (right - spark.left() >= 16) {
        paintSpark(painter, m_face.spark, QRectF(spark.topLeft(), QPointF(right, spark.bottom())),
                   ink(m_face.stale, Token::Text3));
    }
}

void CardItem::paintWitness(QPainter *painter, qreal f) const
{
    const qreal right = m_size.width() - 13;
    theme::paintRoleBadge(painter, QRectF(12 * f, 14 * f, 28 * f, 28 * f), m_face.roleKind, m_face.stale);
    const qreal word = paintText(
        painter, m_face.verdictWord,
        {{right, 25 * f}, 90 * f, FontRole::SmallStrong, color(theme::verdictText(m_face.verdict)), Qt::AlignRight});
    theme::paintVerdict(painter, QRectF(right - word - 6 - 14 * f, 13 * f, 14 * f, 14 * f), m_face.verdict);
    paintText(painter, m_face.name,
              {{50 * f, 24 * f}, right - 50 * f - word - 14 * f - 14, FontRole::Name, color(Token::Text1)});
    const qreal role = paintText(
        painter, m_face.role,
        {{50 * f, 41 * f}, right - 50 * f, FontRole::Caption, ink(m_face.stale, theme::roleText(NodeRole::Witness))});
    const qreal left = 50 * f + role + 6;
    paintText(painter, m_face.detail, {{left, 41 * f}, right - left, FontRole::Caption, color(Token::Text3)});
}

} // namespace howdah::topology
