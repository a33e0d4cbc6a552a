// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/plan.h"

#include <QCoreApplication>
#include <algorithm>

#include "operations/values.h"

namespace howdah::operations {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Operations", text);
}

int weight(CheckResult result)
{
    switch (result) {
    case CheckResult::Passed:
        return 0;
    case CheckResult::Warning:
        return 1;
    case CheckResult::Unknown:
        return 2;
    case CheckResult::Failed:
        return 3;
    }
    return 3;
}

} // namespace

CheckResult worst(const std::vector<Check> &checks)
{
    CheckResult found = CheckResult::Passed;
    for (const Check &check : checks) {
        found = weight(check.result) > weight(found) ? check.result : found;
    }
    return found;
}

bool mayRun(const Plan &plan, bool warningsAccepted)
{
    const CheckResult found = worst(plan.checks);
    return found == CheckResult::Passed || (found == CheckResult::Warning && warningsAccepted);
}

bool endsWithItsSession(const Step &step)
{
    return step.renewed && std::none_of(step.actions.begin(), step.actions.end(),
                                        [](const Action &action) { return action.lastWill.has_value(); });
}

int pointOfNoReturn(const Plan &plan)
{
    const auto at =
        std::find_if(plan.steps.begin(), plan.steps.end(), [](const Step &step) { return step.pointOfNoReturn; });
    return at == plan.steps.end() ? -1 : static_cast<int>(at - plan.steps.begin());
}

QString toString(CheckResult result)
{
    switch (result) {
    case CheckResult::Passed:
        return QStringLiteral("passed");
    case CheckResult::Warning:
        return QStringLiteral("warning");
    case CheckResult::Failed:
        return QStringLiteral("failed");
    case CheckResult::Unknown:
        break;
    }
    return QStringLiteral("unknown");
}

QString toString(Phase phase)
{
    switch (phase) {
    case Phase::Prepare:
        return QStringLiteral("prepare");
    case Phase::Outage:
        return QStringLiteral("outage");
    case Phase::After:
        break;
    }
    return QStringLiteral("after");
}

QString headingOf(Phase phase)
{
    switch (phase) {
    case Phase::Prepare:
        return tr("While applications write");
    case Phase::Outage:
        return tr("Writes wait");
    case Phase::After:
        break;
    }
    return tr("Applications write again");
}

QString describe(const Plan &plan, const Action &action)
{
    switch (action.kind) {
    case Action::Kind::Sql:
        return action.node + QStringLiteral(": ") + shownSql(plan, action.sql) +
               (action.lastWill ? tr(" (should this console be gone before it could, a process of its own sends %1)")
                                      .arg(action.lastWill->sql)
                                : QString());
    case Action::Kind::Command:
        return action.node + QStringLiteral(": ") + shownCommand(plan, action.argv);
    case Action::Kind::Http:
        return action.node + QStringLiteral(": ") + shownRequest(plan, action.http);
    case Action::Kind::Person:
        break;
    }
    return tr("by hand on %1: %2").arg(action.node, action.text);
}

} // namespace howdah::operations
