// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "postgres/conninfo.h"

namespace howdah::operations::probe {

/// Where a probe commits, and how often.
struct Settings {
    postgres::Conninfo conninfo; ///< may hold a password: never shown
    QString through;             ///< for people: "address write", "10.0.0.9:5432", "pg1, pg2, pg3"
    int everyMs = 2;
};

/// By the cluster file's [probe], the way that applications take. Without one, through all data nodes in turn, the
/// primary first, with user, database and everything else of the primary's own conninfo; a password goes to a host that
/// nobody vouched for in no case. An error says what can't be read. Pure but for libpq's service files.
core::Result<Settings> settingsFor(const cluster::ClusterConfig &config, const QString &primary);

} // namespace howdah::operations::probe
