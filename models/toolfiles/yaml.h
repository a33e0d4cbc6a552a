// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>

#include "core/error.h"

namespace howdah::toolfiles {

/// A YAML document that is a map, its scalars as texts; "<<" is merged. An error names the line, never its words. What
/// nests or repeats itself without end is refused.
core::Result<QJsonObject> yamlMap(const QByteArray &text);

} // namespace howdah::toolfiles
