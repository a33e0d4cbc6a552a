// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "cluster/clusterconfig.h"
#include "core/error.h"

namespace howdah::app {

/// Where the user's cluster files live: the configuration directory's clusters/.
QString clustersDirectory();

/// The cluster that CLUSTER means: "demo", the path of a file, the name of a file in clustersDirectory() (or the name
/// written in one), or a connection string of one node. Reads files; connects to nothing.
core::Result<cluster::ClusterConfig> findCluster(const QString &cluster);

/// The files in clustersDirectory(), by name.
QStringList clusterFiles();

} // namespace howdah::app
