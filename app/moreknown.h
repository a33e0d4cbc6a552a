// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/health.h"
#include "operations/address/sight.h"

namespace howdah::app {

// What the rules over samples can't know, and is part of whether a cluster is all right.

/// Before the findings that are not worse; the verdict is never better than it.
void insertFinding(cluster::Assessment &assessment, cluster::Finding finding);

/// What the rules make of a cluster, and what is wrong with its addresses. once: there is no second look. Pure.
cluster::Assessment withAddresses(const cluster::Assessment &assessment, const operations::address::Sights &sights,
                                  bool once = false);

} // namespace howdah::app
