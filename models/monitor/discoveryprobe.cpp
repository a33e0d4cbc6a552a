// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/discoveryprobe.h"

#include <QTimer>
#include <array>

#include "core/identifier.h"
#include "core/servertext.h"

namespace howdah::monitor {

namespace {

// A cluster with hundreds of databases is not searched through: repmgr's is nearly always named as itself.
constexpr int kMostDatabases = 8;
// No cluster has so many; who says so is not to keep this console busy.
constexpr std::size_t kMostMembers = 200;

enum Question { Identity, Senders, Receiver, Settings, Databases, Signs, QuestionCount };

const std::array<const char *, QuestionCount> kQuestions{
    "SELECT current_setting('server_version_num')::int4 AS version,"
    " (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,"
    " (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::int8 AS started,"
    " current_setting('port')::int4 AS port, current_setting('cluster_name') AS cluster_name,"
    " pg_is_in_recovery() AS in_recovery",

    // Who is a standby: not one that copies a base backup, archives WAL, or decodes it (its walsender has a database).
    "SELECT r.application_name, host(r.client_addr) AS client_addr, s.slot_name, r.state IS NOT NULL AS visible,"
    " coalesce(r.state, '') <> 'backup' AND a.datid IS NULL AND coalesce(s.slot_type, 'physical') = 'physical'"
    " AND r.application_name NOT IN ('pg_receivewal', 'pg_basebackup', 'pg_recvlogical', 'barman_receive_wal')"
    " AS is_standby"
    " FROM pg_stat_replication r LEFT JOIN pg_stat_activity a USING (pid)"
    " LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid",

    "SELECT sender_host, sender_port, slot_name FROM pg_stat_wal_receiver",

    // Settings that its reader may not see are simply not there.
    "SELECT name, setting, source FROM pg_settings WHERE name IN ('data_directory', 'primary_conninfo',"
    " 'shared_preload_libraries', 'cluster_name', 'hot_standby', 'wal_level')",

    "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate"
    " ORDER BY datname <> 'repmgr', datname <> current_database(), datname",

    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'Patroni%') AS patroni,"
    " EXISTS (SELECT FROM pg_roles WHERE rolname = 'pgautofailover_replicator') AS auto_failover,"
    " EXISTS (SELECT FROM pg_roles WHERE rolname = 'autoctl_node') AS monitor,"
    " EXISTS (SELECT FROM pg_database WHERE datname = 'repmgr')"
    " OR EXISTS (SELECT FROM pg_replication_slots WHERE slot_name LIKE 'repmgr\\_slot\\_%') AS repmgr",
};

// A server is no more to be trusted with our next connection than anybody else.
QString hostOrNothing(const QString &host)
{
    return postgres::Conninfo::isHost(host) ? host : QString();
}

void readSenders(const postgres::Rows &rows, const QString &user, ProbeAnswer &answer)
{
    int hidden = 0;
    for (int row = 0; row < rows.count(); ++row) {
        if (!rows.flag(row, rows.column("visible"))) {
            ++hidden;
            continue;
        }
        if (answer.senders.size() >= kMostMembers) {
            continue;
        }
        SeenSender sender;
        sender.applicationName = rows.name(row, rows.column("application_name"));
        sender.clientAddress = hostOrNothing(rows.name(row, rows.column("client_addr")));
        sender.slotName = rows.name(row, rows.column("slot_name"));
        sender.isStandby = rows.flag(row, rows.column("is_standby"));
        answer.senders.push_back(sender);
    }
    if (hidden > 0) {
        const QString who = hidden == 1 ? QStringLiteral("1 receiver is connected, and its address")
                                        : QStringLiteral("%1 receivers are connected, and their addresses").arg(hidden);
        answer.notes << QStringLiteral("%1 may not be seen. Allow it: GRANT pg_monitor TO %2")
                            .arg(who, core::sqlIdentifier(user));
    }
}

void readPrimaryConninfo(const QString &setting, ProbeAnswer &answer)
{
    answer.applicationName = core::sanitizedName(cluster::conninfoValue(setting, QStringLiteral("application_name")));
    for (const cluster::HostPort &place : placesTold(setting)) {
        if (postgres::Conninfo::isHost(place.host)) {
            answer.upstreams.push_back(place);
        }
    }
}

void readSettings(const postgres::Rows &rows, ProbeAnswer &answer)
{
    int fromCommandLine = 0;
    for (int row = 0; row < rows.count(); ++row) {
        const QString name = rows.text(row, rows.column("name"));
        const QString setting = rows.text(row, rows.column("setting"));
        if (name == QLatin1String("data_directory")) {
            answer.dataDirectory = setting;
        } else if (name == QLatin1String("primary_conninfo")) {
            readPrimaryConninfo(setting, answer);
        } else if (name == QLatin1String("shared_preload_libraries")) {
            answer.facts.repmgrLibrary = setting.contains(QLatin1String("repmgr"));
            answer.facts.autoFailoverLibrary = setting.contains(QLatin1String("pgautofailover"));
        } else if (rows.text(row, rows.column("source")) == QLatin1String("command line")) {
            ++fromCommandLine;
        }
    }
    answer.facts.patroniStarted = fromCommandLine == 3;
}

} // namespace

