// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "cluster/health.h"

namespace howdah::tables {

/// What a role may do, and what lets it.
enum class Ability {
    ConnectAsClient, ///< open a replication connection: walreceiver, pg_basebackup, pg_receivewal
    ManageSlots,     ///< create, drop and advance replication slots
    ReadStatistics,  ///< see all of pg_stat_replication, pg_stat_wal_receiver, pg_stat_activity
    ReadSettings,    ///< see settings kept for the few, such as primary_conninfo
    ListWal,         ///< pg_ls_waldir, pg_ls_archive_statusdir
    SignalBackends,  ///< cancel and end other roles' sessions
    Checkpoint,      ///< CHECKPOINT
    Promote,         ///< pg_promote(), pause and resume replay
    CreateSubscription,
};

enum class Grant {
    Yes,
    AfterSetRole, ///< it may become the role that may, but does not inherit from it
    OnlyByGrant,  ///< no attribute or membership gives it; EXECUTE on the function may have been granted
    No,
};

struct RoleAbility {
    Ability ability;
    Grant grant = Grant::No;
    QString through = {}; ///< "superuser", "REPLICATION", "pg_monitor"; why not, for No

    bool operator==(const RoleAbility &) const = default;
};

/// Every ability of role on a server of that version, in the order of the enum. Pure; from
/// https://www.postgresql.org/docs/current/predefined-roles.html and the functions' own pages. What pg_hba.conf lets in
/// is not known here.
std::vector<RoleAbility> abilitiesOf(const cluster::DatabaseRole &role, int serverVersionNum);

QString toString(Ability ability); ///< "connect as a replication client"
QString toString(Grant grant);     ///< "yes", "after SET ROLE", "by grant", "no"

/// A role that replicates now: who connects with it and to which node.
struct RoleUse {
    QString rolname;
    QString client; ///< node or application; "unnamed" for one that gives no name
    QString address;
    QString node;       ///< whom it is connected to
    bool stale = false; ///< as it was when that node last answered

    bool operator==(const RoleUse &) const = default;
};

/// Every walsender that can be seen, by the role it is connected as.
std::vector<RoleUse> roleUses(const cluster::ClusterState &state);

/// Whether roleUses() has them all: every server answers and shows its walsenders. Else a role without a use may have
/// one.
bool usesAreKnown(const cluster::ClusterState &state);

} // namespace howdah::tables
