// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "operations/probe/record.h"
#include "operations/progress.h"
#include "operations/switchover/estimate.h"

namespace howdah::shell {

/// One figure of the strip.
struct StripFigure {
    QString caption;
    QString value;
    QString note;
    bool nonValue = false; ///< a word in place of a number
    bool bad = false;

    bool operator==(const StripFigure &) const = default;
};

/// What the strip says of a run. Pure.
struct StripFacts {
    QString from, fromWord;
    QString to, toWord;
    bool fromIsPrimary = true;
    bool toIsPrimary = false;
    bool fromIsDown = false;
    std::vector<StripFigure> figures; ///< writes waited, commits lost, step, running for

    bool operator==(const StripFacts &) const = default;
};

/// measured: empty when no probe runs.
StripFacts stripFacts(const operations::Plan &plan, const operations::Progress &progress,
                      const std::optional<operations::probe::Measured> &measured, qint64 nowWallMs);

/// Above a run: who hands the writes to whom, and its figures.
class SwitchoverStrip : public QWidget {
    Q_OBJECT

public:
    explicit SwitchoverStrip(QWidget *parent = nullptr);
    void setFacts(const StripFacts &facts);
    const StripFacts &facts() const { return m_facts; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void paintHandOver(QPainter *painter, const QRect &rect) const;
    int paintNode(QPainter *painter, int x, const QRect &rect, const QString &name, const QString &word, bool primary,
                  bool down) const;
    void paintFigure(QPainter *painter, const QRect &rect, const StripFigure &figure) const;

    StripFacts m_facts;
};

} // namespace howdah::shell
