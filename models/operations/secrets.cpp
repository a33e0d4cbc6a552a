// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/secrets.h"

#include "postgres/conninfo.h"

namespace howdah::operations {

core::Result<QString> secretValue(const Secret &secret, const Table &answer)
{
    if (answer.rows.size() != 1 || answer.rows.front().size() != 1 || !answer.rows.front().front()) {
        return core::failure(core::Error::Kind::Server,
                             QStringLiteral("%1 gave no connection settings").arg(secret.node));
    }
    auto conninfo = postgres::Conninfo::parse(*answer.rows.front().front());
    if (!conninfo) {
        return core::failure(core::Error::Kind::Invalid,
                             QStringLiteral("the connection settings that %1 has are not valid").arg(secret.node));
    }
    for (const auto &[keyword, value] : secret.replaced) {
        *conninfo = conninfo->with(keyword, value);
    }
    return conninfo->toString();
}

bool isSameButForPasswords(const QString &one, const QString &other)
{
    const auto bare = [](const QString &text) -> std::optional<QString> {
        const auto conninfo = postgres::Conninfo::parse(text);
        return conninfo ? std::optional(conninfo->with(QStringLiteral("password"), {})
                                            .with(QStringLiteral("sslpassword"), {})
                                            .toString())
                        : std::nullopt;
    };
    const auto first = bare(one);
    return first && first == bare(other);
}

QString shownName(const Secret &secret)
{
    return secret.name + QStringLiteral("_shown");
}

bool hidesSomething(const QString &redacted)
{
    return redacted.contains(QLatin1String("********"));
}

QString hushSql()
{
    return QStringLiteral("SELECT set_config(name, quiet, false) FROM (VALUES ('log_min_error_statement', 'panic'), "
                          "('log_statement', 'none'), ('log_min_duration_statement', '-1'), "
                          "('log_min_duration_sample', '-1'), ('pg_stat_statements.track', 'none'), "
                          "('track_activities', 'off')) AS s(name, quiet) JOIN pg_settings USING (name) "
                          "WHERE current_setting('is_superuser') = 'on'");
}

QString speakSql()
{
    return QStringLiteral("SELECT set_config(name, reset_val, false) FROM pg_settings WHERE name IN "
                          "('log_min_error_statement', 'log_statement', 'log_min_duration_statement', "
                          "'log_min_duration_sample', 'pg_stat_statements.track', 'track_activities') "
                          "AND current_setting('is_superuser') = 'on'");
}

} // namespace howdah::operations
