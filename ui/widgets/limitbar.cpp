// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/limitbar.h"

#include <QPainter>

#include "theme/paint.h"
#include "theme/theme.h"

namespace howdah::widgets {

using cluster::Verdict;
using theme::Token;

void paintLimitBar(QPainter *painter, const QRectF &rect, const tables::Bar &bar, bool selected)
{
    const bool overflows = bar.fraction >= 1;
    const Token fill = overflows || bar.verdict == Verdict::Critical ? Token::Critical
                       : bar.verdict == Verdict::Warning             ? Token::WarningMark
                                                                     : Token::Text3;
    QRectF trough(rect.x(), qRound(rect.center().y() - 3), rect.width(), 6);
    if (overflows) {
        trough.setWidth(trough.width() - 7);
    }
    // The trough's own colour would be lost on a selection.
    theme::paintRounded(painter, trough, 1, theme::color(selected ? Token::Surface : Token::Trough), {});
    if (bar.fraction > 0) {
        // A sliver for the smallest amount: something is not nothing.
        QRectF filled = trough;
        filled.setWidth(std::max(2.0, trough.width() * std::min(1.0, bar.fraction)));
        theme::paintRounded(painter, filled, 1, theme::color(fill), {});
    }
    for (const double at : {bar.warnAt, bar.criticalAt}) {
        if (at > 0 && at < 1) {
            const int x = qRound(trough.x() + trough.width() * at);
            painter->fillRect(QRectF(x, trough.y() - 3, 1, 12), theme::color(Token::Text1));
        }
    }
    if (overflows) {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme::color(fill));
        const qreal x = trough.right() + 1;
        painter->drawPolygon(QPolygonF({{x, trough.y() - 2}, {x + 6, trough.center().y()}, {x, trough.bottom() + 2}}));
        painter->restore();
    }
}

} // namespace howdah::widgets
