// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/gather.h"

#include <QPointer>
#include <algorithm>

#include "cluster/clusterlock.h"
#include "core/identifier.h"
#include "hosts/servercontrol.h"
#include "operations/address/look.h"
#include "operations/places.h"
#include "operations/switchover/gatherautofailover.h"
#include "operations/switchover/gatherrepmgr.h"
#include "operations/switchover/tryconnections.h"

namespace howdah::operations::switchover {

namespace {

constexpr int kSqlMs = 4000;
constexpr int kHostMs = 8000;
const char *const kChanged[] = {"primary_conninfo", "primary_slot_name", "wal_retrieve_retry_interval",
                                "synchronous_standby_names"};

bool flag(const Table &table, const char *column)
{
    return cell(table, 0, column) == QLatin1String("t");
}

/// The settings of kChanged that run with another value than stands in postgresql.auto.conf, where ALTER SYSTEM writes.
/// Of a time the file may have it as it was written, the server has it in one way.
QString notTakenOverSql()
{
    QStringList names;
    for (const char *name : kChanged) {
        names.append(core::sqlLiteral(QLatin1String(name)));
    }
    return QStringLiteral(
               "SELECT 'written' AS kind, s.name, NULL AS value FROM pg_settings s LEFT JOIN LATERAL (SELECT f.setting "
               "FROM pg_file_settings f WHERE "
               "lower(f.name) = s.name AND f.sourcefile LIKE '%/postgresql.auto.conf' ORDER BY f.seqno DESC LIMIT 1) f "
               "ON true WHERE s.name IN (%1) AND (s.source IN ('command line', 'environment variable') OR "
               "CASE WHEN coalesce(s.sourcefile, '') LIKE '%/postgresql.auto.conf' THEN f.setting IS NULL OR "
               "f.setting NOT IN (s.setting, s.setting || coalesce(s.unit, ''), current_setting(s.name)) ELSE "
               "f.setting IS NOT NULL END)")
        .arg(names.join(QStringLiteral(", ")));
}

/// Of what stands in the files what a start would take over otherwise than the server runs with, reloaded or not, and
/// what would keep it from starting at all. A line that a later one overrides is not applied either, but no error.
/// https://www.postgresql.org/docs/current/view-pg-file-settings.html
QString whatAStartChangesSql()
{
    // What the command line sets stays, whatever stands in a file. The text of that error is not translated; in a
    // session of another database it is also that of settings that name something which only that one has.
    const QString notApplied = QStringLiteral("f.error = 'setting could not be applied'");
    return QStringLiteral(
               " UNION ALL SELECT 'restart', f.name, f.setting FROM pg_file_settings f LEFT JOIN pg_settings s ON "
               "s.name = lower(f.name) WHERE NOT f.applied AND %1 AND coalesce(s.context, 'postmaster') = 'postmaster' "
               "AND s.source IS DISTINCT FROM 'command line' UNION ALL SELECT 'restart', s.name, s.boot_val FROM "
               "pg_settings s WHERE s.context = 'postmaster' AND s.source = 'configuration file' AND s.sourcefile IS "
               "NOT NULL AND NOT EXISTS (SELECT FROM pg_file_settings f WHERE lower(f.name) = s.name) UNION ALL SELECT "
               "'error', coalesce(f.name, ''), coalesce(f.sourcefile, '') || ':' || coalesce(f.sourceline, 0) || ': ' "
               "|| coalesce(f.name || ': ', '') || f.error FROM pg_file_settings f LEFT JOIN pg_settings s ON s.name = "
               "lower(f.name) WHERE f.error IS NOT NULL AND (NOT %1 OR s.context <> 'postmaster' AND s.name NOT IN "
               "('default_tablespace', 'temp_tablespaces', 'default_text_search_config', "
               "'default_table_access_method', 'role', 'session_authorization'))")
        .arg(notApplied);
}

QStringList words(const QString &text)
{
    return text.isEmpty() ? QStringList() : text.split(QLatin1Char('\n')); // of control characters it comes through
}

/// What stands between the node's own prefix and the command: empty where nothing does.
std::optional<QStringList> behind(const QStringList &prefix, const QStringList &own)
{
    return prefix.size() >= own.size() && prefix.first(own.size()) == own ? std::optional(prefix.sliced(own.size()))
                                                                          : std::nullopt;
}

} // namespace

QString cell(const Table &table, std::size_t row, const char *column)
{
    const qsizetype at = table.columns.indexOf(QLatin1String(column));
    return at < 0 || row >= table.rows.size() ? QString()
                                              : table.rows[row][static_cast<std::size_t>(at)].value_or(QString());
}

bool isAt(const cluster::NodeStatus &node, const QString &host, const QString &port)
{
    const QString own = node.sample ? node.sample->setting(QLatin1String("port"))
                                    : node.address.section(QLatin1Char(':'), -1); // as the cluster file has it
    return !host.isEmpty() && (host == node.host || host == node.hostaddr) && port == own;
}

namespace {

/// Who takes a backup without pg_basebackup stands in no view, from 15 on not even in pg_is_in_backup(): a tool that
/// names itself, or the statement that began it, which its session keeps while it waits for the copy.
/// https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
QString backupsSql(int serverVersionNum)
{
    const QString sessions = QStringLiteral(
        "SELECT coalesce(nullif(application_name, ''), 'process ' || pid) AS name FROM pg_stat_activity WHERE pid <> "
        "pg_backend_pid() AND (application_name LIKE 'pgBackRest [backup]%' OR query ~* "
        "'pg_(backup_start|start_backup)[[:space:]]*[(]')");
    const QString exclusive = QStringLiteral(" UNION SELECT 'an exclusive backup' WHERE pg_is_in_backup()");
    return QStringLiteral("(SELECT string_agg(name, E'\\n') FROM (%1%2) AS backups)")
        .arg(sessions, serverVersionNum < 150000 ? exclusive : QString());
}

} // namespace

QString rightsSql(int serverVersionNum)
{
    QStringList alter;
    for (const char *name : kChanged) {
        alter.append(QStringLiteral("has_parameter_privilege('%1', 'ALTER SYSTEM')").arg(QLatin1String(name)));
    }
    const bool grants = serverVersionNum >= 150000;
    return QStringLiteral(
               "SELECT current_user::text AS role, r.rolsuper AS superuser, r.rolsuper OR r.rolreplication AS slots, "
               "has_function_privilege('pg_catalog.pg_promote(boolean,integer)', 'EXECUTE') AS promote, "
               "has_function_privilege('pg_catalog.pg_reload_conf()', 'EXECUTE') AS reload, "
               "r.rolsuper OR %1 AS alter, r.rolsuper OR %2 AS checkpoint, "
               "has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT') AND "
               "has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') AS hba, "
               "has_table_privilege('pg_catalog.pg_file_settings', 'SELECT') AND "
               "has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE') AS file_settings, "
               "has_function_privilege('pg_catalog.pg_read_file(text)', 'EXECUTE') AS files, "
               "pg_has_role('pg_read_all_stats', 'USAGE') AS sessions, "
               "(SELECT string_agg(name, E'\\n') FROM pg_settings WHERE sourcefile LIKE '%/postgresql.auto.conf') "
               "AS auto_conf, %3 AS lock_holder, %4 AS backups, (SELECT string_agg(name, E'\\n') FROM pg_settings "
               "WHERE "
               "pending_restart AND source <> 'command line') AS wait_for_restart FROM pg_roles r WHERE r.rolname = "
               "current_user")
        .arg(grants ? alter.join(QStringLiteral(" AND ")) : QStringLiteral("false"),
             grants ? QStringLiteral("pg_has_role('pg_checkpoint', 'USAGE')") : QStringLiteral("false"),
             cluster::otherHolderSql(), backupsSql(serverVersionNum));
}

SqlAccess accessFrom(const Table &table)
{
    SqlAccess access;
    if (table.rows.empty()) {
        access.error = QStringLiteral("its role does not stand in pg_roles");
        return access;
    }
    access.role = cell(table, 0, "role");
    access.superuser = flag(table, "superuser");
    access.mayPromote = flag(table, "promote");
    access.mayReload = flag(table, "reload");
    access.mayAlterSystem = flag(table, "alter");
    access.mayCheckpoint = flag(table, "checkpoint");
    access.mayMakeSlots = flag(table, "slots");
    access.hbaReadable = flag(table, "hba");
    access.fileSettingsReadable = flag(table, "file_settings");
    access.filesReadable = flag(table, "files");
    access.backups = words(cell(table, 0, "backups"));
    access.seesSessions = access.superuser || flag(table, "sessions");
    access.lockHolder = cell(table, 0, "lock_holder");
    access.waitForRestart = words(cell(table, 0, "wait_for_restart"));
    access.inAutoConf = words(cell(table, 0, "auto_conf"));
    access.inAutoConf.removeIf([](const QString &name) {
        return std::none_of(std::begin(kChanged), std::end(kChanged),
                            [&](const char *changed) { return name == QLatin1String(changed); });
    });
    return access;
}

void fileSettingsFrom(const Table &table, SqlAccess &access)
{
    QStringList &written = access.notTakenOver.emplace();
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const QString kind = cell(table, row, "kind"), name = cell(table, row, "name");
        if (kind == QLatin1String("written")) {
            written.append(name);
        } else if (kind == QLatin1String("restart")) {
            access.startChanges.emplace_back(name, cell(table, row, "value"));
        } else {
            access.fileErrors.append(cell(table, row, "value"));
        }
    }
}

