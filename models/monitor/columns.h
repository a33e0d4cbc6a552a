// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <initializer_list>

namespace howdah::monitor {

/// A column of a select list and the versions that have it (server_version_num, since inclusive, until exclusive).
struct Column {
    const char *expression;
    const char *name;
    int since = 0;
    int until = 1'000'000'000;
};

/// "expression AS name, …" of the columns that the version has. A version newer than all we know has what the newest
/// known one has.
inline QByteArray selectList(std::initializer_list<Column> columns, int serverVersion)
{
    QByteArray list;
    for (const Column &column : columns) {
        if (serverVersion >= column.since && serverVersion < column.until) {
            list += (list.isEmpty() ? "" : ", ");
            list += column.expression;
            list += " AS ";
            list += column.name;
        }
    }
    return list;
}

/// SQL for a timestamptz as milliseconds since the epoch: numbers cross the wire shorter than timestamps, and in no
/// time zone.
#define HOWDAH_MS(expression) "(extract(epoch FROM " expression ")*1000)::int8"
/// SQL for an interval as seconds.
#define HOWDAH_SECONDS(expression) "extract(epoch FROM " expression ")::float8"

} // namespace howdah::monitor
