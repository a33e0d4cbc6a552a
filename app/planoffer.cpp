// SPDX-License-Identifier: GPL-3.0-or-later
#include "planoffer.h"

#include <QJsonObject>

#include "app/output.h"
#include "core/sentences.h"
#include "operations/planjson.h"
#include "operations/plantext.h"

namespace howdah::app {

using namespace operations;

QString refusalText(const Plan &plan)
{
    QStringList failed, unknown;
    for (const Check &check : plan.checks) {
        if (check.result == CheckResult::Failed || check.result == CheckResult::Unknown) {
            const QString text = QStringLiteral("\"%1\" (%2)").arg(check.title, check.evidence);
            (check.result == CheckResult::Failed ? failed : unknown).append(text);
        }
    }
    QStringList why;
    if (!failed.isEmpty()) {
        why << QStringLiteral("failed: ") + failed.join(QStringLiteral(", "));
    }
    if (!unknown.isEmpty()) {
        why << QStringLiteral("could not be made: ") + unknown.join(QStringLiteral(", "));
    }
    return core::sentences({QStringLiteral("Refused by what was checked; ") + why.join(QStringLiteral("; ")),
                            QStringLiteral("Nothing was changed.")});
}

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
        return say(refusalText(plan), kRefused);
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
