// SPDX-License-Identifier: GPL-3.0-or-later
#include "rolesmodels.h"

#include <QLocale>

#include "tables/cells.h"
#include "tables/roleabilities.h"

namespace howdah::tables {

using cluster::DatabaseRole;
using cluster::NodeRole;

namespace {

Column column(const char *key, const QString &title, const char *sqlName, int width, bool shown = true,
              bool number = false, bool fixed = false)
{
    return {.key = QLatin1String(key),
            .title = title,
            .sqlName = QLatin1String(sqlName),
            .width = width,
            .number = number,
            .fixed = fixed,
            .shown = shown};
}

std::vector<Column> nodeRoleColumns()
{
    Column node = column("node", QStringLiteral("Node"), "", 12);
    node.stretch = true;
    Column sees = column("sees", QStringLiteral("Statistics"), "pg_read_all_stats", 13);
    sees.givesWay = 1;
    return {
        node,
        column("role", QStringLiteral("Role"), "pg_is_in_recovery()", 17),
        column("state", QStringLiteral("State"), "", 20),
        column("writable", QStringLiteral("Takes writes"), "transaction_read_only", 11),
        column("follows", QStringLiteral("Follows"), "pg_stat_wal_receiver.sender_host", 16),
        column("sync", QStringLiteral("Sync"), "pg_stat_replication.sync_state", 8),
        column("timeline", QStringLiteral("Timeline"), "pg_control_checkpoint()", 8, true, true, true),
        column("system", QStringLiteral("System identifier"), "pg_control_system()", 21, true, false, true),
        column("version", QStringLiteral("Version"), "server_version", 9),
        column("user", QStringLiteral("Connected as"), "session_user", 13),
        sees,
        column("address", QStringLiteral("Address"), "", 18, false, false, true),
        column("started", QStringLiteral("Started"), "pg_postmaster_start_time()", 14, false),
        column("database", QStringLiteral("Database"), "current_database()", 12, false),
    };
}

Cell writableCell(const StateView &view, int node)
{
    if (view.role(node) == NodeRole::Witness) {
        return nonValue(notApplicable(), QStringLiteral("A witness holds none of the cluster's data"));
    }
    if (!view.fresh(node)) {
        return nonValue(unknown());
    }
    return boolCell(view.place(node).writable);
}

Cell followsCell(const StateView &view, int node)
{
    const cluster::Place place = view.place(node);
    if (place.upstream >= 0) {
        return textCell(view.name(place.upstream));
    }
    if (!place.upstreamText.isEmpty()) {
        Cell cell = textCell(place.upstreamText);
        cell.toolTip = QStringLiteral("%1 is no node of this cluster").arg(place.upstreamText);
        return cell;
    }
    const bool leads = place.role == NodeRole::Primary || place.role == NodeRole::Witness;
    return nonValue(leads ? QStringLiteral("nobody") : unknown());
}

Row nodeRoleRow(const StateView &view, int node)
{
    const cluster::NodeStatus &status = view.node(node);
    const cluster::NodeSample *sample = view.sample(node);
    const NodeRole role = view.role(node);
    const cluster::Edge *edge = view.edgeTo(node);
    const bool leads = role == NodeRole::Primary || role == NodeRole::Witness;
    Cell name = nameCell(status.name);
    name.icon = cluster::roleKey(role);
    name.nodeRole = role;
    Cell roleCell = role == NodeRole::Unknown ? nonValue(unknown()) : textCell(cluster::toString(role));
    if (view.place(node).roleIsStale && role != NodeRole::Unknown) {
        roleCell.secondary = QStringLiteral("when last seen");
    }
    const QString identifier =
        sample && sample->systemIdentifier ? QString::number(*sample->systemIdentifier) : QString();
    const auto timeline = sample && sample->timeline ? std::optional<qint64>(*sample->timeline) : std::nullopt;
    Cell user = textCell(sample ? sample->sessionUser : QString(), unknown());
    if (sample && sample->isSuperuser) {
        user.secondary = QStringLiteral("superuser");
    }
    Row row{.key = status.name, .stale = !view.fresh(node)};
    row.cells = {
        name,
        roleCell,
        stateCell(view.verdict(node), view.stateWord(node)),
        writableCell(view, node),
        followsCell(view, node),
        leads ? nonValue(notApplicable()) : textCell(edge ? edge->syncState : QString(), unknown()),
        numberCell(timeline, unknown()),
        textCell(identifier, unknown()),
        versionCell(sample ? sample->serverVersion : QString()),
        user,
        boolCell(sample ? std::optional<bool>(sample->seesStatistics) : std::nullopt, unknown()),
        textCell(status.address, unknown()),
        timeCell(sample ? sample->postmasterStartTime : QDateTime(), view.snapshot().takenWallMs, unknown()),
        textCell(sample ? sample->sessionDatabase : QString(), unknown()),
    };
    return row;
}

std::vector<Column> databaseRoleColumns()
{
    Column role = column("rolname", QStringLiteral("Role"), "pg_roles.rolname", 18);
    role.stretch = true;
    return {
        role,
        column("rolcanlogin", QStringLiteral("Login"), "pg_roles.rolcanlogin", 6),
        column("connects", QStringLiteral("Replication client"), "rolcanlogin and (rolreplication or rolsuper)", 15),
        column("manages", QStringLiteral("Slots"), "rolreplication or rolsuper", 9),
        column("statistics", QStringLiteral("Statistics"), "pg_read_all_stats", 13),
        column("promotes", QStringLiteral("Promote"), "EXECUTE on pg_promote", 12),
        column("checkpoints", QStringLiteral("Checkpoint"), "pg_checkpoint", 10),
        column("signals", QStringLiteral("End sessions"), "pg_signal_backend", 11),
        column("replicates", QStringLiteral("Replicates now"), "pg_stat_replication.usename", 18),
        column("memberof", QStringLiteral("Member of"), "pg_auth_members", 18),
        column("rolsuper", QStringLiteral("rolsuper"), "pg_roles.rolsuper", 8, false),
        column("rolreplication", QStringLiteral("rolreplication"), "pg_roles.rolreplication", 12, false),
        column("rolinherit", QStringLiteral("rolinherit"), "pg_roles.rolinherit", 8, false),
        column("rolcreaterole", QStringLiteral("rolcreaterole"), "pg_roles.rolcreaterole", 11, false),
        column("rolcreatedb", QStringLiteral("rolcreatedb"), "pg_roles.rolcreatedb", 10, false),
        column("rolbypassrls", QStringLiteral("rolbypassrls"), "pg_roles.rolbypassrls", 11, false),
        column("rolconnlimit", QStringLiteral("rolconnlimit"), "pg_roles.rolconnlimit", 11, false, true, true),
        column("rolvaliduntil", QStringLiteral("rolvaliduntil"), "pg_roles.rolvaliduntil", 14, false),
    };
}

Cell grantCell(const RoleAbility &ability)
{
    Cell cell =
        ability.grant == Grant::OnlyByGrant ? nonValue(toString(ability.grant)) : Cell{.text = toString(ability.grant)};
    cell.sort = -static_cast<int>(ability.grant);
    cell.toolTip = ability.grant == Grant::Yes ? QStringLiteral("Through %1").arg(ability.through) : ability.through;
    return cell;
}

Cell usesCell(const std::vector<RoleUse> &uses, bool known, const QString &role)
{
    QStringList clients;
    QStringList details;
    for (const RoleUse &use : uses) {
        if (use.rolname == role) {
            clients.append(use.stale ? QStringLiteral("%1 (before)").arg(use.client) : use.client);
            const QString from = use.address.isEmpty() ? QStringLiteral("a local socket") : use.address;
            details.append(QStringLiteral("%1 from %2 on %3").arg(use.client, from, use.node) +
                           (use.stale ? QStringLiteral(", when that last answered") : QString()));
        }
    }
    clients.removeDuplicates();
    if (clients.isEmpty() && !known) {
        return nonValue(unknown(), QStringLiteral("Not every node answers and shows its walsenders"));
    }
    Cell cell = textCell(clients.join(QLatin1String(", ")), QStringLiteral("no"));
    cell.toolTip = details.join(QLatin1Char('\n'));
    return cell;
}

Row databaseRoleRow(const StateView &view, int node, const DatabaseRole &role, const std::vector<RoleUse> &uses,
                    bool usesKnown)
{
    const std::vector<RoleAbility> abilities = abilitiesOf(role, view.sample(node)->serverVersionNum);
    const auto may = [&](Ability ability) { return grantCell(abilities[static_cast<std::size_t>(ability)]); };
    const bool limited = role.rolconnlimit >= 0;
    Row row{.key = role.rolname, .stale = !view.fresh(node)};
    Cell name = nameCell(role.rolname);
    if (role.rolsuper) {
        name.secondary = QStringLiteral("superuser");
    }
    row.cells = {
        name,
        boolCell(role.rolcanlogin),
        may(Ability::ConnectAsClient),
        may(Ability::ManageSlots),
        may(Ability::ReadStatistics),
        may(Ability::Promote),
        may(Ability::Checkpoint),
        may(Ability::SignalBackends),
        usesCell(uses, usesKnown, role.rolname),
        textCell(role.memberOf.join(QLatin1String(", ")), QStringLiteral("none")),
        boolCell(role.rolsuper),
        boolCell(role.rolreplication),
        boolCell(role.rolinherit),
        boolCell(role.rolcreaterole),
        boolCell(role.rolcreatedb),
        boolCell(role.rolbypassrls),
        numberCell(limited ? std::optional<qint64>(role.rolconnlimit) : std::nullopt, QStringLiteral("no limit")),
        timeCell(role.rolvaliduntil, view.snapshot().takenWallMs, QStringLiteral("for ever")),
    };
    return row;
}

} // namespace

NodeRolesModel::NodeRolesModel(QObject *parent)
    : ClusterTable(nodeRoleColumns(), parent)
{
}

std::vector<Row> NodeRolesModel::rows(const StateView &view) const
{
    std::vector<Row> rows;
    for (int node = 0; node < view.nodeCount(); ++node) {
        rows.push_back(nodeRoleRow(view, node));
    }
    return rows;
}

DatabaseRolesModel::DatabaseRolesModel(QObject *parent)
    : ClusterTable(databaseRoleColumns(), parent)
{
}

void DatabaseRolesModel::setState(const cluster::ClusterState &state)
{
    Basis basis;
    if (StateView::isComplete(state)) {
        const StateView view(state);
        if (const int node = view.catalogNode(); node >= 0) {
            basis.roles = view.sample(node)->roles;
            basis.serverVersionNum = view.sample(node)->serverVersionNum;
            basis.fresh = view.fresh(node);
        }
        basis.uses = roleUses(state);
        basis.usesKnown = usesAreKnown(state);
        basis.day = QDateTime::fromMSecsSinceEpoch(view.snapshot().takenWallMs).date();
    }
    if (basis != m_basis) {
        m_basis = std::move(basis);
        ClusterTable::setState(state);
    }
}

std::vector<Row> DatabaseRolesModel::rows(const StateView &view) const
{
    std::vector<Row> rows;
    const int node = view.catalogNode();
    if (node < 0 || !m_basis.roles) {
        return rows;
    }
    for (const DatabaseRole &role : *m_basis.roles) {
        rows.push_back(databaseRoleRow(view, node, role, m_basis.uses, m_basis.usesKnown));
    }
    std::stable_partition(rows.begin(), rows.end(),
                          [](const Row &row) { return !row.key.startsWith(QLatin1String("pg_")); });
    return rows;
}

} // namespace howdah::tables
