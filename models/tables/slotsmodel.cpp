// SPDX-License-Identifier: GPL-3.0-or-later
#include "slotsmodel.h"

#include "core/units.h"
#include "tables/cells.h"
#include "tables/sqlcolumns.h"

namespace howdah::tables {

using cluster::Slot;
using cluster::SlotFacts;
using cluster::Verdict;

namespace {

std::vector<Column> slotColumns()
{
    constexpr SqlColumns view(QLatin1String("pg_replication_slots"));
    Column slot = view.shown(QStringLiteral("Slot"), "slot_name", 16);
    slot.stretch = true;
    Column failover = view.shown(QStringLiteral("Failover"), "failover", 10);
    failover.givesWay = 1;
    Column safe = view.shown(QStringLiteral("Safe size"), "safe_wal_size", 9, true, true);
    safe.givesWay = 3;
    return {
        slot,
        {.key = QStringLiteral("on"), .title = QStringLiteral("On"), .width = 7},
        {.key = QStringLiteral("type"),
         .title = QStringLiteral("Type"),
         .sqlName = QStringLiteral("slot_type, plugin"),
         .width = 15},
        {.key = QStringLiteral("consumer"),
         .title = QStringLiteral("Consumer"),
         .toolTip = QStringLiteral("Who takes WAL from it now"),
         .width = 16},
        view.shown(QStringLiteral("WAL status"), "wal_status", 12),
        {.key = QStringLiteral("held"),
         .title = QStringLiteral("Held"),
         .toolTip = QStringLiteral("WAL that can't be removed because of it"),
         .width = 9,
         .number = true,
         .fixed = true},
        {.key = QStringLiteral("limit"), .title = QStringLiteral("Of its limit"), .width = 10, .givesWay = 2},
        safe,
        {.key = QStringLiteral("full_in"),
         .title = QStringLiteral("Full in"),
         .toolTip = QStringLiteral("Until it reaches max_slot_wal_keep_size, if nobody uses it and the primary goes on "
                                   "writing as in the last 10 minutes"),
         .width = 10,
         .number = true,
         .fixed = true},
        {.key = QStringLiteral("inactive_since"),
         .title = QStringLiteral("Inactive since"),
         .sqlName = view.name("inactive_since"),
         .toolTip = QStringLiteral("Before PostgreSQL 17: for how long this console has seen it inactive"),
         .width = 13},
        {.key = QStringLiteral("reason"), .title = QStringLiteral("Reason"), .width = 22},
        failover,
        view.verbatim("database", 12),
        view.verbatim("plugin", 12),
        view.verbatim("slot_type", 9),
        view.verbatim("temporary", 9),
        view.verbatim("active", 7),
        view.verbatim("active_pid", 9, true, true),
        view.verbatim("xmin", 10, true, true),
        view.verbatim("catalog_xmin", 11, true, true),
        view.verbatim("restart_lsn", 14, false, true),
        view.verbatim("confirmed_flush_lsn", 16, false, true),
        view.verbatim("two_phase", 9),
        view.verbatim("two_phase_at", 14, false, true),
        view.verbatim("conflicting", 10),
        view.verbatim("invalidation_reason", 17),
        view.verbatim("synced", 8),
    };
}

bool isSynced(const Slot &slot)
{
    return slot.synced.value_or(false);
}

Cell consumerCell(const StateView &view, int node, const Slot &slot, const SlotFacts *facts)
{
    const QString consumer = facts ? facts->consumer : QString();
    if (slot.active) {
        Cell cell = consumer.isEmpty() ? textCell(QStringLiteral("process %1").arg(slot.activePid.value_or(0)))
                                       : textCell(consumer);
        if (consumer.isEmpty() && !slot.activePid) {
            return nonValue(unknown());
        }
        for (const cluster::Sender &sender : view.sample(node)->senders) {
            if (slot.activePid == sender.pid && sender.applicationName != consumer) {
                cell.secondary = sender.applicationName;
            }
        }
        return cell;
    }
    if (isSynced(slot)) {
        return textCell(QStringLiteral("slot sync"));
    }
    if (!slot.restartLsn && slot.invalidationReason.isEmpty() && slot.walStatus.isEmpty()) {
        return nonValue(QStringLiteral("never used"));
    }
    Cell cell = textCell(QStringLiteral("none"));
    const Verdict verdict = facts ? facts->verdict : Verdict::Unknown;
    if (verdict > Verdict::Unknown) {
        cell.tone = verdict;
    }
    return cell;
}

Cell walStatusCell(const StateView &view, int node, const Slot &slot)
{
    if (slot.walStatus.isEmpty()) {
        if (!slot.restartLsn) {
            return nonValue(QStringLiteral("holds nothing"));
        }
        return nonValue(notApplicable(), QStringLiteral("PostgreSQL 13 and newer say it"));
    }
    Verdict verdict = Verdict::Critical;
    if (!view.fresh(node)) {
        verdict = Verdict::Unknown;
    } else if (slot.walStatus == QLatin1String("reserved")) {
        verdict = Verdict::Ok;
    } else if (slot.walStatus == QLatin1String("extended")) {
        verdict = Verdict::Warning;
    }
    return stateCell(verdict, slot.walStatus);
}

Cell heldCell(const SlotFacts *facts, const std::optional<Bar> &bar, const Slot &slot)
{
    if (!facts || !facts->retainedBytes) {
        return nonValue(slot.restartLsn ? unknown() : notApplicable());
    }
    Cell cell = bytesCell(facts->retainedBytes);
    if (bar && bar->verdict > Verdict::Unknown) {
        cell.tone = bar->verdict;
        cell.strong = true;
    }
    return cell;
}

/// max_slot_wal_keep_size as it works out for this slot, when that ends it before its size is critical by itself.
std::optional<double> ownLimit(const SlotFacts *facts, const cluster::Thresholds &limits)
{
    if (!facts || !facts->limitBytes || !facts->roomBytes || *facts->limitBytes >= limits.slotRetainedCriticalBytes) {
        return {};
    }
    return static_cast<double>(*facts->limitBytes);
}

std::optional<Bar> heldBar(const SlotFacts *facts, const cluster::Thresholds &limits)
{
    if (!facts || !facts->retainedBytes) {
        return {};
    }
    if (const auto limit = ownLimit(facts, limits)) {
        Bar bar{.fraction = static_cast<double>(*facts->retainedBytes) / *limit,
                .warnAt =
                    std::min(1 - limits.slotHeadroomWarn, static_cast<double>(limits.slotRetainedWarnBytes) / *limit),
                .criticalAt = 1 - limits.slotHeadroomCritical};
        bar.verdict = bar.fraction > bar.criticalAt ? Verdict::Critical
                      : bar.fraction > bar.warnAt   ? Verdict::Warning
                                                    : Verdict::Ok;
        return bar;
    }
    return limitBar(static_cast<double>(*facts->retainedBytes), static_cast<double>(limits.slotRetainedWarnBytes),
                    static_cast<double>(limits.slotRetainedCriticalBytes));
}

/// What the bar shows, and what its ticks and its end mean.
QString barText(const SlotFacts *facts, const cluster::Thresholds &limits)
{
    const auto bytes = [](double value) { return core::formatBytes(qRound64(value)); };
    const QString held = facts && facts->retainedBytes ? core::formatBytes(*facts->retainedBytes) : unknown();
    if (const auto limit = ownLimit(facts, limits)) {
        const double warn =
            std::min(*limit * (1 - limits.slotHeadroomWarn), static_cast<double>(limits.slotRetainedWarnBytes));
        return QStringLiteral("%1 held: warns at %2, critical at %3, lost at %4 by max_slot_wal_keep_size")
            .arg(held, bytes(warn), bytes(*limit * (1 - limits.slotHeadroomCritical)), bytes(*limit));
    }
    return QStringLiteral("%1 held: warns at %2, critical at %3")
        .arg(held, core::formatBytes(limits.slotRetainedWarnBytes),
             core::formatBytes(limits.slotRetainedCriticalBytes));
}

Cell inactiveCell(const StateView &view, const Slot &slot, const SlotFacts *facts)
{
    if (slot.active) {
        return nonValue(QStringLiteral("active"));
    }
    if (!slot.restartLsn && !slot.inactiveSince.isValid()) {
        return nonValue(QStringLiteral("never active"));
    }
    Cell cell;
    if (slot.inactiveSince.isValid()) {
        cell = timeCell(slot.inactiveSince, view.snapshot().takenWallMs);
    } else if (facts && facts->inactiveForMs) {
        // Counted backwards, so that it sorts among the times.
        cell = Cell{.text = QStringLiteral("at least %1").arg(core::formatAge(*facts->inactiveForMs)),
                    .sort = view.snapshot().takenWallMs - *facts->inactiveForMs};
    } else {
        return nonValue(unknown(), QStringLiteral("It was inactive before this console looked"));
    }
    if (facts && facts->verdict > Verdict::Unknown) {
        cell.tone = facts->verdict;
    }
    return cell;
}

Cell fullInCell(const Slot &slot, const SlotFacts *facts, const cluster::Thresholds &limits)
{
    if (facts && facts->fullInSeconds) {
        const double seconds = *facts->fullInSeconds;
        Cell cell = secondsCell(seconds);
        if (seconds <= 0) {
            cell.text = QStringLiteral("reached");
        }
        if (seconds < limits.slotFullWarnSeconds) {
            cell.tone = seconds < limits.slotFullCriticalSeconds ? Verdict::Critical : Verdict::Warning;
        }
        return cell;
    }
    if (!cluster::isAbandoned(slot) || slot.walStatus == QLatin1String("lost")) {
        return nonValue(notApplicable(), QStringLiteral("Told of slots that hold WAL and that nobody uses"));
    }
    if (!slot.safeWalSize) {
        return slot.walStatus.isEmpty()
                   ? nonValue(unknown(), QStringLiteral("PostgreSQL 13 and newer tell the limit"))
                   : nonValue(QStringLiteral("no limit"), QStringLiteral("max_slot_wal_keep_size "
                                                                         "is -1: only the disk ends it"));
    }
    return nonValue(unknown(), QStringLiteral("Nothing is written, or it has not been watched for 2 minutes yet"));
}

Cell failoverCell(const Slot &slot)
{
    if (slot.slotType == QLatin1String("physical") || !slot.failover) {
        return nonValue(notApplicable());
    }
    if (isSynced(slot)) {
        return textCell(QStringLiteral("synced copy"));
    }
    return textCell(*slot.failover ? QStringLiteral("on") : QStringLiteral("off"));
}

Cell reasonCell(const SlotFacts *facts)
{
    return facts && !facts->reason.isEmpty() ? textCell(facts->reason) : nonValue(QStringLiteral("none"));
}

Cell slotNameCell(const Slot &slot)
{
    Cell cell = nameCell(slot.slotName);
    cell.mark = slot.active ? SlotMark::Used : SlotMark::Idle;
    return cell;
}

} // namespace

SlotsModel::SlotsModel(QObject *parent)
    : ClusterTable(slotColumns(), parent)
{
}

std::vector<Row> SlotsModel::rows(const StateView &view) const
{
    std::vector<Row> rows;
    for (int node = 0; node < view.nodeCount(); ++node) {
        const cluster::NodeSample *sample = view.sample(node);
        const int count = sample ? static_cast<int>(sample->replicationSlots.size()) : 0;
        for (int slot = 0; slot < count; ++slot) {
            rows.push_back(rowFor(view, node, slot));
        }
    }
    return rows;
}

Row SlotsModel::rowFor(const StateView &view, int node, int slot) const
{
    const Slot &s = view.sample(node)->replicationSlots[static_cast<std::size_t>(slot)];
    const SlotFacts *facts = view.slotFacts(node, slot);
    const std::optional<Bar> bar = heldBar(facts, thresholds());
    const QString type = (s.slotType + QLatin1Char(' ') + s.plugin).trimmed();
    Cell name = slotNameCell(s);
    if (!s.active && facts && facts->verdict > Verdict::Unknown) {
        name.tone = std::nullopt;
    }
    Row row{.key = keyOf(view.name(node), s.slotName), .stale = !view.fresh(node)};
    row.cells = {
        name,
        textCell(view.name(node)),
        textCell(type, unknown()),
        consumerCell(view, node, s, facts),
        walStatusCell(view, node, s),
        heldCell(facts, bar, s),
        barCell(bar, barText(facts, thresholds())),
        bytesCell(facts ? facts->roomBytes : s.safeWalSize),
        fullInCell(s, facts, thresholds()),
        inactiveCell(view, s, facts),
        reasonCell(facts),
        failoverCell(s),
        textCell(s.database),
        textCell(s.plugin),
        textCell(s.slotType, unknown()),
        boolCell(s.temporary),
        boolCell(s.active),
        numberCell(widened(s.activePid)),
        numberCell(s.xmin),
        numberCell(s.catalogXmin),
        lsnCell(s.restartLsn),
        lsnCell(s.confirmedFlushLsn),
        boolCell(s.twoPhase),
        lsnCell(s.twoPhaseAt),
        boolCell(s.conflicting),
        textCell(s.invalidationReason),
        boolCell(s.synced),
    };
    return row;
}

SlotBars::SlotBars(QObject *parent)
    : ClusterTable({{.key = QStringLiteral("slot"), .title = QStringLiteral("Slot"), .stretch = true},
                    {.key = QStringLiteral("bar"), .title = QStringLiteral("Of its limit")},
                    {.key = QStringLiteral("held"), .title = QStringLiteral("Held"), .number = true, .fixed = true}},
                   parent)
{
}

std::vector<Row> SlotBars::rows(const StateView &view) const
{
    std::vector<Row> rows;
    QHash<QString, int> nodesWithSlot;
    const auto counts = [](const SlotFacts &facts, const Slot &slot) { return facts.retainedBytes && !isSynced(slot); };
    const auto slotOf = [&](const SlotFacts &facts) -> const Slot * {
        const bool known = facts.node >= 0 && facts.node < view.nodeCount() && view.sample(facts.node) &&
                           facts.slot >= 0 &&
                           facts.slot < static_cast<int>(view.sample(facts.node)->replicationSlots.size());
        return known ? &view.sample(facts.node)->replicationSlots[static_cast<std::size_t>(facts.slot)] : nullptr;
    };
    for (const SlotFacts &facts : view.assessment().slotFacts) {
        if (const Slot *slot = slotOf(facts); slot && counts(facts, *slot)) {
            ++nodesWithSlot[slot->slotName];
        }
    }
    for (const SlotFacts &facts : view.assessment().slotFacts) {
        const Slot *slot = slotOf(facts);
        if (!slot || !counts(facts, *slot)) {
            continue;
        }
        const std::optional<Bar> bar = heldBar(&facts, thresholds());
        Cell name = slotNameCell(*slot);
        name.strong = false;
        if (nodesWithSlot.value(slot->slotName) > 1) {
            name.secondary = QStringLiteral("on %1").arg(view.name(facts.node));
        }
        if (!slot->active && facts.verdict > Verdict::Unknown) {
            name.tone = facts.verdict;
        }
        rows.push_back(Row{.key = SlotsModel::keyOf(view.name(facts.node), slot->slotName),
                           .stale = !view.fresh(facts.node),
                           .cells = {name, barCell(bar, barText(&facts, thresholds())), heldCell(&facts, bar, *slot)}});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) {
        return a.cells.back().sort.toLongLong() > b.cells.back().sort.toLongLong();
    });
    return rows;
}

} // namespace howdah::tables
