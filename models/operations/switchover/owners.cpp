// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/owners.h"

namespace howdah::operations::switchover {

bool isPatronis(const Facts &facts)
{
    const cluster::ManagerKind manager = facts.state.snapshot->manager;
    if (manager != cluster::ManagerKind::Auto || !facts.patroni || !facts.patroni->isKnown()) {
        return manager == cluster::ManagerKind::Patroni;
    }
    // A host may run another cluster's Patroni.
    for (const patroni::Member &member : facts.patroni->members) {
        for (const cluster::NodeStatus &node : facts.state.snapshot->nodes) {
            if (member.self && node.sample && member.self->systemIdentifier &&
                member.self->systemIdentifier == node.sample->systemIdentifier) {
                return true;
            }
        }
    }
    return false;
}

bool isAutoFailovers(const Facts &facts)
{
    const cluster::ManagerKind manager = facts.state.snapshot->manager;
    return manager == cluster::ManagerKind::PgAutoFailover ||
           (manager == cluster::ManagerKind::Auto && facts.autoFailover && facts.autoFailover->isKnown());
}

bool isLeftToManager(const Facts &facts, Way way)
{
    return way == Way::Manager && (isPatronis(facts) || isAutoFailovers(facts));
}

} // namespace howdah::operations::switchover
