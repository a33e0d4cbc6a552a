// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>
#include <vector>

#include "cluster/lag.h"

namespace howdah::cluster {

/// Worst first when sorted descending. Unknown is never ok: it stands between ok and warning.
enum class Verdict { Ok, Unknown, Warning, Critical };

/// Something that is wrong or not known, with its evidence and what to do about it. Plain text throughout.
struct Finding {
    QString id; ///< stable while it lasts: "slot_inactive:pg1/analytics_cdc"
    Verdict severity = Verdict::Warning;
    QString node; ///< whom it concerns; empty: the cluster
    QString title;
    QString evidence;
    QString remedy;
    QString page;             ///< the page that shows more: "replication", "slots", "roles", "overview"
    QString subject;          ///< the slot or standby it is about, empty when the node itself
    qint64 sinceMs = 0;       ///< monotonic; since when it has been true
    bool beganUnseen = false; ///< it was so before anybody looked: it has lasted at least since then
};

/// Above which a standby's lag is a warning, and critical.
struct LagLimits {
    qint64 warnBytes, criticalBytes;
    double warnSeconds, criticalSeconds;
};

/// Limits, with the defaults of the product; see README "What is a warning".
struct Thresholds {
    qint64 asyncLagWarnBytes = 100LL << 20, asyncLagCriticalBytes = 1LL << 30;
    double asyncLagWarnSeconds = 60, asyncLagCriticalSeconds = 600;
    qint64 syncLagWarnBytes = 1LL << 20, syncLagCriticalBytes = 16LL << 20;
    double syncLagWarnSeconds = 5, syncLagCriticalSeconds = 30;
    qint64 lagHeldMs = 60'000; ///< how long a lag must last to count
    qint64 slotRetainedWarnBytes = 1LL << 30, slotRetainedCriticalBytes = 5LL << 30;
    double slotHeadroomWarn = 0.25, slotHeadroomCritical = 0.10; ///< safe_wal_size left of max_slot_wal_keep_size
    qint64 slotInactiveWarnMs = 300'000, slotInactiveCriticalMs = 1'800'000;
    double slotFullWarnSeconds = 24 * 3600, slotFullCriticalSeconds = 4 * 3600; ///< until its limit is reached
    qint64 slotFullHeldMs = 60'000;                                             ///< how long that must be foretold
    qint64 archiveReadyWarn = 10, archiveReadyCritical = 50;
    qint64 archiveFailingCriticalMs = 300'000;
    qint64 receiverDownCriticalMs = 60'000;
    int unreachablePolls = 3;
    qint64 timelineSettleMs =
        10'000;                    ///< a switch of timelines or a reconnect takes a moment; what lasts longer is meant
    qint64 contradictionMs = 5000; ///< the two ends are never asked at the same instant
    bool once = false;             ///< there is no memory: nothing is known of how long anything has lasted

    /// sync: of a standby that commits wait for.
    LagLimits lagLimits(bool sync) const;
    /// For who looks once and tells the truth of that moment: nothing has to last, for nothing can be seen to.
    static Thresholds forOneLook();
};

/// What the rules make of one slot, ready to be shown.
struct SlotFacts {
    int node = -1;
    int slot = -1; ///< index into the sample's replicationSlots
    std::optional<qint64> retainedBytes;
    std::optional<qint64> limitBytes;    ///< past which its WAL is taken away; empty: nothing limits it, or not known
    std::optional<qint64> roomBytes;     ///< left until then; below 0: at any moment; empty also when it is lost
    std::optional<qint64> inactiveForMs; ///< empty: active, or since before anybody looked
    /// Until it reaches its limit at the present rate of writing; empty: nothing can be foretold. See secondsToFull().
    std::optional<double> fullInSeconds;
    QString consumer; ///< name of the node or application that uses it; empty: nobody
    Verdict verdict = Verdict::Ok;
    QString reason; ///< why it is inactive, lost, or holds much; empty when there is nothing to say
};

/// Synchronous replication as the primary has it now.
struct SyncState {
    bool known = false;      ///< the primary is fresh and shows its settings and walsenders
    bool configured = false; ///< synchronous_standby_names is not empty
    bool any = false;        ///< ANY, a quorum; else FIRST, by priority
    int required = 0;        ///< standbys that each commit waits for
    QStringList names;       ///< as configured; "*" is everybody
    QStringList holding;     ///< application_names that are sync or quorum and stream now
    bool satisfied = true;   ///< false: commits wait now
};

/// Everything the rules conclude from a Snapshot.
struct Assessment {
    Verdict verdict = Verdict::Unknown;
    std::vector<Finding> findings; ///< worst first, then oldest
    Topology topology;
    std::vector<StandbyLag> lag;
    std::vector<Verdict> nodeVerdicts; ///< same order and size as Snapshot::nodes
    std::vector<QString> nodeStates;   ///< a word or two a node: "accepting writes", "streaming", "no answer for 4 s"
    std::vector<SlotFacts> slotFacts;
    SyncState sync;
    std::optional<int> writableNodes; ///< how many take writes; empty: none is seen to, and one that is silent may
    qint64 newestSampleAgeMs = -1;    ///< -1: none ever

    /// "none, pg2 is sync", "at least 88 kB", "unknown": what would be lost if the primary were lost now.
    QString lossNow;
};

/// Pure: the same Snapshot gives the same Assessment, in any thread.
Assessment assess(const Snapshot &snapshot, const Thresholds &thresholds = {});

/// True when every node has answered, has said why not, or has been silent for so many polls that the rules judge it.
bool isConclusive(const Snapshot &snapshot, const Thresholds &thresholds = {});

/// The memory for the next Snapshot: keeps the time of what is still true in snapshot, adds what has become true, drops
/// the rest; that a standby lags or does not stream it keeps also while that can't be seen. Keys are findings' ids and
/// "slot_idle:NODE/SLOT@LSN KIND", "slot_filling:NODE/SLOT", "slot_filling_critical:NODE/SLOT", "lag:NODE",
/// "lag_critical:NODE", "not_streaming:NODE", "contradictory:NODE", "timeline_differs:NODE", and "seen:NODE", since the
/// node has been seen without a gap. Giving it the same Snapshot twice changes nothing.
Watch observe(const Watch &before, const Snapshot &snapshot, const Thresholds &thresholds = {});

QString toString(Verdict verdict);   ///< for people: "OK", "Warning", "Critical", "Unknown"
QString verdictKey(Verdict verdict); ///< for JSON and the command line: "ok", "warning", "critical", "unknown"

/// What travels from the engine to everybody: one Snapshot and what the rules make of it.
struct ClusterState {
    std::shared_ptr<const Snapshot> snapshot;
    std::shared_ptr<const Assessment> assessment;
};

} // namespace howdah::cluster

Q_DECLARE_METATYPE(howdah::cluster::ClusterState)
