// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"

namespace howdah::managers {

/// Signs of a manager, gathered from a cluster's servers and hosts. All false: nothing seen, which is not proof.
struct ManagerFacts {
    bool patroniAnswers = false;    ///< its REST API does, on a host of the cluster
    bool patroniSession = false;    ///< a session with application_name Patroni is open on a server
    bool patroniStarted = false;    ///< cluster_name, hot_standby and wal_level come from the command line, as it does
    bool autoFailoverRoles = false; ///< role pgautofailover_replicator, which pg_autoctl creates on its nodes
    /// pgautofailover in shared_preload_libraries, or its role autoctl_node: its monitor
    bool autoFailoverLibrary = false;
    bool repmgrNodes = false;   ///< repmgr.nodes could be read, or is there and may not be
    bool repmgrLibrary = false; ///< repmgr in shared_preload_libraries

    /// What any server shows, the cluster has.
    ManagerFacts &operator|=(const ManagerFacts &other);
    bool operator==(const ManagerFacts &) const = default;
};

/// Who owns failover. Never Auto. When several have left traces, the one that would act: Patroni restarts what others
/// stop, pg_auto_failover likewise, while repmgr's tables outlive its use.
cluster::ManagerKind managerOf(const ManagerFacts &facts);

} // namespace howdah::managers
