// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/probe/record.h"
#include "operations/progress.h"

namespace howdah::operations {

// What an action may show of the result (Action::shows).
inline constexpr QLatin1String kShowsOneWritable("one_writable"); ///< this node takes writes, or is in recovery
inline constexpr QLatin1String kShowsNothingLost("nothing_lost"); ///< the new primary has all of the old one
inline constexpr QLatin1String kShowsWritten("written");          ///< something was written that others must see
inline constexpr QLatin1String kShowsSeen("seen");                ///< this node has what was written
inline constexpr QLatin1String kShowsSlot("slot");                ///< a slot is in use
inline constexpr QLatin1String kShowsFollows("follows/");         ///< with a node's name behind: it follows
inline constexpr QLatin1String kShowsThat("that/");               ///< with what it shows behind, for people

/// Only Shown is green.
enum class ProofState {
    Waiting, ///< its turn has not come
    Asked,
    Shown,
    Failed, ///< it was not shown, and will not be
};

/// One statement about the result of an operation, with what it rests on.
struct Proof {
    QString id; ///< "one_writable", "follows/pg1", "journal" …
    QString title;
    ProofState state = ProofState::Waiting;
    QString evidence;

    bool operator==(const Proof &) const = default;
};

/// What the actions of a plan show, as far as they have come; nothing is shown that was not asked and answered.
/// measured: what a probe saw, if there is one. Pure.
std::vector<Proof> proofsOf(const Plan &plan, const Progress &progress, const std::optional<probe::Measured> &measured);

} // namespace howdah::operations
