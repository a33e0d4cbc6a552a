// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/lookall.h"

#include <QTimer>

namespace howdah::operations::address {

LookAll::LookAll(std::vector<cluster::AddressConfig> addresses, Hands &hands, QObject *parent)
    : QObject(parent)
    , m_addresses(std::move(addresses))
    , m_hands(hands)
{
}

void LookAll::start(const std::vector<cluster::NodeConfig> &hosts, std::function<void(Found)> done, Look::Depth depth)
{
    m_done = std::move(done);
    m_left = m_addresses.size() + 1; // so that nothing is over before all is asked
    for (const cluster::AddressConfig &address : m_addresses) {
        auto *look = new Look(address, m_hands, this);
        look->start(
            hosts,
            [this, look, name = address.name](const Facts &facts) {
                look->deleteLater();
                m_found.insert(name, facts);
                one();
            },
            depth);
    }
    QTimer::singleShot(0, this, &LookAll::one);
}

void LookAll::one()
{
    if (--m_left == 0) {
        m_done(std::move(m_found));
    }
}

} // namespace howdah::operations::address
