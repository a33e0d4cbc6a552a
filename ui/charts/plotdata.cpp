// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/plotdata.h"

#include <QCoreApplication>
#include <QDateTime>
#include <cmath>

#include "core/units.h"

namespace howdah::charts {
namespace {

using cluster::LagState;
using history::LagHistory;
using history::Metric;
using history::SeriesPoint;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kUndecimated = 1 << 20;

QString tr(const char *text)
{
    return QCoreApplication::translate("LagPlot", text);
}

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

QString number(std::optional<double> value, Unit unit)
{
    if (!value) {
        return {};
    }
    return unit == Unit::Bytes ? core::formatBytes(std::llround(*value)) : core::formatSeconds(*value);
}

/// What stands at the right end of a line.
void fillEnd(PlotLine &line, const LagHistory &history, const PlotQuery &query)
{
    const qint64 end = std::min(query.toMs, history.newestMs());
    const std::optional<history::Moment> moment = history.at(line.name, end);
    const Metric metric = query.unit == Unit::Bytes ? Metric::Bytes : Metric::Seconds;
    line.last = moment ? moment->value(metric) : std::nullopt;
    if (line.last) {
        if (moment->state == LagState::Idle) {
            line.lastWord = cluster::toString(LagState::Idle);
        }
        return;
    }
    for (auto it = line.points.rbegin(); it != line.points.rend(); ++it) {
        if (!std::isnan(it->value) && it->monotonicMs <= end) {
            line.lastWord = tr("gap, %1").arg(core::formatSeconds(std::round(double(end - it->monotonicMs) / 1000)));
            return;
        }
    }
    line.lastWord = tr("gap");
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

QString wordOf(const history::Moment &moment)
{
    return moment.state == LagState::Known ? QString() : cluster::toString(moment.state);
}

void readNodes(Reading &reading, const LagHistory &history, Unit unit)
{
    int color = 0;
    for (const QString &name : history.nodes()) {
        ReadingRow row;
        row.name = name;
        row.color = color++;
        const auto moment = history.at(name, reading.monotonicMs);
        if (moment) {
            row.value = unit == Unit::Bytes ? moment->bytes : moment->seconds;
            row.word = wordOf(*moment);
            // Drawn at 0, but nobody measured a 0.
            if (moment->state != LagState::Idle) {
                row.bytes = number(moment->bytes, Unit::Bytes);
                row.seconds = number(moment->seconds, Unit::Time);
            }
        } else {
            row.word = tr("no sample");
        }
        reading.rows.push_back(row);
    }
}

void readStages(Reading &reading, const history::Moment &moment, Unit unit)
{
    if (moment.state != LagState::Idle) {
        reading.totalBytes = number(moment.bytes, Unit::Bytes);
        reading.totalSeconds = number(moment.seconds, Unit::Time);
    }
    double sum = 0;
    bool known = false;
    for (std::size_t i = 0; i < 4; ++i) {
        ReadingRow row;
        row.name = stageName(static_cast<int>(i));
        row.color = static_cast<int>(i);
        if (moment.state != LagState::Idle) {
            row.bytes = number(moment.stageBytes[i], Unit::Bytes);
            row.seconds = number(moment.stageSeconds[i], Unit::Time);
        }
        if (row.bytes.isEmpty() && row.seconds.isEmpty()) {
            row.word = moment.state == LagState::Known ? tr("unknown") : wordOf(moment);
        }
        reading.rows.push_back(row);
        const std::optional<double> value = unit == Unit::Bytes ? moment.stageBytes[i] : moment.stageSeconds[i];
        known = known || value;
        sum += value.value_or(0);
    }
    if (known) {
        reading.value = sum;
    }
}

} // namespace

PlotData plotData(const LagHistory *history, const PlotQuery &query)
{
    PlotData data;
    if (!history || history->isEmpty() || query.toMs <= query.fromMs) {
        return data;
    }
    if (query.grouping == Grouping::ByNode) {
        const Metric metric = query.unit == Unit::Bytes ? Metric::Bytes : Metric::Seconds;
        int color = 0;
        for (const QString &name : history->nodes()) {
            PlotLine line;
            line.name = name;
            line.color = color++;
            line.points = history->series(name, metric, query.fromMs, query.toMs, query.columns);
            if (!anyKnown(line.points)) {
                continue;
            }
            fillEnd(line, *history, query);
            data.highest = std::max(data.highest, highestWithin(line.points, query));
            data.lines.push_back(std::move(line));
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

std::optional<Reading> readingAt(const LagHistory *history, const PlotQuery &query, qint64 monotonicMs)
{
    if (!history || history->isEmpty()) {
        return std::nullopt;
    }
    Reading reading;
    // The crosshair stands on a sample, not between two.
    std::optional<history::Moment> nearest;
    const QStringList names = query.grouping == Grouping::ByStage ? QStringList{query.node} : history->nodes();
    for (const QString &name : names) {
        const auto moment = history->at(name, monotonicMs);
        if (moment && (!nearest || (moment->bytes && !nearest->bytes))) {
            nearest = moment;
        }
    }
    if (!nearest) {
        return std::nullopt;
    }
    reading.monotonicMs = nearest->monotonicMs;
    reading.time = localTime(history->wallMs(nearest->monotonicMs), true);
    if (query.grouping == Grouping::ByStage) {
        readStages(reading, *nearest, query.unit);
    } else {
        readNodes(reading, *history, query.unit);
    }
    if (query.wal) {
        reading.wal = history->walRateAt(history->walNode(), nearest->monotonicMs);
    }
    return reading;
}

QString Reading::text() const
{
    QStringList parts{time};
    if (!totalBytes.isEmpty() || !totalSeconds.isEmpty()) {
        parts << QStringList{totalBytes, totalSeconds}.join(QLatin1Char(' ')).simplified();
    }
    for (const ReadingRow &row : rows) {
        parts << QStringList{row.name, row.bytes, row.seconds, row.word}.join(QLatin1Char(' ')).simplified();
    }
    if (wal) {
        parts << tr("WAL %1/s").arg(core::formatBytes(std::llround(*wal)));
    }
    return parts.join(QStringLiteral(", "));
}

QString stageName(int stage)
{
    switch (stage) {
    case 0:
        return tr("pending");
    case 1:
        return tr("write");
    case 2:
        return tr("flush");
    default:
        return tr("replay");
    }
}

QString localTime(qint64 wallMs, bool seconds)
{
    return QDateTime::fromMSecsSinceEpoch(wallMs).toString(seconds ? QStringLiteral("HH:mm:ss")
                                                                   : QStringLiteral("HH:mm"));
}

} // namespace howdah::charts
