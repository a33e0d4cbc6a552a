// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QMetaType>
#include <QString>
#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "cluster/clusterconfig.h"
#include "cluster/nodesample.h"
#include "core/error.h"

namespace howdah::cluster {

/// How this console stands with a node. Told apart by SQLSTATE and errno; nothing here is guessed from silence alone.
enum class LinkState {
    Connecting,         ///< first attempt under way, nothing known yet
    Up,                 ///< the last tick was answered
    Refused,            ///< ECONNREFUSED or no socket, and it never answered here: wrong address or port?
    Down,               ///< refused now, and it has answered here before; or it said 57P01 to 57P03's kin and went
    RejectedByHba,      ///< 28000: pg_hba.conf has no entry, or one that rejects
    WrongPassword,      ///< 28P01, or a password is wanted and none was found
    TooManyConnections, ///< 53300
    StartingUp,         ///< 57P03: starting up, in crash recovery, or not yet consistent
    ShuttingDown,       ///< 57P03 or 57P01: shutting down
    Unresponsive,       ///< the host accepts, the server does not answer within the deadline
    Unreachable,        ///< no route, or no answer from the host at all, while other nodes answer
    ConsoleIsolated,    ///< no node of the cluster answers and the network is the likely cause: this console is cut off
    NotPostgres,        ///< something else speaks at that port
    Misconfigured,      ///< the conninfo is not usable: libpq rejects it, name does not resolve, TLS can't be agreed
    Failed,             ///< any other refusal, with the server's words
};

/// One node within a Snapshot.
struct NodeStatus {
    QString name;
    NodeKind kind = NodeKind::Data;
    QString host;    ///< as written in the conninfo, or the socket directory
    QString address; ///< "10.0.0.11:5432", for people
    /// Where the last session led, as a number: "10.0.0.11"; empty on a socket, or when there never was one. Standbys
    /// name their upstream by it when the cluster file names hosts.
    QString hostaddr;
    LinkState link = LinkState::Connecting;
    core::Error linkError;  ///< why, when link is not Up; message is redacted and sanitized
    qint64 linkSinceMs = 0; ///< monotonic: since when link is what it is
    int missedPolls = 0;    ///< ticks in a row without an answer
    /// False when the open session answers but the server has stopped taking new connections (a frozen postmaster).
    bool acceptsConnections = true;
    /// The last good sample, as old as it may be; null when there never was one.
    std::shared_ptr<const NodeSample> sample;
};

/// What has been true since when: the memory that pure rules need. Folded forward by the monitor with observe().
using Watch = QHash<QString, qint64>;

/// Where the primary's log stood when: lets a rule say how long ago the primary was where a standby is now.
struct TrailPoint {
    qint64 monotonicMs = 0;
    Lsn lsn;
};

/// The whole cluster at one instant: immutable, with no pointer to anything that lives.
struct Snapshot {
    QString cluster;
    QString environment;
    ManagerKind manager = ManagerKind::Auto; ///< Auto: not found out yet
    int intervalMs = 1000;
    bool paused = false; ///< sampling is paused by the user
    qint64 takenMonotonicMs = 0;
    qint64 takenWallMs = 0;
    std::vector<NodeStatus> nodes; ///< in the order of the cluster file
    /// The primary's positions, oldest first, at most one a second and an hour long.
    std::shared_ptr<const std::deque<TrailPoint>> trail;
    Watch watch;
    QStringList configWarnings; ///< of the cluster file

    /// Milliseconds since the node's last good sample; -1 when there never was one.
    qint64 sampleAgeMs(const NodeStatus &node) const
    {
        return node.sample ? takenMonotonicMs - node.sample->takenMonotonicMs : -1;
    }
};

/// A sample older than this is stale: shown grey, and no rule may call its node healthy.
inline constexpr qint64 kStaleAfterMs = 3000;

/// How old a sample may be and still speak for its node.
inline qint64 freshForMs(const Snapshot &snapshot)
{
    // With a slower interval a sample is as old as the interval just before the next.
    return std::max<qint64>(kStaleAfterMs, 2 * static_cast<qint64>(snapshot.intervalMs) + 1000);
}

/// The same of this node: a slow interval excuses only who still answers.
inline qint64 freshForMs(const Snapshot &snapshot, const NodeStatus &node)
{
    return node.link == LinkState::Up ? freshForMs(snapshot) : kStaleAfterMs;
}

/// True when the node's last sample is young enough to speak for it.
inline bool isFresh(const Snapshot &snapshot, const NodeStatus &node)
{
    return node.sample && snapshot.takenMonotonicMs - node.sample->takenMonotonicMs < freshForMs(snapshot, node) &&
           !snapshot.paused;
}

/// Key in a Watch of since when a node has been seen without a gap: "seen:pg1".
inline QString seenKey(const QString &node)
{
    return QStringLiteral("seen:") + node;
}

/// Whether what has been true of a node since then was so at the first look at it, or at the first after a gap: it
/// began earlier, nobody knows when, and has lasted at least that long. Of the cluster (no node's name): at the first
/// look at the data node that was seen last.
inline bool beganUnseen(const Snapshot &snapshot, const QString &node, qint64 sinceMs)
{
    const auto isUnseen = [&](const QString &name) {
        const auto seen = snapshot.watch.constFind(seenKey(name));
        return seen != snapshot.watch.constEnd() && sinceMs <= *seen;
    };
    return node.isEmpty() ? std::any_of(snapshot.nodes.cbegin(), snapshot.nodes.cend(),
                                        [&](const NodeStatus &status) {
                                            return status.kind == NodeKind::Data && isUnseen(status.name);
                                        })
                          : isUnseen(node);
}

} // namespace howdah::cluster
