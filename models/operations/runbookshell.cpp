// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRegularExpression>
#include <QSaveFile>
#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/identifier.h"
#include "core/redact.h"
#include "core/sentences.h"
#include "hosts/commandline.h"
#include "operations/clusterlock.h"
#include "operations/places.h"
#include "operations/runbook.h"
#include "operations/runbookprologue.h"
#include "operations/values.h"
#include "postgres/conninfo.h"

namespace howdah::operations {

namespace {

/// A step's name as a word of the script that needs no quotes.
QString nameOf(const Step &step)
{
    static const QRegularExpression odd(QStringLiteral("[^A-Za-z0-9_.-]"));
    return QString(step.id).replace(odd, QStringLiteral("_"));
}

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
        QString out = QStringLiteral("#!/bin/sh\n# %1\n# Read it before you run it. It takes back what it did with: sh "
                                     "FILE undo [STEP...]\n")
                          .arg(title);
        out += QLatin1String(kPrologue);
        out += hasWills() ? QLatin1String(kWillPrologue) : QLatin1String();
        out += usesHttp() ? QLatin1String(kHttpPrologue) : QLatin1String();
        for (const Secret &secret : m_plan.secrets) {
            addSecret(secret);
        }
        if (!mayRun(m_plan, true)) {
            return refusal(title);
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
        out += QStringLiteral("if [ \"${1:-}\" = undo ]; then\nshift\nsteps=$*\n%1exit 0\nfi\n%2echo \"done\"\n")
                   .arg(undo, forward);
        return out;
    }

private:
    /// Of a plan that must not be run: it does nothing but say why.
    QString refusal(const QString &title) const
    {
        QString out = QStringLiteral("#!/bin/sh\n# %1: refused\n").arg(title);
        for (const Check &check : m_plan.checks) {
            if (check.result == CheckResult::Failed || check.result == CheckResult::Unknown) {
                out += QStringLiteral("echo %1 >&2\n")
                           .arg(word(QStringLiteral("%1: %2").arg(check.title,
                                                                  core::sentences({check.evidence, check.remedy}))));
            }
        }
        return out + QStringLiteral("echo 'Refused when it was checked. Nothing was changed.' >&2\nexit 1\n");
    }