DiscoveryProbe::DiscoveryProbe(postgres::Conninfo conninfo, int deadlineMs, QObject *parent)
    : QObject(parent)
    , m_conninfo(std::move(conninfo))
{
    m_options.connectMs = deadlineMs;
    m_options.batchMs = deadlineMs;
}

void DiscoveryProbe::start()
{
    m_session = std::make_unique<postgres::Session>(m_conninfo, m_options);
    connect(m_session.get(), &postgres::Session::opened, this, &DiscoveryProbe::ask);
    connect(m_session.get(), &postgres::Session::failed, this, &DiscoveryProbe::failed);
    m_session->open();
}

void DiscoveryProbe::ask()
{
    std::vector<postgres::Statement> statements;
    statements.reserve(std::size(kQuestions));
    for (const char *question : kQuestions) {
        statements.push_back({QByteArray(), QByteArray(question)});
    }
    m_session->run(statements, [this](const std::vector<core::Result<postgres::Rows>> &results) { read(results); });
}

void DiscoveryProbe::read(const std::vector<core::Result<postgres::Rows>> &results)
{
    if (results.size() != QuestionCount || !results[Identity] || results[Identity]->count() != 1) {
        postgres::Failure failure;
        if (!results.empty() && !results[Identity]) {
            failure.error = results[Identity].error();
        }
        Q_EMIT failed(failure);
        return;
    }
    const postgres::Rows &identity = *results[Identity];
    m_answer.serverVersion = static_cast<int>(identity.integer(0, identity.column("version")).value_or(0));
    bool isNumber = false;
    const quint64 system = identity.text(0, identity.column("system_identifier")).toULongLong(&isNumber);
    if (isNumber) {
        m_answer.systemIdentifier = system;
    }
    m_answer.startedMicroseconds = identity.integer(0, identity.column("started")).value_or(0);
    m_answer.port = static_cast<int>(identity.integer(0, identity.column("port")).value_or(0));
    m_answer.clusterName = identity.name(0, identity.column("cluster_name"));
    m_answer.inRecovery = identity.flag(0, identity.column("in_recovery"));
    if (results[Senders]) {
        readSenders(*results[Senders], m_conninfo.value(QStringLiteral("user")), m_answer);
    }
    if (results[Receiver] && results[Receiver]->count() > 0) {
        const postgres::Rows &receiver = *results[Receiver];
        m_answer.senderHost = hostOrNothing(receiver.name(0, receiver.column("sender_host")));
        m_answer.senderPort = static_cast<int>(receiver.integer(0, receiver.column("sender_port")).value_or(0));
        m_answer.receiverSlot = receiver.name(0, receiver.column("slot_name"));
    }
    if (results[Settings]) {
        readSettings(*results[Settings], m_answer);
    }
    for (int row = 0; results[Databases] && row < qMin(results[Databases]->count(), kMostDatabases); ++row) {
        m_databases << results[Databases]->text(row, 0);
    }
    bool looksLikeRepmgr = m_answer.facts.repmgrLibrary;
    if (results[Signs]) {
        const postgres::Rows &signs = *results[Signs];
        m_answer.facts.patroniSession = signs.flag(0, signs.column("patroni"));
        m_answer.facts.autoFailoverRoles = signs.flag(0, signs.column("auto_failover"));
        m_answer.facts.autoFailoverLibrary =
            m_answer.facts.autoFailoverLibrary || signs.flag(0, signs.column("monitor"));
        looksLikeRepmgr = looksLikeRepmgr || signs.flag(0, signs.column("repmgr"));
    }
    m_looksLikeRepmgr = looksLikeRepmgr;
    if (m_answer.facts.autoFailoverLibrary) {
        askAutoFailover();
    } else if (m_answer.facts.autoFailoverRoles) {
        askForMonitor();
    } else if (looksLikeRepmgr) {
        askRepmgr();
    } else {
        finish();
    }
}

