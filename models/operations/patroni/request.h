// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QJsonObject>

#include "operations/patroni/patronifacts.h"
#include "operations/plan.h"

namespace howdah::operations::patroni {

/// Something that Patroni is to be asked for, beside a switchover now.
struct Request {
    enum class Kind { Pause, Resume, Restart, Reinitialize, Schedule, Cancel, Configure };
    Kind kind = Kind::Pause;
    QString node = {}; ///< Restart, Reinitialize: whom; Schedule: who is to take over; a node's name or a member's
    QDateTime at = {}; ///< Schedule
    QJsonObject change = {}; ///< Configure: as PATCH /config takes it

    bool operator==(const Request &) const = default;
};

/// Its plan, as of now. Pure.
Plan planFor(const PatroniFacts &facts, const QString &cluster, const Request &request, const QDateTime &now);

/// Why it makes no sense to ask for that now, for people; empty where it does. Less than what the plan checks: no more
/// than what Patroni itself said last. facts: nullptr before it has said anything. node and change may be missing.
QString whyNotAsked(const PatroniFacts *facts, const Request &request);

/// The members that Patroni may be told to make the leader, as their nodes are called.
QStringList candidatesOf(const PatroniFacts &facts);

} // namespace howdah::operations::patroni

Q_DECLARE_METATYPE(howdah::operations::patroni::Request)
