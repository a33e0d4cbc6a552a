// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "cluster/lag.h"
#include "history/decimate.h"

namespace howdah::history {

/// What can be asked of a node or a slot. Bytes and seconds are against the primary's own position; the stages add up
/// along the last hop. WalRate is what the node wrote while it was the primary, Held the WAL that a slot keeps.
enum class Metric {
    Bytes,
    Seconds,
    PendingBytes,
    WriteBytes,
    FlushBytes,
    ReplayBytes,
    PendingSeconds,
    WriteSeconds,
    FlushSeconds,
    ReplaySeconds,
    WalRate, ///< bytes per second
    Held,    ///< bytes, of a slot
};

/// A magnitude in 16 bits: logarithmic, exact at 0, within 0.06 % elsewhere, 0.1 µs or byte to 2^50 of it.
namespace packed {
inline constexpr quint16 kNothing = 0xffff; ///< not known
quint16 pack(std::optional<double> value, double unit);
double unpack(quint16 code, double unit); ///< NaN for kNothing
} // namespace packed

/// One moment of one node or slot as it is given to a Track.
struct Moment {
    qint64 monotonicMs = 0;
    cluster::LagState state = cluster::LagState::Unknown;
    std::optional<double> bytes, seconds;
    std::array<std::optional<double>, 4> stageBytes, stageSeconds; ///< pending, write, flush, replay

    /// The metric's number, empty when there is none. WalRate and Held travel as bytes.
    std::optional<double> value(Metric metric) const;
};

/// The past of one node or slot in bounded memory: kFine moments as they came (an hour at one a second), then buckets
/// of 30 s for 24 h in which the largest and smallest total and the last one survive, with the stages of the worst
/// moment. One thread.
class Track {
public:
    static constexpr std::size_t kFine = 3600;
    static constexpr qint64 kBucketMs = 30'000;
    static constexpr std::size_t kBuckets = std::size_t{24} * 120;

    /// Of a lag everything; of a slot or a rate its bytes alone, which takes two fifths of the memory.
    enum class Keeps { Lag, BytesOnly };

    explicit Track(Keeps keeps = Keeps::Lag)
        : m_keeps(keeps)
    {
    }

    /// Moments come in the order of time; one that doesn't come later than the last is dropped.
    void add(const Moment &moment);

    /// The points in [from, to) with one neighbour at each side; gaps as NaN points. Two moments further apart than
    /// gapMs have a gap between them.
    std::vector<SeriesPoint> points(Metric metric, qint64 from, qint64 to, qint64 gapMs) const;

    /// The largest of a total (not of a stage) in [from, to), without making its points; empty when none was known.
    std::optional<double> largest(Metric metric, qint64 from, qint64 to) const;

    /// The moment nearest to at, when there is one within withinMs. From the buckets it is the worst of its 30 s.
    std::optional<Moment> nearest(qint64 at, qint64 withinMs) const;

    bool isEmpty() const { return m_buckets.empty(); }
    qint64 oldestMs() const;
    qint64 newestMs() const { return m_lastMs; }

    /// What it costs after a full day, in bytes.
    static constexpr std::size_t bytesPerDay(Keeps keeps)
    {
        const bool all = keeps == Keeps::Lag;
        return kFine * (sizeof(Fine) + (all ? sizeof(FineLag) : 0)) +
               kBuckets * (sizeof(Bucket) + (all ? sizeof(BucketLag) : 0));
    }

private:
    struct Fine {
        quint32 at = 0; ///< hundredths of a second since m_epochMs: 497 days
        float bytes = 0;
        cluster::LagState state : 8 = cluster::LagState::Unknown;
    };
    /// What only a lag has, beside the Fine of the same place.
    struct FineLag {
        float seconds = 0;
        std::array<quint16, 4> stageBytes{}, stageSeconds{};
    };
    struct Total {
        quint16 smallest = packed::kNothing, largest = packed::kNothing, last = packed::kNothing;

        /// True when code is the largest now.
        bool take(quint16 code);
    };
    struct Bucket {
        quint32 number = 0; ///< (time - m_epochMs) / kBucketMs
        Total bytes;
    };
    struct BucketLag {
        Total seconds;
        std::array<quint16, 4> stageBytes{packed::kNothing, packed::kNothing, packed::kNothing, packed::kNothing};
        std::array<quint16, 4> stageSeconds{packed::kNothing, packed::kNothing, packed::kNothing, packed::kNothing};
    };

    bool keepsLag() const { return m_keeps == Keeps::Lag; }
    qint64 timeOf(const Fine &fine) const { return m_epochMs + static_cast<qint64>(fine.at) * 10; }
    qint64 fineFrom(qint64 otherwise) const { return m_fine.empty() ? otherwise : timeOf(m_fine.front()); }
    /// The first fine moment that is not before at; as many as there are when none is.
    std::size_t fineAt(qint64 at) const;
    const Total &totalOf(std::size_t bucket, Metric metric) const;
    Moment fineMoment(std::size_t index) const;
    Moment bucketMoment(std::size_t index) const;
    void appendBucket(std::size_t index, Metric metric, std::vector<SeriesPoint> &out) const;
    std::vector<SeriesPoint> raw(Metric metric, qint64 from, qint64 to) const;
    qint64 bucketStart(const Bucket &bucket) const { return m_epochMs + bucket.number * kBucketMs; }
    void fold(const Moment &moment);
    void foldLag(BucketLag &bucket, const Moment &moment, bool worstBytes);

    Keeps m_keeps;
    std::deque<Fine> m_fine;
    std::deque<FineLag> m_fineLag; ///< as long as m_fine, or empty
    std::deque<Bucket> m_buckets;
    std::deque<BucketLag> m_bucketsLag; ///< likewise
    qint64 m_epochMs = 0;
    qint64 m_lastMs = 0;
};

} // namespace howdah::history
