// SPDX-License-Identifier: GPL-3.0-or-later
#include "loss.h"

#include <algorithm>
#include <cmath>

#include "positions.h"
#include "walrate.h"

namespace howdah::cluster {

namespace {
constexpr qint64 kRateWindowMs = 60'000;
// Nothing smaller is ever promised of a primary that may write.
constexpr qint64 kPage = 8192;

// The primary's position was read at some time between question and answer.
qint64 readAt(const NodeSample &sample)
{
    return sample.takenMonotonicMs - static_cast<qint64>(std::ceil(sample.roundTripMs));
}

// The most that the primary has written from its sample to untilMs; empty when nothing tells how fast it writes.
std::optional<qint64> writtenSince(const Snapshot &snapshot, const NodeSample &primary, qint64 untilMs)
{
    const std::optional<double> rate = snapshot.trail ? peakWalRate(*snapshot.trail, kRateWindowMs) : std::nullopt;
    const auto elapsed = static_cast<double>(std::max<qint64>(0, untilMs - readAt(primary)));
    return rate ? std::optional(static_cast<qint64>(std::ceil(*rate * elapsed / 1000))) : std::nullopt;
}
} // namespace

Loss measureLoss(const Snapshot &snapshot, const NodeSample &primary, const NodeSample &standby, const Sender *sender,
                 std::optional<Lsn> own)
{
    const Lsn end = *primary.currentLsn;
    const qint64 primaryAt = readAt(primary);
    const bool together = standby.takenMonotonicMs - primary.takenMonotonicMs <= kOneMomentMs;
    const std::optional<Lsn> ofThatMoment = sender ? sender->flushLsn : std::nullopt;
    const std::optional<Lsn> flushed = together ? furthest(ofThatMoment, own) : ofThatMoment;
    if (flushed && *flushed < end) {
        return {bytesBetween(*flushed, end), false};
    }
    const qint64 unseen = own ? std::max<qint64>(0, bytesBetween(end, *own)) : 0; // it has written that much since
    if (flushed) {
        // Of one that was asked long ago it is not known whether it is quiet still.
        const bool recent = snapshot.takenMonotonicMs - primaryAt <= kStaleAfterMs;
        const bool quiet = recent && together && unseen == 0 && snapshot.trail &&
                           stoodStill(*snapshot.trail, end, primary.takenMonotonicMs);
        const bool proved = ofThatMoment.value_or(Lsn{}) >= end || unseen == 0;
        if (quiet || (proved && snapshot.takenMonotonicMs - primaryAt <= kOneMomentMs)) {
            return {0, false};
        }
    }
    if (!flushed && !own) {
        return {};
    }
    // All of what was written since the primary was asked may be missing, and of what went before what own lacks.
    const qint64 untilMs = std::max(snapshot.takenMonotonicMs, standby.takenMonotonicMs);
    const std::optional<qint64> since = writtenSince(snapshot, primary, flushed ? untilMs : standby.takenMonotonicMs);
    if (!since) {
        return {};
    }
    const qint64 before = flushed ? 0 : std::max<qint64>(0, bytesBetween(*own, end));
    return {std::max(before + *since, unseen + kPage), true};
}

} // namespace howdah::cluster
