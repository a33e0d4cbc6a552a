// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDeadlineTimer>
#include <QObject>
#include <functional>

#include "addresses/walk.h"
#include "cluster/clusterconfig.h"
#include "operations/address/facts.h"
#include "operations/hands.h"

namespace howdah::operations::address {

/// Asks the provider of a floating address where that leads, which machines the nodes are, and what would keep it from
/// being moved there. One question after the other as long as the credentials may be wrong: some block who tries often.
/// Changes nothing. Used once. Engine thread.
class CloudLook : public QObject {
    Q_OBJECT
public:
    /// hands must outlive it.
    CloudLook(cluster::AddressConfig address, Hands &hands, QObject *parent = nullptr);

    /// done is called once, within some 15 s, and never from within the call.
    void start(const std::vector<cluster::NodeConfig> &nodes, std::function<void(CloudFacts)> done);

private:
    template<typename T>
    using Read = std::function<addresses::Answered<T>(const addresses::Answer &)>;
    template<typename T>
    using Then = std::function<void(addresses::Answered<T>)>;

    void resolve(const cluster::NodeConfig &node);
    void begin(const QString &provider);
    void logIn(const addresses::Request &request);
    void listAddresses();
    void addressesListed();
    void listTargets();
    void match();
    void askEvents();
    void askRights();
    void one();
    void fail(const core::Error &error);
    void finish();
    template<typename T>
    void ask(const addresses::Request &request, Read<T> read, Then<T> then);

    cluster::AddressConfig m_config;
    Hands &m_hands;
    const addresses::Provider *m_provider = nullptr;
    CloudFacts m_facts;
    core::Error m_firstError;          ///< of the provider in the cluster file, where another one is asked as well
    QHash<QString, QStringList> m_ips; ///< by data node, each an IP
    addresses::Walk<addresses::Address> m_addresses;
    addresses::Walk<addresses::Target> m_targets;
    QDeadlineTimer m_deadline;
    std::function<void(CloudFacts)> m_done;
    int m_unresolved = 0;
    int m_left = 0;
};

} // namespace howdah::operations::address
