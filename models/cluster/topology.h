// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "cluster/snapshot.h"

namespace howdah::cluster {

enum class NodeRole { Unknown, Primary, Standby, CascadingStandby, Witness };

/// How the WAL flows, or doesn't, between two nodes; each has its own line in the topology.
enum class EdgeState {
    Streaming,
    Catchup,      ///< also startup and backup
    Paused,       ///< replay is paused on the receiver
    Broken,       ///< both ends are seen and no WAL flows, or they contradict each other
    SenderOnly,   ///< only the sender's end is seen
    ReceiverOnly, ///< only the receiver's end is seen
    Unknown,      ///< neither end is fresh: the line is where it was when they last answered
};

/// A node's place.
struct Place {
    int node = -1; ///< index into Snapshot::nodes
    NodeRole role = NodeRole::Unknown;
    bool roleIsStale = false; ///< the role is what it was when the node last answered
    bool writable = false;    ///< fresh, not in recovery, no witness, and not known to be going or gone
    /// The node that is the very same server, reached by another address; -1: none. Whatever is counted or followed is
    /// that node: this one is only a second name.
    int sameAs = -1;
    int upstream = -1; ///< index, -1 when none or not known
    /// What the node says it follows, "10.0.0.9:5432", when that is no node of ours; a name when nodes follow each
    /// other in a circle and this one was cut loose. Following upstream never comes back to a node.
    QString upstreamText;
    int depth = 0; ///< hops from the primary
};

/// A standby's connection to its upstream. Indices into Snapshot::nodes.
struct Edge {
    int from = -1;
    int to = -1;
    EdgeState state = EdgeState::Broken;
    QString syncState; ///< verbatim; empty when not seen
    QString slotName;
    std::optional<Sender> sender; ///< the upstream's end
    std::optional<qint64> bytes;  ///< this hop: upstream's position minus what the standby replayed
    std::optional<double> seconds;
    std::optional<qint64> transportBytes; ///< this hop: upstream's position minus what the standby flushed
    std::optional<double> transportSeconds;
    qint64 sinceMs = 0;       ///< monotonic; for a broken one, since when
    bool beganUnseen = false; ///< it was broken before anybody looked: at least since then
};

enum class ConsumerKind { Backup, Logical, Physical, IdleSlot };

/// Somebody who takes WAL and is no node of the cluster, or a slot that nobody uses.
struct Consumer {
    int node = -1; ///< whom it hangs on
    ConsumerKind kind = ConsumerKind::Physical;
    QString name;   ///< application_name or slot name
    QString detail; ///< "pg_receivewal, streaming", "logical, no consumer for 27 min"
    QString slotName;
    bool active = false;
    std::optional<qint64> retainedBytes;
    bool streams = false; ///< a walsender is seen to serve it; false: only its slot is seen, or less
    QString address;      ///< of whom it serves, as its upstream sees it; empty: a Unix socket, or not seen
};

struct Topology {
    std::vector<Place> places; ///< same order and size as Snapshot::nodes
    std::vector<Edge> edges;
    std::vector<Consumer> consumers;
    int primary = -1;          ///< the one writable node; -1 with none or several
    std::vector<int> writable; ///< every node that takes writes, by fresh samples
};

/// Who follows whom. Matches a standby to its walsender by the receiver's slot, application_name, client address and
/// start position, and by the standby's sender_host and port; a witness of repmgr is a node that is writable in a
/// system of its own and is marked as witness, so it never counts as a primary.
Topology buildTopology(const Snapshot &snapshot);

QString toString(NodeRole role);     ///< for people: "Primary", "Cascading standby"
QString roleKey(NodeRole role);      ///< for JSON: "primary", "standby", "cascading", "witness", "unknown"
QString toString(LinkState state);   ///< for people: "down", "wrong password", …
QString linkKey(LinkState state);    ///< for JSON: "down", "wrong_password", …
QString toString(EdgeState state);   ///< "streaming", "catching up", "paused", "broken", "seen from one end", "unknown"
QString edgeKey(EdgeState state);    ///< for JSON: "streaming", "catchup", "sender_only", …
QString toString(ConsumerKind kind); ///< "backup", "logical", "physical", "idle slot"

} // namespace howdah::cluster
