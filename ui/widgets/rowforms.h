// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyleOptionViewItem>

#include "tables/roles.h"

class QModelIndex;
class QPainter;

namespace howdah::widgets {

// What ItemDelegate paints beside texts and numbers: rows that go over all columns, of which each cell paints the part
// that falls to it, and small things within a cell.

void paintRowForm(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index,
                  tables::RowForm form);
/// The ground of a row that belongs to the part that stands out, with an edge at the left end.
void paintBand(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index);
void paintRadio(QPainter *painter, const QRectF &rect, bool on);
void paintSpark(QPainter *painter, const QRectF &rect, const tables::Spark &spark, bool selected);

} // namespace howdah::widgets
