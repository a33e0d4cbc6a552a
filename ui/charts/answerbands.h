// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <functional>

#include "history/answerhistory.h"

namespace howdah::charts {

/// Who answered on each address, over time: a band an address, in the colour of the node, with its name where there is
/// room; where nobody answered it is striped, and where nobody looked it is empty. Below, where there is room, how soon
/// the selected one answered. As long as less is known than the span is long, it shows what is known, growing. The
/// pointer over a band tells who, and from when to when. Window's thread.
class AnswerBands : public QWidget {
    Q_OBJECT
public:
    explicit AnswerBands(QWidget *parent = nullptr);

    /// Not owned; must outlive the widget or be taken back with nullptr.
    void setHistory(const history::AnswerHistory *history) { m_history = history; }
    /// Gives the wall clock's milliseconds of a monotonic time; 0: not known, and no times are written.
    void setWallClock(std::function<qint64(qint64)> wallOf) { m_wallOf = std::move(wallOf); }
    void setAddresses(const QStringList &names);
    /// In the order in which they take their colours.
    void setNodes(const QStringList &nodes) { m_nodes = nodes; }
    void setSelected(const QString &address);
    void setSpan(qint64 ms);
    /// now: monotonic. Paints anew when it can be seen.
    void refresh(qint64 nowMs);

    /// What a band of an address would say at a place; empty: there is none. For tests and the tooltip.
    QString tellAt(QPoint position) const;
    QRect bandRect(const QString &address) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    qint64 fromMs() const;
    double xOf(qint64 monotonicMs) const;
    QRectF plotRect() const;
    int rowHeight() const;
    void paintBand(QPainter *painter, const QString &address) const;
    void paintAxis(QPainter *painter, double bottom) const;
    void paintTimes(QPainter *painter, const QRectF &rect) const;
    QString wordOf(const history::Answer &answer) const;
    QString tell(const QString &address, const history::AnswerSpan &span) const;
    void describe();

    const history::AnswerHistory *m_history = nullptr;
    std::function<qint64(qint64)> m_wallOf;
    QStringList m_addresses;
    QStringList m_nodes;
    QString m_selected;
    qint64 m_spanMs = history::AnswerHistory::kKeptMs;
    qint64 m_nowMs = 0;
};

} // namespace howdah::charts
