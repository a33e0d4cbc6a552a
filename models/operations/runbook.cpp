// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbook.h"

#include <QCoreApplication>

#include "core/units.h"
#include "operations/markdown.h"
#include "operations/values.h"

namespace howdah::operations {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Runbook", text);
}

QString block(const Plan &plan, const Action &action, int stepMs)
{
    const bool sql = action.kind == Action::Kind::Sql;
    if (action.kind == Action::Kind::Person) {
        return QStringLiteral("- %1: %2\n").arg(markdownText(action.node), markdownText(action.text));
    }
    const bool http = action.kind == Action::Kind::Http;
    const QString text = sql    ? shownSql(plan, action.sql) + QLatin1Char(';')
                         : http ? shownCurl(plan, action.http, action.deadlineMs > 0 ? action.deadlineMs : stepMs)
                                : shownCommand(plan, action.argv);
    QString head = QStringLiteral("- %1").arg(markdownText(action.node));
    if (!action.text.isEmpty()) {
        head += QStringLiteral(", ") + markdownText(action.text);
    }
    if (action.lastWill) {
        head += tr(" (send %1 there whatever happens afterwards)").arg(markdownText(action.lastWill->sql));
    }
    if (action.row) {
        head += tr(" (where %1 is %2, %3 must be %4)")
                    .arg(markdownText(action.row->key), markdownText(action.row->value),
                         markdownText(action.row->column), markdownText(action.row->is));
    }
    if (action.pollMs > 0) {
        head += tr(", asked every %1 ms").arg(action.pollMs);
    }
    return head + QStringLiteral(":\n\n") + markdownBlock(text, sql ? QStringLiteral("sql") : QStringLiteral("sh")) +
           QLatin1Char('\n');
}

QString section(const Plan &plan, const std::vector<Action> &actions, const QString &title, int stepMs)
{
    QString text;
    for (const Action &action : actions) {
        text += block(plan, action, stepMs);
    }
    return actions.empty() ? QString() : QStringLiteral("%1\n\n%2").arg(title, text);
}

} // namespace

QString toMarkdown(const Plan &plan)
{
    QString text =
        QStringLiteral("# %1\n\n## %2\n\n| | | |\n|---|---|---|\n").arg(markdownText(plan.title), tr("Checks"));
    for (const Check &check : plan.checks) {
        const QString remedy = check.remedy.isEmpty() ? QString() : QStringLiteral(". ") + check.remedy;
        text += QStringLiteral("| %1 | %2 | %3 |\n")
                    .arg(toString(check.result), markdownText(check.title), markdownText(check.evidence + remedy));
    }
    text += QStringLiteral("\n## %1\n\n").arg(tr("Steps"));
    QString heading;
    int number = 0;
    for (const Step &step : plan.steps) {
        if (headingOf(step.phase) != heading) {
            heading = headingOf(step.phase);
            text += QStringLiteral("### %1\n\n").arg(heading);
        }
        if (step.pointOfNoReturn) {
            text += tr("**Point of no return: from here on only forward.**") + QStringLiteral("\n\n");
        }
        text += QStringLiteral("#### %1. %2\n\n").arg(++number).arg(markdownText(step.title));
        text += tr("On %1, at most %2.")
                    .arg(markdownText(step.nodes.join(QStringLiteral(", "))),
                         core::formatSeconds(step.deadlineMs / 1000.0)) +
                QStringLiteral("\n\n");
        text += section(plan, step.actions, tr("Do:"), step.deadlineMs);
        text += section(plan, step.verify, tr("Proved when:"), step.deadlineMs);
        text += section(plan, step.undo, tr("To take it back:"), step.deadlineMs);
        text += section(plan, step.notDone, tr("It was not done after all when these hold:"), step.deadlineMs);
        if (!step.remedy.isEmpty()) {
            text += tr("If it fails: %1").arg(markdownText(step.remedy)) + QStringLiteral("\n\n");
        }
    }
    return text;
}

} // namespace howdah::operations
