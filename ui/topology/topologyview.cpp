// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology/topologyview.h"

#include <QAccessible>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QScrollBar>
#include <QStyle>

#include "cluster/candidate.h"

namespace howdah::topology {

using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr qreal kSmallestByHeight = 0.8;

} // namespace

TopologyView::TopologyView(QWidget *parent)
    : QGraphicsView(parent)
{
    setObjectName(QStringLiteral("topologyView"));
    setScene(new QGraphicsScene(this));
    // Few items that seldom move: an index costs more than it saves, and a BSP keeps pointers to deleted items longer.
    scene()->setItemIndexMethod(QGraphicsScene::NoIndex);
    setFrameShape(QFrame::NoFrame);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    setAccessibleName(tr("Topology"));
    connect(&theme::Theme::instance(), &theme::Theme::changed, this, [this] {
        recolour();
        refresh(true);
    });
    recolour();
}

void TopologyView::setState(const cluster::ClusterState &state)
{
    if (!state.snapshot || !state.assessment) {
        return;
    }
    m_state = state;
    refresh(true);
}

void TopologyView::setHistory(const history::LagHistory *history)
{
    m_history = history;
    refresh(false);
}

void TopologyView::setAddresses(std::vector<AddressTab> addresses)
{
    if (addresses == m_addresses) {
        return;
    }
    m_addresses = std::move(addresses);
    refresh(true);
}

void TopologyView::refresh(bool structureMayDiffer)
{
    if (!m_state.snapshot) {
        return;
    }
    if (structureMayDiffer) {
        m_words = wordsOf(m_state); // once: it is laid out for several widths
        QStringList names;
        for (const cluster::NodeStatus &node : m_state.snapshot->nodes) {
            names.append(node.name);
        }
        Layout layout = layoutIn(maximumViewportSize());
        if (names != m_names || !(layout == m_layout)) {
            m_names = names;
            takeLayout(std::move(layout));
        }
    }
    updateFaces();
    if (m_isDragged && !mayStillBeDropped()) {
        endDrag(); // it has become another cluster meanwhile
    }
    markCurrent();
    describe();
    if (m_names.isEmpty()) {
        viewport()->update();
    }
}

Layout TopologyView::layoutFor(int width) const
{
    return layOutWithin(width, m_state.assessment->topology, !m_addresses.empty(), Measure().scaled(fontFactor()),
                        m_words);
}

Layout TopologyView::layoutIn(QSize room) const
{
    Layout layout = layoutFor(room.width());
    const qreal scale = scaleFor(layout.size, room);
    if (layout.size.height() * scale > withoutBar(layout.size, room).height() + 1) {
        // It will scroll, and the bar takes its room from the width.
        layout = layoutFor(room.width() - barWidth());
    } else if (layout.size.width() * scale < room.width() - 1) {
        // Drawn smaller for its height, it has more width.
        layout = layoutFor(qFloor(room.width() / scale));
    }
    return layout;
}

int TopologyView::barWidth() const
{
    return style()->pixelMetric(QStyle::PM_ScrollBarExtent, nullptr, this);
}

/// Room without the bar below that content needs when it is too wide even at its smallest.
QSize TopologyView::withoutBar(const QSizeF &content, QSize room) const
{
    return content.width() * kSmallestScale > room.width() + 1 ? room - QSize(0, barWidth()) : room;
}

/// At which content is drawn in room.
qreal TopologyView::scaleFor(const QSizeF &content, QSize room) const
{
    const qreal scale = std::clamp(room.width() / content.width(), kSmallestScale, 1.0);
    // A little too high is shrunk as well; much too high scrolls at a readable size.
    const qreal byHeight = withoutBar(content, room).height() / content.height();
    if (byHeight >= scale) {
        return scale;
    }
    if (byHeight >= kSmallestByHeight) {
        return byHeight;
    }
    return std::clamp((room.width() - barWidth()) / content.width(), kSmallestScale, 1.0);
}

int TopologyView::heightForWidth(int width) const
{
    if (!m_state.assessment || m_names.isEmpty()) {
        return sizeHint().height();
    }
    const QSizeF content = layoutFor(width).size;
    const QSize room(width, qCeil(content.height()) + barWidth());
    return qCeil(content.height() * scaleFor(content, room)) + room.height() - withoutBar(content, room).height();
}

