// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/plantext.h"

#include <QDateTime>
#include <utility>

#include "core/units.h"
#include "operations/finishing.h"
#include "operations/switchover/estimate.h"

namespace howdah::operations {

namespace {

QString padded(const QString &text, int width)
{
    return text.leftJustified(width);
}

QString whenText(qint64 wallMs)
{
    return QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss 'UTC'"));
}

QString clockText(qint64 wallMs)
{
    return QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC).toString(QStringLiteral("HH:mm:ss.zzz"));
}

/// Lines that belong to what stands above them.
QString indented(const QString &text, const QString &by)
{
    return by + text.trimmed().replace(QLatin1Char('\n'), QLatin1Char('\n') + by) + QLatin1Char('\n');
}

QString headOf(const Operation &operation)
{
    QString text = QStringLiteral("%1: %2\n").arg(operation.id, operation.plan.title);
    text += QStringLiteral("  outcome  %1%2\n")
                .arg(toString(operation.outcome),
                     isUnfinished(operation) ? QLatin1Char(' ') + stoppedAt(operation) : QString());
    text += QStringLiteral("  started  %1\n").arg(whenText(operation.startedMs));
    if (operation.endedMs > 0) {
        const auto seconds = static_cast<double>(operation.endedMs - operation.startedMs) / 1000;
        text +=
            QStringLiteral("  ended    %1, after %2\n").arg(whenText(operation.endedMs), core::formatSeconds(seconds));
    }
    return text +
           (operation.outcome == Outcome::Done ? QString() : indented(standingText(operation), QStringLiteral("  ")));
}

QString stepsOf(const Operation &operation)
{
    QString text;
    for (std::size_t i = 0; i < operation.steps.size(); ++i) {
        const Step &step = operation.plan.steps[i];
        StepRecord record = operation.steps[i];
        const QString remark = std::exchange(record.remark, {});
        text += stepLine(step, record);
        const QString began =
            record.startedMs > 0 ? QStringLiteral(", began %1").arg(clockText(record.startedMs)) : QString();
        text += QStringLiteral("      on %1%2\n").arg(step.nodes.join(QStringLiteral(", ")), began);
        text += remark.isEmpty() ? QString() : indented(remark, QStringLiteral("      "));
    }
    return text;
}

/// What a plan has shown already: nobody reads the same script twice.
class Shown {
public:
    /// The action with a name in place of what an earlier step has shown.
    Action shortened(Action action, int step)
    {
        action.sql = named(action.sql, step, QStringLiteral("(the statement shown in step %1)"));
        for (QString &word : action.argv) {
            word = named(word, step, QStringLiteral("(the script shown in step %1)"));
        }
        return action;
    }

private:
    static constexpr int kShort = 160; ///< is sooner read than looked up

    QString named(const QString &text, int step, const QString &name)
    {
        if (text.size() < kShort) {
            return text;
        }
        const auto first = m_first.constFind(text);
        if (first != m_first.constEnd() && *first < step) {
            return name.arg(*first);
        }
        m_first.insert(text, first == m_first.constEnd() ? step : *first);
        return text;
    }

    QHash<QString, int> m_first;
};

QString actionLines(const Plan &plan, const std::vector<Action> &actions, const QString &word, int step, Shown &shown)
{
    QString text;
    for (const Action &action : actions) {
        // A script keeps its lines, indented as far as its first.
        const QString line = describe(plan, shown.shortened(action, step))
                                 .trimmed()
                                 .replace(QLatin1Char('\n'), QStringLiteral("\n             "));
        text += QStringLiteral("       %1%2\n").arg(padded(word, 6), line);
    }
    return text;
}

} // namespace

QString checkLine(const Check &check)
{
    // Without it nobody could tell which of several it is about.
    const bool named = check.node.isEmpty() || check.result == CheckResult::Passed ||
                       (check.group + check.title + check.evidence).contains(check.node);
    QString line = QStringLiteral("  %1 %2  %3")
                       .arg(padded(toString(check.result), 8), padded(check.title, 37),
                            (named ? QString() : check.node + QStringLiteral(": ")) + check.evidence);
    if (!check.remedy.isEmpty()) {
        line += QStringLiteral("\n           ") + check.remedy;
    }
    return line + QLatin1Char('\n');
}

