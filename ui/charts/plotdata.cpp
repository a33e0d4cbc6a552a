// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/plotdata.h"

#include <cmath>

#include "charts/plotparts.h"
#include "core/units.h"

namespace howdah::charts {
namespace {

using cluster::LagState;
using history::LagHistory;
using history::Metric;
using history::SeriesPoint;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kUndecimated = 1 << 20;

double highestWithin(const std::vector<SeriesPoint> &points, const PlotQuery &query)
{
    double highest = 0;
    for (const SeriesPoint &point : points) {
        if (point.monotonicMs >= query.fromMs && point.monotonicMs <= query.toMs && point.value > highest) {
            highest = point.value;
        }
    }
    return highest;
}

bool anyKnown(const std::vector<SeriesPoint> &points)
{
    return std::any_of(points.begin(), points.end(), [](const SeriesPoint &point) { return !std::isnan(point.value); });
}

/// What stands at the right end of a line.
void fillEnd(PlotLine &line, const QString &key, const LagHistory &history, const PlotQuery &query)
{
    const qint64 end = std::min(query.toMs, history.newestMs());
    const Metric metric = metricOf(query);
    const std::optional<history::Moment> moment = history.at(key, end, metric);
    line.last = moment ? moment->value(metric) : std::nullopt;
    if (line.last) {
        if (moment->state == LagState::Idle) {
            line.lastWord = cluster::toString(LagState::Idle);
        }
        return;
    }
    if (line.gone) {
        return;
    }
    for (auto it = line.points.rbegin(); it != line.points.rend(); ++it) {
        if (!std::isnan(it->value) && it->monotonicMs <= end) {
            line.lastWord =
                plotWords("gap, %1").arg(core::formatSeconds(std::round(double(end - it->monotonicMs) / 1000)));
            return;
        }
    }
    line.lastWord = plotWords("gap");
}

/// The slots that have a line: the one that stands out, and of the others not those that would be no more than a
/// thickening of the axis nor those that are too many to be told apart. Chosen before their points are made, which for
/// hundreds of slots and a day would take too long.
std::vector<Subject> seenSlots(PlotData &data, const LagHistory &history, const PlotQuery &query)
{
    constexpr double kUnseen = 1.0 / 250;
    constexpr std::size_t kMostOthers = 8;
    std::vector<std::pair<Subject, double>> all;
    std::vector<double> held;
    for (const Subject &subject : subjectsOf(history, query)) {
        if (const auto most = history.largest(subject.key, Metric::Held, query.fromMs, query.toMs + 1)) {
            all.emplace_back(subject, *most);
            data.highest = std::max(data.highest, *most);
            if (!subject.main) {
                held.push_back(*most);
            }
        }
    }
    std::sort(held.begin(), held.end(), std::greater<>());
    const double least = std::max(held.size() > kMostOthers ? held[kMostOthers - 1] : 0, data.highest * kUnseen);
    std::vector<Subject> seen;
    std::size_t others = 0;
    for (const auto &[subject, most] : all) {
        if (subject.main || (most >= least && most > 0 && ++others <= kMostOthers)) {
            seen.push_back(subject);
        } else {
            ++data.leftOut;
            data.leftOutHighest = std::max(data.leftOutHighest, most);
        }
    }
    data.anything = !all.empty();
    return seen;
}

std::vector<PlotLine> linesOf(const std::vector<Subject> &subjects, const LagHistory &history, const PlotQuery &query)
{
    std::vector<PlotLine> lines;
    int color = 0;
    for (const Subject &subject : subjects) {
        PlotLine line;
        line.name = subject.name;
        line.color = color++;
        line.main = subject.main;
        line.gone = subject.gone;
        line.points = history.series(subject.key, metricOf(query), query.fromMs, query.toMs, query.columns);
        if (anyKnown(line.points)) {
            fillEnd(line, subject.key, history, query);
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

PlotStack stackOf(const LagHistory &history, const PlotQuery &query)
{
    const int first = static_cast<int>(query.unit == Unit::Bytes ? Metric::PendingBytes : Metric::PendingSeconds);
    std::array<std::vector<SeriesPoint>, 4> stages;
    for (int i = 0; i < 4; ++i) {
        // Stage 3, replay, lies at the bottom. Not decimated: all four have their points at the same times.
        stages[static_cast<std::size_t>(3 - i)] =
            history.series(query.node, static_cast<Metric>(first + i), query.fromMs, query.toMs, kUndecimated);
    }
    PlotStack all;
    std::vector<SeriesPoint> whole;
    for (std::size_t p = 0; p < stages[0].size(); ++p) {
        double sum = 0;
        bool known = false;
        all.at.push_back(stages[0][p].monotonicMs);
        for (std::size_t i = 0; i < 4; ++i) {
            const double value = p < stages[i].size() ? stages[i][p].value : kNan;
            known = known || !std::isnan(value);
            sum += std::isnan(value) ? 0 : value;
            all.tops[i].push_back(sum);
        }
        for (std::size_t i = 0; i < 4 && !known; ++i) {
            all.tops[i].back() = kNan;
        }
        whole.push_back({all.at.back(), all.tops[3].back()});
    }
    // The whole decides which moments stay, so that its peaks do.
    PlotStack out;
    std::size_t p = 0;
    for (const SeriesPoint &kept : history::decimate(whole, query.fromMs, query.toMs, query.columns)) {
        while (p < all.at.size() && all.at[p] != kept.monotonicMs) {
            ++p;
        }
        if (p == all.at.size()) {
            break;
        }
        out.at.push_back(kept.monotonicMs);
        for (std::size_t i = 0; i < 4; ++i) {
            out.tops[i].push_back(all.tops[i][p]);
        }
    }
    return out;
}

} // namespace

PlotData plotData(const LagHistory *history, const PlotQuery &query)
{
    PlotData data;
    if (!history || history->isEmpty() || query.toMs <= query.fromMs) {
        return data;
    }
    if (query.grouping == Grouping::BySlot) {
        data.forecast = forecastOf(*history, query);
        if (data.forecast) {
            data.highest = data.forecast->at(std::min(query.toMs + query.aheadMs, data.forecast->toMs));
        }
        data.lines = linesOf(seenSlots(data, *history, query), *history, query);
    } else if (query.grouping == Grouping::ByNode) {
        data.lines = linesOf(subjectsOf(*history, query), *history, query);
        for (const PlotLine &line : data.lines) {
            data.highest = std::max(data.highest, highestWithin(line.points, query));
        }
        data.anything = !data.lines.empty();
    } else {
        data.stack = stackOf(*history, query);
        for (const double top : data.stack.tops[3]) {
            data.anything = data.anything || !std::isnan(top);
            data.highest = std::isnan(top) ? data.highest : std::max(data.highest, top);
        }
    }
    if (query.wal && !history->walNode().isEmpty()) {
        data.wal.name = history->walNode();
        data.wal.points = history->series(data.wal.name, Metric::WalRate, query.fromMs, query.toMs, query.columns);
        data.wal.last = history->walRateAt(data.wal.name, std::min(query.toMs, history->newestMs()));
        data.highestWal = highestWithin(data.wal.points, query);
    }
    return data;
}

QString PlotData::leftOutText() const
{
    const QString most = numberText(leftOutHighest, Unit::Bytes);
    return leftOut == 0 ? QString()
           : leftOut == 1
               ? plotWords("One other is left out: it held at most %1 in this time.").arg(most)
               : plotWords("%1 others are left out: each held at most %2 in this time.").arg(leftOut).arg(most);
}

} // namespace howdah::charts
