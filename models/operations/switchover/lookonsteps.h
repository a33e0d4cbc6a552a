// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/switchover/pieces.h"

namespace howdah::operations::switchover {

/// Id of the step in which a manager switches over.
inline const QString kSwitchover = QStringLiteral("switchover");

/// A plan by which a manager switches over to target, with its checks and no step yet. Pure.
Plan planThrough(const QString &manager, const Facts &facts, const Cast &cast, const QString &target);

/// All steps where a manager stops, promotes and starts servers: the console locks and checkpoints before, lets the
/// manager do it (switchStep, whose id is kSwitchover), moves addresses, and sees every node follow. followRemedy: what
/// to do when one does not, %1 for it and %2 for the new primary. Pure.
std::vector<Step> stepsAround(const Facts &facts, const Cast &cast, const Pieces &p, const Step &switchStep,
                              const QString &followRemedy);

} // namespace howdah::operations::switchover
