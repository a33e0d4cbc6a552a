// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbookblocks.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/redact.h"
#include "core/sentences.h"
#include "core/units.h"
#include "hosts/commandline.h"
#include "operations/errands.h"
#include "operations/markdown.h"
#include "operations/places.h"
#include "operations/runbookproviders.h"
#include "operations/runbooksql.h"
#include "operations/secrets.h"
#include "operations/values.h"

namespace howdah::operations {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Runbook", text);
}

QString shownValue(const QString &name)
{
    return QLatin1Char('<') + QString(name).replace(QLatin1Char('_'), QLatin1Char(' ')) + QLatin1Char('>');
}

/// A pattern as people fill it in.
QString shownPattern(const QString &pattern)
{
    QString text = pattern;
    for (const QString &name : valuesIn(pattern)) {
        text.replace(QStringLiteral(":{%1}").arg(name), shownValue(name));
    }
    return markdownCode(text);
}

QString shownPatterns(const QStringList &patterns)
{
    QStringList shown;
    for (const QString &pattern : patterns) {
        shown.append(shownPattern(pattern));
    }
    return shown.join(tr(" and "));
}

QString spanOf(const Action &action, int deadlineMs)
{
    return core::formatSeconds((action.deadlineMs > 0 ? action.deadlineMs : deadlineMs) / 1000.0);
}

/// A list item: where, what about, and the sentences on what must come of it.
QString item(const QString &where, const QString &about, const QStringList &must)
{
    const QString head = about.isEmpty() ? where : QStringLiteral("%1: %2").arg(where, markdownText(about));
    QString text = core::sentences(QStringList{head} + must);
    text.replace(text.size() - 1, 1, QLatin1Char(':'));
    return QStringLiteral("- %1\n\n").arg(text);
}

QString keepText(const QString &from, const QString &name)
{
    return from.arg(markdownCode(shownValue(name))) + QStringLiteral("\n\n");
}

/// Of what is read line by line.
QString keepText(const Capture &capture)
{
    return keepText(
        tr("Of what it says keep what the parentheses of %1 take in as %2.").arg(shownPattern(capture.from)),
        capture.name);
}

/// What a shell takes as one word, as people like to read it.
QString shellText(const QString &text)
{
    static const QString special = QStringLiteral("\"$`\\!");
    const bool plain =
        std::none_of(text.begin(), text.end(), [](const QChar letter) { return special.contains(letter); });
    return plain ? QLatin1Char('"') + text + QLatin1Char('"') : shellWord(text);
}

/// "`host=10.0.0.12 port=5432`": what a secret has in place of what was read.
QString replacedText(const Secret &secret)
{
    QStringList pairs;
    for (const auto &[keyword, value] : secret.replaced) {
        if (!value.isEmpty()) {
            pairs.append(keyword + QLatin1Char('=') + value);
        }
    }
    return markdownCode(pairs.join(QLatin1Char(' ')));
}

/// Whether people see at least the settings without what is secret in them.
bool isShown(const Secret &secret)
{
    return secret.shown.contains(QLatin1Char('='));
}

} // namespace

RunbookBlocks::RunbookBlocks(const Plan &plan, const cluster::ClusterConfig &config)
    : m_plan(plan)
    , m_config(config)
{
}

QString RunbookBlocks::section(const std::vector<Action> &actions, const QString &title, int deadlineMs) const
{
    QString text;
    for (const Action &action : actions) {
        text += block(action, deadlineMs, false);
    }
    return text.isEmpty() ? text : QStringLiteral("%1\n\n%2").arg(title, text);
}

QString RunbookBlocks::wayBack(const std::vector<Action> &actions, int deadlineMs) const
{
    QString text;
    for (const Action &action : actions) {
        if (!action.onlyIf.isEmpty()) {
            Action ask = action;
            ask.sql = action.onlyIf;
            text += item(tr("In psql of %1").arg(markdownText(action.node)),
                         tr("whether what was prepared stands there still"),
                         {tr("Only where the first column is %1 send what follows; else leave it out, for somebody has "
                             "changed it since")
                              .arg(markdownCode(QStringLiteral("t")))}) +
                    markdownBlock(statement(ask), QStringLiteral("sql")) + QLatin1Char('\n');
        }
        text += block(action, deadlineMs, true);
    }
    return text;
}

QString RunbookBlocks::block(const Action &action, int deadlineMs, bool later) const
{
    switch (action.kind) {
    case Action::Kind::Sql:
        return sqlBlock(action, deadlineMs, later);
    case Action::Kind::Http:
        return httpBlock(action, deadlineMs);
    case Action::Kind::Person: {
        const QString text = QStringLiteral("- %1: %2\n\n").arg(tr("By hand"), markdownText(action.text));
        Action look = action;
        look.expectsTrue = true;
        look.text = tr("that shows");
        return action.sql.isEmpty() ? text : text + sqlBlock(look, deadlineMs, later);
    }
    case Action::Kind::Command:
        break;
    }
    return commandBlock(action, deadlineMs);
}