std::vector<HbaRule> hbaFrom(const Table &table)
{
    std::vector<HbaRule> rules;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        HbaRule &rule = rules.emplace_back();
        rule.type = cell(table, row, "type");
        rule.databases = words(cell(table, row, "databases"));
        rule.users = words(cell(table, row, "users"));
        rule.address = cell(table, row, "address");
        rule.netmask = cell(table, row, "netmask");
        rule.method = cell(table, row, "auth_method");
        rule.error = cell(table, row, "error");
    }
    return rules;
}

HostAccess hostAccessFrom(const hosts::HostFacts &facts, const cluster::NodeConfig &config)
{
    HostAccess access;
    access.user = facts.user;
    access.dataOwner = facts.owner;
    access.dataDirectory = facts.settings.dataDirectory;
    access.isSurelyTheServers = facts.isSurelyTheServers();
    for (const QString &daemon : facts.daemons) {
        access.daemons.append(daemon.section(QLatin1Char(' '), 0, 0));
    }
    access.foreign = facts.whyAnotherServer();
    if (!access.foreign.isEmpty()) {
        return access;
    }
    const auto control = hosts::deriveControl(facts, config);
    if (!control) {
        access.error = control.error().message;
        return access;
    }
    access.evidence = control->evidence.join(QLatin1Char(' '));
    access.supervisor = control->supervisor;
    access.restartsByItself = control->mayRestartByItself;
    access.pgControlData = control->pgControldata;
    access.pgCtl = facts.program(QStringLiteral("pg_ctl"));
    access.psql = facts.program(QStringLiteral("psql"));
    const auto owner = behind(control->ownerPrefix, config.command);
    if (!owner) {
        access.error = QStringLiteral("the server's programs are only in reach through root_command");
        return access;
    }
    access.asOwner = *owner;
    access.stop = config.stop;
    if (control->how == hosts::ServerControl::How::Container) {
        // Its files can't be looked at while it is stopped, nor can standby.signal be put there.
        access.error = QStringLiteral("the server is the main process of a container, which ends with it: %1")
                           .arg(access.evidence);
        return access;
    }
    // Of systemd what is to stay stopped has to be asked: it starts again what ended otherwise.
    if (access.stop.isEmpty() && control->comesBack) {
        const auto words = behind(control->stop.prefix, config.command);
        if (words) {
            access.stop = *words + control->stop.argv;
        } else {
            access.restartsByItself = true;
        }
    }
    // Behind sudo commands run as the owner, whoever logs in.
    access.user = owner->isEmpty() ? access.user : access.dataOwner;
    if (const auto start = behind(control->start.prefix, config.command)) {
        access.start = *start + control->start.argv;
    } else if (const auto asRoot = behind(control->start.prefix, config.rootCommand)) {
        access.start = *asRoot + control->start.argv;
        access.startAsRoot = true;
    }
    return access;
}