/// Its connections are short; the rules by which it is let in stay.
void DiscoveryProbe::askForMonitor()
{
    m_session->run(
        {{QByteArray(),
          "SELECT DISTINCT host(client_addr) AS host, has_table_privilege('pg_hba_file_rules', 'SELECT') AND "
          "has_function_privilege('pg_hba_file_rules()', 'EXECUTE') AS rules "
          "FROM (VALUES (1)) one LEFT JOIN pg_stat_activity ON usename = 'pgautofailover_monitor'"}},
        [this](const std::vector<core::Result<postgres::Rows>> &results) {
            bool rules = false;
            for (int row = 0; results.front() && row < results.front()->count(); ++row) {
                const postgres::Rows &rows = *results.front();
                m_answer.monitorHosts << hostOrNothing(rows.name(row, rows.column("host")));
                rules = rows.flag(row, rows.column("rules"));
            }
            askForMonitorsHost(rules);
        });
}

void DiscoveryProbe::askForMonitorsHost(bool mayReadRules)
{
    const auto end = [this] {
        m_answer.monitorHosts.removeAll(QString());
        m_answer.monitorHosts.removeDuplicates();
        finish();
    };
    if (!mayReadRules) {
        end();
        return;
    }
    m_session->run({{QByteArray(),
                     "SELECT DISTINCT address FROM pg_hba_file_rules WHERE 'pgautofailover_monitor' = ANY (user_name) "
                     "AND error IS NULL AND address NOT IN ('all', 'samehost', 'samenet') LIMIT 8"}},
                   [this, end](const std::vector<core::Result<postgres::Rows>> &results) {
                       for (int row = 0; results.front() && row < results.front()->count(); ++row) {
                           m_answer.monitorHosts << hostOrNothing(results.front()->name(row, 0));
                       }
                       end();
                   });
}

/// The session that answered is done with; it must not go while its own signal is on the stack.
void DiscoveryProbe::reopen(const QString &database)
{
    m_session->disconnect(this);
    m_session->close();
    m_session.release()->deleteLater();
    m_session = std::make_unique<postgres::Session>(m_conninfo.with(QStringLiteral("dbname"), database), m_options);
}

/// A library that is loaded makes no monitor, nor does a role: what it has in its database does.
void DiscoveryProbe::askAutoFailover()
{
    m_database = managers::autoFailoverDatabase(m_conninfo.toString());
    reopen(m_database);
    connect(m_session.get(), &postgres::Session::opened, this, [this] {
        m_session->run({{QByteArray(), managers::autoFailoverSql()}},
                       [this](const std::vector<core::Result<postgres::Rows>> &results) { autoFailoverRead(results); });
    });
    connect(m_session.get(), &postgres::Session::failed, this, [this](const postgres::Failure &failure) {
        if (failure.error.sqlstate == QLatin1String("3D000")) {
            isNoMonitor();
            return;
        }
        m_answer.isMonitor = true;
        m_answer.notes << QStringLiteral("Database %1 of pg_auto_failover's monitor could not be looked into: %2")
                              .arg(m_database, failure.error.message);
        finish();
    });
    m_session->open();
}

