// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/truth.h"

namespace howdah::operations::address {

/// Of an address of provider "haproxy": to which nodes each gateway leads. Holders are all of them. Pure.
void readGateways(Truth &truth, const Facts &facts, const cluster::ClusterState &state);

/// What is wrong with the gateways, and worse than what is said already, which is who answers. Pure.
void judgeGateways(Truth &truth, const cluster::AddressConfig &address, const Facts &facts,
                   const cluster::ClusterState &state);

/// "gw1 leads to pg1, gw2 to nobody": one after the other.
QString gatewaysText(const Truth &truth);

} // namespace howdah::operations::address
