// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "cluster/health.h"

namespace howdah::tables {

/// Whom a list speaks for.
enum class Concern {
    EveryNode,   ///< what each node has of its own: slots, walsenders, receivers
    CatalogNode, ///< what all nodes share, read from one: roles, publications, subscriptions
};

/// A list that may be empty, and how to speak of it.
struct ListWords {
    Concern concern = Concern::EveryNode;
    QString section; ///< its key in NodeSample::unreadable
    QString things;  ///< "slots"
    QString none;    ///< the sentence when there is none: "No node of this cluster has a replication slot."
};

/// True when every node that the list speaks for answers now and shows it: only then does an empty list mean that there
/// is nothing. Pure.
bool isKnown(const cluster::ClusterState &state, const ListWords &words);

/// What stands in place of an empty list: words.none only when isKnown(), else what is not known, and why. Pure.
QString emptySentence(const cluster::ClusterState &state, const ListWords &words);

/// The nodes that a list over every node can't speak for now: ", pg2 not known"; empty when all are fresh. To be put
/// behind a summary. Pure.
QString notKnownSuffix(const cluster::ClusterState &state);

} // namespace howdah::tables
