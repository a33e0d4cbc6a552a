// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "operations/address/facts.h"

namespace howdah::operations::address {

// LinK, Scalingo's manager of virtual addresses: one on each host, which agree through etcd on who has an address. Its
// HTTP API, version 3 (github.com/Scalingo/link: api/types.go, web/endpoint_controller.go): each tells of its own host.

/// Http::credentials: HOWDAH_LINK_USER and HOWDAH_LINK_PASSWORD, where it wants them.
inline const QString kLinkCredentials = QStringLiteral("HOWDAH_LINK");

/// Base URL of the LinK on that node's host; empty: the cluster file has none.
QString linkUrl(const cluster::AddressConfig &address, const QString &node);

/// What GET /endpoints has answered; of what it does not understand nothing is taken. Pure.
void readLink(LinkFacts &facts, const QString &ip, int status, const QString &body);

bool isActivated(const LinkFacts &link);
/// "STANDBY, 1 health check": for people.
QString linkText(const LinkFacts &link);

} // namespace howdah::operations::address
