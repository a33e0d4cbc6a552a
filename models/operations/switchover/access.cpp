// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/access.h"

#include <algorithm>

#include "cluster/clusterlock.h"
#include "core/identifier.h"
#include "hosts/servercontrol.h"

namespace howdah::operations::switchover {

namespace {

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

QString fileSettingsSql()
{
    return notTakenOverSql() + whatAStartChangesSql();
}

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

} // namespace howdah::operations::switchover
