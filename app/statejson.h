// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>

#include "cluster/health.h"

namespace howdah::app {

/// A state as `status --json` prints it: cluster, verdict, findings[], nodes[]. Names are the catalog's own; an unknown
/// value is null, never 0; 64-bit identifiers are strings, since JSON numbers are doubles.
QJsonObject stateJson(const cluster::ClusterState &state);

/// An error as an object: error, node, hint, and sqlstate where there is one.
QJsonObject errorJson(const core::Error &error);

} // namespace howdah::app
