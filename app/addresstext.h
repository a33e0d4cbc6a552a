// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonArray>
#include <QString>

#include "operations/address/sight.h"

namespace howdah::app {

/// A table of the addresses; remarks: and below it what is wrong with them and what to do.
QString addressesText(const operations::address::Sights &sights, bool remarks = true);
/// The same for scripts; an unknown value is null.
QJsonArray addressesJson(const operations::address::Sights &sights);

} // namespace howdah::app
