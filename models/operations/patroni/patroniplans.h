// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>

#include "operations/patroni/patronifacts.h"
#include "operations/plan.h"

/// What is asked of Patroni beside a switchover, each as a plan: checks, what is sent, how it is proved, how it is
/// taken back. All of it is pure.
namespace howdah::operations::patroni {

Plan planPause(const PatroniFacts &facts, const QString &cluster);
Plan planResume(const PatroniFacts &facts, const QString &cluster);
/// name is a node's, or a member's own.
Plan planRestart(const PatroniFacts &facts, const QString &cluster, const QString &name);
/// Throws the member's data away and has it copied anew from the leader.
Plan planReinitialize(const PatroniFacts &facts, const QString &cluster, const QString &name);
Plan planScheduledSwitchover(const PatroniFacts &facts, const QString &cluster, const QString &name,
                             const QDateTime &at, const QDateTime &now);
Plan planCancelSwitchover(const PatroniFacts &facts, const QString &cluster);
/// change as PATCH /config takes it: null takes a key away.
Plan planConfig(const PatroniFacts &facts, const QString &cluster, const QJsonObject &change);
/// The one of a text that could not be read: it refuses, with why.
Plan planUnread(const PatroniFacts &facts, const QString &cluster, const QString &problem, const QString &hint);

/// "loop_wait=5", "postgresql.parameters.max_connections=200", "synchronous_mode=" (taken away) as what PATCH /config
/// takes. Values are JSON where they can be read as such, else strings. Errors: no KEY=VALUE, a key twice, and one
/// whose value must not stand on a command line.
core::Result<QJsonObject> changeFrom(const QStringList &assignments);

/// One setting before and after, as JSON; empty where it is not there.
struct Difference {
    QString key;
    QString before;
    QString after;
    bool operator==(const Difference &) const = default;
};
std::vector<Difference> differences(const QJsonObject &before, const QJsonObject &after);

/// A time of the command line: ISO 8601 with its offset or Z, since Patroni takes no other.
core::Result<QDateTime> timeFrom(const QString &text);

} // namespace howdah::operations::patroni
