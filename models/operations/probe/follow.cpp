// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/probe/follow.h"

namespace howdah::operations::probe {

namespace {

int lastOfOutage(const Plan &plan)
{
    int last = -1;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        last = plan.steps[i].phase == Phase::Outage ? static_cast<int>(i) : last;
    }
    return last;
}

} // namespace

void follow(Probe &probe, Runner &runner)
{
    QObject::connect(
        &runner, &Runner::stepChanged, &probe,
        [probe = &probe, plan = runner.plan(), begun = false](int index, const StepRecord &record) mutable {
            const Step &step = plan.steps[static_cast<std::size_t>(index)];
            if (!begun && step.phase == Phase::Outage && record.state == StepState::Started) {
                begun = true;
                probe->beginOutage();
            }
            if (index == lastOfOutage(plan) && record.state == StepState::Done) {
                probe->count();
            }
        });
}

} // namespace howdah::operations::probe
