// SPDX-License-Identifier: GPL-3.0-or-later
#include "sendersmodel.h"

#include "cluster/positions.h"
#include "core/units.h"
#include "tables/cells.h"
#include "tables/sendercolumns.h"

namespace howdah::tables {

using cluster::Lsn;
using cluster::NodeRole;
using cluster::Sender;
using cluster::Verdict;

namespace {

QString slotKey(const QString &node, const QString &slot)
{
    return node + QLatin1String("/slot/") + slot;
}

QString senderKey(const QString &node, const Sender &sender)
{
    if (!sender.slotName.isEmpty()) {
        return slotKey(node, sender.slotName);
    }
    return node + QLatin1String("/sender/") + sender.applicationName + QLatin1Char('/') + sender.clientAddr;
}

/// A *_lag column: NULL is "idle" once everything has arrived, and not measured yet while something has not.
Cell lagTimeCell(std::optional<double> seconds, std::optional<qint64> bytes, const QString &missing)
{
    if (seconds) {
        return secondsCell(seconds);
    }
    if (!missing.isEmpty()) {
        return nonValue(missing);
    }
    if (!bytes) {
        return nonValue(notApplicable(), QStringLiteral("The receiver does not report this position"));
    }
    return *bytes == 0 ? nonValue(QStringLiteral("idle"), QStringLiteral("Nothing to send, so no time is measured"))
                       : nonValue(QStringLiteral("not measured"));
}

/// How far the receiver got with what it does: a pg_receivewal never replays.
Cell limitCell(const Cell &lagBar, bool known)
{
    return known ? lagBar : barCell({});
}

Cell senderState(const StateView &view, int node, const Sender &sender, const std::optional<Bar> &bar)
{
    if (!sender.visible()) {
        return nonValue(noPermission(),
                        QStringLiteral("pg_stat_replication shows this row only to members of pg_monitor "
                                       "or pg_read_all_stats"));
    }
    Verdict verdict = Verdict::Unknown;
    if (!view.fresh(node)) {
        verdict = Verdict::Unknown;
    } else if (bar && bar->verdict > Verdict::Unknown) {
        verdict = bar->verdict;
    } else if (sender.state == QLatin1String("streaming") || sender.state == QLatin1String("backup")) {
        verdict = Verdict::Ok;
    }
    return stateCell(verdict, sender.state);
}

} // namespace

SendersModel::SendersModel(QObject *parent)
    : ClusterTable(senderColumns(), parent)
{
}

QString SendersModel::keyForStandby(const cluster::ClusterState &state, const QString &node)
{
    if (!StateView::isComplete(state)) {
        return {};
    }
    const StateView view(state);
    const cluster::Edge *edge = view.edgeTo(view.indexOf(node));
    if (!edge || edge->from < 0) {
        return {};
    }
    if (edge->sender) {
        return senderKey(view.name(edge->from), *edge->sender);
    }
    return edge->slotName.isEmpty() ? QString() : slotKey(view.name(edge->from), edge->slotName);
}

std::vector<Row> SendersModel::rows(const StateView &view) const
{
    std::vector<Row> rows;
    QHash<QString, int> used;
    for (int node = 0; node < view.nodeCount(); ++node) {
        const cluster::NodeSample *sample = view.sample(node);
        if (!sample) {
            continue;
        }
        for (const Sender &sender : sample->senders) {
            Row row = senderRow(view, node, sender);
            // Two clients may share name and address; then the process tells them apart.
            if (used[row.key]++ > 0) {
                row.key += QStringLiteral("#%1").arg(sender.pid);
            }
            rows.push_back(std::move(row));
        }
        for (int slot = 0; slot < static_cast<int>(sample->replicationSlots.size()); ++slot) {
            const cluster::Slot &s = sample->replicationSlots[static_cast<std::size_t>(slot)];
            // A synced slot of a standby waits for a failover, not for a consumer; one that holds nothing costs
            // nothing.
            if (!s.active && s.restartLsn && !s.synced.value_or(false)) {
                rows.push_back(absentRow(view, node, slot));
            }
        }
    }
    return rows;
}

Row SendersModel::senderRow(const StateView &view, int node, const Sender &sender) const
{
    const std::optional<Lsn> position = view.sample(node)->position();
    const qint64 now = view.snapshot().takenWallMs;
    const QString missing = sender.visible() ? QString() : noPermission();
    const QString absent = sender.visible() ? notApplicable() : noPermission();
    const auto pending = cluster::behind(sender.sentLsn, position);
    const auto write = cluster::behind(sender.writeLsn, position);
    const auto flush = cluster::behind(sender.flushLsn, position);
    const auto replay = cluster::behind(sender.replayLsn, position);
    const int receiver = view.receiverOf(node, sender);
    const bool sync = cluster::isSync(sender.syncState);
    const bool physicalReceiver = receiver >= 0;
    const Cell bar = lagBar(replay, sender.replayLag, sync);

    Cell name = nameCell(receiver >= 0 ? view.name(receiver) : sender.applicationName);
    const NodeRole role = physicalReceiver ? view.role(receiver) : NodeRole::Unknown;
    name.icon = physicalReceiver ? cluster::roleKey(role) : QStringLiteral("slot");
    if (physicalReceiver) {
        name.nodeRole = role;
    }
    name.toolTip = QStringLiteral("application_name %1, process %2").arg(sender.applicationName).arg(sender.pid);

    const bool measured = replay.has_value() || sender.replayLag.has_value();
    Row row{.key = senderKey(view.name(node), sender), .stale = !view.fresh(node)};
    row.cells = {
        name,
        textCell(view.name(node)),
        senderState(view, node, sender, measured ? bar.bar : std::nullopt),
        textCell(sender.syncState, absent),
        lsnCell(sender.sentLsn, absent),
        bytesCell(pending, absent),
        bytesCell(write, absent),
        bytesCell(flush, absent),
        bytesCell(replay, absent),
        lagTimeCell(sender.writeLag, write, missing),
        lagTimeCell(sender.flushLag, flush, missing),
        lagTimeCell(sender.replayLag, replay, missing),
        limitCell(bar, measured),
        textCell(sender.slotName, QStringLiteral("none")),
        lsnCell(sender.writeLsn, absent),
        lsnCell(sender.flushLsn, absent),
        lsnCell(sender.replayLsn, absent),
        numberCell(sender.pid),
        numberCell(sender.usesysid, absent),
        textCell(sender.usename, absent),
        textCell(sender.clientAddr, sender.visible() ? QStringLiteral("local") : absent),
        textCell(sender.clientHostname, absent),
        numberCell(widened(sender.clientPort), absent),
        timeCell(sender.backendStart, now, absent),
        numberCell(sender.backendXmin, absent),
        numberCell(widened(sender.syncPriority), absent),
        timeCell(sender.replyTime, now, absent),
    };
    return row;
}

Row SendersModel::absentRow(const StateView &view, int node, int slot) const
{
    const cluster::Slot &s = view.sample(node)->replicationSlots[static_cast<std::size_t>(slot)];
    const cluster::SlotFacts *facts = view.slotFacts(node, slot);
    Row row{.key = slotKey(view.name(node), s.slotName), .stale = !view.fresh(node)};
    row.cells.assign(columns().size(), nonValue(notApplicable()));
    const auto cell = [&](const char *key) -> Cell & {
        return row.cells[static_cast<std::size_t>(columnOf(QLatin1String(key)))];
    };
    // Nothing is written for the stages of a sender that isn't there: one sentence spans them.
    for (const char *key : {"sent_lsn", "pending", "write_bytes", "flush_bytes", "replay_bytes", "write_lag",
                            "flush_lag", "replay_lag", "limit"}) {
        cell(key) = nonValue(QString());
    }
    cell("application_name") = nameCell(s.slotName);
    cell("application_name").icon = QStringLiteral("slot");
    cell("from") = textCell(view.name(node));
    const Verdict verdict = facts && view.fresh(node) ? std::max(facts->verdict, Verdict::Unknown) : Verdict::Unknown;
    cell("state") = stateCell(verdict, QStringLiteral("absent"));
    cell("state").tone = verdict;
    QString words = QStringLiteral("no sender");
    if (s.inactiveSince.isValid()) {
        words += QStringLiteral(" since %1").arg(shortTime(s.inactiveSince, view.snapshot().takenWallMs));
    } else if (facts && facts->inactiveForMs) {
        words += QStringLiteral(" for at least %1").arg(core::formatAge(*facts->inactiveForMs));
    }
    words += QStringLiteral("; WAL is only kept");
    if (facts && facts->retainedBytes) {
        words += QStringLiteral(", %1 of it").arg(core::formatBytes(*facts->retainedBytes));
        // So that sorting by distance puts what is furthest behind where it belongs.
        cell("replay_bytes").sort = *facts->retainedBytes;
    }
    cell("sent_lsn").span = words;
    cell("sent_lsn").toolTip = words;
    cell("slot") = textCell(s.slotName);
    return row;
}

} // namespace howdah::tables
