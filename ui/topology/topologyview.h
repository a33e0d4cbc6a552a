// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGraphicsView>
#include <QHash>

#include "topology/items.h"

namespace howdah::topology {

/// Who follows whom, drawn: a card a node, WAL along the arrows, slots as ports. Takes each tick's state and repaints
/// what changed; rebuilds nothing while the structure stays. As wide as it is given: shrinks to kSmallestScale, then
/// scrolls. The card of a standby that can be proposed is dragged to the primary's, which lights up: that asks for a
/// switchover, as the menu does. The tab of an address is dragged to a card likewise, where it can go. Arrow keys move
/// from card to card, Enter activates, the Menu key asks for a menu; what is selected is in the accessible description.
/// Nothing here can only be read here: a table twin belongs beside it. Window's thread.
class TopologyView : public QGraphicsView {
    Q_OBJECT
public:
    static constexpr qreal kSmallestScale = 0.7;

    explicit TopologyView(QWidget *parent = nullptr);

    void setState(const cluster::ClusterState &state);
    /// Not owned; must outlive the view or be taken back with nullptr. Read on each setState().
    void setHistory(const history::LagHistory *history);
    void setAddresses(std::vector<AddressTab> addresses);

    QString selectedNode() const { return m_selected; }
    /// Selects without a signal; an unknown name selects nothing.
    void selectNode(const QString &name);

    const Layout &placement() const { return m_layout; }
    /// The card of a node; nullptr when there is none. For tests.
    const CardItem *card(const QString &node) const { return m_cards.value(node); }
    const std::vector<EdgeItem *> &edgeItems() const { return m_edges; }
    const std::vector<ConsumerItem *> &consumerItems() const { return m_consumers; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// What it is drawn in at that width.
    int heightForWidth(int width) const override;

Q_SIGNALS:
    void nodeSelected(const QString &name);
    void nodeActivated(const QString &name);
    /// What can be done to a node was asked for, by the right button or the menu key; at is on the screen.
    void nodeMenuRequested(const QString &name, QPoint at);
    /// A standby's card was dropped on the primary's.
    void switchoverRequested(const QString &name);
    /// The tab of an address was dropped on a card that it can go to.
    void moveRequested(const QString &address, const QString &node);
    /// A consumer's or an idle slot's line was double-clicked.
    void slotActivated(const QString &node, const QString &slot);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void drawForeground(QPainter *painter, const QRectF &rect) override;

private:
    void refresh(bool structureMayDiffer);
    Layout layoutFor(int width) const;
    Layout layoutIn(QSize room) const;
    int barWidth() const;
    QSize withoutBar(const QSizeF &content, QSize room) const;
    qreal scaleFor(const QSizeF &content, QSize room) const;
    void takeLayout(Layout layout);
    void updateFaces();
    void fit();
    void setCurrent(const QString &name, bool tell);
    void markCurrent();
    void describe();
    void recolour();
    void beginDrag();
    /// What letting go on each card would do, of what is dragged: where nothing would be done there is none.
    QHash<QString, CardItem::Deed> deeds() const;
    bool mayStillBeDropped() const;
    const AddressTab *draggedAddress() const;
    QString addressAt(QPoint position) const;
    void moveDrag(QPoint position);
    void endDrag();
    int indexOf(const QString &name) const;
    QString nodeAt(QPoint position) const;

    cluster::ClusterState m_state;
    const history::LagHistory *m_history = nullptr;
    std::vector<AddressTab> m_addresses;
    Words m_words; ///< how much room what is written takes, of m_state
    Layout m_layout;
    QStringList m_names; ///< in the order of Snapshot::nodes
    QHash<QString, CardItem *> m_cards;
    std::vector<EdgeItem *> m_edges;         ///< as m_layout.edges
    std::vector<ConsumerItem *> m_consumers; ///< as m_layout.consumers
    QString m_selected;
    QString m_pressed;        ///< the node under the left button; not dragged yet
    QString m_pressedAddress; ///< likewise, the address
    QPoint m_pressedAt;
    bool m_isDragged = false;
    QString m_dragged;        ///< the node: a standby that can be proposed
    QString m_draggedAddress; ///< or the address
    DragItem *m_ghost = nullptr;
};

} // namespace howdah::topology
