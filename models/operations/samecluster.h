// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/snapshot.h"
#include "operations/journal.h"

namespace howdah::operations {

/// Which cluster is meant: its servers tell where they are known, for two files may have the same name, and two names
/// lead to the same servers.
struct ClusterKey {
    ClusterKey(QString clusterName, QString identifier = {}) // NOLINT(google-explicit-constructor): a name is one
        : name(std::move(clusterName))
        , systemIdentifier(std::move(identifier))
    {
    }
    QString name;
    QString systemIdentifier; ///< empty: not known
};

/// That of a cluster as it was seen last; without an identifier where its nodes tell none, or not the same. Pure.
ClusterKey keyOf(const cluster::Snapshot &snapshot);

/// Whether a plan is of that cluster. Pure.
bool isOf(const Plan &plan, const ClusterKey &cluster);

/// Has the plan know its servers again: whoever takes the operation up later may do so by a file whose nodes only have
/// the same names. Pure.
void knowAgain(Plan &plan, const cluster::Snapshot &snapshot);

} // namespace howdah::operations
