// SPDX-License-Identifier: GPL-3.0-or-later
#include "sendercolumns.h"

#include "tables/sqlcolumns.h"

namespace howdah::tables {

namespace {

constexpr SqlColumns view(QLatin1String("pg_stat_replication"));

Column distance(const QString &title, const char *key, const QString &toolTip)
{
    return {.key = QLatin1String(key), .title = title, .toolTip = toolTip, .width = 9, .number = true, .fixed = true};
}

Column lagTime(const QString &title, const char *column, const QString &toolTip)
{
    return {.key = QLatin1String(column),
            .title = title,
            .sqlName = view.name(column),
            .toolTip = toolTip,
            .width = 10,
            .number = true,
            .fixed = true};
}

} // namespace

std::vector<Column> senderColumns()
{
    return {
        {.key = QStringLiteral("application_name"),
         .title = QStringLiteral("Receiver"),
         .sqlName = view.name("application_name"),
         .width = 15,
         .stretch = true},
        {.key = QStringLiteral("from"), .title = QStringLiteral("From"), .width = 7},
        {.key = QStringLiteral("state"), .title = QStringLiteral("State"), .sqlName = view.name("state"), .width = 12},
        {.key = QStringLiteral("sync_state"),
         .title = QStringLiteral("Sync"),
         .sqlName = view.name("sync_state"),
         .width = 7},
        {.key = QStringLiteral("sent_lsn"),
         .title = QStringLiteral("Sent up to"),
         .sqlName = view.name("sent_lsn"),
         .width = 14,
         .fixed = true},
        distance(QStringLiteral("Pending"), "pending", QStringLiteral("Written by the sender, not yet sent")),
        distance(QStringLiteral("Write"), "write_bytes", QStringLiteral("Not yet written by the receiver")),
        distance(QStringLiteral("Flush"), "flush_bytes", QStringLiteral("Not yet on the receiver's disk")),
        distance(QStringLiteral("Replay"), "replay_bytes", QStringLiteral("Not yet replayed by the receiver")),
        lagTime(QStringLiteral("Write time"), "write_lag", QStringLiteral("From local flush to the receiver's write")),
        lagTime(QStringLiteral("Flush time"), "flush_lag", QStringLiteral("From local flush to the receiver's flush")),
        lagTime(QStringLiteral("Replay time"), "replay_lag",
                QStringLiteral("From local flush to the receiver's replay")),
        {.key = QStringLiteral("limit"), .title = QStringLiteral("Of its limit"), .width = 10, .givesWay = 1},
        {.key = QStringLiteral("slot"),
         .title = QStringLiteral("Slot"),
         .sqlName = QStringLiteral("pg_replication_slots.slot_name"),
         .width = 13,
         .givesWay = 2}, // below, among what both ends say
        view.verbatim("write_lsn", 14, false, true),
        view.verbatim("flush_lsn", 14, false, true),
        view.verbatim("replay_lsn", 14, false, true),
        view.verbatim("pid", 8, true, true),
        view.verbatim("usesysid", 8, true, true),
        view.verbatim("usename", 12),
        view.verbatim("client_addr", 15, false, true),
        view.verbatim("client_hostname", 16),
        view.verbatim("client_port", 10, true, true),
        view.verbatim("backend_start", 14),
        view.verbatim("backend_xmin", 11, true, true),
        view.verbatim("sync_priority", 11, true, true),
        view.verbatim("reply_time", 14),
    };
}

} // namespace howdah::tables
