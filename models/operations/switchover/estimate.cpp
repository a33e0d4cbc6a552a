// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/estimate.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "core/units.h"
#include "operations/outage.h"

namespace howdah::operations::switchover {

namespace {

constexpr int kMostSwitchovers = 10;

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

int median(std::vector<qint64> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return static_cast<int>(*middle);
}

bool hasPerson(const Step &step)
{
    return std::any_of(step.actions.begin(), step.actions.end(),
                       [](const Action &action) { return action.kind == Action::Kind::Person; });
}

} // namespace

Estimates estimatesFrom(const std::vector<Operation> &operations, const QString &cluster)
{
    Estimates estimates;
    QHash<QString, std::vector<qint64>> took;
    for (const Operation &operation : operations) {
        const bool counts = operation.outcome == Outcome::Done && !operation.resumed &&
                            operation.plan.cluster == cluster &&
                            operation.plan.operation == QLatin1String("switchover");
        if (!counts || estimates.switchovers == kMostSwitchovers) {
            continue;
        }
        ++estimates.switchovers;
        for (std::size_t i = 0; i < operation.steps.size() && i < operation.plan.steps.size(); ++i) {
            const StepRecord &record = operation.steps[i];
            if (record.state == StepState::Done && record.startedMs > 0 && record.endedMs >= record.startedMs) {
                took[operation.plan.steps[i].id].push_back(record.endedMs - record.startedMs);
            }
        }
    }
    for (auto it = took.cbegin(); it != took.cend(); ++it) {
        estimates.stepMs.insert(it.key(), median(it.value()));
    }
    return estimates;
}

void applyEstimates(Plan &plan, const Estimates &estimates, const ReplayLeft &replay)
{
    for (Step &step : plan.steps) {
        if (const auto known = estimates.stepMs.constFind(step.id); known != estimates.stepMs.constEnd()) {
            step.expectedMs = std::max(1, *known);
            step.expectedFrom = estimates.switchovers;
        }
        if (step.id != QLatin1String("prove") || replay.bytes.value_or(0) <= kReplayedAtOnce) {
            continue;
        }
        // What waits is replayed before the promotion, however fast that went in an earlier one.
        const double rate = replay.bytesPerSecond.value_or(0);
        const double ms = rate > 0 ? 1000 * static_cast<double>(*replay.bytes) / rate : 0;
        step.expectedMs = ms > 0 && ms < 3'600'000 ? step.expectedMs + static_cast<int>(std::lround(ms)) : 0;
    }
}

std::optional<WaitEstimate> writesWait(const Plan &plan)
{
    const CheckResult found = worst(plan.checks);
    if (plan.steps.empty() || found == CheckResult::Failed || found == CheckResult::Unknown) {
        return std::nullopt;
    }
    WaitEstimate estimate;
    estimate.ms = expectedMsOf(plan.steps, Phase::Outage).value_or(0);
    bool first = true;
    for (const Step &step : plan.steps) {
        if (step.phase != Phase::Outage) {
            continue;
        }
        if (step.expectedMs <= 0 || hasPerson(step)) {
            return std::nullopt;
        }
        // It rests on earlier ones only where all of it does.
        const int from = step.waitsMs > 0 ? 0 : step.expectedFrom;
        estimate.from = first ? from : std::min(estimate.from, from);
        first = false;
    }
    return first ? std::nullopt : std::optional(estimate);
}

QString waitSentence(const Plan &plan)
{
    const bool waits =
        std::any_of(plan.steps.begin(), plan.steps.end(), [](const Step &step) { return step.phase == Phase::Outage; });
    if (!waits || !mayRun(plan, true)) {
        return {};
    }
    const auto estimate = writesWait(plan);
    if (std::any_of(plan.steps.begin(), plan.steps.end(),
                    [](const Step &step) { return step.phase == Phase::Outage && hasPerson(step); })) {
        return tr("Writes wait as long as a person takes to stop %1.").arg(plan.from);
    }
    return estimate ? tr("Writes wait %1 (%2).").arg(waitText(*estimate), waitBasis(*estimate))
                    : tr("How long writes will wait can't be told: %1 has too much to replay.").arg(plan.to);
}

QString waitText(const WaitEstimate &estimate)
{
    return tr("about %1").arg(core::formatSeconds(estimate.ms / 1000.0));
}

QString waitBasis(const WaitEstimate &estimate)
{
    return estimate.from == 0   ? tr("typical, none measured here yet")
           : estimate.from == 1 ? tr("as in the last switchover here")
                                : tr("median of %1 switchovers here").arg(estimate.from);
}

} // namespace howdah::operations::switchover
