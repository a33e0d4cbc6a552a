// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbook.h"

#include <QCoreApplication>
#include <QDateTime>
#include <algorithm>

#include "core/sentences.h"
#include "core/units.h"
#include "operations/markdown.h"
#include "operations/runbookblocks.h"
#include "operations/switchover/estimate.h"
#include "postgres/conninfo.h"

namespace howdah::operations {

namespace {

constexpr int kBackMs = 60'000; ///< as in the runner

QString tr(const char *text)
{
    return QCoreApplication::translate("Runbook", text);
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

QString checksTable(const Plan &plan)
{
    QString text = QStringLiteral("## %1\n\n| | | |\n|---|---|---|\n").arg(tr("Checks"));
    for (const Check &check : plan.checks) {
        text += QStringLiteral("| %1 | %2 | %3 |\n")
                    .arg(toString(check.result), markdownText(check.title),
                         markdownText(check.remedy.isEmpty() ? check.evidence
                                                             : core::sentences({check.evidence, check.remedy})));
    }
    return text + QLatin1Char('\n');
}

QString paragraph(const QString &text)
{
    return text.isEmpty() ? text : text + QStringLiteral("\n\n");
}

/// The numbers by which people know the steps: of the first and the last before which writes wait, 0 without any.
std::pair<std::size_t, std::size_t> outageOf(const Plan &plan)
{
    std::pair<std::size_t, std::size_t> outage{0, 0};
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        if (plan.steps[i].phase == Phase::Outage) {
            outage = {outage.first == 0 ? i + 1 : outage.first, i + 1};
        }
    }
    return outage;
}

/// How long writes wait, and that a person is no console.
QString waitText(const Plan &plan)
{
    const QString wait = switchover::waitSentence(plan);
    const auto [first, last] = outageOf(plan);
    const bool byHand = std::any_of(plan.steps.begin(), plan.steps.end(), [](const Step &step) {
        return std::any_of(step.actions.begin(), step.actions.end(),
                           [](const Action &action) { return action.kind == Action::Kind::Person; });
    });
    const QString slower = byHand || first == last
                               ? QString()
                               : tr("A console takes that long, and FILE.sh; by hand they wait from step %1 until step "
                                    "%2 is done")
                                     .arg(first)
                                     .arg(last);
    return wait.isEmpty() ? wait : core::sentences({markdownText(wait), slower});
}

/// How to go by it, before any of it is done.
QString beginText(const Plan &plan, const RunbookBlocks &blocks)
{
    const bool returns = pointOfNoReturn(plan) >= 0;
    QString text = paragraph(core::sentences(
        {tr("Do the steps in their order, and in each what it says, one after the other. What is not so in its time "
            "has "
            "failed"),
         returns ? tr("Before the point of no return take back what you have begun then, or when you were interrupted, "
                      "and begin anew later: see *Taking it back*. Past it do all else that can still be done, and see "
                      "to the rest")
                 : tr("Take back what you have begun then, or when you were interrupted, and begin anew later: see "
                      "*Taking it back*")}));
    if (blocks.hasValues()) {
        text += paragraph(tr("What stands as %1 is a value that an earlier step has read: put that there, and leave "
                             "the quotes around it. What must match does so by %2.")
                              .arg(markdownCode(QStringLiteral("<name>")), markdownCode(QStringLiteral("grep -E"))));
    }
    text += blocks.places() + blocks.toKeep();
    const auto [first, last] = outageOf(plan);
    text += blocks.section(plan.guards,
                           first > 0 ? tr("These must be so now, and again right before step %1:").arg(first)
                                     : tr("These must be so now:"),
                           0);
    return QStringLiteral("## %1\n\n").arg(tr("Before you begin")) + text;
}

QString needsText(const Plan &plan, const Step &step)
{
    QStringList numbers;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        if (step.needs.contains(plan.steps[i].id) && !plan.steps[i].pointOfNoReturn) {
            numbers.append(QString::number(i + 1));
        }
    }
    return numbers.isEmpty() ? QString() : tr("Only where step %1 was done.").arg(numbers.join(tr(" and ")));
}

QString stepText(const Plan &plan, const Step &step, const RunbookBlocks &blocks)
{
    QString text = paragraph(core::sentences(
        {tr("On %1, at most %2")
             .arg(markdownText(step.nodes.join(QStringLiteral(", "))), core::formatSeconds(step.deadlineMs / 1000.0)),
         needsText(plan, step),
         endsWithItsSession(step) ? tr("The lock goes with that session: leave it open") : QString(),
         step.pointOfNoReturn && !step.verify.empty()
             ? tr("Even where it is not answered, go on to what proves it: that decides")
             : QString()}));
    text += blocks.section(step.actions, tr("Do:"), step.deadlineMs);
    text += blocks.section(step.verify, tr("Proved when:"), step.deadlineMs);
    text +=
        blocks.section(step.notDone,
                       tr("Where that is not so in time, these tell whether it happened. Only when every one of "
                          "them is so, in this order, it did not and will not any more, and all may be taken back:"),
                       step.deadlineMs);
    const QString remedy = step.id == QLatin1String("unlock") ? tr("It goes with the session.") : step.remedy;
    return text + (remedy.isEmpty() ? QString()
                                    : paragraph(tr("If it fails: %1").arg(markdownText(core::sentences({remedy})))));
}

/// The way back in the order in which it is gone.
QString backText(const Plan &plan, const RunbookBlocks &blocks)
{
    QString text;
    for (std::size_t i = plan.steps.size(); i-- > 0;) {
        const Step &step = plan.steps[i];
        if (!step.undo.empty()) {
            text +=
                QStringLiteral("#### %1\n\n")
                    .arg(tr("Back from step %1: %2").arg(i + 1).arg(markdownText(step.title))) +
                (step.pointOfNoReturn ? paragraph(tr("Only where it is proved that it did not happen.")) : QString()) +
                blocks.wayBack(step.undo, kBackMs);
        }
    }
    if (text.isEmpty()) {
        return text;
    }
    return QStringLiteral("## %1\n\n").arg(tr("Taking it back")) +
           paragraph(tr("From the last step that you have begun, whether it came to its end or not, to the first. What "
                        "is not so ends it: what comes behind it is left as it is then.")) +
           blocks.section(plan.undoGuards, tr("First of all:"), kBackMs) + text;
}

} // namespace

