// SPDX-License-Identifier: GPL-3.0-or-later
// What the cluster's states are called, for people and for JSON.
#include "health.h"

namespace howdah::cluster {

QString toString(NodeRole role)
{
    switch (role) {
    case NodeRole::Unknown:
        return QStringLiteral("Unknown");
    case NodeRole::Primary:
        return QStringLiteral("Primary");
    case NodeRole::Standby:
        return QStringLiteral("Standby");
    case NodeRole::CascadingStandby:
        return QStringLiteral("Cascading standby");
    case NodeRole::Witness:
        return QStringLiteral("Witness");
    }
    return {};
}

QString roleKey(NodeRole role)
{
    return role == NodeRole::CascadingStandby ? QStringLiteral("cascading") : toString(role).toLower();
}

QString toString(LinkState state)
{
    switch (state) {
    case LinkState::Connecting:
        return QStringLiteral("connecting");
    case LinkState::Up:
        return QStringLiteral("up");
    case LinkState::Refused:
        return QStringLiteral("refused");
    case LinkState::Down:
        return QStringLiteral("down");
    case LinkState::RejectedByHba:
        return QStringLiteral("rejected by pg_hba");
    case LinkState::WrongPassword:
        return QStringLiteral("wrong password");
    case LinkState::TooManyConnections:
        return QStringLiteral("too many connections");
    case LinkState::StartingUp:
        return QStringLiteral("starting up");
    case LinkState::ShuttingDown:
        return QStringLiteral("shutting down");
    case LinkState::Unresponsive:
        return QStringLiteral("unresponsive");
    case LinkState::Unreachable:
        return QStringLiteral("unreachable from here");
    case LinkState::ConsoleIsolated:
        return QStringLiteral("console isolated");
    case LinkState::NotPostgres:
        return QStringLiteral("not PostgreSQL");
    case LinkState::Misconfigured:
        return QStringLiteral("misconfigured");
    case LinkState::Failed:
        return QStringLiteral("failed");
    }
    return {};
}

QString linkKey(LinkState state)
{
    switch (state) {
    case LinkState::Unreachable:
        return QStringLiteral("unreachable");
    case LinkState::NotPostgres:
        return QStringLiteral("not_postgresql");
    default:
        return toString(state).replace(QLatin1Char(' '), QLatin1Char('_'));
    }
}

QString toString(EdgeState state)
{
    switch (state) {
    case EdgeState::Streaming:
        return QStringLiteral("streaming");
    case EdgeState::Catchup:
        return QStringLiteral("catching up");
    case EdgeState::Paused:
        return QStringLiteral("paused");
    case EdgeState::Broken:
        return QStringLiteral("broken");
    case EdgeState::SenderOnly:
    case EdgeState::ReceiverOnly:
        return QStringLiteral("seen from one end");
    case EdgeState::Unknown:
        return QStringLiteral("unknown");
    }
    return {};
}

QString edgeKey(EdgeState state)
{
    switch (state) {
    case EdgeState::Catchup:
        return QStringLiteral("catchup");
    case EdgeState::SenderOnly:
        return QStringLiteral("sender_only");
    case EdgeState::ReceiverOnly:
        return QStringLiteral("receiver_only");
    default:
        return toString(state);
    }
}

QString toString(ConsumerKind kind)
{
    switch (kind) {
    case ConsumerKind::Backup:
        return QStringLiteral("backup");
    case ConsumerKind::Logical:
        return QStringLiteral("logical");
    case ConsumerKind::Physical:
        return QStringLiteral("physical");
    case ConsumerKind::IdleSlot:
        return QStringLiteral("idle slot");
    }
    return {};
}

QString toString(LagState state)
{
    switch (state) {
    case LagState::NotApplicable:
        return QStringLiteral("n/a");
    case LagState::Known:
        return QStringLiteral("known");
    case LagState::Idle:
        return QStringLiteral("idle");
    case LagState::Paused:
        return QStringLiteral("paused");
    case LagState::Delayed:
        return QStringLiteral("delayed");
    case LagState::Broken:
        return QStringLiteral("broken");
    case LagState::NoPermission:
        return QStringLiteral("no permission");
    case LagState::Unknown:
        return QStringLiteral("unknown");
    }
    return {};
}

QString lagKey(LagState state)
{
    switch (state) {
    case LagState::NotApplicable:
        return QStringLiteral("not_applicable");
    case LagState::NoPermission:
        return QStringLiteral("no_permission");
    default:
        return toString(state);
    }
}

QString toString(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Ok:
        return QStringLiteral("OK");
    case Verdict::Unknown:
        return QStringLiteral("Unknown");
    case Verdict::Warning:
        return QStringLiteral("Warning");
    case Verdict::Critical:
        return QStringLiteral("Critical");
    }
    return {};
}

QString verdictKey(Verdict verdict)
{
    return toString(verdict).toLower();
}

QString toString(ManagerKind kind)
{
    switch (kind) {
    case ManagerKind::Auto:
        return QStringLiteral("auto");
    case ManagerKind::None:
        return QStringLiteral("none");
    case ManagerKind::Repmgr:
        return QStringLiteral("repmgr");
    case ManagerKind::Patroni:
        return QStringLiteral("patroni");
    case ManagerKind::PgAutoFailover:
        return QStringLiteral("pg_auto_failover");
    }
    return {};
}

QString toString(NodeKind kind)
{
    return kind == NodeKind::Witness ? QStringLiteral("witness") : QStringLiteral("data");
}

} // namespace howdah::cluster
