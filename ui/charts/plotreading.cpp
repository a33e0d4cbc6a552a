// SPDX-License-Identifier: GPL-3.0-or-later
// What was known at one time, in words and numbers, and what lines are drawn of.
#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include "charts/plotparts.h"
#include "core/units.h"

namespace howdah::charts {

using cluster::LagState;
using history::LagHistory;
using history::Metric;

namespace {

std::vector<Subject> slotSubjects(const LagHistory &history, const PlotQuery &query)
{
    QHash<QString, int> nodesWith;
    for (const history::HeldSlot &slot : history.heldSlots()) {
        ++nodesWith[slot.name];
    }
    std::vector<Subject> subjects;
    for (const history::HeldSlot &slot : history.heldSlots()) {
        const bool ambiguous = nodesWith.value(slot.name) > 1;
        const QString name = ambiguous ? plotWords("%1 on %2").arg(slot.name, slot.node) : slot.name;
        const Subject subject{slot.key, name, slot.key == query.node, slot.gone};
        subjects.insert(subject.main ? subjects.begin() : subjects.end(), subject);
    }
    return subjects;
}

QString wordOf(const history::Moment &moment, const PlotQuery &query)
{
    if (query.grouping == Grouping::BySlot && moment.state == LagState::NotApplicable) {
        return plotWords("held nothing");
    }
    return moment.state == LagState::Known ? QString() : cluster::toString(moment.state);
}

/// The rows of nodes or slots.
void readLines(Reading &reading, const LagHistory &history, const PlotQuery &query)
{
    int color = 0;
    for (const Subject &subject : subjectsOf(history, query)) {
        ReadingRow row;
        row.name = subject.name;
        row.color = color++;
        row.main = subject.main;
        const auto moment = history.at(subject.key, reading.monotonicMs, metricOf(query));
        if (moment) {
            row.value = moment->value(metricOf(query));
            row.word = wordOf(*moment, query);
            // Drawn at 0, but nobody measured a 0.
            if (moment->state != LagState::Idle) {
                row.bytes = numberText(moment->bytes, Unit::Bytes);
                row.seconds = numberText(moment->seconds, Unit::Time);
            }
        } else if (subject.gone) {
            continue;
        } else {
            row.word = plotWords("no sample");
        }
        reading.rows.push_back(row);
    }
}

std::optional<Reading> readForecast(const LagHistory &history, const PlotQuery &query, qint64 monotonicMs)
{
    const std::optional<Forecast> forecast = forecastOf(history, query);
    if (!forecast || monotonicMs > forecast->toMs) {
        return std::nullopt;
    }
    Reading reading;
    reading.monotonicMs = monotonicMs;
    reading.time = localMoment(history.wallMs(monotonicMs), history.wallMs(history.newestMs()));
    for (const Subject &subject : subjectsOf(history, query)) {
        if (subject.main) {
            ReadingRow row;
            row.name = subject.name;
            row.main = true;
            row.value = forecast->at(monotonicMs);
            row.bytes = numberText(row.value, Unit::Bytes);
            row.word = plotWords("foretold");
            reading.rows.push_back(row);
        }
    }
    return reading;
}

void readStages(Reading &reading, const history::Moment &moment, Unit unit)
{
    if (moment.state != LagState::Idle) {
        reading.totalBytes = numberText(moment.bytes, Unit::Bytes);
        reading.totalSeconds = numberText(moment.seconds, Unit::Time);
    }
    double sum = 0;
    bool known = false;
    for (std::size_t i = 0; i < 4; ++i) {
        ReadingRow row;
        row.name = stageName(static_cast<int>(i));
        row.color = static_cast<int>(i);
        if (moment.state != LagState::Idle) {
            row.bytes = numberText(moment.stageBytes[i], Unit::Bytes);
            row.seconds = numberText(moment.stageSeconds[i], Unit::Time);
        }
        if (row.bytes.isEmpty() && row.seconds.isEmpty()) {
            row.word = moment.state == LagState::Known ? plotWords("unknown") : cluster::toString(moment.state);
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

QString plotWords(const char *text)
{
    return QCoreApplication::translate("LagPlot", text);
}

QString numberText(std::optional<double> value, Unit unit)
{
    if (!value) {
        return {};
    }
    return unit == Unit::Bytes ? core::formatBytes(std::llround(*value)) : core::formatSeconds(*value);
}

std::vector<Subject> subjectsOf(const LagHistory &history, const PlotQuery &query)
{
    if (query.grouping == Grouping::BySlot) {
        return slotSubjects(history, query);
    }
    std::vector<Subject> subjects;
    for (const QString &node : query.grouping == Grouping::ByStage ? QStringList{query.node} : history.nodes()) {
        subjects.push_back({node, node});
    }
    return subjects;
}

Metric metricOf(const PlotQuery &query)
{
    return query.grouping == Grouping::BySlot ? Metric::Held
           : query.unit == Unit::Bytes        ? Metric::Bytes
                                              : Metric::Seconds;
}

std::optional<Forecast> forecastOf(const LagHistory &history, const PlotQuery &query)
{
    // From the newest sample that is drawn: a long range is not drawn anew with each tick.
    if (query.grouping != Grouping::BySlot || query.aheadMs <= 0) {
        return std::nullopt;
    }
    const auto now = history.at(query.node, query.toMs, Metric::Held);
    return now && now->bytes ? forecastFrom(query.outlook, query.toMs, *now->bytes) : std::nullopt;
}

std::optional<Reading> readingAt(const LagHistory *history, const PlotQuery &query, qint64 monotonicMs)
{
    if (!history || history->isEmpty()) {
        return std::nullopt;
    }
    if (monotonicMs > query.toMs && query.aheadMs > 0) {
        return readForecast(*history, query, monotonicMs);
    }
    Reading reading;
    // The crosshair stands on a sample, not between two.
    std::optional<history::Moment> nearest;
    for (const Subject &subject : subjectsOf(*history, query)) {
        const auto moment = history->at(subject.key, monotonicMs, metricOf(query));
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
        readLines(reading, *history, query);
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
        parts << plotWords("WAL %1/s").arg(core::formatBytes(std::llround(*wal)));
    }
    return parts.join(QStringLiteral(", "));
}

QString stageName(int stage)
{
    switch (stage) {
    case 0:
        return plotWords("pending");
    case 1:
        return plotWords("write");
    case 2:
        return plotWords("flush");
    default:
        return plotWords("replay");
    }
}

QString localTime(qint64 wallMs, bool seconds)
{
    return QDateTime::fromMSecsSinceEpoch(wallMs).toString(seconds ? QStringLiteral("HH:mm:ss")
                                                                   : QStringLiteral("HH:mm"));
}

QString localMoment(qint64 wallMs, qint64 nowWallMs)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(wallMs);
    const qint64 days = QDateTime::fromMSecsSinceEpoch(nowWallMs).daysTo(time);
    const QString format = days == 0              ? QStringLiteral("HH:mm")
                           : std::abs(days) < 7   ? QStringLiteral("ddd HH:mm")
                           : std::abs(days) < 180 ? QStringLiteral("d MMM HH:mm")
                                                  : QStringLiteral("d MMM yyyy");
    return QLocale::c().toString(time, format);
}

} // namespace howdah::charts
