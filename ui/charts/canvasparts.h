// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>

#include "charts/plotdata.h"
#include "theme/theme.h"

namespace howdah::charts {

/// A line of plain text as the canvas writes it, with a halo of the ground where lines may run behind.
struct CanvasText {
    QPointF at; ///< left end of the baseline; its right end with AlignRight
    theme::FontRole font = theme::FontRole::Caption;
    QColor color;
    Qt::Alignment align = Qt::AlignLeft;
    bool halo = false;
    bool italic = false;
    qreal width = 0;                             ///< elided beyond it; 0: never
    theme::Token ground = theme::Token::Surface; ///< of the halo
};
/// Gives the width that it took.
qreal paintText(QPainter *painter, const QString &text, const CanvasText &style);
qreal textWidth(const QString &text, theme::FontRole font);
/// Height of a line of labels.
qreal lineHeight();

/// The last value of a line that may end in a gap; empty when it has none.
std::optional<double> lastKnown(const PlotLine &line);

} // namespace howdah::charts
