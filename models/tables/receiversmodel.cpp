// SPDX-License-Identifier: GPL-3.0-or-later
#include "receiversmodel.h"

#include "core/units.h"
#include "tables/cells.h"
#include "tables/sqlcolumns.h"

namespace howdah::tables {

using cluster::NodeRole;
using cluster::Receiver;
using cluster::Verdict;

namespace {

/// Its key in NodeSample::unreadable.
QString section()
{
    return QStringLiteral("receiver");
}

std::vector<Column> receiverColumns()
{
    constexpr SqlColumns view(QLatin1String("pg_stat_wal_receiver"));
    return {
        {.key = QStringLiteral("node"), .title = QStringLiteral("Node"), .width = 12, .stretch = true},
        {.key = QStringLiteral("from"),
         .title = QStringLiteral("From"),
         .toolTip = QStringLiteral("Whom it takes WAL from"),
         .width = 12},
        view.shown(QStringLiteral("Status"), "status", 13),
        {.key = QStringLiteral("replay"),
         .title = QStringLiteral("Replay"),
         .sqlName = QStringLiteral("pg_get_wal_replay_pause_state()"),
         .width = 12},
        view.shown(QStringLiteral("Flushed up to"), "flushed_lsn", 14, false, true),
        {.key = QStringLiteral("replayed"),
         .title = QStringLiteral("Replayed up to"),
         .sqlName = QStringLiteral("pg_last_wal_replay_lsn()"),
         .width = 14,
         .fixed = true},
        {.key = QStringLiteral("toreplay"),
         .title = QStringLiteral("To replay"),
         .width = 10,
         .number = true,
         .fixed = true},
        {.key = QStringLiteral("message_age"),
         .title = QStringLiteral("Last message"),
         .toolTip = QStringLiteral("Age of the newest message from the sender, by the standby's own clock"),
         .width = 11,
         .number = true,
         .fixed = true},
        view.shown(QStringLiteral("Timeline"), "received_tli", 8, true, true),
        view.shown(QStringLiteral("Slot"), "slot_name", 13),
        view.verbatim("pid", 8, true, true),
        view.verbatim("receive_start_lsn", 14, false, true),
        view.verbatim("receive_start_tli", 12, true, true),
        view.verbatim("written_lsn", 14, false, true),
        view.verbatim("last_msg_send_time", 14),
        view.verbatim("last_msg_receipt_time", 14),
        view.verbatim("latest_end_lsn", 14, false, true),
        view.verbatim("latest_end_time", 14),
        view.verbatim("sender_host", 16, false, true),
        view.verbatim("sender_port", 9, true, true),
        view.verbatim("conninfo", 40),
    };
}

Cell statusCell(const StateView &view, int node, const Receiver *receiver)
{
    if (!receiver && view.sample(node)->unreadable.contains(section())) {
        return nonValue(missingWord(*view.sample(node), section()), view.sample(node)->unreadable.value(section()));
    }
    if (!receiver) {
        const bool fresh = view.fresh(node);
        return stateCell(fresh ? std::max(view.verdict(node), Verdict::Unknown) : Verdict::Unknown,
                         fresh ? QStringLiteral("no receiver") : unknown());
    }
    if (!receiver->visible()) {
        return nonValue(noPermission(), QStringLiteral("pg_stat_wal_receiver is shown only to members of pg_monitor or "
                                                       "pg_read_all_stats"));
    }
    const bool good = view.fresh(node) && receiver->status == QLatin1String("streaming");
    return stateCell(good ? Verdict::Ok : Verdict::Unknown, receiver->status);
}

Cell replayStateCell(const StateView &view, int node)
{
    const QString pause = view.sample(node)->replayPauseState;
    if (pause == QLatin1String("not paused")) {
        return view.lag(node).state == cluster::LagState::Delayed ? textCell(QStringLiteral("delayed"))
                                                                  : textCell(QStringLiteral("running"));
    }
    Cell cell = textCell(pause, unknown());
    cell.tone = pause.isEmpty() ? std::optional<Verdict>() : Verdict::Warning;
    return cell;
}

Cell messageAge(const cluster::NodeSample &sample, const Receiver &receiver, const QString &absent)
{
    if (!receiver.lastMsgReceiptTime.isValid() || !sample.serverTime.isValid()) {
        return nonValue(absent);
    }
    const qint64 age = std::max<qint64>(0, receiver.lastMsgReceiptTime.msecsTo(sample.serverTime));
    return Cell{.text = core::formatAge(age), .sort = age};
}

} // namespace

ReceiversModel::ReceiversModel(QObject *parent)
    : ClusterTable(receiverColumns(), parent)
{
}

std::vector<Row> ReceiversModel::rows(const StateView &view) const
{
    std::vector<Row> rows;
    for (int node = 0; node < view.nodeCount(); ++node) {
        if (view.sample(node) && view.sample(node)->inRecovery) {
            rows.push_back(rowFor(view, node));
        }
    }
    return rows;
}

Row ReceiversModel::rowFor(const StateView &view, int node) const
{
    const cluster::NodeSample &sample = *view.sample(node);
    const Receiver none;
    const bool has = sample.receiver.has_value();
    const Receiver &r = has ? *sample.receiver : none;
    const bool unread = !has && sample.unreadable.contains(section());
    const QString absent = has && !r.visible() ? noPermission()
                           : unread            ? missingWord(sample, section())
                                               : notApplicable();
    const qint64 now = view.snapshot().takenWallMs;
    const cluster::Place place = view.place(node);
    QString from = view.name(place.upstream);
    if (from.isEmpty()) {
        from = place.upstreamText;
    }

    Cell name = nameCell(view.name(node));
    name.icon = cluster::roleKey(place.role);
    name.nodeRole = place.role;
    Row row{.key = view.name(node), .stale = !view.fresh(node)};
    row.cells = {
        name,
        textCell(from, unknown()),
        statusCell(view, node, has ? &r : nullptr),
        replayStateCell(view, node),
        lsnCell(r.flushedLsn, absent),
        lsnCell(sample.replayLsn, unknown()),
        bytesCell(view.lag(node).toReplay, unknown()),
        messageAge(sample, r, absent),
        numberCell(widened(r.receivedTli), absent),
        textCell(r.slotName, r.visible() ? QStringLiteral("none") : absent),
        numberCell(has ? std::optional<qint64>(r.pid) : std::nullopt, absent),
        lsnCell(r.receiveStartLsn, absent),
        numberCell(widened(r.receiveStartTli), absent),
        lsnCell(r.writtenLsn, absent),
        timeCell(r.lastMsgSendTime, now, absent),
        timeCell(r.lastMsgReceiptTime, now, absent),
        lsnCell(r.latestEndLsn, absent),
        timeCell(r.latestEndTime, now, absent),
        textCell(r.senderHost, absent),
        numberCell(widened(r.senderPort), absent),
        textCell(r.conninfo, absent),
    };
    return row;
}

} // namespace howdah::tables
