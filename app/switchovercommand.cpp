// SPDX-License-Identifier: GPL-3.0-or-later
#include "switchovercommand.h"

#include "app/output.h"
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
    if (const auto free = mayWriteRunbook(m_invocation.runbook); !free) { // before anybody waits for the rest
        Q_EMIT finished(printFailure(free.error(), m_invocation.json, kRefused));
        return;
    }
    m_look.askWhoManages();
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
    m_run = std::make_unique<OperationRun>(m_invocation.json, m_look.config(), m_invocation.cluster);
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
    newest.unfinished = unfinishedOf(journal, keyOf(*m_state.snapshot), m_invocation.cluster);
    newest.unreadable = journal.unreadable;
    const Plan plan = switchover::planSwitchover(
        newest, m_invocation.target, m_invocation.native ? switchover::Way::Native : switchover::Way::Manager);
    if (m_run->offer(plan, m_invocation)) {
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
