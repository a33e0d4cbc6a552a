// SPDX-License-Identifier: GPL-3.0-or-later
#include "switchovercommand.h"

#include <QJsonArray>
#include <QJsonObject>
#include <unistd.h>

#include "app/output.h"
#include "app/plantext.h"
#include "operations/planjson.h"
#include "operations/runbook.h"
#include "operations/switchover/switchoverplan.h"

namespace howdah::app {

using namespace operations;

namespace {
constexpr int kDeadlineMs = 12'000;
/// What changes slowly is read in the ticks after the first.
constexpr int kStatesNeeded = 3;
} // namespace

SwitchoverCommand::SwitchoverCommand(Invocation invocation, QObject *parent)
    : QObject(parent)
    , m_invocation(std::move(invocation))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] { stateChanged(m_state, true); });
    connect(&m_look, &ClusterLook::started, this, [this] { m_deadline.start(kDeadlineMs); });
    connect(&m_look, &ClusterLook::stateChanged, this, &SwitchoverCommand::stateChanged);
    connect(&m_look, &ClusterLook::failed, this,
            [this](const core::Error &error) { Q_EMIT finished(printFailure(error, m_invocation.json, kRefused)); });
}

SwitchoverCommand::~SwitchoverCommand() = default;

void SwitchoverCommand::start()
{
    m_look.start(m_invocation.cluster);
}

void SwitchoverCommand::stateChanged(const cluster::ClusterState &state, bool conclusive)
{
    m_state = state;
    m_states += conclusive ? 1 : 0;
    if (m_gatherer || !m_state.snapshot || (m_deadline.isActive() && m_states < kStatesNeeded)) {
        return;
    }
    m_deadline.stop();
    m_run = std::make_unique<OperationRun>(m_invocation.json, m_look.config());
    connect(m_run.get(), &OperationRun::finished, this, &SwitchoverCommand::finished);
    m_gatherer = new switchover::Gatherer(m_look.config(), m_state, m_run->hands(), this);
    m_gatherer->start([this](const switchover::Facts &facts) { gathered(facts); });
}

void SwitchoverCommand::gathered(const switchover::Facts &facts)
{
    switchover::Facts newest = facts;
    newest.state = m_state; // asking took a moment
    m_look.stop();
    const Plan plan = switchover::planSwitchover(newest, m_invocation.target);
    show(plan);
    if (!m_invocation.runbook.isEmpty()) {
        if (const auto saved = saveRunbook(plan, m_look.config(), m_invocation.runbook); !saved) {
            Q_EMIT finished(printFailure(saved.error(), m_invocation.json, kRefused));
            return;
        }
    }
    decide(plan);
}

void SwitchoverCommand::show(const Plan &plan) const
{
    if (!m_invocation.json) {
        print(planText(plan) + QLatin1Char('\n'));
        return;
    }
    for (const Check &check : plan.checks) {
        printJson({{QStringLiteral("check"), toJson(check)}});
    }
    printJson({{QStringLiteral("plan"), toJson(plan)}});
}

void SwitchoverCommand::decide(const Plan &plan)
{
    const bool possible = mayRun(plan, true);
    const bool accepted = mayRun(plan, m_invocation.yes);
    const auto end = [this](const QString &why, int exitCode) {
        if (m_invocation.json) {
            printJson(
                {{QStringLiteral("message"), why},
                 {QStringLiteral("result"), exitCode == kDone ? QStringLiteral("done") : QStringLiteral("refused")}});
        } else {
            print(why + QLatin1Char('\n'));
        }
        Q_EMIT finished(exitCode);
    };
    if (!possible) {
        end(QStringLiteral("Refused: a check failed or could not be made. Nothing was changed."), kRefused);
    } else if (m_invocation.dryRun) {
        end(QStringLiteral("Nothing was changed: this was a dry run."), kDone);
    } else if (!accepted || !m_invocation.yes) {
        end(QStringLiteral("Nothing was changed. Add --yes to run it%1.")
                .arg(worst(plan.checks) == CheckResult::Warning ? QStringLiteral(" and to accept the warnings")
                                                                : QString()),
            kRefused);
    } else {
        run(plan);
    }
}

void SwitchoverCommand::run(const Plan &plan)
{
    if (!m_invocation.probe) {
        m_run->start(plan);
    } else if (const auto settings = probe::settingsFor(m_look.config(), plan.from)) {
        m_run->start(plan, *settings);
    } else {
        Q_EMIT finished(printFailure(settings.error(), m_invocation.json, kRefused));
    }
}

} // namespace howdah::app
