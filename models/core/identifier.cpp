// SPDX-License-Identifier: GPL-3.0-or-later
#include "identifier.h"

#include <QRegularExpression>
#include <QSet>

namespace howdah::core {

namespace {
// What is no name without quotes: "reserved" in any way, in PostgreSQL's column of
// https://www.postgresql.org/docs/current/sql-keywords-appendix.html
const QSet<QString> &reservedWords()
{
    static const QSet<QString> words = [] {
        const QStringList list =
            QStringLiteral("all analyse analyze and any array as asc asymmetric authorization binary both case "
                           "cast check collate collation column concurrently constraint create cross "
                           "current_catalog current_date current_role current_schema current_time "
                           "current_timestamp current_user default deferrable desc distinct do else end except "
                           "false fetch for foreign freeze from full grant group having ilike in initially inner "
                           "intersect into is isnull join lateral leading left like limit localtime "
                           "localtimestamp natural not notnull null offset on only or order outer overlaps "
                           "placing primary references returning right select session_user similar some "
                           "symmetric system_user table tablesample then to trailing true union unique user "
                           "using variadic verbose when where window with")
                .split(QLatin1Char(' '));
        return QSet<QString>(list.cbegin(), list.cend());
    }();
    return words;
}
} // namespace

QString sqlIdentifier(const QString &name)
{
    static const QRegularExpression plain(QStringLiteral("\\A[a-z_][a-z0-9_]*\\z"));
    if (plain.match(name).hasMatch() && !reservedWords().contains(name)) {
        return name;
    }
    return QLatin1Char('"') + QString(name).replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

QString sqlLiteral(const QString &text)
{
    QString inside = text;
    inside.replace(QLatin1Char('\''), QLatin1String("''"));
    // A backslash means itself only within E'…', where it is doubled; the space keeps the E off a word before it.
    if (inside.contains(QLatin1Char('\\'))) {
        inside.replace(QLatin1Char('\\'), QLatin1String("\\\\"));
        return QStringLiteral(" E'") + inside + QLatin1Char('\'');
    }
    return QLatin1Char('\'') + inside + QLatin1Char('\'');
}

} // namespace howdah::core
