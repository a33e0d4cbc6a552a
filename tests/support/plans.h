// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"

namespace howdah::testsupport {

/// A small switchover from pg1 to pg2 with every kind of check and step, for tables, dialogs and exports.
inline operations::Plan smallPlan()
{
    using namespace operations;
    const auto check = [](const char *id, const char *group, const char *title, CheckResult result) {
        Check made;
        made.id = QLatin1String(id);
        made.group = QLatin1String(group);
        made.title = QLatin1String(title);
        made.result = result;
        made.evidence = QStringLiteral("evidence of ") + made.id;
        made.remedy = result == CheckResult::Passed ? QString() : QStringLiteral("remedy of ") + made.id;
        return made;
    };
    const auto step = [](const char *id, Phase phase, const char *title) {
        Step made;
        made.id = QLatin1String(id);
        made.phase = phase;
        made.title = QLatin1String(title);
        made.nodes = {QStringLiteral("pg1")};
        Action action;
        action.node = QStringLiteral("pg1");
        action.sql = QStringLiteral("SELECT '<b>%1</b>'").arg(made.id);
        made.actions = {action};
        made.undo = {action};
        made.expectedMs = 40;
        return made;
    };
    Plan plan;
    plan.operation = QStringLiteral("switchover");
    plan.cluster = QStringLiteral("orders");
    plan.title = QStringLiteral("Switch over orders from pg1 to pg2");
    plan.from = QStringLiteral("pg1");
    plan.to = QStringLiteral("pg2");
    plan.checks = {check("candidate_streams", "pg2 can take over", "Streams from the primary", CheckResult::Passed),
                   check("archive", "pg1 stops cleanly", "Archive keeps up", CheckResult::Passed),
                   check("slots", "Afterwards", "Slot a stays behind", CheckResult::Warning),
                   check("slots", "Afterwards", "Slot b stays behind", CheckResult::Warning)};
    plan.steps = {step("lock", Phase::Prepare, "Take the cluster lock"), step("stop", Phase::Outage, "Stop pg1, fast"),
                  step("promote", Phase::Outage, "Promote pg2"),
                  step("rejoin", Phase::After, "Start pg1 as a standby")};
    plan.steps[2].pointOfNoReturn = true;
    plan.steps[2].undo.clear();
    return plan;
}

} // namespace howdah::testsupport
