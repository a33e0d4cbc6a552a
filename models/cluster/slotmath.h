// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/snapshot.h"

namespace howdah::cluster {

/// Bytes of WAL that the slot keeps on its node; empty when it holds nothing or the node's position is not known.
std::optional<qint64> retainedBytes(const NodeSample &sample, const Slot &slot);

/// Bytes of WAL that may be written before the server takes away what the slot keeps; below 0 when it may at any
/// moment. On a primary that is safe_wal_size. A standby reckons that from where it began its recovery, not from where
/// it is (currlsn in slotfuncs.c is of a server that writes): there it is what the settings leave. Empty: no limit, not
/// known.
std::optional<qint64> roomLeft(const NodeSample &sample, const Slot &slot);

/// Bytes of WAL past which the server takes the slot's away: what it holds and what it may hold on top of that. That is
/// max_slot_wal_keep_size, or wal_keep_size when it is more, up to the end of a segment; the bare setting where the
/// server does not tell of the slot. Empty: nothing limits it, or it is not known.
std::optional<qint64> slotLimit(const NodeSample &sample, const Slot &slot);

/// Bytes of WAL that a server keeps for slots by its settings: max_slot_wal_keep_size, 0 included, or wal_keep_size
/// when that is more. Empty: no limit, or it is not known.
std::optional<qint64> keptAtMost(const NodeSample &sample);

/// True for a slot whose WAL is gone or that its server has invalidated: nobody can use it any more.
bool isInvalidated(const Slot &slot);

/// True for a slot that should have a consumer and has none. A synced slot waits for a failover, a slot that never
/// reserved WAL holds nothing, a temporary one goes with its session.
bool isAbandoned(const Slot &slot);

/// Whether the slot of one name was surely dropped and made anew between two samples of its node, and not by the
/// server, as synced ones are. A slot never changes what it is, forgets its position only with its WAL, and what a
/// logical one needs and what its consumer has confirmed never go back both while its server runs. That a physical one
/// goes back proves nothing: a consumer that starts over confirms less than it had.
bool isMadeAnew(const NodeSample &before, const Slot &old, const NodeSample &after, const Slot &now);

/// How long the slot has been without a consumer: by the server's own clock where it tells (17 and newer), else since
/// the console first saw it so, which is "at least". Empty: active, or idle since before anybody looked.
std::optional<qint64> inactiveMs(const Snapshot &snapshot, const NodeStatus &node, const Slot &slot);

/// In how many seconds a slot that nobody moves on reaches max_slot_wal_keep_size, at the rate at which its node, the
/// primary, has written over the last 10 minutes; 0: it has reached it. Empty when nothing can be foretold: somebody
/// uses it, it has no limit, less than 2 minutes of the rate are known, or hardly anything is written.
std::optional<double> secondsToFull(const Snapshot &snapshot, const NodeSample &sample, const Slot &slot);

/// What names a slot among those of all nodes: "pg1/analytics_cdc".
inline QString slotPath(const QString &node, const QString &slot)
{
    return node + QLatin1Char('/') + slot;
}

/// Key in a Watch of one rule and slot: "slot_filling:pg1/analytics_cdc".
QString slotKey(const char *rule, const NodeStatus &node, const Slot &slot);

/// Key in a Watch of how long a slot has had no consumer: "slot_idle:pg1/analytics_cdc@0/3000060 logical pgoutput
/// shop". With the position and what it is, since one that moves has been used meanwhile, or was dropped and made anew
/// under its name.
QString idleKey(const NodeStatus &node, const Slot &slot);

} // namespace howdah::cluster
