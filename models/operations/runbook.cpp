// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbook.h"

#include <QCoreApplication>
#include <QDateTime>

#include "core/sentences.h"
#include "core/units.h"
#include "operations/markdown.h"
#include "operations/switchover/estimate.h"
#include "operations/values.h"
#include "postgres/conninfo.h"

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

/// Where each node is reached, and its part in the plan.
QString nodesTable(const Plan &plan, const cluster::ClusterConfig &config)
{
    QString rows;
    for (const cluster::NodeConfig &node : config.nodes) {
        const auto conninfo = postgres::Conninfo::parse(node.conninfo);
        const QString part = node.name == plan.from ? tr("primary")
                             : node.name == plan.to ? tr("candidate")
                                                    : QString();
        rows += QStringLiteral("| %1 | %2 | %3 |\n")
                    .arg(markdownText(node.name),
                         conninfo ? markdownText(conninfo->address()) : tr("its conninfo can't be read"), part);
    }
    return rows.isEmpty() ? QString()
                          : QStringLiteral("## %1\n\n| %2 | %3 | |\n|---|---|---|\n%4\n")
                                .arg(tr("Nodes"), tr("Node"), tr("Address"), rows);
}

} // namespace

QString toMarkdown(const Plan &plan, const cluster::ClusterConfig &config, qint64 wallMs)
{
    QString text = QStringLiteral("# %1\n\n").arg(markdownText(plan.title));
    if (wallMs > 0) {
        const QDateTime now = QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC);
        text += tr("Planned on %1. What was checked then may be otherwise by now.")
                    .arg(now.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss 'UTC'"))) +
                QStringLiteral("\n\n");
    }
    if (const QString wait = switchover::waitSentence(plan); !wait.isEmpty()) {
        text += markdownText(wait) + QStringLiteral("\n\n");
    }
    text += nodesTable(plan, config) + QStringLiteral("## %1\n\n| | | |\n|---|---|---|\n").arg(tr("Checks"));
    for (const Check &check : plan.checks) {
        text += QStringLiteral("| %1 | %2 | %3 |\n")
                    .arg(toString(check.result), markdownText(check.title),
                         markdownText(check.remedy.isEmpty() ? check.evidence
                                                             : core::sentences({check.evidence, check.remedy})));
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
