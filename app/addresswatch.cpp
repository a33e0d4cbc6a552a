// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresswatch.h"

#include <algorithm>

#include "cluster/positions.h"

namespace howdah::app {

using namespace operations::address;

namespace {
constexpr qint64 kServerMs = 5000;
constexpr qint64 kHostsMs = 20'000;
constexpr qint64 kProvidersMs = 60'000; ///< they count requests

QString primaryOf(const cluster::ClusterState &state)
{
    const int primary = state.assessment->topology.primary;
    return primary < 0 ? QString() : state.snapshot->nodes[cluster::at(primary)].name;
}
} // namespace

AddressWatch::AddressWatch(cluster::ClusterConfig config)
    : m_config(std::move(config))
{
    for (const cluster::AddressConfig &address : m_config.addresses) {
        m_sights.emplace_back().address = address;
    }
}

AddressWatch::~AddressWatch()
{
    delete m_look; // before the hands that it asks by
}

bool AddressWatch::isDue(const QElapsedTimer &last, qint64 everyMs) const
{
    return !last.isValid() || last.elapsed() >= everyMs || m_primary != primaryOf(m_state);
}

qint64 AddressWatch::hostsMs() const
{
    // Providers count requests, and shut out who asks too often: then nothing could be moved when it has to be.
    const auto &all = m_config.addresses;
    const auto isAsked = [](const cluster::AddressConfig &one) { return one.provider != QLatin1String("command"); };
    const bool near = std::all_of(all.begin(), all.end(), [](const auto &one) { return one.isNear(); });
    return near && std::any_of(all.begin(), all.end(), isAsked) ? kHostsMs : kProvidersMs;
}

void AddressWatch::setState(const cluster::ClusterState &state)
{
    m_state = state;
    if (!m_look && isDue(m_asked, kServerMs)) {
        look(isDue(m_hostsAsked, hostsMs()));
    }
}

void AddressWatch::lookAgain()
{
    m_asked.invalidate();
    m_hostsAsked.invalidate();
}

void AddressWatch::look(bool hosts)
{
    if (!m_hands) {
        m_hands = std::make_unique<operations::LiveHands>(m_config);
    }
    m_asked.start();
    if (hosts) {
        m_hostsAsked.start();
    }
    m_primary = primaryOf(m_state);
    m_look = new LookAll(m_config.addresses, *m_hands, this);
    m_look->start(
        m_config.nodes, [this, hosts](const LookAll::Found &found) { looked(found, hosts); },
        hosts ? Look::Depth::Whole : Look::Depth::Server);
}

void AddressWatch::looked(const LookAll::Found &found, bool hosts)
{
    m_look->deleteLater();
    m_look = nullptr;
    for (Sight &sight : m_sights) {
        const QString before = sight.truth.id;
        sight = seenAnew(sight, found.value(sight.address.name), hosts, m_state);
        if (!hosts && !sight.truth.id.isEmpty() && sight.truth.id != before) { // what hosts said before may be old now
            m_hostsAsked.invalidate();
        }
    }
    Q_EMIT sightsChanged(std::make_shared<const Sights>(m_sights));
}

} // namespace howdah::app
