// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QGraphicsItem>

#include "theme/theme.h"
#include "topology/faces.h"
#include "topology/layout.h"

namespace howdah::topology {

/// One line of plain text at a baseline, elided to width.
struct TextLine {
    QPointF at; ///< left end of the baseline, or its right end, or its middle
    qreal width = 0;
    theme::FontRole font = theme::FontRole::Body;
    QColor color;
    Qt::Alignment align = Qt::AlignLeft;
    bool italic = false;
    bool strong = false;
};
/// Gives the width that the text took.
qreal paintText(QPainter *painter, const QString &text, const TextLine &line);
qreal textWidth(const QString &text, theme::FontRole font);
/// The text in two lines, broken at a space: the first as long as width allows. One line when it fits.
QStringList foldedText(const QString &text, theme::FontRole font, qreal width);
/// How wide a text must be to fit in two lines.
qreal foldedWidth(const QString &text, theme::FontRole font);
/// How wide the words are that a layout has to place.
Words wordsOf(const cluster::ClusterState &state);

/// How much larger than in the mockups the user's font is; 1 for anything close to it.
qreal fontFactor();

/// A tooltip that never reads HTML.
QString plainToolTip(const QString &text);

/// A node: card or, for a witness, a flat frame.
class CardItem : public QGraphicsItem {
public:
    enum { Type = UserType + 1 };
    CardItem();
    int type() const override { return Type; }
    /// False when nothing changed and nothing is repainted.
    bool setFace(const CardFace &face);
    const CardFace &face() const { return m_face; }
    void setPlace(const QRectF &rect);
    QRectF cardRect() const { return {{0, 0}, m_size}; }
    void setCurrent(bool current, bool ring);
    /// What it is while a card is dragged: what is dragged, somewhere to let it go, where it would be let go now, or
    /// nothing to do with it.
    enum class Drag { None, Source, Target, Hovered, Aside };
    /// What letting go here would do: "Switch over to pg2…", with the icon of that.
    struct Deed {
        QString icon, text;
        bool operator==(const Deed &) const = default;
    };
    void setDrag(Drag drag, const Deed &deed = {});
    Drag drag() const { return m_drag; }

    /// The name of the address whose tab is at a point of the item; empty: none is.
    QString addressAt(QPointF at) const;

    QRectF boundingRect() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    /// As many of the tabs as there is room for, each from its top edge to that of the card.
    std::vector<QRectF> tabRects() const;
    void paintFrame(QPainter *painter, qreal f) const;
    void paintTabs(QPainter *painter, qreal f) const;
    void paintTab(QPainter *painter, qreal f, const AddressTab &tab, const QRectF &rect) const;
    void paintHead(QPainter *painter, qreal f) const;
    void paintState(QPainter *painter, qreal f) const;
    void paintWitness(QPainter *painter, qreal f) const;
    void paintTarget(QPainter *painter, qreal f) const;

    CardFace m_face;
    QSizeF m_size;
    bool m_current = false;
    bool m_ring = false;
    Drag m_drag = Drag::None;
    Deed m_deed;
};

/// What follows the pointer while something is dragged: the badge and name of a node, or an address.
class DragItem : public QGraphicsItem {
public:
    DragItem(const CardFace &face);
    DragItem(const AddressTab &tab);
    QRectF boundingRect() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    explicit DragItem(const QString &text);

    CardFace m_face;
    bool m_isAddress = false;
    QString m_text;
    QSizeF m_size;
};

/// The flow between two nodes.
class EdgeItem : public QGraphicsItem {
public:
    EdgeItem();
    bool setFace(const EdgeFace &face);
    const EdgeFace &face() const { return m_face; }
    void setPlace(const PlacedEdge &placed);

    QRectF boundingRect() const override;
    /// The line and its words: what else lies between has tooltips of its own.
    QPainterPath shape() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    QPen pen() const;
    void paintHead(QPainter *painter, const QPen &pen) const;
    void paintCross(QPainter *painter, const QPen &pen) const;
    void paintWords(QPainter *painter, const QColor &color) const;

    EdgeFace m_face;
    PlacedEdge m_placed;
};

/// Who takes WAL and is no node; or an idle slot.
class ConsumerItem : public QGraphicsItem {
public:
    enum { Type = UserType + 2 };
    ConsumerItem();
    int type() const override { return Type; }
    bool setFace(const ConsumerFace &face);
    const ConsumerFace &face() const { return m_face; }
    void setPlace(const PlacedConsumer &placed);
    const PlacedConsumer &place() const { return m_placed; }
    /// Whether name and detail are shown without an ellipsis.
    bool isWhole() const;

    QRectF boundingRect() const override;
    /// The line and its words.
    QPainterPath shape() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    theme::FontRole bytesFont() const;
    qreal nameRoom() const;
    qreal detailRoom() const;
    void paintLine(QPainter *painter) const;
    void paintWide(QPainter *painter) const;
    void paintStacked(QPainter *painter) const;

    ConsumerFace m_face;
    PlacedConsumer m_placed;
};

/// The line with corners rounded by 6 px, cutEnd px shorter.
QPainterPath rounded(const QPolygonF &line, qreal cutEnd);
/// The pen with a pattern in pixels.
QPen dashed(QPen pen, qreal on, qreal off);
void drawOpenHead(QPainter *painter, QPointF tip);
void drawCross(QPainter *painter, QPointF centre);
/// What lies within 5 px of a line.
QPainterPath nearLine(const QPolygonF &line);

/// The 7 px square that is a slot: filled when used, hollow when idle.
void paintPort(QPainter *painter, QPointF centre, bool used, const QColor &color);

} // namespace howdah::topology
