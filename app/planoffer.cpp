// SPDX-License-Identifier: GPL-3.0-or-later
#include "planoffer.h"

#include <QJsonObject>

#include "app/output.h"
#include "operations/planjson.h"
#include "operations/plantext.h"

namespace howdah::app {

using namespace operations;

void showPlan(const Plan &plan, bool json)
{
    if (!json) {
        print(planText(plan) + QLatin1Char('\n'));
        return;
    }
    for (const Check &check : plan.checks) {
        printJson({{QStringLiteral("check"), toJson(check)}});
    }
    printJson({{QStringLiteral("plan"), toJson(plan)}});
}

std::optional<int> reasonNotToRun(const Plan &plan, const Invocation &invocation)
{
    const auto say = [&](const QString &why, int exitCode) {
        if (invocation.json) {
            printJson(
                {{QStringLiteral("message"), why},
                 {QStringLiteral("result"), exitCode == kDone ? QStringLiteral("done") : QStringLiteral("refused")}});
        } else {
            print(why + QLatin1Char('\n'));
        }
        return exitCode;
    };
    if (!mayRun(plan, true)) {
        return say(QStringLiteral("Refused: a check failed or could not be made. Nothing was changed."), kRefused);
    }
    if (invocation.dryRun) {
        return say(QStringLiteral("Nothing was changed: this was a dry run."), kDone);
    }
    if (!invocation.yes) {
        return say(QStringLiteral("Nothing was changed. Add --yes to run it%1.")
                       .arg(worst(plan.checks) == CheckResult::Warning ? QStringLiteral(" and to accept the warnings")
                                                                       : QString()),
                   kRefused);
    }
    return std::nullopt;
}

} // namespace howdah::app
