// SPDX-License-Identifier: GPL-3.0-or-later
#include "switchoverdesk.h"

#include "operations/switchover/gather.h"
#include "operations/switchover/switchoverplan.h"

namespace howdah::app {

using namespace operations;

namespace {
constexpr qint64 kGatherAgainMs = 5000; ///< rights and hosts change seldom
}

SwitchoverDesk::SwitchoverDesk(cluster::ClusterConfig config)
    : m_config(std::move(config))
{
}

SwitchoverDesk::~SwitchoverDesk() = default;

void SwitchoverDesk::setState(const cluster::ClusterState &state)
{
    m_state = state;
    noteTrend();
    if (m_runner || m_target.isEmpty()) {
        return;
    }
    publish();
    if (!m_gathered.isValid() || m_gathered.elapsed() > kGatherAgainMs) {
        gather();
    }
}

void SwitchoverDesk::plan(const QString &target)
{
    if (target != m_target) {
        m_toReplay.clear();
    }
    m_target = target;
    publish();
    if (!m_facts) {
        gather();
    }
}

void SwitchoverDesk::noteTrend()
{
    constexpr std::size_t kStates = 60; // a minute
    const auto &nodes = m_state.snapshot->nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].name == m_target && m_state.assessment->lag[i].toReplay) {
            m_toReplay.push_back(*m_state.assessment->lag[i].toReplay);
        }
    }
    if (m_toReplay.size() > kStates) {
        m_toReplay.erase(m_toReplay.begin());
    }
}

LiveHands &SwitchoverDesk::hands()
{
    if (!m_hands) {
        m_hands = std::make_unique<LiveHands>(m_config);
    }
    return *m_hands;
}

void SwitchoverDesk::gather()
{
    if (m_gatherer || m_runner || !m_state.snapshot) {
        return;
    }
    m_gathered.start();
    m_gatherer = new switchover::Gatherer(m_config, m_state, hands(), this);
    m_gatherer->start([this](const switchover::Facts &facts) {
        m_gatherer->deleteLater();
        m_gatherer = nullptr;
        m_facts = facts;
        publish();
    });
}

void SwitchoverDesk::publish()
{
    if (!m_facts || m_runner || m_target.isEmpty() || !m_state.snapshot) {
        return;
    }
    m_facts->state = m_state;
    m_facts->toReplay = m_toReplay;
    Q_EMIT planned(switchover::planSwitchover(*m_facts, m_target));
}

void SwitchoverDesk::run(const Plan &plan)
{
    if (m_runner) {
        return;
    }
    auto journal = JournalWriter::create(journalDirectory(), plan, core::systemClock().wallMs());
    if (!journal) {
        Q_EMIT ended(Outcome::Refused, {journal.error().message, journal.error().hint});
        return;
    }
    begin(std::move(*journal), plan);
    m_runner->start();
}

void SwitchoverDesk::finish(const QString &path, Finish how)
{
    if (m_runner) {
        return;
    }
    auto taken = takeUp(path, how);
    if (!taken) {
        Q_EMIT ended(Outcome::Refused, {taken.error().message, taken.error().hint});
        return;
    }
    begin(std::move(taken->journal), taken->operation.plan);
    if (how == Finish::Resume) {
        m_runner->resume(taken->operation);
    } else {
        m_runner->undo(taken->operation);
    }
}

void SwitchoverDesk::begin(std::unique_ptr<JournalWriter> journal, const Plan &plan)
{
    m_runner = std::make_unique<Runner>(plan, hands(), std::move(journal), core::systemClock());
    connect(m_runner.get(), &Runner::stepChanged, this, &SwitchoverDesk::stepChanged);
    connect(m_runner.get(), &Runner::outputArrived, this, &SwitchoverDesk::outputArrived);
    connect(m_runner.get(), &Runner::ended, this, &SwitchoverDesk::ended);
    Q_EMIT begun(m_runner->journalId());
}

void SwitchoverDesk::cancel()
{
    if (m_runner) {
        m_runner->cancel();
    }
}

} // namespace howdah::app
