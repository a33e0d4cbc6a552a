// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/keyedtablemodel.h"

namespace howdah::tables {

/// The columns of SendersModel: those of the page first, then every other one of pg_stat_replication by its own name.
std::vector<Column> senderColumns();

} // namespace howdah::tables
