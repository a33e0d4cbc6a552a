// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>

#include "core/error.h"
#include "operations/plan.h"

namespace howdah::operations {

/// A plan as the journal keeps it and `--json` prints it: all of it except the secrets' values, which it never has.
QJsonObject toJson(const Plan &plan);
QJsonObject toJson(const Check &check);
QJsonObject toJson(const Action &action);
QJsonObject toJson(const Capture &capture);
QJsonObject toJson(const Secret &secret);
QJsonObject toJson(const LastWill &will);
LastWill lastWillFromJson(const QJsonObject &object);
QJsonObject toJson(const Step &step);

/// The way back; an error names what is missing or of the wrong type.
core::Result<Plan> planFromJson(const QJsonObject &object);

} // namespace howdah::operations