    bool usesHttp() const
    {
        const auto http = [](const std::vector<Action> &actions) {
            return std::any_of(actions.begin(), actions.end(),
                               [](const Action &action) { return action.kind == Action::Kind::Http; });
        };
        return http(m_plan.guards) || std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [&](const Step &step) {
                   return http(step.actions) || http(step.verify) || http(step.undo) || http(step.notDone);
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
        const QString target = conninfo
                                   ? conninfo->with(QStringLiteral("password"), {})
                                         .with(QStringLiteral("dbname"), usual)
                                         // By it a statement ends those that an earlier one has left behind.
                                         .with(QStringLiteral("application_name"), QStringLiteral("howdah operation"))
                                         .toString()
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

    /// What a line does when its action failed.
    QString failing(const QString &about) const
    {
        return m_otherwise.isEmpty() ? QStringLiteral("fail %1").arg(about)
                                     : QStringLiteral("{ lost %1; %2; }").arg(about, m_otherwise);
    }

    QString httpText(const Action &action, const QString &about, int seconds)
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
        return text + QStringLiteral(" || { echo \"$status $out\" >&2; %1; }\n").arg(failing(about)) +
               captures(action, about);
    }

    QString captures(const Action &action, const QString &about) const
    {
        QString text;
        for (const Capture &capture : action.captures) {
            text += QStringLiteral("%1=$(printf '%s\\n' \"$out\" | sed -nE %2 | head -n 1)\n[ -n \"$%1\" ] || %3\n")
                        .arg(capture.name, word(QStringLiteral("s|%1|\\1|p").arg(capture.from)), failing(about));
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

    QString actionText(const Action &action, const Step &step)
    {
        const QString about = word(!action.otherwise.isEmpty() ? action.otherwise
                                   : !action.text.isEmpty()    ? action.text
                                                               : step.title);
        const int seconds = std::max(1, (action.deadlineMs > 0 ? action.deadlineMs : step.deadlineMs) / 1000);
        if (action.kind == Action::Kind::Person) {
            return QStringLiteral("echo %1; echo 'Then press Enter.'; read -r _\n")
                .arg(word(action.node + QStringLiteral(": ") + action.text));
        }
        if (action.kind == Action::Kind::Sql) {
            // Who makes others wait must not wait for ever himself.
            const QString name =
                function(action, action.lastWill ? QStringLiteral("timeout %1 ").arg(seconds) : QString());
            if (action.orSilent && !m_takesBack && action.pollMs > 0) { // what is asked next decides
                return QStringLiteral("asks %1 %2 '' %3 || :\n").arg(about).arg(seconds).arg(name);
            }
            if (action.orSilent && !m_takesBack) {
                return QStringLiteral("if [ \"$(%1 2>/dev/null | awk 'NR == 2 { print $1 }')\" = f ]; then %2; fi\n")
                    .arg(name, failing(about));
            }
            if (action.lastWill) {
                return willText(action, name, about);
            }
            QString text = statementText(action, name, about, seconds);
            if (const QString will = m_wills.value(action.node + QLatin1Char('\n') + action.sql); !will.isEmpty()) {
                text += QStringLiteral("wills=$(printf '%s\\n' $wills | grep -vx %1 | tr '\\n' ' ')\n").arg(will);
            }
            for (const Capture &capture : action.captures) {
                text += QStringLiteral("%1=$(printf '%s\\n' \"$out\" | column %2)\n").arg(capture.name, capture.from);
            }
            return text;
        }
        if (action.kind == Action::Kind::Http) {
            return httpText(action, about, seconds);
        }
        QString text = QStringLiteral("out=$(%1) || %2\n").arg(commandText(action), failing(about));
        for (const QString &expected : action.expected) {
            // What is in a value stands in double quotes: no value of ours has anything that grep reads as more.
            text += QStringLiteral("printf '%s\\n' \"$out\" | grep -Eq %1 || %2\n")
                        .arg(withValues(expected), failing(about));
        }
        return text + captures(action, about);
    }

    QString statementText(const Action &action, const QString &name, const QString &about, int seconds) const
    {
        if (action.row) {
            const QStringList asked{action.row->key, action.row->value, action.row->column};
            return QStringLiteral("out=$(%1) && [ \"$(printf '%s\\n' \"$out\" | cell %2)\" = %3 ] || %4\n")
                .arg(name, hosts::shellQuoted(asked), word(action.row->is), failing(about));
        }
        if (action.expectsTrue) {
            const QString how = m_otherwise.isEmpty() ? QStringLiteral("holds") : QStringLiteral("asks");
            const QString or_ = m_otherwise.isEmpty() ? QString() : QStringLiteral(" || ") + failing(about);
            return QStringLiteral("%1 %2 %3 %4 %5%6\n")
                .arg(how, about, QString::number(action.pollMs > 0 ? seconds : 0),
                     hosts::shellQuoted({action.alreadySo}), name, or_);
        }
        if (action.alreadySo.isEmpty()) {
            return QStringLiteral("out=$(%1) || %2\n").arg(name, failing(about));
        }
        return QStringLiteral("out=$(%1 2>&1) || printf '%s\\n' \"$out\" | grep -Eq %2 || %3\n")
            .arg(name, hosts::shellQuoted({action.alreadySo}), failing(about));
    }

    QString stepText(const Step &step)
    {
        QString text = QStringLiteral("\necho %1\n").arg(word(step.title));
        if (endsWithItsSession(step)) { // a session of psql ends at once: the script can only look who has the lock
            for (const Action &action : step.actions) {
                Action look = action;
                look.sql = lockIsFreeSql();
                text += actionText(look, step);
            }
            return text + QStringLiteral("echo '  nobody has it; this script takes none'\n");
        }
        if (step.id == QLatin1String("unlock")) {
            return text + QStringLiteral("echo '  left out: no lock was taken'\n");
        }
        if (step.pointOfNoReturn && !step.verify.empty()) {
            return text + returnText(step) + QStringLiteral("done_steps=\"$done_steps %1\"\n").arg(nameOf(step));
        }
        QString begun = step.pointOfNoReturn ? QStringLiteral("undo=\n")
                        : step.undo.empty()  ? QString()
                                             : QStringLiteral("undo=\"$undo %1\"\n").arg(nameOf(step));
        for (const Action &action : step.actions) {
            text += action.row ? QString() : std::exchange(begun, {}); // who only asks has begun nothing
            text += actionText(action, step);
        }
        text += begun;
        for (const Action &action : step.verify) {
            text += actionText(action, step);
        }
        return text + QStringLiteral("done_steps=\"$done_steps %1\"\n").arg(nameOf(step));
    }

    /// A function that does or asks all of that, and ends with another status at what is not so: 2 when that was a
    /// question before anything was done, else 1.
    QString group(const std::vector<Action> &actions, const Step &step, bool acts)
    {
        QString text;
        for (const Action &action : actions) {
            const bool onlyAsks =
                acts && text.isEmpty() && actions.size() > 1 && action.kind == Action::Kind::Sql && action.expectsTrue;
            m_otherwise = onlyAsks ? QStringLiteral("return 2") : QStringLiteral("return 1");
            text += actionText(action, step);
        }
        m_otherwise.clear();
        const QString name = QStringLiteral("g%1").arg(++m_count);
        m_functions += QStringLiteral("%1() {\n%2}\n").arg(name, text);
        return name;
    }

    /// As the runner does: a lost answer is no failure, what is there decides; and where that is not as hoped, the way
    /// back is open only when it is proved that nothing happened, and will not any more.
    QString returnText(const Step &step)
    {
        QString text = QStringLiteral("was=$undo undo=\n");
        for (const Action &action : step.actions) {
            for (const Capture &capture : action.captures) {
                text += capture.name + QStringLiteral("=\n");
            }
        }
        const QString undone =
            QStringLiteral("undo=\"$was%1\"").arg(step.undo.empty() ? QString() : QLatin1Char(' ') + nameOf(step));
        text += QStringLiteral("how=0\n%1 || how=$?\n[ $how -ne 2 ] || { undo=$was; fail %2; }\n%3 || {\n")
                    .arg(group(step.actions, step, true), word(step.title + QStringLiteral(": nothing was begun")),
                         group(step.verify, step, false));
        if (!step.notDone.empty()) {
            text += QStringLiteral("  echo '  whether it was begun at all is asked for'\n  if %1; then\n    %2\n    "
                                   "fail %3\n  fi\n")
                        .arg(group(step.notDone, step, false), undone,
                             word(step.title + QStringLiteral(": it did not happen, and will not any more")));
        }
        return text + QStringLiteral("  fail %1\n}\n")
                          .arg(word(QStringLiteral("%1: it may have happened, so that only forward is safe. %2")
                                        .arg(step.title, step.remedy)));
    }

    QString undoText(const Step &step)
    {
        QString text;
        // Somebody runs it later: what was so when the script failed need not be so by then, and silence proves
        // nothing.
        m_takesBack = true;
        for (const Action &action : step.undo) {
            text += endsWithItsSession(step) ? QString() : actionText(action, step);
        }
        m_takesBack = false;
        return text.isEmpty() ? text
                              : QStringLiteral("if wanted %1; then\necho %2\n%3fi\n")
                                    .arg(nameOf(step), word(QStringLiteral("undo: ") + step.title), text);
    }

    const Plan &m_plan;
    const cluster::ClusterConfig &m_config;
    QString m_functions;
    QHash<QString, QString> m_wills; ///< their functions, by node and statement
    QString m_otherwise;             ///< what a line does instead of ending the script
    bool m_takesBack = false;        ///< what is written belongs to the way back
    int m_count = 0;
};

} // namespace

QString toShell(const Plan &plan, const cluster::ClusterConfig &config)
{
    return Script(plan, config).text();
}

core::Result<void> saveRunbook(const Plan &plan, const cluster::ClusterConfig &config, const QString &path)
{
    const QString text = path.endsWith(QLatin1String(".sh")) ? toShell(plan, config)
                                                             : toMarkdown(plan, config, core::systemClock().wallMs());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) < 0 || !file.commit()) {
        return core::failure(core::Error::Kind::Io,
                             QStringLiteral("cannot write %1: %2").arg(path, file.errorString()));
    }
    return {};
}

} // namespace howdah::operations
