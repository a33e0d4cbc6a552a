// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/health.h"
#include "operations/address/facts.h"
#include "operations/plan.h"
#include "operations/unfinished.h"

namespace howdah::operations::address {

/// All that a plan to move one address is made of. Nothing in it is secret.
struct MoveFacts {
    cluster::ClusterConfig config;
    cluster::ClusterState state;
    Facts address;                        ///< of the one that is to move
    std::optional<Unfinished> unfinished; ///< from the journal
    QStringList unreadable;               ///< files of it, and why
};

/// How such a plan is called, by which one of another address or node is told apart.
QString moveTitle(const QString &cluster, const QString &address, const QString &node);

/// Moves the address of that name to a node, with nothing else changed: both must be of the cluster file. One that
/// follows the primary moves to no standby, and back it goes when it can't be proved who answers. Pure.
Plan planMove(const MoveFacts &facts, const QString &name, const QString &node);

} // namespace howdah::operations::address
