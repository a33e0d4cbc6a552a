// SPDX-License-Identifier: GPL-3.0-or-later
#include "stateview.h"

namespace howdah::tables {

using cluster::NodeRole;
using cluster::Verdict;

namespace {
/// The index-th of list, or other: a state may come from rules that knew fewer nodes.
template<typename T>
T at(const std::vector<T> &list, int index, T other)
{
    const auto i = static_cast<std::size_t>(index);
    return index >= 0 && i < list.size() ? list[i] : other;
}
} // namespace

int StateView::indexOf(const QString &name) const
{
    for (int i = 0; i < nodeCount(); ++i) {
        if (node(i).name == name) {
            return i;
        }
    }
    return -1;
}

cluster::Place StateView::place(int index) const
{
    return at(m_assessment.topology.places, index, cluster::Place{});
}

cluster::StandbyLag StateView::lag(int index) const
{
    return at(m_assessment.lag, index, cluster::StandbyLag{});
}

Verdict StateView::verdict(int index) const
{
    return at(m_assessment.nodeVerdicts, index, Verdict::Unknown);
}

QString StateView::stateWord(int index) const
{
    return at(m_assessment.nodeStates, index, QString());
}

const cluster::Edge *StateView::edgeTo(int index) const
{
    for (const cluster::Edge &edge : m_assessment.topology.edges) {
        if (edge.to == index) {
            return &edge;
        }
    }
    return nullptr;
}

int StateView::receiverOf(int node, const cluster::Sender &sender) const
{
    for (const cluster::Edge &edge : m_assessment.topology.edges) {
        if (edge.from == node && edge.sender && edge.sender->pid == sender.pid) {
            return edge.to;
        }
    }
    return -1;
}

const cluster::SlotFacts *StateView::slotFacts(int node, int slot) const
{
    for (const cluster::SlotFacts &facts : m_assessment.slotFacts) {
        if (facts.node == node && facts.slot == slot) {
            return &facts;
        }
    }
    return nullptr;
}

int StateView::catalogNode() const
{
    const int primary = m_assessment.topology.primary;
    if (primary >= 0 && sample(primary)) {
        return primary;
    }
    int best = -1;
    for (int i = 0; i < nodeCount(); ++i) {
        if (!sample(i) || node(i).kind == cluster::NodeKind::Witness || role(i) == NodeRole::Witness) {
            continue;
        }
        if (best < 0 || (fresh(i) && !fresh(best))) {
            best = i;
        }
    }
    return best;
}

bool StateView::isSync(int index) const
{
    const cluster::Edge *edge = edgeTo(index);
    return edge && cluster::isSync(edge->syncState);
}

} // namespace howdah::tables
