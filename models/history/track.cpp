// SPDX-License-Identifier: GPL-3.0-or-later
#include "history/track.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace howdah::history {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kOctaves = 50;
constexpr double kCodes = 65'534;
constexpr double kByte = 1;
constexpr double kTick = 1e-7; // seconds; below a clock's grain

double orNan(std::optional<double> value)
{
    return value.value_or(kNan);
}

std::optional<double> orEmpty(double value)
{
    return std::isnan(value) ? std::optional<double>() : value;
}

bool isSeconds(Metric metric)
{
    return metric == Metric::Seconds || (metric >= Metric::PendingSeconds && metric <= Metric::ReplaySeconds);
}

/// 0 to 3 along the hop; -1 for a total.
int stageOf(Metric metric)
{
    if (metric >= Metric::PendingBytes && metric <= Metric::ReplayBytes) {
        return static_cast<int>(metric) - static_cast<int>(Metric::PendingBytes);
    }
    if (metric >= Metric::PendingSeconds && metric <= Metric::ReplaySeconds) {
        return static_cast<int>(metric) - static_cast<int>(Metric::PendingSeconds);
    }
    return -1;
}

bool larger(quint16 code, quint16 than)
{
    return code != packed::kNothing && (than == packed::kNothing || code > than);
}

} // namespace

quint16 packed::pack(std::optional<double> value, double unit)
{
    if (!value || std::isnan(*value)) {
        return kNothing;
    }
    const double octaves = std::log2(1 + std::max(0.0, *value) / unit);
    return static_cast<quint16>(std::min(kCodes, std::round(octaves * kCodes / kOctaves)));
}

double packed::unpack(quint16 code, double unit)
{
    return code == kNothing ? kNan : (std::exp2(code * kOctaves / kCodes) - 1) * unit;
}

std::optional<double> Moment::value(Metric metric) const
{
    const int stage = stageOf(metric);
    if (stage >= 0) {
        return (isSeconds(metric) ? stageSeconds : stageBytes)[static_cast<std::size_t>(stage)];
    }
    return isSeconds(metric) ? seconds : bytes;
}

void Track::add(const Moment &moment)
{
    if (m_buckets.empty()) {
        m_epochMs = moment.monotonicMs;
    } else if (moment.monotonicMs <= m_lastMs) {
        return;
    }
    m_lastMs = moment.monotonicMs;

    Fine fine;
    fine.at = static_cast<quint32>((moment.monotonicMs - m_epochMs) / 10);
    fine.bytes = static_cast<float>(orNan(moment.bytes));
    fine.seconds = static_cast<float>(orNan(moment.seconds));
    for (std::size_t i = 0; i < 4; ++i) {
        fine.stageBytes[i] = packed::pack(moment.stageBytes[i], kByte);
        fine.stageSeconds[i] = packed::pack(moment.stageSeconds[i], kTick);
    }
    fine.state = moment.state;
    m_fine.push_back(fine);
    if (m_fine.size() > kFine) {
        m_fine.pop_front();
    }
    fold(moment);
}

void Track::fold(const Moment &moment)
{
    const auto number = static_cast<quint32>((moment.monotonicMs - m_epochMs) / kBucketMs);
    if (m_buckets.empty() || m_buckets.back().number != number) {
        m_buckets.emplace_back().number = number;
    }
    while (m_buckets.front().number + kBuckets <= number) {
        m_buckets.pop_front();
    }

    Bucket &bucket = m_buckets.back();
    const auto take = [](Total &total, quint16 code) {
        const bool worst = larger(code, total.largest);
        if (worst) {
            total.largest = code;
        }
        if (code != packed::kNothing && (total.smallest == packed::kNothing || code < total.smallest)) {
            total.smallest = code;
        }
        total.last = code;
        return worst;
    };
    const bool worstBytes = take(bucket.bytes, packed::pack(moment.bytes, kByte));
    const bool worstSeconds = take(bucket.seconds, packed::pack(moment.seconds, kTick));
    for (std::size_t i = 0; i < 4; ++i) {
        if (worstBytes) {
            bucket.stageBytes[i] = packed::pack(moment.stageBytes[i], kByte);
        }
        if (worstSeconds) {
            bucket.stageSeconds[i] = packed::pack(moment.stageSeconds[i], kTick);
        }
    }
}

Moment Track::momentOf(const Fine &fine) const
{
    Moment moment;
    moment.monotonicMs = m_epochMs + static_cast<qint64>(fine.at) * 10;
    moment.state = fine.state;
    moment.bytes = orEmpty(static_cast<double>(fine.bytes));
    moment.seconds = orEmpty(static_cast<double>(fine.seconds));
    for (std::size_t i = 0; i < 4; ++i) {
        moment.stageBytes[i] = orEmpty(packed::unpack(fine.stageBytes[i], kByte));
        moment.stageSeconds[i] = orEmpty(packed::unpack(fine.stageSeconds[i], kTick));
    }
    return moment;
}

