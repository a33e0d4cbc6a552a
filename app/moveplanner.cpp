// SPDX-License-Identifier: GPL-3.0-or-later
#include "moveplanner.h"

#include <algorithm>

namespace howdah::app {

using namespace operations;

namespace {
constexpr qint64 kAgainMs = 5000;
constexpr qint64 kProviderAgainMs = 60'000; ///< they count requests
} // namespace

MovePlanner::MovePlanner(cluster::ClusterConfig config, Hands &hands, QObject *parent)
    : QObject(parent)
    , m_hands(hands)
{
    m_facts.config = std::move(config);
}

void MovePlanner::want(const QString &address, const QString &node)
{
    m_address = address;
    m_node = node;
    publish();
    look();
}

void MovePlanner::setState(const cluster::ClusterState &state)
{
    m_facts.state = state;
    publish();
    const auto &all = m_facts.config.addresses;
    const bool near = std::any_of(all.begin(), all.end(), [this](const cluster::AddressConfig &one) {
        return one.name == m_address && one.isNear();
    });
    if (!m_asked.isValid() || m_asked.elapsed() >= (near ? kAgainMs : kProviderAgainMs)) {
        look();
    }
}

void MovePlanner::setPast(const std::optional<Unfinished> &unfinished, const QStringList &unreadable)
{
    m_facts.unfinished = unfinished;
    m_facts.unreadable = unreadable;
    m_pastKnown = true;
    publish();
}

void MovePlanner::look()
{
    if (m_look || m_address.isEmpty()) {
        return;
    }
    std::vector<cluster::AddressConfig> asked = m_facts.config.addresses;
    std::erase_if(asked, [this](const cluster::AddressConfig &one) { return one.name != m_address; });
    m_asked.start();
    m_look = new address::LookAll(asked, m_hands, this);
    m_look->start(m_facts.config.nodes, [this, of = m_address](const address::LookAll::Found &found) {
        m_look->deleteLater();
        m_look = nullptr;
        if (of != m_address) { // another is wanted by now
            look();
            return;
        }
        m_known = of;
        m_facts.address = found.value(of);
        publish();
    });
}

void MovePlanner::publish()
{
    if (m_pastKnown && m_facts.state.snapshot && !m_node.isEmpty() && m_known == m_address && !m_address.isEmpty()) {
        Q_EMIT planned(address::planMove(m_facts, m_address, m_node));
    }
}

} // namespace howdah::app