QString RunbookBlocks::statement(const Action &action) const
{
    const QString sql = shownSql(m_plan, action.sql) + QLatin1Char(';');
    return secretsOf(action.sql).empty() ? sql : QStringLiteral("%1;\n%2\n%3;").arg(hushSql(), sql, speakSql());
}

QString RunbookBlocks::sqlBlock(const Action &action, int deadlineMs, bool later) const
{
    const QString yes = markdownCode(QStringLiteral("t"));
    const bool again = action.pollMs > 0;
    QStringList must;
    if (action.expectsTrue) {
        must.append(
            again ? tr("Repeat it until the first column is %1, for at most %2").arg(yes, spanOf(action, deadlineMs))
                  : tr("The first column must be %1").arg(yes));
    } else if (again) {
        must.append(tr("Repeat it until it is answered, for at most %1").arg(spanOf(action, deadlineMs)));
    }
    if (action.row) {
        must.append(tr("In the row whose %1 is %2, %3 must be %4")
                        .arg(markdownCode(action.row->key), markdownCode(action.row->value),
                             markdownCode(action.row->column), markdownCode(action.row->is)));
    }
    if (!action.alreadySo.isEmpty()) {
        must.append(tr("An error that matches %1 is as good").arg(markdownCode(action.alreadySo)));
    }
    if (!action.neverWhen.isEmpty()) {
        must.append(tr("Where %1 is %2 it will never be so: wait no longer").arg(markdownCode(action.neverWhen), yes));
    }
    if (action.orSilent && (!later || action.wasSilent)) {
        must.append(tr("No answer at all is as good"));
    }
    if (action.lastWill) {
        must.append(
            tr("Whatever happens afterwards, send %1 there in the end").arg(markdownCode(action.lastWill->sql)));
    }
    if (const QString secrets = secretsText(action); !secrets.isEmpty()) {
        must.append(secrets);
    }
    QString text = item(psqlOf(action), action.text, must) + markdownBlock(statement(action), QStringLiteral("sql")) +
                   QLatin1Char('\n');
    for (const Capture &capture : action.captures) {
        text += keepText(tr("Keep the column %1 of the answer as %2.").arg(markdownCode(capture.from)), capture.name);
    }
    return text;
}

/// Where a statement goes.
QString RunbookBlocks::psqlOf(const Action &action) const
{
    // A session that was open before an address moved is one with whoever had it.
    const bool moves =
        std::any_of(m_config.addresses.begin(), m_config.addresses.end(),
                    [&](const cluster::AddressConfig &address) { return addressPlace(address.name) == action.node; });
    QStringList words{tr("In psql of %1").arg(markdownText(action.node))};
    if (!action.database.isEmpty()) {
        words.append(tr("database %1").arg(markdownText(action.database)));
    }
    if (moves) {
        words.append(tr("opened anew each time"));
    }
    return words.join(QStringLiteral(", "));
}

QString RunbookBlocks::commandBlock(const Action &action, int deadlineMs) const
{
    QStringList must;
    if (action.pollMs > 0) {
        must.append(tr("Repeat it until it succeeds, for at most %1").arg(spanOf(action, deadlineMs)));
    }
    if (!action.expected.isEmpty()) {
        must.append(tr("Lines of its output must match %1").arg(shownPatterns(action.expected)));
    }
    const QString on = action.node == consolePlace() ? tr("On %1") : tr("On the host of %1");
    QString text =
        item(on.arg(markdownText(action.node)) + (action.asRoot ? tr(", as root") : QString()), action.text, must) +
        markdownBlock(shownCommand(m_plan, action.argv), QStringLiteral("sh")) + QLatin1Char('\n');
    for (const Capture &capture : action.captures) {
        text += keepText(capture);
    }
    return text;
}

QString RunbookBlocks::httpBlock(const Action &action, int deadlineMs) const
{
    const Http &http = action.http;
    const int longestMs = action.deadlineMs > 0 ? action.deadlineMs : deadlineMs;
    QStringList must;
    QStringList expected = action.expected;
    if (http.errand && http.errand->kind == Errand::Kind::Poll) {
        return {}; // what is read back says it as well
    }
    if (http.errand && http.errand->kind == Errand::Kind::ReadBack) {
        expected += leadingPatterns(http);
    }
    if (http.errand || action.pollMs > 0) {
        must.append(tr("Repeat it until it is so, for at most %1").arg(core::formatSeconds(longestMs / 1000.0)));
    }
    QStringList accepted;
    for (const int status : http.accepted) {
        accepted.append(QString::number(status));
    }
    must.append(tr("The status in the last line must be %1")
                    .arg(accepted.isEmpty() || http.errand ? tr("200 to 299") : accepted.join(tr(" or "))));
    if (!expected.isEmpty()) {
        must.append(tr("Lines of the answer must match %1").arg(shownPatterns(expected)));
    }
    if (!action.unexpected.isEmpty()) {
        must.append(tr("No line of it may match %1").arg(shownPatterns(action.unexpected)));
    }
    const QString curl = shownCurl(m_plan, http, longestMs) + QStringLiteral(" -w '\\n%{http_code}\\n'");
    QString text = item(tr("By a request to %1").arg(markdownText(action.node)), action.text, must) +
                   markdownBlock(curl, QStringLiteral("sh")) + QLatin1Char('\n');
    for (const Capture &capture : action.captures) {
        text += http.errand ? QString() : keepText(capture);
    }
    return text;
}

