// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodesmodel.h"

#include "core/units.h"
#include "tables/cells.h"

namespace howdah::tables {

using cluster::LagState;
using cluster::NodeRole;

namespace {

std::vector<Column> nodeColumns()
{
    return {
        {.key = QStringLiteral("node"), .title = QStringLiteral("Node"), .width = 12, .stretch = true},
        {.key = QStringLiteral("state"), .title = QStringLiteral("State"), .width = 18},
        {.key = QStringLiteral("sync"),
         .title = QStringLiteral("Sync"),
         .sqlName = QStringLiteral("pg_stat_replication.sync_state"),
         .width = 8,
         .givesWay = 2}, // the topology has it on its edges
        {.key = QStringLiteral("replayed"),
         .title = QStringLiteral("Replayed to"),
         .sqlName = QStringLiteral("pg_last_wal_replay_lsn()"),
         .toolTip = QStringLiteral("On the primary: how far it has written"),
         .width = 15,
         .fixed = true},
        {.key = QStringLiteral("loss"),
         .title = QStringLiteral("Lost now"),
         .toolTip = QStringLiteral("What the primary has and this standby does not hold, if it took over now"),
         .width = 10,
         .number = true,
         .fixed = true},
        {.key = QStringLiteral("toreplay"),
         .title = QStringLiteral("To replay"),
         .toolTip = QStringLiteral("What it holds and must still replay before it can take writes"),
         .width = 10,
         .number = true,
         .fixed = true},
        {.key = QStringLiteral("lag"),
         .title = QStringLiteral("Lag"),
         .toolTip = QStringLiteral("How long ago the primary was where this standby has replayed to"),
         .width = 9,
         .number = true,
         .fixed = true},
        {.key = QStringLiteral("limit"), .title = QStringLiteral("Of its limit"), .width = 10, .givesWay = 1},
        {.key = QStringLiteral("seen"),
         .title = QStringLiteral("Seen"),
         .toolTip = QStringLiteral("Age of its newest sample"),
         .width = 7,
         .number = true,
         .fixed = true},
        {.key = QStringLiteral("role"), .title = QStringLiteral("Role"), .width = 16, .shown = false},
        {.key = QStringLiteral("address"),
         .title = QStringLiteral("Address"),
         .width = 18,
         .fixed = true,
         .shown = false},
        {.key = QStringLiteral("lagbytes"),
         .title = QStringLiteral("Lag in bytes"),
         .width = 10,
         .number = true,
         .fixed = true,
         .shown = false},
        {.key = QStringLiteral("received"),
         .title = QStringLiteral("Received up to"),
         .sqlName = QStringLiteral("pg_last_wal_receive_lsn()"),
         .width = 15,
         .fixed = true,
         .shown = false},
        {.key = QStringLiteral("timeline"),
         .title = QStringLiteral("Timeline"),
         .width = 8,
         .number = true,
         .fixed = true,
         .shown = false},
        {.key = QStringLiteral("version"),
         .title = QStringLiteral("Version"),
         .sqlName = QStringLiteral("server_version"),
         .width = 14,
         .shown = false},
    };
}

/// Why there is no number: the lag's own state, when it has one.
QString missingLag(const cluster::StandbyLag &lag)
{
    return lag.state == LagState::Known ? unknown() : cluster::toString(lag.state);
}

Cell replayedCell(const StateView &view, int node, NodeRole role)
{
    const cluster::NodeSample *sample = view.sample(node);
    if (role == NodeRole::Witness) {
        return nonValue(notApplicable());
    }
    if (!sample) {
        return nonValue(unknown());
    }
    return lsnCell(sample->inRecovery ? sample->replayLsn : sample->currentLsn, unknown());
}

Cell syncCell(const StateView &view, int node, bool standby)
{
    if (!standby) {
        return nonValue(notApplicable());
    }
    const cluster::Edge *edge = view.edgeTo(node);
    return textCell(edge ? edge->syncState : QString(), unknown());
}

Cell lossCell(const cluster::StandbyLag &lag)
{
    if (!lag.wouldLose) {
        return nonValue(missingLag(lag));
    }
    Cell cell = bytesCell(lag.wouldLose);
    cell.text = cluster::lossText(lag);
    if (lag.wouldLoseAtMost) {
        cell.toolTip =
            QStringLiteral("At most %1: as much as the primary may have written since it was asked").arg(cell.toolTip);
    }
    if (lag.wouldLoseSeconds) {
        cell.toolTip += QStringLiteral(", %1").arg(core::formatSeconds(*lag.wouldLoseSeconds));
    }
    return cell;
}

Cell seenCell(const StateView &view, int node)
{
    const qint64 age = view.snapshot().sampleAgeMs(view.node(node));
    if (age < 0) {
        return nonValue(QStringLiteral("never"));
    }
    return Cell{.text = core::formatAge(age), .sort = age};
}

} // namespace

NodesModel::NodesModel(QObject *parent)
    : ClusterTable(nodeColumns(), parent)
{
}

std::vector<Row> NodesModel::rows(const StateView &view) const
{
    std::vector<Row> rows;
    rows.reserve(static_cast<std::size_t>(view.nodeCount()));
    for (int node = 0; node < view.nodeCount(); ++node) {
        rows.push_back(rowFor(view, node));
    }
    return rows;
}

Row NodesModel::rowFor(const StateView &view, int node) const
{
    const cluster::NodeStatus &status = view.node(node);
    const cluster::NodeSample *sample = view.sample(node);
    const NodeRole role = view.role(node);
    const cluster::StandbyLag lag = view.lag(node);
    // A node of unknown role may be a standby: what we do not see is unknown, not n/a.
    const bool standby = role != NodeRole::Primary && role != NodeRole::Witness;
    const QString missing = standby ? missingLag(lag) : notApplicable();

    Cell name = nameCell(status.name);
    name.icon = cluster::roleKey(role);
    name.nodeRole = role;
    name.toolTip = QStringLiteral("%1, %2").arg(cluster::toString(role), status.address);
    Cell state = stateCell(view.verdict(node), view.stateWord(node));
    if (status.link != cluster::LinkState::Up && !status.linkError.message.isEmpty()) {
        state.toolTip = status.linkError.message;
    }
    const auto numbered = [&](const Cell &cell) { return standby ? cell : nonValue(notApplicable()); };
    const bool isPrimary = !standby;
    Row row{.key = status.name, .stale = !view.fresh(node)};
    row.cells = {
        name,
        state,
        syncCell(view, node, standby),
        replayedCell(view, node, role),
        numbered(lossCell(lag)),
        numbered(bytesCell(lag.toReplay, missing)),
        numbered(secondsCell(
            lag.state == LagState::Known || lag.state == LagState::Delayed ? lag.seconds : std::nullopt, missing)),
        isPrimary ? barCell({}) : lagBar(lag.bytes, lag.seconds, view.isSync(node)),
        seenCell(view, node),
        textCell(cluster::toString(role)),
        textCell(status.address),
        numbered(bytesCell(lag.bytes, missing)),
        numbered(lsnCell(sample ? sample->receiveLsn : std::nullopt, unknown())),
        numberCell(sample && sample->timeline ? std::optional<qint64>(*sample->timeline) : std::nullopt, unknown()),
        versionCell(sample ? sample->serverVersion : QString()),
    };
    return row;
}

} // namespace howdah::tables