Moment Track::momentOf(const Bucket &bucket) const
{
    Moment moment;
    moment.monotonicMs = bucketStart(bucket) + kBucketMs / 2;
    moment.bytes = orEmpty(packed::unpack(bucket.bytes.largest, kByte));
    moment.seconds = orEmpty(packed::unpack(bucket.seconds.largest, kTick));
    moment.state = moment.bytes || moment.seconds ? cluster::LagState::Known : cluster::LagState::Unknown;
    for (std::size_t i = 0; i < 4; ++i) {
        moment.stageBytes[i] = orEmpty(packed::unpack(bucket.stageBytes[i], kByte));
        moment.stageSeconds[i] = orEmpty(packed::unpack(bucket.stageSeconds[i], kTick));
    }
    return moment;
}

void Track::appendBucket(const Bucket &bucket, Metric metric, std::vector<SeriesPoint> &out) const
{
    const qint64 start = bucketStart(bucket);
    const double unit = isSeconds(metric) ? kTick : kByte;
    if (stageOf(metric) >= 0) {
        out.push_back({start + kBucketMs / 2, orNan(momentOf(bucket).value(metric))});
        return;
    }
    const Total &total = isSeconds(metric) ? bucket.seconds : bucket.bytes;
    if (total.smallest != total.largest) {
        out.push_back({start + kBucketMs / 4, packed::unpack(total.smallest, unit)});
        out.push_back({start + kBucketMs / 2, packed::unpack(total.largest, unit)});
    }
    out.push_back({start + kBucketMs * 3 / 4, packed::unpack(total.last, unit)});
}

/// The whole of [from, to) and one neighbour a side, without gaps for what never came.
std::vector<SeriesPoint> Track::raw(Metric metric, qint64 from, qint64 to) const
{
    std::vector<SeriesPoint> all;
    const qint64 fineFrom = m_fine.empty() ? to : momentOf(m_fine.front()).monotonicMs;
    const auto first = std::lower_bound(m_buckets.begin(), m_buckets.end(), from - 2 * kBucketMs,
                                        [this](const Bucket &b, qint64 at) { return bucketStart(b) < at; });
    if (from < fineFrom) {
        for (auto it = first; it != m_buckets.end() && bucketStart(*it) + kBucketMs <= fineFrom; ++it) {
            appendBucket(*it, metric, all);
        }
    }
    auto fine = std::lower_bound(m_fine.begin(), m_fine.end(), from, [this](const Fine &f, qint64 at) {
        return m_epochMs + static_cast<qint64>(f.at) * 10 < at;
    });
    if (fine != m_fine.begin()) {
        --fine;
    }
    for (; fine != m_fine.end(); ++fine) {
        const Moment moment = momentOf(*fine);
        all.push_back({moment.monotonicMs, orNan(moment.value(metric))});
        if (moment.monotonicMs >= to) {
            break;
        }
    }
    const auto earlier = [](const SeriesPoint &point, qint64 at) { return point.monotonicMs < at; };
    auto begin = std::lower_bound(all.begin(), all.end(), from, earlier);
    if (begin != all.begin()) {
        --begin;
    }
    auto end = std::lower_bound(all.begin(), all.end(), to, earlier);
    if (end != all.end()) {
        ++end;
    }
    return {begin, end};
}

std::vector<SeriesPoint> Track::points(Metric metric, qint64 from, qint64 to, qint64 gapMs) const
{
    std::vector<SeriesPoint> out;
    const qint64 fineFrom = m_fine.empty() ? to : momentOf(m_fine.front()).monotonicMs;
    for (const SeriesPoint &point : raw(metric, from, to)) {
        if (!out.empty()) {
            const SeriesPoint before = out.back();
            // Within the buckets, moments are only known to 30 s.
            const qint64 limit = before.monotonicMs < fineFrom ? gapMs + 2 * kBucketMs : gapMs;
            // Also after a gap: so all stages have their points at the same times and can be stacked.
            if (point.monotonicMs - before.monotonicMs > limit) {
                out.push_back({before.monotonicMs + 1, kNan});
            }
        }
        out.push_back(point);
    }
    return out;
}

std::optional<Moment> Track::nearest(qint64 at, qint64 withinMs) const
{
    std::optional<Moment> best;
    const auto consider = [&](const Moment &moment, qint64 within) {
        const qint64 distance = std::abs(moment.monotonicMs - at);
        if (distance <= within && (!best || distance < std::abs(best->monotonicMs - at))) {
            best = moment;
        }
    };
    const auto fine = std::lower_bound(m_fine.begin(), m_fine.end(), at, [this](const Fine &f, qint64 time) {
        return m_epochMs + static_cast<qint64>(f.at) * 10 < time;
    });
    if (fine != m_fine.end()) {
        consider(momentOf(*fine), withinMs);
    }
    if (fine != m_fine.begin()) {
        consider(momentOf(*std::prev(fine)), withinMs);
    }
    if (best || (!m_fine.empty() && at >= momentOf(m_fine.front()).monotonicMs)) {
        return best;
    }
    const auto bucket = std::upper_bound(m_buckets.begin(), m_buckets.end(), at,
                                         [this](qint64 time, const Bucket &b) { return time < bucketStart(b); });
    if (bucket != m_buckets.begin()) {
        consider(momentOf(*std::prev(bucket)), std::max(withinMs, kBucketMs / 2));
    }
    return best;
}

qint64 Track::oldestMs() const
{
    return m_buckets.empty() ? 0 : bucketStart(m_buckets.front());
}

} // namespace howdah::history
