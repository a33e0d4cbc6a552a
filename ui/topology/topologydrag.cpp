// SPDX-License-Identifier: GPL-3.0-or-later
// A standby's card is dragged to the primary's. No QDrag: it runs a loop of its own, and nothing leaves the view.
#include <QApplication>
#include <QMouseEvent>
#include <QPainter>

#include "cluster/candidate.h"
#include "theme/glyphs.h"
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

DragItem::DragItem(const CardFace &face)
    : m_face(face)
    , m_size(kGhostText + std::min<qreal>(textWidth(face.name, FontRole::SmallStrong) + 2, 160) + 12, kGhostHeight)
{
    setZValue(10);
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
    theme::paintRoleBadge(painter, QRectF(kGhostLeft, (kGhostHeight - kGhostBadge) / 2, kGhostBadge, kGhostBadge),
                          m_face.roleKind, m_face.stale);
    paintText(painter, m_face.name,
              {{kGhostText, kGhostHeight / 2 + 4},
               m_size.width() - kGhostText - 8,
               FontRole::SmallStrong,
               color(Token::Text1)});
}

void TopologyView::mouseMoveEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    const bool held = (event->buttons() & Qt::LeftButton) != 0;
    if (held && m_dragged.isEmpty() && !m_pressed.isEmpty() &&
        (at - m_pressedAt).manhattanLength() >= QApplication::startDragDistance()) {
        beginDrag();
    }
    if (m_dragged.isEmpty()) {
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
    const QString dragged = event->button() == Qt::LeftButton ? m_dragged : QString();
    const QString under = nodeAt(event->position().toPoint());
    endDrag();
    if (!dragged.isEmpty() && under == cluster::primaryName(m_state) &&
        cluster::whyNotProposed(m_state, dragged).isEmpty()) {
        Q_EMIT switchoverRequested(dragged);
    }
    event->accept();
}

/// What can't be proposed is not dragged: nothing lights up, and nothing moves.
void TopologyView::beginDrag()
{
    const QString node = std::exchange(m_pressed, {});
    const CardItem *source = m_cards.value(node);
    if (!source || !cluster::whyNotProposed(m_state, node).isEmpty()) {
        return;
    }
    m_dragged = node;
    m_ghost = new DragItem(source->face());
    scene()->addItem(m_ghost);
}

void TopologyView::moveDrag(QPoint position)
{
    const QString target = cluster::primaryName(m_state);
    const bool over = !target.isEmpty() && nodeAt(position) == target;
    for (auto it = m_cards.cbegin(); it != m_cards.cend(); ++it) {
        using Drag = CardItem::Drag;
        it.value()->setDrag(it.key() == m_dragged ? Drag::Source
                            : it.key() != target  ? Drag::Aside
                            : over                ? Drag::Hovered
                                                  : Drag::Target,
                            m_dragged);
    }
    m_ghost->setPos(mapToScene(position) + QPointF(12, 8));
    m_ghost->setVisible(!over); // the card says what will be, and is not to be covered
    viewport()->setCursor(over ? Qt::DragMoveCursor : Qt::ForbiddenCursor);
}

void TopologyView::endDrag()
{
    m_pressed.clear();
    if (m_dragged.isEmpty()) {
        return;
    }
    m_dragged.clear();
    delete std::exchange(m_ghost, nullptr);
    for (CardItem *card : std::as_const(m_cards)) {
        card->setDrag(CardItem::Drag::None);
    }
    viewport()->unsetCursor();
}

} // namespace howdah::topology