namespace {

QString checksText(const std::vector<Check> &checks)
{
    QString text = QStringLiteral("\n\nChecks\n");
    QString group;
    for (const Check &check : checks) {
        if (check.group != group) {
            group = check.group;
            text += QStringLiteral(" %1\n").arg(group);
        }
        text += checkLine(check);
    }
    return text;
}

} // namespace

QString refusedText(const Plan &plan)
{
    std::vector<Check> checks = plan.checks;
    std::erase_if(checks, [](const Check &check) { return check.result == CheckResult::Passed; });
    return plan.title + checksText(checks);
}

QString planText(const Plan &plan)
{
    const QString wait = switchover::waitSentence(plan);
    QString text = plan.title + (wait.isEmpty() ? wait : QLatin1Char('\n') + wait) + checksText(plan.checks);
    int number = 0;
    QString heading;
    Shown shown;
    for (const Step &step : plan.steps) {
        if (headingOf(step.phase) != heading) {
            heading = headingOf(step.phase);
            text += QStringLiteral("\n%1\n").arg(heading);
        }
        if (step.pointOfNoReturn) {
            text += QStringLiteral("  --  point of no return: until here everything is undone by itself\n");
        }
        text +=
            QStringLiteral("  %1  %2, on %3, at most %4\n")
                .arg(++number, 2)
                .arg(step.title, step.nodes.join(QStringLiteral(", ")), core::formatSeconds(step.deadlineMs / 1000.0));
        text += actionLines(plan, step.actions, QStringLiteral("do"), number, shown);
        text += actionLines(plan, step.verify, QStringLiteral("prove"), number, shown);
        text += actionLines(plan, step.undo, QStringLiteral("undo"), number, shown);
    }
    return text;
}

QString stepLine(const Step &step, const StepRecord &record)
{
    QString line = QStringLiteral("  %1 %2").arg(padded(step.title, 44), toString(record.state));
    if (record.endedMs >= record.startedMs && record.startedMs > 0) {
        line += QStringLiteral(" in %1").arg(
            core::formatSeconds(static_cast<double>(record.endedMs - record.startedMs) / 1000));
    }
    return line + (record.remark.isEmpty() ? QString() : QStringLiteral(": ") + record.remark) + QLatin1Char('\n');
}

QString operationText(const Operation &operation, bool whole)
{
    QString text = QStringLiteral("%1  %2  %3  %4\n")
                       .arg(operation.id, whenText(operation.startedMs), padded(toString(operation.outcome), 11),
                            operation.plan.title);
    for (std::size_t i = 0; whole && i < operation.steps.size(); ++i) {
        text += stepLine(operation.plan.steps[i], operation.steps[i]);
    }
    for (const WillRecord &will : operation.wills) {
        text += QStringLiteral("  %1  last will of the console on %2\n").arg(whenText(will.atMs), toText(will));
    }
    for (const QString &one : operation.remains) {
        text += QStringLiteral("  %1: %2\n")
                    .arg(isAsBefore(operation.outcome) ? QStringLiteral("why") : QStringLiteral("remains"), one);
    }
    return text;
}

QString operationDetails(const Operation &operation)
{
    const auto section = [](const QString &title, const QString &text) {
        return text.isEmpty() ? QString() : QStringLiteral("\n%1\n%2").arg(title, text);
    };
    QString remains, checks, values, output;
    for (const QString &one : operation.remains) {
        remains += indented(one, QStringLiteral("  "));
    }
    for (const Check &check : operation.plan.checks) {
        checks += checkLine(check);
    }
    QStringList names = operation.values.keys();
    names.sort();
    for (const QString &name : std::as_const(names)) {
        values += QStringLiteral("  %1 = %2\n").arg(name, operation.values.value(name));
    }
    for (const QString &line : operation.output) { // last wills are among it
        output += indented(line, QStringLiteral("  "));
    }
    return headOf(operation) +
           section(isAsBefore(operation.outcome) ? QStringLiteral("Why") : QStringLiteral("What remains"), remains) +
           section(QStringLiteral("Steps, times in UTC"), stepsOf(operation)) +
           section(QStringLiteral("What was checked before"), checks) +
           section(QStringLiteral("What was read for later steps"), values) + section(QStringLiteral("Output"), output);
}

} // namespace howdah::operations