/// What is shown nowhere, and has to be put there all the same: without it nobody follows.
QString RunbookBlocks::secretsText(const Action &action) const
{
    QStringList sentences;
    for (const Secret &secret : secretsOf(action.sql)) {
        const QString answer =
            (secret.replaced.empty() ? tr("what %1 had answered to %2 before you began") : tr("what %1 answers to %2"))
                .arg(markdownText(secret.node), markdownCode(secret.sql));
        const QString doubled = tr("each %1 in it doubled").arg(markdownCode(QStringLiteral("'")));
        if (!isShown(secret)) {
            sentences.append(tr("Put between the quotes %1, with %2 in place of its own, %3")
                                 .arg(answer, replacedText(secret), doubled));
        } else if (hidesSomething(core::redacted(secret.shown))) {
            sentences.append(tr("Put for %1 what stands there in %2, %3")
                                 .arg(markdownCode(QStringLiteral("********")), answer, doubled));
        } else {
            sentences.append(tr("Where %1 has a password in it, add that between the quotes, %2").arg(answer, doubled));
        }
        sentences.append(tr("The statements around it keep it out of the server's log"));
    }
    return core::sentences(sentences);
}

std::vector<Secret> RunbookBlocks::secretsOf(const QString &sql) const
{
    std::vector<Secret> found;
    for (const QString &name : valuesIn(sql)) {
        for (const Secret &secret : m_plan.secrets) {
            if (secret.name == name) {
                found.push_back(secret);
            }
        }
    }
    return found;
}

std::vector<Action> RunbookBlocks::allActions() const
{
    std::vector<Action> all = m_plan.guards;
    const auto add = [&all](const std::vector<Action> &more) { all.insert(all.end(), more.begin(), more.end()); };
    for (const Step &step : m_plan.steps) {
        for (const std::vector<Action> *actions : {&step.actions, &step.verify, &step.notDone, &step.undo}) {
            add(*actions);
        }
    }
    add(m_plan.undoGuards);
    return all;
}

QString RunbookBlocks::places() const
{
    QString sessions, hosts;
    QStringList seen;
    for (const Action &action : allActions()) {
        const bool command = action.kind == Action::Kind::Command;
        const auto place = placeOf(m_config, action.node);
        if (!place || action.node == consolePlace() || (command ? action.argv.isEmpty() : action.sql.isEmpty())) {
            continue;
        }
        QString name = action.node, line;
        if (!command) {
            name += action.database.isEmpty() ? QString() : tr(", database %1").arg(action.database);
            line = QStringLiteral("psql -X %1").arg(shellText(psqlConninfo(m_config, action.node, action.database)));
        } else {
            const QStringList root =
                place->node.rootCommand.isEmpty()
                    ? place->node.command + QStringList{QStringLiteral("sudo"), QStringLiteral("-n")}
                    : place->node.rootCommand;
            name += action.asRoot ? tr(", as root") : QString();
            line = hosts::shown(action.asRoot ? root : place->node.command);
        }
        if (const QString key = name + QLatin1Char('\n') + line; !seen.contains(key)) {
            seen.append(key);
            (command ? hosts : sessions) +=
                QStringLiteral("- %1:\n\n").arg(markdownText(name)) +
                (line.isEmpty() ? tr("this machine, from which it was planned") + QLatin1Char('\n')
                                : markdownBlock(line, QStringLiteral("sh"))) +
                QLatin1Char('\n');
        }
    }
    QString text;
    if (!sessions.isEmpty()) {
        text += tr("Statements are for psql. Open one for each of these and leave it open to the end: the cluster lock "
                   "goes with its session. Where its server has ended it, open it anew.") +
                QStringLiteral("\n\n") + sessions;
    }
    return hosts.isEmpty() ? text
                           : text +
                                 tr("Commands are for a shell on a node's host, and must end with exit code 0. The "
                                    "cluster file has these to get there:") +
                                 QStringLiteral("\n\n") + hosts;
}

QString RunbookBlocks::toKeep() const
{
    QString text;
    for (const Secret &secret : m_plan.secrets) {
        if (secret.replaced.empty()) {
            Action ask;
            ask.node = secret.node;
            ask.sql = secret.sql;
            text += sqlBlock(ask, 0, false);
        }
    }
    return text.isEmpty()
               ? text
               : tr("Keep the answers to these where nobody else reads them, since the way back takes them:") +
                     QStringLiteral("\n\n") + text;
}

bool RunbookBlocks::hasValues() const
{
    const std::vector<Action> all = allActions();
    return std::any_of(all.begin(), all.end(), [](const Action &action) { return !action.captures.empty(); });
}

} // namespace howdah::operations
