// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/snapshot.h"

/// Snapshots made by hand, for tests and screenshots: clusters as they are on a good day, and small changes that each
/// break one thing. All times are fixed, so what is computed from them is the same on every run.
namespace howdah::testsupport {

/// The console's clocks at which every Snapshot here is taken: 12 Nov 2026, 13:06:32 UTC.
inline constexpr qint64 kNowMonotonicMs = 100'000'000;
inline constexpr qint64 kNowWallMs = 1'794'488'792'000;

/// WAL that the primary of these clusters writes: bytes a second (2.0 MB/s).
inline constexpr qint64 kWalRate = 2'097'152;

/// pg1 primary (10.0.0.11) and pg2, its synchronous standby with slot pg2_slot. Timeline 7. Healthy and busy.
cluster::Snapshot healthyPair();
/// healthyPair() and pg3, cascading from pg2 by slot pg3_slot, 2.9 MB behind pg1. Healthy.
cluster::Snapshot threeNodes();
/// threeNodes() and wit1, a witness of repmgr: writable in a system of its own. Healthy.
cluster::Snapshot withWitness();
/// withWitness() and who else takes WAL from pg1: backup1 by pg_receivewal, a logical subscriber, and the logical slot
/// analytics_cdc, inactive for 27 minutes and holding 3.2 GB. One warning.
cluster::Snapshot busyCluster();
/// A cluster file with no node in it.
cluster::Snapshot noNodes();
/// count nodes on one address, told apart by their ports: n1 primary, the others its standbys. For benchmarks.
cluster::Snapshot manyNodes(int count);

/// The index of a node; -1 when there is none of that name.
int indexOf(const cluster::Snapshot &snapshot, const QString &node);
cluster::NodeStatus &status(cluster::Snapshot &snapshot, const QString &node);
/// A copy of the node's sample that may be changed and that the Snapshot holds from now on. The node must have one.
cluster::NodeSample &edit(cluster::Snapshot &snapshot, const QString &node);
/// The upstream's walsender whose application_name is standby; nullptr when there is none.
cluster::Sender *senderOf(cluster::NodeSample &upstream, const QString &standby);
cluster::Slot *slotOf(cluster::NodeSample &sample, const QString &slot);
/// Sets a setting in a sample (copies the shared list).
void setSetting(cluster::NodeSample &sample, const QString &name, const QString &value);

/// Moves the clocks on: nodes that answer have answered again, with the same values; the others are older now.
void advance(cluster::Snapshot &snapshot, qint64 milliseconds);
/// The node answers no more: link for sinceMs already; its walsender and its slot's user are gone from its upstream.
void takeDown(cluster::Snapshot &snapshot, const QString &node, cluster::LinkState link = cluster::LinkState::Down,
              qint64 sinceMs = 4000);
/// The node has never answered since the console started.
void neverSeen(cluster::Snapshot &snapshot, const QString &node,
               cluster::LinkState link = cluster::LinkState::Connecting);
/// The link is up, but the last sample is this old.
void makeStale(cluster::Snapshot &snapshot, const QString &node, qint64 ageMs = 5000);
/// Replay is paused on a standby; it goes on receiving and has fallen behind by bytes.
void pauseReplay(cluster::Snapshot &snapshot, const QString &node, qint64 bytes = 512LL << 20);
/// The console's role is no member of pg_monitor on this node.
void hidePermissions(cluster::Snapshot &snapshot, const QString &node);
/// The standby was left on timeline 6 and has replayed bytes past the point where timeline 7 began; it can't stream.
void diverge(cluster::Snapshot &snapshot, const QString &node, qint64 bytes = 16LL << 20);
/// The node has promoted itself (timeline 8, from where it stood) while the old primary goes on.
void makeWritable(cluster::Snapshot &snapshot, const QString &node);
/// The node belongs to another cluster: another system identifier.
void makeForeign(cluster::Snapshot &snapshot, const QString &node);
/// Another node of this name is the same server, reached by another address.
void nameTwice(cluster::Snapshot &snapshot, const QString &node, const QString &otherName);
/// The standby's receiver is gone, and so is its walsender.
void stopStreaming(cluster::Snapshot &snapshot, const QString &node);
/// No WAL is written and everybody has everything; walsenders' lags are NULL, as an idle server gives them.
void makeIdle(cluster::Snapshot &snapshot);

} // namespace howdah::testsupport
