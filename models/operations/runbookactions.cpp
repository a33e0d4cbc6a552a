// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbookactions.h"

#include <QRegularExpression>
#include <algorithm>

#include "cluster/clusterlock.h"
#include "hosts/commandline.h"
#include "operations/errands.h"
#include "operations/places.h"
#include "operations/runbookproviders.h"
#include "operations/values.h"

namespace howdah::operations {

namespace {

// As in the runner.
constexpr int kUndoMs = 60'000;
constexpr int kAbsentMs = 8000;
constexpr int kAnswerS = 5;
constexpr int kLoginS = 10;      ///< ssh's own limit to connect
constexpr int kDoneByHandS = 60; ///< a server that was started needs a moment

/// A word of the script in which values stand as what they became.
QString withValues(const QString &text)
{
    return shellWord(text).replace(placeholder(), QStringLiteral("'\"$\\1\"'"));
}

} // namespace

QString stepWord(const Step &step)
{
    static const QRegularExpression odd(QStringLiteral("[^A-Za-z0-9_.-]"));
    return QString(step.id).replace(odd, QStringLiteral("_"));
}

RunbookActions::RunbookActions(const Plan &plan, const cluster::ClusterConfig &config, RunbookSql &sql)
    : m_config(config)
    , m_sql(sql)
{
    m_secrets.secrets = plan.secrets;
    for (Secret &secret : m_secrets.secrets) { // the redaction of text takes all that hangs on a password, a quote too
        secret.shown += QLatin1Char(' ');
    }
}

/// What a line does when its action failed.
QString RunbookActions::failing(const QString &about, Came came) const
{
    const QString what = came == Came::FromServer ? about + QStringLiteral("\"$(words)\"") : about;
    if (m_otherwise.isEmpty()) {
        return QStringLiteral("fail %1").arg(what);
    }
    // A server that refuses in words, by which psql ends with 3, has not done the first thing that it was told.
    const QString refused =
        m_isFirst && came == Came::FromServer ? QStringLiteral("[ \"$code\" -ne 3 ] || return 2; ") : QString();
    return QStringLiteral("{ lost %1; %2%3; }").arg(what, refused, m_otherwise);
}

QString RunbookActions::text(const Action &action, const Step &step)
{
    // A text says what is to be so, and it is read where it is not.
    const QString about = shellWord(!action.otherwise.isEmpty() ? action.otherwise
                                    : !action.text.isEmpty()    ? QStringLiteral("not so: ") + action.text
                                                                : step.title);
    const int ofStep = m_takesBack ? kUndoMs : step.deadlineMs;
    const int least = action.orSilent && m_takesBack ? kAnswerS : 1; // each time it is a session of its own
    const int seconds = std::max(least, (action.deadlineMs > 0 ? action.deadlineMs : ofStep) / 1000);
    switch (action.kind) {
    case Action::Kind::Person:
        return personText(action);
    case Action::Kind::Sql:
        return sqlText(action, about, seconds);
    case Action::Kind::Http:
        return httpText(action, about, seconds);
    case Action::Kind::Command:
        break;
    }
    return commandText(action, about, seconds);
}

QString RunbookActions::group(const std::vector<Action> &actions, const Step &step, bool acts)
{
    QString lines;
    for (const Action &action : actions) {
        const bool onlyAsks =
            acts && lines.isEmpty() && actions.size() > 1 && action.kind == Action::Kind::Sql && action.expectsTrue;
        m_otherwise = onlyAsks ? QStringLiteral("return 2") : QStringLiteral("return 1");
        m_isFirst = acts && lines.isEmpty();
        lines += text(action, step);
    }
    m_otherwise.clear();
    m_isFirst = false;
    return m_sql.functionOf(QLatin1Char('g'), lines);
}

QString RunbookActions::lockLookText(const Step &step, bool orSilent)
{
    QString text;
    for (Action look : step.actions) {
        if (!look.expectsTrue) { // what is done with a lock that was taken
            continue;
        }
        look.sql = cluster::lockIsFreeSql();
        look.orSilent = orSilent;
        text += this->text(look, step);
    }
    return text;
}

QStringList RunbookActions::secretsIn(const Action &action) const
{
    QStringList names = valuesIn(action.sql + action.onlyIf);
    names.removeIf([this](const QString &name) {
        return std::none_of(m_secrets.secrets.begin(), m_secrets.secrets.end(),
                            [&name](const Secret &secret) { return secret.name == name; });
    });
    return names;
}

QStringList RunbookActions::keptFor(const Step &step) const
{
    QStringList names;
    for (const Action &action : step.undo) {
        names += secretsIn(action);
    }
    names.removeDuplicates();
    return names;
}

QString RunbookActions::undoText(const Step &step)
{
    QString lines;
    m_takesBack = true;
    for (const Action &action : step.undo) {
        QStringList known;
        for (const QString &name : secretsIn(action)) {
            known.append(QStringLiteral("kept %1 >/dev/null").arg(name));
        }
        const QString line = onlyIfText(action, step, text(action, step));
        // As from a console: what is not known must not be written without what is missing.
        lines += known.isEmpty()
                     ? line
                     : QStringLiteral("if %1; then\n%2else\nunknown %3\nfi\n")
                           .arg(known.join(QStringLiteral(" && ")), line, shellWord(describe(m_secrets, action)));
    }
    m_takesBack = false;
    for (const QString &name : keptFor(step)) {
        lines += QStringLiteral("forget %1\n").arg(name);
    }
    return lines;
}

/// Somebody says that it was done; what can be asked tells whether it was.
QString RunbookActions::personText(const Action &action)
{
    const QString text = QStringLiteral("person %1 || %2\n")
                             .arg(shellWord(action.text),
                                  failing(shellWord(QStringLiteral("nobody is there to do it: ") + action.text)));
    if (action.sql.isEmpty()) {
        return text;
    }
    Action look = action;
    look.kind = Action::Kind::Sql;
    look.expectsTrue = true;
    const QString about = shellWord(action.node + QStringLiteral(" does not look as if that had been done"));
    const QString asked = text + sqlText(look, about, kDoneByHandS);
    if (m_otherwise.isEmpty()) {
        return asked;
    }
    // Past the point of no return somebody may have done it by now.
    return QStringLiteral("if asks %1 %2 '' '' '' %3 '' ''; then\n  echo '  that is so already'\nelse\n%4fi\n")
        .arg(about, QString::number(kAnswerS), m_sql.function(look, {}), asked);
}

/// line, where what the action asks first is answered with yes.
QString RunbookActions::onlyIfText(const Action &action, const Step &step, const QString &line)
{
    if (action.onlyIf.isEmpty()) {
        return line;
    }
    Action ask;
    ask.node = action.node;
    ask.database = action.database;
    ask.sql = action.onlyIf;
    const QString name = m_sql.function(ask, {.silenceS = kAbsentMs / 1000, .kept = secretsIn(action)});
    return QStringLiteral("within %1\nasked %2 || %3\nif [ \"$(first)\" = t ]; then\n%4else\n  echo %5\nfi\n")
        .arg(QString::number(kAnswerS), name, failing(shellWord(step.title), Came::FromServer), line,
             shellWord(QStringLiteral("  %1: left as it is, for it is not as it was set here: %2")
                           .arg(action.node, action.sql.section(QLatin1Char(' '), 0, 3))));
}

QString RunbookActions::sqlText(const Action &action, const QString &about, int seconds)
{
    const bool again = action.pollMs > 0;
    // A statement may take long, but on the way back not on a node that has gone.
    const int absentMs = action.absentMs == 0 && m_takesBack && !again ? kAbsentMs : action.absentMs;
    // Who is asked again is connected to again each time, which a console is already: that takes its part of a second.
    const int silenceS = (absentMs + 999) / 1000 + (again && absentMs > 0 ? 1 : 0);
    const QString name = m_sql.function(
        action, {.silenceS = again ? 0 : silenceS, .kept = m_takesBack ? secretsIn(action) : QStringList()});
    const QString patience = QStringLiteral("%1 %2 %3")
                                 .arg(QString::number(seconds), again ? QStringLiteral("again") : QStringLiteral("''"),
                                      again && silenceS > 0 ? QString::number(silenceS) : QStringLiteral("''"));
    const QString within = QStringLiteral("within %1\n").arg(seconds);
    const bool maybeSilent = action.orSilent && (!m_takesBack || action.wasSilent);
    if (maybeSilent && again) { // what is asked next decides
        return QStringLiteral("asks %1 %2 '' %3 '' '' || :\n").arg(about, patience, name);
    }
    if (maybeSilent) {
        return within + QStringLiteral("if asked %1 && [ \"$(first)\" = f ]; then %2; fi\n")
                            .arg(name, failing(about, Came::FromServer));
    }
    if (action.lastWill && action.lastWill->afterMs == 0) { // undo, or the last step, does the others
        return within + willText(action, name, about);
    }
    QString text = (action.expectsTrue || again ? QString() : within) + statementText(action, name, about, patience);
    if (const QString will = m_wills.value(action.node + QLatin1Char('\n') + action.sql); !will.isEmpty()) {
        text += QStringLiteral("wills=$(printf '%s\\n' $wills | grep -vx %1 | tr '\\n' ' ')\n").arg(will);
    }
    for (const Capture &capture : action.captures) {
        text += QStringLiteral("%1=$(column %2)\n[ -n \"$%1\" ] || %3\n")
                    .arg(capture.name, shellWord(capture.from), failing(about, Came::FromServer));
    }
    return text;
}

QString RunbookActions::statementText(const Action &action, const QString &name, const QString &about,
                                      const QString &patience) const
{
    const QString otherwise = failing(about, Came::FromServer);
    if (action.row) {
        const QStringList asked{action.row->key, action.row->value, action.row->column};
        return QStringLiteral("asked %1 && [ \"$(cell %2)\" = %3 ] || %4\n")
            .arg(name, hosts::shellQuoted(asked), shellWord(action.row->is), otherwise);
    }
    if (action.expectsTrue || action.pollMs > 0) {
        const QString how = m_otherwise.isEmpty() ? QStringLiteral("holds") : QStringLiteral("asks");
        const QString or_ = m_otherwise.isEmpty() ? QString() : QStringLiteral(" || ") + otherwise;
        const QStringList manner{action.neverWhen, action.expectsTrue ? QString() : QStringLiteral("any")};
        return QStringLiteral("%1 %2 %3 %4 %5 %6%7\n")
            .arg(how, about, patience, hosts::shellQuoted({action.alreadySo}), name, hosts::shellQuoted(manner), or_);
    }
    if (action.alreadySo.isEmpty()) {
        return QStringLiteral("asked %1 || %2\n").arg(name, otherwise);
    }
    return QStringLiteral("asked %1 || printf '%s\\n' \"$told\" | grep -Eq %2 || %3\n")
        .arg(name, hosts::shellQuoted({action.alreadySo}), otherwise);
}

/// Left before the statement; void when that is refused in words, by which psql ends with 3.
QString RunbookActions::willText(const Action &action, const QString &name, const QString &about)
{
    Action will;
    will.node = action.node;
    will.database = action.database;
    will.sql = action.lastWill->sql;
    const QString last = m_sql.function(will, {.seconds = 10});
    m_wills.insert(will.node + QLatin1Char('\n') + will.sql, last);
    return QStringLiteral("wills=\"$wills %1\"\nasked %2 || {\n  [ \"$code\" -ne 3 ] || wills=${wills% *}\n  %3\n}\n")
        .arg(last, name, failing(about, Came::FromServer));
}

QString RunbookActions::httpText(const Action &action, const QString &about, int seconds)
{
    if (action.http.errand) {
        return errandText(action, about, seconds);
    }
    const int once = action.pollMs > 0 ? 3 : seconds;
    const QString name = m_sql.functionOf(
        QLatin1Char('q'), QStringLiteral("  http %1 %2 %3 %4 %5 %6\n")
                              .arg(shellWord(action.http.credentials), shellWord(action.http.method),
                                   withValues(action.http.url), QString::number(once), withValues(action.http.body),
                                   shellWord(action.http.anonymous ? QStringLiteral("anonymous") : QString())));
    QStringList accepted;
    for (const int status : action.http.accepted) {
        accepted.append(QString::number(status));
    }
    QString text =
        QStringLiteral("answers %1 %2 %3 %4")
            .arg(shellWord(accepted.isEmpty() ? QStringLiteral("2..") : accepted.join(QLatin1Char('|'))))
            .arg(seconds)
            .arg(shellWord(action.pollMs > 0 ? QString::number(std::max(50, action.pollMs) / 1000.0) : QString()),
                 name);
    for (const QString &expected : action.expected) {
        text += QLatin1Char(' ') + withValues(expected);
    }
    for (const QString &unexpected : action.unexpected) {
        text += QLatin1Char(' ') + withValues(QLatin1Char('!') + unexpected);
    }
    return text + QStringLiteral(" || { echo \"$status $out\" >&2; %1; }\n").arg(failing(about)) +
           captures(action, about);
}

/// What was refused may be so already: it is read back once.
QString RunbookActions::errandText(const Action &action, const QString &about, int seconds)
{
    const Errand::Kind kind = action.http.errand->kind;
    if (kind == Errand::Kind::Poll) {
        return {}; // what is read back says it as well, only later when it has failed
    }
    const int longest = std::min(seconds, longestMs(action.http) / 1000);
    const QString name = m_sql.functionOf(QLatin1Char('q'), QStringLiteral("  %1\n").arg(providerRequest(
                                                                action.http, withValues(action.http.url), longest)));
    if (kind == Errand::Kind::Assign) {
        return QStringLiteral("refused=\nerrand %1 %2 || {\n  [ $? -eq 1 ] && refused=1 || :\n  echo \"$status $out\" "
                              ">&2\n  [ -n \"$refused\" ] || %3\n}\n")
            .arg(QString::number(seconds), name, failing(about));
    }
    QString text = QStringLiteral("time=%1\n[ -z \"${refused:-}\" ] || time=0\nrefused=\nerrand \"$time\" %2")
                       .arg(QString::number(seconds), name);
    const QStringList patterns = leadingPatterns(action.http);
    for (const QString &pattern : patterns) {
        text += QLatin1Char(' ') + shellWord(pattern);
    }
    return text + QStringLiteral(" || { echo \"$status $out\" >&2; %1; }\n").arg(failing(about));
}

QString RunbookActions::commandText(const Action &action, const QString &about, int seconds)
{
    // A console has its connections to the hosts: a script logs in each time.
    seconds += isFar(action) ? kLoginS : 0;
    const bool isRead = !action.expected.isEmpty() || !action.captures.empty();
    QString text = (isRead ? QStringLiteral("out=$(run %1) || %2\n") : QStringLiteral("run %1 >/dev/null || %2\n"))
                       .arg(commandLine(action), action.pollMs > 0 ? QStringLiteral("return 1") : failing(about));
    for (const QString &expected : action.expected) {
        // What is in a value stands in double quotes: no value of ours has anything that grep reads as more.
        text += QStringLiteral("printf '%s\\n' \"$out\" | grep -Eq %1 || %2\n")
                    .arg(withValues(expected), action.pollMs > 0 ? QStringLiteral("return 1") : failing(about));
    }
    if (action.pollMs > 0) {
        text = QStringLiteral("until_so %1 %2 %3 || %4\n")
                   .arg(seconds)
                   .arg(QString::number(std::max(50, action.pollMs) / 1000.0), m_sql.functionOf(QLatin1Char('c'), text),
                        failing(about));
    } else {
        text.prepend(QStringLiteral("within %1\n").arg(seconds));
    }
    return text + captures(action, about);
}

/// Whether it goes through something that may have to log in.
bool RunbookActions::isFar(const Action &action) const
{
    const auto place = placeOf(m_config, action.node);
    return place &&
           !(action.asRoot && !place->node.rootCommand.isEmpty() ? place->node.rootCommand : place->node.command)
                .isEmpty();
}

QString RunbookActions::commandLine(const Action &action) const
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

QString RunbookActions::captures(const Action &action, const QString &about) const
{
    QString text;
    for (const Capture &capture : action.captures) {
        text += QStringLiteral("%1=$(printf '%s\\n' \"$out\" | sed -nE %2 | head -n 1)\n[ -n \"$%1\" ] || %3\n")
                    .arg(capture.name, shellWord(QStringLiteral("s|%1|\\1|p").arg(capture.from)), failing(about));
    }
    return text;
}

} // namespace howdah::operations
