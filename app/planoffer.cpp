// SPDX-License-Identifier: GPL-3.0-or-later
#include "planoffer.h"

#include <QJsonObject>

#include "app/outagetext.h"
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

void showPlan(const Plan &plan, const Invocation &invocation)
{
    if (!invocation.json) {
        const bool whole = invocation.dryRun || mayRun(plan, true);
        print((whole ? planText(plan) : refusedText(plan)) + QLatin1Char('\n'));
        return;
    }
    for (const Check &check : plan.checks) {
        printJson({{QStringLiteral("check"), toJson(check)}});
    }
    printJson({{QStringLiteral("plan"), toJson(plan)}});
}

namespace {

/// The checks that warn, by their ids.
QStringList warningsOf(const Plan &plan)
{
    QStringList ids;
    for (const Check &check : plan.checks) {
        if (check.result == CheckResult::Warning) {
            ids.append(check.id);
        }
    }
    return ids;
}

/// Why warnings keep a plan from being run; empty when they do not.
QString unaccepted(const Plan &plan, const Invocation &invocation)
{
    const QStringList warnings = warningsOf(plan);
    if (invocation.accept.isEmpty()) {
        return invocation.yes       ? QString()
               : warnings.isEmpty() ? QStringLiteral("Nothing was changed. Add --yes to run it.")
                                    : QStringLiteral("Nothing was changed. Add --yes to run it and to accept the "
                                                     "warnings, or --accept %1 to accept these and no others.")
                                          .arg(warnings.join(QLatin1Char(',')));
    }
    const QStringList accepted = invocation.accept.split(QLatin1Char(','), Qt::SkipEmptyParts);
    for (const QString &id : accepted) {
        const bool known =
            std::any_of(plan.checks.begin(), plan.checks.end(), [&id](const Check &check) { return check.id == id; });
        if (!known) {
            return QStringLiteral("Nothing was changed: --accept names %1, and there is no such check.").arg(id);
        }
    }
    QStringList others = warnings;
    erase_if(others, [&](const QString &id) { return accepted.contains(id); });
    return others.isEmpty() ? QString()
                            : QStringLiteral("Nothing was changed: --accept does not name the warnings %1.")
                                  .arg(others.join(QStringLiteral(", ")));
}

} // namespace

std::optional<int> reasonNotToRun(const Plan &plan, const Invocation &invocation)
{
    const auto say = [&](const QString &why, int exitCode) {
        if (invocation.json) {
            const Outcome outcome = exitCode == kDone ? Outcome::Done : Outcome::Refused;
            QJsonObject last{{QStringLiteral("message"), why}, {QStringLiteral("result"), toString(outcome)}};
            insertRemains(last, outcome, outcome == Outcome::Done ? QStringList() : QStringList{why});
            printJson(last);
        } else {
            print(why + QLatin1Char('\n'));
        }
        return exitCode;
    };
    if (!mayRun(plan, true)) {
        return say(refusalText(plan), kRefused);
    }
    if (invocation.dryRun) {
        const QStringList warnings = warningsOf(plan);
        return say(QStringLiteral("Nothing was changed: this was a dry run.") +
                       (warnings.isEmpty() ? QString()
                                           : QStringLiteral(" Its warnings are accepted by --yes, or by --accept %1.")
                                                 .arg(warnings.join(QLatin1Char(',')))),
                   kDone);
    }
    const QString why = unaccepted(plan, invocation);
    return why.isEmpty() ? std::nullopt : std::optional(say(why, kRefused));
}

} // namespace howdah::app