Gatherer::Gatherer(cluster::ClusterConfig config, cluster::ClusterState state, Hands &hands, QObject *parent)
    : QObject(parent)
    , m_hands(hands)
{
    m_facts.config = std::move(config);
    m_facts.state = std::move(state);
}

void Gatherer::start(std::function<void(Facts)> done)
{
    m_done = std::move(done);
    ++m_left; // until all are asked
    for (const cluster::NodeStatus &node : m_facts.state.snapshot->nodes) {
        NodeFacts &facts = m_facts.nodes[node.name];
        if (node.kind == cluster::NodeKind::Witness) {
            continue;
        }
        facts.sql.error = cluster::toString(node.link);
        facts.host.error = facts.sql.error;
        if (!node.sample) {
            continue;
        }
        askRights(node.name, node.sample->serverVersionNum);
    }
    askPatroni();
    askMonitor();
    for (const cluster::AddressConfig &address : m_facts.config.addresses) {
        if (address.follows == QLatin1String("primary")) {
            askAddress(address);
        }
    }
    for (const cluster::PoolerConfig &pooler : m_facts.config.poolers) {
        askPooler(pooler.name);
    }
    one();
}

/// Of a cluster of which nobody has said who manages it too: that it answers says so.
void Gatherer::askPatroni()
{
    const bool known = m_facts.state.snapshot->manager == cluster::ManagerKind::Patroni;
    if (!known && m_facts.state.snapshot->manager != cluster::ManagerKind::Auto) {
        return;
    }
    ++m_left;
    auto *gatherer = new patroni::PatroniGatherer(m_facts.config, m_facts.state.snapshot, m_hands, this);
    gatherer->start([this, gatherer, known](const patroni::PatroniFacts &facts) {
        gatherer->deleteLater();
        if (known || facts.isKnown()) {
            m_facts.patroni = facts;
        }
        one();
    });
}

