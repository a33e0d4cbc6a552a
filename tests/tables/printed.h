// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QStringList>

#include "tables/roles.h"

/// A cell as a test compares it: glyph, text, what follows it; non-values in brackets, bars as bars.
inline QString printedCell(const QModelIndex &index)
{
    using namespace howdah;
    QString text = index.data(tables::SpanTextRole).toString();
    if (text.isEmpty()) {
        text = index.data().toString();
    }
    if (index.data(tables::NonValueRole).toBool() && !text.isEmpty()) {
        text = QLatin1Char('<') + text + QLatin1Char('>');
    }
    if (const QVariant verdict = index.data(tables::VerdictRole); verdict.isValid()) {
        static const char *const glyphs[] = {"ok ", "? ", "! ", "!! "};
        text.prepend(QLatin1String(glyphs[verdict.toInt()]));
    }
    if (const QString secondary = index.data(tables::SecondaryRole).toString(); !secondary.isEmpty()) {
        text += QLatin1String(" ~ ") + secondary;
    }
    return text;
}

/// The shown columns of a model, a line a row, cells parted by " | ".
inline QString printedTable(const QAbstractItemModel &model, bool hiddenToo = false)
{
    using namespace howdah;
    QStringList lines;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column) {
            if (hiddenToo || model.headerData(column, Qt::Horizontal, tables::ShownByDefaultRole).toBool()) {
                cells.append(printedCell(model.index(row, column)));
            }
        }
        QString line = cells.join(QLatin1String(" | "));
        if (model.index(row, 0).data(tables::StaleRole).toBool()) {
            line.prepend(QLatin1String("(stale) "));
        }
        lines.append(line);
    }
    return lines.join(QLatin1Char('\n'));
}
