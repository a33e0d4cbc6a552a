// SPDX-License-Identifier: GPL-3.0-or-later
// A standby's card is dragged to the primary's, the tab of an address to a card. No QDrag: it runs a loop of its own,
// and nothing leaves the view.
#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

#include "cluster/candidate.h"
#include "theme/glyphs.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "topology/topologyview.h"

namespace howdah::topology {

using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr qreal kGhostHeight = 36, kGhostLeft = 10, kGhostBadge = 20, kGhostText = 38;

} // namespace

DragItem::DragItem(const QString &text)
    : m_text(text)
    , m_size(kGhostText + std::min<qreal>(textWidth(text, FontRole::SmallStrong) + 2, 160) + 12, kGhostHeight)
{
    setZValue(10);
}

DragItem::DragItem(const CardFace &face)
    : DragItem(face.name)
{
    m_face = face;
}

DragItem::DragItem(const AddressTab &tab)
    : DragItem(tab.name)
{
    m_isAddress = true;
}

QRectF DragItem::boundingRect() const
{
    return {{0, 0}, m_size};
}

void DragItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    painter->setRenderHint(QPainter::Antialiasing);
    theme::paintRounded(painter, boundingRect(), theme::metric::kRadiusCard, color(Token::Raised),
                        color(Token::ControlBorder));
    const QRectF badge(kGhostLeft, (kGhostHeight - kGhostBadge) / 2, kGhostBadge, kGhostBadge);
    if (m_isAddress) {
        theme::paintIcon(painter, badge.adjusted(2, 2, -2, -2), QStringLiteral("address"), color(Token::Text2));
    } else {
        theme::paintRoleBadge(painter, badge, m_face.roleKind, m_face.stale);
    }
    paintText(painter, m_text,
              {{kGhostText, kGhostHeight / 2 + 4},
               m_size.width() - kGhostText - 8,
               FontRole::SmallStrong,
               color(Token::Text1)});
}

void TopologyView::mouseMoveEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    const bool held = (event->buttons() & Qt::LeftButton) != 0;
    if (held && !m_isDragged && !(m_pressed.isEmpty() && m_pressedAddress.isEmpty()) &&
        (at - m_pressedAt).manhattanLength() >= QApplication::startDragDistance()) {
        beginDrag();
    }
    if (!m_isDragged) {
        QGraphicsView::mouseMoveEvent(event);
        return;
    }
    if (!held) { // let go where nobody told us
        endDrag();
        return;
    }
    moveDrag(at);
    event->accept();
}

void TopologyView::mouseReleaseEvent(QMouseEvent *event)
{
    const bool dropped = m_isDragged && event->button() == Qt::LeftButton;
    const QString under = nodeAt(event->position().toPoint());
    const QString node = m_dragged, address = m_draggedAddress;
    const bool may = dropped && deeds().contains(under);
    bool whole = !node.isEmpty(); // a switchover is asked for
    if (const AddressTab *tab = draggedAddress()) {
        whole = std::any_of(tab->targets.begin(), tab->targets.end(),
                            [&](const DropTarget &one) { return one.node == under && one.switchover; });
    }
    endDrag();
    if (may && whole) {
        Q_EMIT switchoverRequested(address.isEmpty() ? node : under);
    } else if (may) {
        Q_EMIT moveRequested(address, under);
    }
    event->accept();
}

const AddressTab *TopologyView::draggedAddress() const
{
    const auto at = std::find_if(m_addresses.begin(), m_addresses.end(),
                                 [this](const AddressTab &tab) { return tab.name == m_draggedAddress; });
    return m_draggedAddress.isEmpty() || at == m_addresses.end() ? nullptr : &*at;
}

QHash<QString, CardItem::Deed> TopologyView::deeds() const
{
    QHash<QString, CardItem::Deed> all;
    const auto switchOver = [](const QString &node) {
        return CardItem::Deed{QStringLiteral("switchover"), tr("Switch over to %1…").arg(node)};
    };
    if (const AddressTab *tab = draggedAddress()) {
        for (const DropTarget &target : tab->targets) {
            all.insert(target.node, target.switchover ? switchOver(target.node)
                                                      : CardItem::Deed{QStringLiteral("address"),
                                                                       tr("Move %1 here…").arg(tab->name)});
        }
    } else if (const QString target = cluster::primaryName(m_state);
               !target.isEmpty() && !m_dragged.isEmpty() && cluster::whyNotProposed(m_state, m_dragged).isEmpty()) {
        all.insert(target, switchOver(m_dragged));
    }
    return all;
}

bool TopologyView::mayStillBeDropped() const
{
    return !deeds().isEmpty() && (m_draggedAddress.isEmpty() || draggedAddress());
}

QString TopologyView::addressAt(QPoint position) const
{
    const QPointF at = mapToScene(position);
    for (const CardItem *card : m_cards) {
        if (const QString address = card->addressAt(card->mapFromScene(at)); !address.isEmpty()) {
            return address;
        }
    }
    return {};
}

/// What can go nowhere is not dragged: nothing lights up, and nothing moves.
void TopologyView::beginDrag()
{
    m_dragged = std::exchange(m_pressed, {});
    m_draggedAddress = std::exchange(m_pressedAddress, {});
    const AddressTab *tab = draggedAddress();
    const CardItem *source = m_cards.value(m_dragged);
    if (!mayStillBeDropped() || (!tab && !source)) {
        m_dragged.clear();
        m_draggedAddress.clear();
        return;
    }
    m_isDragged = true;
    m_ghost = tab ? new DragItem(*tab) : new DragItem(source->face());
    scene()->addItem(m_ghost);
}

void TopologyView::moveDrag(QPoint position)
{
    const QHash<QString, CardItem::Deed> may = deeds();
    const QString under = nodeAt(position);
    const bool over = may.contains(under);
    for (auto it = m_cards.cbegin(); it != m_cards.cend(); ++it) {
        using Drag = CardItem::Drag;
        it.value()->setDrag(it.key() == m_dragged     ? Drag::Source
                            : !may.contains(it.key()) ? Drag::Aside
                            : it.key() == under       ? Drag::Hovered
                                                      : Drag::Target,
                            may.value(it.key()));
    }
    m_ghost->setPos(mapToScene(position) + QPointF(12, 8));
    m_ghost->setVisible(!over); // the card says what will be, and is not to be covered
    viewport()->setCursor(over ? Qt::DragMoveCursor : Qt::ForbiddenCursor);
}

void TopologyView::endDrag()
{
    m_pressed.clear();
    m_pressedAddress.clear();
    if (!m_isDragged) {
        return;
    }
    m_isDragged = false;
    m_dragged.clear();
    m_draggedAddress.clear();
    delete std::exchange(m_ghost, nullptr);
    for (CardItem *card : std::as_const(m_cards)) {
        card->setDrag(CardItem::Drag::None);
    }
    viewport()->unsetCursor();
}

} // namespace howdah::topology
