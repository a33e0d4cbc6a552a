// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbooksql.h"

#include <QUrl>

#include "cluster/conninfotext.h"
#include "operations/places.h"
#include "operations/secrets.h"
#include "operations/values.h"
#include "postgres/conninfo.h"

namespace howdah::operations {

QString shellWord(const QString &text)
{
    return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QLatin1String("'\\''")) + QLatin1Char('\'');
}

QString psqlConninfo(const cluster::ClusterConfig &config, const QString &name, const QString &database)
{
    const auto place = placeOf(config, name);
    // It stands in the script and on psql's command line: with no secret in it. Operations are of the database
    // postgres.
    const auto conninfo = postgres::Conninfo::parse(place ? cluster::withoutPassword(place->node.conninfo) : QString());
    const QString usual = !database.isEmpty() ? database : place ? place->database : QStringLiteral("postgres");
    return conninfo ? conninfo
                          ->with(QStringLiteral("dbname"), usual)
                          // By it a statement ends those that an earlier one has left behind.
                          .with(QStringLiteral("application_name"), QStringLiteral("howdah operation"))
                          // What psql quotes, it quotes by this.
                          .with(QStringLiteral("client_encoding"), QStringLiteral("UTF8"))
                          .toString()
                    : QString();
}

RunbookSql::RunbookSql(const cluster::ClusterConfig &config)
    : m_config(config)
{
}

QString RunbookSql::function(const Action &action, const Manner &manner)
{
    QStringList given;
    QString sql = action.sql;
    for (const QString &name : valuesIn(action.sql)) {
        given +=
            (manner.kept.contains(name) ? QStringLiteral("kept %1") : QStringLiteral("given %1 \"$%1\"")).arg(name);
    }
    sql.replace(placeholder(), QStringLiteral(":'\\1'"));
    const QString client = QStringLiteral("sql ") + shellWord(psqlConninfo(m_config, action.node, action.database)) +
                           (manner.silenceS > 0 ? QStringLiteral(" %1").arg(manner.silenceS) : QString());
    QString text = manner.seconds > 0 ? QStringLiteral("  within %1\n").arg(manner.seconds) : QString();
    if (given.isEmpty()) {
        text += QStringLiteral("  %1 <<'SQL'\n%2;\nSQL\n").arg(client, sql);
    } else { // of a statement with a secret in it nothing is quoted back
        text += QStringLiteral("  lines=$(%1) || return 1\n  {\n    printf '%s\\n' \"$lines\"\n    cat <<'SQL'\n"
                               "\\set VERBOSITY terse\n\\o /dev/null\n%4;\n\\o\n%2;\nSQL\n  } | %3\n")
                    .arg(given.join(QStringLiteral(" && ")), sql, client, hushSql());
    }
    return functionOf(QLatin1Char('q'), text);
}

QString RunbookSql::functionOf(QLatin1Char letter, const QString &text)
{
    const QString name = letter + QString::number(++m_count);
    m_functions += QStringLiteral("%1() {\n%2}\n").arg(name, text);
    return name;
}

QString RunbookSql::secretText(const Secret &secret)
{
    Action ask;
    ask.node = secret.node;
    ask.sql = secret.sql;
    QStringList words;
    QStringList query;
    QStringList keywords;
    for (const auto &[keyword, value] : secret.replaced) {
        QString quoted = value;
        quoted.replace(QLatin1Char('\\'), QLatin1String("\\\\")).replace(QLatin1Char('\''), QLatin1String("\\'"));
        words.append(QStringLiteral("%1='%2'").arg(keyword, quoted));
        keywords.append(keyword);
        query.append(keyword + QLatin1Char('=') + QString::fromLatin1(QUrl::toPercentEncoding(value)));
    }
    return QStringLiteral("settings %1 %2 %3 %4 %5\n%6=$value\n")
        .arg(shellWord(secret.node), function(ask, {}), shellWord(words.join(QLatin1Char(' '))),
             shellWord(query.join(QLatin1Char('&'))), shellWord(keywords.join(QLatin1Char(' '))), secret.name);
}

} // namespace howdah::operations
