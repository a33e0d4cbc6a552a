// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSaveFile>
#include <algorithm>

#include "core/identifier.h"
#include "core/redact.h"
#include "hosts/commandline.h"
#include "operations/places.h"
#include "operations/runbook.h"
#include "operations/values.h"
#include "postgres/conninfo.h"

namespace howdah::operations {

namespace {

/// What every script begins with. sql NODE prints the rows, unaligned, with a header; first column of the first row is
/// what holds() looks at.
const char *const kPrologue = R"sh(set -eu
done_steps=
fail() {
  echo "FAILED: $1" >&2
  [ -z "$done_steps" ] || echo "done so far:$done_steps" >&2
  [ -z "${undo:-}" ] || echo "to take it back: sh $0 undo" >&2
  exit 1
}
# The value of column $1 in the first row of what comes in.
column() {
  awk -F '\037' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR == 2 { print $at }'
}
# $1: what is waited for, $2: seconds at most, $3: what else is as good when it is said, or nothing; then a function that
# prints rows whose first column must be t.
holds() {
  what=$1 end=$(($(date +%s) + $2)) already=$3
  shift 3
  while :; do
    said=$("$@" 2>&1) && [ "$(printf '%s\n' "$said" | awk -F '\037' 'NR == 2 { print $1 }')" = t ] && return
    [ -n "$already" ] && printf '%s\n' "$said" | grep -Eq "$already" && return
    [ "$(date +%s)" -lt "$end" ] || fail "$what: $said"
    sleep 0.05
  done
}
)sh";

/// Only in scripts that need it: however this one ends, what must not be left behind is sent.
const char *const kWillPrologue = R"sh(
wills=
trap 'for will in $wills; do $will >/dev/null 2>&1 || :; done' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
)sh";

/// Only in scripts that need it. Credentials reach curl by its standard input, where no list of processes shows them.
const char *const kHttpPrologue = R"sh(
option() {
  [ -z "$2" ] || printf '%s = "%s%s"\n' "$1" "$3" "$(printf %s "$2" | sed 's/[\\"]/\\&/g')"
}
# $1: whose credentials in the environment, $2: method, $3: URL, $4: seconds at most, $5: body, $6: "anonymous", or
# nothing. Prints the body of the answer, then its status on a line of its own.
http() {
  user= token= cacert=
  [ -z "$1" ] || eval "user=\${$1_USER:+\$$1_USER:\${$1_PASSWORD:-}} token=\${$1_TOKEN:-} cacert=\${$1_CACERT:-}"
  [ -z "$6" ] || user= token=
  {
    option user "$user" ''
    option header "$token" 'Authorization: Bearer '
    option cacert "$cacert" ''
    [ -z "$5" ] || echo 'header = "Content-Type: application/json"'
  } | curl -q -K - -g -sS --noproxy '*' --max-time "$4" -X "$2" ${5:+--data-raw "$5"} -w '\n%{http_code}\n' "$3"
}
# $1: statuses as a pattern of case, $2: seconds at most, $3: seconds between, or nothing to ask once, then a function
# that prints what http prints, and the patterns that its body must match, or must not behind a "!". The body is left in $out.
answers() {
  statuses=$1 end=$(($(date +%s) + $2)) again=$3 ask=$4
  shift 4
  while :; do
    out=$($ask 2>&1) || :
    status=$(printf '%s\n' "$out" | tail -n 1)
    good=1
    printf '%s' "$status" | grep -Eqx "$statuses" || good=
    out=$(printf '%s\n' "$out" | sed '$d')
    for pattern in "$@"; do
      case $pattern in
      '!'*) printf '%s\n' "$out" | grep -Eq "${pattern#!}" && good= ;;
      *) printf '%s\n' "$out" | grep -Eq "$pattern" || good= ;;
      esac
    done
    [ -z "$good" ] || return 0
    [ -n "$again" ] && [ "$(date +%s)" -lt "$end" ] || return 1
    sleep "$again"
  done
}
)sh";

QString word(const QString &text)
{
    return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QLatin1String("'\\''")) + QLatin1Char('\'');
}

