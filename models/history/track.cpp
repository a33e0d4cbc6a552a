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

bool Track::Total::take(quint16 code)
{
    const bool worst = larger(code, largest);
    if (worst) {
        largest = code;
    }
    if (code != packed::kNothing && (smallest == packed::kNothing || code < smallest)) {
        smallest = code;
    }
    last = code;
    return worst;
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
    fine.state = moment.state;
    m_fine.push_back(fine);
    if (keepsLag()) {
        FineLag &lag = m_fineLag.emplace_back();
        lag.seconds = static_cast<float>(orNan(moment.seconds));
        for (std::size_t i = 0; i < 4; ++i) {
            lag.stageBytes[i] = packed::pack(moment.stageBytes[i], kByte);
            lag.stageSeconds[i] = packed::pack(moment.stageSeconds[i], kTick);
        }
    }
    if (m_fine.size() > kFine) {
        m_fine.pop_front();
        if (keepsLag()) {
            m_fineLag.pop_front();
        }
    }
    fold(moment);
}

void Track::fold(const Moment &moment)
{
    const auto number = static_cast<quint32>((moment.monotonicMs - m_epochMs) / kBucketMs);
    if (m_buckets.empty() || m_buckets.back().number != number) {
        m_buckets.emplace_back().number = number;
        if (keepsLag()) {
            m_bucketsLag.emplace_back();
        }
    }
    while (m_buckets.front().number + kBuckets <= number) {
        m_buckets.pop_front();
        if (keepsLag()) {
            m_bucketsLag.pop_front();
        }
    }
    const bool worst = m_buckets.back().bytes.take(packed::pack(moment.bytes, kByte));
    if (keepsLag()) {
        foldLag(m_bucketsLag.back(), moment, worst);
    }
}

void Track::foldLag(BucketLag &bucket, const Moment &moment, bool worstBytes)
{
    const bool worstSeconds = bucket.seconds.take(packed::pack(moment.seconds, kTick));
    for (std::size_t i = 0; i < 4; ++i) {
        if (worstBytes) {
            bucket.stageBytes[i] = packed::pack(moment.stageBytes[i], kByte);
        }
        if (worstSeconds) {
            bucket.stageSeconds[i] = packed::pack(moment.stageSeconds[i], kTick);
        }
    }
}

std::size_t Track::fineAt(qint64 at) const
{
    const auto found = std::lower_bound(m_fine.begin(), m_fine.end(), at,
                                        [this](const Fine &fine, qint64 time) { return timeOf(fine) < time; });
    return static_cast<std::size_t>(found - m_fine.begin());
}

Moment Track::fineMoment(std::size_t index) const
{
    Moment moment;
    moment.monotonicMs = timeOf(m_fine[index]);
    moment.state = m_fine[index].state;
    moment.bytes = orEmpty(static_cast<double>(m_fine[index].bytes));
    if (!keepsLag()) {
        return moment;
    }
    const FineLag &lag = m_fineLag[index];
    moment.seconds = orEmpty(static_cast<double>(lag.seconds));
    for (std::size_t i = 0; i < 4; ++i) {
        moment.stageBytes[i] = orEmpty(packed::unpack(lag.stageBytes[i], kByte));
        moment.stageSeconds[i] = orEmpty(packed::unpack(lag.stageSeconds[i], kTick));
    }
    return moment;
}

Moment Track::bucketMoment(std::size_t index) const
{
    Moment moment;
    moment.monotonicMs = bucketStart(m_buckets[index]) + kBucketMs / 2;
    moment.bytes = orEmpty(packed::unpack(m_buckets[index].bytes.largest, kByte));
    if (keepsLag()) {
        const BucketLag &lag = m_bucketsLag[index];
        moment.seconds = orEmpty(packed::unpack(lag.seconds.largest, kTick));
        for (std::size_t i = 0; i < 4; ++i) {
            moment.stageBytes[i] = orEmpty(packed::unpack(lag.stageBytes[i], kByte));
            moment.stageSeconds[i] = orEmpty(packed::unpack(lag.stageSeconds[i], kTick));
        }
    }
    moment.state = moment.bytes || moment.seconds ? cluster::LagState::Known : cluster::LagState::Unknown;
    return moment;
}

