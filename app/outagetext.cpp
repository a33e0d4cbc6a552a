// SPDX-License-Identifier: GPL-3.0-or-later
#include "outagetext.h"

#include <QJsonArray>

#include "core/sentences.h"
#include "core/units.h"

namespace howdah::app {

using namespace operations;

namespace {

double rounded(double ms)
{
    return std::round(ms * 10) / 10;
}

QJsonValue gapMs(const probe::Measured &measured)
{
    return measured.gap ? QJsonValue(rounded(measured.gap->lengthMs())) : QJsonValue(QJsonValue::Null);
}

/// Why "lost" is not known; empty when it is.
QString whyUnknown(const probe::Measured &measured)
{
    return measured.lost                      ? QString()
           : measured.whyNotCounted.isEmpty() ? QStringLiteral("it was not counted")
                                              : measured.whyNotCounted;
}

/// "; writes waited 98 ms by its steps"
QString waitedText(std::optional<qint64> bySteps, const std::optional<probe::Measured> &measured,
                   const QString &most = {})
{
    QString text;
    if (measured && measured->gap && !measured->gap->open) {
        text += QStringLiteral("; no commit for %1 ms, as measured").arg(measured->gap->lengthMs(), 0, 'f', 0);
    } else if (bySteps) {
        text += QStringLiteral("; writes waited %1%2 ms by its steps").arg(most).arg(*bySteps);
    }
    if (measured && measured->lost) {
        text += QStringLiteral(", %1 acknowledged commits lost").arg(*measured->lost);
    }
    return text;
}

} // namespace

QJsonObject outageJson(const Plan &plan, const std::vector<StepRecord> &records, const probe::Measured &measured)
{
    QJsonObject phases;
    for (const OutagePhase &phase : outagePhases(plan, records)) {
        phases.insert(phase.id,
                      phase.endedMs > 0 ? QJsonValue(phase.endedMs - phase.startedMs) : QJsonValue(QJsonValue::Null));
    }
    const auto bySteps = outageBySteps(plan, records);
    QJsonObject object{
        {QStringLiteral("through"), measured.through},
        {QStringLiteral("every_ms"), measured.everyMs},
        {QStringLiteral("writes_waited_ms"), gapMs(measured)},
        {QStringLiteral("by_steps_ms"), bySteps ? QJsonValue(*bySteps) : QJsonValue(QJsonValue::Null)},
        {QStringLiteral("worst_before_ms"), rounded(measured.worstBeforeMs)},
        {QStringLiteral("acknowledged"), measured.acknowledged},
        {QStringLiteral("refused"), measured.refused},
        {QStringLiteral("counted"), measured.counted},
        {QStringLiteral("lost"), measured.lost ? QJsonValue(*measured.lost) : QJsonValue(QJsonValue::Null)},
        {QStringLiteral("phases_ms"), phases}};
    if (const QString why = whyUnknown(measured); !why.isEmpty()) {
        object.insert(QStringLiteral("lost_unknown_because"), why);
    }
    if (!measured.leftBehind.isEmpty()) {
        object.insert(QStringLiteral("left_behind"), measured.leftBehind);
    }
    return object;
}

QString outageText(const Plan &plan, const std::vector<StepRecord> &records, const probe::Measured &measured)
{
    QStringList phases;
    for (const OutagePhase &phase : outagePhases(plan, records)) {
        phases.append(phase.endedMs > 0
                          ? QStringLiteral("%1 %2 ms").arg(phase.name.toLower()).arg(phase.endedMs - phase.startedMs)
                          : QStringLiteral("%1 without an end").arg(phase.name.toLower()));
    }
    QString text = QStringLiteral("\nWhat applications saw, a commit every %1 ms through %2:\n")
                       .arg(measured.everyMs)
                       .arg(measured.through);
    text += QStringLiteral("  longest time without a commit  %1\n")
                .arg(!measured.gap ? QStringLiteral("unknown")
                                   : QStringLiteral("%1 ms%2")
                                         .arg(measured.gap->lengthMs(), 0, 'f', 0)
                                         .arg(measured.gap->open ? QStringLiteral(", and not over") : QString()));
    text += QStringLiteral("  steps of it                    %1\n").arg(phases.join(QStringLiteral(", ")));
    text += QStringLiteral("  commits acknowledged           %1\n").arg(measured.acknowledged);
    text += QStringLiteral("  lost of them                   %1\n")
                .arg(measured.lost ? QStringLiteral("%1, by counting %2 rows on timeline %3")
                                         .arg(*measured.lost)
                                         .arg(measured.counted)
                                         .arg(measured.timelineCounted)
                                   : QStringLiteral("unknown: %1").arg(whyUnknown(measured)));
    if (!measured.leftBehind.isEmpty()) {
        text += QStringLiteral("  left behind                    %1\n").arg(measured.leftBehind);
    }
    return text;
}

QString doneText(const Plan &plan, const std::vector<StepRecord> &records,
                 const std::optional<probe::Measured> &measured, bool takenUp)
{
    if (plan.operation != QLatin1String("switchover")) {
        return {};
    }
    QStringList followers{plan.from};
    for (const Step &step : plan.steps) {
        if (step.id == QLatin1String("proof")) { // whose result was proved, the new primary aside
            followers = step.nodes;
        }
    }
    followers.removeAll(plan.to);
    QString text = followers.isEmpty()
                       ? QStringLiteral("%1 is the primary").arg(plan.to)
                       : QStringLiteral("%1 is the primary; %2 %3 it")
                             .arg(plan.to, followers.join(QStringLiteral(", ")),
                                  followers.size() == 1 ? QStringLiteral("follows") : QStringLiteral("follow"));
    return takenUp ? text + waitedText(outageAtMost(plan, records), measured, QStringLiteral("at most "))
                   : text + waitedText(outageBySteps(plan, records), measured);
}

QString undoneText(const Plan &plan, const std::vector<StepRecord> &records,
                   const std::optional<probe::Measured> &measured)
{
    const auto bySteps = outageUndone(plan, records);
    return plan.operation == QLatin1String("switchover") && bySteps
               ? QStringLiteral("%1 is the primary as before").arg(plan.from) +
                     waitedText(bySteps, measured, QStringLiteral("at most "))
               : QString();
}

QString halfWayText(const Plan &plan, const std::vector<StepRecord> &records)
{
    QStringList failed;
    for (std::size_t i = 0; i < plan.steps.size() && i < records.size(); ++i) {
        if (records[i].state == StepState::Failed || records[i].state == StepState::UndoFailed) {
            failed.append(QLatin1Char('"') + plan.steps[i].title + QLatin1Char('"'));
        }
    }
    return failed.isEmpty() ? QStringLiteral("it ended half-way")
                            : QStringLiteral("it ended half-way: %1 failed").arg(failed.join(QStringLiteral(", ")));
}

QStringList warnedOf(const Plan &plan)
{
    QStringList lines;
    for (const Check &check : plan.checks) {
        const bool lasts = check.id == QLatin1String("siblings") || check.id.startsWith(QLatin1String("slots"));
        if (check.result == CheckResult::Warning && lasts) {
            lines.append(core::sentences({QStringLiteral("%1 (%2)").arg(check.title, check.evidence), check.remedy}));
        }
    }
    return lines;
}

void insertRemains(QJsonObject &object, Outcome outcome, const QStringList &said)
{
    const QJsonArray lines = QJsonArray::fromStringList(said);
    object.insert(QStringLiteral("remains"), isAsBefore(outcome) ? QJsonArray() : lines);
    object.insert(QStringLiteral("why"), isAsBefore(outcome) ? lines : QJsonArray());
}

} // namespace howdah::app
