// SPDX-License-Identifier: GPL-3.0-or-later
#include "catalog.h"

#include <array>

#include "monitor/sections.h"

namespace howdah::monitor {

namespace {
// Timeline 1 has no history file.
bool hasHistory(const cluster::NodeSample *before)
{
    return before && before->timeline.value_or(0) > 1 && before->readsFiles;
}

constexpr bool kMayTakeLong = true;

constexpr std::array kSections{
    Section{"core", 0, 0, coreSql, decodeCore, carryNothing},
    Section{"senders", 0, 0, sendersSql, decodeSenders, carryNothing},
    Section{"slots", 0, 0, slotsSql, decodeSlots, carryNothing},
    Section{"receiver", 0, 0, receiverSql, decodeReceiver, carryNothing},
    Section{"base_backups", 2'000, 130000, baseBackupsSql, decodeBaseBackups, carryBaseBackups},
    Section{"archiver", 5'000, 0, archiverSql, decodeArchiver, carryArchiver},
    Section{"activity", 5'000, 0, activitySql, decodeActivity, carryActivity},
    Section{"conflicts", 10'000, 0, conflictsSql, decodeConflicts, carryConflicts},
    // Also reads again at once after a reload, see NodePoller.
    Section{"settings", 60'000, 0, settingsSql, decodeSettings, carrySettings},
    Section{"identity", 30'000, 0, identitySql, decodeIdentity, carryIdentity},
    Section{"archive_status", 30'000, 120000, archiveStatusSql, decodeArchiveStatus, carryArchiveStatus, nullptr,
            kMayTakeLong},
    Section{"wal_disk", 30'000, 0, walDiskSql, decodeWalDisk, carryWalDisk, nullptr, kMayTakeLong},
    Section{"publications", 60'000, 0, publicationsSql, decodePublications, carryPublications, nullptr, kMayTakeLong},
    Section{"subscriptions", 10'000, 0, subscriptionsSql, decodeSubscriptions, carrySubscriptions, nullptr,
            kMayTakeLong},
    Section{"roles", 60'000, 0, rolesSql, decodeRoles, carryRoles, nullptr, kMayTakeLong},
    Section{"timeline_history", 300'000, 0, timelineHistorySql, decodeTimelineHistory, carryTimelineHistory, hasHistory,
            kMayTakeLong},
};
} // namespace

std::span<const Section> sections()
{
    return kSections;
}

} // namespace howdah::monitor
