// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/health.h"

namespace howdah::cluster {

/// What the rules work on and what they leave behind: one pass over one Snapshot. Each rule is a free function below;
/// they stand in the files rules*.cpp by subject.
struct Rules {
    Rules(const Snapshot &snapshot, const Thresholds &thresholds);

    const Snapshot &snapshot;
    const Thresholds &thresholds;
    Topology topology;
    std::vector<StandbyLag> lag;
    std::vector<bool> fresh;
    std::vector<const Edge *> edgeTo;    ///< the line to a node from its upstream; null: none
    const NodeSample *primary = nullptr; ///< of the one writable node

    std::vector<Finding> findings;
    Watch conditions;              ///< what is true now, and since when
    std::vector<Verdict> atLeast;  ///< a node's verdict is never better than this
    std::vector<bool> outOfFamily; ///< of another system or diverged: nothing else about its replication means much
    std::vector<SlotFacts> slotFacts;
    SyncState sync;
    std::optional<int> writableNodes; ///< as in Assessment

    qint64 now() const { return snapshot.takenMonotonicMs; }
    int count() const { return static_cast<int>(snapshot.nodes.size()); }
    const NodeStatus &node(int index) const { return snapshot.nodes[static_cast<std::size_t>(index)]; }
    const NodeSample &sample(int index) const { return *node(index).sample; }
    const QString &name(int index) const { return node(index).name; }
    /// A server of the cluster, and not merely a second name of one.
    bool isData(int index) const
    {
        return node(index).kind == NodeKind::Data && topology.places[static_cast<std::size_t>(index)].sameAs < 0;
    }
    bool isFreshData(int index) const { return isData(index) && fresh[static_cast<std::size_t>(index)]; }
    bool isFreshStandby(int index) const { return isFreshData(index) && sample(index).inRecovery; }

    /// Notes that the condition is true now; gives how long it has been, in milliseconds.
    qint64 hold(const QString &key);
    /// Adds a finding; it is as old as the condition `since` when one is named, else as its own id is.
    void add(Finding finding, const QString &since = {});
    void raise(int index, Verdict verdict);
};

// In the order in which they run; later ones look at outOfFamily.
void judgeLinks(Rules &rules);
void judgeWritable(Rules &rules);
void judgeFamily(Rules &rules);
void judgeStreaming(Rules &rules);
void judgeUnwatched(Rules &rules);
void judgeLag(Rules &rules);
void judgeSlots(Rules &rules);
void judgeArchiver(Rules &rules);
void judgeSync(Rules &rules);
void judgeConsole(Rules &rules);
/// Last, since it says what not to do about what others have found.
void judgeOperation(Rules &rules);

/// A standby hears from its upstream at least every wal_sender_timeout / 2; within this it certainly still does.
inline constexpr qint64 kHeardMs = 15'000;
/// The name of a node that still exchanges WAL with this one; empty when none can be asked or none does.
QString heardBy(const Rules &rules, int index);
/// This console is cut off from all of them.
bool isIsolated(const Rules &rules);

/// How long nothing has come through a connection that looks well at both ends: the upstream does not answer here
/// either, or the standby's receiver has not replied for clearly longer than wal_receiver_status_interval. Empty: it is
/// alive, as far as can be seen.
std::optional<qint64> unheardForMs(const Rules &rules, int index);

/// A word or two for each node.
std::vector<QString> describeStates(const Rules &rules);
/// What would be lost if the primary were lost now.
QString describeLoss(const Rules &rules);

/// "pg1", "pg1 and pg2", "pg1, pg2 and pg3".
QString joined(const QStringList &names);
/// "27 min": how long, for a sentence; whole seconds, "less than a second" below one.
QString span(qint64 milliseconds);
/// "7" or "an unknown timeline" as "timeline 7".
QString timelineText(int timeline);

} // namespace howdah::cluster
