// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::cluster {

/// Key of the advisory lock that keeps two consoles from acting on one cluster at once: on the primary, and on a
/// switchover's candidate, whose lock outlives the promotion.
inline constexpr qint64 kClusterLock = 0x686F7764'61680001; // "howdah", 1

/// Who holds it in whichever database, as what follows a FROM with pg_stat_activity as a.
/// (https://www.postgresql.org/docs/current/view-pg-locks.html: a key of bigint is classid and objid, with objsubid 1)
inline QString anyLockHoldersSql()
{
    return QStringLiteral("pg_locks l LEFT JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND "
                          "l.granted AND l.classid::bigint = %1 AND l.objid::bigint = %2 AND l.objsubid = 1")
        .arg(kClusterLock >> 32)
        .arg(kClusterLock & 0xFFFFFFFF);
}

/// The same in the database that is asked: only there is it in the way.
inline QString lockHoldersSql()
{
    return anyLockHoldersSql() +
           QStringLiteral(" AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())");
}

/// A holder as text.
inline QString lockHolderSql()
{
    return QStringLiteral("'process ' || l.pid || ', ' || coalesce(a.application_name, 'unknown') || ' of ' || "
                          "coalesce(a.usename, 'unknown') || coalesce(' from ' || host(a.client_addr), '')");
}

/// A sub-select: who else holds it, as text; NULL without one.
inline QString otherHolderSql()
{
    return QStringLiteral("(SELECT %1 FROM %2 AND l.pid <> pg_backend_pid() LIMIT 1)")
        .arg(lockHolderSql(), lockHoldersSql());
}

/// Takes it if nobody holds it: t or f, and who does as evidence.
inline QString tryLockSql()
{
    return QStringLiteral(
               "SELECT got, CASE WHEN got THEN 'taken' ELSE coalesce('held by ' || %2, 'held a moment ago') END AS "
               "evidence FROM (SELECT pg_try_advisory_lock(%1) AS got OFFSET 0) AS lock")
        .arg(QString::number(kClusterLock), otherHolderSql());
}

/// Whether the session that is asked holds it.
inline QString lockIsOursSql()
{
    return QStringLiteral("SELECT EXISTS (SELECT FROM %1 AND l.pid = pg_backend_pid())").arg(lockHoldersSql());
}

/// Whether nobody holds it, for who can't keep a session open.
inline QString lockIsFreeSql()
{
    return QStringLiteral("SELECT NOT EXISTS (SELECT FROM %1)").arg(lockHoldersSql());
}

} // namespace howdah::cluster
