// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>

#include "operations/plan.h"

namespace howdah::operations {

/// A request as it stands in a plan's JSON.
QJsonObject toJson(const Http &http);
/// ok becomes false where it is not of the right form.
Http httpFromJson(const QJsonObject &object, bool &ok);

} // namespace howdah::operations
