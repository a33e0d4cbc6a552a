// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/columns.h"
#include "postgres/rows.h"

#include "cluster/nodesample.h"

// The parts of the sections in catalog.cpp: SQL for a version, decoding, and what is carried between reads. Every SQL
// text runs under search_path=pg_catalog.
namespace howdah::monitor {

QByteArray coreSql(int serverVersion);
void decodeCore(const postgres::Rows &rows, cluster::NodeSample &sample);

QByteArray identitySql(int serverVersion);
void decodeIdentity(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryIdentity(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray sendersSql(int serverVersion);
void decodeSenders(const postgres::Rows &rows, cluster::NodeSample &sample);

QByteArray slotsSql(int serverVersion);
void decodeSlots(const postgres::Rows &rows, cluster::NodeSample &sample);

QByteArray receiverSql(int serverVersion);
void decodeReceiver(const postgres::Rows &rows, cluster::NodeSample &sample);

QByteArray baseBackupsSql(int serverVersion);
void decodeBaseBackups(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryBaseBackups(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray archiverSql(int serverVersion);
void decodeArchiver(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryArchiver(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray archiveStatusSql(int serverVersion);
void decodeArchiveStatus(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryArchiveStatus(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray activitySql(int serverVersion);
void decodeActivity(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryActivity(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray conflictsSql(int serverVersion);
void decodeConflicts(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryConflicts(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray walDiskSql(int serverVersion);
void decodeWalDisk(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryWalDisk(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray settingsSql(int serverVersion);
void decodeSettings(const postgres::Rows &rows, cluster::NodeSample &sample);
void carrySettings(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray timelineHistorySql(int serverVersion);
void decodeTimelineHistory(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryTimelineHistory(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray publicationsSql(int serverVersion);
void decodePublications(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryPublications(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray subscriptionsSql(int serverVersion);
void decodeSubscriptions(const postgres::Rows &rows, cluster::NodeSample &sample);
void carrySubscriptions(const cluster::NodeSample &before, cluster::NodeSample &sample);

QByteArray rolesSql(int serverVersion);
void decodeRoles(const postgres::Rows &rows, cluster::NodeSample &sample);
void carryRoles(const cluster::NodeSample &before, cluster::NodeSample &sample);

void carryNothing(const cluster::NodeSample &before, cluster::NodeSample &sample);

} // namespace howdah::monitor
