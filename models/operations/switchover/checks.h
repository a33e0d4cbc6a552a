// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "operations/plan.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// Settings of which a standby must have no less than its primary, or it does not start.
/// https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN
inline constexpr std::array kNeededByStandbys{"max_connections", "max_worker_processes", "max_wal_senders",
                                              "max_prepared_transactions", "max_locks_per_transaction"};

/// From where on a check refuses or warns.
struct Limits {
    qint64 unflushedBytes = 16LL << 20; ///< on the way to the candidate: refuses
    qint64 toReplayBytes = 64LL << 20;  ///< that it must still replay: refuses
    double transactionSeconds = 15;     ///< a fast stop throws older transactions away: warns
    qint64 archiveReady = 16;           ///< files that wait for the archiver, which the stop waits for: warns
    qint64 archiveReadyRefused = 128;
    qint64 silentWalsenderMs = 12'000; ///< a standby that has not replied for so long hangs the stop
    /// Another receiver that has not; it is asked to reply once half of wal_sender_timeout (60 s) is over.
    qint64 silentConsumerMs = 45'000;
};

/// Every check of a switchover, in the order in which the dialog shows them; none is left out. Pure.
std::vector<Check> check(const Facts &facts, const Cast &cast, const QString &target, Way way = Way::Native,
                         const Limits &limits = {});

// The groups, each in a file of its own.
std::vector<Check> checkCandidate(const Facts &facts, const Cast &cast, const QString &target, Way way,
                                  const Limits &limits);
/// Whether its followers were let in when their hosts tried.
Check checkConnections(const Facts &facts, const Cast &cast, const QString &target);
std::vector<Check> checkStop(const Facts &facts, const Cast &cast, Way way, const Limits &limits);
std::vector<Check> checkAfterwards(const Facts &facts, const Cast &cast, Way way);
/// Whether Patroni will do it.
std::vector<Check> checkPatroni(const Facts &facts, const Cast &cast, const QString &target);
/// Whether pg_auto_failover will.
std::vector<Check> checkAutoFailover(const Facts &facts, const Cast &cast, const QString &target);
std::vector<Check> checkWayBack(const Facts &facts, const Cast &cast, Way way);
/// Whether what undo puts back, and what the old primary starts with, is what runs.
std::vector<Check> checkSettings(const Facts &facts, const Cast &cast, Way way);
/// Whether applications find the new primary.
std::vector<Check> checkRouting(const Facts &facts, const Cast &cast);
/// Whether somebody else would act on the cluster meanwhile, and whether repmgr can do what it is to do.
std::vector<Check> checkManager(const Facts &facts, const Cast &cast, Way way);

/// What the state alone tells of a candidate: those checks for which nobody must be asked. That they pass is not enough
/// to be ready. Pure.
std::vector<Check> checkByState(const cluster::ClusterState &state, const QString &target, const Limits &limits = {});

/// One check; remedy is left out of one that passed.
Check made(const char *id, const QString &group, const QString &title, const QString &node, CheckResult result,
           const QString &evidence, const QString &remedy = {});

} // namespace howdah::operations::switchover
