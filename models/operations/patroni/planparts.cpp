// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/patroni/planparts.h"

#include <QCoreApplication>

#include "operations/locksteps.h"

namespace howdah::operations::patroni {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Patroni", text);
}

} // namespace

Check checkOf(const char *id, const QString &title, const QString &node, CheckResult result, const QString &evidence,
              const QString &remedy)
{
    Check check;
    check.id = QLatin1String(id);
    check.group = tr("Patroni can do it");
    check.title = title;
    check.node = node;
    check.result = result;
    check.evidence = evidence;
    check.remedy = result == CheckResult::Passed ? QString() : remedy;
    return check;
}

Check checkThat(bool holds, const char *id, const QString &title, const QString &node, const QString &evidence,
                const QString &remedy)
{
    return checkOf(id, title, node, holds ? CheckResult::Passed : CheckResult::Failed, evidence, remedy);
}

Check checkAnswer(const PatroniFacts &facts)
{
    return facts.isKnown() ? checkOf("patroni_answers", tr("Its REST API answers"), {}, CheckResult::Passed, facts.base)
                           : checkOf("patroni_answers", tr("Its REST API answers"), {}, CheckResult::Unknown,
                                     facts.error, tr("Say where it is: url in [patroni] of the cluster file."));
}

Check checkMember(const Member *member, const QString &name)
{
    const QString title = tr("%1 is a member, and its Patroni answers").arg(name);
    const QString remedy = tr("See howdah patroni CLUSTER status.");
    if (!member) {
        return checkOf("patroni_member", title, name, CheckResult::Failed, tr("Patroni has no such member"), remedy);
    }
    if (member->node.isEmpty()) {
        return checkOf("patroni_member", title, name, CheckResult::Failed,
                       tr("the cluster file has no node for it, so what it does could not be seen"),
                       tr("Add it to the cluster file."));
    }
    if (!member->self || member->api.isEmpty()) {
        return checkOf("patroni_member", title, name, CheckResult::Unknown, member->error, remedy);
    }
    return checkOf("patroni_member", title, name, CheckResult::Passed,
                   tr("%1, %2").arg(member->member.role, member->self->state));
}

Plan planOf(const char *operation, const PatroniFacts &facts, const QString &cluster, const QString &title)
{
    Plan plan;
    plan.operation = QLatin1String(operation);
    plan.cluster = cluster;
    plan.title = title;
    plan.checks = {checkAnswer(facts)};
    return plan;
}

Step stepOf(const char *id, const QString &title, const QStringList &nodes, int deadlineMs, int expectedMs)
{
    Step step;
    step.id = QLatin1String(id);
    step.title = title;
    step.nodes = nodes;
    step.deadlineMs = deadlineMs;
    step.expectedMs = expectedMs;
    return step;
}

Action sqlOf(const QString &node, const QString &sql, const QString &about, int pollMs)
{
    Action action;
    action.node = node;
    action.sql = sql;
    action.text = about;
    action.expectsTrue = true;
    action.pollMs = pollMs;
    return action;
}

QString askedNode(const PatroniFacts &facts)
{
    for (const Member &member : facts.members) {
        if (member.api == facts.base) {
            return member.node.isEmpty() ? member.member.name : member.node;
        }
    }
    return tr("Patroni");
}

void lockAround(Plan &plan, const PatroniFacts &facts, std::vector<Step> steps)
{
    const Member *leader = facts.leader();
    operations::lockAround(plan, leader ? leader->node : QString(), std::move(steps));
}

QString literally(const QString &text)
{
    QString out;
    for (const QChar letter : text) {
        if (QStringLiteral("\\^$.[]|()?*+{}").contains(letter)) {
            out += QLatin1Char('\\');
        }
        out += letter;
    }
    return out;
}

} // namespace howdah::operations::patroni
