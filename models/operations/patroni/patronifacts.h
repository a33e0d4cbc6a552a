// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <functional>
#include <memory>
#include <optional>

#include "cluster/snapshot.h"
#include "managers/patroni.h"
#include "managers/patronisettings.h"
#include "operations/hands.h"
#include "operations/plan.h"

namespace howdah::operations::patroni {

/// One member of the cluster, and what its own REST API says.
struct Member {
    managers::PatroniMember member; ///< as GET /cluster has it
    QString node;                   ///< of the cluster file; empty: it has no such node
    QString api;                    ///< "http://10.0.0.11:8008"; empty: not known, or a place that nobody has named
    std::optional<managers::PatroniNode> self;
    QString error; ///< why it says nothing of itself
};

/// What Patroni says of a cluster. Nothing in it is secret but config->whole, which is not to be shown unlooked at.
struct PatroniFacts {
    QString error; ///< why nobody answered; empty when somebody did
    QString base;  ///< whose GET /cluster it is
    managers::PatroniCluster cluster;
    std::optional<managers::PatroniConfig> config;
    QString configText; ///< word for word, for telling whether it is still the same
    std::vector<Member> members;
    /// Of pg_settings, by name, as far as the nodes were seen to tell it: "postmaster", "sighup" …
    QHash<QString, QString> contexts;

    bool isKnown() const { return error.isEmpty(); }
    const Member *leader() const;                    ///< nullptr when nobody is
    const Member *ofNode(const QString &node) const; ///< by a node's name
    const Member *called(const QString &name) const; ///< by its own name, or its node's
    QString loopText() const;                        ///< "every 10 s", for people
    int loopWaitS() const { return config ? config->loopWaitS : 10; }
    /// For so long Patroni looks itself whether a switchover comes to something, ms (2 * max(10, loop_wait) in api.py).
    int patienceMs() const;
};

/// What a member's credentials are called in the environment, as operations::Http has it.
inline QString credentials()
{
    return QStringLiteral("HOWDAH_PATRONI");
}

/// A request to a member's API; only those that change something are signed.
Action request(const QString &node, const QString &method, const QString &api, const QString &path,
               const QJsonObject &body, const QString &about);

/// Where Patroni may be asked: the cluster file's url, then port 8008 of every node's host.
QStringList placesToAsk(const cluster::ClusterConfig &config, const cluster::Snapshot &snapshot);

/// The member's API as it is asked from here. Who hands out an address must not get the credentials sent to it: where
/// the cluster file does not name that host, it is the host of the member's node.
QString apiOf(const managers::PatroniMember &member, const QString &node, const cluster::ClusterConfig &config,
              const cluster::Snapshot &snapshot);

/// The node that a member is: of the same name, or with its server where the member says it is; empty without one.
QString nodeOf(const managers::PatroniMember &member, const cluster::Snapshot &snapshot);

/// How the cluster's timelines ended, of the API at base. done is called once, or never when hands are destroyed first.
void askHistory(Hands &hands, const QString &base,
                std::function<void(core::Result<std::vector<managers::PatroniTurn>>)> done);

/// Asks Patroni about a cluster: its members and settings where it answers first, then each member about itself. Used
/// once. Engine thread.
class PatroniGatherer : public QObject {
    Q_OBJECT
public:
    /// hands must outlive it.
    PatroniGatherer(cluster::ClusterConfig config, std::shared_ptr<const cluster::Snapshot> snapshot, Hands &hands,
                    QObject *parent = nullptr);

    /// done is called once, within some seconds.
    void start(std::function<void(PatroniFacts)> done);

private:
    void ask(const QString &url, std::function<void(core::Result<QByteArray>)> done);
    void clusterAnswered(std::size_t place, const core::Result<QByteArray> &body);
    void askMembers();
    void one();

    cluster::ClusterConfig m_config;
    std::shared_ptr<const cluster::Snapshot> m_snapshot;
    Hands &m_hands;
    PatroniFacts m_facts;
    QStringList m_places;
    std::vector<std::optional<core::Result<managers::PatroniCluster>>> m_answers; ///< by place
    std::function<void(PatroniFacts)> m_done;
    int m_left = 0;
    bool m_chosen = false;
};

} // namespace howdah::operations::patroni
