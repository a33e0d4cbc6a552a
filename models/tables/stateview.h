// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/health.h"

namespace howdah::tables {

/// Shorthand over one ClusterState: what every table looks up in it. Holds references; lives no longer than the state.
class StateView {
public:
    /// Both parts of state must be there; see isComplete.
    explicit StateView(const cluster::ClusterState &state)
        : m_state(state)
        , m_snapshot(*state.snapshot)
        , m_assessment(*state.assessment)
    {
    }

    /// False for a state that has nothing to show yet.
    static bool isComplete(const cluster::ClusterState &state) { return state.snapshot && state.assessment; }

    const cluster::ClusterState &state() const { return m_state; }
    const cluster::Snapshot &snapshot() const { return m_snapshot; }
    const cluster::Assessment &assessment() const { return m_assessment; }
    int nodeCount() const { return static_cast<int>(m_snapshot.nodes.size()); }
    const cluster::NodeStatus &node(int index) const { return m_snapshot.nodes[static_cast<std::size_t>(index)]; }
    /// The node's name, or "" for -1.
    QString name(int index) const { return index < 0 ? QString() : node(index).name; }
    /// -1 when no node has that name.
    int indexOf(const QString &name) const;
    bool fresh(int index) const { return cluster::isFresh(m_snapshot, node(index)); }
    const cluster::NodeSample *sample(int index) const { return node(index).sample.get(); }

    cluster::Place place(int index) const;
    cluster::NodeRole role(int index) const { return place(index).role; }
    cluster::StandbyLag lag(int index) const;
    cluster::Verdict verdict(int index) const;
    QString stateWord(int index) const;

    /// The connection a standby takes WAL over; null when there is none.
    const cluster::Edge *edgeTo(int index) const;
    /// The node at the far end of a walsender; -1 when it is no node of the cluster.
    int receiverOf(int node, const cluster::Sender &sender) const;
    /// What the rules make of a slot; null when they say nothing.
    const cluster::SlotFacts *slotFacts(int node, int slot) const;
    /// The node whose catalogs speak for the cluster: the primary, else the first node with a sample; -1 without one.
    /// A witness never does.
    int catalogNode() const;
    /// Sync standbys have tighter limits.
    bool isSync(int index) const;

private:
    const cluster::ClusterState &m_state;
    const cluster::Snapshot &m_snapshot;
    const cluster::Assessment &m_assessment;
};

} // namespace howdah::tables
