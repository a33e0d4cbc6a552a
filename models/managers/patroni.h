// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "core/error.h"

namespace howdah::managers {

/// One member of GET /cluster. https://patroni.readthedocs.io/en/latest/rest_api.html
struct PatroniMember {
    QString name;
    QString role;  ///< leader, standby_leader, sync_standby, quorum_standby, replica; verbatim
    QString state; ///< running, streaming, in archive recovery, stopped, …; verbatim
    QString apiUrl;
    QString host; ///< empty while the member has not said where its server is, or when that can't be a host
    int port = 5432;
    std::optional<int> timeline;
    std::optional<qint64> lag; ///< bytes; empty for a leader and for "unknown"
    bool lagUnknown = false;   ///< Patroni itself says "unknown"
    bool pendingRestart = false;
    QString restartAt;       ///< a scheduled restart's time as Patroni writes it; empty without one
    QStringList tags;        ///< those that are set: "nofailover", "replicatefrom: pg2"
    bool noFailover = false; ///< its tags forbid that it becomes the leader

    bool isLeader() const;
    /// Its server runs, by the words of any version: running, streaming, in archive recovery.
    bool isRunning() const;
    bool operator==(const PatroniMember &) const = default;
};

/// GET /cluster.
struct PatroniCluster {
    QString scope; ///< empty before Patroni 3.2
    bool paused = false;
    std::vector<PatroniMember> members;
    QString switchoverAt; ///< a scheduled switchover's time as Patroni writes it; empty without one
    QString switchoverFrom;
    QString switchoverTo; ///< its candidate; empty: any

    bool operator==(const PatroniCluster &) const = default;
};

/// GET /patroni: what one node says of itself.
struct PatroniNode {
    QString name; ///< empty before Patroni 3.2
    QString scope;
    QString version;
    QString state;
    QString role; ///< primary (master before 4), replica, standby_leader, …
    int serverVersion = 0;
    std::optional<int> timeline;
    std::optional<quint64> systemIdentifier;
    QDateTime postmasterStartTime; ///< UTC, in milliseconds
    bool paused = false;
    bool pendingRestart = false;
    bool clusterUnlocked = false; ///< no leader holds the lock

    bool operator==(const PatroniNode &) const = default;
};

/// Reads the answer to GET /cluster. What is no such answer is an error; unknown keys and words are kept out or kept
/// verbatim, so a newer Patroni reads as well.
core::Result<PatroniCluster> parsePatroniCluster(const QByteArray &json);
/// Reads the answer to GET /patroni, whatever its HTTP status.
core::Result<PatroniNode> parsePatroniNode(const QByteArray &json);

} // namespace howdah::managers
