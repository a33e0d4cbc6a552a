// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonArray>

#include "core/error.h"
#include "toolfiles/standing.h"

namespace howdah::app {

/// What each account has, for people and for programs: names and places, no value. keyring: why it is of no use;
/// nullptr: it is.
QString standingsText(const std::vector<toolfiles::Standing> &standings, const core::Error *keyring);
QJsonArray standingsJson(const std::vector<toolfiles::Standing> &standings);

} // namespace howdah::app