/// The same with pg_auto_failover's monitor, where the cluster file names one.
void Gatherer::askMonitor()
{
    const bool known = m_facts.state.snapshot->manager == cluster::ManagerKind::PgAutoFailover;
    const bool named =
        m_facts.state.snapshot->manager == cluster::ManagerKind::Auto && !m_facts.config.autoFailoverMonitor.isEmpty();
    if (!known && !named) {
        return;
    }
    ++m_left;
    const QPointer<Gatherer> self(this);
    askAutoFailover(m_facts.config, m_facts.state, m_hands, [self, known](AutoFailoverFacts facts) {
        if (!self) {
            return;
        }
        if (known || facts.isKnown()) {
            self->m_facts.autoFailover = std::move(facts);
        }
        self->one();
    });
}

void Gatherer::askAddress(const cluster::AddressConfig &address)
{
    ++m_left;
    auto *look = new address::Look(address, m_hands, this);
    look->start(m_facts.config.nodes, [this, look, name = address.name](address::Facts facts) {
        look->deleteLater();
        m_facts.addresses.insert(name, std::move(facts));
        one();
    });
}

void Gatherer::askPooler(const QString &name)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    m_hands.sql(poolerPlace(name), QStringLiteral("SHOW DATABASES"), kSqlMs, [self, name](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        PoolerFacts &facts = self->m_facts.poolers[name];
        facts.error = table ? QString() : table.error().error.message;
        for (std::size_t row = 0; table && row < table->rows.size(); ++row) {
            facts.databases.append(cell(*table, row, "name"));
            if (cell(*table, row, "paused") == QLatin1String("1")) {
                facts.paused.append(facts.databases.last());
            }
        }
        self->askWholePooler(name);
    });
}

/// PAUSE of everything shows here only, and before 1.19 nowhere: then it is refused when the time has come.
void Gatherer::askWholePooler(const QString &name)
{
    const QPointer<Gatherer> self(this);
    m_hands.sql(poolerPlace(name), QStringLiteral("SHOW STATE"), kSqlMs, [self, name](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        for (std::size_t row = 0; table && row < table->rows.size(); ++row) {
            if (cell(*table, row, "key") == QLatin1String("paused") &&
                cell(*table, row, "value") == QLatin1String("yes")) {
                self->m_facts.poolers[name].paused.append(kAllPaused);
            }
        }
        self->one();
    });
}

void Gatherer::one()
{
    if (--m_left == 0) {
        askFollowers();
    }
}

/// Nobody else has to stop and start servers where one of these does.
bool Gatherer::isDoneByHosts() const
{
    const cluster::ManagerKind manager = m_facts.state.snapshot->manager;
    return manager != cluster::ManagerKind::Patroni && manager != cluster::ManagerKind::PgAutoFailover;
}

/// Whether each would get into the others is tried from the hosts, once they are known.
void Gatherer::askFollowers()
{
    const QPointer<Gatherer> self(this);
    tryConnections(m_facts, m_hands, [self](const QHash<QString, QHash<QString, Connection>> &tried) {
        if (!self) {
            return;
        }
        for (auto it = tried.begin(); it != tried.end(); ++it) {
            self->m_facts.nodes[it.key()].connections = it.value();
        }
        self->askManager();
    });
}

/// What its own tools need to know comes last: it needs the hosts.
void Gatherer::askManager()
{
    if (m_facts.state.snapshot->manager != cluster::ManagerKind::Repmgr) {
        m_done(std::move(m_facts));
        return;
    }
    auto *repmgr = new RepmgrGatherer(m_facts, m_hands, this);
    repmgr->start([this, repmgr](const RepmgrFacts &facts) {
        repmgr->deleteLater();
        m_facts.repmgr = facts;
        m_done(std::move(m_facts));
    });
}