const Track::Total &Track::totalOf(std::size_t bucket, Metric metric) const
{
    static constexpr Total kUnkept;
    return !isSeconds(metric) ? m_buckets[bucket].bytes : keepsLag() ? m_bucketsLag[bucket].seconds : kUnkept;
}

void Track::appendBucket(std::size_t index, Metric metric, std::vector<SeriesPoint> &out) const
{
    const qint64 start = bucketStart(m_buckets[index]);
    if (stageOf(metric) >= 0) {
        out.push_back({start + kBucketMs / 2, orNan(bucketMoment(index).value(metric))});
        return;
    }
    const Total &total = totalOf(index, metric);
    const double unit = isSeconds(metric) ? kTick : kByte;
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
    const qint64 fine = fineFrom(to);
    const auto first = std::lower_bound(m_buckets.begin(), m_buckets.end(), from - 2 * kBucketMs,
                                        [this](const Bucket &b, qint64 at) { return bucketStart(b) < at; });
    if (from < fine) {
        for (auto i = static_cast<std::size_t>(first - m_buckets.begin());
             i < m_buckets.size() && bucketStart(m_buckets[i]) + kBucketMs <= fine; ++i) {
            appendBucket(i, metric, all);
        }
    }
    const std::size_t next = fineAt(from);
    for (std::size_t i = next > 0 ? next - 1 : 0; i < m_fine.size(); ++i) {
        const qint64 at = timeOf(m_fine[i]);
        all.push_back({at, orNan(fineMoment(i).value(metric))});
        if (at >= to) {
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
    const qint64 fine = fineFrom(to);
    for (const SeriesPoint &point : raw(metric, from, to)) {
        if (!out.empty()) {
            const SeriesPoint before = out.back();
            // Within the buckets, moments are only known to 30 s.
            const qint64 limit = before.monotonicMs < fine ? gapMs + 2 * kBucketMs : gapMs;
            // Also after a gap: so all stages have their points at the same times and can be stacked.
            if (point.monotonicMs - before.monotonicMs > limit) {
                out.push_back({before.monotonicMs + 1, kNan});
            }
        }
        out.push_back(point);
    }
    return out;
}

std::optional<double> Track::largest(Metric metric, qint64 from, qint64 to) const
{
    const qint64 fine = std::min(fineFrom(to), to);
    const auto first = std::lower_bound(m_buckets.begin(), m_buckets.end(), from - kBucketMs,
                                        [this](const Bucket &b, qint64 at) { return bucketStart(b) < at; });
    quint16 most = packed::kNothing;
    for (auto i = static_cast<std::size_t>(first - m_buckets.begin());
         i < m_buckets.size() && bucketStart(m_buckets[i]) + kBucketMs <= fine; ++i) {
        const quint16 code = totalOf(i, metric).largest;
        most = larger(code, most) ? code : most;
    }
    double best = packed::unpack(most, isSeconds(metric) ? kTick : kByte);
    for (std::size_t i = fineAt(from); i < m_fine.size() && timeOf(m_fine[i]) < to; ++i) {
        const auto value = static_cast<double>(!isSeconds(metric) ? m_fine[i].bytes
                                               : keepsLag()       ? m_fineLag[i].seconds
                                                                  : std::numeric_limits<float>::quiet_NaN());
        best = std::fmax(best, value); // the other one when one is NaN
    }
    return orEmpty(best);
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
    const std::size_t next = fineAt(at);
    if (next < m_fine.size()) {
        consider(fineMoment(next), withinMs);
    }
    if (next > 0) {
        consider(fineMoment(next - 1), withinMs);
    }
    if (best || (!m_fine.empty() && at >= timeOf(m_fine.front()))) {
        return best;
    }
    const auto bucket = std::upper_bound(m_buckets.begin(), m_buckets.end(), at,
                                         [this](qint64 time, const Bucket &b) { return time < bucketStart(b); });
    if (bucket != m_buckets.begin()) {
        consider(bucketMoment(static_cast<std::size_t>(bucket - m_buckets.begin()) - 1),
                 std::max(withinMs, kBucketMs / 2));
    }
    return best;
}

qint64 Track::oldestMs() const
{
    return m_buckets.empty() ? 0 : bucketStart(m_buckets.front());
}

} // namespace howdah::history
