// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/outage.h"

#include <QRegularExpression>

namespace howdah::operations {

namespace {

/// Titles begin with what is done, or with who is let do it; the address is what a move is about.
QString nameOf(const Step &step)
{
    static const QRegularExpression firstWord(QStringLiteral("^(?:Let )?(\\w+)"));
    if (step.id.startsWith(QLatin1String("hold_"))) {
        return QStringLiteral("Hold");
    }
    return step.id.startsWith(QLatin1String("address")) ? QStringLiteral("Address")
                                                        : firstWord.match(step.title).captured(1);
}

} // namespace

std::optional<int> expectedMsOf(const std::vector<Step> &steps, Phase phase)
{
    int sum = 0, lane = 0, longest = 0;
    bool any = false;
    for (const Step &step : steps) {
        if (step.phase != phase) {
            continue;
        }
        if (step.expectedMs <= 0) {
            return std::nullopt;
        }
        any = true;
        const int takes = phase == Phase::Outage && step.waitsMs > 0 ? step.waitsMs : step.expectedMs;
        if (step.lane == 0 || step.lane != lane) {
            sum += takes;
            longest = takes;
        } else if (takes > longest) {
            sum += takes - longest;
            longest = takes;
        }
        lane = step.lane;
    }
    return any ? std::optional(sum) : std::nullopt;
}

std::vector<OutagePhase> outagePhases(const Plan &plan, const std::vector<StepRecord> &records)
{
    std::vector<OutagePhase> phases;
    for (std::size_t i = 0; i < plan.steps.size() && i < records.size(); ++i) {
        const Step &step = plan.steps[i];
        if (step.phase == Phase::Outage && records[i].startedMs > 0) {
            const bool ended = records[i].endedMs >= records[i].startedMs;
            phases.push_back({step.id, nameOf(step), records[i].startedMs, ended ? records[i].endedMs : 0});
        }
    }
    return phases;
}

std::optional<qint64> outageBySteps(const Plan &plan, const std::vector<StepRecord> &records)
{
    qint64 from = 0, to = 0;
    for (std::size_t i = 0; i < plan.steps.size() && i < records.size(); ++i) {
        if (plan.steps[i].phase != Phase::Outage) {
            continue;
        }
        if (records[i].state != StepState::Done) {
            return std::nullopt;
        }
        from = from == 0 ? records[i].startedMs : from;
        to = std::max(to, records[i].endedMs);
    }
    return from > 0 ? std::optional(to - from) : std::nullopt;
}

std::optional<qint64> outageAtMost(const Plan &plan, const std::vector<StepRecord> &records)
{
    std::vector<StepRecord> whole = records;
    for (StepRecord &record : whole) {
        record.startedMs = record.begunMs;
    }
    return outageBySteps(plan, whole);
}

std::optional<qint64> outageUndone(const Plan &plan, const std::vector<StepRecord> &records)
{
    for (std::size_t i = 0; i < plan.steps.size() && i < records.size(); ++i) {
        const StepRecord &record = records[i];
        if (plan.steps[i].phase == Phase::Outage && record.begunMs > 0) {
            const bool known = record.state == StepState::Undone && record.startedMs > record.begunMs &&
                               record.endedMs >= record.startedMs && plan.steps[i].waitsMs == 0;
            return known ? std::optional(record.endedMs - record.begunMs) : std::nullopt;
        }
    }
    return std::nullopt;
}

} // namespace howdah::operations
