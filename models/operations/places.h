// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "cluster/clusterconfig.h"

namespace howdah::operations {

// Where an action runs is told by the name of a node, or by one of these names, which people read as well.

QString addressPlace(const QString &address); ///< "address write": whoever answers there
/// "gateway gw1 of write", or the console's machine: one host that runs HAProxy; for commands only. Of an address whose
/// cluster file names none the only one is this machine.
QString gatewayPlace(const cluster::AddressConfig &address, std::size_t gateway);
QString poolerPlace(const QString &pooler); ///< "pooler pgb1": its admin console, database pgbouncer
QString monitorPlace();                     ///< "pg_auto_failover's monitor": for SQL only
QString consolePlace();                     ///< "this machine": where the console runs; for commands only

/// The argv prefix of each gateway of an address of provider "haproxy".
std::vector<QStringList> gatewaysOf(const cluster::AddressConfig &address);
/// What each is called by people and in ids, "gw1" or "here": no other of the address is.
QStringList gatewayNames(const cluster::AddressConfig &address);

/// What is reached under such a name, as a node of the cluster file; pooler: it speaks PgBouncer's console. Of an
/// address the conninfo is that of the cluster's first node, with the address for its host. Empty: there is no such
/// name. A node's own name comes first.
struct Place {
    cluster::NodeConfig node;
    bool pooler = false;
    /// Where operations run when they name none: advisory locks are of one database, so everybody must be in the same.
    QString database = QStringLiteral("postgres");
};
std::optional<Place> placeOf(const cluster::ClusterConfig &config, const QString &name);

} // namespace howdah::operations
