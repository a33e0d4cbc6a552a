// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>

#include "monitor/discoveryfacts.h"
#include "postgres/session.h"

namespace howdah::monitor {

/// Asks one server who it is and whom it knows; when it shows signs of repmgr, also reads repmgr.nodes, in whatever
/// database that is; when it is pg_auto_failover's monitor, pgautofailover.node, and when it is one of its nodes, from
/// where it lets the monitor in. Ends in one signal. Lives in the engine's thread.
class DiscoveryProbe : public QObject {
    Q_OBJECT
public:
    DiscoveryProbe(postgres::Conninfo conninfo, int deadlineMs, QObject *parent = nullptr);
    void start();

Q_SIGNALS:
    void answered(const howdah::monitor::ProbeAnswer &answer);
    void failed(const howdah::postgres::Failure &failure);

private:
    void ask();
    void read(const std::vector<core::Result<postgres::Rows>> &results);
    void askForMonitor();
    void askForMonitorsHost(bool mayReadRules);
    void reopen(const QString &database);
    void askAutoFailover();
    void isNoMonitor();
    void autoFailoverRead(const std::vector<core::Result<postgres::Rows>> &results);
    void askRepmgr();
    void repmgrRead(const std::vector<core::Result<postgres::Rows>> &results);
    void finish();

    postgres::Conninfo m_conninfo;
    postgres::SessionOptions m_options;
    std::unique_ptr<postgres::Session> m_session;
    ProbeAnswer m_answer;
    QStringList m_databases; ///< left to look for repmgr.nodes in, likeliest first
    bool m_looksLikeRepmgr = false;
    QString m_database; ///< being looked into
};

} // namespace howdah::monitor
