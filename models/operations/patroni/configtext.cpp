// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/patroni/configtext.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QSet>
#include <algorithm>
#include <cctype>

namespace howdah::operations::patroni {

namespace {

constexpr int kAutovacuumSlots = 180'000; ///< the version from which autovacuum_max_workers needs no restart

QString tr(const char *text)
{
    return QCoreApplication::translate("Patroni", text);
}

/// Parameters that are read when a server starts (pg_settings.context is postmaster) in any version from 14 on.
const QSet<QString> &readAtStart()
{
    static const QSet<QString> names = [] {
        const QString words = QStringLiteral(
            "archive_mode autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age "
            "autovacuum_worker_slots bonjour bonjour_name cluster_name commit_timestamp_buffers config_file "
            "data_directory data_sync_retry debug_io_direct dynamic_shared_memory_type event_source external_pid_file "
            "hba_file hot_standby huge_page_size huge_pages ident_file ignore_invalid_pages io_max_concurrency "
            "io_max_combine_limit io_method jit_provider listen_addresses logging_collector "
            "max_active_replication_origins max_connections max_files_per_process max_locks_per_transaction "
            "max_logical_replication_workers max_notify_queue_pages max_pred_locks_per_transaction "
            "max_prepared_transactions max_replication_slots max_wal_senders max_worker_processes "
            "min_dynamic_shared_memory multixact_member_buffers multixact_offset_buffers notify_buffers "
            "old_snapshot_threshold port recovery_target recovery_target_action recovery_target_inclusive "
            "recovery_target_lsn recovery_target_name recovery_target_time recovery_target_timeline "
            "recovery_target_xid reserved_connections serializable_buffers shared_buffers shared_memory_type "
            "shared_preload_libraries subtransaction_buffers superuser_reserved_connections "
            "track_activity_query_size track_commit_timestamp transaction_buffers unix_socket_directories "
            "unix_socket_group unix_socket_permissions wal_buffers wal_decode_buffer_size wal_level wal_log_hints");
        const QStringList all = words.split(QLatin1Char(' '));
        return QSet<QString>(all.begin(), all.end());
    }();
    return names;
}

int serverVersionOf(const PatroniFacts &facts)
{
    int version = 0;
    for (const Member &one : facts.members) {
        version = std::max(version, one.self ? one.self->serverVersion : 0);
    }
    return version;
}

} // namespace

QString textOf(const QJsonObject &config)
{
    return QString::fromUtf8(QJsonDocument(config).toJson(QJsonDocument::Indented));
}

ConfigRead configFrom(const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
    if (error.error != QJsonParseError::NoError) {
        qsizetype at = std::min<qsizetype>(error.offset, bytes.size());
        // What is missing is noticed only at the next word, which is read by then and may stand lines below.
        const bool isMissing = error.error != QJsonParseError::IllegalValue &&
                               error.error != QJsonParseError::IllegalNumber &&
                               error.error != QJsonParseError::GarbageAtEnd;
        at -= isMissing && at > 0 ? 1 : 0;
        while (isMissing && at > 0 && std::isspace(static_cast<unsigned char>(bytes[at - 1])) != 0) {
            --at;
        }
        return {.wrongLine = static_cast<int>(bytes.left(at).count('\n')) + 1,
                .problem = error.errorString(),
                .hint = tr("A comma stands between two keys and none behind the last, words stand in \"\".")};
    }
    if (!document.isObject()) {
        return {.wrongLine = 1, .problem = tr("Patroni takes an object"), .hint = tr("All of it stands in { }.")};
    }
    return {.config = document.object()};
}

bool holdsSecrets(const QJsonObject &config)
{
    const auto all = managers::flattened(config);
    return std::any_of(all.begin(), all.end(), [](const auto &one) { return managers::isSecretKey(one.first); });
}

QJsonObject masked(QJsonObject config)
{
    for (auto it = config.begin(); it != config.end(); ++it) {
        if (managers::isSecretKey(it.key())) {
            *it = QStringLiteral("********");
        } else if (it->isObject()) {
            *it = masked(it->toObject());
        }
    }
    return config;
}

Effect effectOf(const QString &key, const PatroniFacts &facts)
{
    const QString prefix = QStringLiteral("postgresql.parameters.");
    if (!key.startsWith(prefix)) {
        return Effect::Loop;
    }
    const QString name = key.mid(prefix.size());
    if (const QString context = facts.contexts.value(name); !context.isEmpty()) {
        return context == QLatin1String("postmaster") ? Effect::Restart : Effect::Reload;
    }
    if (name == QLatin1String("autovacuum_max_workers") && serverVersionOf(facts) >= kAutovacuumSlots) {
        return Effect::Reload;
    }
    if (name == QLatin1String("restore_command") && serverVersionOf(facts) < 140000) { // also when it is not known
        return Effect::Restart;
    }
    return readAtStart().contains(name)      ? Effect::Restart
           : name.contains(QLatin1Char('.')) ? Effect::Unknown
                                             : Effect::Reload;
}

QString toString(Effect effect)
{
    switch (effect) {
    case Effect::Loop:
        return tr("at once");
    case Effect::Reload:
        return tr("by a reload");
    case Effect::Restart:
        return tr("by a restart of PostgreSQL");
    case Effect::Unknown:
        break;
    }
    return tr("unknown");
}

} // namespace howdah::operations::patroni
