// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/switchover/pieces.h"

namespace howdah::operations::switchover {

// Steps that a switchover has whoever carries it out.

/// The candidate's outlives its promotion, the old primary's ends with its server.
Step lockStep(const Pieces &p, const QString &node);

/// Until little is left to write and to replay, while applications write.
Step checkpointStep(const Pieces &p);

/// What a person is to do when the old primary was stopped and could not be brought back.
QString stopRemedy(const Pieces &p, bool byHand);

/// SQL that holds on a standby that streams from the candidate, on a newer timeline than the one before.
QString followsSql(const Pieces &p);
/// True on the node that takes writes on the timeline of before. Of a primary the WAL that it writes tells: its control
/// file keeps the old timeline until the first checkpoint behind a promotion, and under load that takes minutes.
QString writesAsBeforeSql(const Pieces &p);
/// Holds once the node that is asked is a standby again and streams, on whichever timeline; column kTakesWrites: it
/// never will, since it has come back as a primary.
QString rejoinedSql();
inline const QString kTakesWrites = QStringLiteral("takes_writes");

/// WAL of the new primary's for the old one: that streams visibly only once something has come, and where nobody writes
/// it may have all by the time that it starts.
Action somethingToSend(const Pieces &p);

/// A message in the WAL of the new primary, as transactional as a row, that every other node must come to; and each
/// slot of the followers in use.
Step proofStep(const Pieces &p);

/// Read before each step up to the stop: the world is still the one that was checked.
std::vector<Action> guardsOf(const Pieces &p);

} // namespace howdah::operations::switchover
