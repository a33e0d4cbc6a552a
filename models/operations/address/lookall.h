// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <functional>

#include "cluster/clusterconfig.h"
#include "operations/address/look.h"

namespace howdah::operations::address {

/// Looks at several addresses of a cluster at once. Used once. Engine thread.
class LookAll : public QObject {
    Q_OBJECT
public:
    /// What was found, by the addresses' names.
    using Found = QHash<QString, Facts>;

    /// hands must outlive it.
    LookAll(std::vector<cluster::AddressConfig> addresses, Hands &hands, QObject *parent = nullptr);

    /// done is called once, within some seconds, never from within the call.
    void start(const std::vector<cluster::NodeConfig> &hosts, std::function<void(Found)> done,
               Look::Depth depth = Look::Depth::Whole);

private:
    void one();

    std::vector<cluster::AddressConfig> m_addresses;
    Hands &m_hands;
    Found m_found;
    std::function<void(Found)> m_done;
    std::size_t m_left = 0;
};

} // namespace howdah::operations::address
