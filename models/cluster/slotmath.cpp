// SPDX-License-Identifier: GPL-3.0-or-later
#include "slotmath.h"

#include "walrate.h"

namespace howdah::cluster {

namespace {
constexpr qint64 kForecastWindowMs = 600'000;
constexpr qint64 kForecastLeastMs = 120'000;
constexpr double kHardlyAnything = 1024; // bytes a second
} // namespace

std::optional<qint64> retainedBytes(const NodeSample &sample, const Slot &slot)
{
    const std::optional<Lsn> end = sample.position();
    if (!slot.restartLsn || !end) {
        return std::nullopt;
    }
    // A slot on a standby may be moved ahead of what that standby has replayed.
    return std::max<qint64>(0, bytesBetween(*slot.restartLsn, *end));
}

std::optional<qint64> roomLeft(const NodeSample &sample, const Slot &slot)
{
    if (!sample.inRecovery || !slot.safeWalSize) {
        return slot.safeWalSize;
    }
    const std::optional<qint64> held = retainedBytes(sample, slot);
    const std::optional<qint64> most = keptAtMost(sample);
    return held && most ? std::optional(*most - *held) : std::nullopt;
}

std::optional<qint64> slotLimit(const NodeSample &sample, const Slot &slot)
{
    const std::optional<qint64> held = retainedBytes(sample, slot);
    const std::optional<qint64> room = roomLeft(sample, slot);
    if (held && room) {
        return *held + *room > 0 ? std::optional(*held + *room) : std::nullopt;
    }
    return keptAtMost(sample);
}

std::optional<qint64> keptAtMost(const NodeSample &sample)
{
    const qint64 limitMb = sample.settingNumber(QLatin1String("max_slot_wal_keep_size")).value_or(-1);
    const qint64 keptMb = sample.settingNumber(QLatin1String("wal_keep_size")).value_or(0);
    return limitMb >= 0 ? std::optional(std::max(limitMb, keptMb) << 20) : std::nullopt;
}

bool isInvalidated(const Slot &slot)
{
    return slot.walStatus == QLatin1String("lost") || !slot.invalidationReason.isEmpty() ||
           slot.conflicting.value_or(false);
}

bool isAbandoned(const Slot &slot)
{
    return !slot.active && !slot.temporary && !slot.synced.value_or(false) && slot.restartLsn.has_value();
}

bool isMadeAnew(const NodeSample &before, const Slot &old, const NodeSample &after, const Slot &now)
{
    // The server itself makes a synced slot anew, and a temporary one permanent when it is ready for a failover.
    if (now.synced.value_or(false) || old.synced.value_or(false)) {
        return false;
    }
    if (old.slotType != now.slotType || old.plugin != now.plugin || old.database != now.database ||
        old.temporary != now.temporary) {
        return true;
    }
    // One that is lost has no position any more.
    if (!old.restartLsn || now.walStatus == QLatin1String("lost") || !now.invalidationReason.isEmpty()) {
        return false;
    }
    if (!now.restartLsn) {
        return true;
    }
    // What a server has not written down is gone when it starts again, and a copy of its disk may be older still.
    const bool sameRun =
        before.postmasterStartTime.isValid() && before.postmasterStartTime == after.postmasterStartTime;
    // By a bug of older minors restart_lsn alone may go back.
    const bool wentBack = *now.restartLsn < *old.restartLsn && now.confirmedFlushLsn && old.confirmedFlushLsn &&
                          *now.confirmedFlushLsn < *old.confirmedFlushLsn;
    return sameRun && now.slotType == QLatin1String("logical") && wentBack;
}

std::optional<qint64> inactiveMs(const Snapshot &snapshot, const NodeStatus &node, const Slot &slot)
{
    if (slot.active || slot.temporary) {
        return std::nullopt;
    }
    if (slot.inactiveSince.isValid() && node.sample && node.sample->serverTime.isValid()) {
        return std::max<qint64>(0, slot.inactiveSince.msecsTo(node.sample->serverTime));
    }
    const auto since = snapshot.watch.constFind(idleKey(node, slot));
    return since == snapshot.watch.constEnd() ? std::nullopt
                                              : std::optional(std::max<qint64>(0, snapshot.takenMonotonicMs - *since));
}

std::optional<double> secondsToFull(const Snapshot &snapshot, const NodeSample &sample, const Slot &slot)
{
    const bool lost = slot.walStatus == QLatin1String("lost");
    if (sample.inRecovery || !isAbandoned(slot) || lost || !slot.safeWalSize || !snapshot.trail) {
        return std::nullopt;
    }
    if (*slot.safeWalSize <= 0) {
        return 0;
    }
    const std::optional<double> rate = averageWalRate(*snapshot.trail, kForecastWindowMs, kForecastLeastMs);
    return rate && *rate >= kHardlyAnything ? std::optional(static_cast<double>(*slot.safeWalSize) / *rate)
                                            : std::nullopt;
}

QString slotKey(const char *rule, const NodeStatus &node, const Slot &slot)
{
    return QLatin1String(rule) + QLatin1Char(':') + slotPath(node.name, slot.slotName);
}

QString idleKey(const NodeStatus &node, const Slot &slot)
{
    return slotKey("slot_idle", node, slot) + QLatin1Char('@') +
           QStringList{slot.restartLsn ? slot.restartLsn->toString() : QString(), slot.slotType, slot.plugin,
                       slot.database}
               .join(QLatin1Char(' '));
}

} // namespace howdah::cluster
