// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/snapshot.h"

namespace howdah::cluster {

/// Bytes of WAL that the slot keeps on its node; empty when it holds nothing or the node's position is not known.
std::optional<qint64> retainedBytes(const NodeSample &sample, const Slot &slot);

/// True for a slot that should have a consumer and has none. A synced slot waits for a failover, a slot that never
/// reserved WAL holds nothing, a temporary one goes with its session.
bool isAbandoned(const Slot &slot);

/// How long the slot has been without a consumer: by the server's own clock where it tells (17 and newer), else since
/// the console first saw it so, which is "at least". Empty: active.
std::optional<qint64> inactiveMs(const Snapshot &snapshot, const NodeStatus &node, const Slot &slot);

/// Key in a Watch: "slot_inactive:pg1/analytics_cdc".
QString slotKey(const char *rule, const NodeStatus &node, const Slot &slot);

} // namespace howdah::cluster
