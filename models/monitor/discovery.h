// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>
#include <QTimer>

#include "managers/patroniclient.h"
#include "monitor/discoveryfacts.h"
#include "postgres/failure.h"

namespace howdah::monitor {

struct DiscoveryOptions {
    QString patroniUrl;          ///< of the cluster file; empty: port 8008 of every host is tried
    QString autoFailoverMonitor; ///< conninfo of pg_auto_failover's monitor, of the cluster file; empty: looked for
    int deadlineMs = 15000;      ///< for all of it; what has not answered by then is reported as such
    int probeMs = 3000;          ///< for connecting to a server, and again for its answer
    int httpMs = 2000;           ///< for an answer of Patroni's
    /// Asked at most. A standby whose port nobody tells takes two: the primary's port and 5432.
    int mostPlaces = 200;
};

/// From one conninfo to the whole cluster: asks the server whom it knows, asks those, and so on; repmgr's witness and
/// Patroni's members included. Only reads. Lives in one thread, the engine's; use once.
class Discovery : public QObject {
    Q_OBJECT
public:
    explicit Discovery(DiscoveryOptions options = {}, QObject *parent = nullptr);
    ~Discovery() override;

    /// Always ends in finished(), never from within this call.
    void start(const QString &conninfo);
    /// Drops everything at once. No signal follows.
    void cancel();

Q_SIGNALS:
    /// An error when the conninfo is not valid or nothing of the cluster answered at all.
    void finished(const howdah::core::Result<howdah::monitor::DiscoveryResult> &result);

private:
    AskedPlace *asked(const QString &host, int port);
    void consider(const QString &host, int port, DiscoverySource source);
    void note(const QString &text);
    void considerConninfo(const QString &conninfo, DiscoverySource source);
    void probe(size_t index);
    void probeAnswered(size_t index, const ProbeAnswer &answer);
    void probeFailed(size_t index, const postgres::Failure &failure);
    void askPatroni(const QString &url);
    void askMonitor(const postgres::Conninfo &conninfo, bool named);
    void monitorAnswered(const postgres::Conninfo &conninfo, bool named, const ProbeAnswer &answer);
    void settle();
    bool lookAtLocalSockets();
    QList<int> portsAnswering() const;
    void finish();

    DiscoveryOptions m_options;
    DiscoveryFacts m_facts;
    managers::PatroniClient m_patroni;
    QSet<QString> m_askedUrls;
    QSet<QString> m_askedMonitors; ///< by address
    std::vector<bool> m_open;      ///< by place: still being asked
    QTimer m_deadline;
    int m_pending = 0; ///< places and URLs
    bool m_lookedAtSockets = false;
    bool m_running = false;
};

} // namespace howdah::monitor