void TopologyView::takeLayout(Layout layout)
{
    m_layout = std::move(layout);
    for (auto it = m_cards.begin(); it != m_cards.end();) {
        const bool stays = m_names.contains(it.key());
        if (!stays) {
            delete it.value();
        }
        it = stays ? std::next(it) : m_cards.erase(it);
    }
    for (int i = 0; i < m_names.size() && i < static_cast<int>(m_layout.nodes.size()); ++i) {
        CardItem *&card = m_cards[m_names[i]];
        if (!card) {
            card = new CardItem;
            scene()->addItem(card);
        }
        card->setPlace(m_layout.nodes[static_cast<std::size_t>(i)].rect);
    }
    const auto resize = [this]<typename Item>(std::vector<Item *> &items, std::size_t count) {
        for (; items.size() > count; items.pop_back()) {
            delete items.back();
        }
        while (items.size() < count) {
            items.push_back(new Item);
            scene()->addItem(items.back());
        }
    };
    resize(m_edges, m_layout.edges.size());
    resize(m_consumers, m_layout.consumers.size());
    for (std::size_t i = 0; i < m_edges.size(); ++i) {
        m_edges[i]->setPlace(m_layout.edges[i]);
    }
    for (std::size_t i = 0; i < m_consumers.size(); ++i) {
        m_consumers[i]->setPlace(m_layout.consumers[i]);
    }
    if (!m_selected.isEmpty() && !m_names.contains(m_selected)) {
        m_selected.clear();
    }
    scene()->setSceneRect(QRectF(QPointF(0, 0), m_layout.size));
    updateGeometry();
    fit();
}

void TopologyView::updateFaces()
{
    for (int i = 0; i < m_names.size(); ++i) {
        if (CardItem *card = m_cards.value(m_names[i])) {
            card->setFace(cardFace(m_state, i, m_history, m_addresses));
        }
    }
    for (std::size_t i = 0; i < m_edges.size(); ++i) {
        m_edges[i]->setFace(edgeFace(m_state, m_layout.edges[i].edge));
    }
    for (std::size_t i = 0; i < m_consumers.size(); ++i) {
        m_consumers[i]->setFace(consumerFace(m_state, m_layout.consumers[i].consumer));
    }
}

void TopologyView::fit()
{
    if (m_layout.size.isEmpty()) {
        return;
    }
    const qreal scale = scaleFor(m_layout.size, maximumViewportSize());
    setTransform(QTransform::fromScale(scale, scale));
}

QSize TopologyView::sizeHint() const
{
    const QSize content = m_layout.size.toSize();
    return content.isEmpty() ? QSize(640, 220) : QSize(std::min(content.width(), 848), std::min(content.height(), 420));
}

QSize TopologyView::minimumSizeHint() const
{
    return {320, 160};
}

int TopologyView::indexOf(const QString &name) const
{
    return static_cast<int>(m_names.indexOf(name));
}

void TopologyView::selectNode(const QString &name)
{
    setCurrent(m_names.contains(name) ? name : QString(), false);
}

void TopologyView::setCurrent(const QString &name, bool tell)
{
    if (name == m_selected) {
        return;
    }
    m_selected = name;
    markCurrent();
    describe();
    if (const CardItem *card = m_cards.value(name)) {
        ensureVisible(card->sceneBoundingRect(), 8, 8);
    }
    if (tell && !name.isEmpty()) {
        Q_EMIT nodeSelected(name);
    }
}

void TopologyView::markCurrent()
{
    for (auto it = m_cards.cbegin(); it != m_cards.cend(); ++it) {
        it.value()->setCurrent(it.key() == m_selected, it.key() == m_selected && hasFocus());
    }
}

/// For a screen reader: the selected card first, then every card and line in words.
void TopologyView::describe()
{
    QStringList lines;
    if (const CardItem *card = m_cards.value(m_selected)) {
        lines << tr("Selected: %1").arg(card->face().description);
    }
    for (const QString &name : std::as_const(m_names)) {
        if (const CardItem *card = m_cards.value(name)) {
            lines << card->face().description;
        }
    }
    for (const EdgeItem *edge : m_edges) {
        lines << edge->face().description;
    }
    for (const ConsumerItem *consumer : m_consumers) {
        lines << consumer->face().description;
    }
    const QString text = lines.join(QStringLiteral(".\n"));
    if (text == accessibleDescription()) {
        return;
    }
    // Sends QAccessible::DescriptionChanged itself, and only when somebody listens.
    setAccessibleDescription(text);
}

