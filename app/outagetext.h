// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <optional>

#include "operations/outage.h"
#include "operations/probe/record.h"

namespace howdah::app {

/// What a probe measured of an operation, for scripts and for people. records as the plan's steps.
QJsonObject outageJson(const operations::Plan &plan, const std::vector<operations::StepRecord> &records,
                       const operations::probe::Measured &measured);
QString outageText(const operations::Plan &plan, const std::vector<operations::StepRecord> &records,
                   const operations::probe::Measured &measured);

/// What a switchover that is done came to, in one line: who is the primary, who follows, how long writes waited, as
/// measured or else by its steps. Empty for other operations.
/// takenUp: it was begun by another console, so that nobody knows for how much of its time writes waited.
QString doneText(const operations::Plan &plan, const std::vector<operations::StepRecord> &records,
                 const std::optional<operations::probe::Measured> &measured, bool takenUp = false);
/// Which steps of one that ended half-way have failed.
QString halfWayText(const operations::Plan &plan, const std::vector<operations::StepRecord> &records);
/// What its checks have warned of that is so still when a switchover is done, with what to do about it.
QStringList warnedOf(const operations::Plan &plan);

/// The same of one that was undone: empty unless writes had to wait for it.
QString undoneText(const operations::Plan &plan, const std::vector<operations::StepRecord> &records,
                   const std::optional<operations::probe::Measured> &measured);

/// What is said of an operation when it has ended, for scripts: "remains" to be done by hand, and of one that left the
/// cluster as it was "why".
void insertRemains(QJsonObject &object, operations::Outcome outcome, const QStringList &said);

} // namespace howdah::app
