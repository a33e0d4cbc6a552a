// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/patroni/configtext.h"
#include "tables/keyedtablemodel.h"

namespace howdah::tables {

/// How the timelines of a cluster ended, as Patroni has kept it: the newest first. Keys are timelines.
class PatroniHistoryModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit PatroniHistoryModel(QObject *parent = nullptr);
    /// Times of another day than nowWallMs have their date.
    void setTurns(const std::vector<managers::PatroniTurn> &turns, qint64 nowWallMs);
};

/// What a change makes of Patroni's settings, one row a setting, and when that comes into effect. Keys are settings'.
class SettingChangesModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit SettingChangesModel(QObject *parent = nullptr);
    void setChanges(const std::vector<operations::patroni::Difference> &changes,
                    const operations::patroni::PatroniFacts &facts);
};

} // namespace howdah::tables
