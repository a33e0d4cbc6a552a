// SPDX-License-Identifier: GPL-3.0-or-later
#include "patroniwatch.h"

namespace howdah::app {

using operations::patroni::PatroniFacts;

namespace {
constexpr qint64 kSeldomMs = 10'000; ///< as often as Patroni itself looks, by default
constexpr qint64 kCloselyMs = 2000;
} // namespace

PatroniWatch::PatroniWatch(cluster::ClusterConfig config)
    : m_config(std::move(config))
{
}

PatroniWatch::~PatroniWatch() = default;

operations::LiveHands &PatroniWatch::hands()
{
    if (!m_hands) {
        m_hands = std::make_unique<operations::LiveHands>(m_config);
    }
    return *m_hands;
}

void PatroniWatch::setState(const cluster::ClusterState &state)
{
    m_state = state;
    if (!m_asked.isValid() || m_asked.elapsed() > (m_closely ? kCloselyMs : kSeldomMs)) {
        gather();
    }
}

void PatroniWatch::ask(bool closely)
{
    m_closely = closely;
    m_again = m_gatherer != nullptr;
    gather();
}

void PatroniWatch::gather()
{
    if (m_gatherer || !m_state.snapshot) {
        return;
    }
    m_asked.start();
    m_gatherer = new operations::patroni::PatroniGatherer(m_config, m_state.snapshot, hands(), this);
    m_gatherer->start([this](const PatroniFacts &facts) {
        m_gatherer->deleteLater();
        m_gatherer = nullptr;
        m_base = facts.isKnown() ? facts.base : m_base;
        Q_EMIT factsChanged(std::make_shared<const PatroniFacts>(facts));
        if (std::exchange(m_again, false)) {
            gather();
        }
    });
}

void PatroniWatch::askHistory()
{
    if (m_base.isEmpty()) {
        Q_EMIT historyFailed({.kind = core::Error::Kind::Connection,
                              .message = tr("Patroni has not answered yet."),
                              .hint = tr("Say where it is: url in [patroni] of the cluster file.")});
        return;
    }
    operations::patroni::askHistory(hands(), m_base,
                                    [this](const core::Result<std::vector<managers::PatroniTurn>> &turns) {
                                        if (turns) {
                                            Q_EMIT historyRead(*turns);
                                        } else {
                                            Q_EMIT historyFailed(turns.error());
                                        }
                                    });
}

} // namespace howdah::app
