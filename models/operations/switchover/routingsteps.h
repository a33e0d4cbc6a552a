// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/mover.h"
#include "operations/switchover/pieces.h"

namespace howdah::operations::switchover {

/// Just before the stop: each PgBouncer lets its transactions end and makes its clients wait. Undone by RESUME.
/// until: id of the step from which on an operation that is taken up again does not pause anew.
std::vector<Step> pauseSteps(const Facts &facts, const Pieces &p, const QString &until);

/// Whose hands stop the old primary: a manager and a person take their time, and may do otherwise.
enum class StoppedBy { Console, Others };

/// Before that: what of an address's way need not wait until nobody can write, and where it is behind a gateway that
/// would make clients wait for a server which is down, nobody new is let through. Undone as soon as what follows is.
std::vector<Step> holdSteps(const Facts &facts, const Cast &cast, StoppedBy by);

/// As soon as the candidate takes writes: each address that follows the primary is moved and proved to lead there, then
/// every PgBouncer resumes, whatever came before.
std::vector<Step> routingSteps(const Facts &facts, const Cast &cast, const Pieces &p, StoppedBy by);
/// Once applications write again: what of those moves takes its time to be seen.
std::vector<Step> settleSteps(const Facts &facts, const Cast &cast);

/// How an address would go with the writes.
address::Move moveOf(const Facts &facts, const Cast &cast, const cluster::AddressConfig &address,
                     StoppedBy by = StoppedBy::Others);

} // namespace howdah::operations::switchover
