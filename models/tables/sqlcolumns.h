// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/keyedtablemodel.h"

namespace howdah::tables {

/// Makes columns that show those of one catalog view.
class SqlColumns {
public:
    constexpr explicit SqlColumns(QLatin1String view)
        : m_view(view)
    {
    }

    /// "pg_replication_slots.slot_name"
    QString name(const char *column) const { return m_view + QLatin1Char('.') + QLatin1String(column); }

    /// One with a title of ours.
    Column shown(const QString &title, const char *column, int width, bool number = false, bool fixed = false) const
    {
        return {.key = QLatin1String(column),
                .title = title,
                .sqlName = name(column),
                .width = width,
                .number = number,
                .fixed = fixed};
    }

    /// One that is hidden at first and titled as in SQL.
    Column verbatim(const char *column, int width, bool number = false, bool fixed = false) const
    {
        Column made = shown(QLatin1String(column), column, width, number, fixed);
        made.shown = false;
        return made;
    }

private:
    QLatin1String m_view;
};

} // namespace howdah::tables