void Gatherer::askRights(const QString &node, int version)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    m_hands.sql(node, rightsSql(version), kSqlMs, [self, node](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        const SqlAccess access = table ? accessFrom(*table) : SqlAccess{.error = table.error().error.message};
        self->m_facts.nodes[node].sql = access;
        // What is refused stands as an ERROR in the server's log, at each look: only what may be asked is.
        if (access.hbaReadable) {
            self->askHba(node);
        }
        if (self->isDoneByHosts()) {
            if (access.fileSettingsReadable) {
                self->askFileSettings(node);
            }
            self->askHost(node);
        }
        self->one();
    });
}

void Gatherer::askHba(const QString &node)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    m_hands.sql(node,
                QStringLiteral("SELECT type, array_to_string(database, E'\\n') AS databases, "
                               "array_to_string(user_name, E'\\n') AS users, address, netmask, auth_method, error "
                               "FROM pg_hba_file_rules ORDER BY line_number"),
                kSqlMs, [self, node](const Handed<Table> &table) {
                    if (!self) {
                        return;
                    }
                    SqlAccess &access = self->m_facts.nodes[node].sql;
                    access.hbaReadable = access.hbaReadable && table.has_value();
                    access.hba = table ? hbaFrom(*table) : std::vector<HbaRule>();
                    self->one();
                });
}

/// Only superusers, and who was let by hand, read pg_file_settings.
void Gatherer::askFileSettings(const QString &node)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    m_hands.sql(node, notTakenOverSql() + whatAStartChangesSql(), kSqlMs, [self, node](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        if (table) {
            fileSettingsFrom(*table, self->m_facts.nodes[node].sql);
        }
        self->one();
    });
}

void Gatherer::askHost(const QString &node)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    // By it the host is known to be this server's, and by a process of its own; before what follows, on the same
    // session.
    if (m_facts.nodes[node].sql.filesReadable) {
        m_hands.sql(node, QStringLiteral("SELECT pg_read_file('postmaster.pid') AS pid_file"), kSqlMs,
                    [self, node](const Handed<Table> &table) {
                        if (self && table) {
                            self->m_pidFiles.insert(node, cell(*table, 0, "pid_file"));
                        }
                    });
    }
    // config_file is for superusers and pg_read_all_settings only.
    m_hands.sql(
        node,
        QStringLiteral("SELECT (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS data_directory, "
                       "(SELECT setting FROM pg_settings WHERE name = 'config_file') AS config_file, "
                       "(SELECT setting FROM pg_settings WHERE name = 'port') AS port, "
                       "extract(epoch FROM pg_postmaster_start_time())::bigint AS started, pg_backend_pid() AS "
                       "session_pid, coalesce('(' || inet_client_port() || ')', '[local]') AS session_peer"),
        kSqlMs, [self, node](const Handed<Table> &table) {
            if (!self) {
                return;
            }
            const auto fail = [self, node](const QString &why) { // it outlives this call
                self->m_facts.nodes[node].host.error = why;
                self->one();
            };
            if (!table || table->rows.empty() || cell(*table, 0, "data_directory").isEmpty()) {
                fail(table ? QStringLiteral("data_directory can't be read: grant pg_read_all_settings")
                           : table.error().error.message);
                return;
            }
            const hosts::ServerSettings settings{.dataDirectory = cell(*table, 0, "data_directory"),
                                                 .configFile = cell(*table, 0, "config_file"),
                                                 .port = cell(*table, 0, "port").toInt(),
                                                 .startedS = cell(*table, 0, "started").toLongLong(),
                                                 .pidFile = self->m_pidFiles.value(node),
                                                 .sessionPid = cell(*table, 0, "session_pid").toLongLong(),
                                                 .sessionPeer = cell(*table, 0, "session_peer")};
            self->m_hands.command(
                node, hosts::hostFactsCommand(settings), false, kHostMs,
                [self, node, settings, fail](const Handed<CommandResult> &result) {
                    if (!self) {
                        return;
                    }
                    const auto facts = result ? hosts::parseHostFacts(result->out.toUtf8(), settings)
                                              : core::Result<hosts::HostFacts>(tl::unexpected(result.error().error));
                    if (!facts) {
                        fail(facts.error().message);
                        return;
                    }
                    const auto &nodes = self->m_facts.config.nodes;
                    const auto config = std::find_if(nodes.begin(), nodes.end(),
                                                     [&](const cluster::NodeConfig &one) { return one.name == node; });
                    self->m_facts.nodes[node].host = hostAccessFrom(*facts, *config);
                    self->one();
                });
        });
}

} // namespace howdah::operations::switchover