QString toMarkdown(const Plan &plan, const cluster::ClusterConfig &config, qint64 wallMs)
{
    QString text = QStringLiteral("# %1\n\n").arg(markdownText(plan.title));
    if (wallMs > 0) {
        const QDateTime now = QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC);
        text += paragraph(tr("Planned on %1. What was checked then may be otherwise by now.")
                              .arg(now.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss 'UTC'"))));
    }
    if (!mayRun(plan, true)) {
        return text + paragraph(tr("**Refused when it was checked: there is nothing here to go by.**")) +
               nodesTable(plan, config) + checksTable(plan);
    }
    const RunbookBlocks blocks(plan, config);
    text += paragraph(waitText(plan)) + nodesTable(plan, config) + checksTable(plan) + beginText(plan, blocks);
    text += QStringLiteral("## %1\n\n").arg(tr("Steps"));
    QString heading;
    int number = 0;
    for (const Step &step : plan.steps) {
        if (headingOf(step.phase) != heading) {
            heading = headingOf(step.phase);
            text += QStringLiteral("### %1\n\n").arg(heading);
        }
        text += step.pointOfNoReturn ? paragraph(tr("**Point of no return: from here on only forward.**")) : QString();
        text += QStringLiteral("#### %1. %2\n\n").arg(++number).arg(markdownText(step.title));
        text += stepText(plan, step, blocks);
    }
    return text + backText(plan, blocks);
}

} // namespace howdah::operations
