// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbooksql.h"

#include "operations/places.h"
#include "operations/values.h"
#include "postgres/conninfo.h"

namespace howdah::operations {

QString shellWord(const QString &text)
{
    return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QLatin1String("'\\''")) + QLatin1Char('\'');
}

RunbookSql::RunbookSql(const cluster::ClusterConfig &config)
    : m_config(config)
{
}

QString RunbookSql::psql(const QString &name, const QString &database) const
{
    const auto place = placeOf(m_config, name);
    const auto conninfo = postgres::Conninfo::parse(place ? place->node.conninfo : QString());
    const QString usual = !database.isEmpty() ? database : place ? place->database : QStringLiteral("postgres");
    // No password in a file, nor on a command line; operations are of the database postgres.
    const QString target = conninfo ? conninfo->with(QStringLiteral("password"), {})
                                          .with(QStringLiteral("dbname"), usual)
                                          // By it a statement ends those that an earlier one has left behind.
                                          .with(QStringLiteral("application_name"), QStringLiteral("howdah operation"))
                                          .toString()
                                    : QString();
    return QStringLiteral("psql -X -q -A -F \"$(printf '\\037')\" -P footer=off -v ON_ERROR_STOP=1 -d %1")
        .arg(shellWord(target));
}

QString RunbookSql::function(const Action &action, const QString &before)
{
    QString variables;
    QString sql = action.sql;
    for (auto it = placeholder().globalMatch(action.sql); it.hasNext();) {
        const QString value = it.next().captured(1);
        const QString option = QStringLiteral(" -v %1=\"$%1\"").arg(value);
        variables += variables.contains(option) ? QString() : option;
    }
    sql.replace(placeholder(), QStringLiteral(":'\\1'"));
    return functionOf(
        QLatin1Char('q'),
        QStringLiteral("  %1%2 <<'SQL'\n%3;\nSQL\n").arg(before + psql(action.node, action.database), variables, sql));
}

QString RunbookSql::functionOf(QLatin1Char letter, const QString &text)
{
    const QString name = letter + QString::number(++m_count);
    m_functions += QStringLiteral("%1() {\n%2}\n").arg(name, text);
    return name;
}

void RunbookSql::addSecret(const Secret &secret)
{
    Action ask;
    ask.node = secret.node;
    ask.sql = secret.sql;
    QString more;
    for (const auto &[keyword, value] : secret.replaced) {
        // Of a keyword that stands twice libpq takes the last.
        more += QStringLiteral(" %1='%2'")
                    .arg(keyword, QString(value)
                                      .replace(QLatin1Char('\\'), QLatin1String("\\\\"))
                                      .replace(QLatin1Char('\''), QLatin1String("\\'")));
    }
    const QString name = function(ask);
    m_functions += QStringLiteral("%1=$(%2 | sed -n 2p)%3\n").arg(secret.name, name, shellWord(more));
}

} // namespace howdah::operations
