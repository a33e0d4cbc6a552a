// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "cluster/health.h"

namespace howdah::tables {

/// A fact about a slot, as its detail pane shows it.
struct SlotDetail {
    QString what;
    QString value;
    bool fixed = false;
    bool nonValue = false;

    bool operator==(const SlotDetail &) const = default;
};

/// A way out, and what it costs. Words only: nothing here acts.
struct SlotAdvice {
    QString what;
    QString text;

    bool operator==(const SlotAdvice &) const = default;
};

/// All there is to say about one slot.
struct SlotStory {
    QString title; ///< "analytics_cdc on pg1"; empty when there is no such slot
    /// Empty: nothing is wrong and nothing is good, as with a slot that nobody uses within its limits.
    std::optional<cluster::Verdict> verdict = cluster::Verdict::Unknown;
    QString word;       ///< "no consumer", "in use", "lost"
    bool stale = false; ///< as it was when the node last answered
    std::vector<SlotDetail> details;
    std::vector<SlotAdvice> advice;
    std::optional<qint64> limitBytes;    ///< as of cluster::SlotFacts
    std::optional<double> fullInSeconds; ///< likewise

    bool operator==(const SlotStory &) const = default;
};

/// Pure. key as of SlotsModel.
SlotStory slotStory(const cluster::ClusterState &state, const QString &key);

/// "7 slots on 2 nodes, 1 without a consumer, 1 never used", and which nodes are not known. "each with a consumer" only
/// when every one is in use. Empty when nothing is known.
QString slotsSummary(const cluster::ClusterState &state);

} // namespace howdah::tables
