// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/mover.h"

namespace howdah::operations::address {

/// How one gateway gets from what it does to what it is to do.
struct Route {
    const GatewayServer *to = nullptr;          ///< of the node that is to have it; nullptr: its backend has none
    const GatewayServer *from = nullptr;        ///< of the one that it leaves, likewise
    std::vector<const GatewayServer *> takers;  ///< who takes sessions now
    std::vector<const GatewayServer *> leaving; ///< who is to take none any more
    bool byCheck = false;                       ///< a check decides; else the administrative state
};

/// Pure. What it points to is the gateway's.
Route routeOf(const Move &move, const GatewayFacts &gateway);

/// Whether every gateway can be led there, and would stay so. Pure.
std::vector<Check> haproxyChecks(const Move &move);

} // namespace howdah::operations::address
