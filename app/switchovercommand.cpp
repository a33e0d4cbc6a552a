// SPDX-License-Identifier: GPL-3.0-or-later
#include "switchovercommand.h"

#include <QFileInfo>

#include "app/output.h"
#include "app/planoffer.h"
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
    if (QFileInfo::exists(m_invocation.runbook)) {
        refuseToOverwrite();
        return;
    }
    m_look.start(m_invocation.cluster);
}

void SwitchoverCommand::refuseToOverwrite()
{
    const core::Error error{.kind = core::Error::Kind::Invalid,
                            .message =
                                QStringLiteral("%1 is there already. Nothing was changed.").arg(m_invocation.runbook),
                            .hint = QStringLiteral("Name another file for the runbook, or take that one away.")};
    Q_EMIT finished(printFailure(error, m_invocation.json, kRefused));
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
    const Journal journal = readJournal(journalDirectory());
    newest.estimates = switchover::estimatesFrom(journal.operations, m_look.config().name);
    newest.unfinished = unfinishedOf(journal, m_look.config().name, m_invocation.cluster);
    newest.unreadable = journal.unreadable;
    const Plan plan = switchover::planSwitchover(
        newest, m_invocation.target, m_invocation.native ? switchover::Way::Native : switchover::Way::Manager);
    showPlan(plan, m_invocation);
    if (QFileInfo::exists(m_invocation.runbook)) { // it came while we asked
        refuseToOverwrite();
        return;
    }
    if (!m_invocation.runbook.isEmpty()) {
        if (const auto saved = saveRunbook(plan, m_look.config(), m_invocation.runbook); !saved) {
            Q_EMIT finished(printFailure(saved.error(), m_invocation.json, kRefused));
            return;
        }
    }
    if (const auto exitCode = reasonNotToRun(plan, m_invocation)) {
        Q_EMIT finished(*exitCode);
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
