// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbookonward.h"

#include <algorithm>

#include "operations/values.h"

namespace howdah::operations {

namespace {

constexpr int kLookMs = 2000; ///< whether a step was done already, as in the runner

/// Every name that an action has a place for.
QStringList valuesOf(const Action &action)
{
    QString text = action.sql + action.onlyIf + action.http.url + action.http.body;
    for (const QStringList *words : {&action.argv, &action.expected, &action.unexpected}) {
        text += words->join(QLatin1Char(' '));
    }
    return valuesIn(text);
}

} // namespace

RunbookOnward::RunbookOnward(const Plan &plan, const cluster::ClusterConfig &config, RunbookActions &actions)
    : m_plan(plan)
    , m_config(config)
    , m_actions(actions)
{
    const int past = pointOfNoReturn(plan);
    if (past >= 0 && !plan.steps[static_cast<std::size_t>(past)].verify.empty()) {
        m_return = &plan.steps[static_cast<std::size_t>(past)];
    }
}

std::size_t RunbookOnward::firstAfter() const
{
    const int past = pointOfNoReturn(m_plan);
    return past < 0 ? m_plan.steps.size() : static_cast<std::size_t>(past) + 1;
}

/// As the runner does: a lost answer is no failure, what is there decides; and where that is not as hoped, the way back
/// is open only when it is proved that nothing happened, and will not any more.
QString RunbookOnward::returnText()
{
    const Step &step = *m_return;
    QString text = QStringLiteral("was=$undo undo=\n: >\"$mark\" || { undo=$was; fail \"$mark can't be written. "
                                  "It was not begun\"; }\npast=1\ntrap '' INT TERM HUP QUIT # it goes on to its end\n");
    for (const Action &action : step.actions) {
        for (const Capture &capture : action.captures) {
            text += capture.name + QStringLiteral("=\n");
        }
    }
    const QString undone =
        QStringLiteral("undo=\"$was%1\"").arg(step.undo.empty() ? QString() : QLatin1Char(' ') + stepWord(step));
    text += QStringLiteral("how=0\n%1 || how=$?\n[ $how -ne 2 ] || { rm -f \"$mark\"; undo=$was; fail %2; }\n%3 || {\n")
                .arg(m_actions.group(step.actions, step, true),
                     shellWord(step.title + QStringLiteral(": nothing was begun")),
                     m_actions.group(step.verify, step, false));
    if (!step.notDone.empty()) {
        text += QStringLiteral("  echo '  whether it was begun at all is asked for'\n  if %1; then\n    rm -f "
                               "\"$mark\"\n    %2\n    "
                               "fail %3\n  fi\n")
                    .arg(m_actions.group(step.notDone, step, false), undone,
                         shellWord(step.title + QStringLiteral(": it did not happen, and will not any more")));
    }
    return text + QStringLiteral("  fail %1\n}\n")
                      .arg(shellWord(QStringLiteral("%1: it may have happened, so that only forward is safe. %2")
                                         .arg(step.title, step.remedy)));
}

QString RunbookOnward::afterText()
{
    QString text;
    for (std::size_t i = firstAfter(); i < m_plan.steps.size(); ++i) {
        const Step &step = m_plan.steps[i];
        text += QStringLiteral("\necho %1\n").arg(shellWord(step.title)) +
                (step.id == QLatin1String("unlock") ? QStringLiteral("echo '  left out: no lock was taken'\n")
                                                    : afterReturnText(step));
    }
    return text;
}

/// As the runner does: what can still be done is done, whatever else failed; and who goes on later does nothing again
/// that shows already.
QString RunbookOnward::afterReturnText(const Step &step)
{
    std::vector<Action> all = step.actions;
    all.insert(all.end(), step.verify.begin(), step.verify.end());
    QString needs;
    for (const QString &id : step.needs) {
        Step needed;
        needed.id = id;
        needs += QLatin1Char(' ') + stepWord(needed);
    }
    Step look = step;
    look.deadlineMs = kLookMs;
    for (Action &action : look.verify) {
        action.deadlineMs = std::min(action.deadlineMs, kLookMs);
    }
    const QString shows = look.verify.empty() ? QString()
                                              : QStringLiteral("elif shows %1; then\n  done_steps=\"$done_steps %2\"\n")
                                                    .arg(m_actions.group(look.verify, look, false), stepWord(step));
    return QStringLiteral("if ! needs%1; then\n  left %2 %3\n%4elif %5; then\n  done_steps=\"$done_steps %2\"\nelse\n"
                          "  left %2 %3\nfi\n")
        .arg(needs, stepWord(step), shellWord(step.remedy), shows, m_actions.group(all, step, false));
}

/// Another run has died past the point of no return, or could not do all that comes after it.
QString RunbookOnward::resumeText(const QString &secrets)
{
    if (!m_return) {
        return QStringLiteral("resumable\n"); // it has said no already
    }
    Step look = *m_return;
    // What takes a value that only the run before had read can't be asked; where silence is as good, what is asked next
    // decides.
    std::erase_if(look.verify, [](const Action &action) { return action.orSilent && !valuesOf(action).isEmpty(); });
    if (const QString name = unknownAfter(look); !name.isEmpty()) {
        return QStringLiteral("fail %1\n")
            .arg(shellWord(QStringLiteral("what is left to be done takes the value %1, which only the run before had "
                                          "read: it is left to you. Nothing was changed")
                               .arg(name)));
    }
    const QString otherwise =
        look.notDone.empty()
            ? shellWord(look.remedy)
            : QStringLiteral("'To take it all back: sh '\"$0\"' undo, which proves first that it will not come'");
    return QStringLiteral("echo %1\n%2 || fail %3%4\n")
               .arg(shellWord(QStringLiteral("Was it done: ") + look.title), m_actions.group(look.verify, look, false),
                    shellWord(QStringLiteral("it is not proved that this was done: %1. Nothing was changed. It may "
                                             "still come: wait, then go on. ")
                                  .arg(look.title)),
                    otherwise) +
           aloneText() + secrets +
           QStringLiteral("past=1 resumed=1\ntrap '' INT TERM HUP QUIT # it goes on to its end\n");
}

/// Whoever goes on later need not be the only one who has acted since.
QString RunbookOnward::aloneText()
{
    QString text;
    for (const Action &guard : m_plan.resumeGuards) {
        text += m_actions.text(guard, *m_return);
    }
    for (const Step &step : m_plan.steps) {
        text += endsWithItsSession(step) ? m_actions.lockLookText(step, true) : QString();
    }
    return text;
}

/// A value that what is left takes from what was done before, empty when there is none.
QString RunbookOnward::unknownAfter(const Step &look) const
{
    QStringList known;
    for (const Secret &secret : m_plan.secrets) { // is read anew
        known.append(secret.name);
    }
    std::vector<Action> all = look.verify;
    for (std::size_t i = firstAfter(); i < m_plan.steps.size(); ++i) {
        all.insert(all.end(), m_plan.steps[i].actions.begin(), m_plan.steps[i].actions.end());
        all.insert(all.end(), m_plan.steps[i].verify.begin(), m_plan.steps[i].verify.end());
    }
    for (const Action &action : all) {
        for (const QString &name : valuesOf(action)) {
            if (!known.contains(name)) {
                return name;
            }
        }
        for (const Capture &capture : action.captures) {
            known.append(capture.name);
        }
    }
    return {};
}

/// A promotion that was asked for may come later than whoever looks for it.
QString RunbookOnward::undoLookText()
{
    for (const Step &step : m_plan.steps) {
        if (!step.pointOfNoReturn) {
            continue;
        }
        const QString why = shellWord(
            QStringLiteral("\"%1\" was begun, so that nothing is taken back. %2").arg(step.title, step.remedy));
        return QStringLiteral("if [ -e \"$mark\" ]; then\n%1  rm -f \"$mark\"\nfi\n")
            .arg(step.notDone.empty()
                     ? QStringLiteral("  fail %1\n").arg(why)
                     : QStringLiteral("  %1 || fail %2\n").arg(m_actions.group(step.notDone, step, false), why));
    }
    return {};
}

} // namespace howdah::operations
