// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include "tables/roles.h"

class QPainter;

namespace howdah::widgets {

/// A limit bar, 6 px high, in the middle of rect: full width is critical, the tick is where warning starts; grey below
/// the tick, amber above, red with an arrow past the end when full. A second tick is where critical starts when that
/// is before the end. The number stands beside it, never in it. selected: it stands on a selected row.
void paintLimitBar(QPainter *painter, const QRectF &rect, const tables::Bar &bar, bool selected = false);

} // namespace howdah::widgets