class Script {
public:
    Script(const Plan &plan, const cluster::ClusterConfig &config)
        : m_plan(plan)
        , m_config(config)
    {
    }

    QString text()
    {
        // What is a comment must not end one.
        const QString title = QString(core::redacted(m_plan.title)).replace(QLatin1Char('\n'), QLatin1Char(' '));
        QString out =
            QStringLiteral(
                "#!/bin/sh\n# %1\n# Read it before you run it. It takes back what it did with: sh FILE undo\n")
                .arg(title);
        out += QLatin1String(kPrologue);
        out += hasWills() ? QLatin1String(kWillPrologue) : QLatin1String();
        out += usesHttp() ? QLatin1String(kHttpPrologue) : QLatin1String();
        for (const Secret &secret : m_plan.secrets) {
            addSecret(secret);
        }
        QString undo;
        QString forward = QStringLiteral("echo 'The cluster is as it was checked'\n");
        for (const Action &guard : m_plan.guards) {
            forward += actionText(guard, m_plan.steps.front());
        }
        for (const Step &step : m_plan.steps) {
            forward += stepText(step);
            undo.prepend(undoText(step));
        }
        out += m_functions;
        out += QStringLiteral("if [ \"${1:-}\" = undo ]; then\n%1exit 0\nfi\n%2echo \"done\"\n").arg(undo, forward);
        return out;
    }

private:
    bool usesHttp() const
    {
        const auto http = [](const std::vector<Action> &actions) {
            return std::any_of(actions.begin(), actions.end(),
                               [](const Action &action) { return action.kind == Action::Kind::Http; });
        };
        return http(m_plan.guards) || std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [&](const Step &step) {
                   return http(step.actions) || http(step.verify) || http(step.undo);
               });
    }

    bool hasWills() const
    {
        return std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [](const Step &step) {
            return std::any_of(step.actions.begin(), step.actions.end(),
                               [](const Action &action) { return action.lastWill.has_value(); });
        });
    }

    /// Left before the statement; void when that is refused in words, by which psql ends with 3.
    QString willText(const Action &action, const QString &name, const QString &about)
    {
        Action will;
        will.node = action.node;
        will.database = action.database;
        will.sql = action.lastWill->sql;
        const QString last = function(will, QStringLiteral("timeout 10 "));
        m_wills.insert(will.node + QLatin1Char('\n') + will.sql, last);
        return QStringLiteral(
                   "wills=\"$wills %1\"\nout=$(%2) || {\n  [ $? -ne 3 ] || wills=${wills% *}\n  fail %3\n}\n")
            .arg(last, name, about);
    }

    QString psql(const QString &name, const QString &database) const
    {
        const auto place = placeOf(m_config, name);
        const auto conninfo = postgres::Conninfo::parse(place ? place->node.conninfo : QString());
        const QString usual = !database.isEmpty() ? database : place ? place->database : QStringLiteral("postgres");
        // No password in a file, nor on a command line; operations are of the database postgres.
        const QString target =
            conninfo ? conninfo->with(QStringLiteral("password"), {}).with(QStringLiteral("dbname"), usual).toString()
                     : QString();
        return QStringLiteral("psql -X -q -A -F \"$(printf '\\037')\" -P footer=off -v ON_ERROR_STOP=1 -d %1")
            .arg(word(target));
    }

    /// A function that runs one statement; what it needs of values comes as psql's variables, quoted there.
    QString function(const Action &action, const QString &before = {})
    {
        const QString name = QStringLiteral("q%1").arg(++m_count);
        QString variables;
        QString sql = action.sql;
        for (auto it = placeholder().globalMatch(action.sql); it.hasNext();) {
            const QString value = it.next().captured(1);
            const QString option = QStringLiteral(" -v %1=\"$%1\"").arg(value);
            variables += variables.contains(option) ? QString() : option;
        }
        sql.replace(placeholder(), QStringLiteral(":'\\1'"));
        m_functions += QStringLiteral("%1() {\n  %2%3 <<'SQL'\n%4;\nSQL\n}\n")
                           .arg(name, before + psql(action.node, action.database), variables, sql);
        return name;
    }

    void addSecret(const Secret &secret)
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
        m_functions += QStringLiteral("%1=$(%2 | sed -n 2p)%3\n").arg(secret.name, name, word(more));
    }

    /// A word of the script in which values stand as what they became.
    static QString withValues(const QString &text)
    {
        return word(text).replace(placeholder(), QStringLiteral("'\"$\\1\"'"));
    }

    QString httpText(const Action &action, const QString &about, int seconds, bool asked)
    {
        const QString name = QStringLiteral("q%1").arg(++m_count);
        const int once = action.pollMs > 0 ? 3 : seconds;
        m_functions += QStringLiteral("%1() {\n  http %2 %3 %4 %5 %6 %7\n}\n")
                           .arg(name, word(action.http.credentials), word(action.http.method),
                                withValues(action.http.url), QString::number(once), withValues(action.http.body),
                                word(action.http.anonymous ? QStringLiteral("anonymous") : QString()));
        QStringList accepted;
        for (const int status : action.http.accepted) {
            accepted.append(QString::number(status));
        }
        QString text =
            QStringLiteral("answers %1 %2 %3 %4")
                .arg(word(accepted.isEmpty() ? QStringLiteral("2..") : accepted.join(QLatin1Char('|'))))
                .arg(seconds)
                .arg(word(action.pollMs > 0 ? QString::number(std::max(50, action.pollMs) / 1000.0) : QString()), name);
        for (const QString &expected : action.expected) {
            text += QLatin1Char(' ') + withValues(expected);
        }
        for (const QString &unexpected : action.unexpected) {
            text += QLatin1Char(' ') + withValues(QLatin1Char('!') + unexpected);
        }
        // At the point of no return a lost answer is no failure: what is there decides.
        return text +
               (asked ? QStringLiteral(" || echo \"  $status $out\"\n")
                      : QStringLiteral(" || { echo \"$status $out\" >&2; fail %1; }\n").arg(about)) +
               captures(action, about);
    }

    QString captures(const Action &action, const QString &about) const
    {
        QString text;
        for (const Capture &capture : action.captures) {
            text +=
                QStringLiteral("%1=$(printf '%s\\n' \"$out\" | sed -nE %2 | head -n 1)\n[ -n \"$%1\" ] || fail %3\n")
                    .arg(capture.name, word(QStringLiteral("s|%1|\\1|p").arg(capture.from)), about);
        }
        return text;
    }

    QString commandText(const Action &action) const
    {
        const auto place = placeOf(m_config, action.node);
        const cluster::NodeConfig *config = place ? &place->node : nullptr;
        QStringList prefix = config ? config->command : QStringList();
        if (action.asRoot && config) {
            prefix = config->rootCommand.isEmpty()
                         ? config->command + QStringList{QStringLiteral("sudo"), QStringLiteral("-n")}
                         : config->rootCommand;
        }
        return hosts::shellQuoted(hosts::commandLine(prefix, action.argv));
    }

    /// asked: whether it was done is asked for afterwards, so that a lost answer doesn't matter.
    QString actionText(const Action &action, const Step &step, bool asked = false)
    {
        const QString about = word(action.text.isEmpty() ? step.title : action.text);
        const int seconds = std::max(1, (action.deadlineMs > 0 ? action.deadlineMs : step.deadlineMs) / 1000);
        if (action.kind == Action::Kind::Person) {
            return QStringLiteral("echo %1; echo 'Then press Enter.'; read -r _\n")
                .arg(word(action.node + QStringLiteral(": ") + action.text));
        }
        if (action.kind == Action::Kind::Sql) {
            // Who makes others wait must not wait for ever himself.
            const QString name =
                function(action, action.lastWill ? QStringLiteral("timeout %1 ").arg(seconds) : QString());
            if (action.orSilent && action.pollMs > 0) { // what is asked next decides
                return QStringLiteral("( holds %1 %2 '' %3 ) || :\n").arg(about).arg(seconds).arg(name);
            }
            if (action.orSilent) {
                return QStringLiteral(
                           "if [ \"$(%1 2>/dev/null | awk 'NR == 2 { print $1 }')\" = f ]; then fail %2; fi\n")
                    .arg(name, about);
            }
            if (action.lastWill) {
                return willText(action, name, about);
            }
            QString text = action.expectsTrue ? QStringLiteral("holds %1 %2 %3 %4\n")
                                                    .arg(about)
                                                    .arg(action.pollMs > 0 ? seconds : 0)
                                                    .arg(hosts::shellQuoted({action.alreadySo}), name)
                           : action.alreadySo.isEmpty()
                               ? QStringLiteral("out=$(%1) || fail %2\n").arg(name, about)
                               : QStringLiteral("out=$(%1 2>&1) || printf '%s\\n' \"$out\" | grep -Eq %2 || fail %3\n")
                                     .arg(name, hosts::shellQuoted({action.alreadySo}), about);
            if (asked && action.expectsTrue) { // a lost answer is no failure: what is there decides
                text = QStringLiteral("( %1 ) || :\n").arg(text.trimmed());
            }
            if (const QString will = m_wills.value(action.node + QLatin1Char('\n') + action.sql); !will.isEmpty()) {
                text += QStringLiteral("wills=$(printf '%s\\n' $wills | grep -vx %1 | tr '\\n' ' ')\n").arg(will);
            }
            for (const Capture &capture : action.captures) {
                text += QStringLiteral("%1=$(printf '%s\\n' \"$out\" | column %2)\n").arg(capture.name, capture.from);
            }
            return text;
        }
        if (action.kind == Action::Kind::Http) {
            return httpText(action, about, seconds, asked);
        }
        QString text = QStringLiteral("out=$(%1) || fail %2\n").arg(commandText(action), about);
        for (const QString &expected : action.expected) {
            // What is in a value stands in double quotes: no value of ours has anything that grep reads as more.
            text +=
                QStringLiteral("printf '%s\\n' \"$out\" | grep -Eq %1 || fail %2\n").arg(withValues(expected), about);
        }
        return text + captures(action, about);
    }

    QString stepText(const Step &step)
    {
        QString text = QStringLiteral("\necho %1\n").arg(word(step.title));
        if (endsWithItsSession(step)) {
            return text + QStringLiteral("echo '  left out: it would end with the session of this line'\n");
        }
        if (step.pointOfNoReturn) {
            text += QStringLiteral("undo=\n");
        } else if (!step.undo.empty()) {
            text += QStringLiteral("undo=1\n");
        }
        for (const Action &action : step.actions) {
            text += actionText(action, step, step.pointOfNoReturn && !step.verify.empty());
        }
        for (const Action &action : step.verify) {
            text += actionText(action, step);
        }
        return text + QStringLiteral("done_steps=\"$done_steps %1\"\n").arg(step.id);
    }

    QString undoText(const Step &step)
    {
        QString text;
        for (const Action &action : step.undo) {
            text += endsWithItsSession(step) ? QString() : actionText(action, step);
        }
        return text.isEmpty() ? text
                              : QStringLiteral("echo %1\n").arg(word(QStringLiteral("undo: ") + step.title)) + text;
    }

    const Plan &m_plan;
    const cluster::ClusterConfig &m_config;
    QString m_functions;
    QHash<QString, QString> m_wills; ///< their functions, by node and statement
    int m_count = 0;
};

} // namespace

QString toShell(const Plan &plan, const cluster::ClusterConfig &config)
{
    return Script(plan, config).text();
}

core::Result<void> saveRunbook(const Plan &plan, const cluster::ClusterConfig &config, const QString &path)
{
    const QString text = path.endsWith(QLatin1String(".sh")) ? toShell(plan, config) : toMarkdown(plan);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) < 0 || !file.commit()) {
        return core::failure(core::Error::Kind::Io,
                             QStringLiteral("cannot write %1: %2").arg(path, file.errorString()));
    }
    return {};
}

} // namespace howdah::operations