void TopologyView::keyPressEvent(QKeyEvent *event)
{
    static const QHash<int, Direction> directions{{Qt::Key_Left, Direction::Left},
                                                  {Qt::Key_Right, Direction::Right},
                                                  {Qt::Key_Up, Direction::Up},
                                                  {Qt::Key_Down, Direction::Down}};
    if (event->key() == Qt::Key_Escape && m_isDragged) {
        endDrag();
        event->accept();
        return;
    }
    const auto direction = directions.constFind(event->key());
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (direction != directions.constEnd()) {
        const int next = neighbour(m_layout, indexOf(m_selected), *direction);
        if (next >= 0 && next < m_names.size()) {
            setCurrent(m_names[next], true);
        }
    } else if (event->key() == Qt::Key_Home && !m_names.isEmpty()) {
        setCurrent(m_names.first(), true);
    } else if (event->key() == Qt::Key_End && !m_names.isEmpty()) {
        setCurrent(m_names.last(), true);
    } else if (enter && !m_selected.isEmpty()) {
        Q_EMIT nodeActivated(m_selected);
    } else {
        // Page up and down scroll; anything else is for the window.
        QGraphicsView::keyPressEvent(event);
        return;
    }
    event->accept();
}

QString TopologyView::nodeAt(QPoint position) const
{
    const QPointF at = mapToScene(position);
    for (int i = 0; i < m_names.size() && i < static_cast<int>(m_layout.nodes.size()); ++i) {
        if (m_layout.nodes[static_cast<std::size_t>(i)].rect.contains(at)) {
            return m_names[i];
        }
    }
    return {};
}

void TopologyView::mousePressEvent(QMouseEvent *event)
{
    const QString node = nodeAt(event->position().toPoint());
    endDrag(); // another button: not meant so
    if (!node.isEmpty()) {
        setCurrent(node, true);
    }
    const bool left = event->button() == Qt::LeftButton;
    m_pressed = left ? node : QString();
    m_pressedAddress = left ? addressAt(event->position().toPoint()) : QString();
    m_pressedAt = event->position().toPoint();
    event->accept();
}

void TopologyView::contextMenuEvent(QContextMenuEvent *event)
{
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const QString node = byKey ? m_selected : nodeAt(event->pos());
    if (node.isEmpty()) {
        return;
    }
    const CardItem *card = m_cards.value(node);
    const QPoint at =
        byKey && card ? viewport()->mapToGlobal(mapFromScene(card->sceneBoundingRect().center())) : event->globalPos();
    Q_EMIT nodeMenuRequested(node, at);
}

void TopologyView::mouseDoubleClickEvent(QMouseEvent *event)
{
    const QString node = nodeAt(event->position().toPoint());
    if (!node.isEmpty()) {
        Q_EMIT nodeActivated(node);
        return;
    }
    const QPointF at = mapToScene(event->position().toPoint());
    for (const ConsumerItem *consumer : m_consumers) {
        if (consumer->face().hasSlot && consumer->place().text.contains(at)) {
            Q_EMIT slotActivated(consumer->face().node, consumer->face().slotName);
            return;
        }
    }
}

void TopologyView::focusInEvent(QFocusEvent *event)
{
    QGraphicsView::focusInEvent(event);
    if (m_selected.isEmpty() && !m_names.isEmpty() && event->reason() != Qt::MouseFocusReason) {
        setCurrent(m_names.first(), true);
    }
    markCurrent();
}

void TopologyView::focusOutEvent(QFocusEvent *event)
{
    QGraphicsView::focusOutEvent(event);
    endDrag();
    markCurrent();
}

void TopologyView::resizeEvent(QResizeEvent *event)
{
    QGraphicsView::resizeEvent(event);
    refresh(event->size() != event->oldSize());
    fit();
}

void TopologyView::changeEvent(QEvent *event)
{
    QGraphicsView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        recolour();
    }
}

void TopologyView::recolour()
{
    setBackgroundBrush(color(Token::Canvas));
    scene()->update();
}

void TopologyView::drawForeground(QPainter *painter, const QRectF &)
{
    if (!m_names.isEmpty()) {
        return;
    }
    painter->save();
    painter->resetTransform();
    const QString text = m_state.snapshot ? tr("This cluster has no node yet.") : tr("Waiting for the first sample.");
    paintText(painter, text,
              {QRectF(viewport()->rect()).center(), qreal(viewport()->width() - 32), FontRole::Body,
               color(Token::Text3), Qt::AlignHCenter});
    painter->restore();
}

} // namespace howdah::topology
