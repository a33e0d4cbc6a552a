// SPDX-License-Identifier: GPL-3.0-or-later
#include "roleabilities.h"

#include "tables/stateview.h"

namespace howdah::tables {

using cluster::DatabaseRole;

namespace {

const QLatin1String kSuperuser("superuser");

/// By superuser or through one of the predefined roles.
RoleAbility through(Ability ability, const DatabaseRole &role, std::initializer_list<const char *> predefined)
{
    if (role.rolsuper) {
        return {ability, Grant::Yes, kSuperuser};
    }
    for (const char *name : predefined) {
        const QString group = QLatin1String(name);
        if (role.rolname == group) {
            return {ability, Grant::Yes, group};
        }
        if (role.inheritsFrom.contains(group)) {
            return {ability, Grant::Yes, group};
        }
    }
    for (const char *name : predefined) {
        if (const QString group = QLatin1String(name); role.afterSetRole.contains(group)) {
            return {ability, Grant::AfterSetRole, group};
        }
    }
    return {ability, Grant::No, QStringLiteral("needs %1").arg(QLatin1String(*predefined.begin()))};
}

RoleAbility replication(Ability ability, const DatabaseRole &role, bool needsLogin)
{
    if (!role.rolsuper && !role.rolreplication) {
        return {ability, Grant::No, QStringLiteral("needs REPLICATION")};
    }
    if (needsLogin && !role.rolcanlogin) {
        return {ability, Grant::No, QStringLiteral("needs LOGIN")};
    }
    // REPLICATION is an attribute: unlike a membership it is never inherited.
    return {ability, Grant::Yes, role.rolsuper ? QString(kSuperuser) : QStringLiteral("REPLICATION")};
}

RoleAbility byFunction(Ability ability, const DatabaseRole &role, const QString &function)
{
    if (role.rolsuper) {
        return {ability, Grant::Yes, kSuperuser};
    }
    return {ability, Grant::OnlyByGrant, QStringLiteral("needs EXECUTE on %1").arg(function)};
}

RoleAbility superuserOnly(Ability ability, const DatabaseRole &role, const QString &since)
{
    if (role.rolsuper) {
        return {ability, Grant::Yes, kSuperuser};
    }
    return {ability, Grant::No, QStringLiteral("needs superuser before PostgreSQL %1").arg(since)};
}

} // namespace

std::vector<RoleAbility> abilitiesOf(const DatabaseRole &role, int serverVersionNum)
{
    return {
        replication(Ability::ConnectAsClient, role, true),
        replication(Ability::ManageSlots, role, false),
        through(Ability::ReadStatistics, role, {"pg_read_all_stats", "pg_monitor"}),
        through(Ability::ReadSettings, role, {"pg_read_all_settings", "pg_monitor"}),
        through(Ability::ListWal, role, {"pg_monitor"}),
        through(Ability::SignalBackends, role, {"pg_signal_backend"}),
        serverVersionNum >= 150000 ? through(Ability::Checkpoint, role, {"pg_checkpoint"})
                                   : superuserOnly(Ability::Checkpoint, role, QStringLiteral("15")),
        byFunction(Ability::Promote, role, QStringLiteral("pg_promote")),
        serverVersionNum >= 160000 ? through(Ability::CreateSubscription, role, {"pg_create_subscription"})
                                   : superuserOnly(Ability::CreateSubscription, role, QStringLiteral("16")),
    };
}

QString toString(Ability ability)
{
    switch (ability) {
    case Ability::ConnectAsClient:
        return QStringLiteral("connect as a replication client");
    case Ability::ManageSlots:
        return QStringLiteral("create and drop slots");
    case Ability::ReadStatistics:
        return QStringLiteral("read all statistics");
    case Ability::ReadSettings:
        return QStringLiteral("read all settings");
    case Ability::ListWal:
        return QStringLiteral("list WAL files");
    case Ability::SignalBackends:
        return QStringLiteral("end other roles' sessions");
    case Ability::Checkpoint:
        return QStringLiteral("run CHECKPOINT");
    case Ability::Promote:
        return QStringLiteral("promote a standby, pause replay");
    case Ability::CreateSubscription:
        return QStringLiteral("create subscriptions");
    }
    return {};
}

QString toString(Grant grant)
{
    switch (grant) {
    case Grant::Yes:
        return QStringLiteral("yes");
    case Grant::AfterSetRole:
        return QStringLiteral("after SET ROLE");
    case Grant::OnlyByGrant:
        return QStringLiteral("by grant");
    case Grant::No:
        return QStringLiteral("no");
    }
    return {};
}

std::vector<RoleUse> roleUses(const cluster::ClusterState &state)
{
    std::vector<RoleUse> uses;
    if (!StateView::isComplete(state)) {
        return uses;
    }
    const StateView view(state);
    for (int node = 0; node < view.nodeCount(); ++node) {
        if (!view.sample(node) || view.place(node).sameAs >= 0) {
            continue;
        }
        for (const cluster::Sender &sender : view.sample(node)->senders) {
            if (sender.usename.isEmpty()) {
                continue;
            }
            const int receiver = view.receiverOf(node, sender);
            const QString application =
                sender.applicationName.isEmpty() ? QStringLiteral("unnamed") : sender.applicationName;
            uses.push_back({.rolname = sender.usename,
                            .client = receiver >= 0 ? view.name(receiver) : application,
                            .address = sender.clientAddr,
                            .node = view.name(node),
                            .stale = !view.fresh(node)});
        }
    }
    return uses;
}

bool usesAreKnown(const cluster::ClusterState &state)
{
    if (!StateView::isComplete(state)) {
        return false;
    }
    const StateView view(state);
    for (int node = 0; node < view.nodeCount(); ++node) {
        if (state.snapshot->nodes[static_cast<std::size_t>(node)].kind != cluster::NodeKind::Data) {
            continue;
        }
        const cluster::NodeSample *sample = view.sample(node);
        const bool shown = sample && view.fresh(node) && !sample->unreadable.contains(QStringLiteral("senders")) &&
                           std::none_of(sample->senders.cbegin(), sample->senders.cend(),
                                        [](const cluster::Sender &sender) { return sender.usename.isEmpty(); });
        if (!shown) {
            return false;
        }
    }
    return true;
}

} // namespace howdah::tables