void DiscoveryProbe::isNoMonitor()
{
    if (m_looksLikeRepmgr) {
        askRepmgr();
    } else {
        finish();
    }
}

void DiscoveryProbe::autoFailoverRead(const std::vector<core::Result<postgres::Rows>> &results)
{
    const QString sqlstate = results.front() ? QString() : results.front().error().sqlstate;
    if (sqlstate == QLatin1String("42P01") || sqlstate == QLatin1String("3F000")) { // no such table, no such schema
        isNoMonitor();
        return;
    }
    m_answer.isMonitor = true;
    if (!results.front()) {
        m_answer.notes << QStringLiteral("pgautofailover.node in database %1 can't be read (%2). Allow it: GRANT "
                                         "autoctl_node TO %3")
                              .arg(m_database, results.front().error().message,
                                   core::sqlIdentifier(m_conninfo.value(QStringLiteral("user"))));
        finish();
        return;
    }
    const postgres::Rows &rows = *results.front();
    const QStringList columns = rows.columns();
    for (int row = 0; row < rows.count() && m_answer.autoFailoverNodes.size() < kMostMembers; ++row) {
        QStringList cells;
        for (int column = 0; column < columns.size(); ++column) {
            cells << rows.text(row, column);
        }
        m_answer.autoFailoverNodes.push_back(managers::autoFailoverNode(columns, cells));
    }
    finish();
}

void DiscoveryProbe::askRepmgr()
{
    if (m_databases.isEmpty()) {
        finish();
        return;
    }
    m_database = m_databases.takeFirst();
    reopen(m_database);
    connect(m_session.get(), &postgres::Session::opened, this, [this] {
        m_session->run({{QByteArray(), managers::repmgrNodesSql()}, {QByteArray(), managers::repmgrLocalNodeSql()}},
                       [this](const std::vector<core::Result<postgres::Rows>> &results) { repmgrRead(results); });
    });
    connect(m_session.get(), &postgres::Session::failed, this, [this](const postgres::Failure &failure) {
        if (m_database == QLatin1String("repmgr")) {
            m_answer.notes << QStringLiteral("Database repmgr could not be looked into: %1").arg(failure.error.message);
        }
        askRepmgr();
    });
    m_session->open();
}

void DiscoveryProbe::repmgrRead(const std::vector<core::Result<postgres::Rows>> &results)
{
    if (results.size() != 2) {
        finish();
        return;
    }
    if (!results[0]) {
        const core::Error &error = results[0].error();
        if (error.kind != core::Error::Kind::Denied) { // not in this database
            askRepmgr();
            return;
        }
        m_answer.facts.repmgrNodes = true;
        m_answer.notes << QStringLiteral(
                              "repmgr.nodes in database %1 may not be read (%2), so a witness is not found. "
                              "Allow it: GRANT USAGE ON SCHEMA repmgr TO %3; GRANT SELECT ON repmgr.nodes TO %3")
                              .arg(m_database, error.message,
                                   core::sqlIdentifier(m_conninfo.value(QStringLiteral("user"))));
        finish();
        return;
    }
    m_answer.facts.repmgrNodes = true;
    m_answer.repmgrNodes = managers::readRepmgrNodes(*results[0]);
    if (m_answer.repmgrNodes.size() > kMostMembers) {
        m_answer.repmgrNodes.resize(kMostMembers);
        m_answer.notes << QStringLiteral("Of repmgr.nodes only the first %1 rows were looked at.").arg(kMostMembers);
    }
    if (results[1] && results[1]->count() == 1) {
        if (const auto id = results[1]->integer(0, results[1]->column("local_id")); id && *id > 0) {
            m_answer.repmgrLocalId = static_cast<int>(*id);
        }
    }
    finish();
}

void DiscoveryProbe::finish()
{
    Q_EMIT answered(m_answer);
}

} // namespace howdah::monitor
